"""Speed of layers of shared weights in learning and answering, beside peers, on two threads.

    python benchmarks/convolution.py [--json FILE]

All begin with the same weights and take the same steps; the largest difference of weights after
the first epoch is printed. ONNX Runtime runs the network as `digitwise export` writes it.
"""

from measure import deliver, mnist, pin, side_by_side, table

pin(2)

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402
from peers.convolutions import (  # noqa: E402
    Conv,
    JaxConv,
    TorchConv,
    TorchConvCompiled,
)

import digitwise as dw  # noqa: E402
from digitwise.exchange.onnx import contents  # noqa: E402
from digitwise.models.channels import channels_first  # noqa: E402
from digitwise.models.files import Model  # noqa: E402
from digitwise.training.feed import epoch_order  # noqa: E402
from digitwise.typed_layers import layers_text, parse_layers  # noqa: E402

torch.set_num_threads(2)
PEERS = [Conv, TorchConv, TorchConvCompiled, JaxConv]
ROUNDS = 9
SHARED, HIDDEN = "3x3x16p2,3x3x32p2,3x3x64", 128
BATCH_SIZE, LEARNING_RATE = 128, 0.01
EXAMPLES = 39 * BATCH_SIZE  # 4,992: JAX needs whole mini-batches
FEW = 30  # digits of a small request
REPEATS = 100  # small requests in one timing


def start() -> dw.Network:
    return dw.Network(
        [784, *parse_layers(SHARED), HIDDEN, 10], activation="relu", cost="cross-entropy",
        init="he", rng=0, dtype=np.float32,
    )  # fmt: skip


def learning() -> tuple[str, dict]:
    train = mnist()[0][:EXAMPLES]
    peers = {p.name: p(start(), train, BATCH_SIZE, LEARNING_RATE) for p in PEERS}
    first = epoch_order(0, 0, EXAMPLES)
    for peer in peers.values():
        peer.epoch(first)
    ours = peers[Conv.name].network()
    pairs = zip(channels_first(ours), ours.biases, strict=True)
    ours = [p.copy() for pair in pairs for p in pair]
    apart = {
        name: max(float(abs(a - b).max()) for a, b in zip(ours, peer.learnt(), strict=True))
        for name, peer in peers.items()
        if name != Conv.name
    }
    tasks = {
        name: lambda number, peer=peer: peer.epoch(epoch_order(0, number + 1, EXAMPLES))
        for name, peer in peers.items()
    }
    timings = side_by_side(tasks, ROUNDS)
    steps, base = EXAMPLES // BATCH_SIZE, timings[Conv.name].median
    rows = []
    for name, timing in timings.items():
        ratio, far = timing.median / base, apart.get(name)
        timing.notes = {"ratio": ratio, "apart": far}
        low, high = (1e3 * f(timing.seconds) / steps for f in (min, max))
        rows.append(
            [name, f"{1e3 * timing.median / steps:.2f} ms", f"{low:.2f} to {high:.2f}",
             f"{ratio:.2f}×", "" if far is None else f"{far:.1e}"]
        )  # fmt: skip
    text = (
        f"### {layers_text(start().layout)}, mini-batches of {BATCH_SIZE}, two threads\n\n"
        + table(["", "a step", "least to most", "time / ours", "apart after an epoch"], rows)
    )
    return text, {"timings": timings}


def answering() -> tuple[str, dict]:
    x, network = mnist()[1].inputs(), start()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    # Spinning threads would slow down the next task; ONNX Runtime loses nothing without them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        contents(Model(network), "", {}), options, providers=["CPUExecutionProvider"]
    )
    predictor = dw.Predictor(network, threads=2)
    asked = {
        "digitwise, Predictor": predictor,
        "ONNX Runtime": lambda x: session.run(None, {"images": x})[0],
    }
    difference = float(abs(predictor(x) - asked["ONNX Runtime"](x)).max())
    rows, figures = [], {}
    for n, times in ((FEW, REPEATS), (len(x), 3)):
        some = np.ascontiguousarray(x[:n])
        timings = side_by_side(
            {
                name: lambda _, ask=ask, some=some, times=times: [ask(some) for _ in range(times)]
                for name, ask in asked.items()
            },
            ROUNDS,
        )
        base = timings["digitwise, Predictor"].median
        figures[n] = timings
        rows += [
            [f"{n:,} digits", name, f"{1e3 * timing.median / times:.3g} ms",
             f"{timing.median / base:.2f}×"]
            for name, timing in timings.items()
        ]  # fmt: skip
    text = (
        "### The same network answers, two threads\n\n"
        + table(["", "", "time", "time / ours"], rows)
        + f"\n\nLargest difference between the two's outputs: {difference:.1e}."
    )
    return text, {"timings": figures}


if __name__ == "__main__":
    texts, figures = zip(learning(), answering(), strict=True)
    deliver("shared weights", "\n\n".join(texts), {"parts": figures})
