"""What an engine learns from next: parts of an epoch, as they are or drawn anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from digitwise.data.deform import Deformation, deform
from digitwise.data.digits import Digits
from digitwise.data.mixture import Mixture

CHUNK = 5_000  # digits between two calls of `progress`, about

Order = npt.NDArray[np.intp]


def epoch_order(seed: int, epoch: int, n: int) -> Order:
    """Return the order of the n training digits in an epoch (0 for the first).

    A pure function of seed and epoch: there is no random state to save, and a run resumes
    anywhere.
    """
    # The spawn key keeps this stream apart from the one that draws the start from `seed`.
    source = np.random.SeedSequence(seed, spawn_key=(epoch,))
    return np.random.default_rng(source).permutation(n)


def feed(
    train: Digits,
    batch_size: int,
    seed: int,
    epoch: int,
    position: int,
    deformation: Deformation | None = None,
    non_digits: float = 0.0,
) -> Iterator[tuple[Digits, Order]]:
    """Yield an epoch from a position on, in parts of whole mini-batches: digits, and their order.

    Where digits are deformed, or made into what is none, example `epoch`·n + `position` of the
    endless set of this seed comes first; while one part is learnt from, the next is drawn.
    """
    if isinstance(train, Mixture):
        order = train.epoch_order(seed, epoch)
    else:
        order = epoch_order(seed, epoch, len(train))
    # Whole mini-batches, so that chunks don't change the steps.
    chunk = batch_size * max(1, CHUNK // batch_size)
    starts = range(position, len(order), chunk)
    if deformation is None and not non_digits:
        yield from ((train, order[at : at + chunk]) for at in starts)
        return
    drawing = deformation or Deformation()

    def draw(at: int) -> Digits:
        part = order[at : at + chunk]
        return deform(train, part, drawing, non_digits, seed, epoch * len(order) + at)

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(draw, position)
        for at in starts:
            digits = following.result()
            if at + chunk < len(order):
                following = pool.submit(draw, at + chunk)
            yield digits, np.arange(len(digits))
