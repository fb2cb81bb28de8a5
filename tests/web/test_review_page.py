"""The Review room in a real browser, by keyboard alone."""

import pytest

pytest.importorskip("fastapi")

from digitwise.review.review import Review
from digitwise.web.app import make_app
from tests.review.conftest import cells_of, make_review, make_table
from tests.web.conftest import WIDTHS

__all__ = ["make_review", "make_table"]


@pytest.fixture
def review(make_review):
    return make_review()


@pytest.fixture
def address(serve, reader, review, tmp_path):
    return serve(make_app(reader, models=tmp_path / "models", in_review=review))


@pytest.fixture
def desk(browser, address):
    """Opens the room: width → page. Nothing that it does may be complained of."""
    contexts, complaints = [], []

    def open_room(width=1440):
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/review")
        page.locator("#choices button").first.wait_for()
        return page

    yield open_room
    for context in contexts:
        context.close()
    assert not complaints


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def at(page, position):
    page.locator("#why").get_by_text(f"{position} of 4").wait_for()


def text(page):
    return page.locator("#text").input_value()


def settled(page, words):
    page.locator("#status").get_by_text(words).wait_for()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_is_corrected_by_keyboard_alone(desk, review, width):
    page = desk(width)
    at(page, 1)
    assert page.locator("#where").inner_text() == r"b\n.png"
    assert text(page) == "12"
    assert page.locator("#guess .unsure").count() == 2
    assert page.locator("#crop").is_visible()
    assert page.locator("#cuts .box").count() > 0
    look = "e => [getComputedStyle(e).fill, getComputedStyle(e).stroke]"
    assert page.locator("#cuts .box").first.evaluate(look) == ["none", "rgb(23, 96, 69)"]
    assert page.locator("#cuts .cut").first.evaluate(look)[1] != "none"
    press(page, "Space", "7", "2", "Enter")  # typed anew
    at(page, 2)
    second = page.locator("#choices button").nth(1)
    second.wait_for()
    press(page, "2")
    page.locator("#choices .chosen-one kbd").get_by_text("2").wait_for()
    chosen = text(page)
    assert chosen != "-5"
    press(page, "Enter")
    at(page, 3)
    assert "there is no picture" in page.locator("#missing").inner_text()
    press(page, "Delete")
    at(page, 4)
    press(page, "u", "Control+z")  # two steps back
    at(page, 2)
    settled(page, "taken back")
    assert page.locator("#count").inner_text() == "1 of 4 looked at"
    press(page, "s", "ArrowLeft", "ArrowLeft")
    at(page, 1)
    assert text(page) == "72"
    press(page, "ArrowRight")
    at(page, 2)
    press(page, "Backspace", "Escape", "Enter", "Delete", "Enter")  # faster than it can answer
    settled(page, "Nothing is left")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#saved").get_by_text("Every decision is in numbers.csv").wait_for()
    review.write()  # the page may have heard of what was there before
    rows = cells_of(review.table)
    assert [row["text"] for row in rows][:4] == ["078", "72", "-5", ""]
    assert [row["state"] for row in rows][2:4] == ["corrected", "no number"]


def test_a_long_path_wraps_on_a_narrow_screen(desk):
    page = desk(390)
    page.locator("#where").evaluate("title => title.textContent = 'a'.repeat(200)")
    root = page.locator("html")
    assert root.evaluate("root => root.scrollWidth - root.clientWidth") == 0


def test_a_key_held_down_and_what_is_no_number_accept_nothing(desk, review):
    page = desk()
    press(page, "Space", "Delete", "Enter")
    settled(page, "Type the number that stands here")
    page.keyboard.type("abc")
    press(page, "Enter")
    settled(page, "expected a number")
    at(page, 1)
    press(page, "Escape")
    page.keyboard.down("Enter")
    at(page, 2)
    page.keyboard.down("Enter")  # again, as a key does that is held
    page.keyboard.up("Enter")
    press(page, "ArrowRight")
    at(page, 3)
    assert review.journal.last() == 1


def test_another_person_s_word_is_shown_not_replaced(desk, review):
    ann, bob = desk(), desk()
    press(ann, "ArrowLeft")
    at(ann, 1)
    press(bob, "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft")
    at(bob, 1)
    press(ann, "Space", "7", "2", "Enter")
    ann.locator("#count").get_by_text("1 of 4 looked at").wait_for()
    press(bob, "Space", "7", "3", "Enter")
    settled(bob, ": 72. Enter: yours stays")
    assert text(bob) == "73"
    assert [entry.text for entry in review.journal.entries()] == ["72"]
    press(bob, "Enter")
    bob.locator("#where").get_by_text("b").wait_for(state="hidden")
    assert [entry.text for entry in review.journal.entries()] == ["72", "73"]


def test_a_browser_that_is_killed_loses_nothing(browser, address, desk, review, reader):
    page = desk()
    press(page, "Space", "7", "2", "Enter")
    at(page, 2)
    page.context.close()
    assert Review(review.table, reader).journal.entries()[0].text == "72"
    page = desk(390)
    assert page.locator("#count").inner_text() == "1 of 4 looked at"


@pytest.mark.parametrize("width", WIDTHS)
def test_without_a_table_it_says_how_to_open_one(browser, serve, reader, tmp_path, width):
    address = serve(make_app(reader, models=tmp_path))
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    page.get_by_role("link", name="Review").click()
    page.get_by_text("digitwise review numbers.csv").wait_for()
    assert not page.locator("#item").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
