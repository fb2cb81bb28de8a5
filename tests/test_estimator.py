import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state, compute_sample_weight
from sklearn.utils.estimator_checks import parametrize_with_checks

import digitwise as dw
from digitwise.errors import InputError, TrainingError
from digitwise.estimator import NetworkClassifier


@parametrize_with_checks([NetworkClassifier()])
def test_conventions_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def wine():
    x, y = load_wine(return_X_y=True)
    return StandardScaler().fit_transform(x), np.array(["red", "rosé", "white"])[y]


def parameters(model):
    return [*model.network_.weights, *model.network_.biases]


def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(parameters(a), parameters(b), strict=True))


@pytest.mark.parametrize(
    ("load", "wanted"), [(load_breast_cancer, 0.95), (load_wine, 0.93), (load_digits, 0.96)]
)
def test_learns_with_its_defaults(load, wanted):
    x, y = load(return_X_y=True)
    rows = train_test_split(x, y, test_size=0.3, random_state=0, stratify=y)
    model = make_pipeline(StandardScaler(), NetworkClassifier(random_state=0))
    assert model.fit(rows[0], rows[2]).score(rows[1], rows[3]) > wanted


def test_digits_without_a_scaler():
    x, y = load_digits(return_X_y=True)
    model = NetworkClassifier(random_state=0).fit(x[:1200], y[:1200])
    assert model.score(x[1200:], y[1200:]) > 0.9


