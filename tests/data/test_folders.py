import numpy as np
import pytest
from PIL import Image

import digitwise as dw
from digitwise.data.folders import is_labelled, read_classes, read_labelled
from digitwise.errors import DataError


def write(folder, digits):
    for i, (image, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        place = folder / str(label)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - image).save(place / f"{i:04}.png")


def test_every_fifth_tests(tmp_path, bundled):
    write(tmp_path, bundled[0][:200])
    assert is_labelled(tmp_path)
    seen = []
    train, test = read_labelled(tmp_path, lambda done, total: seen.append((done, total)))
    assert len(train) + len(test) == 200
    assert 30 <= len(test) <= 40
    assert seen[-1] == (200, 200)
    both = {image.tobytes() for image in train.images} & {i.tobytes() for i in test.images}
    assert len(both) <= 1  # two of the bundled digits may be alike, but none is used twice


def test_pictures_come_out_framed(tmp_path, bundled):
    digits = bundled[0][:60]
    write(tmp_path / "train", digits)
    write(tmp_path / "test", digits)
    train, test = dw.load(tmp_path)
    np.testing.assert_array_equal(train.images, test.images)
    order = np.lexsort((np.arange(60), digits.labels))
    np.testing.assert_array_equal(train.labels, digits.labels[order])
    difference = np.abs(train.images.astype(int) - digits.images[order])
    assert difference.max() <= 6


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("3/broken.png", b"no picture", r"broken.png: not a picture.*repair or remove"),
        ("3/empty.png", None, r"empty.png: no ink found"),
    ],
)
def test_bad_pictures_are_named(tmp_path, bundled, name, content, message):
    write(tmp_path, bundled[0][:100])
    if content is None:
        Image.new("L", (30, 30), 255).save(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_labelled(tmp_path)


def test_a_folder_without_pictures(tmp_path):
    (tmp_path / "7").mkdir()
    with pytest.raises(DataError, match="five or more of one digit .* found 0 in all"):
        read_labelled(tmp_path)


def test_train_needs_test(tmp_path, bundled):
    write(tmp_path / "train", bundled[0][:20])
    with pytest.raises(DataError, match="a folder `test` beside it"):
        dw.load(tmp_path)


@pytest.mark.parametrize("place", ["", "test"])
def test_folders_named_by_class(tmp_path, bundled, place):
    digits = bundled[0][:40]
    write(tmp_path / "digits", digits)
    for name, label in (("star", 3), ("e\u0301", 7)):
        (tmp_path / "all" / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / "digits" / str(label)).rename(tmp_path / "all" / place / name)
    seen = []
    found = read_classes(tmp_path / "all", ["\u00e9", "none", "star"], lambda *n: seen.append(n))
    counts = [(digits.labels == 7).sum(), 0, (digits.labels == 3).sum()]
    assert np.bincount(found.labels, minlength=3).tolist() == counts
    assert seen[-1] == (sum(counts), sum(counts))
    by_label = read_classes(tmp_path / "digits", ["a", "b", "c"])
    assert np.bincount(by_label.labels).tolist() == np.bincount(digits.labels)[:3].tolist()
    with pytest.raises(DataError, match=r"named 3, star; found the folders"):
        read_classes(tmp_path / "digits" / "0", ["3", "star"])
    with pytest.raises(DataError, match="no such folder"):
        read_classes(tmp_path / "nothing", ["3", "star"])
