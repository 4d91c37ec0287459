"""The rows of fit are recognised, and nothing else is taken for them."""

import copy
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from cases import full_text
from sknorm import RowLayerNormalizer

REFUSAL = (
    "X is not what RowLayerNormalizer.transform returned for the fitted rows: {}. Pass "
    "statistics=est.statistics_ for the fitted rows changed on purpose (denoised, "
    "imputed), statistics=est.statistics(X) of other rows as they were before "
    "transform, or fit with append_statistics=True."
)
NO_KEY = (
    "RowLayerNormalizer cannot restore X without a key. With keep_statistics=True the "
    "key of the fitted rows stays with the object that was fitted, in its own process. "
    "It is never pickled, copied or cached. Pass statistics=est.statistics(X), with X "
    "the rows as they were before transform, or fit with append_statistics=True."
)


@pytest.fixture(name="X")
def rows_with_gaps(rng):
    """Return 20 rows of 30 values, some of them missing."""
    X = rng.normal(size=(20, 30)) * rng.uniform(1, 10, size=(20, 1)) + 50
    X[rng.random(X.shape) < 0.05] = np.nan
    return X


def assert_refused(normalizer, Z, difference):
    """Check the full text of the refusal, and that the key itself still serves."""
    with pytest.raises(ValueError, match=full_text(REFUSAL.format(difference))):
        normalizer.inverse_transform(Z)


def test_other_rows_of_the_same_number(X, rng):
    """Rows with other values, NaN in the same places."""
    normalizer = RowLayerNormalizer().fit(X)
    other = normalizer.transform(X + rng.normal(size=X.shape))
    rows = ", ".join(map(str, range(10)))
    assert_refused(
        normalizer, other, f"its values differ in rows {rows}, ... (20 in all)"
    )


def test_fewer_or_more_rows(X):
    """The number is compared first."""
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(X)
    assert_refused(normalizer, Z[:5], "it has 5 rows, and 20 were fitted")
    assert_refused(normalizer, np.vstack([Z, Z]), "it has 40 rows, and 20 were fitted")


def test_permuted_rows(rng):
    """The same rows in another order, or two of them exchanged."""
    X = rng.normal(size=(20, 30))
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(X)
    another_order = "it holds the fitted rows in another order"
    assert_refused(normalizer, Z[::-1], another_order)
    assert_refused(normalizer, Z[rng.permutation(20)], another_order)
    exchanged = Z.copy()
    exchanged[[3, 7]] = Z[[7, 3]]
    assert_refused(normalizer, exchanged, another_order)
    X[rng.random(X.shape) < 0.2] = np.nan
    normalizer.fit(X)
    assert_refused(normalizer, normalizer.transform(X[::-1]), another_order)


def test_values_exchanged_within_a_row(X):
    """The order of the columns counts, too."""
    X = np.nan_to_num(X, nan=48.0)
    normalizer = RowLayerNormalizer().fit(X)
    for i in range(29):
        exchanged = normalizer.transform(X)
        exchanged[4, [i, i + 1]] = exchanged[4, [i + 1, i]]
        if X[4, i] != X[4, i + 1]:
            assert_refused(normalizer, exchanged, "its values differ in rows 4")


@pytest.mark.parametrize("change", [1e-3, 1e-6, -1e-6, 1e-9])
def test_one_value_changed(X, change):
    """A relative change of one value, wherever it is."""
    normalizer = RowLayerNormalizer().fit(X)
    for i, j in np.argwhere(~np.isnan(X))[::7]:
        Z = normalizer.transform(X)
        Z[i, j] *= 1 + change
        assert_refused(normalizer, Z, f"its values differ in rows {i}")


def test_one_float32_value_changed(X):
    """In float32 a change of 1e-5 of the length of the row is seen."""
    X = X.astype(np.float32)
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(X)
    Z[5, np.flatnonzero(~np.isnan(Z[5]))[3]] += 1e-5 * np.sqrt(30)
    assert_refused(normalizer, Z, "its values differ in rows 5")


