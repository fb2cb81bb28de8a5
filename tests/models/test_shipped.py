import zlib

import pytest

import digitwise as dw
from digitwise.errors import ModelError
from digitwise.models.shipped import DEFAULT, find_model, open_model, shipped_models


def test_every_shipped_network_is_what_its_card_says(mnist):
    assert shipped_models()[0] == DEFAULT
    for name in shipped_models():
        model = open_model(name)
        measured = dw.evaluate(model.network, mnist[1])
        assert measured.accuracy == pytest.approx(model.results["test_accuracy"], abs=2e-4)
        assert model.training["command"].startswith("digitwise train --data mnist")
        in_wheel = zlib.compress(find_model(name).read_bytes())
        assert len(in_wheel) < 8_000_000


def test_unknown_models_are_refused():
    with pytest.raises(ModelError, match=r"no model 'nothing'.*shipped network \(reader\)"):
        open_model("nothing")
