"""What each idea of learning is worth: a recipe with it, and without.

    python benchmarks/ablation.py --data-dir ../shared/mnist [--seeds 3] [--out FILE.md]

784-500-250-10 learns from the first 50,000 training digits and is judged on the last 10,000; the
test digits are not touched. One change at a time from one of two recipes: digits as they are, where
what holds a network back helps; and digits deformed, of which there is no end.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np

import digitwise as dw
from digitwise.data.deform import DEFORMATIONS
from digitwise.training.schedules import make_schedule

EPOCHS = 12
START = {"activation": "relu", "cost": "cross-entropy", "init": "he"}
STEPS = {
    "epochs": EPOCHS, "batch_size": 128, "learning_rate": make_schedule("cosine", 0.1, EPOCHS),
    "momentum": 0.9, "nesterov": True, "engine": "dense",
}  # fmt: skip
DEFORMED = {"deformation": DEFORMATIONS["mnist"]}
PLAIN = {"momentum": 0.0, "nesterov": False, "learning_rate": make_schedule("cosine", 0.8, EPOCHS)}
ROWS = [
    ("digits as they are", None, {}, {}),
    ("quadratic cost", "cross-entropy", {"cost": "quadratic"}, {"learning_rate": make_schedule("cosine", 0.3, EPOCHS)}),
    ("sigmoid neurons", "relu", {"activation": "sigmoid", "init": "scaled"}, {}),
    ("tanh neurons", "relu", {"activation": "tanh", "init": "scaled"}, {}),
    ("N(0, 1) start", "he start", {"init": "gaussian"}, {"learning_rate": make_schedule("cosine", 0.01, EPOCHS)}),
    ("scaled start", "he start", {"init": "scaled"}, {}),
    ("no momentum, η × 8", "momentum", {}, PLAIN),
    ("momentum, not Nesterov's", "Nesterov", {}, {"nesterov": False}),
    ("constant learning rate, η / 2", "cosine schedule", {}, {"learning_rate": 0.05}),
    ("linear schedule", "cosine schedule", {}, {"learning_rate": make_schedule("linear", 0.1, EPOCHS)}),
    ("with weight decay 1e-4", None, {}, {"weight_decay": 1e-4}),
    ("with dropout 0.2", None, {}, {"dropout": 0.2}),
    ("constant, with averaging over 2 epochs", None, {}, {"learning_rate": 0.05, "average": 2.0}),
    ("constant, 60 epochs", None, {}, {"learning_rate": 0.05, "epochs": 60}),
    ("the same, stopped early, patience 5", None, {}, {"learning_rate": 0.05, "epochs": 60, "patience": 5}),
    ("digits deformed", "digits as they are", {}, DEFORMED),
    ("deformed, weight decay 1e-5", None, {}, {**DEFORMED, "weight_decay": 1e-5}),
    ("deformed, dropout 0.1", None, {}, {**DEFORMED, "dropout": 0.1}),
    ("deformed, averaging over 1 epoch", None, {}, {**DEFORMED, "average": 1.0}),
    ("deformed, last 2 epochs plain", None, {}, {**DEFORMED, "plain_epochs": 2}),
    ("deformed, 20% non-digits", None, {}, {**DEFORMED, "non_digits": 0.2}),
    ("deformed, 60 epochs", None, {}, {**DEFORMED, "epochs": 60, "learning_rate": make_schedule("cosine", 0.1, 60)}),
    ("deformed, 60 epochs, averaging over 2", None, {}, {**DEFORMED, "epochs": 60, "learning_rate": make_schedule("cosine", 0.1, 60), "average": 2.0}),
    ("deformed, 60 epochs, last 3 plain", None, {}, {**DEFORMED, "epochs": 60, "learning_rate": make_schedule("cosine", 0.1, 60), "plain_epochs": 3}),
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    train, _ = dw.load("mnist", options.data_dir)
    train, validation = train[:50_000], train[50_000:]
    lines = [
        f"| recipe | validation accuracy: mean of {options.seeds} seeds | least to most | epochs |",
        "|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for name, _instead_of, start, steps in ROWS:
        jobs = [
            dw.Job(
                dw.Network([784, 500, 250, 10], rng=seed, dtype=np.float32, **START | start),
                {**STEPS, **steps, "seed": seed, "validation": validation},
            )
            for seed in range(options.seeds)
        ]
        started = time.perf_counter()
        histories = dw.fit_many(jobs, train)
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
