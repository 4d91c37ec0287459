"""Order: by hand, as SciPy has it, and where noise breaks ties."""

from itertools import permutations

import numpy as np
import pytest
from scipy.stats import ks_2samp, rankdata, spearmanr

from sknorm.inspection._order import (
    average_ranks,
    correlation,
    kolmogorov_smirnov,
    permutation_distance,
    within_sample_rank_correlation,
)


def test_permutation_distance_of_the_reversed_order_by_hand():
    """Section 7, row 11: 0.5 for n = 4."""
    assert permutation_distance(np.arange(4.0), np.arange(4.0)[::-1]) == 0.5


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_permutation_distance_of_a_random_order_by_hand(n):
    """Section 7, row 11: 15/48 over all 24 permutations; (n^2 - 1) / (3 n^2)."""
    ranks = np.arange(float(n))
    distances = [permutation_distance(ranks, np.array(p)) for p in permutations(ranks)]
    assert np.mean(distances) == pytest.approx((n * n - 1) / (3 * n * n), rel=1e-14)
    if n == 4:
        assert np.mean(distances) == pytest.approx(15 / 48, rel=1e-14)


@pytest.mark.parametrize("kind", ["ties", "none"])
def test_ranks_and_distances_are_those_of_scipy(rng, kind):
    """Where there is no noise."""
    x, z = rng.normal(size=200), rng.exponential(size=200)
    if kind == "ties":
        x, z = np.round(x * 2), np.round(z * 3)
    np.testing.assert_array_equal(average_ranks(z, 1e-12), rankdata(z))
    ks = ks_2samp(x, z, method="asymp").statistic
    assert kolmogorov_smirnov(x, z, 1e-12) == pytest.approx(ks, rel=1e-14)


def test_dense_values_are_not_chained(rng):
    """Noise is at most the distance at which values would lie if spread evenly."""
    values = rng.normal(size=100_000)
    ranks = average_ranks(values, noise=1.0)
    assert len(np.unique(ranks)) > 10_000
    assert (np.diff(ranks[np.argsort(values)]) >= 0).all()


def test_ks_by_hand():
    """Section 7, row 17: [1, 2, 3, 4] and [3, 4, 5, 6], two of four apart."""
    x = np.arange(1.0, 5.0)
    assert kolmogorov_smirnov(x, x + 2, 1e-12) == 0.5


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_order_inside_rows_is_that_of_scipy(rng, share):
    """Spearman's correlation of each row, of the cells that both have."""
    X, Z = rng.integers(0, 9, size=(2, 30, 8)).astype(float)
    absent = rng.uniform(size=X.shape) < share
    X[absent] = Z[absent] = np.nan
    expected = [
        spearmanr(x[~a], z[~a]).statistic for x, z, a in zip(X, Z, absent, strict=True)
    ]
    found = within_sample_rank_correlation(X, Z)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_rows_without_order():
    """Constant rows and rows of less than two values have none."""
    X = np.array([[1.0, 1.0], [1.0, np.nan], [1.0, 2.0]])
    Z = np.array([[1.0, 2.0], [1.0, np.nan], [3.0, 4.0]])
    found = within_sample_rank_correlation(X, Z)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 1.0])


def test_correlation_of_a_constant():
    """NaN, not a division by zero."""
    assert np.isnan(correlation(np.ones(3), np.arange(3.0)))
