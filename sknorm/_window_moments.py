"""Moments of windows along the last axis: O(1) a value, for windows of any width.

The axis is cut into blocks as long as the window (van Herk, 1992; Gil and Werman,
1993), so that a window is the end of one block and the beginning of the next. The sums
of both run about a value of their own: nothing outside the window ever enters them.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import BLOCK_SIZE, Floats, two_sum
from sknorm._moments import Moments

FIELDS = tuple(field.name for field in fields(Moments))

# Sums about a member lose a digit where it lies further from the mean than this many
# variances: such windows are computed anew. None is, on normal or t(3) data.
LARGEST_RATIO = 64.0
# Where the blocks of the second partition begin, in windows: not half a window, in step
# with a pulse.
SECOND_OFFSET = 0.382


def moments_of_values(X: NDArray[Any]) -> Moments:
    """Return the moments of each value by itself, NaN counting as absent."""
    absent = np.isnan(X)
    count = np.where(absent, 0.0, 1.0)
    value = np.where(absent, 0.0, X).astype(np.float64)
    zero = np.zeros_like(value)
    lowest, highest = (np.where(absent, end, value) for end in (np.inf, -np.inf))
    return Moments(count, value, zero, zero, lowest, highest, count)


def moments_along(elements: Moments, width: int, axis: int) -> Moments:
    """Return the moments of windows along any axis; see `window_moments`."""
    if width == 1:
        return elements
    last = _each(lambda field: np.moveaxis(field, axis, -1), elements)
    return _each(
        lambda field: np.moveaxis(field, -1, axis), window_moments(last, width)
    )


def window_moments(elements: Moments, width: int) -> Moments:
    """Return the moments of all windows of `width` elements along the last axis.

    Parameters
    ----------
    elements : Moments
        Of arrays of shape (..., n_elements), each element the moments of a value, or
        of a window along another axis.
    width : int

    Returns
    -------
    Moments
        Of arrays of shape (..., n_elements - width + 1).
    """
    whole, doubtful = _by_blocks(elements, width, 0)
    # A spike or a step near the end of a block makes all windows across it doubtful:
    # in other blocks it lies elsewhere.
    (lines,) = np.nonzero(doubtful.any(axis=tuple(range(1, doubtful.ndim))))
    if lines.size:
        others = _each(lambda field: field[lines], elements)
        again, still_doubtful = _by_blocks(others, width, round(SECOND_OFFSET * width))
        better = doubtful[lines] & ~still_doubtful
        for name in FIELDS:
            field = getattr(whole, name)
            field[lines] = np.where(better, getattr(again, name), field[lines])
        doubtful[lines] &= still_doubtful
        _compute_anew(whole, doubtful, elements, width)
    return whole


def _by_blocks(
    elements: Moments, width: int, offset: int
) -> tuple[Moments, NDArray[np.bool]]:
    """Return the moments of windows from blocks, and which of them have lost digits.

    The first block begins `offset` places before the first element.
    """
    n_elements = elements.count.shape[-1]
    n_blocks = -(-(offset + n_elements) // width) + 1
    n_behind = n_blocks * width - n_elements - offset

    def in_blocks(field: Floats, absent: float) -> Floats:
        ends = (
            np.full((*field.shape[:-1], n), absent, field.dtype)
            for n in (offset, n_behind)
        )
        padded = np.concatenate([next(ends), field, next(ends)], axis=-1)
        return padded.reshape(*field.shape[:-1], n_blocks, width)

    def in_next_block(field: Floats, absent: float) -> Floats:
        # A window that begins at place j of a block has j elements in the next.
        nothing = np.full((*field.shape[:-2], n_blocks - 1, 1), absent)
        return np.concatenate([nothing, field[..., 1:, :-1]], axis=-1)

    def of_windows(field: NDArray[Any]) -> NDArray[Any]:
        flat = field.reshape(*field.shape[:-2], -1)
        return flat[..., offset : offset + n_elements - width + 1].copy()

    blocks = _each(in_blocks, elements, Moments.empty(1))
    start, start_lost = _running(blocks)
    end, end_lost = _running(_each(lambda field: field[..., ::-1], blocks))
    end = _each(lambda field: field[..., :-1, ::-1], end)
    whole = end.merge(_each(in_next_block, start, Moments.empty(1)))
    with np.errstate(over="ignore", invalid="ignore"):
        lost = end_lost[..., :-1, ::-1] + in_next_block(start_lost, 0.0)
        doubtful = of_windows(~(lost <= LARGEST_RATIO * whole.m2))
    return _each(of_windows, whole), doubtful


def _each(change: Callable[..., Any], *moments: Moments) -> Moments:
    """Apply a function of arrays to each field."""
    return Moments(*(change(*(getattr(m, name) for m in moments)) for name in FIELDS))


def _running(blocks: Moments) -> tuple[Moments, Floats]:
    """Return the moments of the first 1, 2, ... elements of each block.

    With c the first element that is present, S1 = sum(x - c) and S2 = sum((x - c)**2):
    mean = c + S1 / n and M2 = S2 - S1**2 / n. The second result is S1**2 / n, which
    tells how many digits the subtraction has cost.
    """
    first = np.argmax(blocks.count > 0, axis=-1)[..., np.newaxis]
    c, c_delta = (
        np.take_along_axis(field, first, axis=-1)
        for field in (blocks.shift, blocks.delta)
    )
    with np.errstate(all="ignore"):
        d = (blocks.shift - c) + (blocks.delta - c_delta)
        d[blocks.count == 0] = 0.0
        count = np.cumsum(blocks.count, axis=-1)
        s1 = np.cumsum(blocks.count * d, axis=-1)
        s2 = np.cumsum(blocks.count * d * d + blocks.m2, axis=-1)
        offset = s1 / np.where(count > 0, count, 1.0)
        lost = s1 * offset
        shift, delta = two_sum(c, c_delta + offset)
        m2 = np.maximum(s2 - lost, 0.0)
    lowest = np.minimum.accumulate(blocks.min, axis=-1)
    highest = np.maximum.accumulate(blocks.max, axis=-1)
    return Moments(count, shift, delta, m2, lowest, highest, count), lost


def _compute_anew(
    whole: Moments, chosen: NDArray[np.bool], elements: Moments, width: int
) -> None:
    """Write mean and M2 of the chosen windows, by passes over their elements.

    Each pass gives what the mean of the one before still lacks, in which a spike may
    have left nothing but its own rounding.
    """
    places = np.nonzero(chosen)
    step = max(1, BLOCK_SIZE // width)
    for i in range(0, len(places[0]), step):
        place = tuple(axis[i : i + step] for axis in places)
        window = (
            *(axis[:, np.newaxis] for axis in place[:-1]),
            place[-1][:, np.newaxis] + np.arange(width),
        )
        parts = elements.count, elements.shift, elements.delta, elements.m2
        n, x, x_delta, inner = (part[window] for part in parts)
        total = n.sum(axis=-1)
        shift, delta = whole.shift[place], whole.delta[place]
        with np.errstate(all="ignore"):
            for _ in range(2):
                d = (x - shift[:, np.newaxis]) + (x_delta - delta[:, np.newaxis])
                d[n == 0] = 0.0
                s1 = (n * d).sum(axis=-1)
                m2 = (n * d * d + inner).sum(axis=-1) - s1 * (s1 / total)
                shift, delta = two_sum(shift, delta + s1 / total)
        whole.shift[place], whole.delta[place] = shift, delta
        whole.m2[place] = np.maximum(m2, 0.0)
