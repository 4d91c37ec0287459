"""Chain: the values before a series undo a causal window, one value after the other."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats
from sknorm._local_window_normalizer import LocalWindowNormalizer
from sknorm.inspection._attack import Attack, NotApplicableError, Target
from sknorm.inspection._score import Score
from sknorm.inspection._steps import only_step

LONGEST_SERIES = 10_000  # values restored of each
MOST_RECORDS = 10_000  # series in rows that are attacked, at random


@dataclass(frozen=True, slots=True)
class CausalWindow:
    """What a release says of a value whose predecessors in the window are known.

    Parameters
    ----------
    n_before : int
        How many values before it the window reaches.
    own : bool
        Whether the value is in its own window (align "trailing", not "past").
    ddof : int
    eps : float
    resolution : float
        Machine epsilon of the data.
    """

    n_before: int
    own: bool
    ddof: int = 0
    eps: float = 0.0
    resolution: float = float(np.finfo(np.float64).eps)

    def value(self, before: Floats, z: Floats) -> Floats:
        """Return x of z, given the values before.

        With mean m0 and population variance v0 of the k values before, w = k + 1,
        c = w / (w - ddof): x = m0 + d, where for a window that holds x

            d = z sqrt((c w v0 + eps w^2 / k) / (k - c z^2)),

        the root of z = (d k / w) / sqrt(c (k v0 / w + k d^2 / w^2) + eps).

        Parameters
        ----------
        before : ndarray of shape (at most n_before, n_series)
            NaN where a value is missing.
        z : ndarray of shape (n_series,)

        Returns
        -------
        ndarray of shape (n_series,)
            NaN where z is, and where no value is before. Where the values before are
            equal and x is not, z says nothing of its size: their mean is the guess.
        """
        present = ~np.isnan(before)
        k = present.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            m0 = np.sum(before, axis=0, where=present) / k
            v0 = np.sum((before - m0) ** 2, axis=0, where=present) / k
            v0 = np.where(v0 > (self.resolution * m0) ** 2, v0, 0.0)
            n = k + 1 if self.own else k
            c = np.where(n > self.ddof, n / (n - self.ddof), np.nan)
            if self.own:
                d = z * np.sqrt((c * n * v0 + self.eps * n * n / k) / (k - c * z * z))
                unscaled = z * n / k
            else:
                scale = np.sqrt(c * v0 + self.eps)
                d, unscaled = z * np.where(scale > 0, scale, 1.0), z
            d = np.where(n > self.ddof, d, unscaled)  # scale 1
        guess_or_value = m0 + np.where(np.isfinite(d), d, 0.0)
        return np.where(np.isnan(z), np.nan, guess_or_value)


def chain(target: Target) -> Attack:
    """Restore whole series from the values before, with windows that do not look ahead.

    Each restored value is one of those before the next.

    Raises
    ------
    NotApplicableError
        For other estimators, other statistics than mean and standard deviation, windows
        that look ahead, and series that are not longer than the window.
    """
    estimator = only_step(target.release.estimator)
    if not isinstance(estimator, LocalWindowNormalizer):
        raise NotApplicableError("it concerns LocalWindowNormalizer by itself.")
    if estimator.align == "center":
        raise NotApplicableError("the windows look ahead.")
    if (estimator.location, estimator.scale) != ("mean", "std"):
        raise NotApplicableError(
            "it is in closed form for location 'mean' and scale 'std' only."
        )
    rows = np.arange(min(len(target.release.X), LONGEST_SERIES))
    if estimator.axis == "features":
        rows = target.sample(MOST_RECORDS)
    Z, width = _series(estimator, target.release.Z[rows])
    X, _ = _series(estimator, target.release.X[rows])
    own = estimator.align == "trailing"
    window = CausalWindow(
        n_before=width - own,
        own=own,
        ddof=estimator.ddof,
        eps=estimator.eps,
        resolution=target.release.resolution,
    )
    if not 0 < window.n_before < len(Z):
        raise NotApplicableError(
            f"it needs windows of several values, and series of more than "
            f"{window.n_before}."
        )
    restored, unknown = _restored(window, X, Z)
    score = Score(target, rows)
    score.add(*(_rows(estimator, part, len(rows)) for part in (restored, unknown)))
    return score.attack(
        f"the first {window.n_before} values of each series, and the window"
    )


def _restored(
    window: CausalWindow, X: Floats, Z: Floats
) -> tuple[Floats, NDArray[np.bool]]:
    """Return series (n_times, n_series) restored from their beginning, and what is new.

    Only the first `n_before` values of X are read.
    """
    first = window.n_before
    estimate = np.full(Z.shape, np.nan)
    estimate[:first] = X[:first]
    for t in range(first, len(Z)):
        estimate[t] = window.value(estimate[t - first : t], Z[t])
    unknown = np.ones(Z.shape, np.bool)
    unknown[:first] = False
    return estimate, unknown


def _series(estimator: LocalWindowNormalizer, values: Floats) -> tuple[Floats, int]:
    """Return values as (n_times, n_series), and the length of the window."""
    shape, axis, width = _layout(estimator, values.shape[1])
    if axis is None:
        return values, width
    lines = np.moveaxis(values.reshape(len(values), *shape), axis + 1, 0)
    return lines.reshape(len(lines), -1), width


def _rows(
    estimator: LocalWindowNormalizer, series: NDArray[Any], n_rows: int
) -> NDArray[Any]:
    """Undo `_series`."""
    if estimator.axis == "samples":
        return series
    n_features = series.size // n_rows
    shape, axis, _ = _layout(estimator, n_features)
    assert axis is not None
    others = [n for i, n in enumerate(shape) if i != axis]
    lines = series.reshape(shape[axis], n_rows, *others)
    return np.moveaxis(lines, 0, axis + 1).reshape(n_rows, n_features)


def _layout(
    estimator: LocalWindowNormalizer, n_features: int
) -> tuple[tuple[int, ...], int | None, int]:
    """Return the shape of a row, its windowed axis (None: time is rows), the width."""
    if estimator.axis == "samples":
        return (n_features,), None, int(np.max(estimator.window))
    shape = tuple(estimator.sample_shape or (n_features,))
    assert prod(shape) == n_features
    widths = np.broadcast_to(estimator.window, len(shape))
    axis = int(np.argmax(widths))
    return shape, axis, int(widths[axis])
