"""Model files: safetensors with one JSON header. No pickle, in or out.

The tensors are `weights.0`, `biases.0`, `weights.1`, ... Prefixes name further networks of the same
form: `velocity.` for momentum, `average.` for averaging and `best.` for the best epoch of a
run under way, `signs.` for the network of signs, `second.` for a second network of digits. The
header, under the key "digitwise", holds the fields of `Model`. It holds no date, path or duration,
so that equal runs give equal files.

Two relatives are read, too: a folder as the Hugging Face Hub has it, whose `model.safetensors` is
such a file; and a state dict of PyTorch, in which only the names of tensors differ.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.engines.velocity import at_rest
from digitwise.errors import DigitwiseError, ModelError, reason_of
from digitwise.files import write_atomically
from digitwise.models.calibration import Calibration
from digitwise.models.channels import channels_first, take_channels_first
from digitwise.models.facts import trained_on
from digitwise.models.header import (
    FORMAT,
    KEY,
    described,
    empty_network,
    further_network,
    read_header,
)
from digitwise.models.state_dicts import describe_state_dict, is_state_dict, names_in_state_dict
from digitwise.models.weighing import Weighing
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats
from digitwise.typed_layers import layer_settings, parse_layers, typed

IN_FOLDER = "model.safetensors"
MOST_BYTES = 512 << 20
MOST_HEADER = 1 << 20
# Of a weight that is stored as float16. With 8 bits in place of 11, the shipped file takes a sixth
# less in the wheel; of 26,000 held-out digits one more is wrong, 223 in place of 222.
SIGNIFICANT_BITS = 8
DTYPES = {
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
}  # as NumPy and as safetensors name them


@dataclass
class Model:
    """A network and the facts about it.

    Attributes
    ----------
    network : Network
    training : dict
        Its run: data and their fingerprint, settings, seed, command, history. Empty if it was not
        made by `digitwise train`.
    results : dict
        Measured figures: `test_accuracy`, `test_n`.
    calibration : Calibration or None
        Calibration of its outputs on held-out digits.
    weighing : Weighing or None
        Weights for reading numbers; None for a network trained without non-digits.
    store : {"float16", "float32"} or None
        Data type of the file; None keeps the network's. float16 halves the file, and rounds.
    velocity, average, best : Gradient or None
        State of a run with momentum, averaging or a best epoch, from which it resumes.
    """

    network: Network
    training: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    calibration: Calibration | None = None
    store: str | None = None
    velocity: Gradient | None = None
    average: Gradient | None = None
    best: Gradient | None = None
    weighing: Weighing | None = None

    def __repr__(self) -> str:
        """Show the network, its training and its accuracy."""
        from digitwise.display.model import describe

        return describe(self)

    def _repr_html_(self) -> str:
        from digitwise.display.model import as_html

        return as_html(self)


def save(model: Network | Model, path: str | Path) -> None:
    """Write a model file, atomically: a crash leaves the old file or the new one.

    Raises
    ------
    DigitwiseError
        If the file can't be written, or a parameter is not a finite number.
    """
    if isinstance(model, Network):
        model = Model(model)
    write_atomically(path, to_bytes(model))


def to_bytes(
    model: Model,
    metadata: Mapping[str, str] | None = None,
    tensors: Mapping[str, Floats] | None = None,
) -> bytes:
    """Return the bytes of a model file.

    Parameters
    ----------
    metadata : mapping of str to str, optional
        Entries beside our header, for other programs.
    tensors : mapping of str to array, optional
        Tensors in place of ours, for other programs.

    Raises
    ------
    ModelError
        If a parameter is not a finite number.
    """
    from safetensors.numpy import save as serialise

    from digitwise import __version__

    network = model.network
    signs = model.weighing.signs if model.weighing else None
    second = model.weighing.second if model.weighing else None
    header = {
        "format": FORMAT,
        "version": __version__,
        **described(network),
        "store": model.store or network.dtype.name,
        "signs": described(signs) if signs else None,
        "second": described(second) if second else None,
        "calibration": model.calibration.to_dict() if model.calibration else None,
        "weighing": model.weighing.to_dict() if model.weighing else None,
        "training": model.training,
        "results": model.results,
    }
    runs = {"velocity": model.velocity, "average": model.average, "best": model.best}
    tensors = tensors or _tensors(network, **runs, signs=signs, second=second)
    stored = {name: as_stored(tensor, header["store"]) for name, tensor in tensors.items()}
    if not all(np.isfinite(tensor).all() for tensor in stored.values()):
        raise ModelError("this network has parameters that are not finite: it is not saved")
    ours = {KEY: json.dumps(header, allow_nan=False)}
    return _in_order(bytes(serialise(stored, metadata={**(metadata or {}), **ours})))


def as_stored(values: Floats, store: str) -> Floats:
    """Return parameters as a file of this data type holds them; float16 is rounded to 8 bits."""
    found = values.astype(store, copy=False)
    if store != "float16":
        return found
    dropped = 11 - SIGNIFICANT_BITS
    bits = found.view(np.uint16).astype(np.uint32)
    bits += (1 << (dropped - 1)) - 1 + (bits >> dropped & 1)  # the nearest; of two, the even one
    return (bits >> dropped << dropped).astype(np.uint16).view(np.float16)


def _in_order(content: bytes) -> bytes:
    """Return a safetensors file with its metadata sorted: safetensors writes them in any order."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    if len(header["__metadata__"]) == 1:
        return content
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # aligns the tensors
    return len(text).to_bytes(8, "little") + text + content[end:]


