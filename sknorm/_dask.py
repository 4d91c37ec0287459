"""The estimators on Dask arrays and dataframes: one reduction, and lazy maps.

Imported only when a Dask collection comes in. Blocks of rows are given to the estimator
as what they are, NumPy arrays and pandas dataframes, by whatever scheduler is in use.
"""

import copy
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

import dask.array as da
import numpy as np
from dask.array.overlap import overlap, trim_internal
from dask.delayed import delayed
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sknorm._feature_groups import number_of_groups
from sknorm._kernels import Floats
from sknorm._moments import Moments
from sknorm._validation import check_matrix, output_container, quoted
from sknorm._vectors import check_weights, refuse_all_zero

# How many parts are merged at a time.
FAN_IN = 8


def sample_of(X: Any) -> Any:
    """Return a row or two in memory with the columns and dtypes of X.

    Raises
    ------
    TypeError
        Where X is something else than an array or a dataframe.
    ValueError
        Where the number of its columns is not known.
    """
    if _is_frame(X):
        _refuse_unknown_categories(X)
        return X._meta_nonempty
    if not isinstance(X, da.Array) or not isinstance(X._meta, np.ndarray):
        raise TypeError(
            "X must be a Dask array of NumPy arrays, or a Dask dataframe. Got "
            f"{type(X).__name__}."
        )
    if X.ndim != 2:
        return np.ones((1,) * X.ndim, X.dtype)  # refused as any array is
    if np.isnan(X.shape[1]):
        raise ValueError(
            "X must have a known number of columns. Got a Dask array of shape "
            f"{X.shape}. Call X.compute_chunk_sizes() first."
        )
    return np.ones((1, X.shape[1]), X.dtype)


def moments(
    estimator: Any, X: Any, sample_weight: Any, groups: NDArray[np.intp] | None
) -> Moments:
    """Return the moments of all rows, by one tree of merges.

    Parameters
    ----------
    estimator : BatchStandardizer
        With the columns of X set.
    X : Dask array or dataframe
    sample_weight : Dask array or series with the partitions of X, array-like, or None
    groups : ndarray of shape (n_features,), default=None
        The group of each column.
    """
    lazy_weights = hasattr(sample_weight, "to_delayed")
    blocks = _blocks_of_rows(X, optimize_graph=not lazy_weights)
    weights = _weights_of_blocks(sample_weight, X, len(blocks))
    n_groups = number_of_groups(groups, estimator.n_features_in_)
    shared = delayed((_for_blocks(estimator, X), groups, n_groups), traverse=False)
    parts = [
        delayed(_moments_of_block)(shared, block, weight)
        for block, weight in zip(blocks, weights, strict=True)
    ]
    while len(parts) > 1:
        parts = [
            delayed(_merged)(parts[i : i + FAN_IN])
            for i in range(0, len(parts), FAN_IN)
        ]
    whole, any_weight, n_rows = parts[0].compute()
    if n_rows == 0:
        raise ValueError(
            f"Found a Dask collection with 0 samples, while a minimum of 1 is required "
            f"by {type(estimator).__name__}."
        )
    refuse_all_zero(any_weight)
    result: Moments = whole
    return result


def transform(estimator: Any, X: Any, history: Any = None) -> Any:
    """Return the lazy transform of X: chunks, columns, index and divisions stay."""
    check_is_fitted(estimator)
    name = type(estimator).__name__
    if history is not None:
        raise ValueError(
            f"history of {name} is for X in memory: a Dask collection holds the rows "
            "before each part. Put them before X, with dask's concatenate or concat."
        )
    container = output_container(estimator)
    if container != "default":
        raise ValueError(
            f"set_output(transform={container!r}) of {name} would compute a Dask "
            "collection. Use set_output(transform='default'): Dask dataframes come "
            "back as Dask dataframes, with their columns and index."
        )
    reach = estimator._reach()
    if reach is not None and estimator.edge == "wrap":
        raise ValueError(
            f"edge='wrap' of {name} joins the ends of a series, which lie in different "
            "parts of a Dask collection. Use another edge."
        )
    if reach is None:
        return _map_rows(estimator, "transform", X)
    return _map_series(estimator, X, *reach)


