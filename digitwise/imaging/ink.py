"""Light to ink: the paper is found and subtracted, the polarity recognised.

The paper is subtracted before anything else. On grey, noisy paper in the field, cropping first
left 28% right, cropping afterwards 95%.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.imaging.lighting import lit_evenly
from digitwise.imaging.surface import TERMS, Light, averaged, fit, powers, rim_of, surface
from digitwise.neurons import Floats

MAX_SAMPLES = 64  # pixels along each axis that the paper's surface is fitted to
STEADY_SHARE = 0.001  # share of samples that change sides, below which the fit has converged
HISTOGRAM_BINS = 64  # bins of the histogram of brightness
MIN_SLOPE_SAMPLES = 100  # minimum number of paper samples for fitting a slope
SMALL_SIDE_PX = 128  # longer side of the small picture in which shadows are sought
MAX_DEPTH_SIDES = 0.2  # maximum half pen width, as a share of the longer side; shadows are wider
MIN_PAPER_SHARE = 0.8  # minimum share of pixels on the surface; large digits leave fewer
MIN_MEDIAN_NOISES = 8.0  # minimum median departure of ink, in standard deviations of noise
MIN_STRONGEST_NOISES = 6.0  # minimum departure of the strongest ink, in deviations of noise
MIN_CONTRAST = 0.06  # minimum contrast of ink and paper, as a share of black to white
GREY_LEVEL = 1 / 255  # one step of 8-bit grey
SOLID = 0.3  # minimum ink of a stroke's pixel, as a share of full ink
FULL_SHARE = 0.25  # share of ink from which a fit to all pixels might take ink for paper
TINY_PIXELS = 400  # too few pixels to distinguish noise, or a slope, from the soft edges of strokes
MIN_TINY_CONTRAST = 0.3  # minimum contrast in a tiny picture, as a share of black to white
MAX_CROP_PX = 200  # maximum shorter side of a picture that may be the cut-out of one digit
GROUND_BLUR_PX = 1.0  # standard deviation of a printed ground's blur; 0.7 reads 2% fewer cheques
FAINTEST = 0.12  # minimum ink as a share of the strongest; weaker ink is a compression artefact


def extract_ink(grey: Light) -> Light:
    """Return the ink of each pixel: 0 paper, 1 the picture's strongest ink.

    Ink departs from a smooth surface of paper, dark on light or light on dark; the larger
    departures decide which. The paper's brightness may vary. Noise is removed.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        In [0, 1]; all 0 if nothing stands out from the paper.
    """
    return see_ink(grey)[0]


def see_ink(grey: Light) -> tuple[Light, float]:
    """Return the ink as `extract_ink` does, and the standard deviation of the paper's noise.

    A printed ground counts as noise.
    """
    if grey.size < TINY_PIXELS:
        paper, noise = _paper_of_few_pixels(grey) or _paper(grey)
        return _departing(grey, paper, noise), noise
    grey = lit_evenly(grey)
    paper, noise = _paper(grey)
    ink = _departing(grey, paper, noise)
    return (ink if ink.any() else _departing(grey, *_paper_of_larger_side(grey))), noise


def ink_on_ground(grey: Light) -> Light:
    """Return the ink on a printed ground, which is finer and paler than the writing.

    The picture is blurred and split into dark and light by Otsu's threshold (1979).

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        In [0, 1]; all 0 if dark and light are nearly the same.
    """
    import cv2

    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), GROUND_BLUR_PX), np.float32)
    level = two_sides(smooth)
    dark = smooth[smooth <= level]
    if not dark.size or level - np.median(dark) < MIN_CONTRAST:
        return np.zeros_like(grey)
    depth = (level - smooth) / (level - float(np.median(dark)))
    ink = np.minimum(SOLID + (1 - SOLID) * depth, 1)
    return _above(ink.astype(np.float32), FAINTEST)


def _departing(grey: Light, paper: Light, noise: float) -> Light:
    """Return clear departures from the paper, as a share of the strongest, float32 (h, w)."""
    import cv2

    departure = grey - paper
    clear = max(5 * noise, 2 * GREY_LEVEL)
    either = -departure, departure
    dark, bright = (cv2.norm(_above(side, clear), cv2.NORM_L2SQR) for side in either)
    ink = _above(either[0 if dark >= bright else 1], 0)
    ink = _above(ink - _shadows(ink, noise), 0)
    if ink.max() <= clear:
        return np.zeros_like(ink)
    # The darkest pixels of noisy ink are noise as well.
    strongest = _quantile(ink[ink > clear], 0.95) if noise > 0 else float(ink.max())
    if strongest < max(MIN_CONTRAST, MIN_STRONGEST_NOISES * noise):
        return np.zeros_like(ink)
    weakest = max(3 * noise, FAINTEST * strongest if noise > 0 else 0.0)
    return np.asarray(np.minimum(_above(ink, weakest) / strongest, 1), np.float32)


def _above(values: Light, level: float) -> Light:
    """Return the values above a level; 0 for others."""
    import cv2

    _, found = cv2.threshold(values, level, 0, cv2.THRESH_TOZERO)
    return np.asarray(found)


def _paper(grey: Light) -> tuple[Light, float]:
    """Fit the paper's brightness, a quadratic surface, and the standard deviation of its noise.

    The first guess is the commonest brightness, since paper covers most of a picture. Then
    pixels far from the surface are dropped and the surface is fitted again.
    """
    rows, columns = _samples(grey)
    light = np.asarray(grey[rows, columns], np.float64)
    y, x = (powers(length) for length in grey.shape)
    near_y, near_x = y[:, rows], x[:, columns]
    # With too few pixels a slope can't be told from ink.
    terms = TERMS if light.size >= MIN_SLOPE_SAMPLES else TERMS[:1]
    coefficients: Floats = np.zeros((3, 3))
    coefficients[0, 0] = _commonest(light)
    before = None
    for _ in range(8):
        far = np.abs(light - surface(near_y, coefficients, near_x))
        noise = _deviation(far)
        near = far <= max(2.5 * noise, 2.5 * GREY_LEVEL)
        if before is not None and np.count_nonzero(near != before) < STEADY_SHARE * near.size:
            break
        before = near
        coefficients = fit(light, near.astype(np.float64), near_y, near_x, terms)
    # Where light falls off on all sides, the rim is even, but lies on the fitted surface.
    clear = (
        np.count_nonzero(near) >= MIN_PAPER_SHARE * near.size
        and far.max() >= MIN_STRONGEST_NOISES * noise
    )
    rim = None if clear else _even_rim(grey)
    if rim is not None:
        return np.full_like(grey, rim[0]), rim[1]
    # Rounding errors of the fit must not look like noise on paper of one grey.
    step = GREY_LEVEL / 16
    coefficients /= step
    even = np.rint(surface(near_y, coefficients, near_x)) * step
    noise = _deviation(np.abs(light - even))
    paper = np.rint(surface(y, coefficients, x)) * step
    return np.asarray(paper, np.float32), noise if noise > step else 0.0


def _paper_of_few_pixels(grey: Light) -> tuple[Light, float] | None:
    """Return a tiny picture's paper and its noise, 0: the extreme brightness on the rim's side.

    None if dark and light don't differ enough.
    """
    bright = grey > two_sides(grey)
    if bright.all() or not bright.any():
        return None
    if grey[bright].mean() - grey[~bright].mean() < MIN_TINY_CONTRAST:
        return None
    paper = grey.max() if _rim_is_bright(bright) else grey.min()
    return np.full_like(grey, paper), 0.0


def _paper_of_larger_side(grey: Light) -> tuple[Light, float]:
    """Fit paper and noise where there is as much ink as paper: dark or light pixels are paper.

    The side with most of the picture's rim is taken, as in a picture cropped to its strokes. If
    there are no two sides, the whole picture is paper.
    """
    import cv2

    bright = grey > two_sides(grey)
    side = bright if rim_of(bright).mean() > 0.5 else ~bright
    # Erosion drops the soft edges of strokes.
    inner = cv2.erode(side.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float64)
    rows, columns = _samples(grey)
    light, weight = np.asarray(grey[rows, columns], np.float64), inner[rows, columns]
    other = ~side[rows, columns]  # empty where it lies between sampled rows or columns
    depth = cv2.distanceTransform((~side).astype(np.uint8), cv2.DIST_L2, 3).max()
    deep = depth > MAX_DEPTH_SIDES * max(grey.shape)
    if weight.sum() < MIN_SLOPE_SAMPLES or deep or not other.any():
        return grey, 0.0
    y, x = (powers(length) for length in grey.shape)
    coefficients = fit(light, weight, y[:, rows], x[:, columns], TERMS)
    far = light - surface(y[:, rows], coefficients, x[:, columns])
    noise = float(np.std(far[weight > 0]))
    if np.median(np.abs(far[other])) < MIN_MEDIAN_NOISES * noise:
        return grey, 0.0  # noise has two sides, too
    return np.asarray(surface(y, coefficients, x), np.float32), noise


def _samples(grey: Light) -> tuple[slice, slice]:
    """Return the rows and columns at which the paper is sampled.

    Each axis has its own step: if there are few rows, all are needed to fit a slope.
    """
    rows, columns = (slice(None, None, -(-length // MAX_SAMPLES)) for length in grey.shape)
    return rows, columns


def _even_rim(grey: Light) -> tuple[float, float] | None:
    """Return brightness and noise of a small picture's rim, if even and unlike the rest.

    Around a single digit the rim is paper, however little paper is inside. Where the digit
    touches the edges, most of the rim still is. The rim of a page may be a dark margin instead.
    """
    if not 3 <= min(grey.shape) < MAX_CROP_PX:
        return None
    rim = rim_of(grey).astype(np.float64)
    level = two_sides(grey)
    bright = _rim_is_bright(grey > level)
    # The second time, strokes at the rim are dropped, but not their soft edges.
    for part, share in ((rim, 0.9), (rim[(rim > level) == bright], 0.5)):
        middle = float(np.median(part))
        far = np.abs(part - middle)
        noise = 1.4826 * float(np.median(far))
        even = (far <= max(4 * noise, 2 * GREY_LEVEL)).mean() > share
        unlike = (np.abs(grey - middle) > max(4 * noise, MIN_CONTRAST)).mean()
        if even and noise < MIN_CONTRAST / 2 and unlike >= FULL_SHARE:
            return middle, noise if noise > GREY_LEVEL / 2 else 0.0
    return None


def _rim_is_bright(bright: npt.NDArray[np.bool_]) -> bool:
    """Tell whether the paper around a single digit is bright, from the mask of bright pixels."""
    # A round digit that fills the picture leaves paper in the corners only.
    corners = bright[[0, 0, -1, -1], [0, -1, 0, -1]]
    if (corners == corners[0]).all():
        return bool(corners[0])
    return bool(rim_of(bright).mean() > 0.5)


def two_sides(grey: Light) -> float:
    """Return Otsu's threshold (1979) between dark and light, in [0, 1]."""
    import cv2

    levels = cv2.convertScaleAbs(grey, None, 255)
    level, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return (float(level) + 0.5) / 255


