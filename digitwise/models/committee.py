"""A committee: networks that judge a picture together (Cireşan et al. 2011).

Two networks that learnt in different ways seldom make the same mistake. The mean of their weighted
outputs is right more often than either, and less sure where they disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from digitwise.extras import has
from digitwise.models.calibration import Calibration
from digitwise.models.files import Model
from digitwise.network import Network
from digitwise.neurons import Floats

# Weighted output of the likeliest digit, by the first member, up to which its answer stands: 46% of
# the candidates of 100 real numbers. With -3, -5 or without the rule, as many of 750 are right.
UNLIKELY = -4.0


class Judge(Protocol):
    """A `Network`, a `Predictor` of one, or a `Committee`."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Data type of the outputs."""

    @property
    def sizes(self) -> list[int]:
        """Numbers of neurons, from the inputs to the outputs."""

    def weighted_outputs(self, x: npt.ArrayLike) -> Floats:
        """Return the weighted inputs of the output layer, (n, 784) → (n, 10)."""


@dataclass(frozen=True)
class Committee:
    """Networks that judge together.

    Attributes
    ----------
    members : tuple of Network or Predictor
        Of equal inputs and outputs.
    """

    members: tuple[Judge, ...]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Return the data type of the first member's outputs."""
        return self.members[0].dtype

    @property
    def sizes(self) -> list[int]:
        """Return the first member's numbers of neurons."""
        return self.members[0].sizes

    def weighted_outputs(self, x: npt.ArrayLike) -> Floats:
        """Return the mean of the members' weighted outputs, (n, 784) → (n, 10).

        Where the first member finds no digit likely, its answer stands: half of a number's
        candidates are ink that is no digit, and the others needn't judge them.
        """
        x = np.asarray(x)
        first, *others = self.members
        z = first.weighted_outputs(x)
        doubtful = np.flatnonzero(z.max(axis=1) > UNLIKELY)
        if len(doubtful):
            further = [member.weighted_outputs(x[doubtful]) for member in others]
            z[doubtful] = sum(further, z[doubtful]) / z.dtype.type(len(self.members))
        return z


def networks_of(model: Model) -> list[Network]:
    """Return the networks that read numbers together: the model's own, and its second, if any."""
    second = model.weighing.second if model.weighing else None
    return [model.network, second] if second else [model.network]


def with_networks(model: Model, networks: Sequence[Network]) -> Model:
    """Return the model with other networks, as many as `networks_of` returns."""
    network, *second = networks
    weighing = model.weighing
    if weighing and second:
        weighing = replace(weighing, second=second[0])
    return replace(model, network=network, weighing=weighing)


def calibration_of(model: Model) -> Calibration | None:
    """Return the calibration of what judges the pieces of numbers."""
    if model.weighing and model.weighing.second:
        return model.weighing.outputs
    return model.calibration


def judge_of(model: Model, compiled: bool = True) -> tuple[Judge, Calibration | None]:
    """Return what judges the pieces of numbers, with the calibration of its outputs.

    Parameters
    ----------
    compiled : bool
        Use a `Predictor` of each network, where Numba is installed.
    """
    members: list[Judge] = [*networks_of(model)]
    if compiled and has("numba"):  # a small install may do without
        from digitwise.engines.predictor import Predictor  # slow to import

        members = [Predictor(network) for network in networks_of(model)]
    judge = members[0] if len(members) == 1 else Committee(tuple(members))
    return judge, calibration_of(model)
