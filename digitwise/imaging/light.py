"""Light of a PIL image: grey in [0, 1], at a resolution that suffices for handwriting."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from digitwise.errors import ImageError

if TYPE_CHECKING:
    from PIL.Image import Image

WORKING_PIXELS = 4_000_000  # A4 at 240 dpi: plenty for handwriting


def light_of(image: "Image") -> npt.NDArray[np.float32]:
    """Return an image's light, 0 black to 1 white, of at most 4 million pixels: float32 (h, w).

    Transparent pixels become paper.

    Raises
    ------
    ImageError
        If a pixel is not a finite number.
    """
    return _to_working_size(_grey(image))


def _grey(image: "Image") -> npt.NDArray[np.float32]:
    if image.mode.startswith("I") or image.mode == "F":
        # Scanners fill 10, 12 or 16 of 16 bits, so the picture's own range is used.
        deep = np.asarray(image).astype(np.float64)  # the range may overflow float32
        if not np.isfinite(deep).all():
            raise ImageError("expected pixels that are finite numbers; found NaN or infinity")
        low, high = min(0.0, float(deep.min())), float(deep.max())
        span = high - low if high > low else 1.0
        return np.asarray((deep - low) / span, np.float32)
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        return _over_paper(image.convert("RGBA"))
    return np.asarray(np.asarray(image.convert("L")) / np.float32(255), np.float32)


def _over_paper(image: "Image") -> npt.NDArray[np.float32]:
    grey = np.asarray(image.convert("L")).astype(np.float32) / 255
    alpha = np.asarray(image.getchannel("A")).astype(np.float32) / 255
    # White ink on a transparent ground would vanish on white paper, so it gets black paper.
    light_ink = alpha.mean() < 0.5 and (grey * alpha).sum() > 0.5 * alpha.sum()
    return np.asarray(grey * alpha + (0 if light_ink else 1 - alpha), np.float32)


def _to_working_size(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if grey.size <= WORKING_PIXELS:
        return grey
    import cv2

    shrink = (WORKING_PIXELS / grey.size) ** 0.5
    height, width = (max(1, round(length * shrink)) for length in grey.shape)
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def as_pixels(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return light as 8 bits a pixel, as files have it: uint8 (h, w), 0 black to 255 white."""
    return np.asarray((255 * grey.clip(0, 1)).astype(np.uint8))
