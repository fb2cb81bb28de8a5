from dataclasses import replace

import numpy as np
import pytest

import digitwise as dw
from digitwise.data.digits import Digits
from digitwise.data.mixture import Mixture, Part, mix
from digitwise.data.others import Other
from digitwise.errors import InputError
from digitwise.settings import Settings
from digitwise.training.run import Run, prepare
from digitwise.training.saved import read_saved
from tests.conftest import random_digits
from tests.data.test_strokes import ONE, SEVEN, penned


def uneven(n, seed=0):
    digits = random_digits(n, seed)
    labels = np.where(np.arange(n) % 5, 1, digits.labels).astype(np.uint8)  # most are 1s
    return Digits(digits.images, labels, "uneven")


@pytest.fixture
def mixture():
    return mix(
        [("base", random_digits(700), None, False), ("other", uneven(300, 1), 0.4, True)], "both"
    )


def test_an_epoch_has_the_shares_and_as_many_of_each_class(mixture):
    order = mixture.epoch_order(3, 5)
    assert len(order) == len(mixture) == 1000
    others = order[order >= 700]
    assert abs(len(others) - 400) <= 10
    counts = np.bincount(mixture.labels[others], minlength=10)
    assert counts.min() >= 35
    assert counts.max() <= 45


def test_all_digits_of_a_class_are_used_equally_often(mixture):
    used = np.bincount(
        np.concatenate([mixture.epoch_order(0, epoch) for epoch in range(60)]), minlength=1000
    )
    for label in range(10):
        own = used[700:][mixture.labels[700:] == label]
        assert own.max() - own.min() <= 0.2 * own.mean() + 3


def test_an_order_is_a_function_of_seed_and_epoch(mixture):
    np.testing.assert_array_equal(mixture.epoch_order(1, 7), mixture.epoch_order(1, 7))
    assert (mixture.epoch_order(1, 7) != mixture.epoch_order(1, 8)).any()
    assert (mixture.epoch_order(1, 7) != mixture.epoch_order(2, 7)).any()


def test_shares_are_part_of_the_fingerprint(mixture):
    parts = (replace(mixture.parts[0], share=0.5), replace(mixture.parts[1], share=0.5))
    other = Mixture(mixture.images, mixture.labels, "both", None, parts)
    assert other.sha256() != mixture.sha256()


def test_open_shares_go_by_size_and_given_ones_are_scaled_to_one():
    a, b = random_digits(30), random_digits(10)
    assert [p.share for p in mix([("a", a, None, True), ("b", b, None, True)], "").parts] == [
        0.75,
        0.25,
    ]
    shares = [p.share for p in mix([("a", a, 0.2, True), ("b", b, 0.2, True)], "").parts]
    np.testing.assert_allclose(shares, 0.5)


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        ([("a", 30, None), ("b", 0, 0.5)], "b: there are no digits"),
        ([("a", 30, None), ("b", 30, 0.5), ("c", 30, 0.5)], "nothing is left"),
        ([("a", 30, None), ("b", 30, 1.5)], "b: expected a share above 0"),
    ],
)
def test_mixtures_that_cant_be(sets, message):
    with pytest.raises(InputError, match=message):
        mix([(name, random_digits(n), share, True) for name, n, share in sets], "")


def test_parts_are_the_whole():
    digits = random_digits(10)
    with pytest.raises(InputError, match="one after the other"):
        Mixture(digits.images, digits.labels, "", None, (Part("a", 0, 9, 1.0),))
    with pytest.raises(InputError, match="add up to 1"):
        Mixture(digits.images, digits.labels, "", None, (Part("a", 0, 10, 0.9),))


def others():
    pen = penned(*[SEVEN, ONE] * 30, labels=[7, 1] * 30)
    return [
        Other("uneven", None, uneven(200, 4), uneven(20, 5)),
        Other("pen", 0.2, pen, pen[:4]),
    ]


def test_held_out_digits_of_all_sets_are_validated_on(bundled):
    settings = Settings(data="digits", validation=100)
    train, validation = prepare(settings, bundled[0], others())
    assert [part.name for part in train.parts] == ["digits", "uneven", "pen"]
    assert len(train) == 1437 - 100 + 200 + 60
    assert len(validation) == 100 + 20 + 4


def test_what_is_cut_out_of_numbers_has_its_share(bundled):
    settings = Settings(data="digits", numbers=12)
    train, _ = prepare(settings, bundled[0], others())
    pieces = train.parts[-1]
    assert pieces.name == "pieces of numbers"
    assert pieces.share == pytest.approx((pieces.stop - pieces.start) / len(train))
    assert train.parts[2].share == pytest.approx(0.2 * (1 - pieces.share))


def test_a_run_on_a_mixture_resumes_bit_for_bit(bundled, tmp_path):
    settings = Settings(
        data="digits", also=("uneven", "pen:0.2"), hidden=(8,), epochs=2, learning_rate=0.1,
        deform="wild", engine="dense", batch_size=16,
    )  # fmt: skip
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    assert Run.start(settings, *bundled, whole, others()).go(lambda history: False)
    assert not Run.start(settings, *bundled, parts, others()).go(
        lambda history: len(history.epochs) == 1
    )
    saved = read_saved(tmp_path / "parts.checkpoint.safetensors")
    assert saved.resume(*bundled, parts, others()).go(lambda history: False)
    assert whole.read_bytes() == parts.read_bytes()
    with pytest.raises(dw.DigitwiseError, match="not the training digits"):
        saved.resume(*bundled, parts, others()[:1])
