"""The table of scales that tests draw on; a new scale has a row in it.

Each has two formulas, of which neither is the package's: one in NumPy and SciPy, for
values of ordinary size, and one in exact rational arithmetic, for any.
"""

from collections.abc import Callable
from fractions import Fraction
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import iqr, median_abs_deviation

from exact import exact_quantile, square_root

MAD_FACTOR = 1 / Fraction(NormalDist().inv_cdf(0.75))


class Row(NamedTuple):
    """A scale: see `Formula` in sknorm/_scales.py for the first two."""

    source: str  # "variance", "extrema" or "quantiles"
    center: str | None  # the location that constants are measured by, None is zero
    by_numpy: Callable[[Any], Any]  # of an array
    exact: Callable[[Any], Any]  # of a Column: a Fraction, or a Decimal


SCALES = {
    "std": Row(
        "variance",
        "mean",
        np.std,
        lambda x: square_root(x.m2 / (x.n - x.ddof)) if x.n > x.ddof else None,
    ),
    "rms": Row(
        "variance",
        None,
        lambda x: np.sqrt(np.mean(x**2)),
        lambda x: square_root(x.s2 / x.n),
    ),
    "maxabs": Row(
        "extrema",
        None,
        lambda x: np.max(np.abs(x)),
        lambda x: max(abs(v) for v in x.ordered),
    ),
    "range": Row(
        "extrema",
        "min",
        np.ptp,
        lambda x: x.ordered[-1] - x.ordered[0],
    ),
    "iqr": Row(
        "quantiles",
        "median",
        iqr,
        lambda x: x.quantile(Fraction(3, 4)) - x.quantile(Fraction(1, 4)),
    ),
    "mad": Row(
        "quantiles",
        "median",
        lambda x: median_abs_deviation(x, scale="normal"),
        lambda x: x.distance_from_median(Fraction(1, 2)) * MAD_FACTOR,
    ),
}

OF_VARIANCE = [name for name, row in SCALES.items() if row.source == "variance"]
OF_EXTREMA = [name for name, row in SCALES.items() if row.source == "extrema"]
OF_QUANTILES = [name for name, row in SCALES.items() if row.source == "quantiles"]
ABOUT_ZERO = [name for name, row in SCALES.items() if row.center is None]
CENTRED = [name for name in SCALES if name not in ABOUT_ZERO]


def quoted(names, last):
    """Return names as messages list them: 'std', 'rms' or None."""
    return f"{', '.join(map(repr, names))} or {last!r}"


class Column:
    """Values as Fractions, and what the exact formulas are made of."""

    def __init__(self, values, weights, ddof):
        self.ddof = ddof
        self.n = sum(weights)
        pairs = sorted(zip(values, weights, strict=True))
        self.mean = sum(w * v for v, w in pairs) / self.n
        self.m2 = sum(w * (v - self.mean) ** 2 for v, w in pairs)
        self.s2 = sum(w * v * v for v, w in pairs)
        self.ordered = [v for v, w in pairs for _ in range(int(w))]

    def quantile(self, q):
        """Return a quantile by linear interpolation."""
        return exact_quantile(self.ordered, q)

    def distance_from_median(self, q):
        """Return a quantile of the distances from the median."""
        median = self.quantile(Fraction(1, 2))
        return exact_quantile(sorted(abs(v - median) for v in self.ordered), q)


def exact_column(x, weight=None, ddof=0):
    """Return a dict of exact statistics: Fractions, but Decimals where roots are taken.

    A weight of None is 1; whole weights are needed for all but mean, std and rms.
    """
    values = [Fraction(float(v)) for v in x]
    weights = [
        Fraction(float(w)) for w in (np.ones(len(x)) if weight is None else weight)
    ]
    column = Column(values, weights, ddof)
    statistics = {"mean": column.mean}
    if column.ordered:
        statistics["median"] = column.quantile(Fraction(1, 2))
        statistics["min"] = column.ordered[0]
    for name in SCALES if column.ordered else OF_VARIANCE:
        statistics[name] = SCALES[name].exact(column)
    return statistics
