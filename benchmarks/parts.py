"""Time of learning and normalising in parts: batches, merges, Dask, history.

Contenders take turns in one process; `print_table` in timing.py says what is printed.
The error is that of the standard deviation (or z, for windows) relative to one fit (or
transform) of the whole, at an offset of 1e8. Dask's rows need `dask[array]`.

    python benchmarks/parts.py [--turns 7] [--small]
"""

import argparse
from functools import reduce

import numpy as np
from sklearn.preprocessing import StandardScaler

from sknorm import BatchStandardizer, LocalWindowNormalizer
from timing import Entry, installed, print_table

BATCH, N_COLUMNS = 10_000, 20
da = installed("dask.array")


def in_batches(estimator, X):
    """Return an estimator that has learned X batch by batch."""
    estimator = estimator()
    for start in range(0, len(X), BATCH):
        estimator.partial_fit(X[start : start + BATCH])
    return estimator


def error_of(scale, X):
    """Return how far a deviation is from that of two passes in extended precision."""
    exact = (X.astype(np.longdouble) - X[0]).std(axis=0)
    return float(np.abs(scale / exact - 1).max())


def batches(X):
    """Learning in batches, beside one fit and scikit-learn's."""
    ways = {
        "sknorm, batches": lambda: in_batches(BatchStandardizer, X),
        "sknorm, one fit": lambda: BatchStandardizer().fit(X),
        "StandardScaler": lambda: in_batches(StandardScaler, X),
    }
    return {name: Entry(way, error_of(way().scale_, X)) for name, way in ways.items()}


def merges(X):
    """Merge what was learned from parts, at once and one by one, beside a fit."""
    parts = [BatchStandardizer().fit(part) for part in np.array_split(X, 64)]
    ways = {
        "one merge of 64": lambda: parts[0].merge(*parts[1:]),
        "63 merges of two": lambda: reduce(BatchStandardizer.merge, parts),
        "one fit": lambda: BatchStandardizer().fit(X),
    }
    return {name: Entry(way, error_of(way().scale_, X)) for name, way in ways.items()}


def dask(X):
    """Take a Dask array of chunks in memory, on two threads, beside NumPy."""
    D = da.from_array(X, chunks=(5 * BATCH, N_COLUMNS))
    fitted = BatchStandardizer().fit(X)
    return {
        "fit, dask": Entry(
            lambda: BatchStandardizer().fit(D),
            error_of(BatchStandardizer().fit(D).scale_, X),
        ),
        "fit, numpy": Entry(lambda: BatchStandardizer().fit(X)),
        "transform, dask": Entry(lambda: fitted.transform(D).compute()),
        "transform, numpy": Entry(lambda: fitted.transform(X)),
    }


def history(X):
    """Take a stream of blocks behind their history, beside the series as a whole."""
    X = X[:20_000]
    past = LocalWindowNormalizer(
        51, axis="samples", align="past", keep_statistics=False
    ).fit(X)
    whole = past.transform(X)

    def in_blocks(size):
        return np.vstack(
            [
                past.transform(X[i : i + size], history=X[max(0, i - 51) : i])
                for i in range(0, len(X), size)
            ]
        )

    ways = {"whole": lambda: past.transform(X)}
    for size in (1000, 100):
        ways[f"blocks of {size}"] = lambda size=size: in_blocks(size)
    scale = np.maximum(1, np.abs(whole))
    return {
        name: Entry(way, float((np.abs(way() - whole) / scale).max()))
        for name, way in ways.items()
    }


def main():
    """Run all tasks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="a twentieth of the rows")
    arguments = parser.parse_args()
    n_rows = 1_000_000 // (20 if arguments.small else 1)
    X = np.random.default_rng(0).normal(size=(n_rows, N_COLUMNS)) + 1e8
    title = f"{n_rows} x {N_COLUMNS}"
    print_table(f"learning in batches of {BATCH}, {title}", batches(X), arguments.turns)
    print_table(f"merging, {title}", merges(X), arguments.turns)
    if da:
        print_table(f"dask, {title}", dask(X), arguments.turns)
    print_table("windows of 51 with history, 20000 rows", history(X), arguments.turns)


if __name__ == "__main__":
    main()
