"""Rates: Wilson's interval, guessing, and what is above it."""

from math import erf, sqrt

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from sknorm.inspection._rates import guessing_rates, risk_above, wilson_interval


def test_wilson_61_of_150_anonymeter():
    """Section 7, row 13: centre and half width, to the digits of its quantile."""
    low, high = wilson_interval(61, 150, 0.95)
    assert (low + high) / 2 == pytest.approx(0.408997222788, abs=1e-10)
    assert (high - low) / 2 == pytest.approx(0.077656127669, abs=1e-9)


@pytest.mark.parametrize("n", [1, 7, 500])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_wilson_is_that_of_scipy(n, share, level):
    """For whole numbers of successes, none and all included."""
    expected = binomtest(round(n * share), n).proportion_ci(level, method="wilson")
    found = wilson_interval(round(n * share), n, level)
    assert found == pytest.approx(tuple(expected), abs=1e-12)
    assert 0 <= found[0] < found[1] <= 1


@pytest.mark.parametrize(
    ("rate", "baseline", "risk"),
    [(0.5, 0.0, 0.5), (0.5, 0.2, 0.375), (0.1, 0.2, 0.0), (1.0, 0.9, 1.0)],
)
def test_risk_above_guessing(rate, baseline, risk):
    """(rate - baseline) / (1 - baseline), not below 0."""
    assert risk_above(rate, baseline) == pytest.approx(risk)


def test_no_risk_is_above_certainty():
    """Where guessing succeeds always the risk is not a number."""
    assert np.isnan(risk_above(1.0, 1.0))


def test_guessing_gaussians_closed_form():
    """Section 7, row 12: erf(0.025) = 0.028204 by a draw, 0.039878 by the mean."""
    n = 200_001
    values = norm.ppf((np.arange(n) + 0.5) / n)
    draw, mean = guessing_rates(values, 0.05)
    assert draw == pytest.approx(0.028204, abs=1e-5)
    assert mean == pytest.approx(0.039878, abs=1e-5)
    assert draw == pytest.approx(erf(0.025), abs=1e-5)
    assert mean == pytest.approx(erf(0.05 / sqrt(2)), abs=1e-5)


def test_guessing_two_values_by_hand():
    """Of 0, 0, 0, 1 half of the other records' values are right, the mean never."""
    assert guessing_rates(np.array([0.0, 0.0, 0.0, 1.0]), 0.05) == (0.5, 0.0)


def test_guessing_does_not_count_the_record_itself():
    """Of two different values the other one is always wrong."""
    assert guessing_rates(np.array([0.0, 1.0]), 0.05) == (0.0, 0.0)
