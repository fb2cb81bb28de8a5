import numpy as np
import pytest

from digitwise.imaging.components import Component
from digitwise.reading.cut_off import cut_off_by_edge, without_cut_off
from digitwise.reading.judged import Judged


def piece(top, bottom):
    return Component(0, top, 10, bottom, np.ones((bottom - top, 10), np.float32))


def test_what_is_low_and_touches_the_edge():
    digit, foot, head, bar, tall = (
        piece(*rows) for rows in ((20, 60), (0, 12), (80, 100), (10, 18), (0, 40))
    )
    found = cut_off_by_edge([[digit, foot, bar], [head], [tall]], 100)
    assert found == {id(foot), id(head)}
    assert cut_off_by_edge([], 100) == set()


@pytest.mark.parametrize(
    ("confidence", "alone", "kept"),
    [(0.3, 0.8, True), (0.3, 0.2, False), (0.95, 0.99, False)],
)
def test_what_is_surer_is_kept(confidence, alone, kept):
    digit, foot = piece(20, 60), piece(0, 12)

    class Said(Judged):
        confidence = property(lambda judged: judged.decision)

    found = Said([digit, foot], None, confidence, True)
    without = without_cut_off(
        found, {id(foot)}, lambda numbers: [Said(number, None, alone, True) for number in numbers]
    )
    assert without.components == ([digit] if kept else [digit, foot])


def test_a_number_with_no_such_pieces_is_judged_once():
    digit = piece(20, 60)
    found = Judged([digit], None, None, True)
    assert without_cut_off(found, {1}, None) is found
    assert without_cut_off(found, {id(digit)}, None) is found  # nothing would be left


@pytest.mark.parametrize("layout", ["auto", "number"])
def test_a_line_cut_out_between_others(reader, draw_number, layout):
    above, line, below = (np.asarray(draw_number(t).convert("L")) for t in ("38752", "502", "2708"))
    light = [
        np.where(ink < 130, ink, 255).astype(np.uint8)[:, 60:470] for ink in (above, line, below)
    ]
    strip = np.vstack([light[0][185:240], light[1][60:250], light[2][60:110]])
    assert (strip[0] < 130).any()
    assert (strip[-1] < 130).any()
    (number,) = reader.read(strip, layout)
    assert number.text == "502"
    assert not number.rejected
