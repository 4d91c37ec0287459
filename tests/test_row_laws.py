"""The laws of the package that concern rows, each a property test."""

import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import sparse

from cases import PAIRS
from scales import ABOUT_ZERO
from sknorm import RowLayerNormalizer
from strategies import matrices_and_groups

pairs = st.sampled_from(PAIRS)
dtypes = (np.float64, np.float32)


def normalizer(pair, **params):
    """Return a RowLayerNormalizer of a (location, scale) pair."""
    return RowLayerNormalizer(location=pair[0], scale=pair[1], **params)


def spread(estimator, statistic):
    """Return a statistic of the key for each value, NaN for columns that pass through.

    Which group a column is in is tested in test_feature_groups.py.
    """
    statistic = np.column_stack([statistic, np.full(len(statistic), np.nan)])
    return statistic[:, estimator._neighbourhood_]


@given(matrices_and_groups(dtypes=dtypes), pairs)
def test_each_way_restores(drawn, pair):
    """inverse_transform(transform(X)) == X to 8 u max(abs(x), abs(location))."""
    X, groups = drawn
    kept = normalizer(pair, feature_groups=groups).fit(X)
    passed = normalizer(pair, feature_groups=groups, keep_statistics=False).fit(X)
    appended = normalizer(pair, feature_groups=groups, append_statistics=True)
    Z, key = kept.transform(X), kept.statistics(X)
    ways = (
        kept.inverse_transform(Z),
        passed.inverse_transform(Z, statistics=key),
        pickle.loads(pickle.dumps(appended))
        .fit(X[:1])
        .inverse_transform(appended.fit_transform(X)),
    )
    assert key.location.dtype == key.scale.dtype == X.dtype
    u = np.finfo(X.dtype).eps / 2
    location = np.nan_to_num(spread(kept, key.location))
    bound = 8 * u * np.maximum(np.abs(X), np.abs(location))
    for restored in ways:
        assert restored.dtype == X.dtype
        error = np.abs(restored.astype(np.float64) - X)
        assert np.all((error <= bound) | np.isnan(X))
        np.testing.assert_array_equal(np.isnan(restored), np.isnan(X))


@given(matrices_and_groups(dtypes=dtypes), pairs, st.booleans())
def test_a_row_alone_is_the_row_in_a_batch(drawn, pair, append):
    """transform(X)[i] == transform(X[i]), bit for bit."""
    X, groups = drawn
    estimator = normalizer(pair, feature_groups=groups, append_statistics=append).fit(X)
    rows = [estimator.transform(row[np.newaxis]) for row in X]
    np.testing.assert_array_equal(np.vstack(rows), estimator.transform(X))


@pytest.mark.parametrize("n_features", [1, 2, 7, 8, 9, 127, 128, 129, 1000, 2000])
@pytest.mark.parametrize("dtype", dtypes)
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_a_long_row_alone_is_the_row_in_a_batch(n_features, dtype, missing, rng):
    """The same for rows of 1 to 2000 values in more rows than a block takes."""
    X = rng.normal(size=(300, n_features)).astype(dtype) + 3
    X[rng.random(X.shape) < missing] = np.nan
    for pair in PAIRS:
        estimator = normalizer(pair, keep_statistics=False).fit(X)
        Z = estimator.transform(X)
        for i in (0, 1, 64, 65, 66, 130, 131, 132, 299):
            np.testing.assert_array_equal(estimator.transform(X[i : i + 1]), Z[[i]])


@given(matrices_and_groups(dtypes=dtypes), pairs, st.integers(-20, 20))
def test_powers_of_two_change_nothing(drawn, pair, exponent):
    """transform(a X) == transform(X) bit for bit, a a power of two."""
    assume(pair[1] is not None)
    X, groups = drawn
    estimator = normalizer(pair, feature_groups=groups).fit(X)
    varies = spread(estimator, estimator.statistics(X).scale)
    varies = (varies != 1) & ~np.isnan(varies)
    scaled = X * X.dtype.type(2.0**exponent)
    np.testing.assert_array_equal(
        estimator.transform(scaled)[varies], estimator.transform(X)[varies]
    )


@given(
    matrices_and_groups(), pairs, st.floats(0.01, 100), st.sampled_from([0.0, 1.0, 1e6])
)
def test_affine_maps_change_nothing(drawn, pair, a, b):
    """transform(a X + b) == transform(X) to 8 u max(abs(aX + b)) / (a scale) max(1, z).

    The last factor as in test_laws.py: rounding moves the scale, too.
    """
    location, scale = pair
    assume(scale is not None)
    assume(b == 0 or (location is not None and scale not in ABOUT_ZERO))
    X, groups = drawn
    moved = a * X + b
    estimator = normalizer(pair, feature_groups=groups).fit(X)
    on_x, on_moved = (
        spread(estimator, estimator.statistics(A).scale) for A in (X, moved)
    )
    varies = (on_x != 1) & (on_moved != 1) & ~np.isnan(on_x)
    z, z_moved = estimator.transform(X), estimator.transform(moved)
    groups_of = estimator._neighbourhood_
    largest = np.ones_like(X)
    for group in range(groups_of.max() + 1):
        members = groups_of == group
        values = np.nan_to_num(np.abs(moved[:, members]))
        largest[:, members] = values.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        bound = 8 * 2.0**-53 * largest / (a * on_x) * np.maximum(1, np.abs(z))
        near = np.abs(z_moved - z) <= bound
    assert np.all((near | np.isnan(X))[varies])


