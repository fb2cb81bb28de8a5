"""Every room under axe-core, which npm fetches; skipped where it can't be had."""

import pytest

pytest.importorskip("fastapi")

from tests.web.test_page import reads, write
from tests.web.test_teach_page import learn, show


def look_into_a_digit(page):
    write(page, "52")
    reads(page, "52")
    page.locator("#live .said").get_by_text("It says 2").wait_for()
    page.locator("#live .diagram canvas").press("ArrowRight")
    page.keyboard.press("PageDown")
    page.locator(".inspected .feeder").first.wait_for()


def read_many_numbers(page):
    page.locator("#samples button").nth(3).click()
    page.locator(".folded").wait_for(timeout=30_000)
    page.locator(".folded summary").first.click()


def wait_for_answers(page):
    page.locator("#perceptron").get_by_text("It computes: NAND").wait_for()


def build_a_gate(page):
    wait_for_answers(page)
    builder = page.locator("#builder")
    for name in "abab":
        builder.get_by_role("button", name=f"input {name}", exact=True).click()
    builder.get_by_role("button", name="input a").click()
    page.locator("[name=task]").select_option("xor")
    page.evaluate("localStorage.setItem('digitwise.path', '[\"builder\"]')")
    page.reload()
    page.locator("aside.step").wait_for()


def meet_a_challenge(page):
    page.get_by_role("button", name="Try it: Fewest").click()
    page.get_by_label("Digits").select_option("digits")
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".best-runs li").wait_for(timeout=60_000)


def teach_it(page):
    show(page, 3)
    learn(page)
    page.locator("#weights button").first.click()


STATES = {
    "empty": ("", None),
    "digit": ("", look_into_a_digit),
    "many": ("", read_many_numbers),
    "teach": ("teach.html", None),
    "taught": ("teach.html", teach_it),
    "train": ("train.html", meet_a_challenge),
    "ideas": ("ideas.html", build_a_gate),
    "lab": ("lab/", None),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(browser, address, axe, state, scheme):
    room, bring_about = STATES[state]
    width = 1440 if scheme == "light" else 390
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(f"{address}/{room}", wait_until="networkidle")
    if bring_about:
        bring_about(page)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    page.close()
    assert [
        (one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]
    ] == []
