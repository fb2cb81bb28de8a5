import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import digitwise as dw
from digitwise.data.collections import save_collection
from digitwise.data.idx import idx_header
from digitwise.models.files import as_stored, read_model
from tests.cli.conftest import assert_one_line
from tests.data.test_collections import pictures

FAST = ["--data", "digits", "--epochs", 2, "--hidden", 12]


def test_the_first_thing_a_stranger_does(run, tmp_path):
    ran = run("train")
    assert ran.code == 0
    assert "1,437 training and 360 test digits" in ran.out
    assert "Saved digits-784-100-10.safetensors" in ran.out
    model = read_model(tmp_path / "digits-784-100-10.safetensors")
    assert model.results["test_accuracy"] > 0.9
    assert (
        dw.evaluate(model.network, dw.load("digits")[1]).accuracy == model.results["test_accuracy"]
    )


def test_json_is_what_the_interface_says(run):
    ran = run("train", *FAST, "--json", "--out", "net.safetensors")
    *epochs, done = ran.json
    assert [e["event"] for e in epochs] == ["epoch", "epoch"]
    for number, epoch in enumerate(epochs, 1):
        keys = {"event", "epoch", "cost", "train_accuracy", "test_accuracy", "seconds"}
        assert set(epoch) == keys | {"validation_accuracy"}
        assert epoch["epoch"] == number
        assert epoch["seconds"] > 0
    assert done["event"] == "done"
    assert done["model"] == "net.safetensors"
    assert done["engine"] == "fused"
    assert done["parameters"] == 784 * 12 + 12 + 12 * 10 + 10
    assert done["epochs"] == 2
    assert done["best_test_accuracy"] == max(e["test_accuracy"] for e in epochs)
    assert done["test_accuracy"] == epochs[-1]["test_accuracy"]
    assert done["seconds"] == pytest.approx(sum(e["seconds"] for e in epochs))
    assert "epoch 2 of 2" in ran.err


def test_options_reach_the_network(run, tmp_path):
    ran = run(
        "train", "--data", "digits", "--hidden", "12,8", "--epochs", 1, "--activation", "tanh",
        "--cost", "quadratic", "--init", "gaussian", "--batch-size", 5, "--learning-rate", 0.2,
        "--seed", 9, "--limit", 100, "--engine", "reference", "--momentum", 0.5, "--nesterov",
        "--weight-decay", 0.01, "--dropout", 0.1, "--schedule", "linear",
        "--out", "net.safetensors",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    model = read_model(tmp_path / "net.safetensors")
    net = model.network
    assert (net.sizes, net.activation, net.cost) == ([784, 12, 8, 10], "tanh", "quadratic")
    assert model.training["train_n"] == 100
    expected = dw.Network(
        [784, 12, 8, 10], activation="tanh", init="gaussian", rng=9, dtype=np.float32
    )
    dw.fit(
        expected, dw.load("digits")[0][:100], epochs=1, batch_size=5, learning_rate=0.2, seed=9,
        engine="reference", momentum=0.5, nesterov=True, weight_decay=0.01, dropout=0.1,
    )  # fmt: skip
    np.testing.assert_array_equal(net.weights[0], expected.weights[0])
    command = model.training["command"].split()[1:]
    again = run(*command, "--out", "again.safetensors")
    assert again.code == 0
    assert (tmp_path / "again.safetensors").read_bytes() == (
        tmp_path / "net.safetensors"
    ).read_bytes()


def test_options_of_the_endless_set_reach_the_network(run, tmp_path):
    ran = run(
        "train", "--data", "digits", "--hidden", "12", "--epochs", 3, "--limit", 300, "--deform",
        "wild", "--cost", "cross-entropy", "--plain-epochs", 1, "--non-digits", 0.25,
        "--average", 1.5, "--validation", 60,
        "--patience", 2, "--init", "he", "--activation", "relu", "--learning-rate", 0.05,
        "--store", "float16", "--seed", 3, "--out", "net.safetensors",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "validation" in ran.out
    net = read_model(tmp_path / "net.safetensors").network
    train = dw.load("digits")[0][:300]
    expected = dw.Network(
        [784, 12, 10], activation="relu", cost="cross-entropy", init="he", rng=3, dtype=np.float32
    )
    dw.fit(
        expected, train[:240], validation=train[240:], epochs=3, learning_rate=0.05, seed=3,
        deformation=dw.DEFORMATIONS["wild"], plain_epochs=1, non_digits=0.25, average=1.5,
        patience=2,
    )  # fmt: skip
    np.testing.assert_array_equal(net.weights[0], as_stored(expected.weights[0], "float16"))
    command = read_model(tmp_path / "net.safetensors").training["command"].split()[1:]
    assert run(*command, "--out", "again.safetensors").code == 0
    assert (tmp_path / "again.safetensors").read_bytes() == (
        tmp_path / "net.safetensors"
    ).read_bytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--non-digits", 1), "expected a number from 0 to below 1; found 1"),
        (("--average", -1), "expected a finite number, 0 or above; found -1"),
        (("--deform", "mild"), "expected one of: none, mnist, wild; found 'mild'"),
        (("--patience", 0), "--patience"),
    ],
)
def test_streams_that_cant_be_are_refused_before_anything_is_loaded(run, options, message):
    ran = run("train", *FAST, *options)
    assert ran.code == 2
    assert message in " ".join(ran.err.split())


