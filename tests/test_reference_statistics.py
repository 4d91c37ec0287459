"""What fitted transformers know of their rows, and which step is asked."""

import numpy as np
import pytest
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection._reference_statistics import fitted_moments, learning_step


@pytest.fixture(name="X")
def rows(rng):
    """Return 40 positive rows of 3 columns, with gaps in the first."""
    X = rng.normal(size=(40, 3)) + np.array([10.0, 20.0, 30.0])
    X[:7, 0] = np.nan
    return X


@pytest.mark.parametrize(
    "estimator",
    [
        BatchStandardizer(),
        BatchStandardizer(ddof=1, eps=1e-5),
        BatchStandardizer(location=None, scale="rms"),
        BatchStandardizer(location="min", scale="std"),
        BatchStandardizer(feature_groups=3),
        StandardScaler(),
        StandardScaler(with_mean=False),
    ],
    ids=repr,
)
def test_mean_and_variance_are_those_of_the_rows(estimator, X):
    """Population variance and the number of values of each column, NaN left out."""
    moments = fitted_moments(estimator.fit(X), 3)
    np.testing.assert_array_equal(moments.n, [33, 40, 40])
    np.testing.assert_allclose(moments.mean, np.nanmean(X, axis=0), rtol=1e-13)
    np.testing.assert_allclose(moments.variance, np.nanvar(X, axis=0), rtol=1e-12)


def test_any_estimator_with_such_attributes_will_do(X):
    """IncrementalPCA has a mean, a population variance and a number of rows."""
    moments = fitted_moments(IncrementalPCA().fit(X[7:]), 3)
    np.testing.assert_array_equal(moments.n, 33)
    np.testing.assert_allclose(moments.variance, np.var(X[7:], axis=0), rtol=1e-12)


def test_with_momentum_n_is_the_effective_one(rng):
    """Batches of 32 rows, momentum 0.1: 32 * 1.9 / 0.1 = 608, not 6400."""
    standardizer = BatchStandardizer(momentum=0.1)
    for _ in range(200):
        standardizer.partial_fit(rng.normal(size=(32, 1)))
    assert standardizer.n_samples_seen_[0] == 6400
    assert fitted_moments(standardizer, 1).n[0] == pytest.approx(608, rel=1e-12)


def test_n_effective_is_what_means_vary_by(rng):
    """The variance of 4000 means with momentum is 1 / 608, within 7 % (99 % bounds)."""
    standardizer = BatchStandardizer(momentum=0.1)
    for _ in range(80):
        standardizer.partial_fit(rng.normal(size=(32, 4000)))
    assert np.var(standardizer.mean_) == pytest.approx(1 / 608, rel=0.07)


@pytest.mark.parametrize("factor", [1.0, 1000.0])
def test_weights_count_by_kish(factor, X, rng):
    """(sum w)**2 / sum w**2, whatever the unit of the weights."""
    weight = rng.exponential(size=40)
    standardizer = BatchStandardizer().fit(X, sample_weight=factor * weight)
    kish = weight.sum() ** 2 / (weight @ weight)
    assert fitted_moments(standardizer, 3).n[1] == pytest.approx(kish, rel=1e-12)


def test_statistics_from_elsewhere_count_as_they_say():
    """BatchStandardizer.from_statistics: no data were ever seen."""
    known = BatchStandardizer.from_statistics([1.0, 2.0], [3.0, 4.0], [50, 60])
    moments = fitted_moments(known, 2)
    assert moments.n.tolist() == [50, 60]
    assert moments.mean.tolist() == [1, 2]
    assert moments.variance.tolist() == [3, 4]


@pytest.mark.parametrize(
    "estimator",
    [
        RowLayerNormalizer(),
        LocalWindowNormalizer(window=3),
        Normalizer(),
        MinMaxScaler(),
        RobustScaler(),
        PowerTransformer(),
        QuantileTransformer(n_quantiles=5),
        PCA(),
        StandardScaler(with_std=False),
        BatchStandardizer(location="median", scale="iqr"),
        BatchStandardizer(location="min", scale="range"),
        BatchStandardizer(scale=None),
        BatchStandardizer(feature_groups=[[0, 1]]),
    ],
    ids=repr,
)
def test_the_others_need_a_reference(estimator, X):
    """The TypeError says what is lacking, and the way out."""
    _, learner = learning_step(estimator.fit(X[7:]))
    with pytest.raises(TypeError, match=r"must hold .* Pass X_reference, rows from"):
        fitted_moments(learner, 3)


def test_a_sum_of_weights_is_no_number_of_rows(X, rng):
    """StandardScaler keeps nothing else of them."""
    scaler = StandardScaler().fit(X, sample_weight=rng.random(40))
    with pytest.raises(TypeError, match="StandardScaler, which was fitted with"):
        fitted_moments(scaler, 3)


def test_statistics_of_other_columns_are_refused(X):
    """A mean of three columns is not spread over two, nor that of one."""
    scaler = StandardScaler().fit(X)
    with pytest.raises(ValueError, match=r"Got 2 columns, and mean_ of shape \(3,\)"):
        fitted_moments(scaler, 2)


STANDARD, ROW = StandardScaler(), RowLayerNormalizer()
LOG = FunctionTransformer(np.log1p)


@pytest.mark.parametrize(
    ("steps", "before", "learner"),
    [
        ([STANDARD], [], STANDARD),
        ([STANDARD, ROW], [], STANDARD),
        ([ROW, STANDARD], [ROW], STANDARD),
        (["passthrough", LOG, ROW, STANDARD, PCA()], [LOG, ROW], STANDARD),
        ([make_pipeline(LOG, STANDARD), PCA()], [LOG], STANDARD),
        ([LOG, ROW], [LOG, ROW], None),
    ],
)
def test_the_first_step_that_learns_is_asked(steps, before, learner):
    """After those that look at nothing but the row or window in hand."""
    assert learning_step(make_pipeline(*steps)) == (before, learner)
