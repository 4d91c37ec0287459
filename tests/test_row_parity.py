"""Other packages' rows where the two overlap, to 1e-12 max(1, abs(z))."""

import numpy as np
import pytest
from chemotools.scatter import StandardNormalVariate
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import Normalizer
from statsmodels.robust.scale import mad

from exact import z_error
from sknorm import RowLayerNormalizer

TOLERANCE = 1e-12
REAL = {
    "breast cancer": load_breast_cancer().data,
    "digits": load_digits().data,
    "noise": np.random.default_rng(0).normal(size=(50, 999)) + 100,
}


@pytest.mark.parametrize("data", REAL)
def test_standard_normal_variate(data):
    """Chemotools' SNV is the default, constant rows aside."""
    X = REAL[data]
    expected = StandardNormalVariate().fit_transform(X)
    assert z_error(RowLayerNormalizer().fit_transform(X), expected) <= TOLERANCE


def test_standard_normal_variate_of_constant_rows():
    """Chemotools makes NaN, or 1 out of rounding, of a constant row; here it is 0."""
    X = np.array([[0.5] * 7, [0.1] * 7, [1.0, 2, 3, 4, 5, 6, 7]])
    with np.errstate(invalid="ignore"), pytest.warns(UserWarning, match="zero in SNV"):
        theirs = StandardNormalVariate().fit_transform(X)
    ours = RowLayerNormalizer().fit_transform(X)
    assert np.isnan(theirs[0]).all()
    assert (np.abs(theirs[1]) > 0.9).all()
    assert not ours[:2].any()
    assert z_error(ours[2], theirs[2]) <= TOLERANCE


@pytest.mark.parametrize("data", REAL)
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_maxabs_is_scikit_learns_normalizer(data, container):
    """(None, "maxabs") is Normalizer(norm="max")."""
    X = container(REAL[data])
    ours = RowLayerNormalizer(location=None, scale="maxabs").fit_transform(X)
    theirs = Normalizer(norm="max").fit_transform(X)
    if sparse.issparse(X):
        ours, theirs = ours.toarray(), theirs.toarray()
    assert z_error(ours, theirs) <= TOLERANCE


@pytest.mark.parametrize("data", REAL)
def test_mad_is_statsmodels(data):
    """The scale "mad" is statsmodels' robust estimate of the standard deviation."""
    X = REAL[data]
    key = RowLayerNormalizer(location="median", scale="mad").fit(X).statistics_
    expected = mad(X, axis=1)
    expected[expected == 0] = 1
    np.testing.assert_allclose(key.scale[:, 0], expected, rtol=TOLERANCE)
    np.testing.assert_array_equal(key.location[:, 0], np.median(X, axis=1))


@pytest.mark.torch
@pytest.mark.parametrize("eps", [1e-8, 1e-5, 1.0])
@pytest.mark.parametrize("data", REAL)
def test_torch_layer_norm(data, eps):
    """PyTorch's LayerNorm, without its learned weights."""
    import torch

    X = REAL[data]
    layer = torch.nn.LayerNorm(X.shape[1], eps, False, dtype=torch.float64)
    expected = layer(torch.from_numpy(X)).numpy()
    assert z_error(RowLayerNormalizer(eps=eps).fit_transform(X), expected) <= TOLERANCE


@pytest.mark.torch
@pytest.mark.parametrize("eps", [1e-8, 1e-5, 1.0])
@pytest.mark.parametrize("n_groups", [1, 2, 5, 10, 30])
def test_torch_group_norm(n_groups, eps):
    """PyTorch's GroupNorm has equal consecutive groups."""
    import torch

    X = REAL["breast cancer"]
    layer = torch.nn.GroupNorm(n_groups, 30, eps, False, dtype=torch.float64)
    expected = layer(torch.from_numpy(X)).numpy()
    ours = RowLayerNormalizer(feature_groups=n_groups, eps=eps).fit_transform(X)
    assert z_error(ours, expected) <= TOLERANCE


@pytest.mark.torch
@pytest.mark.parametrize("eps", [1e-8, 1e-5, 1.0])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_torch_rms_norm(container, eps):
    """PyTorch's RMSNorm is (None, "rms")."""
    import torch

    X = REAL["digits"]
    layer = torch.nn.RMSNorm(X.shape[1], eps, False, dtype=torch.float64)
    expected = layer(torch.from_numpy(X)).numpy()
    ours = RowLayerNormalizer(location=None, scale="rms", eps=eps)
    Z = ours.fit_transform(container(X))
    assert z_error(Z.toarray() if sparse.issparse(Z) else Z, expected) <= TOLERANCE
