"""Compare the compiled core with its oracle on random cases: a command, not a test.

    python tests/fuzz.py [--cases 200000] [--seed 0] [--only NUMBER]

Each case is drawn from the seed and its number. The three estimators are run, through
their public methods or one layer below, once with the compiled core and once with
NumPy; see fuzz_judge.py for what must agree. The core must also give the same bits at
every level of processors, in threads, in tasks of one, on a row alone, from any strides
and without a key, and write nothing beside its results.
"""

import argparse
import copy
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

from fuzz_cases import Case, draw_case
from fuzz_judge import differing, doubtful, judge, within_ulps
from sknorm import _kernels
from sknorm._kernels import _generic, _threads, _whole
from sknorm._location_scale import LocationScale
from sknorm._moments import Moments
from sknorm._normalise import normalised

try:
    from sknorm._kernels import _core
except ImportError:
    sys.exit("There is no compiled core to compare. Did you forget to build?")

Outcome = dict[str, Any]
BEST = _core.level_names()[-1]


@contextmanager
def kernels(module: Any, level: str = BEST) -> Iterator[None]:
    """Have the package run on a module of kernels, at a level of processors."""
    _core.use_level(level)
    try:
        with mock.patch.object(_kernels, "_chosen", module):
            yield
    finally:
        _core.use_level(BEST)


def outcome(case: Case, X: Any = None, n_jobs: int | None = None) -> Outcome:
    """Return all that becomes of a case, or the error."""
    X = case.X if X is None else X
    if case.kind == "maps":
        return of_maps(case, X, n_jobs)
    estimator = copy.copy(case.estimator)
    estimator.n_jobs = n_jobs
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = of_columns if case.kind == "columns" else of_neighbourhoods
            result = found(case, estimator, X)
        except ValueError as error:
            return {"error": str(error)}
    result["warnings"] = sorted(str(warning.message) for warning in caught)
    return result


def of_columns(case: Case, estimator: Any, X: Any) -> Outcome:
    """Return what a BatchStandardizer learns, and makes of its data."""
    if case.public:
        estimator.fit(X, sample_weight=case.weight)
        Z, p = estimator.transform(X), X.shape[1]
        names = ("mean_", "var_", "n_samples_seen_")
        result: Outcome = {name: getattr(estimator, name) for name in names}
        restored = estimator.inverse_transform(Z)
        location, scale = estimator.location_, estimator.scale_
        return result | {
            "z": Z,
            "location": np.zeros(p) if location is None else location,
            "scale": np.ones(p) if scale is None else scale,
            "restored": restored,
        }
    groups = estimator._groups()
    moments = Moments.of(X, case.weight, groups, estimator.n_jobs)
    found = LocationScale.of(estimator, moments, None, float(np.finfo(X.dtype).eps))
    statistics = [found.shift, found.delta, found.scale]
    if groups is not None:
        statistics = [statistic[groups] for statistic in statistics]
    Z = np.empty_like(X, subok=False)
    flags = _kernels.affine(X, *statistics, Z, estimator.n_jobs)
    return {
        **{name: getattr(moments, name) for name in Moments.__slots__},
        "z": Z,
        "location": statistics[0],
        "scale": statistics[2],
        "flags": flags,
    }


def of_neighbourhoods(case: Case, estimator: Any, X: Any) -> Outcome:
    """Return rows or windows, normalised, with their key."""
    if case.public:
        Z = estimator.fit_transform(X)
        key = estimator.statistics_
        assert key == estimator.statistics(X)
        assert not differing({"z": Z}, {"z": estimator.transform(X)})
        restored = estimator.inverse_transform(Z, statistics=key)
    else:
        Z, key = normalised(estimator, X, key=True)
        restored = Z
    return {
        "z": Z,
        "location": key.location,
        "scale": key.scale,
        "restored": restored,
    }


def of_maps(case: Case, X: Any, n_jobs: int | None) -> Outcome:
    """Return both maps of X, with statistics for rows, columns or values."""
    shift, delta, scale = case.drawn["statistics"]
    result: Outcome = {}
    for name in ("affine", "affine_inverse"):
        for where in ("beside", "in place"):
            out = X.copy(order="K") if where == "in place" else np.empty_like(X)
            source = out if where == "in place" else X
            kernel = getattr(_kernels, name)
            flags = kernel(source, shift, delta, scale, out, n_jobs)
            result |= {f"{name} {where}": out, f"flags of {name} {where}": flags}
    return result


