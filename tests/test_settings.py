"""The table of settings: each stands once, and all that knows of it is made from there."""

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import digitwise
from digitwise.cli.options import Grouped, chosen_of, option_of, with_settings
from digitwise.cli.sweep import axis_of, values_of
from digitwise.costs import COSTS
from digitwise.data.deform import DEFORMATIONS
from digitwise.engines import CHOICES
from digitwise.errors import InputError
from digitwise.network import INITS, Network
from digitwise.neurons import ACTIVATIONS
from digitwise.setting import GROUPS, row, table_of
from digitwise.settings import DEFAULTS, TABLE, Settings, read_settings
from digitwise.training.fit import ARGUMENTS
from digitwise.training.presets import PRESETS
from digitwise.training.schedules import SCHEDULES

DOCS = Path(digitwise.__file__).parents[1] / "docs"


@dataclass(frozen=True)
class Wider(Settings):
    """The table with one more row."""

    warmth: float = row(
        0.25, "How warm it gets.", "learning", symbol="τ", least=0, below=2, axis=True, page="first"
    )


WIDER = table_of(Wider)


def command_of(table, make=option_of):
    """Return a command with a table's options, and the list of its calls' values."""
    seen: list[dict[str, Any]] = []
    app = typer.Typer(rich_markup_mode=None)

    @app.command(cls=Grouped)
    @with_settings(make, table)
    def run(**given: Any) -> None:
        seen.append(chosen_of(given, table))

    return app, seen


def test_a_row_of_the_table_is_an_option():
    app, seen = command_of(WIDER)
    assert CliRunner().invoke(app, ["--warmth", "1.5"]).exit_code == 0
    assert seen == [{"warmth": 1.5}]
    help_text = " ".join(CliRunner().invoke(app, ["--help"]).output.split())
    learning = help_text[help_text.index("Learning options:") : help_text.index("Running options:")]
    assert "--warmth <float> τ: how warm it gets. [default 0.25;" in learning
    assert "--warmth" not in CliRunner().invoke(command_of(TABLE)[0], ["--help"]).output


def test_a_row_of_the_table_is_a_check():
    app, _ = command_of(WIDER)
    ran = CliRunner().invoke(app, ["--warmth", "2"])
    assert ran.exit_code == 2
    assert "expected a number from 0 to below 2" in " ".join(ran.output.split())
    with pytest.raises(InputError, match="expected warmth to be a number from 0 to below 2; found"):
        WIDER["warmth"].check(-1)


def test_a_row_of_the_table_is_an_axis():
    assert values_of(WIDER["warmth"], "0:1:lin3") == [0.0, 0.5, 1.0]
    with pytest.raises(typer.BadParameter, match="from 0 to below 2"):
        values_of(WIDER["warmth"], "1,3")
    app, _ = command_of(WIDER, axis_of)
    assert "--warmth VALUES" in CliRunner().invoke(app, ["--help"]).output


def test_a_row_of_the_table_is_a_field_of_the_form():
    pytest.importorskip("fastapi")
    from pydantic import ValidationError, create_model

    from digitwise.web.form import fields_of, form_of

    (field,) = [f for f in form_of([], WIDER) if f["name"] == "warmth"]
    assert (field["label"], field["default"], field["place"]) == ("Warmth τ", 0.25, "first")
    sent = create_model("Sent", **fields_of(WIDER))
    assert sent(warmth=1.0).warmth == 1.0
    with pytest.raises(ValidationError, match="less than 2"):
        sent(warmth=2.0)


