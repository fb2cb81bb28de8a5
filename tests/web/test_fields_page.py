"""The Fields room, in a real browser: a form's fields drawn, named, tried and saved."""

import tomllib

import pytest
from PIL import Image

pytest.importorskip("fastapi")

from digitwise.cli.editor import open_picture
from digitwise.web.app import make_app
from tests.reading.forms.test_reading import BOXES, TEXTS, blank_form, fill

PROPOSED = ["line 1", *(f"field {k}" for k in range(1, 5))]


@pytest.fixture
def edited(tmp_path):
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    return open_picture(tmp_path / "blank.png", tmp_path / "form.toml")


@pytest.fixture
def address(serve, reader, edited):
    return serve(make_app(reader, edited=edited))


@pytest.fixture
def room(page, address):
    page.goto(f"{address}/fields")
    says(page, "5 fields proposed; nothing is saved yet.")
    return page


def says(page, text):
    page.locator("#status").get_by_text(text).wait_for(timeout=30_000)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def at(page, x, y):
    """Where a place of the form is on the screen, scrolled to."""
    return page.evaluate(
        """([x, y]) => {
          const [stage, overlay] = ["stage", "drawing"].map((id) => document.getElementById(id));
          const scale = overlay.clientWidth / 800;
          stage.scrollIntoView({ block: "center" });
          stage.scrollTo(x * scale - stage.clientWidth / 2, y * scale - stage.clientHeight / 2);
          const { left, top } = overlay.getBoundingClientRect();
          return [left + x * scale, top + y * scale];
        }""",
        [x, y],
    )


def drag(page, start, by):
    x, y = at(page, *start)
    scale = page.evaluate("document.getElementById('drawing').clientWidth / 800")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] * scale / 2, y + by[1] * scale / 2)
    page.mouse.move(x + by[0] * scale, y + by[1] * scale)
    page.mouse.up()


def click(page, x, y, **how):
    page.mouse.move(*at(page, x, y))
    for key in how.get("keys", []):
        page.keyboard.down(key)
    page.mouse.down()
    page.mouse.up()
    for key in how.get("keys", []):
        page.keyboard.up(key)


def box(page):
    return [
        int(page.get_by_label(side, exact=True).input_value())
        for side in ("Left", "Top", "Right", "Bottom")
    ]


def names(page):
    return page.locator("#list .name").all_inner_texts()


def near(found, wanted, off=4):
    return all(abs(a - b) <= off for a, b in zip(found, wanted, strict=True))


def test_fields_are_moved_sized_added_and_taken_back(room):
    assert names(room) == PROPOSED
    x, y, wide, high = BOXES["code"]
    click(room, x + 100, y + 30)
    before = box(room)
    assert near(before, [x, y, x + wide, y + high])
    drag(room, (x + 100, y + 30), (40, -60))
    moved = box(room)
    assert near(moved, [before[0] + 40, before[1] - 60, before[2] + 40, before[3] - 60])
    drag(room, (moved[2] + 2, moved[3] + 2), (100, 20))
    assert near(box(room), [*moved[:2], moved[2] + 100, moved[3] + 20])
    drag(room, (moved[0] + 100, moved[1] + 20), (3000, 3000))
    assert box(room)[2:] == [800, 1100]  # no farther than the page
    for _ in range(3):
        room.keyboard.press("Control+z")
    assert box(room) == before
    for _ in range(2):
        room.keyboard.press("Control+Shift+z")
    assert near(box(room), [*moved[:2], moved[2] + 100, moved[3] + 20])
    drag(room, (200, 900), (200, 60))
    assert names(room)[-1] == "field 5"
    assert near(box(room), [200, 900, 400, 960])
    room.keyboard.press("Enter")
    room.keyboard.type("total")
    room.keyboard.press("Tab")
    assert names(room)[-1] == "total"


@pytest.mark.parametrize("page", [1440], indirect=True)
def test_a_name_stays_as_it_is_typed_when_a_check_answers_meanwhile(room):
    held = []
    room.route("**/api/fields/check", lambda route: held.append(route))
    drag(room, (200, 900), (200, 60))
    room.keyboard.press("Enter")
    room.keyboard.type("to")
    room.wait_for_timeout(400)  # longer than the pause before a check
    assert held
    with room.expect_response("**/api/fields/check"):
        held.pop().continue_()
    room.wait_for_timeout(100)
    room.keyboard.type("tal")
    room.keyboard.press("Tab")
    assert names(room)[-1] == "total"


@pytest.mark.parametrize("page", [1440], indirect=True)
def test_the_keyboard_does_all_of_it(room):
    room.locator("#drawing").focus()
    for key in ("n", "n", "n", "ArrowRight", "Shift+ArrowDown", "Alt+ArrowLeft"):
        room.keyboard.press(key)
    x, y, wide, high = BOXES["amount"]
    nudged = box(room)
    assert near(nudged, [x + 1, y + 10, x + wide, y + high + 10])
    room.keyboard.press("Control+d")
    assert names(room)[-1] == "field 5"
    assert box(room)[0] == nudged[0]
    assert box(room)[1] > nudged[3]
    room.keyboard.press("Control+a")
    assert room.locator(".field.selected").count() == 6
    room.get_by_label("Holds").select_option("count")
    room.get_by_label("Digits", exact=True).fill("3-6")
    room.keyboard.press("Tab")
    room.get_by_text("TOML", exact=True).click()
    room.locator("#toml").get_by_text('count = "3-6"').wait_for()
    assert room.locator("#toml").inner_text().count('count = "3-6"') == 6
    room.locator("#drawing").focus()
    room.keyboard.press("Delete")
    assert names(room) == []
    room.locator("#faults").get_by_text("expected 1 to 1,000 tables").wait_for()
    room.keyboard.press("a")
    assert names(room) == ["field 1"]
    zoom = room.locator("#zoom").inner_text()
    room.keyboard.press("+")
    assert room.locator("#zoom").inner_text() != zoom
    room.keyboard.press("0")
    assert room.locator("#zoom").inner_text() == zoom


