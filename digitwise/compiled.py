"""How this package's kernels are compiled: once a machine, kept on disk, without Python's lock."""

from numba import njit

NO_EXCEPTIONS = {"error_model": "numpy"}  # a division that may raise is a branch: no vectors

kernel = njit(cache=True, nogil=True, **NO_EXCEPTIONS)
# For numbers that are all finite: the largest of many is found faster. Sums stay in order, and
# products are not fused with them: what a kernel computes must not depend on how it was compiled,
# which differs between the process that compiles it and those that load it from disk.
finite_kernel = njit(cache=True, nogil=True, fastmath={"nsz", "nnan"}, **NO_EXCEPTIONS)
