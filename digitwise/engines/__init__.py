"""Engines: ways of running mini-batches of stochastic gradient descent. One file each."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.engines.reference import ReferenceEngine
from digitwise.errors import InputError
from digitwise.network import Network


class Engine(Protocol):
    """Runs mini-batches in the given order, changing the network in place."""

    name: str

    def run(
        self,
        network: Network,
        digits: Digits,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
    ) -> None:
        """Take one step (Eq. 20 and 21) for each `batch_size` digits of `order`, in turn.

        Parameters
        ----------
        order : int array
            Positions in `digits`. The last mini-batch is short where `batch_size` doesn't
            divide its length, and averages over those it has.
        """


ENGINES: dict[str, type[Engine]] = {"reference": ReferenceEngine}
CHOICES = ("auto", *ENGINES)


def choose_engine(name: str) -> Engine:
    """Return the engine of this name; "auto" is the fastest that can run any network.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    if name not in CHOICES:
        raise InputError(f"unknown engine {name!r}; expected one of: {', '.join(CHOICES)}")
    return ENGINES["reference" if name == "auto" else name]()
