"""The settings of a training run: one table.

A row of the table is a field of `Settings`: its type and its default, and beside them its range,
unit, meaning, group and source. The command line's options, a sweep's axes, the page's form, checks
and their messages, what model files and TOML files hold, the arguments of `fit` and the reference
in the docs are made from it.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitwise.errors import InputError
from digitwise.setting import row, table_of

if TYPE_CHECKING:
    from digitwise.descent import Variant
    from digitwise.layers import Layer
    from digitwise.setting import Setting


@dataclass(frozen=True)
class Settings:
    """All that a run depends on, besides the data: the run is a pure function of it.

    Defaults were chosen on the last 10,000 training digits of MNIST.
    """

    data: str = row(
        "auto",
        "The digits: auto (MNIST where it is at hand, else digits), mnist, digits (the bundled "
        "set), a collection (its name, an .npz or a .csv file), or a folder of IDX files or of "
        "pictures in folders named by label.",
        "data",
        metavar="SET",
        page="first",
        label="Digits",
    )
    also: tuple[str, ...] = row(
        (),
        "Mix in another set, a collection's name or file, given several times; SHARE is its share "
        "of all examples. none: leave out what the preset mixes in.",
        "data",
        metavar="SET[:SHARE]",
    )
    limit: int | None = row(
        None, "Train on the first so many digits only.", "data", unit="digits", least=1, page="more"
    )
    validation: int = row(
        0,
        "Set aside the last so many training digits; they are measured after every epoch, and the "
        "test digits only at the end.",
        "data",
        unit="digits",
        least=0,
        most=10**9,
    )
    deform: str = row(
        "none",
        "Draw every digit anew each time: slanted, turned, bent.",
        "data",
        choices=("none", "mnist", "wild"),
        source="Simard et al. 2003",
        axis=True,
        page="more",
    )
    non_digits: float = row(
        0.0,
        "Share of the examples made into what is no digit; no output should fire for them.",
        "data",
        unit="share",
        least=0,
        below=1,
        axis=True,
    )
    numbers: int = row(
        0,
        "Draw so many numbers, and learn too from what they might be cut into.",
        "data",
        unit="numbers",
        least=0,
        most=10**6,
    )
    real_numbers: str = row(
        "",
        "Learn how to weigh a number's parts from real pictures too: a folder of them with "
        "truth.json. none: leave out what the preset names.",
        "data",
        metavar="DIR",
    )
    hidden: tuple[int, ...] = row(
        (100,),
        "Neurons of the hidden layers: 30, or 100,30 (also 100-30); none: no hidden layer.",
        "network",
        unit="neurons",
        least=1,
        most=10**6,
        most_values=90,
        metavar="N[,N...]",
        axis=True,
        page="first",
        label="Hidden layers",
    )
    convolutions: str = row(
        "",
        "Layers with shared weights, before the hidden ones: 3x3x16p2,3x3x32 has 16 maps of 3x3 "
        "patches, pooled 2x2, then 32 maps; none: no such layer.",
        "network",
        metavar="KxKxMAPS[pN],...",
        source="LeCun et al. 1998",
        page="more",
        label="Shared weights",
    )
    activation: str = row(
        "sigmoid",
        "Activation of the hidden neurons.",
        "network",
        choices=("sigmoid", "tanh", "relu"),
        symbol="f",
        source="Eq. 3",
        axis=True,
        page="first",
    )
    cost: str = row(
        "quadratic",
        "Cost function.",
        "network",
        choices=("quadratic", "cross-entropy"),
        symbol="C",
        source="Eq. 6",
        axis=True,
        page="first",
    )
    init: str = row(
        "scaled",
        "How weights start: as N(0, 1), or divided by √fan-in, or for relu with twice that "
        "variance.",
        "network",
        choices=("gaussian", "scaled", "he"),
        source="He et al. 2015",
        axis=True,
        page="first",
        label="Start",
    )
    start_from: tuple[str, ...] = row(
        (),
        "Begin with a trained network: a model file, or a shipped one's name. Given several times: "
        "with the average of networks that were trained from one start.",
        "network",
        metavar="MODEL",
        source="Wortsman et al. 2022",
    )
    store: str = row(
        "float32",
        "How the model is written: float16 halves the file.",
        "network",
        choices=("float32", "float16"),
    )
    epochs: int = row(
        20,
        "Passes over the training digits.",
        "learning",
        unit="epochs",
        least=0,
        most=10**9,
        axis=True,
        page="first",
    )
    batch_size: int = row(
        10,
        "Digits of a mini-batch: one step each.",
        "learning",
        symbol="m",
        unit="digits",
        least=1,
        most=10**9,
        source="Eq. 19",
        axis=True,
        page="first",
        label="Mini-batch",
    )
    learning_rate: float = row(
        2.0, "Step size.", "learning", symbol="η", above=0, source="Eq. 15", axis=True, page="first"
    )
    schedule: str = row(
        "constant",
        "How the learning rate goes on: it stays, or falls to 0.",
        "learning",
        choices=("constant", "linear", "cosine"),
        source="Loshchilov & Hutter 2017",
        axis=True,
        page="more",
    )
    momentum: float = row(
        0.0,
        "Share of a step that the next one keeps.",
        "learning",
        symbol="μ",
        unit="share",
        least=0,
        below=1,
        source="Polyak 1964",
        axis=True,
        page="more",
    )
    nesterov: bool = row(
        False,
        "Nesterov's kind of momentum: the step as if the gradient had been taken ahead.",
        "learning",
        source="Sutskever et al. 2013",
        page="more",
    )
    weight_decay: float = row(
        0.0,
        "A step takes learning rate × λ of every weight.",
        "learning",
        symbol="λ",
        least=0,
        axis=True,
        page="more",
    )
    dropout: float = row(
        0.0,
        "Share of the hidden neurons left out of a step.",
        "learning",
        symbol="p",
        unit="share",
        least=0,
        below=1,
        source="Srivastava et al. 2014",
        axis=True,
    )
    plain_epochs: int = row(
        0,
        "The last so many epochs learn from digits as they are, deformed no more.",
        "learning",
        unit="epochs",
        least=0,
        most=10**9,
        axis=True,
    )
    average: float = row(
        0.0,
        "Epochs that the weights are averaged over; 0: the last weights as they are.",
        "learning",
        unit="epochs",
        least=0,
        source="Tarvainen & Valpola 2017",
        axis=True,
    )
    patience: int | None = row(
        None,
        "Stop after so many epochs without a gain on the validation digits.",
        "learning",
        unit="epochs",
        least=1,
        source="Prechelt 1998",
    )
    keep_best: bool = row(
        False,
        "End with the weights of the epoch that was best on the validation digits.",
        "learning",
    )
    seed: int = row(
        0,
        "Seed of the start, of the orders and of all that is drawn.",
        "running",
        least=0,
        most=2**63 - 1,
        page="first",
    )
    engine: str = row(
        "auto",
        "What runs the epochs.",
        "running",
        choices=("auto", "reference", "fused", "dense", "conv"),
    )

    def __post_init__(self) -> None:
        """Refuse values outside their ranges; write lists as tuples, whole rates as reals."""
        for setting in self.rows():
            object.__setattr__(self, setting.name, setting.clean(getattr(self, setting.name)))

    @property
    def variant(self) -> "Variant":
        """How its steps depart from Eq. 20 and 21."""
        from digitwise.descent import Variant  # and with it NumPy

        return Variant(self.momentum, self.nesterov, self.weight_decay, self.dropout)

    @property
    def planned(self) -> bool:
        """Whether the run leads up to its last epoch, and so can't go on after it."""
        rising = self.schedule != "constant" or self.average or self.plain_epochs or self.keep_best
        return bool(rising) or self.store != "float32"

    @property
    def layout(self) -> "list[int | Layer]":
        """Inputs and layers, as `Network` takes them."""
        from digitwise.typed_layers import parse_layers

        return [784, *parse_layers(self.convolutions), *self.hidden, 10]

    @classmethod
    def rows(cls) -> "list[Setting]":
        """Return the table."""
        return list(table_of(cls).values())

    def check(self) -> None:
        """Refuse settings that contradict each other.

        Raises
        ------
        InputError
            If there are any, or layers don't fit each other.
        """
        from digitwise.layers import place_layers

        place_layers(self.layout)
        if self.nesterov and not self.momentum:
            raise InputError(
                "nesterov is a kind of momentum: expected momentum > 0, found 0; or leave it out "
                "(--no-nesterov)"
            )
        taken = self.learning_rate * self.weight_decay
        if taken >= 1:
            raise InputError(
                f"a step would take {taken:.3g} times each weight from it: expected "
                "learning_rate × weight_decay below 1"
            )

    def changed(self, changes: dict[str, Any]) -> "Settings":
        """Return the same with some other values.

        Raises
        ------
        InputError
            If there is no setting of a name, or a value is outside its range.
        """
        for name in changes:
            find_setting(name)
        return replace(self, **changes)

    def command(self) -> str:
        """Return the command line that repeats the run."""
        words = ["digitwise train"]
        for setting in self.rows():
            words += setting.typed(getattr(self, setting.name))
        return " ".join(words)

    def to_dict(self) -> dict[str, Any]:
        """As model files have it, in JSON's types."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Settings":
        """Restore what `to_dict` gave; settings that are newer than it have their defaults.

        Raises
        ------
        InputError
            If it isn't that.
        """
        start = saved.get("start_from") or ()
        start = [start] if isinstance(start, str) else start  # earlier files have a name, or null
        return cls().changed({**saved, "start_from": start})

    def to_toml(self) -> str:
        """Return the settings that differ from the defaults as a TOML file has them."""
        lines = [
            f"{setting.name} = {_toml(getattr(self, setting.name))}"
            for setting in self.rows()
            if getattr(self, setting.name) != setting.default
        ]
        return "\n".join([*lines, ""])


TABLE = table_of(Settings)
DEFAULTS = Settings()


def find_setting(name: str, among: Iterable[str] = ()) -> "Setting":
    """Return the setting of this name, which should be one of some, or of all.

    Raises
    ------
    InputError
        If there is none.
    """
    if name in TABLE:
        return TABLE[name]
    known = list(among or TABLE)
    near = get_close_matches(str(name), known, 1, cutoff=0.7)
    hint = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(known)}"
    raise InputError(f"there is no setting {name!r:.50}; {hint}")


def read_settings(path: Path) -> dict[str, Any]:
    """Read a TOML file of settings, one `name = value` a line, and check each.

    Raises
    ------
    InputError
        If the file can't be read, is no TOML, or a setting is unknown or outside its range.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"can't read settings {path}: {error.strerror}") from error
    except ValueError as error:  # TOML, or its encoding
        raise InputError(f"{path}: expected TOML, as learning_rate = 0.5; {error}") from error
    try:
        DEFAULTS.changed(found)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return found


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)
