"""Measure the gain from digits of many hands: accuracy on collections unseen in training.

    python benchmarks/hands.py --data-dir ../shared/mnist [--epochs 10] [--out FILE.md]

Networks are 784-300-100-10, with `wild` deformations and the same number of steps. The held-out
digits of each collection are read by a network that learnt from MNIST alone, by one that learnt
from all other collections too, and by one that learnt from all. Then each idea is left out in turn,
measured by the mean accuracy over all collections. `--model` measures a model file instead.
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

STEPS_AN_EPOCH = 1000  # mini-batches of 128, the same for every network
WILD = DEFORMATIONS["wild"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model")
    parser.add_argument(
        "--only", action="append", help="collection to leave out; others are skipped"
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    others = [load_other(text, options.data_dir) for text in PRESETS["reader"].also]
    # Held-out digits that nothing may be chosen by are measured, too: they were not trained on.
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
    """Return lines of a model's accuracy and calibration error on each collection."""
    model, engine = open_model(name), choose_engine("dense")
    rows = []
    for collection, digits in held_out.items():
        found = evaluate(model.network, digits, engine, model.calibration)
        error = f"{100 * found.calibration_error:.2f}%"
        rows.append([collection, f"{len(digits):,}", percent(found.accuracy), error])
    return table(["held out of", "n", "right", "calibration error"], rows).splitlines()


def left_out(mnist, others, held_out, options):
    """Return lines of each collection's accuracy after MNIST, all others, and all."""
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
        # Seeds alone make half a point of difference.
        share = f"{100 * gained / all_gained:.0f}%" if all_gained > 0.005 else "-"
        rows.append([other.name, *map(percent, found), share])
        print(rows[-1], flush=True)
    titles = ["held out of", "MNIST alone", "all but this one", "all", "gained without it"]
    return table(titles, rows).splitlines()


def ideas(mnist, others, held_out, options):
    """Return lines of the mean accuracy over all collections, with each idea left out."""
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
    """Train one network, on the same number of examples as every other."""
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
    """Return the share of right answers, 0 to 1."""
    return evaluate(network, digits, choose_engine("dense")).accuracy


def percent(share):
    """Format a share: 0.9512 → "95.12%"."""
    return f"{100 * share:.2f}%"


if __name__ == "__main__":
    main()
