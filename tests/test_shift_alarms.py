"""How often covariate_shift raises a false alarm, and misses a shift."""

import numpy as np
import pytest
from scipy import stats
from sklearn.utils import Bunch

from sknorm import BatchStandardizer
from sknorm.inspection import covariate_shift
from sknorm.inspection._moment_shift import adjusted


def no_shift(draw, seed, *, n_rows=1000, n_draws=300):
    """Compare draws of ten columns in which nothing has shifted, all at once.

    `p_values`, (n_draws, 20), means then variances, are adjusted for each draw.
    """
    rng = np.random.default_rng(seed)
    before, after = (getattr(rng, draw)(size=(n_rows, 10 * n_draws)) for _ in range(2))
    report = covariate_shift(BatchStandardizer().fit(before), after, correction=None)
    p_mean, p_variance = (
        p.reshape(n_draws, 10) for p in (report.p_mean, report.p_variance)
    )
    p_values = adjusted(np.hstack([p_mean, p_variance]), "bonferroni")
    return Bunch(before=before, after=after, p_mean=p_mean, p_values=p_values)


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_false_alarms_are_at_most_7_percent(draw):
    """Any adjusted p < 0.05 in ten columns: 900 draws of 1000 and 1000 rows."""
    p_values = np.concatenate([no_shift(draw, seed).p_values for seed in range(3)])
    alarms = np.mean(p_values.min(axis=-1) < 0.05)
    assert 0.02 < alarms <= 0.07


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_false_alarms_of_the_mean_are_5_percent(draw):
    """Adjusted for the means alone, within the binomial 99 % bounds of 900 draws."""
    alarms = 0
    for seed in range(3):
        p_mean = adjusted(no_shift(draw, seed).p_mean, "bonferroni")
        alarms += np.count_nonzero(p_mean.min(axis=-1) < 0.05)
    assert stats.binom.ppf(0.005, 900, 0.05) <= alarms
    assert alarms <= stats.binom.ppf(0.995, 900, 0.05)


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_false_alarms_with_100_rows(draw):
    """At most 7 % too, by the mean alone: there is no test of the variance."""
    draws = [no_shift(draw, seed, n_rows=100) for seed in range(3)]
    assert all(np.isnan(found.p_values[:, 10:]).all() for found in draws)
    p_mean = np.concatenate([found.p_values[:, :10] for found in draws])
    assert 0.02 < np.mean(p_mean.min(axis=-1) < 0.05) <= 0.07


@pytest.mark.parametrize("n_rows", [100, 1000])
@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_features_are_wrongly_called_shifted_in_at_most_7_percent(draw, n_rows):
    """Of 900 draws of ten columns; a call for each, as users do."""
    called = 0
    for seed in range(3):
        found = no_shift(draw, seed, n_rows=n_rows)
        for first in range(0, 3000, 10):
            part = slice(first, first + 10)
            fitted = BatchStandardizer().fit(found.before[:, part])
            called += covariate_shift(fitted, found.after[:, part]).shifted.any()
    assert 0 < called <= 0.07 * 900


def test_columns_at_once_are_columns_by_themselves():
    """What the tests of false alarms rest on: a call for ten columns says the same."""
    found = no_shift("normal", 0)
    fitted = BatchStandardizer().fit(found.before[:, :10])
    report = covariate_shift(fitted, found.after[:, :10])
    p_values = np.concatenate([report.p_mean, report.p_variance])
    np.testing.assert_allclose(p_values, found.p_values[0], rtol=1e-9)


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_a_shift_of_0_3_sd_is_found(draw):
    """In at least 99 % of 300 columns, each with nine others, 1000 and 1000 rows."""
    found, missed = no_shift(draw, 0), 0
    for first in range(0, 3000, 10):
        part = slice(first, first + 10)
        fitted = BatchStandardizer().fit(found.before[:, part])
        after = found.after[:, part].copy()
        after[:, 4] += 0.3
        missed += not covariate_shift(fitted, after).shifted[4]
    assert missed <= 3


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_a_variance_ratio_of_3_is_found(draw):
    """In at least 99 % of 300 columns, with 1000 rows; with 999 none is."""
    found = no_shift(draw, 0)
    fitted = BatchStandardizer().fit(found.before[:, :300])
    mean = found.before[:, :300].mean(axis=0)
    after = (found.after[:, :300] - found.after[:, :300].mean(axis=0)) * 3**0.5 + mean
    assert covariate_shift(fitted, after).shifted.mean() >= 0.99
    few = covariate_shift(fitted, after[:999])
    assert np.isnan(few.p_variance).all()
    assert few.shifted.mean() < 0.05
