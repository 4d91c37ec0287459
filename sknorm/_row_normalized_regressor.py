"""RowNormalizedRegressor: normalise each row, predict, put the row's level back."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils import check_array, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sknorm._base import dask_for
from sknorm._html_representation import HTMLRepresentation
from sknorm._kernels import Floats
from sknorm._normalise import normalised
from sknorm._row_layer_normalizer import RowLayerNormalizer
from sknorm._validation import (
    HasMethods,
    Integral,
    Interval,
    fit_context_of_parts,
    in_output_container,
    output_container,
    quoted,
    refuse_text_and_dates,
    routed_to,
)


class RowNormalizedRegressor(HTMLRepresentation, RegressorMixin, BaseEstimator):
    """Fit a regressor on normalised rows, and put the level of each row back.

    Each row of X is normalised by its own location and scale, and the target by those
    of the *same* row: the regressor learns shapes, whatever the level. Predictions are
    put back by location and scale of their row. For forecasts from lagged values,
    whose level and spread drift, this is reversible instance normalization (RevIN [1]_)
    for every regressor of scikit-learn.

    Parameters
    ----------
    regressor : estimator
        Any regressor, fitted on a clone.
    normalizer : RowLayerNormalizer or None, default=None
        How rows are normalised; a clone is used. None is ``RowLayerNormalizer()``. Its
        `keep_statistics` and `append_statistics` are not used. With `feature_groups`
        each group of columns is normalised by itself, and columns in no group pass
        through. To tune it by name (``normalizer__location``), pass one.
    target_group : int, default=0
        Which of the groups of columns normalises the target: the one that holds the
        target's own past.
    append_statistics : bool, default=False
        Whether the regressor is also given location and logarithm of the scale of each
        group, as the last columns: for targets that depend on the level, too.

    Attributes
    ----------
    regressor_ : estimator
        The fitted regressor. It is given dataframes where X is one with names.
    normalizer_ : RowLayerNormalizer
        The fitted normaliser.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features,), object
        Names of the columns. Only where X has column names that are all strings.

    See Also
    --------
    RowLayerNormalizer : The normaliser alone.
    sklearn.compose.TransformedTargetRegressor : One transform for all targets.

    Notes
    -----
    With location m and scale s of the target group in a row, the regressor is fitted on
    ((x - m) / s, (y - m) / s), and predicts m + s * prediction. A row that holds the
    past and its target must be in one unit; more outputs are later steps of it.

    A regressor that is right about the normalised target gives y back, up to a few
    units in the last place of max(abs(y), abs(m)). Predictions for a * X, fitted with
    a * y, are a times the predictions, bit for bit, for a a power of two, where all
    columns are in groups, rows have a scale that is not None and was not replaced by 1,
    eps=0 and append_statistics=False. Where there is also a location, and the scale is
    neither "rms" nor "maxabs", b added to X and y is added to the predictions.

    Degenerate cases: a row whose scale is 0 has scale 1, so that its target is only
    centred. A row of one value is its own location, and the regressor learns y - x.
    Values that are missing are skipped, and reach the regressor as NaN. A row without
    any value in the target group has no level: an error names the rows.

    The level itself is gone: where it predicts (prices that revert to a mean, a target
    in another unit than the row), use `append_statistics`, or another model.

    References
    ----------
    .. [1] Kim, Kim, Tae, Park, Choi and Choo, "Reversible instance normalization for
       accurate time-series forecasting against distribution shift", ICLR 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> from sknorm import RowNormalizedRegressor
    >>> lags = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [3.0, 3.0, 2.0]])
    >>> later = np.array([4.0, 8.0, 1.0])
    >>> model = RowNormalizedRegressor(KNeighborsRegressor(1)).fit(lags, later)
    >>> model.predict([[1001.0, 1002.0, 1003.0]])
    array([1004.])

    A row of equal values has scale 1; a row without values has no level:

    >>> model.predict([[7.0, 7.0, 7.0]]).round(4)
    array([9.4495])
    >>> model.predict([[np.nan, np.nan, np.nan]])
    Traceback (most recent call last):
    ValueError: Rows 0 of X have no values in target_group=0, and so no level to predict
    at. Leave these rows out, or fill them in.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "regressor": [HasMethods("fit")],
        "normalizer": [RowLayerNormalizer, None],
        "target_group": [Interval(Integral, 0, None, closed="left")],
        "append_statistics": ["boolean"],
    }

    def __init__(
        self,
        regressor: Any,
        normalizer: RowLayerNormalizer | None = None,
        *,
        target_group: int = 0,
        append_statistics: bool = False,
    ) -> None:
        self.regressor = regressor
        self.normalizer = normalizer
        self.target_group = target_group
        self.append_statistics = append_statistics

    @fit_context_of_parts
    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit a clone of the regressor on normalised rows and targets.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            In memory, and sparse only where the normaliser takes it. NaN only where the
            regressor does.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets in the unit of the target group.
        **fit_params
            Passed to the `fit` of the regressor, `sample_weight` for example; with
            metadata routing enabled, those that it requests.

        Returns
        -------
        RowNormalizedRegressor
            This one.

        Raises
        ------
        TypeError
            For a Dask collection.
        ValueError
            For NaN or infinities in y, rows without any value in the target group, or
            whose normalised target overflows, or a target group that is not there.
        """
        y = _checked_target(self, y)
        fit_params = routed_to(self, "regressor", "fit", fit_params)
        _refuse_dask(self, X)
        normalizer = clone(
            RowLayerNormalizer() if self.normalizer is None else self.normalizer
        )
        if hasattr(X, "columns") and output_container(normalizer) == "default":
            kind = "pandas" if hasattr(X, "iloc") else "polars"
            normalizer.set_output(transform=kind)
        normalizer.set_params(keep_statistics=False, append_statistics=False).fit(X)
        check_consistent_length(X, y)
        if self.target_group >= normalizer._n_neighbourhoods_:
            raise ValueError(
                f"target_group of {type(self).__name__} must be one of the "
                f"{normalizer._n_neighbourhoods_} groups of columns, counted from 0. "
                f"Got {self.target_group}."
            )
        how = normalizer, self.target_group, self.append_statistics
        Z, location, scale = _normalised(*how, X)
        with np.errstate(over="ignore"):
            target = ((y.T - location) / scale).T
        (overflow,) = np.nonzero(~np.isfinite(target).reshape(len(y), -1).all(axis=1))
        if overflow.size:
            raise ValueError(
                f"y of rows {quoted(overflow)} is too large for the scale of its row. "
                "Leave these rows out, or check that rows and targets are in one unit."
            )
        self.regressor_ = clone(self.regressor).fit(Z, target, **fit_params)
        self.normalizer_, self._how_ = normalizer, how
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict in the units of the target.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Rows as for `fit`.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
            For each row m + s * prediction, in its own unit.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError
            For a Dask collection.
        ValueError
            For rows without any value in the target group, infinities, or other columns
            than in `fit`.
        """
        check_is_fitted(self)
        _refuse_dask(self, X)
        Z, location, scale = _normalised(*self._how_, X)
        z = np.asarray(self.regressor_.predict(Z), np.float64)
        return np.asarray((z.T * scale + location).T)

    @property
    def n_features_in_(self) -> int:
        """Number of columns seen in `fit`."""
        return int(self._of_normalizer("n_features_in_"))

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the columns seen in `fit`."""
        return np.asarray(self._of_normalizer("feature_names_in_"))

    def _of_normalizer(self, name: str) -> Any:
        """Return an attribute of the fitted normaliser, or raise as if it were own."""
        if not hasattr(vars(self).get("normalizer_"), name):
            raise AttributeError(f"{type(self).__name__!r} object has no {name!r}.")
        return getattr(self.normalizer_, name)

    def get_metadata_routing(self) -> MetadataRouter:
        """Return what `fit` passes on to the regressor.

        Returns
        -------
        MetadataRouter
            As scikit-learn asks for it.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(
            regressor=self.regressor, method_mapping=mapping
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.regressor)
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        if self.normalizer is not None:
            of_rows = get_tags(self.normalizer).input_tags.sparse
            tags.input_tags.sparse = of_rows and inner.input_tags.sparse
        tags.target_tags.multi_output = inner.target_tags.multi_output
        tags.non_deterministic = inner.non_deterministic
        # What depends on the level of a row is not learned.
        tags.regressor_tags.poor_score = True
        return tags


