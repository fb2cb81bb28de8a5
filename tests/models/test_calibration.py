import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitwise.errors import InputError
from digitwise.models.calibration import (
    ASSURANCE,
    DOUBTED,
    Calibration,
    _temperature,
    calibrate,
    calibration_error,
    digit_probabilities,
    error_bound,
    probabilities_of,
    risk_of,
)


def answers(n, temperature, seed=0):
    """Outputs of a network that is too sure, or too unsure, by a temperature, and the truth."""
    rng = np.random.default_rng(seed)
    z = rng.normal(4, 2, (n, 10))  # so high that "none of them" hardly counts
    z[np.arange(n), rng.integers(0, 10, n)] += 8
    p = digit_probabilities(z, temperature)
    p /= p.sum(axis=1, keepdims=True)
    labels = (p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1).astype(np.uint8)
    return z, labels


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_makes_confidence_true(temperature):
    z, labels = answers(20_000, temperature)
    calibration = calibrate(z, labels, "made up")
    held_out, truth = answers(20_000, temperature, seed=1)
    p = probabilities_of(held_out, calibration)
    right = p.argmax(axis=1) == truth
    assert abs(p.max(axis=1).mean() - right.mean()) < 0.01
    sure = p.max(axis=1) > 0.95
    assert abs(p.max(axis=1)[sure].mean() - right[sure].mean()) < 0.01


def test_few_digits_seem_likelier_to_be_none():
    z, labels = answers(5000, 1.0)
    z -= 12  # few outputs fire
    assert (digit_probabilities(z).max(axis=1) < 0.5).mean() > 0.1
    calibration = calibrate(z, labels, "made up")
    assert calibration.bias > 1
    # What remains is wrong, or in doubt between two digits, which no bias can help.
    sure = (digit_probabilities(z + 100).max(axis=1) >= 0.5) & (z.argmax(axis=1) == labels)
    doubted = probabilities_of(z, calibration).max(axis=1)[sure] < 0.5
    assert DOUBTED * 5000 - 2 <= doubted.sum() <= DOUBTED * 5000 + 2  # the bias is rounded
    # Where outputs fire, none is needed.
    assert calibrate(z + 30, labels, "made up").bias == 0


@given(arrays(np.float64, (4, 10), elements=st.floats(-30, 30)), st.floats(0.2, 5), st.floats(0, 5))
def test_temperature_and_bias_keep_the_order(z, temperature, bias):
    plain, p = digit_probabilities(z), digit_probabilities(z, temperature, bias)
    assert (p >= 0).all()
    assert (p.sum(axis=1) <= 1 + 1e-9).all()
    np.testing.assert_allclose(p[np.arange(4), plain.argmax(axis=1)], p.max(axis=1), rtol=1e-12)
    # One half stays one half, whatever the temperature.
    biased = digit_probabilities(z, 1.0, bias).max(axis=1)
    away = np.abs(biased - 0.5) > 1e-6
    np.testing.assert_array_equal((p.max(axis=1) > 0.5)[away], (biased > 0.5)[away])


@pytest.mark.parametrize("max_error", [0.01, 0.05, 0.2])
def test_accepted_answers_are_wrong_as_seldom_as_promised(max_error):
    kept = []
    for seed in range(20):
        z, labels = answers(3000, 1.0, seed)
        calibration = calibrate(z, labels, "made up")
        limit = calibration.threshold(max_error)
        held_out, truth = answers(20_000, 1.0, seed + 1000)
        p = probabilities_of(held_out, calibration)
        accepted = p.max(axis=1) > limit
        assert accepted.mean() > 0.1
        kept.append((p.argmax(axis=1) != truth)[accepted].mean() <= max_error)
    assert np.mean(kept) >= 0.8  # assured to 90%


def test_nothing_is_rejected_without_need():
    z, labels = answers(5000, 1.0)
    calibration = calibrate(z, labels, "made up")
    assert calibration.threshold(0.9) == 0
    limits = [calibration.threshold(e) for e in (0.01, 0.02, 0.05, 0.1, 0.3)]
    assert limits == sorted(limits, reverse=True)


