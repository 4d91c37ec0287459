"""The key as columns behind the normalised ones: their names, and the output."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import OneToOneFeatureMixin

from sknorm._base import BaseNormalizer
from sknorm._validation import quoted


class AppendedStatistics(OneToOneFeatureMixin, BaseNormalizer, ABC):
    """Base of an estimator that appends the statistics of rows or windows."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseNormalizer._parameter_constraints,
        "append_statistics": ["boolean"],
    }

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[Any]:
        """Return the names of the columns that `transform` returns.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features,), default=None
            Names to use where X had none; else they must be those of X.

        Returns
        -------
        ndarray of shape (n_features_out,), object
            The names of X (or x0, x1, ...), then those of the appended columns.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For other names than those of X, or such that appended columns have.

        Examples
        --------
        >>> from sknorm import RowLayerNormalizer
        >>> appending = RowLayerNormalizer(append_statistics=True).fit([[1.0, 2.0]])
        >>> appending.get_feature_names_out()
        array(['x0', 'x1', 'row_location', 'row_scale'], dtype=object)
        """
        names = self._names(input_features)
        if not self.append_statistics:
            return names
        self._refuse_clash(names)
        return np.concatenate([names, np.array(self._statistic_names(names), object)])

    def _names(self, input_features: Any = None) -> NDArray[Any]:
        """Return the names of the columns that are normalised."""
        return np.asarray(super().get_feature_names_out(input_features))

    @abstractmethod
    def _statistic_names(self, names: NDArray[Any]) -> list[str]:
        """Return the names of appended columns, all locations before all scales.

        Parameters
        ----------
        names : ndarray of shape (n_features,)
            Of the columns that are normalised.
        """

    def _refuse_clash(self, names: NDArray[Any]) -> None:
        taken = set(self._statistic_names(names)) & set(names)
        if taken:
            raise ValueError(
                f"append_statistics=True of {type(self).__name__} adds columns that X "
                f"has already: {quoted(sorted(taken))}. Rename those of X, or let only "
                "one of the normalizers in a pipeline append."
            )

    def _appended_way(self) -> str:
        """Tell how appended columns would restore what has no key."""
        if self.append_statistics:
            names = quoted(self._statistic_names(self._names()))
            return f"pass all columns that transform returned: X lacks {names}"
        return "fit with append_statistics=True"

    def _output(self, Z: Any, key: Any) -> Any:
        """Return what transform does: with the key, where it is to be appended."""
        if not self.append_statistics:
            return Z
        if sparse.issparse(Z):
            parts = [Z, type(Z)(key.location), type(Z)(key.scale)]
            return sparse.hstack(parts, format="csr")
        return np.hstack([Z, key.location, key.scale])
