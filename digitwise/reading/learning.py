"""Learning how to weigh what the network says of a candidate digit against its geometry.

Written numbers are drawn, broken up into all candidates, and the weights found that make the right
texts most probable, summed over all ways to break them up: nobody says where the cuts belong
(conditional log-likelihood; LeCun et al. 1998, section VI).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.real_numbers import RealNumber
from digitwise.data.strings import Hand, draw_number
from digitwise.engines.threads import cores
from digitwise.errors import InputError
from digitwise.imaging.pictures import open_first
from digitwise.imaging.rules import remove_rules
from digitwise.imaging.sheet import ink_of_page, ways_to_see
from digitwise.models.calibration import Calibration, risk_of
from digitwise.models.files import read_model, save
from digitwise.models.weighing import DIGIT_TERMS, NUMBER_TERMS, Weighing
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid
from digitwise.processes import make_pool
from digitwise.reading.arcs import INK_CUT, Arcs
from digitwise.reading.candidates import find_candidates
from digitwise.reading.decide import decide
from digitwise.reading.lattice import SKIP, Allowed
from digitwise.reading.pattern import anything
from digitwise.reading.scoring import (
    make_lattice,
    measure_terms,
    number_probability,
    number_terms,
    weighed,
)
from digitwise.reading.segment import one_number

START = np.array(
    [
        *(1.0, -0.7, 0.0, -0.1, -0.1, -0.3, -1.0, -2.0, -2.0, 0.0, 0.0, 0.0, 0.0),
        *(0.0, 0.8, -1.0, -1.0, -1.0),
    ]
)  # in the order of DIGIT_TERMS and NONE_TERMS
LEAST = 5  # of each digit, to tell its size
PULL = 1e-4  # of weights to where they start
STEPS = 60
WOBBLE = 0.08  # of most hands; there are steadier ones,
WOBBLES = (0.05, WOBBLE, 0.12)  # and such as write digits of all sizes
LETTERS = 0.5  # words for each number, that it is told from: pages are full of them

LARGE = [
    Hand(),
    Hand(count=(1, 10)),
    Hand(count=(2, 2), touching=1.0, ligature=0.15),
    Hand(count=(3, 6), touching=0.5, ligature=0.15),
    Hand(count=(1, 3), specks=1.0),
]
SMALL = [
    replace(hand, size=(18.0, 24.0), paper=False, overlap=(0.0, 0.06), wobble=WOBBLE)
    for hand in LARGE
]  # clean, and of few pixels
HANDS = (
    [replace(hand, wobble=wobble) for wobble in WOBBLES for hand in LARGE]
    + SMALL * 2
    + [
        Hand(count=(3, 6), wobble=WOBBLE, printed="line"),
        Hand(count=(3, 6), wobble=WOBBLE, printed="ruled"),
        Hand(count=(3, 6), wobble=WOBBLE, printed="box", gap=(0.12, 0.5)),
        Hand(count=(3, 6), wobble=WOBBLE, printed="comb", gap=(0.25, 0.6)),
        Hand(letters=True),
        Hand(letters=True),
    ]
)
"""What weights are learnt from, in turn."""
MEASURED = tuple(hand for hand in HANDS if not hand.letters)
"""What they are measured on."""
PART = 500  # numbers that a process draws at a time
REAL_WEIGHT = 2  # of a real number against a drawn one: there are few, and they are what counts
TOGETHER = 20  # numbers whose candidates the network judges in one call


Part = TypeVar("Part")


@dataclass(frozen=True)
class Sample:
    """One drawn number: its text, candidates, and the network's probabilities of them."""

    text: str
    arcs: Arcs
    probabilities: Floats


