"""What rows and windows share: statistics that transform takes away, and the ways back.

An estimator for one kind of neighbourhood adds where the statistics come from, which of
them belongs to which value, and what they are called.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import get_config
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted

from sknorm._base import BaseNormalizer, Kernel
from sknorm._feature_groups import NO_GROUP, padded, spread
from sknorm._fitted_rows import FittedRows
from sknorm._kernels import (
    INPUT_INFINITE,
    OUTPUT_INFINITE,
    Floats,
    affine,
    affine_inverse,
    row_blocks,
)
from sknorm._location_scale import LocationScale, refuse_overflow, warn_of_lost_digits
from sknorm._restore import Statistics, appended_key, check_key
from sknorm._validation import (
    all_or_nothing,
    check_matrix,
    check_restorable,
    fit_context,
    in_output_container,
    infinity_error,
    quoted,
    refuse_infinities,
    row_index,
)

Indices = NDArray[np.intp]


class RestorableNormalizer(OneToOneFeatureMixin, BaseNormalizer, ABC):
    """Base of the normalizers whose statistics are not functions of the fitted data."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNormalizer._parameter_constraints,
        "keep_statistics": ["boolean"],
        "append_statistics": ["boolean"],
    }

    @fit_context
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check X, and keep the key of its rows where `keep_statistics` is True.

        Nothing else is learned: `transform` normalises each row by itself.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Numbers; NaN, None, null and the NA of nullable dtypes count as missing.
        y : None
            Ignored.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            For infinities, text, names that occur twice or are those of appended
            columns, groups that do not fit, or values whose squares overflow. The
            estimator stays as it was.
        """
        with all_or_nothing(self, refit=True) as draft:
            draft._learn(X)
        return self

    @fit_context
    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Return what `fit` and `transform` would, in one go.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        ndarray or sparse matrix
            As `transform`.
        """
        with all_or_nothing(self, refit=True) as draft:
            output = draft._learn(X, transform=True)
        return output  # noqa: RET504 - the state is adopted in between

    def transform(self, X: Any) -> Any:
        """Return (X - location) / scale, with location and scale taken from X itself.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)

        Returns
        -------
        ndarray or sparse matrix of shape (n_samples, n_features_out)
            float32 where X is float32, else float64; a dataframe after `set_output`.
            With `append_statistics` the columns of X are followed by the locations and
            the scales.
        """
        return self._with_statistics(*self._normalised(self._check(X)))

    def statistics(self, X: Any) -> Statistics:
        """Return the key of any rows: with it `inverse_transform` restores them.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Data as they are given to `transform`.

        Returns
        -------
        Statistics
            Location and scale that `transform(X)` takes away, in the dtype of X.
        """
        X = self._check(X)
        refuse_infinities(self, X, self._labels())
        return self._key(self._location_scale(X), X.dtype)

    def inverse_transform(self, X: Any, statistics: Statistics | None = None) -> Any:
        """Return X * scale + location, which undoes `transform`.

        Location and scale come from `statistics`; where None is given, from the columns
        that `append_statistics` added, where X has them; else from `statistics_`, where
        X is recognised as what `transform` returned for the fitted rows. All that is
        checked of a key is its shape and that it has numbers where X has.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features_out)
            Normalised data, with or without the appended columns. Columns of a
            dataframe are found by name, in any order. With `statistics`, or the
            appended columns, some of the others are enough.
        statistics : Statistics, default=None
            The key of these rows, from ``statistics(X)`` of the data as they were, or
            `statistics_`.

        Returns
        -------
        ndarray or sparse matrix of shape (n_samples, n_features)
            The data, columns in the order of X; a dataframe after `set_output`, with
            the names and the index of X.

        Raises
        ------
        ValueError
            Where X cannot be restored: the text says what differs, and which way is
            open. Where the key does not fit X.
        TypeError
            Where `statistics` is something else than Statistics.
        """
        check_is_fitted(self)
        names = self._statistic_names_
        Z, found = check_restorable(
            self,
            X,
            sparse_formats=self._sparse_formats(),
            n_appended=len(names) if self.append_statistics else 0,
        )
        columns = np.arange(Z.shape[1])[found] if isinstance(found, slice) else found
        is_data = columns < self.n_features_in_
        key = statistics
        if key is None and not (is_data.all() and names):
            key = appended_key(Z, columns, self.n_features_in_, names)
        if not is_data.all():
            Z, columns = Z[:, is_data], columns[is_data]
        if key is None:
            key = self._recognised(Z, columns, row_index(X))
        check_key(key, Z, self._neighbourhood_[columns], len(names) // 2)
        Z = Z.astype(np.result_type(Z, key.location), copy=False)
        location, scale = (a.astype(np.float64) for a in (key.location, key.scale))
        zero = np.zeros_like(location)
        out = self._map(affine_inverse, Z, location, zero, scale, columns)
        return in_output_container(self, out, X, columns)

    @property
    def statistics_(self) -> Statistics:
        """The key of the fitted rows, in this process only."""
        check_is_fitted(self)
        if "_kept_" not in vars(self):
            raise AttributeError(
                f"{type(self).__name__} has no statistics_: "
                f"{self._why_nothing_is_kept()}"
            )
        kept: FittedRows = self._kept_
        return kept.statistics

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Return the names of the columns that `transform` returns.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features_in_,), default=None
            Names to use where X had none; else they must be those of X.

        Returns
        -------
        ndarray of str, object dtype
            The names of X (or x0, x1, ...), then those of the appended columns.
        """
        names = np.asarray(super().get_feature_names_out(input_features))
        if not self.append_statistics:
            return names
        return np.concatenate([names, np.array(self._statistic_names_, object)])

    def __getstate__(self) -> Any:
        # A saved or copied model holds nothing about any training row.
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_kept_"}

    @abstractmethod
    def _neighbourhoods(self) -> tuple[Indices, list[str]]:
        """Tell which statistic belongs to which column, and how they are called.

        Returns
        -------
        neighbourhood : ndarray of shape (n_features,)
            The column of location and scale for each column of X, or NO_GROUP.
        names : list of str
            Of the appended columns, all locations before all scales.
        """

    @abstractmethod
    def _location_scale(self, X: Any) -> LocationScale:
        """Return location and scale of the neighbourhoods of X, infinities or not."""

    def _learn(self, X: Any, *, transform: bool = False) -> Any:
        """Set the fitted attributes; return the output of transform if asked for."""
        matrix = check_matrix(
            self, X, reset=True, sparse_formats=self._sparse_formats()
        )
        self._neighbourhood_, self._statistic_names_ = self._neighbourhoods()
        if self.append_statistics:
            self._refuse_clash()
        if not (transform or self.keep_statistics):
            refuse_infinities(self, matrix, self._labels())
            return None
        Z, key = self._normalised(matrix)
        if self.keep_statistics:
            (normalised,) = np.nonzero(self._neighbourhood_ != NO_GROUP)
            part = _columns_of(Z, normalised)
            self._kept_ = FittedRows.of(key, part, row_index(X))
        return self._with_statistics(Z, key)

    def _refuse_clash(self) -> None:
        taken = set(self._statistic_names_) & set(self._labels())
        if taken:
            raise ValueError(
                f"append_statistics=True of {type(self).__name__} adds columns that X "
                f"has already: {quoted(sorted(taken))}. Rename those of X."
            )

    def _check(self, X: Any) -> Any:
        """Return X as a matrix to normalise."""
        check_is_fitted(self)
        # They are read anew for each X, and set_params may have come in between.
        if not get_config()["skip_parameter_validation"]:
            self._validate_params()
        return check_matrix(self, X, reset=False, sparse_formats=self._sparse_formats())

    def _normalised(self, X: Any) -> tuple[Any, Statistics]:
        """Return the normalised X, and its key."""
        found = self._location_scale(X)
        every = np.arange(self.n_features_in_)
        Z = self._map(affine, X, found.shift, found.delta, found.scale, every)
        return Z, self._key(found, X.dtype)

    def _key(self, found: LocationScale, dtype: Any) -> Statistics:
        """Return location and scale in a dtype, which must hold them."""
        with np.errstate(over="ignore"):
            location, scale = (a.astype(dtype) for a in (found.shift, found.scale))
        overflow = found.present & ~(np.isfinite(location) & np.isfinite(scale))
        refuse_overflow(self, "rows", np.flatnonzero(overflow.any(axis=1)), dtype)
        lost = found.inaccurate.any(axis=1)
        warn_of_lost_digits(self, "rows", np.flatnonzero(lost))
        return Statistics(location, scale)

    def _with_statistics(self, Z: Any, key: Statistics) -> Any:
        """Append the key to the normalised rows, where the parameters say so."""
        if not self.append_statistics:
            return Z
        if sparse.issparse(Z):
            parts = [Z, type(Z)(key.location), type(Z)(key.scale)]
            return sparse.hstack(parts, format="csr")
        return np.hstack([Z, key.location, key.scale])

    def _map(
        self,
        kernel: Kernel,
        X: Any,
        shift: Floats,
        delta: Floats,
        scale: Floats,
        columns: Indices,
    ) -> Any:
        """Apply a kernel to X, which holds the given fitted columns."""
        neighbourhood = self._neighbourhood_[columns]
        statistics = ((shift, 0.0), (delta, 0.0), (scale, 1.0))
        flags = 0
        if sparse.issparse(X):
            out = X.copy()
            row = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
            parts = [padded(s, v)[row, neighbourhood[X.indices]] for s, v in statistics]
            entries = out.data[np.newaxis]
            flags = kernel(entries, *(p[np.newaxis] for p in parts), entries)
        else:
            out = np.empty(X.shape, X.dtype)
            for rows in row_blocks(*X.shape):
                parts = [spread(s[rows], neighbourhood, v) for s, v in statistics]
                flags |= kernel(X[rows], *parts, out[rows])
        if flags & INPUT_INFINITE:
            raise infinity_error(self, X, self._labels()[columns])
        if flags & OUTPUT_INFINITE:
            if sparse.issparse(out):
                infinite = np.unique(row[np.isinf(out.data)])
            else:
                infinite = np.flatnonzero(np.isinf(out).any(axis=1))
            self._warn_of_overflow("rows", infinite, out.dtype)
        return out

    def _recognised(self, Z: Any, columns: Indices, index: Any) -> Statistics:
        """Return the key of the fitted rows, if Z is what transform made of them."""
        name = type(self).__name__
        kept: FittedRows | None = vars(self).get("_kept_")
        if kept is None:
            raise ValueError(
                f"{name} cannot restore X: {self._why_nothing_is_kept()} Pass "
                "statistics=est.statistics(X), with X the rows as they were before "
                "transform, or fit with append_statistics=True."
            )
        position = np.full(self.n_features_in_, -1)
        position[columns] = np.arange(len(columns))
        position = position[self._neighbourhood_ != NO_GROUP]
        if (position < 0).any():
            difference = "it lacks columns, and the fitted rows are recognised by all"
        else:
            difference = kept.difference(_columns_of(Z, position), index)
        if difference:
            raise ValueError(
                f"X is not what {name}.transform returned for the fitted rows: "
                f"{difference}. Pass statistics=est.statistics_ for the fitted rows "
                "changed on purpose (denoised, imputed), statistics=est.statistics(X) "
                "of other rows as they were before transform, or fit with "
                "append_statistics=True."
            )
        return kept.statistics

    def _why_nothing_is_kept(self) -> str:
        if not self.keep_statistics:
            return "it was fitted with keep_statistics=False."
        return (
            "the key of the fitted rows stays with the object that was fitted, in its "
            "own process. It is never pickled, copied or cached."
        )


def _columns_of(Z: Any, columns: Indices) -> Any:
    """Return Z[:, columns], which is a copy, or Z where that is the same."""
    same = np.array_equal(columns, np.arange(Z.shape[1]))
    return Z if same else Z[:, columns]
