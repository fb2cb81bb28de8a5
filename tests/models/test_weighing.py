import json
from dataclasses import replace

import numpy as np
import pytest

import digitwise as dw
from digitwise.errors import ModelError
from digitwise.models.calibration import Calibration
from digitwise.models.files import Model, read_model, save
from digitwise.models.weighing import DIGIT_TERMS, NONE_TERMS, NUMBER_TERMS, Weighing

NUMBERS = Calibration(1.0, 0.0, "drawn", 100, ((0.0, 100, 5), (0.9, 60, 0)))
WEIGHING = Weighing(
    tuple(np.linspace(-2, 1, len(DIGIT_TERMS)).round(4).tolist()),
    (0.5,) * len(NONE_TERMS),
    (0.25,) * len(NUMBER_TERMS),
    ((0.0, 0.1, -0.5, 0.2),) * 10,
    NUMBERS,
)


def test_a_file_keeps_it(tmp_path):
    path = tmp_path / "net.safetensors"
    save(Model(dw.Network([784, 10], rng=0), weighing=WEIGHING), path)
    assert read_model(path).weighing == WEIGHING
    save(Model(dw.Network([784, 10], rng=0)), path)
    assert read_model(path).weighing is None


@pytest.mark.parametrize(
    "change",
    [
        {"digit": (1.0,)},
        {"none": (1.0,) * (len(NONE_TERMS) + 1)},
        {"number": ()},
        {"digit": (float("nan"),) * len(DIGIT_TERMS)},
        {"sizes": ((0.0, 0.1, -0.5, 0.2),) * 9},
        {"sizes": ((0.0, 0.0, -0.5, 0.2),) * 10},
        {"numbers": replace(NUMBERS, temperature=-1.0)},
    ],
)
def test_what_makes_no_sense_is_refused(change):
    saved = json.loads(json.dumps(replace(WEIGHING, **change).to_dict()))
    with pytest.raises((ValueError, TypeError, KeyError)):
        Weighing.from_dict(saved)


@pytest.mark.parametrize("weighed", [(9, 5, 3), (13, 5, 4)])
def test_an_earlier_file_does_not_weigh_what_was_not_yet_a_term(weighed):
    parts = {"digit": DIGIT_TERMS, "none": NONE_TERMS, "number": NUMBER_TERMS}
    saved, now = WEIGHING.to_dict(), {}
    for (part, terms), count in zip(parts.items(), weighed, strict=True):
        saved[part] = getattr(WEIGHING, part)[:count]
        now[part] = (*saved[part], *[0.0] * (len(terms) - count))
    assert Weighing.from_dict(saved) == replace(WEIGHING, **now)


def test_a_file_keeps_the_network_that_tells_signs(tmp_path):
    path = tmp_path / "net.safetensors"
    signs = dw.Network([216, 5, 7], activation="tanh", cost="cross-entropy", rng=1)
    for store in (None, "float16"):
        network = dw.Network([784, 10], rng=0)
        save(Model(network, weighing=replace(WEIGHING, signs=signs), store=store), path)
        found = read_model(path).weighing.signs
        assert (found.sizes, found.activation) == (signs.sizes, "tanh")
        for own, kept in zip(found.weights, signs.weights, strict=True):
            np.testing.assert_allclose(own, kept, rtol=0.0 if store is None else 0.005, atol=1e-6)


def test_a_network_of_signs_that_is_not_as_the_header_says(tmp_path):
    path = tmp_path / "net.safetensors"
    signs = dw.Network([216, 5, 7], rng=1)
    save(Model(dw.Network([784, 10], rng=0), weighing=replace(WEIGHING, signs=signs)), path)
    path.write_bytes(path.read_bytes().replace(b"[216, 5, 7]", b"[216, 6, 7]"))
    with pytest.raises(ModelError, match=r"signs\.weights\.0"):
        read_model(path)


@pytest.mark.parametrize("key", ["digit", "none", "number", "sizes", "numbers"])
def test_a_file_that_lacks_a_part_is_damaged(tmp_path, key, monkeypatch):
    path = tmp_path / "net.safetensors"
    saved = WEIGHING.to_dict()
    del saved[key]
    monkeypatch.setattr(Weighing, "to_dict", lambda self: saved)
    save(Model(dw.Network([784, 10], rng=0), weighing=WEIGHING), path)
    with pytest.raises(ModelError, match="damaged model file"):
        read_model(path)
