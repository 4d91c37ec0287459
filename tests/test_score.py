"""Scores: the rule of interval disclosure on the intruder's estimates."""

import numpy as np
import pytest

from real_data import IRIS, standardised
from sknorm import BatchStandardizer, RowLayerNormalizer
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._score import Score
from targets import target_of


def score_of(X, estimate, *, tolerance=0.05, unknown=True):
    """Return the score of one try at all records of X."""
    X = np.asarray(X, float)
    target = target_of(BatchStandardizer().fit(X), X, tolerance=tolerance)
    score = Score(target, np.arange(len(X)))
    score.add(np.asarray(estimate, float), unknown)
    return score


def test_sdid_of_iris_sdcmicro():
    """Section 7, row 5: dRisk(k=0.5), the share of rows with all values inside.

    sdcMicro's standard deviation has ddof=1, and is that of the masked values.
    """
    Z = standardised(RowLayerNormalizer().fit_transform(IRIS))
    score = score_of(standardised(IRIS), Z, tolerance=0.5 * np.sqrt(150 / 149))
    assert (score.hits == score.cells).sum() == 5


def test_a_value_counts_within_the_tolerance_by_hand():
    """In standard deviations (here 1), on either side, at the bound too."""
    X = [[-1.0], [1.0], [-1.0], [1.0]]
    score = score_of(X, [[-1.25], [1.25], [-1.26], [0.7]], tolerance=0.25)
    np.testing.assert_array_equal(score.hits, [1, 1, 0, 0])
    attack = score.attack("all")
    assert attack.success_rate == 0.5
    assert attack.nrmse == pytest.approx(
        np.sqrt((2 * 0.0625 + 0.0676 + 0.09) / 4), rel=1e-12
    )


def test_the_sign_of_the_secret_does_not_matter():
    """Never a relative tolerance: -1 is no estimate of 2, which anonymeter allows."""
    score = score_of([[2.0], [-2.0]], [[-1.0], [1.0]], tolerance=1.0)
    np.testing.assert_array_equal(score.hits, [0, 0])


def test_known_missing_and_constant_cells_do_not_count():
    """They are no achievement; an estimate that is missing is a failure."""
    X = [[0.0, 1.0, 7.0], [1.0, np.nan, 7.0], [2.0, 5.0, 7.0]]
    estimate = [[0.0, 1.0, 7.0], [np.nan, 3.0, 7.0], [2.0, 0.0, 0.0]]
    unknown = np.array([[False, True, True]] + [[True] * 3] * 2)
    score = score_of(X, estimate, unknown=unknown)
    np.testing.assert_array_equal(score.cells, [1, 1, 2])
    np.testing.assert_array_equal(score.hits, [1, 0, 1])
    attack = score.attack("all")
    assert attack.success_rate == pytest.approx(0.5)
    assert attack.n_trials == 3


def test_records_not_cells_are_trials():
    """A record that is attacked twice is one trial, with the mean of both tries."""
    score = score_of([[0.0], [1.0]], [[0.0], [1.0]])
    once = score.attack("all")
    score.add(np.array([[9.0], [9.0]]))
    twice = score.attack("all")
    assert (once.success_rate, twice.success_rate) == (1.0, 0.5)
    assert once.n_trials == twice.n_trials == 2


def test_guesses_are_those_of_the_attacked_cells():
    """The baseline of an attack on one column is that column's."""
    X = np.column_stack([np.arange(100.0), np.repeat([0.0, 1.0], 50)])
    score = score_of(X, X, unknown=np.array([False, True]))
    assert score.attack("all").baseline_rate == pytest.approx(49 / 99)


def test_nothing_to_attack():
    """An attack without an unknown cell does not apply."""
    with pytest.raises(NotApplicableError, match="did not know"):
        score_of([[0.0], [1.0]], [[0.0], [1.0]], unknown=False).attack("all")