def test_nan_filled_in_or_added(X):
    """NaN positions are compared by themselves."""
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(X)
    rows = np.flatnonzero(np.isnan(Z).any(axis=1))
    named = ", ".join(map(str, rows[:10]))
    named += f", ... ({len(rows)} in all)" if len(rows) > 10 else ""
    difference = f"it has NaN in other places in rows {named}"
    assert_refused(normalizer, np.nan_to_num(Z), difference)
    Z[2, np.flatnonzero(~np.isnan(Z[2]))[0]] = np.nan
    assert_refused(normalizer, Z, "it has NaN in other places in rows 2")
    restored = normalizer.inverse_transform(
        np.nan_to_num(normalizer.transform(X)), statistics=normalizer.statistics_
    )
    np.testing.assert_allclose(restored[~np.isnan(X)], X[~np.isnan(X)], rtol=1e-15)


@pytest.mark.parametrize(
    ("index", "difference"),
    [
        ([5, 6, 7], None),
        ([5, 6, 8], "its index has 8 in row 2, and the fitted rows have 7"),
        ([0, 1, 2], "its index has 0 in row 0, and the fitted rows have 5"),
        (["5", 6, 7], "its index has '5' in row 0, and the fitted rows have 5"),
    ],
)
def test_index(index, difference, rng):
    """The index counts where both are pandas frames, and only there."""
    frame = pd.DataFrame(rng.normal(size=(3, 4)), index=[5, 6, 7], columns=list("abcd"))
    normalizer = RowLayerNormalizer().set_output(transform="pandas").fit(frame)
    Z = normalizer.transform(frame)
    if difference is None:
        pd.testing.assert_frame_equal(normalizer.inverse_transform(Z), frame)
    else:
        assert_refused(normalizer, Z.set_axis(index), difference)
    pd.testing.assert_frame_equal(
        normalizer.inverse_transform(Z.to_numpy()), frame.reset_index(drop=True)
    )


def test_missing_index_values_equal_each_other(rng):
    """An index that holds NaN or NaT is equal to itself, read anew."""
    for index in ([np.nan, 1.0], pd.to_datetime(["2026-01-01", None]), [None, "b"]):
        frame = pd.DataFrame(rng.normal(size=(2, 4)), index=index)
        normalizer = RowLayerNormalizer().fit(frame)
        Z = pd.DataFrame(normalizer.transform(frame), index=list(index))
        np.testing.assert_allclose(normalizer.inverse_transform(Z), frame, rtol=1e-14)


def test_some_columns_are_not_enough(X):
    """Rows are recognised by all their columns."""
    frame = pd.DataFrame(X, columns=[f"c{j}" for j in range(30)])
    normalizer = RowLayerNormalizer().set_output(transform="pandas").fit(frame)
    Z = normalizer.transform(frame)
    assert_refused(
        normalizer,
        Z[["c0", "c1"]],
        "it lacks columns, and the fitted rows are recognised by all",
    )
    some = normalizer.inverse_transform(
        Z[["c7", "c1"]], statistics=normalizer.statistics_
    )
    pd.testing.assert_frame_equal(some, frame[["c7", "c1"]], rtol=1e-14)
    reordered = normalizer.inverse_transform(Z[Z.columns[::-1]])
    pd.testing.assert_frame_equal(reordered, frame[Z.columns[::-1]], rtol=1e-14)


@pytest.mark.parametrize(
    "copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy]
)
def test_copies_hold_no_key(copied, X):
    """Pickles and copies say where the key is, and take one that is passed."""
    normalizer = RowLayerNormalizer().fit(X)
    other = copied(normalizer)
    Z = normalizer.transform(X)
    with pytest.raises(ValueError, match=full_text(NO_KEY)):
        other.inverse_transform(Z)
    with pytest.raises(AttributeError, match=r"has no statistics_\. With keep"):
        other.statistics_  # noqa: B018
    np.testing.assert_array_equal(
        other.inverse_transform(Z, statistics=normalizer.statistics_),
        normalizer.inverse_transform(Z),
    )


