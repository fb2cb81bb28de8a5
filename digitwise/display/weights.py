"""A layer's weights as a picture, which shows the pattern that each neuron responds to."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.models.channels import views_by_channel
from digitwise.network import Network
from digitwise.neurons import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_NEURONS = 30  # by default
COLUMNS = 10  # tiles in a row
GAP_PX = 2  # between tiles
SIDE_PX = 28  # of an image
NEGATIVE = (224, 130, 20)  # colour of weights below 0
POSITIVE = (84, 39, 136)  # colour of weights above 0
SHOWN_WIDTH_PX = 600  # approximate width of a picture on the screen
MAX_MATRIX_SIDE = 2_000  # inputs or neurons of a matrix that is drawn


def draw_weights(
    network: Network, layer: int = 0, most: int = MAX_NEURONS
) -> npt.NDArray[np.uint8]:
    """Draw the weights of a layer's first neurons: white is 0, purple above, orange below.

    With 784 inputs, each neuron's weights are a tile of 28×28; with other inputs, a row of pixels.
    With shared weights, each map's patch is a tile. After a layer of several maps, each map, or
    each neuron of a full layer, has a row of tiles, one for each of those maps.

    Returns
    -------
    uint8 array of shape (h, w, 3)
    """
    shown = views_by_channel(network)[layer][:most]
    if shown.ndim == 4:
        channels = shown.shape[1]
        tiles, columns = shown.reshape(-1, *shown.shape[2:]), channels if channels > 1 else COLUMNS
    elif shown.shape[1] == SIDE_PX**2:
        tiles, columns = shown.reshape(-1, SIDE_PX, SIDE_PX), COLUMNS
    else:
        tiles, columns = shown[None], 1
    return draw_tiles(tiles, columns)


def draw_tiles(tiles: Floats, columns: int) -> npt.NDArray[np.uint8]:
    """Return a picture of arrays (n, rows, columns) in a grid, in one scale of colours."""
    limit = max(float(np.quantile(np.abs(tiles), 0.995)), 1e-9)
    strength = np.clip(tiles / limit, -1, 1)[..., None]
    ink = np.where(strength > 0, np.array(POSITIVE), np.array(NEGATIVE))
    colours = 255 + np.abs(strength) * (ink - 255.0)
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    height, width = tiles.shape[1:]
    down, right = height + GAP_PX, width + GAP_PX
    picture = np.full((rows * down - GAP_PX, columns * right - GAP_PX, 3), 255, np.uint8)
    for k, tile in enumerate(colours):
        top, left = down * (k // columns), right * (k % columns)
        picture[top : top + height, left : left + width] = tile.astype(np.uint8)
    return picture


def show_weights(network: Network, layer: int, neurons: int) -> "Image":
    """Return `draw_weights` of a layer, enlarged; see `Network.show_weights`."""
    from PIL import Image

    layers = len(network.weights)
    if not isinstance(layer, int) or not -layers <= layer < layers:
        raise InputError(
            f"this network has weights 0 to {layers - 1}: expected one of them, or a negative one "
            f"counted from the end; found {layer!r:.50}"
        )
    if not isinstance(neurons, int) or neurons < 1:
        raise InputError(f"expected at least one neuron to show; found {neurons!r:.50}")
    shown = views_by_channel(network)[layer][:neurons]
    tiles, sides = shown.shape[:2], shown.shape[2:] or (1, 1)
    height, width = tiles[0] * sides[0], tiles[1] * sides[1]
    if tiles[1] != SIDE_PX**2 and max(height, width) > MAX_MATRIX_SIDE:
        raise InputError(
            f"a picture has at most {MAX_MATRIX_SIDE:,} weights a row or column; found "
            f"{(height, width)}: show fewer neurons, or another layer"
        )
    picture = Image.fromarray(draw_weights(network, layer, neurons))
    times = max(1, round(SHOWN_WIDTH_PX / picture.width))
    return picture.resize((times * picture.width, times * picture.height), Image.Resampling.NEAREST)
