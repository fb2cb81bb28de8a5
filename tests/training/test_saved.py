"""Checkpoints, damaged in any way: refused, before anything of them is used."""

import copy
import json
import random

import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

import digitwise as dw
from digitwise.errors import DigitwiseError, ModelError
from digitwise.models.header import KEY
from digitwise.training.saved import read_saved

VALUES = [
    *(None, True, 0, -1, 3, 10**30, 1.5, 1e308, "", "sigmoid", "float16", "a" * 300, "5"),
    *([], [1], ["x"], [[]], {}, {"a": 1}),
]


def half_way(path, train, test, **settings):
    """Stop a run after 2 of 3 epochs, and return its checkpoint."""
    dw.fit(
        dw.Network([784, 5, 10], rng=0),
        train,
        test,
        epochs=3,
        callbacks=[dw.Checkpoint(path)],
        progress=lambda history: len(history.epochs) == 2,
        **settings,
    )
    return path.with_name("net.checkpoint.safetensors")


@pytest.fixture
def checkpoint(tmp_path, bundled):
    """A checkpoint's path, and what rewrites it with another header."""
    path = half_way(tmp_path / "net.safetensors", bundled[0][:60], bundled[1][:20], momentum=0.5)
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118

    def write(header):
        save_file(tensors, path, {**metadata, KEY: json.dumps(header)})

    return path, json.loads(metadata[KEY]), write


def places(part, path=()):
    """Where the values of a header are, at any depth."""
    for key in part if isinstance(part, dict) else range(len(part)):
        yield (*path, key)
        if isinstance(part[key], dict | list):
            yield from places(part[key], (*path, key))


def holder(header, path):
    for key in path[:-1]:
        header = header[key]
    return header


def test_whatever_is_changed_in_a_checkpoint_ends_in_an_error_of_ours(checkpoint, bundled):
    path, header, write = checkpoint
    rng, ended = random.Random(0), []
    for _ in range(250):
        changed = copy.deepcopy(header)
        place = rng.choice(list(places(changed)))
        if rng.random() < 0.2:
            del holder(changed, place)[place[-1]]
        else:
            holder(changed, place)[place[-1]] = rng.choice(VALUES)
        path.with_name("net.safetensors").unlink(missing_ok=True)
        write(changed)
        try:
            dw.resume(path, bundled[0][:60], bundled[1][:20], progress=False)
            ended.append("resumed")
        except DigitwiseError as error:
            ended.append(type(error).__name__)
    assert ended.count("resumed") > 10  # a change of what only tells of the run
    assert ended.count("ModelError") > 100


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("train_n",), 0),
        (("train_n",), "60"),
        (("history", "position"), 60),
        (("history", "position"), 1.5),
        (("history", "epochs", 0, "epoch"), 2),
        (("history", "epochs", 1, "cost"), 10**400),
        (("history", "epochs", 1, "train_accuracy"), 1.5),
        (("settings", "batch_size"), 0),
        (("settings", "store"), "sigmoid"),
    ],
)
def test_what_no_run_has_is_refused(checkpoint, place, value):
    path, header, write = checkpoint
    assert read_saved(path).history.position == 0
    holder(header["training"], place)[place[-1]] = value
    write(header)
    with pytest.raises(ModelError, match="can't be resumed"):
        read_saved(path)


@pytest.mark.parametrize("signs", [3, "relu", [], True])
def test_a_network_of_signs_is_an_object(checkpoint, signs):
    path, header, write = checkpoint
    write({**header, "signs": signs})
    with pytest.raises(ModelError, match="expected an object under 'signs'"):
        read_saved(path)
