"""`Reader`: pictures in, numbers out."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import check_digit_network
from digitwise.errors import InputError
from digitwise.imaging.components import Component
from digitwise.imaging.digit import find_digit
from digitwise.imaging.pictures import Picture, open_pictures
from digitwise.models.files import Model
from digitwise.models.shipped import open_model
from digitwise.network import Network
from digitwise.reading.arcs import Arcs
from digitwise.reading.candidates import Asked, ask
from digitwise.reading.cut_off import cut_off_by_edge, without_cut_off
from digitwise.reading.decide import Decision
from digitwise.reading.expected import Expected
from digitwise.reading.fields import read_fields
from digitwise.reading.form import Form, load_form
from digitwise.reading.judged import Judged, judge_numbers
from digitwise.reading.number import Box, Number, ReadDigit
from digitwise.reading.pattern import Pattern
from digitwise.reading.segment import find_numbers, whole_digits
from digitwise.reading.turned import (
    is_doubtful,
    quarters_to_turn,
    reads_better,
    turn,
    turn_back,
)
from digitwise.reading.words import part_from_words

if TYPE_CHECKING:
    from PIL.Image import Image

EVEN = 0.5  # probability of a number that is as likely right as wrong
LAYOUTS = ("auto", "number", "digit")


class Reader:
    """Reads handwritten numbers with a trained network.

    >>> reader = Reader()
    >>> reader.read(np.zeros((40, 40), np.uint8))  # an empty page
    []

    Parameters
    ----------
    model : path, name of a shipped network, or Network, optional
        The shipped default if not given.
    compiled : bool
        Ask a `Predictor` of the network: some times faster, ready half a second later. Not worth it
        for a few pictures.

    Raises
    ------
    ModelError
        If there is no such model, or its file is not sound.
    InputError
        If the network doesn't have 784 inputs and 10 outputs.
    """

    def __init__(self, model: str | Path | Network | None = None, compiled: bool = True) -> None:
        found = Model(model) if isinstance(model, Network) else open_model(model)
        check_digit_network(found.network)
        self.calibration, self.weighing = found.calibration, found.weighing
        self.compiled = compiled
        self.network: Asked = found.network
        if compiled:
            from digitwise.engines.predictor import Predictor  # slow to import

            self.network = Predictor(found.network)

    def read(
        self,
        source: "str | Path | BinaryIO | Image | npt.NDArray[Any] | Picture",
        layout: str = "auto",
        count: int | tuple[int, int] | None = None,
        max_error: float | None = None,
        pattern: str | Pattern | None = None,
        form: Form | str | Path | None = None,
    ) -> list[Number]:
        """Read the numbers of a picture, of all of its pages, in reading order.

        Parameters
        ----------
        source : path, binary file, PIL image, or array of shape (h, w) or (h, w, 3)
            Ink dark on light or light on dark; arrays hold uint8, uint16, or reals in [0, 1]. Also
            a page that `open_pictures` gave.
        layout : {"auto", "number", "digit"}
            Every number there is; all of the picture is one number; it is exactly one digit.
        count : int or (least, most), optional
            How many digits a number has; one that can't be read so is `rejected`.
        max_error : float, optional
            Reject digits that are so unsure that more than this share of those accepted would be
            wrong, 0.001 say; see `Calibration.threshold`. Of a network that has learnt to read
            numbers: reject numbers; it always rejects those that are likelier wrong than right.
        pattern : str or Pattern, optional
            What a number looks like, "D{1-5}.DD" say: see `Pattern.parse`.
        form : Form, or path of its description, optional
            Read each page field by field; fields say how many digits there are.

        Returns
        -------
        list of Number
            Empty for an empty page.

        Raises
        ------
        ImageError
            If the picture can't be opened or is beyond the limits.
        InputError
            If the layout is unknown, count, pattern or form make no sense, or the network can't
            vouch for so small an error.
        """
        expected = Expected.of(count, pattern)
        if isinstance(form, str | Path):
            form = load_form(Path(form))
        if form and not (expected.nothing and layout == "auto"):
            raise InputError("a form's fields say what is in them: leave out layout and count")
        if layout not in LAYOUTS:
            raise InputError(f"unknown layout {layout!r}; expected one of: {', '.join(LAYOUTS)}")
        threshold = 0.0 if max_error is None else self.threshold(max_error, layout)
        found: list[Number] = []
        for picture in open_pictures(source):
            if form:
                read = partial(self._read_numbers, threshold=threshold, known=True)
                found += read_fields(picture, form, read)
            elif layout == "digit":
                found += self._read_digit(picture, expected, threshold)
            elif layout == "number":
                numbers = find_numbers(picture.grey, layout)
                found += self._read_numbers(picture, numbers, expected, threshold, True)
            else:
                found += self._read_page(picture, expected, threshold)
        return found

    def threshold(self, max_error: float, layout: str = "auto") -> float:
        """Confidence above which a reading is accepted under `max_error`.

        Raises
        ------
        InputError
            If this network can't vouch for so small an error.
        """
        weighed = self.weighing is not None and layout != "digit"
        calibration = self.weighing.numbers if weighed and self.weighing else self.calibration
        if calibration is None:
            raise InputError(
                "this network's confidence was never measured on held-out digits, so there is no "
                "telling from where on it errs so seldom; train one with validation digits"
            )
        return calibration.threshold(max_error)

    def _read_digit(
        self, picture: Picture, expected: Expected, threshold: float
    ) -> Iterator[Number]:
        digit = find_digit(picture.grey)
        if digit:
            found = judge_numbers(
                [[digit]], self.network, self.calibration, None, expected, known=True
            )
            yield from _say(picture, found, threshold, as_whole=False)

    def _read_page(self, picture: Picture, expected: Expected, threshold: float) -> list[Number]:
        """Read all numbers; if the page seems to lie on its side or upside down, turned."""
        read = partial(self._read_numbers, expected=expected, threshold=threshold, known=False)
        numbers = find_numbers(picture.grey, "auto")
        found = list(read(picture, numbers))
        if not self.weighing or not is_doubtful(found):
            return found
        pieces = [component for number in numbers for component in number]
        quarters = quarters_to_turn(pieces, partial(ask, self.network, self.calibration))
        if quarters:
            page = turn(picture, quarters)
            turned = list(read(page, find_numbers(page.grey, "auto")))
            if reads_better(turned, found):
                return [turn_back(number, quarters, picture) for number in turned]
        return found

    def _read_numbers(
        self,
        picture: Picture,
        numbers: list[list[Component]],
        expected: Expected,
        threshold: float,
        known: bool,
    ) -> Iterator[Number]:
        """Read what is a number, or, unless that is `known`, may be one; each as components."""
        weighing = self.weighing
        judge = partial(
            judge_numbers,
            network=self.network,
            calibration=self.calibration,
            weighing=weighing,
            expected=expected,
            known=known,
        )
        if not weighing:
            digits = [whole_digits(number) for number in numbers]
            yield from _say(picture, judge(digits), threshold, as_whole=False)
            return
        cut_off = cut_off_by_edge(numbers, len(picture.grey))
        numbers = [number for number in numbers if not cut_off.issuperset(map(id, number))]
        found = [without_cut_off(one, cut_off, judge) for one in judge(numbers)]
        if not known:
            found = [part for one in found for part in part_from_words(one, judge)]
        yield from _say(picture, found, threshold, as_whole=True)


def _say(
    picture: Picture,
    found: list[Judged],
    threshold: float,
    as_whole: bool,
) -> Iterator[Number]:
    """What was read; how sure is asked of each number `as_whole`, or of each digit."""
    for judged in found:
        decision = judged.decision
        if decision and decision.digits:
            # A number that is likelier wrong than right is rejected, whatever is asked for.
            surer_than = max(threshold, EVEN) if as_whole else threshold
            limit = surer_than if judged.fits else 1.0
            yield _number(picture, judged.arcs, decision, limit, as_whole)


def _number(
    picture: Picture,
    arcs: Arcs,
    decision: Decision,
    surer_than: float,
    as_whole: bool,
) -> Number:
    """What a number says; `surer_than` is asked of all of it as a whole, or of each digit."""
    text, confidence = decision.alternatives[0]
    least_sure = min(p for _, _, p in decision.digits)
    limit = surer_than
    if as_whole:
        # Of a number that is too unsure, its least sure digits are shown to be so.
        limit = max(surer_than, least_sure) if confidence <= surer_than else -1.0
    digits = [
        ReadDigit(
            char, p, _box(picture, arcs.pieces[arc]), arcs.pieces[arc].frame, rejected=p <= limit
        )
        for arc, char, p in decision.digits
    ]
    boxes = np.array([digit.bbox for digit in digits])
    x0, y0 = (int(v) for v in boxes[:, :2].min(axis=0))
    x1, y1 = (int(v) for v in boxes[:, 2:].max(axis=0))
    size = picture.width, picture.height
    alternatives = [(t, p) for t, p in decision.alternatives if t]
    tried = tuple(_box(picture, piece) for piece in arcs.pieces)
    box = x0, y0, x1, y1
    return Number(text, confidence, box, digits, alternatives, picture.page, size, tried=tried)


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
