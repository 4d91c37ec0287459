"""Medians, interquartile ranges and median absolute deviations."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sknorm._kernels import Floats, RealMatrix, two_sum

# Makes the median absolute deviation of Gaussian values their standard deviation.
MAD_FACTOR = 1.0 / float(ndtri(0.75))


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Order statistics of neighbourhoods, NaN where one has no values.

    Parameters
    ----------
    shift, delta : ndarray
        The median as an unevaluated sum of two floats.
    iqr : ndarray
        The 75 % quantile minus the 25 % quantile.
    mad : ndarray
        The median distance from the median, times 1 / Phi^-1(3/4).
    """

    shift: Floats
    delta: Floats
    iqr: Floats
    mad: Floats

    @classmethod
    def of(
        cls,
        X: RealMatrix,
        sample_weight: Floats | None = None,
        groups: NDArray[np.intp] | None = None,
    ) -> Self:
        """Return the order statistics of the columns of X; see `Moments.of`."""
        if groups is None:
            groups = np.arange(X.shape[1])
        by_group = np.split(
            np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1]
        )
        columns = [
            _order_statistics(X[:, members], sample_weight) for members in by_group
        ]
        return cls(*np.array(columns).T)

    @classmethod
    def of_rows(cls, X: RealMatrix) -> Self:
        """Return the order statistics of the values along the last axis of X.

        The formulas of `of`, for all neighbourhoods at a time.
        """
        values = np.sort(X.astype(np.float64), axis=-1)  # NaN comes last
        count = values.shape[-1] - np.isnan(values).sum(axis=-1, keepdims=True)
        with np.errstate(all="ignore"):
            middle = np.take_along_axis(values, np.maximum(count - 1, 0) // 2, axis=-1)
            distance = values - middle
            lower, median, upper = (
                _quantile_of_sorted(distance, count, q) for q in (0.25, 0.5, 0.75)
            )
            deviation = np.sort(np.abs(distance - median), axis=-1)
            mad = _quantile_of_sorted(deviation, count, 0.5)
            shift, delta = two_sum(middle, median)
            statistics = shift, delta, upper - lower, mad * MAD_FACTOR
        return cls(*(statistic[..., 0] for statistic in statistics))


def _quantile_of_sorted(values: Floats, count: NDArray[np.intp], q: float) -> Floats:
    """Return the type 7 quantile of the first `count` values along the last axis."""
    position = q * np.maximum(count - 1, 0)
    below = position.astype(np.intp)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    lower, upper = (
        np.take_along_axis(values, index, axis=-1) for index in (below, above)
    )
    return np.asarray(lower + (upper - lower) * (position - below))


def _order_statistics(
    X: RealMatrix, sample_weight: Floats | None
) -> tuple[float, float, float, float]:
    """Return the fields of `Quantiles` for all values of X together.

    They are taken of the distances from a value in the middle: quantiles of the values
    themselves would be rounded to the spacing of floats at their offset.
    """
    present = ~np.isnan(X)
    weight = None
    if sample_weight is not None:
        present &= sample_weight[:, None] > 0
        weight = np.broadcast_to(sample_weight[:, None], X.shape)[present]
    values = X[present].astype(np.float64)
    if not values.size:
        return np.nan, np.nan, np.nan, np.nan
    with np.errstate(all="ignore"):
        middle = np.asarray(
            np.quantile(values, 0.5, weights=weight, method="inverted_cdf")
        )
        distance = values - middle
        lower, median, upper = quantile(distance, [0.25, 0.5, 0.75], weight)
        (mad,) = quantile(np.abs(distance - median), [0.5], weight)
        shift, delta = two_sum(middle, median)
    return float(shift), float(delta), upper - lower, mad * MAD_FACTOR


def quantile(values: Floats, q: ArrayLike, weight: Floats | None = None) -> Floats:
    """Return quantiles of values with positive weights by linear interpolation.

    Without weights this is NumPy's default (type 7 of Hyndman and Fan, 1996). With
    weights it is the mean, over the stretch [h, h + u], of the step function that has
    the i-th smallest value on a step as long as its weight, where h = q (sum w - u).
    Whole weights have u = 1, and the result is that of so many repeated values;
    u = min(1, sum w**2 / sum w) gives small weights the type 7 estimator of Akinshin
    (arXiv:2304.07265, 2023), which does not change when all are multiplied by a factor
    below 1.

    Parameters
    ----------
    values, weight : ndarray of shape (n,), n > 0, without NaN
    q : array-like of shape (n_quantiles,), from 0 to 1

    Returns
    -------
    ndarray of shape (n_quantiles,)
    """
    q = np.asarray(q, dtype=np.float64)
    if weight is None:
        return np.asarray(np.quantile(values, q))
    order = np.argsort(values)
    values, weight = values[order], weight[order]
    step_end = np.cumsum(weight)
    total = step_end[-1]
    unit = min(1.0, float(weight @ (weight / total)))
    # How much of the stretch lies before the end of each step. The parts of h are
    # subtracted one by one: where the sum is large, h itself would swallow the unit.
    q = q[:, None]
    covered = np.clip((step_end - q * total) + q * unit, 0.0, unit)
    share = np.diff(covered, prepend=0.0)
    return np.asarray((share @ values) / covered[:, -1])
