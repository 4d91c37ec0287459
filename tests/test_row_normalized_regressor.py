"""RowNormalizedRegressor: laws, degenerate rows, refusals, inside scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.ensemble import (
    HistGradientBoostingRegressor,
)
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from cases import PAIRS, full_text, lagged
from sknorm import LocalWindowNormalizer, RowLayerNormalizer, RowNormalizedRegressor

REGRESSORS = [
    Ridge(),
    KNeighborsRegressor(3),
    DecisionTreeRegressor(random_state=0),
    HistGradientBoostingRegressor(max_iter=20, min_samples_leaf=2, random_state=0),
]


class Oracle(RegressorMixin, BaseEstimator):
    """Predicts the targets that it was fitted on, in their order."""

    def fit(self, X, y):
        """Remember."""
        self.seen_, self.y_ = X, y
        return self

    def predict(self, X):
        """Return what was remembered."""
        return self.y_[: len(X)]


@given(st.data())
def test_a_perfect_regressor_gives_y_back(data):
    """To 1e-12 of max(|y|, |location|), 1-D and multi-output, for every pair."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, p = data.draw(st.integers(1, 20)), data.draw(st.integers(1, 12))
    location, scale = data.draw(st.sampled_from(PAIRS))
    groups = data.draw(st.sampled_from([None, 1, [[0]], [[p - 1]]]))
    X = rng.normal(size=(n, p)) + data.draw(st.sampled_from([0, 5, 1e8]))
    y = rng.normal(size=data.draw(st.sampled_from([(n,), (n, 1), (n, 30)]))) * 10 + 3
    normalizer = RowLayerNormalizer(
        location=location, scale=scale, feature_groups=groups
    )
    model = RowNormalizedRegressor(
        Oracle(), normalizer, append_statistics=data.draw(st.booleans())
    ).fit(X, y)
    level = normalizer.fit(X).statistics_.location[:, 0]
    level = level.reshape(-1, *[1] * (y.ndim - 1))
    error = np.abs(model.predict(X) - y)
    assert error.shape == y.shape
    assert np.all(error <= 1e-12 * np.maximum(np.abs(y), np.abs(level)))


@pytest.mark.parametrize("regressor", REGRESSORS, ids=str)
@pytest.mark.parametrize("factor", [2.0**-7, 0.5, 4.0, 2.0**20])
@pytest.mark.parametrize("n_ahead", [1, 3])
def test_powers_of_two_multiply_predictions(regressor, factor, n_ahead, rng):
    """Predictions for a X, fitted with a y, are a times the others, bit for bit."""
    if n_ahead > 1 and isinstance(regressor, HistGradientBoostingRegressor):
        regressor = LinearRegression()  # it has one output
    X, y = lagged(rng.normal(size=100).cumsum() + 50, 8, n_ahead)
    model = RowNormalizedRegressor(regressor)
    expected = clone(model).fit(X[:60], y[:60]).predict(X[60:])
    found = model.fit(factor * X[:60], factor * y[:60]).predict(factor * X[60:])
    np.testing.assert_array_equal(found, factor * expected)


@pytest.mark.parametrize("regressor", REGRESSORS[:2], ids=str)
@pytest.mark.parametrize(("a", "b"), [(3.7, 0.0), (1.0, -400.0), (0.01, 1e5)])
def test_affine_maps_are_followed(regressor, a, b, forecast):
    """To 1e-9, for any a > 0 and b."""
    X, y = forecast
    model = RowNormalizedRegressor(regressor)
    expected = a * clone(model).fit(X[:80], y[:80]).predict(X[80:]) + b
    found = model.fit(a * X[:80] + b, a * y[:80] + b).predict(a * X[80:] + b)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_a_tree_leaves_the_range_of_its_targets():
    """On a ramp the tree alone stays below the largest target that it has seen."""
    X, y = lagged(np.arange(200.0) + np.tile([0, 1, 0, -1], 50), 8)
    tree = DecisionTreeRegressor(random_state=0)
    raw = clone(tree).fit(X[:100], y[:100]).predict(X[100:])
    normalised = RowNormalizedRegressor(tree).fit(X[:100], y[:100]).predict(X[100:])
    assert raw.max() <= y[:100].max()
    np.testing.assert_allclose(normalised, y[100:], rtol=1e-12)


def test_by_hand():
    """The regressor sees (x - m) / s and (y - m) / s of the same row."""
    X, y = np.array([[1.0, 3.0], [10.0, 30.0]]), np.array([6.0, 0.0])
    model = RowNormalizedRegressor(Oracle()).fit(X, y)
    np.testing.assert_array_equal(model.regressor_.seen_, [[-1, 1], [-1, 1]])
    np.testing.assert_array_equal(model.regressor_.y_, [4, -2])
    model.set_params(append_statistics=True).fit(X, y)
    expected = [[-1, 1, 2, 0], [-1, 1, 20, np.log(10)]]
    np.testing.assert_array_equal(model.regressor_.seen_, expected)


def test_target_group():
    """The group of columns that holds the target's own past; others pass through."""
    X = np.array([[1.0, 3.0, 50.0, 70.0, 9.0], [0.0, 8.0, 2.0, 4.0, 7.0]])
    y = np.array([80.0, 5.0])
    normalizer = RowLayerNormalizer(feature_groups=[[0, 1], [2, 3]])
    model = RowNormalizedRegressor(Oracle(), normalizer, target_group=1).fit(X, y)
    np.testing.assert_array_equal(model.regressor_.y_, [2, 2])
    expected = [[-1, 1, -1, 1, 9], [-1, 1, -1, 1, 7]]
    np.testing.assert_array_equal(model.regressor_.seen_, expected)
    np.testing.assert_array_equal(model.predict(X), y)


