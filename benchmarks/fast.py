"""Time to 99% of MNIST's test digits: the preset `fast`, and the same recipe in PyTorch.

    python benchmarks/fast.py [--json FILE]

Both begin with the same weights and learn the same deformed digits in the same order, on two
threads. Our code draws the digits for both, on a separate thread. The time of all epochs is
measured, drawing included, and the final accuracy.
"""

import time

from measure import deliver, mnist, pin, side_by_side, table

pin(2)

import torch  # noqa: E402

import digitwise as dw  # noqa: E402
from digitwise.training.feed import feed, step_of  # noqa: E402
from digitwise.training.presets import PRESETS  # noqa: E402
from digitwise.training.schedules import make_schedule  # noqa: E402
from digitwise.training.start import make_network  # noqa: E402

torch.set_num_threads(2)
ROUNDS = 2
RECIPE = PRESETS["fast"]
WANTED = 0.99


class Ours:
    name = "digitwise"

    def run(self, train, epochs):
        network = make_network(RECIPE)
        started = time.perf_counter()
        history = dw.fit(network, train, settings=RECIPE, epochs=epochs)
        self.seconds = history.seconds, time.perf_counter() - started
        return network


class Torch:
    name = "PyTorch, eager"

    def run(self, train, epochs):
        network = make_network(RECIPE)
        rate = make_schedule(RECIPE.schedule, RECIPE.learning_rate, RECIPE.epochs)
        layers = []
        for w, b in zip(network.weights, network.biases, strict=True):
            layer = torch.nn.Linear(w.shape[1], w.shape[0])
            layer.weight.data, layer.bias.data = torch.from_numpy(w), torch.from_numpy(b)
            layers += [layer, torch.nn.ReLU()]
        model = torch.nn.Sequential(*layers[:-1])
        optimiser = torch.optim.SGD(
            model.parameters(), lr=0.1, momentum=RECIPE.momentum, nesterov=True, foreach=True
        )
        loss = torch.nn.BCEWithLogitsLoss(reduction="sum")
        m = RECIPE.batch_size
        started = time.perf_counter()
        for epoch in range(epochs):
            for group in optimiser.param_groups:
                group["lr"] = rate(epoch)
            plain = epoch >= epochs - RECIPE.plain_epochs
            deformation = None if plain else dw.DEFORMATIONS[RECIPE.deform]
            for digits, order in feed(
                train, RECIPE.seed, epoch, 0, lambda: step_of(m), deformation
            ):
                x = torch.from_numpy(digits.images[order].reshape(len(order), 784)).float() / 255
                labels = torch.from_numpy(digits.labels[order].astype("int64"))
                y = torch.nn.functional.one_hot(labels, 10).float()
                for at in range(0, len(order), m):
                    optimiser.zero_grad(set_to_none=True)
                    rows = slice(at, at + m)
                    (loss(model(x[rows]), y[rows]) / len(y[rows])).backward()
                    optimiser.step()
        self.seconds = time.perf_counter() - started, None
        return network


def compare() -> tuple[str, dict]:
    train, test = mnist()
    peers = {p.name: p for p in (Ours(), Torch())}
    accuracies = {}

    def task(name):
        def run(number):
            # The first round only compiles, so one epoch suffices.
            network = peers[name].run(train, RECIPE.epochs if number else 1)
            accuracies[name] = dw.evaluate(network, test).accuracy

        return run

    timings = side_by_side({name: task(name) for name in peers}, ROUNDS)
    ours = timings[Ours.name]
    rows = []
    for name, timing in timings.items():
        timing.notes = {"ratio": timing.median / ours.median, "accuracy": accuracies[name]}
        rows.append(
            [name, f"{timing.median:.1f}", timing.spread, f"{timing.notes['ratio']:.2f}×",
             f"{100 * accuracies[name]:.2f}%"]
        )  # fmt: skip
    text = (
        f"### `train --preset fast`: {'-'.join(map(str, RECIPE.sizes))}, {RECIPE.epochs} epochs\n\n"
        + table(["", "s", "least to most", "time / ours", "accuracy"], rows)
    )
    return text, {"timings": timings}


if __name__ == "__main__":
    text, figures = compare()
    deliver("fast", text, figures)
