"""Measure `digitwise learn` on the hands of single writers.

    python benchmarks/learn.py --data-dir ../shared/mnist [--writers 10] [--kinds KIND,KIND]
    python benchmarks/learn.py --data-dir ../shared/mnist --same-hand

Each writer's digits are CVL's, from which no shipped network has learnt. Half of them are drawn as
60 corrected numbers, the other half as 200 other numbers. The shipped reader and the one that has
learnt read the 200. Reported are wrong best guesses, accepted and wrong readings at `--max-error
0.01`, and other writers' digits. With --same-hand nothing is corrected: the reader learns from its
own sure readings of the 200 numbers, as a first pass over one writer's pages would give them, and
reads them again.
"""

import argparse
import statistics
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np
from measure import machine, table
from PIL import Image

import digitwise as dw
from digitwise.data.catalogue import find_collection
from digitwise.data.corrections import Correction
from digitwise.data.digits import as_inputs
from digitwise.data.strings import HANDS, draw_number
from digitwise.models.committee import judge_of
from digitwise.models.files import save
from digitwise.models.shipped import open_model
from digitwise.training.corrections import learn_from

CORRECTED, OTHERS = 60, 200  # numbers of a writer
MIN_DIGITS = 100  # of a writer
VALIDATION = 3000  # MNIST's last training digits, as `digitwise learn` takes them
MAX_ERROR = 0.01


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--writers", type=int, default=10)
    parser.add_argument("--kinds", default="spaced-5,half-touching-5", help="of drawn numbers")
    parser.add_argument("--same-hand", action="store_true")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    train, _ = dw.load("mnist", options.data_dir)
    base, validation = train[:-VALIDATION], train[-VALIDATION:]
    path = find_collection("cvl_digits", options.data_dir)
    digits = dw.load("cvl_digits", options.data_dir)[1]
    with np.load(path) as arrays:
        writers = arrays["writer"][arrays["split"] == 1]
    known, counts = np.unique(writers, return_counts=True)
    rows, cuts = [], []
    for writer in known[counts >= MIN_DIGITS][: options.writers]:
        row = measure(writer, digits, writers, base, validation, kinds, options.same_hand)
        cuts.append(1 - row["after"] / max(1, row["before"]))
        rows.append([writer, *row.values()])
        print(rows[-1], flush=True)
    titles = ["writer", "wrong of 200", "after", "accepted wrong", "after", "MNIST", "others", "s"]
    print(table(titles, rows))
    print(f"Median of wrong readings cut: {statistics.median(cuts):.0%}. {machine()}")


def measure(writer, digits, writers, base, validation, kinds, same_hand):
    """Learn from one writer's numbers, and measure on the writer's others."""
    own = np.random.default_rng(int(writer)).permutation(np.flatnonzero(writers == writer))
    taught, unseen = digits[np.sort(own[::2])], digits[np.sort(own[1::2])]
    others = digits[np.flatnonzero(writers != writer)]
    model = open_model("reader")
    with tempfile.TemporaryDirectory() as folder:
        numbers = [draw_number(unseen, HANDS[kinds[k % len(kinds)]], 2, k) for k in range(OTHERS)]
        if same_hand:
            learnt_from = [(n, text) for n in numbers if (text := sure_reading(n))]
        else:
            drawn = (
                draw_number(taught, HANDS[kinds[k % len(kinds)]], 1, k) for k in range(CORRECTED)
            )
            learnt_from = [(number, number.text) for number in drawn]
        corrections = []
        for k, (number, text) in enumerate(learnt_from):
            Image.fromarray(number.image).save(f"{folder}/{k}.png")
            corrections.append(Correction(Path(f"{folder}/{k}.png"), 0, None, text))
        started = time.perf_counter()
        learnt = learn_from(model, corrections, base, validation)
        seconds = time.perf_counter() - started
        after = learnt.model or model
        save(after, Path(folder) / "mine.safetensors")
        wrong, risks = zip(
            read_with("reader", numbers),
            read_with(Path(folder) / "mine.safetensors", numbers),
            strict=True,
        )
    return {
        "before": wrong[0],
        "after": wrong[1],
        "risk": risks[0],
        "risk after": risks[1],
        "mnist": change(model, after, validation),
        "others": change(model, after, others),
        "seconds": round(seconds),
    }


def read_with(model, numbers):
    """Return wrong best guesses, and "wrong of accepted" readings at MAX_ERROR."""
    reader = dw.Reader(model)
    wrong = accepted = accepted_wrong = 0
    for drawn in numbers:
        found = reader.read(drawn.image, "number", max_error=MAX_ERROR, signs="none")
        guess = "".join(number.alternatives[0][0] for number in found if number.alternatives)
        sure = bool(found) and not any(number.rejected for number in found)
        wrong += guess != drawn.text
        accepted += sure
        accepted_wrong += sure and guess != drawn.text
    return wrong, f"{accepted_wrong} of {accepted}"


@cache
def shipped():
    return dw.Reader("reader")


def sure_reading(drawn):
    """Return the text of the number if the shipped reader is sure of it, else None."""
    found = shipped().read(drawn.image, "number", max_error=MAX_ERROR, signs="none")
    sure = len(found) == 1 and not found[0].rejected
    return found[0].text if sure else None


def change(before, after, digits):
    """Return the change of the accuracy on digits, in points."""
    return f"{100 * (accuracy(after, digits) - accuracy(before, digits)):+.2f}"


def accuracy(model, digits):
    """Return the accuracy of what reads numbers: of both networks, if there are two."""
    judge, _ = judge_of(model)
    z = judge.weighted_outputs(as_inputs(digits.images, judge.dtype))
    return (z.argmax(axis=1) == digits.labels).mean()


if __name__ == "__main__":
    main()
