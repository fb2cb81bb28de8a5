from dataclasses import replace

import numpy as np
import pytest

import digitwise as dw
from digitwise.data.grounds import GROUNDS
from digitwise.data.strings import HANDS, draw_number
from digitwise.reading.expected import Expected
from digitwise.reading.how import How
from digitwise.reading.number import Number, ReadDigit
from digitwise.reading.seen_twice import is_worth_again, likelier, merge

HOW = How(None, None, None, "auto", Expected.of(None, None), 0.0)


def number(text, confidence, left, width=30, also=()):
    box = (left, 0, left + width, 20)
    digits = [ReadDigit(char, confidence, box, None) for char in text]
    return Number(text, confidence, box, digits, [(text, confidence), *also], 0, (500, 20))


def texts(numbers):
    return [one.text for one in numbers]


def test_the_surer_reading_of_a_place_wins():
    first = [number("17", 0.6, 0), number("42", 0.99, 100)]
    second = [number("12", 0.9, 2), number("43", 0.7, 99)]
    assert texts(merge(first, second, HOW)) == ["12", "42"]


def test_equally_sure_readings_stay_as_they_were_first():
    first, second = [number("17", 0.9, 0)], [number("12", 0.9, 0)]
    assert texts(merge(first, second, HOW)) == ["17"]


def test_a_number_that_is_seen_second_only_is_added_in_order_if_sure():
    first = [number("1", 0.99, 0), number("3", 0.99, 200)]
    second = [number(t, c, x) for t, c, x in (("1", 0.9, 0), ("2", 0.95, 100), ("3", 0.9, 200))]
    assert texts(merge(first, second, HOW)) == ["1", "2", "3"]
    second[1] = replace(second[1], confidence=0.85)
    assert texts(merge(first, second, HOW)) == ["1", "3"]


def test_a_number_before_all_others_is_added_in_front():
    first, second = [number("3", 0.99, 200)], [number("2", 0.95, 0), number("3", 0.5, 200)]
    assert texts(merge(first, second, HOW)) == ["2", "3"]


@pytest.mark.parametrize(("confidence", "expected"), [(0.95, ["1234"]), (0.5, ["12", "34"])])
def test_a_number_over_two_others_replaces_both_or_none(confidence, expected):
    first = [number("12", 0.8, 0, 40), number("34", 0.8, 42, 40)]
    second = [number("1234", confidence, 0, 82)]
    assert texts(merge(first, second, HOW)) == expected


def test_two_numbers_over_one_replace_it_if_they_are_likelier():
    first = [number("1234", 0.3, 0, 82)]
    second = [number("12", 0.9, 0, 40), number("34", 0.9, 42, 40)]
    assert texts(merge(first, second, HOW)) == ["12", "34"]


def test_nothing_seen_changes_nothing():
    first = [number("12", 0.2, 0)]
    assert merge(first, [], HOW) == first
    assert merge([], first, HOW) == []


def test_a_second_reading_that_contradicts_the_first_is_less_sure():
    (one,) = likelier([number("12", 0.6, 0)], [number("17", 0.9, 0)], HOW)
    assert one.text == "17"
    assert one.confidence == pytest.approx(0.9 * 0.4 / (1 - 0.9 * 0.6))
    assert not one.rejected
    (unsure,) = likelier([number("12", 0.8, 0)], [number("17", 0.9, 0)], HOW)
    assert unsure.rejected


def test_a_first_reading_stays_as_sure_as_it_is():
    (one,) = likelier([number("17", 0.9, 0)], [number("12", 0.6, 0)], HOW)
    assert (one.text, one.confidence) == ("17", 0.9)


def test_of_readings_that_agree_the_surer_is_kept():
    low, high = [number("17", 0.6, 0)], [number("17", 0.9, 0)]
    assert likelier(low, high, HOW) == likelier(high, low, HOW) == high
    assert likelier([number("17", 0.9, 0)], [], HOW)[0].confidence == 0.9


def test_an_unsure_number_that_is_seen_once_only_is_dropped_unless_it_is_the_only_one():
    first = [number("1", 0.2, 0), number("2", 0.99, 100)]
    assert texts(merge(first, second=[number("2", 0.9, 100)], how=HOW)) == ["2"]
    assert texts(merge(first[:1], [], HOW)) == ["1"]


def test_a_text_that_both_ways_find_probable_wins_over_a_surer_one():
    first = [number("57", 0.2, 0, also=[("76", 0.12)])]
    second = [number("571", 0.21, 0, also=[("57", 0.11)])]
    assert texts(likelier(first, second, HOW)) == ["57"]
    assert texts(likelier(first, [number("571", 0.9, 0)], HOW)) == ["571"]


def test_a_second_look_is_worth_it_where_no_sure_number_is():
    found = [number("17", 0.97, 0), number("42", 0.5, 100), number("56", 0.99, 120)]
    assert not is_worth_again((0, 0, 28, 19), found)
    assert is_worth_again((100, 0, 128, 19), found)
    assert is_worth_again((115, 0, 145, 19), found)  # over a sure and an unsure number
    assert is_worth_again((300, 0, 328, 19), found)  # over nothing that was found


def test_sure_numbers_of_a_page_are_not_judged_again(reader, monkeypatch):
    digits = dw.load("digits")[1]
    drawn = [draw_number(digits, HANDS["spaced-5"], 3, index).image for index in range(4)]
    page = np.full((170 * len(drawn), max(one.shape[1] for one in drawn)), 255, np.uint8)
    for index, one in enumerate(drawn):
        page[170 * index :][: len(one), : one.shape[1]] = one
    judged, judge = [], How.judge

    def counted(how, numbers, *more):
        judged.append(len(numbers))
        return judge(how, numbers, *more)

    monkeypatch.setattr(How, "judge", counted)
    unsure = [number for number in reader.read(page) if number.confidence < 0.9]
    assert judged == [4, len(unsure)]


def test_a_mere_ground_gives_hardly_any_number(reader):
    found = []
    for seed in range(6):
        light = 0.9 - 0.3 * GROUNDS[seed](120, 300, np.random.default_rng(seed))
        found += reader.read(np.rint(255 * light).astype(np.uint8))
    assert len(found) <= 3  # 46 when unsure second readings counted
    assert all(number.rejected for number in found)
