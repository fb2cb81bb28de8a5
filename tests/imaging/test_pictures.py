import io

import numpy as np
import pytest
from PIL import Image

from digitwise.errors import ImageError
from digitwise.imaging import pictures
from digitwise.imaging.pictures import open_images, open_page, open_pictures

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
def test_lossless_formats_keep_grey_values(image_format):
    grey = grey_of(saved(Image.fromarray(RAMP), image_format))
    np.testing.assert_allclose(grey, RAMP / 255, atol=1e-6)


@pytest.mark.parametrize(("image_format", "options"), [("JPEG", {}), ("WEBP", {"quality": 90})])
def test_lossy_formats_nearly_keep_grey_values(image_format, options):
    grey = grey_of(saved(Image.fromarray(RAMP).convert("RGB"), image_format, **options))
    np.testing.assert_allclose(grey, RAMP / 255, atol=0.05)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK"])
def test_all_colour_modes_become_grey(mode):
    black_and_white = Image.fromarray(np.where(RAMP > 127, 255, 0).astype(np.uint8))
    converted = black_and_white.convert("RGB").convert(mode)
    image_format = "TIFF" if mode == "CMYK" else "PNG"
    grey = grey_of(saved(converted, image_format))
    np.testing.assert_allclose(grey, RAMP > 127, atol=0.01)


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bits_keep_grey_values(image_format):
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
def test_exif_orientation_is_undone(orientation):
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
        RAMP[..., None],
        (RAMP.astype(np.uint16) * 257)[..., None],
        (RAMP / 255)[..., None].astype(np.float16),
        RAMP.astype(np.int64),
        RAMP.astype(np.uint32),
        RAMP.astype(np.int32) * 257,
        RAMP.astype(">u2") * 257,
        RAMP.astype(">i4"),
        np.stack([RAMP.astype(np.int32) * 257] * 3, axis=-1),
        np.stack([RAMP] * 4, axis=-1)[..., :3],
    ],
    ids=lambda a: f"{a.dtype}{a.ndim}",
)
def test_arrays_of_all_types_become_grey(array):
    np.testing.assert_allclose(grey_of(array), RAMP / 255, atol=0.005)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.int64, np.uint64])
def test_arrays_of_two_values_are_black_and_white(dtype):
    np.testing.assert_array_equal(grey_of((RAMP > 127).astype(dtype)), RAMP > 127)


def test_integers_up_to_127_are_no_more_than_half_light():
    half = (RAMP // 2).astype(np.int8)
    np.testing.assert_allclose(grey_of(half), half / 255, atol=1e-6)


class Offers:
    """Another library's array."""

    def __init__(self, array, error=None):
        self.array, self.error = array, error

    def __array__(self, dtype=None, copy=None):
        if self.error:
            raise self.error
        return self.array


class OffersInterface:
    def __init__(self, array):
        self.array, self.__array_interface__ = array, array.__array_interface__


@pytest.mark.parametrize("offers", [Offers, OffersInterface])
def test_objects_that_offer_an_array(offers):
    np.testing.assert_allclose(grey_of(offers(RAMP)), RAMP / 255, atol=1e-6)


def test_an_object_that_keeps_its_array():
    with pytest.raises(ImageError, match=r"this Offers can't be made an array \(it is on a GPU\)"):
        grey_of(Offers(RAMP, TypeError("it is\non a GPU")))


def test_tensors_are_read_as_arrays():
    torch = pytest.importorskip("torch")
    np.testing.assert_allclose(grey_of(torch.tensor(RAMP)), RAMP / 255, atol=1e-6)
    np.testing.assert_allclose(grey_of(torch.tensor(RAMP / 255)[..., None]), RAMP / 255, atol=0.005)
    with pytest.raises(ImageError, match="channels come last"):
        grey_of(torch.tensor(RAMP)[None])
    with pytest.raises(ImageError, match="can't be made an array"):
        grey_of(torch.tensor(RAMP / 255, requires_grad=True))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_content_of_a_file(kind):
    content = saved(Image.fromarray(RAMP), "PNG").getvalue()
    np.testing.assert_allclose(grey_of(kind(content)), RAMP / 255, atol=1e-6)


def test_files_that_only_go_forward_and_files_of_text(tmp_path):
    content = saved(Image.fromarray(RAMP), "PNG").getvalue()

    class Stream(io.RawIOBase):
        def __init__(self):
            self.left = io.BytesIO(content)

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.left.readinto(buffer)

    np.testing.assert_allclose(grey_of(io.BufferedReader(Stream())), RAMP / 255, atol=1e-6)
    (tmp_path / "a.png").write_bytes(content)
    with (tmp_path / "a.png").open() as text, pytest.raises(ImageError, match='"rb"'):
        grey_of(text)


def test_the_pages_of_a_list_follow_one_another(tmp_path):
    stored = saved(Image.fromarray(RAMP), "TIFF", save_all=True, append_images=[
        Image.fromarray(RAMP // 2)
    ])  # fmt: skip
    (tmp_path / "a.tif").write_bytes(stored.getvalue())
    sources = [255 - RAMP, str(tmp_path / "a.tif"), saved(Image.fromarray(RAMP), "PNG").getvalue()]
    pages = list(open_pictures(sources))
    assert [page.page for page in pages] == [0, 1, 2, 3]
    assert [round(float(page.grey[-1, -1]) * 255) for page in pages] == [0, 255, 127, 255]
    assert [image.getpixel((59, 39)) for image in open_images(tuple(sources))] == [0, 255, 127, 255]
    again = list(open_pictures(tuple(pages[2:])))
    assert [page.page for page in again] == [0, 1]
    assert list(open_pictures([])) == []


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ([RAMP, "nothing.png"], "picture 2 of 2: no such file"),
        (RAMP.tolist(), r"item 1 of a list of pictures is a list itself.*np.array\(rows\)"),
        ([RAMP, (RAMP, RAMP)], "item 2 of a list of pictures is a tuple"),
        ([3], "picture 1 of 1: expected a path, bytes,.* found int"),
        ({"a.png"}, "expected a path, bytes,.* found set"),
        (None, "found NoneType"),
    ],
)
def test_lists_and_things_that_hold_no_pictures(sources, message):
    with pytest.raises(ImageError, match=message):
        list(open_pictures(sources))


