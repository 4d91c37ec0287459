"""Threads over a fixed partition: how the work is shared out changes no result.

Threads are started for a call and end with it. That costs 60 microseconds, and nothing
is left over that a fork, joblib's workers or an interrupt could find in a wrong state.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import TypeVar

from joblib import effective_n_jobs

Part = TypeVar("Part")
Result = TypeVar("Result")

# A thread is worth its start from this many bytes on.
BYTES_A_THREAD = 2**20


def n_threads(n_jobs: int | None, n_bytes: int) -> int:
    """Return how many threads to use on an array.

    Parameters
    ----------
    n_jobs : int or None
        With scikit-learn's meaning: None is 1, or what joblib.parallel_config says; -1
        is one for each processor.
    n_bytes : int
        Size of the array.
    """
    if n_bytes < 2 * BYTES_A_THREAD:
        return 1
    return max(1, min(int(effective_n_jobs(n_jobs)), n_bytes // BYTES_A_THREAD))


def in_threads(
    function: Callable[[Part], Result], parts: Sequence[Part], threads: int
) -> list[Result]:
    """Return function(part) for each part, computed in threads that share the parts.

    The calling thread is one of them. Who is done with a part takes the next: a part
    for each thread, or several where they take unequal time.
    """
    n_others = min(threads, len(parts)) - 1
    if n_others < 1:
        return [function(part) for part in parts]
    results: dict[int, Result] = {}
    waiting = deque(enumerate(parts))

    def work() -> None:
        while True:
            try:
                i, part = waiting.popleft()
            except IndexError:
                return
            results[i] = function(part)

    with ThreadPoolExecutor(n_others) as pool:
        others = [pool.submit(work) for _ in range(n_others)]
        try:
            work()
        finally:
            waiting.clear()
        for other in others:
            other.result()
    return [results[i] for i in range(len(parts))]


def flags_in_threads(
    function: Callable[[Part], int], parts: Sequence[Part], threads: int
) -> int:
    """Return the flags that function(part) met in any part; see `in_threads`."""
    return reduce(or_, in_threads(function, parts, threads), 0)


def shares(n: int, n_parts: int) -> list[slice]:
    """Divide 0 to n into as many slices of one size, or n of them.

    For kernels whose results do not depend on how an array is divided.
    """
    n_parts = max(1, min(n, n_parts))
    edges = [n * i // n_parts for i in range(n_parts + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]
