import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from digitwise.errors import DataError, DigitwiseError, InputError, ModelError, TrainingError
from digitwise.models.calibration import calibrate
from digitwise.models.files import read_model, save
from digitwise.network import Network
from digitwise.settings import Settings
from digitwise.training.checkpoint import checkpoint_path, find_checkpoint, model_path
from digitwise.training.evaluation import evaluate
from digitwise.training.presets import PRESETS
from digitwise.training.run import Run
from digitwise.training.saved import read_saved
from digitwise.training.start import make_network
from tests.conftest import ends_within

SMALL = Settings(data="digits", hidden=(15,), epochs=3, engine="reference")


def go_on(history):
    return False


def test_a_finished_run_leaves_the_model_alone(bundled, tmp_path):
    run = Run.start(SMALL, *bundled, tmp_path / "net.safetensors")
    assert run.go(go_on)
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]
    model = read_model(tmp_path / "net.safetensors")
    assert model.results == {
        "test_accuracy": run.history.epochs[-1].test_accuracy,
        "test_n": 360,
    }
    assert model.training["command"] == SMALL.command()


def test_the_seed_makes_the_start_and_the_order(bundled, tmp_path):
    contents = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        path = tmp_path / f"{name}.safetensors"
        Run.start(Settings(**{**SMALL.to_dict(), "seed": seed}), *bundled, path).go(go_on)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1] != contents[2]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"engine": "fused"},
        {"engine": "fused", "momentum": 0.5, "nesterov": True, "weight_decay": 0.01},
        {"engine": "dense", "momentum": 0.5, "dropout": 0.2, "schedule": "cosine"},
        {"deform": "wild", "non_digits": 0.2, "average": 0.5, "momentum": 0.5, "plain_epochs": 1},
        {"validation": 200, "patience": 1, "average": 1.0, "store": "float16"},
    ],
    ids=str,
)
def test_stopped_and_resumed_is_the_same_file(bundled, tmp_path, chunks, changes):
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    settings = replace(SMALL, **changes)
    Run.start(settings, *bundled, whole).go(go_on)
    run = Run.start(settings, *bundled, parts)
    stops = 0
    while not run.go(lambda history: True):
        stops += 1
        assert not parts.exists()
        saved = read_saved(find_checkpoint(parts))
        run = saved.resume(*bundled, parts)
    assert stops >= 5
    assert parts.read_bytes() == whole.read_bytes()
    assert not checkpoint_path(parts).exists()


def test_a_model_that_is_there_stays_until_the_new_one_is_complete(bundled, tmp_path):
    out = tmp_path / "net.safetensors"
    save(Network([784, 10], rng=0), out)
    before = out.read_bytes()
    run = Run.start(SMALL, *bundled, out)
    assert not run.go(lambda history: True)
    assert out.read_bytes() == before
    assert read_saved(find_checkpoint(out)).resume(*bundled, out).go(go_on)
    assert out.read_bytes() != before


def test_an_unfinished_run_is_kept_when_another_begins(bundled, tmp_path):
    out = tmp_path / "net.safetensors"
    for number in (1, 2):
        assert not Run.start(SMALL, *bundled, out).go(lambda history: True)
        unfinished = checkpoint_path(out).read_bytes()
        run = Run.start(SMALL, *bundled, out)
        assert run.aside == tmp_path / f"net.checkpoint.{number}.safetensors"
        assert run.aside.read_bytes() == unfinished


def test_divergence_keeps_the_last_good_network(bundled, tmp_path):
    """A rate of 1e39 is infinite in float32, on every processor."""
    out = tmp_path / "net.safetensors"
    settings = Settings(**{**SMALL.to_dict(), "activation": "relu", "learning_rate": 1e39})
    with pytest.raises(TrainingError, match=r"kept in .*net.checkpoint.safetensors"):
        Run.start(settings, *bundled, out).go(go_on)
    start = Network([784, 15, 10], init="scaled", cost="cross-entropy", activation="relu", rng=0)
    kept = read_model(checkpoint_path(out)).network
    np.testing.assert_array_equal(kept.weights[0], start.weights[0].astype(np.float32))
    assert not out.exists()


