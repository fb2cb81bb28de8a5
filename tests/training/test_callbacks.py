"""Callbacks of the loop: when they are called, and the effects of the included ones."""

import ast
import io
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import digitwise as dw
from digitwise.engines.fused import FusedEngine
from digitwise.errors import InputError, TrainingError
from digitwise.models.files import read_model
from digitwise.settings import DEFAULTS, Settings
from digitwise.training.find_rate import STEPS_PER_DECADE
from digitwise.training.loop import Training
from digitwise.training.progress import Shown

PACKAGE = Path(dw.__file__).parent
HOW = {"epochs": 3, "learning_rate": 0.5, "batch_size": 10}


def small(rng=0, **options):
    return dw.Network([784, 12, 10], rng=rng, **options)


def same(a, b):
    pairs = zip([*a.weights, *a.biases], [*b.weights, *b.biases], strict=True)
    return all(np.array_equal(x, y) for x, y in pairs)


class Noting(dw.Callback):
    """Notes the calls, and stops at the given hook."""

    def __init__(self, stop_at=None):
        self.seen, self.stop_at = [], stop_at

    def note(self, hook, training):
        self.seen.append((hook, len(training.history.epochs), training.history.position))
        return self.seen[-1] == self.stop_at

    def begin_run(self, training):
        return self.note("begin_run", training)

    def begin_epoch(self, training):
        return self.note("begin_epoch", training)

    def begin_step(self, training):
        return self.note("begin_step", training)

    def end_step(self, training):
        assert training.learnt > 0
        return self.note("end_step", training)

    def end_epoch(self, training):
        return self.note("end_epoch", training)

    def end_run(self, training):
        self.note("end_run", training)
        self.error = training.error


def test_hooks_are_called_in_this_order(bundled, chunks):
    noting = Noting()
    dw.fit(small(), bundled[0][:500], epochs=2, callbacks=[noting])
    epoch = [
        ("begin_epoch", 0), ("begin_step", 0), ("end_step", 300), ("begin_step", 300),
        ("end_step", 500),
    ]  # fmt: skip
    assert noting.seen == [
        ("begin_run", 0, 0),
        *((hook, 0, at) for hook, at in epoch),
        ("end_epoch", 1, 0),
        *((hook, 1, at) for hook, at in epoch),
        ("end_epoch", 2, 0),
        ("end_run", 2, 0),
    ]
    assert noting.error is None


@pytest.mark.parametrize(
    ("stop_at", "left"),
    [
        (("begin_run", 0, 0), (0, 0)),
        (("begin_epoch", 0, 0), (0, 0)),
        (("begin_step", 0, 300), (0, 300)),
        (("end_step", 0, 300), (0, 300)),
        (("end_step", 0, 500), (1, 0)),  # the epoch is measured before
        (("end_epoch", 1, 0), (1, 0)),
    ],
    ids=str,
)
def test_each_may_stop_the_run_which_then_goes_on(bundled, chunks, stop_at, left):
    train = bundled[0][:500]
    whole, parts = small(), small()
    dw.fit(whole, train, epochs=3)
    noting = Noting(stop_at)
    history = dw.fit(parts, train, epochs=3, callbacks=[noting])
    assert (len(history.epochs), history.position) == left
    assert noting.seen[-1][0] == "end_run"
    dw.fit(parts, train, epochs=3, history=history)
    assert same(whole, parts)


def test_the_end_of_the_run_is_told_of_errors(bundled):
    noting = Noting()
    net = small(activation="relu", cost="cross-entropy", init="gaussian", dtype=np.float32)
    with pytest.raises(TrainingError):
        dw.fit(net, bundled[0], learning_rate=1e30, callbacks=[noting])
    assert isinstance(noting.error, TrainingError)