def test_patience_needs_digits_to_judge_by(run):
    for option in (("--patience", 3), ("--keep-best",)):
        ran = run("train", *FAST, *option)
        assert ran.code == 2
        assert f"{option[0]}: needs validation digits to judge by: --validation" in ran.err
    assert_one_line(
        run("train", *FAST, "--validation", 5000), 1, "expected fewer than 1,437 validation digits"
    )


def test_the_best_epoch_is_kept(run, tmp_path):
    options = ["--validation", 300, "--learning-rate", 8, "--epochs", 8, "--keep-best"]
    ran = run("train", *FAST, *options, "--out", "net.safetensors", "--json")
    *epochs, done = ran.json
    best = max(e["validation_accuracy"] for e in epochs)
    model = read_model(tmp_path / "net.safetensors")
    assert dw.evaluate(model.network, dw.load("digits")[0][-300:]).accuracy == best
    assert done["event"] == "done"


def test_settings_from_a_file_and_back(run, tmp_path):
    ran = run("train", *FAST, "--momentum", 0.5, "--out", "a.safetensors")
    printed = ran.out.partition("as --settings takes them:\n")[2].partition("Now try")[0]
    (tmp_path / "run.toml").write_text(printed)
    assert "momentum = 0.5" in printed
    assert run("train", "--settings", "run.toml", "--out", "b.safetensors").code == 0
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    ran = run("train", "--settings", "run.toml", "--epochs", 1, "--out", "c.safetensors", "--json")
    assert ran.json[-1]["epochs"] == 1
    (tmp_path / "bad.toml").write_text("learning_rat = 1")
    ran = run("train", "--settings", "bad.toml")
    assert_one_line(ran, 1, "bad.toml: there is no setting", "did you mean learning_rate")


def test_a_learning_rate_is_found_and_nothing_trained(run, tmp_path):
    ran = run("train", *FAST, "--find-learning-rate", "--plot", "rate.png", "--json")
    assert ran.code == 0, ran.err
    (found,) = ran.json
    assert 0.05 < found["learning_rate"] < 20
    assert len(found["trials"]) == 6
    assert f"--learning-rate {found['learning_rate']:g}" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["rate.png"]
    ran = run("train", "--find-learning-rate", "--resume", "a.safetensors")
    assert (ran.code, "leave out --resume" in ran.err) == (2, True)


