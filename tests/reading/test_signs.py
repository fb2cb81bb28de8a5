import numpy as np
import pytest

from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.components import Component
from digitwise.imaging.rules import remove_rules
from digitwise.imaging.sheet import ink_of_page
from digitwise.reading.segment import one_number
from digitwise.reading.signs import INPUTS, KINDS, PLACE, describe, tell_kinds
from digitwise.training.signs import (
    HANDS,
    draw_lessons,
    kinds_in,
    learn_signs,
)


def components_of(drawn):
    (components,) = one_number(remove_rules(ink_of_page(drawn.light)))
    return components


@pytest.fixture(scope="module")
def lessons(bundled):
    return draw_lessons(bundled[0], count=300, seed=1)


@pytest.fixture(scope="module")
def network(lessons):
    return learn_signs(lessons)


def test_components_are_what_they_were_drawn_as(bundled):
    hand = Hand(count=(3, 5), signs=True, specks=0.0, paper=False, gap=(0.2, 0.5))
    seen = set()
    for index in range(40):
        drawn = draw_number(bundled[0], hand, 2, index)
        components = components_of(drawn)
        kinds = [KINDS[kind] for kind in kinds_in(drawn, components)]
        seen.update(kinds)
        if len(components) == len(drawn.pieces):
            left = sorted(drawn.pieces, key=lambda piece: piece.left)
            of_pieces = [piece.char for piece in left]
            wanted = ["digit" if char.isdigit() else char for char in of_pieces]
            assert sorted(kinds) == sorted(k if k in KINDS else "other" for k in wanted)
    assert seen >= {"digit", "-", ".", ",", "/"}


def test_a_component_is_described_by_its_place_beside_others(bundled):
    drawn = draw_number(bundled[0], Hand(count=(5, 5), specks=0.0), 2, 0)
    components = components_of(drawn)
    described = describe(components)
    assert described.shape == (len(components), INPUTS)
    assert described.dtype == np.float32
    # Where the number stands on the page says nothing.
    moved = [
        Component(c.left + 7, c.top + 3, c.right + 7, c.bottom + 3, c.ink, c.at_edge)
        for c in components
    ]
    np.testing.assert_allclose(describe(moved), described, atol=1e-5)
    (alone,) = describe(components[:1])
    np.testing.assert_array_equal(alone[:-PLACE], described[0, :-PLACE])
    assert (alone[-PLACE:] != described[0, -PLACE:]).any()


def test_what_reaches_the_pictures_edge_is_told(bundled):
    hand = Hand(count=(2, 2), printed="columns", room=(-0.12, 0.5), paper=False, specks=0.0)
    at_edge = {True: [], False: []}
    for index in range(20):
        drawn = draw_number(bundled[0], hand, 2, index)
        components = components_of(drawn)
        for c, kind in zip(components, kinds_in(drawn, components), strict=True):
            at_edge[KINDS[kind] == "line"].append(c.at_edge[1] or c.at_edge[3])
    assert np.mean(at_edge[True]) > 0.8 > np.mean(at_edge[False])


def test_kinds_that_are_learnt_are_told_of_other_numbers(network, bundled):
    others = draw_lessons(bundled[1], count=150, seed=9)
    (kinds,) = tell_kinds(network, [others.inputs])
    np.testing.assert_allclose(kinds.sum(axis=1), 1)
    right = kinds.argmax(axis=1) == others.desired.argmax(axis=1)
    assert right.mean() > 0.9
    lines = others.desired.argmax(axis=1) == KINDS.index("line")
    assert right[lines].mean() > 0.85


def test_lessons_and_learning_repeat_bit_for_bit(lessons, network, bundled):
    again = draw_lessons(bundled[0], count=300, seed=1)
    np.testing.assert_array_equal(again.inputs, lessons.inputs)
    np.testing.assert_array_equal(again.desired, lessons.desired)
    for own, other in zip(learn_signs(again).weights, network.weights, strict=True):
        np.testing.assert_array_equal(own, other)


def test_every_kind_is_drawn(bundled):
    drawn = draw_lessons(bundled[0], count=8 * len(HANDS), seed=3)
    assert set(drawn.desired.argmax(axis=1)) == set(range(len(KINDS)))


def test_nothing_to_tell(network):
    assert tell_kinds(network, []) == []
