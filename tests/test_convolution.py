import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.convolution import Convolution
from digitwise.costs import COSTS
from digitwise.errors import InputError
from digitwise.layers import count_parameters
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS
from digitwise.typed_layers import layers_text, parse_layers

STACKS = {
    "pooled": [64, Convolution(3, pool=2), Convolution(2), 5, 3],
    "wide patches": [49, Convolution(2, 5, pool=3), 4],
    "one place": [36, Convolution(4, 1), Convolution(2, 7, pool=6), 2],
    "rows left over": [49, Convolution(3), Convolution(2, pool=2), 3],
}


def by_hand(layer, picture, w, b):
    """z of every neuron as the sum it is, one neuron at a time."""
    height, width, channels = layer.picture
    k, edge = layer.patch, layer.patch // 2
    z = np.empty((height, width, layer.maps))
    for y, x, j in np.ndindex(z.shape):
        total = b[j]
        for dy, dx, c in np.ndindex(k, k, channels):
            row, column = y + dy - edge, x + dx - edge
            if 0 <= row < height and 0 <= column < width:
                total += w[j, (dy * k + dx) * channels + c] * picture[row, column, c]
        z[y, x, j] = total
    rows, columns, maps = layer.maps_shape
    p = layer.pool
    pooled = np.empty(layer.maps_shape)
    for r, c, j in np.ndindex(rows, columns, maps):
        pooled[r, c, j] = z[r * p : r * p + p, c * p : c * p + p, j].max()
    return pooled.reshape(-1)


@pytest.mark.parametrize(("patch", "pool"), [(1, 1), (3, 1), (3, 2), (5, 3), (7, 1)])
def test_each_neuron_is_the_sum_over_its_patch(patch, pool):
    first = Convolution(3).after(49)
    layer = Convolution(2, patch, pool).after(first)
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((4, layer.n_in)), rng.standard_normal(2)
    w = rng.standard_normal(layer.weight_shape)
    z = layer.weighted_inputs(a, w, b)
    for row, expected in zip(a, z, strict=True):
        found = by_hand(layer, row.reshape(layer.picture), w, b)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_backpropagation_equals_central_differences(activation, cost, stack):
    net = Network(STACKS[stack], activation=activation, cost=cost, init="gaussian", rng=3)
    rng = np.random.default_rng(1)
    x, y = rng.random((5, net.sizes[0])), rng.random((5, net.sizes[-1]))
    masks = [None] * (len(net.layers) - 1)
    gradient, h = net.gradient(x, y, masks), 1e-5
    stated = [*gradient.weights, *gradient.biases]
    for parameter, nabla in zip([*net.weights, *net.biases], stated, strict=True):
        numerical = np.empty_like(parameter)
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            parameter[place] = kept + h
            up = net.costs(x, y).mean()
            parameter[place] = kept - h
            down = net.costs(x, y).mean()
            parameter[place] = kept
            numerical[place] = (up - down) / (2 * h)
        largest = max(abs(nabla).max(), 1e-3)  # below it, differences are rounding
        assert abs(nabla - numerical).max() / largest < 1e-7


@given(
    dy=st.integers(-3, 3),
    dx=st.integers(-3, 3),
    patch=st.sampled_from([1, 3, 5]),
    seed=st.integers(0, 1000),
)
def test_a_shifted_picture_has_shifted_maps(dy, dx, patch, seed):
    rng = np.random.default_rng(seed)
    layer = Convolution(2, patch).after(16 * 16)
    w, b = rng.standard_normal(layer.weight_shape), rng.standard_normal(2)
    picture = np.zeros((16, 16))
    picture[6:10, 6:10] = rng.random((4, 4))
    shifted = np.roll(picture, (dy, dx), (0, 1))
    maps, of_shifted = (
        layer.weighted_inputs(p.reshape(1, -1), w, b).reshape(16, 16, 2) for p in (picture, shifted)
    )
    np.testing.assert_allclose(np.roll(maps, (dy, dx), (0, 1)), of_shifted, rtol=0, atol=1e-12)


def test_no_picture_has_no_outputs():
    assert Network([784, Convolution(3, pool=2), 10]).feedforward(np.zeros((0, 784))).shape == (
        0,
        10,
    )


def test_shapes_and_counts():
    net = Network([784, *parse_layers("3x3x16p2,3x3x32p2,3x3x64"), 128, 10])
    assert net.sizes == [784, 14 * 14 * 16, 7 * 7 * 32, 7 * 7 * 64, 128, 10]
    assert [w.shape for w in net.weights[:4]] == [(16, 9), (32, 144), (64, 288), (128, 3136)]
    assert net.parameter_count == 426_122 == count_parameters(net.layout)
    assert layers_text(net.layout) == "784-3x3x16p2-3x3x32p2-3x3x64-128-10"
    again = Network(net.layout)
    assert again.layers == net.layers
    assert all(np.array_equal(a, b) for a, b in zip(net.weights, again.weights, strict=True))


@given(
    st.lists(
        st.builds(
            Convolution,
            maps=st.integers(1, 9999),
            patch=st.sampled_from([1, 3, 5, 7]),
            pool=st.integers(1, 28),
        ),
        max_size=5,
    )
)
def test_layers_are_read_as_they_are_written(layers):
    assert parse_layers(",".join(map(str, layers))) == layers


@pytest.mark.parametrize(
    "text", ["3x5x16", "2x2x8", "3x3x0", "3x3", "3x3x16p0", "x", "3x3x16,,x", "3x3x٣", "9x9x1"]
)
def test_other_texts_are_refused(text):
    with pytest.raises(InputError, match="3x3x16|1, 3, 5, 7"):
        parse_layers(text)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([783, Convolution(2), 10], "square picture"),
        ([784, 100, Convolution(2), 10], "after a square picture of inputs"),
        ([16, Convolution(2, pool=2), Convolution(2, pool=3), 10], "pool less"),
        ([Convolution(2), 10], "two layers"),
        ([784, Convolution(2)], "full layer of outputs at the end"),
    ],
)
def test_layers_that_do_not_fit_are_refused(sizes, said):
    with pytest.raises(InputError, match=said):
        Network(sizes)


@pytest.mark.parametrize(("maps", "patch", "pool"), [(0, 3, 1), (2.0, 3, 1), (2, 4, 1), (2, 3, 0)])
def test_a_layer_that_cannot_be_is_refused(maps, patch, pool):
    with pytest.raises(InputError, match="1 map or more"):
        Convolution(maps, patch, pool)
