"""From the moments of columns to the attributes of a fitted estimator."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknorm._feature_groups import of_columns
from sknorm._kernels import Floats
from sknorm._location_scale import (
    degrees_of_freedom,
    location_pair,
    loses_digits,
    refuse_unfit,
    scale_in_use,
    warn_of_lost_digits,
)
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._scales import OF_EXTREMA, OF_VARIANCE


def column_attributes(
    estimator: Any,
    moments: Moments,
    quantiles: Quantiles | None,
    *,
    groups: NDArray[np.intp] | None,
    resolution: float,
    labels: NDArray[Any],
) -> dict[str, Any]:
    """Return the attributes that follow from the moments, by name.

    Parameters
    ----------
    estimator : BatchStandardizer
        Its parameters are read.
    moments, quantiles : Moments, Quantiles or None
        Of the groups of columns.
    groups : ndarray of shape (n_features,) or None
        The group of each column; None where each is by itself.
    resolution : float
        The machine epsilon of the data.
    labels : ndarray of shape (n_features,)
        Names or indices of the columns, for messages.

    Raises
    ------
    ValueError
        Where location or scale overflow.
    """
    location, scale = estimator.location, estimator.scale
    needs_extrema = location == "min" or scale in OF_EXTREMA
    if needs_extrema and ((moments.count > 0) & np.isnan(moments.min)).any():
        raise ValueError(
            f"location={location!r}, scale={scale!r} of {type(estimator).__name__} "
            "need minimum and maximum, which mean and variance (from_statistics) do "
            "not give. Fit on data."
        )
    n_values = _n_values(estimator, moments)
    shift, delta = location_pair(location, moments, quantiles)
    divisor = scale_in_use(
        scale,
        moments,
        quantiles,
        ddof=estimator.ddof,
        eps=estimator.eps,
        n_values=n_values,
        resolution=resolution,
    )
    seen = moments.count > 0
    mean = np.where(seen, moments.shift, np.nan)
    squares = scale in OF_VARIANCE

    overflow = seen & ~(np.isfinite(shift) & np.isfinite(divisor))
    refuse_unfit(estimator, "columns", labels[of_columns(overflow, groups)], "float64")
    lost = loses_digits(scale, moments, resolution)
    warn_of_lost_digits(estimator, "columns", labels[of_columns(lost, groups)])
    attributes = {
        "location_": None if location is None else of_columns(shift, groups),
        "scale_": None if scale is None else of_columns(divisor, groups),
        "mean_": of_columns(mean, groups) if squares or location == "mean" else None,
        "var_": of_columns(moments.variance, groups) if squares else None,
        "_delta_": of_columns(delta, groups),
    }
    if estimator.momentum is not None:
        attributes["n_effective_"] = of_columns(n_values, groups)
    return attributes


def check_weights_exceed_ddof(estimator: Any, moments: Moments) -> None:
    """Raise where weights sum to so little that no column has a variance."""
    most = _n_values(estimator, moments).max()
    freedom = degrees_of_freedom(most, estimator.ddof)
    if estimator.scale == "std" and most > 0 and freedom <= 0:
        raise ValueError(
            f"The weights must sum to more than ddof={estimator.ddof}. Got {most:g}. "
            "Use a smaller ddof, or weights that count samples."
        )


def _n_values(estimator: Any, moments: Moments) -> Floats:
    """Return the number of values that `ddof` is subtracted from."""
    return moments.count if estimator.momentum is None else moments.effective_count
