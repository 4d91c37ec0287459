"""BatchStandardizer: attributes, batches, momentum, frames, threads, pickles."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import clone

from cases import PAIRS
from scales import OF_QUANTILES, OF_VARIANCE, SCALES
from sknorm import BatchStandardizer

NAMES = ["a", "b", "c"]


@pytest.fixture(name="X")
def three_columns(rng):
    """Return three columns of different offset and spread, some values missing."""
    X = rng.normal(size=(50, 3)) * [1, 10, 0.1] + [0, 1e3, -5]
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


@pytest.mark.parametrize(("location", "scale"), PAIRS)
def test_attributes(location, scale, X):
    """Each attribute is float64 of shape (n_features,), or None as documented."""
    estimator = BatchStandardizer(location=location, scale=scale).fit(X)
    present = {
        "location_": location is not None,
        "scale_": scale is not None,
        "mean_": location == "mean" or scale in OF_VARIANCE,
        "var_": scale in OF_VARIANCE,
        "n_samples_seen_": True,
    }
    for name, expected in present.items():
        value = getattr(estimator, name)
        assert (value is not None) == expected
        if expected:
            assert value.shape == (3,)
            assert value.dtype == np.float64
    assert not hasattr(estimator, "n_effective_")
    assert not hasattr(estimator, "feature_names_in_")
    np.testing.assert_array_equal(estimator.n_samples_seen_, (~np.isnan(X)).sum(axis=0))
    if estimator.mean_ is not None:
        np.testing.assert_allclose(estimator.mean_, np.nanmean(X, axis=0), rtol=1e-13)
    if estimator.var_ is not None:
        np.testing.assert_allclose(estimator.var_, np.nanvar(X, axis=0), rtol=1e-12)


def test_a_new_fit_forgets(X):
    """No attribute of an earlier fit survives the next one."""
    frame = pd.DataFrame(X, columns=NAMES)
    used = BatchStandardizer(momentum=0.1).fit(frame).partial_fit(frame)
    used.set_params(momentum=None, scale="range").fit(X[:, :2])
    fresh = BatchStandardizer(scale="range").fit(X[:, :2])
    assert vars(used).keys() == vars(fresh).keys()
    np.testing.assert_array_equal(used.location_, fresh.location_)


@pytest.mark.parametrize(
    ("parameter", "value", "instead"),
    [
        ("location", "median", "mean"),
        *(("scale", scale, "std") for scale in OF_QUANTILES),
    ],
)
def test_partial_fit_is_absent_for_quantiles(parameter, value, instead, X):
    """Hasattr says no, and the AttributeError's cause says why."""
    estimator = BatchStandardizer(**{parameter: value})
    cause = (
        f"BatchStandardizer({parameter}={value!r}) cannot be fitted in parts: "
        "quantiles of parts do not determine the quantiles of the whole. Use fit, or "
        f'{parameter}="{instead}".'
    )
    assert not hasattr(estimator, "partial_fit")
    with pytest.raises(AttributeError) as caught:
        estimator.partial_fit(X)
    assert str(caught.value.__cause__) == cause


def test_partial_fit_continues_fit(X):
    """Fit and then partial_fit have seen all of it, weights too."""
    weight = np.arange(50) % 4
    whole = BatchStandardizer().fit(X, sample_weight=weight)
    parts = BatchStandardizer().fit(X[:20], sample_weight=weight[:20])
    parts.partial_fit(X[20:], sample_weight=weight[20:])
    np.testing.assert_allclose(parts.mean_, whole.mean_, rtol=1e-13)
    np.testing.assert_allclose(parts.scale_, whole.scale_, rtol=1e-13)
    np.testing.assert_array_equal(parts.n_samples_seen_, whole.n_samples_seen_)


def test_an_all_nan_batch_column_poisons_nothing(X):
    """The column stays as it was; a column never seen starts with its first value."""
    gap = X.copy()
    gap[:, 1] = np.nan
    for momentum in (None, 0.1):
        estimator = BatchStandardizer(momentum=momentum).fit(X)
        before = {
            n: v[1]
            for n, v in vars(estimator).items()
            if n[-1] == "_" and isinstance(v, np.ndarray)
        }
        estimator.partial_fit(gap)
        assert {n: getattr(estimator, n)[1] for n in before} == before
        late = BatchStandardizer(momentum=momentum).fit(gap).partial_fit(X)
        np.testing.assert_allclose(late.scale_[1], np.nanstd(X[:, 1]), rtol=1e-13)


