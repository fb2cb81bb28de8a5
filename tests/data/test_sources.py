import pytest

import digitwise as dw
from digitwise.data.sources import resolve
from digitwise.errors import DataError


def test_auto_takes_mnist_where_it_is_at_hand(mnist_folder, monkeypatch):
    assert resolve("auto") == "digits"
    assert resolve("auto", mnist_folder) == "mnist"
    monkeypatch.setenv("DIGITWISE_DATA", str(mnist_folder))
    assert resolve("auto") == "mnist"
    assert len(dw.load("mnist")[0]) == 60_000


def test_auto_without_mnist_is_the_bundled_set():
    assert len(dw.load()[0]) == 1437


def test_a_named_folder_that_lacks_the_files_is_an_error_not_other_data(tmp_path, monkeypatch):
    with pytest.raises(
        DataError, match=r"named by data_dir\): expected MNIST's four files; missing train"
    ):
        dw.load("auto", tmp_path)
    monkeypatch.setenv("DIGITWISE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"no such folder \(named by DIGITWISE_DATA\)"):
        dw.load("auto")


@pytest.mark.parametrize("name", ["minst", "/nowhere/at/all"])
def test_unknown_sets_are_refused(name):
    with pytest.raises(DataError, match="expected auto, mnist, digits or a folder"):
        dw.load(name)


def test_a_folder_of_neither_kind(tmp_path):
    with pytest.raises(
        DataError, match="four IDX files .* folders of pictures .* as they are published"
    ):
        dw.load(tmp_path)
