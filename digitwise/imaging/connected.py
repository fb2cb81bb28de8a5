"""Which pixels hang together."""

from typing import Any

import numpy as np
import numpy.typing as npt

MOST_SHORT = 4 * np.iinfo(np.uint16).max  # pixels, of which no more than a quarter stand apart


def connected(mask: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
    """Number the 8-connected parts of a mask.

    Parameters
    ----------
    mask : bool array of shape (h, w)

    Returns
    -------
    labels : uint16 or int32 array of shape (h, w)
        From 1; 0 where the mask is false.
    stats : int32 array of shape (parts + 1, 5)
        Of each label, the rest's 0 among them: left, top, width, height, pixels.
    """
    import cv2

    # Short numbers are counted three times as fast.
    kind = cv2.CV_16U if mask.size < MOST_SHORT else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), ltype=kind)
    return labels, np.asarray(stats, np.int32)