def test_a_column_never_seen(X):
    """Its statistics are NaN; values that meet it become NaN, with a warning."""
    gap = X.copy()
    gap[:, 1] = np.nan
    frame = pd.DataFrame(gap, columns=NAMES)
    estimator = BatchStandardizer().fit(frame)
    assert estimator.n_samples_seen_[1] == 0
    for name in ("location_", "scale_", "mean_", "var_"):
        assert np.isnan(getattr(estimator, name)[1])
    Z = estimator.transform(frame)  # no value meets it: no warning
    np.testing.assert_array_equal(estimator.inverse_transform(Z)[:, 1], gap[:, 1])
    text = (
        "BatchStandardizer saw no values of columns 'b' in fit: their values became "
        "NaN."
    )
    for method in (estimator.transform, estimator.inverse_transform):
        with pytest.warns(UserWarning, match=f"^{text}$"):
            Z = method(frame.fillna(1.0))
        np.testing.assert_array_equal(np.isnan(Z), [[False, True, False]] * 50)


def test_momentum_is_exponential_forgetting(rng):
    """Batches weigh (1 - a)**k a; the first (1 - a)**k; variance between is kept."""
    a, batches = 0.2, rng.normal(size=(6, 10, 2)) + rng.normal(size=(6, 1, 2)) * 5
    estimator = BatchStandardizer(momentum=a)
    for batch in batches:
        estimator.partial_fit(batch)
    share = a * (1 - a) ** np.arange(5, -1, -1)
    share[0] = (1 - a) ** 5
    weight = np.repeat(share / 10, 10)
    X = batches.reshape(-1, 2)
    mean = weight @ X
    np.testing.assert_allclose(estimator.mean_, mean, rtol=1e-13)
    np.testing.assert_allclose(estimator.var_, weight @ (X - mean) ** 2, rtol=1e-13)
    np.testing.assert_allclose(
        estimator.n_effective_, 1 / (weight @ weight), rtol=1e-13
    )
    np.testing.assert_array_equal(estimator.n_samples_seen_, 60)


def test_n_effective_goes_with_momentum(X):
    """Once momentum is unset there is no effective number to state."""
    estimator = BatchStandardizer(momentum=0.1).fit(X)
    assert hasattr(estimator, "n_effective_")
    estimator.set_params(momentum=None).partial_fit(X)
    assert not hasattr(estimator, "n_effective_")


def test_n_effective_tells_how_the_mean_varies(rng):
    """Simulated: the variance of the mean is 1 / n_effective_."""
    batches = rng.normal(size=(200, 32, 2000))
    estimator = BatchStandardizer(momentum=0.1)
    for batch in batches:
        estimator.partial_fit(batch)
    assert estimator.n_effective_[0] == pytest.approx(32 * 1.9 / 0.1, rel=1e-6)
    variance = np.mean(estimator.mean_**2)
    assert variance * estimator.n_effective_[0] == pytest.approx(1, abs=0.15)


def test_momentum_with_weights_and_ddof(rng):
    """With momentum the batch counts by Kish's number, for ddof too."""
    X, weight = rng.normal(size=(10, 1)), rng.uniform(0.1, 1, 10)
    estimator = BatchStandardizer(momentum=0.5, ddof=1).fit(X, sample_weight=weight)
    n = weight.sum() ** 2 / (weight @ weight)
    np.testing.assert_allclose(estimator.n_effective_, n, rtol=1e-14)
    np.testing.assert_allclose(
        estimator.scale_, np.sqrt(estimator.var_ * n / (n - 1)), rtol=1e-14
    )


