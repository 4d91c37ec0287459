"""Groups of columns that share their statistics."""

from collections.abc import Sequence, Sized
from typing import Any

import numpy as np
from numpy.typing import NDArray

FeatureGroups = int | Sequence[Sequence[str | int]] | None

NO_GROUP = -1


def resolve_feature_groups(
    feature_groups: int | Sequence[Sequence[Any]],
    n_features: int,
    feature_names: NDArray[Any] | None,
) -> tuple[NDArray[np.intp], int]:
    """Return the number of the group of each column, and how many groups there are.

    Parameters
    ----------
    feature_groups : int, or sequence of sequences of names or indices
        An int is a number of equal consecutive groups.
    n_features : int
    feature_names : ndarray of shape (n_features,) or None

    Returns
    -------
    groups : ndarray of shape (n_features,)
        Groups are numbered as they are listed; NO_GROUP for a column in no list.
    n_groups : int

    Raises
    ------
    ValueError, TypeError
        Where the groups do not fit the columns, or are not disjoint.
    """
    if isinstance(feature_groups, (int, np.integer)):
        if n_features % feature_groups:
            raise ValueError(
                f"feature_groups={feature_groups} needs n columns, n a multiple of "
                f"{feature_groups}. Got {n_features} columns. Pass a list of lists of "
                "columns for groups of unequal sizes."
            )
        size = n_features // int(feature_groups)
        return np.arange(n_features) // size, int(feature_groups)
    names = None if feature_names is None else feature_names.tolist()
    position = {name: index for index, name in enumerate(names or ())}
    groups = [
        _column_indices(group, n_features, names, position) for group in feature_groups
    ]
    columns, uses = np.unique(np.concatenate([[], *groups]), return_counts=True)
    if (uses > 1).any():
        twice = int(columns[uses > 1][0])
        label = twice if feature_names is None else feature_names[twice]
        raise ValueError(
            "The groups of feature_groups must be disjoint. Got column "
            f"{label!r} more than once."
        )
    numbers = np.full(n_features, NO_GROUP)
    for number, group in enumerate(groups):
        numbers[group] = number
    return numbers, len(groups)


def each_column_in_a_group(groups: NDArray[np.intp]) -> NDArray[np.intp] | None:
    """Make columns in no group groups by themselves; None where every one is alone.

    Groups are numbered anew, by their first columns: equal groups, equal numbers.
    """
    alone = groups == NO_GROUP
    groups = np.where(alone, len(groups) + np.arange(len(groups)), groups)
    _, first, of_column = np.unique(groups, return_index=True, return_inverse=True)
    if len(first) == len(groups):
        return None
    return np.argsort(np.argsort(first))[of_column]


def number_of_groups(groups: NDArray[np.intp] | None, n_features: int) -> int:
    """Return how many groups there are; None is each column by itself."""
    return n_features if groups is None else int(groups.max()) + 1


def members(groups: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Return the columns of each group, those in no group left out."""
    return [np.flatnonzero(groups == g) for g in np.unique(groups) if g != NO_GROUP]


def of_columns(of_groups: NDArray[Any], groups: NDArray[np.intp] | None) -> Any:
    """Return the entry of each column's group; None is each column by itself."""
    return of_groups if groups is None else of_groups[groups]


def padded(statistic: Any, neutral: float) -> Any:
    """Put a column behind a statistic, where NO_GROUP, which is -1, finds it."""
    return np.column_stack([statistic, np.full(len(statistic), neutral)])


def spread(statistic: Any, groups: NDArray[np.intp], neutral: float) -> Any:
    """Return the statistic of each column, broadcastable to all rows and columns."""
    if statistic.shape[1] == 1 and not (groups == NO_GROUP).any():
        return statistic
    if statistic.shape[1] == len(groups) and (np.diff(groups) == 1).all():
        return statistic
    return padded(statistic, neutral)[:, groups]


def _column_indices(
    group: Any, n_features: int, names: list[Any] | None, position: dict[Any, int]
) -> NDArray[np.intp]:
    listed = isinstance(group, Sized) and np.iterable(group)
    columns = list(group) if listed and not isinstance(group, (str, bytes)) else []
    if not columns:
        raise TypeError(
            "Each group of feature_groups must be a list of column names or indices, "
            f"at least one. Got {group!r} instead."
        )
    return np.array(
        [_column_index(column, n_features, names, position) for column in columns],
        np.intp,
    )


def _column_index(
    column: Any, n_features: int, names: list[Any] | None, position: dict[Any, int]
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
    if names is None:
        raise ValueError(
            f"feature_groups names the column {column!r}, but X has no column names. "
            "Pass a dataframe with string column names, or use indices."
        )
    if column not in position:
        raise ValueError(
            f"feature_groups names the column {column!r}, which X does not have. "
            f"Its columns are {', '.join(map(repr, names[:20]))}"
            f"{', ...' if len(names) > 20 else ''}."
        )
    return position[column]
