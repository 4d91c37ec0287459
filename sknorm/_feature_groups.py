"""Groups of columns that share their statistics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def resolve_feature_groups(
    feature_groups: int | Sequence[Sequence[Any]] | None,
    n_features: int,
    feature_names: NDArray[Any] | None,
) -> NDArray[np.intp] | None:
    """Return the number of the group of each column, None where each is by itself.

    Groups are numbered in the order of their first columns.

    Parameters
    ----------
    feature_groups : int, sequence of sequences of names or indices, or None
        An int is a number of equal consecutive groups.
    n_features : int
    feature_names : ndarray of shape (n_features,) or None

    Raises
    ------
    ValueError, TypeError
        Where the groups do not fit the columns, or are not disjoint.
    """
    if feature_groups is None:
        return None
    if isinstance(feature_groups, (int, np.integer)):
        if n_features % feature_groups:
            raise ValueError(
                f"feature_groups={feature_groups} needs n columns, n a multiple of "
                f"{feature_groups}. Got {n_features} columns. Pass a list of lists of "
                "columns for groups of unequal sizes."
            )
        return _numbered(np.arange(n_features) // (n_features // int(feature_groups)))
    groups = [
        _column_indices(group, n_features, feature_names) for group in feature_groups
    ]
    columns, uses = np.unique(np.concatenate([[], *groups]), return_counts=True)
    if (uses > 1).any():
        twice = int(columns[uses > 1][0])
        label = twice if feature_names is None else feature_names[twice]
        raise ValueError(
            "The groups of feature_groups must be disjoint. Got column "
            f"{label!r} more than once."
        )
    numbers = np.full(n_features, -1)
    for number, group in enumerate(groups):
        numbers[group] = number
    alone = numbers < 0
    numbers[alone] = len(groups) + np.arange(alone.sum())
    return _numbered(numbers)


def _numbered(groups: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """Return groups numbered by their first columns: equal groups, equal numbers."""
    _, first, of_column = np.unique(groups, return_index=True, return_inverse=True)
    if len(first) == len(groups):
        return None
    return np.argsort(np.argsort(first))[of_column]


def _column_indices(
    group: Any, n_features: int, feature_names: NDArray[Any] | None
) -> NDArray[np.intp]:
    columns = (
        [] if isinstance(group, (str, bytes)) or not np.iterable(group) else list(group)
    )
    if not columns:
        raise TypeError(
            "Each group of feature_groups must be a list of column names or indices, "
            f"at least one. Got {group!r} instead."
        )
    return np.array(
        [_column_index(column, n_features, feature_names) for column in columns],
        np.intp,
    )


def _column_index(
    column: Any, n_features: int, feature_names: NDArray[Any] | None
) -> int:
    whole = isinstance(column, (int, np.integer)) and not isinstance(column, bool)
    if whole and column >= 0:
        if column >= n_features:
            raise ValueError(
                f"feature_groups needs n columns, n > {column}: its indices run from "
                f"0 to n - 1. Got {n_features} columns."
            )
        return int(column)
    if not isinstance(column, str):
        raise TypeError(
            "The columns in feature_groups must be names (str) or indices (int >= 0). "
            f"Got {column!r} instead."
        )
    if feature_names is None:
        raise ValueError(
            f"feature_groups names the column {column!r}, but X has no column names. "
            "Pass a dataframe with string column names, or use indices."
        )
    (found,) = np.nonzero(feature_names == column)
    if not found.size:
        raise ValueError(
            f"feature_groups names the column {column!r}, which X does not have. "
            f"Its columns are {', '.join(map(repr, feature_names[:20]))}"
            f"{', ...' if len(feature_names) > 20 else ''}."
        )
    return int(found[0])
