"""CovariateShiftDisplay: how far each feature has shifted, as a love plot."""

from typing import Any, Self

import numpy as np

from sknorm.inspection._covariate_shift import Correction, covariate_shift
from sknorm.inspection._moment_shift import LARGE_SMD
from sknorm.inspection._plotting import axes_for, name_rows
from sknorm.inspection._shift_report import CovariateShift

FAR = 3.0  # beyond it the axis is logarithmic: lines at 0.1 would be one line
LINEAR = 2 * LARGE_SMD  # up to which it then is not


class CovariateShiftDisplay:
    """Love plot: the standardised mean difference of each feature.

    Features called `shifted` come first and have filled points; then, as among these,
    those of a larger difference. Whiskers are the intervals of the report, dashed lines
    the 0.1 beyond which a difference is called large. Where a feature has shifted by
    its variance alone, which points do not show, the ratio follows its name.

    Parameters
    ----------
    report : CovariateShift
        As `covariate_shift` returned it.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    points_ : list of matplotlib ErrorbarContainer
        Of the features that have not shifted, and of those that have.
    limits_ : list of matplotlib Line2D
        At -0.1, 0 and 0.1.
    order_ : ndarray of shape (n_shown,), int
        The features shown, from the top.

    See Also
    --------
    covariate_shift : The report that is drawn.

    Notes
    -----
    Love plots are those of balance tables [1]_. Where a whisker reaches further than 3
    standard deviations, the axis is linear up to 0.2 and logarithmic beyond. A feature
    that could not be measured has a name and no point.

    References
    ----------
    .. [1] Ahmed et al., "Heart failure, chronic diuretic use, and increase in mortality
       and hospitalization: an observational study using propensity score methods",
       European Heart Journal 27, 1431-1439, 2006.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import BatchStandardizer
    >>> from sknorm.inspection import CovariateShiftDisplay
    >>> rng = np.random.default_rng(0)
    >>> fitted = BatchStandardizer().fit(rng.normal(size=(1000, 3)))
    >>> new = rng.normal([0.0, 0.5, -0.3], size=(1000, 3))
    >>> display = CovariateShiftDisplay.from_estimator(fitted, new)
    >>> display.order_
    array([1, 2, 0])

    A report that is there already is drawn without a second test:

    >>> display = CovariateShiftDisplay(display.report).plot(max_features=2)
    >>> display.order_
    array([1, 2])
    """

    def __init__(self, report: CovariateShift) -> None:
        self.report = report

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        X_reference: Any = None,
        alpha: float = 0.05,
        correction: Correction = "bonferroni",
        max_features: int = 100,
        ax: Any = None,
    ) -> Self:
        """Compare X with what an estimator was fitted on, and draw it.

        Parameters
        ----------
        estimator : fitted transformer
            As for `covariate_shift`.
        X : array-like or dataframe of shape (n_samples, n_features)
            New data.
        X_reference : array-like of shape (n_reference, n_features), default=None
            Rows from before the shift, in place of the fitted statistics.
        alpha : float, default=0.05
            Chance of a false alarm, and what the whiskers leave out.
        correction : {"bonferroni", "fdr_bh"} or None, default="bonferroni"
            How p-values are adjusted.
        max_features : int, default=100
            How many features to draw: those that have shifted most.
        ax : matplotlib Axes, default=None
            None makes a figure as high as the features need.

        Returns
        -------
        CovariateShiftDisplay
            Drawn.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        NotFittedError, TypeError, ValueError
            As `covariate_shift`.
        """
        report = covariate_shift(
            estimator, X, X_reference=X_reference, alpha=alpha, correction=correction
        )
        return cls(report).plot(max_features=max_features, ax=ax)

    def plot(self, *, max_features: int = 100, ax: Any = None) -> Self:
        """Draw the report.

        Parameters
        ----------
        max_features : int, default=100
            How many features to draw: those that have shifted most.
        ax : matplotlib Axes, default=None
            None makes a figure as high as the features need.

        Returns
        -------
        CovariateShiftDisplay
            This one.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        """
        report = self.report
        smd = report.standardized_mean_difference
        size = np.nan_to_num(np.abs(smd), nan=-1.0)
        self.order_ = order = np.lexsort((-size, ~report.shifted))[:max_features]
        figsize = (7.0, 1.3 + 0.2 * max(len(order), 4))
        self.ax_ = ax = axes_for(type(self).__name__, ax, figsize=figsize)
        self.figure_ = ax.figure
        name_rows(ax, [self._name(feature) for feature in order])
        self.limits_ = [
            ax.axvline(limit, color="0.6", linewidth=0.8, linestyle=style, zorder=0)
            for limit, style in ((-LARGE_SMD, "--"), (0.0, "-"), (LARGE_SMD, "--"))
        ]
        self.points_ = [self._draw_points(shifted) for shifted in (False, True)]
        self._set_x_axis()
        shown = "" if len(order) == len(smd) else f"; the first {len(order)} shown"
        ax.set_title(
            f"{np.count_nonzero(report.shifted)} of {len(smd)} features shifted "
            f"(filled){shown}",
            loc="left",
            fontsize="medium",
        )
        return self

    def _set_x_axis(self) -> None:
        """Show all whiskers, and both limits."""
        ax, report = self.ax_, self.report
        reach = np.nanmax(np.abs(report.smd_ci[self.order_]), initial=2 * LARGE_SMD)
        if reach > FAR:
            ax.set_xscale("symlog", linthresh=LINEAR)
            ax.set_xlim(-2 * reach, 2 * reach)
            highest = int(np.log10(2 * reach))
            powers = 10.0 ** np.arange(0, highest + 1, 1 + highest // 4)
            ax.set_xticks([*-powers[::-1], 0.0, *powers])
        else:
            ax.set_xlim(-1.08 * reach, 1.08 * reach)
            ax.locator_params(axis="x", nbins=7)
        ax.set_xlabel(
            "mean difference in sd of the reference, "
            f"{100 * (1 - report.alpha):.4g} % interval"
        )

    def _name(self, feature: int) -> str:
        """Return a name, with what the picture does not show of the feature."""
        report, name = self.report, str(self.report.feature_names[feature])
        if np.isnan(report.standardized_mean_difference[feature]):
            return f"{name} (not measured)"
        small = abs(report.standardized_mean_difference[feature]) <= LARGE_SMD
        if report.shifted[feature] and small:
            return f"{name} (variance x {report.variance_ratio[feature]:.2g})"
        return name

    def _draw_points(self, shifted: bool) -> Any:
        report, order = self.report, self.order_
        smd = report.standardized_mean_difference[order]
        rows = np.flatnonzero((report.shifted[order] == shifted) & ~np.isnan(smd))
        ends = report.smd_ci[order][rows].T
        color = "C1" if shifted else "C0"
        return self.ax_.errorbar(
            smd[rows],
            rows,
            xerr=np.abs(ends - smd[rows]),
            fmt="o",
            color=color,
            markerfacecolor=color if shifted else "white",
            markersize=0.55 * self.ax_.yaxis.get_ticklabels()[0].get_fontsize(),
            elinewidth=1.2,
            label="shifted" if shifted else "not shifted",
        )
