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
    Floats,
    RealMatrix,
    blocks,
    column_moments,
    row_blocks,
    row_moments,
    two_sum,
)

__all__ = [
    "BLOCK_SIZE",
    "IMPLEMENTATION",
    "INPUT_INFINITE",
    "OUTPUT_INFINITE",
    "Floats",
    "RealMatrix",
    "affine",
    "affine_inverse",
    "blocks",
    "column_moments",
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


def affine(
    X: RealMatrix, shift: Floats, delta: Floats, scale: Floats, out: RealMatrix
) -> int:
    """Write ((X - shift) - delta) / scale to `out`; see `_generic.affine`."""
    return int(_for_layout(X, shift, out).affine(X, shift, delta, scale, out))


def affine_inverse(
    Z: RealMatrix, shift: Floats, delta: Floats, scale: Floats, out: RealMatrix
) -> int:
    """Write (Z * scale + delta) + shift to `out`; see `_generic.affine_inverse`."""
    return int(_for_layout(Z, shift, out).affine_inverse(Z, shift, delta, scale, out))


def _for_layout(X: RealMatrix, shift: Floats, out: RealMatrix) -> ModuleType:
    """Return the chosen module, or the generic one for what the core does not do."""
    contiguous = X.flags.c_contiguous and out.flags.c_contiguous
    return _chosen if contiguous and shift.ndim == 1 else _generic
