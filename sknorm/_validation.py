"""The only home of private scikit-learn imports and of the wording of input errors."""

import sys
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import _param_validation, check_array
from sklearn.utils._metadata_requests import _routing_enabled, process_routing
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils._set_output import ADAPTERS_MANAGER, _get_output_config
from sklearn.utils.metaestimators import available_if as _available_if
from sklearn.utils.validation import _get_feature_names, validate_data

__all__ = [
    "HasMethods",
    "Integral",
    "Interval",
    "OneOf",
    "Real",
    "StrOptions",
    "available_if",
    "check_matrix",
    "check_parameter",
    "check_restorable",
    "fit_context",
    "fit_context_of_parts",
    "float_dtypes",
    "in_output_container",
    "infinity_error",
    "output_container",
    "quoted",
    "refuse_infinities",
    "refuse_text_and_dates",
    "routed_to",
    "row_index",
    "validate_params",
    "warn",
    "warn_of_overflow",
]

FLOATS = [np.float64, np.float32]
NO_NUMBERS = (str, bytes, date, time, timedelta, np.datetime64, np.timedelta64)

Method = TypeVar("Method", bound=Callable[..., Any])

fit_context: Callable[[Method], Method] = _fit_context(
    prefer_skip_nested_validation=True
)

# Does not skip the validation of nested estimators.
fit_context_of_parts: Callable[[Method], Method] = _fit_context(
    prefer_skip_nested_validation=False
)


def routed_to(
    estimator: BaseEstimator, part: str, method: str, params: dict[str, Any]
) -> dict[str, Any]:
    """Return the parameters of a method that go on to a part of a meta-estimator.

    Without metadata routing, all.
    """
    if not _routing_enabled():
        return params
    routed = process_routing(estimator, method, **params)
    return dict(routed[part][method])


def available_if(check: Callable[[Any], bool]) -> Callable[[Method], Method]:
    """Return scikit-learn's `available_if`, which hides no signature from typing."""
    decorator: Callable[[Method], Method] = _available_if(check)
    return decorator


def validate_params(**constraints: list[Any]) -> Callable[[Method], Method]:
    """Return a decorator by which a function checks the parameters named here.

    The error is that of estimators: "The 'p' parameter of f must be ... Got ...".
    """
    decorator: Callable[[Method], Method] = _param_validation.validate_params(
        constraints, prefer_skip_nested_validation=True
    )
    return decorator


def check_parameter(estimator: type[BaseEstimator], name: str, value: Any) -> None:
    """Raise scikit-learn's error where the constraints do not allow a value."""
    _param_validation.validate_parameter_constraints(
        estimator._parameter_constraints, {name: value}, estimator.__name__
    )


class OneOf(StrOptions):
    """Constraint: one of some strings, or None; named in a fixed order."""

    def is_satisfied_by(self, val: Any) -> bool:
        """Return whether val is None or one of the strings."""
        return val is None or bool(super().is_satisfied_by(val))

    def __str__(self) -> str:
        return f"one of {', '.join(map(repr, sorted(self.options)))}, None"


def check_matrix(
    estimator: BaseEstimator,
    X: Any,
    *,
    reset: bool,
    sparse_formats: tuple[str, ...],
    in_place: bool = False,
    ensure_min_samples: int = 1,
) -> Any:
    """Return X as a float64 or float32 matrix; infinities are left to the caller.

    Parameters
    ----------
    estimator : estimator
    X : array-like, sparse matrix or dataframe
    reset : bool
        Whether to set (True) or check `n_features_in_` and `feature_names_in_`.
    sparse_formats : tuple of str
        Those that pass; others become the first of them, or an error where none is.
    in_place : bool, default=False
        Whether the result will be written to.
    ensure_min_samples : int, default=1
        How many rows X must have.
    """
    if not in_place and _is_plain(estimator, X, reset, ensure_min_samples):
        if reset:
            estimator.n_features_in_ = X.shape[1]
        return _aligned(X)
    X = _numbers_only(X)
    _refuse_duplicate_names(X)
    _explain_sparse(estimator, X, sparse_formats)
    container = output_container(estimator)
    if in_place and sparse.issparse(X) and container != "default":
        raise ValueError(
            f"A sparse result does not fit into a {container} dataframe. Use "
            f"{type(estimator).__name__}.set_output(transform='default')."
        )
    matrix = validate_data(
        estimator,
        X,
        reset=reset,
        accept_sparse=sparse_formats or False,
        dtype=float_dtypes(X),
        force_writeable=in_place,
        ensure_all_finite=False,
        ensure_min_samples=ensure_min_samples,
    )
    return _aligned(matrix)


