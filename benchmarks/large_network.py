"""Speed of training a large network, beside peers, on two threads.

python benchmarks/large_network.py [--json FILE]
"""

from itertools import pairwise

from measure import deliver, mnist, pin, side_by_side, table

pin(2)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from bound import sgemm  # noqa: E402
from peers.jax_scan import Jax  # noqa: E402
from peers.ours import Dense  # noqa: E402
from peers.torch_steps import TorchCompiled, TorchEager  # noqa: E402

import digitwise as dw  # noqa: E402
from digitwise.training.feed import epoch_order  # noqa: E402

torch.set_num_threads(2)
PEERS = [Dense, TorchEager, TorchCompiled, Jax]
ROUNDS = 9
SIZES = [784, 1000, 500, 10]
EXAMPLES = 12_800
BATCH_SIZE = 128
LEARNING_RATE = 0.4
PRODUCTS = 10  # SGEMM products in one timing


def operations() -> int:
    """Return the floating-point operations of an epoch's matrix products."""
    products = [a * b for a, b in pairwise(SIZES)]
    return 2 * EXAMPLES * (3 * sum(products) - products[0])  # no gradient by the pixels


def compare() -> tuple[str, dict]:
    train, test = mnist()
    train = train[:EXAMPLES]

    def start():
        return dw.Network(SIZES, init="scaled", rng=0, dtype=np.float32)

    peers = {p.name: p(start(), train, BATCH_SIZE, LEARNING_RATE) for p in PEERS}
    multiply, work = sgemm()
    tasks = {
        name: lambda number, peer=peer: peer.epoch(epoch_order(0, number, EXAMPLES))
        for name, peer in peers.items()
    }
    tasks["SGEMM"] = lambda _: [multiply() for _ in range(PRODUCTS)]
    timings = side_by_side(tasks, ROUNDS)
    rate = PRODUCTS * work / timings.pop("SGEMM").median
    ours = timings[Dense.name]
    rows = []
    for name, peer in peers.items():
        timing = timings[name]
        reached = operations() / timing.median
        accuracy = dw.evaluate(peer.network(), test).accuracy
        timing.notes = {"ratio": timing.median / ours.median, "share": reached / rate}
        rows.append(
            [name, f"{timing.median:.4g}", timing.spread, f"{timing.notes['ratio']:.2f}×",
             f"{reached / 1e9:.0f}", f"{100 * reached / rate:.0f}%", f"{100 * accuracy:.2f}%"]
        )  # fmt: skip
    sizes = "-".join(map(str, SIZES))
    text = (
        f"### {sizes}, mini-batches of {BATCH_SIZE}, two threads, {EXAMPLES:,} examples\n\n"
        + table(
            ["", "s an epoch", "least to most", "time / ours", "GFLOP/s", "of SGEMM", "accuracy"],
            rows,
        )
        + f"\n\nSGEMM (2048×2048, two threads, in the same rounds): {rate / 1e9:.0f} GFLOP/s. "
        f"An epoch's matrix products are {operations() / 1e9:.1f} GFLOP."
    )
    return text, {"timings": timings, "sgemm": rate}


if __name__ == "__main__":
    text, figures = compare()
    deliver("large networks", text, figures)
