"""Picks the implementation, once.

The environment variable SKNORM_KERNELS decides at import: unset takes the compiled core
where it was built, `generic` forces NumPy, `compiled` makes a missing core an error.
"""

import os
from importlib import import_module
from types import ModuleType

from sknorm._kernels import _generic
from sknorm._kernels._generic import (
    BLOCK_SIZE,
    INPUT_INFINITE,
    OUTPUT_INFINITE,
    SUSPECT,
    Floats,
    RealMatrix,
    blocks,
    column_moments,
    row_blocks,
    row_moments,
    two_sum,
)
from sknorm._kernels._threads import flags_in_threads, n_threads
from sknorm._kernels._whole import (
    Choice,
    map_matrix,
    matrix_moments,
    normalise_rows,
    normalise_windows,
)

__all__ = [
    "BLOCK_SIZE",
    "IMPLEMENTATION",
    "INPUT_INFINITE",
    "OUTPUT_INFINITE",
    "SUSPECT",
    "Choice",
    "Floats",
    "RealMatrix",
    "affine",
    "affine_inverse",
    "blocks",
    "column_moments",
    "core",
    "flags_in_threads",
    "matrix_moments",
    "n_threads",
    "normalise_rows",
    "normalise_windows",
    "row_blocks",
    "row_moments",
    "two_sum",
]


def _choose(requested: str) -> ModuleType:
    if requested not in ("", "generic", "compiled"):
        raise ImportError(
            "The environment variable SKNORM_KERNELS must be 'generic', 'compiled' or "
            f"unset. Got {requested!r} instead."
        )
    if requested == "generic":
        return _generic
    try:
        # Not `from sknorm._kernels import _core`: there a module that is missing and
        # one that cannot be loaded raise the same error.
        return import_module("sknorm._kernels._core")
    except ModuleNotFoundError as error:
        if requested == "compiled":
            raise ImportError(
                "SKNORM_KERNELS=compiled, but sknorm._kernels._core does not exist in "
                f"{os.path.dirname(__file__)}. Did you forget to build? Install with "
                "a C compiler at hand (pip install .), or unset SKNORM_KERNELS."
            ) from error
        return _generic


_chosen = _choose(os.environ.get("SKNORM_KERNELS", ""))
IMPLEMENTATION = "generic" if _chosen is _generic else "compiled"


def core() -> ModuleType | None:
    """Return the compiled core where it is in use."""
    return None if _chosen is _generic else _chosen


def affine(
    X: RealMatrix,
    shift: Floats,
    delta: Floats | None,
    scale: Floats,
    out: RealMatrix,
    n_jobs: int | None = 1,
) -> int:
    """Write ((X - shift) - delta) / scale to `out`; see `_generic.affine`."""
    return map_matrix(_chosen, "affine", X, (shift, delta, scale), out, n_jobs)


def affine_inverse(
    Z: RealMatrix,
    shift: Floats,
    delta: Floats | None,
    scale: Floats,
    out: RealMatrix,
    n_jobs: int | None = 1,
) -> int:
    """Write (Z * scale + delta) + shift to `out`; see `_generic.affine_inverse`."""
    return map_matrix(_chosen, "affine_inverse", Z, (shift, delta, scale), out, n_jobs)