def _is_plain(estimator: Any, X: Any, reset: bool, least: int) -> bool:
    """Whether all checks, which take longer than a small fit, would return X itself."""
    if type(X) is not np.ndarray or X.ndim != 2 or X.dtype.type not in FLOATS:
        return False
    if hasattr(estimator, "feature_names_in_") or not X.dtype.isnative:
        return False
    expected = X.shape[1] if reset else estimator.n_features_in_
    return bool(X.shape[0] >= least and 0 < X.shape[1] == expected)


def check_restorable(
    estimator: BaseEstimator,
    Z: Any,
    *,
    sparse_formats: tuple[str, ...],
    in_place: bool = False,
    n_appended: int = 0,
) -> tuple[Any, NDArray[np.intp] | slice]:
    """Return Z as a float matrix, and the columns of `transform` that it holds.

    Parameters
    ----------
    estimator : estimator
    Z : array-like, sparse matrix or dataframe
    sparse_formats, in_place
        As in `check_matrix`.
    n_appended : int, default=0
        How many columns `transform` appends to the fitted ones.

    Returns
    -------
    Z : ndarray or sparse matrix, float64 or float32
    columns : ndarray of shape (Z.shape[1],) or slice
        Which columns they are: found by name, else all in order.
    """
    if not in_place and _is_plain(estimator, Z, reset=False, least=1):
        return _aligned(Z), slice(None)
    Z = _numbers_only(Z)
    columns = _fitted_columns(estimator, Z)
    _explain_sparse(estimator, Z, sparse_formats)
    matrix = check_array(
        Z,
        accept_sparse=sparse_formats or False,
        dtype=float_dtypes(Z),
        force_writeable=in_place,
        ensure_all_finite=False,
        estimator=estimator,
        input_name="X",
    )
    expected = {estimator.n_features_in_, estimator.n_features_in_ + n_appended}
    if columns is None and matrix.shape[1] not in expected:
        raise ValueError(
            f"X has {matrix.shape[1]} features, but {type(estimator).__name__} is "
            f"expecting {' or '.join(map(str, sorted(expected)))} features as input. "
            "Some of the columns can be restored"
            f"{estimator._needed_for_some_columns} from a dataframe with the names "
            "seen in fit."
        )
    return _aligned(matrix), slice(None) if columns is None else columns


def _aligned(matrix: Any) -> Any:
    """Copy an array whose values lie across their natural places in memory."""
    dense = isinstance(matrix, np.ndarray)
    return matrix.copy() if dense and not matrix.flags.aligned else matrix


def _fitted_columns(estimator: BaseEstimator, Z: Any) -> NDArray[np.intp] | None:
    """Return the positions among the fitted columns of a dataframe's, by name."""
    _refuse_duplicate_names(Z)
    names = _get_feature_names(Z)
    if names is None:
        return None
    fitted = estimator.get_feature_names_out()
    if not hasattr(estimator, "feature_names_in_") and not set(names) & set(fitted):
        return None  # the names that `set_output` makes up are the only ones to go by
    position = {name: index for index, name in enumerate(fitted)}
    unknown = [name for name in names if name not in position]
    if unknown:
        raise ValueError(
            f"X has the columns {quoted(unknown)}, which {type(estimator).__name__} "
            "did not see in fit. Any subset of the columns seen there can be restored"
            f"{estimator._needed_for_some_columns}, in any order: {quoted(fitted)}."
        )
    return np.array([position[name] for name in names], np.intp)


def refuse_infinities(estimator: BaseEstimator, X: Any, labels: NDArray[Any]) -> None:
    """Raise where X holds an infinity; a pass over the data of its own."""
    if np.isinf(X.data if sparse.issparse(X) else X).any():
        raise infinity_error(estimator, X, labels)


def infinity_error(
    estimator: BaseEstimator, X: Any, labels: NDArray[Any]
) -> ValueError:
    """Return scikit-learn's error for infinities, with the place of the first.

    `labels` are the names or indices of the columns of X.
    """
    if sparse.issparse(X):
        X = X.tocoo()
        first = np.argmax(np.isinf(X.data))
        row, column = X.row[first], X.col[first]
    else:
        row, column = np.unravel_index(np.argmax(np.isinf(X)), X.shape)
    return ValueError(
        f"Input X contains infinity or a value too large for {X.dtype!r}, the first in "
        f"row {row}, column {quoted(labels[[column]])}. {type(estimator).__name__} "
        "takes NaN for missing values: replace infinities by NaN, or leave these rows "
        "out."
    )


def output_container(estimator: BaseEstimator) -> str:
    """Return what `set_output` asks for: "default", "pandas" or "polars"."""
    return str(_get_output_config("transform", estimator)["dense"])


