"""Rows of cells: one answer each, of digit, mark or nothing."""

from itertools import product

import cv2
import numpy as np
import pytest
from PIL import Image

from digitwise.data.crossings import CROSSINGS, draw_family
from digitwise.errors import InputError
from digitwise.imaging.components import Component
from digitwise.reading.forms.cell_texts import best_texts, likely_texts
from digitwise.reading.forms.cells import SYMBOLS, Cell
from digitwise.reading.forms.description import load_form
from digitwise.reading.forms.marks import MARKS, tell_marks
from digitwise.reading.splitting import budget

LEFT, TOP, WIDE, HIGH, COUNT = 60, 300, 60, 68, 5
DESCRIPTION = f"""
size = [700, 500]
reference = "blank.png"
[[field]]
name = "code"
box = [{LEFT}, {TOP}, {LEFT + COUNT * WIDE}, {TOP + HIGH}]
"""


def blank_comb():
    page = np.full((500, 700), 255, np.uint8)
    cv2.putText(page, "Return of votes, station", (60, 90), 0, 1.0, 40, 2)
    cv2.putText(page, "Received", (60, 270), 0, 0.8, 40, 2)
    cv2.line(page, (60, 420), (640, 420), 30, 2)
    cv2.rectangle(page, (LEFT, TOP), (LEFT + COUNT * WIDE, TOP + HIGH), 30, 2)
    for x in range(LEFT + WIDE, LEFT + COUNT * WIDE, WIDE):
        for y in range(TOP, TOP + HIGH, 8):
            cv2.line(page, (x, y), (x, y + 4), 120, 1)
    return page


def fill_cells(page, draw_number, text, off=0):
    """Write a character into each cell, `off` pixels to the right of its middle."""
    page = page.copy()
    for k, char in enumerate(text):
        middle = LEFT + WIDE * k + WIDE // 2 + off
        if char == "×":
            for rise in (-1, 1):
                ends = (middle - 15, TOP + 34 - 17 * rise), (middle + 15, TOP + 34 + 17 * rise)
                cv2.line(page, *ends, 30, 3)
        elif char == "1":
            cv2.line(page, (middle + 2, TOP + 14), (middle - 2, TOP + 54), 30, 4)
        elif char != " ":
            ink = 255 - np.asarray(draw_number(char).convert("L"))
            ink = ink[ink.any(axis=1)][:, ink.any(axis=0)]
            small = cv2.resize(ink, None, fx=40 / len(ink), fy=40 / len(ink), interpolation=3)
            left = middle - small.shape[1] // 2
            place = page[TOP + 14 : TOP + 54, left : left + small.shape[1]]
            np.minimum(place, 255 - small[:40], out=place)
    return page


@pytest.fixture
def read_comb(tmp_path, draw_number, reader):
    Image.fromarray(blank_comb()).save(tmp_path / "blank.png")

    def read(text, known="cells = 5", off=0):
        (tmp_path / "form.toml").write_text(DESCRIPTION + known)
        found = reader.read(
            fill_cells(blank_comb(), draw_number, text, off), form=tmp_path / "form.toml"
        )
        return found[0] if found else None

    return read


@pytest.mark.parametrize("text", ["50237", "×5032", "××  7", "  803", "12335", "××××8"])
def test_each_cell_is_read_by_itself(read_comb, text):
    number = read_comb(text)
    assert number.cells == text
    assert number.text == text.replace(" ", "")
    assert number.value == int(text.strip("× "))
    row = number.to_dict()
    assert row["cells"] == text
    assert [digit["kind"] for digit in row["digits"]] == [
        "sign" if char == "×" else "digit" for char in number.text
    ]
    assert not number.rejected


def test_cells_that_are_read_surely_are_sure(read_comb, reader):
    numbers = [read_comb(text) for text in ("50237", "12335")]
    limit = reader.sure_above()
    assert max(number.confidence for number in numbers) > limit
    assert all((number.state == "sure") == (number.confidence > limit) for number in numbers)


@pytest.mark.parametrize("off", [-16, 16])
def test_digits_beside_a_divider_stay_in_their_cells(read_comb, off):
    assert read_comb("10711", off=off).cells == "10711"


def test_a_stroke_through_several_cells_crosses_them_out(tmp_path, draw_number, reader):
    Image.fromarray(blank_comb()).save(tmp_path / "blank.png")
    (tmp_path / "form.toml").write_text(DESCRIPTION + "cells = 5")
    page = fill_cells(blank_comb(), draw_number, "   37")
    cv2.line(page, (LEFT + 12, TOP + 40), (LEFT + 3 * WIDE - 12, TOP + 28), 30, 3)
    (number,) = reader.read(page, form=tmp_path / "form.toml")
    assert number.cells == "×××37"


