"""Distances of samples: against SciPy, closed forms and values by hand."""

import numpy as np
import pytest
from scipy import stats

from sknorm.inspection._distribution_distances import (
    critical_psi,
    distances,
    distances_of_columns,
    population_stability_index,
)


def gaussian(mean, n=20_001):
    """Return the quantiles of N(mean, 1) at the middles of n equal shares."""
    return stats.norm.ppf((np.arange(n) + 0.5) / n) + mean


def test_ks_of_gaussians_is_the_closed_form():
    """N(0, 1) to N(0.5, 1): 2 Phi(1 / 4) - 1 = 0.197413."""
    assert distances(gaussian(0), gaussian(0.5)).ks == pytest.approx(0.197413, abs=1e-4)


@pytest.mark.parametrize("shift", [0.1, 0.5])
def test_wasserstein_of_a_shift_is_the_shift(shift):
    """W1 of N(0, 1) and N(m, 1) is m."""
    found = distances(gaussian(0), gaussian(shift)).wasserstein
    assert found == pytest.approx(shift, rel=1e-12)


def test_ks_by_hand():
    """[1, 2, 3, 4] and [3, 4, 5, 6]: half of the values lie below all the others."""
    assert distances(np.arange(1.0, 5), np.arange(3.0, 7)).ks == 0.5


def test_wasserstein_of_the_documentation_of_scipy():
    """[0, 1, 3] and [5, 6, 8]: each value moves by 5."""
    found = distances(np.array([3.0, 0, 1]), np.array([5.0, 8, 6]))
    assert found.wasserstein == 5


@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_scipy_finds_the_same(decimals, rng):
    """KS and Wasserstein, with many ties, few and none."""
    before = rng.normal(size=137).round(decimals)
    after = rng.exponential(size=211).round(decimals)
    found = distances(before, after)
    assert found.ks == pytest.approx(stats.ks_2samp(before, after).statistic, rel=1e-13)
    area = stats.wasserstein_distance(before, after)
    assert found.wasserstein == pytest.approx(area, rel=1e-12)


def test_psi_by_hand():
    """(0.5, 0.5) to (0.75, 0.25): ln(3) / 4 = 0.274653, counts or shares alike."""
    for p, q in (([2, 2], [3, 1]), ([0.5, 0.5], [0.75, 0.25])):
        found = population_stability_index(np.array(p), np.array(q))
        assert found == pytest.approx(np.log(3) / 4, rel=1e-14)


def test_psi_of_a_binary_column():
    """Two values are two bins, however many deciles they share."""
    before, after = np.repeat([0.0, 1.0], [50, 50]), np.repeat([0.0, 1.0], [75, 25])
    found = distances(before, after)
    assert found.psi == pytest.approx(np.log(3) / 4, rel=1e-14)
    assert found.psi_n_bins == 2


def test_psi_of_gaussian_deciles_is_the_closed_form():
    """N(0, 1) to N(0.5, 1) over the deciles of N(0, 1): 0.23775."""
    edges = stats.norm.ppf(np.arange(1, 10) / 10)
    shares = np.diff(stats.norm.cdf(edges - 0.5), prepend=0, append=1)
    found = population_stability_index(np.full(10, 0.1), shares)
    assert found == pytest.approx(0.23775, abs=5e-6)
    assert distances(gaussian(0), gaussian(0.5)).psi == pytest.approx(found, abs=1e-3)


def test_deciles_hold_a_tenth_each():
    """Open ends: values beyond the reference are in the outer bins."""
    before, after = np.arange(100.0), np.array([-1e9, 1e9])
    share = np.array([0.5, *[0.25] * 8, 0.5])  # an empty bin counts as half a row
    expected = np.sum((share - 0.1) * np.log(share / 0.1))
    assert distances(before, after).psi == pytest.approx(expected, rel=1e-12)


def test_no_bin_is_empty_in_the_reference(rng):
    """Few distinct values: as many bins as values that end a tenth, or are last."""
    before = rng.poisson(0.7, 300).astype(float)
    assert distances(before, before).psi == 0
    assert distances(before, before).psi_n_bins == len(
        {*np.quantile(before, np.arange(1, 11) / 10, method="inverted_cdf")}
    )


def test_a_constant_reference_has_no_psi():
    """A single bin, open at both ends, would never see a shift."""
    found = distances(np.full(9, 7.0), np.full(9, 8.0))
    assert np.isnan(found.psi)
    assert found.ks == 1
    bins = np.array([1.0])
    assert np.isnan(critical_psi(np.array([9.0]), np.array([9.0]), bins, 0.05)).all()


@pytest.mark.parametrize(
    ("n_new", "critical", "rate"), [(1000, 0.0338, 0.054), (100, 0.186, 0.073)]
)
def test_the_critical_value_is_exceeded_in_5_percent(n_new, critical, rate, rng):
    """No shift, 1000 reference rows: a rate as large as 10,000 draws had, or nearer."""
    n, m = np.full(2000, 1000.0), np.full(2000, float(n_new))
    before, after = rng.normal(size=(1000, 2000)), rng.normal(size=(n_new, 2000))
    found = distances_of_columns(before, after, n, m, 0.0, 0.05)
    assert found["psi_critical"][0] == pytest.approx(critical, abs=5e-4)
    alarms = np.count_nonzero(found["psi"] > found["psi_critical"])
    assert stats.binom.ppf(0.005, 2000, 0.05) <= alarms
    assert alarms <= stats.binom.ppf(0.995, 2000, rate)


def test_columns_one_by_one_without_nan(rng):
    """Each column by itself, NaN left out; NaN for less than two values."""
    before, after = rng.normal(size=(40, 3)), rng.normal(size=(30, 3))
    before[::3, 0] = np.nan
    after[1:, 2] = np.nan
    n = [np.count_nonzero(~np.isnan(a), axis=0) for a in (before, after)]
    found = distances_of_columns(before, after, *n, 0.0, 0.05)
    alone = distances(before[~np.isnan(before[:, 0]), 0], after[:, 0])
    assert found["ks_statistic"][0] == alone.ks
    assert found["wasserstein"][0] == alone.wasserstein
    for values in found.values():
        np.testing.assert_array_equal(np.isnan(values), [False, False, True])


def test_float32_beside_float64_has_its_ties():
    """0.1 of one precision equals 0.1 of the other."""
    tenths = np.arange(50.0)[:, None] / 10
    single = tenths.astype(np.float32).astype(float)
    n = np.array([50.0])
    coarse = float(np.finfo(np.float32).eps)
    assert distances_of_columns(single, tenths, n, n, coarse, 0.05)["ks_statistic"] == 0
    fine = float(np.finfo(np.float64).eps)
    assert distances_of_columns(single, tenths, n, n, fine, 0.05)["ks_statistic"] > 0
