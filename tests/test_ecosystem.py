"""Inside scikit-learn: pipelines, searches, column transformers, targets."""

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from sknorm import BatchStandardizer


@pytest.fixture(scope="module")
def wine():
    """Return the wine data as a frame and its classes."""
    return load_wine(return_X_y=True, as_frame=True)


def test_cross_val_score(wine):
    """The scores are those with StandardScaler: statistics come from training folds."""
    ours, theirs = (
        cross_val_score(make_pipeline(scaler, KNeighborsClassifier()), *wine)
        for scaler in (BatchStandardizer(), StandardScaler())
    )
    np.testing.assert_array_equal(ours, theirs)
    assert ours.mean() > 0.9


def test_grid_search_in_two_processes(wine):
    """Location and scale are plain values to tune."""
    pipeline = make_pipeline(BatchStandardizer(), KNeighborsClassifier())
    grid = {
        "batchstandardizer__location": ["mean", "median", "min", None],
        "batchstandardizer__scale": ["std", "iqr", "range", None],
    }
    search = GridSearchCV(pipeline, grid, n_jobs=2, error_score="raise").fit(*wine)
    assert len(search.cv_results_["params"]) == 16
    assert search.best_params_["batchstandardizer__scale"] is not None
    assert search.best_score_ > 0.9


def test_column_transformer(wine):
    """Some columns standardised, the others passed on, as a frame with names."""
    X, _ = wine
    transformer = ColumnTransformer(
        [("z", BatchStandardizer(), ["alcohol", "ash"])],
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    Z = transformer.fit_transform(X)
    expected = (X[["alcohol", "ash"]] - X[["alcohol", "ash"]].mean()) / X[
        ["alcohol", "ash"]
    ].std(ddof=0)
    pd.testing.assert_frame_equal(Z[["alcohol", "ash"]], expected)
    pd.testing.assert_frame_equal(
        Z[X.columns.drop(["alcohol", "ash"])], X.drop(columns=["alcohol", "ash"])
    )
    inner = transformer.named_transformers_["z"]
    restored = inner.inverse_transform(Z[["ash"]])
    pd.testing.assert_frame_equal(restored, X[["ash"]])


def test_feature_union(wine):
    """Two views side by side."""
    X, _ = wine
    union = FeatureUnion(
        [
            ("z", BatchStandardizer()),
            ("robust", BatchStandardizer(location="median", scale="iqr")),
        ]
    )
    assert union.fit_transform(X).shape == (178, 26)
    assert union.get_feature_names_out()[[0, 13]].tolist() == [
        "z__alcohol",
        "robust__alcohol",
    ]


def test_transformed_target_regressor():
    """The target is standardised for the regressor, and predictions are put back."""
    X, y = load_diabetes(return_X_y=True)
    model = TransformedTargetRegressor(Ridge(1e-6), transformer=BatchStandardizer())
    np.testing.assert_allclose(
        model.fit(X, y).predict(X), Ridge(1e-6).fit(X, y).predict(X), rtol=1e-10
    )


def test_pipeline_inverse_and_metadata_routing(wine):
    """A Pipeline inverts step by step; sample_weight is routed to fit on request."""
    X, y = wine
    pipeline = make_pipeline(
        BatchStandardizer(location=None, scale="maxabs"), BatchStandardizer()
    ).fit(X)
    np.testing.assert_allclose(
        pipeline.inverse_transform(pipeline.transform(X)), X, rtol=1e-14
    )
    weight = np.arange(len(X)) % 3
    with config_context(enable_metadata_routing=True):
        routed = make_pipeline(BatchStandardizer().set_fit_request(sample_weight=True))
        routed.fit(X, y, sample_weight=weight)
    expected = BatchStandardizer().fit(X, sample_weight=weight)
    np.testing.assert_array_equal(routed[0].location_, expected.location_)
