"""Spread of columns: what counts as none, and digits far from 0."""

from fractions import Fraction

import numpy as np
import pytest

from sknorm.inspection._column_spread import constant_columns, moments


@pytest.mark.parametrize(
    ("column", "constant"),
    [
        ([7.0, 7.0, 7.0], True),
        ([0.3, 0.1 + 0.2, 0.3], True),
        ([np.nan, np.nan, 1.0], True),
        ([np.nan, np.nan, np.nan], True),
        ([0.0, 0.0, 1e-100], False),
        ([1e15, 1e15 + 1, 1e15 + 2], False),
        ([np.nan, 1.0, 2.0], False),
    ],
)
def test_constant_columns(column, constant):
    """Rounding is no spread, and one value has none."""
    values = np.array(column)[:, np.newaxis]
    assert constant_columns(values, 2.0**-52).tolist() == [constant]


def test_moments_skip_missing_values():
    """Each column has moments of its own values, NaN where it has none."""
    mean, variance = moments(np.array([[1.0, np.nan], [np.nan, np.nan], [4.0, np.nan]]))
    np.testing.assert_array_equal(mean, [2.5, np.nan])
    np.testing.assert_array_equal(variance, [2.25, np.nan])


def test_moments_far_from_zero(rng):
    """As accurate as the values, at any offset."""
    values = rng.integers(0, 9, (9001, 3)) + 2.0**50
    mean, variance = moments(values)
    exact = float(sum(map(Fraction, values[:, 0])) / 9001)
    assert abs(mean[0] - exact) <= np.spacing(exact)
    np.testing.assert_allclose(variance, (values - 2.0**50).var(axis=0), rtol=1e-14)
