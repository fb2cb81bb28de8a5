"""Scores of candidates: weighted sums of terms of the network's output and of geometry."""

from dataclasses import replace

import numpy as np

from digitwise.models.weighing import DIGIT_TERMS, NONE_TERMS, Weighing
from digitwise.neurons import Floats, sigmoid
from digitwise.reading.splitting.arcs import Arcs
from digitwise.reading.splitting.geometry import INK_CUT
from digitwise.reading.splitting.lattice import SKIP, Lattice

MIN_LOG = -20.0  # lower bound of log probabilities: nothing is impossible
MIN_LOG_KIND = -7.0  # the same for a component's kind, which was learnt from few hands
KNOWN_LOG_ODDS = 2.0  # added to the log odds of a number if one is known to be there
PEN_WIDTHS = 1.0  # pen widths: ink cut through beyond it has a weight of its own
MAX_DEVIATION = 10.0  # limit of the squared deviation as a term


def measure_terms(arcs: Arcs, probabilities: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return the terms of each candidate's score, as each digit and skipped.

    Parameters
    ----------
    probabilities : array of shape (arcs, 10)
        The network's probability of each digit.
    sizes : array of shape (10, 4)
        See `Weighing`.

    Returns
    -------
    arrays of shape (arcs, 10, 20) and (arcs, 6)
        A digit has DIGIT_TERMS, then the NONE_TERMS of the small components left out of it. A
        skipped candidate has NONE_TERMS; NaN if it can't be skipped.
    """
    log_p = np.log(np.maximum(probabilities, np.exp(MIN_LOG)))
    none = _log_none(probabilities)
    height = (arcs.features[:, :1] - sizes[:, 0]) / sizes[:, 1]
    width = (arcs.features[:, 1:2] - sizes[:, 2]) / sizes[:, 3]
    nones = np.empty((len(log_p), len(NONE_TERMS)))
    nones[:, 0] = np.where(np.isnan(arcs.skipping[:, 0]), np.nan, 1)
    nones[:, 1] = none
    nones[:, 2:5] = arcs.skipping
    digit = np.append(arcs.kinds[:, 0], 1.0)[arcs.alone]
    nones[:, 5] = np.where(arcs.alone < 0, 0, np.log(np.maximum(1 - digit, np.exp(MIN_LOG_KIND))))
    in_place = _log_in_place(arcs)
    left_out = np.zeros_like(nones)
    for arc, small in enumerate(arcs.without):
        if small:
            left_out[arc] = nones[small].sum(axis=0)
            in_place[arc] -= in_place[small].sum()
    cut = arcs.features[:, INK_CUT, None]
    digits = np.empty((*log_p.shape, len(DIGIT_TERMS) + len(NONE_TERMS)))
    terms = np.moveaxis(digits, 2, 0)
    terms[0], terms[1], terms[2] = log_p, none[:, None], 1
    terms[3], terms[4] = _far(height), _far(width)
    terms[5:9] = arcs.features.T[2:, :, None]
    # A candidate too large for a digit may be a digit and a part of another.
    terms[9], terms[10] = _far(np.maximum(height, 0)), _far(np.maximum(width, 0))
    # Terms for the presence of a cut, and for ink cut through beyond a pen width.
    terms[11], terms[12] = cut > 0, np.maximum(cut - PEN_WIDTHS, 0)
    terms[13] = in_place[:, None]
    terms[len(DIGIT_TERMS) :] = left_out.T[:, :, None]
    return digits, nones + left_out


def weighed(arcs: Arcs, digits: Floats, nones: Floats, weights: Floats) -> Lattice:
    """Return the lattice of a number's candidates; `weights` are DIGIT_TERMS', then NONE_TERMS'."""
    scores = np.empty((len(arcs.starts), SKIP + 1))
    scores[:, :SKIP] = digits @ weights
    passed_over = nones @ weights[len(DIGIT_TERMS) :]
    scores[:, SKIP] = np.where(np.isnan(passed_over), -np.inf, passed_over)
    return Lattice(arcs.n, arcs.starts, arcs.ends, scores)


def make_lattice(arcs: Arcs, probabilities: Floats, weighing: Weighing | None) -> Lattice:
    """Return the scored lattice; without `weighing`, scores are the network's log probabilities."""
    if weighing is None:
        p = np.column_stack([probabilities, 1 - probabilities.sum(axis=1)])
        return Lattice(arcs.n, arcs.starts, arcs.ends, np.log(np.maximum(p, np.exp(MIN_LOG))))
    terms = measure_terms(arcs, probabilities, np.array(weighing.sizes))
    lattice = weighed(arcs, *terms, np.array([*weighing.digit, *weighing.none]))
    return replace(lattice, lengths=weighing.lengths)


def number_terms(arcs: Arcs, posterior: Floats, total: float) -> Floats:
    """Return the terms that tell numbers from letters, in the order of NUMBER_TERMS.

    Parameters
    ----------
    posterior : array of shape (arcs, 11)
        Result of `Lattice.posterior`.
    total : float
        Log sum of all paths through the lattice.
    """
    # Expected number of digits that were cut out: many letters can be cut into digits, an n
    # into 1 and 7.
    cut_out = posterior[arcs.features[:, INK_CUT] > 0, :SKIP].sum()
    return np.array([1.0, total, arcs.width, cut_out])


def number_probability(
    arcs: Arcs, posterior: Floats, total: float, weighing: Weighing, known: bool
) -> float:
    """Return the probability that candidates belong to a number and not to letters.

    `known` raises the odds, since a known number is seldom none. For `posterior` and `total` see
    `number_terms`.
    """
    odds = number_terms(arcs, posterior, total) @ np.array(weighing.number)
    return float(sigmoid(odds + (KNOWN_LOG_ODDS if known else 0.0)))


def _log_in_place(arcs: Arcs) -> Floats:
    """Return the log probability that the components of each candidate are digits, shape (arcs,).

    A component that is cut contributes to each of its fragments the same part. So all candidates of
    a path, whatever is cut, together count each component once.
    """
    log_digit = np.log(np.maximum(arcs.kinds[:, 0], np.exp(MIN_LOG_KIND)))
    fragments = np.bincount(arcs.components, minlength=len(log_digit))
    of_fragments = (log_digit / np.maximum(fragments, 1))[arcs.components]
    before = np.concatenate([[0.0], np.cumsum(of_fragments)])
    return np.asarray(before[arcs.ends] - before[arcs.starts])


def _log_none(probabilities: Floats) -> Floats:
    """Return the log probability of no digit, shape (arcs,)."""
    return np.asarray(np.log(np.clip(1 - probabilities.sum(axis=1), np.exp(MIN_LOG), None)))


def _far(deviations: Floats) -> Floats:
    """Return the squared deviation, smoothly limited to MAX_DEVIATION."""
    return np.asarray(deviations**2 / (1 + deviations**2 / MAX_DEVIATION))
