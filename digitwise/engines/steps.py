"""Kernels of momentum and weight decay over all parameters, for the compiled engines.

All arrays are flat and change in place; `rates` is a `codes.Rates`.
"""

from digitwise.compiled import kernel


@kernel
def prepare(parameters, velocities, weight_count, rates):
    """Apply the part of a step with momentum that doesn't depend on the gradient.

    v → momentum·v - decay·w, and w → w - back·(old v). Only the first `weight_count` parameters
    decay.
    """
    nothing = rates.decay * 0
    for part in range(2):
        first, last = (0, weight_count) if part == 0 else (weight_count, len(parameters))
        w, v = parameters[first:last], velocities[first:last]
        decay = rates.decay if part == 0 else nothing
        for i in range(len(w)):
            velocity, parameter = v[i], w[i]
            v[i] = rates.momentum * velocity - decay * parameter
            w[i] = parameter - rates.back * velocity


@kernel
def advance(parameters, velocities, rates):
    """Apply w → w + reach·v."""
    for i in range(len(parameters)):
        parameters[i] += rates.reach * velocities[i]


@kernel
def shrink(parameters, decay):
    """Apply w → w - decay·w."""
    for i in range(len(parameters)):
        parameters[i] -= decay * parameters[i]
