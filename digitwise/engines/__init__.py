"""Engines: ways of running mini-batches of stochastic gradient descent. One file each.

- `reference`: the heart itself, in NumPy; what the others are tested against.
- `fused`: small networks, compiled: a mini-batch costs little more than its arithmetic.
- `dense`: large layers and batches: matrix products by BLAS, on all cores.
- `conv`: networks that begin with layers of shared weights.
"""

from importlib import import_module
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from digitwise.data.table import Examples
from digitwise.descent import PLAIN, Variant
from digitwise.errors import ExtraError, InputError
from digitwise.extras import has
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats


class Engine(Protocol):
    """Runs mini-batches in the given order, changing the network in place."""

    name: ClassVar[str]

    def run(
        self,
        network: Network,
        examples: Examples,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
        variant: Variant = PLAIN,
        velocity: Gradient | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Take one step (Eq. 20 and 21) for each `batch_size` examples of `order`, in turn.

        Parameters
        ----------
        order : int array
            Positions in `examples`. The last mini-batch is short where `batch_size` doesn't
            divide its length, and averages over those it has.
        variant : Variant
            Weight decay, and how momentum and dropout, where there are any, are used.
        velocity : Gradient, optional
            For momentum: the velocities, in the shapes of weights and biases; changed in place.
        rng : numpy.random.Generator, optional
            For dropout: where its masks are drawn from.
        """

    def weighted_outputs(self, network: Network, examples: Examples) -> Floats:
        """Weighted inputs z of the output layer for every example, (n, n_out)."""


ENGINES = {
    "reference": "ReferenceEngine",
    "fused": "FusedEngine",
    "dense": "DenseEngine",
    "conv": "ConvEngine",
}
CHOICES = ("auto", *ENGINES)


def choose_engine(name: str) -> Engine:
    """Return the engine of this name; what "auto" means is up to `choice.resolve_engine`.

    Raises
    ------
    InputError
        If there is none of this name.
    ExtraError
        If it is compiled, and Numba is not installed.
    """
    if name not in ENGINES:
        raise InputError(f"unknown engine {name!r}; expected one of: {', '.join(ENGINES)}")
    if name != "reference" and not has("numba"):
        raise ExtraError(
            f"the engine {name} needs the package numba: pip install numba, or choose reference "
            "(engine)"
        )
    module = import_module(f"digitwise.engines.{name}")  # Numba and SciPy are slow to import
    engine: Engine = getattr(module, ENGINES[name])()
    return engine
