"""RowNormalizedRegressor inside scikit-learn: checks, searches, frames, weights."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.cross_decomposition import PLSRegression
from sklearn.ensemble import (
    BaggingRegressor,
    HistGradientBoostingRegressor,
    StackingRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils.estimator_checks import check_estimator

from cases import full_text
from sknorm import RowLayerNormalizer, RowNormalizedRegressor


@pytest.mark.parametrize(
    "model",
    [
        RowNormalizedRegressor(Ridge()),
        RowNormalizedRegressor(Ridge(), append_statistics=True),
        RowNormalizedRegressor(Ridge(), RowLayerNormalizer(location="min", ddof=1)),
        RowNormalizedRegressor(KNeighborsRegressor()),
        RowNormalizedRegressor(make_pipeline(StandardScaler(), Ridge())),
        RowNormalizedRegressor(Ridge(), RowLayerNormalizer(location=None, scale="rms")),
        RowNormalizedRegressor(DecisionTreeRegressor(random_state=0)),
        RowNormalizedRegressor(HistGradientBoostingRegressor(max_iter=3)),
    ],
    ids=str,
)
def test_check_estimator(model):
    """Every check passes."""
    results = check_estimator(model, on_fail=None, on_skip=None)
    status = [result["status"] for result in results]
    assert set(status) <= {"passed", "skipped"}
    assert status.count("passed") > 40


def test_grid_search_and_clone(forecast):
    """Parameters of both parts are tuned by name."""
    model = RowNormalizedRegressor(Ridge(), RowLayerNormalizer())
    grid = {
        "normalizer__location": ["mean", "median", None],
        "regressor__alpha": [0.1, 1.0],
        "append_statistics": [False, True],
    }
    search = GridSearchCV(model, grid, n_jobs=2, error_score="raise").fit(*forecast)
    assert len(search.cv_results_["params"]) == 12
    assert search.best_estimator_.regressor_.alpha in (0.1, 1.0)
    assert model.regressor.alpha == 1.0
    assert not hasattr(model.normalizer, "n_features_in_")


def test_pickle_holds_no_row(forecast):
    """Predictions are the same; no key is kept."""
    X, y = forecast
    model = RowNormalizedRegressor(Ridge()).fit(X, y)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert not hasattr(loaded.normalizer_, "statistics_")


@pytest.mark.parametrize("container", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("append", [False, True])
def test_frames(container, append, forecast):
    """Names are checked; a regressor that wants frames gets them by set_output."""
    X, y = forecast
    names = [f"lag {j}" for j in range(8)]
    frame = (
        container(X, schema=names)
        if container is pl.DataFrame
        else container(X, columns=names)
    )
    model = RowNormalizedRegressor(Ridge(), append_statistics=append).fit(frame, y)
    assert model.feature_names_in_.tolist() == names
    more = ["row_location", "row_log_scale"] if append else []
    assert model.regressor_.feature_names_in_.tolist() == names + more
    plain = RowNormalizedRegressor(Ridge(), append_statistics=append).fit(X, y)
    np.testing.assert_allclose(model.predict(frame), plain.predict(X), rtol=1e-12)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[names[::-1]])


def test_appended_names_may_not_clash(forecast):
    """A column of X is never overwritten."""
    X, y = forecast
    frame = pd.DataFrame(X, columns=["row_log_scale", *"bcdefgh"])
    text = (
        "append_statistics=True of RowNormalizedRegressor adds columns that X has "
        "already: 'row_log_scale'. Rename those of X."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        RowNormalizedRegressor(Ridge(), append_statistics=True).fit(frame, y)
    RowNormalizedRegressor(Ridge()).fit(frame, y)


@pytest.mark.parametrize("append", [False, True])
def test_sparse_rows(append, forecast):
    """Where the normaliser takes them."""
    X, y = forecast
    model = RowNormalizedRegressor(
        Ridge(),
        RowLayerNormalizer(location=None, scale="rms"),
        append_statistics=append,
    )
    expected = clone(model).fit(X, y).predict(X)
    found = model.fit(csr_array(X), y).predict(csr_array(X))
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    with pytest.raises(ValueError, match="takes a sparse X only with location=None"):
        RowNormalizedRegressor(Ridge()).fit(csr_array(X), y)


def test_parameters_set_after_the_fit_wait_for_the_next(forecast):
    """Predictions are put back as they were learned."""
    X, y = forecast
    model = RowNormalizedRegressor(Ridge(), RowLayerNormalizer(feature_groups=2))
    expected = model.fit(X, y).predict(X)
    model.set_params(target_group=1, append_statistics=True)
    np.testing.assert_array_equal(model.predict(X), expected)
    assert np.abs(model.fit(X, y).predict(X) - expected).max() > 0


def test_weights(forecast):
    """They go to the regressor, which says so where it takes none."""
    X, y = forecast
    weight = np.arange(120) % 3
    model = RowNormalizedRegressor(Ridge()).fit(X, y, sample_weight=weight)
    repeated = np.repeat(np.arange(120), weight)
    expected = RowNormalizedRegressor(Ridge()).fit(X[repeated], y[repeated])
    np.testing.assert_allclose(model.predict(X), expected.predict(X), rtol=1e-9)
    nested = RowNormalizedRegressor(TransformedTargetRegressor(Ridge()))
    nested.fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(nested.predict(X), expected.predict(X), rtol=1e-9)
    with pytest.raises(TypeError, match="unexpected keyword argument 'sample_weight'"):
        RowNormalizedRegressor(KNeighborsRegressor()).fit(X, y, sample_weight=weight)


@pytest.mark.parametrize(
    "regressor",
    [
        StackingRegressor([("a", Ridge())]),
        GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}),
        BaggingRegressor(KNeighborsRegressor(), random_state=0),
        PLSRegression(2),
    ],
    ids=lambda regressor: type(regressor).__name__,
)
def test_any_regressor(regressor, forecast):
    """Inside, and bagging around it."""
    X, y = forecast
    model = RowNormalizedRegressor(regressor).fit(X, y)
    np.testing.assert_allclose(
        model.predict(X + 1e3).ravel(), model.predict(X).ravel() + 1e3, rtol=1e-6
    )
    bagged = BaggingRegressor(RowNormalizedRegressor(regressor), n_estimators=2)
    assert bagged.fit(X, y).predict(X).shape == (120,)


def test_metadata_routing(forecast):
    """With routing enabled the regressor says what it wants."""
    X, y = forecast
    weight = np.arange(120.0) % 3
    with sklearn.config_context(enable_metadata_routing=True):
        wanting = RowNormalizedRegressor(Ridge().set_fit_request(sample_weight=True))
        routed = wanting.fit(X, y, sample_weight=weight).predict(X)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            RowNormalizedRegressor(Ridge()).fit(X, y, sample_weight=weight)
        wanted = Ridge().set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        pipeline = make_pipeline(scaler, wanted)
        in_pipeline = RowNormalizedRegressor(pipeline)
        in_pipeline.fit(X, y, sample_weight=weight)
    plain = RowNormalizedRegressor(Ridge())
    weighted = clone(plain).fit(X, y, sample_weight=weight).predict(X)
    np.testing.assert_array_equal(routed, weighted)
    Z = RowLayerNormalizer().fit_transform(X)
    key = RowLayerNormalizer().fit(X).statistics_
    target = (y - key.location[:, 0]) / key.scale[:, 0]
    expected = make_pipeline(StandardScaler(), Ridge())
    expected.fit(Z, target, ridge__sample_weight=weight)
    expected = expected.predict(Z) * key.scale[:, 0] + key.location[:, 0]
    np.testing.assert_allclose(in_pipeline.predict(X), expected, rtol=1e-12)
    assert np.abs(routed - plain.fit(X, y).predict(X)).max() > 0


def test_html_shows_both_parts():
    """The diagram in a notebook holds the regressor and the normaliser."""
    html = RowNormalizedRegressor(Ridge(), RowLayerNormalizer())._repr_html_()
    assert "Ridge" in html
    assert "RowLayerNormalizer" in html
