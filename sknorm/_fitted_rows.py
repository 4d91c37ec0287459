"""How the rows of fit are recognised, so that their key opens nothing else."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._kernels import Floats, row_blocks
from sknorm._restore import Statistics
from sknorm._validation import quoted

N_PROJECTIONS = 4
# What later steps of a pipeline and their inverses may have rounded, in machine
# epsilons of the length of a row. In float64 PCA with all components was measured at up
# to 98, behind StandardScaler at 149; in float32 at 112, but there such a tolerance
# would miss changes of 1e-6.
TOLERANCE = {np.dtype(np.float64): 1024, np.dtype(np.float32): 8}


@dataclass(frozen=True, slots=True, eq=False)
class FittedRows:
    """The key of the fitted rows, and what they are recognised by.

    Parameters
    ----------
    statistics : Statistics
    index : pandas.Index or None
        Of the dataframe that was fitted.
    projections, missing : ndarray of shape (n_samples, N_PROJECTIONS)
        Of the normalised rows, and of their NaN positions; see `_projected`.
    """

    statistics: Statistics
    index: Any
    projections: Floats
    missing: Floats

    @classmethod
    def of(cls, statistics: Statistics, Z: Any, index: Any) -> Self:
        """Return what to keep of the normalised rows Z."""
        projections, missing, _ = _projected(Z)
        return cls(statistics, index, projections, missing)

    def difference(self, Z: Any, index: Any) -> str:
        """Tell what distinguishes Z from the normalised rows; "" where nothing does."""
        n_fitted = len(self.statistics)
        if Z.shape[0] != n_fitted:
            return f"it has {Z.shape[0]} rows, and {n_fitted} were fitted"
        if index is not None and self.index is not None:
            other = np.flatnonzero(~_equal(index, self.index))
            if other.size:
                given, fitted = (quoted(i[other[:1]]) for i in (index, self.index))
                return (
                    f"its index has {given} in row {other[0]}, and the fitted rows "
                    f"have {fitted}"
                )
        projections, missing, length = _projected(Z)
        other = np.flatnonzero(~_near(missing, self.missing, 1e-6))
        if other.size:
            return f"it has NaN in other places in rows {quoted(other)}"
        dtype = min(Z.dtype, self.statistics.location.dtype, key=lambda d: d.itemsize)
        # Rows that became 0 have no length, but other rows' rounding by then.
        zero = ~self.projections.any(axis=1)
        length[zero] = np.median(length)
        allowed = TOLERANCE[dtype] * float(np.finfo(dtype).eps) * length[:, np.newaxis]
        other = np.flatnonzero(~_near(projections, self.projections, allowed))
        if not other.size:
            return ""
        mine, theirs = (np.argsort(p[:, 0]) for p in (projections, self.projections))
        if _near(projections[mine], self.projections[theirs], allowed[mine]).all():
            return "it holds the fitted rows in another order"
        return f"its values differ in rows {quoted(other)}"


def _near(a: Floats, b: Floats, allowed: Floats | float) -> NDArray[np.bool]:
    return np.asarray((np.abs(a - b) <= allowed).all(axis=1))


def _equal(index: Any, fitted: Any) -> NDArray[np.bool]:
    """Compare two pandas indexes of one length, place by place, NaN equal to NaN."""
    if index.equals(fitted):
        return np.ones(len(fitted), np.bool)
    pairs = zip(index, fitted, strict=True)
    return np.array([a == b or (a != a and b != b) for a, b in pairs], np.bool)


def _projected(Z: Any) -> tuple[Floats, Floats, Floats]:
    """Return four projections of each row, those of its NaN positions, its length.

    The directions have entries of either sign between 0.5 and 1.5 in size: each value
    counts, each differently, and the projection of a rounding error is about as long as
    the error. Sums run in the order of the columns, whatever the layout of Z.
    """
    rng = np.random.default_rng(0)
    shape = (N_PROJECTIONS, Z.shape[1])
    directions = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    if sparse.issparse(Z):
        return _projected_sparse(Z, directions)
    projections, missing = np.zeros((2, Z.shape[0], N_PROJECTIONS))
    length = np.empty(Z.shape[0])
    for rows in row_blocks(*Z.shape):
        block = np.array(Z[rows], np.float64, order="C")
        absent = np.isnan(block)
        block[absent] = 0.0
        length[rows] = np.sqrt(np.add.reduce(block * block, axis=1))
        for k, direction in enumerate(directions):
            projections[rows, k] = np.add.reduce(block * direction, axis=1)
            if absent.any():
                missing[rows, k] = np.add.reduce(absent * direction, axis=1)
    return projections, missing, length


def _projected_sparse(Z: Any, directions: Floats) -> tuple[Floats, Floats, Floats]:
    Z = Z.tocsr().astype(np.float64)  # a copy
    absent = np.isnan(Z.data)
    Z.data[absent] = 0.0
    projections = Z @ directions.T
    length = np.sqrt(np.asarray(Z.multiply(Z).sum(axis=1)).ravel())
    Z.data = absent.astype(np.float64)
    return projections, Z @ directions.T, length
