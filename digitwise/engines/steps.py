"""Compiled passes over all parameters: momentum and weight decay, for both compiled engines.

All arrays are flat and change in place; `rates` is `codes.Rates`.
"""

from digitwise.compiled import kernel


@kernel
def prepare(parameters, velocities, weight_count, rates):
    """What of a step with momentum doesn't depend on the gradient; decay for the first ones only.

    v → momentum·v - decay·w, and w → w - back·(v before).
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
    """w → w + reach·v."""
    for i in range(len(parameters)):
        parameters[i] += rates.reach * velocities[i]


@kernel
def shrink(parameters, decay):
    """w → w - decay·w."""
    for i in range(len(parameters)):
        parameters[i] -= decay * parameters[i]
