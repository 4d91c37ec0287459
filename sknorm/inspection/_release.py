"""What a fitted transformer releases of data, column by column, and its way back."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sknorm._kernels import Floats
from sknorm._validation import quoted
from sknorm.inspection._matrix import matrix_of
from sknorm.inspection._steps import check_transformer, steps


@dataclass(frozen=True, slots=True)
class Release:
    """Data, and what an estimator makes of them.

    Parameters
    ----------
    caller : str
        The name of the function that inspects it, for messages.
    estimator : fitted transformer
    given : array-like or dataframe of shape (n_samples, n_features)
        The data as they came.
    X : ndarray of shape (n_samples, n_features), float64
        The data as numbers. NaN is missing.
    Z : ndarray of shape (n_samples, n_features), float64
        What is released of them, without appended columns.
    whole : array or dataframe of shape (n_samples, n_features_out)
        All that `transform` returned.
    n_appended : int
        How many columns of statistics it has beside the data.
    names : ndarray of shape (n_features,), object
        Of the columns of X.
    resolution, resolution_z : float
        Machine epsilons of X and Z, as in `Matrix`.
    notes : list of str
        What a reader must know about this release.
    """

    caller: str
    estimator: Any
    given: Any
    X: Floats
    Z: Floats
    whole: Any
    n_appended: int
    names: NDArray[Any]
    resolution: float
    resolution_z: float
    notes: list[str]


def released(caller: str, estimator: Any, X: Any, Z: Any = None) -> Release:
    """Return what a fitted transformer releases of X, which stays as it is.

    Parameters
    ----------
    caller : str
        The name of the function that asks, for messages.
    estimator : fitted transformer
    X : array-like or dataframe of shape (n_samples, n_features)
        Numbers; NaN counts as missing. At least two rows.
    Z : array-like or dataframe of shape (n_samples, n_features), default=None
        What was released, where that is known. None: ``estimator.transform(X)``.

    Raises
    ------
    NotFittedError
        Where the estimator is not fitted.
    TypeError
        Where it is no transformer, or X or Z is sparse.
    ValueError
        Where X has less than two rows, infinities or text, or where Z has not the shape
        of X: the comparison is of each value with what became of it.
    """
    check_transformer(caller, estimator)
    data, names, resolution = matrix_of(caller, X, "X")
    whole = estimator.transform(deepcopy(X)) if Z is None else Z
    source = "transform(X)" if Z is None else "Z"
    if sparse.issparse(whole) and Z is None:
        whole = whole.toarray()
    output, _, resolution_z = matrix_of(caller, whole, source, min_samples=0)
    n_samples, p = data.shape
    appends = any(getattr(s, "append_statistics", False) for s in steps(estimator))
    surplus = output.shape[1] - p
    if len(output) != n_samples or surplus < 0 or (surplus and not appends):
        raise ValueError(
            f"{caller} compares each value with what became of it, so {source} must "
            f"have the shape of X, {data.shape}. Got {output.shape}. Inspect the "
            "steps that keep the columns, by themselves."
        )
    notes = [
        *_note_on_appended(output, p),
        *([] if Z is not None else _note_on_names(estimator, names)),
        *_note_on_new_gaps(data, output[:, :p], names),
    ]
    return Release(
        caller=caller,
        estimator=estimator,
        given=X,
        X=data,
        Z=output[:, :p],
        whole=whole,
        n_appended=surplus,
        names=names,
        resolution=resolution,
        resolution_z=resolution_z,
        notes=notes,
    )


def _note_on_appended(output: Floats, p: int) -> list[str]:
    if output.shape[1] == p:
        return []
    return [
        f"transform appends {output.shape[1] - p} columns of statistics: they are the "
        "key, and whoever has them restores the data. They are left out of the "
        "comparison of columns."
    ]


def _note_on_names(estimator: Any, names: NDArray[Any]) -> list[str]:
    """Warn of transformers that may have rearranged the columns."""
    try:
        found = list(estimator.get_feature_names_out())[: len(names)]
    except (AttributeError, ValueError):  # NotFittedError is both
        return []
    if found == list(names) or found == [f"x{i}" for i in range(len(names))]:
        return []
    return [
        f"The released columns are called {quoted(found)}: they are compared with "
        f"those of X by position, {quoted(names)}."
    ]


def _note_on_new_gaps(X: Floats, Z: Floats, names: NDArray[Any]) -> list[str]:
    gaps = (np.isnan(Z) & ~np.isnan(X)).any(axis=0)
    if not gaps.any():
        return []
    return [
        f"The release has NaN where X has values in columns {quoted(names[gaps])}: "
        "these values are hidden, and left out of the measures."
    ]
