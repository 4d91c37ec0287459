"""The key: Statistics as a value, and whether it fits."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.model_selection import train_test_split

from cases import full_text
from sknorm import RowLayerNormalizer, Statistics


@pytest.fixture
def key(rng):
    """Return the key of ten rows with three groups."""
    return Statistics(rng.normal(size=(10, 3)), rng.uniform(1, 2, size=(10, 3)))


def test_length_shape_and_rows(key):
    """len, shape and indexing are about rows."""
    assert len(key) == 10
    assert key.shape == (10, 3)
    for rows in (
        slice(2, 5),
        [2, 3, 4],
        np.arange(2, 5),
        np.isin(np.arange(10), [2, 3, 4]),
    ):
        assert key[rows].shape == (3, 3)
        np.testing.assert_array_equal(key[rows].location, key.location[2:5])
        np.testing.assert_array_equal(key[rows].scale, key.scale[2:5])
    assert key[-1] == key[9] == key[9:]
    assert len(list(key)) == 10
    text = (
        "Statistics are indexed by rows only. Got (0, 1). Use .location or .scale for "
        "a part of the columns."
    )
    with pytest.raises(IndexError, match=full_text(text)):
        key[0, 1]
    with pytest.raises(IndexError, match="out of bounds"):
        key[10]


def test_repr_shows_no_value(key):
    """A key does not get into logs or notebooks by itself."""
    assert repr(key) == f"Statistics(shape={key.shape}, dtype={key.location.dtype})"
    normalizer = RowLayerNormalizer().fit([[0.123456789, 5.0]])
    assert "0.123" not in normalizer._repr_html_()
    assert "2.56" not in normalizer._repr_html_()


def test_masked_values_are_missing():
    """As in X."""
    masked = np.ma.array([[1.0], [2.0]], mask=[[False], [True]])
    key = Statistics(masked, np.ones((2, 1)))
    np.testing.assert_array_equal(key.location, [[1], [np.nan]])


def test_equality(key):
    """All values count, NaN equal to NaN; other types are not equal."""
    same = Statistics(key.location.copy(), key.scale.copy())
    assert key == same
    location = key.location.copy()
    location[0, 0] = np.nan
    assert key != Statistics(location, key.scale)
    assert Statistics(location, key.scale) == Statistics(location.copy(), key.scale)
    assert Statistics(key.scale, location) == Statistics(key.scale, location.copy())
    assert key != Statistics(key.location, key.scale + 1)
    assert key != key[:5]
    assert key != "key"
    assert key != key.location
    assert key.location != key


def test_frozen(key):
    """Neither the fields nor their values can be set."""
    with pytest.raises(AttributeError):
        key.location = key.scale
    with pytest.raises(ValueError, match="read-only"):
        key.location[0, 0] = 1.0
    location = np.zeros((2, 1))
    own = Statistics(location, location + 1)
    location[0] = 1.0  # the caller's own array stays writeable
    assert not own.location.any()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("f8", "f8"),
        ("f4", "f4"),
        ("i8", "f8"),
        ("f2", "f8"),
        ("?", "f8"),
        (">f8", "f8"),
    ],
)
def test_dtypes(given, kept):
    """float32 and float64 stay, other numbers become float64."""
    key = Statistics(
        np.ones((2, 1), given), pd.DataFrame({"scale": [1, 2]}, dtype=kept)
    )
    assert key.location.dtype == key.scale.dtype == np.dtype(kept)
    location = np.ones((2, 1), given)
    location.setflags(write=False)
    assert Statistics(location, key.scale).location.dtype == np.dtype(kept)


REFUSED = {
    "object": (
        (np.ones((2, 1), object), np.ones((2, 1))),
        "The location of Statistics must be an array of real numbers. Got dtype "
        "object. Save keys by np.savez(file, location=key.location, scale=key.scale), "
        "which keeps the dtype.",
    ),
    "text": (
        (np.ones((2, 1)), np.array([["1"], ["2"]])),
        "The scale of Statistics must be an array of real numbers. Got dtype <U1. "
        "Save keys by np.savez(file, location=key.location, scale=key.scale), which "
        "keeps the dtype.",
    ),
    "shapes differ": (
        (np.ones((2, 1)), np.ones((3, 1))),
        "location and scale of Statistics must have one shape, (n_samples, n_groups) "
        "for rows or that of X for windows. Got (2, 1) and (3, 1).",
    ),
    "one-dimensional": (
        (np.ones(2), np.ones(2)),
        "location and scale of Statistics must have one shape, (n_samples, n_groups) "
        "for rows or that of X for windows. Got (2,) and (2,).",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_key(kind):
    """Arrays of other things than numbers, or that do not go together."""
    arrays, text = REFUSED[kind]
    with pytest.raises(ValueError, match=full_text(text)):
        Statistics(*arrays)


def test_train_test_split(rng):
    """scikit-learn splits a key beside its rows."""
    X = rng.normal(size=(20, 4)) + 5
    normalizer = RowLayerNormalizer(keep_statistics=False).fit(X)
    Z, key = normalizer.transform(X), normalizer.statistics(X)
    for shuffle in (True, False):
        parts = train_test_split(X, Z, key, random_state=0, shuffle=shuffle)
        for X_part, Z_part, key_part in (parts[::2], parts[1::2]):
            restored = normalizer.inverse_transform(Z_part, statistics=key_part)
            np.testing.assert_allclose(restored, X_part, rtol=1e-15)


def test_pickle(key):
    """A key of one's own can be pickled."""
    loaded = pickle.loads(pickle.dumps(key))
    assert loaded == key
    assert not loaded.scale.flags.writeable


