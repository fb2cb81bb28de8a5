"""What the network says of all candidates of some numbers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import as_inputs
from digitwise.imaging.components import Component
from digitwise.imaging.digit import frame_digit
from digitwise.models.calibration import Calibration, probabilities_of
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.reading.arcs import Arcs, find_arcs

Frame = npt.NDArray[np.uint8]

SURE = 0.999  # a component that is as probably one digit is not cut


def find_candidates(
    numbers: Sequence[list[Component]], network: Network, calibration: Calibration | None
) -> list[tuple[Arcs, Floats]]:
    """Find the candidates of numbers, each given as components, and the digits they may be.

    The network is asked twice, each time for the whole page: which components are digits as they
    are; and, the others cut, what each candidate is.
    """
    whole = [component for number in numbers for component in number]
    frames = [frame_digit(component.ink) for component in whole]
    sure = iter(_ask(network, calibration, frames).max(axis=1) >= SURE)
    found = [find_arcs(number, [next(sure) for _ in number]) for number in numbers]
    return judge_candidates(found, network, calibration)


def judge_candidates(
    found: Sequence[Arcs], network: Network, calibration: Calibration | None
) -> list[tuple[Arcs, Floats]]:
    """What the network says of each number's candidates, in one call: with (arcs, 10) each."""
    if not found:
        return []
    said = _ask(network, calibration, [frame for arcs in found for frame in arcs.frames])
    ends = np.cumsum([len(arcs.starts) for arcs in found])
    return list(zip(found, np.split(said, ends[:-1]), strict=True))


def _ask(network: Network, calibration: Calibration | None, frames: Sequence[Frame]) -> Floats:
    images = np.array(frames, np.uint8).reshape(-1, 28, 28)
    z = network.weighted_outputs(as_inputs(images, network.dtype))
    return probabilities_of(z, calibration)
