import numpy as np
import pytest

import digitwise as dw
from digitwise.convolution import Convolution
from digitwise.models.calibration import calibrate
from digitwise.models.files import Model
from digitwise.models.shipped import open_model
from digitwise.neurons import ACTIVATIONS

SIZES = {
    "no hidden layer": [784, 10],
    "one": [784, 30, 10],
    "four bits": [784, 20, 4],
    "deep": [784, 40, 7, 33, 12, 10],
    "shared weights": [784, Convolution(4, 3, 2), Convolution(3, 5, 3), Convolution(5, 1), 12, 10],
    "shared weights, pooled by no layer": [784, Convolution(2), 10],
}
NETWORKS = [
    pytest.param(sizes, activation, dtype, id=f"{name}, {activation}, {dtype}")
    for name, sizes in SIZES.items()
    for activation in ACTIVATIONS
    for dtype in ("float32", "float64")
]
"""Parameters of tests: sizes, activation, dtype."""


def make_network(sizes, activation, dtype="float64", seed=0):
    return dw.Network(
        sizes,
        activation=activation,
        cost="cross-entropy",
        init="scaled",
        rng=seed,
        dtype=np.dtype(dtype),
    )


def some_inputs(n=50):
    """Inputs in [0, 1], four in five 0, as those of digits."""
    rng = np.random.default_rng(3)
    return (rng.random((n, 784)) * (rng.random((n, 784)) < 0.2)).astype(np.float32)


@pytest.fixture(scope="session")
def calibrated(bundled) -> Model:
    """A network that knows the bundled digits a little, with a calibration and a run."""
    train, test = bundled
    network = make_network([784, 12, 10], "sigmoid", "float32")
    dw.fit(network, train, epochs=2, batch_size=10, learning_rate=0.5, engine="reference", seed=0)
    x = test.inputs()
    calibration = calibrate(network.weighted_outputs(x), test.labels, "some digits")
    accuracy = float((network.predict(x) == test.labels).mean())
    training = {"command": "digitwise train", "settings": {"data": "digits", "seed": 0}}
    return Model(network, training, {"test_accuracy": accuracy, "test_n": 360}, calibration)


@pytest.fixture(scope="session")
def shipped() -> Model:
    return open_model("reader")
