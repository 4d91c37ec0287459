"""The table of docs/numerics.md: who is wrong where.

Worst error of the standard deviation in trailing windows of 5, 51 and 501 values,
relative (absolute where it is 0), against two passes in extended precision. The series
has 3000 normal values; windows that reach over its step are left out.

    python benchmarks/window_accuracy.py
"""

import warnings

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

import sknorm
from sknorm import LocalWindowNormalizer
from timing import installed

bn, nb, pd, pl = map(installed, ("bottleneck", "numbagg", "pandas", "polars"))
N, CHANGE, WIDTHS = 3000, 1000, (5, 51, 501)
PLACE = np.arange(N)
SERIES = {
    "offset of 1e8": lambda x: x + 1e8,
    "after a step down of 1e12": lambda x: np.where(PLACE < CHANGE, x + 1e12, x),
    "after a step up of 1e12": lambda x: np.where(PLACE < CHANGE, x, x + 1e12),
    "constant stretch (exact: 0)": lambda x: np.where(PLACE < CHANGE, x, 0.1),
    "after a spike of 1e9": lambda x: np.where(PLACE == CHANGE - 1, 1e9, x),
    "after a NaN": lambda x: np.where(PLACE == CHANGE - 1, np.nan, x),
}


def by_sknorm(x, width):
    """Return the deviation of trailing windows."""
    normalizer = LocalWindowNormalizer(width, axis="samples", align="trailing")
    scale = normalizer.fit(x[:, np.newaxis]).statistics_.scale[:, 0]
    location = normalizer.statistics_.location[:, 0]
    return np.where((scale == 1) & (location == x), 0, scale)


def by_scipy(x, width):
    """Return what uniform filters on x and on x squared make of it."""
    mean, square = (
        ndimage.uniform_filter1d(a, width, origin=(width - 1) // 2) for a in (x, x * x)
    )
    return np.sqrt(np.maximum(square - mean * mean, 0))


CONTENDERS = {
    f"sknorm {sknorm.__version__}": by_sknorm,
    "scipy, on x and x^2": by_scipy,
}
if pd:
    CONTENDERS[f"pandas {pd.__version__}"] = lambda x, w: (
        pd.Series(x).rolling(w, min_periods=1).std(ddof=0).to_numpy()
    )
if pl:
    CONTENDERS[f"polars {pl.__version__}"] = lambda x, w: (
        pl.Series(x).fill_nan(None).rolling_std(w, min_samples=1, ddof=0).to_numpy()
    )
if bn:
    CONTENDERS[f"bottleneck {bn.__version__}"] = lambda x, w: bn.move_std(x, w, 1)
if nb:
    CONTENDERS[f"numbagg {nb.__version__}"] = lambda x, w: nb.move_std(
        x, window=w, min_count=1
    )


def exact(x, width):
    """Return the deviation of whole trailing windows from place CHANGE on."""
    behind = x[CHANGE:].astype(np.longdouble) - x[-1]
    return sliding_window_view(behind, width).std(axis=1)


def worst(contender, x):
    """Return the worst error over all widths."""
    errors = []
    for width in WIDTHS:
        expected = exact(x, width)
        found = contender(x, width)[CHANGE + width - 1 :]
        error = np.abs(found - expected) / np.where(expected > 0, expected, 1)
        errors.append(np.nan_to_num(np.asarray(error, float), nan=np.inf).max())
    return max(errors)


def main():
    """Print the table."""
    warnings.simplefilter("ignore")
    x = np.random.default_rng(0).normal(size=N)
    print(f"| | {' | '.join(SERIES)} |\n|{'---|' * (len(SERIES) + 1)}")
    for name, contender in CONTENDERS.items():
        with np.errstate(all="ignore"):
            cells = [f"{worst(contender, make(x)):.0e}" for make in SERIES.values()]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