def test_appended_columns_that_are_missing(X):
    """Where the key was appended, the message says which columns X lacks."""
    normalizer = RowLayerNormalizer(append_statistics=True).fit(X)
    Z = normalizer.transform(X)[:, :30]
    np.testing.assert_allclose(normalizer.inverse_transform(Z), X, rtol=1e-14)
    way = (
        "pass all columns that transform returned: X lacks 'row_location', 'row_scale'"
    )
    text = REFUSAL.replace("fit with append_statistics=True", way)
    text = text.format("it has 5 rows, and 20 were fitted")
    with pytest.raises(ValueError, match=full_text(text)):
        normalizer.inverse_transform(Z[:5])
    elsewhere = pickle.loads(pickle.dumps(normalizer))
    text = NO_KEY.replace("fit with append_statistics=True", way)
    with pytest.raises(ValueError, match=full_text(text)):
        elsewhere.inverse_transform(Z)


def test_rows_whose_squares_overflow(rng):
    """They are measured in units of their largest value, and come back."""
    X = rng.normal(size=(5, 4))
    X[2] *= 1e200
    for location in ("mean", "min", None):
        normalizer = RowLayerNormalizer(location=location, scale=None).fit(X)
        Z = normalizer.transform(X)
        np.testing.assert_allclose(normalizer.inverse_transform(Z), X, rtol=1e-15)
        Z[2] *= 1 + 1e-6
        assert_refused(normalizer, Z, "its values differ in rows 2")


def test_keep_statistics_false(X):
    """The same text names the parameter."""
    normalizer = RowLayerNormalizer(keep_statistics=False).fit(X)
    with pytest.raises(ValueError, match=full_text(NO_KEY)):
        normalizer.inverse_transform(normalizer.transform(X))
    assert not hasattr(normalizer, "statistics_")


def test_a_pipeline_out_of_the_cache(tmp_path, X):
    """What Pipeline(memory=...) loads instead of fitting holds no key."""
    X = np.nan_to_num(X, nan=48.0)
    memory = joblib.Memory(tmp_path, verbose=0)
    for first in (True, False):
        steps = [("rows", RowLayerNormalizer()), ("scale", StandardScaler())]
        pipeline = Pipeline(steps, memory=memory)
        Z = pipeline.fit_transform(X)
        if first:
            np.testing.assert_allclose(pipeline.inverse_transform(Z), X, rtol=1e-13)
        else:
            with pytest.raises(ValueError, match=full_text(NO_KEY)):
                pipeline.inverse_transform(Z)


def test_column_transformer_in_other_processes(X):
    """What was fitted in another process holds no key."""
    transformers = [
        ("a", RowLayerNormalizer(), slice(0, 15)),
        ("b", RowLayerNormalizer(), slice(15, 30)),
    ]
    for n_jobs in (None, 2):
        union = ColumnTransformer(transformers, n_jobs=n_jobs).fit(X)
        normalizer = union.named_transformers_["a"]
        Z = normalizer.transform(X[:, :15])
        if n_jobs is None:
            np.testing.assert_allclose(
                normalizer.inverse_transform(Z), X[:, :15], rtol=1e-14
            )
        else:
            with pytest.raises(ValueError, match=full_text(NO_KEY)):
                normalizer.inverse_transform(Z)


def test_affine_copies_cannot_be_told_apart(rng):
    """Exchanging two rows that differ by shift and scale only goes unnoticed."""
    X = rng.integers(-8, 8, size=(3, 16)).astype(float)
    X[1] = 4 * X[0] + 32
    X[2] = 5.0
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(X)
    np.testing.assert_array_equal(Z[0], Z[1])
    np.testing.assert_allclose(normalizer.inverse_transform(Z[[1, 0, 2]]), X)
    constant = RowLayerNormalizer().fit(X[[2, 2]] + [[0], [1]])
    swapped = constant.inverse_transform(constant.transform([[6.0] * 16, [5.0] * 16]))
    np.testing.assert_array_equal(swapped, X[[2, 2]] + [[0], [1]])


