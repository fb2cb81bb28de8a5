"""From light to ink: the paper found and subtracted, the polarity recognised.

Order matters (measured in the field: cropping before subtracting grey, noisy paper leaves 28%
right, after it 95%): first paper, then everything else.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.imaging.lighting import lit_evenly
from digitwise.imaging.surface import TERMS, Light, averaged, fit, powers, rim_of, surface
from digitwise.neurons import Floats

SAMPLES = 64  # pixels along each axis that the paper's surface is fitted to, at most
STEADY = 0.001  # of the samples: if no more go over to the paper, or to the ink, it is found
LEVELS = 64  # places of a histogram of brightness
LEAST_PAPER = 100  # samples that tell its slope
SMALL = 128  # pixels, of the longer side of the picture that shadows are sought in
DEEPEST = 0.2  # of the longer side: half the width of a stroke; more is a shadow
MOSTLY = 0.8  # share of a picture that lies on one surface: a digit that fills it has less
APART = 8.0  # times the paper's noise: most ink is at least so far from it
STANDS_OUT = 6.0  # times the paper's noise: the strongest ink, at least
LEAST_CONTRAST = 0.06  # of ink against paper, as a share of black to white
GREY_LEVEL = 1 / 255
SOLID = 0.3  # share of full ink from which a pixel belongs to a stroke
FULL = 0.25  # share of ink from which a fit to all pixels might take ink for paper
TINY = 400  # pixels in all: too few to tell noise, or a slope, from the soft edges of strokes
TWO_SIDES = 0.3  # between dark and light of a tiny picture, at least, as a share of black to white
CROP = 200  # pixels; a picture with a shorter side may be the cut-out of one digit
GROUND_PX = 1.0  # standard deviation of what smooths a printed ground: 0.7 reads 2% fewer cheques
FAINTEST = 0.12  # ink weaker than this share of the strongest is a compression artefact


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
    return see_ink(grey)[0]


def see_ink(grey: Light) -> tuple[Light, float]:
    """Return what `extract_ink` does, and the standard deviation of the paper's noise.

    What is printed on the paper counts as noise: a dot screen, a pattern of waves.
    """
    if grey.size < TINY:
        paper, noise = _paper_of_few_pixels(grey) or _paper(grey)
        return _departing(grey, paper, noise), noise
    grey = lit_evenly(grey)
    paper, noise = _paper(grey)
    ink = _departing(grey, paper, noise)
    return (ink if ink.any() else _departing(grey, *_paper_of_larger_side(grey))), noise


def ink_on_ground(grey: Light) -> Light:
    """How much ink there is on a printed ground, which is finer and paler than the writing.

    The picture is smoothed, and parted into dark and light where their variances add up to least
    (Otsu 1979).

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        In [0, 1]; all 0 where dark and light are nearly the same.
    """
    import cv2

    smooth = np.asarray(cv2.GaussianBlur(grey, (0, 0), GROUND_PX), np.float32)
    level = two_sides(smooth)
    dark = smooth[smooth <= level]
    if not dark.size or level - np.median(dark) < LEAST_CONTRAST:
        return np.zeros_like(grey)
    depth = (level - smooth) / (level - float(np.median(dark)))
    ink = np.minimum(SOLID + (1 - SOLID) * depth, 1)
    return _above(ink.astype(np.float32), FAINTEST)


def _departing(grey: Light, paper: Light, noise: float) -> Light:
    """What departs from paper of so much noise clearly, as a share of what departs most."""
    import cv2

    departure = grey - paper
    clear = max(5 * noise, 2 * GREY_LEVEL)
    either = -departure, departure
    dark, bright = (cv2.norm(_above(side, clear), cv2.NORM_L2SQR) for side in either)
    ink = _above(either[0 if dark >= bright else 1], 0)
    ink = _above(ink - _shadows(ink, noise), 0)
    if ink.max() <= clear:
        return np.zeros_like(ink)
    # Of noisy ink the very darkest pixels are noise as well.
    strongest = _quantile(ink[ink > clear], 0.95) if noise > 0 else float(ink.max())
    if strongest < max(LEAST_CONTRAST, STANDS_OUT * noise):
        return np.zeros_like(ink)
    weakest = max(3 * noise, FAINTEST * strongest if noise > 0 else 0.0)
    return np.asarray(np.minimum(_above(ink, weakest) / strongest, 1), np.float32)


def _above(values: Light, level: float) -> Light:
    """Values above a level; 0 for others."""
    import cv2

    _, found = cv2.threshold(values, level, 0, cv2.THRESH_TOZERO)
    return np.asarray(found)


def _paper(grey: Light) -> tuple[Light, float]:
    """Brightness of the paper, as a quadratic surface, and the standard deviation of its noise.

    Paper is what there is most of: the first guess is the commonest brightness. Then whatever
    lies far from the surface is left out, and the surface fitted again.
    """
    rows, columns = _samples(grey)
    light = np.asarray(grey[rows, columns], np.float64)
    y, x = (powers(length) for length in grey.shape)
    near_y, near_x = y[:, rows], x[:, columns]
    # Of too few pixels a slope can't be told from ink.
    terms = TERMS if light.size >= LEAST_PAPER else TERMS[:1]
    coefficients: Floats = np.zeros((3, 3))
    coefficients[0, 0] = _commonest(light)
    before = None
    for _ in range(8):
        far = np.abs(light - surface(near_y, coefficients, near_x))
        noise = _deviation(far)
        near = far <= max(2.5 * noise, 2.5 * GREY_LEVEL)
        if before is not None and np.count_nonzero(near != before) < STEADY * near.size:
            break
        before = near
        coefficients = fit(light, near.astype(np.float64), near_y, near_x, terms)
    # Where light falls off all around, the rim is even, but lies on the surface of the rest.
    clear = np.count_nonzero(near) >= MOSTLY * near.size and far.max() >= STANDS_OUT * noise
    rim = None if clear else _even_rim(grey)
    if rim is not None:
        return np.full_like(grey, rim[0]), rim[1]
    # Rounding of the fit must not make noise of paper that is all one grey.
    step = GREY_LEVEL / 16
    coefficients /= step
    even = np.rint(surface(near_y, coefficients, near_x)) * step
    noise = _deviation(np.abs(light - even))
    paper = np.rint(surface(y, coefficients, x)) * step
    return np.asarray(paper, np.float32), noise if noise > step else 0.0


def _paper_of_few_pixels(grey: Light) -> tuple[Light, float] | None:
    """Brightness of a tiny picture's paper: the extreme one on the side that its rim is on.

    None if dark and light are not so far apart that it has two sides.
    """
    bright = grey > two_sides(grey)
    if bright.all() or not bright.any():
        return None
    if grey[bright].mean() - grey[~bright].mean() < TWO_SIDES:
        return None
    paper = grey.max() if _rim_is_bright(bright) else grey.min()
    return np.full_like(grey, paper), 0.0


def _paper_of_larger_side(grey: Light) -> tuple[Light, float]:
    """The same where there is as much ink as paper: one of both sides, dark or light, is paper.

    It is the one that has most of the picture's rim: around what is cut out along its strokes. The
    picture itself is paper if it has no two sides.
    """
    import cv2

    bright = grey > two_sides(grey)
    side = bright if rim_of(bright).mean() > 0.5 else ~bright
    # Without the soft edges of strokes.
    inner = cv2.erode(side.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float64)
    rows, columns = _samples(grey)
    light, weight = np.asarray(grey[rows, columns], np.float64), inner[rows, columns]
    other = ~side[rows, columns]
    depth = cv2.distanceTransform((~side).astype(np.uint8), cv2.DIST_L2, 3).max()
    if weight.sum() < LEAST_PAPER or not 0 < depth <= DEEPEST * max(grey.shape):
        return grey, 0.0
    y, x = (powers(length) for length in grey.shape)
    coefficients = fit(light, weight, y[:, rows], x[:, columns], TERMS)
    far = light - surface(y[:, rows], coefficients, x[:, columns])
    noise = float(np.std(far[weight > 0]))
    if np.median(np.abs(far[other])) < APART * noise:
        return grey, 0.0  # noise has two sides, too
    return np.asarray(surface(y, coefficients, x), np.float32), noise


def _samples(grey: Light) -> tuple[slice, slice]:
    """Rows and columns that paper is looked at.

    Each axis on its own: of a few rows, all are needed to tell how they differ.
    """
    rows, columns = (slice(None, None, -(-length // SAMPLES)) for length in grey.shape)
    return rows, columns


def _even_rim(grey: Light) -> tuple[float, float] | None:
    """Brightness and noise of the paper at a small picture's rim, if even, and unlike the rest.

    Around a single digit that rim is paper, however little paper there is inside of it; where the
    digit touches the edges, the larger part of the rim still is. (Around a page it may be a dark
    margin: there, paper is what there is most of.)
    """
    if not 3 <= min(grey.shape) < CROP:
        return None
    rim = rim_of(grey).astype(np.float64)
    level = two_sides(grey)
    bright = _rim_is_bright(grey > level)
    # The second time without the digit's strokes, though not without their soft edges.
    for part, share in ((rim, 0.9), (rim[(rim > level) == bright], 0.5)):
        middle = float(np.median(part))
        far = np.abs(part - middle)
        noise = 1.4826 * float(np.median(far))
        even = (far <= max(4 * noise, 2 * GREY_LEVEL)).mean() > share
        unlike = (np.abs(grey - middle) > max(4 * noise, LEAST_CONTRAST)).mean()
        if even and noise < LEAST_CONTRAST / 2 and unlike >= FULL:
            return middle, noise if noise > GREY_LEVEL / 2 else 0.0
    return None


def _rim_is_bright(bright: npt.NDArray[np.bool_]) -> bool:
    """Whether a digit's picture is bright where it has no ink, by where it is bright at all."""
    # A round digit that fills the picture leaves no paper but the corners.
    corners = bright[[0, 0, -1, -1], [0, -1, 0, -1]]
    if (corners == corners[0]).all():
        return bool(corners[0])
    return bool(rim_of(bright).mean() > 0.5)


