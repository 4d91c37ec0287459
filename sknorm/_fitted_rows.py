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
# to 98, behind StandardScaler at 149. In float32 it was at 112, but so many would be a
# change of 1e-5 of the length.
TOLERANCE = {np.dtype(np.float64): 1024, np.dtype(np.float32): 8}
# Projections of NaN positions are sums of numbers between 0.5 and 1.5 in size, which
# rounding moves by far less than this.
SAME_PLACES = 1e-6

NOTHING_KEPT = (
    "With keep_statistics=True the key of the fitted rows stays with the object that "
    "was fitted, in its own process. It is never pickled, copied or cached."
)


def no_key_error(name: str, appended_way: str) -> ValueError:
    """Return the error of an estimator that has no key to restore with."""
    return ValueError(
        f"{name} cannot restore X without a key. {NOTHING_KEPT} Pass "
        "statistics=est.statistics(X), with X the rows as they were before transform, "
        f"or {appended_way}."
    )


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
    def of(
        cls, statistics: Statistics, Z: Any, columns: NDArray[np.intp], index: Any
    ) -> Self:
        """Return what to keep of some columns of the normalised rows Z."""
        projections, missing, _ = _projected(_columns_of(Z, columns))
        return cls(statistics, index, projections, missing)

    def refuse_others(
        self, name: str, Z: Any, position: NDArray[np.intp], index: Any, remedy: str
    ) -> None:
        """Raise where Z is not the normalised rows.

        Parameters
        ----------
        name : str
            Of the estimator.
        Z : ndarray or sparse matrix
        position : ndarray of shape (n_columns,)
            Where in Z the columns are that were fitted; -1 for those that it lacks.
        index : pandas.Index or None
            Of Z.
        remedy : str
            The way by appended columns, for the message.
        """
        difference = "it lacks columns, and the fitted rows are recognised by all"
        if (position >= 0).all():
            difference = self._difference(_columns_of(Z, position), index)
        if difference:
            raise ValueError(
                f"X is not what {name}.transform returned for the fitted rows: "
                f"{difference}. Pass statistics=est.statistics_ for the fitted rows "
                "changed on purpose (denoised, imputed), statistics=est.statistics(X) "
                f"of other rows as they were before transform, or {remedy}."
            )

    def _difference(self, Z: Any, index: Any) -> str:
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
        dtype = min(Z.dtype, self.statistics.location.dtype, key=lambda d: d.itemsize)
        tolerance = TOLERANCE[dtype] * float(np.finfo(dtype).eps)
        allowed = tolerance * self._length_for_rounding(length, Z.shape[1])
        same_missing = _near(missing, self.missing, SAME_PLACES)
        same = _near(projections, self.projections, allowed)
        if (same & same_missing).all():
            return ""
        mine = np.lexsort((projections[:, 0], missing[:, 0]))
        theirs = np.lexsort((self.projections[:, 0], self.missing[:, 0]))
        if (
            _near(missing[mine], self.missing[theirs], SAME_PLACES).all()
            and _near(projections[mine], self.projections[theirs], allowed[mine]).all()
        ):
            return "it holds the fitted rows in another order"
        if not same_missing.all():
            rows = np.flatnonzero(~same_missing)
            return f"it has NaN in other places in rows {quoted(rows)}"
        return f"its values differ in rows {quoted(np.flatnonzero(~same))}"

    def _length_for_rounding(self, length: Floats, n_columns: int) -> Floats:
        """Return the length that the rounding of each row is measured by: (n, 1).

        Constant rows became 0, or what their rounding left: later steps round them as
        they round the others.
        """
        location = np.abs(np.nan_to_num(self.statistics.location)).max(
            axis=1, initial=0
        )
        resolution = float(np.finfo(self.statistics.location.dtype).eps)
        largest = np.abs(self.projections).max(axis=1)
        constant = largest <= 4 * resolution * location * n_columns
        if constant.any() and not constant.all():
            usual = min(float(np.median(length[~constant])), np.sqrt(n_columns))
            length = np.where(constant, np.maximum(length, usual), length)
        return length[:, np.newaxis]


def _near(a: Floats, b: Floats, allowed: Floats | float) -> NDArray[np.bool]:
    # An overflow makes the allowance infinite, and allows nothing.
    with np.errstate(invalid="ignore"):
        near = (np.abs(a - b) <= allowed) & np.isfinite(allowed)
    return np.asarray(near.all(axis=1))


def _equal(index: Any, fitted: Any) -> NDArray[np.bool]:
    """Compare two pandas indexes of one length, place by place."""
    if index.equals(fitted):
        return np.ones(len(fitted), np.bool)
    # By their text: pandas.NA is neither equal to itself nor unequal.
    pairs = zip(index.tolist(), fitted.tolist(), strict=True)
    return np.array([repr(a) == repr(b) for a, b in pairs], np.bool)


def _projected(Z: Any) -> tuple[Floats, Floats, Floats]:
    """Return four projections of each row, those of its NaN positions, its length.

    The directions have entries of either sign between 0.5 and 1.5 in size: each value
    counts, each differently, and the projection of a rounding error is about as long as
    the error. Sums run in the order of the columns, whatever the layout of Z.
    """
    rng = np.random.default_rng(0)
    shape = (N_PROJECTIONS, Z.shape[1])
    directions = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    with np.errstate(over="ignore", invalid="ignore"):
        if sparse.issparse(Z):
            return _projected_sparse(Z, directions)
        return _projected_dense(Z, directions)


def _projected_dense(Z: Any, directions: Floats) -> tuple[Floats, Floats, Floats]:
    projections, missing = np.zeros((2, Z.shape[0], N_PROJECTIONS))
    length = np.empty(Z.shape[0])
    for rows in row_blocks(*Z.shape):
        block = np.array(Z[rows], np.float64, order="C")
        absent = np.isnan(block)
        block[absent] = 0.0
        length[rows] = np.sqrt(np.add.reduce(block * block, axis=1))
        for i in np.flatnonzero(np.isinf(length[rows])):
            largest = np.abs(block[i]).max()
            length[rows][i] = np.linalg.norm(block[i] / largest) * largest
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


def _columns_of(Z: Any, columns: NDArray[np.intp]) -> Any:
    """Return Z[:, columns], which is a copy, or Z where that is the same."""
    same = np.array_equal(columns, np.arange(Z.shape[1]))
    return Z if same else Z[:, columns]
