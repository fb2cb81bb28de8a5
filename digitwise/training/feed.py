"""The feed of an engine: an epoch's examples in parts, deformed on the way if asked for."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from digitwise.data.deform import Deformation, deform
from digitwise.data.digits import Digits
from digitwise.data.mixture import Mixture
from digitwise.data.table import Examples

PART_EXAMPLES = 5_000  # about the size of a part

Part = npt.NDArray[np.intp]


def epoch_order(seed: int, epoch: int, n: int) -> Part:
    """Return a random order of the n training digits in an epoch (0 for the first).

    It is a pure function of seed and epoch. A checkpoint needs no random state, and a run resumes
    anywhere.
    """
    # The spawn key separates this stream from the one that draws the first weights from `seed`.
    source = np.random.SeedSequence(seed, spawn_key=(epoch,))
    return np.random.default_rng(source).permutation(n)


def step_of(batch_size: int) -> int:
    """Return the size of a part: whole mini-batches, so that parts don't change the steps."""
    return batch_size * max(1, PART_EXAMPLES // batch_size)


def feed(
    train: Examples,
    seed: int,
    epoch: int,
    position: int,
    step_size: Callable[[], int],
    deformation: Deformation | None = None,
    non_digits: float = 0.0,
) -> Iterator[tuple[Examples, Part]]:
    """Yield an epoch's parts from a position on: examples, and the indices to learn from in order.

    Deformed digits and non-digits are an endless set for each seed; the first one yielded is
    number `epoch`·n + `position` of it. A thread draws the next part while the engine learns.

    Parameters
    ----------
    step_size : callable
        Returns the number of examples of the next part, whole mini-batches.
    """
    if isinstance(train, Mixture):
        order = train.epoch_order(seed, epoch)
    else:
        order = epoch_order(seed, epoch, len(train))
    if not isinstance(train, Digits) or (deformation is None and not non_digits):
        while position < len(order):
            part = order[position : position + step_size()]
            position += len(part)
            yield train, part
        return
    drawing = deformation or Deformation()
    drawn_at_once = step_size()

    def draw(at: int) -> Digits:
        part = order[at : at + drawn_at_once]
        return deform(train, part, drawing, non_digits, seed, epoch * len(order) + at)

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(draw, position)
        for at in range(position, len(order), drawn_at_once):
            digits = following.result()
            if at + drawn_at_once < len(order):
                following = pool.submit(draw, at + drawn_at_once)
            used = 0
            while used < len(digits):
                part = np.arange(used, min(used + step_size(), len(digits)))
                used += len(part)
                yield digits, part
