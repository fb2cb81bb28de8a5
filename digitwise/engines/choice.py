"""Which engine is the fastest for a network and a batch size."""

from collections.abc import Sequence
from itertools import pairwise

from digitwise.descent import Variant
from digitwise.engines import CHOICES
from digitwise.errors import InputError

# Microseconds, measured on two cores of a Zen 4 server; see docs/performance.md. Only their
# ratios matter, and those differ little between machines.
FUSED_FIRST = 0.018  # per example and neuron of the first layer, of 784 inputs 81% of them 0
FUSED_FURTHER = 1.3e-4  # per example and further weight
DENSE_STEP = 85.0  # per mini-batch
DENSE_STEP_WEIGHT = 2e-4  # per mini-batch and weight: each is read and written
DENSE_WEIGHT = 3e-5  # per example and weight


def resolve_engine(name: str, sizes: Sequence[int], batch_size: int, variant: Variant) -> str:
    """Return the name of the engine that "auto" means for a network of these sizes.

    Any other name stays as it is.

    Raises
    ------
    InputError
        If there is none of this name, or it can't do what is asked for.
    """
    if name not in CHOICES:
        raise InputError(f"unknown engine {name!r}; expected one of: {', '.join(CHOICES)}")
    if name == "fused" and variant.dropout:
        raise InputError("the fused engine has no dropout: choose auto or dense (engine)")
    if name != "auto":
        return name
    first, *further = [a * b for a, b in pairwise(sizes)]
    fused = FUSED_FIRST * sizes[1] + FUSED_FURTHER * sum(further)
    step = DENSE_STEP + DENSE_STEP_WEIGHT * (first + sum(further))
    dense = step / batch_size + DENSE_WEIGHT * (first + sum(further))
    return "dense" if variant.dropout or dense < fused else "fused"
