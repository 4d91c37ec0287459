"""Measures of pairs of columns: by hand, by other libraries, and in every gap."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, spearmanr, wasserstein_distance, zscore

from sknorm.inspection import _paired_columns
from sknorm.inspection._paired_columns import (
    PairedColumns,
    correlations,
)

EPS = 2.0**-52


def pairs(X, Z, resolution=EPS):
    """Return the pairs of two matrices given as lists of columns."""
    return PairedColumns.of(
        *(np.array(columns, float).T.copy() for columns in (X, Z)),
        *(EPS, resolution),
    )


def test_wasserstein_of_two_shapes_by_hand():
    """Values -1, 1 against -2, 1, 1 in standard deviations: the gaps of quantiles."""
    x, z = [0, 0, 0, 2, 2, 2], [5, 5, 8, 8, 8, 8]
    found = pairs([x], [z]).measures(0)
    low, high = 2**0.5, 0.5**0.5  # z standardised: two of -low, four of high
    expected = (2 * (low - 1) + (1 + high) + 3 * (1 - high)) / 6
    assert found["shape_wasserstein"] == pytest.approx(expected, rel=1e-14)
    assert found["shape_ks"] == pytest.approx(0.5, rel=1e-14)


def test_location_and_scale_by_hand():
    """In standard deviations of X, ddof=0: mean 2 to 10, sd 1 to 3."""
    found = pairs([[1, 3]], [[7, 13]]).measures(0)
    assert found["location_change"] == 8.0
    assert found["scale_ratio"] == 3.0


def test_an_increasing_map_keeps_order_but_not_shape(rng):
    """Rank measures see a permutation, shape measures the distribution."""
    x = rng.normal(size=500)
    found = pairs([x], [np.exp(x)]).measures(0)
    assert found["rank_correlation"] == 1.0
    assert found["permutation_distance"] == 0.0
    assert found["shape_wasserstein"] > 0.2
    found = pairs([x], [-x]).measures(0)
    assert found["rank_correlation"] == -1.0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_noise_breaks_no_ties(rng, dtype):
    """Two ways to standardise the same data do not differ in order or shape."""
    x = rng.integers(0, 20, 500) / 10 + 3
    z = (x.astype(dtype) - dtype(x.mean())) * dtype(1 / x.std())
    found = pairs([x], [z], float(np.finfo(dtype).eps)).measures(0)
    assert found["shape_ks"] == 0.0
    assert found["rank_correlation"] == 1.0


@pytest.mark.parametrize("offset", [0.0, 1e9, -1e12])
def test_far_from_zero_shapes_are_compared_alike(rng, offset):
    """Whatever rounding does to means."""
    x = rng.integers(0, 5, 1000) + offset
    found = pairs([x], [(x - offset) / 3]).measures(0)
    assert found["shape_ks"] == 0.0
    assert found["rank_correlation"] == 1.0


def test_small_differences_beside_large_ones_are_order(rng):
    """Eight decades of values: an increasing map is still an increasing map."""
    x = 10 ** rng.uniform(0, 8, 1000)
    found = pairs([x], [np.log(x)]).measures(0)
    assert found["rank_correlation"] == 1.0


@pytest.mark.parametrize("kind", ["ties", "none"])
def test_order_and_shape_are_those_of_scipy(rng, kind):
    """Spearman's correlation, and the distances of standardised values."""
    x, z = rng.normal(size=200), rng.exponential(size=200)
    if kind == "ties":
        x, z = np.round(x * 2), np.round(z * 3)
    found = pairs([x], [z]).measures(0)
    ks = ks_2samp(zscore(x), zscore(z), method="asymp").statistic
    assert found["shape_ks"] == pytest.approx(ks, rel=1e-12)
    expected = wasserstein_distance(zscore(x), zscore(z))
    assert found["shape_wasserstein"] == pytest.approx(expected, rel=1e-12)
    assert found["rank_correlation"] == pytest.approx(spearmanr(x, z).statistic)


def test_missing_values_are_left_out_pair_by_pair(rng):
    """A column with gaps is measured as the column without these rows."""
    x, z = rng.normal(size=(2, 50))
    x_gaps, z_gaps = x.copy(), z.copy()
    x_gaps[:5], z_gaps[3:9] = np.nan, np.nan
    assert pairs([x_gaps], [z_gaps]).measures(0) == pytest.approx(
        pairs([x[9:]], [z[9:]]).measures(0), rel=1e-14
    )


def test_columns_without_spread_have_no_measures():
    """NaN where X is constant; where Z is, location and scale are still known."""
    constant, varied, empty = [3, 3, 3], [1, 2, 3], [np.nan, np.nan, 1]
    both = pairs([constant, varied, empty, varied], [varied, constant, varied, varied])
    assert all(np.isnan(list(both.measures(0).values())))
    assert all(np.isnan(list(both.measures(2).values())))
    found = both.measures(1)
    assert found["scale_ratio"] == 0.0
    assert found["location_change"] == pytest.approx(1.5**0.5)
    assert np.isnan([found["rank_correlation"], found["shape_ks"]]).all()


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_correlations_are_those_of_pandas(rng, share):
    """Of pairwise complete values."""
    values = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5)) + 1e6
    values[rng.uniform(size=values.shape) < share] = np.nan
    expected = pd.DataFrame(values).corr()
    for rows in ([0, 1, 2, 3, 4], [3, 1]):
        found = correlations(values, np.array(rows))
        np.testing.assert_allclose(found, expected.iloc[rows], atol=1e-8)


def test_correlation_change_by_hand():
    """Columns that go together, then against each other: 2; others do not count."""
    x, constant = [1, 2, 3, 4], [1, 1, 1, 1]
    both = pairs([x, x, constant], [x, x[::-1], constant])
    assert both.correlation_change() == pytest.approx(2.0)
    assert np.isnan(pairs([x, constant], [x, constant]).correlation_change())


def test_correlation_change_in_parts(rng, monkeypatch):
    """Wide data are compared some columns at a time, each pair once."""
    X, Z = rng.normal(size=(2, 7, 30))
    expected = np.abs(np.corrcoef(X) - np.corrcoef(Z))[np.triu_indices(7, 1)].mean()
    for size in (1, 3, 500):
        monkeypatch.setattr(_paired_columns, "COLUMNS_AT_ONCE", size)
        assert pairs(X, Z).correlation_change() == pytest.approx(expected, rel=1e-12)


def test_il1s_by_hand():
    """Two values moved by 1 and 3, S = sqrt(2): mean of 1/2 and 3/2."""
    assert pairs([[0, 2]], [[1, 5]]).il1s() == pytest.approx(1.0)
    with_gap = pairs([[0, 2, np.nan], [5, 5, 5]], [[1, 5, 9], [1, 2, 3]])
    assert with_gap.il1s() == pytest.approx(1.0)
    assert np.isnan(pairs([[5, 5]], [[1, 2]]).il1s())
