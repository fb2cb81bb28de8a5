"""The settings of a training run, in one table.

A row of the table is a field of `Settings`: its type, default, range, unit, meaning, group and
source. Everything else about settings follows from the table: options of the command line, axes of
a sweep, the page's form, checks and their messages, model files, TOML files, arguments of `fit` and
the reference in the docs.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitwise.errors import InputError, reason_of
from digitwise.parsing import parse_toml
from digitwise.setting import row, table_of

if TYPE_CHECKING:
    from digitwise.descent import Variant
    from digitwise.layers import Layer
    from digitwise.setting import Setting


@dataclass(frozen=True)
class Settings:
    """The settings of a run, which is a pure function of them and of the data.

    The defaults were chosen on the last 10,000 training digits of MNIST.
    """

    data: str = row(
        "auto",
        "The digits: auto (MNIST if it is present, else digits), mnist, digits (the bundled "
        "set), a collection (its name, an .npz or a .csv file), or a folder of IDX files or of "
        "pictures in folders named by label.",
        "data",
        metavar="SET",
        page="first",
        label="Digits",
    )
    also: tuple[str, ...] = row(
        (),
        "Mix in a collection, by its name or file; can be repeated. SHARE is its share of all "
        "examples. none: mix in no collection, whatever the preset names.",
        "data",
        metavar="SET[:SHARE]",
    )
    limit: int | None = row(
        None, "Train on the first N digits only.", "data", unit="digits", least=1, page="more"
    )
    validation: int = row(
        0,
        "Set aside the last N training digits for validation after every epoch; the test digits "
        "are then measured only at the end.",
        "data",
        unit="digits",
        least=0,
        most=10**9,
    )
    deform: str = row(
        "none",
        "Deform every digit anew each time it is used: slant, rotation, bends.",
        "data",
        choices=("none", "mnist", "wild"),
        source="Simard et al. 2003",
        axis=True,
        page="more",
    )
    non_digits: float = row(
        0.0,
        "Share of the examples turned into non-digits, for which no output should fire.",
        "data",
        unit="share",
        least=0,
        below=1,
        axis=True,
    )
    numbers: int = row(
        0,
        "Draw N numbers, cut them into candidates and add these to the training examples.",
        "data",
        unit="numbers",
        least=0,
        most=10**6,
    )
    real_numbers: str = row(
        "",
        "Folder of real pictures with truth.json, from which the weighing is learnt too. none: "
        "no folder, whatever the preset names.",
        "data",
        metavar="DIR",
    )
    hidden: tuple[int, ...] = row(
        (100,),
        "Neurons of each hidden layer: 30, or 100,30 (also 100-30); none: no hidden layer.",
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
        "Layers with shared weights, before the hidden layers: 3x3x16p2,3x3x32 has 16 maps of 3x3 "
        "patches, pooled 2x2, then 32 maps of 3x3 patches; none: no such layer.",
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
        "Start of the weights: gaussian, N(0, 1); scaled, N(0, 1)/√fan-in; he, for relu, with "
        "twice the variance of scaled.",
        "network",
        choices=("gaussian", "scaled", "he"),
        source="He et al. 2015",
        axis=True,
        page="first",
        label="Start",
    )
    start_from: tuple[str, ...] = row(
        (),
        "Begin with a trained network: a model file, or the name of a shipped model. If repeated: "
        "the average of these networks, which should have been trained from one start.",
        "network",
        metavar="MODEL",
        source="Wortsman et al. 2022",
    )
    second: str = row(
        "",
        "Model file of a second network. Both read numbers together, as the mean of their weighted "
        "outputs.",
        "network",
        metavar="MODEL",
        source="Cireşan et al. 2011",
    )
    store: str = row(
        "float32",
        "Number format of the model file: float16 halves its size.",
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
        "Digits of a mini-batch; each mini-batch is one step.",
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
        "Course of the learning rate: constant, or falling to 0.",
        "learning",
        choices=("constant", "linear", "cosine"),
        source="Loshchilov & Hutter 2017",
        axis=True,
        page="more",
    )
    momentum: float = row(
        0.0,
        "Share of a step that is added to the next step.",
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
        "Nesterov momentum: the step as if the gradient had been taken ahead.",
        "learning",
        source="Sutskever et al. 2013",
        page="more",
    )
    weight_decay: float = row(
        0.0,
        "Each step shrinks every weight by the share learning rate × λ.",
        "learning",
        symbol="λ",
        least=0,
        axis=True,
        page="more",
    )
    dropout: float = row(
        0.0,
        "Share of the hidden neurons that each step leaves out.",
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
        "Number of epochs at the end that learn from undeformed digits.",
        "learning",
        unit="epochs",
        least=0,
        most=10**9,
        axis=True,
    )
    average: float = row(
        0.0,
        "Number of latest epochs over which the weights are averaged; 0: no averaging.",
        "learning",
        unit="epochs",
        least=0,
        source="Tarvainen & Valpola 2017",
        axis=True,
    )
    patience: int | None = row(
        None,
        "Stop after N epochs without a gain on the validation digits.",
        "learning",
        unit="epochs",
        least=1,
        source="Prechelt 1998",
    )
    keep_best: bool = row(
        False,
        "End with the weights of the epoch with the highest validation accuracy.",
        "learning",
    )
    seed: int = row(
        0,
        "Seed of the first weights, of the order of the examples and of everything drawn.",
        "running",
        least=0,
        most=2**63 - 1,
        page="first",
    )
    engine: str = row(
        "auto",
        "Engine that runs the epochs; auto chooses one for the network.",
        "running",
        choices=("auto", "reference", "fused", "dense", "conv"),
    )

    def __post_init__(self) -> None:
        """Refuse values outside their ranges; turn lists into tuples, whole rates into floats."""
        for setting in self.rows():
            object.__setattr__(self, setting.name, setting.clean(getattr(self, setting.name)))

    @property
    def variant(self) -> "Variant":
        """Variant of gradient descent that the settings ask for."""
        from digitwise.descent import Variant  # here, since it imports NumPy

        return Variant(self.momentum, self.nesterov, self.weight_decay, self.dropout)

    @property
    def planned(self) -> bool:
        """Whether the run is planned up to its last epoch, so that it can't go on after it."""
        rising = self.schedule != "constant" or self.average or self.plain_epochs or self.keep_best
        return bool(rising) or self.store != "float32"

    @property
    def layout(self) -> "list[int | Layer]":
        """Inputs and layers, as `Network` takes them."""
        from digitwise.typed_layers import parse_layers

        return [784, *parse_layers(self.convolutions), *self.hidden, 10]

    @classmethod
    def rows(cls) -> "list[Setting]":
        """Return the rows of the table."""
        return list(table_of(cls).values())

    def check(self) -> None:
        """Refuse settings that contradict each other.

        Raises
        ------
        InputError
            If two settings contradict each other, or the layers don't fit each other.
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
        """Return a copy with other values for some settings.

        Raises
        ------
        InputError
            If a name is unknown, or a value is outside its range.
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
        """Return the settings as model files hold them, in JSON's types."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Settings":
        """Return the settings that `to_dict` wrote; settings that are missing get their defaults.

        Raises
        ------
        InputError
            If a name is unknown, or a value is outside its range.
        """
        start = saved.get("start_from") or ()
        start = [start] if isinstance(start, str) else start  # earlier files hold a name, or null
        return cls().changed({**saved, "start_from": start})

    def to_toml(self) -> str:
        """Return the settings that differ from the defaults, as lines of a TOML file."""
        lines = [
            f"{setting.name} = {_toml(getattr(self, setting.name))}"
            for setting in self.rows()
            if getattr(self, setting.name) != setting.default
        ]
        return "\n".join([*lines, ""])


TABLE = table_of(Settings)
DEFAULTS = Settings()


def find_setting(name: str, among: Iterable[str] = ()) -> "Setting":
    """Return the setting of this name; an error suggests a name from `among`, or from all.

    Raises
    ------
    InputError
        If there is no setting of this name.
    """
    if name in TABLE:
        return TABLE[name]
    known = list(among or TABLE)
    near = get_close_matches(str(name), known, 1, cutoff=0.7)
    hint = f"did you mean {near[0]}?" if near else f"expected one of: {', '.join(known)}"
    raise InputError(f"there is no setting {name!r:.50}; {hint}")


def read_settings(path: Path) -> dict[str, Any]:
    """Return the settings in a TOML file, one `name = value` a line, after checking each.

    Raises
    ------
    InputError
        If the file can't be read or isn't TOML, or a setting is unknown or outside its range.
    """
    try:
        found = parse_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"can't read settings {path}: {reason_of(error)}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise InputError(
            f"{path}: expected TOML, as learning_rate = 0.5; {reason_of(error)}"
        ) from error
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