def test_savez_and_another_process(tmp_path, rng):
    """The key in a file opens the rows in a process that knows nothing else."""
    X = rng.normal(size=(5, 4)).astype(np.float32) + 100
    normalizer = RowLayerNormalizer().fit(X)
    key = normalizer.statistics(X)
    np.savez(tmp_path / "key.npz", location=key.location, scale=key.scale)
    np.save(tmp_path / "Z.npy", normalizer.transform(X))
    code = (
        "import numpy as np; from sknorm import RowLayerNormalizer, Statistics\n"
        "Z, key = np.load('Z.npy'), Statistics(**np.load('key.npz'))\n"
        "est = RowLayerNormalizer(keep_statistics=False).fit(Z)\n"
        "np.save('X.npy', est.inverse_transform(Z, statistics=key))"
    )
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=True)
    restored = np.load(tmp_path / "X.npy")
    assert restored.dtype == np.float32
    np.testing.assert_allclose(restored, X, rtol=1e-6)


@pytest.fixture
def fitted(rng):
    """Return a normalizer of two groups, its data and the normalised data."""
    X = rng.normal(size=(6, 5))
    X[3, :2] = np.nan
    normalizer = RowLayerNormalizer(feature_groups=[[0, 1], [2, 3]]).fit(X)
    return normalizer, X, normalizer.transform(X)


def test_a_key_of_another_shape(fitted):
    """The number of rows and of neighbourhoods is checked."""
    normalizer, X, Z = fitted
    key = normalizer.statistics(X)
    text = (
        "statistics must have shape (6, 2), a location and a scale for each "
        "neighbourhood of the rows of X. Got {}. Pass the key of these rows; key[rows] "
        "is the key of some of them."
    )
    with pytest.raises(ValueError, match=full_text(text.format("(5, 2)"))):
        normalizer.inverse_transform(Z, statistics=key[:5])
    other = RowLayerNormalizer().fit(X).statistics(X)
    with pytest.raises(ValueError, match=full_text(text.format("(6, 1)"))):
        normalizer.inverse_transform(Z, statistics=other)


