"""Pixels that nobody knows, filled with what is nearest to them."""

from typing import Any

import numpy as np
import numpy.typing as npt


def filled(values: npt.NDArray[Any], unknown: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """Give each unknown pixel the value of a known one that is nearest, within 2% of the distance.

    Parameters
    ----------
    values, unknown : arrays of shape (h, w)
        Where all are unknown, the values stay.
    """
    import cv2

    known = ~unknown
    if not known.any():
        return values
    _, label = cv2.distanceTransformWithLabels(
        unknown.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    value_of = np.zeros(int(label.max()) + 1, values.dtype)
    value_of[label[known]] = values[known]
    return np.asarray(value_of[label])
