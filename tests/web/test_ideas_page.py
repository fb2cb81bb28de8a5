"""The Ideas room, in a real browser: every idea is driven."""

import re

import pytest

pytest.importorskip("fastapi")

from tests.web.test_page import write

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


@pytest.mark.parametrize("page", [1440], indirect=True)  # the width changes nothing here
def test_a_ball_can_be_watched_and_stopped(room):
    room.locator("#valley").get_by_text(re.compile("^step [1-9]")).wait_for()
    room.locator("#valley").get_by_role("button", name="Pause").click()
    step = room.locator("#valley .facts span").first.inner_text()
    room.wait_for_timeout(500)
    assert room.locator("#valley .facts span").first.inner_text() == step
    assert 0 < int(step.split()[1]) < 200
    room.locator("#valley").get_by_role("button", name="Roll").click()
    says(room, "valley", "the ball is still rolling")


def draw_own(page):
    page.emulate_media(reduced_motion="reduce")
    page.locator("[name=surface]").select_option("drawn")
    page.locator("#valley").get_by_role("button", name="Undo").wait_for()


def dabs(page):
    text = page.locator("[name=dabs]").input_value()
    return [[int(n) for n in dab.split(".")] for dab in text.split("_") if dab]


def stroke(page, *points):
    """Draw over the map, through points that are shares of its box."""
    plot = page.locator("#valley .map")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in at[1:]:
        page.mouse.move(x, y, steps=12)
    page.mouse.up()


def test_a_surface_is_drawn_and_the_ball_rolls_on_it(room):
    draw_own(room)
    valley = room.locator("#valley")
    valley.get_by_role("button", name="Clear").click()
    says(room, "valley", "C = 0.4‖v‖²")
    assert dabs(room) == []
    stroke(room, (0.3, 0.2), (0.5, 0.5), (0.4, 0.7))
    ridge = dabs(room)
    assert len(ridge) >= 5
    assert {strength for _, _, strength in ridge} == {1}
    assert ridge[0][1] > 50 > -50 > ridge[-1][1]  # from above to below
    valley.get_by_label("digs valleys").check()
    stroke(room, (0.8, 0.25))
    assert dabs(room)[:-1] == ridge
    x, y, strength = dabs(room)[-1]
    assert (x > 60, y > 60, strength) == (True, True, -3)
    says(room, "valley", re.compile("the ball is at rest$"))  # in the valley that was dug
    valley.get_by_label("drops the ball").check()
    stroke(room, (0.2, 0.6))
    says(room, "valley", "the ball is at rest, but not in the lowest valley")
    assert float(room.locator("[name=v1]").input_value()) < -0.8
    drawn = dabs(room)
    room.reload()  # the address holds it
    says(room, "valley", "the ball is at rest, but not in the lowest valley")
    assert dabs(room) == drawn
    valley.get_by_role("button", name="Undo").click()
    assert dabs(room) == drawn[:-1]


def test_a_start_that_is_set_while_a_surface_loads_is_kept(room):
    """The surface's own start came later, and took the place of the user's."""
    held = []
    room.route("**/api/ideas/surface?**", lambda request: held.append(request))
    room.locator("[name=surface]").select_option("wells")
    room.wait_for_timeout(200)
    assert len(held) == 1
    before = room.locator("[name=v2]").input_value()
    room.locator("[name=v1]").fill("-1.1")
    held[0].continue_()
    expect(room.locator("[name=v2]")).not_to_have_value(before)
    assert room.locator("[name=v1]").input_value() == "-1.1"


