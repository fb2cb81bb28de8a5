"""How this package's kernels are compiled: once a machine, kept on disk, without Python's lock."""

from numba import njit

NO_EXCEPTIONS = {"error_model": "numpy"}  # a division that may raise is a branch: no vectors

kernel = njit(cache=True, nogil=True, **NO_EXCEPTIONS)
# Sums in whatever order is fastest, on numbers that are all finite: the same on every run, though.
loose_kernel = njit(
    cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz", "nnan"}, **NO_EXCEPTIONS
)
