"""A feedforward network of sigmoid neurons, and backpropagation.

This is the reference: every faster engine is tested against it. Arrays of examples have shape
(n, features) throughout; weights[l] has shape (n_out, n_in), biases[l] shape (n_out,), where
layer l + 1 receives from layer l and layer 0 is the input.
"""

from collections.abc import Sequence
from itertools import pairwise
from operator import index
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.costs import COSTS
from digitwise.errors import InputError
from digitwise.neurons import ACTIVATIONS, Floats, sigmoid
from digitwise.settings import DEFAULTS

INITS = ("gaussian", "scaled", "he")
Masks = Sequence[Floats]


class Gradient(NamedTuple):
    """∇C: ∂C/∂w and ∂C/∂b of every layer, in the shapes of `weights` and `biases`."""

    weights: list[Floats]
    biases: list[Floats]


class Network:
    """Layers of neurons, each fed by all neurons of the layer before.

    The output layer consists of sigmoid neurons, so that outputs lie in [0, 1] and can be
    compared with the desired y(x); `activation` is that of the hidden layers.

    >>> net = Network([784, 30, 10], rng=0)
    >>> net.feedforward(np.zeros((5, 784))).shape, net.parameter_count
    ((5, 10), 23860)

    Parameters
    ----------
    sizes : sequence of int
        Neurons per layer, input first; at least two layers.
    activation : {"sigmoid", "tanh", "relu"}
        f of the hidden layers, a = f(w·x + b).
    cost : {"quadratic", "cross-entropy"}
        The cost that `gradient` differentiates.
    init : {"gaussian", "scaled", "he"}
        Weights start as N(0, 1), as in the chapter, or as N(0, 1)/√fan-in, which keeps neurons
        from starting saturated; biases as N(0, 1). "he" is for relu: hidden layers start with
        √2 N(0, 1)/√fan-in, all biases with 0 (He et al. 2015).
    rng : int or numpy.random.Generator
        Seed or source of the random start.
    dtype : float64 or float32
        Of parameters and of all arithmetic.

    Raises
    ------
    InputError
        If sizes are not at least two positive integers, or a name is not one of those above.
    """

    trained_on: str | None = None  # for people; `fit` and `load_model` say it

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activation: str = DEFAULTS.activation,
        cost: str = DEFAULTS.cost,
        init: str = DEFAULTS.init,
        rng: int | np.random.Generator = 0,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        try:
            self.sizes = [index(size) for size in sizes]
            self.dtype: np.dtype[Any] = np.dtype(dtype)
            rng = np.random.default_rng(rng)
        except (TypeError, ValueError) as error:
            raise InputError(f"expected sizes, rng and dtype of a network; {error}") from error
        self.activation = _one_of("activation", activation, ACTIVATIONS)
        self.cost = _one_of("cost", cost, COSTS)
        self.init = _one_of("init", init, INITS)
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise InputError(f"a network needs two layers or more of 1+ neurons; found {sizes}")
        if self.dtype not in (np.float32, np.float64):
            raise InputError(f"dtype must be float32 or float64; found {self.dtype}")
        self.weights: list[Floats] = []
        self.biases: list[Floats] = []
        for layer, (n_in, n_out) in enumerate(pairwise(self.sizes), 2):
            gain = np.sqrt(2) if init == "he" and layer < len(self.sizes) else 1.0
            scale = 1.0 if init == "gaussian" else gain / np.sqrt(n_in)
            # Drawn in float64 always, so that both dtypes begin at the same start.
            self.weights.append((scale * rng.standard_normal((n_out, n_in))).astype(self.dtype))
            self.biases.append(((init != "he") * rng.standard_normal(n_out)).astype(self.dtype))

    @property
    def parameter_count(self) -> int:
        """How many weights and biases there are."""
        return sum(p.size for p in (*self.weights, *self.biases))

    def feedforward(self, x: npt.ArrayLike) -> Floats:
        """Return the outputs in [0, 1] for inputs x: (n, n_in) → (n, n_out), (n_in,) → (n_out,)."""
        outputs = sigmoid(self.weighted_outputs(x))
        return outputs if np.ndim(x) == 2 else outputs[0]

    def weighted_outputs(self, x: npt.ArrayLike) -> Floats:
        """Weighted inputs z = w·a + b of the output layer, before its sigmoid, (n, n_out)."""
        f = ACTIVATIONS[self.activation].function
        a = self._inputs(x)
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            a = f(a @ w.T + b)
        return np.asarray(a @ self.weights[-1].T + self.biases[-1])

    def predict(self, x: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Index of the largest output (of its z, which rounds less), (n,); of equals the first."""
        return np.asarray(self.weighted_outputs(x).argmax(axis=-1))

    def costs(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Floats:
        """C_x of every example, shape (n,); their mean is C (Eq. 6 for the quadratic cost)."""
        z = self.weighted_outputs(x)
        return COSTS[self.cost].value(z, self._desired(y, len(z)))

    def gradient(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        masks: Masks = (),
        weights: npt.ArrayLike | None = None,
    ) -> Gradient:
        """∇C = (1/m) Σₓ ∇C_x over the m examples of a mini-batch, by backpropagation.

        The error δ = ∂C_x/∂z of each layer follows from that of the layer after it,
        δˡ = (δˡ⁺¹ wˡ⁺¹) ⊙ f′(zˡ); then ∂C_x/∂w = δ aᵀ, with a the layer's input, and ∂C_x/∂b = δ.

        Parameters
        ----------
        x : array of shape (m, n_in)
        y : array of shape (m,) or (m, n_out)
            Labels, integers, or desired outputs.
        masks : an array (m, n) for each hidden layer: factors of its activations (dropout)
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
        zs, activations = list[Floats](), list[Floats]()
        a = inputs
        for w, b in zip(self.weights, self.biases, strict=True):
            activations.append(a)
            zs.append(a @ w.T + b)
            a = f(zs[-1])
            a = a * masks[len(zs) - 1] if len(zs) <= len(masks) else a
        delta = COSTS[self.cost].output_error(zs[-1], desired)
        if weights is not None:
            shares = np.asarray(weights, self.dtype) / np.sum(weights)
            delta = delta * (m * shares[:, None]).astype(self.dtype)
        gradient = Gradient([], [])
        for layer in reversed(range(len(self.weights))):
            gradient.weights.insert(0, delta.T @ activations[layer] / m)
            gradient.biases.insert(0, delta.sum(axis=0) / m)
            if layer > 0:
                delta = (delta @ self.weights[layer]) * derivative(zs[layer - 1])
                delta = delta * masks[layer - 1] if masks else delta
        return gradient

    def summary(self) -> str:
        """Layers, activations, weights and parameters as a table of text."""
        from digitwise.display.network import summarise

        return summarise(self)

    def show_weights(self, layer: int = 0, neurons: int = 30) -> Any:
        """Return a PIL image of a layer's weights: white is 0, purple above, orange below.

        Of 784 inputs, each of the first neurons' weights are a tile of 28×28; else a row of pixels.
        """
        from digitwise.display.weights import show_weights

        return show_weights(self, layer, neurons)

    def __repr__(self) -> str:
        """Show layers, activation, cost and parameters."""
        from digitwise.display.network import describe

        return describe(self)

    def _repr_html_(self) -> str:
        from digitwise.display.network import as_html

        return as_html(self)

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


def one_hot(labels: npt.ArrayLike, n: int, dtype: npt.DTypeLike = np.float64) -> Floats:
    """y(x): 1 at the label, 0 elsewhere; labels (m,) in 0..n → (m, n), of n, "none of them", all 0.

    Raises
    ------
    InputError
        If a label is outside the range.
    """
    labels = np.asarray(labels)
    if labels.size and not (labels.min() >= 0 and labels.max() <= n):
        raise InputError(f"labels must lie in 0..{n}; found {labels.min()}..{labels.max()}")
    return np.asarray(np.equal.outer(labels, np.arange(n)), dtype)


def _one_of(what: str, name: str, known: Any) -> str:
    if not isinstance(name, str) or name not in known:
        raise InputError(f"unknown {what} {name!r}; expected one of: {', '.join(known)}")
    return name
