"""Checks of what has one entry a sample, or one a column."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknorm._validation import quoted, refuse_text_and_dates


def check_weights(
    sample_weight: Any, n_samples: int, *, all_zero: bool = False
) -> NDArray[np.float64]:
    """Return sample weights as float64 of shape (n_samples,), all finite and >= 0.

    `all_zero` allows that no weight is above 0, as in a part of the samples.
    """
    given = np.asarray(sample_weight)
    refuse_text_and_dates(given, "sample_weight")
    if given.dtype.kind == "c":
        raise ValueError("sample_weight must hold real numbers. Got complex ones.")
    weight = given.astype(np.float64)
    if weight.shape != (n_samples,):
        raise ValueError(
            f"sample_weight must have shape ({n_samples},), one weight a sample. "
            f"Got shape {weight.shape}."
        )
    if not np.isfinite(weight).all():
        raise ValueError(
            "sample_weight must be finite. Got NaN or infinity at sample "
            f"{np.argmin(np.isfinite(weight))}."
        )
    if (weight < 0).any():
        raise ValueError(
            f"sample_weight must not be negative. Got {weight.min()} at sample "
            f"{weight.argmin()}. Use 0 to leave a sample out."
        )
    extreme = (weight != 0) & ((weight < 1e-140) | (weight > 1e140))
    if extreme.any():
        raise ValueError(
            "sample_weight must be 0 or between 1e-140 and 1e140, as its squares are "
            f"summed. Got {weight[extreme][0]} at sample {extreme.argmax()}. Multiply "
            "all weights by the same factor."
        )
    if not all_zero:
        refuse_all_zero(bool(weight.any()))
    return weight


def refuse_all_zero(any_above: bool) -> None:
    """Raise where no weight is above 0."""
    if not any_above:
        raise ValueError(
            "sample_weight must not be all zero: nothing would be left to learn from."
        )


def check_statistic(
    values: Any, name: str, n_features: int | None, *, negative: bool = False
) -> NDArray[np.float64]:
    """Return a known statistic of columns as float64 of shape (n_features,).

    Parameters
    ----------
    values : array-like of shape (n_features,), or number where n_features is given
    name : str
        For messages.
    n_features : int or None
        None takes as many as there are.
    negative : bool, default=False
        Whether values below 0 are allowed.
    """
    given = np.asarray(values)
    refuse_text_and_dates(given, name)
    if given.dtype.kind not in "fiubO":
        raise ValueError(f"{name} must hold real numbers. Got dtype {given.dtype}.")
    if given.ndim == 0 and n_features is not None:
        given = np.broadcast_to(given, n_features)
    if given.ndim != 1 or not given.size or n_features not in (None, given.size):
        expected = "n_features" if n_features is None else n_features
        raise ValueError(
            f"{name} must have shape ({expected},), one number a column. Got shape "
            f"{given.shape}."
        )
    try:
        values = given.astype(np.float64)
    except OverflowError:
        raise ValueError(f"{name} must fit into float64. Got {given!r:.60}.") from None
    wrong = np.isinf(values) | (not negative) & (values < 0)
    if wrong.any():
        expected = "finite" if negative else "finite and not negative"
        raise ValueError(
            f"{name} must be {expected}. Got {values[wrong][0]} for column "
            f"{np.argmax(wrong)}."
        )
    return np.asarray(values)


def check_same_index(*statistics: Any) -> None:
    """Raise where series of pandas have other labels, or another order."""
    labels = [list(s.index) for s in statistics if hasattr(s, "iloc")]
    if any(other != labels[0] for other in labels):
        raise ValueError(
            "mean, var and n_samples_seen must have the same index, in the same order. "
            f"Got {' and '.join(f'[{quoted(i)}]' for i in labels)}. Use .reindex to "
            "align them."
        )


def check_feature_names(names: Any, n_features: int) -> NDArray[Any]:
    """Return names of columns as an array of str, dtype object."""
    listed = np.iterable(names) and not isinstance(names, str)
    array = np.array(list(names) if listed else names, dtype=object)
    if array.shape != (n_features,) or not all(isinstance(n, str) for n in array):
        raise ValueError(
            f"feature_names_in must hold {n_features} names (str), one a column. Got "
            f"{quoted(array.ravel())}."
        )
    if len(set(array)) < n_features:
        raise ValueError(
            f"feature_names_in must hold unique names. Got {quoted(array)}."
        )
    return array
