"""RowNormalizedRegressor: normalise each row, predict, put the row's level back."""

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils import check_array, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    has_fit_parameter,
)

from sknorm._kernels import Floats
from sknorm._row_layer_normalizer import RowLayerNormalizer
from sknorm._validation import (
    HasMethods,
    Integral,
    Interval,
    fit_context_of_parts,
    quoted,
    routed_to,
)


class RowNormalizedRegressor(RegressorMixin, BaseEstimator):
    """Fit a regressor on normalised rows, and put the level of each row back.

    Each row of X is normalised by its own location and scale, and the target by those
    of the *same* row: the regressor learns shapes, whatever the level. Predictions are
    put back by location and scale of their row. For forecasts from lagged values,
    whose level and spread drift, this is reversible instance normalization (RevIN; Kim
    et al., ICLR 2022) for every regressor of scikit-learn.

    Parameters
    ----------
    regressor : estimator
        Any regressor, fitted on a clone.
    normalizer : RowLayerNormalizer or None, default=None
        How rows are normalised; a clone is used. None is ``RowLayerNormalizer()``. Its
        `keep_statistics` and `append_statistics` are not used. With `feature_groups`
        each group of columns is normalised by itself, and columns in no group pass
        through. Pass one to tune it: ``normalizer__location``.
    target_group : int, default=0
        Which of the groups of columns normalises the target: the one that holds the
        target's own past.
    append_statistics : bool, default=False
        Whether the regressor is also given location and logarithm of the scale of each
        group, as the last columns: for targets that depend on the level, too.

    Attributes
    ----------
    regressor_ : estimator
        The fitted regressor.
    normalizer_ : RowLayerNormalizer
        The fitted normaliser.
    n_features_in_ : int
        Number of columns seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,), object
        Names of the columns. Only where X has column names that are all strings.

    Notes
    -----
    With location m and scale s of the target group in a row, the regressor is fitted on
    ((x - m) / s, (y - m) / s), and predicts m + s * prediction. A row that holds the
    past and its target must be in one unit; more outputs are later steps of it.

    A regressor that is right about the normalised target gives y back, up to a few
    units in the last place of max(abs(y), abs(m)). Predictions for a * X, fitted with
    a * y, are a times the predictions, bit for bit, for a a power of two (with eps=0
    and append_statistics=False); b added to X and y is added to them.

    Degenerate cases: a constant row has scale 1, so that its target is only centred. A
    row of one value is its own location, and the regressor learns y - x. Values that
    are missing are skipped, and reach the regressor as NaN. A row without any value in
    the target group has no level: an error names the rows.

    The level itself is gone: where it predicts (prices that revert to a mean, a target
    in another unit than the row), use `append_statistics`, or another model.

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
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "regressor": [HasMethods(["fit", "predict"])],
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
    def fit(self, X: Any, y: Any, sample_weight: Any = None, **fit_params: Any) -> Self:
        """Fit the regressor on normalised rows and targets.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)
            NaN only where the regressor takes it.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets in the unit of the target group.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights for the regressor, where it takes them.
        **fit_params
            Passed to the `fit` of the regressor; with metadata routing enabled, those
            that it requests.

        Returns
        -------
        self : RowNormalizedRegressor

        Raises
        ------
        ValueError
            For NaN or infinities in y, rows without any value in the target group, a
            target group that is not there, weights that the regressor does not take.
        """
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None."
            )
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y")
        if sample_weight is not None:
            if not has_fit_parameter(self.regressor, "sample_weight"):
                raise ValueError(
                    f"{type(self.regressor).__name__} takes no sample_weight in fit. "
                    "Leave it out, or use another regressor."
                )
            fit_params["sample_weight"] = sample_weight
        fit_params = routed_to(self, "regressor", "fit", fit_params)
        normalizer = clone(
            RowLayerNormalizer() if self.normalizer is None else self.normalizer
        )
        normalizer.set_params(keep_statistics=False, append_statistics=False).fit(X)
        check_consistent_length(X, y)
        if self.target_group >= normalizer._n_neighbourhoods_:
            raise ValueError(
                f"target_group of {type(self).__name__} must be one of the "
                f"{normalizer._n_neighbourhoods_} groups of columns, counted from 0. "
                f"Got {self.target_group}."
            )
        Z, location, scale = self._normalised(normalizer, X, y.ndim)
        regressor = clone(self.regressor).fit(Z, (y - location) / scale, **fit_params)
        self.normalizer_, self.regressor_ = normalizer, regressor
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict in the units of the target.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs), float64

        Raises
        ------
        ValueError
            For rows without any value in the target group.
        """
        check_is_fitted(self)
        Z, location, scale = self._normalised(self.normalizer_, X, 1)
        z = np.asarray(self.regressor_.predict(Z), np.float64)
        if z.ndim == 2:
            location, scale = location[:, np.newaxis], scale[:, np.newaxis]
        return np.asarray(z * scale + location)

    @property
    def n_features_in_(self) -> int:
        """Number of columns seen in `fit`."""
        return int(self._fitted_normalizer().n_features_in_)

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the columns seen in `fit`."""
        return np.asarray(self._fitted_normalizer().feature_names_in_)

    def _fitted_normalizer(self) -> RowLayerNormalizer:
        if "normalizer_" not in vars(self):
            raise AttributeError(f"{type(self).__name__} is not fitted yet.")
        normalizer: RowLayerNormalizer = self.normalizer_
        return normalizer

    def get_metadata_routing(self) -> MetadataRouter:
        """Return what `fit` passes on to the regressor.

        Returns
        -------
        MetadataRouter
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(
            regressor=self.regressor, method_mapping=mapping
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.regressor)
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        tags.target_tags.multi_output = inner.target_tags.multi_output
        tags.non_deterministic = inner.non_deterministic
        # What depends on the level of a row is not learned.
        tags.regressor_tags.poor_score = True
        return tags

    def _normalised(
        self, normalizer: RowLayerNormalizer, X: Any, n_dimensions: int
    ) -> tuple[Any, Floats, Floats]:
        """Return X for the regressor, and what the target of each row is normalised by.

        Location and scale broadcast to targets of so many dimensions.
        """
        Z, key = normalizer.transform(X), normalizer.statistics(X)
        location, scale = (
            statistic[:, self.target_group].astype(np.float64)
            for statistic in (key.location, key.scale)
        )
        (missing,) = np.nonzero(np.isnan(location) | np.isnan(scale))
        if missing.size:
            raise ValueError(
                f"Rows {quoted(missing)} of X have no values in target_group="
                f"{self.target_group}, and so no level to predict at. Leave these rows "
                "out, or fill them in."
            )
        if self.append_statistics:
            Z = _with_columns(Z, np.hstack([key.location, np.log(key.scale)]))
        shape = (-1, *[1] * (n_dimensions - 1))
        return Z, location.reshape(shape), scale.reshape(shape)


def _with_columns(Z: Any, columns: NDArray[Any]) -> Any:
    """Return Z with location and log scale behind it, as a frame where it is one."""
    if not hasattr(Z, "columns"):
        return np.hstack([Z, columns])
    n_groups = columns.shape[1] // 2
    names = [
        f"{n}_{i}" for n in ("row_location", "row_log_scale") for i in range(n_groups)
    ]
    if hasattr(Z, "with_columns"):  # polars
        return Z.with_columns(**dict(zip(names, columns.T, strict=True)))
    return Z.assign(**dict(zip(names, columns.T, strict=True)))
