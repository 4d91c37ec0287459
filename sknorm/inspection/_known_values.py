"""Known values: some cells of a row undo a transformer that works row by row."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknorm._feature_groups import members
from sknorm._kernels import Floats
from sknorm._row_layer_normalizer import RowLayerNormalizer
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._known_records import MOST_RECORDS, least_squares, n_tries
from sknorm.inspection._score import Score
from sknorm.inspection._steps import only_step


def known_values(target: Target, m: int) -> Attack:
    """Fit x = a z + b to m known cells of each row, and apply it to the rest of it.

    Two cells with different values undo every affine map of a row exactly: the first
    two are drawn such that they differ in the release, where any do. Where a
    RowLayerNormalizer has groups of columns, m cells of each group are known.

    Raises
    ------
    NotApplicableError
        Where no row (or group) has more than m values.
    """
    X, Z = target.release.X, target.release.Z
    groups = _groups(target.release.estimator, X.shape[1])
    if max(map(len, groups)) <= m:
        raise NotApplicableError(f"it needs rows of more than {m} values.")
    rows = target.sample(MOST_RECORDS)
    score = Score(target, rows)
    for _ in range(n_tries(X[rows].size)):
        estimate = Z[rows].copy()
        unknown = np.ones(estimate.shape, np.bool)
        for columns in groups:
            x, z = X[np.ix_(rows, columns)], Z[np.ix_(rows, columns)]
            known = _drawn(np.where(np.isnan(x), np.nan, z), m, target.random)
            slope, level, centre = least_squares(
                np.where(known, x, np.nan).T, np.where(known, z, np.nan).T
            )
            a, b, c = (part[:, np.newaxis] for part in (slope, level, centre))
            estimate[:, columns] = a * (z - c) + b
            unknown[:, columns] = known.any(axis=1, keepdims=True) & ~known
        score.add(estimate, unknown)
    where = " and group of columns" if len(groups) > 1 else ""
    return score.attack(f"{m} values of each attacked row{where}")


def _groups(estimator: Any, n_features: int) -> list[NDArray[np.intp]]:
    """Return the columns that are normalised together within a row."""
    inside = only_step(estimator)
    if isinstance(inside, RowLayerNormalizer):
        return members(inside._neighbourhood_)
    return [np.arange(n_features)]


def _drawn(z: Floats, m: int, random: np.random.RandomState) -> NDArray[np.bool]:
    """Choose m present cells of each row; none where a row has not more than m."""
    present = ~np.isnan(z)
    order = np.where(present, random.uniform(size=z.shape), np.inf)
    first = order.argmin(axis=1)[:, np.newaxis]
    order += z == np.take_along_axis(z, first, axis=1)  # equal cells come last
    np.put_along_axis(order, first, -1.0, axis=1)
    chosen = np.zeros(z.shape, np.bool)
    np.put_along_axis(chosen, np.argsort(order, axis=1)[:, :m], True, axis=1)
    return np.asarray(chosen & (present.sum(axis=1, keepdims=True) > m))