def in_output_container(
    estimator: BaseEstimator, values: Any, original: Any, *, names: Any
) -> Any:
    """Return values, whose columns have these names, as the frame of `set_output`."""
    container = output_container(estimator)
    if container == "default" or sparse.issparse(values):
        return values
    adapter = ADAPTERS_MANAGER.adapters[container]
    return adapter.create_container(values, original, columns=names)


def _numbers_only(X: Any) -> Any:
    """Refuse text, numerals included, and dates. Lists become arrays, masks NaN."""
    if isinstance(X, (list, tuple)):
        X = np.asarray(X)
    if isinstance(X, np.ma.MaskedArray):
        X = np.ma.filled(X if X.dtype.kind == "f" else X.astype(np.float64), np.nan)
    if hasattr(X, "collect") and not hasattr(X, "__array__"):
        raise TypeError(
            f"X must be an array or a dataframe. Got {type(X).__name__}, which has not "
            "been computed yet. Call X.collect() first."
        )
    if isinstance(X, np.ndarray):
        refuse_text_and_dates(X, "X")
    elif hasattr(X, "dtypes") and hasattr(X, "columns"):
        doubtful = [i for i, dtype in enumerate(X.dtypes) if not _is_number(dtype)]
        if doubtful:
            part = X.iloc[:, doubtful] if hasattr(X, "iloc") else X[:, doubtful]
            refuse_text_and_dates(part.to_numpy(), "X")
    return X


def _is_number(dtype: Any) -> bool:
    """Whether a dtype of NumPy, pandas or polars is numeric or boolean."""
    kind = getattr(dtype, "kind", None)
    if kind is not None:
        return kind in "fiubc"
    return bool(dtype.is_numeric()) or str(dtype) == "Boolean"


def refuse_text_and_dates(values: NDArray[Any], name: str) -> None:
    suspects = [] if values.dtype.kind in "fiubc" else list(values.flat)
    if values.dtype.kind == "O":
        suspects = [value for value in suspects if isinstance(value, NO_NUMBERS)]
    if suspects:
        raise ValueError(
            f"{name} must hold numbers. Got {str(suspects[0])!r}. Convert text with "
            "pandas.to_numeric, encode categories and dates, or leave them out."
        )


def float_dtypes(X: Any) -> Any:
    """Return the dtypes to keep: float32 in other byte orders and frames, too."""
    if isinstance(X, np.ndarray) and X.dtype.newbyteorder("=") == np.float32:
        return np.float32
    if not (hasattr(X, "columns") and hasattr(X, "dtypes")):
        return FLOATS
    dtypes = {str(dtype).lower() for dtype in X.dtypes}
    return np.float32 if dtypes <= {"float32", "float[pyarrow]"} else FLOATS


def _refuse_duplicate_names(X: Any) -> None:
    names = [name for name in getattr(X, "columns", ()) if isinstance(name, str)]
    if len(set(names)) < len(names):
        twice = sorted(name for name, uses in Counter(names).items() if uses > 1)
        raise ValueError(
            "The column names of X must be unique. Got more than once: "
            f"{quoted(twice)}. Rename or drop columns."
        )


def row_index(X: Any) -> Any:
    """Return the index of a pandas dataframe, None for anything else."""
    return X.index if hasattr(X, "iloc") else None


def _explain_sparse(
    estimator: BaseEstimator, X: Any, sparse_formats: tuple[str, ...]
) -> None:
    if sparse.issparse(X) and not sparse_formats and estimator._scales_for_sparse:
        centred = getattr(estimator, "location_", None) is not None
        fitted = estimator.location is None and centred
        before = ", after a fit with a location" if fitted else ""
        *scales, last = map(repr, estimator._scales_for_sparse)
        raise ValueError(
            f"{type(estimator).__name__} takes a sparse X only with location=None and "
            f"scale {', '.join(scales)} or {last}, which leave zeros alone. Got "
            f"location={estimator.location!r}, scale={estimator.scale!r}"
            f"{before}. Change them and fit again, or pass X.toarray()."
        )


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the line that called into this package, or scikit-learn on the way."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(
        ("sknorm.", "sklearn.")
    ):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def warn_of_overflow(
    estimator: BaseEstimator, kind: str, labels: NDArray[Any], dtype: Any
) -> None:
    """Warn that results for some columns or rows became infinite."""
    warn(
        f"{type(estimator).__name__}: the results for {kind} {quoted(labels)} do not "
        f"fit into {dtype} and became infinite.",
        RuntimeWarning,
    )


def quoted(names: Any) -> str:
    """Return the names, or the first ten of them, for a message."""
    names = np.asarray(names, dtype=object).tolist()
    text = ", ".join(repr(name) for name in names[:10])
    return f"{text}, ... ({len(names)} in all)" if len(names) > 10 else text