def test_from_the_command_to_the_engine_are_seven_hops_at_most(monkeypatch, tmp_path):
    """The learning rate is handed on by few functions of ours."""
    stacks = []
    run = FusedEngine.run

    def spy(self, *arguments, **named):
        assert 0.123 in [a for a in arguments if isinstance(a, float)]
        stacks.append(traceback.extract_stack())
        return run(self, *arguments, **named)

    monkeypatch.setattr(FusedEngine, "run", spy)
    monkeypatch.setattr("digitwise.training.loop.warm_up", lambda *_: None)
    monkeypatch.setattr("digitwise.cli.training.warm_up", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    from typer.testing import CliRunner

    from digitwise.cli import app

    options = ["--data", "digits", "--epochs", "1", "--learning-rate", "0.123"]
    ran = CliRunner().invoke(app, ["train", *options, "--engine", "fused"])
    assert ran.exit_code == 0, ran.output
    own = [f for f in stacks[0] if Path(f.filename).is_relative_to(PACKAGE)]
    hops = [f.name for f in own if Path(f.filename).name != "logs.py"]  # around every command
    assert hops[0] == "train"
    assert len(hops) <= 7, hops


def test_no_file_has_a_second_training_loop():
    """Nothing but the loop has an engine take steps (and `warm_up`, which compiles)."""
    callers = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "run"
                and ast.unparse(node.func.value).endswith(("engine", "runner", "Engine()"))
            ):
                callers.add(path.name)
    assert callers == {"loop.py", "warm_up.py"}
    # No order of an epoch is gone through by hand, either.
    users = {
        path.name
        for path in PACKAGE.rglob("*.py")
        if "epoch_order(" in path.read_text() and "lab" not in path.parts
    }
    assert users == {"feed.py", "mixture.py", "run.py"}


def test_the_best_epoch_is_what_the_network_ends_with(bundled, tmp_path):
    train, test = bundled
    kept = {}

    class Keep(dw.Callback):
        def end_epoch(self, training):
            kept[training.history.epochs[-1].validation_accuracy] = training.network.weights[
                0
            ].copy()

    net = small()
    path = tmp_path / "best.safetensors"
    history = dw.fit(
        net, train, validation=test, epochs=12, learning_rate=6.0,
        callbacks=[Keep(), dw.BestModel(path)],
    )  # fmt: skip
    accuracies = [e.validation_accuracy for e in history.epochs]
    assert accuracies[-1] < max(accuracies)
    np.testing.assert_array_equal(net.weights[0], kept[max(accuracies)])
    assert same(read_model(path).network, net)
    assert dw.evaluate(net, test).accuracy == max(accuracies)
    assert history.best is None


def test_the_best_of_equal_epochs_is_the_first(bundled):
    train = bundled[0]
    seen = []

    class Keep(dw.Callback):
        def end_epoch(self, training):
            seen.append(training.network.weights[0].copy())

    net = small()
    # So small a rate changes no answer.
    dw.fit(net, train, validation=train[:20], epochs=3, learning_rate=1e-12, keep_best=True,
           callbacks=[Keep()])  # fmt: skip
    np.testing.assert_array_equal(net.weights[0], seen[0])
    assert not np.array_equal(seen[0], seen[2])


@pytest.mark.parametrize("callback", [dw.BestModel(), dw.EarlyStopping(2)])
def test_without_validation_digits_there_is_nothing_to_judge_by(bundled, callback):
    with pytest.raises(InputError, match="validation digits"):
        dw.fit(small(), bundled[0], epochs=1, callbacks=[callback])


