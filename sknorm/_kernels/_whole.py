"""Whole arrays through the compiled core, or NumPy, in threads.

The functions of `_core` take a part of an array. Those here divide an array, and say
for which choice of statistics there is a function at all.
"""

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import _generic
from sknorm._kernels._generic import Floats, RealMatrix
from sknorm._kernels._threads import (
    flags_in_threads,
    in_threads,
    n_threads,
    shares,
    shares_and_rests,
)

LOCATIONS = {None: 0, "mean": 1, "min": 2}
SCALES = {None: 0, "std": 1, "rms": 2, "maxabs": 3, "range": 4}

# Windows at the end of a line, patches with NaN and threads that have to wait take
# longer: who is done first takes the next part.
PARTS_A_THREAD = 8

# Parts that a matrix is divided into for moments, at most, and the columns and bytes of
# one, at least. Their moments are merged in one order: the division may depend on the
# shape only. Threads take several parts at a time.
MOMENT_PARTS = 32
TASK_COLUMNS = 1024
TASK_BYTES = 2**20
BLOCK_ROWS = 256  # of src/columns.h: parts end where blocks do


class Choice(NamedTuple):
    """Which statistics are taken away; see `sknorm_choice` in src/core.h."""

    location: int
    scale: int
    ddof: float
    eps: float
    resolution: float

    @classmethod
    def of(cls, estimator: Any, dtype: Any) -> "Choice | None":
        """Return the choice of an estimator, None where only NumPy has it."""
        if estimator.location not in LOCATIONS or estimator.scale not in SCALES:
            return None
        return cls(
            LOCATIONS[estimator.location],
            SCALES[estimator.scale],
            float(estimator.ddof),
            float(estimator.eps),
            float(np.finfo(dtype).eps),
        )

    @property
    def needs_extrema(self) -> bool:
        """Whether mean and variance do not determine location and scale."""
        return self.location == LOCATIONS["min"] or self.scale >= SCALES["maxabs"]


def map_matrix(
    kernels: ModuleType,
    name: str,
    X: RealMatrix,
    statistics: tuple[Floats, Floats | None, Floats],
    out: RealMatrix,
    n_jobs: int | None,
) -> int:
    """Write a map of X to out, and return its flags; X and out may be one array.

    Parameters
    ----------
    kernels : module
        The core, which takes C order only, or `_generic`, which serves all others.
    name : {"affine", "affine_inverse"}
    X, out : ndarray of shape (n_rows, n_columns)
    statistics : tuple of ndarray
        Shift, delta (None: zero) and scale, as for `_generic.affine`.
    n_jobs : int or None
    """
    if X.flags.f_contiguous and out.flags.f_contiguous and not X.flags.c_contiguous:
        transposed: Any = tuple(
            None if s is None else np.atleast_2d(s).T for s in statistics
        )
        return map_matrix(kernels, name, X.T, transposed, out.T, n_jobs)
    shift, delta, scale = (None if s is None else np.atleast_2d(s) for s in statistics)
    contiguous = X.flags.c_contiguous and out.flags.c_contiguous
    kernel = getattr(kernels if contiguous else _generic, name)
    threads = n_threads(n_jobs, X.nbytes)

    def of(rows: slice) -> int:
        a, b, c = (
            s if s is None else np.ascontiguousarray(s if len(s) == 1 else s[rows])
            for s in (shift, delta, scale)
        )
        return int(kernel(X[rows], a, b, c, out[rows]))

    return flags_in_threads(of, shares_and_rests(len(X), threads), threads)


