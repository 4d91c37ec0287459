"""What the estimators share: parameters, tags, one map and one inverse."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from sknorm._kernels import INPUT_INFINITE, OUTPUT_INFINITE, Floats
from sknorm._location_scale import Scale
from sknorm._map import Kernel
from sknorm._validation import (
    Integral,
    Interval,
    OneOf,
    Real,
    infinity_error,
    quoted,
    refuse_infinities,
    warn,
    warn_of_overflow,
)

Method = TypeVar("Method", bound=Callable[..., Any])


class BaseNormalizer(TransformerMixin, BaseEstimator):
    """Base of the estimators: z = (x - location) / scale."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "location": [OneOf({"mean", "median", "min"})],
        "scale": [OneOf({"std", "rms", "maxabs", "range", "iqr", "mad"})],
        "ddof": [Interval(Integral, 0, None, closed="left")],
        "eps": [Interval(Real, 0, None, closed="left")],
        "n_jobs": [
            Interval(Integral, None, -1, closed="right"),
            Interval(Integral, 1, None, closed="left"),
            None,
        ],
    }

    # Models saved before there were threads have no value of their own.
    n_jobs: int | None = None

    # What inverse_transform needs where X lacks columns, for messages.
    _needed_for_some_columns = ""

    # Scales that take a sparse X, all with location=None: they leave zeros alone.
    _scales_for_sparse: ClassVar[tuple[Scale, ...]] = ()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.sparse = bool(self._sparse_formats())
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _sparse_formats(self) -> tuple[str, ...]:
        """Return the sparse formats that the parameters allow."""
        allowed = self.location is None and self.scale in self._scales_for_sparse
        return ("csr",) if allowed else ()

    def _reach(self) -> tuple[int, int] | None:
        """Return how many rows a row reaches back and ahead; None: it stands alone."""
        return None

    def _apply(
        self,
        kernel: Kernel,
        X: Any,
        shift: Floats,
        delta: Floats,
        scale: Floats,
        *,
        labels: NDArray[Any],
        in_place: bool,
    ) -> Any:
        """Return the kernel's map of X, a clean dense or sparse matrix.

        Parameters
        ----------
        kernel : `affine` or `affine_inverse` of `sknorm._kernels`
        X : ndarray or sparse matrix of shape (n_samples, n_columns)
        shift, delta, scale : ndarray of shape (n_columns,)
        labels : ndarray of shape (n_columns,)
            Names or indices of the columns, for messages.
        in_place : bool
            Whether to write the result to X.
        """
        if in_place:
            refuse_infinities(self, X, labels)
        if sparse.issparse(X):
            out = X if in_place else X.copy()
            # The stored values are one row, each with the statistics of its column.
            row, column = out.data[np.newaxis], _column_of_entries(X)
            flags = kernel(row, shift[column], delta[column], scale[column], row)
        else:
            out = X if in_place else np.empty_like(X, subok=False)
            flags = kernel(X, shift, delta, scale, out, self.n_jobs)
        if flags & INPUT_INFINITE:
            raise infinity_error(self, X, labels)
        if flags & OUTPUT_INFINITE:
            if sparse.issparse(out):
                infinite = np.zeros(out.shape[1], np.bool)
                infinite[_column_of_entries(out)[np.isinf(out.data)]] = True
            else:
                infinite = np.isinf(out).any(axis=0)
            warn_of_overflow(self, "columns", labels[infinite], out.dtype)
        return out

    def _warn_about_columns_never_seen(
        self, X: Any, unseen: NDArray[np.bool], labels: NDArray[Any]
    ) -> None:
        """Warn where X has values in columns of which fit saw none."""
        if not unseen.any():
            return
        part = X[:, unseen].toarray() if sparse.issparse(X) else X[:, unseen]
        met = ~np.isnan(part).all(axis=0)
        if met.any():
            became = "stored values" if sparse.issparse(X) else "values"
            warn(
                f"{type(self).__name__} saw no values of columns "
                f"{quoted(labels[unseen][met])} in fit: their {became} became NaN.",
                UserWarning,
            )

    def _labels(self) -> NDArray[Any]:
        """Return the names of the columns, or their indices where they have none."""
        indices = np.arange(self.n_features_in_)
        return np.asarray(getattr(self, "feature_names_in_", indices))


def dask_for(X: Any) -> Any:
    """Return `sknorm._dask` where X is a Dask collection, else None."""
    if type(X).__module__.partition(".")[0] != "dask":
        return None
    from sknorm import _dask

    return _dask


def or_lazily(method: Method) -> Method:
    """Make a method call its namesake in `sknorm._dask` for a Dask collection."""

    @wraps(method)
    def either(self: Any, X: Any, *args: Any, **kwargs: Any) -> Any:
        lazily = dask_for(X)
        if lazily is None:
            return method(self, X, *args, **kwargs)
        return getattr(lazily, method.__name__)(self, X, *args, **kwargs)

    return cast(Method, either)


def _column_of_entries(X: Any) -> NDArray[np.intp]:
    """Return the column of each stored value of a CSR or CSC matrix."""
    if X.format == "csr":
        return np.asarray(X.indices)
    return np.repeat(np.arange(X.shape[1]), np.diff(X.indptr))