def test_early_stopping_is_the_same_as_callback_and_as_setting(bundled):
    train, test = bundled
    nets = [small(), small()]
    histories = [
        dw.fit(net, train, validation=test, epochs=100, learning_rate=1.0, **how)
        for net, how in zip(
            nets, [{"patience": 2}, {"callbacks": [dw.EarlyStopping(2)]}], strict=True
        )
    ]
    assert same(*nets)
    assert len(histories[0].epochs) == len(histories[1].epochs) < 100
    with pytest.raises(InputError, match="expected patience to be a whole number, 1 or above"):
        dw.EarlyStopping(0)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"momentum": 0.5, "average": 0.5, "deform": "mnist", "plain_epochs": 1},
        {"keep_best": True, "patience": 2, "learning_rate": 5.0},
        {"engine": "dense", "dropout": 0.2, "schedule": "cosine", "store": "float16"},
    ],
    ids=str,
)
def test_a_checkpoint_of_python_goes_on_from_python(bundled, tmp_path, chunks, how):
    train, test = bundled
    train = train[:700]
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    settings = replace(DEFAULTS, epochs=3, seed=4).changed(how)
    dw.fit(small(), train, test, test, settings=settings, callbacks=[dw.Checkpoint(whole)])
    assert [p.name for p in tmp_path.iterdir()] == ["whole.safetensors"]
    stop = {"progress": lambda history: True}
    dw.fit(small(), train, test, test, settings=settings, callbacks=[dw.Checkpoint(parts)], **stop)
    stops = 0
    while not parts.exists():
        stops += 1
        assert (tmp_path / "parts.checkpoint.safetensors").exists()
        network, history = dw.resume(parts, train, test, test, **stop)
    assert stops > 3
    assert parts.read_bytes() == whole.read_bytes()
    assert same(network, read_model(parts).network)
    assert len(history.epochs) == len(read_model(parts).training["history"]["epochs"])


def test_the_command_line_goes_on_with_a_run_of_python(bundled, tmp_path, chunks):
    from digitwise.training.run import Run
    from digitwise.training.saved import read_saved

    train, test = bundled
    out = tmp_path / "net.safetensors"
    net = small(dtype=np.float32)
    stop = {"callbacks": [dw.Checkpoint(out)], "progress": lambda history: len(history.epochs) == 1}
    dw.fit(net, train, test, **HOW, **stop)
    run = read_saved(tmp_path / "net.checkpoint.safetensors").resume(train, test, out)
    assert isinstance(run, Run)
    assert run.go()
    expected = small(dtype=np.float32)
    dw.fit(expected, train, test, **HOW)
    assert same(read_model(out).network, expected)


def test_a_finished_checkpoint_is_a_model_with_what_was_measured(bundled, tmp_path):
    train, test = bundled
    path = tmp_path / "net.safetensors"
    dw.fit(small(), train[:1200], test, train[1200:], **HOW, callbacks=[dw.Checkpoint(path)])
    model = read_model(path)
    assert model.results["test_accuracy"] == dw.evaluate(model.network, test).accuracy
    assert model.calibration.n == len(train) - 1200
    assert model.training["settings"]["hidden"] == [12]


def test_an_earlier_unfinished_run_is_kept(bundled, tmp_path):
    path = tmp_path / "net.safetensors"
    stop = {"progress": lambda history: True}
    for seed in (1, 2):
        dw.fit(small(), bundled[0], **HOW, seed=seed, callbacks=[dw.Checkpoint(path)], **stop)
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {"net.checkpoint.safetensors", "net.checkpoint.1.safetensors"}
    seeds = [read_model(tmp_path / name).training["settings"]["seed"] for name in sorted(names)]
    assert seeds == [1, 2]


@pytest.mark.parametrize(
    "how",
    [{"learning_rate": lambda epoch: 0.5}, {"deformation": dw.Deformation(rotation=3)}],
    ids=["schedule", "deformation"],
)
def test_what_has_no_name_has_no_checkpoint(bundled, tmp_path, how):
    with pytest.raises(InputError, match="a checkpoint holds settings by name"):
        dw.fit(small(), bundled[0], callbacks=[dw.Checkpoint(tmp_path / "a.safetensors")], **how)
    with pytest.raises(InputError, match=r"ending in .safetensors; found a.pt"):
        dw.Checkpoint("a.pt")


def test_arguments_that_fit_does_not_have(bundled):
    with pytest.raises(InputError, match="no setting 'epoch'; did you mean epochs"):
        dw.fit(small(), bundled[0], epoch=3)
    with pytest.raises(InputError, match="hidden is no argument of fit; expected some of"):
        dw.fit(small(), bundled[0], hidden=(3,))
    with pytest.raises(InputError, match="expected Settings; found dict"):
        dw.fit(small(), bundled[0], settings={"epochs": 3})


