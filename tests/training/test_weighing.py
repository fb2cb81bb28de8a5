from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from digitwise.data.real_numbers import RealNumber
from digitwise.data.strings import HANDS, Hand, draw_number
from digitwise.errors import InputError
from digitwise.imaging.components import Component
from digitwise.models.committee import judge_of, networks_of
from digitwise.models.files import Model, read_model, save
from digitwise.models.shipped import open_model
from digitwise.models.weighing import DIGIT_TERMS, NONE_TERMS, NUMBER_TERMS
from digitwise.network import Network
from digitwise.reading.pattern import anything
from digitwise.reading.splitting.decide import decide
from digitwise.reading.splitting.scoring import make_lattice, measure_terms, number_terms, weighed
from digitwise.training import weighing
from digitwise.training.number_samples import Asked, draw_samples, look_at
from digitwise.training.weighing import (
    START,
    learn_weighing,
    measure_sizes,
    prepare,
    surprise,
    teach,
)


@pytest.fixture(scope="module")
def model():
    return open_model()


@pytest.fixture(scope="module")
def asked(model):
    return Asked(*judge_of(model), model.weighing.signs)


@pytest.fixture(scope="module")
def samples(asked, bundled):
    return draw_samples(asked, bundled[0], range(150), seed=5)


@pytest.fixture(scope="module")
def sizes(samples):
    return measure_sizes(samples)


def test_too_large_and_cut_far_are_terms_of_their_own(samples, sizes):
    for sample in samples[:12]:
        found, _ = measure_terms(sample.arcs, sample.probabilities, sizes)
        term = dict(zip(DIGIT_TERMS, np.moveaxis(found, 2, 0), strict=False))
        for feature, size, larger in ((0, "height", "too high"), (1, "width", "too wide")):
            above = sample.arcs.features[:, feature, None] > sizes[:, 2 * feature]
            np.testing.assert_allclose(term[larger], np.where(above, term[size], 0))
        np.testing.assert_array_equal(term["cut at all"], term["cut"] > 0)
        np.testing.assert_allclose(term["cut far"], np.maximum(term["cut"] - 1, 0))
    assert term["cut far"].any()
    assert term["too high"].any()


def test_the_gradient_is_that_of_finite_differences(samples, sizes):
    prepared = prepare(samples[:12], sizes)
    rng = np.random.default_rng(0)
    weights = START + rng.normal(0, 0.2, len(START))
    _, gradient = surprise(weights, prepared)
    for k in range(len(weights)):
        step = np.zeros_like(weights)
        step[k] = 1e-5
        up, down = surprise(weights + step, prepared)[0], surprise(weights - step, prepared)[0]
        assert gradient[k] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-6)


def test_sizes_are_those_of_digits(sizes):
    assert sizes.shape == (10, 4)
    height, tall, width, wide = sizes.T
    assert (np.abs(height) < 0.3).all()  # as high as the number's digits
    assert (tall > 0).all()
    assert width[1] == width.min()  # a 1 is narrow
    assert (wide > 0).all()


def learn(model, digits, real=()):
    return learn_weighing(*judge_of(model), digits, real, count=60, measured=20, seed=5)


@pytest.fixture(scope="module")
def learnt(model, bundled):
    return learn(model, bundled[0])


def test_what_is_learnt_makes_texts_more_probable(model, bundled, samples, sizes, learnt):
    assert len(learnt.digit) == len(DIGIT_TERMS)
    assert len(learnt.none) == len(NONE_TERMS)
    assert len(learnt.number) == len(NUMBER_TERMS)
    assert 15 <= learnt.numbers.n <= 30
    # Of which digits, not of where they lie.
    assert learnt.numbers.source.endswith(f"numbers drawn with {model.calibration.source}")
    again = learn(model, bundled[0])
    assert learnt == again
    for own, other in zip(learnt.signs.weights, again.signs.weights, strict=True):
        np.testing.assert_array_equal(own, other)
    prepared = prepare([sample for sample in samples if sample.text], sizes)
    weights = np.array([*learnt.digit, *learnt.none])
    assert surprise(weights, prepared)[0] < 0.8 * surprise(START, prepared)[0]


