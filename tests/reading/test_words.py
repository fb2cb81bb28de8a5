import re
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from digitwise.imaging.components import Component
from digitwise.reading.words import part_from_words

WORD = {"a", "b"}  # what the reader below can't read


@dataclass
class Said:
    components: list[Component]
    text: str
    confidence: float


def line(text, gaps):
    """A line of characters, 10 pixels wide and 20 high; gaps in pixels behind each but the last."""
    ink, left, components = np.ones((20, 10), np.float32), 0, []
    for gap in [*gaps, 0]:
        components.append(Component(left, 0, left + 10, 20, ink))
        left += 10 + gap
    names = {id(c): char for c, char in zip(components, text, strict=True)}

    def read(groups):
        texts = ["".join(names[id(c)] for c in group) for group in groups]
        return [
            Said(group, text, 0.3 ** len(re.findall("[ab]", text)) * 0.97)
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
    ],
)
def test_a_number_beside_words(text, gaps, parts):
    found, read = line(text, gaps)
    assert [part.text for part in part_from_words(found, read)] == parts


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
