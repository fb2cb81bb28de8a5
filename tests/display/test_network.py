import numpy as np
import pytest

import digitwise as dw
from digitwise.convolution import Convolution
from digitwise.display.weights import NEGATIVE, POSITIVE, draw_weights
from digitwise.errors import InputError

WHITE = (255, 255, 255)


def network(sizes, **how):
    return dw.Network(sizes, cost="cross-entropy", init="scaled", **how)


def test_a_line_for_a_network():
    assert repr(network([784, 30, 10])) == (
        "Network 784-30-10: sigmoid neurons, cross-entropy cost, 23,860 parameters, float64"
    )
    # Without hidden neurons there are only sigmoid ones.
    assert repr(network([4, 2], activation="relu", dtype=np.float32)) == (
        "Network 4-2: sigmoid neurons, cross-entropy cost, 10 parameters, float32"
    )


def test_layers_as_text():
    assert network([784, 1000, 30, 10], activation="relu").summary() == (
        "Network 784-1000-30-10: relu neurons, cross-entropy cost, 815,340 parameters, float64\n"
        "layer     neurons  activation   weights  parameters\n"
        "input         784\n"
        "hidden 1    1,000        relu  1000×784     785,000\n"
        "hidden 2       30        relu   30×1000      30,030\n"
        "output         10     sigmoid     10×30         310\n"
        "total                                       815,340"
    )


SHARED = [784, Convolution(16, pool=2), Convolution(8, 5), 20, 10]


def test_layers_with_shared_weights_as_text():
    assert network(SHARED, activation="relu").summary() == (
        "Network 784-3x3x16p2-5x5x8-20-10: relu neurons, cross-entropy cost, 34,958 parameters, "
        "float64\n"
        "layer     neurons  activation                    weights  parameters\n"
        "input         784\n"
        "hidden 1    3,136        relu  3×3 × 16 maps, pooled 2×2         160\n"
        "hidden 2    1,568        relu               5×5 × 8 maps       3,208\n"
        "hidden 3       20        relu                    20×1568      31,380\n"
        "output         10     sigmoid                      10×20         210\n"
        "total                                                         34,958"
    )


def test_layers_with_shared_weights_as_html(parse):
    page = parse(network(SHARED)._repr_html_())
    assert page.rows[2] == ["hidden 1", "3,136", "sigmoid", "3×3 × 16 maps, pooled 2×2", "160"]


def test_layers_as_html(parse):
    net = network([784, 30, 10], activation="tanh")
    page = parse(net._repr_html_())
    assert page.rows == [
        ["layer", "neurons", "activation", "weights", "parameters"],
        ["input", "784", "", "", ""],
        ["hidden", "30", "tanh", "30×784", "23,550"],
        ["output", "10", "sigmoid", "10×30", "310"],
        ["total", "", "", "", "23,860"],
    ]
    assert page.text.startswith("Network 784-30-10")
    assert "trained" not in page.text


def test_what_it_was_trained_on(few, parse, tmp_path):
    net = network([784, 10])
    dw.fit(net, few, epochs=2, batch_size=10, learning_rate=0.5)
    told = "trained on 50 digits from scikit-learn's bundled digits, 2 times"
    assert repr(net).splitlines()[1] == f"  {told}"
    assert told in parse(net._repr_html_()).text
    # A file says what its header says: here nothing, so that it is a function of the network.
    dw.save(net, tmp_path / "net.safetensors")
    assert dw.load_model(tmp_path / "net.safetensors").trained_on is None


def test_texts_of_others_are_no_html(parse):
    net = network([4, 2])
    net.trained_on = "<script>&"
    assert "trained on <script>&" in parse(net._repr_html_()).texts


def test_weights_are_drawn_in_their_signs():
    net = network([784, 3])
    net.weights[0][...] = 0
    net.weights[0][0, 0], net.weights[0][1, 0] = 2, -2
    picture = draw_weights(net)
    assert picture.shape == (28, 88, 3)
    assert tuple(picture[0, 0]) == POSITIVE
    assert tuple(picture[0, 30]) == NEGATIVE
    assert tuple(picture[0, 60]) == WHITE


def test_a_picture_of_weights(open_png):
    net = network([784, 32, 10])
    assert open_png(net.show_weights()).size == (2 * 298, 2 * 88)
    assert open_png(net.show_weights(neurons=5)).size == (4 * 148, 4 * 28)
    matrix = open_png(net.show_weights(1))
    assert matrix.size == (19 * 32, 19 * 10)
    assert open_png(net.show_weights(-1)).tobytes() == matrix.tobytes()
    # Each weight is a square.
    net.weights[1][...] = 0
    net.weights[1][3, 7] = 1
    pixels = np.asarray(net.show_weights(1))
    assert tuple(pixels[3 * 19 + 9, 7 * 19 + 9]) == POSITIVE
    assert (pixels != 255).any(axis=2).sum() == 19 * 19


def test_shared_weights_are_drawn_as_patches(open_png):
    net = network(SHARED)
    for w in net.weights:
        w[...] = 0
    # The first: a patch is a tile, ten in a row. Further ones: a map is a row of patches.
    net.weights[0][11, 5] = 1  # second row, third column of map 11
    net.weights[1][3, (4 * 5 + 2) * 16 + 7] = -1  # row 4, column 2 of map 3's patch of map 7
    net.weights[2][6, (13 * 14 + 2) * 8 + 5] = 1  # row 13, column 2 of map 5, of neuron 6
    for layer, shape, place, colour in (
        (0, (8, 48), (5 + 1, 5 + 2), POSITIVE),
        (1, (8 * 7 - 2, 16 * 7 - 2), (3 * 7 + 4, 7 * 7 + 2), NEGATIVE),
        (2, (20 * 16 - 2, 8 * 16 - 2), (6 * 16 + 13, 5 * 16 + 2), POSITIVE),
    ):
        picture = draw_weights(net, layer)
        assert picture.shape == (*shape, 3)
        assert tuple(picture[place]) == colour
        assert (picture != 255).any(axis=2).sum() == 1
    assert open_png(network(SHARED).show_weights(neurons=5)).size == (26 * 23, 26 * 3)
    assert open_png(network(SHARED).show_weights(2)).size == (5 * 126, 5 * 318)


@pytest.mark.parametrize(
    ("layer", "neurons", "message"),
    [
        (2, 30, "weights 0 to 1.*found 2"),
        (-3, 30, "found -3"),
        ("hidden", 30, "found 'hidden'"),
        (0, 0, "at least one neuron to show; found 0"),
        (1, 30, r"at most 2,000 weights.*\(10, 2001\)"),
    ],
)
def test_weights_that_are_not_there(layer, neurons, message):
    with pytest.raises(InputError, match=message):
        network([784, 2001, 10]).show_weights(layer, neurons)
