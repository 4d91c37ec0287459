"""Accuracy of RowLayerNormalizer against exact rational arithmetic."""

import numpy as np
import pytest

from cases import PAIRS
from exact import exact_mean_std_z, exact_z, z_error
from scales import CENTRED, exact_column
from sknorm import RowLayerNormalizer

TOLERANCE = 1e-12
HARD = {
    "centred": lambda rng, n: rng.normal(size=n),
    "offset 1e8": lambda rng, n: rng.normal(size=n) + 1e8,
    "offset 1e14": lambda rng, n: rng.normal(size=n) + 1e14,
    "step of 1e12": lambda rng, n: rng.normal(size=n) + 1e12 * (np.arange(n) > n // 3),
    "spike at the end": lambda rng, n: np.append(rng.normal(size=n - 1), 1e9),
    "spike at the start": lambda rng, n: np.append(-1e9, rng.normal(size=n - 1)),
    "float32": lambda rng, n: (1e4 + 1e-2 * rng.normal(size=n)).astype(np.float32),
}


@pytest.mark.parametrize("data", HARD)
@pytest.mark.parametrize(("location", "scale"), PAIRS)
def test_every_pair_on_hard_data(location, scale, data, rng):
    """Every location and scale is right to 1e-12 of max(1, z), also with NaN."""
    x = HARD[data](rng, 101).astype(np.float64)
    exact = exact_column(x) | {None: 0}
    expected = exact_z(x, exact[location], 1 if scale is None else exact[scale])
    X = np.insert(x, [0, 50, 101], np.nan)[np.newaxis]
    estimator = RowLayerNormalizer(location=location, scale=scale).fit(X)
    z = estimator.transform(X)[0]
    assert z_error(z[~np.isnan(z)], expected) <= TOLERANCE
    if scale is not None:
        key = estimator.statistics(X)
        assert abs(key.scale[0, 0] / float(exact[scale]) - 1) <= TOLERANCE


@pytest.mark.parametrize("data", HARD)
@pytest.mark.parametrize("n_features", [2, 3, 8, 9, 49, 127, 128, 129, 500, 1024, 2000])
def test_z_scores_of_any_length(n_features, data, rng):
    """Rows of 2 to 2000 values."""
    X = np.array([HARD[data](rng, n_features) for _ in range(3)], np.float64)
    estimator = RowLayerNormalizer().fit(X)
    for x, z in zip(X, estimator.transform(X), strict=True):
        assert z_error(z, exact_mean_std_z(x)[2]) <= TOLERANCE


@pytest.mark.parametrize("background", ["noise", "0.1"])
@pytest.mark.parametrize("spike", [1e9, -1e9])
def test_spike_at_every_position(spike, background, rng):
    """A spike at each place of a row of 300."""
    n = 300
    X = rng.normal(size=(n, n)) if background == "noise" else np.full((n, n), 0.1)
    X[np.arange(n), np.arange(n)] = spike
    for x, z in zip(X, RowLayerNormalizer().fit_transform(X), strict=True):
        assert z_error(z, exact_mean_std_z(x)[2]) <= TOLERANCE


@pytest.mark.parametrize("ddof", [1, 2, 5])
def test_ddof(ddof, rng):
    """The sum of squares over n - ddof; scale 1 where that is not above 0."""
    X = rng.normal(size=(4, 6)) + 1e6
    X[1, 2:] = np.nan
    key = RowLayerNormalizer(ddof=ddof).fit(X).statistics_
    exact = float(exact_column(X[0], ddof=ddof)["std"])
    assert abs(key.scale[0, 0] / exact - 1) <= TOLERANCE
    pair = exact_column(X[1, :2], ddof=ddof)["std"]
    assert abs(key.scale[1, 0] / float(pair or 1) - 1) <= TOLERANCE


@pytest.mark.parametrize("n", [1, 2, 3, 7, 10, 49, 100, 333, 1000, 2000])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("scale", CENTRED)
def test_constants_give_exactly_0(n, dtype, scale):
    """0.1 is no sum of 0.1s over n, yet z is 0, the scale 1, and the way back exact."""
    X = np.array([[0.1], [1 / 3], [-1e8 / 3], [1e5 * np.pi]]).repeat(n, axis=1)
    X = X.astype(dtype)
    for location in ("mean", "median", "min"):
        estimator = RowLayerNormalizer(location=location, scale=scale).fit(X)
        Z = estimator.transform(X)
        assert not Z.any()
        np.testing.assert_array_equal(estimator.statistics_.scale, 1)
        np.testing.assert_array_equal(estimator.inverse_transform(Z), X)


def test_rounding_is_not_variation():
    """Values that differ by their rounding only are constant; float32 by its own."""
    X = np.array([[0.3, 0.1 + 0.2, 0.3]])
    for scale in CENTRED:
        estimator = RowLayerNormalizer(scale=scale).fit(X)
        np.testing.assert_array_equal(estimator.statistics_.scale, 1)
    X = np.array([[1.0, 1 + 2**-23]])
    assert RowLayerNormalizer().fit(X.astype(np.float32)).statistics_.scale == 1
    assert RowLayerNormalizer().fit(X).statistics_.scale == 2**-24


@pytest.mark.parametrize("n", [10**5, 10**6])
def test_long_rows(n, rng):
    """A row longer than a block is one neighbourhood all the same."""
    X = rng.normal(size=(2, n)) + 1e8
    Z = RowLayerNormalizer(keep_statistics=False).fit_transform(X)
    assert z_error(Z[1], exact_mean_std_z(X[1])[2]) <= TOLERANCE
