"""Learn the kinds of a number's components from numbers drawn with signs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from digitwise.costs import one_hot
from digitwise.data.digits import Digits
from digitwise.data.strings import DrawnNumber, Hand, draw_number
from digitwise.engines.threads import one_blas_thread
from digitwise.extras import need
from digitwise.imaging.components import Component
from digitwise.imaging.ink import SOLID
from digitwise.imaging.rules import part_rules
from digitwise.imaging.sheet import ink_of_page
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.reading.segment import all_numbers, one_number
from digitwise.reading.signs import INPUTS, KINDS, describe
from digitwise.training.number_samples import in_parts

HIDDEN = 64  # neurons
STEPS = 300  # of L-BFGS
RIDGE = 1e-5  # ridge term: times the squared norm of the parameters
MOSTLY = 0.5  # share of a component's ink drawn as digits, from which on it is a digit

PLAIN = Hand(wobble=0.08, specks=0.2)
CELL = replace(PLAIN, room=(-0.12, 0.5), outsize=0.2, count=(1, 7))
REGISTER = Hand(
    count=(1, 4), wobble=0.08, size=(12.0, 40.0), room=(0.2, 6.0), underlined=0.4, crowded=0.3
)
HANDS = [
    PLAIN,
    replace(PLAIN, wobble=0.15, count=(1, 3)),
    replace(PLAIN, touching=0.4, ligature=0.15),
    replace(PLAIN, size=(18.0, 24.0), paper=False, signs=True, specks=0.0),
    replace(PLAIN, signs=True, count=(1, 8)),
    replace(PLAIN, signs=True, count=(2, 8), touching=0.15, outsize=0.2),
    CELL,
    replace(CELL, touching=0.3, ligature=0.15),
    replace(CELL, signs=True, crowded=0.2),
    replace(CELL, signs=True, printed="columns", specks=0.0),
    replace(CELL, count=(1, 4), printed="columns", crowded=0.3),
    replace(CELL, count=(1, 3), printed="columns", wobble=0.12),
    REGISTER,
    replace(REGISTER, printed="columns"),
    replace(REGISTER, printed="columns", touching=0.3, signs=True),
    replace(PLAIN, printed="ruled"),
    replace(PLAIN, printed="box", gap=(0.12, 0.5)),
    replace(PLAIN, printed="comb", gap=(0.25, 0.6)),
    replace(PLAIN, printed="dashed", gap=(0.25, 1.2)),
]
"""Hands of the drawn numbers, in turn."""


@dataclass(frozen=True)
class Lessons:
    """Components to learn from.

    Attributes
    ----------
    inputs : float32 array of shape (n, inputs)
        Inputs of the network: see `describe`.
    desired : float32 array of shape (n, outputs)
        Desired outputs: 1 for the component's kind, else 0.
    """

    inputs: Floats
    desired: Floats


def learn_signs(
    lessons: Lessons,
    progress: Callable[[str], None] = lambda _: None,
    seed: int = 0,
) -> Network:
    """Train a new network to tell the kinds of components."""
    return learn_lessons(lessons, HIDDEN, STEPS, progress, seed)


def learn_lessons(
    lessons: Lessons, hidden: int, steps: int, progress: Callable[[str], None], seed: int
) -> Network:
    """Train a new network with one hidden layer of tanh neurons by steps of L-BFGS."""
    sizes = [lessons.inputs.shape[1], hidden, lessons.desired.shape[1]]
    network = Network(
        sizes, activation="tanh", cost="cross-entropy", init="scaled", rng=seed, dtype=np.float32
    )
    descend(network, lessons, progress, steps)
    return network


def _parameters(network: Network) -> list[Floats]:
    return [*network.weights, *network.biases]


def descend(
    network: Network, lessons: Lessons, progress: Callable[[str], None], steps: int = STEPS
) -> None:
    """Minimise the cost over all examples, plus a ridge term, by L-BFGS, in place."""
    minimize = need("scipy.optimize", "teach", "learning to read numbers").minimize

    inputs, desired = lessons.inputs, lessons.desired

    def cost(flat: Floats) -> tuple[float, Floats]:
        _unpack(network, flat)
        gradient = network.gradient(inputs, desired)
        slope = np.concatenate([g.ravel() for g in (*gradient.weights, *gradient.biases)])
        mean = float(network.costs(inputs, desired).mean())
        progress(f"{mean:.5f} over {len(inputs)} components")
        return mean + RIDGE * float(flat @ flat), slope.astype(np.float64) + 2 * RIDGE * flat

    start = np.concatenate([p.ravel() for p in _parameters(network)]).astype(np.float64)
    options = {"maxiter": steps}
    # L-BFGS works on vectors: threads that wait for one another made it six times slower.
    with one_blas_thread():
        found = minimize(cost, start, jac=True, method="L-BFGS-B", options=options)
    _unpack(network, found.x)


def _unpack(network: Network, flat: Floats) -> None:
    """Set all parameters of a network from one flat array."""
    at = 0
    for parameter in _parameters(network):
        parameter[...] = flat[at : at + parameter.size].reshape(parameter.shape)
        at += parameter.size


def draw_lessons(
    digits: Digits, count: int = 12_000, seed: int = 0, hands: Sequence[Hand] = HANDS
) -> Lessons:
    """Draw numbers, of each hand in turn, and label each component with one of KINDS."""
    draw = partial(_draw_part, digits, seed, hands)
    inputs, kinds = (np.concatenate(p) for p in zip(*in_parts(draw, count), strict=True))
    return Lessons(inputs, one_hot(kinds, len(KINDS), np.float32))


def _draw_part(
    digits: Digits, seed: int, hands: Sequence[Hand], indices: Sequence[int]
) -> tuple[Floats, npt.NDArray[np.intp]]:
    inputs, kinds = [np.zeros((0, INPUTS), np.float32)], [np.zeros(0, np.intp)]
    for index in indices:
        drawn = draw_number(digits, hands[index % len(hands)], seed, index)
        ink, lines = part_rules(ink_of_page(drawn.light))
        numbers = one_number(ink)
        # A page with several numbers is judged number by number, too.
        groups = all_numbers(ink, lines)
        numbers += groups if list(map(len, groups)) != list(map(len, numbers)) else []
        for components in numbers:
            inputs.append(describe(components))
            kinds.append(kinds_in(drawn, components))
    return np.concatenate(inputs), np.concatenate(kinds)


def kinds_in(drawn: DrawnNumber, components: Sequence[Component]) -> npt.NDArray[np.intp]:
    """Return the index in KINDS of each component of a drawn number, by the ink drawn there.

    A component with at least half of its ink from digits is a digit.
    """
    shape = drawn.image.shape
    layers = np.zeros((len(KINDS), *shape), bool)
    for piece in drawn.pieces:
        piece.lay_on(layers[_kind_of(piece.char)])
    found = []
    for c in components:
        own = c.ink >= SOLID
        shares = (layers[:, c.top : c.bottom, c.left : c.right] & own).sum(axis=(1, 2)) / own.sum()
        found.append(0 if shares[0] >= MOSTLY else int(shares.argmax()))
    return np.array(found, np.intp)


def _kind_of(char: str) -> int:
    if char.isdigit():
        return 0
    return KINDS.index(char) if char in KINDS else KINDS.index("other")
