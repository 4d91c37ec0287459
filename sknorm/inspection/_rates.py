"""Rates: their intervals, what guessing achieves, and what is above it."""

import numpy as np
from scipy.stats import norm

from sknorm._kernels import Floats


def wilson_interval(
    successes: float, n: int, confidence_level: float
) -> tuple[float, float]:
    """Return Wilson's score interval of a rate.

    (s + q^2 / 2) / (n + q^2) -+ q / (n + q^2) sqrt(s (n - s) / n + q^2 / 4), with q the
    normal quantile of (1 + confidence_level) / 2. Successes need not be whole.

    Examples
    --------
    >>> [round(end, 3) for end in wilson_interval(61, 150, 0.95)]
    [0.331, 0.487]
    """
    q = norm.ppf((1 + confidence_level) / 2)
    centre = (successes + q * q / 2) / (n + q * q)
    failures = max(n - successes, 0.0)
    half = q / (n + q * q) * np.sqrt(successes * failures / n + q * q / 4)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def risk_above(rate: float, baseline: float) -> float:
    """Return the risk: (rate - baseline) / (1 - baseline), within [0, 1].

    NaN where guessing succeeds always: nothing can be above it.
    """
    if baseline >= 1:
        return np.nan
    return float(np.clip((rate - baseline) / (1 - baseline), 0, 1))


def guessing_rates(values: Floats, tolerance: float) -> tuple[float, float]:
    """Return how often two ways to guess a column come within a tolerance.

    Parameters
    ----------
    values : ndarray of shape (n,), n >= 2
        Without NaN, not all equal.
    tolerance : float
        In standard deviations.

    Returns
    -------
    draw : float
        By the value of another record; for Gaussians erf(tolerance / 2).
    mean : float
        By the mean; for Gaussians erf(tolerance / sqrt(2)).
    """
    reach = tolerance * values.std()
    draw = share_of_others(values, values - reach, values + reach)
    return draw, float((np.abs(values - values.mean()) <= reach).mean())


def share_of_others(values: Floats, low: Floats, high: Floats) -> float:
    """Return how often the value of another record lies from low to high.

    Parameters
    ----------
    values, low, high : ndarray of shape (n,)
        Of each record; its own value lies within, and does not count.
    """
    ordered = np.sort(values)
    within = np.searchsorted(ordered, high, side="right")
    within -= np.searchsorted(ordered, low, side="left")
    return float((within - 1).mean() / max(1, len(values) - 1))