def test_rows_of_short_dashes_are_no_text(tmp_path, reader, monkeypatch):
    Image.fromarray(blank_comb()).save(tmp_path / "blank.png")
    (tmp_path / "form.toml").write_text(DESCRIPTION + "cells = 5")
    page = blank_comb()
    for x in range(LEFT + WIDE // 2, LEFT + COUNT * WIDE, WIDE):
        for y in (TOP + 22, TOP + 42):
            cv2.line(page, (x - 14, y + 2), (x + 14, y - 2), 30, 3)
    (number,) = reader.read(page, form=tmp_path / "form.toml")
    assert len(number.cells) == COUNT
    monkeypatch.setattr(budget, "MOST_FRAGMENTS", 8)
    (number,) = reader.read(page, form=tmp_path / "form.toml")
    assert number.reason.startswith("too busy")  # not blank, and no error of the whole page


def test_cells_that_the_reference_shows_need_no_description(read_comb):
    assert read_comb("××507", 'count = "1-5"').cells == "××507"
    assert read_comb("50237", "").cells == "50237"
    assert read_comb("     ") is None


@pytest.mark.parametrize(
    ("text", "blank", "reason"),
    [
        ("  803", "leading", ""), ("803  ", "trailing", ""), ("80 35", "allowed", ""),
        ("80 35", "leading", "a cell is blank that may not be"),
        ("  803", "trailing", "a cell is blank that may not be"),
        ("803 2", "no", "a cell is blank that may not be"),
        ("     ", "no", "a cell is blank that may not be"),
    ],
)  # fmt: skip
def test_which_cells_may_be_blank(read_comb, text, blank, reason):
    number = read_comb(text, f'cells = 5\nblank = "{blank}"')
    assert number.reason == reason
    assert number.rejected == bool(reason)
    assert number.text == text.replace(" ", "")  # the best guess is there all the same


def test_what_a_cross_means(read_comb):
    assert read_comb("12×××", 'cells = 5\ncross = "zero"').value == 12000
    assert read_comb("12×××").value == 12


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ("cells = 0", "1 to 40 cells"), ("cells = 41", "1 to 40 cells"),
        ('cells = "5"', "1 to 40 cells"), ("cells = 5\ncount = 5", "leave out count"),
        ('blank = "no"', "said of cells"), ('cells = 5\nblank = "never"', "allowed, leading"),
        ('cells = 5\ncross = "one"', "blank, zero"),
    ],
)  # fmt: skip
def test_cells_that_are_described_wrongly(tmp_path, known, message):
    (tmp_path / "form.toml").write_text(DESCRIPTION + known)
    with pytest.raises(InputError, match=message) as found:
        load_form(tmp_path / "form.toml")
    assert "\n" not in str(found.value)


def random_cells(count, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.dirichlet(np.full(len(SYMBOLS), 0.3)) for _ in range(count)]


def test_best_texts_come_in_order():
    chances = random_cells(2)
    every = sorted(
        (
            (float(chances[0][a] * chances[1][b]), SYMBOLS[a] + SYMBOLS[b])
            for a, b in product(range(len(SYMBOLS)), repeat=2)
        ),
        reverse=True,
    )
    found = [pair for pair, _ in zip(best_texts(chances), range(12), strict=False)]
    assert [text for text, _ in found] == [text for _, text in every[:12]]
    np.testing.assert_allclose([p for _, p in found], [p for p, _ in every[:12]])


def test_a_count_rules_out_texts():
    chances = np.zeros((2, len(SYMBOLS)))
    chances[0, [1, -1]] = 0.4, 0.6  # a 1, or blank
    chances[1, 7] = 1.0
    cells = [Cell(row) for row in chances]
    assert likely_texts(cells, 0, 2, 5) == [(" 7", pytest.approx(0.6)), ("17", pytest.approx(0.4))]
    assert likely_texts(cells, 2, 2, 5) == [("17", pytest.approx(1.0))]
    assert likely_texts(cells[1:], 2, 2, 5) == []


def test_marks_are_told_from_digits(bundled):
    rng = np.random.default_rng(5)
    drawn = [draw_family(CROSSINGS, rng) for _ in range(200)]
    crosses = [Component(0, 0, ink.shape[1], ink.shape[0], ink) for ink in drawn]
    assert np.mean(tell_marks(crosses).argmax(axis=1) == MARKS.index("×")) > 0.95
    digits = [Component(0, 0, 28, 28, image / np.float32(255)) for image in bundled[1].images]
    assert np.mean(tell_marks(digits).argmax(axis=1) == 0) > 0.95
