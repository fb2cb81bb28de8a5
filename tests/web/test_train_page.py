"""The Train room, in a real browser."""

import re

import pytest

pytest.importorskip("fastapi")

from tests.web.test_page import reads, write

expect = pytest.importorskip("playwright.sync_api").expect


def open_room(page, address):
    page.goto(f"{address}/train.html")
    page.get_by_label("Digits").select_option("digits")


def fill(page, label, value):
    page.get_by_label(label).fill(value)
    page.get_by_label(label).press("Tab")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()


def says(page, text):
    page.locator(".facts").first.get_by_text(text).first.wait_for(timeout=60_000)


def has_points(page, chart, count):
    points = page.locator(f".{chart} .scatterlayer .trace").first.locator(".point")
    expect(points).to_have_count(count, timeout=30_000)  # the first chart loads Plotly


def test_a_network_learns_pauses_steps_is_saved_and_reads(page, address):
    open_room(page, address)
    fill(page, "Hidden layers", "30")
    for epoch in (1, 2, 3):
        press(page, "Epoch")
        says(page, f"epoch {epoch}")
        says(page, "paused")
        has_points(page, "cost", epoch)
    assert page.locator(".wrongs figure").count() > 0
    assert page.locator(".confusion td").count() == 100
    before = pixels(page, ".neurons canvas")
    press(page, "Step")
    says(page, "digit 10 of 1,437")
    press(page, "Step")
    says(page, "digit 20 of 1,437")
    assert pixels(page, ".neurons canvas") != before
    press(page, "Save")
    page.get_by_text("saved as 784-30-10-").wait_for()
    page.get_by_role("link", name="read with it").click()
    page.get_by_text("on this machine").wait_for()
    assert page.locator("#network").input_value().startswith("784-30-10-")
    write(page, "52")
    page.locator(".text").first.wait_for()


def pixels(page, canvas):
    return page.locator(canvas).first.evaluate("canvas => canvas.toDataURL()")


@pytest.mark.parametrize(
    ("hidden", "count", "name", "words", "onward"),
    [
        ("12", 12, "Neuron 3", "Its 784 weights, one for each pixel. It fires when", 30),
        ("", 10, "Output 2", "there is no hidden layer", 0),
    ],
)
def test_a_neuron_is_enlarged(page, address, hidden, count, name, words, onward):
    open_room(page, address)
    fill(page, "Hidden layers", hidden)
    press(page, "Step")
    tiles = page.locator(".neurons button")
    expect(tiles).to_have_count(count, timeout=60_000)
    tiles.nth(2).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.locator("h2").inner_text().startswith(name)
    dialog.get_by_text(words).wait_for()
    assert dialog.locator(".onward > *").count() == onward
    large = pixels(page, "#enlarged canvas")
    assert large == tiles.nth(2).locator("canvas").evaluate("canvas => canvas.toDataURL()")
    page.keyboard.press("ArrowRight")
    assert pixels(page, "#enlarged canvas") != large
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert dialog.locator("canvas").bounding_box()["width"] > 250
    page.keyboard.press("Escape")
    assert dialog.is_hidden()
    expect(tiles.nth(1)).to_be_focused()
    tiles.first.click()
    page.get_by_role("button", name="Close", exact=True).last.click()
    assert dialog.is_hidden()


def test_it_runs_until_it_is_paused(page, address):
    open_room(page, address)
    fill(page, "Epochs", "1000")
    press(page, "Start")
    says(page, "running")
    says(page, re.compile("epoch ([2-9]|[1-9][0-9])"))  # the page may miss some
    press(page, "Pause")
    says(page, "paused")
    first = page.locator(".facts").inner_text()
    page.wait_for_timeout(1000)
    assert page.locator(".facts").inner_text() == first
    page.once("dialog", lambda question: question.accept())
    press(page, "Stop")
    page.get_by_text("stopped").wait_for()
    assert page.locator(".facts").inner_text() == ""


def test_the_address_gives_the_same_run(page, address):
    open_room(page, address)
    fill(page, "Seed", "7")
    press(page, "Epoch")
    says(page, "epoch 1")
    says(page, "paused")
    cost = page.locator(".facts").get_by_text("test").inner_text()
    page.wait_for_url(re.compile("run"))
    page.reload()
    says(page, "epoch 1")  # it lives in the server
    assert page.get_by_label("Seed").input_value() == "7"
    page.once("dialog", lambda question: question.accept())
    press(page, "Stop")
    page.get_by_text("stopped").wait_for()
    page.reload()
    assert page.get_by_label("Seed").input_value() == "7"
    press(page, "Epoch")
    says(page, "epoch 1")
    says(page, "paused")
    assert page.locator(".facts").get_by_text("test").inner_text() == cost


