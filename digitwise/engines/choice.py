"""Which engine is the fastest for a network and a batch size."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digitwise.data.table import Examples, Table
from digitwise.descent import Variant
from digitwise.engines import CHOICES
from digitwise.errors import InputError
from digitwise.layers import Layer, place_layers, shared_count

# Microseconds, measured on two cores of a Zen 4 server; see docs/performance.md. Only their
# ratios matter, and those differ little between machines. Those of tables: on Zen 5, scaled.
FUSED_FIRST = 0.018  # per example and neuron of the first layer, of 784 inputs 81% of them 0
FUSED_FURTHER = 1.3e-4  # per example and further weight
DENSE_STEP = 85.0  # per mini-batch
DENSE_STEP_WEIGHT = 2e-4  # per mini-batch and weight: each is read and written
DENSE_WEIGHT = 3e-5  # per example and weight
FUSED_TABLE = 1.2e-4  # per example and weight of the first layer whose input is not 0
DENSE_TABLE = 1.1e-4  # the same
REGISTER = 16  # numbers: narrow layers cost the fused engine whole registers
SAMPLE = 1000  # rows that the share of zeros is counted in


def resolve_engine(
    name: str,
    layout: Sequence[int | Layer],
    batch_size: int,
    variant: Variant,
    train: Examples | None = None,
) -> str:
    """Return the name of the engine that "auto" means for a network of these layers.

    Any other name stays as it is. Without `train`, it is digits that are learnt from.

    Raises
    ------
    InputError
        If there is none of this name, or it can't do what is asked for.
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
    fused = FUSED_FIRST * sizes[1] + FUSED_FURTHER * sum(further)
    step = DENSE_STEP + DENSE_STEP_WEIGHT * (first + sum(further))
    dense = step / batch_size + DENSE_WEIGHT * (first + sum(further))
    if isinstance(train, Table):
        filled = np.count_nonzero(train.values[:SAMPLE]) / max(1, len(train.values[:SAMPLE]))
        registers = [a * -(-b // REGISTER) * REGISTER for a, b in pairwise(sizes[1:])]
        fused = FUSED_TABLE * filled * sizes[1] + FUSED_FURTHER * sum(registers)
        dense += DENSE_TABLE * filled * sizes[1] - DENSE_WEIGHT * first
    return "dense" if variant.dropout or dense < fused else "fused"
