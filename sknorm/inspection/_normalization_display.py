"""NormalizationDisplay: data before, after and restored, below each other."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sknorm._kernels import Floats
from sknorm._validation import quoted
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._key_holder import restored_by_key
from sknorm.inspection._plotting import axes_for, shortened
from sknorm.inspection._release import Release, released

MOST_IN_LEGEND = 12
FEW_POINTS = 30  # each has a dot: a value between NaN would else not be seen
SHOWN = 3  # features, where none are chosen: more lines cannot be told apart


class NormalizationDisplay:
    """Lines of chosen features, or rows: before, after, and restored with the key.

    Three axes below each other. The first and the last have one range, so that what is
    not restored is seen. NaN leaves a gap; up to 30 points have dots.

    Parameters
    ----------
    before, after : ndarray of shape (n_points, n_lines)
        Data, and what was released of them.
    restored : ndarray of shape (n_points, n_lines), or str
        What the holder of the key restores, or why nothing is.
    names : sequence of str
        Of the lines.
    along : str
        What the points of a line are: "row" or "feature".

    Attributes
    ----------
    ax_ : ndarray of shape (3,) of matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of three lists of matplotlib Line2D
        Of each axes; the last list is empty where nothing is restored.

    See Also
    --------
    information_loss : What is lost, in numbers.
    disclosure_risk : Who restores it without the key.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import BatchStandardizer
    >>> from sknorm.inspection import NormalizationDisplay
    >>> X = np.random.default_rng(0).normal([0.0, 50.0], [1.0, 9.0], size=(100, 2))
    >>> fitted = BatchStandardizer().fit(X)
    >>> display = NormalizationDisplay.from_estimator(fitted, X, features=[1])
    >>> display.before.shape
    (100, 1)

    Where there is no way back, the last axes says why:

    >>> from sklearn.preprocessing import Normalizer
    >>> display = NormalizationDisplay.from_estimator(Normalizer().fit(X), X)
    >>> display.restored
    'not restored: Normalizer has no inverse_transform.'
    >>> display.plot().lines_[2]
    []
    """

    def __init__(
        self,
        before: Floats,
        after: Floats,
        restored: Floats | str,
        names: Any,
        along: str,
    ) -> None:
        self.before = before
        self.after = after
        self.restored = restored
        self.names = names
        self.along = along

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        features: Any = None,
        rows: Any = None,
        ax: Any = None,
    ) -> Self:
        """Normalise X, restore it, and draw chosen features or rows of it.

        Parameters
        ----------
        estimator : fitted transformer
            One that keeps the columns.
        X : array-like or dataframe of shape (n_samples, n_features)
            The data before. NaN counts as missing.
        features : list of str or int, default=None
            Columns, by name or position: one line for each, over the rows. None, where
            no rows are chosen: the first three.
        rows : list of int, default=None
            Rows, by position: one line for each, over the features.
        ax : array-like of three matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        NormalizationDisplay
            Drawn.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        NotFittedError, TypeError
            Where the estimator is not fitted, or no transformer; for sparse data.
        ValueError
            Where both features and rows are given, or such that X does not have; for
            infinities, text, or a release of another shape.
        """
        if features is not None and rows is not None:
            raise ValueError(
                "NormalizationDisplay takes features or rows, not both. Got "
                f"features={features!r} and rows={rows!r}. Make two displays."
            )
        release = released("NormalizationDisplay", estimator, X)
        restored = _restored(release)
        if rows is None:
            chosen = _chosen_features(release.names, features)
            names = [str(name) for name in release.names[chosen]]
        else:
            chosen = _chosen_rows(len(release.X), rows)
            names = [f"row {row}" for row in chosen]

        def lines(values: Floats) -> Floats:
            return values[:, chosen] if rows is None else values[chosen].T

        return cls(
            lines(release.X),
            lines(release.Z),
            restored if isinstance(restored, str) else lines(restored),
            names,
            "row" if rows is None else "feature",
        ).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw the three below each other.

        Parameters
        ----------
        ax : array-like of three matplotlib Axes, default=None
            None makes a figure.

        Returns
        -------
        NormalizationDisplay
            This one.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        ValueError
            Where `ax` is not three axes.
        """
        self.ax_ = axes_for(type(self).__name__, ax, figsize=(7.0, 6.0), n=3)
        self.figure_ = self.ax_[0].figure
        panels = {
            "before": self.before,
            "after": self.after,
            "restored": self.restored,
        }
        self.lines_ = [
            self._draw(axes, title, values)
            for axes, (title, values) in zip(self.ax_, panels.items(), strict=True)
        ]
        self.ax_[2].set_ylim(self.ax_[0].get_ylim())
        self.ax_[-1].set_xlabel(f"{self.along} number")
        if len(self.names) <= MOST_IN_LEGEND:
            self.ax_[0].legend(
                self.lines_[0],
                [shortened(name, 20) for name in self.names],
                loc="lower right",
                bbox_to_anchor=(1, 1),
                ncols=3,
                fontsize="small",
                frameon=False,
            )
        return self

    def _draw(self, axes: Any, title: str, values: Floats | str) -> Any:
        axes.set_title(title, loc="left", fontsize="medium")
        axes.set_xlim(-0.5, len(self.before) - 0.5)
        axes.locator_params(axis="x", integer=True)
        if not isinstance(values, str):
            marker = "." if len(values) <= FEW_POINTS else None
            return axes.plot(values, linewidth=1.0, marker=marker)
        axes.text(
            0.5, 0.5, values, transform=axes.transAxes, ha="center", va="center",
            wrap=True, fontsize="small",
        )  # fmt: skip
        axes.set_yticks([])
        return []


def _restored(release: Release) -> Floats | str:
    """Return what the holder of the key restores, or why nothing is."""
    try:
        return restored_by_key(release)
    except NotApplicableError as reason:
        return f"not restored: {reason}"


def _chosen_features(names: NDArray[np.object_], features: Any) -> list[int]:
    if features is None:
        return list(range(min(SHOWN, len(names))))
    listed = [features] if isinstance(features, (str, int)) else list(features)
    places = {name: place for place, name in enumerate(names)}
    places |= {place: place for place in range(-len(names), len(names))}
    unknown = [feature for feature in listed if feature not in places]
    if unknown or not listed:
        raise ValueError(
            "features of NormalizationDisplay must be names or positions of columns of "
            f"X, at least one. Got {features!r}. Its columns are {quoted(names)}."
        )
    return [places[feature] for feature in listed]


def _chosen_rows(n_samples: int, rows: Any) -> list[int]:
    listed = [rows] if isinstance(rows, int) else list(rows)
    whole = all(isinstance(row, (int, np.integer)) for row in listed)
    if not listed or not whole or not all(0 <= row < n_samples for row in listed):
        raise ValueError(
            "rows of NormalizationDisplay must be positions of rows of X, 0 to "
            f"{n_samples - 1}, at least one. Got {rows!r}."
        )
    return [int(row) for row in listed]
