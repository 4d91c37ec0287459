"""An attack: what the intruder must know, and how far it goes beyond guessing."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from sknorm._kernels import Floats
from sknorm._validation import quoted
from sknorm.inspection._column_spread import constant_columns, spreads
from sknorm.inspection._rates import guessing_rates, risk_above, wilson_interval
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

    @classmethod
    def of(
        cls,
        release: Release,
        tolerance: float,
        confidence_level: float,
        random: np.random.RandomState,
    ) -> Self:
        """Return the target that a release is, or raise where all X is constant."""
        sd = spreads(release.X)
        constant = constant_columns(release.X, release.resolution)
        if constant.all():
            raise ValueError(
                "X of disclosure_risk must have a column of at least two different "
                "values, as constants are public. Got none among "
                f"{quoted(release.names)}. Pass data that vary."
            )
        sd[constant] = np.nan
        guess = np.full(len(sd), np.nan)
        for j in np.flatnonzero(~constant):
            values = release.X[:, j]
            guess[j] = max(guessing_rates(values[~np.isnan(values)], tolerance))
        return cls(release, sd, guess, tolerance, confidence_level, random)

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
            risk=risk_above(rate, baseline),
            ci=(risk_above(interval[0], baseline), risk_above(interval[1], baseline)),
            nrmse=nrmse,
            knowledge=knowledge,
            needs_statistics=needs_statistics,
            n_trials=n,
        )
