"""Marks in a form's cell: cross, ditto, dash, told from digits by a small network.

The digit network has ten outputs. The network of marks tells marks from digits and parts of digits.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from digitwise.data.digits import as_inputs
from digitwise.imaging.components import Component, frame_components
from digitwise.imaging.framing import SIDE
from digitwise.models.files import read_model
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid
from digitwise.reading.number import CROSS

DITTO, DASH = '"', "-"
MARKS = ("digit", CROSS, DITTO, DASH)
"""Outputs of the network: digits and parts of digits; three marks."""
INPUTS = SIDE * SIDE
FILE = Path(__file__).with_name("marks.safetensors")
MIN_OUTPUT = 1e-4  # added to each output, so that the sum of a piece's outputs is positive


@cache
def marks_network() -> Network:
    """Return the network of marks, which is shipped with the package."""
    return read_model(FILE).network


def tell_marks(pieces: Sequence[Component], network: Network | None = None) -> Floats:
    """Return the probability of each of MARKS for n pieces, shape (n, 4)."""
    network = network or marks_network()
    frame_components(pieces)
    images = np.array([piece.frame for piece in pieces], np.uint8).reshape(-1, SIDE, SIDE)
    fired = sigmoid(network.weighted_outputs(as_inputs(images, network.dtype)))
    fired = fired.astype(np.float64) + MIN_OUTPUT
    return np.asarray(fired / fired.sum(axis=1, keepdims=True))
