"""Shifts of moments: closed forms, SciPy, and how often intervals and tests err."""

import numpy as np
import pytest
from scipy import stats
from sklearn.utils import Bunch
from statsmodels.stats.multitest import multipletests

from sknorm.inspection._moment_shift import (
    ROWS_FOR_VARIANCE,
    adjusted,
    moment_shift,
    verdict,
)
from sknorm.inspection._shape_moments import ShapeMoments


def gaussian(mean, sd, n=1000):
    """Return moments of Gaussian values."""
    fields = (n, mean, sd**2, 0.0, 3.0)
    return ShapeMoments(*(np.array([float(value)]) for value in fields))


def of(X):
    """Return the moments of columns without names."""
    return ShapeMoments.of(X, "X", np.arange(X.shape[1]).astype(object))


def test_jeffreys_of_a_shift_of_half_an_sd_is_the_closed_form():
    """N(0, 1) to N(0.5, 1): m**2 = 0.25."""
    shift = moment_shift(gaussian(0, 1), gaussian(0.5, 1), 0.05)
    assert shift.jeffreys[0] == 0.25


@pytest.mark.parametrize("sd", [0.5, 1.0, 1.4])
def test_jeffreys_is_the_sum_of_both_divergences(sd):
    """KL(P, Q) + KL(Q, P) of Gaussians, in its textbook form."""
    m, s, t = 0.7 * 2, 2.0, 2 * sd
    there = np.log(t / s) + (s**2 + m**2) / (2 * t**2) - 0.5
    back = np.log(s / t) + (t**2 + m**2) / (2 * s**2) - 0.5
    found = moment_shift(gaussian(3, s), gaussian(3 + m, t), 0.05).jeffreys[0]
    assert found == pytest.approx(there + back, rel=1e-13)


def test_wasserstein_bound_is_the_closed_form():
    """N(0, 1) to N(0.3, 1.4**2): sqrt(0.3**2 + 0.4**2) = 0.5."""
    shift = moment_shift(gaussian(0, 1), gaussian(0.3, 1.4), 0.05)
    assert shift.wasserstein_lower_bound[0] == pytest.approx(0.5, rel=1e-14)


def test_wasserstein_bound_is_one(rng):
    """It does not exceed the distance of matched quantiles, whatever the shapes."""
    before, after = rng.exponential(size=(500, 9)), rng.uniform(-1, 2, size=(500, 9))
    bound = moment_shift(of(before), of(after), 0.05).wasserstein_lower_bound
    moves = np.sort(after, axis=0) - np.sort(before, axis=0)
    distance = np.sqrt(np.mean(moves**2, axis=0)) / before.std(axis=0)
    assert (bound < distance).all()
    assert (bound > 0).all()


@pytest.mark.parametrize("sizes", [(1000, 50), (7, 5)])
def test_p_mean_is_that_of_welch(sizes, rng):
    """As scipy.stats.ttest_ind without equal variances."""
    before, after = rng.normal(size=(sizes[0], 4)), rng.normal(0.3, 2, (sizes[1], 4))
    shift = moment_shift(of(before), of(after), 0.05)
    expected = stats.ttest_ind(after, before, equal_var=False)
    np.testing.assert_allclose(shift.p_mean, expected.pvalue, rtol=1e-9)
    means = after.mean(axis=0) - before.mean(axis=0)
    smd = shift.standardized_mean_difference
    np.testing.assert_allclose(smd, means / before.std(axis=0), rtol=1e-12)


def test_interval_of_the_smd_is_that_of_bonett_for_gaussians():
    """Estimate +- t sqrt(d**2 / (2 (n1 - 1)) + 1 / (n1 - 1) + r / (n2 - 1))."""
    shift = moment_shift(gaussian(0, 1, 50), gaussian(0.8, 1.5, 80), 0.1)
    of_means = 1 / 49, 1.5**2 / 79
    freedom = sum(of_means) ** 2 / (of_means[0] ** 2 / 49 + of_means[1] ** 2 / 79)
    error = np.sqrt(0.8**2 / (2 * 49) + sum(of_means))
    half = stats.t.ppf(0.95, freedom) * error
    np.testing.assert_allclose(shift.smd_ci, [[0.8 - half, 0.8 + half]], rtol=1e-13)


