"""The formulas in plain vectorised NumPy: oracle of the compiled core, and fallback.

Clean float arrays in, float arrays out; callers have validated. Everything is computed
in float64, in blocks that stay in cache, and rounded once on store.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RealMatrix = NDArray[np.float64] | NDArray[np.float32]
Part = Callable[[Floats], Floats]

# What a kernel met. SUSPECT: statistics may not fit, or may have lost digits.
INPUT_INFINITE, OUTPUT_INFINITE, SUSPECT = 1, 2, 4

# Values of a block: 1 MB of float64, so that a block and its temporaries stay in L2.
BLOCK_SIZE = 2**17
# Columns of a block, and the length of the rows that narrow blocks are folded into:
# NumPy adds rows of 1024 values ten times faster than rows of 10.
BLOCK_COLUMNS = 1024


def blocks(n_rows: int, n_columns: int) -> Iterator[tuple[slice, list[slice]]]:
    """Partition a matrix: slices of columns, each with its slices of rows.

    The partition depends on the shape only, so that results do too.
    """
    width = max(1, min(n_columns, BLOCK_COLUMNS))
    rows = row_blocks(n_rows, width)
    for j in range(0, n_columns, width):
        yield slice(j, min(j + width, n_columns)), rows


def row_blocks(n_rows: int, n_columns: int) -> list[slice]:
    """Return slices of whole rows, each of at most a block's size or of one row."""
    height = max(1, BLOCK_SIZE // max(1, n_columns))
    return [slice(i, min(i + height, n_rows)) for i in range(0, n_rows, height)]


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return fl(a + b) and the rounding error of that sum, exactly (Knuth)."""
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


def affine(
    X: RealMatrix,
    shift: Floats,
    delta: Floats | None,
    scale: Floats,
    out: RealMatrix,
) -> int:
    """Write ((X - shift) - delta) / scale to `out` (X itself is allowed).

    Parameters
    ----------
    X, out : ndarray of shape (n_rows, n_columns), both float64 or both float32
    shift, delta, scale : ndarray, float64
        Of one shape, (n_columns,), or two-dimensional and broadcastable to the shape of
        X. A delta of None is 0.

    Returns
    -------
    int
        INPUT_INFINITE if X holds an infinity, OUTPUT_INFINITE if `out` does.
    """

    def formula(block: RealMatrix, part: Part) -> Floats:
        z = np.subtract(block, part(shift), dtype=np.float64)
        if delta is not None:
            z -= part(delta)
        z /= part(scale)
        return z

    return _map_blocks(formula, X, out)


def affine_inverse(
    Z: RealMatrix,
    shift: Floats,
    delta: Floats | None,
    scale: Floats,
    out: RealMatrix,
) -> int:
    """Write (Z * scale + delta) + shift to `out`: the inverse of `affine`."""

    def formula(block: RealMatrix, part: Part) -> Floats:
        x = np.multiply(block, part(scale), dtype=np.float64)
        if delta is not None:
            x += part(delta)
        x += part(shift)
        return x

    return _map_blocks(formula, Z, out)


def _map_blocks(
    formula: Callable[[RealMatrix, Part], Floats], X: RealMatrix, out: RealMatrix
) -> int:
    """Write formula(block, its part of statistics) to `out`; return the flags."""
    flags = 0
    with np.errstate(all="ignore"):
        for columns, slices_of_rows in blocks(*X.shape):
            for rows in slices_of_rows:
                block = X[rows, columns]
                if np.isinf(block).any():  # before `out`, which may be X
                    flags |= INPUT_INFINITE
                out[rows, columns] = formula(block, partial(_part, rows, columns))
                if np.isinf(out[rows, columns]).any():
                    flags |= OUTPUT_INFINITE
    return flags


def _part(rows: slice, columns: slice, statistic: Floats) -> Floats:
    """Return the part of a statistic that belongs to a block."""
    if statistic.ndim == 1:
        return statistic[columns]
    return statistic[
        rows if statistic.shape[0] > 1 else slice(None),
        columns if statistic.shape[1] > 1 else slice(None),
    ]


def column_moments(X: RealMatrix, weight: Floats | None = None) -> tuple[Floats, ...]:
    """Return count, shift, delta, m2, min, max and sum_w2 of each column of a block.

    The corrected two-pass algorithm (Chan, Golub and LeVeque, 1983): with d the
    distances to the mean of a first pass, M2 = sum d**2 - (sum d)**2 / n, and sum d / n
    is what that mean lacks. Nothing outside the column enters its sums. A constant
    gives exactly 0: its d are a few units in the last place, whose sums are exact.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        NaN counts as absent, infinities as present.
    weight : ndarray of shape (n_rows, n_columns), default=None
        Positive weights.

    Returns
    -------
    tuple of seven ndarrays of shape (n_columns,), float64
        The fields of `Moments`.

    Notes
    -----
    One pass about a member c of the column would do, M2 = S2 - S1**2 / n, but
    cancellation costs a factor of (c - mean)**2 / var. With a second pass only where
    that exceeds 64, which keeps z right to 1e-12, a change of unit moved z by twice
    what the law in test_laws.py allows, and the fit was no faster: both passes are over
    a block in cache.
    """
    return _moments(X, weight, _reduce)


def row_moments(X: RealMatrix, weight: Floats | None = None) -> tuple[Floats, ...]:
    """Return the fields of `Moments` for the values along the last axis of X.

    The algorithm of `column_moments`. NumPy adds along a contiguous axis in pairs, in
    an order that depends on its length only: a row alone is the row in a batch.

    Parameters
    ----------
    X : ndarray of shape (..., n_values)
        NaN counts as absent, infinities as present.
    weight : ndarray, default=None
        Positive weights, broadcastable to the shape of X.

    Returns
    -------
    tuple of seven ndarrays of shape (...,), float64
    """

    def reduce(ufunc: np.ufunc, block: NDArray[Any]) -> Floats:
        return np.asarray(ufunc.reduce(block, axis=-1, keepdims=True))

    return tuple(field[..., 0] for field in _moments(X, weight, reduce))


def _moments(
    X: RealMatrix, weight: Floats | None, reduce: Callable[[np.ufunc, Any], Floats]
) -> tuple[Floats, ...]:
    """Return the moments of the values that `reduce` takes together.

    What `reduce` returns must broadcast against the block.
    """
    block = np.ascontiguousarray(X, dtype=np.float64)
    present = ~np.isnan(block)
    full = bool(present.all())
    w = present if weight is None else present * weight
    count = reduce(np.add, w).astype(np.float64)
    sum_w2 = count if weight is None else reduce(np.add, w * w)
    n = np.where(count > 0, count, 1.0)

    def total(values: Floats) -> Floats:
        return reduce(np.add, values if weight is None else values * w)

    with np.errstate(all="ignore"):
        center = total(block if full else np.where(present, block, 0.0)) / n
        d = block - center
        if not full:
            d[~present] = 0.0
        s1 = total(d)
        m2 = np.maximum(total(d * d) - s1 * (s1 / n), 0.0)
        shift, delta = two_sum(center, s1 / n)
    lowest = reduce(np.minimum, block if full else np.where(present, block, np.inf))
    highest = reduce(np.maximum, block if full else np.where(present, block, -np.inf))
    return count, shift, delta, m2, lowest, highest, sum_w2


def _reduce(ufunc: np.ufunc, block: NDArray[Any]) -> Floats:
    """Reduce the rows of a block to one, in two levels: chains stay short."""
    n_rows, n_columns = block.shape
    fold = max(1, min(n_rows, BLOCK_COLUMNS // max(1, n_columns)))
    whole = n_rows - n_rows % fold
    long_rows = block[:whole].reshape(-1, fold * n_columns)
    total = ufunc.reduce(ufunc.reduce(long_rows).reshape(fold, n_columns))
    if whole < n_rows:
        total = ufunc(total, ufunc.reduce(block[whole:]))
    return np.asarray(total)
