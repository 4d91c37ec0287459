"""What was learned from columns: set in one place, merged, taken in and handed on."""

from functools import reduce
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from sknorm._base import BaseNormalizer
from sknorm._batches import check_momentum, learns_in_parts, refuse_beyond_variance
from sknorm._column_statistics import column_attributes
from sknorm._feature_groups import each_column_in_a_group, resolve_feature_groups
from sknorm._kernels import Floats
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._record import read_record, write_record
from sknorm._validation import (
    available_if,
    infinity_error,
    quoted,
    refuse_infinities,
)
from sknorm._vectors import check_feature_names, check_same_index, check_statistic


class PortableStatistics(BaseNormalizer):
    """Base of an estimator whose statistics belong to columns, and can travel."""

    @available_if(learns_in_parts)
    def merge(self, *others: Self) -> Self:
        """Return a new estimator, as if fitted on the data of all of them.

        Exact for the statistics that parts determine (all but medians and quantiles),
        with missing values and weights, in any order and grouping:
        ``a.merge(b, c)`` is ``c.merge(a).merge(b)`` up to rounding. None is changed.

        Parameters
        ----------
        *others : BatchStandardizer
            Fitted with equal parameters (but `copy`) on the same columns.

        Returns
        -------
        BatchStandardizer
            A new one, with the parameters of the first.

        Raises
        ------
        NotFittedError
            Where one of them is not fitted.
        ValueError
            Where parameters, columns or their names differ, or with `momentum`: what
            has been forgotten depends on the order.
        TypeError
            For anything else than a BatchStandardizer.

        Examples
        --------
        >>> from sknorm import BatchStandardizer
        >>> monday = BatchStandardizer().fit([[1.0], [3.0]])
        >>> tuesday = BatchStandardizer().fit([[8.0]])
        >>> week = monday.merge(tuesday)
        >>> week.location_, week.n_samples_seen_
        (array([4.]), array([3.]))
        """
        parts = (self, *others)
        for part in parts:
            self._refuse_part(part)
        merged: Self = clone(self)
        merged._take_columns_of(self)
        merged._adopt(
            reduce(Moments.merge, (part._moments_ for part in parts)),
            None,
            n_samples_seen=np.sum([part.n_samples_seen_ for part in parts], axis=0),
            resolution=max(part._resolution_ for part in parts),
        )
        return merged

    @classmethod
    def from_statistics(
        cls,
        mean: ArrayLike,
        var: ArrayLike,
        n_samples_seen: ArrayLike,
        *,
        feature_names_in: ArrayLike | None = None,
        **params: Any,
    ) -> Self:
        """Return an estimator with known statistics, fitted on no data.

        It transforms, restores, goes on learning with `partial_fit`, and merges.

        Parameters
        ----------
        mean : array-like of shape (n_features,)
            NaN for a column never seen. Taken by position; series of pandas must have
            the same index.
        var : array-like of shape (n_features,)
            Population variance (ddof=0), as in `var_`.
        n_samples_seen : array-like of shape (n_features,), or number
            How many values the statistics are of; 0 for a column never seen.
        feature_names_in : array-like of str of shape (n_features,), default=None
            Names of the columns.
        **params
            Parameters of the estimator, with `location` "mean" or None and `scale`
            "std", "rms" or None: mean and variance do not determine others. The columns
            of a feature group have the statistics of the group.

        Returns
        -------
        BatchStandardizer
            Fitted, with `n_features_in_` columns as `mean` has.

        Raises
        ------
        ValueError
            For statistics that are not numbers, not finite, or negative; for shapes,
            names or parameters that do not fit.

        Examples
        --------
        >>> from sknorm import BatchStandardizer
        >>> known = BatchStandardizer.from_statistics([7.0, 20.0], [0.25, 16.0], 1000)
        >>> known.transform([[7.5, 12.0]])
        array([[ 1., -2.]])

        A variance of 0 is that of a constant column, whose scale is 1:

        >>> BatchStandardizer.from_statistics([7.0], [0.0], 1000).scale_
        array([1.])
        """
        check_same_index(mean, var, n_samples_seen)
        estimator = cls(**params)
        estimator._validate_params()
        check_momentum(estimator)
        refuse_beyond_variance(
            estimator,
            "from_statistics",
            "mean and variance do not determine other statistics",
            "Fit on data",
        )
        mean = check_statistic(mean, "mean", None, negative=True)
        n = mean.size
        var = check_statistic(var, "var", n)
        count = check_statistic(n_samples_seen, "n_samples_seen", n)
        unknown = np.isnan(count) | (count > 0) & (np.isnan(mean) | np.isnan(var))
        if unknown.any():
            raise ValueError(
                "mean, var and n_samples_seen must not be NaN where n_samples_seen is "
                f"not 0. Got NaN for column {np.argmax(unknown)}."
            )
        estimator.n_features_in_ = n
        if feature_names_in is not None:
            estimator.feature_names_in_ = check_feature_names(feature_names_in, n)
        moments = Moments.of_statistics(mean, var, count)
        estimator._adopt(
            moments.take(estimator._first_of_groups(mean, var, count)),
            None,
            n_samples_seen=count,
            resolution=float(np.finfo(np.float64).eps),
        )
        return estimator

    def to_dict(self) -> dict[str, Any]:
        """Return parameters and statistics as plain lists, numbers and strings.

        For ``json.dumps(d, allow_nan=False)``: nothing is ever unpickled. The estimator
        that `from_dict` makes of it transforms to the same bits.

        Returns
        -------
        dict
            Arrays are lists, in which "NaN", "Infinity" and "-Infinity" stand for the
            numbers that JSON lacks.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            Where parameters were changed after the fit, so that they do not give the
            statistics in use; for more than ten million columns.

        Examples
        --------
        >>> import json
        >>> from sknorm import BatchStandardizer
        >>> text = json.dumps(BatchStandardizer().fit([[1.0], [3.0]]).to_dict())
        >>> BatchStandardizer.from_dict(json.loads(text)).transform([[4.0]])
        array([[2.]])
        """
        check_is_fitted(self)
        record = write_record(self)
        changed = ValueError(
            f"The parameters of {type(self).__name__} do not give the statistics in "
            "use: they were changed after the fit. Fit again, or set them back."
        )
        try:
            read = type(self).from_dict(record)
        except ValueError as error:
            raise changed from error
        for name in ("location_", "_delta_", "scale_"):
            here, there = getattr(self, name), getattr(read, name)
            if not np.array_equal(here, there, equal_nan=here is not None):
                raise changed
        return record

    @classmethod
    def from_dict(cls, record: Any) -> Self:
        """Return an estimator like the one that `to_dict` was called on.

        Parameters
        ----------
        record : dict
            As `to_dict` returned it, or `json.loads` read it.

        Returns
        -------
        BatchStandardizer
            Fitted: it transforms to the same bits, goes on learning, and merges.

        Raises
        ------
        ValueError
            For a record that is incomplete, inconsistent, too large, or of a newer
            version: the text names the entry.
        TypeError
            For anything else than a dict.

        Examples
        --------
        >>> from sknorm import BatchStandardizer
        >>> record = BatchStandardizer().fit([[1.0], [3.0]]).to_dict()
        >>> BatchStandardizer.from_dict(record).inverse_transform([[2.0]])
        array([[4.]])
        """
        estimator: Self = read_record(record, cls)
        return estimator

    def _moments_of(
        self, X: Any, weight: Floats | None, groups: NDArray[np.intp] | None
    ) -> Moments:
        """Return the moments of a clean matrix, or raise where it holds infinities."""
        if weight is not None and not weight.all():
            # The moments do not see the samples left out.
            refuse_infinities(self, X, self._labels())
        moments = Moments.of(X, weight, groups, self.n_jobs)
        if (moments.min == -np.inf).any() or (moments.max == np.inf).any():
            raise infinity_error(self, X, self._labels())
        return moments

    def _adopt(
        self,
        moments: Moments,
        quantiles: Quantiles | None,
        *,
        n_samples_seen: Floats,
        resolution: float,
    ) -> None:
        """Set all that follows from the statistics of columns, or of their groups."""
        groups = self._groups()
        attributes = column_attributes(
            self,
            moments,
            quantiles,
            groups=groups,
            resolution=resolution,
            labels=self._labels(),
        )
        self.n_samples_seen_ = n_samples_seen
        self._groups_ = groups
        self._moments_ = moments
        self._quantiles_ = quantiles
        self._resolution_ = resolution
        self.__dict__.pop("n_effective_", None)  # where momentum was set before
        self.__dict__.update(attributes)

    def _groups(self) -> NDArray[np.intp] | None:
        """Return the group of each column, None where each is one by itself."""
        names = getattr(self, "feature_names_in_", None)
        groups = None
        if self.feature_groups is not None:
            listed, _ = resolve_feature_groups(
                self.feature_groups, self.n_features_in_, names
            )
            groups = each_column_in_a_group(listed)
        before = getattr(self, "_groups_", groups)
        if groups is before:
            return groups
        if not np.array_equal(np.asarray(groups), np.asarray(before)):
            raise ValueError(
                "feature_groups must stay what they were in fit, for partial_fit and "
                f"merge. Got {self.feature_groups!r}, which are other groups. Use fit "
                "to start anew, or set them back."
            )
        return groups

    def _first_of_groups(self, *statistics: Floats) -> NDArray[np.intp]:
        """Return the first column of each group; raise where the others differ."""
        groups = self._groups()
        if groups is None:
            return np.arange(self.n_features_in_)
        _, first = np.unique(groups, return_index=True)
        for values in statistics:
            of_group = values[first][groups]
            (other,) = np.nonzero(~((values == of_group) | np.isnan(of_group)))
            if other.size:
                raise ValueError(
                    "The columns of a group in feature_groups share mean, var and "
                    f"n_samples_seen. Got {values[other[0]]} for column "
                    f"{quoted(self._labels()[other[:1]])}, and {of_group[other[0]]} "
                    "for the first column of its group. Pass those of the group for "
                    "each."
                )
        return first

    def _take_columns_of(self, other: Self) -> None:
        """Set the number and the names of columns."""
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(other, name):
                setattr(self, name, getattr(other, name))

    def _refuse_part(self, other: Any) -> None:
        """Raise where an estimator cannot be merged with this one."""
        name = type(self).__name__
        if not isinstance(other, type(self)):
            raise TypeError(
                f"{name}.merge takes fitted {name}. Got {type(other).__name__}."
            )
        check_is_fitted(other)
        if other.momentum is not None or hasattr(other, "n_effective_"):
            got = f"momentum={other.momentum!r}"
            if other.momentum is None:
                got = "statistics that were learned with momentum"
            raise ValueError(
                f"{name}.merge needs momentum=None: what has been forgotten depends on "
                f"the order of the batches. Got {got}. Fit the parts with "
                "momentum=None."
            )
        other._groups()  # raises where they were changed after the fit
        for parameter, value in self.get_params(deep=False).items():
            theirs = getattr(other, parameter)
            if parameter not in ("copy", "feature_groups") and theirs != value:
                raise ValueError(
                    f"{name}.merge needs equal parameters. Got {parameter}={value!r} "
                    f"and {parameter}={theirs!r}. Fit both with the same."
                )
        columns, theirs = (
            getattr(part, "feature_names_in_", np.arange(part.n_features_in_)).tolist()
            for part in (self, other)
        )
        if columns != theirs:
            raise ValueError(
                f"{name}.merge needs the same columns in the same order. Got "
                f"{_described(columns)} and {_described(theirs)}. Fit both on frames "
                "with the same names, or both on arrays."
            )
        if not np.array_equal(np.asarray(self._groups_), np.asarray(other._groups_)):
            raise ValueError(
                f"{name}.merge needs the same feature_groups. Got "
                f"{self.feature_groups!r} and {other.feature_groups!r}. Fit both with "
                "the same."
            )


def _described(columns: list[Any]) -> str:
    """Return names of columns, or how many there are where they have none."""
    if all(isinstance(column, int) for column in columns):
        return f"{len(columns)} columns without names"
    return f"the columns {quoted(columns)}"
