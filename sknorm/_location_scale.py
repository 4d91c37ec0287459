"""Which statistic is the location, which the scale, and which scale is in use."""

from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._scales import ABOUT_ZERO, OF_QUANTILES, OF_VARIANCE, SCALES, Scale
from sknorm._validation import quoted, warn

Location = Literal["mean", "median", "min"] | None

# Statistics of parts do not determine these for the whole.
FROM_QUANTILES = ("median", *OF_QUANTILES)
# Squares of smaller differences lose digits, and below 1e-162 vanish.
SMALLEST_SQUARED = 1e-145


@dataclass(frozen=True, slots=True, eq=False)
class LocationScale:
    """Location and scale in use of neighbourhoods; arrays of one shape.

    Parameters
    ----------
    shift, delta : ndarray
        The location as an exact sum of two floats; see `location_pair`.
    scale : ndarray
        See `scale_in_use`.
    present : ndarray of bool
        Whether the neighbourhood has values.
    inaccurate : ndarray of bool
        See `loses_digits`.
    """

    shift: Floats
    delta: Floats
    scale: Floats
    present: NDArray[np.bool]
    inaccurate: NDArray[np.bool]

    @classmethod
    def of(
        cls,
        estimator: Any,
        moments: Moments,
        quantiles: Quantiles | None,
        resolution: float,
    ) -> Self:
        """Return what an estimator's parameters make of moments and quantiles."""
        scale = scale_in_use(
            estimator.scale,
            moments,
            quantiles,
            ddof=estimator.ddof,
            eps=estimator.eps,
            n_values=moments.count,
            resolution=resolution,
        )
        return cls(
            *location_pair(estimator.location, moments, quantiles),
            scale,
            moments.count > 0,
            loses_digits(estimator.scale, moments, resolution),
        )


def needs_quantiles(estimator: Any) -> bool:
    """Return whether moments do not determine location and scale."""
    return estimator.location in FROM_QUANTILES or estimator.scale in FROM_QUANTILES


def of_mean_and_variance(estimator: Any) -> bool:
    """Return whether mean and variance determine location and scale."""
    return estimator.location in ("mean", None) and (
        estimator.scale is None or estimator.scale in OF_VARIANCE
    )


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
        For scales of the variance: the scale becomes hypot(scale, sqrt(eps)).
    n_values : ndarray
        The number of values that `ddof` is subtracted from.
    resolution : float
        The machine epsilon of the data. A scale of at most resolution * abs(c), c its
        `center`, is the rounding of whoever made the data: it counts as 0, and a scale
        of 0 counts as 1.

    Returns
    -------
    ndarray
        NaN where a neighbourhood has no values.
    """
    if scale is None:
        return np.ones_like(moments.count)
    value, center = _scale_and_center(scale, moments, quantiles)
    constant = np.zeros(value.shape, np.bool)
    if scale == "std" and ddof:
        freedom = degrees_of_freedom(n_values, ddof)
        constant = freedom <= 0
        value = value * np.sqrt(n_values / np.where(constant, 1.0, freedom))
    if scale in OF_VARIANCE and eps:
        value = np.hypot(value, np.sqrt(float(eps)))
    constant |= value <= resolution * np.abs(center)
    return np.where(moments.count > 0, np.where(constant, 1.0, value), np.nan)


def degrees_of_freedom(n_values: Floats, ddof: int) -> Floats:
    """Return n_values - ddof, and 0 where it is the rounding of weights only."""
    freedom = n_values - ddof
    return np.where(np.abs(freedom) <= 1e-9 * n_values, 0.0, freedom)


def _scale_and_center(
    scale: str, moments: Moments, quantiles: Quantiles | None
) -> tuple[Floats, Floats]:
    """Return the statistic, and the value whose rounding it is measured against."""
    formula = SCALES[scale]
    with np.errstate(all="ignore"):
        value = formula.value(moments, quantiles)
    if formula.center is None:
        return value, np.zeros_like(moments.count)
    return value, formula.center(moments, quantiles)


def loses_digits(scale: Scale, moments: Moments, resolution: float) -> NDArray[np.bool]:
    """Tell where the values differ, but by too little for their squares."""
    if scale not in OF_VARIANCE:
        return np.zeros(moments.count.shape, np.bool)
    # The extent is at least the std: where that is large enough, nothing is lost.
    with np.errstate(all="ignore"):
        squares = moments.m2 / moments.count * (moments.sum_w2 / moments.count)
    if (squares > SMALLEST_SQUARED**2).all():
        return np.zeros(moments.count.shape, np.bool)
    extent, center = _scale_and_center(
        "maxabs" if scale in ABOUT_ZERO else "range", moments, None
    )
    varies = extent > resolution * np.abs(center)
    weight = np.divide(
        moments.sum_w2, moments.count, out=np.ones_like(extent), where=moments.count > 0
    )
    return varies & (extent * np.sqrt(weight) < SMALLEST_SQUARED)


def refuse_unfit(
    estimator: Any,
    kind: str,
    labels: NDArray[Any],
    dtype: Any,
    size: str = "large",
    remedy: str = "Divide",
) -> None:
    """Raise where there are labels of columns or rows whose statistics do not fit."""
    if labels.size:
        raise ValueError(
            f"location={estimator.location!r}, scale={estimator.scale!r} of {kind} "
            f"{quoted(labels)} are too {size} for {dtype}. {remedy} the data by a "
            "power of ten first."
        )


def warn_of_lost_digits(estimator: Any, kind: str, labels: NDArray[Any]) -> None:
    """Warn where there are labels of columns or rows whose squares underflow."""
    if labels.size:
        warn(
            f"{type(estimator).__name__}: scale={estimator.scale!r} of {kind} "
            f"{quoted(labels)} is inaccurate, as the squares of their differences "
            "(times the weights) are too small for float64. Multiply the data by a "
            "power of ten first.",
            RuntimeWarning,
        )
