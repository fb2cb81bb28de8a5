"""The Train room, in a real browser."""

import re

import pytest

pytest.importorskip("fastapi")

from tests.web.test_page import reads, write


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


def points(page, chart):
    return page.locator(f".{chart} .scatterlayer .trace").first.locator(".point").count()


def test_a_network_learns_pauses_steps_is_saved_and_reads(page, address):
    open_room(page, address)
    fill(page, "Hidden layers", "30")
    for epoch in (1, 2, 3):
        press(page, "Epoch")
        says(page, f"epoch {epoch}")
        says(page, "paused")
        assert points(page, "cost") == epoch
    assert page.locator(".wrongs figure").count() > 0
    assert page.locator(".confusion td").count() == 100
    weights = page.locator(".weights")
    before = weights.get_attribute("src")
    press(page, "Step")
    says(page, "digit 10 of 1,437")
    press(page, "Step")
    says(page, "digit 20 of 1,437")
    assert weights.get_attribute("src") != before
    press(page, "Save")
    page.get_by_text("saved as 784-30-10-").wait_for()
    page.get_by_role("link", name="read with it").click()
    page.get_by_text("on this machine").wait_for()
    assert page.locator("#network").input_value().startswith("784-30-10-")
    write(page, "52")
    page.locator(".text").first.wait_for()


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
    press(pages[0], "Stop")
    press(pages[1], "Epoch")
    says(pages[1], "epoch 2")
    for context in contexts:
        context.close()


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
    press(page, "Stop")
    page.get_by_text("stopped").wait_for()
    assert page.locator(".weights").is_hidden()
    page.goto(f"{address}/train.html?net=length:3;action:x;activation:zzz;run:../models")
    assert page.get_by_label("Activation").input_value() == "sigmoid"