def prepared(rng: np.random.Generator) -> Case:
    """Draw a case, and set what the layer below `fit` relies on."""
    case = draw_case(rng)
    n, p = case.X.shape
    if case.kind == "maps":
        shapes = [(1, p), (n, 1), (n, p), (p,)]
        shape = shapes[rng.integers(len(shapes))]
        shift, delta, scale = rng.uniform(0.5, 2.0, (3, *shape))
        delta = None if rng.random() < 0.3 else delta * 1e-16
        case.drawn["statistics"] = shift, delta, scale
        if rng.random() < 0.1 and case.X.flags.writeable:
            case.X[rng.integers(n), rng.integers(p)] = rng.choice([np.inf, -np.inf])
        return case
    case.estimator.n_features_in_ = p
    if case.kind == "columns":
        case.estimator._groups_ = case.estimator._groups()
    else:
        found = case.estimator._neighbourhoods()
        case.estimator._neighbourhood_, case.estimator._n_neighbourhoods_ = found
    return case


class Guarded:
    """The core with every array amid a margin, and tasks run one by one, shuffled.

    The margin of what is read is infinite, that of what is written must stay.
    """

    MARGIN, MARK = 9, 12345.5

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def __getattr__(self, name: str) -> Any:
        function = getattr(_core, name)
        if name in ("windows", "patches"):
            return lambda *args: self.in_tasks(function, *args)
        if name in ("rows", "column_moments", "affine", "affine_inverse"):
            n_written = {"rows": 3}.get(name, 1)
            return lambda *args: self.apart(function, args, n_written)
        return function

    def in_tasks(self, function: Any, *args: Any) -> int:
        """Run each task by itself, in a random order."""
        X, shape, before, after, choice, first, last, *written = args
        flags = 0
        for task in map(int, first + self.rng.permutation(last - first)):
            span = shape, before, after, choice, task, task + 1
            flags |= self.apart(function, (X, *span, *written), 3)
        return flags

    def apart(self, function: Any, args: tuple[Any, ...], n_written: int) -> Any:
        """Call a function of the core on copies of its arrays, each in a margin."""
        if any(a is args[0] for a in args[1:]):
            return function(*args)
        copies, margins = [], []
        for i, a in enumerate(args):
            if not isinstance(a, np.ndarray):
                copies.append(a)
                continue
            written = i >= len(args) - n_written
            inside, around = self.within_margins(a, self.MARK if written else np.inf)
            copies.append(inside)
            margins += around if written else []
        result = function(*copies)
        assert all((margin == self.MARK).all() for margin in margins), "beside results"
        for a, inside in list(zip(args, copies, strict=True))[-n_written:]:
            if a is not None:
                a[...] = inside
        return result

    def within_margins(self, a: Any, mark: float) -> tuple[Any, list[Any]]:
        """Return a copy with the strides of an array, and what lies around it."""
        low, high = byte_bounds(a)
        size = (high - low) // a.itemsize
        start = int(self.rng.integers(1, self.MARGIN))
        buffer = np.full(start + size + self.MARGIN, mark, a.dtype)
        first = start + (a.__array_interface__["data"][0] - low) // a.itemsize
        inside = as_strided(buffer[first:], a.shape, a.strides)
        inside[...] = a
        return inside, [buffer[:start], buffer[start + size :]]


def on_levels(case: Case, rng: np.random.Generator, found: Outcome) -> str:
    """Check the bits at all levels of processors."""
    for level in _core.level_names()[:-1]:
        with kernels(_core, level):
            if names := differing(found, outcome(case)):
                return f"level {level} and {BEST} differ in {names}"
    return ""


def on_threads(case: Case, rng: np.random.Generator, found: Outcome) -> str:
    """Check the bits in two and in three threads."""
    n_jobs = int(rng.choice([2, 3]))
    with kernels(_core), mock.patch.object(_threads, "BYTES_A_THREAD", 64):
        names = differing(found, outcome(case, n_jobs=n_jobs))
    return f"n_jobs={n_jobs} and 1 differ in {names}" if names else ""


def on_guarded_arrays(case: Case, rng: np.random.Generator, found: Outcome) -> str:
    """Check the bits in tasks of one, and what lies beside the arrays."""
    with kernels(Guarded(rng), str(rng.choice(_core.level_names()))):
        try:
            names = differing(found, outcome(case))
        except AssertionError as error:
            return f"the core wrote {error}"
    return f"single tasks and the whole differ in {names}" if names else ""