def test_images_are_the_same_pages_upright_and_of_their_own_size():
    exif = Image.Exif()
    exif[0x0112] = 6
    (image,) = open_images(saved(Image.fromarray(RAMP), "PNG", exif=exif))
    assert image.size == (40, 60)
    (page,) = open_pictures(np.full((3000, 4000), 90, np.uint8))
    (image,) = open_images(page)
    assert image.size == (4000, 3000)
    assert image.getpixel((0, 0)) == 90


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((0, 5), np.uint8), r"found \(0, 5\)"),
        (np.zeros((2, 3, 3, 3), np.uint8), r"\(h, w\)"),
        (np.full((9, 9), -1, np.int32), r"0..255 or 0..65535; found -1..-1"),
        (np.full((9, 9), 70_000), "found 70000..70000"),
        (np.zeros((9, 9), complex), "complex128"),
        (np.full((9, 9), "7"), "<U1"),
        (np.zeros((9, 9, 2), np.uint8), r"found \(9, 9, 2\)"),
        (np.zeros((3, 9, 9), np.uint8), r"found \(3, 9, 9\): channels come last"),
        (np.float64(3), r"found \(\)"),
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
def test_damaged_pictures_are_refused(content):
    with pytest.raises(ImageError):
        list(open_pictures(io.BytesIO(content)))


def test_bombs_are_refused_before_they_unpack(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_PIXELS", 1000)
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


@pytest.mark.parametrize("mode", ["LAB", "HSV", "La", "RGBa", "RGBX", "YCbCr", "CMYK"])
def test_modes_that_screens_dont_have(mode):
    light = np.repeat(np.linspace(0, 255, 40).astype(np.uint8)[None], 30, axis=0)
    image = Image.fromarray(light)
    if mode == "LAB":
        image = Image.merge(
            mode, [image, Image.new("L", image.size, 128), image.point(lambda _: 9)]
        )
    else:
        image = image.convert("RGBA" if mode == "RGBa" else "LA" if mode == "La" else "RGB")
        image = image.convert(mode)
    (picture,), (shown,) = open_pictures(image), open_images(image)
    assert np.abs(picture.grey - light / 255).max() < 0.05
    assert shown.convert("RGB").size == (40, 30)  # overlays draw on it


def test_a_tiff_of_lightness_and_colours():
    file = io.BytesIO()
    Image.new("LAB", (40, 30), (200, 128, 128)).save(file, "TIFF")
    (picture,) = open_pictures(file.getvalue())
    assert np.allclose(picture.grey, 200 / 255)


def test_a_range_of_reals_that_no_real_of_32_bits_holds():
    file = io.BytesIO()
    deep = np.tile(np.array([-3e38, 3e38], np.float32), (30, 20))
    Image.fromarray(deep).save(file, "TIFF")
    (picture,) = open_pictures(file.getvalue())
    assert np.array_equal(np.unique(picture.grey), [0, 1])


def test_a_mode_that_cannot_be_made_grey(monkeypatch):
    def refuse(*_):
        raise ValueError("conversion from X to L not supported")

    monkeypatch.setattr(Image.Image, "convert", refuse)
    with pytest.raises(ImageError, match="conversion from X to L not supported"):
        list(open_pictures(Image.new("RGB", (40, 30))))


def test_one_page_of_a_file(tmp_path):
    pages = [Image.new("L", (40 + k, 30), 60 * k) for k in range(3)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "a.pdf", save_all=True, append_images=pages[1:])
    for name in ("a.tif", "a.pdf"):
        for k, image in enumerate(open_images(tmp_path / name)):
            found = open_page(tmp_path / name, k)
            assert found.size == image.size
            assert found.tobytes() == image.tobytes()
        with pytest.raises(ImageError, match="there is no page 3"):
            open_page(tmp_path / name, 3)
