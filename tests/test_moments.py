"""Moments: what is counted, pooled, merged and forgotten. Laws are in test_laws.py."""

import pickle

import numpy as np
import pytest
from scipy import sparse

from scales import exact_column
from sknorm._kernels import BLOCK_SIZE, core
from sknorm._moments import Moments

FIELDS = ("count", "shift", "delta", "m2", "min", "max", "sum_w2")


def assert_equal(a, b):
    """Compare all fields, bit for bit."""
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def assert_moments_of(moments, column, values, weight=None):
    """Compare one column with the exact statistics of its values."""
    weight = np.ones(len(values)) if weight is None else weight
    exact = exact_column(values, weight)
    assert moments.count[column] == pytest.approx(weight.sum(), rel=1e-15)
    assert moments.sum_w2[column] == pytest.approx(weight @ weight, rel=1e-14)
    std = float(exact["std"])
    mean_error = float(exact["mean"]) - moments.shift[column] - moments.delta[column]
    assert abs(mean_error) <= 1e-12 * std + 1e-15 * abs(moments.shift[column])
    assert np.sqrt(moments.variance[column]) == pytest.approx(std, rel=1e-12)
    assert moments.min[column] == np.min(values)
    assert moments.max[column] == np.max(values)


def test_nan_and_weights(rng):
    """NaN and samples of weight 0 are absent; the rest counts by its weight."""
    X = rng.normal(size=(60, 3)) + 1e6
    X[rng.random(X.shape) < 0.3] = np.nan
    weight = rng.integers(0, 3, 60).astype(float) / 2
    moments = Moments.of(X, weight)
    for j in range(3):
        seen = ~np.isnan(X[:, j]) & (weight > 0)
        assert_moments_of(moments, j, X[seen, j], weight[seen])


def test_whole_weights_are_repeated_rows(rng):
    """A weight of 3 is the row three times, but for the squared weights."""
    X = rng.normal(size=(40, 2)) + 1e3
    weight = rng.integers(0, 4, 40)
    weighted = Moments.of(X, weight.astype(float))
    repeated = Moments.of(np.repeat(X, weight, axis=0))
    for name in ("count", "shift", "min", "max"):
        np.testing.assert_array_equal(getattr(weighted, name), getattr(repeated, name))
    np.testing.assert_allclose(weighted.variance, repeated.variance, rtol=1e-14)


