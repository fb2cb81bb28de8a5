"""What stands in a form's cell: a digit, or what crosses it out, repeats the one above, a dash.

A digit network has ten answers. A small network of its own tells these marks from anything that may
be a digit or a part of one.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from digitwise.data.digits import as_inputs
from digitwise.imaging.components import Component, frame_components
from digitwise.models.files import read_model
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid
from digitwise.reading.number import CROSS

DITTO, DASH = '"', "-"
MARKS = ("digit", CROSS, DITTO, DASH)
"""Outputs of the network: digits, or parts of some; marks."""
SIDE = 28  # pixels of the frame
INPUTS = SIDE * SIDE
FILE = Path(__file__).with_name("marks.safetensors")
LEAST = 1e-4  # added to each output: one of them is right


@cache
def marks_network() -> Network:
    """Return the network that comes with the package."""
    return read_model(FILE).network


def tell_marks(pieces: Sequence[Component], network: Network | None = None) -> Floats:
    """Return how probable each of MARKS is of each of n pieces, shape (n, 4)."""
    network = network or marks_network()
    frame_components(pieces)
    images = np.array([piece.frame for piece in pieces], np.uint8).reshape(-1, SIDE, SIDE)
    fired = sigmoid(network.weighted_outputs(as_inputs(images, network.dtype)))
    fired = fired.astype(np.float64) + LEAST
    return np.asarray(fired / fired.sum(axis=1, keepdims=True))
