"""Time and accuracy of the three estimators beside their installed peers.

Contenders of a task take turns in one process, so that the noise of the machine meets
all of them. Printed is the median of the ratios of each turn to the first contender
(sknorm), with the quartiles, the median time, and the worst error of z, relative to
max(1, abs z), on data at an offset of 1e8, against two passes in extended precision.

    python benchmarks/peers.py [--turns 7] [--small] [TASK ...]

Peers that are not installed are left out: scikit-learn and SciPy come with sknorm;
install chemotools, torch, bottleneck, numbagg, pandas and polars for the others.
"""

import argparse
import importlib
import time
import warnings

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage
from sklearn.preprocessing import StandardScaler

import sknorm
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm._kernels import IMPLEMENTATION

WINDOW = 51


def installed(name):
    """Return a module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


torch, bn, nb, pd, pl = map(
    installed, ("torch", "bottleneck", "numbagg", "pandas", "polars")
)
scatter = installed("chemotools.scatter")


def windows_of(estimator):
    """Return fit_transform without a kept key."""
    return estimator.set_params(keep_statistics=False).fit_transform


def by_mean_and_std(mean, std):
    """Return z from two functions of X."""
    return lambda X: (X - mean(X)) / std(X)


def scipy_windows(X, size):
    """Return z by uniform filters on x and on x squared, as recipes have it."""
    mean = ndimage.uniform_filter(X, size, mode="reflect")
    square = ndimage.uniform_filter(X * X, size, mode="reflect")
    return (X - mean) / np.sqrt(np.maximum(square - mean * mean, 1e-300))


def columns():
    """Columns: StandardScaler and pandas."""
    contenders = {
        "sknorm": BatchStandardizer().fit_transform,
        "StandardScaler": StandardScaler().fit_transform,
    }
    if pd:
        contenders["pandas"] = lambda X: (lambda f: (f - f.mean()) / f.std(ddof=0))(
            pd.DataFrame(X)
        ).to_numpy()
    return (20_000, 200), contenders, exact_columns


def columns_steps(step):
    """One step of columns, on fitted estimators."""

    def task():
        ours, theirs = BatchStandardizer(), StandardScaler()

        def prepared(estimator):
            def run(X):
                if getattr(estimator, "n_features_in_", None) != X.shape[1]:
                    estimator.fit(X)
                return getattr(estimator, step)(X)

            return run

        return (
            (20_000, 200),
            {"sknorm": prepared(ours), "StandardScaler": prepared(theirs)},
            None,
        )

    return task


def rows():
    """Rows: chemotools' SNV and torch's layer_norm."""
    contenders = {
        "sknorm": windows_of(RowLayerNormalizer()),
        "sknorm, key kept": RowLayerNormalizer().fit_transform,
    }
    if scatter:
        contenders["chemotools"] = scatter.StandardNormalVariate().fit_transform
    if torch:
        contenders["torch"] = lambda X: torch.nn.functional.layer_norm(
            torch.from_numpy(X), X.shape[1:], eps=0.0
        ).numpy()
    return (5_000, 1_000), contenders, lambda X: exact_columns(X.T).T


def rows_back():
    """Rows restored, from a key that is passed and one that is kept."""
    normalizer = RowLayerNormalizer()
    state = {}

    def run(passed):
        def restore(X):
            if state.get("of") is not X:
                state.update(of=X, Z=normalizer.fit_transform(X))
            key = normalizer.statistics_ if passed else None
            return normalizer.inverse_transform(state["Z"], statistics=key)

        return restore

    return (5_000, 1_000), {"key passed": run(True), "key kept": run(False)}, None


def features():
    """Windows along the features, centred, with reflected edges."""
    contenders = {
        "sknorm": windows_of(LocalWindowNormalizer(WINDOW, edge="reflect")),
        "scipy": lambda X: scipy_windows(X, (1, WINDOW)),
    }
    return (500, 2_000), contenders, exact_windows("centred")


def samples():
    """Windows along the samples, trailing."""
    params = {"axis": "samples", "align": "trailing"}
    contenders = {"sknorm": windows_of(LocalWindowNormalizer(WINDOW, **params))}
    if bn:
        contenders["bottleneck"] = by_mean_and_std(
            lambda X: bn.move_mean(X, WINDOW, 1, 0),
            lambda X: bn.move_std(X, WINDOW, 1, 0),
        )
    if nb:
        contenders["numbagg"] = by_mean_and_std(
            lambda X: nb.move_mean(X.T, window=WINDOW, min_count=1).T,
            lambda X: nb.move_std(X.T, window=WINDOW, min_count=1).T,
        )
    if pd:
        contenders["pandas"] = lambda X: (
            lambda f, r: ((f - r.mean()) / r.std(ddof=0)).to_numpy()
        )(pd.DataFrame(X), pd.DataFrame(X).rolling(WINDOW, min_periods=1))
    if pl:

        def polars(X):
            frame = pl.DataFrame(X)
            mean = pl.all().rolling_mean(WINDOW, min_samples=1)
            std = pl.all().rolling_std(WINDOW, min_samples=1, ddof=0)
            return frame.select((pl.all() - mean) / std).to_numpy()

        contenders["polars"] = polars
    return (20_000, 50), contenders, exact_windows("trailing")


def patches():
    """Patches of 9 x 9 in images of 256 x 256."""
    shape = (256, 256)
    ours = LocalWindowNormalizer(9, sample_shape=shape, edge="reflect")

    def theirs(X):
        return scipy_windows(X.reshape(-1, *shape), (1, 9, 9)).reshape(X.shape)

    return (16, 256 * 256), {"sknorm": windows_of(ours), "scipy": theirs}, None


def extended(X):
    """Return X in extended precision, without its offset: an exact difference."""
    return X.astype(np.longdouble) - X.flat[0]


def exact_columns(X):
    """Return z of columns by two passes in extended precision."""
    X = extended(X)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def exact_windows(kind):
    """Return z of windows by two passes over each, in extended precision."""

    def centred(X):
        half = WINDOW // 2
        padded = np.pad(X, ((0, 0), (half, half)), "symmetric")
        view = sliding_window_view(padded, WINDOW, axis=1)
        return (X - view.mean(axis=2)) / view.std(axis=2)

    def trailing(X):
        padded = np.pad(X.T, ((0, 0), (WINDOW - 1, 0)), constant_values=np.nan)
        view = sliding_window_view(padded, WINDOW, axis=1)
        return ((X.T - np.nanmean(view, axis=2)) / np.nanstd(view, axis=2)).T

    return lambda X: (centred if kind == "centred" else trailing)(extended(X))


TASKS = {
    "columns": columns,
    "columns: fit": columns_steps("fit"),
    "columns: transform": columns_steps("transform"),
    "columns: inverse_transform": columns_steps("inverse_transform"),
    "rows": rows,
    "rows: inverse_transform": rows_back,
    "windows along features": features,
    "windows along samples": samples,
    "patches": patches,
}


def measure(contenders, X, turns):
    """Return the times of each contender, (turns, n_contenders), after a warm-up."""
    times = np.empty((turns + 1, len(contenders)))
    for turn in range(turns + 1):
        for k, run in enumerate(contenders.values()):
            start = time.perf_counter()
            run(X)
            times[turn, k] = time.perf_counter() - start
    return times[1:]


def worst_error(run, exact, X):
    """Return the worst error of z relative to max(1, abs z), inf for NaN."""
    with np.errstate(all="ignore"):
        z, expected = run(X), exact(X)
        error = np.abs(z - expected) / np.maximum(1, np.abs(expected))
    known = np.isfinite(expected)
    return float(np.nan_to_num(np.asarray(error[known], float), nan=np.inf).max())


def report(name, turns, small):
    """Measure one task and print its table."""
    (n_rows, n_columns), contenders, exact = TASKS[name]()
    rng = np.random.default_rng(0)
    X = rng.normal(size=(max(2, n_rows // 20) if small else n_rows, n_columns))
    times = measure(contenders, X, turns)
    ratios = times / times[:, :1]
    print(f"\n{name}, {X.shape[0]} x {X.shape[1]}")
    hard = rng.normal(size=(min(n_rows, 200), min(n_columns, 300))) + 1e8
    for k, (contender, run) in enumerate(contenders.items()):
        low, middle, high = np.quantile(ratios[:, k], [0.25, 0.5, 0.75])
        error = f"{worst_error(run, exact, hard):8.0e}" if exact else " " * 8
        print(
            f"  {contender:18} {middle:6.2f} ({low:.2f} to {high:.2f})  "
            f"{1e3 * np.median(times[:, k]):8.2f} ms  {error}"
        )


def main():
    """Run the chosen tasks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", help=", ".join(TASKS))
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="a twentieth of the rows")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if torch:
        torch.set_num_threads(1)
    print(f"sknorm {sknorm.__version__}, {IMPLEMENTATION} kernels; ratio, time, error")
    for name in arguments.tasks or TASKS:
        report(name, arguments.turns, arguments.small)


if __name__ == "__main__":
    main()
