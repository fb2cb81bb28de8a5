"""Choice of the fastest engine for a network and a batch size."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digitwise.data.table import Examples, Table
from digitwise.descent import Variant
from digitwise.engines import CHOICES
from digitwise.errors import InputError
from digitwise.layers import Layer, place_layers, shared_count

# Times in µs, measured on two cores of a Zen 4 server; see docs/performance.md. Only their ratios
# matter, which differ little between machines. Times of tables were measured on Zen 5, and scaled.
FUSED_FIRST_US = 0.018  # per example and neuron of the first layer, with 784 inputs, 81% of them 0
FUSED_FURTHER_US = 1.3e-4  # per example and weight of further layers
DENSE_STEP_US = 85.0  # per mini-batch
DENSE_STEP_WEIGHT_US = 2e-4  # per mini-batch and weight, for reading and writing it
DENSE_WEIGHT_US = 3e-5  # per example and weight
FUSED_TABLE_US = 1.2e-4  # per example and weight of the first layer with an input other than 0
DENSE_TABLE_US = 1.1e-4  # per example and weight of the first layer with an input other than 0
REGISTER_NUMBERS = 16  # the fused engine rounds widths of layers up to whole registers
SAMPLE_ROWS = 1000  # rows of a table in which zeros are counted


def resolve_engine(
    name: str,
    layout: Sequence[int | Layer],
    batch_size: int,
    variant: Variant,
    train: Examples | None = None,
) -> str:
    """Return the engine's name; "auto" becomes the fastest engine for a network of these layers.

    Without `train`, the examples are assumed to be digits.

    Raises
    ------
    InputError
        If the name is unknown, or the engine can't run these layers or this variant.
    """
    if name not in CHOICES:
        raise InputError(f"unknown engine {name!r}; expected one of: {', '.join(CHOICES)}")
    if name == "fused" and variant.dropout:
        raise InputError("the fused engine has no dropout: choose auto or dense (engine)")
    layers = place_layers(layout)
    shared = shared_count(layers) > 0
    if name in (("fused", "dense") if shared else ("conv",)):
        raise InputError(
            f"the engine {name} is for networks {'without' if shared else 'with'} layers of shared "
            "weights: choose auto (engine)"
        )
    if name != "auto":
        return name
    if shared:
        return "conv"
    sizes = [layers[0].n_in, *(layer.n_out for layer in layers)]
    first, *further = [a * b for a, b in pairwise(sizes)]
    fused = FUSED_FIRST_US * sizes[1] + FUSED_FURTHER_US * sum(further)
    step = DENSE_STEP_US + DENSE_STEP_WEIGHT_US * (first + sum(further))
    dense = step / batch_size + DENSE_WEIGHT_US * (first + sum(further))
    if isinstance(train, Table):
        filled = np.count_nonzero(train.values[:SAMPLE_ROWS]) / max(
            1, len(train.values[:SAMPLE_ROWS])
        )
        registers = [
            a * -(-b // REGISTER_NUMBERS) * REGISTER_NUMBERS for a, b in pairwise(sizes[1:])
        ]
        fused = FUSED_TABLE_US * filled * sizes[1] + FUSED_FURTHER_US * sum(registers)
        dense += DENSE_TABLE_US * filled * sizes[1] - DENSE_WEIGHT_US * first
    return "dense" if variant.dropout or dense < fused else "fused"
