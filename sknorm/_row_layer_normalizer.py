"""RowLayerNormalizer: each value relative to its row."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknorm._feature_groups import FeatureGroups, resolve_feature_groups
from sknorm._kernels import Choice
from sknorm._location_scale import Location, LocationScale
from sknorm._restorable_normalizer import RestorableNormalizer
from sknorm._restore import Pair
from sknorm._row_statistics import normalise_groups, row_statistics
from sknorm._scales import ABOUT_ZERO, Scale
from sknorm._validation import Integral, Interval


class RowLayerNormalizer(RestorableNormalizer):
    """Normalise each value by location and scale of its row, or group within the row.

    ``z = (x - location) / scale``, as layer normalization does; with the defaults the
    standard normal variate (SNV) of spectroscopy. Each row is normalised by itself:
    nothing is learned, and a row alone is the row in a batch. NaN is skipped and stays
    where it is. Infinities are refused.

    What is taken away is the *key* of a row. `inverse_transform` needs it, and finds it
    in one of three places: passed (``statistics=key``), in appended columns
    (`append_statistics`), or, for the rows of `fit`, kept in this process
    (`keep_statistics`).

    Parameters
    ----------
    location : {"mean", "median", "min"} or None, default="mean"
        What is subtracted from a row. None subtracts nothing.
    scale : str or None, default="std"
        What a row is divided by: "std", "rms", or any other that
        :class:`BatchStandardizer` lists. None divides by nothing.
    feature_groups : int, list of lists of str or int, or None, default=None
        None takes the whole row together (layer normalization). An int is a number of
        equal consecutive groups of columns, each normalised by itself within the row
        (group normalization); a list holds disjoint lists of column names (str) or
        positions (int), and columns in no list pass through unchanged. Read in `fit`.
    ddof : int, default=0
        For "std" only: the sum of squares is divided by n - ddof. A row (or group) with
        no more than `ddof` values has scale 1.
    eps : float, default=0.0
        For "std" and "rms" only: the scale becomes sqrt(scale**2 + eps), as layer
        normalization defines it. The default is 0 because eps > 0 gives the hidden
        scale away: the normalised row has variance v = s**2 / (s**2 + eps), hence
        s**2 = eps * v / (1 - v).
    keep_statistics : bool, default=True
        Whether `fit` keeps the key of its rows as `statistics_`, so that
        ``inverse_transform(Z)`` restores them without one. It stays with this object in
        this process: pickles and copies do not have it.
    append_statistics : bool, default=False
        Whether `transform` appends the key as columns "row_location" and "row_scale"
        (with groups "row_location_0", ..., "row_scale_0", ...), from which
        `inverse_transform` restores any rows, in any process.
    n_jobs : int or None, default=None
        Threads that share large arrays, with scikit-learn's meaning: None is 1 unless
        :func:`joblib.parallel_config` says otherwise, -1 is one for each processor.
        Results do not depend on it. Medians, quantiles, sparse data and installations
        without the compiled core take one thread to normalise.

    Attributes
    ----------
    statistics_ : Statistics
        The key of the fitted rows. Only with `keep_statistics`, and only in this object
        in this process.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features,), object
        Names of the columns. Only where X has column names that are all strings.

    See Also
    --------
    BatchStandardizer : Each value relative to its column.
    LocalWindowNormalizer : Each value relative to a window around it.
    RowNormalizedRegressor : Predict from normalised rows, in units.
    Statistics : The key.
    sknorm.inspection.disclosure_risk : What normalised rows give away.

    Notes
    -----
    The standard normal variate is that of [1]_, layer normalization that of [2]_, group
    normalization that of [3]_, without their learned gain and bias.

    Statistics are computed in float64, about a value near the mean, in two passes where
    one would lose digits [4]_, and ``z = ((x - shift) - delta) / scale``, with the mean
    as the sum of two floats shift + delta, is rounded once, to the dtype of X. float32
    and float64 stay; other numbers become float64. The key is rounded to the dtype of
    X, too.

    A scale counts as 0 up to ``eps(dtype of X) * abs(c)``, c the mean, minimum or
    median of the row as for :class:`BatchStandardizer`: differences of that size are
    the rounding of whoever made the data. A scale of 0 counts as 1, in both directions:
    a constant row becomes 0.

    Rows that were fitted are recognised by their number, their NaN positions, their
    dataframe index (where both have one), and four projections of each normalised row,
    to 1024 machine epsilons of its length (8 in float32): enough in float64 for the
    rounding of later steps of a pipeline and their inverses. Anything else is refused.
    What normalising makes equal cannot be told apart: rows that are affine copies of
    each other, constant rows, any rows (or groups) of one or two values, and
    ``transform(4 * X)``, which equals ``transform(X)`` and is restored as X. Nor can a
    passed key be checked beyond its shape.

    Values, and differences of values, between 1e-140 and 1e140 in magnitude are within
    the promise of accuracy. Beyond, squares overflow (an error names the rows) or lose
    digits (a warning); location and scale must be normal numbers of the dtype of X, in
    float32 a scale of at least 1.2e-38 (an error names the rows).

    References
    ----------
    .. [1] Barnes, Dhanoa and Lister, "Standard normal variate transformation and
       de-trending of near-infrared diffuse reflectance spectra", Applied Spectroscopy
       43, 772-777, 1989.
    .. [2] Ba, Kiros and Hinton, "Layer normalization", 2016, arXiv:1607.06450.
    .. [3] Wu and He, "Group normalization", ECCV 2018, arXiv:1803.08494.
    .. [4] Chan, Golub and LeVeque, "Algorithms for computing the sample variance", The
       American Statistician 37, 242-247, 1983.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import RowLayerNormalizer
    >>> X = np.array([[1.0, 2.0, 3.0], [10.0, np.nan, 40.0]])
    >>> normalizer = RowLayerNormalizer().fit(X)
    >>> Z = normalizer.transform(X)
    >>> Z.round(4)
    array([[-1.2247,  0.    ,  1.2247],
           [-1.    ,     nan,  1.    ]])
    >>> normalizer.inverse_transform(Z)
    array([[ 1.,  2.,  3.],
           [10., nan, 40.]])

    Other rows come back with their key, or with appended columns:

    >>> new = np.array([[5.0, 5.0, 8.0]])
    >>> key = normalizer.statistics(new)
    >>> normalizer.inverse_transform(normalizer.transform(new), statistics=key)
    array([[5., 5., 8.]])
    >>> appending = RowLayerNormalizer(append_statistics=True).fit(X)
    >>> appending.transform(new).round(4)
    array([[-0.7071, -0.7071,  1.4142,  6.    ,  1.4142]])
    >>> appending.inverse_transform(appending.transform(new))
    array([[5., 5., 8.]])

    A constant row becomes 0, also where its values were rounded apart:

    >>> RowLayerNormalizer().fit_transform([[0.3, 0.1 + 0.2, 0.3]]).round(12)
    array([[-0.,  0., -0.]])

    Groups within the row; columns in no list pass through:

    >>> groups = RowLayerNormalizer(feature_groups=[[0, 1]])
    >>> groups.fit_transform([[1.0, 3.0, 70.0]])
    array([[-1.,  1., 70.]])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **RestorableNormalizer._parameter_constraints,
        "feature_groups": [
            Interval(Integral, 1, None, closed="left"),
            list,
            tuple,
            None,
        ],
    }
    _scales_for_sparse: ClassVar[tuple[Scale, ...]] = ABOUT_ZERO

    def __init__(
        self,
        *,
        location: Location = "mean",
        scale: Scale = "std",
        feature_groups: FeatureGroups = None,
        ddof: int = 0,
        eps: float = 0.0,
        keep_statistics: bool = True,
        append_statistics: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.location = location
        self.scale = scale
        self.feature_groups = feature_groups
        self.ddof = ddof
        self.eps = eps
        self.keep_statistics = keep_statistics
        self.append_statistics = append_statistics
        self.n_jobs = n_jobs

    def _neighbourhoods(self) -> tuple[NDArray[np.intp], int]:
        self._grouped_ = self.feature_groups is not None
        if self.feature_groups is None:
            return np.zeros(self.n_features_in_, np.intp), 1
        names = getattr(self, "feature_names_in_", None)
        return resolve_feature_groups(self.feature_groups, self.n_features_in_, names)

    def _statistic_names(self, names: NDArray[Any]) -> list[str]:
        kinds = ("row_location", "row_scale")
        if not self._grouped_:
            return list(kinds)
        n_groups = self._n_neighbourhoods_
        return [f"{kind}_{i}" for kind in kinds for i in range(n_groups)]

    def _normalise_by_core(
        self, compiled: Any, X: Any, choice: Choice, out: Any, key: Pair
    ) -> int | None:
        return normalise_groups(
            compiled,
            X,
            self._neighbourhood_,
            self._n_neighbourhoods_,
            choice,
            out,
            key,
            self.n_jobs,
        )

    def _location_scale(self, X: Any, rows: slice, columns: slice) -> LocationScale:
        return row_statistics(
            self, X[rows], self._neighbourhood_, self._n_neighbourhoods_
        )
