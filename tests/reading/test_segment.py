import cv2
import numpy as np
import pytest

from digitwise.reading import segment
from digitwise.reading.segment import one_number, whole_digits


def page(boxes, shape=(200, 400)):
    """Ink with a filled box for each (x, y, width, height)."""
    ink = np.zeros(shape, np.float32)
    for x, y, width, height in boxes:
        ink[y : y + height, x : x + width] = 1
    return ink


def all_numbers(ink, lines=None):
    return segment.all_numbers(ink, np.zeros(ink.shape, bool) if lines is None else lines)


def lefts(numbers):
    return [[digit.left + 1 for digit in whole_digits(number)] for number in numbers]


DIGITS = [(20, 50, 15, 40), (50, 45, 18, 42), (85, 52, 5, 38)]


@pytest.mark.parametrize("segment", [one_number, all_numbers])
class TestOneNumber:
    def test_digits_from_left_to_right(self, segment):
        assert lefts(segment(page(DIGITS))) == [[20, 50, 85]]

    def test_a_lone_digit_is_not_lost(self, segment):
        assert lefts(segment(page([(300, 20, 4, 50)]))) == [[300]]

    def test_an_empty_page_has_none(self, segment):
        assert segment(page([])) == []

    def test_the_bar_of_a_five_belongs_to_it(self, segment):
        bar = (24, 42, 14, 4)  # above the first digit, not touching
        (number,) = map(whole_digits, segment(page([*DIGITS, bar])))
        assert [d.left + 1 for d in number] == [20, 50, 85]
        assert number[0].top + 1 == 42

    def test_two_halves_of_a_broken_digit_are_one(self, segment):
        halves = [(20, 50, 20, 17), (22, 72, 17, 18)]
        assert len(whole_digits(segment(page([*halves, *DIGITS[1:]]))[0])) == 3

    def test_commas_and_dots_are_no_digits(self, segment):
        assert lefts(segment(page([*DIGITS, (72, 84, 6, 12)]))) == [[20, 50, 85]]


def test_lines_and_words_in_reading_order():
    first = [(20, 20, 15, 40), (50, 25, 15, 40)]
    right = [(200, 22, 15, 40), (230, 22, 15, 40)]
    below = [(30, 110, 15, 40), (60, 112, 15, 40), (90, 108, 15, 40)]
    found = lefts(all_numbers(page([*below, *right, *first])))
    assert found == [[20, 50], [200, 230], [30, 60, 90]]


def test_a_rising_line_is_one_number():
    rising = [(20 + 40 * i, 140 - 12 * i, 20, 40) for i in range(8)]
    assert len(all_numbers(page(rising))) == 1


def test_a_whole_picture_is_one_number_however_wide_its_gaps():
    assert lefts(one_number(page([(10, 50, 15, 40), (350, 50, 15, 40)]))) == [[10, 350]]


@pytest.mark.parametrize(
    ("alone", "found"),
    [
        ((300, 150, 8, 8), False),  # a speck, far from the number
        ((300, 150, 8, 18), True),  # a small digit
        ((300, 150, 3, 20), True),  # a small 1
    ],
)
def test_dirt_far_from_writing_is_no_number(alone, found):
    assert lefts(all_numbers(page([*DIGITS, alone])))[1:] == ([[300]] if found else [])


def test_small_numbers_below_a_large_heading_are_found():
    heading = [(20, 10, 60, 100), (120, 10, 60, 100)]
    small = [(20 + 20 * k, 150, 10, 20) for k in range(4)]
    assert lefts(all_numbers(page([*heading, *small])))[1:] == [[20, 40, 60, 80]]


def test_punch_holes_and_filled_boxes_are_no_digits():
    ink = page(DIGITS)
    y, x = np.mgrid[:200, :400]
    ink[np.hypot(y - 120, x - 250) < 18] = 1
    ink[100:130, 320:352] = 1
    assert lefts(all_numbers(ink)) == lefts(all_numbers(page(DIGITS)))
    ring = np.hypot(y - 120, x - 250)
    ink[(ring < 14)] = 0  # a 0
    assert len(all_numbers(ink)) == 2


def test_a_stain_beside_writing_is_no_number_but_pencil_alone_is():
    ink = page(DIGITS)
    ink[100:140, 300:306] = 0.4
    assert len(all_numbers(ink)) == 1
    ink[100:140, 320:326] = 0.4  # two of them may have been written
    assert len(all_numbers(ink)) == 2
    ink[:, :200] = ink[:, 310:] = 0
    assert len(all_numbers(ink)) == 1


def test_a_long_stroke_across_the_page_joins_no_numbers():
    lines = [[(x, y, 12, 30) for x in (100, 125, 150)] for y in (60, 140, 220)]
    ink = page(lines[0] + lines[1] + lines[2], (400, 400))
    found = lefts(all_numbers(ink))
    assert found == [[100, 125, 150]] * 3
    cv2.line(ink, (40, 20), (92, 380), 1.0, 2)  # close to all of them
    cv2.line(ink, (96, 112), (390, 118), 1.0, 2)  # between two lines
    assert lefts(all_numbers(ink)) == found


def table(columns, shape=(200, 400)):
    """Lines of a table of one row, 30 pixels beneath the top, with these upright ones."""
    lines = np.zeros(shape, bool)
    lines[[30, 110], columns[0] : columns[-1]] = True
    lines[30:110, columns] = True
    return lines


def test_cells_of_a_table_hold_a_number_each():
    ink = page([*DIGITS, (120, 50, 15, 40), (150, 50, 15, 40)])
    assert lefts(all_numbers(ink)) == [[20, 50, 85, 120, 150]]
    assert lefts(all_numbers(ink, table([5, 105, 200]))) == [[20, 50, 85], [120, 150]]
    # A comb has one digit in each cell, and boxes may be higher than a line.
    assert len(all_numbers(ink, table([5, 40, 75, 105, 140, 175]))) == 1
    high = page([(x, 50, 6, 12) for x in (20, 40, 60, 80)])
    assert len(all_numbers(high, table([5, 50, 105]))) == 1


def test_a_ring_around_a_digit_is_none():
    page = np.zeros((120, 120), np.float32)
    cv2.circle(page, (60, 60), 45, 1, 3)
    around = page.copy()
    cv2.line(around, (60, 35), (56, 85), 1, 4)
    (digit,) = one_number(around)
    assert [piece.width < 20 for piece in digit] == [True]
    dotted = page.copy()
    cv2.circle(dotted, (60, 60), 14, 1, -1)
    (zero,) = one_number(dotted)
    assert len(zero) == 2
    open_ring = np.zeros((120, 120), np.float32)
    cv2.ellipse(open_ring, (60, 60), (45, 45), 0, -40, 200, 1, 3)
    cv2.line(open_ring, (60, 40), (56, 85), 1, 4)
    (both,) = one_number(open_ring)
    assert len(both) == 2


def test_a_ring_around_a_number_is_none_of_its_digits():
    ink = page(DIGITS)
    y, x = np.mgrid[:200, :400]
    far = np.hypot((y - 70) / 50, (x - 62) / 60)
    ring = ink.copy()
    ring[np.abs(far - 1) < 0.04] = 1
    for find in (one_number, all_numbers):
        assert lefts(find(ring)) == lefts(find(ink))
    alone = np.where(np.abs(far - 1) < 0.04, np.float32(1), np.float32(0))  # a 0
    alone[60:80, 60:64] = 1  # with a stroke in it
    assert len(one_number(alone)[0]) == 2
