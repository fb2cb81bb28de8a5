"""Layers: how the neurons of a layer are fed by the layer before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index
from typing import Protocol, TypeGuard

from digitwise.errors import InputError
from digitwise.neurons import Floats


class Layer(Protocol):
    """A layer at its place in a network; its weights w and biases b are kept by the network.

    Activations have shape (n, n_in), weighted inputs z and errors δ = ∂C_x/∂z shape (n, n_out).
    """

    @property
    def n_in(self) -> int:
        """Neurons of the layer before."""

    @property
    def n_out(self) -> int:
        """Neurons of this layer."""

    @property
    def weight_shape(self) -> tuple[int, int]:
        """Shape of w: how many neurons have weights of their own, and how many inputs each has."""

    def after(self, before: "int | Layer") -> "Layer":
        """Return the same layer at another place: after a layer, or after so many inputs."""

    def weighted_inputs(self, a: Floats, w: Floats, b: Floats) -> Floats:
        """z of every neuron for activations a of the layer before."""

    def nabla(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> tuple[Floats, Floats]:
        """∂C_x/∂w and ∂C_x/∂b, summed over the examples."""

    def backward(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:
        """∂C_x/∂a of every neuron of the layer before."""


class Shared(Layer, Protocol):
    """A layer of maps, whose neurons share weights: `digitwise.convolution.Convolution`."""

    maps: int
    patch: int
    pool: int
    picture: tuple[int, int, int]

    @property
    def maps_shape(self) -> tuple[int, int, int]:
        """Height and width of a map, and how many there are."""


@dataclass(frozen=True)
class Full:
    """Each neuron is fed by all neurons of the layer before."""

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
        """z = w·a + b."""
        return a @ w.T + b

    def nabla(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> tuple[Floats, Floats]:  # noqa: ARG002
        """∂C_x/∂w = δ aᵀ and ∂C_x/∂b = δ, summed."""
        return delta.T @ a, delta.sum(axis=0)

    def backward(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:  # noqa: ARG002
        """∂C_x/∂a = wᵀ δ."""
        return delta @ w

    def __str__(self) -> str:
        """As people type it."""
        return str(self.n_out)


def place_layers(sizes: Sequence[int | Layer]) -> list[Layer]:
    """Return the layers of a network; a number is a full layer, the first one that of inputs.

    Raises
    ------
    InputError
        If there are fewer than two, a layer doesn't fit the one before, or the last isn't full.
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
    """Whether a layer's neurons share weights: any that isn't full has such neurons."""
    return layer is not None and not isinstance(layer, Full)


def shared_count(layers: Sequence[Layer]) -> int:
    """How many layers with shared weights a network begins with: all others are full."""
    return sum(map(is_shared, layers))


def count_parameters(sizes: Sequence[int | Layer]) -> int:
    """How many weights and biases layers of these sizes have, before any are made."""
    shapes = [layer.weight_shape for layer in place_layers(sizes)]
    return sum((n_in + 1) * n_out for n_out, n_in in shapes)


def _count(before: int | Layer) -> int:
    return before if isinstance(before, int) else before.n_out


def _texts(sizes: Iterable[int | Layer]) -> str:
    return f"[{', '.join(map(str, sizes))}]"
