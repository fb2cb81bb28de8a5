import io
import json
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save as serialise

import digitwise as dw
from digitwise.costs import COSTS
from digitwise.errors import DigitwiseError, ModelError
from digitwise.models.files import MOST_HEADER, Model, load_model, read_model, save, to_bytes
from digitwise.models.header import KEY
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS

NET = Network([4, 3, 2], rng=0)
CONTENT = to_bytes(Model(NET))


@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    cost=st.sampled_from(sorted(COSTS)),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_a_saved_network_is_loaded_unchanged(tmp_path_factory, sizes, activation, cost, dtype):
    net = Network(sizes, activation=activation, cost=cost, rng=1, dtype=dtype)
    path = tmp_path_factory.mktemp("model") / "net.safetensors"
    dw.save(net, path)
    loaded = dw.load_model(path)
    assert vars(loaded).keys() == vars(net).keys()
    assert (loaded.sizes, loaded.activation, loaded.cost) == (sizes, activation, cost)
    assert loaded.dtype == dtype
    for ours, theirs in zip(
        [*net.weights, *net.biases], [*loaded.weights, *loaded.biases], strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert to_bytes(Model(loaded)) == path.read_bytes()


def test_what_is_known_of_a_network_survives(tmp_path):
    known = Model(NET, {"command": "digitwise train", "n": [1, 2]}, {"test_accuracy": 0.5})
    save(known, tmp_path / "net.safetensors")
    found = read_model(tmp_path / "net.safetensors")
    assert (found.training, found.results) == (known.training, known.results)


def test_a_loaded_network_can_be_trained_on(tmp_path, few):
    save(Network([784, 10], rng=0), tmp_path / "net.safetensors")
    net = load_model(tmp_path / "net.safetensors")
    before = net.weights[0].copy()
    dw.fit(net, few, epochs=1)
    assert (net.weights[0] != before).any()


def test_a_network_that_is_not_finite_is_not_saved(tmp_path):
    net = Network([4, 2], rng=0)
    path = tmp_path / "net.safetensors"
    save(net, path)
    before = path.read_bytes()
    net.weights[0][0, 0] = np.nan
    with pytest.raises(ModelError, match="not finite"):
        save(net, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["net.safetensors"]


def header(**changes):
    metadata = {
        "format": 1, "sizes": [4, 3, 2], "dtype": "float64", "activation": "sigmoid",
        "output": "sigmoid", "cost": "quadratic", "init": "gaussian", "framing": "mnist",
        "training": {}, "results": {}, **changes,
    }  # fmt: skip
    return {KEY: json.dumps(metadata)}


def tensors(**changes):
    found = {
        "weights.0": NET.weights[0], "biases.0": NET.biases[0],
        "weights.1": NET.weights[1], "biases.1": NET.biases[1], **changes,
    }  # fmt: skip
    return {name: tensor for name, tensor in found.items() if tensor is not None}


def zipped():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("data.pkl", b"x")
    return content.getvalue()


def with_header(text):
    return struct.pack("<Q", len(text)) + text


class Evil:
    def __reduce__(self):
        return (print, ("a pickle was executed",))


WRONG = {
    "empty": (b"", "not a model file"),
    "seven bytes": (b"\x10" * 7, "not a model file"),
    "pickle": (pickle.dumps(Evil()), "is a pickle: refused"),
    "pytorch": (zipped(), "is a ZIP archive"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "is HDF5"),
    "text": (b"These are no weights at all, only words.", "not a model file"),
    "huge header": (struct.pack("<Q", 2**63) + bytes(100), "not a model file"),
    "long header": (struct.pack("<Q", MOST_HEADER + 1) + bytes(2 * MOST_HEADER), "not a model"),
    "header past the end": (struct.pack("<Q", 1000) + b"{}", "not a model file"),
    "header is no JSON": (with_header(b"{" * 300), "damaged"),
    "deep header": (with_header(b"[" * 100_000), "damaged"),
    "offsets past the end": (
        with_header(b'{"a":{"dtype":"F32","shape":[99],"data_offsets":[0,396]}}'),
        "damaged",
    ),
    "truncated": (CONTENT[:-1], "damaged"),
    "padded": (CONTENT + b"\0", "damaged"),
    "not ours": (serialise(tensors(), metadata={"made": "elsewhere"}), "not one of digitwise"),
    "no metadata": (serialise(tensors()), "not one of digitwise"),
    "metadata no JSON": (serialise(tensors(), metadata={KEY: "{"}), "damaged"),
    "metadata deep": (serialise(tensors(), metadata={KEY: "[" * 200_000}), "damaged"),
    "metadata a list": (serialise(tensors(), metadata={KEY: "[]"}), "format 1, found"),
    "another format": (serialise(tensors(), metadata=header(format=2)), "format 1, found 2"),
    "no sizes": (serialise(tensors(), metadata=header(sizes=None)), "layer sizes; found None"),
    "one size": (serialise(tensors(), metadata=header(sizes=[4])), r"layer sizes; found \[4\]"),
    "negative": (serialise(tensors(), metadata=header(sizes=[4, -3, 2])), "layer sizes"),
    "not whole": (serialise(tensors(), metadata=header(sizes=[4, 3.5, 2])), "layer sizes"),
    "lying sizes": (
        serialise(tensors(), metadata=header(sizes=[10**6, 10**6, 2])),
        "can't hold them",
    ),
    "too many layers": (serialise(tensors(), metadata=header(sizes=[1] * 1000)), "layer sizes"),
    "unknown activation": (serialise(tensors(), metadata=header(activation="x")), "activation"),
    "unknown output": (serialise(tensors(), metadata=header(output="softmin")), "softmin"),
    "unknown dtype": (serialise(tensors(), metadata=header(dtype="complex")), "damaged"),
    "training no object": (serialise(tensors(), metadata=header(training=3)), "'training'"),
    "missing tensor": (
        serialise(tensors(**{"biases.1": None}), metadata=header()),
        "expected the tensors .*biases.1",
    ),
    "extra tensor": (
        serialise(tensors(**{"weights.2": np.zeros(3)}), metadata=header()),
        "found .*weights.2",
    ),
    "misshapen": (
        serialise(tensors(**{"weights.0": np.zeros((4, 3))}), metadata=header()),
        r"weights.0 to be float64 of shape \(3, 4\); found F64 of shape \(4, 3\)",
    ),
    "wrong type": (
        serialise(tensors(**{"biases.0": np.zeros(3, np.float32)}), metadata=header()),
        "found F32",
    ),
    "integers": (
        serialise(tensors(**{"biases.0": np.zeros(3, np.int64)}), metadata=header()),
        "found I64",
    ),
    "nan": (
        serialise(tensors(**{"biases.0": np.full(3, np.nan)}), metadata=header()),
        "biases.0 holds numbers that are not finite",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_hostile_and_damaged_files_are_refused(tmp_path, kind, capsys):
    content, message = WRONG[kind]
    path = tmp_path / "net.safetensors"
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(ModelError, match=message) as error:
        read_model(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 << 20
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)
    assert "executed" not in capsys.readouterr().out


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as file:
        file.write(CONTENT)
        file.truncate(2 << 30)  # sparse: it takes no room
    with pytest.raises(ModelError, match="2,147,483,648 bytes; a model file has at most"):
        read_model(path)


@given(st.integers(0, len(CONTENT) - 1), st.integers(1, 255))
def test_any_flipped_byte_is_refused_or_gives_a_finite_network(tmp_path_factory, place, value):
    content = bytearray(CONTENT)
    content[place] ^= value
    path = tmp_path_factory.mktemp("flip") / "net.safetensors"
    path.write_bytes(content)
    try:
        net = load_model(path)
    except ModelError:
        return
    assert net.sizes == [4, 3, 2]
    assert np.isfinite(net.feedforward(np.ones(4))).all()


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(ModelError, match="No such file"):
        read_model(tmp_path / "nothing.safetensors")
    with pytest.raises(ModelError, match="is a folder"):
        read_model(tmp_path)
    with pytest.raises(DigitwiseError, match="can't write"):
        save(NET, tmp_path / "no" / "folder.safetensors")
    with pytest.raises(DigitwiseError, match="is a folder"):
        save(NET, tmp_path)
