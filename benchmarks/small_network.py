"""Speed of training a small network, beside peers, on one thread.

python benchmarks/small_network.py [--json FILE]
"""

from measure import deliver, mnist, pin, side_by_side, table

pin(1)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from bound import small_network_bound  # noqa: E402
from peers.jax_scan import Jax  # noqa: E402
from peers.numpy_batches import NumPy  # noqa: E402
from peers.ours import Fused, Reference  # noqa: E402
from peers.sklearn_mlp import Sklearn  # noqa: E402
from peers.textbook import Textbook  # noqa: E402
from peers.torch_steps import TorchCompiled, TorchEager  # noqa: E402

import digitwise as dw  # noqa: E402
from digitwise.training.feed import epoch_order  # noqa: E402

torch.set_num_threads(1)
PEERS = [Fused, Textbook, NumPy, Jax, TorchEager, TorchCompiled, Sklearn, Reference]
ROUNDS = 5
BATCH_SIZE = 10
LEARNING_RATE = 3.0


def compare(hidden: int) -> tuple[str, dict]:
    train, test = mnist()
    train = train[:50_000]

    def start():
        return dw.Network([784, hidden, 10], init="scaled", rng=0, dtype=np.float32)

    peers = {p.name: p(start(), train, BATCH_SIZE, LEARNING_RATE) for p in PEERS}
    timings = side_by_side(
        {
            name: lambda number, peer=peer: peer.epoch(epoch_order(0, number, len(train)))
            for name, peer in peers.items()
        },
        ROUNDS,
    )
    ours = timings[Fused.name]
    rows = []
    for name, peer in peers.items():
        timing = timings[name]
        if hasattr(peer, "accuracy"):
            accuracy = peer.accuracy(test)
        else:
            accuracy = dw.evaluate(peer.network(), test).accuracy
        timing.notes = {"ratio": timing.median / ours.median, "accuracy": accuracy}
        rows.append(
            [name, f"{timing.median:.4g}", timing.spread, f"{timing.notes['ratio']:.1f}×",
             f"{100 * accuracy:.2f}%"]
        )  # fmt: skip
    bound = small_network_bound(hidden, train)
    share = bound["seconds"] / ours.median
    text = (
        f"### 784-{hidden}-10, mini-batches of {BATCH_SIZE}, one thread\n\n"
        + table(["", "s an epoch", "least to most", "time / ours", "accuracy"], rows)
        + f"\n\nThe bound: {bound['bytes'] / 1000:.0f} KB of first-layer weights go between cache "
        f"and registers for an example ({bound['pixels']:.0f} pixels of ink); at the "
        f"{bound['read']:.0f} GB/s (reading) and {bound['step']:.0f} GB/s (reading and writing) "
        f"measured here an epoch takes at least {bound['seconds']:.4f} s. "
        f"The fused engine reaches {100 * share:.0f}% of that."
    )
    return text, {"timings": timings, "bound": bound, "share": share, "hidden": hidden}


if __name__ == "__main__":
    texts, figures = zip(*(compare(hidden) for hidden in (30, 100)), strict=True)
    deliver("small networks", "\n\n".join(texts), {"networks": figures})
