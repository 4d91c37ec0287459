"""What fitted transformers know of the rows they were fitted on."""

from typing import Any

import numpy as np
from sklearn.utils import get_tags

from sknorm._batch_standardizer import BatchStandardizer
from sknorm._kernels import Floats
from sknorm._restorable_normalizer import RestorableNormalizer
from sknorm.inspection._shape_moments import ShapeMoments
from sknorm.inspection._steps import steps


def learning_step(estimator: Any) -> tuple[list[Any], Any]:
    """Split an estimator into the steps before any learns, and the first that does.

    Parameters
    ----------
    estimator : fitted transformer
        A pipeline of one where it is none.

    Returns
    -------
    before : list of transformers
        Those that look at nothing but the rows they are given: normalisers of rows and
        windows, functions.
    learner : transformer or None
        None where there is none.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import Normalizer, StandardScaler
    >>> learning_step(make_pipeline(Normalizer(), StandardScaler()))
    ([Normalizer()], StandardScaler())
    >>> learning_step(StandardScaler())
    ([], StandardScaler())
    """
    before: list[Any] = []
    for step in steps(estimator):
        if not _learns_nothing(step):
            return before, step
        before.append(step)
    return before, None


def fitted_moments(learner: Any, n_columns: int) -> ShapeMoments:
    """Return mean, variance and number of the rows that a transformer learned from.

    Parameters
    ----------
    learner : fitted transformer, or None for none
        `mean_`, `var_` (population variance) and `n_samples_seen_` are looked for, as
        BatchStandardizer, StandardScaler and IncrementalPCA have them.
    n_columns : int
        How many columns are to be compared.

    Raises
    ------
    ValueError
        Where it learned from another number of columns.
    TypeError
        Where they are not there, or describe something else than single columns.

    Notes
    -----
    n is what the values count for in a test of the mean: `n_effective_` with momentum
    (for batches of b rows and momentum m, b (2 - m) / m after many of them), Kish's
    (sum w)**2 / sum w**2 with weights, and else `n_samples_seen_`.

    Examples
    --------
    >>> from sknorm import BatchStandardizer
    >>> standardizer = BatchStandardizer().fit([[1.0], [3.0], [float("nan")]])
    >>> moments = fitted_moments(standardizer, 1)
    >>> moments.n, moments.mean, moments.variance
    (array([2.]), array([2.]), array([1.]))
    """
    statistics = [
        getattr(learner, name, None) for name in ("mean_", "var_", "n_samples_seen_")
    ]
    if learner is None or any(value is None for value in statistics):
        raise _needs_reference(learner, "holds no mean, variance and number of rows")
    mean, variance, n = (np.asarray(value, np.float64) for value in statistics)
    if isinstance(learner, BatchStandardizer):
        if learner._groups_ is not None:
            raise _needs_reference(learner, "has statistics of feature_groups only")
        n = _effective_n(learner)
    elif (n != np.floor(n)).any():
        raise _needs_reference(
            learner, "was fitted with sample_weight, whose sum is no number of rows"
        )
    if mean.shape != (n_columns,) or variance.shape != (n_columns,):
        raise ValueError(
            "X of covariate_shift must have the columns that the estimator was fitted "
            f"on. Got {n_columns} columns, and mean_ of shape {mean.shape}."
        )
    n = np.broadcast_to(n, mean.shape).copy()
    return ShapeMoments.of_statistics(n, mean, variance)


def _learns_nothing(step: Any) -> bool:
    if isinstance(step, RestorableNormalizer):
        return True
    return hasattr(step, "__sklearn_tags__") and not get_tags(step).requires_fit


def _effective_n(learner: BatchStandardizer) -> Floats:
    if hasattr(learner, "n_effective_"):
        return np.asarray(learner.n_effective_)
    moments = learner._moments_
    return moments.effective_count


def _needs_reference(learner: Any, lack: str) -> TypeError:
    name = "an estimator" if learner is None else type(learner).__name__
    return TypeError(
        "The estimator of covariate_shift must hold what X is compared with: mean, "
        f"variance and number of the rows it was fitted on. Got {name}, which "
        f"{lack}. Pass X_reference, rows from before the shift."
    )
