"""PyTorch: a network as the state dict of an `nn.Sequential`; state dicts read and measured.

Files are safetensors, which `safetensors.torch` reads; PyTorch itself is not needed here.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.data.digits import Digits, check_digit_network
from digitwise.engines import choose_engine
from digitwise.errors import InputError
from digitwise.models.calibration import calibrate
from digitwise.models.files import KEY, Model, model_file, read_model, to_bytes
from digitwise.network import Network

MODULES = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU"}
OUTPUT = "sigmoid"


def contents(model: Model, name: str, facts: dict[str, Any]) -> bytes:  # noqa: ARG001
    """Return a state dict with our header: whatever the header says survives, but for signs.

    A strict PyTorch takes no tensors beside those of the layers, so the network that tells signs
    when numbers are read stays behind.
    """
    names = {}
    for layer in range(len(model.network.weights)):
        # Between two Linear layers of a Sequential is an activation, which has a number, too.
        names[f"weights.{layer}"] = f"{2 * layer}.weight"
        names[f"biases.{layer}"] = f"{2 * layer}.bias"
    weighing = model.weighing and replace(model.weighing, signs=None)
    metadata = {"format": "pt", "activation": model.network.activation, "output": OUTPUT}
    return to_bytes(replace(model, weighing=weighing), metadata, names)


def is_export(path: Path) -> bool:
    """Tell a state dict that was exported from any other file."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return KEY in (file.metadata() or {}) and "0.weight" in set(file.keys())
    except (SafetensorError, OSError):
        return False


def sequential_code(network: Network, path: str | Path) -> str:
    """Return Python code that makes an `nn.Sequential` of an exported file."""
    layers = []
    for layer, w in enumerate(network.weights, 1):
        last = layer == len(network.weights)
        module = MODULES[OUTPUT if last else network.activation]
        n_out, n_in = w.shape
        layers.append(f"    torch.nn.Linear({n_in}, {n_out}), torch.nn.{module}(),\n")
    double = ".double()" if network.dtype == np.float64 else ""
    return (
        "import torch\n"
        "from safetensors.torch import load_file\n\n"
        f"model = torch.nn.Sequential(\n{''.join(layers)}){double}\n"
        f"model.load_state_dict(load_file({str(path)!r}), strict=True)\n"
    )


def from_torch(
    path: str | Path,
    activation: str | None = None,
    normalize: tuple[float, float] = (0.0, 1.0),
) -> Network:
    """Load the Linear layers of a PyTorch state dict in a safetensors file.

    The network has sigmoid outputs, as all have here. One that was trained with softmax has the
    same largest output, and so gives the same answers; what its outputs mean as probabilities has
    to be found out by calibration (`digitwise import` does that).

    Parameters
    ----------
    path : path
        As `safetensors.torch.save_file(model.state_dict(), path)` writes it.
    activation : {"sigmoid", "tanh", "relu"}, optional
        Of the hidden layers, if the metadata of the file doesn't say it.
    normalize : (mean, standard deviation)
        If it was trained on (pixels - mean)/deviation of pixels in [0, 1], as
        `transforms.Normalize` makes them: the first layer is rewritten to take pixels in [0, 1].

    Raises
    ------
    ModelError
        If the file isn't a state dict of Linear layers, each of which feeds the next, or nobody
        says the activation.
    InputError
        If there is no such normalization.
    """
    mean, deviation = (float(value) for value in normalize)
    if not (np.isfinite(mean) and 0 < deviation < np.inf):
        raise InputError(
            f"expected a finite mean and a standard deviation above 0; found {mean:g}, "
            f"{deviation:g}"
        )
    network = read_model(path, activation).network
    # w·(x - mean)/deviation + b = (w/deviation)·x + (b - mean/deviation Σw)
    w = network.weights[0].astype(np.float64) / deviation
    network.biases[0] -= (mean * w.sum(axis=1)).astype(network.dtype)
    network.weights[0] = w.astype(network.dtype)
    return network


def import_torch(
    path: str | Path,
    test: Digits,
    data: str,
    activation: str | None = None,
    normalize: tuple[float, float] = (0.0, 1.0),
) -> Model:
    """Load a state dict as `from_torch` does; calibrate and measure it on digits of its own.

    Every second digit finds the calibration. That changes no answer, so the accuracy is that of
    all of them. `data` names the set that they are the test digits of.

    Raises
    ------
    ModelError, InputError
        As `from_torch`; also if the network can't tell digits, or there are fewer than two.
    """
    network = from_torch(path, activation, normalize)
    check_digit_network(network)
    if len(test) < 2:
        raise InputError(f"expected two digits or more to calibrate with; found {len(test)}")
    z = choose_engine("reference").weighted_outputs(network, test)
    source = f"{len(z[::2]):,} of the {len(z):,} test digits of {data}"
    calibration = calibrate(z[::2], test.labels[::2], source)
    digest = hashlib.sha256(model_file(path).read_bytes()).hexdigest()
    origin = f"PyTorch state dict, SHA-256 {digest}"
    if normalize != (0.0, 1.0):
        origin += f", inputs normalized by {normalize[0]:g}, {normalize[1]:g}"
    results = {"test_accuracy": float((z.argmax(axis=1) == test.labels).mean()), "test_n": len(z)}
    return Model(network, {"origin": origin}, results, calibration)
