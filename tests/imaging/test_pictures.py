import io

import numpy as np
import pytest
from PIL import Image

from digitwise.errors import ImageError
from digitwise.imaging import pictures
from digitwise.imaging.pictures import open_pictures

RAMP = np.linspace(0, 255, 40 * 60).reshape(40, 60).astype(np.uint8)


def saved(image, image_format, **options):
    content = io.BytesIO()
    image.save(content, image_format, **options)
    content.seek(0)
    return content


def grey_of(source):
    (picture,) = open_pictures(source)
    return picture.grey


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "TIFF", "GIF", "PPM"])
def test_lossless_formats(image_format):
    grey = grey_of(saved(Image.fromarray(RAMP), image_format))
    np.testing.assert_allclose(grey, RAMP / 255, atol=1e-6)


@pytest.mark.parametrize(("image_format", "options"), [("JPEG", {}), ("WEBP", {"quality": 90})])
def test_lossy_formats(image_format, options):
    grey = grey_of(saved(Image.fromarray(RAMP).convert("RGB"), image_format, **options))
    np.testing.assert_allclose(grey, RAMP / 255, atol=0.05)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK"])
def test_modes(mode):
    black_and_white = Image.fromarray(np.where(RAMP > 127, 255, 0).astype(np.uint8))
    converted = black_and_white.convert("RGB").convert(mode)
    image_format = "TIFF" if mode == "CMYK" else "PNG"
    grey = grey_of(saved(converted, image_format))
    np.testing.assert_allclose(grey, RAMP > 127, atol=0.01)


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bits(image_format):
    deep = RAMP.astype(np.uint16) * 257
    grey = grey_of(saved(Image.fromarray(deep), image_format))
    np.testing.assert_allclose(grey, RAMP / 255, atol=1e-4)


def test_transparent_is_paper_for_dark_and_for_light_ink():
    for ink in (0, 255):
        pixels = np.zeros((20, 20, 4), np.uint8)
        pixels[5:15, 9:11] = (ink, ink, ink, 255)
        grey = grey_of(saved(Image.fromarray(pixels), "PNG"))
        assert grey[0, 0] == pytest.approx(1 - ink / 255)
        assert grey[10, 10] == pytest.approx(ink / 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(orientation):
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    upright = Image.fromarray(RAMP)
    stored = upright.transpose(undo) if undo is not None else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    (picture,) = open_pictures(saved(stored, "PNG", exif=exif))
    assert (picture.width, picture.height) == (60, 40)
    np.testing.assert_allclose(picture.grey, RAMP / 255, atol=1e-6)


def test_pages_of_a_tiff():
    pages = [Image.fromarray(np.full((9, 9), value, np.uint8)) for value in (0, 100, 200)]
    stored = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    found = list(open_pictures(stored))
    assert [p.page for p in found] == [0, 1, 2]
    assert [round(float(p.grey[0, 0]) * 255) for p in found] == [0, 100, 200]


@pytest.mark.parametrize(
    "array",
    [
        RAMP,
        RAMP.astype(np.uint16) * 257,
        RAMP / 255,
        np.stack([RAMP] * 3, axis=-1),
        np.stack([RAMP / 255] * 3, axis=-1).astype(np.float32),
        np.dstack([RAMP, RAMP, RAMP, np.full_like(RAMP, 255)]),
        np.stack([RAMP.astype(np.uint16) * 257] * 3, axis=-1),
    ],
    ids=lambda a: f"{a.dtype}{a.ndim}",
)
def test_arrays(array):
    np.testing.assert_allclose(grey_of(array), RAMP / 255, atol=0.005)
    np.testing.assert_allclose(grey_of(np.full((4, 4), True)), 1)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((0, 5), np.uint8), r"found \(0, 5\)"),
        (np.zeros((2, 3, 3, 3), np.uint8), r"\(h, w\)"),
        (np.zeros((9, 9), np.int32), "int32"),
        (np.full((9, 9), 2.0), "outside"),
        (np.full((9, 9), np.nan), "outside"),
    ],
)
def test_arrays_that_are_no_pictures(array, message):
    with pytest.raises(ImageError, match=message):
        grey_of(array)


def test_a_large_picture_is_brought_to_working_size():
    (picture,) = open_pictures(np.zeros((4000, 3000), np.uint8))
    assert picture.grey.size <= 4_000_000 * 1.01
    assert (picture.width, picture.height) == (3000, 4000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        saved(Image.fromarray(RAMP), "PNG").getvalue()[:200],
        saved(Image.fromarray(RAMP), "TIFF").getvalue()[:300],
        saved(Image.fromarray(RAMP), "JPEG").getvalue()[:150],
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_damaged_files(content):
    with pytest.raises(ImageError):
        list(open_pictures(io.BytesIO(content)))


def test_bombs_are_refused_before_they_unpack(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    with pytest.raises(ImageError, match="60×40 pixels: too large"):
        list(open_pictures(saved(Image.fromarray(RAMP), "PNG")))


def test_a_real_bomb(tmp_path):
    # 100 million white pixels in a few kilobytes.
    Image.new("1", (10_000, 10_000), 1).save(tmp_path / "bomb.png")
    with pytest.raises(ImageError, match="too large"):
        list(open_pictures(tmp_path / "bomb.png"))


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(ImageError, match="no such file"):
        list(open_pictures(tmp_path / "nothing.png"))
    with pytest.raises(ImageError, match="not a file"):
        list(open_pictures(tmp_path))
