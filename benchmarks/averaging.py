"""Train one large network on two workers: DIGITWISE_DATA=... python benchmarks/averaging.py

Each worker of Ray learns from its own deformed digits; after an interval, the weights of all
workers are averaged (local SGD; Stich 2019). One worker with the same settings stands beside it.
For both, runs of several lengths tell the seconds to an accuracy on the last 10,000 training
digits. Needs two idle cores.
"""

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from copy import deepcopy

import numpy as np
from measure import mnist

import digitwise as dw
from digitwise.engines.remote import executor_on

ACCURACY = 0.992
EXAMPLES = 50_000  # of an epoch
LENGTHS = (4, 6, 9, 13, 19)  # epochs
LAYOUT = (784, 1000, 300, 10)
SETTINGS = {"engine": "dense", "batch_size": 100, "momentum": 0.9, "deform": "mnist", "epochs": 1}


def network(seed: int) -> dw.Network:
    return dw.Network(
        LAYOUT, activation="relu", cost="cross-entropy", init="he", rng=seed, dtype=np.float32
    )


def rates(first: float, rounds: int) -> Iterator[float]:
    """Yield the learning rate of each round, which falls to 0."""
    for number in range(rounds):
        yield first * (1 - (number + 0.5) / rounds)


def train(
    executor: Executor, workers: int, epochs: int, interval: int, rate: float, seed: int
) -> tuple[float, float]:
    """Train on as many examples as `epochs` have, over all workers; return seconds and accuracy."""
    digits = mnist()[0]
    train, validation = digits[:EXAMPLES], digits[EXAMPLES:]
    common = network(seed)
    rounds = epochs * EXAMPLES // (workers * interval)
    parts = EXAMPLES // interval
    begun = time.perf_counter()
    for number, now in enumerate(rates(rate, rounds)):
        jobs = []
        for worker in range(workers):
            at = number * workers + worker
            settings = {**SETTINGS, "learning_rate": now, "seed": seed * 100_000 + at}
            jobs.append(dw.Job(deepcopy(common), settings))
        # Each part of the set in turn; deformations and order are a job's own.
        start = number % parts * interval
        dw.fit_many(jobs, train[start : start + interval], on=executor, workers=workers)
        for name in ("weights", "biases"):
            own = (getattr(job.network, name) for job in jobs)
            setattr(common, name, [np.mean(layer, axis=0) for layer in zip(*own, strict=True)])
    seconds = time.perf_counter() - begun
    return seconds, dw.evaluate(common, validation).accuracy


def time_to(accuracy: float, seconds: list[float], found: list[float]) -> float:
    """Return the seconds to an accuracy, linear between lengths; infinity if it isn't reached."""
    for k, reached in enumerate(found):
        if reached >= accuracy:
            if k == 0:
                return seconds[0]
            share = (accuracy - found[k - 1]) / (reached - found[k - 1])
            return seconds[k - 1] + share * (seconds[k] - seconds[k - 1])
    return float("inf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rates", type=float, nargs="+", default=[0.05])
    parser.add_argument("--intervals", type=int, nargs="+", default=[2_500, 25_000])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--lengths", type=int, nargs="+", default=LENGTHS)
    options = parser.parse_args()
    megabytes = sum(p.nbytes for p in (*network(0).weights, *network(0).biases)) / 1e6
    print(f"{'-'.join(map(str, LAYOUT))}: {megabytes:.1f} MB of weights")
    with executor_on("ray") as executor:
        for workers in (1, 2):
            for interval in options.intervals if workers > 1 else options.intervals[-1:]:
                for rate in options.rates:
                    seconds, found = [], []
                    for epochs in options.lengths:
                        runs = [
                            train(executor, workers, epochs, interval, rate, seed)
                            for seed in range(options.seeds)
                        ]
                        seconds.append(float(np.mean([s for s, _ in runs])))
                        found.append(float(np.mean([a for _, a in runs])))
                        print(
                            f"{workers} workers, averaged every {interval:,}, rate {rate:g}, "
                            f"{epochs:2} epochs: {seconds[-1]:6.1f} s, {100 * found[-1]:.2f}%",
                            flush=True,
                        )
                    reached = time_to(ACCURACY, seconds, found)
                    print(f"  {100 * ACCURACY:.1f}% after {reached:.1f} s", flush=True)


if __name__ == "__main__":
    main()
