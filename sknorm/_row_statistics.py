"""Location and scale of rows, or of groups of columns within the rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._feature_groups import NO_GROUP
from sknorm._kernels import (
    INPUT_INFINITE,
    Choice,
    RealMatrix,
    flags_in_threads,
    n_threads,
    normalise_rows,
    row_blocks,
    row_moments,
)
from sknorm._location_scale import LocationScale, needs_quantiles
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._restore import Pair

Indices = NDArray[np.intp]


def row_statistics(
    estimator: Any, X: Any, groups: Indices, n_groups: int
) -> LocationScale:
    """Return location and scale of each group of columns within each row of X.

    Parameters
    ----------
    estimator : RowLayerNormalizer
        Its parameters are read.
    X : ndarray or CSR matrix of shape (n_samples, n_features), floats
        NaN counts as absent.
    groups : ndarray of shape (n_features,)
        The group, 0 to n_groups - 1, of each column, or NO_GROUP.
    n_groups : int

    Returns
    -------
    LocationScale
        Of arrays of shape (n_samples, n_groups).
    """
    resolution = float(np.finfo(X.dtype).eps)
    if sparse.issparse(X):
        about_zero = _moments_about_zero(X, groups, n_groups)
        return LocationScale.of(estimator, about_zero, None, resolution)
    shape = X.shape[0], n_groups
    found = LocationScale(*np.empty((3, *shape)), *np.empty((2, *shape), np.bool))
    of_quantiles = needs_quantiles(estimator)
    for numbers, members in _members_by_size(groups):
        for rows in row_blocks(X.shape[0], members.size):
            values = _gathered(X[rows], members)
            part = LocationScale.of(
                estimator,
                Moments(*row_moments(values)),
                Quantiles.of_rows(values) if of_quantiles else None,
                resolution,
            )
            for name in LocationScale.__slots__:
                getattr(found, name)[rows, numbers] = getattr(part, name)
    return found


def normalise_groups(
    compiled: Any,
    X: RealMatrix,
    groups: Indices,
    n_groups: int,
    choice: Choice,
    out: RealMatrix,
    key: Pair,
    n_jobs: int | None,
) -> int:
    """Write the rows of X, normalised by the compiled core, to out.

    Parameters
    ----------
    compiled : module
    X, out : ndarray of shape (n_samples, n_features)
    groups, n_groups
        As for `row_statistics`.
    choice : Choice
    key : two ndarrays of shape (n_samples, n_groups), or two None
        Where to write location and scale.
    n_jobs : int or None

    Returns
    -------
    int
        The flags of what was met.
    """
    size = X.shape[1] // max(1, n_groups)
    consecutive = (groups == np.arange(X.shape[1]) // max(1, size)).all()
    if consecutive and X.flags.c_contiguous and out.flags.c_contiguous:
        # Groups are rows of another shape.
        of_groups = X.reshape(-1, size), choice, out.reshape(-1, size)
        flat: Any = tuple(None if part is None else part.reshape(-1) for part in key)
        return normalise_rows(compiled, *of_groups, flat, n_jobs)
    members = _members_by_size(groups)
    apart = np.flatnonzero(groups == NO_GROUP)

    def normalise(rows: slice) -> int:
        flags = 0
        for numbers, columns in members:
            values = np.ascontiguousarray(_gathered(X[rows], columns))
            values = values.reshape(-1, columns.shape[1])
            Z = np.empty_like(values)
            found = np.empty((2, len(values)), X.dtype)
            flags |= normalise_rows(
                compiled, values, choice, Z, (found[0], found[1]), 1
            )
            out[rows, columns.ravel()] = Z.reshape(-1, columns.size)
            for kept, statistic in zip(key, found, strict=True):
                if kept is not None:
                    kept[rows, numbers] = statistic.reshape(-1, len(numbers))
        if apart.size:
            passed = out[rows, apart] = X[rows, apart]
            flags |= INPUT_INFINITE * bool(np.isinf(passed).any())
        return flags

    threads = n_threads(n_jobs, X.nbytes)
    return flags_in_threads(normalise, row_blocks(*X.shape), threads)


def _members_by_size(groups: Indices) -> list[tuple[Indices, Indices]]:
    """Return, for each size of group, their numbers (k,) and their columns (k, size).

    Groups of one size are reduced together, as the last axis of one array.
    """
    order = np.argsort(groups, kind="stable")[np.count_nonzero(groups == NO_GROUP) :]
    sizes = np.bincount(groups[order])
    columns = np.split(order, np.cumsum(sizes)[:-1])
    return [
        (numbers, np.array([columns[number] for number in numbers]))
        for numbers in (np.flatnonzero(sizes == size) for size in np.unique(sizes))
    ]


def _gathered(X: RealMatrix, members: Indices) -> NDArray[Any]:
    """Return X[:, members], a view where that is X itself."""
    if np.array_equal(members.ravel(), np.arange(X.shape[1])):
        return X.reshape(X.shape[0], *members.shape)
    return np.take(X, members, axis=1)


def _moments_about_zero(X: Any, groups: Indices, n_groups: int) -> Moments:
    """Return moments as if the mean were 0, which is all that rms and maxabs need.

    Only stored values are read. They are added up row by row and group by group, in
    pairs, in the order of the columns.
    """
    if not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()
    n_neighbourhoods = X.shape[0] * n_groups
    row = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    neighbourhood = row * n_groups + groups[X.indices]
    grouped, absent = groups[X.indices] != NO_GROUP, np.isnan(X.data)
    count = np.tile(np.bincount(groups[groups != NO_GROUP]), X.shape[0])
    count = count - np.bincount(
        neighbourhood[grouped & absent], minlength=n_neighbourhoods
    )

    chosen = np.flatnonzero(grouped & ~absent)
    chosen = chosen[np.argsort(neighbourhood[chosen], kind="stable")]
    value = np.abs(X.data[chosen].astype(np.float64))
    met, starts = np.unique(neighbourhood[chosen], return_index=True)
    squares, largest = np.zeros((2, n_neighbourhoods))
    if met.size:
        with np.errstate(over="ignore"):
            squares[met] = np.add.reduceat(value * value, starts)
        largest[met] = np.maximum.reduceat(value, starts)
    zero = np.zeros(n_neighbourhoods)
    fields = (count, zero, zero, squares, -largest, largest, count)
    return Moments(
        *(np.asarray(f, np.float64).reshape(X.shape[0], n_groups) for f in fields)
    )