def inverse_transform(estimator: Any, X: Any, statistics: Any = None) -> Any:
    """Return the lazy inverse of X: chunks of rows, index and divisions stay."""
    check_is_fitted(estimator)
    needs_key = getattr(estimator, "_n_neighbourhoods_", 0) > 0
    if statistics is not None or (needs_key and not _holds_key(estimator, X)):
        raise _no_key(estimator)
    return _map_rows(estimator, "inverse_transform", X)


def statistics(estimator: Any, X: Any, history: Any = None) -> Any:
    """Raise: the key of lazy rows may not fit into memory."""
    raise _no_key(estimator)


def _holds_key(estimator: Any, X: Any) -> bool:
    """Tell whether X has columns that `append_statistics` added."""
    if not estimator.append_statistics:
        return False
    if not _is_frame(X):
        return bool(X.shape[1] > estimator.n_features_in_)
    return bool(set(estimator._statistic_names(estimator._names())) & set(X.columns))


def _no_key(estimator: Any) -> TypeError:
    return TypeError(
        f"{type(estimator).__name__} makes no key of a Dask collection, as it may not "
        "fit into memory, and takes none. Fit with append_statistics=True: the key "
        "rides along as columns, where inverse_transform finds it. Or use "
        "statistics(part) and inverse_transform(part, statistics=key) on parts in "
        "memory."
    )


def _map_rows(estimator: Any, method: str, X: Any) -> Any:
    """Return, lazily, what a method makes of each block of rows."""
    estimator = _for_blocks(estimator, X)
    meta = _result_for(estimator, method, sample_of(X))
    if _is_frame(X):
        return X.map_partitions(_on_block, estimator, method, meta, meta=meta)
    whole_rows = X.rechunk({1: -1})
    out = whole_rows.map_blocks(
        _on_block,
        estimator,
        method,
        meta,
        chunks=(X.chunks[0], (meta.shape[1],)),
        meta=meta,
    )
    return out.rechunk({1: _column_chunks(X, meta)})


def _map_series(estimator: Any, X: Any, before: int, after: int) -> Any:
    """Return, lazily, what `transform` makes of blocks with the rows around them.

    `before` and `after` are how many rows each row reaches back, and ahead: what the
    blocks overlap by.
    """
    estimator = _for_blocks(estimator, X)
    meta = _result_for(estimator, "transform", sample_of(X))
    if _is_frame(X):
        # Dask 2025.1 names the rows around a partition after the frame, however many
        # they are: of two windows on one frame, one got the rows of the other.
        X = X.map_partitions(_unchanged, before, after, meta=X)
        # A partition that is shorter is Dask's own error, which says what to do.
        return X.map_overlap(
            _on_block, before, max(after, 0), estimator, "transform", meta, meta=meta
        )
    n_rows = X.shape[0]
    if np.isnan(n_rows):
        raise ValueError(
            f"Windows along the samples of {type(estimator).__name__} need known chunk "
            f"sizes. Got a Dask array of shape {X.shape}. Call X.compute_chunk_sizes() "
            "first."
        )
    lines = X.rechunk({1: -1})
    if max(before, after) >= n_rows:  # each row reaches all others
        lines = lines.rechunk({0: -1})
    depth = {0: (min(before, n_rows), max(0, min(after, n_rows)))}
    overlapping = overlap(lines, depth, boundary="none")
    out = overlapping.map_blocks(
        _on_block,
        estimator,
        "transform",
        meta,
        chunks=(overlapping.chunks[0], (meta.shape[1],)),
        meta=meta,
    )
    out = trim_internal(out, depth, boundary="none")
    return out.rechunk({0: X.chunks[0], 1: _column_chunks(X, meta)})


def _unchanged(frame: Any, before: int, after: int) -> Any:
    """Return a partition; its name holds how far windows reach."""
    return frame


def _is_frame(X: Any) -> bool:
    return type(X).__module__.startswith("dask.dataframe") and hasattr(X, "columns")


def _refuse_unknown_categories(X: Any) -> None:
    """Raise where Dask does not know yet whether categories are numbers."""
    categories = [name for name, kind in X.dtypes.items() if str(kind) == "category"]
    unknown = [name for name in categories if not X[name].cat.known]
    if unknown:
        raise ValueError(
            f"X has categories that Dask does not know yet, in columns "
            f"{quoted(unknown)}. Call X.categorize() first, or leave them out."
        )