def test_what_so_few_digits_cant_vouch_for_is_refused():
    z, labels = answers(500, 1.0)
    with pytest.raises(InputError, match="500 held-out answers can vouch for: at best 0.0"):
        calibrate(z, labels, "made up").threshold(1e-6)
    for nonsense in (0, 1, -0.1, float("nan")):
        with pytest.raises(InputError, match="expected 0 < max_error < 1"):
            calibrate(z, labels, "made up").threshold(nonsense)


def test_the_bound_is_that_of_the_binomial():
    # None of 100 wrong: (1 - p)^100 = 0.1 for the share p that so many would still be likely for.
    assert error_bound(0, 100) == pytest.approx(1 - 0.1**0.01)
    assert error_bound(3, 100) > 0.03
    assert error_bound(0, 0) == error_bound(5, 5) == 1


def test_the_table_counts_what_is_accepted():
    z, labels = answers(2000, 1.0)
    calibration = calibrate(z, labels, "made up")
    p = probabilities_of(z, calibration)
    wrong = p.argmax(axis=1) != labels
    assert calibration.risk[0] == (0.0, 2000, int(wrong.sum()))
    assert calibration.risk[-1][2] == 0
    for limit, accepted, errors in calibration.risk:
        above = p.max(axis=1) > limit
        assert (above.sum(), wrong[above].sum()) == (accepted, errors)


@pytest.mark.parametrize("wrong", [0, 1, 200, 201, 900])
def test_of_many_wrong_answers_thresholds_for_large_errors_are_kept(wrong):
    n = 10_000
    confidence = np.linspace(0, 1, n + 1)[1:]
    risk = risk_of(confidence, np.arange(n) < wrong)  # the least sure ones
    assert risk[0] == (0.0, n, wrong)
    assert len(risk) <= 500
    calibration = Calibration(1.0, 0.0, "", n, risk)
    if wrong == 900:
        assert calibration.threshold(0.05) == pytest.approx(0.045, abs=0.005)
        assert calibration.threshold(0.001) == pytest.approx(0.09, abs=0.001)


def test_the_calibration_error_is_that_of_the_bins():
    confidence = np.array([0.95] * 10 + [0.65] * 10)
    right = np.array([True] * 9 + [False] + [True] * 5 + [False] * 5)
    assert calibration_error(confidence, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.15)
    # Too sure and not sure enough don't make up for each other, but in one bin.
    assert calibration_error(np.array([0.3, 0.9]), np.array([True, False])) == pytest.approx(0.8)
    assert calibration_error(np.ones(5), np.ones(5, bool)) == 0


def test_there_and_back_through_json():
    z, labels = answers(1000, 1.0)
    calibration = calibrate(z, labels, "made up")
    assert Calibration.from_dict(json.loads(json.dumps(calibration.to_dict()))) == calibration


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0},
        {"temperature": "hot"},
        {"bias": float("nan")},
        {"risk": []},
        {"risk": [[0.5, 10, 20]]},
        {"risk": [[0.0, 10, 1], [0.5, 11, 0]]},
        {"risk": 5},
    ],
)
def test_what_is_no_calibration(change):
    sound = {
        "temperature": 1.0,
        "bias": 0.0,
        "source": "s",
        "n": 10,
        "risk": [[0.0, 10, 1], [0.5, 9, 0]],
    }
    Calibration.from_dict(sound)
    with pytest.raises((TypeError, ValueError)):
        Calibration.from_dict(sound | change)


def test_the_bound_is_that_of_scipy():
    betaincinv = pytest.importorskip("scipy.special").betaincinv
    for accepted in (1, 2, 3, 10, 97, 1797, 60_000, 10**6):
        for wrong in {0, 1, 2, 7, accepted // 10, accepted // 2, accepted - 1}:
            if wrong < accepted:
                expected = betaincinv(wrong + 1, accepted - wrong, ASSURANCE)
                assert error_bound(wrong, accepted) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0, 3.0, 30.0])
def test_the_temperature_is_that_of_scipy(temperature):
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(1)
    odds = rng.exponential(3, 4000)
    against = np.where(rng.random(4000) < 1 / (1 + np.exp(-odds / temperature)), -odds, odds)

    def surprise(x):
        return np.logaddexp(0, against * np.exp(-x)).mean()

    best = optimize.minimize_scalar(
        surprise, bounds=(-2, 3), method="bounded", options={"xatol": 1e-9}
    )
    assert _temperature(against) == pytest.approx(np.exp(best.x), rel=1e-6)
