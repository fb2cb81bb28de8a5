"""The network that runs in the page: its arithmetic, its framing, its display."""

import numpy as np
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("playwright.sync_api")

import httpx

import digitwise as dw
from digitwise.imaging.framing import frame
from digitwise.models.files import save
from digitwise.models.shipped import open_model
from digitwise.neurons import ACTIVATIONS
from tests.web.test_page import STROKES, write

FEED = """async ([images, n]) => {
    const { loadNetwork } = await import("/live/network.js");
    const network = await loadNetwork("");
    const bytes = Uint8Array.from(atob(images), (c) => c.charCodeAt(0));
    const found = [];
    for (let k = 0; k < n; k++) {
        const x = Float32Array.from(bytes.subarray(784 * k, 784 * (k + 1)), (ink) => ink / 255);
        found.push(network.feedforward(x).map((a) => [...a]));
    }
    return found.map((layers, k) => k ? [layers.at(-1)] : layers);
}"""


def as_text(array):
    from base64 import b64encode

    return b64encode(np.ascontiguousarray(array)).decode()


@pytest.fixture(scope="module")
def wide(browser, address):
    """A page whose modules can be asked."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(address)
    yield page
    page.close()


@pytest.fixture(scope="module")
def net():
    return open_model().network


def test_it_agrees_with_python_on_1000_digits(wide, bundled, net):
    digits = (bundled[0] + bundled[1])[:1000]
    first, *others = wide.evaluate(FEED, [as_text(digits.images), 1000])
    outputs = np.array([first[-1], *(outputs for (outputs,) in others)])
    wanted = net.feedforward(digits.inputs())
    assert np.abs(outputs - wanted).max() < 1e-4
    assert (outputs.argmax(axis=1) == digits.labels).mean() > 0.95
    f, a = ACTIVATIONS[net.activation].function, digits[:1].inputs()
    for found, w, b in zip(first, net.weights, net.biases, strict=False):
        a = f(a @ w.T + b) if found is not first[-1] else wanted[:1]
        assert np.abs(np.array(found) - a[0]).max() < 1e-4


@pytest.mark.parametrize("shape", [(80, 50), (7, 5), (23, 90), (1, 1), (28, 28), (64, 64)])
def test_its_framing_is_pythons(wide, shape):
    rng = np.random.default_rng(3)
    ink = np.pad(rng.integers(0, 256, shape) * (rng.random(shape) < 0.6), 3) / 255
    framed = wide.evaluate(
        """async ([ink, width]) => {
            const { frame } = await import("/live/framing.js");
            return [...frame(Float64Array.from(ink), width)];
        }""",
        [ink.ravel().tolist(), ink.shape[1]],
    )
    # Sums of real numbers in another order: a byte may be rounded the other way.
    assert np.abs(np.array(framed).reshape(28, 28) - frame(ink).astype(int)).max() <= 1


def test_weights_are_multiplied_back_as_the_slope_says(wide, bundled, net):
    """∂z/∂x of a deep neuron, against differences in float64."""
    x = bundled[0][:1].inputs(np.float64)[0]
    slopes = wide.evaluate(
        """async (x) => {
            const { loadNetwork } = await import("/live/network.js");
            const network = await loadNetwork("");
            return [...network.picture(2, 7, network.feedforward(Float32Array.from(x)))];
        }""",
        x.tolist(),
    )

    def z(x):
        for w, b in list(zip(net.weights, net.biases, strict=True))[:3]:
            weighted = w.astype(float) @ x + b
            x = np.maximum(weighted, 0)
        return weighted[7]

    for pixel in (200, 350, 406, 500):
        step = np.zeros(784)
        step[pixel] = 1e-6
        assert slopes[pixel] == pytest.approx((z(x + step) - z(x - step)) / 2e-6, abs=1e-4)


def test_the_file_says_what_excites_neurons(address, net):
    from safetensors.numpy import load

    answer = httpx.get(f"{address}/api/network")
    tensors = load(answer.content)
    assert (tensors["w0"].astype(np.float32) == net.weights[0]).all()
    images, labels = tensors["digits"], tensors["labels"]
    x = images.reshape(len(images), -1) / np.float32(255)
    a = np.maximum(x @ net.weights[0].T + net.biases[0], 0)
    assert a[:, 3].argmax() == tensors["most0"][3, 0]
    assert tensors["mean0"][3, 8] == pytest.approx(a[labels == 8, 3].mean(), abs=1e-4)
    again = httpx.get(f"{address}/api/network", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_network_with_shared_weights_says_that_it_is_not_shown(address, folder):
    from digitwise.convolution import Convolution

    models = folder.with_name("models")
    models.mkdir(exist_ok=True)
    save(dw.Network([784, Convolution(2, 3, 4), 10]), models / "shared.safetensors")
    answer = httpx.get(f"{address}/api/network", params={"model": "shared"})
    assert answer.status_code == 409
    assert "shared weights" in answer.json()["detail"]


LIT = """() => {
    const canvas = document.querySelector("#live .diagram canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, k) => sum + (k % 4 < 3 ? value : 0), 0);
}"""
SEEN = """async ([strokes, aspect]) => {
    const { lastDigit, seenOf } = await import("/live/strokes.js");
    const { penOf } = await import("/paper.js");
    return [...seenOf(lastDigit(strokes, aspect), aspect, penOf(aspect))];
}"""
LINES = """async (strokes) => {
    const { linesOf } = await import("/live/strokes.js");
    return linesOf(strokes).map((line) => line.map((stroke) => strokes.indexOf(stroke)));
}"""


def says(page, text):
    page.locator("#live .said").get_by_text(text).wait_for(timeout=15_000)


def test_nothing_is_loaded_before_something_is_written(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(300)
    assert not [url for url in asked if "api/network" in url]
    write(page, "5")
    says(page, "It says 5")
    assert len([url for url in asked if "api/network" in url]) == 1


def test_the_network_is_seen_thinking(page):
    dark = page.evaluate(LIT)
    write(page, "0")
    says(page, "It says 0")
    bright = page.evaluate(LIT)
    assert bright != dark
    canvas = page.locator("#live .diagram canvas")
    slider = page.get_by_label("Depth")
    slider.fill("1")
    says(page, "Layer 1: ")
    assert page.evaluate(LIT) != bright
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".inspected").get_by_text("Its 784 weights").wait_for()
    assert page.locator(".inspected .thumbs canvas").count() == 8
    page.keyboard.press("PageDown")
    page.locator(".inspected").get_by_text("of layer 2").wait_for()
    assert slider.input_value() == "2"
    page.locator(".inspected .feeder").first.click()
    page.locator(".inspected h3").get_by_text("of layer 1").wait_for()
    assert page.locator(".inspected .means .value").count() == 10
    page.get_by_role("button", name="Close").click()
    assert page.locator(".inspected").is_hidden()
    box = canvas.bounding_box()
    narrow = box["height"] > box["width"]
    across, down = (0.5, 0.3) if narrow else (0.35, 0.5)
    canvas.click(position={"x": across * box["width"], "y": down * box["height"]})
    page.locator(".inspected h3").get_by_text("euron").wait_for()


def test_a_digit_of_an_answer_can_be_looked_at(page):
    page.locator("#samples button").first.click()
    says(page, "It says 2")
    number = page.locator(".number").first
    if number.get_attribute("open") is None:
        number.locator("summary").click()
    page.get_by_role("button", name="What the network saw of 8").click()
    says(page, "It says 8")


@pytest.mark.parametrize("char", sorted(STROKES))
def test_what_is_drawn_is_framed_as_a_reader_frames_it(wide, net, reader, char):
    """Ink is the same but for edges of strokes, or a pixel's shift; so is what the network says."""
    from PIL import Image, ImageDraw

    strokes = [[(0.3 + 0.02 * x, 0.2 + 0.035 * y) for x, y in one] for one in STROKES[char]]
    seen = np.array(wide.evaluate(SEEN, [strokes, 1.0]), np.uint8)
    picture = Image.new("L", (1600, 1600), 255)
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        points = [(1600 * x, 1600 * y) for x, y in stroke]
        pen.line(points, fill=0, width=36)
        for x, y in points:
            pen.ellipse((x - 18, y - 18, x + 18, y + 18), fill=0)
    (found,) = reader.read(
        np.asarray(picture.resize((400, 400), Image.Resampling.BOX)), layout="digit"
    )
    wanted = found.digits[0].image.ravel()
    shifts = np.ndindex(3, 3)
    moved = [np.roll(seen.reshape(28, 28), (y - 1, x - 1), (0, 1)).ravel() for y, x in shifts]
    assert min(np.abs(one.astype(int) - wanted).mean() for one in moved) < 6
    both = net.feedforward(np.stack([seen, wanted]) / np.float32(255))
    assert np.abs(both[0] - both[1]).max() < 0.1


def test_lines_of_strokes(wide):
    def one(x, y, height=0.2):
        return [[x, y], [x + 0.05, y + height]]

    # Two lines; a dot under the first, a dash in the second; the third stroke was written late.
    strokes = [one(0.1, 0.1), one(0.1, 0.5), one(0.3, 0.12), one(0.2, 0.31, 0.01)]
    strokes += [[[0.3, 0.6], [0.35, 0.6]], one(0.5, 0.48)]
    assert wide.evaluate(LINES, strokes) == [[0, 2, 3], [1, 4, 5]]
    assert wide.evaluate(LINES, []) == []