def model_file(path: str | Path) -> Path:
    """Return the model file of a path: itself, or the one in a folder of the Hub."""
    path = Path(path)
    return path / IN_FOLDER if (path / IN_FOLDER).is_file() else path


def load_model(path: str | Path) -> Network:
    """Load the network of a model file, of a folder of the Hub, or of a PyTorch state dict.

    Raises
    ------
    ModelError
        If the file is missing, damaged or no model file.
    """
    return read_model(path).network


def read_model(
    path: str | Path, activation: str | None = None, convolutions: str | None = None
) -> Model:
    """Read a model file: the network and the facts of its header.

    Nothing in the file is trusted: sizes, shapes and types are checked before a tensor is read.

    Parameters
    ----------
    path : path
        A model file, a folder of the Hub, or a state dict of PyTorch in a safetensors file.
    activation : str, optional
        Activation of the hidden layers, which a state dict doesn't hold.
    convolutions : str, optional
        Layers with shared weights as `parse_layers` takes them; a state dict doesn't hold their
        pooling.

    Raises
    ------
    ModelError
        If the file is missing, damaged or no model file, or contradicts an argument.
    InputError
        If `parse_layers` refuses `convolutions`.
    """
    path = model_file(path)
    if convolutions is not None:
        convolutions = typed(parse_layers(convolutions))
    try:
        _check_envelope(path)
        model = _read(path, activation, convolutions)
    except OSError as error:
        raise ModelError(f"can't read model {path}: {reason_of(error)}") from error
    except (DigitwiseError, ValueError, TypeError, KeyError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{path}: damaged model file ({reason_of(error)})") from error
    if activation is not None and activation.lower() != model.network.activation:
        raise ModelError(
            f"{path}: expected the activation {activation!r:.50}; found {model.network.activation}"
        )
    shared = layer_settings(model.network)["convolutions"]
    if convolutions is not None and convolutions != shared:
        raise ModelError(
            f"{path}: expected the layers with shared weights {convolutions or 'none':.50}; found "
            f"{shared or 'none'}"
        )
    return model


def _check_envelope(path: Path) -> None:
    """Refuse folders, files that are too large, and other kinds of files."""
    size = path.stat().st_size
    if path.is_dir():
        raise ModelError(f"{path} is a folder; expected a model file, or {IN_FOLDER} in the folder")
    if size > MOST_BYTES:
        raise ModelError(f"{path}: {size:,} bytes; a model file has at most {MOST_BYTES:,}")
    with path.open("rb") as file:
        start = file.read(8)
    kinds = {b"\x80": "a pickle", b"PK": "a ZIP archive (as PyTorch saves)", b"\x89HDF": "HDF5"}
    for magic, kind in kinds.items():
        if start.startswith(magic) and not _plausible(start, size):
            raise ModelError(
                f"{path} is {kind}: refused, since only safetensors files are safe to load; of "
                "PyTorch's, safetensors.torch.save_file(model.state_dict(), FILE) makes one"
            )
    if not _plausible(start, size):
        raise ModelError(
            f"{path}: not a model file: expected safetensors, which begins with the length of its "
            f"header; found {size:,} bytes of something else"
        )


def _plausible(start: bytes, size: int) -> bool:
    return len(start) == 8 and 2 <= int.from_bytes(start, "little") <= min(size - 8, MOST_HEADER)


def _read(path: Path, activation: str | None, convolutions: str | None) -> Model:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            keys = file.keys()
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in keys}
            names = names_in_state_dict(path, shapes) if is_state_dict(shapes) else {}
            if names and KEY not in metadata:
                stored = file.get_slice(names["weights.0"]).get_dtype()
                activation = activation or metadata.get("activation")
                convolutions = convolutions or metadata.get("convolutions")
                header = describe_state_dict(path, shapes, names, stored, activation, convolutions)
            else:
                header = read_header(path, metadata)
            network = empty_network(path, header)
            velocity, average, best = (
                at_rest(network) if f"{kind}.weights.0" in shapes else None
                for kind in ("velocity", "average", "best")
            )
            runs = {"velocity": velocity, "average": average, "best": best}
            signs, second = (further_network(path, header, key) for key in ("signs", "second"))
            wanted = _tensors(network, **runs, signs=signs, second=second)
            if names:
                theirs = channels_first(network)
                wanted |= {f"weights.{layer}": w for layer, w in enumerate(theirs)}
            wanted = {names.get(name, name): tensor for name, tensor in wanted.items()}
            store = str(header.get("store", network.dtype.name))
            if set(shapes) != set(wanted):
                raise ModelError(
                    f"{path}: its header describes layers {network.sizes}, so expected the "
                    f"tensors {', '.join(wanted)}; found {', '.join(sorted(shapes))[:300]}"
                )
            for name, tensor in wanted.items():
                _fill(tensor, path, file, name, store)
            if names:
                take_channels_first(network, theirs)
    except SafetensorError as error:
        raise ModelError(f"{path}: damaged model file ({reason_of(error)})") from error
    saved = header["calibration"]
    calibration = None if saved is None else Calibration.from_dict(saved)
    saved = header.get("weighing")
    weighing = None if saved is None else Weighing.from_dict(saved)
    if weighing is not None:
        if second is not None and (second.sizes[0], second.sizes[-1]) != (784, 10):
            raise ModelError(f"{path}: expected a second network with 784 inputs and 10 outputs")
        weighing = replace(weighing, signs=signs, second=second)
    model = Model(
        network,
        header["training"],
        header["results"],
        calibration,
        store,
        velocity,
        average,
        best,
        weighing,
    )
    if told := trained_on(model):
        network.trained_on = told
    return model


def _fill(tensor: Floats, path: Path, file: Any, name: str, store: str) -> None:
    """Fill a tensor from an open file, after checking that the file has one of its shape."""
    found = file.get_slice(name)
    shape, dtype = tuple(found.get_shape()), found.get_dtype()
    if shape != tensor.shape or dtype != DTYPES[store]:
        raise ModelError(
            f"{path}: expected {name} to be {store} of shape {tensor.shape}; "
            f"found {dtype} of shape {shape}"
        )
    tensor[...] = file.get_tensor(name)
    if not np.isfinite(tensor).all():
        raise ModelError(f"{path}: {name} holds numbers that are not finite")


def _tensors(network: Network, **further: Network | Gradient | None) -> dict[str, Any]:
    """Return the tensors by name: the network's, and further ones' with their prefix."""
    tensors = {}
    prefixed = {f"{name}.": arrays for name, arrays in further.items()}
    for prefix, arrays in {"": network, **prefixed}.items():
        if arrays is not None:
            for layer, (w, b) in enumerate(zip(arrays.weights, arrays.biases, strict=True)):
                tensors[f"{prefix}weights.{layer}"] = w
                tensors[f"{prefix}biases.{layer}"] = b
    return tensors