def _blocks_of_rows(X: Any, *, optimize_graph: bool) -> list[Any]:
    """Return X as delayed blocks of whole rows.

    Graphs that are optimized one by one share nothing: with weights that are made from
    X its blocks would be read twice.
    """
    if not _is_frame(X):
        X = X.rechunk({1: -1})
    blocks = X.to_delayed(optimize_graph=optimize_graph)
    return list(np.ravel(blocks))


def _column_chunks(X: Any, meta: Any) -> tuple[int, ...]:
    """Return the chunks of columns of X, and one for those that were appended."""
    chunks: tuple[int, ...] = X.chunks[1]
    n_more = meta.shape[1] - sum(chunks)
    if n_more < 0:
        return (meta.shape[1],)
    return (*chunks, n_more) if n_more else chunks


def _weights_of_blocks(sample_weight: Any, X: Any, n_blocks: int) -> Iterable[Any]:
    """Return the weights of each block of rows, lazily where they are lazy."""
    if sample_weight is None:
        return [None] * n_blocks
    lengths = np.array([] if _is_frame(X) else X.chunks[0], float)
    known = bool(lengths.size) and not np.isnan(lengths).any()
    if hasattr(sample_weight, "to_delayed"):
        if known and getattr(sample_weight, "shape", None) == X.shape[:1]:
            sample_weight = sample_weight.rechunk(X.chunks[:1])
        parts: list[Any] = np.ravel(
            sample_weight.to_delayed(optimize_graph=False)
        ).tolist()
        if len(parts) == n_blocks:
            return parts
        got = f"one of {len(parts)} partitions"
    elif known:
        weight = check_weights(sample_weight, int(lengths.sum()))
        return np.split(weight, np.cumsum(lengths[:-1]).astype(int))
    else:
        got = f"{type(sample_weight).__name__}, and X whose parts have unknown lengths"
    raise ValueError(
        f"sample_weight must be a Dask array or series with the {n_blocks} partitions "
        f"of X. Got {got}. Make it from X, as X[column] of a dataframe."
    )


def _for_blocks(estimator: Any, X: Any) -> Any:
    """Return a copy that works on blocks of X: no key, no writing to shared memory."""
    estimator = copy.deepcopy(estimator)  # what set_output sets is shared by a copy
    if hasattr(estimator, "copy"):
        estimator.copy = True
    return estimator.set_output(transform="pandas" if _is_frame(X) else "default")


def _result_for(estimator: Any, method: str, sample: Any) -> Any:
    """Return what a method makes of no rows with the columns of a sample."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the values of the sample
        return _result(estimator, method, sample)[:0]


def _on_block(block: Any, estimator: Any, method: str, meta: Any) -> Any:
    if not len(block):
        return _no_rows(block, meta)
    with _in_a_part():
        return _result(estimator, method, block)


def _result(estimator: Any, method: str, block: Any) -> Any:
    """Return what a method makes of a block; names of columns stay what they are."""
    out = getattr(estimator, method)(block)
    if hasattr(block, "columns") and not hasattr(estimator, "feature_names_in_"):
        own = block.columns[: out.shape[1]]
        out.columns = [*own, *out.columns[len(own) :]]
    return out


@contextmanager
def _in_a_part() -> Iterator[None]:
    """Say in errors that rows are counted in a part of the collection."""
    try:
        yield
    except ValueError as error:
        raise ValueError(
            f"In a part of the Dask collection, with rows counted from its first: "
            f"{error}"
        ) from error


def _no_rows(block: Any, meta: Any) -> Any:
    return meta.set_axis(block.index) if hasattr(meta, "set_axis") else meta


def _moments_of_block(
    shared: tuple[Any, NDArray[np.intp] | None, int], block: Any, sample_weight: Any
) -> tuple[Moments, bool, int]:
    """Return the moments of a block, whether a weight is above 0, and its rows."""
    estimator, groups, n_groups = shared
    if not len(block):
        return Moments.empty(n_groups), False, 0
    with _in_a_part():
        X = check_matrix(estimator, block, reset=False, sparse_formats=())
        weight: Floats | None = None
        if sample_weight is not None:
            weight = check_weights(sample_weight, len(X), all_zero=True)
        moments: Moments = estimator._moments_of(X, weight, groups)
    return moments, weight is None or bool(weight.any()), len(X)


def _merged(parts: list[tuple[Moments, bool, int]]) -> tuple[Moments, bool, int]:
    moments, any_weight, rows = zip(*parts, strict=True)
    return reduce(Moments.merge, moments), any(any_weight), sum(rows)
