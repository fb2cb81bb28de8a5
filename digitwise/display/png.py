"""Encoding of pictures as PNG, also in base64."""

import base64
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image


def as_png(pixels: Any) -> bytes:
    """Return uint8 pixels, (h, w) or (h, w, 3), as the content of a PNG file."""
    from PIL import Image

    return image_as_png(Image.fromarray(pixels))


def image_as_png(image: "Image") -> bytes:
    """Return a PIL image as the content of a PNG file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def light_as_png(grey: Any) -> bytes:
    """Encode light, 0 black to 1 white, as the content of a PNG file of 8 bits a pixel."""
    from digitwise.imaging.light import as_pixels

    return as_png(as_pixels(grey))


def as_text(pixels: Any) -> str:
    """Return uint8 pixels as PNG in base64."""
    return base64.b64encode(as_png(pixels)).decode()
