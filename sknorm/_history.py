"""The rows before those that are normalised, which windows reach back into."""

from typing import Any

import numpy as np

from sknorm._validation import check_matrix, refuse_infinities


def behind_history(estimator: Any, X: Any, history: Any) -> tuple[Any, int]:
    """Return X behind the rows before it that its windows reach, and their number.

    Parameters
    ----------
    estimator : LocalWindowNormalizer
        Its parameters are read.
    X : ndarray of shape (n_samples, n_features)
    history : array-like or dataframe of shape (n_rows, n_features), or None
        Checked as X is, and rounded to its dtype. No rows are the start of a series.
    """
    if history is None or (isinstance(history, (list, tuple)) and not history):
        return X, 0
    name = type(estimator).__name__
    if estimator.axis != "samples" or estimator.align == "center":
        raise ValueError(
            f"history of {name} is for axis='samples' and align 'trailing' or 'past', "
            f"whose windows reach back. Got axis={estimator.axis!r}, "
            f"align={estimator.align!r}. Leave it out."
        )
    try:
        before = check_matrix(
            estimator, history, reset=False, sparse_formats=(), ensure_min_samples=0
        )
        with np.errstate(over="ignore"):
            before = before.astype(X.dtype, copy=False)
        refuse_infinities(estimator, before, estimator._labels())
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"history of {name} must be rows as X has them. Passed as X they give: "
            f"{error}"
        ) from error
    before = before[-estimator._window()[0] :]
    return np.vstack([before, X]), len(before)
