import re
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digitwise.imaging.components import Component
from digitwise.reading.words import part_from_words


@dataclass
class Said:
    components: list[Component]
    text: str
    confidence: float
    any_number: float
    signs: list[Component] = field(default_factory=list)

    def less_probable(self, factor):
        return replace(self, confidence=factor * self.confidence)


def line(text, gaps, height=20, of_others=20):
    """A line of characters, 10 pixels wide; gaps in pixels behind each but the last.

    The first two are `height` pixels high, those of others.
    """
    left, components = 0, []
    for place, gap in enumerate([*gaps, 0]):
        high = height if place < 2 else of_others
        components.append(
            Component(left, 20 - high, left + 10, 20, np.ones((high, 10), np.float32))
        )
        left += 10 + gap
    names = {id(c): char for c, char in zip(components, text, strict=True)}

    def read(groups):
        texts = ["".join(names[id(c)] for c in group) for group in groups]
        # The reader sees that a and b are no digits; and that x and y are, but not which. At "-" it
        # doubts one of two digits.
        return [
            Said(
                group,
                text,
                0.3 ** len(re.findall("[abxy]", text)) * 0.75 ** text.count("-") * 0.97,
                0.3 ** len(re.findall("[ab]", text)) * 0.97,
            )
            for group, text in zip(groups, texts, strict=True)
        ]

    return read([components])[0], read


@pytest.mark.parametrize(
    ("text", "gaps", "parts"),
    [
        ("12", [60], ["12"]),  # sure to be one number: no gap parts it
        ("ab12", [2, 8, 2], ["12"]),
        ("12ab", [2, 8, 2], ["12"]),
        ("ab12ab", [2, 8, 2, 8, 2], ["12"]),
        ("ab12", [2, 3, 2], ["ab12"]),  # no gap is wide
        ("ab12", [5, 8, 5], ["ab12"]),  # or wider than others
        ("12a34", [2, 2, 8, 2], ["34"]),
        ("1ab", [12, 2], ["1ab"]),  # what is as high as a lone digit may be digits
        ("a", [], ["a"]),
        ("xy123", [2, 8, 2, 2], ["xy123"]),  # what are digits, but hard to read, is not left out
    ],
)
def test_a_number_beside_words(text, gaps, parts):
    found, read = line(text, gaps)
    assert [part.text for part in part_from_words(found, read)] == parts


def test_a_point_between_thousands_has_room_about_it():
    found, read = line("ab.123", [2, 2, 8, 2, 2])
    assert [part.text for part in part_from_words(found, read)] == ["123"]
    found.signs.append(found.components[2])
    assert [part.text for part in part_from_words(found, read)] == ["ab.123"]


@pytest.mark.parametrize(
    ("text", "gaps", "height", "of_others", "parts"),
    [
        ("xy345", [2, 12, 2, 2], 12, 20, ["345"]),  # "ID: 345": letters that may be digits
        ("12xy5", [2, 12, 2, 2], 20, 12, ["12"]),  # "12 kgs"
        ("12x45", [2, 12, 2, 2], 20, 12, ["12"]),
        ("12-45", [2, 12, 2, 2], 20, 12, ["12-45"]),  # smaller digits of the same number
        ("xy345", [2, 12, 2, 2], 18, 20, ["xy345"]),  # of one height
        ("xy345", [2, 7, 2, 2], 12, 20, ["xy345"]),  # the gap is narrow
        ("xy345", [7, 12, 7, 7], 12, 20, ["xy345"]),  # or hardly wider than others
        ("12345", [2, 12, 2, 2], 20, 12, ["12345"]),  # "50.000" with small zeros, sure as a whole
    ],
)
def test_a_number_is_parted_from_smaller_print(text, gaps, height, of_others, parts):
    found, read = line(text, gaps, height, of_others)
    assert [part.text for part in part_from_words(found, read)] == parts


def test_a_part_is_as_sure_as_its_parting():
    found, read = line("xyab12", [2, 2, 2, 8, 2])
    (part,) = part_from_words(found, read)
    of_both = 0.97 * (1 - 0.3**2 * 0.97)
    assert part.confidence == pytest.approx(0.97 * of_both)
    (part,) = part_from_words(*line("12xy5", [2, 12, 2, 2], 20, 12))
    assert part.confidence == 0.97  # at a clear gap


@pytest.mark.parametrize(("letters", "parted"), [(30, True), (31, False)])
def test_a_texture_is_no_line_of_words(letters, parted):
    found, read = line("a" * letters + "1" * 10, [2] * (letters - 1) + [8] + [2] * 9)
    (part,) = part_from_words(found, read)
    assert (part.text == "1" * 10) == parted


def test_both_numbers_beside_a_word_if_there_is_hardly_a_doubt():
    found, read = line("12ab34", [2, 8, 2, 8, 2])
    assert [part.text for part in part_from_words(found, read)] == ["12", "34"]


@pytest.mark.parametrize("word", ["Date", "Fee:", "Weight"])
def test_a_printed_label_is_no_part_of_a_number(reader, draw_number, word):
    number = np.asarray(draw_number("5037").convert("L"))
    page = Image.fromarray(np.pad(number, ((0, 0), (500, 0)), "edge"))
    place = (520, 220)  # left of the first digit, on the line
    font = ImageFont.load_default(110)
    ImageDraw.Draw(page).text(place, word, fill=60, font=font, anchor="rs")
    (found,) = [n for n in reader.read(page) if not n.rejected]
    assert found.text == "5037"
