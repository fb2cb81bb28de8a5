"""Display of a set of digits: counts of each label, and a sheet of the first digits."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from digitwise.data.digit import Digit
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.mixture import Mixture
from digitwise.display.html import block, heading, picture, table
from digitwise.display.png import image_as_png
from digitwise.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

GAP_PX = 8  # between digits
TEXT_PX = 18  # height of a line of text under a digit
SHEET_SCALE = 2  # screen pixels for each pixel of a digit on a sheet
SINGLE_SCALE = 5  # screen pixels for each pixel of a digit alone
FRAME = (204, 208, 212)  # colour of the frame around a digit
INK = (40, 60, 80)  # colour of text


def describe(digits: Digits) -> str:
    """Return size, source and counts of each label as text, and the parts of a mixture."""
    counted = "  ".join(f"{name}: {count:,}" for name, count in _counts(digits))
    lines = [f"{type(digits).__name__}: {_of(digits)}", *([f"  {counted}"] if counted else [])]
    return "\n".join([*lines, *(f"  {part}" for part in _parts(digits))])


def as_html(digits: Digits, count: int = 50) -> str:
    """Return the same as HTML, with a sheet of the first `count` digits."""
    if not len(digits):
        return block(heading(type(digits).__name__, _of(digits)))
    names, counts = zip(*_counts(digits), strict=True)
    rows = table(["label", *names], [["digits", *(f"{n:,}" for n in counts)]])
    sheet = picture(image_as_png(show(digits, count)), f"the first {min(count, len(digits))}")
    parts = [heading("", part) for part in _parts(digits)]
    return block(heading(type(digits).__name__, _of(digits)), rows, *parts, sheet)


def show(digits: Digits, count: int = 50, columns: int = 10) -> "Image":
    """Return a sheet of the first digits, with labels; see `Digits.show`."""
    for what, number in (("digits", count), ("columns", columns)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise InputError(f"expected at least 1 of {what} to show; found {number!r:.50}")
    if not len(digits):
        raise InputError("there are no digits to show")
    return _sheet(digits.images[:count], digits.labels[:count].tolist(), columns, SHEET_SCALE)


def show_digit(digit: Digit) -> "Image":
    """Return a picture of one digit, with its label."""
    return _sheet(digit.image[None], [digit.label], 1, SINGLE_SCALE)


def digit_as_png(digit: Digit) -> bytes:
    """Return a picture of one digit as the content of a PNG file."""
    return image_as_png(show_digit(digit))


def _sheet(images: npt.NDArray[np.uint8], labels: list[int], columns: int, times: int) -> "Image":
    """Return digits in rows, dark ink on white, each label under its digit."""
    from PIL import Image, ImageDraw, ImageFont

    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    side = 28 * times + 2  # with its frame
    right, down = side + GAP_PX, side + TEXT_PX + GAP_PX
    sheet = Image.new("RGB", (columns * right + GAP_PX, rows * down + GAP_PX), "white")
    draw = ImageDraw.Draw(sheet)
    font: Any = ImageFont.load_default(size=13)
    for k, (image, label) in enumerate(zip(images, labels, strict=True)):
        left, top = GAP_PX + right * (k % columns), GAP_PX + down * (k // columns)
        draw.rectangle((left, top, left + side - 1, top + side - 1), outline=FRAME)
        tile = np.kron(255 - image, np.ones((times, times), np.uint8))
        sheet.paste(Image.fromarray(tile), (left + 1, top + 1))
        text = "none" if label == NO_DIGIT else str(label)
        middle = left + side / 2, top + side + TEXT_PX / 2
        draw.text(middle, text, fill=INK, font=font, anchor="mm")
    return sheet


def _of(digits: Digits) -> str:
    strokes = "" if digits.strokes is None else ", with strokes"
    return f"{len(digits):,} from {digits.source}{strokes}"


def _counts(digits: Digits) -> list[tuple[str, int]]:
    """Return each label that occurs, with its count."""
    found = np.bincount(digits.labels, minlength=NO_DIGIT + 1).tolist()
    names = [*map(str, range(NO_DIGIT)), "none"]
    return [(name, count) for name, count in zip(names, found, strict=True) if count]


def _parts(digits: Digits) -> list[str]:
    parts = digits.parts if isinstance(digits, Mixture) else ()
    return [
        f"{part.name}: {part.stop - part.start:,} digits, {100 * part.share:.1f}% of an epoch"
        + (", as many of each label" if part.balanced else "")
        for part in parts
    ]
