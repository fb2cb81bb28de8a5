"""Exchange with PyTorch: networks as state dicts of an `nn.Sequential`, written and read.

Files are safetensors, which `safetensors.torch` reads. PyTorch itself is not needed here.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.data.digits import Digits, check_digit_network
from digitwise.engines import choose_engine
from digitwise.errors import InputError
from digitwise.layers import is_shared, shared_count
from digitwise.models.calibration import calibrate
from digitwise.models.channels import channels_first
from digitwise.models.files import Model, model_file, read_model, to_bytes
from digitwise.models.header import KEY
from digitwise.network import Network
from digitwise.neurons import Floats

MODULES = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU"}
OUTPUT = "sigmoid"
WITH_WEIGHTS = ("Conv2d", "Linear")


def contents(model: Model, name: str, facts: dict[str, Any]) -> bytes:  # noqa: ARG001
    """Return a state dict with our header, which holds all other facts about the model.

    The network that recognises signs and the second network are left out, since `load_state_dict`
    with `strict` accepts only tensors of the layers.
    """
    modules, tensors = _modules(model.network), dict[str, Floats]()
    numbers = [n for n, module in enumerate(modules) if module.startswith(WITH_WEIGHTS)]
    parameters = zip(channels_first(model.network), model.network.biases, strict=True)
    for number, (w, b) in zip(numbers, parameters, strict=True):
        tensors[f"{number}.weight"], tensors[f"{number}.bias"] = w, b
    weighing = model.weighing and replace(model.weighing, signs=None, second=None, outputs=None)
    metadata = {"format": "pt", "activation": model.network.activation, "output": OUTPUT}
    return to_bytes(replace(model, weighing=weighing), metadata, tensors)


def is_export(path: Path) -> bool:
    """Tell whether a file is a state dict that was exported."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            return KEY in metadata and metadata.get("format") == "pt"
    except (SafetensorError, OSError):
        return False


def sequential_code(network: Network, path: str | Path) -> str:
    """Return Python code that loads an exported file as an `nn.Sequential`."""
    modules = "".join(f"    torch.nn.{module},\n" for module in _modules(network))
    double = ".double()" if network.dtype == np.float64 else ""
    return (
        "import torch\n"
        "from safetensors.torch import load_file\n\n"
        f"model = torch.nn.Sequential(\n{modules}){double}\n"
        f"model.load_state_dict(load_file({str(path)!r}), strict=True)\n"
    )


def _modules(network: Network) -> list[str]:
    """Return the modules of an `nn.Sequential` as code.

    Weighted inputs are pooled, then activated, as in `Network`. The reverse order gives the same
    result, since all activations increase.
    """
    modules, before = list[str](), None
    for layer in network.layers:
        if is_shared(layer):
            height, width, channels = layer.picture
            if before is None:
                modules.append(f"Unflatten(1, ({channels}, {height}, {width}))")
            patch, padding = layer.patch, layer.patch // 2
            modules.append(f"Conv2d({channels}, {layer.maps}, {patch}, padding={padding})")
            modules += [f"MaxPool2d({layer.pool})"] if layer.pool > 1 else []
        else:
            modules += ["Flatten()"] if is_shared(before) else []
            modules.append(f"Linear({layer.n_in}, {layer.n_out})")
        last = layer is network.layers[-1]
        modules.append(f"{MODULES[OUTPUT if last else network.activation]}()")
        before = layer
    return modules


def from_torch(
    path: str | Path,
    activation: str | None = None,
    normalize: tuple[float, float] = (0.0, 1.0),
    convolutions: str | None = None,
) -> Network:
    """Return a network with the Conv2d and Linear layers of a PyTorch state dict.

    The network has sigmoid outputs, like every network here. A network trained with softmax has
    the same largest output, so its answers stay the same. Its probabilities need calibration
    (`digitwise import` does that).

    Parameters
    ----------
    path : path
        Safetensors file of `safetensors.torch.save_file(model.state_dict(), path)`.
    activation : {"sigmoid", "tanh", "relu"}, optional
        Activation of the hidden layers, if the file's metadata doesn't say it.
    normalize : (mean, standard deviation)
        Normalisation of the pixels in training, (pixel - mean)/deviation, as by
        `transforms.Normalize`. The first layer is rewritten to take pixels in [0, 1].
    convolutions : str, optional
        Conv2d layers and their pooling, such as "3x3x16p2,3x3x32", if the file's metadata doesn't
        say it. Each layer has stride 1 and a padding of half a patch; the input is 28x28 pixels.

    Raises
    ------
    ModelError
        If the file isn't a state dict of consecutive Conv2d and Linear layers, or the activation
        or the pooling of Conv2d layers is unknown.
    InputError
        If the normalisation is invalid, or has a mean other than 0 with Conv2d layers.
    """
    mean, deviation = (float(value) for value in normalize)
    if not (np.isfinite(mean) and 0 < deviation < np.inf):
        raise InputError(
            f"expected a finite mean and a standard deviation above 0; found {mean:g}, "
            f"{deviation:g}"
        )
    network = read_model(path, activation, convolutions).network
    if mean and shared_count(network.layers):
        raise InputError(
            f"expected a mean of 0 for a network with Conv2d layers; found {mean:g}: beyond the "
            "edge they see 0, which is paper here and was a pixel of the mean there. Train it on "
            "pixels in [0, 1]"
        )
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
    convolutions: str | None = None,
) -> Model:
    """Return the network of a state dict as a model, calibrated and measured on test digits.

    Every second digit is used for calibration. Calibration changes no answer, so the accuracy is
    measured on all digits. `data` names the set of the test digits.

    Raises
    ------
    ModelError, InputError
        As `from_torch`; also if the network doesn't fit digits, or there are fewer than two digits.
    """
    network = from_torch(path, activation, normalize, convolutions)
    check_digit_network(network)
    if len(test) < 2:
        raise InputError(f"expected two digits or more to calibrate with; found {len(test)}")
    engine = choose_engine("conv" if shared_count(network.layers) else "reference")
    z = engine.weighted_outputs(network, test)
    source = f"{len(z[::2]):,} of the {len(z):,} test digits of {data}"
    calibration = calibrate(z[::2], test.labels[::2], source)
    digest = hashlib.sha256(model_file(path).read_bytes()).hexdigest()
    origin = f"PyTorch state dict, SHA-256 {digest}"
    if normalize != (0.0, 1.0):
        origin += f", inputs normalized by {normalize[0]:g}, {normalize[1]:g}"
    results = {"test_accuracy": float((z.argmax(axis=1) == test.labels).mean()), "test_n": len(z)}
    return Model(network, {"origin": origin}, results, calibration)
