import io

import numpy as np
import pytest
from PIL import Image

from digitwise.errors import ImageError, InputError
from digitwise.reading.number import Number, ReadDigit
from digitwise.reading.numbers import Numbers

SEEN = np.full((28, 28), 200, np.uint8)


def number(page=0, rejected=False):
    digits = [
        ReadDigit("4", 0.987, (10, 10, 30, 40), SEEN),
        ReadDigit("2", 0.5, (35, 10, 55, 40), SEEN, rejected),
    ]
    alternatives = [("42", 0.6), ("47", 0.2), ("<4", 0.1)]
    return Number("42", 0.612345, (10, 10, 55, 40), digits, alternatives, page)


def test_a_line_for_a_number():
    assert repr(number()) == "Number('42', confidence=0.612: 4 0.99, 2 0.50)"
    assert repr(number(rejected=True)) == (
        "Number('4?', confidence=0.612, rejected: 4 0.99, 2 0.50)"
    )
    assert repr(Numbers([number()])) == f"[{number()!r}]"


def test_a_number_as_html(parse, open_png):
    page = parse(number(rejected=True)._repr_html_())
    assert page.rows == [["4", "2"], ["", ""], ["0.987", "0.500"]]
    assert page.text == "4? confidence 0.612, rejected or 47 (0.200), <4 (0.100)"
    assert [image.size for image in page.images] == [(28, 28)] * 2
    assert np.asarray(page.images[0]).max() == 55


def test_numbers_are_a_list():
    numbers = Numbers([number()])
    assert numbers == [number()]
    assert Numbers() == []
    assert isinstance(numbers, list)
    assert [*numbers, *numbers] == numbers + numbers


@pytest.mark.parametrize("kind", ["path", "array", "image", "bytes", "file"])
def test_numbers_show_their_picture(reader, draw_number, parse, open_png, tmp_path, kind):
    image = draw_number("235")
    path = tmp_path / "a.png"
    image.save(path)
    source = {
        "path": path,
        "array": np.asarray(image),
        "image": image,
        "bytes": path.read_bytes(),
        "file": io.BytesIO(path.read_bytes()),
    }[kind]
    numbers = reader.read(source)
    shown = open_png(numbers.show())
    assert shown.width >= image.width
    assert shown.height > image.height
    page = parse(numbers._repr_html_())
    assert page.text == "1 number"
    assert page.images[0].tobytes() == shown.tobytes()
    # A box is drawn around each digit, in green.
    pixels = np.asarray(shown.convert("RGB")).reshape(-1, 3)
    assert (pixels == (0x1B, 0x7F, 0x3B)).all(axis=1).sum() > 500


def test_each_page_has_its_own_picture(reader, draw_number, parse, monkeypatch):
    images = [draw_number(text) for text in ("235", "758", "302")]
    numbers = reader.read(images)
    assert len(numbers) == 3
    page = parse(numbers._repr_html_())
    assert len(page.images) == 3
    assert page.images[1].tobytes() == numbers.show(1).tobytes() != numbers.show().tobytes()
    # Each page has its own numbers alone.
    assert numbers.show(2).tobytes() == reader.read(images[2]).show().tobytes()
    monkeypatch.setattr("digitwise.display.numbers.MAX_PAGES", 2)
    page = parse(numbers._repr_html_())
    assert len(page.images) == 2
    assert page.text == "3 numbers … 1 more pages"
    for wrong in (3, -1, "first"):
        with pytest.raises(InputError, match="page"):
            numbers.show(wrong)


def test_an_empty_page_shows_itself(reader, parse):
    page = parse(reader.read(np.full((60, 90), 200, np.uint8))._repr_html_())
    assert page.text == "0 numbers"
    assert len(page.images) == 1


def test_a_picture_that_is_not_there_any_more(parse, tmp_path):
    Image.new("L", (60, 60), 255).save(tmp_path / "a.png")
    numbers = Numbers([number()], tmp_path / "a.png")
    assert numbers.show().width >= 60
    (tmp_path / "a.png").unlink()
    with pytest.raises(ImageError, match="no such file"):
        numbers.show()
    page = parse(numbers._repr_html_())
    assert page.rows[0] == ["4", "2"]
    assert page.text.startswith("1 number 42 confidence 0.612")
    with pytest.raises(InputError, match="have no picture"):
        Numbers([number()]).show()
    assert parse(Numbers([number()])._repr_html_()).rows == page.rows
