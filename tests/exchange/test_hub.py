"""Folders of the Hub: read back bit for bit, with a card that says what the file says."""

import json

import numpy as np
import pytest

import digitwise as dw
from digitwise.convolution import Convolution
from digitwise.errors import DigitwiseError, ModelError
from digitwise.models.files import Model, read_model, to_bytes
from tests.exchange.conftest import make_network


def header_of(folder):
    yaml = pytest.importorskip("yaml", reason="needs PyYAML")
    start, header, _ = (folder / "README.md").read_text().split("---\n", 2)
    assert start == ""
    return yaml.safe_load(header)


def test_the_shipped_network_is_read_back_bit_for_bit(shipped, tmp_path):
    folder = dw.export("reader", "hub", tmp_path / "hub")
    found = read_model(folder)
    assert found.weighing.signs is not None
    assert to_bytes(found) == to_bytes(shipped)
    header = header_of(folder)
    assert header["license"] == "mit"
    assert header["datasets"] == ["mnist"]
    (result,) = header["model-index"][0]["results"]
    assert result["metrics"] == [{"type": "accuracy", "value": shipped.results["test_accuracy"]}]
    assert "digits upright within 20 degrees" in (folder / "README.md").read_text()


def test_a_network_of_ones_own_is_read_back(calibrated, tmp_path):
    folder = dw.export(calibrated, "hub", tmp_path / "reader")
    assert to_bytes(read_model(folder)) == to_bytes(calibrated)
    assert "license" not in header_of(folder)  # its name makes it no shipped network
    card = (folder / "README.md").read_text()
    assert "784-12-10" in card
    assert "Not stated" in card
    configuration = json.loads((folder / "config.json").read_text())
    assert configuration["sizes"] == [784, 12, 10]
    assert configuration["temperature"] == calibrated.calibration.temperature


def test_a_network_alone_is_exported(tmp_path):
    network = make_network([784, 5, 10], "tanh")
    folder = dw.export(network, "hub", tmp_path / "net")
    assert to_bytes(read_model(folder)) == to_bytes(Model(network))
    assert "model-index" not in header_of(folder)


def test_shared_weights_are_read_back(tmp_path):
    network = make_network([784, Convolution(4, pool=2), Convolution(3, 5), 10], "relu")
    folder = dw.export(network, "hub", tmp_path / "net")
    assert to_bytes(read_model(folder)) == to_bytes(Model(network))
    assert json.loads((folder / "config.json").read_text())["layers"] == "784-3x3x4p2-5x5x3-10"


def test_what_a_file_says_of_itself_cannot_break_out_of_the_card(tmp_path):
    training = {
        "command": "a | b\n---\n# <script>\u2028",
        "settings": {"data": 'x"\n: [', "seed": []},
    }
    model = Model(make_network([784, 10], "sigmoid"), training, {"test_accuracy": 0.5, "test_n": 3})
    folder = dw.export(model, "hub", tmp_path / "net")
    header = header_of(folder)
    assert set(header) == {
        "library_name", "pipeline_tag", "tags", "metrics", "model-index",
    }  # fmt: skip
    card = (folder / "README.md").read_text()
    assert card.count("\n---\n") == 1
    assert "| command | a \\| b --- # \\<script> |\n" in card


def test_an_earlier_export_is_replaced_whole(calibrated, tmp_path):
    folder = tmp_path / "net"
    dw.export(make_network([784, 5, 10], "tanh"), "hub", folder)
    dw.export(calibrated, "hub", folder)
    assert read_model(folder).results == calibrated.results
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


@pytest.mark.parametrize("when", ["README.md", "config.json", "model.safetensors", "rename"])
@pytest.mark.parametrize("old", [True, False])
def test_a_write_that_fails_leaves_no_half_folder(tmp_path, monkeypatch, when, old):
    import digitwise.files as files

    folder = tmp_path / "net"
    before = make_network([784, 5, 10], "tanh")
    if old:
        dw.export(before, "hub", folder)
    write, rename = files.write_atomically, files.Path.rename

    def failing_write(path, content):
        if path.name == when:
            raise DigitwiseError("the disk is full")
        write(path, content)

    def failing_rename(self, target):
        if when == "rename" and self.name == "new":
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(files, "write_atomically", failing_write)
    monkeypatch.setattr(files.Path, "rename", failing_rename)
    with pytest.raises(DigitwiseError):
        dw.export(make_network([784, 7, 10], "relu"), "hub", folder)
    assert [path.name for path in tmp_path.iterdir()] == (["net"] if old else [])
    if old:
        np.testing.assert_array_equal(dw.load_model(folder).weights[0], before.weights[0])


def test_a_folder_without_a_model_is_refused(tmp_path):
    (tmp_path / "README.md").write_text("# net")
    with pytest.raises(
        ModelError, match=r"is a folder; expected .*model.safetensors in the folder"
    ):
        dw.load_model(tmp_path)