def test_constant_rows_are_centred_only():
    """Their scale is 1, in both directions."""
    X, y = np.array([[5.0, 5.0], [0.1, 0.1]]), np.array([7.0, 0.4])
    model = RowNormalizedRegressor(Oracle()).fit(X, y)
    np.testing.assert_array_equal(model.regressor_.y_, y - [5, 0.1])
    np.testing.assert_allclose(model.predict(X), y, rtol=1e-15)


def test_one_feature_and_one_sample(rng):
    """A row of one value is its own level; one sample is fitted as one."""
    X, y = rng.normal(size=(30, 1)), rng.normal(size=30)
    model = RowNormalizedRegressor(Ridge()).fit(X, y)
    np.testing.assert_allclose(model.predict(X), X[:, 0] + (y - X[:, 0]).mean())
    one = RowNormalizedRegressor(KNeighborsRegressor(1)).fit([[1.0, 3.0]], [6.0])
    np.testing.assert_array_equal(one.predict([[10.0, 30.0]]), [60])


def test_a_horizon_longer_than_the_row(rng):
    """All outputs have the level of the row."""
    X, y = lagged(rng.normal(size=60).cumsum(), 3, 9)
    model = RowNormalizedRegressor(LinearRegression()).fit(X, y)
    assert model.predict(X[:4]).shape == (4, 9)


def test_missing_values(forecast):
    """They are skipped, and reach the regressor; a row of nothing has no level."""
    X, y = forecast
    X[3, 2:5] = np.nan
    model = RowNormalizedRegressor(REGRESSORS[3]).fit(X, y)
    assert np.isfinite(model.predict(X)).all()
    with pytest.raises(ValueError, match="Input X contains NaN"):
        RowNormalizedRegressor(Ridge()).fit(X, y)
    X[[4, 7]] = np.nan
    text = (
        "Rows 4, 7 of X have no values in target_group=0, and so no level to predict "
        "at. Leave these rows out, or fill them in."
    )
    for method in (lambda: model.predict(X), lambda: model.fit(X, y)):
        with pytest.raises(ValueError, match=full_text(text)):
            method()


REFUSED = {
    "NaN in y": (
        {},
        lambda X, y: (X, np.where(y == y[3], np.nan, y)),
        "Input y contains NaN.",
    ),
    "infinite y": (
        {},
        lambda X, y: (X, np.where(y == y[3], np.inf, y)),
        "Input y contains infinity or a value too large for dtype('float64').",
    ),
    "masked y": (
        {},
        lambda X, y: (X, np.ma.masked_array(y, y == y[3])),
        "Input y contains NaN.",
    ),
    "y of text": (
        {},
        lambda X, y: (X, y.astype(str)),
        "y must hold numbers. Got {first}. Convert text with pandas.to_numeric, encode "
        "categories and dates, or leave them out.",
    ),
    "y in another unit": (
        {},
        lambda X, y: (X * 1e-10, np.where(y == y[3], 1e300, y)),
        "y of rows 3 is too large for the scale of its row. Leave these rows out, or "
        "check that rows and targets are in one unit.",
    ),
    "short y": (
        {},
        lambda X, y: (X, y[:-1]),
        "Found input variables with inconsistent numbers of samples: [120, 119]",
    ),
    "no y": (
        {},
        lambda X, y: (X, None),
        "RowNormalizedRegressor requires y to be passed, but the target y is None.",
    ),
    "no such group": (
        {"target_group": 1},
        lambda X, y: (X, y),
        "target_group of RowNormalizedRegressor must be one of the 1 groups of "
        "columns, counted from 0. Got 1.",
    ),
    "no group": (
        {"normalizer": RowLayerNormalizer(feature_groups=[])},
        lambda X, y: (X, y),
        "target_group of RowNormalizedRegressor must be one of the 0 groups of "
        "columns, counted from 0. Got 0.",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refusals(kind, forecast):
    """The parameter by name; nothing is fitted."""
    params, change, text = REFUSED[kind]
    model = RowNormalizedRegressor(Ridge(), **params)
    text = text.format(first=repr(str(forecast[1][0])))
    with pytest.raises(ValueError, match=full_text(text)):
        model.fit(*change(*forecast))
    assert not [name for name in vars(model) if name.endswith("_")]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"normalizer": LocalWindowNormalizer()}, "normalizer"),
        ({"normalizer": StandardScaler()}, "normalizer"),
        ({"regressor": "ridge"}, "regressor"),
        ({"target_group": -1}, "target_group"),
        ({"append_statistics": 1.5}, "append_statistics"),
    ],
    ids=str,
)
def test_parameters_that_are_refused(params, name, forecast):
    """A window or a column has no one location and scale for a row."""
    model = RowNormalizedRegressor(**{"regressor": Ridge(), **params})
    text = f"The '{name}' parameter of RowNormalizedRegressor must be"
    with pytest.raises(ValueError, match=text):
        model.fit(*forecast)


def test_not_fitted(forecast):
    """scikit-learn's own error."""
    model = RowNormalizedRegressor(Ridge())
    with pytest.raises(NotFittedError):
        model.predict(forecast[0])
    assert not hasattr(model, "n_features_in_")
