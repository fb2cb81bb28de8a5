"""What all formats have in common."""

import pytest

import digitwise as dw
from digitwise.engines.velocity import at_rest
from digitwise.errors import DigitwiseError, InputError, ModelError
from digitwise.exchange import FORMATS
from digitwise.models.files import Model, read_model
from tests.exchange.conftest import make_network

NETWORK = make_network([784, 6, 10], "relu", "float32")


@pytest.fixture(params=FORMATS)
def to(request):
    if request.param == "onnx":
        pytest.importorskip("onnx", reason="needs the extra [onnx]")
    return request.param


def everything(path):
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    return path.read_bytes()


def test_networks_models_and_files_are_exported_alike(to, tmp_path):
    dw.save(NETWORK, tmp_path / "net.safetensors")
    found = [
        everything(dw.export(model, to, tmp_path / name / "net"))
        for name, model in (
            ("a", NETWORK), ("b", Model(NETWORK)), ("c", tmp_path / "net.safetensors"),
            ("d", str(tmp_path / "net.safetensors")),
        )
        if (tmp_path / name).mkdir() is None
    ]  # fmt: skip
    assert found[1:] == found[:1] * 3


def test_an_export_is_replaced(to, tmp_path):
    path = tmp_path / "net"
    dw.export(NETWORK, to, path)
    before = everything(path)
    dw.export(make_network([784, 7, 10], "tanh"), to, path)
    assert everything(path) != before
    dw.export(NETWORK, to, path)
    assert everything(path) == before


def test_anything_else_is_not(to, tmp_path):
    model, folder, text = tmp_path / "net.safetensors", tmp_path / "folder", tmp_path / "text"
    dw.save(NETWORK, model)
    dw.export(NETWORK, "hub", folder)
    (folder / "notes.txt").write_text("my own")
    text.write_text("some words")
    (tmp_path / "empty").touch()
    others = {"torch": "hub", "hub": "torch", "onnx": "torch"}
    dw.export(NETWORK, others[to], tmp_path / "other")
    for path in tmp_path.iterdir():
        before = everything(path)
        with pytest.raises(InputError, match=f"is there already, and is no earlier export to {to}"):
            dw.export(model, to, path)
        assert everything(path) == before


def test_what_a_run_goes_on_from_stays_behind(tmp_path):
    model = Model(NETWORK, velocity=at_rest(NETWORK), average=at_rest(NETWORK))
    for to in ("torch", "hub"):
        found = read_model(dw.export(model, to, tmp_path / to))
        assert (found.velocity, found.average) == (None, None)


def test_what_is_wrong_is_said(tmp_path, to):
    with pytest.raises(InputError, match="expected a format of onnx, torch, hub; found 'keras'"):
        dw.export(NETWORK, "keras", tmp_path / "net")
    with pytest.raises(ModelError, match="no model 'nothing'"):
        dw.export("nothing", to, tmp_path / "net")
    with pytest.raises(DigitwiseError, match="can't write"):
        dw.export(NETWORK, to, tmp_path / "no" / "net")
    assert not list(tmp_path.iterdir())
