import numpy as np
import pytest

import digitwise as dw
from digitwise.errors import DataError
from tests.conftest import random_digits


def write(path, digits, header=""):
    rows = np.column_stack([digits.labels, digits.images.reshape(len(digits), -1)])
    np.savetxt(path, rows, "%d", ",", header=header, comments="")


@pytest.mark.parametrize("header", ["", "label," + ",".join(f"pixel{k}" for k in range(784))])
def test_a_table_is_read_as_it_was_written(tmp_path, header):
    digits = random_digits(25)
    write(tmp_path / "train.csv", digits, header)
    train, held_out = dw.load(tmp_path / "train.csv")
    np.testing.assert_array_equal(held_out.images, digits.images[[9, 19]])
    np.testing.assert_array_equal(train.labels, np.delete(digits.labels, [9, 19]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lines"),
        ("label,pixel0\n", "found 0 lines"),
        ("1,2,3\n" * 20, "found 20 lines of 3 values"),
        ("x\n" * 20, "a label and 784 pixels"),
        ("7" + ",0" * 784 + "\n", "found 1 lines"),
        ("7" + ",300" * 784 + "\n", "pixels from 0 to 255"),
        ("7" + ",0" * 784 + "\n7,0\n", "a label and 784 pixels"),
        (("10" + ",0" * 784 + "\n") * 20, "labels 0 to 9; found 10 in line 1"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, text, message):
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        dw.load(tmp_path / "bad.csv")


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="can't read"):
        dw.load(tmp_path / "none.csv")
