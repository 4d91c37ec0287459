"""Differencing: two snapshots of statistics give away the row between them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from real_data import IRIS, REAL_DATA
from sknorm import BatchStandardizer
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._differencing import _learned, differencing
from targets import target_of


@pytest.mark.parametrize("name", REAL_DATA)
@pytest.mark.parametrize("momentum", [None, 0.1, 1.0])
@pytest.mark.parametrize("scale", ["std", "range"])
def test_a_row_comes_back_section_3_6(name, momentum, scale):
    """Error 1e-15 for moving averages, that times the number of rows for sums."""
    if momentum is not None and scale == "range":
        scale = "rms"
    X = REAL_DATA[name]
    estimator = BatchStandardizer(momentum=momentum, scale=scale).fit(X)
    attack = differencing(target_of(estimator, X))
    assert attack.success_rate == 1.0
    assert attack.nrmse < (1e-11 if momentum is None else 1e-13)
    assert attack.needs_statistics


def test_rows_with_gaps_come_back(rng):
    """A missing value changes no mean, and is not attacked."""
    X = rng.normal(size=(60, 3))
    X[::3, 1] = np.nan
    attack = differencing(target_of(BatchStandardizer().fit(X), X))
    assert attack.success_rate == 1.0


@pytest.mark.parametrize("momentum", [None, 0.1])
def test_the_first_value_of_a_column_comes_back(momentum):
    """It is taken whole, whatever the momentum."""
    estimator = BatchStandardizer(momentum=momentum).fit([[1.0, np.nan], [4.0, np.nan]])
    np.testing.assert_allclose(_learned(estimator, np.array([[9.0, 7.0]])), [9.0, 7.0])


def test_the_mean_of_a_group_is_all_that_comes_back():
    """Columns that share a mean hide in it, to a degree."""
    estimator = BatchStandardizer(feature_groups=2).fit(IRIS)
    attack = differencing(target_of(estimator, IRIS))
    assert attack.success_rate < 0.2


def test_the_estimator_learns_nothing():
    """Copies learn the rows, also where the data had names."""
    frame = pd.DataFrame(IRIS, columns=list("abcd"))
    estimator = BatchStandardizer().fit(frame)
    assert differencing(target_of(estimator, frame)).success_rate == 1.0
    np.testing.assert_array_equal(estimator.n_samples_seen_, 150)
    assert list(estimator.feature_names_in_) == list("abcd")


@pytest.mark.parametrize(
    ("estimator", "reason"),
    [
        (StandardScaler(), "it concerns BatchStandardizer"),
        (BatchStandardizer(location="median"), "does not learn in parts"),
        (BatchStandardizer(location="min", scale="range"), "keeps no means"),
    ],
)
def test_where_there_is_nothing_to_subtract(estimator, reason):
    """Other estimators, medians, and statistics without means."""
    with pytest.raises(NotApplicableError, match=reason):
        differencing(target_of(estimator.fit(IRIS), IRIS))
