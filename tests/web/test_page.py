"""The page, in a real browser: written on, given pictures, looked at wide and narrow."""

import json

import pytest

pytest.importorskip("fastapi")

# Each digit as pen strokes through points of a box of 10 × 16.
STROKES = {
    "5": [[(2, 0), (1, 7), (6, 6), (9, 10), (7, 15), (3, 16), (0, 14)], [(2, 0), (9, 0)]],
    "0": [[(6, 0), (2, 2), (0, 8), (2, 15), (6, 16), (9, 10), (9, 4), (6, 0), (4, 1)]],
    "4": [[(5, 0), (3, 5), (0, 9), (5, 9), (9, 9)], [(7, 3), (6, 9), (5, 16)]],
    "1": [[(3, 3), (6, 0), (5, 8), (5, 16)]],
    "9": [[(8, 2), (5, 0), (1, 3), (2, 7), (6, 7), (8, 3), (8, 2), (7, 9), (5, 16)]],
    "2": [[(1, 4), (3, 0), (8, 1), (8, 6), (4, 11), (0, 15), (5, 15), (10, 16)]],
}


def write(page, *lines):
    for line, text in enumerate(lines):
        write_line(page, text, line, len(lines))


def write_line(page, text, line=0, lines=1):
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    unit = min(box["width"] / (14 * len(text) + 8), 0.7 * box["height"] / 16 / lines)
    for k, char in enumerate(text):
        left = box["x"] + unit * (14 * k + 6)
        top = box["y"] + box["height"] * (line + 0.5) / lines - 8 * unit
        for stroke in STROKES[char]:
            for number, (x, y) in enumerate(stroke):
                page.mouse.move(left + unit * x, top + unit * y, steps=4)
                if number == 0:
                    page.mouse.down()
            page.mouse.up()


def reads(page, text):
    """Wait for a number, and look into it: on a narrow page that takes a click."""
    number = page.locator(".number", has=page.locator(".text", has_text=text)).first
    number.wait_for(timeout=15_000)
    if number.get_attribute("open") is None:
        number.locator("summary").click()
        number.locator(".digit").first.wait_for()


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
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    assert {"undo", "erase", "file", "count", "tried"} <= reached


def test_a_known_count(page):
    write(page, "504")
    page.get_by_label("Digits").fill("2")
    page.get_by_label("Digits").press("Tab")
    page.get_by_text("rejected").or_(page.locator(".text")).first.wait_for()
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
def test_dropped_samples_are_read_right(page, samples, name):
    page.locator("#file").set_input_files(samples / name)
    reads(page, name.split(".")[0])


def test_boxes_stay_on_the_ink_when_the_page_changes_its_width(page):
    write(page, "52")
    reads(page, "52")
    page.set_viewport_size({"width": 800, "height": 900})
    box = page.locator("#canvas").bounding_box()
    page.wait_for_function(  # a box of each digit, around what was written at the left
        """(width) => {
            const boxes = [...document.querySelectorAll("#overlay .box")].map((box) => box.getBoundingClientRect());
            const ink = inkOf(document.getElementById("canvas"));
            return boxes.length === 2 && Math.abs(boxes[1].right - ink) < 0.03 * width;
            function inkOf(canvas) {
                const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                let right = 0;
                for (let k = 0; k < width * height; k++) {
                    if (data[4 * k + 3] && data[4 * k] < 128) right = Math.max(right, k % width);
                }
                const place = canvas.getBoundingClientRect();
                return place.left + (right / width) * place.width;
            }
        }""",  # noqa: E501
        arg=box["width"],
    )


def test_an_example_is_saved(page, folder):
    write(page, "52")
    reads(page, "52")
    page.get_by_label("correct text").fill("5")
    page.get_by_role("button", name="Save as example").click()
    page.get_by_text("expected 2 digits").wait_for()
    page.get_by_label("correct text").fill("57")
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
    assert ground == "rgb(14, 20, 24)"


def test_lines_are_numbers_of_their_own(page):
    write(page, "504", "952")
    reads(page, "504")
    reads(page, "952")
    assert page.locator("#overlay .box").count() == 6
    page.get_by_role("button", name="CSV").wait_for()


def test_old_numbers_go_when_a_picture_comes(page, draw_number, tmp_path):
    write(page, "52")
    reads(page, "52")
    page.route("**/api/read*", lambda route: None)  # it is never answered
    draw_number("8205373").save(tmp_path / "number.png")
    page.locator("#file").set_input_files(tmp_path / "number.png")
    page.get_by_text("Reading…").wait_for()
    assert page.locator(".text").count() == 0
    assert page.locator("#overlay rect").count() == 0


