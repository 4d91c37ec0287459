"""Accuracy of BatchStandardizer against exact rational arithmetic."""

import numpy as np
import pytest

from cases import PAIRS
from exact import exact_mean_std_z, exact_z, z_error
from scales import CENTRED, exact_column
from sknorm import BatchStandardizer
from sknorm._kernels import BLOCK_SIZE

TOLERANCE = 1e-12


def assert_exact(x, estimator=None):
    """Compare mean, std and z of one column with the exact ones."""
    estimator = estimator or BatchStandardizer().fit(x[:, None])
    _, std, z = exact_mean_std_z(x)
    assert abs(estimator.scale_[0] / float(std) - 1) <= TOLERANCE
    assert z_error(estimator.transform(x[:, None])[:, 0], z) <= TOLERANCE


HARD = {
    "centred": lambda rng: rng.normal(size=101),
    "offset 1e8": lambda rng: rng.normal(size=101) + 1e8,
    "offset 1e14": lambda rng: rng.normal(size=101) + 1e14,
    "step of 1e12": lambda rng: rng.normal(size=101) + 1e12 * (np.arange(101) > 40),
    "spike of 1e9": lambda rng: np.append(rng.normal(size=100), 1e9),
    "even number": lambda rng: rng.normal(size=10) - 1e8,
    "float32": lambda rng: (1e4 + 1e-2 * rng.normal(size=101)).astype(np.float32),
}


@pytest.mark.parametrize("data", HARD)
@pytest.mark.parametrize(("location", "scale"), PAIRS)
def test_every_pair_on_hard_data(location, scale, data, rng):
    """Every location and scale is right to 1e-12 of max(1, z), at any offset."""
    x = HARD[data](rng).astype(np.float64)
    exact = exact_column(x) | {None: 0}
    expected = exact_z(x, exact[location], 1 if scale is None else exact[scale])
    estimator = BatchStandardizer(location=location, scale=scale).fit(x[:, None])
    assert z_error(estimator.transform(x[:, None])[:, 0], expected) <= TOLERANCE
    if scale is not None:
        assert abs(estimator.scale_[0] / float(exact[scale]) - 1) <= TOLERANCE


@pytest.mark.parametrize("offset", [0.0, 1e8, 1e14])
@pytest.mark.parametrize("n_columns", [1, 20, 300])
def test_offset_in_many_blocks(offset, n_columns, rng):
    """An offset does no harm where the column spans several blocks."""
    n_rows = 3 * BLOCK_SIZE // n_columns + 7
    X = rng.normal(size=(n_rows, n_columns)) + offset
    estimator = BatchStandardizer().fit(X)
    _, std, z = exact_mean_std_z(X[:, -1])
    assert abs(estimator.scale_[-1] / float(std) - 1) <= TOLERANCE
    assert z_error(estimator.transform(X)[:, -1], z) <= TOLERANCE


N_ROWS = 300  # in blocks of 128 rows, as the 1024 columns of the next test make them


@pytest.mark.parametrize("background", ["noise", "0.1"])
@pytest.mark.parametrize("spike", [1e9, -1e9])
def test_spike_at_every_position(spike, background, rng):
    """A spike in row i of column i, for every i: also first and last of its block."""
    X = background_of(background, rng)
    position = np.arange(N_ROWS)
    X[position, position] = spike
    estimator = BatchStandardizer().fit(X)
    Z = estimator.transform(X)
    for j in position:
        _, std, z = exact_mean_std_z(X[:, j])
        assert abs(estimator.scale_[j] / float(std) - 1) <= TOLERANCE
        assert z_error(Z[:, j], z) <= TOLERANCE


@pytest.mark.parametrize("background", ["noise", "0.1"])
def test_spike_of_weight_0_at_every_position(background, rng):
    """A row of spikes that weighs nothing leaves no trace, wherever it is."""
    X = background_of(background, rng)
    for i in range(N_ROWS):
        spiked, weight = X.copy(), np.ones(N_ROWS)
        spiked[i], weight[i] = 1e9, 0
        estimator = BatchStandardizer().fit(spiked, sample_weight=weight)
        without = np.delete(X[:, i], i)
        z = estimator.transform(spiked)[:, i]
        if background == "0.1":
            assert estimator.scale_[i] == 1
            assert not np.delete(z, i).any()
        else:
            _, std, expected = exact_mean_std_z(without)
            assert abs(estimator.scale_[i] / float(std) - 1) <= TOLERANCE
            assert z_error(np.delete(z, i), expected) <= TOLERANCE


def background_of(kind, rng):
    """Return the rows that spikes are put into."""
    return (
        rng.normal(size=(N_ROWS, 1024))
        if kind == "noise"
        else np.full((N_ROWS, 1024), 0.1)
    )


