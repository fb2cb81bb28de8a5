import csv
import json
from dataclasses import replace

import pytest

from digitwise.errors import DataError
from digitwise.settings import Settings
from digitwise.training.sweep import RESULTS, Sweep, combinations, ranked, split, write_csv
from digitwise.training.sweep_picture import best_medians, draw_sweep, varied

BASE = Settings(
    data="digits", hidden=(8,), epochs=1, engine="fused", cost="cross-entropy", learning_rate=0.5
)


@pytest.fixture
def make(bundled, tmp_path):
    train, validation = split(bundled[0])

    def sweep(axes, base=BASE, digits=train):
        return Sweep(combinations(base, axes), digits, validation, tmp_path / "out")

    return sweep


def without_time(rows):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows]


def test_combinations_are_all_of_all_axes():
    grid = combinations(BASE, {"hidden": [(5,), (6, 7)], "seed": [0, 1]})
    assert [(s.hidden, s.seed) for s in grid] == [((5,), 0), ((5,), 1), ((6, 7), 0), ((6, 7), 1)]
    assert all(replace(s, hidden=(8,), seed=0) == BASE for s in grid)
    assert combinations(BASE, {}) == [BASE]


def test_the_split_is_the_last_sixth(mnist, few):
    train, validation = split(mnist[0])
    assert (len(train), len(validation)) == (50_000, 10_000)
    assert validation.sha256() == mnist[0][50_000:].sha256()
    with pytest.raises(DataError, match="5 digits are too few"):
        split(few[:5])


def test_every_combination_gets_a_row(make):
    sweep = make({"learning_rate": [0.1, 1.0], "seed": [0, 1]})
    told = []
    sweep.run(workers=2, finished=told.append)
    rows = sweep.rows()
    assert [(r["settings"]["learning_rate"], r["settings"]["seed"]) for r in rows] == [
        (0.1, 0), (0.1, 1), (1.0, 0), (1.0, 1),
    ]  # fmt: skip
    assert sorted(map(repr, told)) == sorted(map(repr, rows))
    for row in rows:
        assert row["parameters"] == 784 * 8 + 8 + 8 * 10 + 10
        assert row["epochs_run"] == 1
        assert 0 < row["validation_accuracy"] == row["best_validation_accuracy"] < 1
        assert row["seconds"] > 0
        assert row["settings"]["engine"] == "fused"
    lines = (sweep.folder / RESULTS).read_text().splitlines()
    assert sorted(map(repr, map(json.loads, lines))) == sorted(map(repr, rows))


def test_stopped_anywhere_it_goes_on_and_ends_the_same(make, tmp_path):
    axes = {"learning_rate": [0.1, 0.3, 1.0], "seed": [0, 1]}
    whole = make(axes)
    whole.folder = tmp_path / "whole"
    whole.run()
    expected = without_time(whole.rows())
    for _ in range(6):
        part, count = make(axes), 0

        def stop(settings, history):
            nonlocal count
            count += 1
            return count == 2

        part.run(workers=1, progress=stop)
    assert without_time(make(axes).rows()) == expected
    # Nothing is trained twice.
    assert len((make(axes).folder / RESULTS).read_text().splitlines()) == 6
    again = []
    make(axes).run(finished=again.append)
    assert again == []


def test_a_grid_may_grow(make):
    make({"seed": [0]}).run()
    told = []
    larger = make({"learning_rate": [0.5, 2.0], "seed": [0]})
    larger.run(finished=told.append)
    assert [row["settings"]["learning_rate"] for row in told] == [2.0]
    assert len(larger.rows()) == 2


def test_a_line_that_a_crash_cut_off_is_done_again(make):
    sweep = make({"seed": [0, 1]})
    sweep.run(workers=1)
    expected = without_time(sweep.rows())
    path = sweep.folder / RESULTS
    path.write_bytes(path.read_bytes()[:-20])
    assert len(sweep.rows()) == 1
    sweep.run(workers=1)
    assert without_time(sweep.rows()) == expected


def test_results_of_other_digits_are_not_mixed_in(make, bundled):
    make({"seed": [0]}).run()
    other = make({"seed": [0, 1]}, digits=bundled[0][:500])
    with pytest.raises(DataError, match="results of other digits: name another folder"):
        other.run()


@pytest.mark.parametrize("line", ["no JSON", "[]", "{}", '{"settings": {"hidden": 3}}', "5"])
def test_a_file_of_something_else(make, line):
    sweep = make({"seed": [0]})
    sweep.folder.mkdir()
    (sweep.folder / RESULTS).write_text(line + "\n")
    with pytest.raises(DataError, match=r"line 1: expected a result of `digitwise sweep`"):
        sweep.run()
    assert (sweep.folder / RESULTS).read_text() == line + "\n"