def test_a_row_of_the_table_is_a_line_of_the_docs():
    spec = importlib.util.spec_from_file_location("settings_page", DOCS / "settings_page.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    lines = page.settings_page(WIDER).splitlines()
    (line,) = [line for line in lines if "`warmth`" in line]
    assert "τ" in line
    assert "How warm it gets." in line
    assert "0.25" in line
    assert "a number from 0 to below 2" in line
    assert not [line for line in page.settings_page(TABLE).splitlines() if "`warmth`" in line]


def test_a_row_of_the_table_is_in_files():
    wide = Wider(warmth=0.5)
    assert wide.to_dict()["warmth"] == 0.5
    assert "warmth = 0.5" in wide.to_toml()


def test_network_and_table_have_the_same_defaults():
    net = Network([784, 10])
    assert (net.activation, net.cost, net.init) == (
        DEFAULTS.activation,
        DEFAULTS.cost,
        DEFAULTS.init,
    )
    assert PRESETS["default"] == DEFAULTS


def test_choices_are_those_of_the_things_they_name():
    choices = {name: set(setting.row.choices) for name, setting in TABLE.items()}
    assert choices["cost"] == set(COSTS)
    assert choices["activation"] == set(ACTIVATIONS)
    assert choices["init"] == set(INITS)
    assert choices["engine"] == set(CHOICES)
    assert choices["schedule"] == set(SCHEDULES)
    assert choices["deform"] == {"none", *DEFORMATIONS}


def test_the_table_is_whole():
    for setting in TABLE.values():
        assert setting.fits(setting.default), setting.name
        assert setting.row.group in GROUPS
        assert setting.row.meaning.endswith((".", ":"))
    assert {"learning_rate", "patience", "deform", "engine"} <= set(ARGUMENTS)
    assert not {"hidden", "data", "validation", "cost"} & set(ARGUMENTS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", -1), ("epochs", 1.5), ("epochs", True), ("epochs", "3"), ("batch_size", 0),
        ("learning_rate", 0), ("learning_rate", float("nan")), ("learning_rate", float("inf")),
        ("momentum", 1), ("dropout", None), ("nesterov", 1), ("cost", "absolute"), ("limit", 0),
        ("hidden", 30), ("hidden", [0]), ("hidden", ["30"]), ("hidden", [1] * 91), ("also", "a"),
        ("also", [1]), ("data", 3), ("seed", 2**63),
    ],
)  # fmt: skip
def test_values_that_cannot_be(name, value):
    with pytest.raises(InputError, match=f"expected {name} to be .*; found"):
        DEFAULTS.changed({name: value})


def test_what_is_no_setting_is_named_with_what_it_may_mean():
    with pytest.raises(InputError, match="no setting 'learning_rat'; did you mean learning_rate"):
        DEFAULTS.changed({"learning_rat": 1})
    with pytest.raises(InputError, match="expected one of: data, also"):
        DEFAULTS.changed({"xyz": 1})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nesterov": True}, "expected momentum > 0"),
        ({"learning_rate": 2.0, "weight_decay": 0.5}, "below 1"),
    ],
)
def test_settings_that_contradict_each_other(changes, said):
    with pytest.raises(InputError, match=said):
        replace(DEFAULTS, **changes).check()


texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=8)
several = st.builds(
    dict,
    data=texts,
    also=st.lists(texts, max_size=3),
    hidden=st.lists(st.integers(1, 10**6), max_size=3),
    epochs=st.integers(0, 10**9),
    learning_rate=st.floats(1e-12, 1e12),
    nesterov=st.booleans(),
    patience=st.none() | st.integers(1, 99),
    cost=st.sampled_from(sorted(COSTS)),
)


@given(several)
def test_files_give_the_same_settings(tmp_path_factory, changes):
    settings = DEFAULTS.changed(changes)
    path = tmp_path_factory.mktemp("s") / "run.toml"
    path.write_text(settings.to_toml(), encoding="utf-8")
    assert DEFAULTS.changed(read_settings(path)) == settings
    assert Settings.from_dict(settings.to_dict()) == settings


def test_earlier_files_lack_what_is_newer():
    saved = {**DEFAULTS.to_dict(), "learning_rate": 3, "start_from": None}
    for newer in ("keep_best", "also", "real_numbers"):
        del saved[newer]
    assert Settings.from_dict(saved) == replace(DEFAULTS, learning_rate=3.0)


@given(several)
def test_the_command_gives_the_same_settings(changes):
    import shlex

    changes["data"] = "digits"  # a name that begins with a dash would be an option
    changes["also"] = [f"x{name}" for name in changes["also"]]
    settings = DEFAULTS.changed(changes)
    app, seen = command_of(TABLE)
    ran = CliRunner().invoke(app, shlex.split(settings.command())[2:])
    assert ran.exit_code == 0, ran.output
    assert DEFAULTS.changed(seen[0]) == settings


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("learning_rate = ", "expected TOML, as learning_rate = 0.5"),
        ("learning_rate = -1", "expected learning_rate to be a finite number above 0; found -1"),
        ("learning-rate = 1", "no setting 'learning-rate'; did you mean learning_rate"),
        ("[learning]\nepochs = 3", "no setting 'learning'"),
        (b"\xff\xfe", "expected TOML"),
        ("hidden = " + "[" * 5000, "nested too deeply"),
        ("learning_rate = " + "9" * 400, "learning_rate to be a finite number above 0"),
        ("epochs = " + "9" * 400, "epochs to be a whole number"),
    ],
)
def test_files_that_hold_no_settings(tmp_path, content, said):
    path = tmp_path / "run.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match="run.toml: .*" + said):
        read_settings(path)
    with pytest.raises(InputError, match="can't read settings"):
        read_settings(tmp_path / "nothing.toml")
