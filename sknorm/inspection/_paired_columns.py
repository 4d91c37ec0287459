"""Measures of what became of a column, and of the relations between columns."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats
from sknorm.inspection._column_spread import constant_columns, moments
from sknorm.inspection._order import (
    average_ranks,
    correlation,
    kolmogorov_smirnov,
    permutation_distance,
)

FLOAT64 = float(np.finfo(np.float64).eps)
COLUMNS_AT_ONCE = 500  # of the correlation matrix

MEASURES = (
    "location_change",
    "scale_ratio",
    "rank_correlation",
    "permutation_distance",
    "shape_wasserstein",
    "shape_ks",
)


@dataclass(frozen=True, slots=True)
class PairedColumns:
    """X and Z where both have values, and their moments over these pairs.

    Parameters
    ----------
    X, Z : ndarray of shape (n_samples, n_features)
        NaN in one is NaN in the other.
    mean_x, sd_x, mean_z, sd_z : ndarray of shape (n_features,)
        Population standard deviations (ddof=0).
    constant_x, constant_z : ndarray of shape (n_features,), bool
        Which have no spread beyond rounding, or less than two values.
    noise : float
        Up to which difference standardised values are equal.
    """

    X: Floats
    Z: Floats
    mean_x: Floats
    sd_x: Floats
    mean_z: Floats
    sd_z: Floats
    constant_x: NDArray[np.bool]
    constant_z: NDArray[np.bool]
    noise: float

    @classmethod
    def of(cls, X: Floats, Z: Floats, resolution_x: float, resolution_z: float) -> Self:
        """Return the pairs of two matrices, given their machine epsilons."""
        absent = np.isnan(X) | np.isnan(Z)
        if absent.any():
            X, Z = np.where(absent, np.nan, X), np.where(absent, np.nan, Z)
        (mean_x, var_x), (mean_z, var_z) = moments(X), moments(Z)
        return cls(
            *(X, Z, mean_x, np.sqrt(var_x), mean_z, np.sqrt(var_z)),
            constant_columns(X, resolution_x),
            constant_columns(Z, resolution_z),
            noise=1e-6 if max(resolution_x, resolution_z) > FLOAT64 else 1e-12,
        )

    def measures(self, j: int) -> dict[str, float]:
        """Return all `MEASURES` of column j, NaN where it has no spread."""
        found = dict.fromkeys(MEASURES, np.nan)
        if self.constant_x[j]:
            return found
        found["location_change"] = (self.mean_z[j] - self.mean_x[j]) / self.sd_x[j]
        found["scale_ratio"] = self.sd_z[j] / self.sd_x[j]
        if self.constant_z[j]:
            return found
        present = ~np.isnan(self.X[:, j])
        x = centred(self.X[present, j], self.mean_x[j]) / self.sd_x[j]
        z = centred(self.Z[present, j], self.mean_z[j]) / self.sd_z[j]
        # Of as many values each, the distance of the sorted ones.
        found["shape_wasserstein"] = float(np.abs(np.sort(x) - np.sort(z)).mean())
        found["shape_ks"] = kolmogorov_smirnov(x, z, self.noise)
        x, z = average_ranks(x, self.noise), average_ranks(z, self.noise)
        found["rank_correlation"] = correlation(x, z)
        found["permutation_distance"] = permutation_distance(x, z)
        return found

    def correlation_change(self) -> float:
        """Return the mean absolute change of the correlations between columns.

        Over the pairs of columns that have spread in X and in Z; NaN where none has.
        """
        usable = ~(self.constant_x | self.constant_z)
        X, Z = self.X[:, usable], self.Z[:, usable]
        total, n_known = 0.0, 0
        for start in range(0, X.shape[1], COLUMNS_AT_ONCE):
            rows = np.arange(start, min(start + COLUMNS_AT_ONCE, X.shape[1]))
            change = np.abs(correlations(X, rows) - correlations(Z, rows))
            later = rows[:, np.newaxis] < np.arange(X.shape[1])
            known = later & ~np.isnan(change)
            total += float(np.sum(change, where=known))
            n_known += int(known.sum())
        return total / n_known if n_known else np.nan

    def il1s(self) -> float:
        """Return IL1s: the mean of abs(x - z) / (sqrt(2) S), S of ddof=1.

        Of Yancey, Winkler and Creecy (2002), over all values of columns with spread;
        NaN where none has.
        """
        X, Z = self.X[:, ~self.constant_x], self.Z[:, ~self.constant_x]
        counts = np.count_nonzero(~np.isnan(X), axis=0)
        if not counts.any():
            return np.nan
        S = self.sd_x[~self.constant_x] * np.sqrt(counts / (counts - 1))
        totals = np.nansum(np.abs(X - Z), axis=0) / (np.sqrt(2) * S)
        return float(totals.sum() / counts.sum())


def centred(values: Floats, mean: float) -> Floats:
    """Return values less their mean, which far from 0 is rounded by more than they."""
    near = values - mean
    return np.asarray(near - near.mean())


def correlations(values: Floats, rows: NDArray[np.intp]) -> Floats:
    """Return rows of the correlation matrix, of the pairs where both have values.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_features)
    rows : ndarray of shape (n_rows,)
        Columns whose correlations with all are returned, (n_rows, n_features).
    """
    present = ~np.isnan(values)
    mean, variance = moments(values)
    # Standardised first, the sums over pairs lose no digits.
    scaled = np.where(present, (values - mean) / np.sqrt(variance), 0.0)
    chosen = scaled[:, rows].T
    if present.all():
        return np.asarray(chosen @ scaled / len(scaled))
    weight = present.astype(np.float64)
    of_rows = weight[:, rows].T
    counts = of_rows @ weight
    # Sums over pairs: of the rows' columns, and of all others.
    sum_a, sum_b = chosen @ weight, of_rows @ scaled
    square_a, square_b = (chosen * chosen) @ weight, of_rows @ (scaled * scaled)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread_a = square_a - sum_a * sum_a / counts
        spread_b = square_b - sum_b * sum_b / counts
        covariance = chosen @ scaled - sum_a * sum_b / counts
        found = covariance / np.sqrt(spread_a * spread_b)
    usable = (spread_a > 1e-12) & (spread_b > 1e-12)
    return np.where(usable, found, np.nan)
