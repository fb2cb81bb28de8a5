import contextlib
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import digitwise as dw
from digitwise.data import collections
from digitwise.data.catalogue import KNOWN, find_collection
from digitwise.data.collections import read_collection, save_collection
from digitwise.data.others import load_other, split_share
from digitwise.errors import DataError, InputError

N = 40


def pictures(n=N):
    rng = np.random.default_rng(0)
    images = np.zeros((n, 30, 20), np.uint8)
    images[:, 5:25, 6:12] = rng.integers(100, 255, (n, 20, 6))
    return {"images": images, "labels": np.arange(n) % 10}


def strokes(n=N):
    rng = np.random.default_rng(1)
    return {
        "points": rng.uniform(0, 1000, (6 * n, 2)).astype(np.float32),
        "stroke_offsets": np.arange(0, 6 * n + 1, 3),
        "digit_offsets": np.arange(0, 2 * n + 1, 2),
        "labels": np.arange(n) % 10,
    }


def of_many_sizes(n=N):
    rng = np.random.default_rng(2)
    shapes = rng.integers(8, 40, (n, 2))
    return {
        "data": rng.integers(1, 255, shapes.prod(axis=1).sum(), dtype=np.uint8),
        "shapes": shapes,
        "labels": np.arange(n) % 10,
    }


KINDS = [pictures, strokes, of_many_sizes]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_collection_is_read_and_split_by_writer(kind, tmp_path):
    arrays = kind() | {"writer": np.repeat(np.arange(20), 2)}
    path = tmp_path / "set.npz"
    save_collection(path, arrays)
    train, held_out = dw.load(path)
    assert (len(train), len(held_out)) == (36, 4)
    np.testing.assert_array_equal(held_out.labels, arrays["labels"][[18, 19, 38, 39]])
    assert train.images.any(axis=(1, 2)).all()
    assert (train.strokes is not None) == (kind is strokes)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, range(9, N, 10)),
        ({"part": np.arange(N) // 20}, range(20, N)),
        ({"writer": np.arange(N) // 4, "group": np.arange(N) // 20}, range(36, N)),
        ({"split": np.arange(N) % 3, "writer": np.arange(N)}, range(1, N, 3)),
    ],
)
def test_which_digits_are_held_out(given, expected, tmp_path):
    arrays = pictures() | given
    arrays["images"][:, 24] = np.arange(N)[:, None] + 100  # each differs
    save_collection(tmp_path / "set.npz", arrays)
    _, held_out = read_collection(tmp_path / "set.npz")
    save_collection(tmp_path / "all.npz", arrays | {"split": (np.arange(N) > 0).astype(int)})
    _, rest = read_collection(tmp_path / "all.npz")
    np.testing.assert_array_equal(held_out.images, rest.images[[i - 1 for i in expected]])


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        (pictures, {"labels": np.arange(N)}, "labels 0 to 9; found 10 at 10"),
        (pictures, {"labels": np.arange(N) - 1}, "labels 0 to 9; found -1 at 0"),
        (pictures, {"labels": np.zeros(N)}, "labels as integers"),
        (pictures, {"labels": np.zeros(3, int)}, r"uint8 of shape \(3, h, w\)"),
        (pictures, {"labels": None}, "an array named labels"),
        (pictures, {"images": np.zeros((N, 9, 9))}, "found float64"),
        (pictures, {"images": None}, "images, data with shapes, or points"),
        (pictures, {"images": np.zeros((N, 5000, 1), np.uint8)}, "1 to 4096 px a side"),
        (pictures, {"writer": np.zeros(3, int)}, r"writer as integers of shape \(40,\)"),
        (pictures, {"split": np.ones(N, int)}, "only one kind"),
        (of_many_sizes, {"shapes": np.full((N, 2), 10)}, "shapes add up to 4,000 pixels"),
        (of_many_sizes, {"shapes": np.zeros((N, 2), int)}, "found 0 to 0"),
        (of_many_sizes, {"shapes": None}, "an array named shapes"),
        (strokes, {"points": np.full((6 * N, 2), np.nan)}, "finite numbers below 1,000,000"),
        (strokes, {"points": np.full((6 * N, 2), 1e30)}, "finite numbers below 1,000,000"),
        (strokes, {"points": np.zeros(9)}, r"points of shape \(p, 2\)"),
        (strokes, {"digit_offsets": np.zeros(N + 1, int)}, "each digit must have a stroke"),
        (strokes, {"digit_offsets": np.arange(N)}, "one more than labels"),
        (strokes, {"stroke_offsets": np.arange(2 * N + 1)}, "stroke_starts must rise"),
    ],
)
def test_a_collection_that_lies_is_refused_in_one_line(kind, change, message, tmp_path):
    arrays = {name: a for name, a in (kind() | change).items() if a is not None}
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=message) as caught:
        read_collection(path)
    assert "\n" not in str(caught.value)
    assert "bad.npz" in str(caught.value)


