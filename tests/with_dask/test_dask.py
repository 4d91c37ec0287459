"""The three estimators on Dask arrays and dataframes: equal to NumPy, and lazy."""

import dask
import dask.array as da
import dask.bag
import dask.dataframe as dd
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from dask.delayed import delayed

from cases import MERGING_PAIRS, PAIRS, assert_equal_statistics
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

pytestmark = pytest.mark.usefixtures("threads")
ROWS = [
    *(RowLayerNormalizer(location=a, scale=b) for a, b in PAIRS),
    RowLayerNormalizer(feature_groups=[[0, 3], [1, 5]], append_statistics=True),
    LocalWindowNormalizer(3),
    LocalWindowNormalizer((3, 1), sample_shape=(3, 2), append_statistics=True),
]
EDGES = ["shrink", "reflect", "mirror", "nearest"]
SERIES = [
    *(
        LocalWindowNormalizer(window, axis="samples", edge=edge)
        for window in (1, 4, 31, 90, 301)
        for edge in EDGES
    ),
    *(
        LocalWindowNormalizer(window, axis="samples", align=align)
        for window in (1, 4, 31, 10**30)
        for align in ("trailing", "past")
    ),
    LocalWindowNormalizer(5, axis="samples", scale="mad"),
    LocalWindowNormalizer(5, axis="samples", weights="gaussian"),
    LocalWindowNormalizer(5, axis="samples", append_statistics=True),
]
CHUNKS = [(100, 6), (13, 6), (1, 6), ((40, 1, 1, 58), (4, 2)), (7, 1)]


def assert_close(lazy, expected):
    """Compare to 1e-12 max(1, abs z)."""
    found = lazy.compute()
    if isinstance(expected, pd.DataFrame):
        pd.testing.assert_index_equal(found.index, expected.index)
        pd.testing.assert_index_equal(found.columns, expected.columns)
        assert (found.dtypes == expected.dtypes).all()
    assert found.shape == expected.shape
    allowed = 1e-12 * np.maximum(1, np.abs(expected))
    assert np.all((np.abs(found - expected) <= allowed) | np.isnan(expected))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))


def unknown(X):
    """Return an array whose chunks have unknown sizes."""
    chunks = [X[:30], X[30:30], X[30:31], X[31:]]
    return da.concatenate(
        [
            da.from_delayed(delayed(part), (np.nan, X.shape[1]), dtype=X.dtype)
            for part in chunks
        ],
        allow_unknown_chunksizes=True,
    )


