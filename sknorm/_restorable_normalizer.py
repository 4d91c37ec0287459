"""What rows and windows share: statistics that transform takes away, and the ways back.

An estimator for one kind of neighbourhood adds where the statistics come from, which of
them belongs to which value, and what they are called.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import get_config
from sklearn.utils.validation import check_is_fitted

from sknorm._appended_statistics import AppendedStatistics
from sknorm._base import all_or_nothing, dask_for, or_lazily
from sknorm._feature_groups import NO_GROUP
from sknorm._fitted_rows import NOTHING_KEPT, FittedRows, no_key_error
from sknorm._history import behind_history
from sknorm._kernels import Choice, affine_inverse, row_blocks
from sknorm._location_scale import LocationScale
from sknorm._map import apply_map
from sknorm._normalise import normalised, report_infinities
from sknorm._restore import Pair, Statistics, appended_key, check_key
from sknorm._validation import (
    check_matrix,
    check_restorable,
    fit_context,
    in_output_container,
    refuse_infinities,
    row_index,
)

Indices = NDArray[np.intp]


class RestorableNormalizer(AppendedStatistics):
    """Base of the normalizers whose statistics are not functions of the fitted data."""

    _needed_for_some_columns = " with statistics=key"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AppendedStatistics._parameter_constraints,
        "keep_statistics": ["boolean"],
    }

    @fit_context
    def fit(self, X: Any, y: Any = None) -> Self:
        """Check X, and keep the key of its rows where `keep_statistics` is True.

        Nothing else is learned: `transform` normalises each row by itself.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Numbers; NaN, None, null and the NA of nullable dtypes count as missing. Of
            a Dask collection no values are read, and no key is kept.
        y : None
            Ignored.

        Returns
        -------
        Self
            This estimator.

        Raises
        ------
        ValueError
            For infinities, text, names that occur twice or are those of appended
            columns, or parameters that do not fit; where the key is kept, also for
            values whose squares overflow. The estimator stays as it was.
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
            Data as for `fit`.
        y : None
            Ignored.

        Returns
        -------
        ndarray or sparse matrix of shape (n_samples, n_features_out)
            As `transform`.

        Raises
        ------
        ValueError
            As `fit` and `transform`. The estimator stays as it was.
        """
        with all_or_nothing(self, refit=True) as draft:
            output = draft._learn(X, transform=True)
        return output  # noqa: RET504 - the state is adopted in between

    @or_lazily
    def transform(self, X: Any) -> Any:
        """Return (X - location) / scale, with location and scale taken from X itself.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Any rows, with the columns that `fit` saw, in the same order.

        Returns
        -------
        ndarray or sparse matrix of shape (n_samples, n_features_out)
            In float32 where X is float32, else float64; a dataframe after `set_output`.
            With `append_statistics` the columns of X are followed by the locations and
            the scales.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For infinities, text, other columns than in `fit`, parameters that do not
            fit, or values whose squares overflow.
        """
        X = self._check(X)
        return self._output(*normalised(self, X, key=self.append_statistics))

    @or_lazily
    def statistics(self, X: Any) -> Statistics:
        """Return the key of any rows: with it `inverse_transform` restores them.

        Parameters
        ----------
        X : array-like, dataframe or sparse matrix of shape (n_samples, n_features)
            Data as they are given to `transform`.

        Returns
        -------
        Statistics
            Location and scale that `transform(X)` takes away, in the dtype of X, both
            of shape (n_samples, n_groups).

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            As `transform`.
        """
        return self._key(self._check(X))

    @or_lazily
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
            dataframe are found by name (str), in any order. With `statistics`, or the
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
        NotFittedError
            Before `fit`.
        ValueError
            Where X cannot be restored: the text says what differs, and which way is
            open. Where the key does not fit X.
        TypeError
            Where `statistics` is something else than Statistics.

        Examples
        --------
        >>> from sknorm import RowLayerNormalizer
        >>> X = [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]
        >>> normalizer = RowLayerNormalizer().fit(X)
        >>> Z, key = normalizer.transform(X), normalizer.statistics(X)
        >>> normalizer.inverse_transform(Z[1:], key[1:])
        array([[10., 20., 30.]])
        """
        check_is_fitted(self)
        n_neighbourhoods = self._n_neighbourhoods_
        Z, found = check_restorable(
            self,
            X,
            sparse_formats=self._sparse_formats(),
            n_appended=2 * n_neighbourhoods if self.append_statistics else 0,
        )
        columns = np.arange(Z.shape[1])[found] if isinstance(found, slice) else found
        is_data = columns < self.n_features_in_
        key = statistics
        if key is None and not (is_data.all() and n_neighbourhoods):
            names = self._statistic_names(self._names())
            key = appended_key(Z, columns, self.n_features_in_, names)
        if not is_data.all():
            Z, columns = Z[:, is_data], columns[is_data]
        if key is None:
            refuse_infinities(self, Z, self._labels()[columns])
            key = self._recognised(Z, columns, row_index(X))
        check_key(key, Z, self._neighbourhood_[columns], n_neighbourhoods)
        dtype = np.result_type(Z.dtype, key.location, key.scale)
        Z = Z.astype(dtype, copy=False)
        out = Z.copy() if sparse.issparse(Z) else np.empty(Z.shape, Z.dtype)
        pair = key.location, None, key.scale
        flags = apply_map(
            affine_inverse, Z, pair, self._neighbourhood_[columns], out, self.n_jobs
        )
        report_infinities(self, flags, Z, out, self._labels()[columns])
        of_columns = self.get_feature_names_out()[columns]
        return in_output_container(self, out, X, names=of_columns)

    @property
    def statistics_(self) -> Statistics:
        """The key of the fitted rows, in this process only.

        Raises
        ------
        NotFittedError
            Before `fit`.
        AttributeError
            Where no key was kept: ``keep_statistics=False``, a pickle or a copy.
        """
        check_is_fitted(self)
        if "_kept_" not in vars(self):
            raise AttributeError(
                f"{type(self).__name__} has no statistics_. {NOTHING_KEPT}"
            )
        kept: FittedRows = self._kept_
        return kept.statistics

    def __getstate__(self) -> Any:
        # A saved or copied model holds nothing about any training row.
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_kept_"}

    @abstractmethod
    def _neighbourhoods(self) -> tuple[Indices, int]:
        """Tell which statistic belongs to which column, and how many there are.

        Returns
        -------
        neighbourhood : ndarray of shape (n_features,)
            The column of location and scale for each column of X, or NO_GROUP.
        n_neighbourhoods : int
            How many columns location and scale have.
        """

    def _check_parameters(self) -> None:
        """Raise where parameters do not go together, or do not fit the columns."""

    @abstractmethod
    def _location_scale(self, X: Any, rows: slice, columns: slice) -> LocationScale:
        """Return location and scale for a block of X, infinities or not."""

    def _normalise_by_core(
        self, compiled: Any, X: Any, choice: Choice, out: Any, key: Pair
    ) -> int | None:
        """Normalise X by the compiled core, where it can.

        Parameters
        ----------
        compiled : module
        X, out : ndarray of shape (n_samples, n_features)
        choice : Choice
        key : two ndarrays of shape (n_samples, n_neighbourhoods), or two None

        Returns
        -------
        int or None
            The flags of what was met; None where nothing was done.
        """
        return None

    def _blocks(self, X: Any) -> Iterator[tuple[slice, slice]]:
        """Return rows and columns of the blocks that are normalised one by one."""
        whole = [slice(None)] if sparse.issparse(X) else row_blocks(*X.shape)
        yield from ((rows, slice(None)) for rows in whole)

    def _learn(self, X: Any, *, transform: bool = False, history: Any = None) -> Any:
        """Set the fitted attributes; return the output of transform if asked for."""
        lazily = dask_for(X)
        matrix = check_matrix(
            self,
            lazily.sample_of(X) if lazily else X,
            reset=True,
            sparse_formats=self._sparse_formats(),
        )
        self._check_parameters()
        self._neighbourhood_, self._n_neighbourhoods_ = self._neighbourhoods()
        if self.append_statistics:
            self._refuse_clash(self._names())
        if lazily:  # nothing is computed, and no key is kept
            return lazily.transform(self, X, history) if transform else None
        if not (transform or self.keep_statistics):
            refuse_infinities(self, matrix, self._labels())
            return None
        wants_key = self.keep_statistics or self.append_statistics
        matrix, n_before = behind_history(self, matrix, history)
        Z, key = normalised(self, matrix, key=wants_key, n_before=n_before)
        if self.keep_statistics:
            (in_groups,) = np.nonzero(self._neighbourhood_ != NO_GROUP)
            self._kept_ = FittedRows.of(key, Z, in_groups, row_index(X))
        return self._output(Z, key)

    def _check(self, X: Any) -> Any:
        """Return X as a matrix to normalise."""
        check_is_fitted(self)
        # They are read anew for each X, and set_params may have come in between.
        if not get_config()["skip_parameter_validation"]:
            self._validate_params()
            self._check_parameters()
            if self.append_statistics:
                self._refuse_clash(self._names())
        return check_matrix(self, X, reset=False, sparse_formats=self._sparse_formats())

    def _key(self, X: Any, n_before: int = 0) -> Statistics:
        """Return the key of a checked X, behind rows that are only neighbours."""
        key: Statistics = normalised(self, X, key=True, n_before=n_before)[1]
        return key

    def _recognised(self, Z: Any, columns: Indices, index: Any) -> Statistics:
        """Return the key of the fitted rows, if Z is what transform made of them."""
        name, way = type(self).__name__, self._appended_way()
        kept: FittedRows | None = vars(self).get("_kept_")
        if kept is None:
            raise no_key_error(name, way)
        needed = self._neighbourhood_ != NO_GROUP
        position = np.full(self.n_features_in_, -1)
        position[columns] = np.arange(len(columns))
        kept.refuse_others(name, Z, position[needed], index, way)
        return kept.statistics
