"""What all experiments have in common, and what becomes of their claims."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from digitwise.errors import InputError
from digitwise.lab import EXPERIMENTS, find_experiment
from digitwise.lab.experiment import Knob, plain
from digitwise.lab.figures import content
from digitwise.lab.gallery import write_gallery

DID_NOT_HOLD = {
    ("hidden", 2),
    # With MNIST's digits this holds; the bundled ones are small pictures enlarged, which aren't
    # deformed as MNIST's are.
    ("more-data", 2),
}
"""Experiment and place of each claim that doesn't hold; the list may not change unnoticed."""


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_claims(short, name):
    findings = short(name).result.findings()
    failed = {(name, k) for k, finding in enumerate(findings) if not finding.held}
    assert failed == {(n, k) for n, k in DID_NOT_HOLD if n == name}
    for finding in findings:
        assert finding.claim
        assert finding.measured
        assert "nan" not in finding.measured


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_figures_are_drawn_and_labelled(short, name):
    run = short(name)
    pictures = run.draw()
    assert set(pictures) <= set(run.experiment.module.CAPTIONS)
    for figure in pictures.values():
        for axis in "xy":
            with_ticks = [a for a in figure.axes if getattr(a, f"get_{axis}ticks")().size]
            # Axes that are shared have one label; names of rows need none.
            labels = [getattr(a, f"get_{axis}label")() for a in with_ticks]
            names = [
                t.get_text() for a in with_ticks for t in getattr(a, f"get_{axis}ticklabels")()
            ]
            assert not with_ticks or any(labels) or any(n[:1].isalpha() for n in names)
        drawn = np.asarray(Image.open(io.BytesIO(content(figure, "png"))).convert("L"))
        assert (drawn < 128).mean() > 0.001
        assert (drawn > 250).mean() > 0.05


def test_a_valley_has_balls_that_roll(short):
    (gif,) = short("valley").animate().values()
    frames = Image.open(io.BytesIO(gif))
    assert frames.format == "GIF"
    assert frames.n_frames > 10
    first = np.asarray(frames.convert("L"), int)
    frames.seek(frames.n_frames - 1)
    assert (np.asarray(frames.convert("L"), int) != first).mean() > 0.001


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_parameters_say_what_they_are(name):
    found = find_experiment(name)
    assert set(found.knobs) == set(found.defaults)
    for parameter, default in found.defaults.items():
        found.knobs[parameter].check(parameter, default)
        assert found.knobs[parameter].help


def test_equal_seeds_repeat_and_others_differ():
    runs = [find_experiment("minibatch").run(digits=100, repeats=5, seed=s) for s in (1, 1, 2)]
    first, again, other = (run.result.errors.tolist() for run in runs)
    assert first == again != other


def test_it_says_which_digits_it_learnt_from(short):
    assert short("minibatch").data == short("minibatch").to_dict()["data"] == "digits"
    assert short("valley").data is None


def test_the_command_repeats_the_run():
    run = find_experiment("compile").run(expression="a and not b", gain=3.0)
    assert run.command == "digitwise lab compile --expression 'a and not b' --gain 3"
    assert find_experiment("adder").run().command == "digitwise lab adder"
    assert (
        "--rates 0.5,3"
        in find_experiment("learning-rate")
        .run(rates=(0.5, 3.0, 9.0), seeds=1, epochs=1, digits=100)
        .command
    )


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("frob", {}, "no experiment 'frob'"),
        ("adder", {"bots": 3}, "no parameter 'bots'; expected one of: bits"),
        ("adder", {"bits": 0}, "bits: expected 1 to 8; found 0"),
        ("valley", {"surface": "moon"}, "surface: expected one of bowl"),
        ("valley", {"start": (1.0,)}, "expected two numbers"),
        ("decisions", {"weights": (1.0,)}, "expected three weights"),
        ("decisions", {"weights": (float("nan"), 1.0, 1.0)}, "found nan"),
        ("online", {"sizes": (3, 3)}, "expected 2 to 4 different numbers; found 1"),
        ("compile", {"expression": "a or"}, "found its end"),
        ("your-image", {"image": "nowhere.png"}, "nowhere.png"),
    ],
)
def test_what_cannot_be_run_is_refused(name, parameters, message):
    from digitwise.errors import DigitwiseError

    with pytest.raises(DigitwiseError, match=message):
        find_experiment(name).run(**parameters)


def test_an_image_without_ink_is_refused(tmp_path):
    Image.new("L", (50, 50), 255).save(tmp_path / "empty.png")
    with pytest.raises(InputError, match="no ink"):
        find_experiment("your-image").run(image=str(tmp_path / "empty.png"))


def test_an_image_of_ones_own(draw_number, tmp_path):
    draw_number("3").save(tmp_path / "three.png")
    result = find_experiment("your-image").run(image=str(tmp_path / "three.png"), digits=10).result
    assert result.probabilities.argmax() == 3
    assert result.seen.shape == (28, 28)


def test_knobs_check_every_value_of_several():
    knob = Knob("numbers", 0, 1)
    knob.check("numbers", (0.0, 1.0))
    with pytest.raises(InputError, match="found 2"):
        knob.check("numbers", (0.5, 2.0))


def test_what_json_cannot_hold_becomes_null():
    value = {"a": np.array([1.0, np.inf]), "b": (np.float32(2), None), 3: np.True_}
    assert json.dumps(plain(value)) == '{"a": [1.0, null], "b": [2.0, null], "3": true}'


def test_the_gallery(tmp_path):
    some, told = ("adder", "compile", "hidden", "valley"), []
    folder = tmp_path / "new" / "gallery"
    runs = write_gallery(folder, short=True, progress=told.append, names=some)
    assert [run.experiment.name for run in runs] == list(some)
    assert told == runs
    page = (folder / "index.html").read_text()
    for run in runs:
        saved = json.loads((folder / f"{run.experiment.name}.json").read_text())
        assert saved == json.loads(json.dumps(run.to_dict()))
        assert f'id="{run.experiment.name}"' in page
    for picture in folder.glob("*.svg"):
        assert picture.name in page
        assert picture.with_suffix(".png").exists()
    assert "valley-balls.gif" in page
    assert page.count("→ held") == sum(f.held for run in runs for f in run.result.findings())
    assert page.count("→ did not hold") == 1
    assert "+3" in page  # the network of `compile`, weight by weight
    assert "http" not in page
