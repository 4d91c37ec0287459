"""Random cases for fuzz.py: shapes, strides, windows, NaN patterns, dtypes and data."""

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

KINDS = {"columns": 0.2, "rows": 0.25, "windows": 0.3, "patches": 0.15, "maps": 0.1}
LOCATIONS = ("mean", "mean", "min", None)
SCALES = ("std", "std", "rms", "maxabs", "range", None)
WINDOW_LOCATIONS = ("mean", "mean", None)
WINDOW_SCALES = ("std", "std", "rms", None)
# Multiples of these are where the loops of the core begin anew.
EDGES = (8, 8, 16, 64, 256, 1024, 2048)
# Of noise X, places i along the neighbourhoods, their width, and the digits there are.
DATA = {
    "normal": lambda rng, X, i, width, digits: X,
    "offset": lambda rng, X, i, width, digits: X + offset(rng, digits),
    "spikes": lambda rng, X, i, width, digits: spiked(rng, X, i, width, digits),
    "step": lambda rng, X, i, width, digits: (
        X + offset(rng, digits) * (i > rng.choice(i.ravel()))
    ),
    "ramp": lambda rng, X, i, width, digits: i / 7 + 0 * X,
    "constants": lambda rng, X, i, width, digits: (
        0 * X + rng.choice([0.1, 1 / 3, -3e8 / 7])
    ),
    "constant with a spike": lambda rng, X, i, width, digits: spiked(
        rng, 0 * X + 0.1, i, X.size, digits
    ),
    "integers": lambda rng, X, i, width, digits: np.rint(3 * X),
    "a unit apart": lambda rng, X, i, width, digits: 1.0 + np.rint(X) * 2.0**-52,
    "scale drops": lambda rng, X, i, width, digits: X * np.where(i % 50 > 25, 1e-11, 1),
    "tiny": lambda rng, X, i, width, digits: X * (1e-130 if digits > 9 else 1e-25),
    "huge": lambda rng, X, i, width, digits: X * (1e130 if digits > 9 else 1e25),
}
ABSENT = ("none", "none", "none", "few", "many", "rows", "columns", "ends", "block")
LAYOUTS = (
    *("C", "C", "C", "F", "F", "every other column", "every other row", "reversed"),
    *("mirrored", "read-only", "shifted", "part of a wider matrix", "part in F"),
)


