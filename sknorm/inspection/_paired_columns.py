"""Measures of what became of a column, and of the relations between columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp, rankdata, wasserstein_distance

from sknorm._kernels import Floats
from sknorm.inspection._release import constant_columns, moments

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
    decimals : int
        To which standardised values are rounded before they are ordered.
    """

    X: Floats
    Z: Floats
    mean_x: Floats
    sd_x: Floats
    mean_z: Floats
    sd_z: Floats
    constant_x: NDArray[np.bool]
    constant_z: NDArray[np.bool]
    decimals: int

    @classmethod
    def of(cls, X: Floats, Z: Floats, resolution: float) -> "PairedColumns":
        """Return the pairs of two matrices of one shape."""
        absent = np.isnan(X) | np.isnan(Z)
        if absent.any():
            X, Z = np.where(absent, np.nan, X), np.where(absent, np.nan, Z)
        (mean_x, var_x), (mean_z, var_z) = moments(X), moments(Z)
        return cls(
            *(X, Z, mean_x, np.sqrt(var_x), mean_z, np.sqrt(var_z)),
            constant_columns(X, resolution),
            constant_columns(Z, resolution),
            # Ties that float noise has broken count as order and as distance: KS of
            # iris between two ways to standardise it is 0.07 to 0.19, rounded 0.
            decimals=8 if resolution < 1e-10 else 4,
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
        x = (self.X[present, j] - self.mean_x[j]) / self.sd_x[j]
        z = (self.Z[present, j] - self.mean_z[j]) / self.sd_z[j]
        found["shape_wasserstein"] = float(wasserstein_distance(x, z))
        x, z = x.round(self.decimals), z.round(self.decimals)
        found["shape_ks"] = float(ks_2samp(x, z, method="asymp").statistic)
        x, z = rankdata(x), rankdata(z)
        found["rank_correlation"] = correlation(x, z)
        found["permutation_distance"] = permutation_distance(x, z)
        return found

    def correlation_change(self) -> float:
        """Return the mean absolute change of the correlations between columns.

        Over the pairs of columns that have spread in X and in Z; NaN where none has.
        """
        usable = ~(self.constant_x | self.constant_z)
        before = correlations(self.X[:, usable])
        after = correlations(self.Z[:, usable])
        change = np.abs(before - after)[np.triu_indices(len(before), 1)]
        known = change[~np.isnan(change)]
        return float(known.mean()) if known.size else np.nan

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


def correlation(x: Floats, z: Floats) -> float:
    """Return Pearson's correlation of two vectors, NaN where one is constant."""
    x, z = x - x.mean(), z - z.mean()
    # The root of one product: exactly 1 where x is z.
    spread = np.sqrt(np.dot(x, x) * np.dot(z, z))
    return float(np.clip(np.dot(x, z) / spread, -1, 1)) if spread > 0 else np.nan


def permutation_distance(ranks_x: Floats, ranks_z: Floats) -> float:
    """Return the mean absolute difference of ranks, as a share of their number.

    0 where the order is kept, 0.5 where it is reversed, 1/3 - 1/(3 n^2) on average
    where it is random (Domingo-Ferrer and Muralidhar, 2016).

    Examples
    --------
    >>> permutation_distance(np.arange(4.0), np.arange(4.0)[::-1])
    0.5
    """
    return float(np.abs(ranks_x - ranks_z).mean() / len(ranks_x))


def correlations(values: Floats) -> Floats:
    """Return the correlation matrix of columns, of the pairs where both have values."""
    if values.shape[1] < 2:
        return np.full((values.shape[1],) * 2, np.nan)
    present = ~np.isnan(values)
    mean, variance = moments(values)
    # Standardised first, the sums over pairs lose no digits.
    scaled = np.where(present, (values - mean) / np.sqrt(variance), 0.0)
    if present.all():
        return np.asarray(scaled.T @ scaled / len(scaled))
    weight = present.astype(np.float64)
    counts = weight.T @ weight
    sums = scaled.T @ weight
    squares = (scaled * scaled).T @ weight
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = squares - sums * sums / counts
        covariance = scaled.T @ scaled - sums * sums.T / counts
        found = covariance / np.sqrt(spread * spread.T)
        found[~((spread > 1e-12) & (spread.T > 1e-12))] = np.nan
    return np.asarray(found)


def within_sample_rank_correlation(X: Floats, Z: Floats) -> Any:
    """Return Spearman's correlation of x and z in each row, NaN where it has no order.

    Parameters
    ----------
    X, Z : ndarray of shape (n_samples, n_features)
        NaN in one is NaN in the other.

    Returns
    -------
    ndarray of shape (n_samples,)
    """
    present = ~np.isnan(X)
    counts = present.sum(axis=1, keepdims=True)
    centred = []
    for values in (X, Z):
        # Infinities come last and leave the ranks of the others alone.
        ranks = rankdata(np.where(present, values, np.inf), axis=1)
        centred.append(np.where(present, ranks - (counts + 1) / 2, 0.0))
    a, b = centred
    spread = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.clip((a * b).sum(axis=1) / spread, -1, 1)
    return np.where(spread > 0, found, np.nan)
