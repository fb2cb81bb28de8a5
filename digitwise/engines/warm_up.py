"""Compilation or loading of an engine's kernels before time is measured."""

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
    """Train a network of this shape on one empty example, so that all kernels are ready.

    The example is an image, or a row if `train` is a Table. The first call on a machine takes
    seconds for compiled engines, later calls a fraction of a second.
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
