"""What of the data covariate_shift compares: the columns themselves, or normalised."""

from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils.validation import validate_data

from sknorm._kernels import Floats
from sknorm._validation import quoted
from sknorm.inspection._release import matrix_of


def compared(
    estimator: Any, before: list[Any], X: Any, name: str
) -> tuple[Floats, NDArray[np.object_]]:
    """Return what of X, or X_reference, is compared, and the names of its columns."""
    values, names = matrix_of("covariate_shift", X, name)
    named = hasattr(X, "columns")
    validate_data(estimator, X if named else values, reset=False, skip_check_array=True)
    if not named:
        names = np.asarray(getattr(estimator, "feature_names_in_", names))
    if not before:
        return values, names
    whole = deepcopy(X)
    for step in before:
        whole = step.transform(whole)
    if sparse.issparse(whole):
        whole = whole.toarray()
    values, released = matrix_of("covariate_shift", whole, f"transform({name})")
    if len(released) == len(names):
        return values, names
    try:
        return values, np.asarray(before[-1].get_feature_names_out())
    except (AttributeError, ValueError):
        return values, released


def check_same_columns(X: Any, X_reference: Any, values: Floats, rows: Floats) -> None:
    if values.shape[1] != rows.shape[1]:
        raise ValueError(
            "X_reference of covariate_shift must have the columns of X. Got "
            f"{rows.shape[1]} and {values.shape[1]} columns."
        )
    named = hasattr(X, "columns") and hasattr(X_reference, "columns")
    if named and list(X.columns) != list(X_reference.columns):
        raise ValueError(
            "X_reference of covariate_shift must have the columns of X, in their "
            f"order. Got {quoted(list(X_reference.columns))} and "
            f"{quoted(list(X.columns))}. Pass X_reference[X.columns]."
        )


def without_rounding(values: Floats, center: Floats, unit: Floats) -> Floats:
    """Return values rounded to 1e-10 of a unit about a center, both by column.

    Two float paths to one normalised value (rows in C or F order, say) end some 1e-16
    apart, which is nothing for a mean and sets ties apart for KS. Columns whose unit is
    not a number stay.

    Examples
    --------
    >>> import numpy as np
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> without_rounding(np.array([[0.3], [0.1 + 0.2]]), zero, one).ravel()
    array([0.3, 0.3])
    """
    rounded = np.round((values - center) / unit, 10) * unit + center
    return np.where(np.isnan(unit), values, rounded)


def epsilon(X: Any) -> float:
    """Return the machine epsilon of the numbers in an array or dataframe.

    Examples
    --------
    >>> epsilon(np.ones(2, np.float32)) > epsilon([[1, 2]])
    True
    """
    dtype = np.asarray(X).dtype
    narrow = dtype in (np.float32, np.float16)
    return float(np.finfo(np.float32 if narrow else np.float64).eps)
