"""`NetworkClassifier`: a network as an estimator of scikit-learn."""

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
UNIT_NORM_RATE = 0.4  # learning rate for inputs whose root mean square norm is 1
ROWS_TIMES_DECAY = 4.0  # number of rows × weight decay
MIN_DECAY_ROWS = 400  # fewer rows count as this many


class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A feedforward network for any inputs and classes, with the interface of scikit-learn.

    It has one sigmoid output for each class and learns by stochastic gradient descent (Eq. 18 to
    21). Inputs are not scaled, as in `MLPClassifier`. Put a `StandardScaler` in front, in a
    `Pipeline`, unless all features lie around [0, 1]. A float32 X gives a float32 network, which
    learns faster; any other X gives a float64 network.

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
        Activation of the hidden layers; relu goes with init="he".
    cost, init : str
        See `digitwise.Network`.
    epochs : int >= 0
        Passes over the training rows.
    batch_size : int >= 1
        Rows of a mini-batch; a larger number than n means all rows.
    learning_rate : float > 0, or "auto"
        η in the first epoch. "auto": 0.4 / max(1, √(mean ‖x‖²)) over the training rows x, so that
        the scale of the inputs matters less.
    schedule : {"constant", "linear", "cosine"}
        Course of the learning rate until the last epoch.
    momentum, nesterov, dropout
        See `digitwise.descent.Variant`.
    weight_decay : float >= 0, or "auto"
        λ: see `digitwise.descent.Variant`. "auto": 4 / max(n, 400), where n is the number of
        training rows, or the sum of their weights. More rows need less regularisation.
    class_weight : dict, "balanced" or None
        Weights of classes; a row's weight is multiplied by its class's weight.
    patience : int >= 1, optional
        Stop when the validation accuracy has not risen for this many epochs, and keep the network
        of the best epoch.
    validation_fraction : float in (0, 1)
        Share of the rows set aside for validation, stratified by class; used with `patience`.
    engine : str
        See `digitwise.engines`.
    warm_start : bool
        Let `fit` begin with the network of the previous `fit`.
    random_state : int, RandomState or None
        Seed of the first weights, the order of the rows, dropout and the validation rows.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : array of shape (n_features,)
        Names of the features, if X had names.
    network_ : Network
    rows_seen_ : float
        Number of rows, or sum of their weights, in `fit` or in all calls of `partial_fit`.
    history_ : History
        Cost and accuracies after every epoch, on at most 2,000 training rows.
    loss_curve_ : list of float
        The costs in `history_`.
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
        """Train a network; return self.

        Parameters
        ----------
        X : array of shape (n, n_features)
        y : array of shape (n,)
            Classes, numbers or strings; at least two different ones.
        sample_weight : array of shape (n,), optional
            Weight of each row within its mini-batch, 0 or more. If a mini-batch holds all rows, a
            row of weight 2 counts as two rows.

        Raises
        ------
        InputError
            If a parameter is outside its range.
        TrainingError
            If cost or weights stop being finite numbers.
        ValueError
            If X, y or weights are not as scikit-learn expects them.
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
        """Train the present network for one epoch on some rows, at `learning_rate`; return self.

        Parameters
        ----------
        X : array of shape (n, n_features)
        y : array of shape (n,)
        classes : array, optional
            All classes of all calls; required in the first call.
        sample_weight : array of shape (n,), optional
            See `fit`.

        Raises
        ------
        InputError, TrainingError, ValueError
            See `fit`; also if the first call has no classes, or a later call has others.
        """
        if self.class_weight == "balanced":
            raise InputError(
                "some rows can't tell how to balance all: give partial_fit a dict (class_weight)"
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
        """Return z of each output, (n, n_classes); for two classes, the second's log odds, (n,)."""
        z = self._weighted_outputs(X)
        if len(self.classes_) != 2:
            return z
        log_outputs = -np.logaddexp(0, -z)  # ranks rows in the same order as `predict_proba`
        return np.asarray(log_outputs[:, 1] - log_outputs[:, 0])

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each class, (n, n_classes): outputs divided by their sum.

        Outputs are trained as probabilities, but not calibrated; for calibration, use
        scikit-learn's `CalibratedClassifierCV`.
        """
        return class_probabilities(self._weighted_outputs(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the class of the largest output for each row, (n,)."""
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
        """Return the rows with a weight above 0, with their labels and weights."""
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
        return UNIT_NORM_RATE / max(1.0, float(np.sqrt(np.average(squares, weights=table.weights))))

    def _weight_decay(self) -> float:
        if self.weight_decay != "auto":
            return self.weight_decay  # type: ignore[return-value]
        return ROWS_TIMES_DECAY / max(MIN_DECAY_ROWS, self.rows_seen_)

    def _goes_on(self) -> bool:
        return bool(self.warm_start) and hasattr(self, "network_")

    def _fits(self, network: Network, classes: npt.NDArray[Any], values: Floats) -> bool:
        same = np.array_equal(classes, self.classes_) and network.dtype == values.dtype
        return same and network.sizes == self._start(values, 0).sizes

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))