@pytest.mark.parametrize(("status", "asked"), [(504, 1), (503, 2)])
def test_what_took_too_long_is_not_asked_again(page, draw_number, tmp_path, status, asked):
    requests = []

    def answer(route):
        requests.append(route.request)
        if len(requests) == 2:
            return route.fulfill(status=200, json={"numbers": []})
        return route.fulfill(status=status, json={"detail": "send a smaller picture"})

    page.route("**/api/read*", answer)
    draw_number("8205373").save(tmp_path / "number.png")
    page.locator("#file").set_input_files(tmp_path / "number.png")
    text = "send a smaller picture" if status == 504 else "No number found"
    page.get_by_text(text).wait_for()
    page.wait_for_timeout(1300)
    assert len(requests) == asked
    page.complaints.clear()  # of the browser, about these answers


def test_a_page_of_many_numbers(page):
    page.locator("#samples button").nth(3).click()
    page.locator(".many .number").nth(10).wait_for(timeout=30_000)
    boxes = page.locator("#overlay .box").count()
    assert boxes == page.locator("#numbers > .number").count()
    assert page.locator(".folded .number").count() == 24 - boxes
    row = page.locator("#numbers > .number").nth(3)
    row.hover()
    assert page.locator("#overlay .lit .box").count() == 1
    assert page.locator("#overlay text").text_content() == row.locator(".text").inner_text()
    before = page.locator("#overlay .box").first.bounding_box()["width"]
    page.get_by_role("button", name="Zoom in").click()
    assert page.locator("#overlay .box").first.bounding_box()["width"] > 1.4 * before
    canvas = page.locator("#canvas").bounding_box()
    page.mouse.move(canvas["x"] + 50, canvas["y"] + 50)
    place = page.locator("#overlay .box").first.bounding_box()
    page.mouse.down()
    page.mouse.move(canvas["x"] + 80, canvas["y"] + 60)
    page.mouse.up()
    assert page.locator("#overlay .box").first.bounding_box()["x"] > place["x"] + 20
    page.locator("#canvas").press("0")
    assert page.locator("#overlay .box").first.bounding_box()["width"] == pytest.approx(
        before, abs=1
    )


def test_several_pictures_are_read_in_turn_and_taken_along(page, draw_number, tmp_path):
    files = [tmp_path / "=a.png", tmp_path / "notes.txt", tmp_path / "b.png"]
    draw_number("8205373").save(files[0])
    files[1].write_text("no picture")
    draw_number("2057", 3).save(files[2])
    page.locator("#file").set_input_files(files)
    rows = page.locator("#queue button")
    rows.filter(has_text="b.png").filter(has_text="2057").wait_for(timeout=30_000)
    assert "can't be read" in rows.nth(1).inner_text()
    reads(page, "8205373")
    rows.nth(2).click()
    reads(page, "2057")
    assert page.locator("#overlay .box").count() == 4
    with page.expect_download() as coming:
        page.get_by_role("button", name="CSV").click()
    header, first, second, _ = coming.value.path().read_text().replace("\r", "").split("\n")
    assert header.startswith("file,page,text,value,confidence,state")
    assert first.startswith("'=a.png,1,8205373,8205373,")
    assert second.startswith("b.png,1,2057,2057,")
    with page.expect_download() as coming:
        page.get_by_role("button", name="JSON").click()
    numbers = json.loads(coming.value.path().read_text())
    assert [number["text"] for number in numbers] == ["8205373", "2057"]
    assert "seen" not in numbers[0]["digits"][0]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "8205373\n2057\n"


def test_the_best_paths_are_drawn(page):
    """Each path has the number's ink, a box and a digit for each piece, and its probability."""
    page.locator("#samples button").nth(2).click()  # digits that touch
    reads(page, "3685")
    paths = page.locator(".paths li")
    assert paths.count() > 1
    for k in range(paths.count()):
        text = paths.nth(k).locator("> span").first.inner_text()
        assert "".join(paths.nth(k).locator("svg text").all_text_contents()) == text
        assert paths.nth(k).locator("svg rect").count() == len(text)
    assert paths.first.locator("> span").first.inner_text() == "3685"
    assert page.get_by_text("pieces of ink were judged").count() == 1
    dark = page.locator(".paths image").first.evaluate("""async (image) => {
        const picture = new Image();
        picture.src = image.getAttribute("href");
        await picture.decode();
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const context = canvas.getContext("2d");
        context.drawImage(picture, 0, 0);
        const { data } = context.getImageData(0, 0, picture.width, picture.height);
        return data.filter((value, k) => k % 4 === 0 && value < 120).length / (data.length / 4);
    }""")
    assert 0.05 < dark < 0.6


def test_the_review_room_without_a_table_says_so_in_silence(page, address):
    page.goto(f"{address}/review.html")  # the fixture refuses errors on the console
    page.locator("#none").get_by_text("digitwise review").wait_for()
    assert page.locator("#item").is_hidden()
