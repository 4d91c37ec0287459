"""The laws of the package that concern columns, each a property test."""

import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import sparse

from cases import MERGING_PAIRS, PAIRS
from exact import z_error
from scales import ABOUT_ZERO
from sknorm import BatchStandardizer
from sknorm._kernels import _generic
from sknorm._moments import Moments
from strategies import matrices

pairs = st.sampled_from(PAIRS)
dtypes = (np.float64, np.float32)


def standardizer(pair, **params):
    """Return a BatchStandardizer of a (location, scale) pair."""
    return BatchStandardizer(location=pair[0], scale=pair[1], **params)


def assert_same_moments(a, b):
    """Compare means to 1e-12 std and stds to 1e-12; the rest exactly."""
    std = np.sqrt(a.variance)
    with np.errstate(invalid="ignore"):
        mean_error = np.abs((a.shift - b.shift) + (a.delta - b.delta))
        assert np.all((mean_error <= 1e-12 * std) | (a.count == 0))
        std_error = np.abs(np.sqrt(b.variance) - std)
        assert np.all((std_error <= 1e-12 * std) | (a.count == 0))
    np.testing.assert_array_equal(a.count, b.count)
    np.testing.assert_array_equal(a.min, b.min)
    np.testing.assert_array_equal(a.max, b.max)
    np.testing.assert_array_equal(a.sum_w2, b.sum_w2)


@given(matrices(dtypes=dtypes), st.data())
def test_partial_fit_over_any_split_is_fit(X, data):
    """partial_fit over any split in any order == fit."""
    location, scale = data.draw(st.sampled_from(MERGING_PAIRS))
    cuts = data.draw(st.lists(st.integers(0, len(X)), max_size=5))
    batches = [b for b in np.split(X, sorted(cuts)) if len(b)]
    groups = data.draw(st.sampled_from([None, 1, [[0, X.shape[1] - 1]]]))
    assume(groups is None or isinstance(groups, int) or X.shape[1] > 1)
    params = {"location": location, "scale": scale, "feature_groups": groups}
    whole = BatchStandardizer(**params).fit(X)
    parts = BatchStandardizer(**params)
    for batch in data.draw(st.permutations(batches)):
        parts.partial_fit(batch)
    assert_same_moments(whole._moments_, parts._moments_)
    np.testing.assert_array_equal(whole.n_samples_seen_, parts.n_samples_seen_)
    if scale is not None:
        np.testing.assert_allclose(parts.scale_, whole.scale_, rtol=1e-12, atol=0)


@given(matrices(min_rows=3), st.data())
def test_merge_is_commutative_and_associative_with_identity(X, data):
    """Merge is commutative and associative; empty Moments are its identity."""
    cut, cut_2 = sorted(data.draw(st.tuples(*[st.integers(1, len(X) - 1)] * 2)))
    a, b, c = (
        Moments.of(part) if len(part) else Moments.empty(X.shape[1])
        for part in np.split(X, [cut, cut_2])
    )
    assert_same_moments(a.merge(b), b.merge(a))
    assert_same_moments(a.merge(b).merge(c), a.merge(b.merge(c)))
    empty = Moments.empty(X.shape[1])
    for merged in (a.merge(empty), empty.merge(a)):
        for name in ("count", "shift", "delta", "m2", "min", "max", "sum_w2"):
            np.testing.assert_array_equal(getattr(merged, name), getattr(a, name))


@given(matrices(dtypes=dtypes), pairs)
def test_inverse_restores(X, pair):
    """inverse_transform(transform(X)) == X to 8 u max(abs(x), abs(location))."""
    estimator = standardizer(pair).fit(X)
    location = 0.0 if estimator.location_ is None else estimator.location_
    restored = estimator.inverse_transform(estimator.transform(X))
    assert restored.dtype == X.dtype
    u = np.finfo(X.dtype).eps / 2
    bound = 8 * u * np.maximum(np.abs(X), np.abs(location))
    error = np.abs(restored.astype(np.float64) - X)
    assert np.all((error <= bound) | np.isnan(X))
    np.testing.assert_array_equal(np.isnan(restored), np.isnan(X))


@given(matrices(dtypes=dtypes), pairs, st.integers(-20, 20))
def test_powers_of_two_change_nothing(X, pair, exponent):
    """transform(a X) == transform(X) bit for bit, a a power of two."""
    assume(pair[1] is not None)
    estimator = standardizer(pair).fit(X)
    varies = estimator.scale_ != 1
    scaled = X * X.dtype.type(2.0**exponent)
    np.testing.assert_array_equal(
        standardizer(pair).fit_transform(scaled)[:, varies],
        estimator.transform(X)[:, varies],
    )


@given(matrices(), pairs, st.floats(0.01, 100), st.sampled_from([0.0, 1.0, -1e3, 1e6]))
def test_affine_maps_change_nothing(X, pair, a, b):
    """transform(a X + b) == transform(X) to 8 u max(abs(aX + b)) / (a scale) max(1, z).

    Rounding aX + b moves the location and, by as much, the scale, which moves z by its
    own size: the last factor counts for scales that ignore outliers.
    """
    location, scale = pair
    assume(scale is not None)
    assume(b == 0 or (location is not None and scale not in ABOUT_ZERO))
    estimator = standardizer(pair).fit(X)
    moved = a * X + b
    on_moved = standardizer(pair).fit(moved)
    varies = (estimator.scale_ != 1) & (on_moved.scale_ != 1)
    z, z_moved = estimator.transform(X), on_moved.transform(moved)
    largest = np.nanmax(np.abs(moved), axis=0, initial=0)
    bound = 8 * 2.0**-53 * largest / (a * estimator.scale_)
    with np.errstate(invalid="ignore"):
        near = np.abs(z_moved - z) <= bound * np.maximum(1, np.abs(z))
    assert np.all((near | np.isnan(X))[:, varies])


