"""What was learned from columns as plain JSON, and back: checked, never unpickled."""

import copy
import reprlib
from dataclasses import fields
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from sknorm._feature_groups import number_of_groups, of_columns
from sknorm._kernels import Floats
from sknorm._location_scale import needs_quantiles
from sknorm._moments import Moments
from sknorm._quantiles import Quantiles
from sknorm._scales import OF_VARIANCE
from sknorm._validation import quoted
from sknorm._vectors import check_feature_names

VERSION = 1
MAX_FEATURES = 10_000_000
SLACK = 1e-9  # for rounding, in checks of what holds exactly
REMEDY = "Pass the dict that to_dict returned, unchanged."
# JSON has no such numbers.
NAMES_OF_FLOATS = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}
DTYPES = {name: float(np.finfo(np.dtype(name)).eps) for name in ("float64", "float32")}
KEYS = {
    "format",
    "version",
    "params",
    "n_features_in",
    "feature_names_in",
    "dtype",
    "n_samples_seen",
    "moments",
    "quantiles",
}


def write_record(estimator: Any) -> dict[str, Any]:
    """Return a fitted estimator as lists, numbers, strings, None and dicts of them."""
    if estimator.n_features_in_ > MAX_FEATURES:
        raise ValueError(
            f"A record holds at most {MAX_FEATURES} columns. Got "
            f"{estimator.n_features_in_}. Use pickle or joblib."
        )
    names = getattr(estimator, "feature_names_in_", None)
    (dtype,) = (n for n, eps in DTYPES.items() if eps == estimator._resolution_)
    return {
        "format": _format(type(estimator)),
        "version": VERSION,
        "params": {k: _plain(v) for k, v in estimator.get_params(deep=False).items()},
        "n_features_in": int(estimator.n_features_in_),
        "feature_names_in": None if names is None else names.tolist(),
        "dtype": dtype,
        "n_samples_seen": _list_of(estimator.n_samples_seen_),
        "moments": _lists_of(estimator._moments_),
        "quantiles": _lists_of(estimator._quantiles_),
    }


def read_record(record: Any, cls: type[Any]) -> Any:
    """Return the estimator of a record.

    Raises
    ------
    TypeError
        Where the record is no dict.
    ValueError
        Where it is not what `write_record` returns.
    """
    if not isinstance(record, dict):
        raise TypeError(
            f"{cls.__name__}.from_dict takes a dict, as to_dict returns it. Got "
            f"{type(record).__name__}. Read JSON text with json.loads first."
        )
    _check_version(record, cls)
    _check_keys("record", record, KEYS)
    try:
        estimator = _with_parameters_and_columns(record, cls)
        _adopt_statistics(estimator, record)
    except (OverflowError, RecursionError) as error:
        raise ValueError(
            f"The record holds a number or a list that is too large: {error}. {REMEDY}"
        ) from error
    return estimator


def _check_version(record: dict[str, Any], cls: type[Any]) -> None:
    if record.get("format") != _format(cls):
        raise _wrong("format", repr(_format(cls)), record.get("format"))
    version = record.get("version")
    if _is_int(version) and version > VERSION:
        raise ValueError(
            f"The record has version {version}, and this sknorm reads version "
            f"{VERSION}. Update sknorm, or write the record with this one."
        )
    if not _is_int(version) or version != VERSION:
        raise _wrong("version", str(VERSION), version)


def _with_parameters_and_columns(record: dict[str, Any], cls: type[Any]) -> Any:
    """Return an estimator with all but its statistics."""
    _check_keys("params", record["params"], set(cls._get_param_names()))
    estimator = cls(**copy.deepcopy(record["params"]))
    estimator._validate_params()
    n, names = record["n_features_in"], record["feature_names_in"]
    if not _is_int(n) or not 1 <= n <= MAX_FEATURES:
        raise _wrong("n_features_in", f"an int from 1 to {MAX_FEATURES}", n)
    estimator.n_features_in_ = n
    if names is not None:
        if not isinstance(names, list):
            raise _wrong("feature_names_in", "a list or None", names)
        estimator.feature_names_in_ = check_feature_names(names, n)
    return estimator


