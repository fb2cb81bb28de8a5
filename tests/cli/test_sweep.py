import csv
import json
import signal
import subprocess
import sys

import pytest

from tests.cli.conftest import assert_one_line

FAST = ("sweep", "--data", "digits", "--hidden", "8", "--epochs", 1)


def test_a_sweep_leaves_results_a_table_and_a_picture(run, tmp_path):
    ran = run(*FAST, "--learning-rate", "0.1:1:log2", "--hidden", "5,6-4", "--seeds", 2)
    assert ran.code == 0, ran.err
    assert "8 networks, judged on 239 training digits of digits; 1,198 others" in ran.out
    assert "Best on the validation digits" in ran.out
    folder = tmp_path / "sweep"
    assert {p.name for p in folder.iterdir()} == {"results.jsonl", "results.csv", "sweep.png"}
    assert (folder / "sweep.png").read_bytes().startswith(b"\x89PNG")
    with (folder / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["hidden"], r["learning_rate"], r["seed"]) for r in rows] == [
        (hidden, rate, seed)
        for hidden in ("5", "6-4")
        for rate in ("0.1", "1.0")
        for seed in ("0", "1")
    ]


def test_json_has_every_network_and_the_best(run, tmp_path):
    ran = run(*FAST, "--seeds", 3, "--json", "--out", "here")
    *networks, done = ran.json
    assert [row["event"] for row in networks] == ["network"] * 3
    assert done["event"] == "done"
    assert done["networks"] == 3
    middle = sorted(row["validation_accuracy"] for row in networks)[1]
    assert done["best"]["validation_accuracy"] == middle
    assert done["best"]["seeds"] == 3
    lines = (tmp_path / "here" / "results.jsonl").read_text().splitlines()
    assert [{"event": "network", **json.loads(line)} for line in lines] == networks


def test_the_command_of_the_best_trains_it(run, tmp_path):
    ran = run(*FAST, "--learning-rate", "0.2,0.4")
    command = ran.out.strip().splitlines()[-1].split()
    assert command[:2] == ["digitwise", "train"]
    assert run(*command[1:], "--out", "best.safetensors").code == 0


def test_the_same_command_again_trains_nothing(run):
    first = run(*FAST, "--seeds", 2, "--json")
    again = run(*FAST, "--seeds", 2, "--json")
    assert [row["event"] for row in again.json] == ["done"]
    assert again.json[-1]["best"] == first.json[-1]["best"]
    assert "2 of them are in sweep already" in again.err


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_stopped_it_goes_on(run, tmp_path, blow):
    arguments = ["sweep", "--data", "digits", "--epochs", "40", "--seeds", "8", "--workers", "2"]
    command = [sys.executable, "-m", "digitwise", *arguments, "--json"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    before = json.loads(process.stdout.readline())  # one has come to its end
    process.send_signal(blow)
    _, told = process.communicate()
    if blow == signal.SIGINT:
        assert process.returncode == 130
        assert "of 8 results are kept in sweep; continue with the same command" in told
        assert "Traceback" not in told
        assert (tmp_path / "sweep" / "sweep.png").exists()
    kept = (tmp_path / "sweep" / "results.jsonl").read_bytes()
    whole = kept[: kept.rfind(b"\n") + 1].splitlines()
    assert 1 <= len(whole) < 8
    assert {"event": "network", **json.loads(whole[0])} == before
    ran = run(*arguments, "--json")
    assert len([row for row in ran.json if row["event"] == "network"]) == 8 - len(whole)
    assert ran.json[-1]["networks"] == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--learning-rate", "0.1:1"], "ranges, as 0.1:10:log7"),
        (["--learning-rate", "0"], "expected a finite number above 0; found 0"),
        (["--momentum", "1"], "from 0 to below 1"),
        (["--batch-size", "0,5"], "expected a whole number from 1 to 1,000,000,000; found 0"),
        (["--cost", "hinge"], "expected some of quadratic, cross-entropy; found 'hinge'"),
        (["--nesterov"], "needs every value of --momentum above 0"),
        (["--seeds", "none"], "--seeds"),
    ],
)
def test_wrong_usage_of_sweep_is_refused(run, tmp_path, arguments, said):
    ran = run(*FAST, *arguments)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert not list(tmp_path.iterdir())


def test_when_all_diverge(run):
    ran = run(
        *FAST, "--learning-rate", "1e30,1e35", "--activation", "relu", "--cost", "cross-entropy"
    )
    assert ran.code == 0, ran.err
    assert "All networks diverged" in ran.out
    assert "digitwise train" not in ran.out


def test_the_command_names_the_folder_of_the_digits(run, mnist_folder):
    ran = run("sweep", "--data", "mnist", "--data-dir", mnist_folder, "--limit", 500, "--epochs", 1)
    assert ran.out.strip().endswith(f"--data-dir {mnist_folder}")


def test_results_of_other_digits(run):
    assert run(*FAST).code == 0
    assert_one_line(run(*FAST, "--limit", 500, "--json"), 1, "results of other digits", "--out")


def test_a_file_in_the_place_of_the_folder(run, tmp_path):
    (tmp_path / "taken").write_text("a file")
    ran = run(*FAST, "--out", "taken")
    assert ran.code == 2
    assert "expected a folder; taken is a file" in " ".join(ran.err.split())