def test_the_command_line_goes_on_with_a_run_of_python(run, tmp_path):
    class Stop(dw.Callback):
        def end_epoch(self, training):
            return len(training.history.epochs) == 2

    train, test = dw.load("digits")
    nets = [dw.Network([784, 12, 10], rng=3) for _ in range(2)]
    path = tmp_path / "py.safetensors"
    dw.fit(nets[0], train, test, epochs=4, callbacks=[Stop(), dw.Checkpoint(path)])
    ran = run("train", "--resume", "py.safetensors", "--data", "digits")
    assert ran.code == 0, ran.err
    dw.fit(nets[1], train, test, epochs=4)
    np.testing.assert_array_equal(read_model(path).network.weights[0], nets[1].weights[0])
    assert "command" not in read_model(path).training  # none would repeat it


def test_nesterov_needs_momentum_before_anything_is_loaded(run):
    ran = run("train", *FAST, "--nesterov")
    assert ran.code == 2
    assert "needs --momentum above 0" in ran.err


def test_layers_as_a_sweep_writes_them(run, tmp_path):
    arguments = (
        "train",
        "--data",
        "digits",
        "--epochs",
        1,
        "--hidden",
        "12-8",
        "--out",
        "a.safetensors",
    )
    assert run(*arguments).code == 0
    assert read_model(tmp_path / "a.safetensors").network.sizes == [784, 12, 8, 10]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_plot_writes_the_format_of_the_ending(run, tmp_path, suffix):
    ran = run("train", *FAST, "--plot", f"curves.{suffix}")
    assert ran.code == 0
    content = (tmp_path / f"curves.{suffix}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix])
    if suffix == "png":
        with Image.open(tmp_path / "curves.png") as image:
            assert image.size == (1200, 480)


def test_no_model_of_an_earlier_run_is_replaced_unless_it_is_named(run, tmp_path):
    for _ in range(2):
        assert run("train", *FAST).code == 0
    names = {path.name for path in tmp_path.glob("*.safetensors")}
    assert names == {"digits-784-12-10.safetensors", "digits-784-12-10-2.safetensors"}


def start(tmp_path, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "digitwise", "train", *map(str, arguments)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_saves_and_says_how_to_go_on(run, tmp_path):
    settings = ["--data", "digits", "--hidden", 30, "--epochs", 400, "--seed", 2, "--json"]
    process = start(tmp_path, *settings, "--out", "net.safetensors")
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    last = err.splitlines()[-1]
    assert last.startswith("digitwise: stopped in epoch ")
    assert "Traceback" not in err
    command = last.partition("go on with: digitwise ")[2].split()
    assert command == ["train", "--resume", "net.checkpoint.safetensors"]
    resumed = run(*command, "--json")
    assert resumed.code == 0
    assert resumed.json[-1]["epochs"] == 400
    assert resumed.json[0]["epoch"] > 1
    whole = run("train", *settings, "--out", "whole.safetensors")
    assert whole.code == 0
    assert (tmp_path / "whole.safetensors").read_bytes() == (
        tmp_path / "net.safetensors"
    ).read_bytes()
    assert not (tmp_path / "net.checkpoint.safetensors").exists()


def test_a_finished_run_may_go_on_for_more_epochs(run, tmp_path):
    assert run("train", *FAST, "--out", "net.safetensors").code == 0
    more = run("train", "--resume", "net.safetensors", "--epochs", 4, "--json")
    assert [row.get("epoch") for row in more.json] == [3, 4, None]
    longer = ["--data", "digits", "--epochs", 4, "--hidden", 12, "--out", "whole.safetensors"]
    assert run("train", *longer).code == 0
    assert (tmp_path / "whole.safetensors").read_bytes() == (
        tmp_path / "net.safetensors"
    ).read_bytes()
    fewer = run("train", "--resume", "net.safetensors", "--epochs", 1)
    assert_one_line(fewer, 1, "has 4 epochs behind it; it can't end at 1")


def test_resuming_a_finished_run_says_its_result(run):
    assert run("train", *FAST, "--out", "net.safetensors").code == 0
    ran = run("train", "--resume", "net.safetensors", "--json")
    assert ran.code == 0
    assert [row["event"] for row in ran.json] == ["done"]


def test_divergence_ends_with_advice(run, tmp_path):
    ran = run(
        "train", *FAST, "--activation", "relu", "--cost", "cross-entropy", "--learning-rate", 1e30,
        "--out", "n.safetensors",
    )  # fmt: skip
    assert_one_line(ran, 1, "too large", "Try a tenth", "n.checkpoint.safetensors")
    assert np.isfinite(read_model(tmp_path / "n.checkpoint.safetensors").network.weights[0]).all()
    assert not (tmp_path / "n.safetensors").exists()


def test_a_dead_output_is_told_to_people_and_programs(run):
    # A tiny network, and a rate at which it learns nothing.
    small = ["--hidden", 2, "--epochs", 3, "--learning-rate", 1e-9]
    ran = run("train", "--data", "digits", *small, "--json")
    (warning,) = ran.json[-1]["warnings"]
    assert warning.startswith("outputs ")
    assert "never fire" in warning
    assert "another learning rate" in warning
    assert f"Warning: {warning}" in ran.err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--hidden", "0"], "typed 100,30, or none"),
        (["--hidden", "many"], "typed 100,30, or none"),
        (["--epochs", "-1"], "--epochs"),
        (["--batch-size", "0"], "--batch-size"),
        (["--learning-rate", "0"], "above 0"),
        (["--learning-rate", "nan"], "above 0"),
        (["--learning-rate", "fast"], "--learning-rate"),
        (["--cost", "absolute"], "quadratic"),
        (["--activation", "softsign"], "sigmoid"),
        (["--engine", "warp"], "reference"),
        (["--preset", "worst"], "chapter"),
        (["--seed", "-1"], "--seed"),
        (["--out", "net.pkl"], "ending in .safetensors"),
        (["--out", "no/where/net.safetensors"], "no folder no/where"),
        (["--plot", "curves.txt"], ".png, .svg or .pdf"),
        (["--resume", "net.safetensors", "--seed", "3"], "leave out --seed"),
        (["--resume", "net.safetensors", "--preset", "chapter"], "leave out --preset"),
        (["--resume", "."], "expected a file"),
        (["--hidden", "1000001"], "from 1 to 1,000,000"),
        (["--frobnicate"], "--frobnicate"),
    ],
)
def test_wrong_usage_exits_with_2(run, arguments, part):
    ran = run("train", *arguments)
    assert ran.code == 2
    assert part in ran.err
    assert ran.out == ""


