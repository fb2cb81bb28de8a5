"""History of a training run, with the state that a resumed run needs."""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from digitwise.network import Gradient

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Epoch:
    """One row of the history.

    Attributes
    ----------
    epoch : int
        Number of the epoch, from 1.
    cost, train_accuracy : float
        Measured after the epoch, on the first 10,000 training digits at most, or on at most 2,000
        evenly spread rows of a table.
    test_accuracy, validation_accuracy : float or None
        None if not measured.
    seconds : float or None
        Duration of the steps, without evaluation; None if the epoch began in another process.
    """

    epoch: int
    cost: float
    train_accuracy: float
    test_accuracy: float | None = None
    validation_accuracy: float | None = None
    seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the row in JSON's types."""
        return asdict(self)


@dataclass
class History:
    """The completed epochs, the position in the next one, and the state of the optimiser.

    Attributes
    ----------
    epochs : list of Epoch
        Completed epochs.
    position : int
        Number of training digits already used in the next epoch.
    warnings : list of str
        Warnings for the user about this run.
    velocity : Gradient or None
        Velocities of weights and biases, with momentum.
    average : Gradient or None
        Averages of weights and biases, with averaging, until the run is finished.
    best : Gradient or None
        Weights and biases of the best epoch, with `BestModel`, until the run is finished.
    """

    epochs: list[Epoch] = field(default_factory=list)
    position: int = 0
    warnings: list[str] = field(default_factory=list)
    velocity: Gradient | None = None
    average: Gradient | None = None
    best: Gradient | None = None

    @property
    def best_test_accuracy(self) -> float | None:
        """Highest test accuracy of any epoch; None if it was never measured."""
        return max(
            (e.test_accuracy for e in self.epochs if e.test_accuracy is not None), default=None
        )

    @property
    def seconds(self) -> float:
        """Sum of the measured durations of the epochs, without evaluation."""
        return sum(e.seconds or 0.0 for e in self.epochs)

    def plot(self, title: str = "") -> "Figure":
        """Return a matplotlib figure: cost and accuracy against epochs."""
        from digitwise.display.history import plot

        return plot(self, title)

    def __repr__(self) -> str:
        """Return a line with the number of epochs and the last one's results."""
        from digitwise.display.history import describe

        return describe(self)

    def _repr_html_(self) -> str:
        from digitwise.display.history import as_html

        return as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the history as model files hold it, in JSON's types.

        Durations are left out, so that equal runs give equal files. The arrays (velocities,
        averages, best weights) are left out, since a model file stores them as tensors.
        """
        epochs = [{k: v for k, v in e.to_dict().items() if k != "seconds"} for e in self.epochs]
        return {"epochs": epochs, "position": self.position, "warnings": self.warnings}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "History":
        """Return the history that `to_dict` wrote.

        Raises
        ------
        TypeError, ValueError, KeyError
            If `saved` is no history.
        """
        epochs = [Epoch(**row) for row in saved["epochs"]]
        for e in epochs:
            accuracies = (
                e.cost,
                e.train_accuracy,
                e.test_accuracy or 0.0,
                e.validation_accuracy or 0.0,
            )
            if not isinstance(e.epoch, int) or not all(
                isinstance(v, int | float) for v in accuracies
            ):
                raise ValueError(f"{e} is no row of a history")
        return cls(epochs, int(saved["position"]), [str(w) for w in saved["warnings"]])
