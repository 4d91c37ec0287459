"""Moments up to the fourth: against SciPy, and where there are none."""

import numpy as np
import pytest
from scipy import stats

from sknorm.inspection._shape_moments import ShapeMoments


def of(X):
    """Return the moments of columns that are numbered."""
    return ShapeMoments.of(X, "X", np.arange(X.shape[1]).astype(object))


def test_scipy_finds_the_same(rng):
    """Mean, variance and skewness to 1e-12, NaN left out."""
    X = rng.exponential(size=(300, 3)) + np.array([0, 10, 1e4])
    X[rng.random(X.shape) < 0.2] = np.nan
    moments = of(X)
    np.testing.assert_array_equal(moments.n, np.sum(~np.isnan(X), axis=0))
    np.testing.assert_allclose(moments.mean, np.nanmean(X, axis=0), rtol=1e-13)
    np.testing.assert_allclose(moments.variance, np.nanvar(X, axis=0), rtol=1e-9)
    skewness = stats.skew(X, axis=0, nan_policy="omit")
    np.testing.assert_allclose(moments.skewness, skewness, rtol=1e-7)


@pytest.mark.parametrize("n", [3, 4, 1000])
def test_kurtosis_is_about_the_median(n, rng):
    """Fourth powers are; the variance is about the mean."""
    x = rng.exponential(size=n)
    expected = np.mean((x - np.median(x)) ** 4) / np.var(x) ** 2
    assert of(x[:, None]).kurtosis[0] == pytest.approx(expected, rel=1e-12)


def test_kurtosis_of_symmetric_values_is_the_usual_one():
    """The median is the mean."""
    x = stats.norm.ppf((np.arange(1000) + 0.5) / 1000)
    expected = stats.kurtosis(x, fisher=False)
    assert of(x[:, None]).kurtosis[0] == pytest.approx(expected, rel=1e-12)


def test_an_offset_of_1e12_costs_no_digits_of_the_variance(rng):
    """Nor of the shape: deviations are taken before powers."""
    steps = rng.integers(0, 100, (500, 1)).astype(float)
    far, near = of(steps + 1e12), of(steps)
    for name in ("variance", "skewness", "kurtosis"):
        np.testing.assert_allclose(getattr(far, name), getattr(near, name), rtol=1e-4)


def test_nothing_is_known_of_no_values():
    """All NaN: n is 0, the rest NaN; one value has a mean, and no shape."""
    moments = of(np.array([[np.nan, 5.0]]))
    assert moments.n.tolist() == [0, 1]
    np.testing.assert_array_equal(moments.mean, [np.nan, 5])
    np.testing.assert_array_equal(moments.variance, [np.nan, 0])
    assert np.isnan([moments.skewness, moments.kurtosis]).all()


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_squares_that_overflow_or_vanish_are_an_error(size):
    """The message names the matrix and its columns; constants of that size pass."""
    X = np.array([[1.0, size], [2.0, -size]])
    with pytest.raises(ValueError, match=r"of X overflow, or vanish, in columns 1\. T"):
        of(X)
    assert of(np.full((3, 1), size)).variance[0] == 0
