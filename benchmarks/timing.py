"""Contenders take turns in one process, so that the noise of the machine meets all."""

import importlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Name = TypeVar("Name", bound=Hashable)


def installed(name):
    """Return a module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def take_turns(
    runs: dict[Name, Callable[[], object]], rounds: int, calls: int = 1
) -> dict[Name, NDArray[np.float64]]:
    """Time functions in turns, each round in another order, after a round of warm-up.

    Parameters
    ----------
    runs : dict of functions without arguments
        The clock has stopped when what they return is dropped.
    rounds : int
        Number of rounds that count.
    calls : int
        How often a function is called in its turn: more than once where a call takes
        microseconds.

    Returns
    -------
    dict of ndarray of shape (rounds,)
        Seconds of a call, by the names of `runs`.
    """
    names, rng = list(runs), np.random.default_rng(0)
    seconds = np.empty((rounds + 1, len(names)))
    for turn in seconds:
        for k in rng.permutation(len(names)):
            run = runs[names[k]]
            start = perf_counter()
            for _ in range(calls):
                result = run()
            turn[k] = (perf_counter() - start) / calls
            del result
    return dict(zip(names, seconds[1:].T, strict=True))


def quartiles(values: ArrayLike) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile."""
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float(low), float(median), float(high)


@dataclass(frozen=True)
class Entry:
    """A contender: what is timed, and how wrong its result is (None: not asked)."""

    run: Callable[[], object]
    error: float | None = None


def print_table(title: str, entries: dict[str, Entry], turns: int) -> None:
    """Time the entries in turns and print a table.

    A line holds the median of the ratios of each turn to the first entry, with the
    quartiles, the median time, and the error.
    """
    seconds = take_turns({name: entry.run for name, entry in entries.items()}, turns)
    first = next(iter(seconds.values()))
    print(f"\n{title}")
    for name, entry in entries.items():
        low, median, high = quartiles(seconds[name] / first)
        error = "" if entry.error is None else f"{entry.error:8.0e}"
        spread = f"({low:.2f} to {high:.2f})"
        ms = 1e3 * np.median(seconds[name])
        print(f"  {name:18} {median:7.2f} {spread}  {ms:9.2f} ms  {error}")
