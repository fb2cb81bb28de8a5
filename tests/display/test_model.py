from digitwise.models.calibration import Calibration
from digitwise.models.files import Model, read_model, save
from digitwise.models.shipped import open_model
from digitwise.network import Network


def plain():
    return Network([784, 10], cost="cross-entropy", init="scaled")


def test_a_model_says_how_it_was_made_and_what_it_is_worth(tmp_path, parse):
    training = {
        "settings": {"data": "<mnist>", "also": ["a:0.1", "b"], "seed": 3},
        "train_n": 12_000,
        "command": "digitwise train",
    }
    results = {"test_accuracy": 0.97531, "test_n": 1000}
    save(Model(plain(), training, results), tmp_path / "a.safetensors")
    model = read_model(tmp_path / "a.safetensors")
    told = "12,000 digits of <mnist> and 2 other sets; 97.53% of 1,000 test digits are right"
    assert model.network.trained_on == told
    assert repr(model).splitlines() == [
        "Model: Network 784-10: sigmoid neurons, cross-entropy cost, 7,850 parameters, float64",
        f"  trained on {told}",
        "  data                       <mnist>",
        "  also                       a; b",
        "  seed                       3",
        "  command                    digitwise train",
        "  train n                    12000",
        "  test n                     1000",
        "  test accuracy              97.53%",
    ]
    page = parse(model._repr_html_())
    assert ["data", "<mnist>"] in page.rows
    assert ["test accuracy", "97.53%"] in page.rows
    assert ["output", "10", "sigmoid", "10×784", "7,850"] in page.rows
    assert f"trained on {told}" in page.texts


def test_what_a_file_does_not_say_is_not_told(tmp_path, parse):
    for training in ({}, {"settings": "fast"}, {"settings": {"data": 3}}):
        save(Model(plain(), training), tmp_path / "a.safetensors")
        assert read_model(tmp_path / "a.safetensors").network.trained_on is None
    assert repr(Model(plain())).count("\n") == 0
    assert "its training is not known" in parse(Model(plain())._repr_html_()).texts
    training = {"settings": {"data": "mnist"}, "train_n": "many"}
    save(Model(plain(), training, {"test_accuracy": "good"}), tmp_path / "a.safetensors")
    assert read_model(tmp_path / "a.safetensors").network.trained_on == "mnist"


def test_the_shipped_model(parse):
    model = open_model()
    rows = dict(row for row in parse(model._repr_html_()).rows if len(row) == 2)
    assert rows["test accuracy"] == f"{100 * model.results['test_accuracy']:.2f}%"
    assert isinstance(model.calibration, Calibration)
    assert f"temperature {model.calibration.temperature:g}" in rows["calibration"]
    assert all(len(value) <= 400 for value in rows.values())
