"""Counter-based random numbers: each is a pure function of (seed, index, number).

There is no state: the billionth example of an endless set costs as much as the first, and is the
same on every worker.
"""

import numpy as np

from digitwise.compiled import kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # increment of SplitMix64: 2⁶⁴ over the golden ratio
# Factors of SplitMix64's finaliser.
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
BITS_30, BITS_27, BITS_31, BITS_40 = (np.uint64(n) for n in (30, 27, 31, 40))
UNIT = np.float32(2.0**-24)  # factor that makes 24 random bits a number in [0, 1)

# Numbers by which an example's random numbers are asked for.
(
    ROTATION, SLANT, ASPECT, ELASTIC, PHASE_Y, PHASE_X, THICKNESS, FRACTION_Y, FRACTION_X, SHIFT_Y,
    SHIFT_X, SCALE, CELL, CELL_Y, CELL_X, CONTRAST, NOISE, NON_DIGIT, OTHER, FORM, WHICH,
    FORM_WIDTH, KIND, SIDE_OF, CUT, LETTER, WIDTH, COUNT, SLOPE, GAP, TALL, PEN, PEN_WIDTH,
    PEN_EDGE, PEN_PRESSURE, PEN_WAVES, PEN_PHASE, PEN_NIB, PEN_ANGLE, PEN_PALING, STRETCH,
    STRETCHED,
) = range(42)  # fmt: skip
VECTORS = 64  # first of 128: elastic deformation
POINTS = 250  # first of the points of strokes and smudges
GRAIN = 1000  # first of 784: noise


@kernel
def mix(x):
    """Mix 64 bits bijectively: the finaliser of SplitMix64 (Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> BITS_30)) * FIRST
    x = (x ^ (x >> BITS_27)) * SECOND
    return x ^ (x >> BITS_31)


@kernel
def key_of(seed, index):
    """Return the key of an example, uint64, from which its random numbers are derived."""
    return mix(mix(np.uint64(seed) + GOLDEN) + np.uint64(index) * GOLDEN)


@kernel
def uniform(key, number):
    """Return random number `number` of an example, float32 in [0, 1)."""
    return np.float32(mix(key + np.uint64(number) * GOLDEN) >> BITS_40) * UNIT


@kernel
def spread(key, number):
    """Return random number `number` of an example, float32 in [-1, 1)."""
    return np.float32(2) * uniform(key, number) - np.float32(1)
