"""What of the data covariate_shift compares: the columns themselves, or normalised."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import validate_data

from sknorm._kernels import Floats
from sknorm._validation import quoted
from sknorm.inspection._matrix import Matrix, matrix_of


def compared(estimator: Any, before: list[Any], X: Any, name: str) -> Matrix:
    """Return what of X, or X_reference, is compared.

    Parameters
    ----------
    estimator : fitted transformer
    before : list of transformers
        Its steps whose output is compared; none: X itself.
    X : array-like or dataframe of shape (n_samples, n_features)
    name : str
        Of X, for messages.

    Returns
    -------
    Matrix
        With the resolution of X: steps may have rounded what comes out of them no less.
    """
    values, names, resolution = matrix_of("covariate_shift", X, name)
    named = hasattr(X, "columns")
    validate_data(estimator, X if named else values, reset=False, skip_check_array=True)
    if not named:
        names = np.asarray(getattr(estimator, "feature_names_in_", names))
    if not before:
        return Matrix(values, names, resolution)
    whole = deepcopy(X)
    for step in before:
        whole = step.transform(whole)
    if sparse.issparse(whole):
        whole = whole.toarray()
    values, released, _ = matrix_of("covariate_shift", whole, f"transform({name})")
    if len(released) != len(names):
        names = released
        with suppress(AttributeError, ValueError):
            names = np.asarray(before[-1].get_feature_names_out())
    return Matrix(values, names, resolution)


def check_same_columns(X: Any, X_reference: Any, values: Floats, rows: Floats) -> None:
    """Raise where X_reference has other columns than X.

    `values` and `rows` are what is compared of X and of X_reference.
    """
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