def test_real_pictures_are_learnt_from_too(model, asked, bundled, tmp_path, learnt):
    real = []
    for index in range(12):
        drawn = draw_number(bundled[0], Hand(count=(2, 4)), 7, index)
        path = tmp_path / f"{index}.png"
        Image.fromarray(drawn.image).save(path)
        real.append(RealNumber(path, drawn.text))
    Image.fromarray(np.full((50, 90), 255, np.uint8)).save(tmp_path / "empty.png")
    empty = RealNumber(tmp_path / "empty.png", "5")
    looked_at = look_at(asked, [*real, empty])
    assert len(looked_at) >= 10
    assert {sample.text for sample in looked_at} <= {number.text for number in real}

    with_real = learn(model, bundled[0], real)
    assert with_real.digit != learnt.digit
    assert with_real.sizes == learnt.sizes  # of drawn digits: none touches another


def test_what_is_cut_into_digits_is_less_probably_a_number(model, samples, sizes):
    """Of words that might be numbers, most letters would have to be cut: an n into 1 and 7."""
    cut_out = {}
    for sample in samples:
        lattice = weighed(
            sample.arcs, *measure_terms(sample.arcs, sample.probabilities, sizes), START
        )
        posterior, total = lattice.posterior(anything(sample.arcs.n).allowed)
        terms = number_terms(sample.arcs, posterior, total)
        digits = posterior[:, :10].sum()
        assert terms[:2].tolist() == [1, total]
        assert 0 <= terms[3] <= digits + 1e-9
        cut_out.setdefault(bool(sample.text), []).append(terms[3] / max(1, digits))
    assert np.mean(cut_out[False]) > 2 * np.mean(cut_out[True])
    assert model.weighing.number[3] < 0


def test_too_few_numbers_to_learn_from(model, bundled):
    with pytest.raises(InputError, match="more numbers to learn from"):
        learn_weighing(model.network, model.calibration, bundled[0], count=3, measured=1)


def test_without_weights_a_lattice_has_the_networks_probabilities(model, samples):
    from digitwise.reading.splitting.arcs import uncut

    for sample in samples[:5]:
        alone = uncut([Component(0, 0, 4, 4, np.ones((4, 4), np.float32))])
        p = sample.probabilities[:1]
        lattice = make_lattice(alone, p, None)
        decision = decide(lattice, [replace(anything(1), least=1)], bounded=False)
        assert decision.alternatives[0][0] == str(p[0].argmax())
        assert decision.alternatives[0][1] == pytest.approx(p[0].max())
        assert decision.digits[0][2] == pytest.approx(p[0].max())


def test_probabilities_of_digits_are_at_least_that_of_the_number(model, bundled, reader):
    if model.weighing is None:
        pytest.skip("the shipped network hasn't learnt to read numbers")

    for index in range(20):
        drawn = draw_number(bundled[0], HANDS["half-touching-5"], 1, index)
        for number in reader.read(drawn.image, "number"):
            assert all(number.confidence - 1e-9 <= digit.p <= 1 for digit in number.digits)
            assert sum(p for _, p in number.alternatives) <= 1 + 1e-9


def test_a_second_network_reads_together_with_the_first(model, bundled, tmp_path, monkeypatch):
    first, second = (
        Network([784, n, 10], activation="relu", cost="cross-entropy", rng=n, dtype=np.float32)
        for n in (20, 30)
    )
    asked = []

    def learn(judge, calibration, *_, **__):
        asked.append((judge, calibration))
        return replace(model.weighing, second=None, outputs=None)

    monkeypatch.setattr(weighing, "learn_weighing", learn)
    save(Model(first), tmp_path / "net")
    teach(tmp_path / "net", bundled[1], second=second)
    taught = read_model(tmp_path / "net")
    ((judge, calibration),) = asked
    assert taught.weighing.outputs == calibration
    assert calibration.n == len(bundled[1])
    assert [network.sizes for network in networks_of(taught)] == [first.sizes, second.sizes]
    x = bundled[1].inputs(np.float32)
    mean = (first.weighted_outputs(x) + second.weighted_outputs(x)) / 2
    np.testing.assert_allclose(judge.weighted_outputs(x), mean, atol=0.01)
    teach(tmp_path / "net", bundled[1])
    assert networks_of(read_model(tmp_path / "net"))[1:] == []
    assert asked[1][1] is None
