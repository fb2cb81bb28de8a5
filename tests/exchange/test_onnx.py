"""Networks exported to ONNX give the same outputs in ONNX Runtime."""

import json
import sys

import numpy as np
import pytest

import digitwise as dw
from digitwise.data.digits import as_inputs
from digitwise.errors import InputError, ModelError
from digitwise.exchange.onnx import contents
from digitwise.models.calibration import Calibration, digit_probabilities, probabilities_of
from digitwise.models.files import Model
from tests.exchange.conftest import NETWORKS, make_network, some_inputs

onnx = pytest.importorskip("onnx", reason="needs the extra [onnx]")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs ONNX Runtime")


def ask(content, x):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {"images": x}), strict=True))


@pytest.mark.parametrize(("sizes", "activation", "dtype"), NETWORKS)
def test_it_agrees_with_the_network(sizes, activation, dtype):
    network = make_network(sizes, activation, dtype)
    content = contents(Model(network), "net", {})
    onnx.checker.check_model(onnx.ModelProto.FromString(content), full_check=True)
    for n in (50, 1):  # of any number of examples
        x = some_inputs(n)
        answer = ask(content, x)
        assert list(answer) == ["outputs"]
        assert answer["outputs"].dtype == np.float32
        np.testing.assert_allclose(answer["outputs"], network.feedforward(x), rtol=0, atol=1e-6)


def test_the_shipped_network_agrees(shipped, bundled, tmp_path):
    path = dw.export("reader", "onnx", tmp_path / "reader.onnx")
    x = as_inputs(bundled[1].images)
    answer = ask(path.read_bytes(), x)
    z = shipped.network.weighted_outputs(x)
    np.testing.assert_allclose(answer["outputs"], shipped.network.feedforward(x), rtol=0, atol=1e-5)
    expected = probabilities_of(z, shipped.calibration)
    np.testing.assert_allclose(answer["probabilities"], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("bias", [0.0, 2.5])
@pytest.mark.parametrize("scale", [0.1, 1, 30])
def test_probabilities_are_those_of_the_calibration(temperature, bias, scale):
    """From outputs that are all in doubt to outputs without a doubt."""
    network = make_network([784, 10], "sigmoid")
    network.weights[0] *= scale
    calibration = Calibration(temperature, bias, "none", 1, ((0.0, 1, 0),))
    x = some_inputs(200)
    content = contents(Model(network, calibration=calibration), "net", {})
    expected = digit_probabilities(network.weighted_outputs(x), temperature, bias)
    answer = ask(content, x)["probabilities"]
    np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-6)
    assert (answer.argmax(axis=1) == network.predict(x)).all()


def test_what_is_known_of_the_network_is_in_it(calibrated, tmp_path):
    path = dw.export(calibrated, "onnx", tmp_path / "net.onnx")
    made = onnx.load_model(path)
    known = {entry.key: entry.value for entry in made.metadata_props}
    assert known["layers"] == "784-12-10"
    assert known["command"] == "digitwise train"
    assert json.loads(known["test_accuracy"]) == calibrated.results["test_accuracy"]
    assert json.loads(known["temperature"]) == calibrated.calibration.temperature
    assert "0 paper to 1 ink" in known["input"]
    assert "limits" not in known
    assert dw.export(calibrated, "onnx", tmp_path / "again.onnx").read_bytes() == path.read_bytes()


def test_what_is_not_finite_is_not_exported():
    network = make_network([784, 10], "sigmoid")
    network.biases[0][3] = np.inf
    with pytest.raises(ModelError, match="not finite"):
        contents(Model(network), "net", {})


def test_without_the_package_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(
        InputError, match=r"needs the package onnx: pip install 'digitwise\[onnx\]'"
    ):
        dw.export(make_network([784, 10], "sigmoid"), "onnx", tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())
