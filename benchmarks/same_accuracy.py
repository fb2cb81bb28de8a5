"""Paired t-test of the engines' accuracies over ten seeds: speed must not cost accuracy.

python benchmarks/same_accuracy.py [--json FILE]
"""

from measure import deliver, mnist, pin, table

pin(2)

import numpy as np  # noqa: E402
from scipy import stats  # noqa: E402

import digitwise as dw  # noqa: E402

SEEDS, EPOCHS = 10, 5
ENGINES = ("reference", "fused", "dense")


def compare() -> tuple[str, dict]:
    train, test = mnist()
    train = train[:50_000]
    accuracies = {}
    for engine in ENGINES:
        jobs = (
            dw.Job(
                dw.Network([784, 30, 10], init="gaussian", rng=seed, dtype=np.float32),
                {"epochs": EPOCHS, "learning_rate": 3.0, "seed": seed, "engine": engine},
            )
            for seed in range(SEEDS)
        )
        histories = dw.fit_many(jobs, train, test)
        accuracies[engine] = [h.epochs[-1].test_accuracy for h in histories]
    rows, chances = [], {}
    for engine in ENGINES:
        shares = 100 * np.array(accuracies[engine])
        differences = shares - 100 * np.array(accuracies["reference"])
        chance = None
        if engine != "reference":
            # Paired by seed: the same first weights and the same order of examples.
            chance = float(stats.ttest_1samp(differences, 0).pvalue) if differences.any() else 1.0
            chances[engine] = chance
        rows.append(
            [engine, f"{np.median(shares):.2f}%", f"{shares.min():.2f} to {shares.max():.2f}",
             f"{differences.mean():+.3f}", "" if chance is None else f"{chance:.2f}"]
        )  # fmt: skip
    text = (
        f"### Ten seeds, 784-30-10, the chapter's settings, {EPOCHS} epochs, test digits\n\n"
        + table(
            ["engine", "median", "least to most", "mean difference to reference, points", "p"], rows
        )
        + "\n\np: probability of differences at least this large by chance alone (paired t-test)."
    )
    return text, {"accuracies": accuracies, "p": chances}


if __name__ == "__main__":
    deliver("same accuracy", *compare())
