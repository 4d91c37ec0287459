"""BatchStandardizer: each value relative to its column."""

from typing import Any, ClassVar, Self

import numpy as np
from sklearn import get_config
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted

from sknorm._base import BaseNormalizer, all_or_nothing, dask_for, or_lazily
from sknorm._batches import check_momentum, check_partitions, learns_in_parts
from sknorm._column_map import map_columns
from sknorm._column_statistics import check_weights_exceed_ddof
from sknorm._feature_groups import FeatureGroups, of_columns
from sknorm._kernels import affine, affine_inverse
from sknorm._location_scale import Location, needs_quantiles
from sknorm._moments import Moments
from sknorm._portable_statistics import PortableStatistics
from sknorm._quantiles import Quantiles
from sknorm._scales import ABOUT_ZERO, Scale
from sknorm._validation import (
    Integral,
    Interval,
    Real,
    available_if,
    check_matrix,
    check_restorable,
    fit_context,
    in_output_container,
)
from sknorm._vectors import check_weights


class BatchStandardizer(OneToOneFeatureMixin, PortableStatistics):
    """Normalise each value by location and scale of its column, over all samples.

    ``z = (x - location) / scale``, as batch normalization does; with the defaults the
    z-score of :class:`~sklearn.preprocessing.StandardScaler`. NaN is skipped in `fit`
    and stays where it is in `transform`. Infinities are refused.

    Parameters
    ----------
    location : {"mean", "median", "min"} or None, default="mean"
        What is subtracted from a column. None subtracts nothing.
    scale : str or None, default="std"
        What a column is divided by, whatever `location` is:

        * "std": standard deviation, about the mean;
        * "rms": root mean square, about zero;
        * "maxabs": largest absolute value, about zero;
        * "range": maximum minus minimum;
        * "iqr": interquartile range (linear interpolation), about the median;
        * "mad": median absolute deviation, about the median, times 1 / Phi^-1(3/4) =
          1.4826..., so that it estimates the standard deviation of Gaussian values;
        * None divides by nothing.
    ddof : int, default=0
        For "std" only: the sum of squares is divided by n - ddof. A column whose n
        (`n_effective_` with `momentum`) does not exceed `ddof` has scale 1.
    eps : float, default=0.0
        For "std" and "rms" only: the scale becomes sqrt(scale**2 + eps), as batch
        normalization defines it. The default is 0 because eps > 0 gives the hidden
        scale away: the normalised column has variance v = s**2 / (s**2 + eps), hence
        s**2 = eps * v / (1 - v).
    feature_groups : int, list of lists of str or int, or None, default=None
        Columns of a group share one location and one scale, as the pixels of a channel
        do in batch normalization of images. An int is a number of equal consecutive
        groups; a list holds disjoint lists of column names (str) or positions (int),
        columns in no list are columns by themselves. None: each column by itself.
    momentum : float in (0, 1] or None, default=None
        Weight of the newest batch in `partial_fit` (mean, std and rms only). None
        weighs all values seen alike.
    copy : bool, default=True
        False writes the result of `transform` and `inverse_transform` into X where X
        is, or a dataframe holds, one writeable float64 or float32 array. Infinities are
        then looked for beforehand.
    n_jobs : int or None, default=None
        Threads that share large arrays, with scikit-learn's meaning: None is 1 unless
        :func:`joblib.parallel_config` says otherwise, -1 is one for each processor.
        Results do not depend on it. Statistics of medians, quantiles and sparse data
        take one thread.

    Attributes
    ----------
    location_ : ndarray of shape (n_features,), float64, or None
        Location in use, NaN for a column never seen. None where `location` is None.
    scale_ : ndarray of shape (n_features,), float64, or None
        Scale in use, 1 where it counts as 0, NaN for a column never seen. None where
        `scale` is None.
    mean_ : ndarray of shape (n_features,), float64, or None
        None unless `location` is "mean" or `scale` is "std" or "rms".
    var_ : ndarray of shape (n_features,), float64, or None
        Population variance: ddof and eps do not enter. None unless `scale` is "std" or
        "rms".
    n_samples_seen_ : ndarray of shape (n_features,), float64
        Number, or sum of the weights, of the values that are not NaN; with
        `feature_groups` those of the whole group.
    n_effective_ : ndarray of shape (n_features,), float64
        With `momentum` only: the number of equally weighted values whose mean would
        vary as much. 1 / n' = (1 - a)**2 / n + a**2 / b with a = `momentum` and
        b = (sum w)**2 / sum w**2 over the newest batch.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features,), object
        Names of the columns. Only where X has column names that are all strings.

    See Also
    --------
    RowLayerNormalizer : Each value relative to its row.
    LocalWindowNormalizer : Each value relative to a window around it.
    sknorm.inspection.covariate_shift : How far new data are from those of `fit`.
    sklearn.preprocessing.StandardScaler : Mean and standard deviation only.

    Notes
    -----
    Statistics are computed in float64, block by block about a value near the mean, in
    two passes where one would lose digits [1]_, and merged between blocks and batches
    with the formula of the same authors [2]_. The mean is kept as two floats, shift +
    delta, and ``z = ((x - shift) - delta) / scale`` is rounded once, to the dtype of X.
    float32 and float64 stay; other numbers become float64.

    A scale counts as 0 up to ``eps(dtype of X) * abs(c)``, c what it is about (of the
    range the minimum): differences of that size are the rounding of whoever made the
    data. A scale of 0 counts as 1, in both directions. Those about zero have c = 0.

    With `momentum` a and batch mean m_b and variance v_b the statistics become
    ``m' = (1 - a) m + a m_b`` and
    ``v' = (1 - a) (v + (m - m')**2) + a (v_b + (m_b - m')**2)``, so that the variance
    between batches, which the running estimates of batch normalization [3]_ lose, is
    kept; the first batch is taken whole. With `ddof`, n is `n_effective_`.

    Sample weights that are whole numbers act as repeated rows, for quantiles too; with
    other weights a quantile is the type 7 estimator of [4]_.

    Values, and differences of values, between 1e-140 and 1e140 in magnitude are within
    the promise of accuracy. Beyond, squares overflow (an error names the columns) or
    lose digits (a warning).

    References
    ----------
    .. [1] Chan, Golub and LeVeque, "Algorithms for computing the sample variance", The
       American Statistician 37, 242-247, 1983.
    .. [2] Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
       computing sample variances", Stanford STAN-CS-79-773, 1979.
    .. [3] Ioffe and Szegedy, "Batch normalization", ICML 2015, arXiv:1502.03167.
    .. [4] Akinshin, "Weighted quantile estimators", 2023, arXiv:2304.07265.

    Examples
    --------
    >>> import numpy as np
    >>> from sknorm import BatchStandardizer
    >>> X = np.array([[1.0, 10.0], [2.0, np.nan], [3.0, 30.0]])
    >>> standardizer = BatchStandardizer().fit(X)
    >>> Z = standardizer.transform(X)
    >>> Z.round(4)
    array([[-1.2247, -1.    ],
           [ 0.    ,     nan],
           [ 1.2247,  1.    ]])
    >>> standardizer.inverse_transform(Z)
    array([[ 1., 10.],
           [ 2., nan],
           [ 3., 30.]])

    A constant column has scale 1, also where its values were rounded apart:

    >>> BatchStandardizer().fit([[0.3], [0.1 + 0.2], [0.3]]).scale_
    array([1.])

    A column never seen turns into NaN, with a warning:

    >>> import warnings
    >>> unseen = BatchStandardizer().fit([[1.0, np.nan], [2.0, np.nan]])
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     unseen.transform([[1.0, 5.0]])
    array([[-1., nan]])
    >>> print(caught[0].message)
    BatchStandardizer saw no values of columns 1 in fit: their values became NaN.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNormalizer._parameter_constraints,
        "feature_groups": [
            Interval(Integral, 1, None, closed="left"),
            list,
            tuple,
            None,
        ],
        "momentum": [Interval(Real, 0, 1, closed="right"), None],
        "copy": ["boolean"],
    }
    _scales_for_sparse: ClassVar[tuple[Scale, ...]] = ("std", *ABOUT_ZERO, None)

    def __init__(
        self,
        *,
        location: Location = "mean",
        scale: Scale = "std",
        ddof: int = 0,
        eps: float = 0.0,
        feature_groups: FeatureGroups = None,
        momentum: float | None = None,
        copy: bool = True,
        n_jobs: int | None = None,
    ) -> None:
        self.location = location
        self.scale = scale
        self.ddof = ddof
        self.eps = eps
        self.feature_groups = feature_groups
        self.momentum = momentum
        self.copy = copy
        self.n_jobs = n_jobs

    @fit_context
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn location and scale of each column, forgetting what was learned before.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Numbers; NaN, None, null and the NA of nullable dtypes count as missing. A
            Dask array or dataframe is read once, in one tree of merges. Sparse matrices
            only with ``location=None`` and ``scale`` "std", "rms", "maxabs" or None.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative and not all zero. A weight of 0 leaves the sample out
            of the statistics; infinities are refused there too.

        Returns
        -------
        BatchStandardizer
            This one.

        Raises
        ------
        ValueError
            For infinities, text, names that occur twice, weights or groups that do not
            fit, weights whose sum does not exceed `ddof`, or values whose squares
            overflow. The estimator stays as it was.
        """
        with all_or_nothing(self, refit=True) as draft:
            draft._learn(X, sample_weight)
        return self

    @available_if(learns_in_parts)
    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn from one more batch; without `momentum`, as `fit` on all of them.

        For the statistics that parts determine: all but medians and quantiles.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            A column that is all NaN in the batch stays as it was.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights, not negative and not all zero.

        Returns
        -------
        BatchStandardizer
            This one.

        Raises
        ------
        ValueError
            As `fit`. A batch that is refused, or interrupted, changes nothing.

        Examples
        --------
        >>> from sknorm import BatchStandardizer
        >>> standardizer = BatchStandardizer().partial_fit([[1.0], [2.0]])
        >>> standardizer.partial_fit([[6.0]]).location_
        array([3.])
        """
        # scikit-learn's own decorator would check the parameters of the first batch
        # only, and set_params may have come in between.
        if not get_config()["skip_parameter_validation"]:
            self._validate_params()
        with all_or_nothing(self, refit=False) as draft:
            draft._learn(X, sample_weight)
        return self

    @or_lazily
    def transform(self, X: Any) -> Any:
        """Return (X - location) / scale.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Data with the columns that `fit` saw, in the same order.

        Returns
        -------
        ndarray or sparse matrix of shape (n_samples, n_features)
            In float32 where X is float32, else float64; a dataframe after `set_output`.
            Lazy where X is a Dask array or dataframe, with its chunks and columns.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For infinities, text, or other columns than in `fit`.

        Warns
        -----
        UserWarning
            Where a column has values of which `fit` saw none: they become NaN.
        RuntimeWarning
            Where a result overflows the dtype of X.
        """
        check_is_fitted(self)
        X = check_matrix(
            self,
            X,
            reset=False,
            sparse_formats=self._sparse_formats(),
            in_place=not self.copy,
        )
        return map_columns(self, affine, X, slice(None))

    @or_lazily
    def inverse_transform(self, X: Any) -> Any:
        """Return X * scale + location, which undoes `transform`.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Normalised data. A dataframe may hold any of the columns seen in `fit`, in
            any order: they are found by name (by `get_feature_names_out`, where `fit`
            saw no names). Without string names columns are taken by position.

        Returns
        -------
        ndarray or sparse matrix of the shape of X
            The data, columns in the order of X; a dataframe after `set_output`, with
            the names and the index of X.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For infinities, text, or columns that `fit` did not see.
        """
        check_is_fitted(self)
        Z, columns = check_restorable(
            self, X, sparse_formats=self._sparse_formats(), in_place=not self.copy
        )
        restored = map_columns(self, affine_inverse, Z, columns)
        names = self.get_feature_names_out()[columns]
        return in_output_container(self, restored, X, names=names)

    def _sparse_formats(self) -> tuple[str, ...]:
        centred = getattr(self, "location_", None) is not None
        return ("csr", "csc") if super()._sparse_formats() and not centred else ()

    def _learn(self, X: Any, sample_weight: Any) -> None:
        """Set the fitted attributes from X and from those that are there already."""
        check_momentum(self)
        before: Moments | None = getattr(self, "_moments_", None)
        lazily, given = dask_for(X), X
        if lazily:
            check_partitions(self)
            X = lazily.sample_of(X)
        X = check_matrix(
            self, X, reset=before is None, sparse_formats=self._sparse_formats()
        )
        groups, weight = self._groups(), None
        if lazily:
            batch = lazily.moments(self, given, sample_weight, groups)
        else:
            if sample_weight is not None:
                weight = check_weights(sample_weight, X.shape[0])
            batch = self._moments_of(X, weight, groups)
        quantiles = None
        if needs_quantiles(self):
            quantiles = Quantiles.of(X, weight, groups)
        moments = batch
        if before is not None and self.momentum is None:
            moments = before.merge(batch)
        elif before is not None and self.momentum is not None:
            moments = before.decay(batch, self.momentum)
        if sample_weight is not None:
            check_weights_exceed_ddof(self, moments)
        seen = of_columns(batch.count, groups)
        self._adopt(
            moments,
            quantiles,
            n_samples_seen=getattr(self, "n_samples_seen_", 0.0) + seen,
            resolution=max(
                float(np.finfo(X.dtype).eps), getattr(self, "_resolution_", 0.0)
            ),
        )