@given(matrices_and_groups(dtypes=(np.float32,)), pairs)
def test_float32_is_float64_rounded(drawn, pair):
    """transform(X float32) == float32(transform(X as float64)), bit for bit."""
    X, groups = drawn
    wide = X.astype(np.float64)
    estimator = normalizer(pair, feature_groups=groups).fit(X)
    scale, wide_scale = (
        spread(estimator, estimator.statistics(A).scale) for A in (X, wide)
    )
    z, wide_z = estimator.transform(X), estimator.transform(wide).astype(np.float32)
    alike = np.isnan(scale) | (scale == wide_scale.astype(np.float32))
    assert np.all(scale[~alike] == 1)  # near-constant rows aside
    np.testing.assert_array_equal(z[alike], wide_z[alike])


@given(matrices_and_groups(dtypes=dtypes), pairs)
def test_layout_does_not_matter(drawn, pair):
    """C-order == F-order == strided == read-only, bit for bit."""
    X, groups = drawn
    read_only = X.copy()
    read_only.setflags(write=False)
    wide = np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)
    layouts = (np.asfortranarray(X), read_only, wide[::2, ::3], X[::-1].copy()[::-1])
    estimator = normalizer(pair, feature_groups=groups).fit(X)
    Z = estimator.transform(X)
    for other in layouts:
        np.testing.assert_array_equal(estimator.transform(other), Z)
        assert estimator.statistics(other) == estimator.statistics_
    for other in (np.asfortranarray(Z), np.repeat(Z, 2, axis=1)[:, ::2]):
        np.testing.assert_array_equal(
            estimator.inverse_transform(other), estimator.inverse_transform(Z)
        )


@given(matrices_and_groups(dtypes=dtypes), pairs, st.booleans())
def test_nothing_of_the_caller_changes(drawn, pair, append):
    """The caller's arrays, and __dict__ in transform and back, stay as they are."""
    X, groups = drawn
    before = X.copy()
    estimator = normalizer(pair, feature_groups=groups, append_statistics=append).fit(X)
    state = dict(vars(estimator))
    Z = estimator.transform(X)
    Z_before = Z.copy()
    estimator.inverse_transform(Z)
    estimator.inverse_transform(Z, statistics=estimator.statistics(X))
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(Z, Z_before)
    assert vars(estimator) == state


@given(matrices_and_groups(nan=False), pairs, st.sampled_from([np.nan, 1e9]), st.data())
def test_a_bad_value_changes_its_own_neighbourhood_only(drawn, pair, value, data):
    """NaN or a spike changes only the row, and group, that contains it."""
    X, groups = drawn
    spoilt = X.copy()
    i = data.draw(st.integers(0, X.shape[0] - 1))
    j = data.draw(st.integers(0, X.shape[1] - 1))
    spoilt[i, j] = value
    estimator = normalizer(pair, feature_groups=groups).fit(X)
    others = np.ones(X.shape, bool)
    group = estimator._neighbourhood_[j]
    others[i] = (
        (estimator._neighbourhood_ != group)
        if group >= 0
        else np.arange(X.shape[1]) != j
    )
    np.testing.assert_array_equal(
        estimator.transform(spoilt)[others], estimator.transform(X)[others]
    )


@given(
    matrices_and_groups(dtypes=dtypes),
    st.sampled_from(ABOUT_ZERO),
    st.sampled_from([sparse.csr_array, sparse.csr_matrix]),
    st.booleans(),
    st.sampled_from([0.0, 0.5]),
)
def test_sparse_is_dense(drawn, scale, container, append, eps):
    """Sparse == dense to 1e-12 max(abs(z), 1), key, NaN and the way back included."""
    X, groups = drawn
    X = np.where(np.abs(X) < 0.5, 0, X)
    pair = (None, scale)
    estimator = normalizer(
        pair, feature_groups=groups, append_statistics=append, eps=eps
    ).fit(container(X))
    dense = normalizer(
        pair, feature_groups=groups, append_statistics=append, eps=eps
    ).fit(X)
    assume(not np.isnan(dense.statistics_.scale).any())
    Z = estimator.transform(container(X))
    assert isinstance(Z, container)
    assert Z.format == "csr"
    assert Z.dtype == X.dtype
    tolerance = 1e-12 if X.dtype == np.float64 else 2e-7
    np.testing.assert_allclose(
        Z.toarray(), dense.transform(X), rtol=tolerance, atol=tolerance
    )
    restored = estimator.inverse_transform(Z)
    assert isinstance(restored, container)
    np.testing.assert_allclose(restored.toarray(), X, rtol=4 * tolerance)
    np.testing.assert_allclose(
        estimator.inverse_transform(Z.toarray()), X, rtol=4 * tolerance
    )
    alone = [estimator.transform(container(X[[i]])).toarray() for i in range(len(X))]
    np.testing.assert_array_equal(np.vstack(alone), Z.toarray())
