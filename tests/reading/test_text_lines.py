"""Words beside numbers: a ledger, a list of grades."""

from dataclasses import replace

import numpy as np
import pytest

from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.components import find_components
from digitwise.reading.proposals import find_numbers
from digitwise.reading.splitting.fragments import digit_height
from digitwise.reading.text_lines import MIN_CHAINS, without_text
from digitwise.reading.turned import reads_better

NUMBER = Hand(count=(1, 4), paper=False, size=(32.0, 36.0), specks=0.0, touching=0.1)
WORD = Hand(count=(4, 8), paper=False, size=(32.0, 36.0), specks=0.0, touching=0.8, letters=True)
LINES = 14
NUMBER_LEFT = 700  # pixels


@pytest.fixture(scope="module")
def ledger(bundled):
    """A page of lines, each a word and a number: image and texts."""
    page, texts = np.full((90 * LINES + 60, 1000), 255, np.uint8), []
    for line in range(LINES):
        word = draw_number(bundled[0], WORD, 1, line)
        number = draw_number(bundled[0], NUMBER, 2, line)
        texts.append(number.text)
        for drawn, left in ((word, 40), (number, NUMBER_LEFT)):
            height, width = drawn.image.shape
            there = page[90 * line : 90 * line + height, left : left + width]
            np.minimum(there, drawn.image[: there.shape[0], : there.shape[1]], out=there)
    return page, texts


def test_numbers_beside_words_are_read(reader, ledger):
    page, texts = ledger
    found = reader.read(page)
    right = [n.text for n in found if n.bbox[0] >= NUMBER_LEFT and not n.rejected]
    assert sum(text in right for text in texts) >= LINES - 2
    assert [n.text for n in found if n.bbox[0] < NUMBER_LEFT and not n.rejected] == []


def test_words_are_no_reason_to_turn_a_page(reader, ledger):
    sure = [number for number in reader.read(ledger[0]) if not number.rejected]
    words = [replace(number, confidence=0.05) for number in 4 * sure]
    assert reads_better(sure, words)
    assert not reads_better(sure[1:], sure + words)


@pytest.fixture(scope="module")
def groups(ledger):
    return find_numbers(ledger[0].astype(np.float32) / 255, "auto")[0].numbers


def test_likely_digits_are_kept(groups):
    assert without_text(groups, lambda pieces: np.eye(1, 10).repeat(len(pieces), 0)) == groups


def test_lines_with_chains_that_are_no_digits_are_left_out(groups):
    kept = without_text(groups, lambda pieces: np.full((len(pieces), 10), 0.05))
    assert 0 < len(kept) < len(groups)
    assert not any(map(chains, kept))


def chains(number):
    """Components that may be several characters."""
    height = digit_height(number)
    return [c for c in number if c.width >= 1.2 * height and c.height >= 0.4 * height]


def test_pages_with_few_chains_are_not_looked_at(groups):
    few = [number for number in groups if len(chains(number)) == 1][: MIN_CHAINS - 1]
    assert few

    def classify(pieces):
        raise AssertionError("there is nothing to classify")

    assert without_text(few, classify) == few


def test_a_number_behind_a_word_is_kept():
    """Of one line, the part that looks like a number stays."""
    ink = np.zeros((40, 900), np.float32)
    for chain in range(MIN_CHAINS):  # wide strokes, as of joined letters
        ink[5:30, 60 * chain : 60 * chain + 40] = 1
    for digit in range(3):  # narrow ones behind a gap
        ink[5:30, 600 + 20 * digit : 610 + 20 * digit] = 1
    line = find_components(ink)

    def classify(pieces):
        return np.array([[1.0 if piece.left >= 590 else 0.1] + [0.0] * 9 for piece in pieces])

    (kept,) = without_text([line], classify)
    assert sorted(c.left for c in kept) == [599, 619, 639]
