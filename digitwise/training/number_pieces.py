"""Examples cut out of drawn numbers as the reader cuts them: digits and non-digits.

Among the candidates of touching digits are halves, pairs and digits with a part of their
neighbour. A network that has learnt them as non-digits tells them from digits, and from digits
cut out with a part missing (Liu, Sako & Fujisawa 2004).
"""

from functools import partial

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.strings import DrawnNumber, Hand, draw_number
from digitwise.engines.threads import cores
from digitwise.imaging.ink import SOLID, extract_ink
from digitwise.reading.segment import one_number
from digitwise.reading.splitting.arcs import Arcs, find_arcs
from digitwise.training.number_samples import in_parts

RIGHT = 0.8  # share of common ink with a digit from which on a candidate is that digit
WRONG = 0.7  # share of common ink below which a candidate is a non-digit
RIGHT_ONES = 2  # digit candidates kept for each digit: more would be much alike
WRONG_FOR_RIGHT = 1.2  # non-digits kept for each digit candidate: there are many more
NEITHER = -1  # label of a candidate between RIGHT and WRONG
PART = 100  # numbers of one task of a process

HANDS = [
    Hand(count=(2, 2), touching=1.0, ligature=0.1, wobble=0.08),
    Hand(count=(3, 5), touching=0.7, ligature=0.1, wobble=0.08),
    Hand(count=(3, 6), touching=0.7, ligature=0.4, wobble=0.08, rounded=0.8),
]
"""Hands of the drawn numbers, in turn."""


def draw_examples(digits: Digits, count: int, seed: int, jobs: int | None = None) -> Digits:
    """Cut examples out of `count` drawn numbers, about 11 out of each.

    Parameters
    ----------
    digits : Digits
        Digits to draw numbers with.
    count, seed : int >= 0
        A number is a function of seed and index: a greater count keeps the first numbers.
    jobs : int, optional
        Number of processes; the number of cores if not given.

    Returns
    -------
    Digits
        Non-digits have the label `NO_DIGIT`.
    """
    if not len(digits):
        return digits
    jobs = 1 if count <= PART else jobs or cores()
    found = in_parts(partial(_draw_part, digits, seed), count, PART, jobs)
    images = [np.zeros((0, 28, 28), np.uint8), *(images for images, _ in found)]
    labels = [np.zeros(0, np.uint8), *(labels for _, labels in found)]
    source = f"{count:,} numbers drawn with {digits.source}"
    return Digits(np.concatenate(images), np.concatenate(labels), source)


Examples = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
"""Images and labels."""


def _draw_part(digits: Digits, seed: int, indices: range) -> Examples:
    images, labels = [], []
    for index in indices:
        drawn = draw_number(digits, HANDS[index % len(HANDS)], seed, index)
        rng = np.random.default_rng([seed, index, 1])
        for components in one_number(extract_ink(drawn.light)):
            arcs = find_arcs(components)
            said = judge(drawn, arcs)
            most = RIGHT_ONES * len(drawn.text)
            right = rng.permutation(np.flatnonzero((said != NO_DIGIT) & (said != NEITHER)))[:most]
            most = round(WRONG_FOR_RIGHT * len(right))
            kept = [*right, *rng.permutation(np.flatnonzero(said == NO_DIGIT))[:most]]
            images += [arcs.pieces[arc].frame for arc in kept]
            labels += said[kept].tolist()
    return np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8)


def judge(drawn: DrawnNumber, arcs: Arcs) -> npt.NDArray[np.intp]:
    """Return the label of each candidate: 0 to 9, NO_DIGIT, or NEITHER if it is doubtful."""
    digits = [piece for piece in drawn.pieces if piece.char.isdigit()]
    layers = np.zeros((len(digits), *drawn.image.shape), bool)
    for layer, digit in zip(layers, digits, strict=True):
        digit.lay_on(layer)
    sizes = layers.sum(axis=(1, 2))
    verdicts = []
    for piece in arcs.pieces:
        own = piece.ink >= SOLID
        both = layers[:, piece.top : piece.bottom, piece.left : piece.right] & own
        shares = both.sum(axis=(1, 2)) / np.maximum(sizes, own.sum())
        best = int(shares.argmax())
        if shares[best] >= RIGHT:
            verdicts.append(int(digits[best].char))
        else:
            verdicts.append(NO_DIGIT if shares[best] < WRONG else NEITHER)
    return np.array(verdicts)
