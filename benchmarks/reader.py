"""Accuracy, confidence and rejections of a network on disturbed digits and non-digits.

    python benchmarks/reader.py [--model MODEL] [--validation] [--write]

Digits are MNIST's test digits (DIGITWISE_DATA), or with --validation the last 2,000 training
digits. They are read as by `digitwise read --layout digit`, from PNG or JPEG files in memory.
--write puts the results into docs/reader.md and its picture.
"""

import argparse
import io
import sys
from pathlib import Path

import numpy as np
from disturbances import DISTURBANCES, WANTED, left_half, pair, right_half
from measure import machine, mnist, table
from PIL import Image

import digitwise as dw
from digitwise.models.calibration import probabilities_of
from digitwise.models.committee import calibration_of, networks_of
from digitwise.models.shipped import open_model
from digitwise.typed_layers import layers_text

DOCS = Path(__file__).parent.parent / "docs"
INK, ACCENT = "#1b4965", "#c8553d"


def as_file(picture, name=""):
    content = io.BytesIO()
    options = {"quality": 30} if name.startswith("JPEG") else {}
    Image.fromarray(picture).save(content, "JPEG" if options else "PNG", **options)
    content.seek(0)
    return content


def read(reader, pictures, name=""):
    """Return texts and confidences; "" and 0 where nothing was found."""
    texts, sure = [], []
    for picture in pictures:
        found = reader.read(as_file(picture, name), layout="digit")
        texts.append(found[0].digits[0].char if found else "")
        sure.append(found[0].confidence if found else 0.0)
    return np.array(texts), np.array(sure)


def confidence(reader, images):
    """Return the network's confidences for unprocessed images of 28×28."""
    z = reader.network.weighted_outputs(np.stack(images).reshape(len(images), -1) / np.float32(255))
    return probabilities_of(z, reader.calibration).max(axis=1)


def disturbed(reader, digits):
    labels, rows = digits.labels.astype(str), []
    for number, (name, disturb) in enumerate(DISTURBANCES.items()):
        rng = np.random.default_rng(number)
        texts, sure = read(reader, [disturb(image, rng) for image in digits.images], name)
        right = 100 * (texts == labels).mean()
        rows.append(
            [name, f"{WANTED[name]:.1f}%", f"{right:.2f}%", f"{100 * (sure < 0.5).mean():.2f}%"]
        )
        print(*rows[-1], "" if right >= WANTED[name] else "NO", sep="   ", flush=True)
    return rows


def refused(reader, digits, every):
    """Return rows of the shares with a confidence below 0.5: read as pictures, and unprocessed."""
    rng = np.random.default_rng(0)
    images = digits.images
    others = images[rng.permutation(len(images))]
    kinds = {
        "left halves": [left_half(image, rng) for image in images],
        "right halves": [right_half(image, rng) for image in images],
        "pairs in one box": [pair(*both) for both in zip(images, others, strict=True)],
        "true digits": list(images),
    }
    rows = []
    for name, pictures in kinds.items():
        seen = 100 * (read(reader, pictures)[1] < 0.5).mean()
        plain = 100 * (confidence(reader, pictures) < 0.5).mean()
        rows.append([name, f"{seen:.2f}%", f"{plain:.2f}%"])
        print(*rows[-1], sep="   ", flush=True)
    plain = 100 * (confidence(reader, list(every.images)) < 0.5).mean()
    rows.append([f"all {len(every):,} true digits", "", f"{plain:.2f}%"])
    print(*rows[-1], sep="   ", flush=True)
    return rows


def sets(model, test):
    training, held_out = dw.load("digits")
    rows = []
    for name, digits in (
        ("MNIST's test digits", test),
        ("bundled, training part", training),
        ("bundled, test part", held_out),
    ):
        e = measured(model, digits)
        rows.append(
            [
                name,
                f"{e.n:,}",
                f"{100 * e.accuracy:.2f}%",
                f"{100 * e.calibration_error:.2f}%",
                f"{100 * e.error_among_surest(0.01):.2f}%",
            ]
        )
        print(*rows[-1], sep="   ", flush=True)
    return rows