@dataclass
class Case:
    """What is compared: an estimator with clean data, in some layout."""

    kind: str
    X: Any
    estimator: Any = None
    weight: Any = None
    public: bool = False
    drawn: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        strides = [stride // self.X.itemsize for stride in self.X.strides]
        weight = None if self.weight is None else self.weight.tolist()
        lines = [
            f"kind: {self.kind}, {'public methods' if self.public else 'kernels'}",
            f"estimator: {self.estimator}",
            f"X: {self.X.dtype}, shape {self.X.shape}, strides {strides} values",
            *(f"{name}: {value}" for name, value in self.drawn.items()),
            f"weight: {weight}",
        ]
        if self.X.size <= 200:
            lines.append(f"X = {self.X.tolist()}")
        return "\n".join(lines)


def draw_case(rng: np.random.Generator) -> Case:
    """Draw a case."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    draw = {"windows": draw_windows, "patches": draw_patches}.get(kind)
    if draw is not None:
        shape, along, width, estimator = draw(rng)
    else:
        shape, along, width, estimator = draw_matrix(rng, kind)
    drawn = {"data": str(rng.choice(list(DATA))), "layout": str(rng.choice(LAYOUTS))}
    drawn["absent"] = str(rng.choice(ABSENT))
    dtype = np.float32 if rng.random() < 0.3 else np.float64
    X = data_of(rng, shape, along, width, drawn["data"], dtype)
    X[absent(rng, shape, drawn["absent"])] = np.nan
    case = Case(kind, laid_out(rng, X, drawn["layout"]), estimator, drawn=drawn)
    case.public = rng.random() < 0.15
    if kind == "columns" and rng.random() < 0.3:
        case.weight = draw_weight(rng, len(X))
    return case


def length(rng: np.random.Generator, most: int) -> int:
    """Draw a length up to `most`, often just around a multiple of an edge."""
    if rng.random() < 0.5:
        return int(rng.integers(1, min(most, 40) + 1))
    edge = int(rng.choice(EDGES))
    near = edge * int(rng.integers(1, 4)) + int(rng.integers(-2, 3))
    return near if near <= most else int(rng.integers(1, min(most, 300) + 1))


def budget(rng: np.random.Generator) -> int:
    """Draw how many values a case has at most: most are small."""
    return int(rng.choice([300, 1500, 6000, 40_000], p=[0.55, 0.38, 0.067, 0.003]))


def draw_matrix(rng: np.random.Generator, kind: str) -> tuple[Any, ...]:
    """Return a shape, the axis of neighbourhoods, a width and an estimator."""
    room = budget(rng)
    long = length(rng, room)
    if kind == "rows" and rng.random() < 0.03:  # long ones are summed beside others
        room, long = 40_000, int(rng.integers(512, 5000))
    short = 1 if rng.random() < 0.1 else int(rng.integers(1, 20))
    short = max(1, min(short, room // long))
    if rng.random() < 0.2:
        short = max(1, room // long)
    along = 0 if kind == "columns" else 1
    shape = (long, short) if along == 0 else (short, long)
    if rng.random() < 0.25:
        shape = shape[::-1]
    params = {
        "location": choice(rng, LOCATIONS),
        "scale": choice(rng, SCALES),
        "feature_groups": draw_groups(rng, shape[1]),
        "ddof": int(rng.random() < 0.25),
        "eps": float(rng.choice([0.0, 0.0, 0.0, 1e-5])),
    }
    if kind == "maps":
        return shape, along, 8, None
    estimator = BatchStandardizer if kind == "columns" else RowLayerNormalizer
    return shape, along, int(rng.choice([8, 64, 256])), estimator(**params)


def draw_groups(rng: np.random.Generator, p: int) -> Any:
    """Draw feature groups: none, equal ones, or lists that differ in length."""
    which = rng.random()
    if which < 0.5:
        return None
    if which < 0.75:
        return int(rng.choice([n for n in range(1, min(p, 40) + 1) if p % n == 0]))
    order = rng.permutation(p)[: int(rng.integers(1, p + 1))]
    cuts = np.unique(rng.integers(1, len(order) + 1, size=rng.integers(0, 4)))
    return [part.tolist() for part in np.split(order, cuts) if part.size]


def draw_windows(rng: np.random.Generator) -> tuple[Any, ...]:
    """Return the same for windows along one axis."""
    room = budget(rng)
    n = length(rng, room)
    window = draw_window(rng, n)
    if rng.random() < 0.15 and window < room // 2:
        n = max(1, window * int(rng.integers(1, 4)) + int(rng.integers(-1, 2)))
    others = max(1, min(int(rng.integers(1, 20)), room // n))
    params: dict[str, Any] = {
        "align": str(rng.choice(["center", "center", "trailing", "past"])),
        **draw_window_statistics(rng),
    }
    if rng.random() < 0.35:
        return (
            (n, others),
            0,
            window,
            LocalWindowNormalizer(window, axis="samples", **params),
        )
    if rng.random() < 0.5:
        return (others, n), 1, window, LocalWindowNormalizer(window, **params)
    beside = [int(rng.integers(1, 10)) for _ in range(int(rng.integers(1, 3)))]
    where = int(rng.integers(0, len(beside) + 1))
    windows = [1] * (len(beside) + 1)
    beside.insert(where, min(n, max(1, room // prod(beside))))
    windows[where] = max(2, window)
    params |= {"window": tuple(windows), "sample_shape": tuple(beside)}
    n_rows = max(1, min(others, room // prod(beside)))
    return (n_rows, prod(beside)), 1, window, LocalWindowNormalizer(**params)


def draw_patches(rng: np.random.Generator) -> tuple[Any, ...]:
    """Return the same for patches."""
    room = budget(rng)
    height = int(rng.integers(1, 24)) if rng.random() < 0.8 else length(rng, room)
    width = max(1, min(length(rng, 70), room // height))
    shape, window = (height, width), [draw_window(rng, n) for n in (height, width)]
    if rng.random() < 0.5:
        extra = max(1, min(int(rng.integers(1, 10)), room // (height * width)))
        where = int(rng.integers(0, 3))
        shape = (*shape[:where], extra, *shape[where:])
        # Rarely patches along axes that are not adjacent, which NumPy serves.
        window.insert(where if where != 1 or rng.random() < 0.1 else 0, 1)
        if len(window) == 3 and window[where] != 1:
            window = [1, *(draw_window(rng, n) for n in shape[1:])]
    n_rows = max(1, min(int(rng.integers(1, 12)), room // prod(shape)))
    params = {"sample_shape": shape, "window": tuple(window)}
    estimator = LocalWindowNormalizer(**params, **draw_window_statistics(rng))
    return (n_rows, prod(shape)), 1, max(window), estimator


def draw_window(rng: np.random.Generator, n: int) -> int:
    """Draw a window for an axis of n values: short, or up to three times as long."""
    if rng.random() < 0.6:
        return int(rng.integers(1, min(20, 3 * n) + 1))
    return int(rng.integers(1, 3 * n + 1))


def draw_window_statistics(rng: np.random.Generator) -> dict[str, Any]:
    """Draw location, scale, ddof and eps; rarely those that only NumPy has."""
    numpy_only = rng.random() < 0.02
    return {
        "location": choice(rng, LOCATIONS if numpy_only else WINDOW_LOCATIONS),
        "scale": choice(rng, SCALES if numpy_only else WINDOW_SCALES),
        "ddof": int(rng.random() < 0.25),
        "eps": float(rng.choice([0.0, 0.0, 0.0, 1e-5])),
    }


def draw_weight(rng: np.random.Generator, n: int) -> Any:
    """Draw weights, some of them 0, that sum to more than any ddof."""
    weight = rng.choice([0.0, 1.0, 2.0, 7.0], size=n)
    if rng.random() < 0.5:
        weight = rng.exponential(size=n) * (rng.random(n) < 0.9)
    weight[rng.integers(n)] = 3.0
    return weight


def choice(rng: np.random.Generator, options: tuple[Any, ...]) -> Any:
    """Return one of some options as it is, None included."""
    return options[rng.integers(len(options))]


def offset(rng: np.random.Generator, digits: int) -> float:
    """Return an offset that leaves some digits."""
    return float(rng.choice([-1, 1]) * 10.0 ** rng.integers(0, digits - 2))


def spiked(rng: np.random.Generator, X: Any, i: Any, width: int, digits: int) -> Any:
    """Return X with spikes a width apart: at the ends of blocks, where they hurt."""
    size = rng.choice([-1, 1]) * 10.0 ** rng.integers(3, digits + 1)
    places = (i - rng.integers(0, width + 1)) % max(1, width) == 0
    return np.where(places, X + size, X)


def data_of(
    rng: np.random.Generator, shape: Any, along: int, width: int, kind: str, dtype: Any
) -> Any:
    """Return data of a kind that change along an axis."""
    i = np.expand_dims(np.arange(shape[along]), 1 - along)
    digits = 15 if dtype == np.float64 else 6
    return np.array(DATA[kind](rng, rng.normal(size=shape), i, width, digits), dtype)


def absent(rng: np.random.Generator, shape: tuple[int, int], pattern: str) -> Any:
    """Return which values are NaN."""
    found = np.zeros(shape, np.bool)
    n, p = shape
    if pattern in ("few", "many"):
        return rng.random(shape) < (0.02 if pattern == "few" else rng.uniform(0.3, 1))
    if pattern == "rows":
        found[rng.random(n) < 0.3] = True
    elif pattern == "columns":
        found[:, rng.random(p) < 0.3] = True
    elif pattern == "ends":
        a, b = rng.integers(0, p + 1, size=2)
        c, d = rng.integers(0, n + 1, size=2)
        found[rng.integers(n), :a] = found[rng.integers(n), b:] = True
        found[:c, rng.integers(p)] = found[d:, rng.integers(p)] = True
    elif pattern == "block":
        (a, b), (c, d) = np.sort(rng.integers(0, n + 1, 2)), rng.integers(0, p + 1, 2)
        found[a:b, min(c, d) : max(c, d)] = True
    return found


def laid_out(rng: np.random.Generator, X: Any, layout: str) -> Any:
    """Return an array of the values of X, in a layout, amid values that are not its."""
    n, p = X.shape
    foreign = X.dtype.type(rng.choice([np.nan, np.inf, 3e33]))
    if layout == "F":
        return np.asfortranarray(X)
    if layout == "read-only":
        X.setflags(write=False)
        return X
    if layout == "shifted":
        buffer = np.full(X.size + 20, foreign)
        start = int(rng.integers(1, 16))
        view = buffer[start : start + X.size].reshape(n, p)
    elif layout == "every other column":
        view = np.full((n, 2 * p + 1), foreign)[:, 1::2]
    elif layout == "every other row":
        view = np.full((2 * n + 1, p), foreign)[1::2]
    elif layout == "reversed":
        view = np.full((n, p), foreign)[::-1]
    elif layout == "mirrored":
        view = np.full((n, p), foreign)[:, ::-1]
    elif layout == "part of a wider matrix":
        view = np.full((n + 2, p + 3), foreign)[1:-1, 2:-1]
    elif layout == "part in F":
        view = np.full((n + 3, p + 2), foreign, order="F")[2:-1, 1:-1]
    else:
        return X
    view[:] = X
    return view
