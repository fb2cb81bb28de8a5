"""A feedforward network of sigmoid neurons, and backpropagation.

This is the reference: every faster engine is tested against it. An array of examples has shape
(n, features). `weights[l]` leads from layer l to layer l + 1 and has shape (n_out, n_in).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.costs import COSTS, one_hot
from digitwise.errors import InputError, one_of
from digitwise.layers import Layer, place_layers
from digitwise.neurons import ACTIVATIONS, Floats, sigmoid
from digitwise.settings import DEFAULTS
from digitwise.shown import Shown

INITS = ("gaussian", "scaled", "he")
Masks = Sequence[Floats | None]


class Gradient(NamedTuple):
    """∇C: ∂C/∂w and ∂C/∂b of every layer, in the shapes of `weights` and `biases`."""

    weights: list[Floats]
    biases: list[Floats]


class Network(Shown):
    """Layers of neurons, each fed by the layer before.

    The output layer consists of sigmoid neurons. Its outputs lie in [0, 1] and can be compared
    with the desired outputs y(x).

    >>> net = Network([784, 30, 10], rng=0)
    >>> net.feedforward(np.zeros((5, 784))).shape, net.parameter_count
    ((5, 10), 23860)

    Parameters
    ----------
    sizes : sequence of int or Layer
        Layers, input first; at least two. A number n is a full layer of n neurons. A layer with
        shared weights is a `digitwise.convolution.Convolution`.
    activation : {"sigmoid", "tanh", "relu"}
        Function f of the hidden neurons, a = f(w·x + b).
    cost : {"quadratic", "cross-entropy"}
        Cost that `gradient` differentiates.
    init : {"gaussian", "scaled", "he"}
        Distribution of the first weights. "gaussian" is N(0, 1), as in the chapter. "scaled" is
        N(0, 1)/√fan-in, which keeps neurons from starting saturated. Both start biases as
        N(0, 1). "he" suits relu: √2 N(0, 1)/√fan-in in hidden layers, biases 0 (He et al. 2015).
    rng : int or numpy.random.Generator, of the first weights and biases
    dtype : float64 or float32, of the parameters and of all arithmetic

    Raises
    ------
    InputError
        If the layers don't fit each other, or a name is unknown.
    """

    trained_on: str | None = None  # set by `fit` and `load_model`; shown to people

    def __init__(
        self,
        sizes: Sequence[int | Layer],
        *,
        activation: str = DEFAULTS.activation,
        cost: str = DEFAULTS.cost,
        init: str = DEFAULTS.init,
        rng: int | np.random.Generator = 0,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        self.layers = place_layers(sizes)
        try:
            self.dtype: np.dtype[Any] = np.dtype(dtype)
            rng = np.random.default_rng(rng)
        except (TypeError, ValueError) as error:
            raise InputError(f"expected rng and dtype of a network; {error}") from error
        self.activation = one_of("activation", activation, ACTIVATIONS)
        self.cost = one_of("cost", cost, COSTS)
        self.init = one_of("init", init, INITS)
        if self.dtype not in (np.float32, np.float64):
            raise InputError(f"dtype must be float32 or float64; found {self.dtype}")
        self.sizes = [self.layers[0].n_in, *(layer.n_out for layer in self.layers)]
        self.weights: list[Floats] = []
        self.biases: list[Floats] = []
        for layer in self.layers:
            n_out, n_in = layer.weight_shape
            gain = np.sqrt(2) if init == "he" and layer is not self.layers[-1] else 1.0
            scale = 1.0 if init == "gaussian" else gain / np.sqrt(n_in)
            # Always drawn in float64, so that one seed gives both dtypes the same start.
            self.weights.append((scale * rng.standard_normal((n_out, n_in))).astype(self.dtype))
            self.biases.append(((init != "he") * rng.standard_normal(n_out)).astype(self.dtype))

    @property
    def layout(self) -> list[int | Layer]:
        """Inputs and layers, as the `sizes` of another network of this shape."""
        return [self.sizes[0], *self.layers]

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases."""
        return sum(p.size for p in (*self.weights, *self.biases))

    def feedforward(self, x: npt.ArrayLike) -> Floats:
        """Return the outputs in [0, 1] for inputs x: (n, n_in) → (n, n_out), (n_in,) → (n_out,)."""
        outputs = sigmoid(self.weighted_outputs(x))
        return outputs if np.ndim(x) == 2 else outputs[0]

    def weighted_outputs(self, x: npt.ArrayLike) -> Floats:
        """Return z = w·a + b of the output layer, before its sigmoid, shape (n, n_out)."""
        f = ACTIVATIONS[self.activation].function
        *hidden, (output, *last) = zip(self.layers, self.weights, self.biases, strict=True)
        a = self._inputs(x)
        for layer, w, b in hidden:
            a = f(layer.weighted_inputs(a, w, b))
        return output.weighted_inputs(a, *last)

    def predict(self, x: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return the index of the largest output, by its z, which rounds less, (n,)."""
        return np.asarray(self.weighted_outputs(x).argmax(axis=-1))

    def costs(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Floats:
        """Return C_x of every example, (n,); their mean is C (Eq. 6 for the quadratic cost)."""
        z = self.weighted_outputs(x)
        return COSTS[self.cost].value(z, self._desired(y, len(z)))

    def gradient(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        masks: Masks = (),
        weights: npt.ArrayLike | None = None,
    ) -> Gradient:
        """Return ∇C = (1/m) Σₓ ∇C_x over the m examples of a mini-batch, by backpropagation.

        The error of a layer is δ = ∂C_x/∂z. It follows from the error of the next layer:
        δˡ = (δˡ⁺¹ wˡ⁺¹) ⊙ f′(zˡ). Then ∂C_x/∂w = δ aᵀ, where a is the layer's input, and
        ∂C_x/∂b = δ. These are the equations of full layers; see `Layer` for others.

        Parameters
        ----------
        x : array of shape (m, n_in)
        y : array of shape (m,) or (m, n_out)
            Integer labels, or desired outputs.
        masks : for each hidden layer an array (m, n), factors of its activations (dropout), or None
        weights : array of shape (m,), above 0: of the examples, in a weighted mean of ∇C_x

        Raises
        ------
        InputError
            If the shapes don't fit the network or each other, or there is no example.
        """
        inputs = self._inputs(x)
        if (m := len(inputs)) == 0:
            raise InputError("the gradient of an empty mini-batch is not defined")
        desired = self._desired(y, m)
        f, derivative = ACTIVATIONS[self.activation]
        kept = [1 if mask is None else mask for mask in masks] or [1] * len(self.layers)
        zs, activations = list[Floats](), [inputs]
        parameters = list(zip(self.layers, self.weights, self.biases, strict=True))
        for (layer, w, b), mask in zip(parameters, [*kept, 1], strict=False):
            zs.append(layer.weighted_inputs(activations[-1], w, b))
            activations.append(f(zs[-1]) * mask)
        delta = COSTS[self.cost].output_error(zs[-1], desired)
        if weights is not None:
            shares = np.asarray(weights, self.dtype) / np.sum(weights)
            delta = delta * (m * shares[:, None]).astype(self.dtype)
        gradient = Gradient([], [])
        for number, (layer, w, b) in reversed(list(enumerate(parameters))):
            a = activations[number]
            sums = layer.nabla(delta, a, w, b)
            gradient.weights.insert(0, sums[0] / m)
            gradient.biases.insert(0, sums[1] / m)
            if number > 0:
                a_error = layer.backward(delta, a, w, b) * kept[number - 1]
                delta = a_error * derivative(zs[number - 1])
        return gradient

    def _inputs(self, x: npt.ArrayLike) -> Floats:
        inputs = np.asarray(x)
        if inputs.ndim not in (1, 2) or inputs.shape[-1] != self.sizes[0]:
            raise InputError(
                f"this network takes inputs of shape (n, {self.sizes[0]}) or ({self.sizes[0]},); "
                f"found {inputs.shape}. For images of a set of digits, use digits.inputs()"
            )
        return np.atleast_2d(inputs).astype(self.dtype, copy=False)

    def _desired(self, y: npt.ArrayLike, n: int) -> Floats:
        y = np.asarray(y)
        if y.shape == (n,) and np.issubdtype(y.dtype, np.integer):
            return one_hot(y, self.sizes[-1], self.dtype)
        if y.shape == (n, self.sizes[-1]):
            return y.astype(self.dtype, copy=False)
        raise InputError(
            f"expected {n} integer labels or desired outputs of shape ({n}, {self.sizes[-1]}); "
            f"found {y.dtype} of shape {y.shape}"
        )
