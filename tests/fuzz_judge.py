"""What fuzz.py calls equal, and exact arithmetic as the judge between two answers.

Where core and oracle differ by more than is allowed, the neighbourhood is computed in
rational arithmetic. The core must be right then, whatever the oracle says: where NumPy
lost the digits, that is counted, and no tolerance is widened for it.
"""

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np

from exact import exact_z
from scales import exact_column
from sknorm._windows import Windows

# z relative to max(1, |z|), location relative to the scale, scale relative to itself.
TOLERANCE = 1e-12
# Exact sums of more values than this, times the values judged, take seconds.
JUDGED = 3


def same_bits(a: Any, b: Any) -> bool:
    """Whether two results are equal, bit for bit; any NaN is any other."""
    if isinstance(a, np.ndarray):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        bits = np.dtype(f"u{a.itemsize}")
        a, b = np.ascontiguousarray(a), np.ascontiguousarray(b)
        return bool(
            ((a.view(bits) == b.view(bits)) | (np.isnan(a) & np.isnan(b))).all()
        )
    return bool(a == b)


def differing(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """Return the names of what two outcomes do not have in common, bit for bit."""
    return [name for name in a if name not in b or not same_bits(a[name], b[name])]


def within_ulps(a: dict[str, Any], b: dict[str, Any], ulps: float) -> bool:
    """Whether z is equal to some units in the last place of max(1, |z|).

    Where there is no scale, z is in the units of the data, and so is the error of the
    mean: it is measured against the largest z.
    """
    if "error" in a or "error" in b:
        return a == b
    z, other = (outcome["z"].astype(np.float64) for outcome in (a, b))
    size = np.maximum(1.0, np.abs(z))
    size = np.where(a["scale"] == 1, np.max(size, initial=1, where=size == size), size)
    allowed = ulps * np.finfo(a["z"].dtype).eps * size
    with np.errstate(invalid="ignore"):
        same = np.abs(z - other) <= allowed
        return bool((same | (np.isnan(z) & np.isnan(other))).all())


def allowed_errors(outcome: dict[str, Any], case: Any) -> dict[str, Any]:
    """Return by how much each number may differ from the oracle's."""
    unit = float(np.finfo(case.X.dtype).eps)
    single = unit if case.X.dtype == np.float32 else 0.0
    z = np.abs(outcome["z"].astype(np.float64))
    location, scale = (
        np.abs(outcome[name].astype(np.float64)) for name in ("location", "scale")
    )
    return {
        "z": TOLERANCE * np.maximum(1.0, z) + single * z,
        "scale": (TOLERANCE + single) * scale,
        "location": TOLERANCE * scale + unit * location,  # rounded to one float
    }


def doubtful(core: dict[str, Any], oracle: dict[str, Any], case: Any) -> list[Any]:
    """Return (name, index) of the numbers that differ by more than is allowed."""
    found = []
    for name, allowed in allowed_errors(oracle, case).items():
        a, b = (outcome[name].astype(np.float64) for outcome in (core, oracle))
        with np.errstate(invalid="ignore"):
            error = np.abs(a - b)
            wrong = ~((error <= np.nan_to_num(allowed)) | (np.isnan(a) & np.isnan(b)))
        excess = np.where(np.isnan(error), np.inf, error / np.maximum(allowed, 1e-300))
        places = np.argwhere(wrong)
        order = np.argsort(-excess[wrong], kind="stable")[:JUDGED]
        found += [(name, tuple(map(int, places[i]))) for i in order]
    return found


def judge(
    case: Any, answers: list[dict[str, Any]], name: str, index: tuple[int, ...]
) -> list[str]:
    """Return what is wrong with a number of each answer by exact arithmetic, or ""."""
    row, column = index if len(index) == 2 else (0, index[0])
    if case.kind == "rows" and name != "z":
        column = int(np.flatnonzero(case.estimator._neighbourhood_ == column)[0])
    values, weight = neighbourhood(case, row, column)
    value = case.X[row, column]
    location, scale, spread, doubt = exact_statistics(case, value, values, weight)
    found = [float(answer[name][index]) for answer in answers]
    if doubt:
        return [""] * len(found)
    known = {"z": value, "location": location, "scale": scale}
    if np.isnan(float(known[name])):
        expected, allowed = np.nan, 0.0
    else:
        location, scale = (
            Fraction(0 if s != s else s) if isinstance(s, float) else s
            for s in (location, scale)
        )
        unit = float(np.finfo(case.X.dtype).eps)
        single = unit if case.X.dtype == np.float32 else 0.0
        if name == "z":
            expected = exact_z([value], location, scale)[0]
            # Without a scale z is as far from right as the mean may be.
            least = max(1.0, spread / float(scale))
            allowed = TOLERANCE * max(least, abs(expected)) + single * abs(expected)
        elif name == "scale":
            expected = float(scale)
            allowed = (TOLERANCE + single) * expected
        else:
            expected = float(location)
            allowed = TOLERANCE * max(float(scale), spread) + unit * abs(expected)
    verdicts = []
    for number in found:
        right = abs(number - expected) <= allowed
        right |= np.isnan(number) and np.isnan(expected)
        wrong = f"{name}{list(index)} is {number!r}, exactly {expected!r}"
        verdicts.append("" if right else wrong)
    return verdicts


def exact_statistics(case: Any, value: Any, values: Any, weight: Any) -> Any:
    """Return location and scale in use, the std, and whether rounding decides."""
    estimator = case.estimator
    present = ~np.isnan(values)
    if weight is not None:
        present &= weight > 0
        weight = weight[present]
    zero, one = Fraction(0), Fraction(1)
    if not present.any():
        # A value without neighbours is its own location, with scale 1.
        value = float(value)
        if case.kind in ("rows", "columns") or np.isnan(value):
            value = np.nan
        location = 0.0 if estimator.location is None else value
        return location, 1.0 if estimator.scale is None else value * 0 + 1, 0.0, False
    exact = exact_column(values[present], weight, estimator.ddof)
    low, high = (Fraction(float(end(values[present]))) for end in (np.min, np.max))
    exact |= {"min": low, "maxabs": max(abs(low), abs(high)), "range": high - low}
    location = zero if estimator.location is None else exact[estimator.location]
    spread = float(exact_column(values[present], weight)["std"])
    scale = None if estimator.scale is None else exact[estimator.scale]
    if scale is None:
        return location, one, spread, False
    if estimator.scale in ("std", "rms") and estimator.eps:
        with localcontext(prec=50):
            scale = (scale * scale + Decimal(float(estimator.eps))).sqrt()
    reference = {"std": "mean", "range": "min"}.get(estimator.scale)
    about = zero if reference is None else exact[reference]
    rounding = float(np.finfo(case.X.dtype).eps) * abs(float(about))
    doubt = rounding > 0 and abs(float(scale) / rounding - 1) < 1e-9
    return location, one if float(scale) <= rounding else scale, spread, doubt


def neighbourhood(case: Any, row: int, column: int) -> tuple[Any, Any]:
    """Return the values, and the weights, that a value is normalised by."""
    X, estimator = case.X.astype(np.float64), case.estimator
    if case.kind == "columns":
        groups = getattr(estimator, "_groups_", None)
        members = [column] if groups is None else groups == groups[column]
        values = X[:, members]
        weight = case.weight
        if weight is not None:
            weight = np.repeat(weight, values.shape[1])
        return values.ravel(), weight
    if case.kind == "rows":
        members = estimator._neighbourhood_
        return X[row, members == members[column]], None
    if estimator.axis == "samples":
        line, shape, place = X[:, column], X.shape[:1], row
    else:
        line, shape, place = X[row], estimator._shape(), column
    around = []
    widths = zip(
        np.unravel_index(place, shape), shape, estimator._windows(shape), strict=True
    )
    for at, n, window in widths:
        assert isinstance(window, Windows)
        around.append(
            slice(max(0, at - window.before), min(n, max(0, at + window.after + 1)))
        )
    return line.reshape(shape)[tuple(around)].ravel(), None