@pytest.mark.parametrize("n_columns", [1, 3, 1024, 3000])
def test_blocks_add_up(n_columns, rng):
    """Every row and column is in the moments, wherever the blocks end."""
    n_rows = 2 * BLOCK_SIZE // min(n_columns, 1024) + 11
    X = rng.normal(size=(n_rows, n_columns)) + 10
    moments = Moments.of(X)
    np.testing.assert_array_equal(moments.count, n_rows)
    np.testing.assert_allclose(moments.shift, X.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(moments.variance, X.var(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(moments.min, X.min(axis=0))
    np.testing.assert_array_equal(moments.max, X.max(axis=0))


def test_of_statistics():
    """Mean, variance and count are known, extremes not; a count of 0 is no column."""
    mean, variance = np.array([2.0, np.nan, 7.0]), np.array([3.0, np.nan, 5.0])
    moments = Moments.of_statistics(mean, variance, np.array([1.0, 0.0, 4.0]))
    assert_equal(moments.take([1]), Moments.empty(1))
    known = moments.take([0, 2])
    np.testing.assert_array_equal(known.count, [1, 4])
    np.testing.assert_array_equal(known.sum_w2, [1, 4])
    np.testing.assert_array_equal(known.shift, [2, 7])
    np.testing.assert_array_equal(known.delta, 0)
    np.testing.assert_array_equal(known.variance, [3, 5])
    assert np.isnan([known.min, known.max]).all()


@pytest.mark.skipif(core() is None, reason="threads are for the core")
def test_threads_are_asked_for():
    """For an array of some MB; joblib refuses to start none."""
    with pytest.raises(ValueError, match="n_jobs == 0"):
        Moments.of(np.ones((2**19, 1)), n_jobs=0)


def test_values_out_of_line():
    """Fields of packed records lie beside the places of floats, and count alike."""
    records = np.zeros(5, [("flag", "u1"), ("values", "f8", (3,))])
    records["values"] = np.arange(15.0).reshape(5, 3) ** 2
    X = records["values"]
    assert X.strides[0] % X.itemsize
    assert_equal(Moments.of(X), Moments.of(X.copy()))


def test_what_is_infinite_is_merged_in_silence():
    """It shows in min, max and m2, where the caller looks for it."""
    infinite, large = Moments.of(np.array([[np.inf]])), Moments.of(np.array([[1e200]]))
    assert infinite.merge(infinite).max[0] == np.inf
    assert infinite.merge(large).min[0] == 1e200
    assert large.merge(Moments.of(np.array([[-1e200]]))).m2[0] == np.inf


def test_groups_are_pooled(rng):
    """The columns of a group give the moments of all their values together."""
    X = rng.normal(size=(30, 9)) * np.arange(1, 10) + 1e5
    X[rng.random(X.shape) < 0.2] = np.nan
    groups = np.array([2, 0, 1, 2, 2, 1, 2, 2, 3])
    moments = Moments.of(X, groups=groups)
    assert moments.count.shape == (4,)
    for group in range(4):
        values = X[:, groups == group].ravel()
        assert_moments_of(moments, group, values[~np.isnan(values)])


def test_one_group_of_very_many_columns(rng):
    """A thousand columns pool into one, no column lost or counted twice."""
    X = rng.normal(size=(3, 1000))
    moments = Moments.of(X, groups=np.zeros(1000, int))
    assert_moments_of(moments, 0, X.ravel())


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("density", [0.0, 0.01, 0.5, 1.0])
def test_sparse(density, weighted, rng):
    """Stored and unstored zeros count alike; columns have very different fills."""
    dense = rng.normal(size=(200, 50)) + 5
    dense[rng.random(dense.shape) >= density * np.linspace(0, 1, 50)] = 0
    dense[:, -1] = 1e6
    dense[3, ::7] = np.nan
    stored = sparse.csc_array(dense)
    stored.data[::5] = 0  # explicit zeros
    dense = stored.toarray()
    weight = rng.uniform(0.5, 2, 200) if weighted else None
    on_sparse, on_dense = Moments.of(stored, weight), Moments.of(dense, weight)
    for name in ("count", "sum_w2", "variance", "shift"):
        np.testing.assert_allclose(
            getattr(on_sparse, name), getattr(on_dense, name), rtol=1e-12, atol=1e-12
        )
    np.testing.assert_array_equal(on_sparse.min, on_dense.min)
    np.testing.assert_array_equal(on_sparse.max, on_dense.max)


def test_decay_is_the_formula(rng):
    """m', v' and n' as documented, with the variance between batches."""
    a, old, new = 0.3, rng.normal(size=(20, 2)), rng.normal([3, 1e6], size=(5, 2))
    moments = Moments.of(old).decay(Moments.of(new), a)
    m, v, m_b, v_b = (
        old.mean(axis=0),
        old.var(axis=0),
        new.mean(axis=0),
        new.var(axis=0),
    )
    mean = (1 - a) * m + a * m_b
    variance = (1 - a) * (v + (m - mean) ** 2) + a * (v_b + (m_b - mean) ** 2)
    np.testing.assert_allclose(moments.shift, mean, rtol=1e-14)
    np.testing.assert_allclose(moments.variance, variance, rtol=1e-13)
    expected = 1 / ((1 - a) ** 2 / 20 + a**2 / 5)
    np.testing.assert_allclose(moments.effective_count, expected, rtol=1e-14)
    np.testing.assert_allclose(moments.count, expected, rtol=1e-14)


def test_decay_of_single_rows():
    """One value each is enough to be blended."""
    old, new = Moments.of(np.array([[1.0]])), Moments.of(np.array([[5.0]]))
    moments = old.decay(new, 0.25)
    assert moments.shift[0] == 2.0
    assert moments.variance[0] == pytest.approx(0.75 * 1 + 0.25 * 9, rel=1e-15)


def test_decay_counts_by_kish(rng):
    """A weighted batch counts by (sum w)**2 / sum w**2, again and again."""
    batches, weights = rng.normal(size=(3, 8, 1)), rng.uniform(0.1, 3, size=(3, 8))
    moments, effective = Moments.of(batches[0], weights[0]), None
    for batch, weight in zip(batches, weights, strict=True):
        b = weight.sum() ** 2 / (weight @ weight)
        if effective is None:
            effective = b
            continue
        moments = moments.decay(Moments.of(batch, weight), 0.3)
        effective = 1 / (0.7**2 / effective + 0.3**2 / b)
    assert moments.effective_count[0] == pytest.approx(effective, rel=1e-14)


def test_an_empty_batch_changes_no_large_constant():
    """Nothing is merged with squares that overflow."""
    X = np.full((3, 1), 1e200)
    assert Moments.of(X).m2[0] == 0
    assert_equal(Moments.of(X).merge(Moments.empty(1)), Moments.of(X))
    assert_equal(Moments.of(sparse.csc_array(X)), Moments.of(X))


@pytest.mark.parametrize("heavy", [0, 3])
@pytest.mark.parametrize("times", [1e16, 1e17])
def test_sparse_zeros_beside_heavy_rows(heavy, times):
    """The weight of zeros is not lost in that of a stored row so much heavier."""
    weight, X = np.ones(4), np.zeros((4, 2))
    weight[heavy], X[heavy] = times, [np.nan, 5.0]
    on_sparse = Moments.of(sparse.csc_array(X), weight)
    assert on_sparse.count[0] == on_sparse.sum_w2[0] == 3
    assert on_sparse.variance[1] == pytest.approx(25 * 3 / times, rel=1e-12)


def test_one_unstored_zero():
    """A single zero is a value, the least or the greatest of its column."""
    moments = Moments.of(sparse.csc_array([[0.0, -2.0], [5.0, 0.0]]))
    np.testing.assert_array_equal(moments.min, [0, -2])
    np.testing.assert_array_equal(moments.max, [5, 0])
    np.testing.assert_array_equal(moments.count, 2)


def test_sparse_blocks_add_up(rng):
    """Columns too tall to share a block go one by one, none left out."""
    X = rng.normal([1, 2, 3, 4], size=(BLOCK_SIZE // 2 + 1, 4))
    on_sparse, on_dense = Moments.of(sparse.csc_array(X)), Moments.of(X)
    np.testing.assert_array_equal(on_sparse.count, on_dense.count)
    np.testing.assert_allclose(on_sparse.shift, on_dense.shift, rtol=1e-14)
    np.testing.assert_allclose(on_sparse.m2, on_dense.m2, rtol=1e-12)


def test_sparse_entries_that_occur_twice():
    """They are summed, and the caller's matrix stays what it was."""
    values, rows, start = np.array([1.0, 2.0, 4.0]), [0, 0, 1], [0, 3]
    X = sparse.csc_array((values, rows, start), shape=(2, 1))
    assert_equal(Moments.of(X), Moments.of(np.array([[3.0], [4.0]])))
    assert X.nnz == 3


def test_decay_keeps_what_the_batch_lacks(rng):
    """The first batch is taken whole; an all-NaN batch column changes nothing."""
    batch = rng.normal(size=(6, 2))
    first = Moments.empty(2).decay(Moments.of(batch), 0.1)
    assert_equal(first, Moments.of(batch))
    gap = rng.normal(size=(4, 2))
    gap[:, 0] = np.nan
    after = first.decay(Moments.of(gap), 0.1)
    for name in FIELDS:
        assert getattr(after, name)[0] == getattr(first, name)[0]
    assert after.shift[1] != first.shift[1]


def test_decay_of_1_forgets(rng):
    """momentum=1 leaves the newest batch alone, its mean and variance."""
    old, new = rng.normal(size=(9, 3)) + 1e9, rng.normal(size=(4, 3))
    moments, batch = Moments.of(old).decay(Moments.of(new), 1.0), Moments.of(new)
    np.testing.assert_array_equal(moments.shift, batch.shift)
    np.testing.assert_array_equal(moments.variance, batch.variance)
    np.testing.assert_array_equal(moments.effective_count, 4)


def test_frozen_and_picklable(rng):
    """Nobody changes the moments of another; they survive a pickle."""
    moments = Moments.of(rng.normal(size=(5, 2)))
    with pytest.raises(AttributeError):
        moments.count = None
    assert_equal(pickle.loads(pickle.dumps(moments)), moments)