def test_inputs_that_fail_exit_with_1_and_one_line(run, tmp_path):
    assert_one_line(run("train", "--data", "minst"), 1, "expected auto, mnist, digits or a folder")
    assert_one_line(run("train", "--data-dir", "nowhere"), 1, "no such folder")
    for layers, said in (("3x3", "as 3x3x16"), ("3x3x4p9,3x3x4p9", "pool less before it")):
        ran = run("train", "--data", "digits", "--convolutions", layers)
        assert (ran.code, said in ran.err.splitlines()[-1]) == (1, True)
    assert_one_line(run("train", DIGITWISE_DATA="nowhere"), 1, "DIGITWISE_DATA")
    assert_one_line(run("train", "--resume", "nothing.safetensors"), 1, "No such file")
    assert_one_line(run("train", "--resume", ".."), 1, "is a folder")
    long_name = run("train", *FAST, "--out", "x" * 300 + ".safetensors")
    assert long_name.code == 1
    assert "too long" in long_name.err.splitlines()[-1]
    huge = run("train", "--hidden", "1000000,1000000", "--epochs", 0)
    assert huge.code == 1
    assert "at most 100,000,000 fit" in huge.err
    for name, array in (
        ("train-images-idx3-ubyte", np.zeros((5, 28, 28), np.uint8)),
        ("train-labels-idx1-ubyte", np.zeros(4, np.uint8)),
        ("t10k-images-idx3-ubyte", np.zeros((2, 28, 28), np.uint8)),
        ("t10k-labels-idx1-ubyte", np.zeros(2, np.uint8)),
    ):
        (tmp_path / name).write_bytes(idx_header(array) + array.tobytes())
    assert_one_line(run("train", "--data", "."), 1, "5 images", "4 labels", "don't belong together")
    assert_one_line(run("train", "--data", "mnist", "--data-dir", "."), 1, "don't belong together")


