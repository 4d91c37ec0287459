"""Location and scale of windows: by running moments, or window by window."""

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sknorm._kernels import BLOCK_SIZE, Floats, row_moments
from sknorm._location_scale import FROM_QUANTILES, LocationScale
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._window_moments import moments_along, moments_of_values


def window_statistics(
    estimator: Any, padded: NDArray[Any], widths: tuple[int, ...], weight: Floats | None
) -> LocationScale:
    """Return location and scale of all windows in a padded array.

    Parameters
    ----------
    estimator : LocalWindowNormalizer
        Its parameters are read.
    padded : ndarray of shape (n_lines, n_1 + widths[0] - 1, ...), floats
        NaN where there is no value.
    widths : tuple of int
        The width of the windows along each axis but the first.
    weight : ndarray of shape widths, or None

    Returns
    -------
    LocationScale
        Of arrays of shape (n_lines, n_1, ...).
    """
    resolution = float(np.finfo(padded.dtype).eps)
    quantiles = bool({estimator.location, estimator.scale} & FROM_QUANTILES)
    if weight is None and not quantiles:
        moments = moments_of_values(padded)
        for axis, width in enumerate(widths, start=1):
            moments = moments_along(moments, width, axis)
        return LocationScale.of(estimator, moments, None, resolution)

    axes = tuple(range(1, padded.ndim))
    view = sliding_window_view(padded, widths, axes)
    shape = view.shape[: padded.ndim]
    found = LocationScale(*np.empty((3, *shape)), *np.empty((2, *shape), np.bool))
    for block in _blocks(shape, BLOCK_SIZE // prod(widths)):
        values = view[block]
        values = values.reshape(*values.shape[: padded.ndim], -1)
        part = LocationScale.of(
            estimator,
            Moments(*row_moments(values, None if weight is None else weight.ravel())),
            Quantiles.of_rows(values) if quantiles else None,
            resolution,
        )
        for name in LocationScale.__slots__:
            getattr(found, name)[block] = getattr(part, name)
    return found


def _blocks(shape: tuple[int, ...], room: int) -> Iterator[tuple[slice, ...]]:
    """Partition an array into blocks of at most `room` values, or of one."""
    parts: list[list[slice]] = []
    for n in reversed(shape):
        step = max(1, min(n, room))
        room //= step
        parts.insert(0, [slice(i, i + step) for i in range(0, n, step)])
    return product(*parts)
