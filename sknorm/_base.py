"""What the estimators share: parameters, tags, and Dask collections."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache, wraps
from inspect import signature
from typing import Any, ClassVar, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from sknorm._html_representation import HTMLRepresentation
from sknorm._scales import SCALES, Scale
from sknorm._validation import (
    Integral,
    Interval,
    OneOf,
    Real,
    check_parameter,
)

E = TypeVar("E", bound=BaseEstimator)
Method = TypeVar("Method", bound=Callable[..., Any])

IMMUTABLE = {bool, int, float, str}


class BaseNormalizer(HTMLRepresentation, TransformerMixin, BaseEstimator):
    """Base of the estimators: z = (x - location) / scale."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "location": [OneOf({"mean", "median", "min"})],
        "scale": [OneOf(set(SCALES))],
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

    def _validate_params(self) -> None:
        """Check the parameters, but for defaults and what was checked before.

        scikit-learn's own method reads the signature anew each time, and checks all:
        a third of the time of a fit of 100 x 10 values.
        """
        estimator: Any = type(self)
        for name, default in _defaults(estimator).items():
            value = getattr(self, name)
            if value is not default:
                check = _check_once if type(value) in IMMUTABLE else check_parameter
                check(estimator, name, value)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def _sparse_formats(self) -> tuple[str, ...]:
        """Return the sparse formats that the parameters allow."""
        allowed = self.location is None and self.scale in self._scales_for_sparse
        return ("csr",) if allowed else ()

    def _reach(self) -> tuple[int, int] | None:
        """Return how many rows a row reaches back and ahead; None: it stands alone."""
        return None

    def _labels(self) -> NDArray[Any]:
        """Return the names of the columns, or their indices where they have none."""
        indices = np.arange(self.n_features_in_)
        return np.asarray(getattr(self, "feature_names_in_", indices))


@contextmanager
def all_or_nothing(estimator: E, *, refit: bool) -> Iterator[E]:
    """Give a draft of the estimator to learn in, and adopt its state at the end.

    Where the body raises, or is interrupted, the estimator stays exactly as it was.

    Parameters
    ----------
    estimator : estimator
    refit : bool
        Whether the draft starts without the fitted state.
    """
    draft = object.__new__(type(estimator))
    draft.__dict__.update(
        (name, value)
        for name, value in vars(estimator).items()
        if not (refit and name.endswith("_"))
    )
    yield draft
    estimator.__dict__ = draft.__dict__


@cache
def _defaults(estimator: Any) -> dict[str, Any]:
    """Return the parameters by name, with their defaults (`empty`: they have none)."""
    parameters = signature(estimator).parameters
    return {name: parameters[name].default for name in estimator._get_param_names()}


# A value that is equal and of another type (True, 1) may be refused. Errors are raised
# each time.
_check_once = lru_cache(maxsize=256, typed=True)(check_parameter)


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