def risk(model, sets_of_digits, path):
    """Plot the error rate of accepted answers against the share accepted."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.2), dpi=120, layout="constrained")
    axes = figure.subplots()
    for (name, digits), colour in zip(sets_of_digits.items(), (INK, ACCENT), strict=True):
        e = measured(model, digits)
        order = np.argsort(-e.confidence, kind="stable")
        wrong = (~e.right[order]).cumsum() / np.arange(1, e.n + 1)
        axes.plot(100 * np.arange(1, e.n + 1) / e.n, 100 * wrong, color=colour, label=name)
    axes.set(
        xlabel="accepted, most confident first, %",
        ylabel="wrong among them, %",
        xlim=(80, 100.2),
        ylim=(0, None),
    )
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path)


def measured(model, digits):
    """Evaluate what judges a number's pieces."""
    return dw.evaluate(networks_of(model), digits, calibration=calibration_of(model))


def thresholds(model, test):
    e, calibration = measured(model, test), calibration_of(model)
    rows = []
    for asked in (0.01, 0.005, 0.002, 0.001):
        if asked < calibration.least_error:
            rows.append([f"{asked:g}", "refused: too few held-out digits", "", ""])
            continue
        limit = calibration.threshold(asked)
        accepted = e.confidence > limit
        rows.append(
            [
                f"{asked:g}",
                f"{limit:.4f}",
                f"{100 * (1 - accepted.mean()):.2f}%",
                f"{100 * (~e.right[accepted]).mean():.3f}%",
            ]
        )
        print(*rows[-1], sep="   ", flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--validation", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("-n", type=int, default=2000)
    options = parser.parse_args()
    train, test = mnist()
    model, reader = open_model(options.model), dw.Reader(options.model)
    judged = train[len(train) - options.n :] if options.validation else test
    some = judged[: options.n]
    parts = {
        "Right or wrong": table(
            ["digits", "n", "right", "calibration error", "wrong of the most confident 99%"],
            sets(model, judged),
        ),
        "Disturbed": table(
            ["disturbance", "wanted", "right", "confidence below 0.5"], disturbed(reader, some)
        ),
        "Refused": table(
            ["what", "below 0.5 when read", "below 0.5 as they are"],
            refused(reader, some, judged),
        ),
        "`--max-error`": table(
            ["asked for", "confidence above", "rejected", "wrong among the others"],
            thresholds(model, judged),
        ),
    }
    if options.write:
        both = dw.load("digits")
        bundled = dw.Digits(
            *(np.concatenate([getattr(d, k) for d in both]) for k in ("images", "labels"))
        )
        risk(
            model,
            {"MNIST's test digits": judged, "the bundled digits, never trained on": bundled},
            DOCS / "risk.png",
        )
        write(model, parts)


def write(model, parts):
    found = machine()
    sizes = ", together with ".join(layers_text(n.layout) for n in networks_of(model))
    text = TEXT.format(sizes=sizes, command=model.training["command"], cpu=found["cpu"])
    for title, rows in parts.items():
        text += f"\n## {title}\n\n{ABOUT[title]}\n\n{rows}\n"
    text += RISK
    (DOCS / "reader.md").write_text(text)
    print("written to docs/reader.md", file=sys.stderr)


TEXT = """\
# The shipped network

Written by `python benchmarks/reader.py --write`. The network is {sizes}. The first was made by

    {command}

on MNIST's training digits, the second as [Learning](learning.md#digits-of-many-hands) says. The last 5,000 were
validation digits, and calibrated both. `digitwise models` shows their card.
"""
ABOUT = {
    "Right or wrong": "Measured by `digitwise evaluate`. The calibration error is the mean distance between confidence and\nthe share of right answers, over 15 bins. The bundled digits were never trained on; they have 8×8 pixels,\nby writers from Turkey.",
    "Disturbed": "2,000 test digits are disturbed, written to PNG (or JPEG) files, and read with `--layout\ndigit`. If no digit is found, the answer counts as wrong.",
    "Refused": 'Non-digits should have a confidence below one half. Here they are halves of 2,000 digits, cut in the middle\nof their picture, and pairs side by side, squeezed into one box. "When read" they are framed again, as\nlarge as a digit; then the half of a 3 may look like a whole 3, and the half of a 1 looks like a 1.',
    "`--max-error`": "For each max error of `digitwise read --max-error`: the threshold, found on held-out digits with 90%\nassurance, and the result on MNIST's test digits.",
}
RISK = """
## Risk against coverage

![Error rate of accepted answers, for MNIST's test digits and for the bundled ones](risk.png)

A threshold that is found on one kind of digits doesn't hold for another: both curves are of the same network, and they
differ. For other material, calibrate on a part of it.
"""


if __name__ == "__main__":
    main()
