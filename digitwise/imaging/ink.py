"""From light to ink: the paper found and subtracted, the polarity recognised.

Order matters (measured in the field: cropping before subtracting grey, noisy paper leaves 28%
right, after it 95%): first paper, then everything else.
"""

import numpy as np
import numpy.typing as npt

from digitwise.neurons import Floats

SAMPLES = 20_000  # pixels that the paper's surface is fitted to
LEAST_CONTRAST = 0.06  # of ink against paper, as a share of black to white
GREY_LEVEL = 1 / 255
FAINTEST = 0.12  # ink weaker than this share of the strongest is a compression artefact

Light = npt.NDArray[np.float32]


def extract_ink(grey: Light) -> Light:
    """How much ink is in each pixel: 0 paper, 1 the picture's strongest ink.

    Ink is what departs from a smooth surface of paper, dark on light or light on dark: the side
    with the larger departures wins. Brightness may vary across the paper; noise goes.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        In [0, 1]; all 0 where nothing stands out from the paper.
    """
    departure = grey - _paper(grey)
    noise = 1.4826 * float(np.median(np.abs(_sample(departure))))
    clear = np.abs(departure) > max(5 * noise, 2 * GREY_LEVEL)
    strength = np.where(clear, np.square(departure), 0.0)
    dark_ink = strength[departure < 0].sum() >= strength[departure > 0].sum()
    ink = np.maximum(-departure if dark_ink else departure, 0).astype(np.float32)
    ink = np.maximum(ink - _shadows(ink), 0)
    above_noise = ink[ink > max(5 * noise, 2 * GREY_LEVEL)]
    if above_noise.size == 0:
        return np.zeros_like(ink)
    # Of noisy ink the very darkest pixels are noise as well.
    strongest = float(np.percentile(above_noise, 95 if noise > 0 else 100))
    if strongest < max(LEAST_CONTRAST, 6 * noise):
        return np.zeros_like(ink)
    weakest = max(3 * noise, FAINTEST * strongest if noise > 0 else 0.0)
    ink[ink < weakest] = 0
    return np.asarray(np.minimum(ink / strongest, 1), np.float32)


def _sample(image: Light) -> Light:
    """Evenly spread pixels, at most SAMPLES or so."""
    every = max(1, int(np.ceil(np.sqrt(image.size / SAMPLES))))
    return image[::every, ::every]


def _paper(grey: Light) -> Light:
    """Brightness of the paper: a quadratic surface fitted to what is not ink.

    Ink is a minority, so the first guess is the median; then whatever lies far from the surface
    is left out and the surface fitted again.
    """
    height, width = grey.shape
    y, x = np.linspace(-1, 1, height), np.linspace(-1, 1, width)
    sampled = _sample(grey)
    every = -(-height // len(sampled))
    sy, sx = np.meshgrid(y[::every], x[::every], indexing="ij")
    terms = np.stack([np.ones_like(sx), sx, sy, sx * sx, sx * sy, sy * sy], axis=-1).reshape(-1, 6)
    light = np.asarray(sampled, np.float64).ravel()
    if light.size < 100:
        return np.full_like(grey, np.median(light))
    coefficients: Floats = np.zeros(6)
    coefficients[0] = np.median(light)
    for _ in range(8):
        residual = light - terms @ coefficients
        spread = max(1.4826 * float(np.median(np.abs(residual))), GREY_LEVEL)
        paper = np.abs(residual) < 2.5 * spread
        coefficients, *_ = np.linalg.lstsq(terms[paper], light[paper], rcond=None)
    c = coefficients
    surface = (c[0] + c[1] * x + c[3] * x * x)[None, :] + (c[2] * y + c[5] * y * y)[:, None]
    surface += c[4] * np.outer(y, x)
    # Rounding of the fit must not make noise of paper that is all one grey.
    return np.asarray(np.rint(surface / GREY_LEVEL * 16) * (GREY_LEVEL / 16), np.float32)


def _shadows(ink: Light) -> Light:
    """What is dark over an area wider than any stroke: shadows, table edges, dark margins."""
    if min(ink.shape) < 64:
        return np.zeros_like(ink)
    import cv2

    shrink = min(1.0, 256 / max(ink.shape))
    small = cv2.resize(ink, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    side = max(3, min(small.shape) // 2)
    # Beyond the edge, shadows go on: repeat the border, or those at the edge would be strokes.
    small = cv2.copyMakeBorder(small, side, side, side, side, cv2.BORDER_REPLICATE)
    wide = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    wide = wide[side:-side, side:-side]
    return np.asarray(cv2.resize(wide, ink.shape[::-1], interpolation=cv2.INTER_LINEAR))
