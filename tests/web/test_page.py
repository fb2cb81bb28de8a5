"""The page, in a real browser: written on, given pictures, looked at wide and narrow."""

import pytest

pytest.importorskip("fastapi")

# Each digit as pen strokes through points of a box of 10 × 16.
STROKES = {
    "5": [[(2, 0), (1, 7), (6, 6), (9, 10), (7, 15), (3, 16), (0, 14)], [(2, 0), (9, 0)]],
    "0": [[(6, 0), (2, 2), (0, 8), (2, 15), (6, 16), (9, 10), (9, 4), (6, 0), (4, 1)]],
    "4": [[(5, 0), (3, 5), (0, 9), (5, 9), (9, 9)], [(7, 3), (6, 9), (5, 16)]],
    "1": [[(6, 0), (5, 8), (4, 16)]],
    "9": [[(8, 2), (5, 0), (1, 3), (2, 7), (6, 7), (8, 3), (8, 2), (7, 9), (5, 16)]],
    "2": [[(1, 4), (3, 0), (8, 1), (8, 6), (4, 11), (0, 15), (5, 15), (10, 16)]],
}


def write(page, text):
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    step = box["width"] / (len(text) + 0.6)
    unit = min(0.68 * step / 10, 0.7 * box["height"] / 16)
    for k, char in enumerate(text):
        left = box["x"] + step * (k + 0.45)
        top = box["y"] + box["height"] / 2 - 8 * unit
        for stroke in STROKES[char]:
            for number, (x, y) in enumerate(stroke):
                page.mouse.move(left + unit * x, top + unit * y, steps=4)
                if number == 0:
                    page.mouse.down()
            page.mouse.up()


def reads(page, text):
    page.locator(".text").filter(has_text=text).first.wait_for(timeout=15_000)


def test_a_number_is_written_and_read(page):
    write(page, "504192")
    reads(page, "504192")
    assert page.locator(".digit").count() == 6
    assert page.locator(".digit canvas").first.evaluate("canvas => canvas.width") == 28
    assert page.locator("#overlay rect").count() == 6
    assert page.locator(".digit").first.locator(".bar").count() == 10
    chosen = page.locator("#overlay .box").first.bounding_box()
    canvas = page.locator("#canvas").bounding_box()
    assert canvas["x"] < chosen["x"] < canvas["x"] + canvas["width"] / 4
    page.get_by_label("cuts that were tried").uncheck()
    assert page.locator("#overlay line").count() == 0


def test_undo_erase_and_the_keyboard(page):
    write(page, "52")
    reads(page, "52")
    page.get_by_role("button", name="Undo").click()
    reads(page, "5")
    page.locator(".text").filter(has_text="52").wait_for(state="detached")
    page.keyboard.press("Escape")
    page.get_by_text("Nothing yet.").wait_for()
    assert page.locator(".text").count() == 0
    assert page.locator("#overlay rect").count() == 0
    reached = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    assert {"undo", "erase", "file", "count", "tried"} <= reached


def test_a_known_count(page):
    write(page, "504")
    page.get_by_label("Digits").fill("2")
    page.get_by_label("Digits").press("Tab")
    page.get_by_text("not to be relied on").or_(page.locator(".text")).first.wait_for()
    page.get_by_label("Digits").fill("many")
    page.get_by_label("Digits").press("Tab")
    page.get_by_text("expected a count of 5 or 3-6").wait_for()


def test_a_picture_is_opened_and_dropped(page, draw_number, tmp_path):
    draw_number("8205373").save(tmp_path / "number.png")
    page.locator("#file").set_input_files(tmp_path / "number.png")
    reads(page, "8205373")
    page.keyboard.press("Escape")
    transfer = page.evaluate_handle(
        """async (bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "n.png", {type: "image/png"}));
            return transfer;
        }""",
        list((tmp_path / "number.png").read_bytes()),
    )
    page.dispatch_event("#paper", "drop", {"dataTransfer": transfer})
    reads(page, "8205373")
    (tmp_path / "notes.txt").write_text("no picture")
    page.locator("#file").set_input_files(tmp_path / "notes.txt")
    page.get_by_text("notes.txt: not a picture").wait_for()


@pytest.mark.parametrize("name", ["504192.png", "3268.jpg", "3432.jpg"])
def test_the_samples(page, samples, name):
    page.locator("#file").set_input_files(samples / name)
    reads(page, name.split(".")[0])


def test_an_example_is_saved(page, folder):
    write(page, "52")
    reads(page, "52")
    page.get_by_label("what it really says").fill("5")
    page.get_by_role("button", name="Save as example").click()
    page.get_by_text("expected 2 digits").wait_for()
    page.get_by_label("what it really says").fill("57")
    page.get_by_role("button", name="Save as example").click()
    page.get_by_text("digitwise train --data examples").wait_for()
    assert list((folder / "5").glob("*.png"))
    assert list((folder / "7").glob("*.png"))


def test_nothing_is_cut_off(page):
    write(page, "504192")
    reads(page, "504192")
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    page.emulate_media(color_scheme="dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(18, 24, 29)"
