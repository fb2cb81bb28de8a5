import gzip

import pytest

import digitwise
from digitwise.data.catalogue import KNOWN
from digitwise.data.idx import idx_header
from digitwise.models.files import Model
from tests.cli.conftest import assert_one_line
from tests.conftest import random_digits


def test_version_and_help(run):
    assert run("--version").out == f"digitwise {digitwise.__version__}\n"
    for command in ([], ["train"], ["evaluate"], ["read"], ["data"], ["data", "info"], ["models"]):
        ran = run(*command, "--help")
        assert ran.code == 0
        assert ran.out.startswith("Usage: digitwise")


@pytest.mark.parametrize("arguments", [["frobnicate"], ["data", "frobnicate"], ["--frobnicate"]])
def test_unknown_commands_and_options_are_refused(run, arguments):
    ran = run(*arguments)
    assert ran.code == 2
    assert "frobnicate" in ran.err


def test_evaluate_the_shipped_network(run, mnist_folder):
    ran = run("evaluate", "--data", "mnist", "--data-dir", mnist_folder, "--json")
    (result,) = ran.json
    assert result["n"] == 10_000
    assert result["accuracy"] == result["correct"] / 10_000 > 0.975
    assert sum(map(sum, result["confusion"])) == 10_000
    assert sum(result["confusion"][d][d] for d in range(10)) == result["correct"]
    assert result["model"] == "reader"


def test_evaluate_a_model_of_ones_own(run):
    run("train", "--data", "digits", "--epochs", 5, "--hidden", 20, "--out", "net.safetensors")
    ran = run("evaluate", "net.safetensors", "--data", "digits")
    assert ran.code == 0
    assert "test digits of digits right" in ran.out
    assert "read as" in ran.out


def test_evaluate_what_is_not_there(run):
    assert_one_line(run("evaluate", "nothing", "--data", "digits"), 1, "no model 'nothing'")
    assert_one_line(run("evaluate", "--data", "nothing"), 1, "no such set of digits")


def test_a_committee_is_evaluated(run):
    for seed in (1, 2):
        out = f"{seed}.safetensors"
        run("train", "--data", "digits", "--hidden", 8, "--epochs", 1, "--seed", seed, "--out", out)
    (both,) = run("evaluate", "1.safetensors", "2.safetensors", "--data", "digits", "--json").json
    assert both["model"] == "1.safetensors + 2.safetensors"
    (one,) = run("evaluate", "1.safetensors", "--data", "digits", "--json").json
    assert both["confusion"] != one["confusion"]


def test_models_shows_the_card_of_shipped_and_own_networks(run):
    (card,) = run("models", "--json").json
    assert card["model"] == "reader"
    assert card["test_accuracy"] > 0.975
    assert "digitwise train --data mnist" in card["command"]
    assert "reader" in run("models").out
    run("train", "--data", "digits", "--epochs", 1, "--out", "net.safetensors")
    assert run("models", "net.safetensors", "--json").json[0]["data"] == "digits"


def test_a_hostile_card_is_shown_without_its_commands(run, tmp_path):
    network = digitwise.Network([784, 10], rng=0)
    training = {"command": "\x1b[31mred\n\nline", "settings": "x", "train_n": [1]}
    digitwise.save(Model(network, training, {"test_accuracy": "x"}), tmp_path / "m.safetensors")
    ran = run("models", "m.safetensors")
    assert ran.code == 0
    assert "[31mred line" in ran.out
    assert "\x1b" not in ran.out
    assert_one_line(run("models", ""), 1, "no model ''")


def test_fetch_takes_what_is_there(run, mnist_folder):
    ran = run("data", "fetch", DIGITWISE_DATA=str(mnist_folder))
    assert ran.code == 0
    assert "all four files verified" in ran.out


def test_data_list_and_info(run, mnist_folder):
    rows = run("data", "list", "--json").json
    at_hand = {row["data"]: row["at_hand"] for row in rows}
    assert at_hand == {"mnist": False, "digits": True} | dict.fromkeys(KNOWN, False)
    assert all(row["origin"] and row["terms"] for row in rows[2:])
    rows = run("data", "list", "--data-dir", mnist_folder, "--json").json
    assert rows[0]["where"] == str(mnist_folder)
    train, test = run("data", "info", "digits", "--json").json
    assert (train["n"], test["n"]) == (1437, 360)
    assert sum(train["counts"]) == 1437


def test_data_verify_compares_digests(run, mnist_folder, tmp_path):
    assert run("data", "verify", "--data-dir", mnist_folder, "--json").json[0]["verified"] is True
    assert_one_line(run("data", "verify"), 1, "digitwise data fetch")
    for part in ("train", "t10k"):
        digits = random_digits(5)
        for kind, array in (("images-idx3", digits.images), ("labels-idx1", digits.labels)):
            content = gzip.compress(idx_header(array) + array.tobytes())
            (tmp_path / f"{part}-{kind}-ubyte.gz").write_bytes(content)
    assert_one_line(run("data", "verify", "--data-dir", tmp_path), 1, "not MNIST's")
    fetch = run("data", "fetch", "--data-dir", tmp_path)
    assert_one_line(fetch, 1, "Move it away, or fetch into another folder")


def test_a_fault_of_ours_is_one_line_too(run, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import digitwise.models.shipped as s\n"
        "def broken(): raise RuntimeError('two\\nlines')\n"
        "s.shipped_models = broken\n"
    )
    ran = run("models", PYTHONPATH=str(tmp_path))
    assert_one_line(ran, 1, "internal error: RuntimeError: two lines", "DIGITWISE_DEBUG")


def test_a_network_with_classes_is_evaluated_on_a_folder_of_pictures(run, tmp_path):
    import numpy as np

    from digitwise.models.files import save
    from digitwise.training.teaching import Symbol, teach
    from tests.symbols import NAMES, images, write_folders

    rng = np.random.default_rng(2)
    save(teach([Symbol(name, images(name, 20, rng)) for name in NAMES]), tmp_path / "net")
    write_folders(tmp_path / "others", 20, rng)
    (found,) = run("evaluate", "net", "--data", "others", "--json").json
    assert found["n"] == 60
    assert found["accuracy"] >= 0.95
    assert found["classes"] == list(NAMES)
    ran = run("evaluate", "net", "--data", "others")
    assert "60 pictures of others right" in ran.out
    assert "triangle" in ran.out
    assert_one_line(run("evaluate", "net"), 1, "tells circle, triangle, star, no digits")
    assert_one_line(run("evaluate", "net", "reader"), 1, "the same classes")
