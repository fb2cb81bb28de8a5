"""What outputs should be for an example: a neuron for each label, or the four bits of a digit.

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
    """What outputs should be for n examples in their order, for compiled engines.

    Attributes
    ----------
    codes : uint8 array of shape (labels, outputs)
        The codebook: 1 where an output should fire for a label, else 0.
    labels : int array of shape (n,)
    factors : real array of shape (n,), or None
        What each example's error is multiplied by; None is 1 for all.
    """

    codes: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.intp]
    factors: Floats | None


def codebook(examples: Examples, outputs: int) -> npt.NDArray[np.uint8]:
    """Which outputs should fire for each label: 1 or 0, (labels, outputs).

    For digits, a network of four outputs is taught the bits of the digit, the lowest first.

    Raises
    ------
    InputError
        If the outputs have no way to say a label: bits 0000 are a 0, and so not "no digit".
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
        raise InputError("four bits can't say that something is no digit: train on digits alone")
    return bits_of(np.arange(10)).astype(np.uint8)


def desired_outputs(examples: Examples, outputs: int, dtype: npt.DTypeLike = np.float64) -> Floats:
    """y(x): 1 for outputs that should fire, else 0; for n examples (n, outputs).

    Raises
    ------
    InputError
        If the outputs have no way to say a label.
    """
    return codebook(examples, outputs)[examples.labels].astype(dtype)


def answers(
    examples: Examples,
    order: npt.NDArray[np.intp],
    batch_size: int,
    outputs: int,
    dtype: npt.DTypeLike,
) -> Answers:
    """Return what outputs should be for the examples of `order`, in mini-batches of this size.

    Under example weights, the mean of a mini-batch of m is over the sum of its weights: a factor is
    m times the example's share of that sum.

    Raises
    ------
    InputError
        If the outputs have no way to say a label.
    """
    codes, labels = codebook(examples, outputs), examples.labels[order].astype(np.intp)
    if not isinstance(examples, Table):
        return Answers(codes, labels, None)
    if examples.weights is None:  # not None here too: kernels then would be compiled once more
        return Answers(codes, labels, np.ones(len(order), dtype))
    weights = examples.weights[order].astype(np.float64)
    starts = np.arange(0, len(order), batch_size)
    sizes = np.diff([*starts, len(order)])
    per_weight = sizes / np.add.reduceat(weights, starts)
    return Answers(codes, labels, (weights * np.repeat(per_weight, sizes)).astype(dtype))


def as_ten(z: Floats) -> Floats:
    """Turn the weighted inputs of four bits, (n, 4), into ten, (n, 10); ten stay as they are.

    Each digit's is the logarithm of its odds, were the bits independent: the largest belongs to the
    code of a digit that is likeliest. Codes 10 to 15 are none.
    """
    if z.shape[1] != BITS:
        return z
    codes = bits_of(np.arange(10)).astype(np.float64)
    # ln σ(±z) = -ln(1 + e^∓z), summed over the bits
    log_p = -np.logaddexp(0, -z.astype(np.float64)) @ codes.T
    log_p -= np.logaddexp(0, z.astype(np.float64)) @ (1 - codes).T
    log_not = np.log(-np.expm1(np.minimum(log_p, -1e-12)))
    return np.asarray(log_p - log_not)
