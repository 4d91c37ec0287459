"""Order, in columns and in rows: ranks, ties that noise has broken, distances."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from sknorm._kernels import Floats


def average_ranks(values: Floats, noise: float) -> Floats:
    """Return ranks from 1 on, the mean of theirs for ties.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Standardised.
    noise : float
        As in `last_of_ties`.

    Examples
    --------
    >>> average_ranks(np.array([0.3, -1.0, 0.1 + 0.2]), 1e-12)
    array([2.5, 1. , 2.5])
    """
    order = np.argsort(values)
    last = last_of_ties(values[order], noise)
    sizes = np.diff(last, prepend=-1)
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(last - (sizes - 3) / 2, sizes)
    return ranks


def kolmogorov_smirnov(x: Floats, z: Floats, noise: float) -> float:
    """Return the largest distance of two distribution functions of as many values.

    Parameters
    ----------
    x, z : ndarray of shape (n,)
        Standardised.
    noise : float
        As in `last_of_ties`.

    Examples
    --------
    >>> kolmogorov_smirnov(np.array([1.0, 2, 3, 4]), np.array([3.0, 4, 5, 6]), 0.0)
    0.5
    """
    both = np.concatenate([x, z])
    order = np.argsort(both)
    ahead = np.cumsum(np.where(order < len(x), 1, -1))
    return float(np.abs(ahead[last_of_ties(both[order], noise)]).max() / len(x))


def last_of_ties(ordered: Floats, noise: float) -> NDArray[np.intp]:
    """Return the place of the last of each group of equal values.

    Float noise that breaks ties would count as order, and as distance: KS of iris
    between two ways to standardise it is 0.07 to 0.19, without noise 0. Decimals, to
    round to, would tie what lies close together beside values that are far away.

    Parameters
    ----------
    ordered : ndarray of shape (n,)
        Standardised values, the smallest first.
    noise : float
        Neighbours that differ by no more are equal. At most 1 / n counts: dense values
        are not chained together.
    """
    apart = np.diff(ordered) > min(noise, 1 / len(ordered))
    return np.append(np.flatnonzero(apart), len(ordered) - 1)


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


def correlation(x: Floats, z: Floats) -> float:
    """Return Pearson's correlation of two vectors, NaN where one is constant."""
    x, z = x - x.mean(), z - z.mean()
    # The root of one product: exactly 1 where x is z.
    spread = np.sqrt(np.dot(x, x) * np.dot(z, z))
    return float(np.clip(np.dot(x, z) / spread, -1, 1)) if spread > 0 else np.nan


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
