"""How far the moments of new data are from those of a reference, and how surely."""

from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from sknorm._kernels import Floats
from sknorm.inspection._shape_moments import ShapeMoments

LARGE_SMD = 0.1
USUAL_VARIANCE_RATIOS = (0.5, 2.0)

# With fewer rows the test of the variance raises too many false alarms: of 20,000
# columns of 100 exponential rows 0.6 % had p < 0.25 %, of 1000 rows 0.1 %.
ROWS_FOR_VARIANCE = 1000


class MomentShift(NamedTuple):
    """Shifts of n_columns columns; arrays of shape (n_columns,), intervals (.., 2).

    The fields are those of the report of `covariate_shift`; p-values are of single
    tests, not adjusted.
    """

    standardized_mean_difference: Floats
    smd_ci: Floats
    variance_ratio: Floats
    variance_ratio_ci: Floats
    wasserstein_lower_bound: Floats
    jeffreys: Floats
    p_mean: Floats
    p_variance: Floats


def moment_shift(
    reference: ShapeMoments, new: ShapeMoments, alpha: float
) -> MomentShift:
    """Compare moments.

    Parameters
    ----------
    reference, new : ShapeMoments
        NaN in the mean or variance of either gives NaN. Both variances may be 0 only
        where that of the reference is NaN.
    alpha : float
        The intervals hold with probability 1 - alpha, each by itself.

    Notes
    -----
    With m1, v1, n1 of the reference, m2, v2, n2 of the new data, d = (m2 - m1) /
    sqrt(v1), r = v2 / v1, and g, k the skewness and kurtosis of the new data:

    * mean: t = (m2 - m1) / sqrt(v1 / (n1 - 1) + v2 / (n2 - 1)), by Student's
      distribution with the degrees of freedom of Welch (1947);
    * var(d) = 1 / (n1 - 1) + r / (n2 - 1) + (d g + d**2 (k - 1) / 4) / (n1 - 1), by the
      delta method: sqrt(v1), by which is divided, varies too, and with m1 where values
      are skewed. For Gaussians (g = 0, k = 3) it is that of Bonett (2008);
    * variance: z = ln(r) / s, s**2 = sum over both of (k - 1 + 2 / (n - 1)) / n, exact
      for the variance of a variance, by the normal distribution;
    * Gelbrich's bound of the Wasserstein-2 distance, sqrt(d**2 + (1 - sqrt(r))**2);
    * Jeffreys' divergence of Gaussians, (1 + d**2) / (2 r) + (r + d**2) / 2 - 1.

    Skewness and kurtosis of the reference are taken to be those of the new data: its
    fitted statistics do not hold them.

    Examples
    --------
    N(0, 1) to N(0.3, 1.4**2): the Wasserstein-2 distance is 0.5.

    >>> import numpy as np
    >>> n = np.array([1000.0])
    >>> before = ShapeMoments.of_statistics(n, np.array([0.0]), np.array([1.0]))
    >>> after = ShapeMoments.of_statistics(n, np.array([0.3]), np.array([1.96]))
    >>> moment_shift(before, after, 0.05).wasserstein_lower_bound.round(12)
    array([0.5])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        d = (new.mean - reference.mean) / np.sqrt(reference.variance)
        ratio = new.variance / reference.variance
        squares = d * d
        jeffreys = (1 + squares) / (2 * ratio) + (ratio + squares) / 2 - 1
        bound = np.hypot(d, 1 - np.sqrt(ratio))
    smd_ci, p_mean = _test_of_means(d, ratio, reference, new, alpha)
    ratio_ci, p_variance = _test_of_variances(ratio, reference, new, alpha)
    return MomentShift(d, smd_ci, ratio, ratio_ci, bound, jeffreys, p_mean, p_variance)


def adjusted(p_values: Floats, correction: str | None) -> Floats:
    """Adjust p-values for how many there are along the last axis; NaN does not count.

    Parameters
    ----------
    p_values : ndarray of shape (..., n_tests)
    correction : {"bonferroni", "fdr_bh"} or None
        Times their number, at most 1 (holds the chance of any false alarm); Benjamini
        and Hochberg (1995; holds the share of false alarms among alarms); or as they
        are.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([0.01, 0.02, 0.6, np.nan])
    >>> adjusted(p, "bonferroni"), adjusted(p, "fdr_bh")
    (array([0.03, 0.06, 1.  ,  nan]), array([0.03, 0.03, 0.6 ,  nan]))
    """
    if correction is None:
        return p_values
    if correction == "bonferroni":
        n_tests = np.count_nonzero(~np.isnan(p_values), axis=-1, keepdims=True)
        return np.minimum(p_values * n_tests, 1.0)
    out = p_values.copy()
    for index in np.ndindex(p_values.shape[:-1]):
        known = ~np.isnan(out[index])
        out[index][known] = stats.false_discovery_control(out[index][known])
    return out


def verdict(shift: dict[str, Any], alpha: float) -> dict[str, Any]:
    """Tell which features have shifted: really, and by much.

    Parameters
    ----------
    shift : dict
        The fields of `MomentShift`, p-values adjusted.
    alpha : float

    Returns
    -------
    dict
        `shifted`, ndarray of shape (n_columns,), bool, and `share_shifted`, of those
        whose means could be compared.
    """
    d, ratio = shift["standardized_mean_difference"], shift["variance_ratio"]
    low, high = USUAL_VARIANCE_RATIOS
    mean = (shift["p_mean"] < alpha) & (np.abs(d) > LARGE_SMD)
    variance = (shift["p_variance"] < alpha) & ((ratio < low) | (ratio > high))
    shifted, compared = mean | variance, ~np.isnan(d)
    share = float(shifted[compared].mean()) if compared.any() else float("nan")
    return {"shifted": shifted, "share_shifted": share}


def _test_of_means(
    d: Floats, ratio: Floats, reference: ShapeMoments, new: ShapeMoments, alpha: float
) -> tuple[Floats, Floats]:
    """Return the interval of d and the p-value of d = 0."""
    freedom1, freedom2 = reference.n - 1, new.n - 1
    skewness = np.where(np.isnan(new.skewness), 0.0, new.skewness)
    kurtosis = np.where(np.isnan(new.kurtosis), 3.0, new.kurtosis)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_reference, of_new = 1 / freedom1, ratio / freedom2
        variance = of_reference + of_new
        freedom = variance**2 / (of_reference**2 / freedom1 + of_new**2 / freedom2)
        p_mean = 2 * stats.t.sf(np.abs(d) / np.sqrt(variance), freedom)
        of_scale = (d * skewness + d * d * (kurtosis - 1) / 4) * of_reference
        half = stats.t.isf(alpha / 2, freedom) * np.sqrt(variance + of_scale)
    return np.stack([d - half, d + half], axis=-1), p_mean


def _test_of_variances(
    ratio: Floats, reference: ShapeMoments, new: ShapeMoments, alpha: float
) -> tuple[Floats, Floats]:
    """Return the interval of the ratio and the p-value of 1, NaN for too few rows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(
            sum((new.kurtosis - 1 + 2 / (n - 1)) / n for n in (reference.n, new.n))
        )
        p_variance = 2 * stats.norm.sf(np.abs(np.log(ratio)) / error)
        factor = np.exp(stats.norm.isf(alpha / 2) * error)
        interval = np.stack([ratio / factor, ratio * factor], axis=-1)
    enough = np.minimum(reference.n, new.n) >= ROWS_FOR_VARIANCE
    return interval, np.where(enough, p_variance, np.nan)