def test_pickled_objects_are_refused_unread(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "executed"), "w"))

    np.savez(tmp_path / "bad.npz", **pictures() | {"writer": np.array([Bomb()] * N, object)})
    with pytest.raises(DataError, match=r"writer.npy must hold numbers; found object"):
        read_collection(tmp_path / "bad.npz")
    assert not (tmp_path / "executed").exists()


def test_a_header_that_promises_more_than_there_is_takes_no_memory(tmp_path):
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        content, {"shape": (10**12,), "fortran_order": False, "descr": "|u1"}
    )
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as file:
        file.writestr("labels.npy", content.getvalue() + bytes(100))
    with pytest.raises(DataError, match="promises 1,000,000,000,000 bytes"):
        read_collection(tmp_path / "bad.npz")


@pytest.mark.parametrize("header", ["{'descr': ('|u1',", "{'descr': 1", "{9L: 1}"])
def test_a_header_that_ends_early_is_refused_in_one_line(tmp_path, header):
    text = header.ljust(117).encode() + b"\n"
    with zipfile.ZipFile(tmp_path / "bad.npz", "w") as file:
        content = b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text
        file.writestr("labels.npy", content + bytes(100))
    with pytest.raises(DataError, match=r"labels.npy is not an array \(.*\)$") as caught:
        read_collection(tmp_path / "bad.npz")
    assert "\n" not in str(caught.value)


def test_more_than_fits_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(collections, "MOST_BYTES", 1000)
    save_collection(tmp_path / "set.npz", pictures())
    with pytest.raises(DataError, match="arrays of at most 1,000 bytes; found"):
        read_collection(tmp_path / "set.npz")


@given(st.data())
def test_damaged_files_are_refused_or_read(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    save_collection(folder / "set.npz", pictures(20))
    content = bytearray((folder / "set.npz").read_bytes())
    end = data.draw(st.integers(0, len(content)))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "set.npz").write_bytes(content[:end] if data.draw(st.booleans()) else content)
    with contextlib.suppress(DataError):
        read_collection(folder / "set.npz")


def test_what_is_missing_says_where_it_can_be_had(monkeypatch, tmp_path):
    with pytest.raises(DataError, match=r"no collection 'usps_train'.*envelopes; USPS"):
        find_collection("usps_train")
    with pytest.raises(DataError, match="no collection 'mine'"):
        load_other("mine.npz")
    save_collection(tmp_path / "usps_train.npz", pictures())
    monkeypatch.setenv("DIGITWISE_COLLECTIONS", str(tmp_path))
    assert find_collection("usps_train") == tmp_path / "usps_train.npz"
    assert len(dw.load("usps_train")[0]) == 36


def test_known_labels_are_left_out_and_test_digits_stay_unseen(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITWISE_COLLECTIONS", str(tmp_path))
    for name in ("mfeat_pix", "optdigits_orig"):
        save_collection(tmp_path / f"{name}.npz", pictures(100))
    mfeat, optdigits = load_other("mfeat_pix:0.25"), load_other("optdigits_orig")
    assert mfeat.share == 0.25
    assert optdigits.share is None
    assert 1 not in mfeat.train.labels
    assert not len(optdigits.held_out)
    assert len(mfeat.held_out)


@pytest.mark.parametrize("text", ["a:0", "a:1", "a:x", "a:nan", ":0.5"])
def test_shares_that_are_none(text):
    with pytest.raises(InputError, match="expected NAME:SHARE"):
        split_share(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:0.5", ("a", 0.5)),
        ("a", ("a", None)),
        ("C:\\a.npz", ("C:\\a.npz", None)),
        ("./a:b/c", ("./a:b/c", None)),
    ],
)
def test_names_and_shares(text, expected):
    assert split_share(text) == expected


def test_each_known_collection_says_where_it_is_from_and_its_terms(mnist_folder):
    folder = mnist_folder.parent / "digits"
    if not folder.is_dir():
        pytest.skip("needs the collections beside MNIST's folder")
    for name, known in KNOWN.items():
        assert known.origin
        assert known.terms
        train, held_out = dw.load(name, mnist_folder)
        assert len(train) > len(held_out) > 0
        assert set(train.labels) <= set(range(10))
