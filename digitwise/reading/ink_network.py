"""The shipped network of ink: a way to see the ink on printed grounds, tried second."""

from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np

from digitwise.engines.threads import one_blas_thread, thread_count
from digitwise.imaging.ink import SOLID, see_ink
from digitwise.imaging.learnt_ink import see_with
from digitwise.imaging.surface import Light
from digitwise.models.files import read_model
from digitwise.network import Network

FILE = Path(__file__).with_name("ink.safetensors")
MAX_PIXELS = 1_100_000  # about an A4 page at 100 dpi, whose digits are 14 pixels high and more
FAINTEST = 0.1  # outputs up to it are paper


@cache
def ink_network() -> Network:
    """Return the network of ink, which is shipped with the package."""
    return read_model(FILE).network


def learnt_way(grey: Light) -> list[Light]:
    """Return the ink as the shipped network sees it: see `sheet.usual_ways`.

    A page of more than MAX_PIXELS is shrunk, and its ink enlarged.
    """
    import cv2

    light, scale = grey, min(1.0, sqrt(MAX_PIXELS / grey.size))
    if scale < 1:
        size = [max(1, round(scale * length)) for length in light.shape[::-1]]
        light = np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32)
    if _is_bright_on_dark(light):
        light = 1 - light
    with one_blas_thread():  # a strip is too small for several; each thread has its own strips
        seen = see_with(ink_network(), light, thread_count())
    if scale < 1:
        seen = np.asarray(cv2.resize(seen, grey.shape[::-1]), np.float32)
    return [np.where(seen > FAINTEST, seen, np.float32(0))]


def _is_bright_on_dark(grey: Light) -> bool:
    solid = see_ink(grey)[0] >= SOLID
    if solid.all() or not solid.any():
        return False
    return bool(grey[solid].mean() > grey[~solid].mean())
