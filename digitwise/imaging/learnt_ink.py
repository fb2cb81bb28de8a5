"""Learnt ink: a small network judges each pixel from its neighbourhood, at five scales.

The picture is brought to even contrast and halved four times. On each of the five pictures the
network sees the square around the pixel. The first layer is linear in these, so that it is
evaluated once a pixel of each picture: what the small ones yield is enlarged and added. Most pixels
are paper, no darker than their surroundings: they aren't evaluated.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from digitwise.imaging.surface import Light
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS, Floats, sigmoid

T = TypeVar("T")
SIDE = 7  # of the square around a pixel, in pixels of each picture
SCALES = 5  # pictures, each half the size of the one before
INPUTS = SCALES * SIDE * SIDE
REACH = SIDE // 2
BLOCK_PX = 8  # side of the blocks whose mean and spread are measured
WINDOW_BLOCKS = 3.0  # standard deviation of the window for mean and spread
MIN_SPREAD = 0.02  # added to the spread, as a share of black to white: paper has little
CONTRASTS = (-3.0, 5.0)  # range of contrast; dark is positive
MIN_CONTRAST = 0.5  # from which a pixel is dark; of 85,000 of solid ink, 2 are in no dark square
NEAR_SIDE_PX = 5  # side of the square around a pixel, in which one must be dark
STRIP_PX = 4096  # pixels that are evaluated at once: their inputs stay in the cache
FEW_STRIPS = 8  # so many are evaluated sooner than threads start


def see_with(network: Network, light: Light, threads: int = 1) -> Light:
    """Return the ink of each pixel, 0 to 1, as a network of INPUTS inputs and one output sees it.

    Parameters
    ----------
    network : Network
        In float32; see `digitwise.training.ink`.
    light : float32 array of shape (h, w)
        0 black to 1 white; ink is dark.
    threads : int
        Of a large picture; they see the same, bit for bit.
    """
    pictures, filters = _scales(light), _filters_of(network)
    ink = np.zeros_like(pictures[0])
    height, width = light.shape

    def weigh(scale: int, top: int, end: int) -> Light:
        weighted = _filtered(pictures[scale], filters[scale], top, end)
        weighted += _enlarged(coarse, top, end)
        return weighted

    def fire(top: int, end: int) -> None:
        near = np.flatnonzero(is_near[top:end])
        if near.size:
            weighted = _filtered_at(pictures[0], filters[0], top, end, near)
            weighted += _enlarged(coarse, top, end).reshape(-1, weighted.shape[1])[near]
            ink[top:end].flat[near] = _fired(network, weighted)

    is_near = _near_dark(pictures[0])
    coarse = _filtered(pictures[-1], filters[-1], 0, len(pictures[-1]))
    for scale in range(SCALES - 2, 0, -1):
        strips = _in_strips(partial(weigh, scale), pictures[scale].shape, threads)
        coarse = strips[0] if len(strips) == 1 else np.concatenate(strips)
    _in_strips(fire, light.shape, threads)
    return ink[:height, :width]


def _in_strips(evaluate: Callable[[int, int], T], shape: Sequence[int], threads: int) -> list[T]:
    """Evaluate each strip, given its first row and the row after its last; both are even."""
    height, width = shape
    rows = 2 * max(1, STRIP_PX // width // 2)
    strips = [(top, min(top + rows, height + height % 2)) for top in range(0, height, rows)]
    if len(strips) <= FEW_STRIPS or threads == 1:
        return [evaluate(*strip) for strip in strips]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda strip: evaluate(*strip), strips))


def neighbourhoods(light: Light, rows: Floats, columns: Floats) -> Light:
    """Return the inputs of some pixels, float32 (n, INPUTS).

    Parameters
    ----------
    light : float32 array of shape (h, w)
        0 black to 1 white.
    rows, columns : arrays of shape (n,)
        Whole numbers.
    """
    import cv2

    y, x = (np.mgrid[:SIDE, :SIDE] - REACH).reshape(2, 1, -1)
    found = []
    for scale, picture in enumerate(_scales(light)):
        enlarged = _with_rim(picture)
        for _ in range(scale):
            doubled = 2 * enlarged.shape[1], 2 * enlarged.shape[0]
            enlarged = _resized(enlarged, doubled, cv2.INTER_LINEAR)
        places = (np.asarray(at, np.intp)[:, None] for at in (rows, columns))
        at_y, at_x = (at + (REACH << scale) for at in places)
        found.append(enlarged[at_y + (y << scale), at_x + (x << scale)])
    return np.concatenate(found, axis=1)


def _scales(light: Light) -> list[Light]:
    """Return the picture in even contrast, and its halves; sides are padded to whole blocks."""
    import cv2

    whole = 1 << SCALES - 1
    height, width = light.shape
    below, right = -height % whole, -width % whole
    picture = _even_contrast(np.pad(light, ((0, below), (0, right)), mode="edge"))
    pictures = [picture]
    for _ in range(SCALES - 1):
        size = picture.shape[1] // 2, picture.shape[0] // 2
        picture = _resized(picture, size, cv2.INTER_AREA)
        pictures.append(picture)
    return pictures


def _resized(picture: Light, size: Sequence[int], interpolation: int) -> Light:
    import cv2

    return np.asarray(cv2.resize(picture, size, interpolation=interpolation), np.float32)


def _even_contrast(light: npt.NDArray[np.float32]) -> Light:
    """Return how far each pixel is darker than its surroundings, in their standard deviations."""
    import cv2

    size = light.shape[1] // BLOCK_PX, light.shape[0] // BLOCK_PX
    mean, square = (
        cv2.resize(
            cv2.GaussianBlur(
                cv2.resize(values, size, interpolation=cv2.INTER_AREA),
                (0, 0),
                WINDOW_BLOCKS,
                borderType=cv2.BORDER_REPLICATE,
            ),
            light.shape[::-1],
        )
        for values in (light, light * light)
    )
    spread = np.sqrt(np.maximum(square - mean * mean, 0)) + np.float32(MIN_SPREAD)
    return np.asarray(np.clip((mean - light) / spread, *CONTRASTS), np.float32)


def _filters_of(network: Network) -> list[Light]:
    """Return the weights of the first layer for each scale, (SIDE², hidden neurons)."""
    parts = np.split(network.weights[0], SCALES, axis=1)
    return [np.ascontiguousarray(part.T, np.float32) for part in parts]


def _near_dark(picture: Light) -> npt.NDArray[np.bool_]:
    """Mark the pixels near ones that are darker than their surroundings: others are paper."""
    import cv2

    dark = (picture > MIN_CONTRAST).astype(np.uint8)
    return cv2.dilate(dark, np.ones((NEAR_SIDE_PX, NEAR_SIDE_PX), np.uint8)) > 0


def _filtered(picture: Light, filters: Light, top: int, end: int) -> Light:
    """Return the sums of each pixel's square times filters (SIDE², n), for some rows.

    Returns
    -------
    float32 array of shape (end - top, w, n)
    """
    height, width = end - top, picture.shape[1]
    around = _with_rim_of_rows(picture, top, end)
    # Copying slices is faster than gathering pixels as `_filtered_at` does, by a tenth in all.
    shifted = np.empty((SIDE * SIDE, height, width), np.float32)
    for k in range(SIDE * SIDE):
        y, x = divmod(k, SIDE)
        shifted[k] = around[y : y + height, x : x + width]
    product = shifted.reshape(SIDE * SIDE, -1).T @ filters
    return np.asarray(product.reshape(height, width, -1))


def _filtered_at(
    picture: Light, filters: Light, top: int, end: int, pixels: npt.NDArray[np.intp]
) -> Light:
    """Return the same for some pixels of these rows, float32 (pixels, n), by their flat index."""
    around = _with_rim_of_rows(picture, top, end)
    rows, columns = np.divmod(pixels, picture.shape[1])
    corner = rows * around.shape[1] + columns  # of each pixel's square
    shifted = np.empty((SIDE * SIDE, len(pixels)), np.float32)
    for k in range(SIDE * SIDE):
        y, x = divmod(k, SIDE)
        np.take(around, corner + (y * around.shape[1] + x), out=shifted[k])
    return np.asarray(shifted.T @ filters)


def _with_rim_of_rows(picture: Light, top: int, end: int) -> Light:
    """Return some rows with a rim of REACH pixels."""
    rows = np.clip(np.arange(top - REACH, end + REACH), 0, len(picture) - 1)
    return np.pad(picture[rows], ((0, 0), (REACH, REACH)), mode="edge")


def _enlarged(coarse: Light, top: int, end: int) -> Light:
    """Return some rows of an array that is enlarged to twice its size; `top` and `end` are even."""
    import cv2

    first, last = max(0, top // 2 - 1), min(len(coarse), end // 2 + 1)
    size = 2 * coarse.shape[1], 2 * (last - first)
    return _resized(coarse[first:last], size, cv2.INTER_LINEAR)[top - 2 * first : end - 2 * first]


def _with_rim(picture: Light) -> Light:
    return np.pad(picture, REACH, mode="edge")


def _fired(network: Network, weighted: Light) -> Light:
    """Return the outputs for weighted inputs of the first hidden layer, (m, n), without bias."""
    fire = ACTIVATIONS[network.activation].function
    values = weighted + network.biases[0]
    for weights, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        values = fire(values) @ weights.T + bias
    return np.asarray(sigmoid(values), np.float32)[:, 0]
