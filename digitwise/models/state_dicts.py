"""State dicts of PyTorch: map their tensors to layers, and describe the network.

A Linear layer has a `weight` of shape (n_out, n_in) and a `bias` of shape (n_out,), as ours have.
A Conv2d layer has a `weight` of shape (maps, channels, patch, patch) and a `bias` of shape (maps,).
`nn.Sequential` names them `0.weight`, `0.bias`, `2.weight`, ..., other modules `fc1.weight` or
`layers.0.weight`. A state dict holds nothing else: no activation, no MaxPool2d.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from digitwise.errors import ModelError
from digitwise.neurons import ACTIVATIONS
from digitwise.typed_layers import parse_layers

Shapes = Mapping[str, tuple[int, ...]]
STORED = {"F16": ("float32", "float16"), "F32": ("float32", "float32"), "F64": ("float64",) * 2}
"""Readable types of safetensors: (type of the network, type of its file)."""
INPUTS = 784  # of a network with shared weights: its state dict doesn't hold their number
KINDS = {2: "Linear", 4: "Conv2d"}
"""Layers by the number of dimensions of their weight."""


def is_state_dict(shapes: Shapes) -> bool:
    """Whether a tensor has a name like those of PyTorch's layers."""
    return any(re.search(r"(^|\.)weight$", name) for name in shapes)


def names_in_state_dict(path: Path, shapes: Shapes) -> dict[str, str]:
    """Return the tensor of each of our parameters: {"weights.0": "fc1.weight", ...}, in order.

    Raises
    ------
    ModelError
        If there is anything but Conv2d and Linear layers with biases, or if there is not exactly
        one order in which each layer feeds the next.
    """
    stems = {}
    for name, shape in shapes.items():
        stem = re.sub("(weight|bias)$", "", name)
        if stem != name and (len(shape) in KINDS if name.endswith("weight") else len(shape) == 1):
            stems[stem] = shapes.get(f"{stem}weight", ())
        else:
            raise ModelError(
                f"{path}: expected a PyTorch state dict of Conv2d and Linear layers alone; found "
                f"{name:.100} of shape {shape}"
            )
    for stem, shape in stems.items():
        found = shapes.get(f"{stem}bias")
        if not shape or found != shape[:1]:
            kind = KINDS.get(len(shape), "Linear")
            raise ModelError(
                f"{path}: expected of each {kind} layer a weight (n_out, n_in"
                f"{', rows, columns' * (kind == 'Conv2d')}) and a bias (n_out,); found "
                f"{stem:.100}weight {shape or None} and {stem:.100}bias {found}"
            )
    names = {}
    patches, full = ({s: n for s, n in stems.items() if len(n) == kind} for kind in (4, 2))
    for layer, stem in enumerate([*_in_order(path, patches), *_in_order(path, full)]):
        names[f"weights.{layer}"], names[f"biases.{layer}"] = f"{stem}weight", f"{stem}bias"
    return names


def _in_order(path: Path, stems: Shapes) -> list[str]:
    """Order layers by the numbers in their names, else by their shapes if only one order fits."""
    ordered = sorted(stems, key=_natural)
    if _is_chain(ordered, stems):
        return ordered
    fed = {n_out for n_out, *_ in stems.values()}
    left, order = dict(stems), list[str]()
    following = [stem for stem, (_, n_in, *_) in stems.items() if n_in not in fed]
    while len(following) == 1:
        order += following
        n_out, *_ = left.pop(following[0])
        following = [stem for stem, (_, n_in, *_) in left.items() if n_in == n_out]
    if left or following:
        shown = ", ".join(f"{stem}weight {stems[stem]}" for stem in ordered)
        raise ModelError(
            f"{path}: found no one order in which each layer feeds the next: {shown:.300}; number "
            "the names of the layers (0.weight, 1.weight, ...) in their order"
        )
    return order


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a sort key that puts fc2 before fc10."""
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", name)]


def _is_chain(order: list[str], stems: Shapes) -> bool:
    return all(stems[a][0] == stems[b][1] for a, b in pairwise(order))


def describe_state_dict(
    path: Path,
    shapes: Shapes,
    names: dict[str, str],
    stored: str,
    activation: str | None,
    convolutions: str | None,
) -> dict[str, Any]:
    """Return the header of a model file with these parameters.

    The outputs become sigmoid neurons, however they were trained: the largest stays the same.

    Parameters
    ----------
    path : Path
        For errors.
    shapes : mapping of str to tuple of int
        Shape of each tensor.
    names : dict of str to str
        Result of `names_in_state_dict`.
    stored : str
        Type of the tensors, as safetensors names it.
    activation : str or None
        Activation of the hidden layers, by our or PyTorch's name; None if unknown.
    convolutions : str or None
        The Conv2d layers with their pooling, as `parse_layers` takes them.

    Raises
    ------
    ModelError
        If the activation or the pooling is not known, or tensors have an unreadable type.
    InputError
        If `parse_layers` refuses `convolutions`.
    """
    if stored not in STORED:
        raise ModelError(
            f"{path}: expected tensors of type {', '.join(STORED)}; found {stored}: save them after"
            " model.float()"
        )
    weights = [shapes[name] for ours, name in names.items() if ours.startswith("weights")]
    patches = [shape for shape in weights if len(shape) == 4]
    full = [shape for shape in weights if len(shape) == 2]
    if len(weights) == 1:
        activation = activation or "sigmoid"  # without hidden layers any will do
    known = ", ".join(ACTIVATIONS)
    if activation is None:
        raise ModelError(
            f"{path}: a PyTorch state dict, which doesn't say the activation of its hidden layers; "
            f"say it with `digitwise import {path} --activation NAME` ({known}), or as 'activation'"
            " in the metadata of the file"
        )
    if activation.lower() not in ACTIVATIONS:
        raise ModelError(f"{path}: expected an activation of {known}; found {activation!r:.50}")
    shared = parse_layers(convolutions or "")
    found = ",".join(f"{rows}x{columns}x{maps}" for maps, _, rows, columns in patches)
    if patches and not shared:
        raise ModelError(
            f"{path}: a PyTorch state dict of Conv2d layers {found} that doesn't say how they are "
            "pooled; say it as in 3x3x16p2,3x3x32 (16 maps of 3x3 patches, pooled 2x2; 32, not "
            f"pooled) with `digitwise import {path} --convolutions LAYERS`, or as 'convolutions' "
            "in the metadata of the file"
        )
    said = ",".join(f"{layer.patch}x{layer.patch}x{layer.maps}" for layer in shared)
    if said != found:
        raise ModelError(
            f"{path}: expected the Conv2d layers {said}, as is said; found {found or 'none'}"
        )
    if not full:
        raise ModelError(f"{path}: expected a Linear layer at the end; found none")
    dtype, store = STORED[stored]
    return {
        "sizes": [INPUTS if shared else full[0][1], *map(str, shared), *(n for n, _ in full)],
        "dtype": dtype,
        "store": store,
        "activation": activation.lower(),
        "output": "sigmoid",
        "cost": "cross-entropy",
        "init": "scaled",
        "framing": "mnist",
        "calibration": None,
        "training": {},
        "results": {},
    }
