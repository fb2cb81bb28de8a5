"""How this package's kernels are compiled: once a machine, kept on disk, without Python's lock."""

from numba import njit

NO_EXCEPTIONS = {"error_model": "numpy"}  # a division that may raise is a branch: no vectors

kernel = njit(cache=True, nogil=True, **NO_EXCEPTIONS)
