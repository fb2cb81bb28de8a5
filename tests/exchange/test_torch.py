"""State dicts: what PyTorch makes of ours, and we of PyTorch's."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import digitwise as dw
from digitwise.convolution import Convolution
from digitwise.errors import InputError, ModelError
from digitwise.exchange.torch import import_torch, sequential_code
from digitwise.models.calibration import probabilities_of
from digitwise.models.files import read_model, to_bytes
from tests.conftest import random_digits
from tests.exchange.conftest import NETWORKS, make_network, some_inputs


@pytest.fixture(scope="session")
def torch():
    return pytest.importorskip("torch", reason="needs PyTorch")


@pytest.mark.parametrize(("sizes", "activation", "dtype"), NETWORKS)
def test_pytorch_loads_it_strictly_and_agrees(torch, tmp_path, sizes, activation, dtype):
    network = make_network(sizes, activation, dtype)
    path = dw.export(network, "torch", tmp_path / "net.safetensors")
    made = {}
    exec(sequential_code(network, path), made)
    x = some_inputs()
    with torch.no_grad():
        outputs = made["model"](torch.from_numpy(x.astype(network.dtype))).numpy()
    np.testing.assert_allclose(outputs, network.feedforward(x), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("sizes", "activation", "dtype"), NETWORKS)
def test_an_export_is_read_back_bit_for_bit(tmp_path, sizes, activation, dtype):
    network = make_network(sizes, activation, dtype)
    path = dw.export(network, "torch", tmp_path / "net.safetensors")
    found = dw.load_model(path)
    assert vars(found).keys() == vars(network).keys()
    assert (found.layers, found.activation, found.dtype) == (
        network.layers, activation, network.dtype,
    )  # fmt: skip
    for ours, theirs in zip(
        [*network.weights, *network.biases], [*found.weights, *found.biases], strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_its_metadata_say_what_a_state_dict_does_not(calibrated, tmp_path):
    path = dw.export(calibrated, "torch", tmp_path / "net.safetensors")
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        assert set(file.keys()) == {"0.weight", "0.bias", "2.weight", "2.bias"}
    assert (metadata["format"], metadata["activation"]) == ("pt", "sigmoid")
    found = read_model(path)
    assert (found.results, found.training) == (calibrated.results, calibrated.training)
    assert found.calibration == calibrated.calibration


def test_the_shipped_network_survives_but_for_signs_and_second(shipped, tmp_path):
    found = read_model(dw.export("reader", "torch", tmp_path / "reader.safetensors"))
    assert found.calibration == shipped.calibration
    # Which compares no networks.
    assert found.weighing == replace(shipped.weighing, outputs=None)
    assert found.weighing.signs is found.weighing.second is None
    assert (found.network.weights[0] == shipped.network.weights[0]).all()


SHARED = "3x3x4p2,5x5x3p3"


def convolutional(torch, activation="ReLU", channels=1):
    """A network as people write it in PyTorch: activated, then pooled."""
    torch.manual_seed(0)
    make = getattr(torch.nn, activation)
    parts = {
        "features": [torch.nn.Unflatten(1, (channels, 28, 28)),
            torch.nn.Conv2d(channels, 4, 3, padding=1), make(), torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(4, 3, 5, padding=2), make(), torch.nn.MaxPool2d(3)],
        "classifier": [torch.nn.Flatten(), torch.nn.Linear(48, 20), make(),
            torch.nn.Linear(20, 10)],
    }  # fmt: skip
    model = torch.nn.Sequential()
    for name, modules in parts.items():
        model.add_module(name, torch.nn.Sequential(*modules))
    return model


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("activation", ["Sigmoid", "Tanh", "ReLU"])
def test_what_pytorch_saved_of_shared_weights_is_read(torch, tmp_path, activation, told):
    from safetensors.torch import save_file

    model, path = convolutional(torch, activation), tmp_path / "theirs.safetensors"
    metadata = {"activation": activation, "convolutions": SHARED} if told else None
    save_file(model.state_dict(), path, metadata)
    network = dw.load_model(path) if told else dw.from_torch(path, activation, convolutions=SHARED)
    assert [str(layer) for layer in network.layers] == ["3x3x4p2", "5x5x3p3", "20", "10"]
    x = some_inputs()
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(network.weighted_outputs(x), expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(
        dw.from_torch(path, activation, (0, 2), SHARED).weights[0], network.weights[0] / 2
    )


def test_what_is_not_known_of_shared_weights_is_asked_for(torch, tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "theirs.safetensors"
    save_file(convolutional(torch).state_dict(), path)
    with pytest.raises(ModelError, match=r"layers 3x3x4,5x5x3 that .*--convolutions LAYERS"):
        dw.from_torch(path, "relu")
    with pytest.raises(ModelError, match="expected the Conv2d layers 3x3x4,3x3x3, as is said; fou"):
        dw.from_torch(path, "relu", convolutions="3x3x4p2,3x3x3p3")
    with pytest.raises(ModelError, match=r"classifier.1.weight to be .*\(20, 27\); found"):
        dw.from_torch(path, "relu", convolutions="3x3x4p2,5x5x3p4")
    with pytest.raises(InputError, match="expected layers of shared weights as"):
        dw.from_torch(path, "relu", convolutions="frob")
    with pytest.raises(InputError, match="expected a mean of 0 .* found 0.1307"):
        dw.from_torch(path, "relu", (0.1307, 0.3081), SHARED)
    save_file(convolutional(torch, channels=3).state_dict(), path)
    with pytest.raises(ModelError, match=r"\(4, 1, 3, 3\); found F32 of shape \(4, 3, 3, 3\)"):
        dw.from_torch(path, "relu", convolutions=SHARED)
    tensors = convolutional(torch).features.state_dict()
    save_file(tensors, path)
    with pytest.raises(ModelError, match="a Linear layer at the end; found none"):
        dw.from_torch(path, "relu", convolutions=SHARED)
    dw.export(make_network([784, Convolution(2), 10], "relu"), "torch", tmp_path / "ours")
    with pytest.raises(ModelError, match="shared weights 3x3x2p2; found 3x3x2"):
        dw.from_torch(tmp_path / "ours", convolutions="3x3x2p2")


def test_a_network_of_shared_weights_is_measured_on_digits(bundled, tmp_path):
    network = make_network([784, Convolution(2, pool=4), 10], "relu", "float32")
    dw.fit(network, bundled[0], epochs=2, batch_size=10, learning_rate=0.1)
    dw.export(network, "torch", tmp_path / "net.safetensors")
    tensors = load_file(tmp_path / "net.safetensors")
    save_file(tensors, tmp_path / "theirs.safetensors")
    model = import_torch(
        tmp_path / "theirs.safetensors", bundled[1], "digits", "relu", convolutions="3x3x2p4"
    )
    right = network.predict(bundled[1].inputs()) == bundled[1].labels
    assert model.results["test_accuracy"] == pytest.approx(right.mean(), abs=0.003)
    assert right.mean() > 0.4


@pytest.mark.parametrize("output", ["logits", "sigmoid"])
@pytest.mark.parametrize("activation", ["Sigmoid", "Tanh", "ReLU"])
def test_what_pytorch_saved_is_read(torch, tmp_path, activation, output):
    from safetensors.torch import save_file

    torch.manual_seed(0)
    make = getattr(torch.nn, activation)
    layers = [torch.nn.Flatten(), torch.nn.Linear(784, 25), make(), torch.nn.Dropout()]
    layers += [torch.nn.Linear(25, 15), make(), torch.nn.Linear(15, 10)]
    layers += [torch.nn.Sigmoid()] if output == "sigmoid" else []
    model = torch.nn.Sequential(*layers).eval()
    path = tmp_path / "theirs.safetensors"
    save_file(model.state_dict(), path, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"digitwise import .* --activation"):
        dw.load_model(path)
    x = some_inputs()
    network = dw.from_torch(path, activation=activation.lower())
    with torch.no_grad():
        expected = model(torch.from_numpy(x)).numpy()
    found = network.feedforward(x) if output == "sigmoid" else network.weighted_outputs(x)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
    save_file(model.state_dict(), path, metadata={"format": "pt", "activation": activation})
    assert dw.load_model(path).activation == activation.lower()


def state_dict(names, sizes=(784, 30, 20, 10), dtype=np.float32, activation="relu"):
    network = make_network(list(sizes), activation, np.float64)
    tensors = {}
    for name, w, b in zip(names, network.weights, network.biases, strict=True):
        tensors[f"{name}weight"], tensors[f"{name}bias"] = w.astype(dtype), b.astype(dtype)
    return network, tensors


@pytest.mark.parametrize(
    "names",
    [
        ("0.", "2.", "4."),
        ("layers.0.", "layers.1.", "layers.2."),
        ("net.8.", "net.10.", "net.12."),
        ("module.fc1.", "module.fc2.", "module.fc3."),
        ("fc1.", "fc2.", "out."),
        ("input.", "hidden.", "head."),
        ("trunk.0.", "trunk.1.", "head."),
    ],
    ids=lambda names: " ".join(names),
)
def test_layers_are_found_in_their_order(tmp_path, names):
    network, tensors = state_dict(names)
    save_file(tensors, tmp_path / "theirs.safetensors")
    found = dw.from_torch(tmp_path / "theirs.safetensors", "relu")
    assert found.sizes == [784, 30, 20, 10]
    for w, expected in zip(found.weights, network.weights, strict=True):
        np.testing.assert_array_equal(w, expected.astype(np.float32))


def test_numbers_order_layers_of_one_size(tmp_path):
    network, tensors = state_dict([f"fc{n}." for n in range(1, 13)], (784, *[10] * 12))
    save_file(tensors, tmp_path / "theirs.safetensors")
    found = dw.from_torch(tmp_path / "theirs.safetensors", "tanh")
    for b, expected in zip(found.biases, network.biases, strict=True):
        np.testing.assert_array_equal(b, expected.astype(np.float32))


@pytest.mark.parametrize(("dtype", "of_network"), [("f2", "f4"), ("f4", "f4"), ("f8", "f8")])
def test_types_of_tensors(tmp_path, dtype, of_network):
    _, tensors = state_dict(("0.", "2.", "4."), dtype=np.dtype(dtype))
    save_file(tensors, tmp_path / "theirs.safetensors")
    found = dw.from_torch(tmp_path / "theirs.safetensors", "relu")
    assert found.dtype == np.dtype(of_network)
    np.testing.assert_array_equal(found.weights[1], tensors["2.weight"])


def test_a_single_layer_needs_no_activation(tmp_path):
    _, tensors = state_dict([""], (784, 10))  # of an nn.Linear by itself
    save_file(tensors, tmp_path / "theirs.safetensors")
    assert dw.load_model(tmp_path / "theirs.safetensors").sizes == [784, 10]


def test_a_normalization_goes_into_the_first_layer(tmp_path):
    network, tensors = state_dict(("0.", "2.", "4."), dtype=np.float64)
    save_file(tensors, tmp_path / "theirs.safetensors")
    path, x = tmp_path / "theirs.safetensors", some_inputs().astype(np.float64)
    found = dw.from_torch(path, "relu", normalize=(0.1307, 0.3081))
    expected = network.feedforward((x - 0.1307) / 0.3081)
    np.testing.assert_allclose(found.feedforward(x), expected, rtol=0, atol=1e-12)
    for wrong in ((0, 0), (0, -1), (np.nan, 1)):
        with pytest.raises(InputError, match="expected a finite mean and a standard deviation"):
            dw.from_torch(path, "relu", normalize=wrong)


SPOILT = {
    "volumes": ({"conv.weight": np.zeros((3, 1, 5, 5, 5))}, "Linear layers alone; found conv.w"),
    "patches without bias": (
        {"conv.weight": np.zeros((3, 1, 5, 5))},
        r"each Conv2d layer a weight \(n_out, n_in, rows, columns\) .* and conv.bias None",
    ),
    "running mean": ({"norm.running_mean": np.zeros(30)}, "found norm.running_mean of shape"),
    "batch norm": ({"n.weight": np.zeros(30), "n.bias": np.zeros(30)}, "found n.weight of shape"),
    "no bias": ({"2.bias": None}, r"found 2.weight \(20, 30\) and 2.bias None"),
    "no weight": ({"2.weight": None}, r"found 2.weight None and 2.bias \(20,\)"),
    "short bias": ({"2.bias": np.zeros(3)}, r"and 2.bias \(3,\)"),
    "a gap": ({"2.weight": None, "2.bias": None}, "no one order in which each layer feeds"),
    "a branch": (
        {"aux.weight": np.zeros((10, 30)), "aux.bias": np.zeros(10)},
        "no one order in which each layer feeds",
    ),
    "not finite": ({"2.bias": np.full(20, np.nan)}, "2.bias holds numbers that are not finite"),
    "two types": ({"2.bias": np.zeros(20, np.float32)}, "expected 2.bias to be float64"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_what_is_no_such_network_is_refused(tmp_path, kind):
    changes, message = SPOILT[kind]
    _, tensors = state_dict(("0.", "2.", "4."), dtype=np.float64)
    tensors = {name: t for name, t in (tensors | changes).items() if t is not None}
    path = tmp_path / "theirs.safetensors"
    save_file(tensors, path)
    with pytest.raises(ModelError, match=message) as error:
        dw.from_torch(path, "relu")
    assert str(path) in str(error.value)


def test_an_order_that_shapes_leave_open_is_refused(tmp_path):
    _, tensors = state_dict(("start.", "second.", "first.", "end."), (784, 30, 30, 30, 10))
    save_file(tensors, tmp_path / "theirs.safetensors")
    with pytest.raises(ModelError, match=r"no one order .*; number the names of the layers"):
        dw.from_torch(tmp_path / "theirs.safetensors", "relu")


def test_what_is_said_wrongly_is_refused(tmp_path):
    path = tmp_path / "theirs.safetensors"
    _, tensors = state_dict(("0.", "2.", "4."))
    save_file(tensors, path)
    with pytest.raises(ModelError, match="activation of sigmoid, tanh, relu; found 'gelu'"):
        dw.from_torch(path, "gelu")
    save_file({name: t.astype(np.int32) for name, t in tensors.items()}, path)
    with pytest.raises(ModelError, match=r"F16, F32, F64; found I32: .*model.float\(\)"):
        dw.from_torch(path, "relu")
    dw.export(make_network([784, 5, 10], "tanh"), "torch", tmp_path / "ours.safetensors")
    with pytest.raises(ModelError, match="expected the activation 'relu'; found tanh"):
        dw.from_torch(tmp_path / "ours.safetensors", "relu")


def test_a_header_of_ours_must_fit_the_tensors(calibrated, tmp_path):
    path = dw.export(calibrated, "torch", tmp_path / "net.safetensors")
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    header = json.loads(metadata["digitwise"]) | {"sizes": [784, 12, 12, 10]}
    save_file(load_file(path), path, metadata=metadata | {"digitwise": json.dumps(header)})
    with pytest.raises(ModelError, match="so expected the tensors"):
        read_model(path)


def test_softmax_outputs_are_calibrated_on_digits(bundled, tmp_path):
    """Logits of a softmax may lie anywhere: as sigmoid outputs they say nothing of confidence."""
    train, test = bundled
    x, y = train.inputs(np.float64), np.eye(10)[train.labels]
    w, b = np.zeros((10, 784)), np.zeros(10)
    for _ in range(60):  # multinomial logistic regression, by gradient descent
        z = x @ w.T + b
        p = np.exp(z - z.max(axis=1, keepdims=True))
        delta = (p / p.sum(axis=1, keepdims=True) - y) / len(x)
        w, b = w - 0.5 * delta.T @ x, b - 0.5 * delta.sum(axis=0)
    path = tmp_path / "theirs.safetensors"
    save_file({"weight": w, "bias": b - 7}, path)  # the same softmax, all logits low
    model = import_torch(path, test, "digits")
    right = model.network.predict(test.inputs()) == test.labels
    assert model.results == {"test_accuracy": right.mean(), "test_n": 360}
    assert model.results["test_accuracy"] > 0.85
    z = model.network.weighted_outputs(test.inputs())
    unseen = slice(1, None, 2)
    confidence = probabilities_of(z, model.calibration).max(axis=1)[unseen]
    assert probabilities_of(z, None).max(axis=1).mean() < 0.5
    assert abs(confidence.mean() - right[unseen].mean()) < 0.1
    assert model.calibration.source == "180 of the 360 test digits of digits"
    assert str(tmp_path) not in to_bytes(model).decode(errors="replace")


def test_what_cannot_be_measured_is_not_imported(tmp_path):
    path = tmp_path / "theirs.safetensors"
    _, tensors = state_dict([""], (784, 4))
    save_file(tensors, path)
    with pytest.raises(InputError, match="784 inputs and 10 outputs; this one has 784 and 4"):
        import_torch(path, random_digits(20), "noise")
    _, tensors = state_dict([""], (784, 10))
    save_file(tensors, path)
    with pytest.raises(InputError, match="expected two digits or more to calibrate with; found 1"):
        import_torch(path, random_digits(1), "noise")