def teach(
    path: Path,
    digits: Digits,
    real: Sequence[RealNumber] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Teach the network of a model file to read numbers, with digits that it wasn't trained on.

    Real pictures of numbers are learnt from beside those that are drawn.

    Raises
    ------
    ModelError
        If the file can't be read or written.
    InputError
        If the digits are too few.
    """
    model = read_model(path)
    model.weighing = learn_weighing(
        model.network, model.calibration, digits, real, progress=progress
    )
    save(model, path)


def learn_weighing(
    network: Network,
    calibration: Calibration | None,
    digits: Digits,
    real: Sequence[RealNumber] = (),
    count: int = 5000,
    measured: int = 15_000,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Weighing:
    """Learn weights from `count` drawn numbers; measure on others what they are worth.

    Parameters
    ----------
    network : Network
        One that has learnt what is no digit.
    calibration : Calibration or None
        Of its confidence in single digits.
    digits : Digits
        That it wasn't trained on.
    real : sequence of RealNumber
        Pictures to learn from, each as much as REAL_WEIGHT drawn numbers; those in which several
        numbers are found, or none, teach nothing.
    count, measured : int
        How many numbers are drawn to learn from, and to measure on.
    """
    draw = partial(draw_samples, network, calibration, digits, seed=seed)
    samples = [sample for part in _in_parts(draw, count) for sample in part]
    sizes = measure_sizes(samples)
    samples += REAL_WEIGHT * look_at(real, network, calibration)
    numbers = [sample for sample in samples if sample.text]
    weights = _learn(prepare(numbers, sizes), progress)
    split = len(DIGIT_TERMS)
    weighing = Weighing(
        tuple(weights[:split].round(4).tolist()),
        tuple(weights[split:].round(4).tolist()),
        (0.0,) * len(NUMBER_TERMS),
        tuple((a, b, c, d) for a, b, c, d in sizes.round(4).tolist()),
        Calibration(1.0, 0.0, "", 1, ((0.0, 1, 0),)),
    )
    weighing = replace(weighing, number=_learn_numbers(samples, weighing))
    measure = partial(_measure, network, calibration, weighing, digits, seed=seed + 1)
    parts = _in_parts(measure, measured)
    confidence, wrong = (np.concatenate(found) for found in zip(*parts, strict=True))
    risk = risk_of(confidence, wrong)
    # Not where the digits lie: a model file holds no path.
    which = calibration.source if calibration else "digits not trained on"
    source = f"{len(wrong):,} numbers drawn with {which}"
    return replace(weighing, numbers=Calibration(1.0, 0.0, source, len(wrong), risk))


def _in_parts(work: Callable[[range], Part], count: int) -> list[Part]:
    """Share numbers 0 to `count` - 1 out among all cores."""
    parts = [range(start, min(start + PART, count)) for start in range(0, count, PART)]
    with make_pool(min(cores(), len(parts))) as pool:
        return list(pool.map(work, parts))


def _measure(
    network: Network,
    calibration: Calibration | None,
    weighing: Weighing,
    digits: Digits,
    indices: Sequence[int],
    seed: int,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """How sure the reader is of each of these numbers, and whether it is wrong."""
    confidence, wrong = [], []
    for sample in draw_samples(network, calibration, digits, indices, seed, MEASURED):
        lattice = make_lattice(sample.arcs, sample.probabilities, weighing)
        is_number = partial(number_probability, sample.arcs, weighing=weighing, known=True)
        decision = decide(lattice, [anything(sample.arcs.n)], False, is_number)
        if decision and decision.digits:
            text, p = decision.alternatives[0]
            confidence.append(min(p, 1.0))
            wrong.append(text != sample.text)
    return np.array(confidence), np.array(wrong, bool)


def draw_samples(
    network: Network,
    calibration: Calibration | None,
    digits: Digits,
    indices: Sequence[int],
    seed: int,
    hands: Sequence[Hand] = HANDS,
) -> list[Sample]:
    """Draw numbers, of each hand in turn, and look at all candidates."""
    found = []
    for start in range(0, len(indices), TOGETHER):
        texts, numbers = [], []
        for index in indices[start : start + TOGETHER]:
            drawn = draw_number(digits, hands[index % len(hands)], seed, index)
            in_picture = one_number(remove_rules(ink_of_page(drawn.light)))
            numbers += in_picture
            texts += [drawn.text] * len(in_picture)
        judged = find_candidates(numbers, network, calibration)
        # Without the ink, of which there is much.
        found += [
            Sample(text, replace(arcs, pieces=[]), probabilities)
            for text, (arcs, probabilities) in zip(texts, judged, strict=True)
        ]
    return found


def look_at(
    real: Sequence[RealNumber], network: Network, calibration: Calibration | None
) -> list[Sample]:
    """Look at all candidates in real pictures that hold one number."""
    found = []
    for number in real:
        in_picture = one_number(remove_rules(ways_to_see(open_first(number.path).grey)[-1]))
        if len(in_picture) == 1:
            ((arcs, probabilities),) = find_candidates(in_picture, network, calibration)
            found.append(Sample(number.text, replace(arcs, pieces=[]), probabilities))
    return found


def measure_sizes(samples: list[Sample]) -> Floats:
    """Height and width of each digit, (10, 4), from numbers where none touches another."""
    found: list[list[Floats]] = [[] for _ in range(10)]
    for sample in samples:
        whole = np.flatnonzero(sample.arcs.features[:, INK_CUT] == 0)
        whole = whole[sample.arcs.features[whole, 4] == 0]
        if len(whole) == len(sample.text):
            for char, arc in zip(sample.text, whole, strict=True):
                found[int(char)].append(sample.arcs.features[arc, :2])
    if min(map(len, found)) < LEAST:
        raise InputError(f"expected more numbers to learn from; found {len(samples)}")
    # Medians: some of these are specks and broken digits.
    mean = np.array([np.median(sizes, axis=0) for sizes in found])
    far = [np.abs(sizes - m) for sizes, m in zip(found, mean, strict=True)]
    deviation = np.array([1.4826 * np.median(f, axis=0) for f in far])
    return np.column_stack([mean[:, 0], deviation[:, 0], mean[:, 1], deviation[:, 1]])


Prepared = list[tuple[Arcs, Floats, Floats, Allowed]]
"""Of each number its candidates, their terms as digits and as none, and its text."""


def prepare(samples: list[Sample], sizes: Floats) -> Prepared:
    """Measure the terms of all candidates; texts as which digit is right at which position."""
    prepared = []
    for sample in samples:
        right = np.zeros((len(sample.text), SKIP), bool)
        right[np.arange(len(sample.text)), [int(c) for c in sample.text]] = True
        prepared.append(
            (sample.arcs, *measure_terms(sample.arcs, sample.probabilities, sizes), right)
        )
    return prepared


def surprise(weights: Floats, prepared: Prepared) -> tuple[float, Floats]:
    """Mean of -log P(text) over numbers, and its gradient; without those that no path can say."""
    total, gradient, n = 0.0, np.zeros_like(weights), 0
    for arcs, digits, nones, right in prepared:
        lattice = weighed(arcs, digits, nones, weights)
        wanted, log_wanted = lattice.posterior(right, len(right))
        if log_wanted == -np.inf:
            continue  # digits that can't be told apart by any cut
        found, log_found = lattice.posterior(anything(arcs.n).allowed)
        total += log_found - log_wanted
        surplus = found - wanted
        gradient += np.einsum("ad,adt->t", surplus[:, :SKIP], digits)
        gradient[len(DIGIT_TERMS) :] += surplus[:, SKIP] @ np.nan_to_num(nones)
        n += 1
    return total / n, gradient / n


def _learn_numbers(samples: list[Sample], weighing: Weighing) -> tuple[float, ...]:
    """Find the weights that tell numbers from letters best (logistic regression)."""
    from scipy.optimize import minimize

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
        mean = float(share @ np.logaddexp(0, against)) + PULL * float(weights @ weights)
        return mean, (share * slope) @ x + 2 * PULL * weights

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B")
    return tuple(found.x.round(4).tolist())


def _learn(prepared: Prepared, progress: Callable[[str], None]) -> Floats:
    """Find the weights under which the texts are most probable."""
    from scipy.optimize import minimize

    def loss(weights: Floats) -> tuple[float, Floats]:
        mean, gradient = surprise(weights, prepared)
        progress(f"{mean:.4f} over {len(prepared)} numbers")
        gap = weights - START
        return mean + PULL * gap @ gap, gradient + 2 * PULL * gap

    found = minimize(loss, START, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x)
