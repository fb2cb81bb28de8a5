"""A mini-batch as a poll: estimates of ∇C from a few digits (Eq. 18 and 19)."""

from dataclasses import dataclass

import numpy as np

from digitwise.data.digits import Digits
from digitwise.lab.digits import CHAPTER
from digitwise.lab.experiment import Array
from digitwise.lab.vectors import estimates, flat
from digitwise.network import Network
from digitwise.training.fit import fit

SINGLES = 100  # single digits whose gradients give the direction of largest scatter


@dataclass(frozen=True)
class Poll:
    """A network 784-30-10, digits, and ∇C over all these digits.

    Attributes
    ----------
    network : Network
    x : float64 array (n, 784)
    y : int array (n,)
    whole : float64 array (parameters,)
        ∇C over all digits.
    across : float64 array (parameters,)
        Unit vector across ∇C along which gradients of single digits scatter most. Along a random
        direction, of so many dimensions, the scatter would be invisible.
    """

    network: Network
    x: Array
    y: Array
    whole: Array
    across: Array

    def ask(self, m: int, count: int, rng: np.random.Generator) -> Array:
        """Estimate ∇C from m digits drawn with replacement, `count` times: (count, parameters)."""
        return np.array(list(estimates(self.network, self.x, self.y, m, count, rng)))

    def errors(self, found: Array) -> Array:
        """Return ‖estimate - ∇C‖² / ‖∇C‖² of each estimate."""
        off: Array = np.square(found - self.whole).sum(axis=1) / (self.whole @ self.whole)
        return off

    def arrows(self, found: Array) -> Array:
        """Return components along ∇C and `across`, in units of ‖∇C‖, (count, 2); ∇C is (1, 0)."""
        norm = np.linalg.norm(self.whole)
        arrows: Array = np.stack([found @ self.whole / norm**2, found @ self.across / norm], axis=1)
        return arrows


def prepare(train: Digits, epochs: int, seed: int) -> Poll:
    """Train a network on digits for some epochs, and compute their ∇C."""
    x, y = train.inputs(np.float64), train.labels.astype(np.intp)
    rng = np.random.default_rng(seed)
    network = Network([784, 30, 10], rng=rng, init="scaled")
    fit(network, train, epochs=epochs, seed=seed, progress=False, engine="reference", **CHAPTER)
    whole = flat(network.gradient(x, y))
    off = np.array(list(estimates(network, x, y, 1, SINGLES, rng))) - whole
    off -= np.outer(off @ whole / (whole @ whole), whole)
    across = np.linalg.svd(off, full_matrices=False)[2][0]
    return Poll(network, x, y, whole, across)
