"""The Ideas room, in a real browser: every idea is driven."""

import re

import pytest

pytest.importorskip("fastapi")
expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture
def room(page, address):
    page.goto(f"{address}/ideas.html")
    page.locator("#perceptron").get_by_text("It computes: NAND").wait_for()
    return page


def says(page, idea, text):
    page.locator(f"#{idea}").get_by_text(text).first.wait_for(timeout=30_000)


def slide(page, name, value):
    page.locator(f"#{name}").evaluate(
        "(slider, value) => { slider.value = value;"
        " slider.dispatchEvent(new Event('input', {bubbles: true})) }",
        value,
    )


def test_a_ball_is_dropped_rolls_steps_and_flies_out(room):
    room.emulate_media(reduced_motion="reduce")
    room.locator("#valley .map").scroll_into_view_if_needed()
    box = room.locator("#valley .map").bounding_box()
    room.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"])
    says(room, "valley", "step 200")
    dropped = [float(room.locator(f"[name={name}]").input_value()) for name in ("v1", "v2")]
    assert dropped[0] == pytest.approx(0.8, abs=0.4)
    assert dropped[1] == pytest.approx(0.9, abs=0.4)
    room.locator("#valley").get_by_role("button", name="Step").click()
    says(room, "valley", "step 0")
    room.locator("#valley").get_by_role("button", name="Step").click()
    says(room, "valley", "step 1")
    slide(room, "learning_rate", -0.3)
    says(room, "valley", "the ball has flown out: η is too large")
    room.locator("[name=surface]").select_option("bowl")
    says(room, "valley", "the ball is at rest")
    assert float(room.locator("[name=v1]").input_value()) == 1.6


def test_a_ball_can_be_watched_and_stopped(room):
    room.locator("#valley").get_by_text(re.compile("^step [1-9]")).wait_for()
    room.locator("#valley").get_by_role("button", name="Pause").click()
    step = room.locator("#valley .facts span").first.inner_text()
    room.wait_for_timeout(500)
    assert room.locator("#valley .facts span").first.inner_text() == step
    assert 0 < int(step.split()[1]) < 200
    room.locator("#valley").get_by_role("button", name="Roll").click()
    says(room, "valley", "the ball is still rolling")


def test_a_perceptron_turns_its_line(room):
    line = room.locator("#perceptron .contourlayer path").last
    before = line.get_attribute("d")
    slide(room, "w1", -4)
    says(room, "perceptron", "It computes: not x₁")
    assert line.get_attribute("d") != before
    room.get_by_role("button", name="OR", exact=True).click()
    says(room, "perceptron", "It computes: OR")
    assert room.locator("#perceptron tbody tr").count() == 4
    room.locator("#w2").focus()
    room.keyboard.press("ArrowLeft")
    room.locator("#perceptron").get_by_text("1.9", exact=True).wait_for()


def test_a_circuit_is_toggled_stepped_and_made_smooth(room):
    signals = room.locator("#circuit .neuron")
    room.get_by_label("input a").click()
    room.get_by_label("input b").focus()
    room.keyboard.press("Space")
    room.locator("#circuit tr.now").get_by_text("1").nth(2).wait_for()
    assert room.locator("#circuit tr.now td").all_inner_texts() == ["1", "1", "0", "1"]
    room.locator("#circuit").get_by_role("button", name="Step").click()
    says(room, "circuit", "the signal has passed 0 of 3")
    assert signals.filter(has_text="?").count() == 5
    room.locator("#circuit").get_by_role("button", name="Step").click()
    says(room, "circuit", "the signal has passed 1 of 3")
    assert signals.filter(has_text="?").count() == 4
    room.locator("[name=neurons]").select_option("sigmoid")
    says(room, "circuit", "largest difference from the perceptrons: 0.6")
    slide(room, "gain", 1)
    says(room, "circuit", "largest difference from the perceptrons: 0.000045")
    room.locator("[name=kind]").select_option("expression")
    room.locator("[name=expression]").fill("x or")
    room.locator("#circuit .said.error").wait_for()
    room.locator("[name=expression]").fill("x or not y")
    says(room, "circuit", "2 neurons in 2 layers")


def test_polls_of_more_digits_agree(room):
    says(room, "minibatch", "60 mini-batches of 10:")
    room.locator("[name=m]").select_option("500")
    says(room, "minibatch", "60 mini-batches of 500: 100% point downhill")
    facts = room.locator("#minibatch .facts")
    before = facts.inner_text()
    room.get_by_role("button", name="Draw others").click()
    expect(facts).not_to_have_text(before, use_inner_text=True)


def test_the_address_holds_what_was_set(room):
    slide(room, "w1", -4)
    says(room, "perceptron", "It computes: not x₁")
    slide(room, "learning_rate", -2)
    room.reload()
    says(room, "perceptron", "It computes: not x₁")
    assert room.locator("#w1").input_value() == "-4"
    assert float(room.locator("#learning_rate").input_value()) == pytest.approx(-2, abs=1e-3)


def test_it_fits_and_leads_to_the_lab(room):
    room.locator("[name=kind]").select_option("adder")
    says(room, "circuit", "14 neurons")
    room.wait_for_timeout(300)
    root = "document.documentElement"
    assert room.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
    room.get_by_role("link", name="gates").click()
    room.get_by_text("NAND is weights -2, -2 and bias 3").wait_for(timeout=60_000)
    room.evaluate("Promise.all([...document.images].map((image) => image.decode()))")


@pytest.mark.parametrize(
    "query",
    ["valley.surface=nope&perceptron.=3", "valley.v1=<script>&perceptron.w1=x&circuit.bits=12x"],
)
def test_a_damaged_address_is_as_none(page, address, query):
    page.goto(f"{address}/ideas.html?{query}")
    says(page, "perceptron", "It computes: NAND")
    says(page, "circuit", "5 neurons in 3 layers")
    page.locator("#valley .facts span").first.wait_for()


def test_quick_toggles_keep_the_focus(room):
    room.get_by_label("input a").focus()
    for _ in range(7):
        room.keyboard.press("Enter")
    expect(room.get_by_label("input a")).to_have_attribute("aria-pressed", "true")
    assert room.evaluate("document.activeElement.getAttribute('aria-label')") == "input a"


def test_what_makes_no_sense_is_said(room):
    room.locator("[name=v1]").fill("77")
    room.locator("#valley .said.error", has_text="v1: ").wait_for(timeout=30_000)