def two_sides(grey: Light) -> float:
    """Brightness that best tells dark from light (Otsu 1979)."""
    import cv2

    levels = cv2.convertScaleAbs(grey, None, 255)
    level, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return (float(level) + 0.5) / 255


def _commonest(light: Floats) -> float:
    """Centre of the fullest place of the histogram."""
    places = np.clip(LEVELS * light, 0, LEVELS - 1).astype(np.intp)
    counts = np.bincount(places.ravel(), minlength=LEVELS)
    fullest = int(np.convolve(counts, [1, 2, 1], mode="same").argmax())
    return _quantile(light[np.abs(places - fullest) <= 1], 0.5)


def _deviation(far: Floats) -> float:
    """Standard deviation of the paper, from all pixels' distances to it, ink's among them.

    The 35th percentile is one of paper as long as ink covers less than 65%. Of normal noise
    without ink, it is 0.454 standard deviations; with ink, more, so that noise is overestimated
    rather than taken for ink.
    """
    return _quantile(far, 0.35) / 0.454


def _quantile(values: npt.NDArray[Any], share: float) -> float:
    """So large a share of all values lies below this one, which is between the nearest two."""
    place = share * (values.size - 1)
    below = int(place)
    above = min(below + 1, values.size - 1)
    ordered = np.partition(values, (below, above), axis=None)
    return float(ordered[below]) + (place - below) * float(ordered[above] - ordered[below])


def _shadows(ink: Light, noise: float) -> Light:
    """What is dark over an area wider than any stroke: shadows, table edges, dark margins.

    None that are no deeper than the paper's noise.
    """
    import cv2

    if min(ink.shape) < 64 or min(ink.shape) / max(ink.shape) < 3 / SMALL:
        return np.zeros_like(ink)
    small = averaged(ink, SMALL)
    side = max(3, min(small.shape) // 2)
    # Beyond the edge, shadows go on: repeat the border, or those at the edge would be strokes.
    around = cv2.copyMakeBorder(small, side, side, side, side, cv2.BORDER_REPLICATE)
    if not _holds_square(around, side, noise):
        return np.zeros_like(ink)
    wide = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    wide = wide[side:-side, side:-side]
    return np.asarray(cv2.resize(wide, ink.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _holds_square(picture: npt.NDArray[Any], side: int, level: float) -> bool:
    """Whether a square with so long sides may be above a level: a cell half as wide is."""
    cell = (side + 1) // 2
    rows, columns = (length // cell for length in picture.shape)
    cells = picture[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell)
    return bool((cells.min(axis=1).min(axis=2) > level).any())
