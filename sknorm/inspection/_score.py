"""A score: which cells of which records an intruder has restored."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats
from sknorm.inspection._attack import Attack, NotApplicableError, Target


class Score:
    """Counts of restored cells, record by record, over several tries.

    Cells of one row are not independent: a record is one trial, and its success the
    share of its cells that were restored.

    Parameters
    ----------
    target : Target
    rows : ndarray of shape (n_records,)
        Which rows of X are attacked.
    """

    def __init__(self, target: Target, rows: NDArray[np.intp]) -> None:
        self.target = target
        self.X = target.release.X[rows]
        self.hits, self.cells, self.guesses = np.zeros((3, len(rows)))
        self.square, self.n_estimates = 0.0, 0

    def add(self, estimate: Floats, unknown: Any = True) -> None:
        """Count a try.

        Parameters
        ----------
        estimate : ndarray of shape (n_records, n_features)
            NaN where the intruder has none, which is a failure.
        unknown : bool ndarray that broadcasts to this shape, default=True
            Cells to count: those that the intruder did not know beforehand.
        """
        sd = self.target.sd
        counted = ~np.isnan(self.X) & ~np.isnan(sd) & unknown
        with np.errstate(invalid="ignore", over="ignore"):
            error = (estimate - self.X) / sd
            hit = counted & (np.abs(error) <= self.target.tolerance)
            known = counted & np.isfinite(error)
            self.square += float(np.sum(error * error, where=known))
        self.n_estimates += int(known.sum())
        self.hits += hit.sum(axis=1)
        self.cells += counted.sum(axis=1)
        self.guesses += np.sum(np.where(counted, self.target.guess, 0.0), axis=1)

    @property
    def rate(self) -> float:
        """Return the mean success of the records so far."""
        met = self.cells > 0
        return float((self.hits[met] / self.cells[met]).mean()) if met.any() else 0.0

    def attack(self, knowledge: str, *, needs_statistics: bool = False) -> Attack:
        """Return the attack of all tries."""
        met = self.cells > 0
        if not met.any():
            raise NotApplicableError("no value is left that the intruder did not know.")
        cells = self.cells[met]
        return self.target.attack(
            self.hits[met] / cells,
            float((self.guesses[met] / cells).mean()),
            knowledge,
            nrmse=float(np.sqrt(self.square / self.n_estimates))
            if self.n_estimates
            else np.nan,
            needs_statistics=needs_statistics,
        )
