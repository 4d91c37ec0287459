"""Time and accuracy of the three estimators beside their installed peers.

For fit, transform, fit_transform and inverse_transform the contenders take turns in one
process. Printed is the median of the ratios of each turn to the first contender
(sknorm), with the quartiles, the median time, and an error at an offset of 1e8: of z,
relative to max(1, abs z), against two passes in extended precision, or of the restored
data, relative to the largest value.

    python benchmarks/peers.py [--turns 7] [--small] [TASK ...]

Peers that are not installed are left out: scikit-learn and SciPy come with sknorm;
install chemotools, torch, bottleneck, numbagg, pandas and polars for the others. torch
runs on one thread. Peers that are functions are timed as transform and fit_transform.
"""

import argparse
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage
from sklearn.preprocessing import StandardScaler

import sknorm
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm._kernels import IMPLEMENTATION
from timing import Entry, installed, report

WINDOW, PATCH = 51, 9
STEPS = ("fit", "transform", "fit_transform", "inverse_transform")


torch, bn, nb, pd, pl = map(
    installed, ("torch", "bottleneck", "numbagg", "pandas", "polars")
)
scatter = installed("chemotools.scatter")


class Function:
    """A function that normalises, as an estimator that learns nothing."""

    def __init__(self, function):
        self.transform = self.fit_transform = function


class WithKey:
    """An estimator that restores with a key, which is made beforehand."""

    def __init__(self, estimator):
        self.fit, self.transform = estimator.fit, estimator.transform
        self.fit_transform = estimator.fit_transform
        self.estimator = estimator

    def prepare(self, X):
        """Make the key."""
        self.inverse_transform = partial(
            self.estimator.inverse_transform, statistics=self.estimator.statistics(X)
        )


def sknorm_rows(estimator, **params):
    """Return both ways of restoring: with a key, and as the fitted rows."""
    return {
        "sknorm": WithKey(estimator(**params, keep_statistics=False)),
        "sknorm, key kept": estimator(**params),
    }


def by_mean_and_std(mean, std):
    """Return a contender from two functions of X."""
    return Function(lambda X: (X - mean(X)) / std(X))


def columns(shape):
    """Columns: StandardScaler and pandas."""
    contenders = {"sknorm": BatchStandardizer(), "StandardScaler": StandardScaler()}
    if pd:
        contenders["pandas"] = Function(
            lambda X: (lambda f: (f - f.mean()) / f.std(ddof=0))(
                pd.DataFrame(X)
            ).to_numpy()
        )
    return contenders


def rows(shape):
    """Rows: chemotools' SNV and torch's layer_norm."""
    contenders = sknorm_rows(RowLayerNormalizer)
    if scatter:
        contenders["chemotools"] = scatter.StandardNormalVariate()
    if torch:
        layer_norm = torch.nn.functional.layer_norm
        contenders["torch"] = Function(
            lambda X: layer_norm(torch.from_numpy(X), X.shape[1:], eps=0.0).numpy()
        )
    return contenders


def scipy_windows(size, shape):
    """Return z by uniform filters on x and on x squared, as recipes have it."""

    def run(X):
        images = X.reshape(-1, *shape)
        mean = ndimage.uniform_filter(images, (1, *size), mode="reflect")
        square = ndimage.uniform_filter(images**2, (1, *size), mode="reflect")
        return ((images - mean) / np.sqrt(square - mean * mean)).reshape(X.shape)

    return Function(run)


def rolling(axis):
    """Trailing windows of bottleneck, numbagg, pandas and polars."""
    along = {"features": 1, "samples": 0}[axis]
    oriented = (lambda A: A.T) if axis == "features" else (lambda A: A)
    contenders = sknorm_rows(
        LocalWindowNormalizer, window=WINDOW, axis=axis, align="trailing"
    )
    if bn:
        contenders["bottleneck"] = by_mean_and_std(
            lambda X: bn.move_mean(X, WINDOW, 1, along),
            lambda X: bn.move_std(X, WINDOW, 1, along),
        )
    if nb:
        contenders["numbagg"] = by_mean_and_std(
            lambda X: nb.move_mean(X, window=WINDOW, min_count=1, axis=along),
            lambda X: nb.move_std(X, window=WINDOW, min_count=1, axis=along),
        )
    if pd:

        def by_pandas(X):
            frame = pd.DataFrame(oriented(X))
            windows = frame.rolling(WINDOW, min_periods=1)
            return oriented(((frame - windows.mean()) / windows.std(ddof=0)).to_numpy())

        contenders["pandas"] = Function(by_pandas)
    if pl:

        def by_polars(X):
            mean = pl.all().rolling_mean(WINDOW, min_samples=1)
            std = pl.all().rolling_std(WINDOW, min_samples=1, ddof=0)
            frame = pl.DataFrame(oriented(X)).select((pl.all() - mean) / std)
            return oriented(frame.to_numpy())

        contenders["polars"] = Function(by_polars)
    return contenders