def test_one_that_diverges_is_a_result(make):
    sweep = make({"learning_rate": [0.1, 1e30]}, replace(BASE, activation="relu"))
    sweep.run()
    good, bad = sweep.rows()
    assert good["epochs_run"] == 1
    assert bad["epochs_run"] == 0
    assert bad["validation_accuracy"] is None
    assert "too large" in bad["warnings"][0]
    assert draw_sweep(sweep.rows()).startswith(b"\x89PNG")


def test_combinations_are_compared_by_their_medians():
    rows = [
        *(fake(a, seed=s, learning_rate=1.0) for s, a in enumerate([0.99, 0.5, 0.4])),
        *(fake(a, seed=s, learning_rate=2.0) for s, a in enumerate([0.7, 0.8, 0.6])),
        fake(None, learning_rate=3.0),
    ]
    found = ranked(rows)
    assert [c.settings.learning_rate for c in found] == [2.0, 1.0, 3.0]
    assert [c.median for c in found] == [0.7, 0.5, 0.0]
    assert found[1].accuracies == [0.99, 0.5, 0.4]


def test_the_table_has_a_row_a_network(make, tmp_path):
    sweep = make({"hidden": [(5,), (6, 4)], "cost": ["quadratic"]})
    sweep.run()
    write_csv(sweep.rows(), tmp_path / "t.csv")
    with (tmp_path / "t.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["hidden"] for row in rows] == ["5", "6-4"]
    assert [row["cost"] for row in rows] == ["quadratic"] * 2
    assert [float(row["training_cost"]) for row in rows] == [
        row["training_cost"] for row in sweep.rows()
    ]
    assert [float(row["validation_accuracy"]) for row in rows] == [
        row["validation_accuracy"] for row in sweep.rows()
    ]


def fake(accuracy, **settings):
    settings = {**BASE.to_dict(), **settings}
    run = 0 if accuracy is None else settings["epochs"]
    return {"settings": settings, "validation_accuracy": accuracy, "epochs_run": run}


def test_varied_settings_are_found():
    rows = [fake(0.9, hidden=[30], seed=s, learning_rate=r) for s in (0, 1) for r in (3.0, 0.1)]
    rows.append(fake(0.9, hidden=[10, 5], learning_rate=3.0))
    assert varied(rows) == {"hidden": ["30", "10-5"], "learning_rate": [0.1, 3.0]}


def test_medians_over_seeds_and_the_best_of_the_rest():
    rows = [
        fake(0.5, seed=0, learning_rate=1.0, cost="quadratic"),
        fake(0.9, seed=1, learning_rate=1.0, cost="quadratic"),
        fake(0.6, seed=2, learning_rate=1.0, cost="quadratic"),
        fake(0.7, seed=0, learning_rate=1.0),
        fake(0.2, seed=1, learning_rate=1.0),
        fake(0.3, seed=2, learning_rate=1.0),
        fake(None, learning_rate=2.0),
    ]
    assert best_medians(rows, ["learning_rate"]) == {(1.0,): 0.6, (2.0,): 0.0}
    assert best_medians(rows, ["learning_rate", "cost"])[1.0, "cross-entropy"] == 0.3


def test_a_picture_of_nothing_but_failures():
    rows = [fake(None, learning_rate=r, batch_size=m) for r in (1.0, 2.0) for m in (1, 2)]
    assert draw_sweep(rows).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "axes",
    [
        {"seed": [0, 1]},
        {"learning_rate": [0.1, 1.0, 10.0]},
        {"activation": ["sigmoid", "tanh"]},
        {"learning_rate": [0.1, 1.0], "hidden": [(5,), (6, 4)]},
        {"learning_rate": [0.1, 1.0], "hidden": [(5,)], "cost": ["quadratic", "cross-entropy"]},
        {"learning_rate": [0.1, 1.0], "hidden": [(5,), (6,)], "batch_size": [5, 10]},
        {"learning_rate": [0.1 * k for k in range(1, 41)], "batch_size": [5, 10]},
        {"weight_decay": [0, 1e-5, 1e-3], "seed": [0, 1]},
    ],
    ids=lambda axes: "-".join(axes),
)
def test_any_axes_can_be_drawn(axes):
    rows = [
        fake(0.1 * number if number else None, **{**s.to_dict(), "hidden": list(s.hidden)})
        for number, s in enumerate(combinations(BASE, axes))
    ]
    assert draw_sweep(rows).startswith(b"\x89PNG")
