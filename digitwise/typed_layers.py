"""Layers as text, as people type them: 784-100-10, 784-3x3x16p2-100-10."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from digitwise.errors import InputError
from digitwise.layers import Layer, shared_count

if TYPE_CHECKING:
    from digitwise.convolution import Convolution
    from digitwise.network import Network


def layers_text(sizes: Sequence[int | Layer]) -> str:
    """Return layers as one word, such as 784-100-10 or 784-3x3x16p2-100-10."""
    return "-".join(map(str, sizes))


def layer_settings(network: "Network") -> dict[str, Any]:
    """Return the settings `convolutions` and `hidden` that describe a network's layers."""
    count = shared_count(network.layers)
    return {
        "convolutions": typed(network.layers[:count]),
        "hidden": tuple(network.sizes[1 + count : -1]),
    }


def typed(layers: Sequence[Layer]) -> str:
    """Return layers as the text that `parse_layers` reads."""
    return ",".join(map(str, layers))


def parse_layers(text: str) -> list["Convolution"]:
    """Return the convolutions in a text; 3x3x16p2 is 16 maps of 3×3 patches, pooled 2×2.

    Raises
    ------
    InputError
        If the text doesn't describe layers with shared weights.
    """
    from digitwise.convolution import Convolution

    layers = []
    for part in filter(None, text.split(",")):
        found = re.fullmatch(r"(\d)x\1x(\d{1,4})(?:p(\d{1,2}))?", part.strip(), re.ASCII)
        if not found:
            raise InputError(
                "expected layers of shared weights as 3x3x16 (16 maps of 3x3 patches) or "
                f"3x3x16p2 (pooled 2x2), with commas between them; found {text!r:.50}"
            )
        layers.append(Convolution(int(found[2]), int(found[1]), int(found[3] or 1)))
    return layers
