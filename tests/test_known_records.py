"""Known records: what a few pairs of rows undo."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from real_data import REAL_DATA, WINE
from sknorm import BatchStandardizer, RowLayerNormalizer
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._known_records import _monotone, known_records, least_squares
from targets import target_of

AFFINE = [BatchStandardizer(), StandardScaler(), MinMaxScaler(), RobustScaler()]


@pytest.mark.parametrize("name", REAL_DATA)
@pytest.mark.parametrize("scaler", AFFINE)
def test_two_records_undo_a_column_theorem_t2(name, scaler):
    """Section 7, row 10: error below 1e-12 wherever the two values differ."""
    X = REAL_DATA[name]
    Z = scaler.fit_transform(X)
    for first, second in np.random.default_rng(0).integers(len(X), size=(20, 2)):
        known = [first, second]
        slope, level, centre = least_squares(X[known], Z[known])
        error = (slope * (Z - centre) + level - X) / X.std(axis=0)
        # Rounding grows with the distance of the two values.
        apart = np.abs(Z[first] - Z[second]) / Z.std(axis=0) > 0.01
        assert np.abs(error[:, apart]).max(initial=0) < 1e-12


@pytest.mark.parametrize("name", REAL_DATA)
def test_what_known_records_restore_section_0(name):
    """k=2: 95 to 100 % of the cells, here 94; k=3: 98 to 100 %; rows nearly none.

    At k=2 what is missing are columns in which two records have one value.
    """
    X = REAL_DATA[name]
    columns = target_of(BatchStandardizer().fit(X), X)
    assert 0.935 < known_records(columns, 2).success_rate <= 1
    assert 0.975 < known_records(columns, 3).success_rate <= 1
    assert known_records(columns, 10).success_rate == pytest.approx(1, abs=1e-3)
    rows = target_of(RowLayerNormalizer().fit(X), X)
    for k in (2, 3, 10):
        attack = known_records(rows, k)
        assert 0.02 < attack.success_rate < 0.095
        assert attack.risk < 0.04


@pytest.mark.parametrize(
    ("decimals", "k", "expected"),
    [(2, 2, 0.963), (2, 3, 0.998), (1, 2, 0.58), (1, 3, 0.73), (1, 10, 0.89)],
)
def test_rounding_the_release_of_wine_section_3_2(decimals, k, expected):
    """Two decimals hide nothing, one decimal little."""
    rounding = FunctionTransformer(np.round, kw_args={"decimals": decimals})
    estimator = make_pipeline(StandardScaler(), rounding).fit(WINE)
    rate = known_records(target_of(estimator, WINE), k).success_rate
    assert rate == pytest.approx(expected, abs=0.035)


@pytest.mark.parametrize(
    ("transformer", "expected"),
    [(QuantileTransformer(n_quantiles=178), 0.58), (PowerTransformer(), 0.80)],
)
def test_monotone_maps_of_wine_section_3_2(transformer, expected):
    """Ten records, interpolated: 58 % (here 63 to 68) and 80 %."""
    attack = known_records(target_of(transformer.fit(WINE), WINE), 10)
    assert expected - 0.02 < attack.success_rate < expected + 0.07


def test_interpolation_by_hand():
    """Between points linear, beyond them constant, of equal z the mean."""
    z, x = np.array([[2.0], [0.0], [2.0], [np.nan]]), np.array([[5.0], [1], [7], [9]])
    Z = np.array([[-1.0], [0.5], [2.0], [9.0]])
    np.testing.assert_allclose(_monotone(x, z, Z), [[1.0], [2.25], [6.0], [6.0]])
    assert np.isnan(_monotone(x, np.full_like(z, np.nan), Z)).all()


def test_least_squares_by_hand():
    """Equal z say nothing of the slope; missing values say nothing at all."""
    x = np.array([[1.0, 4.0, 3.0], [3.0, 8.0, np.nan], [5.0, np.nan, np.nan]])
    z = np.array([[0.0, 2.0, 1.0], [1.0, 2.0, 5.0], [2.0, 7.0, np.nan]])
    slope, level, centre = least_squares(x, z)
    np.testing.assert_allclose(slope, [2.0, 0.0, 0.0])
    np.testing.assert_allclose(level, [3.0, 6.0, 3.0])
    np.testing.assert_allclose(centre, [1.0, 2.0, 1.0])


def test_rounding_is_no_slope():
    """Released values that differ in the last place are equal."""
    x, z = np.array([[1.0], [3.0]]), np.array([[0.3], [0.1 + 0.2]])
    slope, level, _ = least_squares(x, z)
    assert slope == 0.0
    assert level == 2.0


def test_the_known_records_are_no_success(rng):
    """A release of noise: the records that were fitted exactly do not count."""
    X = rng.normal(size=(4, 1))
    target = target_of(BatchStandardizer().fit(X), X)
    target.release.Z[:] = rng.normal(size=X.shape)
    assert known_records(target, 2).success_rate < 0.3


def test_more_records_than_there_are():
    """All of them known leaves nothing to attack."""
    X = np.arange(6.0).reshape(3, 2)
    target = target_of(BatchStandardizer().fit(X), X)
    assert known_records(target, 2).n_trials == 3
    with pytest.raises(NotApplicableError, match="more than 3 records"):
        known_records(target, 3)