def test_a_falling_learning_rate_fixes_the_end(bundled, tmp_path):
    out = tmp_path / "net.safetensors"
    Run.start(replace(SMALL, schedule="linear"), *bundled, out).go(lambda history: True)
    saved = read_saved(find_checkpoint(out))
    with pytest.raises(InputError, match=r"schedule linear, .*, after 3 epochs"):
        saved.with_epochs(5)
    assert saved.with_epochs(3).settings.epochs == 3


def test_validation_digits_are_set_aside_and_calibrate(bundled, tmp_path):
    train, test = bundled
    out = tmp_path / "net.safetensors"
    settings = replace(SMALL, validation=300, epochs=4)
    run = Run.start(settings, train, test, out)
    np.testing.assert_array_equal(run.train.images, train.images[:-300])
    np.testing.assert_array_equal(run.validation.images, train.images[-300:])
    assert run.go(go_on)
    model = read_model(out)
    rows = run.history.epochs
    assert [e.test_accuracy for e in rows] == [None] * 4
    assert rows[-1].validation_accuracy == evaluate(model.network, train[-300:]).accuracy
    assert model.results == {"test_accuracy": evaluate(model.network, test).accuracy, "test_n": 360}
    assert "last 300 training digits" in model.calibration.source
    assert model.calibration.n == 300
    z = model.network.weighted_outputs(train[-300:].inputs())
    assert model.calibration == calibrate(z, train.labels[-300:], model.calibration.source)
    assert model.training["train_n"] == len(train) - 300
    # Without, there is no telling.
    Run.start(SMALL, train, test, out).go(go_on)
    assert read_model(out).calibration is None


def test_so_many_validation_digits_leave_none_to_train_on(bundled, tmp_path):
    settings = replace(SMALL, validation=len(bundled[0]))
    with pytest.raises(InputError, match="fewer than 1,437 validation digits"):
        Run.start(settings, *bundled, tmp_path / "net.safetensors")


def test_half_the_bytes(bundled, tmp_path):
    out = tmp_path / "net.safetensors"
    sizes = []
    for store in ("float32", "float16"):
        run = Run.start(replace(SMALL, store=store), *bundled, out)
        run.go(go_on)
        model = read_model(out)
        # The file has just what was measured.
        for a, b in zip(run.network.weights, model.network.weights, strict=True):
            np.testing.assert_array_equal(a, b)
        assert evaluate(model.network, bundled[1]).accuracy == model.results["test_accuracy"]
        assert model.network.dtype == np.float32
        sizes.append(2 * model.network.parameter_count * (2 if store == "float32" else 1))
        assert sizes[-1] < out.stat().st_size < sizes[-1] + 6000
    with pytest.raises(InputError, match="leads up to its end"):
        read_saved(out).with_epochs(100)


@pytest.mark.parametrize("changes", [{"schedule": "cosine", "momentum": 0.5}, {"average": 1.0}])
def test_a_planned_run_that_is_over_is_over(bundled, tmp_path, changes):
    out = tmp_path / "net.safetensors"
    Run.start(replace(SMALL, **changes), *bundled, out).go(go_on)
    model, content = read_model(out), out.read_bytes()
    assert (model.velocity, model.average) == (None, None)
    assert read_saved(out).resume(*bundled, out).go(go_on)
    assert out.read_bytes() == content


def test_momentum_cannot_go_on_without_its_velocities(bundled, tmp_path):
    out = tmp_path / "net.safetensors"
    Run.start(replace(SMALL, momentum=0.5, epochs=1), *bundled, out).go(go_on)
    model = read_model(out)
    assert model.velocity is not None
    save(replace(model, velocity=None), out)
    with pytest.raises(ModelError, match="can't be resumed"):
        read_saved(out)


