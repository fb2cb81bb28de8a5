"""What happened in training, epoch by epoch: also all that is needed to go on from there."""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from digitwise.network import Gradient

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Epoch:
    """One row of the history; what was not measured is None.

    Attributes
    ----------
    epoch : int
        1 for the first.
    cost, train_accuracy : float
        Measured after the epoch, on at most 10,000 of the training digits, the first ones, or on at
        most 2,000 rows of a table, evenly spread.
    test_accuracy, validation_accuracy : float or None
    seconds : float or None
        Training alone, without evaluation; None for an epoch that ran in another process.
    """

    epoch: int
    cost: float
    train_accuracy: float
    test_accuracy: float | None = None
    validation_accuracy: float | None = None
    seconds: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


@dataclass
class History:
    """The epochs so far, and the place in the one that is under way.

    Attributes
    ----------
    epochs : list of Epoch
        Those completed.
    position : int
        How many training digits of the next epoch have been used.
    warnings : list of str
        What the user should know about this run.
    velocity : Gradient or None
        Under momentum, the velocities of weights and biases, in their shapes.
    average : Gradient or None
        Under averaging, and until the end, the averages of weights and biases, in their shapes.
    best : Gradient or None
        Where the best epoch is kept, and until the end, its weights and biases.
    """

    epochs: list[Epoch] = field(default_factory=list)
    position: int = 0
    warnings: list[str] = field(default_factory=list)
    velocity: Gradient | None = None
    average: Gradient | None = None
    best: Gradient | None = None

    @property
    def best_test_accuracy(self) -> float | None:
        """The highest test accuracy of any epoch; None if it was never measured."""
        return max(
            (e.test_accuracy for e in self.epochs if e.test_accuracy is not None), default=None
        )

    @property
    def seconds(self) -> float:
        """Of training, without evaluation, as far as measured."""
        return sum(e.seconds or 0.0 for e in self.epochs)

    def plot(self, title: str = "") -> "Figure":
        """Return a matplotlib figure: cost and accuracy against epochs."""
        from digitwise.display.history import plot

        return plot(self, title)

    def __repr__(self) -> str:
        """Show how many epochs there were, and what the last one gave."""
        from digitwise.display.history import describe

        return describe(self)

    def _repr_html_(self) -> str:
        from digitwise.display.history import as_html

        return as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """As model files have it: without durations, so that equal runs give equal files.

        Velocities, averages and the best weights aren't in it: they are arrays.
        """
        epochs = [{k: v for k, v in e.to_dict().items() if k != "seconds"} for e in self.epochs]
        return {"epochs": epochs, "position": self.position, "warnings": self.warnings}

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "History":
        """Restore what `to_dict` gave.

        Raises
        ------
        TypeError, ValueError, KeyError
            If it isn't that.
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
