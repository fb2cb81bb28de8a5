"""Measure the effect of each idea of learning: validation accuracy with it and without it.

    python benchmarks/ablation.py --data-dir ../shared/mnist [--seeds 2] [--out FILE.md]

784-300-100-10 learns from the first 50,000 training digits and is measured on the last 10,000; the
test digits are not used. Each row is one change to one of two recipes: plain digits, where
regularisation helps, and an endless supply of deformed digits.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

import digitwise as dw
from digitwise.data.deform import DEFORMATIONS
from digitwise.settings import Settings
from digitwise.training.run import prepare
from digitwise.training.schedules import make_schedule

EPOCHS = 12
MANY = 30  # epochs of the longer runs
FEW = 2_000  # digits of the small set, where regularisation helps most
LONG = 100  # epochs with the small set
START = {"activation": "relu", "cost": "cross-entropy", "init": "he"}
STEPS = {
    "epochs": EPOCHS, "batch_size": 128, "learning_rate": make_schedule("cosine", 0.1, EPOCHS),
    "momentum": 0.9, "nesterov": True, "engine": "dense",
}  # fmt: skip
DEFORMED = {"deformation": DEFORMATIONS["mnist"]}
PLAIN = {"momentum": 0.0, "nesterov": False, "learning_rate": make_schedule("cosine", 0.8, EPOCHS)}
ROWS = [
    ("digits as they are", {}, {}),
    ("quadratic cost, η / 3", {"cost": "quadratic"}, {"learning_rate": make_schedule("cosine", 0.03, EPOCHS)}),
    ("sigmoid neurons", {"activation": "sigmoid", "init": "scaled"}, {}),
    ("tanh neurons", {"activation": "tanh", "init": "scaled"}, {}),
    ("N(0, 1) start, η / 1000", {"init": "gaussian"}, {"learning_rate": make_schedule("cosine", 0.0001, EPOCHS)}),
    ("scaled start", {"init": "scaled"}, {}),
    ("no momentum, η × 8", {}, PLAIN),
    ("momentum, not Nesterov's", {}, {"nesterov": False}),
    ("constant learning rate, η / 2", {}, {"learning_rate": 0.05}),
    ("linear schedule", {}, {"learning_rate": make_schedule("linear", 0.1, EPOCHS)}),
    ("with weight decay 1e-4", {}, {"weight_decay": 1e-4}),
    ("with dropout 0.2", {}, {"dropout": 0.2}),
    ("constant, with averaging over 2 epochs", {}, {"learning_rate": 0.05, "average": 2.0}),
    (f"constant, {MANY} epochs", {}, {"learning_rate": 0.05, "epochs": MANY}),
    ("the same, stopped early, patience 5", {}, {"learning_rate": 0.05, "epochs": MANY, "patience": 5}),
    ("digits deformed", {}, DEFORMED),
    ("deformed, weight decay 1e-5", {}, {**DEFORMED, "weight_decay": 1e-5}),
    ("deformed, dropout 0.1", {}, {**DEFORMED, "dropout": 0.1}),
    ("deformed, averaging over 1 epoch", {}, {**DEFORMED, "average": 1.0}),
    ("deformed, last 2 epochs plain", {}, {**DEFORMED, "plain_epochs": 2}),
    ("deformed, 20% non-digits", {}, {**DEFORMED, "non_digits": 0.2}),
    ("deformed, with pieces of 4,000 numbers", {}, {**DEFORMED, "numbers": 4000}),
    (f"deformed, {MANY} epochs", {}, {**DEFORMED, "epochs": MANY, "learning_rate": make_schedule("cosine", 0.1, MANY)}),
    (f"deformed, {MANY} epochs, averaging over 2", {}, {**DEFORMED, "epochs": MANY, "learning_rate": make_schedule("cosine", 0.1, MANY), "average": 2.0}),
    *[
        (f"{FEW:,} digits, {LONG} epochs{name}", {}, {"n": FEW, "epochs": LONG, "batch_size": 32, "learning_rate": make_schedule("cosine", 0.03, LONG)} | change)
        for name, change in [
            ("", {}), (", weight decay 1e-3", {"weight_decay": 1e-3}), (", weight decay 1e-2", {"weight_decay": 1e-2}),
            (", dropout 0.3", {"dropout": 0.3}), (", averaging over 5", {"average": 5.0}), (", deformed", DEFORMED),
            (", constant", {"learning_rate": 0.015}),
            (", constant, averaging over 5", {"learning_rate": 0.015, "average": 5.0}),
            (", constant, stopped early, patience 10", {"learning_rate": 0.015, "patience": 10}),
        ]
    ],
    (f"deformed, {MANY} epochs, with pieces of 4,000 numbers", {}, {**DEFORMED, "numbers": 4000, "epochs": MANY, "learning_rate": make_schedule("cosine", 0.1, MANY)}),
    (f"deformed, {MANY} epochs, last 3 plain", {}, {**DEFORMED, "epochs": MANY, "learning_rate": make_schedule("cosine", 0.1, MANY), "plain_epochs": 3}),
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", default="", help="recipes whose name has this in it")
    options = parser.parse_args()
    train, _ = dw.load("mnist", options.data_dir)
    train, validation = train[:50_000], train[50_000:]
    lines = [
        f"| recipe | validation accuracy: mean of {options.seeds} seeds | least to most | epochs |",
        "|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for name, start, steps in ROWS:
        if options.only not in name:
            continue
        n = steps.get("n", len(train))
        settings = Settings(numbers=steps.get("numbers", 0), limit=n)
        digits, _ = prepare(settings, train)
        steps = {key: value for key, value in steps.items() if key not in ("n", "numbers")}
        jobs = [
            dw.Job(
                dw.Network([784, 300, 100, 10], rng=seed, dtype=np.float32, **START | start),
                {**STEPS, **steps, "seed": seed, "validation": validation},
            )
            for seed in range(options.seeds)
        ]
        started = time.perf_counter()
        histories = dw.fit_many(jobs, digits)
        found = [100 * h.epochs[-1].validation_accuracy for h in histories]
        epochs = statistics.median(len(h.epochs) for h in histories)
        lines.append(
            f"| {name} | {statistics.mean(found):.2f}% | {min(found):.2f} to {max(found):.2f} | {epochs:g} |"
        )
        print(lines[-1], f"({time.perf_counter() - started:.0f} s)", flush=True)
    if options.out:
        options.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
