import numpy as np
import pytest

import digitwise as dw
from digitwise.convolution import Convolution
from digitwise.display.feature_maps import GAP_PX, show_maps
from digitwise.display.weights import NEGATIVE, POSITIVE
from digitwise.errors import InputError
from digitwise.models.channels import feature_maps
from digitwise.network import Network

LAYERS = [784, Convolution(3, 1), Convolution(18, 3, 2), 10]


def looking_at_light(activation="relu"):
    """Map 0 sees each pixel as it is, map 1 turned round, map 2 nothing."""
    net = Network(LAYERS, activation=activation, rng=0)
    net.weights[0][:, 0] = 1, -1, 0
    net.biases[0][...] = 0
    return net


def test_maps_say_where_they_find_what_they_look_for():
    net, x = looking_at_light("tanh"), np.random.default_rng(0).random((2, 784))
    first, second = feature_maps(net, x)
    assert (first.shape, second.shape) == ((2, 3, 28, 28), (2, 18, 14, 14))
    np.testing.assert_allclose(first[:, 0], np.tanh(x).reshape(2, 28, 28))
    np.testing.assert_allclose(first[:, 1], -first[:, 0])
    assert not first[:, 2].any()
    # Fed to the last layer, in our order, they give the network's outputs.
    a = np.moveaxis(second, 1, 3).reshape(2, -1)
    z = a @ net.weights[2].T + net.biases[2]
    np.testing.assert_allclose(z, net.weighted_outputs(x))
    assert feature_maps(Network([784, 10]), x) == []


def test_maps_are_tiles_below_the_digit(open_png):
    digit = dw.load("digits")[1][0]
    picture = np.asarray(open_png(show_maps(looking_at_light("tanh"), digit)))
    # 56 pixels of a digit, 3 maps; 18 maps of half the size in two rows, enlarged as much again.
    rows = [56, 56, 4 * (2 * 14 + 2)]
    assert picture.shape == (sum(rows) + 2 * GAP_PX, 4 * (16 * 16 - 2), 3)
    top = 56 + GAP_PX
    row, column = np.unravel_index(digit.image.argmax(), (28, 28))
    seen = picture[top + 2 * row, [2 * column, 60 + 2 * column, 120 + 2 * column]]
    assert [tuple(pixel) for pixel in seen] == [POSITIVE, NEGATIVE, (255, 255, 255)]
    again = show_maps(looking_at_light("tanh"), digit.image.reshape(784) / 255)
    assert np.array_equal(picture, again)


def test_what_has_no_maps_is_refused():
    with pytest.raises(InputError, match="no layer with shared weights"):
        show_maps(Network([784, 10]), np.zeros(784))
    for wrong in (np.zeros(20), "a digit", np.zeros((2, 784))):
        with pytest.raises(InputError, match="expected a digit, or 784 inputs; found"):
            show_maps(looking_at_light(), wrong)
