"""information_loss: published values, the table of section 0, and reasons for NaN."""

import json

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from real_data import IRIS, REAL_DATA, WINE
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection import information_loss
from sknorm.inspection._paired_columns import MEASURES

DATA = pytest.mark.parametrize("name", REAL_DATA)


def loss_of(estimator, X):
    """Return the report of an estimator fitted to X."""
    return information_loss(estimator.fit(X), X)


def test_il1s_of_iris_sdcmicro():
    """Section 7, row 3: sdcMicro's "IL1old" in R."""
    loss = loss_of(BatchStandardizer(), IRIS)
    assert loss.il1s == pytest.approx(3.14189501735332, rel=1e-13)


def test_spearman_of_iris_r_and_scipy():
    """Section 7, row 7: R's cor and scipy, of a release rounded to 8 decimals."""
    expected = 0.932315010934829
    estimator = RowLayerNormalizer().fit(IRIS)
    loss = information_loss(estimator, IRIS)
    assert loss.rank_correlation[2] == pytest.approx(expected, rel=1e-13)
    rounded = information_loss(estimator, IRIS, Z=estimator.transform(IRIS).round(8))
    assert rounded.rank_correlation[2] == pytest.approx(expected, rel=1e-13)


@DATA
def test_what_a_column_scaler_keeps_section_0(name):
    """Order, shape and correlations of columns exactly; not the order inside rows."""
    loss = loss_of(BatchStandardizer(), REAL_DATA[name])
    assert (loss.rank_correlation == 1.0).all()
    assert (loss.permutation_distance == 0.0).all()
    assert (loss.shape_ks == 0.0).all()
    assert loss.shape_wasserstein.max() < 1e-12
    assert loss.correlation_change < 1e-12
    assert 0.095 < loss.within_sample_rank_correlation < 0.215
    np.testing.assert_allclose(loss.scale_ratio, 1 / REAL_DATA[name].std(axis=0))
    mean, sd = REAL_DATA[name].mean(axis=0), REAL_DATA[name].std(axis=0)
    np.testing.assert_allclose(loss.location_change, -mean / sd)


@DATA
def test_what_a_row_scaler_keeps_section_0(name):
    """The order inside rows exactly; columns lose order, shape and correlations."""
    loss = loss_of(RowLayerNormalizer(), REAL_DATA[name])
    assert loss.within_sample_rank_correlation == 1.0
    assert 0.105 < loss.rank_correlation.mean() < 0.635
    assert 0.135 < loss.shape_wasserstein.mean() < 0.275
    assert 0.455 < loss.correlation_change < 0.805


def test_what_causal_windows_keep_section_0():
    """Means over columns, least and most of the four data sets, as far as they agree.

    Section 0 states no window. At 41 values all but iris' correlations, of which more
    are lost, are within its ranges.
    """
    window = LocalWindowNormalizer(41, axis="samples", align="trailing")
    losses = {name: loss_of(window, X) for name, X in REAL_DATA.items()}
    order = [loss.rank_correlation.mean() for loss in losses.values()]
    assert 0.565 < min(order) < max(order) < 0.965
    inside = [loss.within_sample_rank_correlation for loss in losses.values()]
    assert -0.125 < min(inside) < max(inside) < 0.175
    shape = [loss.shape_wasserstein.mean() for loss in losses.values()]
    assert 0.05 < min(shape) < max(shape) < 0.225
    assert 0.3 < losses.pop("iris").correlation_change < 0.4
    change = [loss.correlation_change for loss in losses.values()]
    assert 0.005 < min(change) < max(change) < 0.235


@pytest.mark.parametrize(
    "scaler",
    [
        StandardScaler(),
        MinMaxScaler(),
        RobustScaler(),
        PowerTransformer(),
        QuantileTransformer(n_quantiles=150, output_distribution="normal"),
        make_pipeline(RobustScaler(), BatchStandardizer()),
    ],
)
def test_column_scalers_of_scikit_learn_keep_the_order(scaler):
    """A permutation distance of 0 is no protection in the permutation paradigm."""
    loss = loss_of(scaler, IRIS)
    np.testing.assert_array_equal(loss.permutation_distance, 0.0)
    np.testing.assert_array_equal(loss.rank_correlation, 1.0)


def test_unit_rows_of_scikit_learn_keep_the_order_inside():
    """Normalizer divides each row by its length."""
    loss = loss_of(Normalizer(), WINE)
    assert loss.within_sample_rank_correlation == 1.0
    assert loss.rank_correlation.max() < 1.0


def test_a_release_that_hides_nothing(rng):
    """Each measure has the value that its documentation gives for X itself."""
    X = rng.normal(size=(50, 3))
    loss = information_loss(BatchStandardizer().fit(X), X, Z=X)
    expected = dict.fromkeys(MEASURES, 0.0) | {"scale_ratio": 1, "rank_correlation": 1}
    for name, value in expected.items():
        np.testing.assert_array_equal(loss[name], value)
    assert loss.within_sample_rank_correlation == 1.0
    assert loss.correlation_change == loss.il1s == 0.0
    assert loss.notes == []


def test_gaps_and_constants_have_reasons(rng):
    """NaN stands only where a note names the column."""
    X = rng.normal(size=(30, 4))
    X[:, 1] = 5.0
    X[:, 2] = np.nan
    X[4, 3] = np.nan
    loss = loss_of(BatchStandardizer(), X)
    for name in MEASURES:
        np.testing.assert_array_equal(np.isnan(loss[name]), [False, True, True, False])
    assert loss.notes == [
        "Columns 'x1', 'x2' are constant in X, or have less than two values: nothing "
        "to compare.",
        "Missing values are left out, value by value.",
    ]
    assert json.dumps(loss.to_dict(), allow_nan=False)
    assert loss.to_dict()["rank_correlation"] == [1.0, None, None, 1.0]


def test_a_release_without_spread_has_reasons(rng):
    """Two columns normalised by row are -1 and 1: order inside rows is all there is."""
    X = rng.normal(size=(30, 1)) + np.array([0.0, 100.0])
    loss = loss_of(RowLayerNormalizer(), X)
    assert np.isnan(loss.rank_correlation).all()
    assert np.isnan(loss.correlation_change)
    np.testing.assert_allclose(loss.scale_ratio, 0.0, atol=1e-12)
    assert loss.notes[0] == (
        "Columns 'x0', 'x1' are constant in the release: no order and no shape is left."
    )
    assert "no correlations to compare" in loss.notes[1]


def test_one_column_has_no_order_inside_rows(rng):
    """Nor correlations; both are NaN with a reason."""
    X = rng.normal(size=(30, 1))
    loss = loss_of(BatchStandardizer(), X)
    assert np.isnan(loss.within_sample_rank_correlation)
    assert np.isnan(loss.correlation_change)
    assert any("no order inside them" in note for note in loss.notes)
    assert any("no correlations" in note for note in loss.notes)


def test_the_report():
    """The table has a row for each feature, its facts the numbers of the whole."""
    loss = loss_of(BatchStandardizer(), IRIS)
    assert list(loss.to_frame().columns) == list(MEASURES)
    assert list(loss.to_frame().index) == ["x0", "x1", "x2", "x3"]
    assert "il1s: 3.142" in str(loss)
    assert loss.n_samples == 150