def _normalised(
    normalizer: RowLayerNormalizer, target_group: int, append: bool, X: Any
) -> tuple[Any, Floats, Floats]:
    """Return X for the regressor, and location and scale of the target of each row."""
    Z, key = normalised(normalizer, normalizer._check(X), key=True)
    location, scale = (
        statistic[:, target_group].astype(np.float64)
        for statistic in (key.location, key.scale)
    )
    (missing,) = np.nonzero(np.isnan(location) | np.isnan(scale))
    if missing.size:
        raise ValueError(
            f"Rows {quoted(missing)} of X have no values in target_group="
            f"{target_group}, and so no level to predict at. Leave these rows out, or "
            "fill them in."
        )
    names = normalizer._names()
    if append:
        more = [
            name.replace("row_scale", "row_log_scale")
            for name in normalizer._statistic_names(names)
        ]
        taken = set(more) & set(names)
        if taken:
            raise ValueError(
                "append_statistics=True of RowNormalizedRegressor adds columns that X "
                f"has already: {quoted(sorted(taken))}. Rename those of X."
            )
        names = np.append(names, more)
        parts = [Z, key.location, np.log(key.scale)]
        sparse_rows = sparse.issparse(Z)
        Z = sparse.hstack(parts, format="csr") if sparse_rows else np.hstack(parts)
    return in_output_container(normalizer, Z, X, names=names), location, scale


def _checked_target(estimator: Any, y: Any) -> Floats:
    """Return y as finite float64; masked values are missing, which is an error."""
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is "
            "None."
        )
    if isinstance(y, np.ma.MaskedArray):
        y = np.ma.filled(y.astype(np.float64), np.nan)
    refuse_text_and_dates(np.asarray(y), "y")
    return np.asarray(check_array(y, ensure_2d=False, dtype=np.float64, input_name="y"))


def _refuse_dask(estimator: Any, X: Any) -> None:
    if dask_for(X):
        raise TypeError(
            f"{type(estimator).__name__} takes X in memory, as regressors do. Got a "
            "Dask collection. Call X.compute(), or fit on a sample."
        )
