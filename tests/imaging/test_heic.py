import io
import sys

import numpy as np
import pytest
from PIL import Image

from digitwise.errors import ImageError
from digitwise.imaging.pictures import open_pictures


def heic():
    pillow_heif = pytest.importorskip("pillow_heif", reason="needs the extra [heic]")
    light = np.full((48, 64, 3), 255, np.uint8)
    light[10:30, 20:30] = 0
    content = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(light)).save(content, format="HEIF")
    return content.getvalue()


def test_a_picture_of_a_phone():
    (picture,) = open_pictures(heic())
    assert (picture.width, picture.height) == (64, 48)
    assert picture.grey[20, 25] < 0.1 < 0.9 < picture.grey[5, 5]


def test_without_the_extra_a_line_says_how_to_convert(monkeypatch, tmp_path):
    path = tmp_path / "a.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 40)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageError, match=r"digitwise\[heic\].*magick"):
        list(open_pictures(path))
