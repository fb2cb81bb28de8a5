"""The header of a model file: JSON that describes its networks."""

from pathlib import Path
from typing import Any

import numpy as np

from digitwise.errors import ModelError
from digitwise.layers import Full, Layer, count_parameters
from digitwise.network import Network
from digitwise.parsing import parse_json
from digitwise.typed_layers import parse_layers

FORMAT = 1
KEY = "digitwise"
MOST_LAYERS = 100


def described(network: Network) -> dict[str, Any]:
    """Return a network's fields of a header; the inverse of `empty_network`."""
    return {
        "sizes": [n if isinstance(n, int) else _size(n) for n in network.layout],
        "dtype": network.dtype.name,
        "activation": network.activation,
        "output": "sigmoid",
        "cost": network.cost,
        "init": network.init,
        "framing": "mnist",
    }


def _size(layer: Layer) -> int | str:
    """Return a layer as a header has it: a number of neurons, or the text that people type."""
    return layer.n_out if isinstance(layer, Full) else str(layer)


def read_header(path: Path, metadata: dict[str, str]) -> dict[str, Any]:
    """Return our header from a safetensors file's metadata.

    Raises
    ------
    ModelError
        If there is no such header, or one of another format.
    """
    if KEY not in metadata:
        raise ModelError(
            f"{path}: a safetensors file, but not one of digitwise (no such header), and no "
            "PyTorch state dict (no tensor NAME.weight)"
        )
    header = parse_json(metadata[KEY], finite=True)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        found = header.get("format") if isinstance(header, dict) else header
        raise ModelError(
            f"{path}: expected model format {FORMAT}, found {found!r:.50}; "
            "it may come from another version of digitwise"
        )
    for key in ("training", "results"):
        if not isinstance(header.get(key), dict):
            raise ModelError(f"{path}: expected an object under {key!r} in the header")
    return header


def further_network(path: Path, header: dict[str, Any], key: str) -> Network | None:
    """Return an empty network as described under a key of a header; None if the key has no value.

    Raises
    ------
    ModelError, InputError
        If there is something else under the key.
    """
    saved = header.get(key)
    if not isinstance(saved, dict | None):
        raise ModelError(f"{path}: expected an object under {key!r} in the header")
    return None if saved is None else empty_network(path, saved)


def empty_network(path: Path, header: dict[str, Any]) -> Network:
    """Build a network of the header's shape, after checking that the file can hold its size.

    Raises
    ------
    ModelError, InputError
        If the header describes no such network.
    """
    sizes = header.get("sizes")
    if (
        not isinstance(sizes, list)
        or not 2 <= len(sizes) <= MOST_LAYERS
        or not all(isinstance(size, str) or (type(size) is int and size > 0) for size in sizes)
    ):
        raise ModelError(f"{path}: expected 2 to {MOST_LAYERS} layer sizes; found {sizes!r:.100}")
    layout = [n for size in sizes for n in (parse_layers(size) if type(size) is str else [size])]
    parameters = count_parameters(layout)
    size = path.stat().st_size
    if 2 * parameters > size:
        raise ModelError(
            f"{path}: layers {sizes} have {parameters:,} parameters; "
            f"a file of {size:,} bytes can't hold them"
        )
    if header.get("output") != "sigmoid" or header.get("framing") != "mnist":
        raise ModelError(
            f"{path}: expected sigmoid outputs and MNIST's framing; found "
            f"{header.get('output')!r:.50} and {header.get('framing')!r:.50}"
        )
    return Network(
        layout,
        activation=str(header.get("activation")),
        cost=str(header.get("cost")),
        init=str(header.get("init")),
        dtype=np.dtype(str(header.get("dtype"))),
    )
