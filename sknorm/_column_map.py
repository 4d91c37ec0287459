"""One map of columns, with the statistics of each: normalise, or restore."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._kernels import INPUT_INFINITE, OUTPUT_INFINITE
from sknorm._map import Kernel
from sknorm._validation import (
    infinity_error,
    quoted,
    refuse_infinities,
    warn,
    warn_of_overflow,
)


def map_columns(estimator: Any, kernel: Kernel, X: Any, columns: Any) -> Any:
    """Apply a kernel to X, which holds some of the fitted columns.

    Parameters
    ----------
    estimator : BatchStandardizer
        Its statistics are used; its `copy` says whether the result is written to X.
    kernel : `affine` or `affine_inverse` of `sknorm._kernels`
    X : ndarray or sparse matrix of shape (n_samples, n_columns)
        Clean.
    columns : slice or ndarray of shape (n_columns,)
        The fitted column of each column of X.

    Returns
    -------
    ndarray or sparse matrix of shape (n_samples, n_columns)
    """
    p = estimator.n_features_in_
    location, scale = estimator.location_, estimator.scale_
    shift = (np.zeros(p) if location is None else location)[columns]
    scale = (np.ones(p) if scale is None else scale)[columns]
    labels = estimator._labels()[columns]
    unseen = np.isnan(shift) | np.isnan(scale)
    _warn_about_columns_never_seen(estimator, X, unseen, labels)
    delta, in_place = estimator._delta_[columns], not estimator.copy
    if in_place:
        refuse_infinities(estimator, X, labels)
    if sparse.issparse(X):
        out = X if in_place else X.copy()
        # The stored values are one row, each with the statistics of its column.
        row, column = out.data[np.newaxis], _column_of_entries(X)
        flags = kernel(row, shift[column], delta[column], scale[column], row)
    else:
        out = X if in_place else np.empty_like(X, subok=False)
        flags = kernel(X, shift, delta, scale, out, estimator.n_jobs)
    if flags & INPUT_INFINITE:
        raise infinity_error(estimator, X, labels)
    if flags & OUTPUT_INFINITE:
        infinite = labels[_infinite_columns(out)]
        warn_of_overflow(estimator, "columns", infinite, out.dtype)
    return out


def _warn_about_columns_never_seen(
    estimator: Any, X: Any, unseen: NDArray[np.bool], labels: NDArray[Any]
) -> None:
    """Warn where X has values in columns of which fit saw none."""
    if not unseen.any():
        return
    part = X[:, unseen].toarray() if sparse.issparse(X) else X[:, unseen]
    met = ~np.isnan(part).all(axis=0)
    if met.any():
        became = "stored values" if sparse.issparse(X) else "values"
        warn(
            f"{type(estimator).__name__} saw no values of columns "
            f"{quoted(labels[unseen][met])} in fit: their {became} became NaN.",
            UserWarning,
        )


def _infinite_columns(out: Any) -> NDArray[np.bool]:
    """Tell which columns hold an infinity."""
    if not sparse.issparse(out):
        return np.asarray(np.isinf(out).any(axis=0))
    infinite = np.zeros(out.shape[1], np.bool)
    infinite[_column_of_entries(out)[np.isinf(out.data)]] = True
    return infinite


def _column_of_entries(X: Any) -> NDArray[np.intp]:
    """Return the column of each stored value of a CSR or CSC matrix."""
    if X.format == "csr":
        return np.asarray(X.indices)
    return np.repeat(np.arange(X.shape[1]), np.diff(X.indptr))
