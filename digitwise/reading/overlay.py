"""Draw results on a page: boxes, digits, probabilities, and the network's 28×28 view."""

import io
from typing import TYPE_CHECKING

import numpy as np

from digitwise.reading.number import Number, ReadDigit

if TYPE_CHECKING:
    from PIL.Image import Image

SEEN = 56  # pixels: side of a drawn 28×28 frame
READ, REJECTED = "#1b7f3b", "#c62828"


def draw_overlay(page: "Image", numbers: list[Number]) -> bytes:
    """Draw numbers on their page and return the bytes of a PNG file.

    Above stands the page with a box and a label for each digit. Below stands a row for each
    number: the frame and the probability of each digit. Rejected numbers are red.

    Parameters
    ----------
    page : PIL image
        Upright.
    """
    from PIL import Image, ImageDraw, ImageFont

    page = page.convert("RGB")
    scale = min(1600 / max(page.size), max(1.0, 600 / max(page.size)))
    page = page.resize((max(1, round(page.width * scale)), max(1, round(page.height * scale))))
    font = ImageFont.load_default(size=15)
    cell = SEEN + 14
    widest = max((len(number.digits) for number in numbers), default=0)
    margin = 22
    height = page.height + 2 * margin + len(numbers) * (cell + 42)
    canvas = Image.new("RGB", (max(page.width, 14 + widest * cell) + 2 * margin, height), "white")
    canvas.paste(page, (margin, margin))
    draw = ImageDraw.Draw(canvas)
    y = page.height + 2 * margin
    for number in numbers:
        colour = REJECTED if number.rejected else READ
        of = f"{number.field}: " if number.field else ""
        text = f"{of}{number.shown}   confidence {number.confidence:.3f}"
        draw.text((margin, y), _drawable(text), fill=colour, font=font)
        for i, digit in enumerate(number.digits):
            x0, y0, x1, y1 = (margin + round(v * scale) for v in digit.bbox)
            draw.rectangle((x0, y0, x1, y1), outline=colour, width=2)
            char = _drawable(digit.char)
            draw.text((x0, max(0, y0 - 19)), char, fill=colour, font=font)
            left = margin + i * cell
            canvas.paste(_seen(digit), (left, y + 22))
            draw.text((left, y + 24 + SEEN), f"{char} {digit.p:.2f}", fill=colour, font=font)
        y += cell + 42
    content = io.BytesIO()
    canvas.save(content, format="PNG")
    return content.getvalue()


def _drawable(text: str) -> str:
    """Return a text with an x for a crossed-out cell: Pillow's font has no sign for it."""
    return text.replace("×", "x")


def _seen(digit: ReadDigit) -> "Image":
    from PIL import Image

    ink = np.pad(255 - digit.image, 1, constant_values=160)
    return Image.fromarray(ink).resize((SEEN, SEEN), Image.Resampling.NEAREST)
