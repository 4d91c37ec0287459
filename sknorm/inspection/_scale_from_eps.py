"""Scale from eps: what eps inside the square root gives away, without any key."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknorm._batch_standardizer import BatchStandardizer
from sknorm._feature_groups import members
from sknorm._kernels import Floats
from sknorm._row_layer_normalizer import RowLayerNormalizer
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._rates import share_of_others
from sknorm.inspection._steps import only_step

CLOSE = 0.01  # relative, of a scale: it is positive and has a unit


def scale_from_eps(target: Target) -> Attack:
    """Restore the hidden standard deviations s from the release alone.

    With eps inside the root a release has variance v = s^2 / (c s^2 + eps), c =
    n / (n - ddof), so s^2 = eps v / (1 - c v). A scale counts as restored within 1 %.
    Guessing is by the scale of another column (row).

    Raises
    ------
    NotApplicableError
        For other estimators, and without eps.
    """
    estimator = only_step(target.release.estimator)
    rows = isinstance(estimator, RowLayerNormalizer)
    if not (rows or isinstance(estimator, BatchStandardizer)):
        raise NotApplicableError(
            "it concerns BatchStandardizer and RowLayerNormalizer by themselves."
        )
    of_zero = estimator.scale == "rms" and estimator.location is None
    if not (estimator.eps > 0 and (estimator.scale == "std" or of_zero)):
        raise NotApplicableError("no eps inside the square root of a variance.")
    groups = _groups(estimator, target.release.X.shape[1])
    true, found = [], []
    for columns in groups:
        x, z = (part[:, columns] for part in (target.release.X, target.release.Z))
        x, z = (part if rows else part.reshape(1, -1) for part in (x, z))
        with np.errstate(invalid="ignore", divide="ignore"):
            v, n = _variances(z, of_zero)
            c = n / (n - estimator.ddof) if estimator.scale == "std" else 1.0
            found.append(np.sqrt(estimator.eps * v / (1 - c * v)))
        true.append(np.sqrt(_variances(x, of_zero)[0]))
    return _scored(target, np.concatenate(true), np.concatenate(found), rows)


def _groups(estimator: Any, n_features: int) -> list[NDArray[np.intp]]:
    """Return the columns that share a scale."""
    if isinstance(estimator, RowLayerNormalizer):
        return members(estimator._neighbourhood_)
    groups = estimator._groups()
    return members(np.arange(n_features) if groups is None else groups)


def _variances(values: Floats, of_zero: bool) -> tuple[Floats, Floats]:
    """Return variance (or mean square) and number of the values of each line."""
    present = ~np.isnan(values)
    n = present.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = 0.0 if of_zero else np.sum(values, axis=1, where=present, keepdims=True)
        square = np.where(present, values - mean / n, 0.0) ** 2
        return square.sum(axis=1) / n[:, 0], n[:, 0]


def _scored(target: Target, true: Floats, found: Floats, rows: bool) -> Attack:
    hidden = true > 0
    if not hidden.any():
        raise NotApplicableError("no scale above 0.")
    true, found = true[hidden], found[hidden]
    with np.errstate(invalid="ignore"):
        error = found / true - 1
        known = np.isfinite(error)
        successes = (known & (np.abs(error) <= CLOSE)).astype(np.float64)
    baseline = share_of_others(true, true * (1 - CLOSE), true * (1 + CLOSE))
    return target.attack(
        successes,
        baseline,
        f"nothing but the method: the scales of {'rows' if rows else 'columns'} leak",
        nrmse=float(np.sqrt(np.mean(error[known] ** 2))) if known.any() else np.nan,
    )