@pytest.mark.parametrize("page", [1440], indirect=True)
def test_what_is_wrong_stands_beside_the_field(room):
    x, y, _, _ = BOXES["code"]
    click(room, x + 100, y + 30)
    room.get_by_label("Holds").select_option("cells")
    room.get_by_label("Cells", exact=True).fill("0")
    room.keyboard.press("Tab")
    room.get_by_role("alert").get_by_text(
        "field 'field 1': expected 1 to 40 cells; found 0"
    ).wait_for()
    assert room.locator(".field.faulty").count() == 1
    press(room, "Save form.toml")
    says(room, "Not saved: field 'field 1': expected 1 to 40 cells; found 0")
    room.get_by_label("Cells", exact=True).fill("5")
    room.get_by_label("Least value").fill("10")
    room.keyboard.press("Tab")
    room.locator(".field.faulty").wait_for(state="detached")
    room.get_by_text("TOML", exact=True).click()
    room.locator("#toml").get_by_text("range = [10, inf]").wait_for()
    # Several, and a rule over them, which follows their names.
    click(room, *[v + 30 for v in BOXES["total"][:2]], keys=["Shift"])
    press(room, "“field 3” is the sum of the others")
    click(room, x + 100, y + 30)
    room.get_by_label("Name").fill("code")
    room.keyboard.press("Tab")
    room.locator("#rules").get_by_text("code = field 3").wait_for()
    press(room, "remove the sum of field 3")
    assert room.locator("#rules li").count() == 0


@pytest.mark.parametrize("page", [1440], indirect=True)
def test_a_copy_is_tried_and_the_file_saved(room, edited, draw_number, tmp_path):
    copy = tmp_path / "copy.png"
    Image.fromarray(fill(blank_form(), draw_number, TEXTS)).save(copy)
    room.locator("#copy").set_input_files(copy)
    says(room, "copy.png: 4 of 5 fields read")
    assert room.locator(".reading text").all_text_contents() == list(TEXTS.values())
    press(room, "Back to the form")
    assert room.locator(".field").count() == 5
    press(room, "Save form.toml")
    says(room, "Saved form.toml.")
    saved = tomllib.loads(edited.path.read_text())
    assert [field["name"] for field in saved["field"]] == PROPOSED
    edited.path.write_text("mine")
    said, answers = [], [False, True]

    def answer(dialog):
        said.append(dialog.message)
        if answers.pop(0):
            dialog.accept()
        else:
            dialog.dismiss()

    room.on("dialog", answer)
    press(room, "Save form.toml")
    says(room, "not saved")
    assert edited.path.read_text() == "mine"
    press(room, "Save form.toml")
    says(room, "Saved form.toml.")
    assert tomllib.loads(edited.path.read_text()) == saved
    changed = "form.toml has changed since this page opened it, in another tab or program"
    assert said == [f"{changed}. Replace it?"] * 2


def test_a_description_is_opened_with_its_picture(room, edited, tmp_path):
    page, root = room, "document.documentElement"
    page.on("dialog", lambda dialog: dialog.accept())  # what was proposed is given up
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    path = tmp_path / "own.toml"
    path.write_text(
        '# mine\nsize = [800, 1100]\nreference = "blank.png"\n[[field]]\nname = "<b>far</b>"\n'
        "box = [700, 20, 900, 60]\n"
    )
    page.locator("#file").set_input_files([path])
    says(page, "Now open its picture, too: blank.png")
    page.locator("#list .error").get_by_text("within 800×1100 pixels").wait_for()
    page.locator("#file").set_input_files([edited.path.with_name("blank.png")])
    page.locator("#picture[src]").wait_for()
    page.locator("#list button").click()
    assert page.get_by_label("Name").input_value() == "<b>far</b>"
    page.get_by_label("Right", exact=True).fill("790")
    page.get_by_label("Right", exact=True).press("Tab")
    page.locator("#list .error").wait_for(state="detached")
    with page.expect_download() as downloaded:
        press(page, "Download")
    assert downloaded.value.suggested_filename == "own.toml"
    saved = tomllib.loads(downloaded.value.path().read_text())
    assert saved["field"] == [{"name": "<b>far</b>", "box": [700, 20, 790, 60]}]
    assert saved["reference"] == "blank.png"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


def test_a_finger_selects_then_moves_and_scrolls_elsewhere(browser, address):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{address}/fields.html")
    says(page, "5 fields proposed; nothing is saved yet.")
    finger = context.new_cdp_session(page)

    def swipe(x, y, by):
        def touch(kind, *points):
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [*points]})

        touch("touchStart", {"x": x, "y": y})
        for k in range(1, 6):
            touch("touchMove", {"x": x + by[0] * k / 5, "y": y + by[1] * k / 5})
        touch("touchEnd")

    x, y, wide, high = BOXES["code"]
    page.touchscreen.tap(*at(page, x + wide / 2, y + high / 2))
    before = box(page)
    assert near(before, [x, y, x + wide, y + high])
    swipe(*at(page, x + wide / 2, y + high / 2), (40, 0))
    assert box(page)[0] > before[0] + 40
    swipe(*at(page, 600, 700), (0, -120))  # empty paper
    assert names(page) == PROPOSED
    context.close()
