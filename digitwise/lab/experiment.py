"""An experiment: a function that measures, a function that draws, and the claims of the chapter.

The module of an experiment has

- `run(...) -> Result`: its parameters have defaults and are annotated with a `Knob`;
- `draw(result) -> dict[str, Figure]`: pictures by name;
- optionally `animate(result) -> dict[str, bytes]`: GIF files by name;
- `CAPTIONS`: caption of each picture;
- `SHORT`: parameters of a run that takes a second.
"""

import inspect
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.extras import need

if TYPE_CHECKING:
    from matplotlib.figure import Figure


FIGURES = "a figure of the lab"
Array = npt.NDArray[Any]
"""Numbers of an experiment, of any type and shape."""


@dataclass(frozen=True)
class Knob:
    """Help text of a parameter, and its range, both ends included."""

    help: str
    least: float = -math.inf
    most: float = math.inf
    choices: tuple[str, ...] = ()
    several: tuple[int, int] = (0, 100)
    """Minimum and maximum number of different values of a parameter with several."""

    def check(self, name: str, value: Any) -> None:
        """Refuse a value, or one of several, outside the range.

        Raises
        ------
        InputError
            If a value is outside the range, or there are too few or too many values.
        """
        if isinstance(value, tuple) and not self.several[0] <= len(set(value)) <= self.several[1]:
            least, most = self.several
            raise InputError(
                f"{name}: expected {least} to {most} different numbers; found {len(set(value))}"
            )
        for one in value if isinstance(value, tuple) else (value,):
            if self.choices and one not in self.choices:
                raise InputError(f"{name}: expected one of {', '.join(self.choices)}; found {one}")
            if isinstance(one, int | float) and not self.least <= one <= self.most:
                raise InputError(f"{name}: expected {self.least:g} to {self.most:g}; found {one:g}")


@dataclass(frozen=True)
class Finding:
    """A claim of the chapter in our words, the measurement, and whether the claim held."""

    claim: str
    measured: str
    held: bool


class Result(ABC):
    """The numbers of an experiment; each subclass is a dataclass."""

    @property
    def text(self) -> str:
        """Further lines of text for people; may be empty."""
        return ""

    @abstractmethod
    def findings(self) -> list[Finding]:
        """Return the chapter's claims, with measurements and verdicts."""


@dataclass(frozen=True)
class Run:
    """A run of an experiment.

    Attributes
    ----------
    experiment : Experiment
    parameters : dict
        All parameters, including defaults.
    result : Result
    seconds : float
        Duration of the measurement.
    data : str or None
        Name of the set of digits, if the experiment learns from digits.
    """

    experiment: "Experiment"
    parameters: dict[str, Any]
    result: Result
    seconds: float
    data: str | None

    def draw(self) -> "dict[str, Figure]":
        """Return the pictures by name."""
        need("matplotlib", "plots", FIGURES)
        from matplotlib import rc_context

        from digitwise.lab.figures import STYLE

        with rc_context(STYLE):
            pictures: dict[str, Figure] = self.experiment.module.draw(self.result)
        return pictures

    def animate(self) -> dict[str, bytes]:
        """Return the content of GIF files, by name; empty if the experiment has none."""
        need("matplotlib", "plots", FIGURES)
        from matplotlib import rc_context

        from digitwise.lab.figures import STYLE

        animate = getattr(self.experiment.module, "animate", None)
        with rc_context(STYLE):
            files: dict[str, bytes] = animate(self.result) if animate else {}
        return files

    @property
    def command(self) -> str:
        """Command line that repeats the run."""
        words = ["digitwise lab", self.experiment.name]
        for name, default in self.experiment.defaults.items():
            if self.parameters[name] != default:
                words.append(f"--{name.replace('_', '-')} {_as_word(self.parameters[name])}")
        return " ".join(words)

    def to_dict(self) -> dict[str, Any]:
        """Return the run in JSON's types."""
        return {
            "experiment": self.experiment.name,
            "summary": self.experiment.summary,
            "command": self.command,
            "data": self.data,
            "parameters": plain(self.parameters),
            "seconds": round(self.seconds, 3),
            "findings": [plain(finding) for finding in self.result.findings()],
            "result": plain(self.result),
        }


@dataclass(frozen=True)
class Experiment:
    """An experiment by name; its module is imported when it is needed."""

    name: str
    summary: str = field(compare=False)

    @cached_property
    def module(self) -> Any:
        """Module with `run` and `draw`."""
        return import_module(f"digitwise.lab.{self.name.replace('-', '_')}")

    @property
    def knobs(self) -> dict[str, Knob]:
        """Help text and range of each parameter."""
        hints = get_type_hints(self.module.run, include_extras=True)
        return {name: hints[name].__metadata__[0] for name in self.defaults}

    @property
    def defaults(self) -> dict[str, Any]:
        """Default value of each parameter."""
        signature = inspect.signature(self.module.run)
        return {name: parameter.default for name, parameter in signature.parameters.items()}

    def run(self, **parameters: Any) -> Run:
        """Run the experiment, and return its run.

        Raises
        ------
        InputError
            If a parameter is unknown, or a value is outside its range.
        """
        knobs = self.knobs
        for name, value in parameters.items():
            if name not in knobs:
                raise InputError(
                    f"lab {self.name} has no parameter {name!r}; expected one of: "
                    f"{', '.join(knobs)}"
                )
            knobs[name].check(name, value)
        started = time.perf_counter()
        result: Result = self.module.run(**parameters)
        seconds = time.perf_counter() - started
        return Run(self, {**self.defaults, **parameters}, result, seconds, self._data())

    def _data(self) -> str | None:
        """Return the name of the set of digits that the module learns from, or None."""
        if not hasattr(self.module, "learning_digits"):
            return None
        from digitwise.data.sources import resolve

        return resolve("auto")

    def run_short(self) -> Run:
        """Run the experiment in about a second, with fewer seeds and fewer digits."""
        return self.run(**self.module.SHORT)


def plain(value: Any) -> Any:
    """Return a value in JSON's types; arrays become lists, dataclasses objects, NaN and ∞ null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool | None) else str(value)


def _as_word(value: Any) -> str:
    from shlex import quote

    if isinstance(value, tuple):
        return listed(value)
    return f"{value:g}" if isinstance(value, float) else quote(str(value))


def listed(values: tuple[Any, ...]) -> str:
    """Return several numbers as the command line takes them, such as 1,5,20."""
    return ",".join(f"{one:g}" if isinstance(one, float) else str(one) for one in values)