@pytest.mark.parametrize("location", ["mean", "median", "min"])
@pytest.mark.parametrize("scale", SCALES)
def test_whole_weights_are_repeated_rows(location, scale, X, rng):
    """For every statistic, quantiles and ddof too."""
    weight = rng.integers(0, 4, 50)
    params = {"location": location, "scale": scale, "ddof": 1}
    weighted = BatchStandardizer(**params).fit(X, sample_weight=weight)
    repeated = BatchStandardizer(**params).fit(np.repeat(X, weight, axis=0))
    for name in ("location_", "scale_", "n_samples_seen_"):
        np.testing.assert_allclose(
            getattr(weighted, name), getattr(repeated, name), rtol=1e-12
        )


def test_inverse_of_frames(X):
    """Frames come back as frames, with names and index, in the order of the input."""
    frame = pd.DataFrame(X, columns=NAMES, index=pd.Index(range(100, 150), name="t"))
    estimator = BatchStandardizer().set_output(transform="pandas").fit(frame)
    restored = estimator.inverse_transform(estimator.transform(frame))
    pd.testing.assert_frame_equal(restored, frame)
    some = estimator.inverse_transform(estimator.transform(frame)[["c", "a"]])
    pd.testing.assert_frame_equal(some, frame[["c", "a"]])
    from_array = estimator.inverse_transform(estimator.transform(frame).to_numpy())
    assert list(from_array.columns) == NAMES


def test_inverse_of_polars_frames(X):
    """Polars frames too."""
    frame = pl.DataFrame(X, schema=NAMES)
    estimator = BatchStandardizer().set_output(transform="polars").fit(frame)
    restored = estimator.inverse_transform(estimator.transform(frame).select("b", "a"))
    assert isinstance(restored, pl.DataFrame)
    assert restored.columns == ["b", "a"]
    np.testing.assert_allclose(restored.to_numpy(), X[:, [1, 0]], rtol=1e-14)


def test_inverse_by_default_gives_arrays(X):
    """Without set_output a frame gives an array, as transform does."""
    frame = pd.DataFrame(X, columns=NAMES)
    estimator = BatchStandardizer().fit(frame)
    Z = pd.DataFrame(estimator.transform(frame), columns=NAMES)
    restored = estimator.inverse_transform(Z[["b"]])
    assert isinstance(restored, np.ndarray)
    np.testing.assert_allclose(restored, X[:, [1]], rtol=1e-14)


def test_inverse_of_made_up_names(X):
    """The names that set_output makes up for an array are found too."""
    estimator = BatchStandardizer().set_output(transform="pandas").fit(X)
    Z = estimator.transform(X)
    assert list(Z) == ["x0", "x1", "x2"]
    restored = estimator.inverse_transform(Z[["x2", "x0"]])
    assert list(restored) == ["x2", "x0"]
    np.testing.assert_allclose(restored, X[:, [2, 0]], rtol=1e-14)