@pytest.mark.parametrize("chunks", CHUNKS, ids=str)
@pytest.mark.parametrize(("location", "scale"), MERGING_PAIRS)
def test_columns_of_arrays(location, scale, chunks, X):
    """fit, transform and the inverse equal NumPy's; chunks stay."""
    D = da.from_array(X, chunks=chunks)
    ours = BatchStandardizer(location=location, scale=scale).fit(D)
    whole = BatchStandardizer(location=location, scale=scale).fit(X)
    assert_equal_statistics(ours, whole)
    Z = ours.transform(D)
    assert isinstance(Z, da.Array)
    assert Z.chunks == D.chunks
    assert Z.dtype == np.float64
    assert_close(Z, whole.transform(X))
    restored = ours.inverse_transform(Z)
    assert restored.chunks == D.chunks
    np.testing.assert_allclose(restored.compute(), X, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("params", [{}, {"feature_groups": 3}, {"ddof": 1}], ids=str)
def test_unknown_chunk_sizes(params, X):
    """They work, also where a chunk is empty."""
    D = unknown(X)
    ours, whole = BatchStandardizer(**params).fit(D), BatchStandardizer(**params).fit(X)
    assert_equal_statistics(ours, whole)
    assert_close(ours.transform(D), whole.transform(X))
    assert_close(
        RowLayerNormalizer().fit_transform(D), RowLayerNormalizer().fit_transform(X)
    )
    rolling = LocalWindowNormalizer(5, axis="samples").fit(X)
    known = D.compute_chunk_sizes()
    assert_close(rolling.transform(known), rolling.transform(X))


@pytest.mark.parametrize("estimator", ROWS, ids=str)
@pytest.mark.parametrize("chunks", [(13, 6), (7, 4)], ids=str)
def test_rows_of_arrays(estimator, chunks, X):
    """Rows and windows along features: by blocks; the appended key restores."""
    X = np.nan_to_num(X)
    D = da.from_array(X, chunks=chunks)
    Z, expected = estimator.fit_transform(D), estimator.fit_transform(X)
    assert_close(Z, expected)
    assert Z.chunks[0] == D.chunks[0]
    assert Z.chunks[1][: len(D.chunks[1])] == D.chunks[1]
    if estimator.append_statistics:
        restored = estimator.inverse_transform(Z)
        np.testing.assert_allclose(restored.compute(), X, rtol=1e-13, atol=1e-7)


@pytest.mark.parametrize("estimator", SERIES, ids=str)
@pytest.mark.parametrize("chunks", [(13, 6), (1, 6), ((60, 1, 39), (4, 2))], ids=str)
def test_series_of_arrays(estimator, chunks, X):
    """Windows along samples reach over any number of chunks."""
    D = da.from_array(X, chunks=chunks)
    Z = estimator.fit(D).transform(D)
    assert Z.chunks[0] == D.chunks[0]
    assert_close(Z, estimator.fit(X).transform(X))


@pytest.mark.parametrize("n_partitions", [1, 3])
@pytest.mark.parametrize(
    "estimator",
    [
        BatchStandardizer(),
        BatchStandardizer(feature_groups=[["a", "b"]], scale="range"),
        RowLayerNormalizer(),
        RowLayerNormalizer(append_statistics=True),
        LocalWindowNormalizer(3, append_statistics=True),
        LocalWindowNormalizer(31, axis="samples"),
        LocalWindowNormalizer(31, axis="samples", align="past"),
    ],
    ids=str,
)
def test_frames(estimator, n_partitions, X):
    """Columns, index, divisions and dtypes; as set_output makes of pandas frames."""
    frame = pd.DataFrame(X, columns=list("abcdef"), index=10 * np.arange(100))
    F = dd.from_pandas(frame, npartitions=n_partitions)
    Z = estimator.fit(F).transform(F)
    assert isinstance(Z, dd.DataFrame)
    assert Z.divisions == F.divisions
    assert estimator.feature_names_in_.tolist() == list("abcdef")
    assert list(Z.columns) == estimator.get_feature_names_out().tolist()
    in_memory = sklearn.clone(estimator).set_output(transform="pandas").fit(frame)
    expected = in_memory.transform(frame)
    pd.testing.assert_series_equal(Z.dtypes, expected.dtypes)
    assert_close(Z, expected)
    if estimator.get_params().get("append_statistics", True):
        restored = estimator.inverse_transform(Z)
        assert restored.divisions == F.divisions
        pd.testing.assert_frame_equal(restored.compute(), frame, rtol=1e-13)


def test_two_windows_on_one_frame(X):
    """Computed together, each has the rows that it reaches; Dask 2025.1 mixes them."""
    frame = pd.DataFrame(X)
    lazy = dd.from_pandas(frame, npartitions=3)
    two = [
        LocalWindowNormalizer(width, axis="samples", align="trailing")
        for width in (3, 9)
    ]
    found = dask.compute(*(estimator.fit(lazy).transform(lazy) for estimator in two))
    for estimator, z in zip(two, found, strict=True):
        np.testing.assert_allclose(z, estimator.transform(frame), atol=1e-12)


def test_some_columns_of_a_frame(X):
    """The inverse takes any of them in any order."""
    frame = pd.DataFrame(X, columns=list("abcdef"))
    F = dd.from_pandas(frame, npartitions=4)
    standardizer = BatchStandardizer().fit(F)
    some = standardizer.inverse_transform(standardizer.transform(F)[["d", "b"]])
    pd.testing.assert_frame_equal(some.compute(), frame[["d", "b"]], rtol=1e-13)


def test_empty_partitions(X):
    """A filter may leave partitions of no rows."""
    frame = pd.DataFrame(X, columns=list("abcdef")).assign(a=np.arange(100.0))
    F = dd.from_pandas(frame, npartitions=10)
    F, frame = F[F["a"] > 37], frame[frame["a"] > 37]
    for estimator in (
        BatchStandardizer(),
        RowLayerNormalizer(append_statistics=True),
        LocalWindowNormalizer(3),
    ):
        Z = estimator.fit(F).transform(F)
        expected = sklearn.clone(estimator).set_output(transform="pandas").fit(frame)
        assert_close(Z, expected.transform(frame))


@pytest.mark.parametrize("kind", ["array", "frame"])
def test_float32_stays(kind, X):
    """The result is that of float32 in memory."""
    X = X.astype(np.float32)
    D = da.from_array(X, chunks=(20, 6))
    if kind == "frame":
        D = dd.from_dask_array(D, columns=list("abcdef"))
    for estimator in (
        BatchStandardizer(),
        RowLayerNormalizer(),
        LocalWindowNormalizer(5, axis="samples"),
    ):
        Z = estimator.fit(D).transform(D).compute()
        expected = estimator.fit(X).transform(X)
        np.testing.assert_allclose(Z, expected, rtol=1e-6, atol=1e-6)
        assert {
            str(np.dtype(dtype))
            for dtype in (Z.dtypes if kind == "frame" else [Z.dtype])
        } == {"float32"}


@pytest.mark.parametrize("window", [1, 2, 3, 8])
@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("chunks", [((1, 11), 4), ((11, 1), 4), (1, 4), (5, 4)])
def test_edges_of_short_chunks(window, edge, chunks, rng):
    """Edges look as far inside as windows reach outside, over chunks of one row."""
    X = rng.normal(size=(12, 4))
    rolling = LocalWindowNormalizer(window, axis="samples", edge=edge).fit(X)
    D = da.from_array(X, chunks=chunks)
    Z = rolling.transform(D)
    assert Z.chunks == D.chunks
    assert Z.name == rolling.transform(D).name  # a cluster need not compute it again
    assert_close(Z, rolling.transform(X))


@pytest.mark.parametrize(
    "estimator",
    [
        BatchStandardizer(),
        RowLayerNormalizer(),
        LocalWindowNormalizer(5, axis="samples", align="trailing"),
    ],
    ids=str,
)
def test_masked_arrays(estimator, X, rng):
    """What is masked is missing, also in the rows around a chunk."""
    M = np.ma.masked_array(np.nan_to_num(X), mask=rng.random(X.shape) < 0.2)
    D = da.from_array(M, chunks=(13, 4))
    estimator.fit(D)
    assert_close(estimator.transform(D), estimator.fit(M).transform(M))


@pytest.mark.filterwarnings("ignore:X has feature names:UserWarning")
@pytest.mark.parametrize("columns", [range(6), list("uvwxyz")], ids=str)
@pytest.mark.parametrize("fitted_on", ["frame", "array"])
def test_columns_without_names(columns, fitted_on, X):
    """Columns of numbers stay what they are, as do names after a fit on an array."""
    F = dd.from_pandas(pd.DataFrame(np.nan_to_num(X), columns=columns), npartitions=3)
    standardizer = BatchStandardizer().fit(F if fitted_on == "frame" else X)
    Z = standardizer.transform(F)
    assert list(Z.columns) == list(Z.compute().columns) == list(columns)
    assert list(standardizer.inverse_transform(Z).columns) == list(columns)


@pytest.mark.parametrize("container", ["default", "pandas", "polars"])
def test_the_callers_container_stays(container, X):
    """What set_output asks for is not changed by a collection."""
    frame = pd.DataFrame(np.nan_to_num(X), columns=list("abcdef"))
    for lazy in (dd.from_pandas(frame, npartitions=2), da.from_array(X, chunks=30)):
        standardizer = BatchStandardizer().set_output(transform=container).fit(lazy)
        in_memory = frame if hasattr(lazy, "columns") else X
        expected = {
            "default": np.ndarray,
            "pandas": pd.DataFrame,
            "polars": pl.DataFrame,
        }
        assert isinstance(standardizer.transform(in_memory), expected[container])
        if container == "default":
            for _ in range(2):
                assert type(standardizer.transform(lazy)) is type(lazy)


WEIGHTS = {
    "dask array": lambda D, w: da.from_array(w, chunks=13),
    "other chunks": lambda D, w: da.from_array(w, chunks=40),
    "array": lambda D, w: w,
    "list": lambda D, w: w.tolist(),
}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights(kind, X, rng):
    """They go with their rows; a chunk may have none above 0."""
    D, weight = da.from_array(X, chunks=(13, 4)), rng.integers(0, 4, 100).astype(float)
    weight[26:39] = 0
    ours = BatchStandardizer(ddof=1).fit(D, sample_weight=WEIGHTS[kind](D, weight))
    whole = BatchStandardizer(ddof=1).fit(X, sample_weight=weight)
    assert_equal_statistics(ours, whole)


def test_weights_of_frames(X, rng):
    """A series of the frame."""
    frame = pd.DataFrame(X, columns=list("abcdef")).assign(w=rng.random(100))
    F = dd.from_pandas(frame, npartitions=5)
    ours = BatchStandardizer().fit(F[list("abcdef")], sample_weight=F["w"])
    whole = BatchStandardizer().fit(frame[list("abcdef")], sample_weight=frame["w"])
    assert_equal_statistics(ours, whole)


@pytest.mark.parametrize(
    ("weight", "text"),
    [
        (np.zeros(100), "sample_weight must not be all zero"),
        (da.zeros(100, chunks=20), "sample_weight must not be all zero"),
        (-np.ones(100), "sample_weight must not be negative"),
        (-da.ones(100, chunks=20), "sample_weight must not be negative"),
        (np.ones(99), r"must have shape \(100,\)"),
        (da.ones(99, chunks=50), "with the 5 partitions of X. Got one of 2"),
    ],
    ids=range(6),
)
def test_weights_that_do_not_fit(weight, text, X):
    """By the sentences of weights in memory, or of partitions."""
    with pytest.raises(ValueError, match=text):
        BatchStandardizer().fit(da.from_array(X, chunks=(20, 6)), sample_weight=weight)


def test_weights_of_unknown_rows(X):
    """In memory they cannot be split."""
    with pytest.raises(ValueError, match="Got ndarray, and X whose parts have unknown"):
        BatchStandardizer().fit(unknown(X), sample_weight=np.ones(100))


def test_partial_fit_and_forgetting(X):
    """A collection is a batch, as an array is."""
    halves = [da.from_array(part, chunks=(9, 6)) for part in (X[:50], X[50:])]
    for params in ({}, {"momentum": 0.3}):
        ours, whole = BatchStandardizer(**params), BatchStandardizer(**params)
        for lazy, part in zip(halves, (X[:50], X[50:]), strict=True):
            ours.partial_fit(lazy)
            whole.partial_fit(part)
        assert_equal_statistics(ours, whole)
    np.testing.assert_allclose(ours.n_effective_, whole.n_effective_)
    merged = BatchStandardizer().fit(halves[0]).merge(BatchStandardizer().fit(X[50:]))
    assert_equal_statistics(merged, BatchStandardizer().fit(X))


def test_lazy_and_read_once(X):
    """Transform computes nothing; fit reads each chunk once."""
    reads = []

    def read(i):
        reads.append(i)
        return X[10 * i : 10 * i + 10]

    blocks = [delayed(read)(i) for i in range(10)]
    D = da.concatenate([da.from_delayed(b, (10, 6), dtype=float) for b in blocks])
    with dask.config.set(scheduler="sync"):
        standardizer = BatchStandardizer().fit(D)
        assert sorted(reads) == list(range(10))
        reads.clear()
        steps = [
            standardizer,
            RowLayerNormalizer(append_statistics=True).fit(D),
            LocalWindowNormalizer(9, axis="samples", align="past").fit(D),
        ]
        lazy = [step.transform(D) for step in steps]
        steps[1].inverse_transform(lazy[1])
        assert reads == []
        for Z in lazy:
            Z.compute()
            assert sorted(reads) == list(range(10))
            reads.clear()
        lazy[-1][45:55].compute()  # and a window before
        assert sorted(reads) == [3, 4, 5]
        reads.clear()
        BatchStandardizer().fit(D, sample_weight=1.0 + da.isnan(D[:, 0]))
        assert sorted(reads) == list(range(10))


def test_nothing_is_written_to_chunks(X):
    """copy=False is for arrays in memory: persisted chunks may be shared."""
    D = da.from_array(X.copy(), chunks=(10, 6)).persist()
    standardizer = BatchStandardizer(copy=False).fit(D)
    standardizer.transform(D).compute()
    np.testing.assert_array_equal(D.compute(), X)