def test_four_times_the_data_is_restored_as_the_data(X):
    """transform(4 * X) is transform(X), and comes back as X."""
    normalizer = RowLayerNormalizer().fit(X)
    Z = normalizer.transform(4 * X)
    np.testing.assert_array_equal(Z, normalizer.transform(X))
    np.testing.assert_allclose(normalizer.inverse_transform(Z), X, rtol=1e-14)
    key = normalizer.statistics(4 * X)
    np.testing.assert_allclose(
        normalizer.inverse_transform(Z, statistics=key), 4 * X, rtol=1e-14
    )


def test_columns_that_pass_through_are_not_looked_at(X):
    """They are not normalised, so nothing about them can be wrong."""
    normalizer = RowLayerNormalizer(feature_groups=[range(20)]).fit(X)
    Z = normalizer.transform(X)
    Z[:, 25] = 7
    restored = normalizer.inverse_transform(Z)
    assert (restored[:, 25] == 7).all()
    np.testing.assert_allclose(restored[:, :20], X[:, :20], rtol=1e-14)


def test_a_failed_fit_keeps_the_key_that_was(X):
    """A refused refit leaves key and all as they were; another fit replaces it."""
    normalizer = RowLayerNormalizer().fit(X)
    before = normalizer.statistics_
    with pytest.raises(ValueError, match="infinity"):
        normalizer.fit(np.where(np.isnan(X), np.inf, X))
    assert normalizer.statistics_ is before
    normalizer.fit(2 * X)
    np.testing.assert_allclose(normalizer.statistics_.scale, 2 * before.scale)
    assert not hasattr(
        normalizer.set_params(keep_statistics=False).fit(X), "statistics_"
    )


@pytest.mark.parametrize("value", [1e160, 1e200, -1e308])
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
def test_huge_values_are_other_values(value, container, rng):
    """The length of a row may overflow: nothing is allowed then, without warnings."""
    X = container(rng.normal(size=(4, 5)))
    normalizer = RowLayerNormalizer(location=None, scale="rms").fit(X)
    Z = normalizer.transform(X)
    Z[0, 1] = value
    assert_refused(normalizer, Z, "its values differ in rows 0")


def test_an_index_with_na(rng):
    """pandas.NA, which is neither equal to itself nor unequal, does no harm."""
    index = pd.Index([1, pd.NA, 3], dtype=object)
    frame = pd.DataFrame(rng.normal(size=(3, 4)), index=index)
    normalizer = RowLayerNormalizer().fit(frame)
    Z = pd.DataFrame(normalizer.transform(frame), index=index)
    np.testing.assert_allclose(normalizer.inverse_transform(Z), frame, rtol=1e-14)
    difference = "its index has 4 in row 2, and the fitted rows have 3"
    assert_refused(normalizer, Z.set_axis([1, pd.NA, 4]), difference)


@pytest.mark.parametrize("n_features", [1, 2])
def test_rows_of_one_or_two_values_are_alike(n_features, rng):
    """They become 0, or -1 and 1: nothing is left to recognise them by."""
    X, other = np.sort(rng.normal(size=(2, 6, n_features)), axis=2)
    normalizer = RowLayerNormalizer().fit(X)
    restored = normalizer.inverse_transform(normalizer.transform(other))
    np.testing.assert_allclose(restored, X, rtol=1e-14)


def test_infinities_are_named_before_rows_are_compared(X):
    """By scikit-learn's sentence."""
    normalizer = RowLayerNormalizer().fit(np.nan_to_num(X))
    Z = normalizer.transform(np.nan_to_num(X))
    Z[4, :2] = np.inf, -np.inf
    with pytest.raises(ValueError, match="the first in row 4, column 0"):
        normalizer.inverse_transform(Z)
