"""What digits of many hands are worth: each collection read by networks that never saw it.

    python benchmarks/hands.py --data-dir ../shared/mnist [--epochs 10] [--out FILE.md]

784-300-100-10, `wild` deformations, the same number of steps for every network. A collection is
measured on the digits held out of it, by a network that learnt from MNIST alone, by one that learnt
from all collections but this one, and by one that learnt from all. Then the ideas, one left out at
a time, each measured on all collections, as the mean of their accuracies. `--model` measures a
model file on the held-out digits instead.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from measure import table

import digitwise as dw
from digitwise.data.deform import DEFORMATIONS
from digitwise.data.others import load_other
from digitwise.engines import choose_engine
from digitwise.models.shipped import open_model
from digitwise.settings import Settings
from digitwise.training.evaluation import evaluate
from digitwise.training.presets import PRESETS
from digitwise.training.run import prepare
from digitwise.training.schedules import make_schedule

STEPS_AN_EPOCH = 1000  # mini-batches of 128: the same for every network, however much it is shown
WILD = DEFORMATIONS["wild"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model")
    parser.add_argument("--only", action="append", help="leave out this collection only")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    others = [load_other(text, options.data_dir) for text in PRESETS["reader"].also]
    # What nothing may be chosen on is measured all the same: it was not trained on.
    held_out = {o.name: dw.load(o.name, options.data_dir)[1] for o in others}
    if options.model:
        lines = measured(options.model, held_out)
    else:
        mnist = dw.load("mnist", options.data_dir)[0][:-5000]
        lines = left_out(mnist, others, held_out, options)
        if not options.only:
            lines += ["", *ideas(mnist, others, held_out, options)]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text)


def measured(name, held_out):
    """Rows of a model's accuracy and calibration error on each collection."""
    model, engine = open_model(name), choose_engine("dense")
    rows = []
    for collection, digits in held_out.items():
        found = evaluate(model.network, digits, engine, model.calibration)
        error = f"{100 * found.calibration_error:.2f}%"
        rows.append([collection, f"{len(digits):,}", percent(found.accuracy), error])
    return table(["held out of", "n", "right", "calibration error"], rows).splitlines()


def left_out(mnist, others, held_out, options):
    """Rows of each collection: known by MNIST alone, by the others, by itself too."""
    alone = learn(mnist, [], WILD, options)
    every = learn(mnist, others, WILD, options)
    rows = []
    for other in others:
        if options.only and other.name not in options.only:
            continue
        rest = [o for o in others if o.name != other.name]
        without = learn(mnist, rest, WILD, options)
        found = [accuracy(net, held_out[other.name]) for net in (alone, without, every)]
        gained, all_gained = found[1] - found[0], found[2] - found[0]
        # Less than half a point is within what seeds differ by.
        share = f"{100 * gained / all_gained:.0f}%" if all_gained > 0.005 else "-"
        rows.append([other.name, *map(percent, found), share])
        print(rows[-1], flush=True)
    titles = ["held out of", "MNIST alone", "all but this one", "all", "gained without it"]
    return table(titles, rows).splitlines()


def ideas(mnist, others, held_out, options):
    """Rows of the ideas: mean accuracy over all collections, each idea left out."""
    kinds = [
        ("all of it", WILD, others),
        ("strokes with one pen", replace(WILD, pens=0.0), others),
        ("no drawn forms", replace(WILD, forms=0.0), others),
        ("no stretching", replace(WILD, stretch=0.0), others),
        ("deformed as `mnist`", DEFORMATIONS["mnist"], others),
        ("MNIST alone", WILD, []),
        ("MNIST alone, no drawn forms", replace(WILD, forms=0.0), []),
    ]
    rows = []
    for name, deformation, sets in kinds:
        network = learn(mnist, sets, deformation, options)
        found = [accuracy(network, digits) for digits in held_out.values()]
        rows.append([name, percent(np.mean(found))])
        print(rows[-1], flush=True)
    return table(["recipe", "mean over collections"], rows).splitlines()


def learn(mnist, others, deformation, options):
    """Train one network, on as many examples as any other."""
    digits, _ = prepare(Settings(data="mnist"), mnist, others)
    network = dw.Network(
        [784, 300, 100, 10], activation="relu", cost="cross-entropy", init="he",
        rng=options.seed, dtype=np.float32,
    )  # fmt: skip
    epochs = max(1, round(options.epochs * STEPS_AN_EPOCH * 128 / len(digits)))
    dw.fit(
        network, digits, epochs=epochs, batch_size=128,
        learning_rate=make_schedule("cosine", 0.1, epochs), momentum=0.9, nesterov=True,
        deformation=deformation, seed=options.seed, engine="dense",
    )  # fmt: skip
    return network


def accuracy(network, digits):
    """Share of right answers, 0 to 1."""
    return evaluate(network, digits, choose_engine("dense")).accuracy


def percent(share):
    """0.9512 → "95.12%"."""
    return f"{100 * share:.2f}%"


if __name__ == "__main__":
    main()
