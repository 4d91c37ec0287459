"""Which values lie in the window around each value of an axis."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

Align = Literal["center", "trailing", "past"]
Edge = Literal["shrink", "reflect", "mirror", "nearest", "wrap"]

ABSENT = -1


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
        before, after = {
            "center": (window // 2, (window - 1) // 2),
            "trailing": (window - 1, 0),
            "past": (window, -1),
        }[align]
        if edge == "shrink":  # nothing is there, however far the window reaches
            before, after = min(before, n_values), min(after, n_values)
        elif window > (longest := max(10_000, 10 * n_values)):
            raise ValueError(
                f"edge={edge!r} would repeat an axis of {n_values} values to fill a "
                f"window of {window}. Use a window of at most {longest}, or "
                "edge='shrink', which takes any."
            )
        return cls(n_values, before, after, edge)

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