def test_a_surface_is_drawn_by_keys(room):
    draw_own(room)
    room.locator("#valley").get_by_role("button", name="Clear").click()
    room.locator("#valley .map").focus()
    for key in ("ArrowLeft", "ArrowDown", "r", "ArrowRight", "d"):
        room.keyboard.press(key)
    assert dabs(room) == [[170, 130, 3], [180, 130, -3]]
    room.locator("[name=surface]").select_option("bowl")
    assert room.locator("#valley .drawing").first.is_hidden()
    room.locator("#valley .map").focus()
    room.keyboard.press("r")  # means nothing here
    says(room, "valley", "the ball is at rest")
    assert len(dabs(room)) == 2


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
    room.locator("#circuit").get_by_label("input a").click()
    room.locator("#circuit").get_by_label("input b").focus()
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
    room.locator("#circuit").get_by_label("input a").focus()
    for _ in range(7):
        room.keyboard.press("Enter")
    expect(room.locator("#circuit").get_by_label("input a")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert room.evaluate("document.activeElement.getAttribute('aria-label')") == "input a"


def test_what_makes_no_sense_is_said(room):
    room.locator("[name=v1]").fill("77")
    room.locator("#valley .said.error", has_text="v1: ").wait_for(timeout=30_000)


def build(page, *gates, outputs):
    builder = page.locator("#builder")
    for gate in gates:
        for source in gate.split():
            kind = "neuron" if source[0] == "n" else "input"
            builder.get_by_role("button", name=f"{kind} {source}", exact=True).click()
    for k, name in enumerate(outputs):
        builder.locator(f"[name=out{k}]").select_option(name)


HALF = ("a b", "a n1", "b n1", "n2 n3", "n1 n1")


def test_a_circuit_is_built_until_it_adds(room):
    build(room, *HALF, outputs=["n4", "n5"])
    says(room, "builder", "5 gates; 1 of 4 rows are right.")  # the outputs are swapped
    assert room.locator("#builder .wrong").count() == 6
    build(room, outputs=["n5", "n4"])
    says(room, "builder", "It works, with 5 gates.")
    room.reload()
    says(room, "builder", "It works, with 5 gates.")  # the address holds it
    room.get_by_role("button", name="show the signals for 11").press("Enter")
    row = room.locator("#builder tr.now")
    assert row.locator("td").all_inner_texts()[:4] == ["1", "1", "1", "0"]
    assert room.locator("#builder .neuron.on").count() == 5  # a, b, n2, n3 and the carry
    room.get_by_role("button", name="Remove the last").click()
    says(room, "builder", "4 gates; 0 of 4 rows are right.")
    room.locator("[name=task]").select_option("xor")
    says(room, "builder", "0 gates; 0 of 4 rows are right.")


def test_two_numbers_are_added_by_the_labs_own_adder(page, address):
    """The server's adder, gate by gate, is right in the browser for all sixteen sums."""
    from digitwise.circuits import adder

    circuit = adder(2)
    names = {gate.name: f"n{k + 1}" for k, gate in enumerate(circuit.gates)}
    gates = "_".join(
        ".".join(names.get(source, source) for source in gate.sources) for gate in circuit.gates
    )
    outs = "&".join(f"builder.out{k}={names[name]}" for k, name in enumerate(circuit.outputs))
    page.goto(f"{address}/ideas.html?builder.task=adder&builder.gates={gates}&{outs}")
    says(page, "builder", "It works, with 14 gates. It adds two numbers")
    says(page, "builder", "3 + 2 = 5")


@pytest.mark.parametrize("gates", ["a.zz_a.b", "<b>", "n1.a", "a.b." * 100])
def test_a_damaged_circuit_ends_at_the_damage(page, address, gates):
    page.goto(f"{address}/ideas.html?builder.gates={gates}&builder.out0=n7")
    says(page, "builder", "0 gates; 0 of 4 rows are right. Choose which neurons")


@pytest.mark.parametrize("page", [1440], indirect=True)  # the width changes nothing here
def test_the_path_sees_what_is_done(room):
    room.set_default_timeout(60_000)  # the machine may be busy
    step = room.locator("aside.step")
    assert step.is_hidden()
    assert room.locator(".steps li").count() == 10
    assert room.locator(".steps [aria-current]").inner_text().startswith("A neuron weighs evidence")
    slide_neuron(room)
    step.get_by_text(
        "✓ A neuron weighs evidence: done. Step 2 of 10: Let the half-adder"
    ).wait_for()
    for name in "ab":
        room.locator("#circuit").get_by_label(f"input {name}").click()
    step.get_by_text("✓ Neurons compute: done. Step 3 of 10").wait_for()
    build(room, *HALF, outputs=["n5", "n4"])
    step.get_by_text("✓ NAND is enough: done. Step 4 of 10").wait_for()
    room.locator("[name=neurons]").select_option("sigmoid")
    slide(room, "gain", 1)
    step.get_by_text("Step 5 of 10: Write a digit").wait_for()
    step.get_by_role("link", name="Go there").click()
    write(room, "5")
    room.locator("#live .said").get_by_text("It says 5").wait_for()
    room.get_by_role("link", name="Ideas").click()
    step.get_by_text("Step 6 of 10: Find an η").wait_for()
    slide(room, "learning_rate", -1)
    step.get_by_text("✓ Learning is rolling downhill: done.").wait_for()
    slide(room, "learning_rate", -0.3)
    step.get_by_text("✓ Too large a step: done.").wait_for()
    room.locator("[name=m]").select_option("500")
    step.get_by_text("Step 8 of 10: Draw a surface").wait_for()
    draw_own(room)
    room.locator("[name=v1]").fill("-1.1")
    room.locator("[name=v2]").fill("-0.6")
    step.get_by_text("Step 10 of 10: Train a network").wait_for()
    room.once("dialog", lambda question: question.accept())
    room.get_by_role("button", name="Begin anew").click()
    step.wait_for(state="hidden")
    expect(room.locator(".steps .done")).to_have_count(0)


@pytest.mark.parametrize("page", [1440], indirect=True)  # the width changes nothing here
def test_an_answer_that_comes_after_begin_anew_counts_for_no_step(room):
    slide_neuron(room)
    room.get_by_text("✓ A neuron weighs evidence: done.").wait_for()
    held = []
    room.route("**/api/ideas/perceptron?*", lambda route: held.append(route))
    slide(room, "bias", -0.9)
    room.wait_for_timeout(200)
    room.once("dialog", lambda question: question.accept())
    room.get_by_role("button", name="Begin anew").click()
    with room.expect_response("**/api/ideas/perceptron?*"):
        held.pop().continue_()
    room.wait_for_timeout(200)
    assert room.locator("aside.step").is_hidden()
    room.unroute("**/api/ideas/perceptron?*")
    slide(room, "bias", -1)  # what is done from now on counts
    room.get_by_text("✓ A neuron weighs evidence: done.").wait_for()


def slide_neuron(room):
    """Turns the perceptron's line until it computes "x1 and not x2"."""
    for name, value in (("w1", 2), ("w2", -4), ("bias", -1)):
        slide(room, name, value)
