"""Speed of a trained network's answers, beside ONNX Runtime: one image, and 10,000.

    python benchmarks/inference.py [--two] [--json FILE]

Inputs are float32 in [0, 1]. ONNX Runtime has a Gemm and a Sigmoid for each layer.
"""

import sys
import time

from measure import deliver, mnist, pin, side_by_side, table

THREADS = 2 if "--two" in sys.argv else 1
pin(THREADS)

import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

import digitwise as dw  # noqa: E402
from digitwise.exchange.onnx import contents  # noqa: E402
from digitwise.models.files import Model  # noqa: E402

ONE = 2000  # single images a round
MANY = 100  # passes over 10,000 images a round
ROUNDS = 9


def compare(hidden: int) -> tuple[str, dict]:
    _, test = mnist()
    x = test.inputs()
    network = dw.Network([784, hidden, 10], init="scaled", rng=0, dtype=np.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    # Threads that spin for 60 ms would slow down the next task; ONNX Runtime loses nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        contents(Model(network), "", {}), options, providers=["CPUExecutionProvider"]
    )
    predictor = dw.Predictor(network, threads=THREADS)
    expected = session.run(None, {"images": x})[0]
    difference = float(abs(predictor(x) - expected).max())
    pairs = {
        "digitwise, Predictor": predictor,
        "ONNX Runtime": lambda x: session.run(None, {"images": x})[0],
    }

    def latency(ask, number):
        """Store the median time of single answers: the latency for a caller."""
        seconds = []
        for i in range(ONE):
            one = x[i : i + 1]
            started = time.perf_counter()
            ask(one)
            seconds.append(time.perf_counter() - started)
        medians[ask][number] = float(np.median(seconds))

    medians = {ask: {} for ask in pairs.values()}
    side_by_side(
        {name: lambda number, ask=ask: latency(ask, number) for name, ask in pairs.items()}, ROUNDS
    )
    many = side_by_side(
        {name: lambda _, ask=ask: [ask(x) for _ in range(MANY)] for name, ask in pairs.items()},
        ROUNDS,
    )
    rows, figures = [], {}
    for name, ask in pairs.items():
        one = float(np.median([v for number, v in medians[ask].items() if number > 0]))
        all_of_them = many[name].median / MANY
        figures[name] = {"one": one, "many": all_of_them}
        base = figures["digitwise, Predictor"]
        rows.append(
            [name, f"{1e6 * one:.2f} µs", f"{one / base['one']:.2f}×", f"{1e3 * all_of_them:.2f} ms",
             f"{len(x) / all_of_them / 1e6:.2f}", f"{all_of_them / base['many']:.2f}×"]
        )  # fmt: skip
    text = (
        f"### 784-{hidden}-10, {'one thread' if THREADS == 1 else 'two threads'}\n\n"
        + table(
            ["", "one image", "time / ours", "10,000 images", "million a second", "time / ours"],
            rows,
        )
        + f"\n\nLargest difference between the two's outputs: {difference:.1e}."
    )
    return text, {"hidden": hidden, "threads": THREADS, "figures": figures}


if __name__ == "__main__":
    texts, figures = zip(*(compare(hidden) for hidden in (30, 100)), strict=True)
    deliver(f"inference, {THREADS}", "\n\n".join(texts), {"networks": figures})
