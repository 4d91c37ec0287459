"""Threads over a fixed partition: how the work is shared out changes no result.

Threads are started for a call and end with it: nothing is left over that a fork,
joblib's workers or an interrupt could find in a wrong state. A start costs 90
microseconds, by `ThreadPoolExecutor` 180; after data larger than the caches 130 and
320, by `threading.Thread`, whose start waits for the thread to run, 210. A fit of 80 MB
takes 3 ms.
"""

from _thread import LockType, allocate_lock, start_new_thread
from collections import deque
from collections.abc import Callable, Sequence
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
    errors: list[BaseException] = []
    waiting = deque(enumerate(parts))

    def work() -> None:
        while True:
            try:
                i, part = waiting.popleft()
            except IndexError:
                return
            results[i] = function(part)

    def work_beside(busy: LockType) -> None:
        """Work in another thread, which holds a lock until it is done."""
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            busy.release()

    started: list[LockType] = []
    try:
        for _ in range(n_others):
            busy = allocate_lock()
            busy.acquire()
            start_new_thread(work_beside, (busy,))
            started.append(busy)
        work()
    finally:
        waiting.clear()
        for busy in started:
            busy.acquire()
    if errors:
        raise errors.pop()
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


def shares_and_rests(n: int, threads: int) -> list[slice]:
    """Divide 0 to n into a share for each thread, and a tenth that each leaves over.

    The shares come first, then the rests, for who is done first. For kernels that go
    through memory once: many parts of one size, as threads take them in turns, took
    them 2 to 5 % longer, and two halves waited longer for the slower processor.
    Neighbours leave their tenths side by side.
    """
    whole = shares(n, threads)
    if len(whole) == 1:
        return whole
    large, rests = [], []
    for i, share in enumerate(whole):
        rest = (share.stop - share.start) // 10
        edge = share.start + rest if i % 2 else share.stop - rest
        cut = slice(share.start, edge), slice(edge, share.stop)
        large.append(cut[i % 2])
        rests.append(cut[1 - i % 2])
    return large + [rest for rest in rests if rest.start < rest.stop]
