"""Cells of a comb: how many there are, and where they end."""

import cv2
import numpy as np
import pytest

from digitwise.imaging.cells import find_edges
from digitwise.imaging.rules import find_rules

LEFT, TOP, WIDE, HIGH = 20, 15, 56, 60


def comb(count, kind="full", value=1.0):
    """Ink of a box with dividers, and of its surroundings."""
    ink = np.zeros((HIGH + 2 * TOP, count * WIDE + 2 * LEFT), np.float32)
    right, bottom = LEFT + count * WIDE, TOP + HIGH
    cv2.rectangle(ink, (LEFT, TOP), (right, bottom), 1.0, 2)
    for x in range(LEFT + WIDE, right, WIDE):
        if kind == "full":
            cv2.line(ink, (x, TOP), (x, bottom), value, 1)
        elif kind == "dashed":
            for y in range(TOP, bottom, 8):
                cv2.line(ink, (x, y), (x, y + 4), value, 1)
        elif kind == "ticks":
            cv2.line(ink, (x, bottom - HIGH // 3), (x, bottom), value, 1)
    return ink


def edges(ink, count=0):
    inner = (LEFT, ink.shape[1] - LEFT)
    return find_edges(ink, find_rules(ink), inner, (TOP, TOP + HIGH), count)


@pytest.mark.parametrize("count", [2, 3, 5, 8])
@pytest.mark.parametrize(("kind", "value"), [("full", 1.0), ("full", 0.2), ("dashed", 0.8)])
def test_cells_are_counted_whatever_their_dividers_look_like(count, kind, value):
    found = edges(comb(count, kind, value))
    np.testing.assert_allclose(found, LEFT + WIDE * np.arange(count + 1), atol=3)


def test_ticks_are_dividers():
    np.testing.assert_allclose(edges(comb(6, "ticks")), LEFT + WIDE * np.arange(7), atol=3)


def test_an_empty_box_has_no_cells_but_can_be_given_some():
    box = comb(4, "none")
    assert edges(box) is None
    np.testing.assert_allclose(edges(box, 4), LEFT + WIDE * np.arange(5), atol=3)


def test_writing_is_no_divider():
    ink = comb(4, "none")
    for k in range(4):
        x = LEFT + k * WIDE + 28
        cv2.ellipse(ink, (x, TOP + 30), (12, 20), 0, 0, 360, 1.0, 3)
        cv2.line(ink, (x + 25, TOP + 12), (x + 22, TOP + 46), 1.0, 3)
    assert edges(ink) is None


def test_cells_that_stand_apart_are_told_by_their_lines():
    ink = np.zeros((90, 300), np.float32)
    for left in (20, 90, 160):
        cv2.rectangle(ink, (left, 15), (left + 50, 75), 1.0, 2)
    found = find_edges(ink, find_rules(ink), (20, 210), (15, 75), 3)
    np.testing.assert_allclose(found, [20, 80, 150, 210], atol=4)
