"""Known records: some rows before and after undo a transformer column by column."""

import numpy as np

from sknorm._kernels import Floats
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._score import Score

MOST_RECORDS = 10_000  # attacked, at random


def known_records(target: Target, k: int) -> Attack:
    """Fit each column to k records known before and after, and apply it to the others.

    The known input-output attack (Liu, Giannella and Kargupta, 2006): least squares
    x = a z + b, and for maps that are not affine monotone interpolation through the
    known points; the better of the two counts. Two records with different values in a
    column undo every affine map of it exactly.

    Raises
    ------
    NotApplicableError
        Where there are no more than k records.
    """
    X, Z = target.release.X, target.release.Z
    if len(X) <= k:
        raise NotApplicableError(f"it needs more than {k} records.")
    rows = target.sample(MOST_RECORDS)
    affine, monotone = Score(target, rows), Score(target, rows)
    draws = [
        target.random.choice(len(X), k, replace=False)
        for _ in range(n_tries(X[rows].size))
    ]
    for known in draws:
        unknown = ~np.isin(rows, known)[:, np.newaxis]
        affine.add(_affine(X[known], Z[known], Z[rows]), unknown)
    best = affine
    if affine.rate < 1 and k > 2:
        for known in draws:
            unknown = ~np.isin(rows, known)[:, np.newaxis]
            monotone.add(_monotone(X[known], Z[known], Z[rows]), unknown)
        best = max(affine, monotone, key=lambda score: score.rate)
    return best.attack(f"{k} records, original and released")


def n_tries(n_cells: int) -> int:
    """Return how often what is known is drawn: 100 times, 10 where cells are many."""
    return int(np.clip(5_000_000 // n_cells, 10, 100))


def _affine(x: Floats, z: Floats, Z: Floats) -> Floats:
    """Return a Z + b of the least squares x = a z + b, column by column."""
    slope, level, centre = least_squares(x, z)
    return slope * (Z - centre) + level


def least_squares(x: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """Return a, mean x and mean z of the least squares x = a z + b of each column.

    Parameters
    ----------
    x, z : ndarray of shape (k, n_columns)
        NaN is left out. Where all z are equal, but for rounding, a is 0 and the
        estimate the mean of x.
    """
    present = ~(np.isnan(x) | np.isnan(z))
    counts = present.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        level = np.sum(x, axis=0, where=present) / counts
        centre = np.sum(z, axis=0, where=present) / counts
        dx, dz = np.where(present, x - level, 0.0), np.where(present, z - centre, 0.0)
        square = (dz * dz).sum(axis=0)
        slope = (dx * dz).sum(axis=0) / square
    rounding = (1e-15 * np.max(np.abs(z), axis=0, where=present, initial=0.0)) ** 2
    return np.where(square > counts * rounding, slope, 0.0), level, centre


def _monotone(x: Floats, z: Floats, Z: Floats) -> Floats:
    """Return the interpolation of the points (z, x) at Z, column by column.

    Constant beyond the first and the last point; of equal z the mean of x.
    """
    estimate = np.full(Z.shape, np.nan)
    for j in range(Z.shape[1]):
        present = ~(np.isnan(x[:, j]) | np.isnan(z[:, j]))
        places, group = np.unique(z[present, j], return_inverse=True)
        if places.size:
            levels = np.bincount(group, x[present, j]) / np.bincount(group)
            estimate[:, j] = np.interp(Z[:, j], places, levels)
    return estimate
