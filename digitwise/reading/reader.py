"""`Reader`: pictures in, numbers out."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import as_inputs
from digitwise.errors import InputError
from digitwise.imaging.components import Component
from digitwise.imaging.digit import find_digit, frame_digit
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.pictures import Picture, open_pictures
from digitwise.models.calibration import probabilities_of
from digitwise.models.files import Model
from digitwise.models.shipped import open_model
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.reading.confidence import best_strings
from digitwise.reading.number import Box, Number, ReadDigit
from digitwise.reading.segment import Segmenter, all_numbers, one_number
from digitwise.training.evaluation import check_digit_network

if TYPE_CHECKING:
    from PIL.Image import Image

SEGMENTERS: dict[str, Segmenter] = {"auto": all_numbers, "number": one_number}
LAYOUTS = (*SEGMENTERS, "digit")
ALTERNATIVES = 5


class Reader:
    """Reads handwritten numbers with a trained network.

    >>> reader = Reader()
    >>> reader.read(np.zeros((40, 40), np.uint8))  # an empty page
    []

    Parameters
    ----------
    model : path, name of a shipped network, or Network, optional
        The shipped default if not given.

    Raises
    ------
    ModelError
        If there is no such model, or its file is not sound.
    InputError
        If the network doesn't have 784 inputs and 10 outputs.
    """

    def __init__(self, model: str | Path | Network | None = None) -> None:
        found = Model(model) if isinstance(model, Network) else open_model(model)
        self.network, self.calibration = found.network, found.calibration
        check_digit_network(self.network)

    def read(
        self,
        source: "str | Path | BinaryIO | Image | npt.NDArray[Any]",
        layout: str = "auto",
        count: int | tuple[int, int] | None = None,
        max_error: float | None = None,
    ) -> list[Number]:
        """Read the numbers of a picture, of all of its pages, in reading order.

        Parameters
        ----------
        source : path, binary file, PIL image, or array of shape (h, w) or (h, w, 3)
            Ink dark on light or light on dark; arrays hold uint8, uint16, or reals in [0, 1].
        layout : {"auto", "number", "digit"}
            Every number there is; all of the picture is one number; it is exactly one digit.
        count : int or (least, most), optional
            How many digits a number has; one that has another count is `rejected`.
        max_error : float, optional
            Reject digits that are so unsure that more than this share of those accepted would be
            wrong, 0.001 say; see `Calibration.threshold`.

        Returns
        -------
        list of Number
            Empty for an empty page.

        Raises
        ------
        ImageError
            If the picture can't be opened or is beyond the limits.
        InputError
            If the layout is unknown, the count makes no sense, or the network can't vouch for so
            small an error.
        """
        least, most = _bounds(count)
        if layout not in LAYOUTS:
            raise InputError(f"unknown layout {layout!r}; expected one of: {', '.join(LAYOUTS)}")
        threshold = 0.0 if max_error is None else self.threshold(max_error)
        return [
            number
            for picture in open_pictures(source)
            for number in self._read_page(picture, layout, least, most, threshold)
        ]

    def threshold(self, max_error: float) -> float:
        """Confidence from which a digit is accepted under `max_error`.

        Raises
        ------
        InputError
            If this network can't vouch for so small an error.
        """
        if self.calibration is None:
            raise InputError(
                "this network's confidence was never measured on held-out digits, so there is no "
                "telling from where on it errs so seldom; train one with validation digits"
            )
        return self.calibration.threshold(max_error)

    def _read_page(
        self, picture: Picture, layout: str, least: int, most: int, threshold: float
    ) -> Iterator[Number]:
        if layout == "digit":
            digit = find_digit(picture.grey)
            numbers = [[digit]] if digit else []
        else:
            numbers = SEGMENTERS[layout](extract_ink(picture.grey))
        if not numbers:
            return
        # All digits of the page in one call.
        frames = np.stack([frame_digit(digit.ink) for number in numbers for digit in number])
        z = self.network.weighted_outputs(as_inputs(frames, self.network.dtype))
        probabilities = probabilities_of(z, self.calibration)
        start = 0
        for number in numbers:
            part = slice(start, start + len(number))
            start = part.stop
            # What needs to be surer than anything can be is rejected.
            surer_than = threshold if least <= len(number) <= most else 1.0
            yield _number(picture, number, frames[part], probabilities[part], surer_than)


def _number(
    picture: Picture,
    components: list[Component],
    frames: npt.NDArray[np.uint8],
    probabilities: Floats,
    surer_than: float,
) -> Number:
    alternatives = best_strings(probabilities, ALTERNATIVES)
    text, confidence = alternatives[0]
    digits = [
        ReadDigit(
            char,
            float(p[int(char)]),
            _box(picture, component),
            image,
            rejected=float(p[int(char)]) <= surer_than,
        )
        for char, p, component, image in zip(text, probabilities, components, frames, strict=True)
    ]
    boxes = np.array([digit.bbox for digit in digits])
    x0, y0 = (int(v) for v in boxes[:, :2].min(axis=0))
    x1, y1 = (int(v) for v in boxes[:, 2:].max(axis=0))
    return Number(text, confidence, (x0, y0, x1, y1), digits, alternatives, picture.page)


def _box(picture: Picture, component: Component) -> Box:
    """Back from working resolution to the original's pixels."""
    height, width = picture.grey.shape
    x, y = picture.width / width, picture.height / height
    return (
        int(component.left * x),
        int(component.top * y),
        min(picture.width, int(np.ceil(component.right * x))),
        min(picture.height, int(np.ceil(component.bottom * y))),
    )


def _bounds(count: int | tuple[int, int] | None) -> tuple[int, int]:
    if count is None:
        return 1, 1_000_000
    bounds = (count, count) if isinstance(count, int) else count
    whole = isinstance(bounds, tuple) and all(isinstance(n, int) for n in bounds)
    if not whole or len(bounds) != 2 or not 1 <= bounds[0] <= bounds[1]:
        raise InputError(f"expected a count of 5, say, or (3, 6); found {count!r:.50}")
    return bounds
