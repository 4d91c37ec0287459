"""RowLayerNormalizer: parameters, groups, missing values, what it refuses."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cases import LOCATIONS, NUMBERS, PAIRS, full_text
from scales import ABOUT_ZERO, CENTRED, SCALES, quoted
from sknorm import BatchStandardizer, RowLayerNormalizer, Statistics


def by_hand(x, location, scale):
    """Return z of the values of one neighbourhood, NaN left out, by NumPy and SciPy."""
    seen = x[~np.isnan(x)]
    if not seen.size:
        return x
    divisor = 1.0 if scale is None else SCALES[scale].by_numpy(seen)
    return (x - LOCATIONS[location](seen)) / (divisor if divisor else 1.0)


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize(("location", "scale"), PAIRS)
def test_rows_by_hand(location, scale, missing, rng):
    """Each row by NumPy and SciPy."""
    X = rng.normal(size=(20, 9)) * 3 + 10
    X[rng.random(X.shape) < missing] = np.nan
    Z = RowLayerNormalizer(location=location, scale=scale).fit_transform(X)
    for x, z in zip(X, Z, strict=True):
        np.testing.assert_allclose(
            z, by_hand(x, location, scale), rtol=1e-12, atol=1e-13
        )


GROUPS = {
    "2 of 4": (2, [[0, 1, 2, 3], [4, 5, 6, 7]]),
    "8 of 1": (8, [[j] for j in range(8)]),
    "unequal, not consecutive": ([[7, 0, 3], [5, 2]], [[7, 0, 3], [5, 2]]),
    "out of order": ([[7, 0, 3, 1], [5, 2, 4, 6]], [[7, 0, 3, 1], [5, 2, 4, 6]]),
    "names": ([["f", "a"], ["b", "c"]], [[5, 0], [1, 2]]),
    "all columns, unequal": ([range(5), (5, 6, 7)], [range(5), range(5, 8)]),
}


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("missing", [0.0, 0.5])
@pytest.mark.parametrize(("location", "scale"), PAIRS)
def test_groups_by_hand(location, scale, missing, groups, rng):
    """Each group of each row by NumPy and SciPy; the other columns pass through."""
    X = pd.DataFrame(rng.normal(size=(15, 8)) + 4, columns=list("abcdefgh"))
    X = X.mask(rng.random(X.shape) < missing)
    parameter, members = GROUPS[groups]
    normalizer = RowLayerNormalizer(
        location=location, scale=scale, feature_groups=parameter
    )
    Z = normalizer.fit_transform(X)
    expected = X.to_numpy(copy=True)
    for row in expected:
        for group in members:
            row[list(group)] = by_hand(row[list(group)], location, scale)
    np.testing.assert_allclose(Z, expected, rtol=1e-12, atol=1e-12)
    assert normalizer.statistics_.shape == (15, len(members))


def test_columns_that_pass_through_are_unchanged(rng):
    """Bit for bit, float32 and NaN and the sign of zero included."""
    X = rng.normal(size=(5, 4)).astype(np.float32)
    X[0, 3], X[1, 3] = np.nan, -0.0
    normalizer = RowLayerNormalizer(feature_groups=[[0, 2]])
    Z = normalizer.fit_transform(X)
    assert Z[:, [1, 3]].tobytes() == X[:, [1, 3]].tobytes()
    np.testing.assert_array_equal(
        normalizer.inverse_transform(Z)[:, [1, 3]], X[:, [1, 3]]
    )


def test_is_the_batch_standardizer_of_the_transpose(rng):
    """The two estimators differ by their axis only."""
    X = rng.normal(size=(6, 40)) + 1e3
    for location, scale in PAIRS:
        params = {"location": location, "scale": scale, "eps": 0.1, "ddof": 1}
        np.testing.assert_allclose(
            RowLayerNormalizer(**params).fit_transform(X),
            BatchStandardizer(**params).fit_transform(X.T).T,
            rtol=1e-12,
            atol=1e-13,
        )


def test_rows_without_values():
    """They stay NaN, without a warning; so does a group of a row."""
    X = np.array([[np.nan, np.nan, np.nan], [np.nan, np.nan, 1.0], [1.0, 3.0, 2.0]])
    normalizer = RowLayerNormalizer(feature_groups=[[0, 1]])
    Z = normalizer.fit_transform(X)
    np.testing.assert_array_equal(Z, [*X[:2], [-1, 1, 2]])
    np.testing.assert_array_equal(normalizer.statistics_.scale, [[np.nan]] * 2 + [[1]])
    np.testing.assert_array_equal(normalizer.inverse_transform(Z), X)


@pytest.mark.parametrize("ddof", [0, 1, 3])
def test_ddof_counts_the_values_of_the_row(ddof):
    """NaN does not count; up to ddof values have scale 1."""
    X = np.array([[1.0, 2.0, 6.0, np.nan], [1.0, 5.0, np.nan, np.nan]])
    scale = RowLayerNormalizer(ddof=ddof).fit(X).statistics_.scale
    for x, s in zip(X, scale[:, 0], strict=True):
        seen = x[~np.isnan(x)]
        assert s == pytest.approx(np.std(seen, ddof=ddof) if seen.size > ddof else 1)


def test_eps():
    """Of "std" and "rms" only: the scale is hypot(scale, sqrt(eps))."""
    X = np.array([[3.0, 5.0], [4.0, 4.0]])
    for scale, expected in (
        ("std", [[2.0], [np.sqrt(3)]]),
        ("rms", [[np.sqrt(20)], [np.sqrt(19)]]),
        ("range", [[2.0], [1.0]]),
    ):
        key = RowLayerNormalizer(scale=scale, eps=3.0).fit(X).statistics_
        np.testing.assert_allclose(key.scale, expected, rtol=1e-15)


@pytest.mark.parametrize("dtype", ["i4", "u1", "?", "f2", "O"])
def test_other_numbers_become_float64(dtype):
    """float32 and float64 stay; see the laws."""
    X = np.array([[0, 1, 1], [1, 0, 0]], dtype)
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(X)
    assert Z.dtype == normalizer.statistics_.scale.dtype == np.float64
    np.testing.assert_allclose(normalizer.inverse_transform(Z), X.astype(float))


@pytest.mark.parametrize("method", ["fit", "fit_transform", "transform", "statistics"])
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("groups", [None, [[0, 1]]])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, pd.DataFrame])
def test_infinities_are_refused(method, keep, groups, container):
    """Everywhere, in columns that pass through too, with row and column."""
    X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    params = {"keep_statistics": keep, "feature_groups": groups}
    if container is sparse.csr_array:
        params |= {"location": None, "scale": "rms"}
    normalizer = RowLayerNormalizer(**params).fit(container(X))
    key = normalizer.statistics(container(X))
    X[1, 2] = -np.inf
    place = r"infinity .* first in row 1, column 2"
    with pytest.raises(ValueError, match=place):
        getattr(normalizer, method)(container(X))
    with pytest.raises(ValueError, match=place):
        normalizer.inverse_transform(container(X), statistics=key)


@pytest.mark.parametrize("method", ["fit", "transform", "statistics"])
def test_text_is_refused(method):
    """By the shared text."""
    normalizer = RowLayerNormalizer().fit([[1.0, 2.0]])
    text = NUMBERS.format(name="X", value="'a'")
    with pytest.raises(ValueError, match=full_text(text)):
        getattr(normalizer, method)([["a", "b"]])


@pytest.mark.parametrize("scale", [None, *CENTRED])
def test_sparse_that_would_not_stay_sparse(scale):
    """Refused, with what is possible."""
    text = (
        "RowLayerNormalizer takes a sparse X only with location=None and scale "
        f"{quoted(ABOUT_ZERO[:-1], ABOUT_ZERO[-1])}, which leave zeros alone. Got "
        f"location=None, scale={scale!r}. "
        "Change them and fit again, or pass X.toarray()."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        RowLayerNormalizer(location=None, scale=scale).fit(sparse.csr_array(np.eye(3)))


def test_sparse_formats_and_duplicates():
    """CSC becomes CSR; entries that are stored twice count once, as their sum."""
    twice = sparse.csr_array(([1.0, 2.0, 4.0], [0, 0, 2], [0, 3]), shape=(1, 3))
    normalizer = RowLayerNormalizer(location=None, scale="maxabs").fit(twice)
    np.testing.assert_array_equal(normalizer.statistics_.scale, [[4.0]])
    assert twice.nnz == 3
    Z = normalizer.fit_transform(sparse.csc_array(np.eye(3) * 7))
    assert Z.format == "csr"
    np.testing.assert_array_equal(Z.toarray(), np.eye(3))
    empty = normalizer.fit_transform(sparse.csr_array((2, 3)))
    assert empty.nnz == 0
    np.testing.assert_array_equal(normalizer.statistics_.scale, 1)


def test_rows_too_large_or_too_small():
    """Squares that overflow are an error that names the rows; lost digits a warning."""
    X = np.array([[1.0, 2.0], [1e200, -1e200], [3.0, 5.0], [1e160, 0.0]])
    normalizer = RowLayerNormalizer().fit(X[[0, 2]])
    text = (
        "location='mean', scale='std' of rows 1, 3 are too large for float64. Divide "
        "the data by a power of ten first."
    )
    for method in ("fit", "transform", "fit_transform", "statistics"):
        with pytest.raises(ValueError, match=full_text(text)):
            getattr(normalizer, method)(X)
    with pytest.warns(RuntimeWarning, match="scale='std' of rows 1 is inaccurate"):
        normalizer.transform([[1.0, 2.0], [1e-200, 2e-200]])


def test_a_key_too_large_for_float32():
    """The range of float32 values can be twice the largest float32."""
    X = np.array([[3e38, -3e38, 0]], np.float32)
    with pytest.raises(ValueError, match="rows 0 are too large for float32"):
        RowLayerNormalizer(scale="range").fit(X)


def test_a_scale_too_small_for_float32():
    """The key could not hold it."""
    X = np.array([[1, 2], [1e-45, 0]], np.float32)
    text = (
        "location='mean', scale='std' of rows 1 are too small for float32. Multiply "
        "the data by a power of ten first."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        RowLayerNormalizer(keep_statistics=False).fit(X).transform(X)
    RowLayerNormalizer().fit(X.astype(np.float64) * 1e10)


@pytest.mark.parametrize("row", [0, 150, 299])
def test_infinities_and_overflow_in_any_block(row, rng):
    """Each of several blocks is looked at."""
    X = rng.normal(size=(300, 2000)).astype(np.float32)
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(X)
    X[row, 7] = np.inf
    with pytest.raises(ValueError, match=f"the first in row {row}, column 7"):
        normalizer.transform(X)
    Z[row, 7] = 3e38
    key = normalizer.statistics_
    larger = Statistics(key.location, key.scale * 100)
    with pytest.warns(RuntimeWarning, match=f"results for rows {row} do not fit"):
        normalizer.inverse_transform(Z, statistics=larger)


def test_sparse_results_that_overflow():
    """The rows are named once each."""
    X = sparse.csr_array(np.array([[1, 0, 3], [3e38, 0, 3e38]], np.float32))
    normalizer = RowLayerNormalizer(location=None, scale="maxabs").fit(
        X * np.float32(0.5)
    )
    with pytest.warns(RuntimeWarning, match="results for rows 1 do not fit"):
        normalizer.inverse_transform(X, statistics=normalizer.statistics_)


def test_results_that_overflow():
    """They become infinite with a warning that names the rows."""
    X = np.array([[1, 2, 3], [0, 0, 3e38]], np.float32)
    normalizer = RowLayerNormalizer(location=None, scale="rms", keep_statistics=False)
    key = normalizer.fit(X).statistics(X)
    with pytest.warns(
        RuntimeWarning, match="results for rows 1 do not fit into float32"
    ):
        normalizer.inverse_transform(X, statistics=key)


@pytest.mark.parametrize("row", [0, 7, 39])
@pytest.mark.parametrize("location", ["mean", "min"])
def test_a_row_that_overflows_among_others(location, row, rng):
    """It is found wherever it is; only in float32, as float64 holds its values."""
    X = rng.normal(size=(40, 600)).astype(np.float32)
    X[row] = -3e38
    X[row, 40] = 3e38
    normalizer = RowLayerNormalizer(
        location=location, scale=None, keep_statistics=False
    ).fit(X)
    with pytest.warns(RuntimeWarning, match=f"results for rows {row} do not fit"):
        Z = normalizer.transform(X)
    assert np.isinf(Z[row, 40])
    assert np.isfinite(np.delete(Z, row, axis=0)).all()


def test_set_params_after_fit():
    """Location and scale are read for each X, and checked; groups are read in fit."""
    X = np.array([[1.0, 2.0, 6.0]])
    normalizer = RowLayerNormalizer().fit(X)
    normalizer.set_params(location="min", scale=None)
    np.testing.assert_array_equal(normalizer.transform(X), [[0, 1, 5]])
    normalizer.set_params(location="meen")
    with pytest.raises(ValueError, match="'location' parameter of RowLayerNormalizer"):
        normalizer.transform(X)


def test_no_warnings_on_ordinary_data(rng):
    """NumPy's own about empty slices and invalid values never come through."""
    X = rng.normal(size=(10, 4))
    X[0], X[1, 1:] = np.nan, np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for location, scale in PAIRS:
            normalizer = RowLayerNormalizer(location=location, scale=scale, ddof=2)
            normalizer.inverse_transform(normalizer.fit_transform(X))
