"""Which values lie in the window around each value of an axis."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import BLOCK_SIZE, Floats

Align = Literal["center", "trailing", "past"]
Edge = Literal["shrink", "reflect", "mirror", "nearest", "wrap"]

ABSENT = -1
# Moments and their parts take some fifty arrays of the size of a block: 7 MB.
BLOCK_COST = 8


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows along an axis, each `before` values back to `after` values ahead.

    Parameters
    ----------
    n_values : int
        Length of the axis.
    before, after : int
        -1 ahead is up to the value before.
    edge : str
        What stands beyond the ends of the axis: nothing ("shrink"), or the values that
        the modes of scipy.ndimage put there.
    """

    n_values: int
    before: int
    after: int
    edge: Edge

    @classmethod
    def along(cls, n_values: int, window: int, align: Align, edge: Edge) -> Self:
        """Return the windows of `window` values along an axis of n_values.

        Raises
        ------
        ValueError
            Where the padding would be many times the axis, and fill the memory.
        """
        before, after = cls.reach(window, align)
        if edge == "shrink":  # nothing is there, however far the window reaches
            before, after = min(before, n_values), min(after, n_values)
        elif window > (longest := max(10_000, 10 * n_values)):
            raise ValueError(
                f"edge={edge!r} would repeat an axis of {n_values} values to fill a "
                f"window of {window}. Use a window of at most {longest}, or "
                "edge='shrink', which takes any."
            )
        return cls(n_values, before, after, edge)

    @staticmethod
    def reach(window: int, align: Align) -> tuple[int, int]:
        """Return how many values a window reaches back and ahead."""
        return {
            "center": (window // 2, (window - 1) // 2),
            "trailing": (window - 1, 0),
            "past": (window, -1),
        }[align]

    @property
    def width(self) -> int:
        """How many places a window has."""
        return self.before + self.after + 1

    def source(self, start: int, stop: int) -> NDArray[np.intp]:
        """Return where the values of windows start to stop come from.

        Window i has the positions ``source[i - start : i - start + width]``; ABSENT
        where there is no value.
        """
        n = self.n_values
        position = np.arange(start - self.before, stop + self.after)
        if self.edge == "shrink":
            return np.where((position >= 0) & (position < n), position, ABSENT)
        if self.edge == "nearest":
            return np.clip(position, 0, n - 1)
        if self.edge == "wrap":
            return position % n
        # "reflect" repeats the value at the end, "mirror" does not.
        last = 2 * n - 1 if self.edge == "reflect" else max(2 * n - 2, 1)
        period = 2 * n if self.edge == "reflect" else last
        position %= period
        return np.where(position < n, position, last - position)


def line_blocks(n_lines: int, windows: list[Windows]) -> Iterator[tuple[slice, slice]]:
    """Partition lines, each read in the shape of the windows, along their first axis.

    A block costs its places and up to two windows more, so that it is at least as long
    as the window.

    Yields
    ------
    lines, places : slice
        Places are counted in C order, over all axes.
    """
    first, *others = windows
    inner = prod(along.n_values for along in others)
    cost = prod(along.n_values + along.width - 1 for along in others)
    room = BLOCK_SIZE // BLOCK_COST // cost
    height = min(max(1, first.width, room - first.width), first.n_values)
    together = max(1, room // (height + 2 * first.width))
    for line in range(0, n_lines, together):
        for place in range(0, first.n_values, height):
            end = min(place + height, first.n_values)
            yield (
                slice(line, min(line + together, n_lines)),
                slice(place * inner, end * inner),
            )


def padded_block(
    lines: NDArray[Any], chosen: slice, places: slice, windows: list[Windows]
) -> NDArray[Any]:
    """Return a block of lines with all that its windows reach, NaN where ABSENT.

    Parameters
    ----------
    lines : ndarray of shape (n_lines, n_places)
    chosen, places : slice
        As `line_blocks` yields them.
    windows : list of Windows
        Along each axis in which a line is read.
    """
    first, *others = windows
    shape = [along.n_values for along in others]
    inner = prod(shape)
    source = first.source(places.start // inner, places.stop // inner)
    entries = (source[:, np.newaxis] * inner + np.arange(inner)).ravel()
    padded = lines[chosen, entries].reshape(-1, len(source), *shape)
    padded[:, source == ABSENT] = np.nan
    for axis, along in enumerate(others, start=2):
        source = along.source(0, along.n_values)
        padded = np.take(padded, source, axis)
        np.moveaxis(padded, axis, 0)[source == ABSENT] = np.nan
    return np.ascontiguousarray(padded)


def gaussian_weights(windows: list[Windows], sigmas: list[float]) -> Floats:
    """Return the weight of each place in a window, by its distance from the value."""
    weight = np.ones(())
    for along, sigma in zip(windows, sigmas, strict=True):
        distance = np.arange(-along.before, along.after + 1) / sigma
        weight = np.multiply.outer(weight, np.exp(-0.5 * distance**2))
    return weight


def whole_numbers(name: str, values: Any) -> tuple[int, ...]:
    """Return the ints of a parameter, all at least 1."""
    if not values or not all(
        isinstance(v, (int, np.integer)) and not isinstance(v, bool) and v >= 1
        for v in values
    ):
        raise ValueError(f"{name} must hold ints of at least 1. Got {values!r}.")
    return tuple(int(v) for v in values)
