"""Learn the weighing: weights of the network's output and of geometry in a candidate's score.

Numbers are drawn and split into all candidates. The weights maximise the conditional
log-likelihood of the right texts, summed over all paths, so that no example needs marked cuts
(LeCun et al. 1998, section VI).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits, as_inputs
from digitwise.data.real_numbers import RealNumber
from digitwise.engines.predictor import Predictor
from digitwise.errors import InputError
from digitwise.extras import need
from digitwise.models.calibration import Calibration, calibrate, risk_of
from digitwise.models.committee import Committee, Judge
from digitwise.models.files import read_model, save
from digitwise.models.weighing import DIGIT_TERMS, NUMBER_TERMS, Weighing
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid
from digitwise.reading.pattern import anything
from digitwise.reading.splitting.arcs import Arcs
from digitwise.reading.splitting.decide import decide
from digitwise.reading.splitting.geometry import INK_CUT
from digitwise.reading.splitting.lattice import SKIP, Allowed
from digitwise.reading.splitting.scoring import (
    make_lattice,
    measure_terms,
    number_probability,
    number_terms,
    weighed,
)
from digitwise.training.number_samples import (
    MEASURED,
    Asked,
    Sample,
    draw_samples,
    in_parts,
    look_at,
)
from digitwise.training.signs import draw_lessons, learn_signs

START = np.array(
    [
        *(1.0, -0.7, 0.0, -0.1, -0.1, -0.3, -1.0, -2.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.5),
        *(0.0, 0.8, -1.0, -1.0, -1.0, 0.5),
    ]
)  # initial weights, in the order of DIGIT_TERMS and NONE_TERMS
MIN_PER_DIGIT = 5  # samples of each digit for its size
RIDGE = 1e-4  # ridge term: times the squared distance of weights from their start
STEPS = 60  # of L-BFGS
LESSONS = 20_000  # numbers from which signs are learnt
LETTERS = 0.5  # weight of all words in the regression, as a share of that of all numbers
REAL_WEIGHT = 2  # drawn numbers that a real number counts as: real ones are few, and matter most


def teach(
    path: Path,
    digits: Digits,
    real: Sequence[RealNumber] = (),
    second: Network | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Teach the network of a model file to read numbers, and save it.

    Parameters
    ----------
    digits : Digits
        Digits that the networks weren't trained on, to draw numbers with.
    real : sequence of RealNumber
        Pictures of numbers to learn from beside drawn ones.
    second : Network, optional
        Network that reads together with the file's: see `digitwise.models.committee`.

    Raises
    ------
    ModelError
        If the file can't be read or written.
    InputError
        If there are too few digits.
    """
    model = read_model(path)
    judge: Judge = Predictor(model.network)
    calibration = model.calibration
    if second:
        judge = Committee((judge, Predictor(second)))
        z = judge.weighted_outputs(as_inputs(digits.images, judge.dtype))
        calibration = calibrate(z, digits.labels, calibration.source if calibration else "digits")
    weighing = learn_weighing(judge, calibration, digits, real, progress=progress)
    outputs = calibration if second else None
    save(replace(model, weighing=replace(weighing, second=second, outputs=outputs)), path)


