"""DisclosureRiskDisplay: what each attack achieves, beside guessing."""

from typing import Any, Self

import numpy as np

from sknorm.inspection._disclosure_risk import disclosure_risk
from sknorm.inspection._plotting import axes_for, name_rows
from sknorm.inspection._rates import wilson_interval
from sknorm.inspection._risk_report import DisclosureRisk


class DisclosureRiskDisplay:
    """Bars: the success rate of each attack, and what guessing achieves.

    The strongest attack without the key comes first, those with the key come last, in
    grey. Whiskers are Wilson's intervals over the attacked records, a black tick is the
    rate of guessing, the words above a bar what the intruder must know.

    Parameters
    ----------
    report : DisclosureRisk
        As `disclosure_risk` returned it.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    bars_ : matplotlib BarContainer
        One bar for each attack, in the order of the report.
    baselines_ : matplotlib PathCollection
        The ticks of guessing.

    See Also
    --------
    disclosure_risk : The report that is drawn.

    Notes
    -----
    With k successes in n trials and q the normal quantile of the confidence level, an
    interval is ``(k + q**2 / 2 -+ q sqrt(k (n - k) / n + q**2 / 4)) / (n + q**2)``
    [1]_. An attack that does not apply has no bar: the report says why.

    References
    ----------
    .. [1] Wilson, "Probable inference, the law of succession, and statistical
       inference", Journal of the American Statistical Association 22, 209-212, 1927.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import BatchStandardizer
    >>> from sknorm.inspection import DisclosureRiskDisplay
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> display = DisclosureRiskDisplay.from_estimator(
    ...     BatchStandardizer().fit(X), X, random_state=0
    ... )
    >>> len(display.bars_) == len(display.report.attacks)
    True

    A report that is there already is drawn without another attack:

    >>> again = DisclosureRiskDisplay(display.report).plot()
    >>> len(again.bars_) == len(display.bars_)
    True
    """

    def __init__(self, report: DisclosureRisk) -> None:
        self.report = report

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        tolerance: float = 0.05,
        confidence_level: float = 0.95,
        random_state: Any = None,
        ax: Any = None,
    ) -> Self:
        """Attack the release of X, and draw what it gives away.

        Parameters
        ----------
        estimator : fitted transformer
            As for `disclosure_risk`.
        X : array-like or dataframe of shape (n_samples, n_features)
            The original data.
        tolerance : float, default=0.05
            How near a restored value must be, in standard deviations of its column.
        confidence_level : float, default=0.95
            Of the whiskers.
        random_state : int, RandomState instance or None, default=None
            Draws known records, known cells and samples.
        ax : matplotlib Axes, default=None
            None makes a figure as high as the attacks need.

        Returns
        -------
        DisclosureRiskDisplay
            Drawn.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        NotFittedError, TypeError, ValueError
            As `disclosure_risk`.
        """
        report = disclosure_risk(
            estimator,
            X,
            tolerance=tolerance,
            confidence_level=confidence_level,
            random_state=random_state,
        )
        return cls(report).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw the report.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a figure as high as the attacks need.

        Returns
        -------
        DisclosureRiskDisplay
            This one.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        """
        attacks = self.report.attacks
        size = (7.0, 1.3 + 0.5 * len(attacks))
        self.ax_ = ax = axes_for(type(self).__name__, ax, figsize=size)
        self.figure_ = ax.figure
        name_rows(ax, attacks)
        rows = np.arange(len(attacks))
        rates = np.array([attack.success_rate for attack in attacks.values()])
        keys = [attack.needs_statistics for attack in attacks.values()]
        self.bars_ = ax.barh(
            rows,
            rates,
            height=0.36,
            color=["0.7" if needs_key else "C0" for needs_key in keys],
            xerr=np.abs(self._intervals() - rates),
            error_kw={"elinewidth": 1.2, "capsize": 3, "clip_on": False},
        )
        self.baselines_ = ax.scatter(
            [attack.baseline_rate for attack in attacks.values()],
            rows,
            marker="|",
            s=260,
            linewidths=1.8,
            color="black",
            zorder=4,
            clip_on=False,
            label="guessing",
        )
        for row, attack in enumerate(attacks.values()):
            ax.text(
                0.006, row - 0.24, attack.knowledge, fontsize="x-small", va="bottom"
            )
        ax.set_xlim(0.0, 1.0)
        ax.set_xlabel(
            "success rate: share of cells restored, or of records linked; "
            f"{100 * self.report.confidence_level:.4g} % interval"
        )
        handles = [self.baselines_]
        if any(keys):
            handles.append(self.bars_[keys.index(True)])
        ax.legend(
            handles,
            ["guessing", "with the key"][: len(handles)],
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=2,
            frameon=False,
        )
        return self

    def _intervals(self) -> Any:
        """Return the ends of the intervals of the success rates, (2, n_attacks)."""
        ends = [
            wilson_interval(
                attack.success_rate * attack.n_trials,
                attack.n_trials,
                self.report.confidence_level,
            )
            for attack in self.report.attacks.values()
        ]
        return np.reshape(ends, (-1, 2)).T
