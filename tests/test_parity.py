"""scikit-learn's own behaviour where the two overlap, to 1e-12 max(1, abs(z))."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
)

from exact import z_error
from sknorm import BatchStandardizer
from strategies import matrices

TOLERANCE = 1e-12
SAME_AS = {
    "StandardScaler": ("mean", "std", StandardScaler()),
    "StandardScaler(with_std=False)": ("mean", None, StandardScaler(with_std=False)),
    "StandardScaler(with_mean=False)": (None, "std", StandardScaler(with_mean=False)),
    "MaxAbsScaler": (None, "maxabs", MaxAbsScaler()),
    "MinMaxScaler": ("min", "range", MinMaxScaler()),
    "RobustScaler": ("median", "iqr", RobustScaler()),
    "RobustScaler(with_centering=False)": (
        None,
        "iqr",
        RobustScaler(with_centering=False),
    ),
}
REAL = {"wine": load_wine().data, "breast cancer": load_breast_cancer().data}
names = st.sampled_from(sorted(SAME_AS))


def pair_of(name):
    """Return the two estimators that must agree, unfitted."""
    location, scale, theirs = SAME_AS[name]
    return BatchStandardizer(location=location, scale=scale), theirs


def assert_alike(Z, expected):
    """Compare where both are numbers, and NaN for NaN."""
    Z, expected = (A.toarray() if sparse.issparse(A) else A for A in (Z, expected))
    np.testing.assert_array_equal(np.isnan(Z), np.isnan(expected))
    seen = ~np.isnan(Z)
    assert not seen.any() or z_error(Z[seen], expected[seen]) <= TOLERANCE


def tame(X):
    """Keep the columns whose offset is at most 1e3 spreads.

    Beyond, scikit-learn loses digits itself, and its rules for constants differ.
    """
    keep = []
    for j, column in enumerate(X.T):
        seen = column[~np.isnan(column)]
        if seen.size:
            lower, upper = np.quantile(seen, [0.25, 0.75])
            if upper > lower and np.abs(seen).max() <= 1e3 * (upper - lower):
                keep.append(j)
    return X[:, keep]


@given(matrices(offsets=(0.0, 1.0, -1e3)), names)
def test_hypothesis_data(X, name):
    """Full and missing data, offsets up to 1e3 spreads."""
    X = tame(X)
    assume(X.shape[1])
    ours, theirs = pair_of(name)
    assert_alike(ours.fit_transform(X), theirs.fit_transform(X))
    Z = theirs.transform(X)
    np.testing.assert_allclose(
        ours.inverse_transform(Z),
        theirs.inverse_transform(Z),
        rtol=0,
        atol=1e-12 * np.nanmax(np.abs(X)),
    )


@pytest.mark.parametrize("missing", [False, True], ids=["full", "NaN"])
@pytest.mark.parametrize("data", REAL)
@pytest.mark.parametrize("name", SAME_AS)
def test_real_data(name, data, missing, rng):
    """Two real data sets, also with a tenth of the values missing."""
    X = REAL[data].copy()
    if missing:
        X[rng.random(X.shape) < 0.1] = np.nan
    ours, theirs = pair_of(name)
    assert_alike(ours.fit_transform(X), theirs.fit_transform(X))


@pytest.mark.parametrize("data", REAL)
@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csc_array])
@pytest.mark.parametrize("name", ["StandardScaler(with_mean=False)", "MaxAbsScaler"])
def test_sparse(name, container, data):
    """Sparse matrices, whose zeros count."""
    X = REAL[data]
    X = container(np.where(np.median(X, axis=0) < X, X, 0))
    ours, theirs = pair_of(name)
    assert_alike(ours.fit_transform(X), theirs.fit_transform(X))


@pytest.mark.parametrize("data", REAL)
@pytest.mark.parametrize("weight", ["whole", "fraction"])
@pytest.mark.parametrize("missing", [False, True], ids=["full", "NaN"])
def test_sample_weight(data, weight, missing, rng):
    """Weighted z-scores are StandardScaler's."""
    X = REAL[data].copy()
    w = rng.integers(0, 4, len(X)) if weight == "whole" else rng.uniform(0, 2, len(X))
    if missing:
        X[rng.random(X.shape) < 0.1] = np.nan
    ours, theirs = BatchStandardizer(), StandardScaler()
    ours.fit(X, sample_weight=w)
    theirs.fit(X, sample_weight=w)
    assert_alike(ours.transform(X), theirs.transform(X))
    np.testing.assert_allclose(ours.mean_, theirs.mean_, rtol=1e-12)
    np.testing.assert_allclose(ours.var_, theirs.var_, rtol=1e-12)
    np.testing.assert_allclose(ours.n_samples_seen_, theirs.n_samples_seen_, rtol=1e-12)


@pytest.mark.parametrize("data", REAL)
@pytest.mark.parametrize("weighted", [False, True])
def test_partial_fit(data, weighted, rng):
    """Batches of 7 rows, with missing values, with and without weights."""
    X = REAL[data].copy()
    X[rng.random(X.shape) < 0.1] = np.nan
    weight = rng.uniform(0.5, 2, len(X)) if weighted else None
    ours, theirs = BatchStandardizer(), StandardScaler()
    for start in range(0, len(X), 7):
        rows = slice(start, start + 7)
        for estimator in (ours, theirs):
            estimator.partial_fit(
                X[rows], sample_weight=None if weight is None else weight[rows]
            )
    assert_alike(ours.transform(X), theirs.transform(X))


@pytest.mark.torch
@pytest.mark.parametrize("eps", [1e-5, 1e-3, 1.0])
def test_torch_batch_norm_in_eval(eps, rng):
    """PyTorch's BatchNorm1d in eval mode, given the fitted mean and variance."""
    import torch

    X = rng.normal(size=(50, 4)) * [1e-3, 1.0, 10.0, 1e3] + [0.0, 1.0, -5.0, 1e3]
    estimator = BatchStandardizer(eps=eps).fit(X)
    layer = torch.nn.BatchNorm1d(4, eps=eps, affine=False, dtype=torch.float64).eval()
    layer.running_mean.copy_(torch.from_numpy(estimator.mean_))
    layer.running_var.copy_(torch.from_numpy(estimator.var_))
    expected = layer(torch.from_numpy(X)).numpy()
    assert z_error(estimator.transform(X), expected) <= TOLERANCE


@pytest.mark.torch
def test_torch_running_mean_with_momentum(rng):
    """The mean with `momentum` is BatchNorm1d's running mean after a first batch.

    Its running variance is no reference: it averages the batch variances and loses
    the variance between batches.
    """
    import torch

    batches = rng.normal(size=(20, 16, 3)) + rng.normal(size=(20, 1, 3))
    ours = BatchStandardizer(momentum=0.1)
    layer = torch.nn.BatchNorm1d(3, momentum=0.1, affine=False, dtype=torch.float64)
    layer.running_mean.copy_(torch.from_numpy(batches[0].mean(axis=0)))
    ours.partial_fit(batches[0])
    for batch in batches[1:]:
        ours.partial_fit(batch)
        layer(torch.from_numpy(batch))
    np.testing.assert_allclose(ours.mean_, layer.running_mean.numpy(), rtol=1e-12)
