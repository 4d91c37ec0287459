"""What a fitted transformer releases of data, column by column, and its way back."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from sknorm._kernels import Floats
from sknorm._validation import quoted, refuse_text_and_dates


@dataclass(frozen=True, slots=True)
class Release:
    """Data, and what an estimator makes of them.

    Parameters
    ----------
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
        Of the columns of X: "x0", "x1", ... where they have none.
    resolution, resolution_z : float
        Machine epsilons of the dtypes of X and Z.
    notes : list of str
        What a reader must know about this release.
    """

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
    matrix, names = matrix_of(caller, X, "X")
    whole = estimator.transform(deepcopy(X)) if Z is None else Z
    source = "transform(X)" if Z is None else "Z"
    if sparse.issparse(whole) and Z is None:
        whole = whole.toarray()
    output, _ = matrix_of(caller, whole, source, min_samples=0)
    n_samples, p = matrix.shape
    appends = any(getattr(s, "append_statistics", False) for s in steps(estimator))
    surplus = output.shape[1] - p
    if len(output) != n_samples or surplus < 0 or (surplus and not appends):
        raise ValueError(
            f"{caller} compares each value with what became of it, so {source} must "
            f"have the shape of X, {matrix.shape}. Got {output.shape}. Inspect the "
            "steps that keep the columns, by themselves."
        )
    notes = [
        *_note_on_appended(output, p),
        *([] if Z is not None else _note_on_names(estimator, names)),
        *_note_on_new_gaps(matrix, output[:, :p], names),
    ]
    return Release(
        estimator=estimator,
        given=X,
        X=matrix,
        Z=output[:, :p],
        whole=whole,
        n_appended=surplus,
        names=names,
        resolution=_epsilon(X),
        resolution_z=_epsilon(whole),
        notes=notes,
    )


def check_transformer(caller: str, estimator: Any) -> None:
    """Raise where an estimator is no transformer, or not fitted."""
    if isinstance(estimator, type) or not hasattr(estimator, "transform"):
        name = getattr(estimator, "__name__", type(estimator).__name__)
        raise TypeError(
            f"The estimator of {caller} must be a fitted transformer. Got {name}, "
            f"{'a class' if isinstance(estimator, type) else 'without transform'}. "
            "Pass an instance such as BatchStandardizer().fit(X)."
        )
    check_is_fitted(estimator)


def matrix_of(
    caller: str, X: Any, name: str, *, min_samples: int = 2
) -> tuple[Floats, NDArray[Any]]:
    """Return X as a float64 matrix, and the names of its columns."""
    if sparse.issparse(X):
        raise TypeError(
            f"{name} of {caller} must be dense. Got {type(X).__name__}. Pass "
            f"{name}.toarray(), or a sample of its rows."
        )
    if isinstance(X, (list, tuple, np.ndarray)):
        refuse_text_and_dates(np.asarray(X), name)
    matrix = check_array(
        X,
        dtype=np.float64,
        ensure_all_finite="allow-nan",
        ensure_min_samples=min_samples,
        input_name=name,
        estimator=caller,
    )
    columns = list(getattr(X, "columns", range(matrix.shape[1])))
    named = all(isinstance(column, str) for column in columns)
    labels = columns if named else [f"x{i}" for i in range(len(columns))]
    return matrix, np.array(labels, dtype=object)


def steps(estimator: Any) -> Iterator[Any]:
    """Yield the transformers of a pipeline, nested ones too; else the estimator."""
    if not isinstance(estimator, Pipeline):
        yield estimator
        return
    for _, step in estimator.steps:
        if step is not None and not isinstance(step, str):
            yield from steps(step)


def only_step(estimator: Any) -> Any:
    """Return the one transformer that an estimator is or holds; None: several."""
    inside = list(steps(estimator))
    return inside[0] if len(inside) == 1 else None


def constant_columns(values: Floats, resolution: float) -> NDArray[np.bool]:
    """Tell which columns have no spread beyond the rounding of their values.

    A standard deviation of at most ``resolution * max(abs(values))`` counts as none,
    as in the estimators. So does that of less than two values.

    Examples
    --------
    >>> constant_columns(np.array([[0.3, 1.0], [0.1 + 0.2, 2.0]]), 2.3e-16)
    array([ True, False])
    """
    spread, largest = spreads(values), np.zeros(values.shape[1])
    np.fmax.reduce(np.abs(values), axis=0, out=largest, initial=0.0)
    counts = np.count_nonzero(~np.isnan(values), axis=0)
    return np.asarray((counts < 2) | ~(spread > resolution * largest))


def spreads(values: Floats) -> Floats:
    """Return the population standard deviation of each column, NaN left out."""
    return np.sqrt(moments(values)[1])


def moments(values: Floats) -> tuple[Floats, Floats]:
    """Return mean and population variance of each column, NaN left out."""
    present = ~np.isnan(values)
    counts = np.count_nonzero(present, axis=0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.sum(values, axis=0, where=present) / counts
        near = values - mean
        # Far from 0 the first mean is rounded by more than the values are.
        rounding = np.sum(near, axis=0, where=present) / counts
        near -= rounding
        square = np.sum(near * near, axis=0, where=present) / counts
    return mean + rounding, square


def _epsilon(values: Any) -> float:
    """Return the machine epsilon of the numbers in an array or dataframe."""
    dtypes = getattr(values, "dtypes", [getattr(values, "dtype", np.float64)])
    narrow = {str(dtype).lower() for dtype in dtypes} <= {"float32", "float16"}
    return float(np.finfo(np.float32 if narrow else np.float64).eps)


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
