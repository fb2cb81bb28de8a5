"""Pictures as PNG: for answers, in base64."""

import base64
import io
from typing import Any


def as_png(pixels: Any) -> bytes:
    """Encode uint8 pixels, (h, w) or (h, w, 3), as the content of a PNG file."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def as_text(pixels: Any) -> str:
    """Encode pixels as PNG in base64."""
    return base64.b64encode(as_png(pixels)).decode()
