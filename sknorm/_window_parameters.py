"""Which parameters of LocalWindowNormalizer go together, and fit the columns."""

from math import prod
from typing import Any

from sknorm._location_scale import (
    FROM_QUANTILES,
    needs_quantiles,
    of_mean_and_variance,
)
from sknorm._scales import OF_VARIANCE
from sknorm._validation import quoted
from sknorm._windows import whole_numbers


def check_window_parameters(
    estimator: Any, window: tuple[int, ...], n_axes: int, n_windowed: int
) -> None:
    """Raise where parameters exclude each other.

    Parameters
    ----------
    estimator : LocalWindowNormalizer
        Its parameters are read, each of which is valid by itself.
    window : tuple of int
        Along each axis.
    n_axes : int
        Number of axes of a sample.
    n_windowed : int
        Number of axes with a window.
    """
    name = type(estimator).__name__
    if len(window) != n_axes:
        raise ValueError(
            f"window of {name} must be an int, or have one int for each of the "
            f"{n_axes} axes of a sample. Got window={estimator.window!r}."
        )
    align, location, scale = estimator.align, estimator.location, estimator.scale
    if align != "center" and (estimator.edge != "shrink" or n_windowed != 1):
        raise ValueError(
            f"align={align!r} of {name} needs edge='shrink', as other edges would look "
            "ahead, and a window along one axis. Got "
            f"edge={estimator.edge!r}, window={estimator.window!r}. Give one axis a "
            "window of more than 1, and 1 to those that stay apart."
        )
    if needs_quantiles(estimator) and n_windowed > 1:
        *some, last = FROM_QUANTILES
        raise ValueError(
            f"location={location!r}, scale={scale!r} of {name} need a window along one "
            f"axis. Got window={estimator.window!r}. Use 1 in window for the axes that "
            f"stay apart, or statistics other than {', '.join(some)} and {last}."
        )
    if estimator.weights is not None and not (
        of_mean_and_variance(estimator) and estimator.ddof == 0 and align == "center"
    ):
        raise ValueError(
            f"weights={estimator.weights!r} of {name} needs location 'mean' or None, "
            f"scale {quoted(OF_VARIANCE)} or None, ddof=0 and align='center'. Got "
            f"location={location!r}, scale={scale!r}, ddof={estimator.ddof}, "
            f"align={align!r}. Change them, or use weights=None."
        )


def shape_of_sample(estimator: Any) -> tuple[int, ...]:
    """Return the shape in which a row is read, or raise where columns do not fit."""
    if estimator.sample_shape is None:
        return (estimator.n_features_in_,)
    if estimator.axis == "samples":
        raise ValueError(
            f"sample_shape of {type(estimator).__name__} is for axis='features'. Got "
            f"sample_shape={estimator.sample_shape!r} with axis='samples'. Use None."
        )
    shape = whole_numbers("sample_shape", estimator.sample_shape)
    if prod(shape) != estimator.n_features_in_:
        raise ValueError(
            f"sample_shape={estimator.sample_shape!r} needs n columns, n = "
            f"{prod(shape)}. Got {estimator.n_features_in_} columns."
        )
    return shape
