"""Mergeable moments of columns: the statistics that parts determine for the whole."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._kernels import (
    BLOCK_SIZE,
    Floats,
    RealMatrix,
    blocks,
    column_moments,
    core,
    matrix_moments,
    two_sum,
)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Moments of n_columns columns; every field is float64 of shape (n_columns,).

    Parameters
    ----------
    count : ndarray
        Sum of the weights of the values present (their number, without weights).
    shift, delta : ndarray
        The mean as an unevaluated sum of two floats: shift is the mean as float64,
        delta what that lost. One float is not enough at offset 1e12.
    m2 : ndarray
        Weighted sum of squared deviations from the mean.
    min, max : ndarray
        Of the values present; (inf, -inf) where there are none, NaN where they are not
        known.
    sum_w2 : ndarray
        Sum of the squared weights of the values present.

    Notes
    -----
    `merge` is associative and commutative up to rounding, and `empty` is its identity,
    so that any partition of the data in any order gives the moments of the whole.
    """

    count: Floats
    shift: Floats
    delta: Floats
    m2: Floats
    min: Floats
    max: Floats
    sum_w2: Floats

    @classmethod
    def empty(cls, n_columns: int) -> Self:
        """Return the moments of no values: the identity of `merge`."""
        zero = np.zeros(n_columns)
        infinite = np.full(n_columns, np.inf)
        return cls(zero, zero, zero, zero, infinite, -infinite, zero)

    @classmethod
    def of_statistics(cls, mean: Floats, variance: Floats, count: Floats) -> Self:
        """Return moments of which only these are known: min and max are NaN.

        Values count once each. A count of 0 is a column without values.
        """
        seen = count > 0
        zero, unknown = np.zeros_like(count), np.full_like(count, np.nan)
        return cls(
            count,
            np.where(seen, mean, 0.0),
            zero,
            np.where(seen, variance * count, 0.0),
            np.where(seen, unknown, np.inf),
            np.where(seen, unknown, -np.inf),
            count,
        )

    @classmethod
    def of(
        cls,
        X: Any,
        sample_weight: Floats | None = None,
        groups: NDArray[np.intp] | None = None,
        n_jobs: int | None = 1,
    ) -> Self:
        """Return the moments of the columns of X.

        Parameters
        ----------
        X : ndarray or sparse matrix of shape (n_samples, n_features), floats
            NaN counts as absent. An infinity shows in `min` or `max`.
        sample_weight : ndarray of shape (n_samples,), default=None
            A weight of 0 counts as absent.
        groups : ndarray of shape (n_features,), default=None
            The group, 0 to n_groups - 1, of each column; columns of a group are pooled.
        n_jobs : int or None, default=1
            Threads, for a dense X.

        Returns
        -------
        Moments
            Of n_groups columns with `groups`, else of n_features.
        """
        if sample_weight is not None and not sample_weight.all():
            X, sample_weight = X[sample_weight > 0], sample_weight[sample_weight > 0]
        if sparse.issparse(X):
            moments = cls._of_sparse(_canonical_csc(X), sample_weight)
        elif (compiled := core()) and X.size:
            if any(stride % X.itemsize for stride in X.strides):
                X = np.ascontiguousarray(X)
            moments = cls(*matrix_moments(compiled, X, sample_weight, n_jobs))
        elif sample_weight is None:
            moments = cls._of_dense(X, None)
        else:
            weight = np.broadcast_to(sample_weight[:, None], X.shape)
            moments = cls._of_dense(X, weight)
        return moments if groups is None else moments._pooled(groups)

    @classmethod
    def _of_dense(cls, X: RealMatrix, weight: Floats | None) -> Self:
        """Moments of a matrix with a positive weight for each value."""
        parts = []
        for columns, row_blocks in blocks(*X.shape):
            moments = cls.empty(columns.stop - columns.start)
            for rows in row_blocks:
                block_weight = None if weight is None else weight[rows, columns]
                block = cls(*column_moments(X[rows, columns], block_weight))
                moments = moments.merge(block)
            parts.append(moments)
        return cls._concatenated(parts)

    @classmethod
    def _of_sparse(cls, X: Any, sample_weight: Floats | None) -> Self:
        """Moments of the stored values, merged with those of the zeros.

        Columns with about as many stored values as each other go together into one
        dense block, padded with NaN.
        """
        weight = np.ones(X.shape[0]) if sample_weight is None else sample_weight
        values = np.append(X.data.astype(np.float64), np.nan)
        weights = np.append(weight[X.indices], 1.0)
        n_stored = np.diff(X.indptr)
        order = np.argsort(-n_stored, kind="stable")
        parts, done = [], 0
        while done < X.shape[1]:
            height = max(1, n_stored[order[done]])
            chosen = order[done : done + max(1, BLOCK_SIZE // height)]
            entry = X.indptr[chosen] + np.arange(height)[:, None]
            padding = entry >= X.indptr[chosen + 1]
            entry = np.where(padding, len(X.data), entry)
            parts.append(cls._of_dense(values[entry], weights[entry]))
            done += len(chosen)
        stored = cls._concatenated(parts).take(np.argsort(order))
        count, sum_w2 = _weights_of_zeros(X, weight)
        zero, lowest = np.zeros_like(count), np.where(count > 0, 0.0, np.inf)
        return stored.merge(cls(count, zero, zero, zero, lowest, -lowest, sum_w2))

    def merge(self, other: Self) -> Self:
        """Return the moments of both sets of values together (Chan et al., 1979).

        The mean moves from that of the heavier side, by a step below the std: from the
        lighter side the step could be large, and its rounding too.
        """
        count = self.count + other.count
        light = np.minimum(self.count, other.count)
        share = np.divide(light, count, out=np.zeros_like(count), where=light > 0)
        heavier = self.count >= other.count
        with np.errstate(all="ignore"):
            gap = (other.shift - self.shift) + (other.delta - self.delta)
            gap = np.where(light > 0, gap, 0.0)
            step = gap * np.where(heavier, share, -share)
            shift, delta = two_sum(
                np.where(heavier, self.shift, other.shift),
                np.where(heavier, self.delta, other.delta) + step,
            )
            between = gap * gap * (np.maximum(self.count, other.count) * share)
            m2 = self.m2 + other.m2 + between
        return type(self)(
            count,
            shift,
            delta,
            m2,
            np.minimum(self.min, other.min),
            np.maximum(self.max, other.max),
            self.sum_w2 + other.sum_w2,
        )

    def decay(self, batch: Self, momentum: float) -> Self:
        """Return the moments in which the batch weighs `momentum`, all before the rest.

        Weights are rescaled and then merged, which keeps the variance between batches:
        with a = momentum, m' = (1 - a) m + a m_b and
        v' = (1 - a) (v + (m - m')**2) + a (v_b + (m_b - m')**2). The count becomes
        the effective one, 1 / n' = (1 - a)**2 / n + a**2 / n_b. The first batch is
        taken whole; a column that the batch lacks stays as it was.
        """
        both = (self.count > 0) & (batch.count > 0)
        old, new = (np.where(both, m.effective_count, 1.0) for m in (self, batch))
        total = 1.0 / ((1.0 - momentum) ** 2 / old + momentum**2 / new)
        return self._reweighted(both, (1.0 - momentum) * total).merge(
            batch._reweighted(both, momentum * total)
        )

    @property
    def variance(self) -> Floats:
        """Population variance, NaN where there are no values."""
        unknown = np.full_like(self.m2, np.nan)
        return np.divide(self.m2, self.count, out=unknown, where=self.count > 0)

    @property
    def effective_count(self) -> Floats:
        """Kish's effective number of values, (sum w)**2 / sum w**2; 0 where none."""
        squared = self.count * self.count
        return np.divide(
            squared, self.sum_w2, out=np.zeros_like(squared), where=self.count > 0
        )

    def _reweighted(self, chosen: NDArray[np.bool], count: Floats) -> Self:
        """Rescale the weights of the chosen columns so that they sum to `count`."""
        factor = np.divide(count, self.count, out=np.ones_like(count), where=chosen)
        return replace(
            self,
            count=np.where(chosen, count, self.count),
            m2=self.m2 * factor,
            sum_w2=self.sum_w2 * factor**2,
        )

    def _pooled(self, groups: NDArray[np.intp]) -> Self:
        """Merge the columns of each group, by halves: log2(columns) rounds."""
        order = np.argsort(groups, kind="stable")
        moments, groups = self.take(order), groups[order]
        while True:
            index = np.arange(len(groups))
            starts = np.append(True, groups[1:] != groups[:-1])
            odd = (index - np.maximum.accumulate(index * starts)) % 2 == 1
            if not odd.any():
                return moments
            # The partner of an even column is the odd one behind it, or the empty
            # column put at the end.
            partner = np.where(np.append(odd[1:], False), index + 1, len(groups))[~odd]
            padded = self._concatenated([moments, self.empty(1)])
            moments = moments.take(~odd).merge(padded.take(partner))
            groups = groups[~odd]

    def take(self, columns: NDArray[Any]) -> Self:
        """Return the moments of some columns."""
        return type(self)(*(getattr(self, name)[columns] for name in _FIELDS))

    @classmethod
    def _concatenated(cls, parts: list[Self]) -> Self:
        return cls(
            *(np.concatenate([getattr(m, name) for m in parts]) for name in _FIELDS)
        )


_FIELDS = tuple(field.name for field in fields(Moments))


def _weights_of_zeros(X: Any, weight: Floats) -> tuple[Floats, Floats]:
    """Return, for each column of a CSC matrix, sum w and sum w**2 of its zeros."""
    column = np.repeat(np.arange(X.shape[1]), np.diff(X.indptr))
    sum_w, sum_w2 = (
        w.sum() - np.bincount(column, w[X.indices], minlength=X.shape[1])
        for w in (weight, weight * weight)
    )
    # A small rest of a large sum has lost its digits: such columns are summed anew.
    for j in np.flatnonzero(sum_w <= 1e-3 * weight.sum()):
        rest = weight.copy()
        rest[X.indices[X.indptr[j] : X.indptr[j + 1]]] = 0.0
        sum_w[j], sum_w2[j] = rest.sum(), rest @ rest
    return sum_w, sum_w2


def _canonical_csc(X: Any) -> Any:
    """Return X as CSC whose entries occur once; the caller's matrix stays."""
    csc = X.tocsc()
    if not csc.has_canonical_format:
        csc = csc.copy()
        csc.sum_duplicates()
    return csc
