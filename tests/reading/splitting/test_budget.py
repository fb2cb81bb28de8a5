"""Pages of noise and strokes: said to be too busy, before time and memory are gone."""

import pickle

import numpy as np
import pytest

from digitwise.imaging.components import find_components
from digitwise.reading.segment import all_numbers
from digitwise.reading.splitting import budget as budget_of
from digitwise.reading.splitting.arcs import find_arcs
from digitwise.reading.splitting.budget import Budget, BusyError
from digitwise.reading.splitting.cuts import MAX_WIDTH_HEIGHTS, MOST_COMPARED, find_cuts
from tests.reading.scribbles import scribble


def bars(n, height=20, apart=8):
    """Light of a row of upright strokes, each of which may be a digit."""
    light = np.full((height + 20, apart * (n + 2)), 255, np.uint8)
    light[10:-10, apart : apart * (n + 1) : apart] = 0
    light[10:-10, apart + 1 : apart * (n + 1) : apart] = 0
    return light


@pytest.mark.parametrize("layout", ["auto", "number"])
def test_a_texture_is_no_number(reader, layout):
    wanted = "too busy .* 1,100 pieces of ink .* cut the numbers out"
    with pytest.raises(BusyError, match=wanted) as found:
        reader.read(bars(1_100), layout=layout)
    # It says the same when it comes out of another process.
    assert str(pickle.loads(pickle.dumps(found.value))) == str(found.value)


def test_a_texture_beside_a_number_leaves_the_number(reader, draw_number):
    number = np.asarray(draw_number("20738").convert("L"))
    texture = np.pad(bars(1_100, height=120), ((100, 0), (0, 0)), constant_values=255)
    room = texture.shape[1] - number.shape[1]
    page = np.vstack([np.pad(number, ((0, 0), (0, room)), constant_values=255), texture])
    assert [found.text for found in reader.read(page)] == ["20738"]


def test_candidates_of_a_page_are_counted_over_all_of_its_numbers(reader, monkeypatch, draw_number):
    number = np.asarray(draw_number("20738").convert("L"))
    page = np.vstack([number] * 4)
    alone, together = reader.read(number), reader.read(page)
    assert [n.text for n in together] == [alone[0].text] * 4
    monkeypatch.setattr(budget_of, "MOST_CANDIDATES", 12)
    assert reader.read(number)[0].text == alone[0].text
    # A busy page doesn't take those along that share a call of the network with it.
    first, busy, last = reader.read_together([number, page, number])
    assert isinstance(busy, BusyError)
    assert first == last == alone


def test_arcs_stop_at_the_bound(monkeypatch):
    number = all_numbers(1 - bars(60).astype(np.float32) / 255, np.zeros((40, 496), bool))[0]
    monkeypatch.setattr(budget_of, "MOST_CANDIDATES", 100)
    budget = Budget()
    with pytest.raises(BusyError, match="more than 100 candidate digits"):
        find_arcs(number, budget=budget)
    other = budget.of_another_way()
    assert budget.spent is not None
    assert other.spent is None
    with pytest.raises(BusyError):
        other.take(1)


def test_pixels_of_candidates_are_bounded(monkeypatch):
    number = find_components(1 - bars(20).astype(np.float32) / 255)
    assert len(find_arcs(number).pieces) > 20
    monkeypatch.setattr(budget_of, "MOST_PIXELS", 20 * 20 * 4)
    with pytest.raises(BusyError, match="candidate digits of more than 1,600 pixels"):
        find_arcs(number)


def test_strokes_across_all_of_a_picture_are_a_texture():
    ink = np.zeros((800, 1_600), np.float32)
    rows, columns = np.indices(ink.shape)
    ink[(columns - rows) % 8 < 2] = 1
    with pytest.raises(Exception, match="strokes whose boxes have"):
        find_components(ink)


def test_what_is_far_too_wide_is_not_cut():
    rng = np.random.default_rng(0)
    ink = (rng.random((40, 40 * MAX_WIDTH_HEIGHTS)) < 0.2).astype(np.float32)
    cuts = find_cuts(ink, 40)
    assert 0 < len(cuts) <= MOST_COMPARED
    assert find_cuts(np.hstack([ink, ink]), 40) == []


@pytest.mark.parametrize("seed", [7])
def test_a_scribble_ends(reader, seed):
    """One that took 60 s and 3 GB, with a lattice of 2,800 nodes."""
    try:
        found = reader.read(scribble(seed), layout="number")
    except BusyError:
        return
    assert all(len(number.tried) <= budget_of.MOST_CANDIDATES for number in found)