def _adopt_statistics(estimator: Any, record: dict[str, Any]) -> None:
    """Set the fitted attributes of an estimator that has its columns."""
    n, dtype = estimator.n_features_in_, record["dtype"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _wrong("dtype", "'float64' or 'float32'", dtype)
    # Before the groups, whose number may be as large as it likes.
    seen = _array_of("n_samples_seen", record["n_samples_seen"], n)
    try:
        groups = estimator._groups()
    except TypeError as error:
        raise _refusal("params", "parameters of a fit", str(error)) from error
    n_groups = number_of_groups(groups, n)
    about_mean = estimator.location == "mean" or estimator.scale in OF_VARIANCE
    moments = _read_moments(record["moments"], n_groups, about_mean)
    present = of_columns(moments.count > 0, groups)
    good = np.isfinite(seen) & (seen >= 0) & ((seen > 0) == present)
    _require("n_samples_seen", good, "finite, and above 0 where there are values")
    estimator._adopt(
        moments,
        _read_quantiles(record["quantiles"], n_groups, estimator),
        n_samples_seen=seen,
        resolution=DTYPES[dtype],
    )


def _read_moments(entry: Any, n_groups: int, about_mean: bool) -> Moments:
    """Return the moments; where no mean is asked for, its sums may have overflowed."""
    m = Moments(**_arrays_of("moments", entry, Moments, n_groups))
    present, empty = m.count > 0, Moments.empty(n_groups)
    as_empty = np.all([getattr(m, f) == getattr(empty, f) for f in _names(Moments)], 0)
    with np.errstate(all="ignore"):
        width = m.max - m.min
        # The mean lies between the extrema, up to rounding; (sum w)**2 >= sum w**2;
        # and m2 / count <= width**2 / 4 (Popoviciu).
        around = SLACK * width + 4 * np.spacing(np.maximum(abs(m.min), abs(m.max)))
        center = (m.min - around <= m.shift) & (m.shift <= m.max + around)
        center &= m.m2 <= m.count * (width + around) ** 2 / 4 * (1 + SLACK)
        ordered = (m.min <= m.max) & np.isfinite(m.min) & np.isfinite(m.max)
        unknown = np.isnan(m.min) & np.isnan(m.max)  # from_statistics
        good = (m.sum_w2 > 0) & (m.sum_w2 <= m.count**2 * (1 + SLACK))
        good &= np.isfinite(m.count) & (ordered | unknown)
        if about_mean:
            good &= np.isfinite([m.shift, m.delta, m.m2]).all(axis=0) & (m.m2 >= 0)
            good &= (m.shift + m.delta == m.shift) & (center | unknown)
    good = np.where(present, good, as_empty)
    _require("moments", good, "the moments of values")
    return m


def _read_quantiles(entry: Any, n_groups: int, estimator: Any) -> Quantiles | None:
    if not needs_quantiles(estimator):
        if entry is not None:
            raise _wrong("quantiles", "None for these parameters", entry)
        return None
    q = Quantiles(**_arrays_of("quantiles", entry, Quantiles, n_groups))
    values = np.array([getattr(q, name) for name in _names(Quantiles)])
    _, _, *scales = values
    good = np.isfinite(values).all(axis=0) & (np.array(scales) >= 0).all(axis=0)
    good |= np.isnan(values).all(axis=0)
    _require("quantiles", good, "the quantiles of values")
    return q


def _arrays_of(
    name: str, entry: Any, cls: type[Any], n_groups: int
) -> dict[str, Floats]:
    _check_keys(name, entry, set(_names(cls)))
    return {f: _array_of(f"{name}.{f}", entry[f], n_groups) for f in _names(cls)}


def _array_of(name: str, entry: Any, length: int) -> Floats:
    """Return a list of numbers, or names of floats, as an array."""
    if not isinstance(entry, list) or len(entry) != length:
        got = f"{len(entry)} items" if isinstance(entry, list) else type(entry).__name__
        raise _refusal(name, f"a list of {length} numbers", got)
    values = [NAMES_OF_FLOATS.get(v, v) if isinstance(v, str) else v for v in entry]
    for value in values:
        if not isinstance(value, float) and not _is_int(value):
            raise _wrong(name, "a list of numbers", value)
    try:
        return np.array(values, np.float64)
    except OverflowError:
        raise _wrong(name, "a list of numbers that fit into float64", entry) from None


def _require(name: str, good: NDArray[np.bool], expected: str) -> None:
    """Raise where an entry is not good at every place."""
    if not good.all():
        raise _refusal(name, expected, f"others at place {np.argmin(good)}")


def _check_keys(name: str, entry: Any, expected: set[str]) -> None:
    if not isinstance(entry, dict):
        raise _wrong(name, "a dict", entry)
    for problem, keys in (
        ("lacks", expected - set(entry)),
        ("has unknown", set(entry) - expected),
    ):
        if keys:
            raise ValueError(
                f"The entry {name!r} of the record {problem} "
                f"{quoted(sorted(map(str, keys)))}. {REMEDY}"
            )


def _wrong(name: str, expected: str, value: Any) -> ValueError:
    return _refusal(name, expected, reprlib.repr(value))


def _refusal(name: str, expected: str, got: str) -> ValueError:
    return ValueError(
        f"The entry {name!r} of the record must be {expected}. Got {got}. {REMEDY}"
    )


def _format(cls: type[Any]) -> str:
    return f"sknorm.{cls.__name__}"


def _names(cls: type[Any]) -> list[str]:
    return [field.name for field in fields(cls)]


def _is_int(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    """Return a parameter in types of JSON."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, str) or not np.iterable(value):
        return value
    return [_plain(item) for item in value]


def _lists_of(arrays: Any) -> dict[str, list[Any]] | None:
    if arrays is None:
        return None
    return {name: _list_of(getattr(arrays, name)) for name in _names(type(arrays))}


def _list_of(values: Floats) -> list[Any]:
    named = {np.inf: "Infinity", -np.inf: "-Infinity"}
    return [v if np.isfinite(v) else named.get(v, "NaN") for v in values.tolist()]