def test_presets_fill_the_form_and_other_values_are_ones_own(page, address):
    open_room(page, address)
    preset = page.get_by_label("Preset")
    assert preset.input_value() == ""  # of all values only the digits are others
    page.get_by_label("Digits").select_option("auto")
    assert preset.input_value() == "default"
    preset.select_option("chapter")
    assert page.get_by_label("Hidden layers").input_value() == "30"
    assert page.get_by_label("Learning rate").input_value() == "3"
    page.get_by_text("More settings").click()
    page.get_by_label("Momentum").fill("0.5")
    page.get_by_label("Momentum").press("Tab")
    assert preset.input_value() == ""
    page.get_by_label("Digits").select_option("digits")
    press(page, "Epoch")
    says(page, "epoch 1")
    page.reload()
    says(page, "epoch 1")
    page.get_by_text("More settings").click()
    assert page.get_by_label("Momentum").input_value() == "0.5"


def test_two_side_by_side(page, address):
    open_room(page, address)
    press(page, "Compare with another")
    panels = page.locator("section.run")
    assert panels.count() == 2
    assert panels.nth(1).get_by_label("Seed").input_value() == "1"
    for k in range(2):
        panels.nth(k).get_by_role("button", name="Epoch", exact=True).click()
    for k in range(2):
        panels.nth(k).locator(".facts").get_by_text("epoch 1").wait_for(timeout=60_000)
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


def test_settings_that_make_no_sense(page, address):
    open_room(page, address)
    page.get_by_label("Learning rate").fill("fast")
    press(page, "Start")
    page.get_by_text("Learning rate η: expected a number; found “fast”").wait_for()
    fill(page, "Learning rate", "1e30")
    page.get_by_label("Activation").select_option("relu")
    page.get_by_label("Cost").select_option("cross-entropy")
    press(page, "Epoch")
    page.get_by_text("too large for this network").wait_for(timeout=60_000)
    assert page.get_by_role("button", name="Start", exact=True).is_disabled()


