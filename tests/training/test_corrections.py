from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

import digitwise as dw
from digitwise.data.corrections import Correction
from digitwise.errors import InputError
from digitwise.models.committee import networks_of
from digitwise.models.files import Model
from digitwise.models.shipped import open_model
from digitwise.training import corrections
from digitwise.training.aligning import Reading
from digitwise.training.corrections import Measured, _not_worse, learn_from
from digitwise.training.evaluation import evaluate


@pytest.fixture
def small(monkeypatch):
    counts = {"ANEW": 500, "NOT_DIGITS": 300, "BASE": 200, "CUT_OUT": 5, "EPOCHS": 2, "DRAWN": 20}
    for name, value in counts.items():
        monkeypatch.setattr(corrections, name, value)


@pytest.fixture
def twos_called_seven(draw_number, tmp_path):
    """What nobody should learn: numbers of which each 2 is said to be a 7."""
    found = []
    for k in range(10):
        draw_number("250", seed=k).save(tmp_path / f"{k}.png")
        found.append(Correction(tmp_path / f"{k}.png", 0, None, "750"))
    return found


def test_what_is_learnt(small, twos_called_seven, bundled):
    model = open_model()
    before = [weights.copy() for weights in model.network.weights]
    told = []
    learnt = learn_from(model, twos_called_seven, *bundled, progress=told.append)
    assert (learnt.numbers, learnt.digits, learnt.held_out) == (8, 24, 2)
    assert told[0].startswith("24 digits of 8 corrected numbers")
    assert not learnt.before.corrections.right.any()
    assert learnt.after.corrections.surprise < 0.9 * learnt.before.corrections.surprise
    assert learnt.model.weighing.digit == model.weighing.digit
    nothing, one, two, three, more = learnt.model.weighing.lengths
    assert three > nothing == 0 > one == two == more
    assert learnt.model.training["origin"].endswith("and 8 corrected numbers (24 digits)")
    assert evaluate(networks_of(learnt.model), bundled[1]).accuracy == learnt.after.accuracy
    for old, same in zip(before, model.network.weights, strict=True):
        np.testing.assert_array_equal(old, same)


def test_only_the_first_network_of_a_committee_learns(small, twos_called_seven, bundled):
    model = open_model()
    second = deepcopy(model.network)
    weighing = replace(model.weighing, second=second, outputs=model.calibration)
    learnt = learn_from(replace(model, weighing=weighing), twos_called_seven, *bundled)
    assert learnt.after.corrections.surprise < learnt.before.corrections.surprise
    first, other = networks_of(learnt.model)
    assert not np.array_equal(first.weights[0], second.weights[0])
    for kept, was in zip(other.weights, second.weights, strict=True):
        np.testing.assert_array_equal(kept, was)


@pytest.mark.parametrize(
    ("corrections", "surprise", "drawn", "accuracy", "kept"),
    [
        (6, 1.0, 90, 0.97, True),
        (5, 0.8, 90, 0.97, True),
        (5, 0.95, 90, 0.97, False),
        (4, 0.1, 90, 0.97, False),
        (6, 1.0, 88, 0.97, True),
        (6, 1.0, 87, 0.97, False),
        (6, 1.0, 90, 0.968, False),
    ],
)
def test_what_would_read_worse_is_refused(corrections, surprise, drawn, accuracy, kept):
    def measured(right, surprise, of_drawn, accuracy):
        readings = [
            Reading(np.arange(n) < count, np.ones(n), surprise)
            for count, n in ((right, 10), (of_drawn, 100))
        ]
        return Measured(*readings, accuracy)

    after = measured(corrections, surprise, drawn, accuracy)
    assert _not_worse(measured(5, 1.0, 90, 0.97), after) is kept


def test_what_it_cant_learn_from(small, twos_called_seven, bundled):
    with pytest.raises(InputError, match="8 corrected numbers or more.*found 3 of 3"):
        learn_from(open_model(), twos_called_seven[:3], *bundled)
    with pytest.raises(InputError, match="not learnt to read numbers"):
        learn_from(Model(dw.Network([784, 10], rng=0)), twos_called_seven, *bundled)
