import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import digitwise as dw
from digitwise.convolution import Convolution
from tests.cli.conftest import assert_one_line


@pytest.fixture
def theirs(bundled, tmp_path):
    """A state dict as PyTorch saves it, of a network that knows the bundled digits a little."""
    network = dw.Network([784, 30, 10], activation="relu", cost="cross-entropy", init="scaled")
    dw.fit(network, bundled[0], epochs=3, batch_size=10, learning_rate=0.1, engine="reference")
    # As if it had been trained on pixels from which 0.5 was subtracted.
    biases = [network.biases[0] + 0.5 * network.weights[0].sum(axis=1), network.biases[1]]
    tensors = {}
    for name, w, b in zip(("fc1", "fc2"), network.weights, biases, strict=True):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = w, b
    save_file(tensors, tmp_path / "theirs.safetensors", metadata={"format": "pt"})
    return network


def test_shared_weights_are_imported(run, tmp_path):
    network = dw.Network([784, Convolution(3, pool=4), 10], activation="relu", init="scaled")
    dw.export(network, "torch", tmp_path / "net.safetensors")
    save_file(load_file(tmp_path / "net.safetensors"), tmp_path / "theirs.safetensors")
    arguments = ["import", "theirs.safetensors", "-o", "mine.safetensors", "--data", "digits"]
    ran = run(*arguments, "--activation", "relu")
    assert_one_line(ran, 1, "how they are pooled", "--convolutions")
    ran = run(*arguments, "--activation", "relu", "--convolutions", "3x3x3p4", "--json")
    assert ran.code == 0, ran.err
    assert ran.json[0]["layers"] == "784-3x3x3p4-10"
    mine = dw.load_model(tmp_path / "mine.safetensors")
    for w, expected in zip(mine.weights, network.weights, strict=True):
        np.testing.assert_array_equal(w, expected)


@pytest.mark.parametrize("to", ["onnx", "torch", "hub"])
def test_a_shipped_network_is_exported(run, tmp_path, to):
    if to == "onnx":
        pytest.importorskip("onnx", reason="needs the extra [onnx]")
    ran = run("export", "reader", "--to", to, "out", "--json")
    assert ran.code == 0, ran.err
    (result,) = ran.json
    out = tmp_path / "out"
    assert (result["model"], result["to"], result["out"]) == ("reader", to, "out")
    files = out.iterdir() if to == "hub" else [out]
    assert result["bytes"] == sum(file.stat().st_size for file in files)
    assert ("code" in result) == (to == "torch")


def test_every_command_takes_a_folder_of_the_hub(run, tmp_path):
    network = dw.Network([784, 10], cost="cross-entropy", init="scaled", rng=0)
    dw.save(network, tmp_path / "net.safetensors")
    assert run("export", "net.safetensors", "--to", "hub", "hub").code == 0
    (one,) = run("evaluate", "net.safetensors", "--data", "digits", "--json").json
    (other,) = run("evaluate", "hub", "--data", "digits", "--json").json
    assert one["confusion"] == other["confusion"]
    (card,) = run("models", "hub", "--json").json
    assert card["bytes"] == (tmp_path / "hub" / "model.safetensors").stat().st_size
    assert run("export", "hub", "--to", "torch", "net.torch").code == 0


def test_the_code_for_pytorch_is_printed(run):
    ran = run("export", "reader", "--to", "torch", "out")
    assert "    torch.nn.Linear(784, 2000),\n    torch.nn.ReLU(),\n" in ran.out
    assert "model.load_state_dict(load_file('out'), strict=True)" in ran.out


def test_exports_that_fail_are_one_line(run, tmp_path):
    (tmp_path / "there").write_text("mine")
    for to in ("torch", "hub"):
        ran = run("export", "reader", "--to", to, "there")
        assert_one_line(ran, 1, "there is there already", "name another path")
    assert_one_line(run("export", "nothing", "--to", "torch", "out"), 1, "no model 'nothing'")
    ran = run("export", "reader", "--to", "keras", "out")
    assert ran.code == 2
    assert "expected one of onnx, torch, hub; found keras" in ran.err


def test_a_network_of_pytorch_is_imported_and_reads(run, theirs):
    arguments = ["import", "theirs.safetensors", "-o", "mine.safetensors", "--data", "digits"]
    said = ["--activation", "relu", "--normalize", "0.5,1"]
    ran = run(*arguments, *said, "--json")
    assert ran.code == 0, ran.err
    (result,) = ran.json
    (measured,) = run("evaluate", "mine.safetensors", "--data", "digits", "--json").json
    assert result["test_accuracy"] == measured["accuracy"] > 0.85
    (card,) = run("models", "mine.safetensors", "--json").json
    assert card["origin"].startswith("PyTorch state dict, SHA-256 ")
    assert card["calibration"].endswith("from 180 of the 360 test digits of digits")
    assert_one_line(run(*arguments, *said), 1, "mine.safetensors is there already")


def test_imports_that_go_wrong_say_what_to_do(run, theirs, tmp_path):
    arguments = ["import", "theirs.safetensors", "-o", "mine.safetensors", "--data", "digits"]
    assert_one_line(run(*arguments), 1, "doesn't say the activation", "--activation NAME")
    assert_one_line(run("evaluate", "theirs.safetensors"), 1, "digitwise import")
    ran = run(*arguments, "--activation", "relu", "--normalize", "0.5")
    assert ran.code == 2
    assert "expected MEAN,STD" in ran.err
    ran = run(*arguments, "--activation", "relu")
    assert ran.code == 0
    assert "--normalize 0.1307,0.3081" in ran.out


def test_a_state_dict_that_says_its_activation_is_a_model(run, tmp_path):
    network = dw.Network([784, 12, 10], activation="tanh", cost="cross-entropy", init="scaled")
    dw.export(network, "torch", tmp_path / "net.safetensors")
    (card,) = run("models", "net.safetensors", "--json").json
    assert (card["layers"], card["activation"]) == ("784-12-10", "tanh")
    dark = np.zeros((40, 40), np.uint8)
    assert dw.Reader(tmp_path / "net.safetensors").read(dark) == []


def test_without_the_extra_onnx_is_one_line(run, tmp_path):
    (tmp_path / "onnx.py").write_text("raise ImportError('none')\n")
    path = ":".join([str(tmp_path), *sys.path])
    ran = run("export", "reader", "--to", "onnx", "out", PYTHONPATH=path)
    assert_one_line(ran, 1, "pip install 'digitwise[onnx]'")
