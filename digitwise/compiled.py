"""Compilation of the package's kernels: kept on disk, run without Python's global lock."""

from collections.abc import Callable
from typing import Any

from numba import njit

from digitwise.interrupts import undisturbed
from digitwise.kernel_cache import KernelCache

# A division that may raise an exception is a branch, which prevents vector instructions.
NO_EXCEPTIONS = {"error_model": "numpy"}


def kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Return a function that Numba compiles at its first call with a signature, and keeps on disk.

    `options` are those of `numba.njit`.
    """
    compiled = njit(nogil=True, **NO_EXCEPTIONS, **options)(function)
    compiled._cache = KernelCache(function)
    compile_for_args = compiled._compile_for_args

    def compile_undisturbed(*arguments: Any, **named: Any) -> Any:
        with undisturbed():  # LLVM can't be interrupted by an exception of Python's
            return compile_for_args(*arguments, **named)

    compiled._compile_for_args = compile_undisturbed
    return compiled


def finite_kernel(function: Callable[..., Any]) -> Any:
    """Return a kernel for arguments without NaN, which finds a maximum faster.

    Sums are not reordered, and products are not fused with sums. Otherwise results could differ
    between the process that compiles a kernel and processes that load it from disk.
    """
    return kernel(function, fastmath={"nsz", "nnan"})