def learn_weighing(
    network: Judge,
    calibration: Calibration | None,
    digits: Digits,
    real: Sequence[RealNumber] = (),
    count: int = 5000,
    measured: int = 15_000,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Weighing:
    """Learn weights from `count` drawn numbers, and calibrate them on others.

    Parameters
    ----------
    network : Network, Predictor or Committee
        Networks trained with non-digits.
    calibration : Calibration or None
        Calibration of its outputs.
    digits : Digits
        Digits that it wasn't trained on.
    real : sequence of RealNumber
        Pictures to learn from, each counted as REAL_WEIGHT drawn numbers. Pictures in which not
        exactly one number is found are left out.
    count, measured : int
        Number of drawn numbers to learn from, and to calibrate on.
    """
    signs = learn_signs(draw_lessons(digits, min(LESSONS, 4 * count), seed + 2), progress)
    asked = Asked(network, calibration, signs)
    draw = partial(draw_samples, asked, digits, seed=seed)
    samples = [sample for part in in_parts(draw, count) for sample in part]
    sizes = measure_sizes(samples)
    samples += REAL_WEIGHT * look_at(asked, real)
    # Ink without candidates, such as that of a ground, has no terms to learn from.
    samples = [sample for sample in samples if len(sample.arcs.starts)]
    numbers = [sample for sample in samples if sample.text]
    weights = _learn(prepare(numbers, sizes), progress)
    split = len(DIGIT_TERMS)
    weighing = Weighing(
        tuple(weights[:split].round(4).tolist()),
        tuple(weights[split:].round(4).tolist()),
        (0.0,) * len(NUMBER_TERMS),
        tuple((a, b, c, d) for a, b, c, d in sizes.round(4).tolist()),
        Calibration(1.0, 0.0, "", 1, ((0.0, 1, 0),)),
        signs,
    )
    weighing = replace(weighing, number=_learn_numbers(samples, weighing))
    measure = partial(_measure, asked, weighing, digits, seed=seed + 1)
    parts = in_parts(measure, measured)
    confidence, wrong = (np.concatenate(found) for found in zip(*parts, strict=True))
    risk = risk_of(confidence, wrong)
    # The name of the digits, without their place: a model file holds no path.
    which = calibration.source if calibration else "digits not trained on"
    source = f"{len(wrong):,} numbers drawn with {which}"
    return replace(weighing, numbers=Calibration(1.0, 0.0, source, len(wrong), risk))


def _measure(
    asked: Asked, weighing: Weighing, digits: Digits, indices: Sequence[int], seed: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the confidence of each drawn number with digits, and whether its text is wrong."""
    confidence, wrong = [], []
    for sample in draw_samples(asked, digits, indices, seed, MEASURED):
        lattice = make_lattice(sample.arcs, sample.probabilities, weighing)
        is_number = partial(number_probability, sample.arcs, weighing=weighing, known=True)
        decision = decide(lattice, [anything(sample.arcs.n)], False, is_number)
        if decision and decision.digits:
            text, p = decision.alternatives[0]
            confidence.append(min(p, 1.0))
            wrong.append(text != sample.text)
    return np.array(confidence), np.array(wrong, bool)


def measure_sizes(samples: list[Sample]) -> Floats:
    """Return `Weighing.sizes`, shape (10, 4), from numbers whose digits don't touch.

    Raises
    ------
    InputError
        If there are too few samples of a digit.
    """
    found: list[list[Floats]] = [[] for _ in range(10)]
    for sample in samples:
        whole = np.flatnonzero(sample.arcs.features[:, INK_CUT] == 0)
        whole = whole[sample.arcs.features[whole, 4] == 0]
        if len(whole) == len(sample.text):
            for char, arc in zip(sample.text, whole, strict=True):
                found[int(char)].append(sample.arcs.features[arc, :2])
    if min(map(len, found)) < MIN_PER_DIGIT:
        raise InputError(f"expected more numbers to learn from; found {len(samples)}")
    # Medians, since some candidates are specks or broken digits.
    mean = np.array([np.median(sizes, axis=0) for sizes in found])
    far = [np.abs(sizes - m) for sizes, m in zip(found, mean, strict=True)]
    deviation = np.array([1.4826 * np.median(f, axis=0) for f in far])
    return np.column_stack([mean[:, 0], deviation[:, 0], mean[:, 1], deviation[:, 1]])


Prepared = list[tuple[Arcs, Floats, Floats, Allowed]]
"""(candidates, their terms as digits, their terms if skipped, text) of each number."""


def prepare(samples: list[Sample], sizes: Floats) -> Prepared:
    """Measure the terms of all candidates, and mark the right digits at each position."""
    prepared = []
    for sample in samples:
        right = np.zeros((len(sample.text), SKIP), bool)
        right[np.arange(len(sample.text)), [int(c) for c in sample.text]] = True
        prepared.append(
            (sample.arcs, *measure_terms(sample.arcs, sample.probabilities, sizes), right)
        )
    return prepared


def surprise(weights: Floats, prepared: Prepared) -> tuple[float, Floats]:
    """Return the mean of -log P(text) over numbers, and its gradient.

    Numbers whose text no path spells are left out.
    """
    total, gradient, n = 0.0, np.zeros_like(weights), 0
    for arcs, digits, nones, right in prepared:
        lattice = weighed(arcs, digits, nones, weights)
        wanted, log_wanted = lattice.posterior(right, len(right))
        if log_wanted == -np.inf:
            continue  # no cut parts the digits
        found, log_found = lattice.posterior(anything(arcs.n).allowed)
        total += log_found - log_wanted
        surplus = found - wanted
        gradient += np.einsum("ad,adt->t", surplus[:, :SKIP], digits)
        gradient[len(DIGIT_TERMS) :] += surplus[:, SKIP] @ np.nan_to_num(nones)
        n += 1
    return total / n, gradient / n


def _learn_numbers(samples: list[Sample], weighing: Weighing) -> tuple[float, ...]:
    """Find the weights that tell numbers from letters, by logistic regression."""
    minimize = need("scipy.optimize", "teach", "learning to read numbers").minimize

    terms = []
    for sample in samples:
        lattice = make_lattice(sample.arcs, sample.probabilities, weighing)
        posterior, total = lattice.posterior(anything(sample.arcs.n).allowed)
        terms.append(number_terms(sample.arcs, posterior, total))
    x = np.array(terms)
    sign = np.array([1.0 if sample.text else -1.0 for sample in samples])
    share = np.where(sign > 0, 1.0, LETTERS * (sign > 0).sum() / (sign < 0).sum())
    share /= share.sum()

    def loss(weights: Floats) -> tuple[float, Floats]:
        against = -sign * (x @ weights)
        slope = -sign * sigmoid(against)
        mean = float(share @ np.logaddexp(0, against)) + RIDGE * float(weights @ weights)
        return mean, (share * slope) @ x + 2 * RIDGE * weights

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B")
    return tuple(found.x.round(4).tolist())


def _learn(prepared: Prepared, progress: Callable[[str], None]) -> Floats:
    """Find the weights with the greatest likelihood of the texts, by L-BFGS."""
    minimize = need("scipy.optimize", "teach", "learning to read numbers").minimize

    def loss(weights: Floats) -> tuple[float, Floats]:
        mean, gradient = surprise(weights, prepared)
        progress(f"{mean:.4f} over {len(prepared)} numbers")
        gap = weights - START
        return mean + RIDGE * gap @ gap, gradient + 2 * RIDGE * gap

    found = minimize(loss, START, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x)
