"""Measure a row: contenders and copies take turns, errors are taken beside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from errors import error_of
from goals import MEASURES, Row
from limits import references
from timing import quartiles, take_turns


@dataclass(frozen=True)
class Times:
    """Every round of one contender.

    Parameters
    ----------
    name : str
        "sknorm", a peer, or "copy", "fresh copy" or "read" of the whole data.
    threads : int
    error : float or None
        None where it was not asked, or is not finite.
    seconds : sequence of float
    """

    name: str
    threads: int
    error: float | None
    seconds: Sequence[float]


@dataclass(frozen=True)
class Result:
    """All contenders of one row, whose rounds are the same."""

    shape: tuple[int, ...]
    times: Sequence[Times]

    def of(self, name: str, n_jobs: int) -> Times | None:
        """Return a contender with n_jobs threads, else with those that it has."""
        found = {t.threads: t for t in self.times if t.name == name}
        return found.get(n_jobs, next(iter(found.values()), None))

    def peers(self) -> list[str]:
        """Return the names of the peers."""
        names = dict.fromkeys(t.name for t in self.times)
        return [name for name in names if name not in {"sknorm", *MEASURES.values()}]

    def multiple(self, unit: str, n_jobs: int) -> tuple[float, float, float] | None:
        """Return quartiles of the time of sknorm in xM, F or reads."""
        return self._quotient("sknorm", MEASURES[unit], n_jobs)

    def ratio(self, peer: str, n_jobs: int) -> tuple[float, float, float] | None:
        """Return quartiles of the time of a peer over that of sknorm."""
        return self._quotient(peer, "sknorm", n_jobs)

    def ratio_of_memory(self, peer: str, method: str, n_jobs: int):
        """Return quartiles of the time of a peer over what memory alone needs."""
        unit = "read" if method == "fit" else "F"
        return self._quotient(peer, MEASURES[unit], n_jobs)

    def _quotient(self, above, below, n_jobs):
        above, below = self.of(above, n_jobs), self.of(below, n_jobs)
        if not (above and below):
            return None
        return quartiles(np.divide(above.seconds, below.seconds))


def smaller(row: Row) -> Row:
    """Return a row with a twentieth of the data."""
    n_rows, *rest = row.shape
    return replace(row, shape=(max(2, n_rows // 20), *rest))


def contenders_of(row: Row, shape):
    """Return {(name, number of threads): contender} of those that have the method."""
    contenders = row.task.contenders(shape)
    return {key: c for key, c in contenders.items() if hasattr(c, row.method)}


def runs_of(row: Row):
    """Return {(name, number of threads): function without arguments}.

    Copies are among them, but not where a call takes microseconds: handing half a copy
    to another thread takes as long.
    """
    X = np.random.default_rng(0).normal(size=row.shape).reshape(row.shape[0], -1)
    contenders = contenders_of(row, row.shape)
    for contender in contenders.values():
        if hasattr(contender, "fit"):
            contender.fit(X)
    back = row.method == "inverse_transform"
    argument = contenders["sknorm", 1].transform(X) if back else X
    runs = {
        key: partial(getattr(c, row.method), argument) for key, c in contenders.items()
    }
    return runs if row.calls > 1 else runs | references(X)


def errors_of(row: Row):
    """Return the errors of all contenders, by the names of `contenders_of`."""
    task = row.task
    return {
        key: error_of(contender, row.method, task.exact, task.hard_shape)
        for key, contender in contenders_of(row, task.hard_shape).items()
    }


def touch_memory(shape):
    """Write to 16 times the memory of the data, and give it back.

    A virtual machine may have to ask its host for memory that it has not used of late:
    a copy of 80 MB into such pages took 120 ms, into others 6.
    """
    np.ones((16, *shape))


def measure(row: Row, rounds: int, errors: bool) -> Result:
    """Time a row, and take the errors where they are asked."""
    known = errors_of(row) if errors else {}
    touch_memory(row.shape)
    seconds = take_turns(runs_of(row), rounds, row.calls)
    return Result(
        row.shape,
        [
            Times(*key, known.get(key), [round(s, 9) for s in some.tolist()])
            for key, some in seconds.items()
        ],
    )
