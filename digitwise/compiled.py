"""How this package's kernels are compiled: once a machine, kept on disk, without Python's lock."""

from collections.abc import Callable
from typing import Any

from numba import njit

from digitwise.kernel_cache import KernelCache

NO_EXCEPTIONS = {"error_model": "numpy"}  # a division that may raise is a branch: no vectors


def kernel(function: Callable[..., Any], **options: Any) -> Any:
    """Compile a function when it is called, once for each signature, and keep that."""
    compiled = njit(nogil=True, **NO_EXCEPTIONS, **options)(function)
    compiled._cache = KernelCache(function)
    return compiled


def finite_kernel(function: Callable[..., Any]) -> Any:
    """The same for numbers that are all finite: the largest of many is found faster.

    Sums stay in order, and products are not fused with them: what a kernel computes must not
    depend on how it was compiled, which differs between the process that compiles it and those
    that load it from disk.
    """
    return kernel(function, fastmath={"nsz", "nnan"})
