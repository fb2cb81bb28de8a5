"""`NetworkClassifier`: a network on digitwise's engines, as an estimator of scikit-learn."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from digitwise.data.table import Table
from digitwise.engines import choose_engine
from digitwise.errors import InputError, TrainingError
from digitwise.extras import missing
from digitwise.models.calibration import class_probabilities
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.training.fit import fit
from digitwise.training.history import History
from digitwise.training.schedules import check_rate

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_random_state, compute_sample_weight
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise missing("scikit-learn", "sklearn", "NetworkClassifier") from error

# Chosen on held-out rows of scikit-learn's bundled digits, breast cancer and wine, and of
# `make_classification` with 1,000 to 20,000 rows.
RATE = 0.4  # learning rate of inputs whose root mean square norm is 1
DECAY = 4.0  # rows × weight decay
FEW = 400  # rows: no fewer are counted for it


class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A feedforward network for any inputs and classes, in scikit-learn's manner.

    One sigmoid output a class; stochastic gradient descent by backpropagation (Eq. 18 to 21).
    Inputs are taken as they are, as `MLPClassifier` takes them: put a `StandardScaler` in front,
    in a `Pipeline`, unless all features lie around [0, 1]. A float32 X gives a float32 network,
    which learns faster; any other a float64 one.

    >>> from sklearn.datasets import load_wine
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> model = make_pipeline(StandardScaler(), NetworkClassifier(random_state=0))
    >>> float(model.fit(*load_wine(return_X_y=True)).score(*load_wine(return_X_y=True)))
    1.0

    Parameters
    ----------
    hidden : sequence of int, or int
        Neurons of each hidden layer; () for none.
    activation : {"tanh", "sigmoid", "relu"}
        Of the hidden layers. With relu, init="he".
    cost, init : str
        See `digitwise.Network`.
    epochs : int >= 0
        Passes over the training rows.
    batch_size : int >= 1
        Rows of a mini-batch; more than there are means all of them.
    learning_rate : float > 0, or "auto"
        Of the first epoch. "auto": 0.4 / max(1, √(mean ‖x‖²)) of the training rows x, so that the
        scale of the inputs matters less.
    schedule : {"constant", "linear", "cosine"}
        How the learning rate falls until the last epoch.
    momentum, nesterov, dropout
        See `digitwise.descent.Variant`.
    weight_decay : float >= 0, or "auto"
        λ: see `digitwise.descent.Variant`. "auto": 4 / max(n, 400) for n training rows, or for the
        sum of their weights: the more rows, the less is left to the assumption of small weights.
    class_weight : dict, "balanced" or None
        Weights of classes, multiplied with those of rows.
    patience : int >= 1, optional
        Stop early: when the accuracy on rows set aside has not risen for so many epochs. The best
        epoch's network is kept.
    validation_fraction : float in (0, 1)
        Share of the rows that is set aside for `patience`, stratified by class.
    engine : str
        See `digitwise.engines`.
    warm_start : bool
        Let `fit` begin with the network of the `fit` before.
    random_state : int, RandomState or None
        Of the start, the order of the rows, what dropout leaves out, and which rows are set aside.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features,)
        Where X had names.
    network_ : Network
    rows_seen_ : float
        Rows, or the sum of their weights, of `fit` or of all calls of `partial_fit`.
    history_ : History
        Cost and accuracies of every epoch, on at most 2,000 training rows.
    loss_curve_ : list of float
        The costs of `history_`.
    """

    classes_: npt.NDArray[Any]
    network_: Network
    history_: History

    def __init__(
        self,
        hidden: Any = (100,),
        *,
        activation: str = "tanh",
        cost: str = "cross-entropy",
        init: str = "scaled",
        epochs: int = 25,
        batch_size: int = 32,
        learning_rate: float | str = "auto",
        schedule: str = "cosine",
        momentum: float = 0.9,
        nesterov: bool = True,
        weight_decay: float | str = "auto",
        dropout: float = 0.0,
        class_weight: Any = None,
        patience: int | None = None,
        validation_fraction: float = 0.1,
        engine: str = "auto",
        warm_start: bool = False,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.cost = cost
        self.init = init
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.momentum = momentum
        self.nesterov = nesterov
        self.weight_decay = weight_decay
        self.dropout = dropout
        self.class_weight = class_weight
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.engine = engine
        self.warm_start = warm_start
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a network.

        Parameters
        ----------
        X : array of shape (n, n_features)
        y : array of shape (n,)
            Classes: numbers or strings, two or more.
        sample_weight : array of shape (n,), optional
            How much each row counts, 0 or more, within its mini-batch. A row of weight 2 is as two
            where a mini-batch holds all rows.

        Raises
        ------
        InputError
            If a parameter is outside its range.
        TrainingError
            If cost or weights stop being finite numbers.
        ValueError
            As estimators of scikit-learn do, about X, y and weights.
        """
        earlier = (self.network_, self.classes_) if self._goes_on() else None
        values, y = self._checked(X, y, reset=True)
        self.classes_ = np.unique(y)
        table = self._table(values, y, sample_weight)
        seed = self._seed()
        if earlier and self._fits(*earlier, values):
            self.network_ = earlier[0]
        else:
            self.network_ = self._start(values, seed)
        validation = None
        if self.patience is not None:
            rows, set_aside = train_test_split(
                np.arange(len(table)),
                test_size=self.validation_fraction,
                stratify=table.labels,
                random_state=seed,
            )
            table, validation = table[rows], table[set_aside]
        self.rows_seen_ = 0.0
        self._learn(
            table,
            validation=validation,
            epochs=self.epochs,
            learning_rate=self._learning_rate(table),
            schedule=self.schedule,
            seed=seed,
            patience=self.patience,
            keep_best=self.patience is not None,
        )
        return self

    def partial_fit(
        self,
        X: Any,
        y: Any,
        classes: Any = None,
        sample_weight: Any = None,
    ) -> Self:
        """Go once through some rows, from the network as it is, at `learning_rate`.

        Parameters
        ----------
        X : array of shape (n, n_features)
        y : array of shape (n,)
        classes : array, optional
            All classes there will ever be; needed by the first call.
        sample_weight : array of shape (n,), optional
            See `fit`.

        Raises
        ------
        InputError, TrainingError, ValueError
            See `fit`; also if the classes are not told at first, or others later.
        """
        if self.class_weight == "balanced":
            raise InputError(
                "some rows don't say what would balance all: give partial_fit a dict (class_weight)"
            )
        first = not hasattr(self, "network_")
        values, y = self._checked(X, y, reset=first)
        if first:
            if classes is None:
                raise InputError("the first call of partial_fit needs all classes (classes)")
            self.classes_, self.rows_seen_ = np.unique(classes), 0.0
            self.network_ = self._start(values, self._seed())
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise InputError(
                f"expected the classes of the first call, {self.classes_}; found {classes!r:.80}"
            )
        table = self._table(values, y, sample_weight)
        history = getattr(self, "history_", None) or History()
        epochs = len(history.epochs) + 1
        self._learn(
            table,
            epochs=epochs,
            learning_rate=self._learning_rate(table),
            seed=self._seed(),
            history=history,
        )
        return self

    def decision_function(self, X: Any) -> Floats:
        """Weighted inputs z of the outputs, (n, n_classes); of two, the second's log odds, (n,)."""
        z = self._weighted_outputs(X)
        if len(self.classes_) != 2:
            return z
        log_outputs = -np.logaddexp(0, -z)  # so that the order is that of `predict_proba`
        return np.asarray(log_outputs[:, 1] - log_outputs[:, 0])

    def predict_proba(self, X: Any) -> Floats:
        """Probability of each class, (n, n_classes): outputs divided by their sum.

        An output is trained to be the probability of its class; they are not calibrated further:
        scikit-learn's `CalibratedClassifierCV` does that.
        """
        return class_probabilities(self._weighted_outputs(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Class of the largest output for each row, (n,)."""
        z = self._weighted_outputs(X)
        return np.asarray(self.classes_[z.argmax(axis=1)])

    @property
    def loss_curve_(self) -> list[float]:
        """Mean cost after each epoch."""
        return [epoch.cost for epoch in self.history_.epochs]

    def _weighted_outputs(self, X: Any) -> Floats:
        check_is_fitted(self)
        values = validate_data(self, X, reset=False, dtype=self.network_.dtype, order="C")
        classes = len(self.classes_)
        table = Table(values, np.zeros(len(values), np.intp), classes)
        return choose_engine("reference").weighted_outputs(self.network_, table)

    def _checked(self, X: Any, y: Any, reset: bool) -> Any:
        values, y = validate_data(
            self, X, y, reset=reset, dtype=(np.float64, np.float32), order="C"
        )
        check_classification_targets(y)
        return values, y

    def _table(self, values: Floats, y: npt.NDArray[Any], sample_weight: Any) -> Table:
        """Rows that count, with their labels and weights."""
        labels = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        if (unknown := self.classes_[labels] != y).any():
            raise InputError(f"expected classes {self.classes_}; found {y[unknown][0]!r}")
        weights = None
        if sample_weight is not None or self.class_weight is not None:
            weights = _check_sample_weight(sample_weight, values, dtype=np.float64)
            weights = weights * compute_sample_weight(self.class_weight, y)
            counts = weights != 0
            if not counts.any() or (weights < 0).any():
                raise InputError(
                    f"expected weights of 0 or more, some above 0; found {weights.min():g} to "
                    f"{weights.max():g}"
                )
            values, labels, weights = values[counts], labels[counts], weights[counts]
        return Table(values, labels, len(self.classes_), weights)

    def _start(self, values: Floats, seed: int) -> Network:
        hidden = [self.hidden] if isinstance(self.hidden, int | np.integer) else self.hidden
        if not isinstance(hidden, list | tuple | np.ndarray):
            raise InputError(
                f"expected neurons of each hidden layer (hidden); found {hidden!r:.50}"
            )
        return Network(
            [values.shape[1], *hidden, len(self.classes_)],
            activation=self.activation,
            cost=self.cost,
            init=self.init,
            rng=seed,
            dtype=values.dtype,
        )

    def _learn(self, table: Table, **settings: Any) -> None:
        self.rows_seen_ += float(len(table) if table.weights is None else table.weights.sum())
        try:
            self.history_ = fit(
                self.network_,
                table,
                batch_size=self.batch_size,
                momentum=self.momentum,
                nesterov=self.nesterov,
                weight_decay=self._weight_decay(),
                dropout=self.dropout,
                engine=self.engine,
                progress=False,
                **settings,
            )
        except TrainingError as error:
            raise TrainingError(f"{error}. Standardise the inputs (StandardScaler)") from error

    def _learning_rate(self, table: Table) -> float:
        if self.learning_rate != "auto":
            return check_rate(self.learning_rate)  # type: ignore[arg-type]
        squares = np.einsum("ij,ij->i", table.values, table.values, dtype=np.float64)
        return RATE / max(1.0, float(np.sqrt(np.average(squares, weights=table.weights))))

    def _weight_decay(self) -> float:
        if self.weight_decay != "auto":
            return self.weight_decay  # type: ignore[return-value]
        return DECAY / max(FEW, self.rows_seen_)

    def _goes_on(self) -> bool:
        return bool(self.warm_start) and hasattr(self, "network_")

    def _fits(self, network: Network, classes: npt.NDArray[Any], values: Floats) -> bool:
        same = np.array_equal(classes, self.classes_) and network.dtype == values.dtype
        return same and network.sizes == self._start(values, 0).sizes

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))