def matrix_moments(
    core: Any, X: RealMatrix, weight: Floats | None, n_jobs: int | None
) -> Floats:
    """Return the fields of `Moments`, of shape (7, n_columns), of a matrix."""
    n, p = X.shape
    if X.nbytes <= TASK_BYTES and p <= TASK_COLUMNS:
        whole = np.empty((1, 7, p))
        core.column_moments(X, weight, n, whole)
        return np.asarray(whole[0])
    if p > 1 and X.flags.f_contiguous:
        return _line_moments(core, X.T, weight, n_jobs)
    starts = range(0, p, TASK_COLUMNS)
    tiles = [slice(j, min(j + TASK_COLUMNS, p)) for j in starts]
    n_bytes = X.nbytes // len(tiles)
    n_parts = max(1, min(MOMENT_PARTS // len(tiles), n_bytes // TASK_BYTES))
    height = -(-n // n_parts // BLOCK_ROWS) * BLOCK_ROWS if n_parts > 1 else n
    parts = np.empty((-(-n // height), 7, p))
    threads = n_threads(n_jobs, X.nbytes)
    together = -(-len(parts) // (PARTS_A_THREAD * threads)) if threads > 1 else n_parts

    def moments(task: tuple[int, slice]) -> None:
        first, columns = task
        rows = slice(first * height, (first + together) * height)
        out = parts[first : first + together, :, columns]
        of_rows = None if weight is None else weight[rows]
        core.column_moments(X[rows, columns], of_rows, height, out)

    firsts = range(0, len(parts), together)
    in_threads(moments, [(i, tile) for i in firsts for tile in tiles], threads)
    core.merge(parts)
    return np.asarray(parts[0])


def _line_moments(
    core: Any, lines: RealMatrix, weight: Floats | None, n_jobs: int | None
) -> Floats:
    """Return the fields of `Moments`, of shape (7, n_lines), of contiguous lines."""
    whole = np.empty((7, len(lines)))

    def moments(part: slice) -> None:
        out = np.empty((7, part.stop - part.start))
        core.line_moments(lines[part], weight, out)
        whole[:, part] = out

    threads = n_threads(n_jobs, lines.nbytes)
    in_threads(moments, shares(len(lines), threads), threads)
    return whole


def normalise_rows(
    core: Any,
    X: RealMatrix,
    choice: Choice,
    out: RealMatrix,
    key: tuple[NDArray[Any], NDArray[Any]] | tuple[None, None],
    n_jobs: int | None,
) -> int:
    """Write the normalised rows of X to out, and their statistics to the key.

    Parameters
    ----------
    core : module
    X, out : ndarray of shape (n_rows, n_columns), C order
    choice : Choice
    key : two ndarrays of shape (n_rows,), dtype of X, or two None

    Returns
    -------
    int
        The flags of what was met.
    """
    threads = n_threads(n_jobs, X.nbytes)

    def normalise(rows: slice) -> int:
        part = (None if statistic is None else statistic[rows] for statistic in key)
        return int(core.rows(X[rows], choice, out[rows], *part))

    return flags_in_threads(normalise, shares_and_rests(len(X), threads), threads)


def normalise_windows(
    core: Any,
    X: RealMatrix,
    shape: tuple[int, ...],
    before: Any,
    after: Any,
    choice: Choice,
    out: RealMatrix,
    key: tuple[NDArray[Any], NDArray[Any]] | tuple[None, None],
    n_jobs: int | None,
) -> int:
    """Write X, normalised by windows, to out, and their statistics to the key.

    Parameters
    ----------
    core : module
    X, out : ndarray, C order, of one size
    shape : tuple of int
        How X is read: (outer, length, inner) for windows along the axis in the middle,
        (images, height, width, inner) for patches along the two in the middle.
    before, after : int, or two of them for patches
        How many values a window reaches back and ahead.
    choice : Choice
    key : two ndarrays of the size of X, dtype of X, C order, or two None

    Returns
    -------
    int
        The flags of what was met.
    """
    along_two = len(shape) == 4
    kernel = core.patches if along_two else core.windows
    count = core.patch_tasks if along_two else core.window_tasks
    threads = n_threads(n_jobs, X.nbytes)
    flat: list[Any] = [None if a is None else a.reshape(-1) for a in (X, out, *key)]

    def normalise(tasks: slice) -> int:
        span = tasks.start, tasks.stop
        return int(kernel(flat[0], shape, before, after, choice, *span, *flat[1:]))

    n_parts = PARTS_A_THREAD * threads if threads > 1 else 1
    parts = shares(count(shape, before, after), n_parts)
    return flags_in_threads(normalise, parts, threads)
