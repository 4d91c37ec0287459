"""Which statistic is the location, which the scale, and which scale is in use."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles

Location = Literal["mean", "median", "min"] | None
Scale = Literal["std", "rms", "maxabs", "range", "iqr", "mad"] | None

# Statistics of parts do not determine these for the whole.
FROM_QUANTILES = frozenset({"median", "iqr", "mad"})
# Squares of smaller differences lose digits, and below 1e-162 vanish.
SMALLEST_SQUARED = 1e-145


def location_pair(
    location: Location, moments: Moments, quantiles: Quantiles | None
) -> tuple[Floats, Floats]:
    """Return (shift, delta), the location of each neighbourhood as an exact sum.

    (0, 0) for None; otherwise shift is NaN where a neighbourhood has no values.
    `quantiles` may be None where the location is not the median.
    """
    zero = np.zeros_like(moments.count)
    if location is None:
        return zero, zero
    if location == "mean":
        shift, delta = moments.shift, moments.delta
    elif location == "median":
        assert quantiles is not None
        shift, delta = quantiles.shift, quantiles.delta
    else:
        shift, delta = moments.min, zero
    present = moments.count > 0
    return np.where(present, shift, np.nan), np.where(present, delta, 0.0)


def scale_in_use(
    scale: Scale,
    moments: Moments,
    quantiles: Quantiles | None,
    *,
    ddof: int,
    eps: float,
    n_values: Floats,
    resolution: float,
) -> Floats:
    """Return the scale of each neighbourhood, after the rules for constant ones.

    Parameters
    ----------
    scale : str or None
        None is a scale of 1.
    moments, quantiles : Moments, Quantiles or None
    ddof : int
        For "std": the variance is M2 / (n_values - ddof), and the scale 1 where
        n_values does not exceed ddof.
    eps : float
        For "std" and "rms": the scale becomes hypot(scale, sqrt(eps)).
    n_values : ndarray
        The number of values that `ddof` is subtracted from.
    resolution : float
        The machine epsilon of the data. A scale of at most resolution * abs(c), c the
        mean (std), minimum (range) or median (iqr, mad), is the rounding of whoever
        made the data: it counts as 0, and a scale of 0 counts as 1.

    Returns
    -------
    ndarray
        NaN where a neighbourhood has no values.
    """
    if scale is None:
        return np.ones_like(moments.count)
    value, reference = _scale_and_reference(scale, moments, quantiles)
    constant = np.zeros(value.shape, np.bool)
    if scale == "std" and ddof:
        freedom = degrees_of_freedom(n_values, ddof)
        constant = freedom <= 0
        value = value * np.sqrt(n_values / np.where(constant, 1.0, freedom))
    if scale in ("std", "rms") and eps:
        value = np.hypot(value, np.sqrt(eps))
    constant |= value <= resolution * np.abs(reference)
    return np.where(moments.count > 0, np.where(constant, 1.0, value), np.nan)


def degrees_of_freedom(n_values: Floats, ddof: int) -> Floats:
    """Return n_values - ddof, and 0 where it is the rounding of weights only."""
    freedom = n_values - ddof
    return np.where(np.abs(freedom) <= 1e-9 * n_values, 0.0, freedom)


def _scale_and_reference(
    scale: Scale, moments: Moments, quantiles: Quantiles | None
) -> tuple[Floats, Floats]:
    """Return the statistic, and the value whose rounding it is measured against."""
    zero = np.zeros_like(moments.count)
    with np.errstate(all="ignore"):
        if scale == "std":
            return np.sqrt(moments.variance), moments.shift
        if scale == "rms":
            return np.sqrt(moments.variance + moments.shift**2), zero
        if scale == "maxabs":
            return np.maximum(-moments.min, moments.max), zero
        if scale == "range":
            return moments.max - moments.min, moments.min
    assert quantiles is not None
    return getattr(quantiles, str(scale)), quantiles.shift


def loses_digits(scale: Scale, moments: Moments, resolution: float) -> NDArray[np.bool]:
    """Tell where the values differ, but by too little for their squares."""
    if scale not in ("std", "rms"):
        return np.zeros(moments.count.shape, np.bool)
    extent, reference = _scale_and_reference(
        "range" if scale == "std" else "maxabs", moments, None
    )
    varies = extent > resolution * np.abs(reference)
    weight = np.divide(
        moments.sum_w2, moments.count, out=np.ones_like(extent), where=moments.count > 0
    )
    return varies & (extent * np.sqrt(weight) < SMALLEST_SQUARED)
