"""The holder of the key: what the inverse of a transformer restores."""

import warnings
from copy import deepcopy
from typing import Any

import numpy as np
from scipy import sparse

from sknorm._kernels import Floats
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._matrix import matrix_of
from sknorm.inspection._release import Release
from sknorm.inspection._score import Score
from sknorm.inspection._steps import steps


def restored_by_key(release: Release) -> Floats:
    """Return X as the holder of the key restores it, (n_samples, n_features).

    Where statistics belong to rows or windows the key is that of these rows, from
    ``estimator.statistics(X)``.

    Raises
    ------
    NotApplicableError
        Where a step has no inverse, or its inverse refuses.
    """
    return _restored(release, with_key=True)


def statistics(target: Target, estimate: Floats) -> Attack:
    """Score what the holder of the key restores."""
    score = Score(target, np.arange(len(estimate)))
    score.add(estimate)
    kept = any(hasattr(step, "statistics") for step in steps(target.release.estimator))
    whose = "statistics of the rows or windows" if kept else "fitted estimator"
    return score.attack(f"the key: the {whose}", needs_statistics=True)


def appended_statistics(target: Target) -> Attack:
    """Score what the appended columns restore, with nothing else at hand.

    Raises
    ------
    NotApplicableError
        Where transform appends none.
    """
    if not target.release.n_appended:
        raise NotApplicableError("no statistics are appended to the release.")
    score = Score(target, np.arange(len(target.release.X)))
    score.add(_restored(target.release, with_key=False))
    return score.attack("nothing: the release holds its own key in appended columns")


def _restored(release: Release, *, with_key: bool) -> Floats:
    inverse: Any = deepcopy(release.whole)  # copy=False writes into it
    backwards = list(steps(release.estimator))[::-1]
    given: list[Any] = [None] * len(backwards)
    if with_key:
        given = _before_each_step(release.estimator, release.given)
    for step, before in zip(backwards, given, strict=True):
        inverse = _undone(step, inverse, before)
    inverse = inverse.toarray() if sparse.issparse(inverse) else inverse
    restored = matrix_of(
        release.caller, inverse, "inverse_transform(Z)", min_samples=0
    ).values
    if restored.shape != release.X.shape:
        raise NotApplicableError(
            f"the inverse has shape {restored.shape}, X has {release.X.shape}."
        )
    return restored


def _before_each_step(estimator: Any, X: Any) -> list[Any]:
    """Return the data before each step of a pipeline, the last step first."""
    data = [deepcopy(X)]
    for step in list(steps(estimator))[:-1]:
        data.append(step.transform(deepcopy(data[-1])))
    return data[::-1]


def _undone(step: Any, Z: Any, before: Any) -> Any:
    if not hasattr(step, "inverse_transform"):
        raise NotApplicableError(f"{type(step).__name__} has no inverse_transform.")
    try:
        if before is not None and hasattr(step, "statistics"):
            return step.inverse_transform(Z, statistics=step.statistics(before))
        with warnings.catch_warnings():
            # Before scikit-learn 1.7 the inverse of an array asks for names of columns.
            warnings.filterwarnings("ignore", "X does not have valid feature names")
            return step.inverse_transform(Z)
    except ValueError as error:
        raise NotApplicableError(
            f"{type(step).__name__}.inverse_transform refuses: {error}"
        ) from error
