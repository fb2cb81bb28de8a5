"""Learn from corrected numbers without forgetting.

The network learns deformed digits of corrected numbers beside digits of all hands. The result is a
weighted mean of the parameters before and after (Wortsman et al. 2022, "Robust fine-tuning"). The
last layers, in which digits of other writers are forgotten, change only if that reads more of the
held-out corrections (Lee et al. 2023, "Surgical fine-tuning"). If all means read worse, nothing
changes.
A second network stays as it is: its layers with shared weights forget more (0.26 points on digits
of other writers in place of 0.03), and hardly gain.
It also learns how many digits the corrected numbers have.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np

from digitwise.data.corrections import Correction
from digitwise.data.deform import DEFORMATIONS, deform
from digitwise.data.digits import NO_DIGIT, Digits, join
from digitwise.data.strings import draw_number
from digitwise.errors import InputError
from digitwise.imaging.ink import extract_ink
from digitwise.models.committee import networks_of, with_networks
from digitwise.models.files import Model
from digitwise.network import Network
from digitwise.reading.segment import one_number
from digitwise.training.aligning import Known, Reading, align, find_known, know, read_known
from digitwise.training.evaluation import evaluate
from digitwise.training.fit import fit
from digitwise.training.lengths import learn_lengths
from digitwise.training.number_pieces import draw_examples
from digitwise.training.number_samples import MEASURED

FEWEST = 8  # corrected numbers
HELD_OUT = 5  # every fifth corrected number is held out
ANEW = 9000  # examples deformed from the digits of corrections, as many of each digit
NOT_DIGITS = 3000  # examples deformed from their non-digits
BASE = 9000  # examples deformed from digits of all hands
CUT_OUT = 300  # numbers drawn with each of both, out of which digits and non-digits are cut
EPOCHS = 4  # of the deformed examples
LEARNING_RATE = 0.01  # twice that forgets more than it learns, and its result is refused
BATCH = 50  # examples
# Shares of the new parameters in the first and in the last layer, by the number of networks; the
# first of equally good ones is taken. On digits of other writers, 0.7 in all layers of a single
# network lose up to 0.28 points, these at most 0.12. A second network, which stays as it is, halves
# the change: beside one, 1.0 in all layers lose 0.16, these at most 0.07.
SHARES = {
    1: ((0.85, 0.0), (0.6, 0.0), (0.5, 0.5), (0.3, 0.3)),
    2: ((1.0, 0.3), (0.7, 0.7), (0.4, 0.4)),
}
DRAWN = 400  # numbers of all hands, on which the old and the new network are compared
SURER = 0.9  # surprise after to before, at most, if no more corrections are right than before
LOSS = 0.001  # of the accuracy on validation digits, at most: about as much as chance makes
MORE_WRONG = 2  # of the drawn numbers, at most: about as many as chance makes


@dataclass(frozen=True)
class Measured:
    """Measurements of a network.

    Attributes
    ----------
    corrections : Reading
        On held-out corrected numbers.
    drawn : Reading
        On numbers drawn with validation digits.
    accuracy : float
        On validation digits, 0 to 1.
    """

    corrections: Reading
    drawn: Reading
    accuracy: float


@dataclass(frozen=True)
class Learnt:
    """Result of learning from corrections.

    Attributes
    ----------
    model : Model or None
        None if every new network reads worse.
    numbers, digits : int
        Number of corrected numbers, and of their digits, that were learnt from.
    held_out : int
        Number of held-out corrected numbers.
    before, after : Measured
    """

    model: Model | None
    numbers: int
    digits: int
    held_out: int
    before: Measured
    after: Measured


def learn_from(
    model: Model,
    corrections: Sequence[Correction],
    base: Digits,
    validation: Digits,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Learnt:
    """Learn from corrected numbers.

    Parameters
    ----------
    model : Model
        A model that has learnt to read numbers.
    corrections : sequence of Correction
        Every fifth is held out.
    base, validation : Digits
        Digits of all hands, to learn again and to measure on.
    progress : callable
        Gets lines of text about the progress.

    Raises
    ------
    InputError
        If the model doesn't read numbers, or there are too few corrections.
    """
    if model.weighing is None:
        raise InputError("this network has not learnt to read numbers: give one that has (reader)")
    known = find_known(model, corrections)
    if len(known) < FEWEST:
        raise InputError(
            f"expected {FEWEST} corrected numbers or more that can be found in their pictures; "
            f"found {len(known)} of {len(corrections)}; digitwise review TABLE corrects more"
        )
    held_out = known[HELD_OUT - 1 :: HELD_OUT]
    taught = [number for k, number in enumerate(known) if k % HELD_OUT != HELD_OUT - 1]
    digits, count = align(model, taught)
    found = int((digits.labels != NO_DIGIT).sum())
    if not found:
        raise InputError("no corrected number can be cut into digits that read its text")
    progress(f"{found} digits of {count} corrected numbers, {len(digits) - found} non-digits")
    drawn = _draw_known(model, validation, seed + 1)
    lengths = learn_lengths(number.text for number in taught)
    informed = replace(model, weighing=replace(model.weighing, lengths=lengths))

    def measure(networks: list[Network], corrected: Model = informed) -> Measured:
        # Drawn numbers have other lengths than corrected ones: they measure the networks alone.
        return Measured(
            read_known(with_networks(corrected, networks), held_out),
            read_known(with_networks(model, networks), drawn),
            evaluate(networks, validation).accuracy,
        )

    old, *second = networks_of(model)
    before = measure([old, *second], model)
    new = _fitted(old, _examples(digits, base, seed), seed)
    tried = []
    for first, last in SHARES[1 + len(second)]:
        between = [_between(old, new, first, last), *second]
        after = measure(between)
        tried.append((after, between))
        progress(
            f"{first:.0%} to {last:.0%} new: {after.corrections.right.sum()} of {len(held_out)} "
            f"held-out corrections right, {before.corrections.right.sum()} before"
        )
    kept = [pair for pair in tried if _not_worse(before, pair[0])]
    if not kept:
        return Learnt(None, count, found, len(held_out), before, tried[-1][0])
    after, best = max(kept, key=lambda pair: pair[0].corrections.right.sum())
    origin = f"{_origin(model)}, and {count} corrected numbers ({found} digits)"
    results = {"test_accuracy": after.accuracy, "test_n": len(validation)}
    training = {**model.training, "origin": origin}
    learnt = replace(with_networks(informed, best), training=training, results=results)
    return Learnt(learnt, count, found, len(held_out), before, after)


def _fitted(network: Network, examples: Digits, seed: int) -> Network:
    """Return a copy of the network that has learnt the examples."""
    copy = deepcopy(network)
    fit(
        copy,
        examples,
        epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        batch_size=BATCH,
        seed=seed,
        progress=False,
    )
    return copy


def _origin(model: Model) -> str:
    return str(model.training.get("origin") or model.training.get("command") or "a network")


def _surprise(measured: Measured) -> float:
    return measured.corrections.surprise


def _not_worse(before: Measured, after: Measured) -> bool:
    """Whether corrections are read better, and other numbers and digits no worse than by chance."""
    right, now = before.corrections.right.sum(), after.corrections.right.sum()
    surer = now == right and _surprise(after) < SURER * _surprise(before)
    better = now > right or surer
    lost = before.drawn.right.sum() - after.drawn.right.sum()
    return bool(better and lost <= MORE_WRONG and after.accuracy >= before.accuracy - LOSS)


def _examples(digits: Digits, base: Digits, seed: int) -> Digits:
    """Return deformed digits of corrections and of all hands, and pieces of numbers of both."""
    rng = np.random.default_rng(seed)
    how = DEFORMATIONS["mnist"]
    is_digit = digits.labels != NO_DIGIT
    own, wrong = digits[np.flatnonzero(is_digit)], digits[np.flatnonzero(~is_digit)]
    rarity = 1 / np.bincount(own.labels)[own.labels]
    chosen = rng.choice(len(own), ANEW, p=rarity / rarity.sum())
    anew = deform(own, chosen, how, seed=seed)
    every = deform(base, rng.integers(0, len(base), BASE), how, seed=seed + 1)
    parts = [anew, every]
    if len(wrong):
        parts.append(deform(wrong, rng.integers(0, len(wrong), NOT_DIGITS), how, seed=seed + 2))
    parts += [draw_examples(of, CUT_OUT, seed, jobs=1) for of in (anew, every)]
    return join(parts, "corrected numbers and digits of all hands")


def _draw_known(model: Model, digits: Digits, seed: int) -> list[Known]:
    """Draw numbers of all hands with digits that are not learnt from."""
    numbers, texts = [], []
    for index in range(DRAWN):
        drawn = draw_number(digits, MEASURED[index % len(MEASURED)], seed, index)
        for components in one_number(extract_ink(drawn.light)):
            numbers.append(components)
            texts.append(drawn.text)
    return know(model, numbers, texts)


def _between(old: Network, new: Network, first: float, last: float) -> Network:
    """Return the mean of two networks; `first` and `last` weigh the new one in these layers."""
    mean = deepcopy(new)
    shares = np.linspace(first, last, len(new.weights))
    for of_network in ("weights", "biases"):
        layers = zip(getattr(old, of_network), getattr(new, of_network), shares, strict=True)
        arrays = [((1 - of_new) * a + of_new * b).astype(b.dtype) for a, b, of_new in layers]
        setattr(mean, of_network, arrays)
    return mean