def test_a_run_in_the_middle_of_an_epoch_cannot_end_with_the_one_before(bundled, tmp_path, chunks):
    out = tmp_path / "net.safetensors"
    run = Run.start(SMALL, *bundled, out)
    run.go(lambda history: len(history.epochs) == 1 and history.position > 0)
    saved = read_saved(find_checkpoint(out))
    with pytest.raises(InputError, match="1 epochs and a part of the next behind it"):
        saved.with_epochs(1)
    assert saved.with_epochs(2).resume(*bundled, out).go(go_on)
    whole = tmp_path / "whole.safetensors"
    Run.start(replace(SMALL, epochs=2), *bundled, whole).go(go_on)
    assert out.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda t: t.update(settings="x"),
        lambda t: t["settings"].update(batch_size="10"),
        lambda t: t["settings"].update(batch_size=None),
        lambda t: t["settings"].update(learning_rate=[1]),
        lambda t: t["settings"].update(limit={}),
        lambda t: t["settings"].update(hidden=5),
        lambda t: t["settings"].update(hidden=[16]),
        lambda t: t["settings"].update(engine="warp"),
        lambda t: t["settings"].update(surprise=1),
        lambda t: t.update(history=[]),
        lambda t: t["history"].update(position=-5),
        lambda t: t["history"].update(epochs=[{"epoch": 1}]),
        lambda t: t["history"].update(epochs=[{"epoch": 1, "cost": "x", "train_accuracy": 1}]),
        lambda t: t.pop("train_n"),
    ],
)
def test_a_tampered_run_is_refused(bundled, tmp_path, tamper):
    out = tmp_path / "net.safetensors"
    Run.start(SMALL, *bundled, out).go(go_on)
    model = read_model(out)
    tamper(model.training)
    save(model, out)
    with pytest.raises(ModelError, match="can't be resumed"):
        read_saved(out)


def test_other_digits_are_refused(bundled, tmp_path):
    out = tmp_path / "net.safetensors"
    Run.start(SMALL, *bundled, out).go(lambda history: True)
    with pytest.raises(DataError, match="not the training digits that the run began with"):
        read_saved(find_checkpoint(out)).resume(bundled[1], bundled[1], out)


def test_a_model_that_was_not_trained_here_cannot_be_resumed(tmp_path):
    save(Network([784, 10], rng=0), tmp_path / "net.safetensors")
    with pytest.raises(ModelError, match="can't be resumed"):
        read_saved(tmp_path / "net.safetensors")


def test_a_folder_that_cannot_be_written(bundled, tmp_path):
    run = Run.start(SMALL, *bundled, tmp_path / "nowhere" / "net.safetensors")
    with pytest.raises(DigitwiseError, match="can't write"):
        run.go(go_on)


def test_what_is_there_is_found_under_either_name(tmp_path):
    model, checkpoint = tmp_path / "a.safetensors", tmp_path / "a.checkpoint.safetensors"
    assert find_checkpoint(model) == model
    for there in (model, checkpoint):
        there.touch()
        assert find_checkpoint(model) == find_checkpoint(checkpoint) == there


