"""Differencing: two snapshots of statistics give away the rows between them."""

from copy import deepcopy
from typing import Any

import numpy as np

from sknorm._batch_standardizer import BatchStandardizer
from sknorm._kernels import Floats
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._score import Score
from sknorm.inspection._steps import only_step

MOST_RECORDS = 500  # attacked, at random


def differencing(target: Target) -> Attack:
    """Restore a row from the means before and after it was learned.

    Each attacked row is given to `partial_fit` of a copy, as a batch of its own. Its
    mean, which is the row, is (n1 mean1 - n0 mean0) / (n1 - n0), or, with a momentum a,
    (mean1 - (1 - a) mean0) / a. (Of two rows the difference gives both values up to
    order: their mean and half their range.)

    Raises
    ------
    NotApplicableError
        For other estimators, and those that do not learn in parts or keep no means.
    """
    estimator = only_step(target.release.estimator)
    if not isinstance(estimator, BatchStandardizer):
        raise NotApplicableError("it concerns BatchStandardizer by itself.")
    if not hasattr(estimator, "partial_fit") or estimator.mean_ is None:
        raise NotApplicableError(
            "the estimator does not learn in parts, or keeps no means."
        )
    rows = target.sample(MOST_RECORDS)
    score = Score(target, rows)
    score.add(np.array([_learned(estimator, target.release.X[[row]]) for row in rows]))
    return score.attack(
        "the statistics before and after one more row was learned",
        needs_statistics=True,
    )


def _learned(estimator: Any, row: Floats) -> Floats:
    """Return the mean of what a copy learned last, which is this row."""
    later = deepcopy(estimator)
    later.__dict__.pop("feature_names_in_", None)  # the row comes without names
    later.partial_fit(row)
    old, new = estimator.mean_, later.mean_
    if estimator.momentum is not None:
        before = np.where(np.isnan(old), new, old)  # the first batch is taken whole
        return np.asarray(
            (new - (1 - estimator.momentum) * before) / estimator.momentum
        )
    n0, n1 = estimator.n_samples_seen_, later.n_samples_seen_
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((n1 * new - n0 * np.nan_to_num(old)) / (n1 - n0))