def test_settings_as_a_whole_are_the_same_as_one_by_one(bundled):
    nets = [small(), small()]
    dw.fit(nets[0], bundled[0], settings=Settings(epochs=2, momentum=0.5, seed=3), epochs=1)
    dw.fit(nets[1], bundled[0], epochs=1, momentum=0.5, seed=3)
    assert same(*nets)


def test_progress_is_a_line_an_epoch(bundled):
    text = io.StringIO()
    history = dw.fit(small(), *bundled, epochs=2, callbacks=[Shown(Console(file=text, width=100))])
    first, second = text.getvalue().splitlines()
    assert first.startswith(f"epoch 1 of 2   cost {history.epochs[0].cost:.4f}   training ")
    assert f"test {100 * history.epochs[1].test_accuracy:.2f}%" in second


def test_scripts_are_silent_and_prompts_are_not(bundled, capsys, monkeypatch):
    dw.fit(small(), bundled[0], epochs=1)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr("sys.ps1", ">>> ", raising=False)
    dw.fit(small(), bundled[0], epochs=1)
    assert "epoch 1 of 1" in capsys.readouterr().out
    dw.fit(small(), bundled[0], epochs=1, progress=False)
    assert capsys.readouterr().out == ""


def test_a_notebook_shows_the_history(bundled, monkeypatch):
    shown = []

    class Handle:
        def update(self, said, raw):
            assert raw
            shown.append(said)

    def display(said, **options):
        assert options == {"raw": True, "display_id": True}
        shown.append(said)
        return Handle()

    module = type("module", (), {"display": staticmethod(display)})
    monkeypatch.setattr("digitwise.training.progress._in_notebook", lambda: True)
    monkeypatch.setattr("digitwise.training.progress.import_module", lambda name: module)
    dw.fit(small(), bundled[0], epochs=2)
    assert shown == []  # over at once
    monkeypatch.setattr("digitwise.training.progress.WAIT_S", 0.0)
    monkeypatch.setattr("digitwise.training.progress.INTERVAL_S", 0.0)
    history = dw.fit(small(), bundled[0], epochs=2)
    assert [said["text/plain"][:12] for said in shown] == ["epoch 1 of 2"] * 2 + ["epoch 2 of 2"]
    assert f"cost {history.epochs[1].cost:.4f}" in shown[-1]["text/html"]
    assert "<progress value='1.0000'>" in shown[-1]["text/html"]


@pytest.mark.parametrize("cost", ["quadratic", "cross-entropy"])
def test_a_learning_rate_is_found(bundled, cost):
    train = bundled[0]
    net = dw.Network([784, 30, 10], cost=cost, rng=0)
    before = [w.copy() for w in net.weights]
    found = dw.find_learning_rate(net, train)
    for now, then in zip(net.weights, before, strict=True):
        np.testing.assert_array_equal(now, then)
    assert len(found.rates) == len(found.costs) > 4 * STEPS_PER_DECADE
    assert found.costs.min() < found.costs[0] / 2
    accuracies = {}
    for rate in (found.learning_rate / 100, found.learning_rate, 30 * found.learning_rate):
        learner = dw.Network([784, 30, 10], cost=cost, rng=0)
        history = dw.fit(learner, *bundled, epochs=3, learning_rate=rate)
        accuracies[rate] = history.epochs[-1].test_accuracy
    assert max(accuracies, key=accuracies.get) == found.learning_rate
    assert dw.find_learning_rate(net, train).to_dict() == found.to_dict()
    assert found.draw().startswith(b"\x89PNG")


def test_the_search_ends_where_numbers_stop_being_finite(bundled):
    net = dw.Network([784, 30, 30, 10], activation="relu", init="he", cost="cross-entropy", rng=0)
    found = dw.find_learning_rate(net, bundled[0], batch_size=50)
    assert found.rates[-1] < 1e3
    assert np.isfinite(found.costs).all()


