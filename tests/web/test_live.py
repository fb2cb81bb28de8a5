"""The network that runs in the page: its arithmetic, its framing, and what it shows."""

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