@pytest.mark.parametrize("classes", [2, 3])
def test_answers_fit_together(wine, classes):
    x, y = wine[0], np.where(wine[1] == "white", "red", wine[1]) if classes == 2 else wine[1]
    model = NetworkClassifier(hidden=(8,), epochs=5, random_state=0).fit(x, y)
    outputs = model.network_.feedforward(x)
    p = model.predict_proba(x)
    np.testing.assert_allclose(p, outputs / outputs.sum(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    assert (model.predict(x) == model.classes_[p.argmax(axis=1)]).all()
    scores = model.decision_function(x)
    winner = (scores > 0).astype(int) if classes == 2 else scores.argmax(axis=1)
    assert (model.predict(x) == model.classes_[winner]).all()
    assert model.n_features_in_ == 13
    assert model.loss_curve_ == [epoch.cost for epoch in model.history_.epochs]
    assert len(model.loss_curve_) == 5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_network_has_the_type_of_its_inputs(wine, dtype):
    model = NetworkClassifier(hidden=3, epochs=1, random_state=0).fit(
        wine[0].astype(dtype), wine[1]
    )
    assert model.network_.dtype == dtype
    assert model.network_.sizes == [13, 3, 3]
    assert model.predict_proba(wine[0]).dtype == dtype


def test_partial_fit_is_fit_in_pieces(wine):
    settings = {"hidden": (8,), "schedule": "constant", "weight_decay": 0.01, "random_state": 0}
    whole = NetworkClassifier(epochs=3, **settings).fit(*wine)
    pieces = NetworkClassifier(**settings)
    for _ in range(3):
        pieces.partial_fit(*wine, classes=["white", "rosé", "red"])
    assert same(whole, pieces)
    assert len(pieces.loss_curve_) == 3


def test_partial_fit_learns_from_one_row_at_a_time(wine):
    model = NetworkClassifier(hidden=(8,), random_state=0)
    for i in np.random.default_rng(0).permutation(len(wine[1]))[:100]:
        model.partial_fit(wine[0][[i]], wine[1][[i]], classes=["red", "rosé", "white"])
    assert model.rows_seen_ == 100
    assert model.score(*wine) > 0.8


def test_partial_fit_needs_to_know_its_classes(wine):
    with pytest.raises(InputError, match="needs all classes"):
        NetworkClassifier().partial_fit(*wine)
    with pytest.raises(InputError, match="give partial_fit a dict"):
        NetworkClassifier(class_weight="balanced").partial_fit(*wine, classes=["red"])
    model = NetworkClassifier(hidden=(8,)).partial_fit(*wine, classes=["red", "rosé", "white"])
    with pytest.raises(InputError, match="expected the classes of the first call"):
        model.partial_fit(*wine, classes=["red", "white"])
    with pytest.raises(InputError, match=r"expected classes .*found .*blue"):
        model.partial_fit(wine[0][:1], ["blue"])


def test_a_warm_start_goes_on_where_fit_ended(wine):
    model = NetworkClassifier(hidden=(8,), epochs=4, warm_start=True, random_state=0).fit(*wine)
    before = [p.copy() for p in parameters(model)]
    model.set_params(epochs=0).fit(*wine)
    assert all(np.array_equal(p, q) for p, q in zip(before, parameters(model), strict=True))
    model.set_params(warm_start=False).fit(*wine)
    assert not np.array_equal(before[0], parameters(model)[0])
    model.set_params(warm_start=True, hidden=(9,)).fit(*wine)
    assert model.network_.sizes == [13, 9, 3]


def test_patience_keeps_the_best_epoch():
    x, y = load_digits(return_X_y=True)
    x = x / 16
    model = NetworkClassifier(hidden=(12,), epochs=200, patience=3, random_state=0).fit(x, y)
    accuracies = [epoch.validation_accuracy for epoch in model.history_.epochs]
    assert 3 < len(accuracies) < 200
    seed = check_random_state(0).randint(2**31 - 1)
    held_out = train_test_split(x, y, test_size=0.1, stratify=y, random_state=seed)[1::2]
    assert model.score(*held_out) == max(accuracies) > accuracies[-1]


def test_rows_of_weight_0_are_not_there(wine):
    counts = np.arange(len(wine[1])) % 3 > 0
    model = NetworkClassifier(hidden=(8,), epochs=3, random_state=0)
    without = clone(model).fit(wine[0][counts], wine[1][counts], np.full(counts.sum(), 2.0))
    assert same(without, model.fit(*wine, sample_weight=2.0 * counts))
    with pytest.raises(ValueError, match="weight"):
        model.fit(*wine, sample_weight=np.zeros(len(wine[1])))
    with pytest.raises(InputError, match="found -1 to 2"):
        model.fit(*wine, sample_weight=np.where(counts, 2.0, -1.0))


def test_weights_of_classes_are_those_of_their_rows(wine):
    model = NetworkClassifier(hidden=(8,), epochs=3, random_state=0)
    weights = compute_sample_weight("balanced", wine[1])
    by_row = clone(model).fit(*wine, sample_weight=weights)
    by_class = clone(model).set_params(class_weight="balanced").fit(*wine)
    assert same(by_row, by_class)
    assert not same(by_row, model.fit(*wine))


def test_kept_and_copied(wine, tmp_path):
    model = NetworkClassifier(hidden=(8,), epochs=2, random_state=0).fit(*wine)
    saved = pickle.dumps(model)
    assert b"numba" not in saved
    assert len(saved) < 20_000
    joblib.dump(model, tmp_path / "model")
    for other in (pickle.loads(saved), joblib.load(tmp_path / "model"), clone(model).fit(*wine)):
        assert np.array_equal(other.predict_proba(wine[0]), model.predict_proba(wine[0]))


def test_searched_and_validated_in_other_processes(wine):
    model = make_pipeline(StandardScaler(), dw.NetworkClassifier(epochs=10, random_state=0))
    grid = {"networkclassifier__hidden": [(), (8,)]}
    search = GridSearchCV(model, grid, cv=3, n_jobs=2).fit(*wine)
    assert search.best_score_ > 0.93
    assert cross_val_score(search.best_estimator_, *wine, cv=3).mean() == search.best_score_


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"hidden": "many"}, "neurons of each hidden layer"),
        ({"hidden": (0,)}, "1\\+ neurons"),
        ({"activation": "softsign"}, "unknown activation"),
        ({"learning_rate": "fast"}, "learning rate > 0; found 'fast'"),
        ({"weight_decay": "some"}, "expected weight_decay to be a finite"),
        ({"schedule": "steps"}, "expected schedule to be one of"),
        ({"epochs": -1}, "epochs"),
        ({"batch_size": 0}, "batch_size"),
        ({"engine": "warp"}, "expected engine to be one of"),
        ({"patience": 0}, "patience"),
    ],
)
def test_parameters_out_of_range(wine, wrong, message):
    with pytest.raises(InputError, match=message):
        NetworkClassifier(**wrong).fit(*wine)


def test_divergence_says_what_helps(wine):
    model = NetworkClassifier(activation="relu", init="he", learning_rate=1e30, weight_decay=0.0)
    with pytest.raises(TrainingError, match="Standardise the inputs"):
        model.fit(*wine)
