import io

import cv2
import numpy as np
import pytest
from PIL import Image

from digitwise.imaging.corners import fill_corners


def light(image):
    return np.asarray(image.convert("L"), np.float32) / np.float32(255)


def jpeg(image):
    content = io.BytesIO()
    image.save(content, "JPEG", quality=40)
    return Image.open(content).convert("L")


@pytest.mark.parametrize("angle", [-10, -3, 5, 20])
@pytest.mark.parametrize("colour", [0, 255])
@pytest.mark.parametrize("expand", [True, False])
def test_corners_become_paper(draw_number, angle, colour, expand):
    page = draw_number("3275").convert("L")
    turned = page.rotate(angle, expand=expand, fillcolor=colour, resample=Image.Resampling.BICUBIC)
    filled = fill_corners(light(turned))
    corners = light(Image.new("L", page.size, 255).rotate(angle, expand=expand)) == 0
    assert corners.any()
    paper = light(page)[light(page) > 0.5]
    assert (np.abs(filled[corners] - np.median(paper)) < 0.25).mean() > 0.98
    untouched = light(Image.new("L", page.size, 255).rotate(angle, expand=expand)) > 0
    untouched[:8], untouched[-8:], untouched[:, :8], untouched[:, -8:] = False, False, False, False
    same = filled[untouched] == light(turned)[untouched]
    assert same.mean() > 0.9


@pytest.mark.parametrize("angle", [5, -5])
@pytest.mark.parametrize("name", ["504192.png", "3268.jpg", "3432.jpg"])
@pytest.mark.parametrize("compressed", [False, True])
def test_turned_samples_are_read_right(samples, name, angle, compressed, reader):
    with Image.open(samples / name) as image:
        turned = image.convert("L").rotate(angle, expand=True)
    found = reader.read(jpeg(turned) if compressed else turned, "number")
    assert [number.text for number in found] == [name.partition(".")[0]]


def test_other_pictures_are_left_alone(mnist, samples, draw_number):
    for image in mnist[1].images[:200]:
        for picture in (image, 255 - image, image[4:24, 4:24], 255 - image[4:24, 4:24]):
            grey = picture.astype(np.float32) / np.float32(255)
            assert fill_corners(grey) is grey
    for path in samples.iterdir():
        with Image.open(path) as picture:
            grey = light(picture)
        assert fill_corners(grey) is grey
    grey = light(draw_number("528"))
    assert fill_corners(grey) is grey
    for level in (0, 0.5, 1):
        grey = np.full((60, 60), level, np.float32)
        assert fill_corners(grey) is grey


@pytest.mark.parametrize("strokes", [[(12, 3), (46, 9), (26, 26), (47, 42), (25, 57), (3, 46)]])
def test_paper_around_a_digit_that_is_cut_out_along_its_strokes(strokes):
    page = np.full((60, 52), 200, np.uint8)
    cv2.polylines(page, [np.array(strokes, np.int32)], False, 60, 7, cv2.LINE_AA)
    rows, columns = (np.flatnonzero((page < 130).any(axis=axis)) for axis in (1, 0))
    page = page[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)
    page += np.random.default_rng(0).normal(0, 2, page.shape)
    grey = (page / 255).astype(np.float32)
    assert fill_corners(grey) is grey