@pytest.mark.parametrize("field", ["location", "scale"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -1.0])
def test_a_key_without_numbers_where_there_are_values(fitted, field, value):
    """NaN is right where a group has no values, and nowhere else."""
    normalizer, X, Z = fitted
    key = normalizer.statistics(X)
    assert np.isnan(key.scale[3, 0])
    normalizer.inverse_transform(Z, statistics=key)
    if field == "location" and value in (0.0, -1.0):
        return  # a location like any other
    arrays = {"location": key.location.copy(), "scale": key.scale.copy()}
    arrays[field][4, 1] = value
    text = (
        "The key, passed as statistics or appended to X, must have a finite location "
        "and a finite scale above 0 wherever X has values. That is not so in rows 4. "
        "Pass the key of these rows, taken before values were filled in or removed."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        normalizer.inverse_transform(Z, statistics=Statistics(**arrays))
    with pytest.raises(ValueError, match="in rows 3"):
        normalizer.inverse_transform(np.nan_to_num(Z), statistics=key)


@pytest.mark.parametrize("wrong", [np.ones((6, 2)), (1, 2), {"location": 1}])
def test_something_else_than_a_key(fitted, wrong):
    """Only Statistics are taken, as two arrays in a row are soon exchanged."""
    normalizer, _, Z = fitted
    text = (
        "statistics must be Statistics(location, scale), as the method statistics(X) "
        f"returns them. Got {type(wrong).__name__}."
    )
    with pytest.raises(TypeError, match=full_text(text)):
        normalizer.inverse_transform(Z, statistics=wrong)


def test_a_key_comes_before_appended_columns(fitted):
    """What is passed is what is used."""
    normalizer, X, _ = fitted
    normalizer.set_params(append_statistics=True).fit(X)
    key = normalizer.statistics(X)
    doubled = Statistics(2 * key.location, 2 * key.scale)
    restored = normalizer.inverse_transform(normalizer.transform(X), statistics=doubled)
    np.testing.assert_allclose(restored[:, :4], 2 * X[:, :4], rtol=1e-14)
    np.testing.assert_array_equal(restored[:, 4], X[:, 4])


def test_some_of_the_appended_columns(rng):
    """All of them, or none."""
    X = pd.DataFrame(rng.normal(size=(4, 3)), columns=list("abc"))
    normalizer = RowLayerNormalizer(append_statistics=True)
    Z = normalizer.set_output(transform="pandas").fit_transform(X)
    text = (
        "X has some of the columns that transform appended, but lacks 'row_scale'. "
        "Pass all of them, or none and statistics=key."
    )
    for columns in (list(Z)[:-1], list(Z)[-2::-1]):  # in any order
        with pytest.raises(ValueError, match=full_text(text)):
            normalizer.inverse_transform(Z[columns])
    without = Z.drop(columns=["row_location", "row_scale"])
    pd.testing.assert_frame_equal(normalizer.inverse_transform(without), X)


def test_a_sparse_x_with_locations(rng):
    """A location other than 0 would fill the zeros, so it is refused."""
    X = sparse.csr_array(rng.poisson(1.0, size=(5, 8)).astype(float))
    normalizer = RowLayerNormalizer(location=None, scale="rms").fit(X)
    Z, key = normalizer.transform(X), normalizer.statistics(X)
    other = Statistics(key.location + 1, key.scale)
    text = (
        "A sparse X can only be restored with locations of 0, as others would fill its "
        "zeros. Pass X.toarray()."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        normalizer.inverse_transform(Z, statistics=other)
    restored = normalizer.inverse_transform(Z.toarray(), statistics=other)
    np.testing.assert_allclose(restored, X.toarray() + 1, rtol=1e-14)


def test_a_sparse_x_with_appended_columns(rng):
    """The key is read from them, stored or not."""
    X = sparse.csr_array(rng.poisson(1.0, size=(5, 8)).astype(float))
    normalizer = RowLayerNormalizer(
        location=None, scale="rms", append_statistics=True, keep_statistics=False
    )
    restored = normalizer.inverse_transform(normalizer.fit_transform(X))
    np.testing.assert_allclose(restored.toarray(), X.toarray(), rtol=1e-14)


def test_a_sparse_row_of_nothing_but_missing_values():
    """It has no key, and needs none; an unstored zero in its place does."""
    X = sparse.csr_array([[np.nan, np.nan, 0.0, 2.0], [3.0, 4.0, 0.0, 0.0]])
    normalizer = RowLayerNormalizer(
        location=None, scale="maxabs", feature_groups=[[0, 1], [2, 3]]
    ).fit(X)
    Z = normalizer.transform(X)
    np.testing.assert_array_equal(
        normalizer.inverse_transform(Z).toarray(), X.toarray()
    )
    emptied = sparse.csr_array(np.nan_to_num(Z.toarray()))
    with pytest.raises(ValueError, match="That is not so in rows 0"):
        normalizer.inverse_transform(emptied, statistics=normalizer.statistics_)
