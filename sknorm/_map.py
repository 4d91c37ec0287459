"""The map of a matrix whose statistics differ from row to row."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._feature_groups import padded, spread
from sknorm._kernels import flags_in_threads, n_threads, row_blocks

Kernel = Callable[..., int]
Real = NDArray[Any]  # float64 or float32
Indices = NDArray[np.intp]


def block_of(X: Any, rows: slice, columns: slice) -> Any:
    """Return a view of a block; a sparse matrix is one block."""
    return X if sparse.issparse(X) else X[rows, columns]


def apply_map(
    kernel: Kernel,
    X: Any,
    statistics: tuple[Real, Real | None, Real],
    neighbourhood: Indices,
    out: Any,
    n_jobs: int | None = 1,
) -> int:
    """Write the kernel's map of X to out; return its flags.

    Parameters
    ----------
    kernel : `affine` or `affine_inverse` of `sknorm._kernels`
    X, out : ndarray or sparse matrix of shape (n_samples, n_columns)
    statistics : tuple of ndarray of shape (n_samples, n_neighbourhoods)
        Shift, delta (None: zero) and scale.
    neighbourhood : ndarray of shape (n_columns,)
        The column of the statistics that belongs to each column of X, or NO_GROUP.
    n_jobs : int or None, default=1
        Threads, for a dense X.
    """
    shift, delta, scale = statistics
    if sparse.issparse(X):
        row = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
        column = neighbourhood[X.indices]

        def of_entries(statistic: Real, neutral: float) -> Real:
            return np.asarray(padded(statistic, neutral)[row, column], np.float64)[None]

        return kernel(
            X.data[None],
            of_entries(shift, 0.0),
            None if delta is None else of_entries(delta, 0.0),
            of_entries(scale, 1.0),
            out.data[None],
        )

    def of_rows(rows: slice) -> int:
        def of_values(statistic: Real, neutral: float) -> Any:
            return spread(
                statistic[rows].astype(np.float64, copy=False), neighbourhood, neutral
            )

        return kernel(
            X[rows],
            of_values(shift, 0.0),
            None if delta is None else of_values(delta, 0.0),
            of_values(scale, 1.0),
            out[rows],
        )

    threads = n_threads(n_jobs, X.nbytes)
    return flags_in_threads(of_rows, row_blocks(*X.shape), threads)
