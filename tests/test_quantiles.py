"""Order statistics of columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scales import OF_QUANTILES, SCALES, exact_column
from sknorm._quantiles import Quantiles, quantile


def test_scipy(rng):
    """Median, IQR and MAD are NumPy's and SciPy's, NaN left out."""
    X = rng.normal(size=(101, 5))
    X[rng.random(X.shape) < 0.2] = np.nan
    quantiles = Quantiles.of(X)
    np.testing.assert_allclose(quantiles.shift, np.nanmedian(X, axis=0), rtol=1e-14)
    for name in OF_QUANTILES:
        expected = [SCALES[name].by_numpy(x[~np.isnan(x)]) for x in X.T]
        np.testing.assert_allclose(getattr(quantiles, name), expected, rtol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 10, 101])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_are_columns(n, dtype, rng):
    """The formulas for rows are those for columns, NaN and any leading shape too."""
    X = (rng.normal(size=(6, n, 50)) + 1e3).astype(dtype)
    X[rng.random(X.shape) < 0.2] = np.nan
    X[0, :, 7] = np.nan
    rows = Quantiles.of_rows(np.moveaxis(X, 1, 2))
    for i, block in enumerate(X):
        columns = Quantiles.of(block)
        for name in ("shift", "delta", *OF_QUANTILES):
            np.testing.assert_allclose(
                getattr(rows, name)[i], getattr(columns, name), rtol=1e-14, atol=1e-15
            )


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 10, 101])
def test_weights_of_one_change_nothing(n, rng):
    """The weighted formula is the unweighted one where all weights are 1."""
    values, q = rng.normal(size=n) + 100, [0, 0.1, 0.25, 0.5, 0.75, 1]
    np.testing.assert_allclose(
        quantile(values, q, np.ones(n)), np.quantile(values, q), rtol=1e-14
    )


@given(
    st.lists(
        st.tuples(st.integers(-100, 100), st.integers(1, 5)), min_size=1, max_size=20
    ),
    st.sampled_from([0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]),
)
def test_whole_weights_are_repeated_values(pairs, q):
    """A weight of 3 is the value three times."""
    values, weight = np.array(pairs, float).T
    expected = np.quantile(np.repeat(values, weight.astype(int)), q)
    assert quantile(values, [q], weight)[0] == pytest.approx(expected, abs=1e-11)


def test_small_weights_scale_freely(rng):
    """Weights below 1 count by their ratios, and equal ones like no weights."""
    values, weight, q = rng.normal(size=30), rng.uniform(0.5, 1, 30), [0.25, 0.5, 0.75]
    expected = quantile(values, q, weight)
    np.testing.assert_allclose(quantile(values, q, weight / 30), expected, rtol=1e-12)
    np.testing.assert_allclose(
        quantile(values, q, np.full(30, 1 / 30)), np.quantile(values, q), rtol=1e-12
    )


@pytest.mark.parametrize("factor", [1e-140, 1e-10, 1.0, 1e6, 1e12, 1e16, 1e140])
def test_weights_of_any_size(factor, rng):
    """Large weights give the step function's quantiles, small ones type 7, no NaN."""
    values, q = np.arange(20.0), [0.0, 0.26, 0.52, 0.74, 1.0]
    result = quantile(values, q, np.full(20, factor))
    expected = np.quantile(values, q)
    if factor > 1:
        expected = np.quantile(np.repeat(values, 1000), q)
    np.testing.assert_allclose(result, expected, atol=1e-9)


def test_whole_weights_keep_their_digits():
    """At a step's end two of 1e10 repeats are weighed as exactly as two of one."""
    values, weight = np.arange(4.0), np.full(4, 1e10)
    # h = 0.75 (4e10 - 1) = 3e10 - 0.75: a quarter of the stretch is beyond the step.
    assert quantile(values, [0.75], weight)[0] == pytest.approx(2.25, abs=1e-12)


def test_weight_0_and_nan_are_absent(rng):
    """They change nothing; a column without values is NaN."""
    X = rng.normal(size=(20, 3))
    weight = np.tile([0.0, 1, 2, 3], 5)
    X[::3, 1] = np.nan
    X[:, 2] = np.nan
    quantiles = Quantiles.of(X, weight)
    for j in (0, 1):
        seen = ~np.isnan(X[:, j])
        exact = exact_column(X[seen, j], weight[seen])
        assert quantiles.shift[j] == pytest.approx(float(exact["median"]), rel=1e-13)
        for name in OF_QUANTILES:
            found = getattr(quantiles, name)[j]
            assert found == pytest.approx(float(exact[name]), rel=1e-13)
    for name in ("shift", *OF_QUANTILES):
        assert np.isnan(getattr(quantiles, name)[2])


def test_groups_are_pooled(rng):
    """The columns of a group give the order statistics of all their values."""
    X = rng.normal(size=(11, 5))
    quantiles = Quantiles.of(X, groups=np.array([1, 0, 1, 2, 1]))
    np.testing.assert_allclose(
        quantiles.shift,
        [np.median(X[:, 1]), np.median(X[:, [0, 2, 4]]), np.median(X[:, 3])],
        rtol=1e-14,
    )
