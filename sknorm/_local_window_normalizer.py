"""LocalWindowNormalizer: each value relative to a window around it."""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from sknorm._base import all_or_nothing, or_lazily
from sknorm._history import behind_history
from sknorm._kernels import Choice
from sknorm._location_scale import Location, LocationScale
from sknorm._normalise import normalised
from sknorm._restorable_normalizer import RestorableNormalizer
from sknorm._restore import Pair, Statistics
from sknorm._scales import Scale
from sknorm._validation import (
    Integral,
    Interval,
    OneOf,
    StrOptions,
    fit_context,
)
from sknorm._window_parameters import check_window_parameters, shape_of_sample
from sknorm._window_statistics import normalise_windowed_axes, window_statistics
from sknorm._windows import (
    Align,
    Edge,
    Windows,
    gaussian_weights,
    line_blocks,
    padded_block,
    whole_numbers,
)


class LocalWindowNormalizer(RestorableNormalizer):
    """Normalise each value by location and scale of a window around it.

    ``z = (x - location) / scale``, as local contrast normalization does; along the
    samples a rolling z-score. Nothing is learned from other data. NaN is skipped in
    every window that holds it and stays where it is; infinities are refused. To restore
    the fitted rows, `fit` keeps two numbers for each value, which is **twice the
    data**; ``keep_statistics=False`` keeps none.

    Parameters
    ----------
    window : int or tuple of int, default=11
        Number of values in a window, at least 1. With `sample_shape` one int for each
        axis, 1 for axes that stay apart: (11, 1) for signals of several channels,
        (9, 9, 1) for colour images; an int serves all axes. It may be longer than the
        axis.
    axis : {"features", "samples"}, default="features"
        Along what windows lie: "features" takes each row as a signal, image or volume;
        "samples" takes each column as a series whose time is the rows, in their order.
        Each X that is transformed is a series by itself, whose first row has no past,
        unless `transform` is given the rows before as `history`.
    sample_shape : tuple of int or None, default=None
        For axis "features": the shape in which a row is read, in C order, such as
        (length, channels) or (height, width, channels). None is (n_features,).
    align : {"center", "trailing", "past"}, default="center"
        Where a window lies: around the value (where it is even, the extra value is on
        the left), at the value and those before it, or strictly before it. Only the
        last two never look ahead. They are for one windowed axis.
    edge : {"shrink", "reflect", "mirror", "nearest", "wrap"}, default="shrink"
        What windows hold beyond the ends of the axis: nothing, or what the modes of
        scipy.ndimage put there. Trailing and past windows take "shrink" only.
    weights : {"gaussian"} or None, default=None
        None weighs all values of a window alike. "gaussian" weighs them by
        exp(-d**2 / (2 sigma**2)), d the distance from the value in the middle and
        sigma = window / 6; with align "center", "mean", "std" and "rms", and ddof 0.
    location : {"mean", "median", "min"} or None, default="mean"
        What is subtracted. None subtracts nothing.
    scale : str or None, default="std"
        What is divided by: "std", "rms", or any other that :class:`BatchStandardizer`
        lists. None divides by nothing. Medians and quantiles are for one windowed axis.
    ddof : int, default=0
        For "std" only: the sum of squares is divided by n - ddof. A window with no more
        than `ddof` values has scale 1.
    eps : float, default=0.0
        For "std" and "rms" only: the scale becomes sqrt(scale**2 + eps). The default is
        0 because eps > 0 gives the hidden scale away.
    keep_statistics : bool, default=True
        Whether `fit` keeps the key of its rows as `statistics_`, so that
        ``inverse_transform(Z)`` restores them without one. It stays with this object in
        this process: pickles and copies do not have it.
    append_statistics : bool, default=False
        Whether `transform` appends the key as columns "<name>_location" and
        "<name>_scale", from which `inverse_transform` restores any rows, in any
        process.
    n_jobs : int or None, default=None
        Threads, as for :class:`RowLayerNormalizer`; also one for minima and maxima,
        other edges than "shrink", gaussian weights, patches of more than 8192 places,
        and axes that are not one or two adjacent ones.

    Attributes
    ----------
    statistics_ : Statistics
        The key of the fitted rows, two arrays of their shape. Only with
        `keep_statistics`, and only in this object in this process.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features,), object
        Names of the columns. Only where X has column names that are all strings.

    See Also
    --------
    BatchStandardizer : Each value relative to its column.
    RowLayerNormalizer : Each value relative to its row.
    Statistics : The key.
    sknorm.inspection.disclosure_risk : What normalised windows give away.

    Notes
    -----
    Local contrast normalization is that of [1]_, with "gaussian" weights.

    Moments of windows take O(1) a value, for windows of any width: the axis is cut into
    blocks as long as the window [2]_ [3]_, and a window is the end of one block and the
    beginning of the next, summed about values it holds. Nothing is ever subtracted from
    a sum, and nothing outside a window enters it: a spike or a NaN changes no other
    window. Sums about a spike are taken again, with more digits. Medians, quantiles and
    gaussian weights take O(window) a value. Beyond input, output and key some 10 MB of
    memory are taken, for windows of more than 8000 places some 0.6 kB a place and
    thread.

    A value without neighbours (the first of a past window, or one after a long run of
    NaN) is its own location with scale 1. A scale counts as 0 up to
    ``eps(dtype of X) * abs(c)``, c the mean, minimum or median of the window as for
    :class:`BatchStandardizer`, and 0 counts as 1, in both directions. Statistics are
    computed in float64; float32 and float64 stay.

    Restoring, and what it cannot tell apart, is as for :class:`RowLayerNormalizer`.
    Where windows do not look ahead, the first values of a series give away the others.

    References
    ----------
    .. [1] Jarrett, Kavukcuoglu, Ranzato and LeCun, "What is the best multi-stage
       architecture for object recognition?", ICCV 2009.
    .. [2] van Herk, "A fast algorithm for local minimum and maximum filters on
       rectangular and octagonal kernels", Pattern Recognition Letters 13, 1992.
    .. [3] Gil and Werman, "Computing 2-D min, median, and max filters", IEEE TPAMI 15,
       504-507, 1993.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import LocalWindowNormalizer
    >>> X = np.array([[1.0, 2.0, 3.0, 103.0, 105.0]])
    >>> normalizer = LocalWindowNormalizer(window=3, scale=None).fit(X)
    >>> Z, key = normalizer.transform(X), normalizer.statistics(X)
    >>> Z.round(1)
    array([[ -0.5,   0. , -33. ,  32.7,   1. ]])
    >>> normalizer.inverse_transform(Z, key)
    array([[  1.,   2.,   3., 103., 105.]])

    A rolling z-score that does not look ahead, of a series in the rows:

    >>> series = np.array([[1.0], [3.0], [2.0], [9.0]])
    >>> past = LocalWindowNormalizer(window=3, axis="samples", align="past")
    >>> past.fit_transform(series).round(4)
    array([[0.    ],
           [2.    ],
           [0.    ],
           [8.5732]])

    A constant window has scale 1, whatever stands beside it:

    >>> beside_a_spike = [[0.1, 0.1, 0.1, 0.1, 1e9]]
    >>> LocalWindowNormalizer(window=3).fit_transform(beside_a_spike)[0, :3]
    array([0., 0., 0.])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **RestorableNormalizer._parameter_constraints,
        "window": [Interval(Integral, 1, None, closed="left"), tuple, list],
        "axis": [StrOptions({"features", "samples"})],
        "sample_shape": [tuple, list, None],
        "align": [StrOptions({"center", "trailing", "past"})],
        "edge": [StrOptions({"shrink", "reflect", "mirror", "nearest", "wrap"})],
        "weights": [OneOf({"gaussian"})],
    }

    def __init__(
        self,
        window: int | tuple[int, ...] = 11,
        *,
        axis: Literal["features", "samples"] = "features",
        sample_shape: tuple[int, ...] | None = None,
        align: Align = "center",
        edge: Edge = "shrink",
        weights: Literal["gaussian"] | None = None,
        location: Location = "mean",
        scale: Scale = "std",
        ddof: int = 0,
        eps: float = 0.0,
        keep_statistics: bool = True,
        append_statistics: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.window = window
        self.axis = axis
        self.sample_shape = sample_shape
        self.align = align
        self.edge = edge
        self.weights = weights
        self.location = location
        self.scale = scale
        self.ddof = ddof
        self.eps = eps
        self.keep_statistics = keep_statistics
        self.append_statistics = append_statistics
        self.n_jobs = n_jobs

    @fit_context
    def fit_transform(self, X: Any, y: Any = None, history: Any = None) -> Any:
        """Return what `fit` and `transform` would, in one go.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Data as for `fit`.
        y : None
            Ignored.
        history : array-like or dataframe of shape (n_rows, n_features), default=None
            As in `transform`; the key that is kept is then that of X behind it.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            As `transform`.

        Raises
        ------
        ValueError
            As `fit` and `transform`. The estimator stays as it was.
        """
        with all_or_nothing(self, refit=True) as draft:
            output = draft._learn(X, transform=True, history=history)
        return output  # noqa: RET504 - the state is adopted in between

    @or_lazily
    def transform(self, X: Any, history: Any = None) -> Any:
        """Return (X - location) / scale, with location and scale taken from X itself.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Any rows, with the columns that `fit` saw, in the same order.
        history : array-like or dataframe of shape (n_rows, n_features), default=None
            The rows before X, as they were before `transform`, for axis "samples" and
            align "trailing" or "past": windows reach back into them. The last `window`
            rows are enough, fewer are the beginning of a series. X goes on where they
            end, as if they had been transformed together.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            In float32 where X is float32, else float64; a dataframe after `set_output`.
            With `append_statistics` followed by the locations and the scales.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For infinities, text, other columns than in `fit`, parameters that do not
            fit, values whose squares overflow, or `history` where windows do not reach
            back.

        Examples
        --------
        >>> import numpy as np
        >>> from sknorm import LocalWindowNormalizer
        >>> past = LocalWindowNormalizer(window=3, axis="samples", align="past")
        >>> seen = np.array([[1.0], [3.0], [2.0]])
        >>> past.fit(seen).transform([[9.0]], history=seen).round(4)
        array([[8.5732]])
        """
        X, n_before = behind_history(self, self._check(X), history)
        key = self.append_statistics
        return self._output(*normalised(self, X, key=key, n_before=n_before))

    @or_lazily
    def statistics(self, X: Any, history: Any = None) -> Statistics:
        """Return the key of any rows: with it `inverse_transform` restores them.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            Data as they are given to `transform`.
        history : array-like or dataframe of shape (n_rows, n_features), default=None
            The rows before X, as they are given to `transform`.

        Returns
        -------
        Statistics
            What ``transform(X, history)`` takes away, in shape and dtype of X.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            As `transform`.
        """
        X, n_before = behind_history(self, self._check(X), history)
        return self._key(X, n_before)

    def _neighbourhoods(self) -> tuple[NDArray[np.intp], int]:
        return np.arange(self.n_features_in_), self.n_features_in_

    def _statistic_names(self, names: NDArray[Any]) -> list[str]:
        return [f"{name}_{kind}" for kind in ("location", "scale") for name in names]

    def _check_parameters(self) -> None:
        check_window_parameters(
            self, self._window(), len(self._shape()), len(self._windowed_axes())
        )

    def _reach(self) -> tuple[int, int] | None:
        if self.axis == "features":
            return None
        before, after = Windows.reach(self._window()[0], self.align)
        if self.edge != "shrink":  # edges look as far inside as windows reach outside
            before = after = max(before, after)
        return before, after

    def _shape(self) -> tuple[int, ...]:
        """Return the shape in which a row (or, along samples, a column) is read."""
        return shape_of_sample(self)

    def _window(self) -> tuple[int, ...]:
        """Return the window along each axis of a sample."""
        if isinstance(self.window, (int, np.integer)):
            return (int(self.window),) * len(self._shape())
        return whole_numbers("window", self.window)

    def _windowed_axes(self) -> list[int]:
        """Return the axes with a window; an only axis has one of any length."""
        window = self._window()
        return [i for i, width in enumerate(window) if width > 1 or len(window) == 1]

    def _windows(self, shape: tuple[int, ...]) -> list[Windows]:
        """Return the windows along each of some axes."""
        windowed = self._windowed_axes()
        return [
            Windows.along(n, w, self.align if i in windowed else "center", self.edge)
            for i, (n, w) in enumerate(zip(shape, self._window(), strict=True))
        ]

    def _lines(self, X: Any) -> tuple[Any, tuple[int, ...]]:
        """Return X, each line of it along its windows, and the shape of a line."""
        if self.axis == "samples":
            return X.T, X.shape[:1]
        return X, self._shape()

    def _blocks(self, X: Any) -> Iterator[tuple[slice, slice]]:
        lines, shape = self._lines(X)
        for block in line_blocks(len(lines), self._windows(shape)):
            yield block if self.axis == "features" else block[::-1]

    def _normalise_by_core(
        self, compiled: Any, X: Any, choice: Choice, out: Any, key: Pair
    ) -> int | None:
        if self.edge != "shrink" or self.weights is not None or choice.needs_extrema:
            return None
        shape = X.shape if self.axis == "samples" else (len(X), *self._shape())
        first = 0 if self.axis == "samples" else 1
        windows = self._windows(shape[first:][: len(self._window())])
        by_axis = {first + i: windows[i] for i in self._windowed_axes()}
        return normalise_windowed_axes(
            compiled, X, shape, by_axis, choice, out, key, self.n_jobs
        )

    def _location_scale(self, X: Any, rows: slice, columns: slice) -> LocationScale:
        lines, shape = self._lines(X)
        chosen, places = (rows, columns) if self.axis == "features" else (columns, rows)
        windows = self._windows(shape)
        padded = padded_block(lines, chosen, places, windows)
        widths = tuple(along.width for along in windows)
        weight = None
        if self.weights == "gaussian":
            weight = gaussian_weights(windows, [w / 6 for w in self._window()])
        found = window_statistics(self, padded, widths, weight)
        # A value without neighbours is its own location, with scale 1.
        values = lines[chosen, places].reshape(found.shift.shape)
        alone = ~found.present & ~np.isnan(values)
        found.present[alone] = True
        found.scale[alone] = 1.0
        if self.location is not None:
            found.shift[alone] = values[alone]
        fields = (
            getattr(found, name).reshape(len(values), -1)
            for name in LocationScale.__slots__
        )
        return LocationScale(*(f if self.axis == "features" else f.T for f in fields))