def test_a_run_begins_with_a_trained_network(bundled, tmp_path):
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    Run.start(SMALL, *bundled, first).go(go_on)
    settings = replace(SMALL, start_from=(str(first),), epochs=0)
    run = Run.start(settings, *bundled, second)
    run.go(go_on)
    trained = read_model(first).network
    for found, wanted in zip(read_model(second).network.weights, trained.weights, strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert f"--start-from {first}" in settings.command()
    with pytest.raises(InputError, match="expected 784-7-10, sigmoid: give its --conv"):
        Run.start(replace(settings, hidden=(7,)), *bundled, second)
    with pytest.raises(ModelError, match="no model 'nothing'"):
        Run.start(replace(settings, start_from=("nothing",)), *bundled, second)


def test_a_run_begins_with_the_average_of_several(bundled, tmp_path):
    paths = [tmp_path / f"{seed}.safetensors" for seed in range(3)]
    for seed, path in enumerate(paths):
        Run.start(replace(SMALL, seed=seed, epochs=1), *bundled, path).go(go_on)
    settings = replace(SMALL, start_from=tuple(map(str, paths)))
    network = make_network(settings)
    trained = [read_model(path).network for path in paths]
    for found, *all_of_it in zip(network.weights, *(t.weights for t in trained), strict=True):
        np.testing.assert_allclose(found, sum(all_of_it) / 3, rtol=1e-5, atol=1e-7)
    assert f"--start-from {paths[0]} --start-from {paths[1]}" in settings.command()
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    # As earlier files have it.
    for before, now in (("one", ("one",)), (None, ())):
        saved = {**settings.to_dict(), "start_from": before}
        assert Settings.from_dict(saved).start_from == now


def test_a_checkpoint_is_named_after_its_model(tmp_path):
    assert checkpoint_path(tmp_path / "a.safetensors") == tmp_path / "a.checkpoint.safetensors"
    assert model_path(tmp_path / "a.checkpoint.safetensors") == tmp_path / "a.safetensors"
    assert model_path(tmp_path / "a.safetensors") == tmp_path / "a.safetensors"


@pytest.mark.parametrize("name", PRESETS)
def test_settings_survive_the_model_file(name):
    assert Settings.from_dict(PRESETS[name].to_dict()) == PRESETS[name]


# Checkpoints after every chunk, so that kills meet as many moments of writing as can be.
OFTEN = (
    "from digitwise.training import checkpoint, feed; "
    "checkpoint.INTERVAL_S = 0; feed.PART_EXAMPLES = 300;"
)
COMMAND = OFTEN + "from digitwise.cli import main; main()"
PYTHON = f"""{OFTEN}
import sys
import digitwise as dw

path, engine, batch_size, momentum, dropout, resume = sys.argv[1:]
train, test = dw.load("digits")
if resume == "True":
    dw.resume(path, train, test)
else:
    dw.fit(
        dw.Network([784, 40, 10], rng=3), train, test, epochs=60, batch_size=int(batch_size),
        seed=3, engine=engine, momentum=float(momentum), dropout=float(dropout),
        callbacks=[dw.Checkpoint(path)],
    )
"""


def by_command(out, engine, batch_size, momentum, dropout, resume):
    epochs = 10 if engine == "conv" else 40  # a few seconds of training
    settings = ["--hidden", 40, "--epochs", epochs, "--batch-size", batch_size, "--seed", 3]
    settings += ["--engine", engine, "--momentum", momentum, "--dropout", dropout]
    settings += ["--convolutions", "3x3x4p2,3x3x4p2"] if engine == "conv" else []
    settings += ["--deform", "wild"] if engine == "dense" else []
    words = ["--resume", out] if resume else ["--data", "digits", *settings, "--out", out]
    return [sys.executable, "-c", COMMAND, "train", *map(str, words)]


def by_python(*arguments):
    return [sys.executable, "-c", PYTHON, *map(str, arguments)]


@pytest.mark.parametrize(
    ("run", "how"),
    [
        (by_command, ("reference", 10, 0, 0)),
        (by_command, ("fused", 64, 0.5, 0)),
        (by_command, ("dense", 100, 0.5, 0.1)),
        (by_command, ("conv", 50, 0.5, 0)),
        (by_python, ("fused", 32, 0.5, 0)),
    ],
    ids=["reference", "fused", "dense", "conv", "python"],
)
def test_killed_at_random_moments_and_resumed_ends_with_the_same_file(tmp_path, run, how):
    kills = int(os.environ.get("DIGITWISE_KILLS", "8")) // 8
    whole, out = tmp_path / "whole.safetensors", tmp_path / "net.safetensors"
    started = time.monotonic()
    subprocess.run(run(whole, *how, False), check=True, capture_output=True)
    duration = time.monotonic() - started
    expected = hashlib.sha256(whole.read_bytes()).hexdigest()
    rng = np.random.default_rng(how[1])
    killed = 0
    while killed < kills:
        command = run(out, *how, False)
        while True:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if ends_within(process, rng.uniform(0.3, duration)):
                break
            killed += 1
            for path in tmp_path.glob("*.safetensors"):
                read_model(path)  # every file that is there is whole
            if checkpoint_path(out).exists() or out.exists():
                command = run(rng.choice([out, checkpoint_path(out)]), *how, True)
        assert hashlib.sha256(out.read_bytes()).hexdigest() == expected
        out.unlink()
    assert {path.name for path in tmp_path.iterdir()} == {"whole.safetensors"}
