import numpy as np
import pytest

from digitwise.data.strings import Hand, draw_number
from digitwise.models.shipped import open_model
from digitwise.reading.proposals import find_numbers
from digitwise.reading.splitting import classify as candidates
from digitwise.reading.splitting.arcs import find_arcs, uncut
from digitwise.reading.splitting.classify import find_candidates, judge_candidates


@pytest.fixture(scope="module")
def model():
    return open_model()


def numbers_of(hand, digits, count=10):
    for index in range(count):
        grey = draw_number(digits, hand, 4, index).image.astype(np.float32) / np.float32(255)
        yield from find_numbers(grey, "number")[0].numbers


def test_what_is_surely_a_digit_is_not_cut(model, bundled, monkeypatch):
    monkeypatch.setattr(candidates, "SURE_DIGIT", 0.9)
    monkeypatch.setattr(candidates, "SURE_OF_NARROW", 0.9)
    cut = uncut_ones = 0
    for number in numbers_of(Hand(count=(4, 4), gap=(0.3, 0.4), specks=0.0), bundled[0]):
        _, said = judge_candidates([uncut(number)], model.network, model.calibration)[0]
        sure = said.max(axis=1) >= 0.9
        arcs, _ = find_candidates([number], model.network, model.calibration)[0]
        whole = (arcs.features[:, 2] == 0) & (arcs.features[:, 4] == 0)  # nothing cut or joined
        assert whole.sum() >= len(number)
        uncut_ones += sure.sum()
        if sure.all():
            assert arcs.n == len(number)
        else:
            cut += arcs.n > len(number)
    assert uncut_ones >= 15
    assert cut >= 1


def test_the_surer_a_component_is_a_digit_the_less_it_is_cut(model, bundled, monkeypatch):
    numbers = list(numbers_of(Hand(count=(2, 2), touching=1.0, specks=0.0), bundled[0]))
    pairs = [number for number in numbers if len(number) == 1]
    fragments = {}
    for likely in (0.0, 1.0):
        monkeypatch.setattr(candidates, "SURE_DIGIT", 1.1)
        monkeypatch.setattr(candidates, "LIKELY_DIGIT", likely)
        found = find_candidates(pairs, model.network, model.calibration)
        fragments[likely] = [arcs.n for arcs, _ in found]
    assert max(fragments[0.0]) == candidates.FEW_CUTS + 1 < max(fragments[1.0])


def test_digits_that_touch_are_cut(model, bundled):
    for number in numbers_of(Hand(count=(2, 2), touching=1.0, specks=0.0), bundled[0]):
        if len(number) == 1:
            arcs, _ = find_candidates([number], model.network, model.calibration)[0]
            assert arcs.n == find_arcs(number).n > 1


def test_a_page_is_judged_as_its_numbers_one_by_one(model, bundled):
    numbers = list(numbers_of(Hand(count=(1, 3)), bundled[0], 4))
    together = find_candidates(numbers, model.network, model.calibration)
    assert len(together) == len(numbers)
    for number, (arcs, said) in zip(numbers, together, strict=True):
        ((alone, said_alone),) = find_candidates([number], model.network, model.calibration)
        for piece, other in zip(arcs.pieces, alone.pieces, strict=True):
            np.testing.assert_array_equal(piece.frame, other.frame)
        np.testing.assert_allclose(said, said_alone, atol=1e-5)
        assert said.shape == (len(arcs.starts), 10)


def test_no_numbers_have_no_candidates(model):
    assert find_candidates([], model.network, model.calibration) == []
