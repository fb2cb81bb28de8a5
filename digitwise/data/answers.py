"""How outputs say which digit it is: a neuron for each digit, or the four bits of its number.

The chapter has ten outputs, and asks why not four: `digitwise lab ten-vs-four`.
"""

import numpy as np
import numpy.typing as npt

from digitwise.bitwise import BITS, bits_of
from digitwise.data.digits import NO_DIGIT
from digitwise.errors import InputError
from digitwise.network import one_hot
from digitwise.neurons import Floats


def firing(labels: npt.NDArray[np.uint8], outputs: int) -> npt.NDArray[np.uint16]:
    """Which outputs should fire, as bits: bit j for output j; (n,) for labels (n,).

    A network of four outputs is taught the bits of the digit, the lowest first.

    Raises
    ------
    InputError
        If four bits should say that something is no digit: 0000 is a 0.
    """
    if outputs != BITS:
        fires = np.left_shift(1, labels.astype(np.uint16))
        return np.where(labels < outputs, fires, 0).astype(np.uint16)
    if labels.size and labels.max() >= NO_DIGIT:
        raise InputError("four bits can't say that something is no digit: train on digits alone")
    return labels.astype(np.uint16)


def desired_outputs(
    labels: npt.NDArray[np.uint8], outputs: int, dtype: npt.DTypeLike = np.float64
) -> Floats:
    """y(x): 1 for outputs that should fire, else 0; labels (n,) → (n, outputs).

    Raises
    ------
    InputError
        If the outputs have no way to say a label.
    """
    if outputs != BITS:
        return one_hot(labels, outputs, dtype)
    return np.asarray(bits_of(firing(labels, outputs)), dtype)


def as_ten(z: Floats) -> Floats:
    """Turn the weighted inputs of four bits, (n, 4), into ten, (n, 10); ten stay as they are.

    Each digit's is the logarithm of its odds, were the bits independent: the largest belongs to the
    code of a digit that is likeliest. Codes 10 to 15 are none.
    """
    if z.shape[1] != BITS:
        return z
    codes = desired_outputs(np.arange(10, dtype=np.uint8), BITS)
    # ln σ(±z) = -ln(1 + e^∓z), summed over the bits
    log_p = -np.logaddexp(0, -z.astype(np.float64)) @ codes.T
    log_p -= np.logaddexp(0, z.astype(np.float64)) @ (1 - codes).T
    log_not = np.log(-np.expm1(np.minimum(log_p, -1e-12)))
    return np.asarray(log_p - log_not)
