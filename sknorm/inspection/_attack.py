"""An attack: what the intruder must know, and how far it takes him above guessing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.utils import Bunch

from sknorm._kernels import Floats
from sknorm.inspection._release import Release


class Attack(Bunch):
    """One attack, and its success.

    Attributes
    ----------
    success_rate : float
        Share of the cells that were restored, or expected share of the records that
        were linked; the mean over the trials.
    baseline_rate : float
        What guessing without the release achieves.
    risk : float
        (success_rate - baseline_rate) / (1 - baseline_rate), not below 0.
    ci : tuple of two floats
        Interval of the risk, from Wilson's for the success rate. The attack is better
        than guessing where its lower end is above 0.
    nrmse : float
        Root mean square error of the estimates, in standard deviations of the columns
        (of scales: as a share of them). NaN where nothing is estimated.
    knowledge : str
        What the intruder must know beside the release and the method.
    needs_statistics : bool
        Whether that is the key: the statistics of the estimator.
    n_trials : int
        Number of records (columns, rows) that were attacked.
    """


class NotApplicableError(Exception):
    """An attack does not concern this estimator or these data; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Data under attack, and when a value counts as restored.

    Parameters
    ----------
    release : Release
    sd : ndarray of shape (n_features,)
        Standard deviations (ddof=0), NaN where a column is constant.
    guess : ndarray of shape (n_features,)
        How often guessing comes within the tolerance, NaN where a column is constant.
    tolerance : float
        How close an estimate must come, in standard deviations.
    confidence_level : float
    random : RandomState
    """

    release: Release
    sd: Floats
    guess: Floats
    tolerance: float
    confidence_level: float
    random: np.random.RandomState

    def sample(self, n: int) -> NDArray[np.intp]:
        """Return n rows at random, in order; all where there are not more."""
        n_samples = len(self.release.X)
        if n_samples <= n:
            return np.arange(n_samples)
        return np.sort(self.random.choice(n_samples, n, replace=False))

    def attack(
        self,
        successes: Floats,
        baseline: float,
        knowledge: str,
        *,
        nrmse: float = np.nan,
        needs_statistics: bool = False,
    ) -> Attack:
        """Return an attack from the success, 0 to 1, of each trial."""
        n = len(successes)
        rate = float(successes.mean())
        interval = wilson_interval(float(successes.sum()), n, self.confidence_level)
        return Attack(
            success_rate=rate,
            baseline_rate=baseline,
            risk=above(rate, baseline),
            ci=(above(interval[0], baseline), above(interval[1], baseline)),
            nrmse=nrmse,
            knowledge=knowledge,
            needs_statistics=needs_statistics,
            n_trials=n,
        )


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


def wilson_interval(
    successes: float, n: int, confidence_level: float
) -> tuple[float, float]:
    """Return Wilson's score interval of a rate.

    (s + q^2 / 2) / (n + q^2) -+ q / (n + q^2) sqrt(s (n - s) / n + q^2 / 4), with q the
    normal quantile of (1 + confidence_level) / 2. Successes need not be whole.

    Examples
    --------
    >>> [round(end, 3) for end in wilson_interval(61, 150, 0.95)]
    [0.331, 0.487]
    """
    q = norm.ppf((1 + confidence_level) / 2)
    centre = (successes + q * q / 2) / (n + q * q)
    failures = max(n - successes, 0.0)
    half = q / (n + q * q) * np.sqrt(successes * failures / n + q * q / 4)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def above(rate: float, baseline: float) -> float:
    """Return the risk: (rate - baseline) / (1 - baseline), within [0, 1].

    NaN where guessing succeeds always: nothing can be above it.
    """
    if baseline >= 1:
        return np.nan
    return float(np.clip((rate - baseline) / (1 - baseline), 0, 1))


def guessing_rates(values: Floats, tolerance: float) -> tuple[float, float]:
    """Return how often two ways to guess a column come within a tolerance.

    Parameters
    ----------
    values : ndarray of shape (n,), n >= 2
        Without NaN, not all equal.
    tolerance : float
        In standard deviations.

    Returns
    -------
    draw : float
        By the value of another record; for Gaussians erf(tolerance / 2).
    mean : float
        By the mean; for Gaussians erf(tolerance / sqrt(2)).
    """
    ordered = np.sort(values)
    reach = tolerance * values.std()
    within = np.searchsorted(ordered, ordered + reach, side="right")
    within -= np.searchsorted(ordered, ordered - reach, side="left")
    draw = float((within - 1).mean() / (len(values) - 1))
    return draw, float((np.abs(values - values.mean()) <= reach).mean())