def on_a_line_alone(case: Case, rng: np.random.Generator, found: Outcome) -> str:
    """Check the bits of z of a row (along samples: a column) alone, without a key."""
    if case.kind in ("columns", "maps") or "error" in found:
        return ""
    estimator, axis = copy.copy(case.estimator), 0
    if getattr(estimator, "axis", "") == "samples":
        axis = 1
        estimator.n_features_in_ = 1
    i = int(rng.integers(case.X.shape[axis]))
    part = np.take(case.X, [i], axis)
    if axis:
        estimator._neighbourhood_, estimator._n_neighbourhoods_ = np.arange(1), 1
    with kernels(_core), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alone = normalised(estimator, part, key=bool(rng.random() < 0.3))[0]
    expected = np.take(found["z"], [i], axis)
    same = not differing({"z": expected}, {"z": alone})
    return "" if same else f"line {i} alone and in a batch differ"


def on_c_order(case: Case, rng: np.random.Generator, found: Outcome) -> str:
    """Check the bits against a copy in C order; F-order to 4 units of max(1, |z|)."""
    X = case.X
    by_columns = X.strides[0] == X.itemsize and X.shape[1] > 1
    plain = np.array(X, order="C")
    with kernels(_core):
        other = outcome(case, plain)
    if case.kind == "columns" and by_columns:
        return "" if within_ulps(found, other, 4) else "F- and C-order differ"
    names = differing(found, other)
    return f"strides and C order differ in {names}" if names else ""


VARIANTS: dict[Callable[..., str], float] = {
    on_levels: 1.0,
    on_threads: 0.15,
    on_guarded_arrays: 0.3,
    on_a_line_alone: 0.5,
    on_c_order: 0.5,
}


def on_oracle(case: Case, found: Outcome, tally: Counter[str]) -> str:
    """Compare with NumPy; count where it is NumPy that is wrong."""
    with kernels(_generic):
        expected = outcome(case)
    if case.kind == "maps" or "error" in found or "error" in expected:
        names = differing(expected, found)
        return f"core and oracle differ in {names}: {found}" if names else ""
    exactly = ("warnings", "count", "min", "max", "flags", "n_samples_seen_")
    for name in exactly:
        a, b = expected.get(name), found.get(name)
        if case.weight is not None and name in ("count", "n_samples_seen_"):
            same = a is None or np.allclose(a, b, rtol=1e-14, atol=0)
        else:
            same = np.array_equal(a, b)  # the lowest zero may be 0.0 or -0.0
        if not same:
            return f"{name} is {b}, from the oracle {a}"
    for name, index in doubtful(found, expected, case):
        wrong, of_oracle = judge(case, [found, expected], name, index)
        if wrong:
            return f"{wrong}, from the oracle {float(expected[name][index])!r}"
        tally["numbers of NumPy alone that were wrong"] += bool(of_oracle)
    return ""


def fault_of(number: int, seed: int, tally: Counter[str]) -> str:
    """Run a case; return what is wrong with it, or ""."""
    rng = np.random.default_rng([seed, number])
    case = prepared(rng)
    tally[case.kind] += 1
    before = case.X.copy()
    # Moments of small matrices in many parts, too.
    parts = {"TASK_BYTES": 2048, "TASK_COLUMNS": 8} if rng.random() < 0.2 else {}
    try:
        with mock.patch.multiple(_whole, **parts) if parts else nullcontext():
            with kernels(_core):
                found = outcome(case)
            fault = on_oracle(case, found, tally)
            if case.public:
                case = replace(case, public=False)
                with kernels(_core):
                    found = outcome(case)
            for check, share in VARIANTS.items():
                if not fault and rng.random() < share:
                    fault = check(case, rng, found)
    except Exception:  # a crash is a fault like others: the case is named
        fault = traceback.format_exc()
    if not fault and differing({"X": before}, {"X": case.X}):
        fault = "X has changed"
    return f"{fault}\n{case}" if fault else ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="the number of the only case to run")
    options = parser.parse_args(arguments)
    numbers = range(options.cases) if options.only is None else [options.only]
    tally: Counter[str] = Counter()
    start = time.perf_counter()
    for number in numbers:
        if fault := fault_of(number, options.seed, tally):
            print(f"Case {number} of seed {options.seed}: {fault}")
            print(f"Again: python {__file__} --seed {options.seed} --only {number}")
            return 1
    seconds = time.perf_counter() - start
    print(f"seed {options.seed}: {len(numbers)} cases in {seconds:.0f} s, no fault")
    for name, count in sorted(tally.items()):
        print(f"  {name}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
