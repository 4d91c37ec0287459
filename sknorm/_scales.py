"""The scales: what determines each, its formula, and what constants are measured by.

A new one is a name in `Scale` and a row of `SCALES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sknorm._kernels import Floats
from sknorm._moments import Moments

Scale = Literal["std", "rms", "maxabs", "range", "iqr", "mad"] | None
# Of moments, and of quantiles (None where the scale is not made of them).
Statistic = Callable[[Moments, Any], Floats]


@dataclass(frozen=True, slots=True)
class Formula:
    """How a scale is computed, for arrays of neighbourhoods.

    Parameters
    ----------
    source : {"variance", "extrema", "quantiles"}
        What determines it. "variance": mean and variance, so that it has a weighted
        average (momentum, gaussian weights), can be given, and takes eps. "extrema":
        moments, minimum and maximum among them. "quantiles": quantiles of the whole,
        so that it cannot be learned in parts, nor along two axes in turn.
    value : callable
        The scale.
    center : callable or None
        A value c of the neighbourhood: a scale of at most eps(dtype of X) * abs(c) is
        rounding and counts as 0. None for a scale about zero, which has no such rule
        and leaves the zeros of a sparse X alone.
    """

    source: Literal["variance", "extrema", "quantiles"]
    value: Statistic
    center: Statistic | None


SCALES = {
    "std": Formula("variance", lambda m, q: np.sqrt(m.variance), lambda m, q: m.shift),
    "rms": Formula("variance", lambda m, q: np.sqrt(m.variance + m.shift**2), None),
    "maxabs": Formula("extrema", lambda m, q: np.maximum(-m.min, m.max), None),
    "range": Formula("extrema", lambda m, q: m.max - m.min, lambda m, q: m.min),
    "iqr": Formula("quantiles", lambda m, q: q.iqr, lambda m, q: q.shift),
    "mad": Formula("quantiles", lambda m, q: q.mad, lambda m, q: q.shift),
}


def _names(condition: Callable[[Formula], bool]) -> tuple[Any, ...]:
    return tuple(name for name, formula in SCALES.items() if condition(formula))


OF_VARIANCE = _names(lambda formula: formula.source == "variance")
OF_EXTREMA = _names(lambda formula: formula.source == "extrema")
OF_QUANTILES = _names(lambda formula: formula.source == "quantiles")
ABOUT_ZERO = _names(lambda formula: formula.center is None)