def test_training_may_be_had_without_fit(bundled):
    net, expected = small(), small()
    training = Training(net, bundled[0], Settings(epochs=2))
    history = training.run()
    assert training.finished
    assert len(history.epochs) == 2
    dw.fit(expected, bundled[0], epochs=2)
    assert same(net, expected)


@pytest.mark.parametrize(
    ("callbacks", "said"),
    [
        (
            [dw.BestModel],
            r"expected a Callback; found <class .*BestModel.*: write BestModel\(...\)",
        ),
        ([print], "expected a Callback; found <built-in function print>"),
        (dw.BestModel(), "expected a list of callbacks"),
    ],
    ids=["class", "function", "alone"],
)
def test_what_is_no_callback(bundled, callbacks, said):
    with pytest.raises(InputError, match=said):
        dw.fit(small(), bundled[0], callbacks=callbacks)


@pytest.mark.parametrize("name", ["end_epcoh", "on_epoch_end", "begin"])
def test_a_hook_that_would_never_be_called_is_refused(name):
    if name == "begin":
        type("Own", (dw.Callback,), {name: lambda self: None})  # may be anything
        return
    with pytest.raises(InputError, match=f"Own: no hook {name}; expected begin_run, "):
        type("Own", (dw.Callback,), {name: lambda self, training: None})


def test_every_callback_is_told_of_the_end(bundled):
    class Fails(dw.Callback):
        def end_run(self, training):
            raise RuntimeError("at the end")

    class FailsBefore(dw.Callback):
        def end_epoch(self, training):
            raise RuntimeError("in the middle")

    noting = Noting()
    with pytest.raises(RuntimeError, match="at the end"):
        dw.fit(small(), bundled[0], epochs=1, callbacks=[Fails(), noting])
    assert noting.seen[-1][0] == "end_run"
    with pytest.raises(RuntimeError, match="in the middle"):
        dw.fit(small(), bundled[0], epochs=1, callbacks=[FailsBefore(), Fails(), noting])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("learning_rate", -1.0, "expected a finite learning rate > 0; found -1"),
        ("learning_rate", float("nan"), "expected a finite learning rate > 0; found nan"),
        ("step_size", 0, "expected step_size to be a whole number >= 1; found 0"),
    ],
)
def test_what_a_callback_sets_is_checked(bundled, name, value, said):
    class Sets(dw.Callback):
        def begin_step(self, training):
            setattr(training, name, value)

    with pytest.raises(InputError, match=said):
        dw.fit(small(), bundled[0], epochs=1, callbacks=[Sets()])


def test_a_step_is_whole_mini_batches(bundled):
    class Sets(dw.Callback):
        def begin_step(self, training):
            training.step_size = 25

        def end_step(self, training):
            seen.append(training.learnt)

    seen = []
    dw.fit(small(), bundled[0][:70], epochs=1, batch_size=10, callbacks=[Sets()])
    assert seen == [30, 30, 10]


def test_averages_are_what_the_best_epoch_is_chosen_from(bundled):
    train, test = bundled
    net = small()
    history = dw.fit(
        net, train, validation=test, epochs=6, learning_rate=6.0, average=2.0, keep_best=True
    )
    best = max(e.validation_accuracy for e in history.epochs)
    assert dw.evaluate(net, test).accuracy == best


def test_a_run_that_was_stopped_early_is_over(bundled):
    train, test = bundled
    net = small()
    stopping = {"callbacks": [dw.EarlyStopping(1)], "validation": test, "learning_rate": 1e-9}
    history = dw.fit(net, train, epochs=50, **stopping)
    done = len(history.epochs)
    assert done == 2
    assert len(dw.fit(net, train, epochs=50, history=history, **stopping).epochs) == done


def test_settings_that_contradict_the_network(bundled):
    with pytest.raises(InputError, match="settings say activation 'relu', the network has 'sig"):
        dw.fit(small(), bundled[0], settings=Settings(activation="relu"))
    with pytest.raises(InputError, match="leave out schedule"):
        dw.fit(small(), bundled[0], learning_rate=lambda e: 1.0, schedule="cosine")