@pytest.mark.parametrize("d", [0.0, 0.3, 1.0, 3.0])
@pytest.mark.parametrize(
    ("draw", "mean", "surplus"), [("normal", 0.0, 0.0), ("exponential", 1.0, 0.02)]
)
def test_intervals_cover_the_truth(draw, mean, surplus, d, rng):
    """95 % intervals, 1000 rows: within the binomial 99.9 % bounds of 3000 draws.

    Up to 97 % for skewed values, as their kurtosis is about the median.
    """
    before, after = (getattr(rng, draw)(size=(1000, 3000)) for _ in range(2))
    after = 1.2 * (after - mean) + mean + d
    shift = moment_shift(of(before), of(after), 0.05)
    for interval, truth in ((shift.smd_ci, d), (shift.variance_ratio_ci, 1.44)):
        low, high = interval.T
        share = np.mean((low < truth) & (truth < high))
        assert 0.936 < share < 0.963 + surplus, (truth, share)


def test_a_balanced_binary_column_has_a_test_of_its_variance():
    """Kurtosis 1: the error of its variance is of second order, not 0."""
    before, after = (
        np.repeat([[0.0], [1.0]], [500 + surplus, 500 - surplus], axis=0)
        for surplus in (0, 5)
    )
    p_value = moment_shift(of(after), of(before), 0.05).p_variance[0]
    assert 0.5 < p_value < 1


def test_the_variance_is_tested_with_1000_rows_on_both_sides():
    """Not with 999: p is NaN, the ratio and its interval remain."""
    enough, few = ROWS_FOR_VARIANCE, ROWS_FOR_VARIANCE - 1
    for n1, n2 in ((enough, few), (few, enough)):
        shift = moment_shift(gaussian(0, 1, n1), gaussian(0, 2, n2), 0.05)
        assert np.isnan(shift.p_variance[0])
        assert shift.variance_ratio[0] == 4
        assert shift.variance_ratio_ci[0, 0] > 3
    shift = moment_shift(gaussian(0, 1, enough), gaussian(0, 2, enough), 0.05)
    assert shift.p_variance[0] < 1e-9


def test_p_variance_is_the_formula():
    """ln(4) / sqrt(2 (2 + 2 / 999) / 1000), two-sided."""
    shift = moment_shift(gaussian(0, 1), gaussian(0, 1.05), 0.05)
    z = np.log(1.05**2) / np.sqrt(2 * (2 + 2 / 999) / 1000)
    assert shift.p_variance[0] == pytest.approx(2 * stats.norm.sf(z), rel=1e-12)


@pytest.mark.parametrize("correction", ["bonferroni", "fdr_bh"])
def test_statsmodels_adjusts_alike(correction, rng):
    """Along the last axis; NaN is no test."""
    p_values = rng.random((5, 12)) ** 3
    p_values[:, 4] = np.nan
    known = np.delete(p_values, 4, axis=1)
    found = adjusted(p_values, correction)
    for row, expected in zip(found, known, strict=True):
        _, expected, *_ = multipletests(expected, method=correction)
        np.testing.assert_allclose(np.delete(row, 4), expected, rtol=1e-13)
    assert np.isnan(found[:, 4]).all()


def test_no_correction_changes_nothing():
    """None leaves the p-values as they are."""
    p_values = np.array([0.5, np.nan, 0.01])
    np.testing.assert_array_equal(adjusted(p_values, None), p_values)


@pytest.mark.parametrize(
    ("d", "ratio", "p_mean", "p_variance", "expected"),
    [
        (0.2, 1.0, 0.01, 0.9, True),
        (-0.2, 1.0, 0.01, 0.9, True),
        (0.09, 1.0, 0.01, 0.9, False),  # real, not large
        (0.2, 1.0, 0.06, 0.9, False),  # large, not real
        (0.0, 2.1, 0.9, 0.01, True),
        (0.0, 0.49, 0.9, 0.01, True),
        (0.0, 1.9, 0.9, 0.01, False),
        (0.0, 2.1, 0.9, 0.06, False),
        (0.0, 2.1, 0.9, np.nan, False),
        (0.09, 2.1, 0.01, np.nan, False),  # neither both real and large
        (np.nan, np.nan, np.nan, np.nan, False),
    ],
)
def test_shifted_is_real_and_large(d, ratio, p_mean, p_variance, expected):
    """By the mean, or by the variance."""
    names = ("standardized_mean_difference", "variance_ratio", "p_mean", "p_variance")
    values = ([value] for value in (d, ratio, p_mean, p_variance))
    shift = Bunch(**dict(zip(names, map(np.array, values), strict=True)))
    found = verdict(shift, 0.05)
    assert found["shifted"].tolist() == [expected]
    share = np.nan if np.isnan(d) else float(expected)
    np.testing.assert_equal(found["share_shifted"], share)