def test_a_folder_that_cannot_be_written(run, tmp_path):
    (tmp_path / "taken.checkpoint.safetensors").mkdir()
    (tmp_path / "taken.safetensors").mkdir()
    ran = run("train", *FAST, "--out", "taken.safetensors")
    assert ran.code == 1
    assert "is a folder" in ran.err.splitlines()[-1]


def test_an_empty_set_is_noticed_before_anything_is_written(run, tmp_path):
    for part in ("train", "t10k"):
        for kind, shape in (("images-idx3", (0, 28, 28)), ("labels-idx1", (0,))):
            (tmp_path / f"{part}-{kind}-ubyte").write_bytes(idx_header(np.zeros(shape, np.uint8)))
    ran = run("train", "--data", ".")
    assert ran.code == 1
    assert "there are no training digits" in ran.err.splitlines()[-1]
    assert not list(tmp_path.glob("*.safetensors"))


def test_a_plot_that_fails_does_not_hide_the_model(run, tmp_path):
    (tmp_path / "taken.png").mkdir()
    ran = run("train", *FAST, "--plot", "taken.png")
    assert ran.code == 1
    assert "Saved digits-784-12-10.safetensors" in ran.out
    assert "taken.png is a folder" in ran.err.splitlines()[-1]
    none = run("train", *FAST, "--epochs", 0, "--plot", "none.png")
    assert (none.code, "no epoch is complete" in none.err) == (0, True)


def test_bits_do_not_depend_on_the_number_of_threads(run, tmp_path):
    settings = ["--data", "digits", "--hidden", 300, "--epochs", 2, "--batch-size", 100]
    contents = []
    for threads in ("1", "2"):
        ran = run("train", *settings, "--out", "net.safetensors", OPENBLAS_NUM_THREADS=threads)
        assert ran.code == 0
        contents.append((tmp_path / "net.safetensors").read_bytes())
    assert contents[0] == contents[1]


def test_mnist_from_a_folder(run, mnist_folder):
    ran = run(
        "train", "--data", "mnist", "--data-dir", mnist_folder, "--preset", "chapter",
        "--epochs", 1, "--json",
    )  # fmt: skip
    assert ran.json[0]["test_accuracy"] > 0.75
    assert "50,000 training and 10,000 test digits" in ran.err


def test_the_end_of_a_pipe_is_no_fault(tmp_path):
    process = start(tmp_path, *FAST, "--epochs", 50, "--json")
    process.stdout.readline()
    process.stdout.close()
    with process.stderr as err:
        assert "Traceback" not in err.read()
    assert process.wait(timeout=60) == 1


def test_start_from_continues_a_trained_network(run, tmp_path):
    first = run(
        "train", "--data", "digits", "--hidden", 20, "--epochs", 3, "--out", "a.safetensors"
    )
    assert first.code == 0
    more = ("train", "--data", "digits", "--start-from", "a.safetensors", "--epochs", 1)
    ran = run(*more, "--out", "b.safetensors")
    assert ran.code == 0
    assert "784-20-10" in ran.out
    ran = run(*more, "--hidden", 30)
    assert (ran.code, ran.out.count("Traceback")) == (1, 0)
    assert "a.safetensors is 784-20-10, sigmoid" in ran.err
    assert run("train", "--start-from", "nothing").code == 1
    ran = run(*more, "--second", "nothing")
    assert ran.code == 1
    assert "no model 'nothing'" in ran.err
    assert "epoch" not in ran.out


