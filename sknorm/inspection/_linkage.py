"""Linkage: which released record belongs to which person."""

import warnings
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import clone

from sknorm._kernels import Floats
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._column_spread import constant_columns, moments
from sknorm.inspection._matrix import matrix_of

MOST_RECORDS = 2_000  # linked, at random, each with the nearest of all records
CELLS_AT_ONCE = 4_000_000  # of the matrix of distances


def linkage(target: Target) -> Attack:
    """Link each record of an intruder's raw file to the nearest released one.

    The method is public and only its key secret (Kerckhoffs): the intruder fits a clone
    of the estimator to a raw file of all records, divides the result and
    the release by the column standard deviations of the release, and takes the nearest
    neighbour (distance-based record linkage, Domingo-Ferrer and Torra, 2001). Missing
    values are put at the column mean of the release, on both sides.

    Raises
    ------
    NotApplicableError
        Where the release is constant, or the clone cannot be fitted.
    """
    release = target.release
    usable = ~constant_columns(release.Z, release.resolution_z)
    if not usable.any():
        raise NotApplicableError("all released columns are constant.")
    own = _own_release(release.estimator, release.given, target.random)
    mean, variance = moments(release.Z[:, usable])
    own, theirs = (
        np.nan_to_num((values[:, usable] - mean) / np.sqrt(variance), copy=False)
        for values in (own, release.Z)
    )
    rows = target.sample(MOST_RECORDS)
    coarser = max(release.resolution, release.resolution_z)
    links = correct_links(own, theirs, rows, coarser)
    return target.attack(
        links, 1 / len(theirs), "the raw records of all, with names: who is who"
    )


def correct_links(
    A: Floats, B: Floats, rows: NDArray[np.intp], resolution: float
) -> Floats:
    """Return how probably each row of A is linked to the row of B with its number.

    That is 1 over the number of nearest rows of B where the true one is among them,
    else 0.

    Parameters
    ----------
    A, B : ndarray of shape (n_samples, n_features)
    rows : ndarray of shape (n_rows,)
        The rows of A to link.
    resolution : float
        Machine epsilon of the data: distances that differ by rounding are equal.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.array([[0.0], [1.0], [1.0]])
    >>> correct_links(A, A, np.arange(3), 2.3e-16)
    array([1. , 0.5, 0.5])
    """
    lengths = np.einsum("ij,ij->i", B, B)
    found = np.empty(len(rows))
    at_once = max(1, CELLS_AT_ONCE // len(B))
    for start in range(0, len(rows), at_once):
        block = rows[start : start + at_once]
        # |b - a|^2 - |a|^2, by one product of matrices; its digits only select.
        square = lengths - 2 * (A[block] @ B.T)
        for i, row in enumerate(block):
            reach = 1e3 * resolution * (1 + np.linalg.norm(A[row]))
            nearest = square[i].min()
            length = A[row] @ A[row]
            rounding = 1e-10 * (length + lengths.max())
            slack = 4 * reach * (np.sqrt(max(0.0, nearest + length)) + reach)
            near = np.flatnonzero(square[i] <= nearest + slack + rounding)
            distance = np.linalg.norm(B[near] - A[row], axis=1)
            tied = near[distance <= distance.min() + reach]
            found[start + i] = (row in tied) / len(tied)
    return found


def _own_release(estimator: Any, given: Any, random: np.random.RandomState) -> Floats:
    """Return what the intruder's clone makes of the raw file."""
    twin = clone(estimator)
    draws = {
        name: random.randint(2**31 - 1)
        for name, value in twin.get_params().items()
        if name.split("__")[-1] == "random_state" and value is None
    }
    twin.set_params(**draws)
    data = deepcopy(given)  # copy=False writes into it
    with warnings.catch_warnings():
        # The user has seen them in fit.
        warnings.simplefilter("ignore")
        try:
            output = twin.fit(data).transform(deepcopy(given))
        except ValueError as error:
            raise NotApplicableError(
                f"a clone of the estimator cannot be fitted to X: {error}"
            ) from error
    output = output.toarray() if sparse.issparse(output) else output
    own = matrix_of("disclosure_risk", output, "transform(X)", min_samples=0).values
    return own[:, : np.shape(given)[1]]
