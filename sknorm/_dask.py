"""The estimators on Dask arrays and dataframes: one reduction, and lazy maps.

Imported only when a Dask collection comes in. Blocks of rows are given to the estimator
as what they are, NumPy arrays and pandas dataframes, by whatever scheduler is in use.
"""

import copy
import sys
import warnings
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

import dask.array as da
import numpy as np
from dask.delayed import delayed
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from sknorm._kernels import Floats
from sknorm._moments import Moments
from sknorm._validation import check_matrix, output_container
from sknorm._vectors import check_weights

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
    blocks = _blocks_of_rows(X)
    weights = _weights_of_blocks(sample_weight, X, len(blocks))
    n_groups = estimator.n_features_in_ if groups is None else int(groups.max()) + 1
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
    whole, total = parts[0].compute()
    if sample_weight is not None:
        check_weights([total], 1)  # not all of them zero
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
    if reach is None:
        return _map_rows(estimator, "transform", X)
    return _map_series(estimator, X, *reach)


def inverse_transform(estimator: Any, X: Any, statistics: Any = None) -> Any:
    """Return the lazy inverse of X: chunks, columns, index and divisions stay."""
    check_is_fitted(estimator)
    if statistics is not None:
        raise _no_key(estimator)
    return _map_rows(estimator, "inverse_transform", X)


def statistics(estimator: Any, X: Any, history: Any = None) -> Any:
    """Raise: the key of lazy rows may not fit into memory."""
    raise _no_key(estimator)


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

    `before` and `after` are how many rows each row reaches back, and ahead; they may
    lie in several blocks.
    """
    estimator = _for_blocks(estimator, X)
    meta = _result_for(estimator, "transform", sample_of(X))
    blocks = _blocks_of_rows(X)
    # Edges look as far inside as windows reach outside: both sides have the longer one.
    reach = min(max(before, after), sys.maxsize)
    heads = _running(blocks, reach)
    tails = _running(blocks[::-1], -reach if after > 0 else 0)[::-1]
    shared = delayed((estimator, meta), traverse=False)
    parts = [
        delayed(_on_series)(shared, *three)
        for three in zip(heads, blocks, tails, strict=True)
    ]
    if _is_frame(X):
        from dask.dataframe import from_delayed

        return from_delayed(parts, meta=meta, divisions=X.divisions)
    chunks = zip(parts, X.chunks[0], strict=True)
    out = da.concatenate(
        [da.from_delayed(part, (n, meta.shape[1]), meta=meta) for part, n in chunks],
        allow_unknown_chunksizes=True,
    )
    return out.rechunk({1: _column_chunks(X, meta)})


def _is_frame(X: Any) -> bool:
    return hasattr(X, "map_partitions") and hasattr(X, "columns")


def _blocks_of_rows(X: Any) -> list[Any]:
    """Return X as delayed blocks of whole rows."""
    if _is_frame(X):
        return list(X.to_delayed())
    return list(X.rechunk({1: -1}).to_delayed().ravel())


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
    if hasattr(sample_weight, "to_delayed"):
        weights: list[Any] = np.ravel(sample_weight.to_delayed()).tolist()
        if len(weights) == n_blocks:
            return weights
        got = f"{len(weights)} partitions"
    else:
        lengths = () if _is_frame(X) else X.chunks[0]
        sizes = np.asarray(lengths, float)
        if sizes.size and not np.isnan(sizes).any():
            weight = check_weights(sample_weight, int(sizes.sum()))
            return np.split(weight, np.cumsum(sizes[:-1]).astype(int))
        got = f"{type(sample_weight).__name__}, and X of unknown chunk sizes"
    raise ValueError(
        f"sample_weight must be a Dask array or series with the {n_blocks} partitions "
        f"of X. Got {got}. Make it from X, as X[column], or call "
        "X.compute_chunk_sizes() on an array."
    )


def _for_blocks(estimator: Any, X: Any) -> Any:
    """Return a copy that works on blocks of X: no key, no writing to shared memory."""
    estimator = copy.copy(estimator)
    if hasattr(estimator, "copy"):
        estimator.copy = True
    return estimator.set_output(transform="pandas" if _is_frame(X) else "default")


def _result_for(estimator: Any, method: str, sample: Any) -> Any:
    """Return what a method makes of no rows with the columns of a sample."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the values of the sample
        return getattr(estimator, method)(sample)[:0]


def _on_block(block: Any, estimator: Any, method: str, meta: Any) -> Any:
    if not len(block):
        return _no_rows(block, meta)
    return getattr(estimator, method)(block)


def _on_series(shared: tuple[Any, Any], head: Any, block: Any, tail: Any) -> Any:
    estimator, meta = shared
    if not len(block):
        return _no_rows(block, meta)
    out = estimator.transform(_concatenated([head, block, tail]))
    return out[len(head) : len(head) + len(block)]


def _no_rows(block: Any, meta: Any) -> Any:
    return meta.set_axis(block.index) if hasattr(meta, "set_axis") else meta


def _running(blocks: list[Any], n_rows: int) -> list[Any]:
    """Return, for each block, the last n_rows of all blocks before it.

    With n_rows < 0 the blocks run backwards, and their first -n_rows rows are taken.
    """
    last = delayed(_last_rows)
    nothing = last(blocks[0], blocks[0], 0)
    if n_rows == 0:
        return [nothing] * len(blocks)
    return list(
        accumulate(blocks[:-1], lambda *pair: last(*pair, n_rows), initial=nothing)
    )


def _last_rows(before: Any, block: Any, n_rows: int) -> Any:
    """Return the last rows of two blocks; the first of the reverse where n_rows < 0."""
    if n_rows == 0:
        return block[:0]
    if n_rows < 0:
        return _concatenated([block, before])[:-n_rows]
    return _concatenated([before, block])[-n_rows:]


def _concatenated(parts: list[Any]) -> Any:
    if hasattr(parts[0], "iloc"):
        import pandas as pd

        return pd.concat([part for part in parts if len(part)] or parts[:1])
    return np.concatenate(parts)


def _moments_of_block(
    shared: tuple[Any, NDArray[np.intp] | None, int], block: Any, sample_weight: Any
) -> tuple[Moments, float]:
    """Return the moments of a block, and the sum of its weights."""
    estimator, groups, n_groups = shared
    if not len(block):
        return Moments.empty(n_groups), 0.0
    X = check_matrix(estimator, block, reset=False, sparse_formats=())
    weight: Floats | None = None
    if sample_weight is not None:
        weight = check_weights(sample_weight, len(X), all_zero=True)
    moments: Moments = estimator._moments_of(X, weight, groups)
    return moments, float(len(X) if weight is None else weight.sum())


def _merged(parts: list[tuple[Moments, float]]) -> tuple[Moments, float]:
    whole, total = parts[0]
    for part, weight in parts[1:]:
        whole, total = whole.merge(part), total + weight
    return whole, total