def test_pieces_of_numbers(run):
    ran = run("train", "--data", "digits", "--epochs", 1, "--numbers", 30, "--out", "a.safetensors")
    assert ran.code == 0, ran.err
    assert "Drawing 30 numbers" in ran.out


def test_sets_are_mixed_in_and_the_command_repeats_the_run(run, tmp_path):
    save_collection(tmp_path / "mine.npz", pictures(100))
    mixed = ["--also", "mine.npz:0.25", "--validation", 50, "--out", "net.safetensors"]
    ran = run("train", *FAST, *mixed)
    assert ran.code == 0, ran.err
    assert "and 90 digits of mine, 25.00% of all examples" in ran.out
    model = read_model(tmp_path / "net.safetensors")
    assert model.training["settings"]["also"] == ["mine.npz:0.25"]
    command = model.training["command"].split()[1:]
    assert run(*command, "--out", "again.safetensors").code == 0
    assert (tmp_path / "again.safetensors").read_bytes() == (
        tmp_path / "net.safetensors"
    ).read_bytes()
    (card,) = run("models", "net.safetensors", "--json").json
    assert card["also"] == "mine.npz"


def test_all_missing_sets_are_named_before_anything_is_loaded(run):
    ran = run("train", "--data", "digits", "--preset", "reader", "--also", "usps_train")
    assert_one_line(ran, 1, "no collection 'usps_train'", "envelopes; USPS")
    ran = run("train", "--data", "digits", "--preset", "reader")
    assert_one_line(ran, 1, "10 collections are missing", "cvl_digits (Austria", "DIGITWISE_COLL")
    assert_one_line(run("train", "--also", "a:2"), 1, "expected NAME:SHARE", "found 'a:2'")


def test_a_damaged_picture_is_named_before_training(run, tmp_path):
    (tmp_path / "numbers").mkdir()
    (tmp_path / "numbers" / "a.png").write_text("no picture")
    (tmp_path / "numbers" / "truth.json").write_text('{"a.png": "12"}')
    ran = run("train", *FAST, "--real-numbers", "numbers", "--out", "net.safetensors")
    assert_one_line(ran, 1, "a.png")
    assert not (tmp_path / "net.safetensors").exists()


def test_a_preset_goes_without_its_sets_on_request(run, tmp_path):
    few = ("--limit", 300, "--numbers", 0, "--hidden", 8, "--epochs", 1, "--validation", 20)
    bare = ("train", "--data", "digits", "--preset", "reader", "--also", "none", *few)
    ran = run(*bare)
    assert_one_line(ran, 1, "no folder 'numbers' with a truth.json", "--real-numbers none")
    ran = run(*bare, "--real-numbers", "none", "--out", "net.safetensors")
    assert ran.code == 0, ran.err
    assert "--real-numbers" not in read_model(tmp_path / "net.safetensors").training["command"]


def test_shared_weights_are_trained_named_and_read_back(run, tmp_path):
    ran = run("train", *FAST, "--convolutions", "5x5x4p2,3x3x4p2", "--engine", "auto")
    assert ran.code == 0
    path = tmp_path / "digits-784-5x5x4p2-3x3x4p2-12-10.safetensors"
    model = read_model(path)
    assert [w.shape for w in model.network.weights] == [(4, 25), (4, 36), (12, 196), (10, 12)]
    assert model.training["settings"]["engine"] == "conv"
    assert "--convolutions 5x5x4p2,3x3x4p2" in model.training["command"]
    assert run("evaluate", path, "--data", "digits").code == 0
    again = run(
        "train", "--start-from", path, "--data", "digits", "--epochs", 1, "--out", "b.safetensors"
    )
    assert again.code == 0
    assert read_model(tmp_path / "b.safetensors").network.layers == model.network.layers
