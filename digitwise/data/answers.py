"""Desired outputs of an example: one output per label, or the four bits of a digit.

The chapter has ten outputs, and asks why not four: `digitwise lab ten-vs-four`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.bitwise import BITS, bits_of
from digitwise.data.digits import NO_DIGIT
from digitwise.data.table import Examples, Table
from digitwise.errors import InputError
from digitwise.neurons import Floats


class Answers(NamedTuple):
    """Desired outputs of n examples, in the form that compiled engines take.

    Attributes
    ----------
    codes : uint8 array of shape (labels, outputs)
        Codebook: 1 where an output should fire for a label, else 0.
    labels : int array of shape (n,)
    factors : real array of shape (n,), or None
        Factor of each example's error; None means 1 for all.
    """

    codes: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.intp]
    factors: Floats | None


def codebook(examples: Examples, outputs: int) -> npt.NDArray[np.uint8]:
    """Return the desired outputs of each label, 1 or 0: uint8 (labels, outputs).

    For digits, a network of four outputs learns the bits of the digit, lowest bit first.

    Raises
    ------
    InputError
        If the outputs can't encode a label: bits 0000 mean 0, so "no digit" has no code.
    """
    if isinstance(examples, Table):
        if outputs != examples.classes:
            raise InputError(
                f"a table of {examples.classes} classes needs a network of as many outputs; "
                f"this one has {outputs}"
            )
        return np.eye(outputs + 1, outputs, dtype=np.uint8)
    if outputs != BITS:
        return np.eye(NO_DIGIT + 1, outputs, dtype=np.uint8)
    if len(examples) and examples.labels.max() >= NO_DIGIT:
        raise InputError("four outputs have no code for a non-digit: train on digits alone")
    return bits_of(np.arange(10)).astype(np.uint8)


def desired_outputs(examples: Examples, outputs: int, dtype: npt.DTypeLike = np.float64) -> Floats:
    """Return y(x) of n examples, shape (n, outputs): 1 for outputs that should fire, else 0.

    Raises
    ------
    InputError
        If the outputs can't encode a label.
    """
    return codebook(examples, outputs)[examples.labels].astype(dtype)


def answers(
    examples: Examples,
    order: npt.NDArray[np.intp],
    batch_size: int,
    outputs: int,
    dtype: npt.DTypeLike,
) -> Answers:
    """Return the desired outputs of the examples of `order`, in mini-batches of a given size.

    With example weights, a mini-batch's mean is a weighted mean: the factor of an example is the
    size of the mini-batch times the example's share of its sum of weights.

    Raises
    ------
    InputError
        If the outputs can't encode a label.
    """
    codes, labels = codebook(examples, outputs), examples.labels[order].astype(np.intp)
    if not isinstance(examples, Table):
        return Answers(codes, labels, None)
    if examples.weights is None:  # ones, not None, or Numba would compile kernels once more
        return Answers(codes, labels, np.ones(len(order), dtype))
    weights = examples.weights[order].astype(np.float64)
    starts = np.arange(0, len(order), batch_size)
    sizes = np.diff([*starts, len(order)])
    per_weight = sizes / np.add.reduceat(weights, starts)
    return Answers(codes, labels, (weights * np.repeat(per_weight, sizes)).astype(dtype))


def as_ten(z: Floats) -> Floats:
    """Convert the weighted inputs of four bits, (n, 4), to ten, (n, 10); ten are returned as given.

    Each is the log odds of a digit, if the bits are independent. The largest belongs to the
    likeliest digit. Codes 10 to 15 are ignored.
    """
    if z.shape[1] != BITS:
        return z
    codes = bits_of(np.arange(10)).astype(np.float64)
    # ln σ(±z) = -ln(1 + e^∓z), summed over the bits
    log_p = -np.logaddexp(0, -z.astype(np.float64)) @ codes.T
    log_p -= np.logaddexp(0, z.astype(np.float64)) @ (1 - codes).T
    log_not = np.log(-np.expm1(np.minimum(log_p, -1e-12)))
    return np.asarray(log_p - log_not)