def centred(shape):
    """Centred windows along the features, with reflected edges: SciPy."""
    params = {"window": WINDOW, "edge": "reflect"}
    contenders = sknorm_rows(LocalWindowNormalizer, **params)
    return contenders | {"scipy": scipy_windows((WINDOW,), shape[1:])}


def patches(shape):
    """Patches of 9 x 9 with reflected edges: SciPy."""
    params = {"window": PATCH, "sample_shape": shape[1:], "edge": "reflect"}
    contenders = sknorm_rows(LocalWindowNormalizer, **params)
    return contenders | {"scipy": scipy_windows((PATCH, PATCH), shape[1:])}


def exact_columns(X):
    """Return z of columns by two passes in extended precision."""
    return (X - X.mean(axis=0)) / X.std(axis=0)


def exact_windows(X, size, padding, **kind):
    """Return z of windows by two passes over each, in extended precision."""
    axes = tuple(range(1, X.ndim))
    padded = np.pad(X, [(0, 0), *padding], **kind)
    view = sliding_window_view(padded, size, axis=axes)
    inner = tuple(range(X.ndim, view.ndim))
    return (X - np.nanmean(view, axis=inner)) / np.nanstd(view, axis=inner)


def exact_centred(X, width=WINDOW):
    """Return z of centred windows along all axes but the first."""
    n = X.ndim - 1
    return exact_windows(
        X, (width,) * n, [(width // 2, width // 2)] * n, mode="symmetric"
    )


def exact_trailing(X):
    """Return z of trailing windows."""
    return exact_windows(X, (WINDOW,), [(WINDOW - 1, 0)], constant_values=np.nan)


@dataclass(frozen=True)
class Task:
    """Data of some shape, of a smaller hard one, contenders for a shape, exact z."""

    shape: tuple[int, ...]
    hard_shape: tuple[int, ...]
    contenders: Callable[[tuple[int, ...]], dict[str, Any]]
    exact: Callable[[Any], Any]


TASKS = {
    "columns": Task((20_000, 200), (5_000, 20), columns, exact_columns),
    "rows": Task((5_000, 1_000), (50, 500), rows, lambda X: exact_columns(X.T).T),
    "windows along features, centred": Task(
        (500, 2_000), (20, 300), centred, exact_centred
    ),
    "windows along features, trailing": Task(
        (500, 2_000), (20, 300), lambda _: rolling("features"), exact_trailing
    ),
    "windows along samples, trailing": Task(
        (20_000, 50),
        (300, 20),
        lambda _: rolling("samples"),
        lambda X: exact_trailing(X.T).T,
    ),
    "patches": Task(
        (16, 256, 256), (4, 40, 40), patches, partial(exact_centred, width=PATCH)
    ),
}


def prepared(contender, X):
    """Fit a contender, where it learns, and return it."""
    if hasattr(contender, "fit"):
        contender.fit(X)
    if hasattr(contender, "prepare"):
        contender.prepare(X)
    return contender


def worst_errors(task):
    """Return the errors of z and of restored data (or None) of each contender."""
    X = np.random.default_rng(1).normal(size=task.hard_shape) + 1e8
    extended = X.astype(np.longdouble) - X.flat[0]  # an exact difference
    expected = task.exact(extended).reshape(len(X), -1)
    flat, errors = X.reshape(len(X), -1), {}
    for name, contender in task.contenders(task.hard_shape).items():
        contender = prepared(contender, flat)
        with np.errstate(all="ignore"):
            Z = np.asarray(contender.transform(flat))
            wrong = np.abs(Z - expected) / np.maximum(1, np.abs(expected))
        known = np.isfinite(expected)
        back = None
        if hasattr(contender, "inverse_transform"):
            back = np.abs(contender.inverse_transform(Z) - flat).max() / flat.max()
        worst = np.nan_to_num(np.asarray(wrong[known], float), nan=np.inf).max()
        errors[name] = worst, back
    return errors


def run_task(name, turns, small):
    """Measure one task and print a table for each step."""
    task, rng = TASKS[name], np.random.default_rng(0)
    n_rows, *rest = task.shape
    shape = (max(2, n_rows // 20) if small else n_rows, *rest)
    X = rng.normal(size=shape).reshape(shape[0], -1)
    errors = worst_errors(task)
    contenders = {k: prepared(c, X) for k, c in task.contenders(shape).items()}
    Z = contenders["sknorm"].transform(X)
    for step in STEPS:
        back = step == "inverse_transform"
        entries = {
            k: Entry(partial(getattr(c, step), Z if back else X), errors[k][back])
            for k, c in contenders.items()
            if hasattr(c, step)
        }
        report(f"{name}, {' x '.join(map(str, shape))}: {step}", entries, turns)


def main():
    """Run the chosen tasks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", help="; ".join(TASKS))
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="a twentieth of the rows")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if torch:
        torch.set_num_threads(1)
    print(f"sknorm {sknorm.__version__}, {IMPLEMENTATION} kernels; ratio, time, error")
    for name in arguments.tasks or TASKS:
        run_task(name, arguments.turns, arguments.small)


if __name__ == "__main__":
    main()
