"""Exponential, sigmoid and tanh for Numba kernels, in float32 and float64, without call or branch.

LLVM turns a loop over them into vector instructions. The C library's exponential would be a call
for every number.

eˣ = 2ⁿ eʳ with n = round(x / ln 2), so that |r| <= ½ ln 2. The Taylor series of eʳ ends where the
remainder is smaller than the rounding of the type.
"""

from math import factorial

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from digitwise.compiled import NO_EXCEPTIONS

# ln 2 as a sum of two parts; n times the first part is exact for every possible n.
LN2_HIGH, LN2_LOW = 0.693359375, -2.1219444005469057e-4
LN2_HIGH_64, LN2_LOW_64 = 6.93145751953125e-1, 1.4286068203094172e-6


@intrinsic
def power_of_two(_context, rounded):
    """Return 2ⁿ, from a number whose last bits hold the integer n."""
    bits, fraction, bias = (32, 23, 127) if rounded == types.float32 else (64, 52, 1023)
    integer = ir.IntType(bits)

    def code(_context, builder, _signature, arguments):
        exponent = builder.shl(builder.bitcast(arguments[0], integer), integer(fraction))
        one = integer(bias << fraction)
        return builder.bitcast(builder.add(exponent, one), arguments[0].type)

    return rounded(rounded), code


def exp(x: float) -> float:
    """Return eˣ, exact to the rounding of x's type; the result is clipped to normal numbers."""
    raise NotImplementedError("for compiled kernels only")


@overload(exp, jit_options=NO_EXCEPTIONS)
def _exp(x):
    real = np.float32 if x == types.float32 else np.float64
    single = real is np.float32
    least, most = (real(-87), real(88)) if single else (real(-708), real(709))
    per_ln2 = real(1 / np.log(2))
    # Adding this number pushes the fraction bits out, and so rounds to an integer.
    shifter = real(1.5 * 2.0 ** (23 if single else 52))
    high, low = (real(v) for v in ((LN2_HIGH, LN2_LOW) if single else (LN2_HIGH_64, LN2_LOW_64)))
    c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 = (
        real(1 / factorial(k)) for k in range(14)
    )

    def with_7_terms(x):
        x = min(max(x, least), most)
        rounded = x * per_ln2 + shifter
        n = rounded - shifter
        r = (x - n * high) - n * low
        series = c4 + r * (c5 + r * (c6 + r * c7))
        series = c0 + r * (c1 + r * (c2 + r * (c3 + r * series)))
        return series * power_of_two(rounded)

    def with_13_terms(x):
        x = min(max(x, least), most)
        rounded = x * per_ln2 + shifter
        n = rounded - shifter
        r = (x - n * high) - n * low
        series = c8 + r * (c9 + r * (c10 + r * (c11 + r * (c12 + r * c13))))
        series = c4 + r * (c5 + r * (c6 + r * (c7 + r * series)))
        series = c0 + r * (c1 + r * (c2 + r * (c3 + r * series)))
        return series * power_of_two(rounded)

    return with_7_terms if single else with_13_terms


def sigmoid(z: float) -> float:
    """Return σ(z) = 1 / (1 + e⁻ᶻ) (Eq. 3)."""
    raise NotImplementedError("for compiled kernels only")


@overload(sigmoid, jit_options=NO_EXCEPTIONS)
def _sigmoid(z):
    one = np.float32(1) if z == types.float32 else np.float64(1)
    return lambda z: one / (one + exp(-z))


def tanh(z: float) -> float:
    """Return tanh z = 2σ(2z) - 1, exact to the rounding of 1."""
    raise NotImplementedError("for compiled kernels only")


@overload(tanh, jit_options=NO_EXCEPTIONS)
def _tanh(z):
    one = np.float32(1) if z == types.float32 else np.float64(1)

    def doubled(z):
        a = sigmoid(z + z)
        return a + a - one

    return doubled
