"""Time of the page's live updates while a digit is drawn: python benchmarks/live.py

An 8 is drawn in Chromium and changed into a 9. Each update is timed in the browser, from the
strokes to the drawn neurons. Needs `.[web]`, Playwright and Chromium.
"""

import argparse
import shutil
import statistics
import threading
import time

import uvicorn
from playwright.sync_api import sync_playwright

import digitwise as dw
from digitwise.cli.serve import listen
from digitwise.web.app import make_app

EIGHT = [(8, 2), (4, 0), (1, 3), (4, 7), (9, 11), (6, 16), (2, 14), (3, 10), (9, 4), (8, 2)]
TAIL = [(8, 2), (9, 6), (8, 11), (6, 16)]
WIDTHS = (390, 1440, 1920)
WATCH = """() => {
    window.updates = [];
    new PerformanceObserver((list) => window.updates.push(...list.getEntries().map((e) => e.duration)))
        .observe({ type: "measure" });
}"""


def serve() -> str:
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(make_app(dw.Reader()), log_level="error"))
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def draw(page, box, points) -> None:
    unit = 0.7 * box["height"] / 16
    for k, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + 60 + unit * x, box["y"] + 30 + unit * y, steps=10 if k else 1)
        if k == 0:
            page.mouse.down()
    page.mouse.up()


def measure(browser, address: str, width: int) -> list[float]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    page.get_by_text("on this machine").wait_for()
    box = page.locator("#canvas").bounding_box()
    draw(page, box, EIGHT)  # loads the network
    page.get_by_text("It says 8").wait_for()
    page.evaluate(WATCH)
    draw(page, box, TAIL)
    page.locator("#live .diagram canvas").press("ArrowRight")  # selects a neuron
    draw(page, box, TAIL)
    page.wait_for_timeout(300)
    updates = page.evaluate("window.updates")
    page.close()
    return updates


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    address = serve()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        print("| width | updates | median, ms | 95th, ms | most, ms |\n|---|---|---|---|---|")
        for width in WIDTHS:
            ms = sorted(measure(browser, address, width))
            late = ms[int(0.95 * len(ms))]
            print(
                f"| {width} | {len(ms)} | {statistics.median(ms):.1f} | {late:.1f} | {ms[-1]:.1f} |"
            )
        browser.close()


if __name__ == "__main__":
    main()
