"""Feature maps: activations of layers with shared weights for a digit, as a picture."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from digitwise.data.digit import Digit
from digitwise.display.weights import draw_tiles
from digitwise.errors import InputError
from digitwise.models.channels import feature_maps
from digitwise.network import Network

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS = 16  # maps in a row
MAP_PX = 56  # approximate side of a map on the screen
GAP_PX = 12  # between layers


def show_maps(network: Network, digit: Digit | npt.ArrayLike) -> "Image":
    """Return a picture of a digit and, below it, the maps of every layer with shared weights.

    White is 0, purple above, orange below. Each layer has its own scale.

    Parameters
    ----------
    digit : Digit, uint8 array (28, 28), or array of inputs in [0, 1], (n_in,)

    Raises
    ------
    InputError
        If the network has no shared weights, or the digit doesn't fit its inputs.
    """
    from PIL import Image

    pixels = np.asarray(digit)
    if pixels.size != network.sizes[0] or pixels.dtype.kind not in "uif":
        raise InputError(
            f"expected a digit, or {network.sizes[0]} inputs; found {pixels.dtype} of shape "
            f"{pixels.shape}"
        )
    x = pixels.reshape(1, -1) / (255 if pixels.dtype == np.uint8 else 1)
    layers = [maps[0] for maps in feature_maps(network, x)]
    if not layers:
        raise InputError("this network has no layer with shared weights, so it has no maps to show")
    side = round(pixels.size**0.5)
    pictures = []
    for tiles in (x.reshape(1, side, side), *layers):
        small = Image.fromarray(draw_tiles(tiles, COLUMNS))
        times = max(1, round(MAP_PX / tiles.shape[2]))
        size = (times * small.width, times * small.height)
        pictures.append(small.resize(size, Image.Resampling.NEAREST))
    height = sum(picture.height + GAP_PX for picture in pictures) - GAP_PX
    sheet = Image.new("RGB", (max(picture.width for picture in pictures), height), "white")
    top = 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        top += picture.height + GAP_PX
    return sheet
