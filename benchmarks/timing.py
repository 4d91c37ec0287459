"""Contenders take turns in one process, so that the noise of the machine meets all."""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


def installed(name):
    """Return a module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


@dataclass(frozen=True)
class Entry:
    """A contender: what is timed, and how wrong its result is (None: not asked)."""

    run: Callable[[], object]
    error: float | None = None


def report(title: str, entries: dict[str, Entry], turns: int) -> None:
    """Time the entries in turns, after a warm-up, and print a table.

    A line holds the median of the ratios of each turn to the first entry, with the
    quartiles, the median time, and the error.
    """
    times = np.empty((turns + 1, len(entries)))
    for turn in range(turns + 1):
        for k, entry in enumerate(entries.values()):
            start = time.perf_counter()
            entry.run()
            times[turn, k] = time.perf_counter() - start
    times = times[1:]
    print(f"\n{title}")
    ratios = np.quantile(times / times[:, :1], [0.25, 0.5, 0.75], axis=0).T
    median = 1e3 * np.median(times, axis=0)
    for (name, entry), (low, middle, high), ms in zip(
        entries.items(), ratios, median, strict=True
    ):
        error = "" if entry.error is None else f"{entry.error:8.0e}"
        spread = f"({low:.2f} to {high:.2f})"
        print(f"  {name:18} {middle:7.2f} {spread}  {ms:9.2f} ms  {error}")