@given(matrices(dtypes=dtypes), pairs)
def test_kernels_agree(X, pair):
    """Compiled == generic to 1e-12 max(abs(z), 1), in both directions."""
    estimator = standardizer(pair).fit(X)
    ones, zeros = np.ones(X.shape[1]), np.zeros(X.shape[1])
    statistics = (
        zeros if estimator.location_ is None else estimator.location_,
        estimator._delta_,
        ones if estimator.scale_ is None else estimator.scale_,
    )
    seen = ~np.isnan(X)
    for method, kernel in (
        (estimator.transform, _generic.affine),
        (estimator.inverse_transform, _generic.affine_inverse),
    ):
        expected = np.empty_like(X)
        kernel(X, *statistics, expected)
        got = method(X)
        assert not seen.any() or z_error(got[seen], expected[seen]) <= 1e-12


@given(
    matrices(dtypes=dtypes),
    st.sampled_from([None, "std", *ABOUT_ZERO]),
    st.sampled_from([sparse.csr_array, sparse.csc_array, sparse.csr_matrix]),
    st.booleans(),
)
def test_sparse_is_dense(X, scale, container, weighted):
    """Sparse == dense to 1e-12 max(abs(z), 1), NaN and weights included."""
    X = np.where(np.abs(X) < 0.5, 0, X)
    weight = np.arange(len(X)) % 3 + 0.5 if weighted else None
    dense = BatchStandardizer(location=None, scale=scale).fit(X, sample_weight=weight)
    assume(scale is None or not np.isnan(dense.scale_).any())
    on_sparse = BatchStandardizer(location=None, scale=scale)
    on_sparse.fit(container(X), sample_weight=weight)
    np.testing.assert_allclose(
        on_sparse.n_samples_seen_, dense.n_samples_seen_, rtol=1e-15
    )
    for method in ("transform", "inverse_transform"):
        got = getattr(on_sparse, method)(container(X))
        assert got.format == container(X).format
        assert got.dtype == X.dtype
        expected = getattr(dense, method)(X)
        np.testing.assert_allclose(got.toarray(), expected, rtol=1e-12, atol=1e-12)


@given(matrices(dtypes=(np.float32,)), pairs)
def test_float32_is_float64_rounded(X, pair):
    """transform(X float32) == float32(transform(X as float64)), bit for bit."""
    estimator = standardizer(pair).fit(X)
    wide = standardizer(pair).fit(X.astype(np.float64))
    z = wide.transform(X.astype(np.float64)).astype(np.float32)
    alike = np.ones(X.shape[1], bool)
    if pair[1] is not None:  # near-constant columns aside
        alike = (estimator.scale_ == wide.scale_) | np.isnan(wide.scale_)
        assert np.all(estimator.scale_[~alike] == 1)
    np.testing.assert_array_equal(estimator.transform(X)[:, alike], z[:, alike])


@given(matrices(dtypes=dtypes), pairs)
def test_a_row_alone_is_the_row_in_a_batch(X, pair):
    """transform(X)[i] == transform(X[i]), bit for bit."""
    estimator = standardizer(pair).fit(X)
    rows = [estimator.transform(row[np.newaxis]) for row in X]
    np.testing.assert_array_equal(np.vstack(rows), estimator.transform(X))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder for memory maps."""
    return tmp_path_factory.mktemp("maps")


@given(X=matrices(dtypes=dtypes), pair=pairs)
def test_layout_does_not_matter(X, pair, folder):
    """C-order == F-order == strided == read-only == memory-mapped, bit for bit."""
    read_only = X.copy()
    read_only.setflags(write=False)
    mapped = np.memmap(folder / "X", X.dtype, "w+", shape=X.shape)
    mapped[:] = X
    wide = np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)
    backwards = X[::-1].copy()[::-1]
    layouts = (np.asfortranarray(X), read_only, mapped, wide[::2, ::3], backwards)
    estimator = standardizer(pair).fit(X)
    z = estimator.transform(X)
    for other in layouts:
        refitted = standardizer(pair).fit(other)
        np.testing.assert_array_equal(refitted.transform(other), z)
        np.testing.assert_array_equal(refitted._moments_.m2, estimator._moments_.m2)


@given(matrices(dtypes=dtypes), pairs)
def test_nothing_of_the_caller_changes(X, pair):
    """The caller's array, and __dict__ in transform, stay as they are."""
    before = X.copy()
    estimator = standardizer(pair).fit(X)
    state = pickle.dumps(vars(estimator))
    estimator.inverse_transform(estimator.transform(X))
    np.testing.assert_array_equal(X, before)
    assert pickle.dumps(vars(estimator)) == state


@given(matrices(nan=False), pairs, st.sampled_from([np.nan, 1e9]), st.data())
def test_a_bad_value_changes_its_own_column_only(X, pair, value, data):
    """NaN or a spike changes only the column that contains it, bit for bit."""
    spoilt = X.copy()
    column = data.draw(st.integers(0, X.shape[1] - 1))
    spoilt[data.draw(st.integers(0, len(X) - 1)), column] = value
    others = np.arange(X.shape[1]) != column
    np.testing.assert_array_equal(
        standardizer(pair).fit_transform(spoilt)[:, others],
        standardizer(pair).fit_transform(X)[:, others],
    )
