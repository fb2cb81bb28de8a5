import json

import pytest

from digitwise.lab import EXPERIMENTS
from tests.cli.conftest import assert_one_line


def test_list_names_all_experiments(run):
    listed = run("lab", "list")
    assert [line.split()[0] for line in listed.out.splitlines()] == list(EXPERIMENTS)
    assert [row["experiment"] for row in run("lab", "list", "--json").json] == list(EXPERIMENTS)


def test_help_names_the_experiments_and_their_parameters(run):
    shown = " ".join(run("lab", "--help").out.split())
    assert all(name in shown for name in EXPERIMENTS)
    shown = " ".join(run("lab", "valley", "--help").out.split())
    assert all(name in shown for name in ("--surface", "bowl", "banana"))
    assert "of your ball." in shown


def test_an_experiment_says_what_held(run):
    ran = run("lab", "compile", "--expression", "(a xor b) and not c")
    assert ran.code == 0
    assert "nand 1: -2 a, -2 b, bias +3" in ran.out
    assert ran.out.count("→ held") == 2
    assert run("lab", "compile", "--gain", "1").out.count("→ did not hold") == 1


def test_json_and_parameters(run):
    (result,) = run("lab", "sigmoid", "--gains", "1,20", "--trials", "10", "--json").json
    assert result["parameters"] == {"gains": [1.0, 20.0], "trials": 10, "seed": 0}
    assert result["command"] == "digitwise lab sigmoid --gains 1,20 --trials 10"
    assert len(result["result"]["errors"]) == 2
    assert all(finding["held"] for finding in result["findings"])


def test_what_flies_out_leaves_no_warnings(run, tmp_path):
    ran = run("lab", "valley", "--learning-rate", 1000, "--momentum", 0.5, "--out", tmp_path / "v")
    assert ran.code == 0
    assert not ran.err
    ran = run("lab", "compile", "--expression", "日本 xor b", "--out", tmp_path / "c")
    assert not ran.err


def test_figures_are_written(run, tmp_path):
    ran = run("lab", "valley", "--surface", "bowl", "--steps", 5, "--out", tmp_path / "deep" / "er")
    assert ran.code == 0
    names = {path.name for path in (tmp_path / "deep" / "er").iterdir()}
    assert {"valley-above.svg", "valley-above.png", "valley-balls.gif", "valley.json"} <= names
    saved = json.loads((tmp_path / "deep" / "er" / "valley.json").read_text())
    assert saved["parameters"]["surface"] == "bowl"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["frob"], "No such command 'frob'"),
        (["adder", "--bits", 0], "greater than or equal to 1"),
        (["adder", "--bits", "x"], "--bits"),
        (["learning-rate", "--rates", "a,b"], "expected numbers"),
        (["online", "--sizes", "1.5"], "expected whole numbers"),
        (["sigmoid", "--gains", "-1,1"], "expected 0.001 to 500; found -1"),
        (["sigmoid", "--gains", "1"], "expected 2 to 8 different numbers"),
        (["valley", "--surface", "moon"], "moon"),
    ],
)
def test_wrong_usage_of_the_lab_is_refused(run, arguments, message):
    ran = run("lab", *arguments)
    assert ran.code == 2
    assert not ran.out
    assert message in " ".join(ran.err.split())


def test_what_cannot_be_run(run, tmp_path):
    assert_one_line(run("lab", "compile", "--expression", "a or"), 1, "found its end")
    assert_one_line(run("lab", "your-image", "--image", "nowhere.png"), 1, "nowhere.png")
    (tmp_path / "file").write_text("")
    assert_one_line(
        run("lab", "adder", "--out", tmp_path / "file" / "x"), 1, "can't make the folder"
    )
    assert_one_line(run("lab", "all", "--out", tmp_path / "file"), 1, "can't make the folder")
