"""A region of a page, cut out upright, with the transform back to the page."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digitwise.imaging.surface import Light

Transform = npt.NDArray[np.float64]
"""Homography of shape (3, 3): maps (x, y, 1) from one page to another."""

MARGIN = 0.15  # reach of writing beyond a field, in field heights


@dataclass(frozen=True)
class Region:
    """Part of a page.

    Attributes
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    to_page : float64 array of shape (3, 3)
        From its pixels to the page's.
    """

    grey: Light
    to_page: Transform

    def box_on_page(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Return the bounding box on the page of a box in the region."""
        x0, y0, x1, y1 = box
        corners = np.array([[x0, x1, x0, x1], [y0, y0, y1, y1], [1, 1, 1, 1]])
        x, y, w = self.to_page @ corners
        x, y = x / w, y / w
        return (
            int(np.floor(x.min())),
            int(np.floor(y.min())),
            int(np.ceil(x.max())),
            int(np.ceil(y.max())),
        )


def cut_out(page: Light, transform: Transform, box: tuple[int, int, int, int]) -> Region:
    """Cut a form's box out of a page, with a margin.

    Parameters
    ----------
    page : float32 array of shape (h, w)
    transform : array of shape (3, 3)
        From the form's pixels to the page's.
    box : (left, top, right, bottom)
        In the form's pixels.
    """
    import cv2

    left, top, right, bottom = box
    margin = MARGIN * (bottom - top)
    # Keeps the page's own resolution.
    scale = float(np.sqrt(abs(np.linalg.det(transform[:2, :2]))))
    wide = max(1, round((right - left + 2 * margin) * scale))
    high = max(1, round((bottom - top + 2 * margin) * scale))
    to_form = np.array([[1 / scale, 0, left - margin], [0, 1 / scale, top - margin], [0, 0, 1]])
    to_page = transform @ to_form
    grey = cv2.warpPerspective(
        page,
        to_page,
        (wide, high),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Region(np.asarray(grey, np.float32), to_page)
