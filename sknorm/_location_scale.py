"""Which statistic is the location, which the scale, and which scale is in use."""

from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._validation import quoted, warn

Location = Literal["mean", "median", "min"] | None
Scale = Literal["std", "rms", "maxabs", "range", "iqr", "mad"] | None

# Statistics of parts do not determine these for the whole.
FROM_QUANTILES = frozenset({"median", "iqr", "mad"})
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
        value = np.hypot(value, np.sqrt(float(eps)))
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
    # The extent is at least the std: where that is large enough, nothing is lost.
    with np.errstate(all="ignore"):
        squares = moments.m2 / moments.count * (moments.sum_w2 / moments.count)
    if scale not in ("std", "rms") or (squares > SMALLEST_SQUARED**2).all():
        return np.zeros(moments.count.shape, np.bool)
    extent, reference = _scale_and_reference(
        "range" if scale == "std" else "maxabs", moments, None
    )
    varies = extent > resolution * np.abs(reference)
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
