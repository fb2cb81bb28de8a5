"""The settings of a training run."""

from dataclasses import asdict, dataclass, fields, replace
from shlex import quote
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digitwise.descent import Variant
    from digitwise.network import Network


@dataclass(frozen=True)
class Settings:
    """All that a run depends on, besides the data: the run is a pure function of it.

    Attributes
    ----------
    data : str
        Name of the set of digits.
    also : tuple of str
        Sets of digits that are mixed in, each as NAME or NAME:SHARE: the share of an epoch's
        examples; see `digitwise.data.mixture`.
    hidden : tuple of int
        Neurons of each hidden layer.
    epochs, batch_size : int
    learning_rate : float
    schedule : str
        How the learning rate changes: see `digitwise.training.schedules`.
    momentum, nesterov, weight_decay, dropout
        See `digitwise.descent.Variant`.
    deform : str
        How digits are drawn anew each time: "none", or one of `digitwise.data.deform.DEFORMATIONS`.
    plain_epochs, non_digits, average, patience
        See `digitwise.training.fit`.
    numbers : int
        How many numbers are drawn with the training digits and cut up, to learn from what a reader
        would try as digits too: see `digitwise.reading.examples`.
    real_numbers : str
        Folder of real pictures of numbers, or its name, that the weights of reading are learnt
        from besides drawn ones: see `digitwise.data.real_numbers`. Empty for none.
    validation : int
        How many of the training digits, the last ones, are set aside and measured after every
        epoch; the test digits then are measured once, at the end.
    cost, activation, init : str
        See `digitwise.Network`.
    start_from : tuple of str
        Model files, or names of shipped networks, that the run begins with, in place of a network
        fresh from the seed: of several the average, weight by weight. That is as good as all of
        them together if they were trained from one start (Wortsman et al. 2022, "Model soups").
    store : {"float32", "float16"}
        How the finished model is written: float16 halves the file. What is measured at the end is
        the network as it is in the file.
    seed : int
        Of the random start and of the order of the examples.
    engine : str
        The one asked for.
    limit : int or None
        Train on the first so many digits only.
    """

    data: str = "auto"
    also: tuple[str, ...] = ()
    hidden: tuple[int, ...] = (100,)
    epochs: int = 20
    batch_size: int = 10
    learning_rate: float = 0.5
    schedule: str = "constant"
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    dropout: float = 0.0
    deform: str = "none"
    plain_epochs: int = 0
    non_digits: float = 0.0
    numbers: int = 0
    real_numbers: str = ""
    average: float = 0.0
    validation: int = 0
    patience: int | None = None
    cost: str = "cross-entropy"
    activation: str = "sigmoid"
    init: str = "scaled"
    start_from: tuple[str, ...] = ()
    store: str = "float32"
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
            if name in ("also", "start_from"):
                words += [f"{option} {quote(model)}" for model in value]
            elif value is True:
                words.append(option)
            elif value is not None and value is not False and value != "":
                words.append(f"{option} {quote(str(value))}")
        return " ".join(words)

    @property
    def variant(self) -> "Variant":
        """How its steps depart from Eq. 20 and 21."""
        from digitwise.descent import Variant  # and with it NumPy

        return Variant(self.momentum, self.nesterov, self.weight_decay, self.dropout)

    @property
    def planned(self) -> bool:
        """Whether the run leads up to its last epoch, and so can't go on after it."""
        rising = self.schedule != "constant" or self.average or self.plain_epochs
        return bool(rising) or self.store != "float32"

    @property
    def sizes(self) -> list[int]:
        """Neurons per layer, input and output included."""
        return [784, *self.hidden, 10]

    def with_engine(self) -> "Settings":
        """Return the same with the engine that "auto" means here.

        Raises
        ------
        InputError
            If the engine can't do what is asked for.
        """
        from digitwise.engines.choice import resolve_engine

        name = resolve_engine(self.engine, self.sizes, self.batch_size, self.variant)
        return replace(self, engine=name)

    def make_network(self) -> "Network":
        """Return the network that the run begins with, fresh from the seed or from a file, float32.

        Raises
        ------
        InputError
            If a setting is unknown or outside its range, or isn't the file's.
        ModelError
            If there is no such file, or it isn't sound.
        """
        import numpy as np

        from digitwise.network import Network

        network = Network(
            self.sizes,
            activation=self.activation,
            cost=self.cost,
            init=self.init,
            rng=self.seed,
            dtype="float32",
        )
        if self.start_from:
            start = [self._trained(name, network) for name in self.start_from]
            for of_network in ("weights", "biases"):
                arrays = zip(*(getattr(other, of_network) for other in start), strict=True)
                averages = [np.mean(same, axis=0, dtype=np.float64) for same in arrays]
                setattr(network, of_network, [a.astype(network.dtype) for a in averages])
        return network

    @staticmethod
    def _trained(name: str, like: "Network") -> "Network":
        from digitwise.errors import InputError
        from digitwise.models.shipped import open_model

        network = open_model(name).network
        if (network.sizes, network.activation) != (like.sizes, like.activation):
            raise InputError(
                f"{name} is {'-'.join(map(str, network.sizes))}, {network.activation}; "
                f"expected {'-'.join(map(str, like.sizes))}, {like.activation}: give "
                "its --hidden and --activation"
            )
        return network

    def fit_arguments(self) -> dict[str, Any]:
        """How `fit` trains it."""
        from digitwise.data.deform import find_deformation
        from digitwise.training.schedules import make_schedule

        return {
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "learning_rate": make_schedule(self.schedule, self.learning_rate, self.epochs),
            **asdict(self.variant),
            "deformation": find_deformation(self.deform),
            "plain_epochs": self.plain_epochs,
            "non_digits": self.non_digits,
            "average": self.average,
            "patience": self.patience,
            "seed": self.seed,
            "engine": self.engine,
        }

    def to_dict(self) -> dict[str, Any]:
        """As model files have it, in JSON's types."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Settings":
        """Restore what `to_dict` gave.

        Raises
        ------
        TypeError, ValueError, KeyError
            If it isn't that.
        """
        start = saved.get("start_from") or ()
        start = [start] if isinstance(start, str) else start  # earlier files have a name, or null
        given = (
            {"also": (), "real_numbers": ""} | saved | {"start_from": start}
        )  # `also` is newer than some files
        settings = cls(**given | {name: tuple(given[name]) for name in LISTS})
        for field in fields(cls):
            value = getattr(settings, field.name)
            values = value if field.name in LISTS else (value,)
            wanted = TYPES[field.name]
            if not all(isinstance(v, wanted) and (wanted is bool or v is not True) for v in values):
                raise ValueError(f"{field.name} can't be {value!r:.50}")
        return settings


LISTS = ("also", "hidden", "start_from")
TYPES: dict[str, Any] = {
    "data": str,
    "also": str,
    "hidden": int,
    "epochs": int,
    "batch_size": int,
    "learning_rate": int | float,
    "schedule": str,
    "momentum": int | float,
    "nesterov": bool,
    "weight_decay": int | float,
    "dropout": int | float,
    "deform": str,
    "plain_epochs": int,
    "non_digits": int | float,
    "numbers": int,
    "real_numbers": str,
    "average": int | float,
    "validation": int,
    "patience": int | None,
    "cost": str,
    "activation": str,
    "init": str,
    "start_from": str,
    "store": str,
    "seed": int,
    "engine": str,
    "limit": int | None,
}
