"""The settings of a training run, and the presets that have a name."""

from dataclasses import asdict, dataclass, fields
from shlex import quote
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digitwise.descent import Variant


@dataclass(frozen=True)
class Settings:
    """All that a run depends on, besides the data: the run is a pure function of it.

    Attributes
    ----------
    data : str
        Name of the set of digits.
    hidden : tuple of int
        Neurons of each hidden layer.
    epochs, batch_size : int
    learning_rate : float
    schedule : str
        How the learning rate changes: see `digitwise.training.schedules`.
    momentum, nesterov, weight_decay, dropout
        See `digitwise.descent.Variant`.
    cost, activation, init : str
        See `digitwise.Network`.
    seed : int
        Of the random start and of the order of the examples.
    engine : str
        The one asked for.
    limit : int or None
        Train on the first so many digits only.
    """

    data: str = "auto"
    hidden: tuple[int, ...] = (100,)
    epochs: int = 20
    batch_size: int = 10
    learning_rate: float = 0.5
    schedule: str = "constant"
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    dropout: float = 0.0
    cost: str = "cross-entropy"
    activation: str = "sigmoid"
    init: str = "scaled"
    seed: int = 0
    engine: str = "auto"
    limit: int | None = None

    def command(self) -> str:
        """Return the command line that repeats the run."""
        words = ["digitwise train"]
        for name, value in asdict(self).items():
            if name == "hidden":
                value = ",".join(map(str, value))
            option = f"--{name.replace('_', '-')}"
            if value is True:
                words.append(option)
            elif value is not None and value is not False:
                words.append(f"{option} {quote(str(value))}")
        return " ".join(words)

    @property
    def variant(self) -> "Variant":
        """How its steps depart from Eq. 20 and 21."""
        from digitwise.descent import Variant  # and with it NumPy

        return Variant(self.momentum, self.nesterov, self.weight_decay, self.dropout)

    def to_dict(self) -> dict[str, Any]:
        """As model files have it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Settings":
        """Restore what `to_dict` gave, after a trip through JSON.

        Raises
        ------
        TypeError, ValueError, KeyError
            If it isn't that.
        """
        settings = cls(**{**saved, "hidden": tuple(saved["hidden"])})
        for field in fields(cls):
            value = getattr(settings, field.name)
            values = value if field.name == "hidden" else (value,)
            wanted = TYPES[field.name]
            if not all(isinstance(v, wanted) and (wanted is bool or v is not True) for v in values):
                raise ValueError(f"{field.name} can't be {value!r:.50}")
        return settings


TYPES: dict[str, Any] = {
    "data": str,
    "hidden": int,
    "epochs": int,
    "batch_size": int,
    "learning_rate": int | float,
    "schedule": str,
    "momentum": int | float,
    "nesterov": bool,
    "weight_decay": int | float,
    "dropout": int | float,
    "cost": str,
    "activation": str,
    "init": str,
    "seed": int,
    "engine": str,
    "limit": int | None,
}

PRESETS = {
    "default": Settings(),
    # The published program: 50,000 training digits, the rest set aside.
    "chapter": Settings(
        hidden=(30,),
        epochs=30,
        batch_size=10,
        learning_rate=3.0,
        cost="quadratic",
        init="gaussian",
        limit=50_000,
    ),
}