def test_weights_of_very_different_size(rng):
    """A first row that weighs next to nothing does not spoil the sums about it."""
    x = rng.normal(size=50) + 1e8
    x[0] = -1e9
    weight = rng.uniform(1, 2, size=50)
    weight[0] = 1e-12
    exact = exact_column(x, weight)
    estimator = BatchStandardizer().fit(x[:, None], sample_weight=weight)
    assert abs(estimator.scale_[0] / float(exact["std"]) - 1) <= TOLERANCE
    z = exact_z(x, exact["mean"], exact["std"])
    assert z_error(estimator.transform(x[:, None])[:, 0], z) <= TOLERANCE


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e14])
@pytest.mark.parametrize("weight", [1e-30, 1e-10, 1e-3])
def test_a_light_first_batch_far_away(offset, weight, rng):
    """Merging a light batch into heavy ones, or these into it, keeps their digits."""
    x = np.append(-1e6, rng.normal(size=15) + offset)
    weights = np.append(weight, np.ones(15))
    exact = exact_column(x, weights)
    for order in (np.arange(16), np.arange(16)[::-1]):
        estimator = BatchStandardizer()
        for rows in np.split(order, [1, 6, 11, 15]):
            estimator.partial_fit(x[rows, None], sample_weight=weights[rows])
        assert abs(estimator.scale_[0] / float(exact["std"]) - 1) <= TOLERANCE
        z = exact_z(x, exact["mean"], exact["std"])
        assert z_error(estimator.transform(x[:, None])[:, 0], z) <= TOLERANCE


def test_ten_thousand_batches_at_offset_1e12(rng):
    """The second float of the mean keeps 10,000 merges exact."""
    X = rng.normal(size=(10_000, 3, 1)) + 1e12
    estimator = BatchStandardizer()
    for batch in X:
        estimator.partial_fit(batch)
    assert_exact(X.ravel(), estimator)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 49, 1000, BLOCK_SIZE + 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("scale", CENTRED)
def test_constants_give_exactly_0(n, dtype, scale):
    """0.1 is no sum of 0.1s over n, yet z is 0 and the scale 1."""
    X = np.full((n, 2), 0.1, dtype)
    for location in ("mean", "median", "min"):
        estimator = BatchStandardizer(location=location, scale=scale).fit(X)
        assert not estimator.transform(X).any()
        np.testing.assert_array_equal(estimator.scale_, 1)
        np.testing.assert_array_equal(estimator.inverse_transform(0 * X), X)


@pytest.mark.parametrize("value", [0.1, 1 / 3, -1e8 / 3, 1e5 * np.pi, 1e14 + 0.1])
def test_constants_have_no_variance(value):
    """The variance is exactly 0 and the location the value, however many there are."""
    for n in (3, 7, 49, 333, 1000, 5001, 20_001):
        estimator = BatchStandardizer().fit(np.full((n, 1), value))
        assert estimator.var_[0] == 0
        assert estimator.location_[0] == value
        assert not estimator.transform([[value]]).any()


@pytest.mark.parametrize("location", ["mean", "median"])
def test_a_location_between_two_floats(location):
    """2**53 + 1 is no float64, yet it is the location of 2**53 and 2**53 + 2."""
    X = np.array([[2.0**53], [2.0**53 + 2]])
    Z = BatchStandardizer(location=location, scale=None).fit_transform(X)
    np.testing.assert_array_equal(Z, [[-1], [1]])


def test_small_differences_of_large_values_count(rng):
    """1e9 +- 1e-3 over a million rows is scaled; StandardScaler calls it constant."""
    x = 1e9 + 1e-3 * rng.normal(size=1_000_000)
    assert_exact(x)


def test_rounding_is_not_variation():
    """A column whose values differ by their rounding only is constant."""
    X = np.array([[0.3], [0.1 + 0.2], [0.3]])
    for scale in CENTRED:
        np.testing.assert_array_equal(BatchStandardizer(scale=scale).fit(X).scale_, 1)


def test_float32_uses_its_own_resolution():
    """What float32 cannot resolve is constant in float32, and varies in float64."""
    X = np.array([[1.0], [1 + 2**-23]])
    assert BatchStandardizer().fit(X.astype(np.float32)).scale_[0] == 1
    assert BatchStandardizer().fit(X).scale_[0] == 2**-24


def test_moments_of_wide_and_long_rows_fold_alike(rng):
    """The long rows that narrow blocks are folded into leave no row out."""
    X = rng.normal(size=(2 * BLOCK_SIZE // 3 + 5, 3))
    np.testing.assert_allclose(
        BatchStandardizer().fit(X).mean_, X.mean(axis=0), rtol=0, atol=1e-15
    )