def _commonest(light: Floats) -> float:
    """Return the median brightness in and beside the fullest bin of the histogram."""
    places = np.clip(HISTOGRAM_BINS * light, 0, HISTOGRAM_BINS - 1).astype(np.intp)
    counts = np.bincount(places.ravel(), minlength=HISTOGRAM_BINS)
    fullest = int(np.convolve(counts, [1, 2, 1], mode="same").argmax())
    return _quantile(light[np.abs(places - fullest) <= 1], 0.5)


def _deviation(far: Floats) -> float:
    """Estimate the standard deviation of the paper's noise from all distances, ink's included.

    The 35th percentile belongs to paper as long as ink covers less than 65%. It is 0.454 standard
    deviations of normal noise; ink raises it, so noise is overestimated, never taken for ink.
    """
    return _quantile(far, 0.35) / 0.454


def _quantile(values: npt.NDArray[Any], share: float) -> float:
    """Return the linearly interpolated quantile of values."""
    place = share * (values.size - 1)
    below = int(place)
    above = min(below + 1, values.size - 1)
    ordered = np.partition(values, (below, above), axis=None)
    return float(ordered[below]) + (place - below) * float(ordered[above] - ordered[below])


def _shadows(ink: Light, noise: float) -> Light:
    """Return the dark areas wider than any stroke: shadows, table edges, dark margins.

    Areas no darker than the paper's noise are ignored.
    """
    import cv2

    if min(ink.shape) < 64 or min(ink.shape) / max(ink.shape) < 3 / SMALL_SIDE_PX:
        return np.zeros_like(ink)
    small = averaged(ink, SMALL_SIDE_PX)
    side = max(3, min(small.shape) // 2)
    # Shadows continue beyond the edge: without a border, those at the edge would be strokes.
    around = cv2.copyMakeBorder(small, side, side, side, side, cv2.BORDER_REPLICATE)
    if not _holds_square(around, side, noise):
        return np.zeros_like(ink)
    wide = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    wide = wide[side:-side, side:-side]
    return np.asarray(cv2.resize(wide, ink.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _holds_square(picture: npt.NDArray[Any], side: int, level: float) -> bool:
    """Tell whether a square of a given side may lie above a level: a cell half as wide does."""
    cell = (side + 1) // 2
    rows, columns = (length // cell for length in picture.shape)
    cells = picture[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    return bool((cells.min(axis=1).min(axis=2) > level).any())
