"""Location and scale of windows: by running moments, or window by window."""

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sknorm._kernels import (
    BLOCK_SIZE,
    Choice,
    Floats,
    flags_in_threads,
    n_threads,
    normalise_windows,
    row_blocks,
    row_moments,
)
from sknorm._location_scale import LocationScale, needs_quantiles
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._restore import Pair
from sknorm._window_moments import moments_along, moments_of_values
from sknorm._windows import Windows

# Places of a patch that the core takes: for each it needs half a kilobyte and more.
LARGEST_PATCH = 2**13


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
    quantiles = needs_quantiles(estimator)
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


def normalise_windowed_axes(
    compiled: Any,
    X: NDArray[Any],
    shape: tuple[int, ...],
    windows: dict[int, Windows],
    choice: Choice,
    out: NDArray[Any],
    key: Pair,
    n_jobs: int | None,
) -> int | None:
    """Write X, normalised by windows in the compiled core, to out.

    Parameters
    ----------
    compiled : module
    X, out : ndarray of shape (n_samples, n_features)
    shape : tuple of int
        How X is read.
    windows : dict of int to Windows
        By the axes of that shape that have one.
    choice : Choice
    key : two ndarrays of the shape of X, or two None
        Where to write location and scale.
    n_jobs : int or None

    Returns
    -------
    int or None
        The flags of what was met; None for axes that only NumPy serves.
    """
    axes, along = sorted(windows), [windows[axis] for axis in sorted(windows)]
    if len(axes) not in (1, 2) or axes[-1] - axes[0] != len(axes) - 1:
        return None
    if len(axes) == 2 and prod(window.width for window in along) > LARGEST_PATCH:
        return None
    if not X.flags.c_contiguous and not (X.flags.f_contiguous and len(shape) == 2):
        if axes[0] == 0:
            X = np.ascontiguousarray(X)
        else:
            return _by_row_blocks(compiled, X, shape, windows, choice, out, key, n_jobs)
    arrays: tuple[Any, ...] = X, out, *key
    if not X.flags.c_contiguous:
        # In memory the axes are in the other order.
        arrays = tuple(None if a is None else a.T for a in arrays)
        shape, axes = shape[::-1], [1 - axes[0]]
    before, after = [w.before for w in along], [w.after for w in along]
    return normalise_windows(
        compiled,
        arrays[0],
        (
            prod(shape[: axes[0]]),
            *(shape[axis] for axis in axes),
            prod(shape[axes[-1] + 1 :]),
        ),
        before if len(axes) == 2 else before[0],
        after if len(axes) == 2 else after[0],
        choice,
        arrays[1],
        (arrays[2], arrays[3]),
        n_jobs,
    )


def _by_row_blocks(
    compiled: Any,
    X: NDArray[Any],
    shape: tuple[int, ...],
    windows: dict[int, Windows],
    choice: Choice,
    out: NDArray[Any],
    key: Pair,
    n_jobs: int | None,
) -> int:
    """Copy rows whose values are scattered in memory, a block at a time."""

    def normalise(rows: slice) -> int:
        block = np.ascontiguousarray(X[rows])
        parts: Any = [None if a is None else np.empty_like(block) for a in (out, *key)]
        flags = normalise_windowed_axes(
            compiled,
            block,
            (len(block), *shape[1:]),
            windows,
            choice,
            parts[0],
            (parts[1], parts[2]),
            1,
        )
        for whole, part in zip((out, *key), parts, strict=True):
            if whole is not None:
                whole[rows] = part
        assert flags is not None
        return flags

    threads = n_threads(n_jobs, X.nbytes)
    return flags_in_threads(normalise, row_blocks(*X.shape), threads)


def _blocks(shape: tuple[int, ...], room: int) -> Iterator[tuple[slice, ...]]:
    """Partition an array into blocks of at most `room` values, or of one."""
    parts: list[list[slice]] = []
    for n in reversed(shape):
        step = max(1, min(n, room))
        room //= step
        parts.insert(0, [slice(i, i + step) for i in range(0, n, step)])
    return product(*parts)
