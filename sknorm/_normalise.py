"""Rows and windows, normalised: by the compiled core where it can, else by NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._kernels import (
    INPUT_INFINITE,
    OUTPUT_INFINITE,
    SUSPECT,
    Choice,
    affine,
    core,
    row_blocks,
)
from sknorm._location_scale import refuse_unfit, warn_of_lost_digits
from sknorm._map import apply_map, block_of
from sknorm._restore import Pair, Statistics
from sknorm._validation import infinity_error, warn_of_overflow


def normalised(
    estimator: Any, X: Any, *, key: bool, n_before: int = 0
) -> tuple[Any, Any]:
    """Return X, its rows or windows normalised, and its key, or None.

    Parameters
    ----------
    estimator : RestorableNormalizer
    X : ndarray or sparse matrix of shape (n_samples, n_features)
    key : bool
    n_before : int, default=0
        The first rows of X that are only neighbours of the others, and not returned.
    """
    pair: Pair = (None, None)
    if sparse.issparse(X):
        Z = X.copy()
    else:
        by_columns = X.flags.f_contiguous and not X.flags.c_contiguous
        Z = np.empty(X.shape, X.dtype, order="F" if by_columns else "C")
    if key:
        shape = X.shape[0], estimator._n_neighbourhoods_
        as_values = not sparse.issparse(X) and shape == X.shape
        like = Z if as_values else np.empty(shape, X.dtype)
        pair = np.empty_like(like), np.empty_like(like)
    doubts = np.zeros((3, X.shape[0]), np.bool)
    flags = _by_core(estimator, X, Z, pair)
    if flags is None:
        flags = _by_blocks(estimator, X, Z, pair, doubts)
    elif flags & SUSPECT and not flags & INPUT_INFINITE:
        flags |= _suspects_by_blocks(estimator, X, Z, pair, doubts)
    X, Z = X[n_before:], Z[n_before:]
    if flags:
        report_infinities(estimator, flags, X, Z, estimator._labels())
        overflow, coarse, lost = map(np.flatnonzero, doubts[:, n_before:])
        refuse_unfit(estimator, "rows", overflow, X.dtype)
        refuse_unfit(estimator, "rows", coarse, X.dtype, "small", "Multiply")
        warn_of_lost_digits(estimator, "rows", lost)
    if pair[0] is None or pair[1] is None:
        return Z, None
    for statistic in pair:
        statistic.setflags(write=False)
    return Z, Statistics(pair[0][n_before:], pair[1][n_before:])


def report_infinities(
    estimator: Any, flags: int, X: Any, out: Any, labels: NDArray[Any]
) -> None:
    """Raise or warn about infinities that a kernel met in X or wrote to out.

    `labels` are the names or indices of the columns.
    """
    if flags & INPUT_INFINITE:
        raise infinity_error(estimator, X, labels)
    if flags & OUTPUT_INFINITE:
        if sparse.issparse(out):
            out = out.tocoo()
            infinite = np.unique(out.row[np.isinf(out.data)])
        else:
            infinite = np.flatnonzero(np.isinf(out).any(axis=1))
        if infinite.size:
            warn_of_overflow(estimator, "rows", infinite, out.dtype)


def _by_core(estimator: Any, X: Any, Z: Any, pair: Pair) -> int | None:
    """Normalise by the compiled core; return its flags, None where it cannot."""
    compiled = core()
    if compiled is None or sparse.issparse(X):
        return None
    choice = Choice.of(estimator, X.dtype)
    if choice is None:
        return None
    flags: int | None = estimator._normalise_by_core(compiled, X, choice, Z, pair)
    return flags


def _suspects_by_blocks(
    estimator: Any, X: Any, Z: Any, pair: Pair, doubts: NDArray[np.bool]
) -> int:
    """Normalise anew, by NumPy, the lines of which the core is not sure; return flags.

    Their statistics may not fit, or have lost digits: NumPy's formulas have limits that
    are a little wider, and say which rows are beyond them. Lines are rows, or columns
    where rows do not stand alone: what becomes of one does not depend on the others.
    """
    by_rows = estimator._reach() is None
    n_lines = X.shape[0 if by_rows else 1]

    def line(matrix: Any, lines: Any) -> Any:
        return matrix[lines] if by_rows else matrix[:, lines]

    def suspects_in(start: int, stop: int) -> list[int]:
        part = np.ascontiguousarray(line(X, slice(start, stop)))
        flags = _by_core(estimator, part, np.empty_like(part), (None, None))
        if flags is not None and not flags & SUSPECT:
            return []
        if stop - start == 1:
            return [start]
        middle = (start + stop) // 2
        return suspects_in(start, middle) + suspects_in(middle, stop)

    blocks = row_blocks(n_lines, X.size // n_lines)
    suspects = [i for block in blocks for i in suspects_in(block.start, block.stop)]
    if not suspects:
        return 0
    some = np.ascontiguousarray(line(X, suspects))
    anew = np.empty_like(some)
    shape = len(some), estimator._n_neighbourhoods_ if by_rows else len(suspects)
    part: Any = (None, None) if pair[0] is None else np.empty((2, *shape), X.dtype)
    found = np.zeros((3, len(some)), np.bool)
    flags = _by_blocks(estimator, some, anew, (part[0], part[1]), found)
    for whole, new in ((Z, anew), (pair[0], part[0]), (pair[1], part[1])):
        if whole is not None:
            whole[suspects if by_rows else (slice(None), suspects)] = new
    doubts[:, suspects if by_rows else slice(None)] |= found
    return flags


def _by_blocks(
    estimator: Any, X: Any, Z: Any, pair: Pair, doubts: NDArray[np.bool]
) -> int:
    """Normalise block by block; return the flags, SUSPECT where there are doubts.

    Parameters
    ----------
    estimator : RestorableNormalizer
    X : ndarray or sparse matrix
    Z : the same
        Where to write the normalised X.
    pair : two ndarrays, or two None
        Where to write location and scale.
    doubts : ndarray of shape (3, n_samples)
        Becomes True for rows whose statistics do not fit into the dtype of X, as they
        are too large or too small, and for rows whose squares lost digits.
    """
    overflow, coarse, lost = doubts
    location, scale = pair
    flags = 0
    for rows, columns in estimator._blocks(X):
        found = estimator._location_scale(X, rows, columns)
        flags |= apply_map(
            affine,
            block_of(X, rows, columns),
            (found.shift, found.delta, found.scale),
            estimator._neighbourhood_[columns],
            block_of(Z, rows, columns),
        )
        with np.errstate(over="ignore", under="ignore"):
            rounded = np.array([found.shift, found.scale]).astype(X.dtype)
        finite = np.isfinite(rounded).all(axis=0)
        overflow[rows] |= (found.present & ~finite).any(axis=1)
        coarse[rows] |= (np.abs(rounded[1]) < np.finfo(X.dtype).tiny).any(axis=1)
        lost[rows] |= found.inaccurate.any(axis=1)
        if location is not None and scale is not None:
            location[rows, columns], scale[rows, columns] = rounded
    return flags | (SUSPECT if doubts.any() else 0)
