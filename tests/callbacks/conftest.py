from types import SimpleNamespace

import pytest

import digitwise as dw
from digitwise.training.history import Epoch, History

EPOCHS = [
    Epoch(1, 0.9, 0.5, None, 0.4, 0.01),
    Epoch(2, 0.6, 0.7, None, 0.6, None),
    Epoch(3, 0.4, 0.8, None, 0.7, 0.01),
]


@pytest.fixture
def train():
    """Runs a callback as a training of three epochs does; an error may end it."""

    def train(callback, error=None):
        settings = SimpleNamespace(to_dict=lambda: {"batch_size": 10, "also": ["x" * 10_000]})
        network = dw.Network([784, 5, 10], cost="cross-entropy", init="scaled", rng=0)
        training = SimpleNamespace(
            network=network, settings=settings, history=History(), learning_rate=0.5, error=None
        )
        stops = [callback.begin_run(training)]
        for epoch in EPOCHS:
            stops += [callback.begin_epoch(training), callback.begin_step(training)]
            stops.append(callback.end_step(training))
            training.history.epochs.append(epoch)
            training.learning_rate /= 2
            network.weights[0] += 1
            stops.append(callback.end_epoch(training))
        training.error = error
        callback.end_run(training)
        assert not any(stops)
        return training

    return train
