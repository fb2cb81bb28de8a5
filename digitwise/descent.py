"""Gradient descent on any cost C(v) of any number of variables (Eq. 7 to 15)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.neurons import Floats


def step(v: Floats, gradient: Floats, learning_rate: float) -> None:
    """Take one step in place, v → v′ = v - η∇C (Eq. 15)."""
    v -= learning_rate * gradient


@dataclass(frozen=True)
class Variant:
    """A variant of stochastic gradient descent; the default takes the plain steps of Eq. 20 and 21.

    Attributes
    ----------
    momentum : float in [0, 1)
        μ: every parameter w has a velocity, v → μv - η∇C, and w → w + v.
    nesterov : bool
        Nesterov momentum: w → w + μv - η∇C with the new v, as if the gradient had been taken
        ahead (Sutskever et al. 2013).
    weight_decay : float >= 0
        λ: ∇C becomes ∇C + λw for weights; biases don't decay.
    dropout : float in [0, 1)
        p: each step leaves out each hidden neuron with this probability. Activations of the other
        neurons are multiplied by 1 / (1 - p) (Srivastava et al. 2014).
    """

    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    dropout: float = 0.0


PLAIN = Variant()


def momentum_step(
    v: Floats, velocity: Floats, gradient: Floats, learning_rate: float, variant: Variant
) -> None:
    """Take one step with momentum; change v and its velocity, of the same shape, in place."""
    velocity *= variant.momentum
    velocity -= learning_rate * gradient
    if variant.nesterov:
        v += variant.momentum * velocity - learning_rate * gradient
    else:
        v += velocity


@dataclass(frozen=True)
class Descent:
    """The path of a gradient descent.

    Attributes
    ----------
    path : array of shape (steps + 1, ...)
        Every v, the start first; its shape follows.
    costs : array of shape (steps + 1,)
        C(v) along the path.
    stopped : str
        Reason of the end: "gradient" (‖∇C‖ ≤ tolerance), "steps" (all steps taken) or "diverged"
        (v or C is no longer finite; the path ends at the last finite point).
    """

    path: Floats
    costs: Floats
    stopped: str

    @property
    def v(self) -> Floats:
        """The last point of the path."""
        return np.asarray(self.path[-1])


def descend(
    f: Callable[[Floats], Any],
    grad: Callable[[Floats], Any],
    start: npt.ArrayLike,
    learning_rate: float | Callable[[int], float],
    steps: int = 1000,
    tolerance: float = 1e-9,
    momentum: float = 0.0,
) -> Descent:
    """Minimise C(v) by small steps against its gradient (Eq. 11; Eq. 15 in m variables).

    Descent finds a local minimum, which need not be the global one. It may climb instead if the
    learning rate is above 2/L, where L bounds the curvature.

    >>> valley = descend(lambda v: v @ v, lambda v: 2 * v, [3.0, 4.0], learning_rate=0.1)
    >>> valley.stopped, bool(abs(valley.v).max() < 1e-9)
    ('gradient', True)

    Parameters
    ----------
    f, grad : callables
        C(v), a number, and ∇C(v), an array of v's shape.
    start : array of any shape
        The first v, converted to float64.
    learning_rate : float > 0, or a callable from step number (0, 1, ...) to float
        η, constant or varied.
    steps : int >= 0
        Maximum number of steps.
    tolerance : float >= 0
        Stop when ‖∇C‖ is at most this; ignored with momentum.
    momentum : float in [0, 1)
        μ, see `Variant`. A ball with momentum rolls on where ∇C is 0, so only `steps` ends its
        descent.

    Raises
    ------
    InputError
        If the start is not finite, ∇C differs from v in shape, `steps` is negative, η is not
        positive, or μ is outside [0, 1).
    """
    v = np.array(start, dtype=np.float64)
    if not np.isfinite(v).all():
        raise InputError(f"descent starts from finite numbers; found {start!r}")
    if steps < 0:
        raise InputError(f"steps can't be negative; found {steps}")
    if not 0 <= momentum < 1:
        raise InputError(f"expected a momentum from 0 to below 1; found {momentum}")
    variant, velocity = Variant(momentum), np.zeros_like(v)
    rate = learning_rate if callable(learning_rate) else lambda _: learning_rate
    path, costs, stopped = [v.copy()], [float(f(v))], "steps"
    with np.errstate(over="ignore", invalid="ignore"):
        for number in range(steps):
            gradient = np.asarray(grad(v), dtype=np.float64)
            if gradient.shape != v.shape:
                raise InputError(
                    f"the gradient must have the shape of v, {v.shape}; found {gradient.shape}"
                )
            if not momentum and np.linalg.norm(gradient) <= tolerance:
                stopped = "gradient"
                break
            eta = rate(number)
            if not eta > 0:
                raise InputError(f"the learning rate must be positive; found {eta}")
            if momentum:
                momentum_step(v, velocity, gradient, eta, variant)
            else:
                step(v, gradient, eta)
            cost = float(f(v))
            if not (np.isfinite(v).all() and np.isfinite(cost)):
                stopped = "diverged"
                break
            path.append(v.copy())
            costs.append(cost)
    return Descent(np.array(path), np.array(costs), stopped)
