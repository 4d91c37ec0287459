"""The rows that are measured, their goals and the curves that are drawn, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from peers import COLUMNS, ROWS, Task, patches, windows

MEASURES = {"xM": "copy", "F": "fresh copy", "read": "read"}  # units of time
WIDTHS = (5, 51, 501)


def both(bound):
    """Return a bound that holds with one thread and with two."""
    return {1: bound, 2: bound}


@dataclass(frozen=True)
class Row:
    """A method on data of some shape, and what is wanted of it.

    Parameters
    ----------
    task : Task
    method : str
    shape : tuple of int
        Normal data; all axes but the first are flattened.
    limits : {unit: {n_jobs: bound}}
        Bounds from above on the time of sknorm; units are those of `MEASURES`. Those on
        xM are for two threads, as the copy has two.
    ratios : {peer: {n_jobs: bound}}
        Bounds from below on the time of a peer over that of sknorm. The peer has as
        many threads as sknorm where it is measured with as many, else one.
    calls : int
        How often the method is called in a turn.
    """

    task: Task
    method: str
    shape: tuple[int, ...]
    limits: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    ratios: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    calls: int = 1


def along_features(width):
    """Return the row of windows within 5000 signals."""
    return Row(
        windows("features", width),
        "transform",
        (5_000, 2_000),
        {"xM": {2: 2.2}},
        {
            "bottleneck": {1: 5, 2: 8},
            "numbagg": {1: 3, 2: 5},
            "scipy": {1: 7, 2: 12},
            "pandas": both(25),
            "polars": both(10),
        },
    )


def along_samples(width):
    """Return the row of windows along 100 series."""
    return Row(
        windows("samples", width),
        "transform",
        (100_000, 100),
        {"xM": {2: 2.2}},
        {"bottleneck": {2: 11}, "numbagg": {2: 7}, "pandas": {2: 15}},
    )


MANY_COLUMNS, FEW_COLUMNS, SMALL = (50_000, 200), (500_000, 20), (100, 10)
MAP = {"limits": {"F": both(1.0)}, "ratios": {"StandardScaler": {1: 2, 2: 4}}}
NOT_SLOWER = {"ratios": {"StandardScaler": both(1)}, "calls": 100}

GOALS: dict[str, Row] = {
    "fit, 200 columns": Row(
        COLUMNS,
        "fit",
        MANY_COLUMNS,
        {"read": both(1.2)},
        {"StandardScaler": {1: 10, 2: 20}},
    ),
    "fit, 20 columns": Row(
        COLUMNS,
        "fit",
        FEW_COLUMNS,
        {"read": both(1.4)},
        {"StandardScaler": {1: 12, 2: 22}},
    ),
    "transform": Row(COLUMNS, "transform", MANY_COLUMNS, **MAP),
    "inverse_transform": Row(COLUMNS, "inverse_transform", MANY_COLUMNS, **MAP),
    "fit_transform": Row(
        COLUMNS,
        "fit_transform",
        MANY_COLUMNS,
        {"F": both(1.3)},
        {"StandardScaler": {1: 4.5, 2: 9}, "pandas": both(6)},
    ),
    "rows": Row(
        ROWS,
        "transform",
        (10_000, 1_000),
        {"F": both(1.15)},
        {"chemotools": {1: 7.5, 2: 14}, "torch": {2: 1.7}},
    ),
    **{f"windows along features, {w}": along_features(w) for w in WIDTHS},
    **{f"windows along samples, {w}": along_samples(w) for w in WIDTHS},
    "patches": Row(
        patches(9),
        "transform",
        (64, 512, 512),
        {"xM": {2: 4}},
        {"OpenCV": both(3), "scipy": both(12)},
    ),
    "100 x 10, fit": Row(COLUMNS, "fit", SMALL, **NOT_SLOWER),
    "100 x 10, transform": Row(COLUMNS, "transform", SMALL, **NOT_SLOWER),
}


WINDOWS = windows("features", 51)
ESTIMATORS = {
    "columns, fit_transform": (COLUMNS, "fit_transform"),
    "rows, transform": (ROWS, "transform"),
    "windows of 51 along features, transform": (WINDOWS, "transform"),
}
SERIES = {
    "windows along features, transform": ("features", (1_000, 2_000)),
    "windows along samples, transform": ("samples", (20_000, 100)),
}

# {size on the abscissa: {what is drawn: {value of the size: row}}}
CURVES: dict[str, dict[str, dict[int, Row]]] = {
    "rows": {
        title: {
            n: Row(task, method, (n, 200)) for n in (32, 128, 512, 2048, 8192, 32768)
        }
        for title, (task, method) in ESTIMATORS.items()
    },
    "columns": {
        title: {n: Row(task, method, (400, n)) for n in (64, 256, 1024, 4096, 16384)}
        for title, (task, method) in ESTIMATORS.items()
    },
    "window": {
        title: {
            w: Row(windows(axis, w), "transform", shape) for w in (3, 11, 51, 201, 501)
        }
        for title, (axis, shape) in SERIES.items()
    },
}
