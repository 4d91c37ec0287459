"""Data as a matrix of float64, with the names and the machine epsilon that it lost."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.utils import check_array

from sknorm._kernels import Floats
from sknorm._validation import float_dtypes, refuse_text_and_dates


class Matrix(NamedTuple):
    """Numbers, and where they come from.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_columns), float64
        NaN is missing.
    names : ndarray of shape (n_columns,), object
        "x0", "x1", ... where the columns have none.
    resolution : float
        Machine epsilon of the dtype that the estimators would work in.
    """

    values: Floats
    names: NDArray[Any]
    resolution: float


def matrix_of(caller: str, X: Any, name: str, *, min_samples: int = 2) -> Matrix:
    """Return an array or dataframe as a matrix.

    Parameters
    ----------
    caller : str
        The name of the function that asks, for messages.
    X : array-like or dataframe of shape (n_samples, n_columns)
    name : str
        Of X, for messages.
    min_samples : int, default=2
        How many rows X must have.

    Raises
    ------
    TypeError
        Where X is sparse.
    ValueError
        For text, dates, infinities, or fewer rows.

    Examples
    --------
    >>> import numpy as np
    >>> matrix_of("f", np.ones((2, 1), np.float32), "X").resolution
    1.1920928955078125e-07
    """
    if sparse.issparse(X):
        raise TypeError(
            f"{name} of {caller} must be dense. Got {type(X).__name__}. Pass "
            f"{name}.toarray(), or a sample of its rows."
        )
    if isinstance(X, (list, tuple, np.ndarray)):
        refuse_text_and_dates(np.asarray(X), name)
    matrix = check_array(
        X,
        dtype=float_dtypes(X),
        ensure_all_finite="allow-nan",
        ensure_min_samples=min_samples,
        input_name=name,
        estimator=caller,
    )
    columns = list(getattr(X, "columns", range(matrix.shape[1])))
    named = all(isinstance(column, str) for column in columns)
    labels = columns if named else [f"x{i}" for i in range(len(columns))]
    return Matrix(
        matrix.astype(np.float64, copy=False),
        np.array(labels, dtype=object),
        float(np.finfo(matrix.dtype).eps),
    )
