"""Have an engine's kernels compiled, or loaded from disk, before time is measured."""

import numpy as np

from digitwise.data.digits import Digits
from digitwise.data.table import Examples, Table
from digitwise.descent import Variant
from digitwise.engines import Engine
from digitwise.engines.velocity import at_rest
from digitwise.network import Network


def warm_up(
    engine: Engine, network: Network, variant: Variant, train: Examples | None = None
) -> None:
    """Learn from one empty example, and look at it, with a copy of the network.

    It is an image, or a row if `train` is a Table.

    The first time on a machine this takes seconds for compiled engines, later a fraction of one.
    """
    copy = Network(
        network.layout, activation=network.activation, cost=network.cost, dtype=network.dtype
    )
    velocity = at_rest(copy) if variant.momentum else None
    blank: Examples = Digits(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
    if isinstance(train, Table):
        nothing = np.zeros((1, network.sizes[0]), network.dtype)
        blank = Table(nothing, np.zeros(1, np.intp), train.classes)
    rng = np.random.default_rng(0)
    engine.run(copy, blank, np.zeros(1, np.intp), 1, 1e-6, variant, velocity, rng)
    engine.weighted_outputs(copy, blank)
