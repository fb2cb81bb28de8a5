"""Engines: ways to compute the steps of stochastic gradient descent, each in a file of its own.

- `reference`: the heart itself, in NumPy; all other engines are tested against it.
- `fused`: for small networks; compiled, so that a mini-batch costs little beyond its arithmetic.
- `dense`: for large layers and mini-batches; matrix products by BLAS, on all cores.
- `conv`: for networks that begin with layers of shared weights.
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
    """Takes the steps of mini-batches in a given order, and computes a network's outputs."""

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
        """Take one step (Eq. 20 and 21) for each `batch_size` examples of `order`, in place.

        Parameters
        ----------
        order : int array
            Indices into `examples`. The last mini-batch is shorter if `batch_size` doesn't divide
            the length of `order`; its gradient is the mean over its own examples.
        variant : Variant
            Momentum, weight decay and dropout.
        velocity : Gradient, optional
            Velocities of weights and biases, for momentum; changed in place.
        rng : numpy.random.Generator, optional
            Generator of the dropout masks.
        """

    def weighted_outputs(self, network: Network, examples: Examples) -> Floats:
        """Return the weighted inputs z of the output layer for every example, (n, n_out)."""


ENGINES = {
    "reference": "ReferenceEngine",
    "fused": "FusedEngine",
    "dense": "DenseEngine",
    "conv": "ConvEngine",
}
CHOICES = ("auto", *ENGINES)


def choose_engine(name: str) -> Engine:
    """Return the engine of this name; `choice.resolve_engine` resolves "auto" first.

    Raises
    ------
    InputError
        If the name is unknown.
    ExtraError
        If the engine is compiled, and Numba is not installed.
    """
    if name not in ENGINES:
        raise InputError(f"unknown engine {name!r}; expected one of: {', '.join(ENGINES)}")
    if name != "reference" and not has("numba"):
        raise ExtraError(
            f"the engine {name} needs the package numba: pip install numba, or choose reference "
            "(engine)"
        )
    module = import_module(f"digitwise.engines.{name}")  # imported late, since Numba is slow
    engine: Engine = getattr(module, ENGINES[name])()
    return engine
