"""Layers of a network: `Layer`, the interface of every kind, and `Full`, the ordinary layer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index
from typing import Protocol, TypeGuard

from digitwise.errors import InputError
from digitwise.neurons import Floats


class Layer(Protocol):
    """A layer at its place in a network; the network holds its weights w and biases b.

    The layer's input a has shape (n, n_in). Its weighted inputs z and its errors δ = ∂C_x/∂z have
    shape (n, n_out).
    """

    @property
    def n_in(self) -> int:
        """Number of neurons in the layer before."""

    @property
    def n_out(self) -> int:
        """Number of neurons in this layer."""

    @property
    def weight_shape(self) -> tuple[int, int]:
        """Shape of w: sets of weights, inputs of each neuron."""

    def after(self, before: "int | Layer") -> "Layer":
        """Return the same kind of layer, placed after another layer or after n inputs."""

    def weighted_inputs(self, a: Floats, w: Floats, b: Floats) -> Floats:
        """Return z of every neuron, (n, n_out), for the activations a of the layer before."""

    def nabla(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Return ∂C_x/∂w and ∂C_x/∂b, summed over the examples."""

    def backward(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:
        """Return ∂C_x/∂a of every neuron in the layer before, (n, n_in)."""


class Shared(Layer, Protocol):
    """A layer of maps whose neurons share weights: `digitwise.convolution.Convolution`."""

    maps: int
    patch: int
    pool: int
    picture: tuple[int, int, int]

    @property
    def maps_shape(self) -> tuple[int, int, int]:
        """Height and width of a map, and number of maps."""


@dataclass(frozen=True)
class Full:
    """A full layer: each neuron is fed by all neurons of the layer before."""

    n_in: int
    n_out: int

    @property
    def weight_shape(self) -> tuple[int, int]:
        """See `Layer`."""
        return self.n_out, self.n_in

    def after(self, before: int | Layer) -> "Full":
        """See `Layer`."""
        return Full(_count(before), self.n_out)

    def weighted_inputs(self, a: Floats, w: Floats, b: Floats) -> Floats:
        """Return z = w·a + b."""
        return a @ w.T + b

    def nabla(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> tuple[Floats, Floats]:  # noqa: ARG002
        """Return ∂C_x/∂w = δ aᵀ and ∂C_x/∂b = δ, summed over the examples."""
        return delta.T @ a, delta.sum(axis=0)

    def backward(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:  # noqa: ARG002
        """Return ∂C_x/∂a = wᵀ δ."""
        return delta @ w

    def __str__(self) -> str:
        """Return the number of neurons, as people type a full layer."""
        return str(self.n_out)


def place_layers(sizes: Sequence[int | Layer]) -> list[Layer]:
    """Return the layers of a network, without the inputs; a number becomes a full layer.

    Raises
    ------
    InputError
        If there are fewer than two sizes, a layer doesn't fit the one before, or the last layer
        isn't full.
    """
    try:
        first, *others = [size if hasattr(size, "after") else index(size) for size in sizes]
    except (TypeError, ValueError) as error:
        raise InputError(
            f"expected sizes of a network: neurons of two layers or more; found {sizes!r:.100}"
        ) from error
    layers: list[Layer] = []
    for size in others:
        before = layers[-1] if layers else first
        layers.append(Full(0, size).after(before) if isinstance(size, int) else size.after(before))
    if not layers or not isinstance(first, int) or min(layer.n_out for layer in layers) < 1:
        raise InputError(f"a network needs two layers or more of 1+ neurons; found {_texts(sizes)}")
    if is_shared(layers[-1]):
        raise InputError(f"expected a full layer of outputs at the end; found {_texts(sizes)}")
    return layers


def is_shared(layer: Layer | None) -> TypeGuard[Shared]:
    """Tell whether the layer's neurons share weights; they do in every layer that isn't full."""
    return layer is not None and not isinstance(layer, Full)


def shared_count(layers: Sequence[Layer]) -> int:
    """Count the layers with shared weights; they come first, full layers after them."""
    return sum(map(is_shared, layers))


def count_parameters(sizes: Sequence[int | Layer]) -> int:
    """Count the weights and biases that a network of these sizes would have."""
    shapes = [layer.weight_shape for layer in place_layers(sizes)]
    return sum((n_in + 1) * n_out for n_out, n_in in shapes)


def _count(before: int | Layer) -> int:
    return before if isinstance(before, int) else before.n_out


def _texts(sizes: Iterable[int | Layer]) -> str:
    return f"[{', '.join(map(str, sizes))}]"
