"""How much rounding the recognition of the fitted rows allows, and no more."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknorm import RowLayerNormalizer
from sknorm._fitted_rows import _projected


def assert_refused(normalizer, Z, difference):
    """Check what the refusal says."""
    with pytest.raises(ValueError, match=difference):
        normalizer.inverse_transform(Z)


@pytest.mark.parametrize(
    "later",
    [
        PCA(svd_solver="full"),
        PCA(svd_solver="full", whiten=True),
        StandardScaler(),
        MinMaxScaler(),
        make_pipeline(StandardScaler(), PCA(svd_solver="full")),
    ],
    ids=str,
)
@pytest.mark.parametrize("constant", [False, True])
def test_rounding_of_later_steps_is_tolerated(later, constant, rng):
    """The way back through a pipeline ends at rows that are recognised."""
    X = rng.normal(size=(200, 50)).cumsum(axis=1) + 10
    if constant:
        X[17] = 0.1
    pipeline = make_pipeline(RowLayerNormalizer(), later)
    restored = pipeline.inverse_transform(pipeline.fit_transform(X))
    np.testing.assert_allclose(restored, X, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(("dtype", "n_eps"), [(np.float64, 1024), (np.float32, 8)])
def test_the_tolerance(dtype, n_eps, rng):
    """Half of it passes, twice is refused: of the length of the row, in one value."""
    X = rng.normal(size=(20, 64)).astype(dtype)
    normalizer = RowLayerNormalizer(location="min", scale="range").fit(X)
    Z = normalizer.transform(X).astype(np.float64)
    step = n_eps * np.finfo(dtype).eps * np.linalg.norm(Z[7])
    Z[7, 3] += step / 2
    normalizer.inverse_transform(Z)
    Z[7, 3] += step * 7 / 2  # the smallest of four entries between 0.5 and 1.5 tells
    assert_refused(normalizer, Z, "its values differ in rows 7")


@pytest.mark.parametrize("constant", [[2.0] * 6, [0.3, 0.1 + 0.2, 0.3, 0.3, 0.3, 0.3]])
@pytest.mark.parametrize("n_constant", [1, 60])
def test_constant_rows(constant, n_constant, rng):
    """They come back through PCA, exact or not, many or few; other values do not."""
    X = rng.normal(size=(100, 6))
    X[:n_constant] = constant
    pipeline = make_pipeline(RowLayerNormalizer(), PCA(svd_solver="full"))
    restored = pipeline.inverse_transform(pipeline.fit_transform(X))
    np.testing.assert_allclose(restored, X, rtol=1e-11, atol=1e-11)
    Z = pipeline[0].transform(X)
    Z[0, 2] += 1e-9
    assert_refused(pipeline[0], Z, "its values differ in rows 0")


def test_constant_rows_beside_large_ones(rng):
    """Without a scale, the size of other rows is no measure."""
    X = np.vstack([1e16 * rng.normal(size=(5, 6)), np.full((1, 6), 2.0)])
    normalizer = RowLayerNormalizer(scale=None).fit(X)
    Z = normalizer.transform(X)
    Z[5, 0] = 1e-6
    assert_refused(normalizer, Z, "its values differ in rows 5")


def test_noise_orthogonal_to_a_direction(rng):
    """A change that one projection does not see is seen by the others."""
    X = rng.normal(size=(20, 30))
    normalizer = RowLayerNormalizer().fit(X)
    directions = _projected(np.eye(30))[0].T
    for blind in directions:
        Z = normalizer.transform(X)
        change = np.zeros(30)
        change[:2] = blind[1], -blind[0]
        Z[3] += 1e-6 * change
        assert_refused(normalizer, Z, "its values differ in rows 3")
