import json

import pytest

from digitwise.data.real_numbers import RealNumber, find_real_numbers, read_real_numbers
from digitwise.errors import DataError


@pytest.fixture
def folder(tmp_path):
    """Nine pictures, as far as their names go."""
    place = tmp_path / "numbers"
    place.mkdir()
    truth = {f"{i}.png": str(i * 11) for i in range(9)}
    for name in truth:
        (place / name).touch()
    (place / "truth.json").write_text(json.dumps(truth))
    return place


def test_every_third_is_measured_on(folder):
    learnt, measured = read_real_numbers(folder)
    assert [number.path.name for number in measured] == ["2.png", "5.png", "8.png"]
    assert len(learnt) == 6
    assert learnt[1] == RealNumber(folder / "1.png", "11")


def test_a_split_says_what_may_be_learnt_from(folder):
    (folder / "split.json").write_text('{"develop": ["7.png"], "choose": ["1.png"]}')
    learnt, measured = read_real_numbers(folder)
    assert [number.text for number in learnt] == ["77"]
    assert len(measured) == 8


def test_a_folder_is_found_beside_the_collections(folder, tmp_path, monkeypatch):
    assert find_real_numbers(str(folder)) == folder
    monkeypatch.setenv("DIGITWISE_COLLECTIONS", str(tmp_path / "digits"))
    assert find_real_numbers("numbers") == folder
    with pytest.raises(DataError, match=r"no folder 'others' with a truth.json.*none goes without"):
        find_real_numbers("others")


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "expected an object; found list"),
        ('{"1.png": "1,5"}', "expected digits for '1.png'; found '1,5'"),
        ('{"1.png": 15}', "expected digits for '1.png'; found 15"),
        ('{"../numbers/1.png": "1"}', "no picture '../numbers/1.png'"),
        ('{"99.png": "1"}', "no picture '99.png'"),
    ],
)
def test_a_damaged_truth_is_refused(folder, truth, message):
    (folder / "truth.json").write_text(truth)
    with pytest.raises(DataError, match=message):
        read_real_numbers(folder)


@pytest.mark.parametrize("split", ['{"develop": "1.png"}', '{"develop": ["99.png"]}', "{}"])
def test_a_damaged_split_is_refused(folder, split):
    (folder / "split.json").write_text(split)
    with pytest.raises(DataError, match=r"split.json: expected a list 'develop'"):
        read_real_numbers(folder)