def test_two_browsers_dont_touch_each_other(browser, address):
    contexts = [browser.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for k, page in enumerate(pages):
        open_room(page, address)
        fill(page, "Hidden layers", str(10 + 5 * k))
        press(page, "Epoch")
    for k, page in enumerate(pages):
        says(page, "epoch 1")
        hidden = 10 + 5 * k
        says(page, f"{784 * hidden + hidden + 10 * hidden + 10:,} parameters")
    pages[0].once("dialog", lambda question: question.accept())
    press(pages[0], "Stop")
    press(pages[1], "Epoch")
    says(pages[1], "epoch 2")
    for context in contexts:
        context.close()


@pytest.mark.parametrize("page", [1440], indirect=True)  # the width changes nothing here
def test_reading_goes_on_meanwhile(page, address):
    open_room(page, address)
    fill(page, "Epochs", "1000")
    press(page, "Start")
    says(page, "epoch 1")
    page.goto(address)
    page.get_by_text("on this machine").wait_for()
    write(page, "504192")
    reads(page, "504192")


def test_a_run_is_there_when_one_comes_back(page, address):
    open_room(page, address)
    press(page, "Epoch")
    says(page, "epoch 1")
    says(page, "paused")
    page.get_by_role("link", name="Read").click()
    page.get_by_text("on this machine").wait_for()
    page.get_by_role("link", name="Train").click()
    says(page, "epoch 1")
    press(page, "Compare with another")
    page.get_by_role("button", name="Close").last.click()
    assert page.locator("section.run").count() == 1
    page.once("dialog", lambda question: question.accept())
    press(page, "Stop")
    page.get_by_text("stopped").wait_for()
    assert page.locator(".neurons").is_hidden()
    page.goto(f"{address}/train.html?net=length:3;action:x;activation:zzz;run:../models")
    assert page.get_by_label("Activation").input_value() == "sigmoid"


def test_it_asks_before_something_learnt_is_lost(page, address):
    open_room(page, address)
    questions = []
    page.on("dialog", lambda one: (questions.append(one.message), one.dismiss()))
    fill(page, "Hidden layers", "10")
    assert not questions  # nothing was learnt yet
    press(page, "Epoch")
    says(page, "epoch 1")
    says(page, "paused")
    press(page, "Stop")
    fill(page, "Seed", "9")
    page.get_by_role("button", name="Try it: Make it diverge").click()
    assert [question.count("in 1 epoch is not saved") for question in questions] == [1, 1, 1]
    assert page.get_by_label("Seed").input_value() == "0"
    assert page.get_by_label("Activation").input_value() == "sigmoid"
    says(page, "epoch 1")
    press(page, "Save")
    page.get_by_text("saved as 784-10-10-").wait_for()
    fill(page, "Seed", "9")
    assert len(questions) == 3
    assert page.locator(".facts").inner_text() == ""


def test_a_challenge_is_met_and_kept_by_the_browser(page, address):
    page.goto(f"{address}/train.html")
    best = page.locator(".best-runs li")
    assert best.count() == 0
    page.get_by_role("button", name="Try it: Fewest examples").click()
    page.get_by_label("Digits").select_option("digits")
    press(page, "Start")
    page.get_by_text("Challenge met: Fewest examples for 90%").wait_for(timeout=60_000)
    expect(best).to_have_text("600 digits digits, 100 hidden, seed 0, 11 epochs")
    page.evaluate("history.replaceState(null, '', 'train.html'); sessionStorage.clear()")
    page.reload()
    page.get_by_role("button", name="600 digits").click()  # these settings again
    assert page.get_by_label("Epochs").input_value() == "60"
    assert page.get_by_label("Digits").input_value() == "digits"
    page.once("dialog", lambda question: question.accept())
    page.get_by_role("button", name="Forget my best runs").click()
    assert best.count() == 0
    assert page.evaluate("localStorage.getItem('digitwise.challenges')") == "{}"


JUDGE = """async ([state, settings]) => {
    localStorage.clear();
    const { Challenges } = await import("/challenges.js");
    const challenges = new Challenges(document.getElementById("challenges"), () => {});
    return challenges.judge("a", state, settings);
}"""
STORY = """async ([state, rate]) => (await import("/train_story.js")).storyOf(state, rate)"""
SETTINGS = {"hidden": "30", "convolutions": "", "learning_rate": "2", "data": "mnist", "seed": "0"}


def state(status, *accuracies, costs=None, error=None, training=0.96):
    costs = costs or [1 / (k + 1) for k in range(len(accuracies))]
    rows = [
        {"epoch": k + 1, "cost": cost, "train_accuracy": training, "test_accuracy": accuracy}
        for k, (accuracy, cost) in enumerate(zip(accuracies, costs, strict=True))
    ]
    known = {"status": status, "rows": rows, "epoch": len(rows), "position": 0, "n": 500}
    return {**known, "error": error, "confusion": None}


LOST = "the costs stopped being finite numbers in epoch 1: the learning rate"
GUESSING = {"costs": [0.5, 0.5, 0.5], "training": 0.1}


@pytest.fixture(scope="module")
def quiet(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/train.html")
    page.locator(".challenge").first.wait_for()
    yield page
    page.close()


@pytest.mark.parametrize(
    ("found", "changed", "met"),
    [
        (state("running", 0.95, 0.971), {}, ["97% with 30 neurons", "Fewest examples for 90%"]),
        (state("running", 0.95, 0.971), {"hidden": "31"}, ["Fewest examples for 90%"]),
        (state("done", 0.97), {"convolutions": "3x3x4"}, ["Fewest examples for 90%"]),
        (state("done", 0.969), {}, ["Fewest examples for 90%"]),
        (state("done", 0.899), {}, []),
        (state("failed", error=LOST), {}, ["Make it diverge"]),
        (state("failed", error="the process has ended"), {}, []),
        (state("running", 0.1, 0.1, 0.1, **GUESSING), {}, ["Make it diverge"]),
        (state("running", 0.1, 0.1, **{**GUESSING, "costs": [0.5, 0.5]}), {}, []),
        (state("running", 0.1, 0.1, 0.1, **GUESSING), {"learning_rate": "1e-9"}, []),
        (state("running", 0.1, 0.1, 0.1), {}, []),
    ],
)
def test_what_meets_a_challenge(quiet, found, changed, met):
    assert quiet.evaluate(JUDGE, [found, {**SETTINGS, **changed}]) == met


def never_a_three():
    found = state("running", 0.8, 0.8, 0.8)
    found["confusion"] = [[0 if d == 3 else 4 for d in range(10)] for _ in range(10)]
    return found


@pytest.mark.parametrize(
    ("found", "rate", "said"),
    [
        (state("starting"), 2, "loads the digits"),
        (state("paused"), 2, "Ready: the weights are random"),
        (state("running"), 2, "its first digits"),
        (state("running", 0.9), 2, "After one epoch"),
        (state("running", 0.9, 0.91, 0.92, 0.93), 2, "The cost falls: it learns."),
        (state("running", 0.9, 0.9, 0.9, 0.9), 2, "Its accuracy has stopped rising."),
        (state("running", 0.9, training=1.0), 2, "it overfits"),
        (state("running", 0.1, 0.1, 0.1, **GUESSING), 2, "Lower η."),
        (state("running", 0.1, 0.1, 0.1, **GUESSING), 0.001, "Raise η."),
        (state("running", 0.1, 0.1, 0.1), 2, "It still guesses"),
        (never_a_three(), 2, "It never says 3: this output is dead."),
        (state("done", 0.93, 0.91), 2, "reads 91.0% of the test digits; after epoch 1, 93.0%."),
        (state("failed", error=LOST), 2, "It diverged"),
        (state("failed", error="its process has ended"), 2, "This run can't go on."),
    ],
)
def test_a_run_explains_itself(quiet, found, rate, said):
    assert said in quiet.evaluate(STORY, [found, rate])