def test_inverse_of_unnamed_frames_is_by_position(X):
    """Columns that are no strings are no names: their number must be that of fit."""
    frame = pd.DataFrame(X)
    estimator = BatchStandardizer().fit(frame)
    restored = estimator.inverse_transform(pd.DataFrame(estimator.transform(frame)))
    np.testing.assert_allclose(restored, X, rtol=1e-14)
    with pytest.raises(ValueError, match="X has 2 features"):
        estimator.inverse_transform(frame[[0, 2]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("order", ["C", "F"])
def test_copy_false_writes_into_x(dtype, order, X):
    """Transform and inverse_transform return X itself, with the same values."""
    work = np.array(X, dtype=dtype, order=order)
    estimator = BatchStandardizer().fit(work)
    expected = estimator.transform(work)
    estimator.set_params(copy=False)
    assert estimator.transform(work) is work
    np.testing.assert_array_equal(work, expected)
    assert estimator.inverse_transform(work) is work
    np.testing.assert_allclose(work, X.astype(dtype), rtol=8 * np.finfo(dtype).eps)


def test_copy_false_leaves_what_it_cannot_write(X):
    """A read-only array is copied, integers are converted, and fit writes nothing."""
    X.setflags(write=False)
    whole = np.arange(12).reshape(4, 3)
    before = whole.copy()
    for data in (X, whole):
        estimator = BatchStandardizer(copy=False)
        expected = BatchStandardizer().fit_transform(data)
        np.testing.assert_array_equal(estimator.fit_transform(data), expected)
    np.testing.assert_array_equal(whole, before)


@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csc_array])
def test_copy_false_sparse(container):
    """The stored values are overwritten, the pattern stays."""
    X = container(np.array([[0.0, 2], [4, 0]]))
    estimator = BatchStandardizer(location=None, scale="maxabs", copy=False).fit(X)
    Z = estimator.transform(X)
    assert np.shares_memory(Z.data, X.data)
    np.testing.assert_array_equal(X.toarray(), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(
        estimator.inverse_transform(X).toarray(), [[0, 2], [4, 0]]
    )


def test_copy_false_writes_nothing_that_set_output_refuses():
    """A sparse result in a dataframe is refused before X is written to."""
    X = sparse.csr_array(np.eye(2) * 3)
    estimator = BatchStandardizer(location=None, copy=False).fit(X)
    estimator.set_output(transform="pandas")
    with pytest.raises(ValueError, match="A sparse result does not fit into a pandas"):
        estimator.transform(X)
    np.testing.assert_array_equal(X.toarray(), np.eye(2) * 3)


def test_sparse_entries_that_occur_twice():
    """They count as their sum, and the caller's matrix stays as it is."""
    parts = (np.array([1.0, 2, 4]), (np.array([0, 0, 1]), np.array([0, 0, 1])))
    X = sparse.coo_array(parts, shape=(3, 2)).tocsc()
    twice = sparse.csc_array(
        (np.array([1.0, 2, 4]), np.array([0, 0, 1]), np.array([0, 2, 3])), shape=(3, 2)
    )
    assert twice.nnz == 3
    estimator = BatchStandardizer(location=None, scale="std").fit(twice)
    np.testing.assert_allclose(estimator.scale_, X.toarray().std(axis=0), rtol=1e-14)
    assert twice.nnz == 3


def test_one_estimator_serves_eight_threads(X):
    """Transform and inverse_transform share nothing between calls."""
    estimator = BatchStandardizer().fit(X)
    inputs = [np.tile(X, (200, 1)) + shift for shift in range(8)]
    expected = [estimator.transform(data) for data in inputs]

    def round_trip(index):
        Z = estimator.transform(inputs[index % 8])
        return index % 8, Z, estimator.inverse_transform(Z)

    with ThreadPoolExecutor(8) as pool:
        for index, Z, restored in pool.map(round_trip, range(64)):
            np.testing.assert_array_equal(Z, expected[index])
            np.testing.assert_allclose(restored, inputs[index], rtol=1e-14, atol=1e-12)


def test_clone_pickle_joblib(X, tmp_path):
    """Clone forgets the fit; pickle and joblib keep all of it, memory-mapped too."""
    estimator = BatchStandardizer(ddof=1, feature_groups=[[0, 2]]).fit(X)
    assert not [name for name in vars(clone(estimator)) if name.endswith("_")]
    joblib.dump(estimator, tmp_path / "model")
    for loaded in (
        pickle.loads(pickle.dumps(estimator)),
        joblib.load(tmp_path / "model"),
        joblib.load(tmp_path / "model", mmap_mode="r"),
    ):
        np.testing.assert_array_equal(loaded.transform(X), estimator.transform(X))
        np.testing.assert_array_equal(
            loaded.partial_fit(X).scale_, clone(estimator).fit(X).partial_fit(X).scale_
        )


STORED = Path(__file__).parent / "data" / "batch_standardizer_0.1.0.pickle"


def test_a_stored_pickle_still_reads():
    """A model saved by version 0.1.0 restores and goes on learning.

    It was made by BatchStandardizer(momentum=0.5, feature_groups=[["a", "b"]]), fitted
    to a = (1, 2, 4), b = (8, nan, 16), c = (0.5, 0.25, 0) in a dataframe, and pickled
    with protocol 5.
    """
    estimator = pickle.loads(STORED.read_bytes())
    np.testing.assert_allclose(estimator.location_, [6.2, 6.2, 0.25], rtol=1e-15)
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [0.0, 1.0]})
    restored = estimator.inverse_transform(estimator.transform(frame))
    np.testing.assert_allclose(restored, frame, rtol=1e-15, atol=1e-15)
    estimator.partial_fit(frame)
    np.testing.assert_allclose(estimator.mean_, [4.35, 4.35, 0.375], rtol=1e-15)
