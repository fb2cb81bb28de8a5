"""Speed-up of training many networks on two cores instead of one.

python benchmarks/many_networks.py [--json FILE]
"""

from measure import deliver, mnist, pin, side_by_side, table

pin(2)

import numpy as np  # noqa: E402

import digitwise as dw  # noqa: E402

NETWORKS = 64
EPOCHS = 1
ROUNDS = 5


def compare() -> tuple[str, dict]:
    train, _ = mnist()
    train, validation = train[:50_000], train[50_000:]
    accuracies = {}

    def jobs():
        for seed in range(NETWORKS):
            network = dw.Network([784, 30, 10], init="scaled", rng=seed, dtype=np.float32)
            yield dw.Job(network, {"epochs": EPOCHS, "learning_rate": 3.0, "seed": seed})

    def sweep(workers):
        histories = dw.fit_many(jobs(), train, validation, workers=workers)
        accuracies[workers] = np.median([h.epochs[-1].test_accuracy for h in histories])

    timings = side_by_side(
        {"one core": lambda _: sweep(1), "two cores": lambda _: sweep(2)}, ROUNDS
    )
    one, two = timings["one core"], timings["two cores"]
    rows = [
        [name, f"{t.median:.4g}", t.spread, f"{NETWORKS / t.median:.1f}",
         f"{one.median / t.median:.2f}×", f"{100 * accuracies[workers]:.2f}%"]
        for workers, (name, t) in enumerate(timings.items(), 1)
    ]  # fmt: skip
    text = (
        f"### {NETWORKS} networks 784-30-10 at a time, {EPOCHS} epoch of 50,000 each, "
        "validation included\n\n"
        + table(
            ["", "s", "least to most", "networks a second", "throughput", "median accuracy"], rows
        )
    )
    return text, {"timings": timings, "ratio": one.median / two.median}


if __name__ == "__main__":
    deliver("many networks", *compare())
