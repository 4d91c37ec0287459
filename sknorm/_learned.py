"""What a fitted estimator has learned, in words."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from sknorm._feature_groups import NO_GROUP
from sknorm._kernels import core

FIRST_NAMES = 5
FIRST_SIZES = 10
LONGEST_NAME = 24

WHERE = {
    "center": "around the value",
    "trailing": "up to the value",
    "past": "before the value",
}


def learned(estimator: Any) -> dict[str, str]:
    """Return what an estimator has learned, by name; nothing before `fit`.

    Parameters
    ----------
    estimator : BaseNormalizer or RowNormalizedRegressor
        Nothing is set in it.

    Examples
    --------
    >>> from sknorm import RowLayerNormalizer
    >>> from sknorm._learned import learned
    >>> learned(RowLayerNormalizer())
    {}
    >>> facts = learned(RowLayerNormalizer(feature_groups=2).fit([[1, 2, 3, 5]]))
    >>> for name, fact in list(facts.items())[:3]:
    ...     print(f"{name}: {fact}")
    columns seen: 4, without names
    groups: 2, of 2 columns each in each row
    kept to restore: the key of 1 row, in this process only
    """
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return {}
    facts = {
        "columns seen": _columns(estimator),
        "values seen": _values(estimator),
        "groups": _groups(estimator),
        "window": _window(estimator),
        "kept to restore": _kept(estimator),
        "core in use": core_in_use(),
    }
    return {name: fact for name, fact in facts.items() if fact}


def core_in_use() -> str:
    """Name what computes in this process, with the level of processors it is for."""
    compiled = core()
    if compiled is None:
        return "NumPy"
    level = compiled.level()
    return f"compiled, {level if level == 'baseline' else f'x86-64-{level}'}"


def counted(number: int, noun: str) -> str:
    """Return a number of things.

    Examples
    --------
    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _columns(estimator: Any) -> str:
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        return f"{estimator.n_features_in_}, without names"
    first = [_shortened(name) for name in names[:FIRST_NAMES]]
    more = ", ..." if len(names) > FIRST_NAMES else ""
    return f"{len(names)}: {', '.join(first)}{more}"


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3]}..."


def _values(estimator: Any) -> str:
    """Tell how many values the statistics of columns are of."""
    seen: NDArray[np.float64] | None = vars(estimator).get("n_samples_seen_")
    if seen is None:
        return ""
    present = seen[seen > 0]
    never = counted(len(seen) - len(present), "column")
    if not len(present):
        return "none"
    fewest, most = f"{present.min():.10g}", f"{present.max():.10g}"
    text = fewest if fewest == most else f"{fewest} to {most}"
    text += " in each group" if _groups_of_columns(estimator) else " in each column"
    return text if len(present) == len(seen) else f"{text}, none in {never}"


def _groups(estimator: Any) -> str:
    """Tell which columns share their statistics; windows have none that do."""
    if hasattr(estimator, "window"):
        return ""
    if hasattr(estimator, "momentum"):
        sizes = _groups_of_columns(estimator)
        return _sizes(sizes) if sizes else "each column by itself"
    normalizer = getattr(estimator, "normalizer_", estimator)
    if not normalizer._grouped_:
        return "each row as a whole"
    group_of = normalizer._neighbourhood_
    grouped = group_of[group_of != NO_GROUP]
    text = f"{_sizes(np.bincount(grouped).tolist())} in each row"
    if len(grouped) < len(group_of):
        text += f"; {counted(len(group_of) - len(grouped), 'column')} in none"
    if normalizer is not estimator:
        text += f"; targets have the level of group {estimator._how_[1]}"
    return text


def _groups_of_columns(estimator: Any) -> list[int]:
    """Return the sizes of the groups; nothing where each column is by itself."""
    groups: NDArray[np.intp] | None = vars(estimator).get("_groups_")
    sizes: list[int] = [] if groups is None else np.bincount(groups).tolist()
    return sizes


def _sizes(sizes: list[int]) -> str:
    if len(set(sizes)) == 1:
        return f"{len(sizes)}, of {counted(sizes[0], 'column')} each"
    *first, last = [str(size) for size in sizes[:FIRST_SIZES]]
    if len(sizes) > FIRST_SIZES:
        return f"{len(sizes)}, of {', '.join([*first, last, '...'])} columns"
    return f"{len(sizes)}, of {', '.join(first)} and {last} columns"


def _window(estimator: Any) -> str:
    if not hasattr(estimator, "window"):
        return ""
    try:
        # They are read anew for each X, and set_params may have come in between.
        estimator._validate_params()
        estimator._check_parameters()
    except (TypeError, ValueError):
        return "does not fit the columns seen: set other parameters, or fit again"
    along = "down each column" if estimator.axis == "samples" else "along each row"
    if estimator.sample_shape is not None:
        along = f"in each row, read as {_product(estimator._shape())}"
    text = f"{_product(estimator._window())} values {along}, {WHERE[estimator.align]}"
    if estimator.weights is not None:
        text += ", with gaussian weights"
    if estimator.edge == "shrink":
        return f"{text}; shorter at the ends"
    return f"{text}; ends filled by edge={estimator.edge!r}"


def _product(numbers: tuple[int, ...]) -> str:
    return " x ".join(map(str, numbers))


def _kept(estimator: Any) -> str:
    if hasattr(estimator, "momentum"):
        return "location and scale of each column, for any rows"
    if hasattr(estimator, "normalizer_"):
        return "nothing: each row brings the level of its prediction"
    ways = []
    if "_kept_" in vars(estimator):
        n_rows = counted(len(estimator.statistics_), "row")
        ways.append(f"the key of {n_rows}, in this process only")
    if estimator.append_statistics:
        n_appended = 2 * estimator._n_neighbourhoods_
        ways.append(f"the key of any rows, in {n_appended} appended columns")
    return "; ".join(ways) or "nothing: rows come back with statistics=key only"
