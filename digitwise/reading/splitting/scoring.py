"""What a candidate digit is worth: the network's word and the geometry's, weighed."""

import numpy as np

from digitwise.models.weighing import DIGIT_TERMS, NONE_TERMS, Weighing
from digitwise.neurons import Floats, sigmoid
from digitwise.reading.splitting.arcs import INK_CUT, Arcs
from digitwise.reading.splitting.lattice import SKIP, Lattice

LEAST = -20.0  # logarithm of a probability, at least: nothing is impossible
FOREIGN = -7.0  # the same of what a component is in its place: that was learnt from few hands
KNOWN = 2.0  # added to the logarithm of the odds of what is known to be a number
PEN = 1.0  # widths of the pen: of ink cut through, what is beyond it is weighed apart
FAR = 10.0  # square of deviations from which on it makes no difference how far


def measure_terms(arcs: Arcs, probabilities: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """What is weighed of each candidate, as a digit and as none.

    Parameters
    ----------
    probabilities : array of shape (arcs, 10)
        Of each digit, by the network.
    sizes : array of shape (10, 4)
        See `Weighing`.

    Returns
    -------
    arrays of shape (arcs, 10, 20) and (arcs, 6)
        In the order of DIGIT_TERMS and NONE_TERMS, for a digit of both, since what is left out of
        it is passed over; NaN for what can't be.
    """
    log_p = np.log(np.maximum(probabilities, np.exp(LEAST)))
    none = _log_none(probabilities)
    height = (arcs.features[:, :1] - sizes[:, 0]) / sizes[:, 1]
    width = (arcs.features[:, 1:2] - sizes[:, 2]) / sizes[:, 3]
    nones = np.empty((len(log_p), len(NONE_TERMS)))
    nones[:, 0] = np.where(np.isnan(arcs.skipping[:, 0]), np.nan, 1)
    nones[:, 1] = none
    nones[:, 2:5] = arcs.skipping
    # What is no digit in its place; of several components, or of a part, nothing is told.
    digit = np.append(arcs.kinds[:, 0], 1.0)[arcs.alone]
    in_place = np.log(np.maximum(digit, np.exp(FOREIGN)))
    nones[:, 5] = np.where(arcs.alone < 0, 0, np.log(np.maximum(1 - digit, np.exp(FOREIGN))))
    left_out = np.zeros_like(nones)
    for arc, small in enumerate(arcs.without):
        if small:
            left_out[arc] = nones[small].sum(axis=0)
    cut = arcs.features[:, INK_CUT, None]
    digits = np.empty((*log_p.shape, len(DIGIT_TERMS) + len(NONE_TERMS)))
    terms = np.moveaxis(digits, 2, 0)
    terms[0], terms[1], terms[2] = log_p, none[:, None], 1
    terms[3], terms[4] = _far(height), _far(width)
    terms[5:9] = arcs.features.T[2:, :, None]
    # What is too large for a digit may well be one and a part of another.
    terms[9], terms[10] = _far(np.maximum(height, 0)), _far(np.maximum(width, 0))
    # That there is a cut tells something, and so does each part of the first pen's width.
    terms[11], terms[12] = cut > 0, np.maximum(cut - PEN, 0)
    terms[13] = in_place[:, None]
    terms[len(DIGIT_TERMS) :] = left_out.T[:, :, None]
    return digits, nones + left_out


def weighed(arcs: Arcs, digits: Floats, nones: Floats, weights: Floats) -> Lattice:
    """The lattice of a number's candidates; the first weights are those of digits."""
    scores = np.empty((len(arcs.starts), SKIP + 1))
    scores[:, :SKIP] = digits @ weights
    passed_over = nones @ weights[len(DIGIT_TERMS) :]
    scores[:, SKIP] = np.where(np.isnan(passed_over), -np.inf, passed_over)
    return Lattice(arcs.n, arcs.starts, arcs.ends, scores)


def make_lattice(arcs: Arcs, probabilities: Floats, weighing: Weighing | None) -> Lattice:
    """Score a number's candidates; without weights by the network's probabilities alone."""
    if weighing is None:
        p = np.column_stack([probabilities, 1 - probabilities.sum(axis=1)])
        return Lattice(arcs.n, arcs.starts, arcs.ends, np.log(np.maximum(p, np.exp(LEAST))))
    terms = measure_terms(arcs, probabilities, np.array(weighing.sizes))
    return weighed(arcs, *terms, np.array([*weighing.digit, *weighing.none]))


def number_terms(arcs: Arcs, posterior: Floats, total: float) -> Floats:
    """What tells numbers from letters, in the order of NUMBER_TERMS.

    Parameters
    ----------
    posterior : array of shape (arcs, 11)
        Probability of each candidate to be on the path, as each digit and as none.
    total : float
        Logarithm of what all paths through the lattice add up to.
    """
    # Many a letter can be cut into digits, an n into 1 and 7: so many are expected.
    cut_out = posterior[arcs.features[:, INK_CUT] > 0, :SKIP].sum()
    return np.array([1.0, total, arcs.width, cut_out])


def number_probability(
    arcs: Arcs, posterior: Floats, total: float, weighing: Weighing, known: bool
) -> float:
    """Probability that candidates whose paths are so probable are a number's, not of letters.

    What is `known` to be a number may be none all the same, but there are fewer such.
    """
    odds = number_terms(arcs, posterior, total) @ np.array(weighing.number)
    return float(sigmoid(odds + (KNOWN if known else 0.0)))


def _log_none(probabilities: Floats) -> Floats:
    return np.asarray(np.log(np.clip(1 - probabilities.sum(axis=1), np.exp(LEAST), None)))


def _far(deviations: Floats) -> Floats:
    """The square, for what is near; no more than FAR for whatever is farther."""
    return np.asarray(deviations**2 / (1 + deviations**2 / FAR))
