"""Results as text: tables of sknorm beside memory and peers, and the file of rounds."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from goals import GOALS, MEASURES, Row
from measure import Result, Times
from peers import THREADS
from timing import quartiles

HEAD = """# Times beside memory and peers

Written by `python benchmarks/run.py`; [results.json](results.json) holds every round.
Contenders take turns in one process, in {rounds} rounds after one of warm-up. A cell is
the median over the rounds, with the quartiles in brackets; quotients are taken within
rounds. Data are normal, float64, in C order, without NaN; results are fresh arrays.

* xM, F, read: the time of sknorm as a multiple of a copy into an allocated array by two
  threads, of a copy into a fresh array and of a read, both by `n_jobs` threads.
* ratio: the time of a peer over that of sknorm. `threads` are those of the peer.
* memory: the ratio that a copy into a fresh array, for `fit` a read, by `n_jobs`
  threads would have in the place of sknorm.
* error: the worst at an offset of 1e8, against extended precision: of z, relative to
  max(1, abs z); for `fit` of the deviations, relative; for `inverse_transform` of the
  data, relative to the largest value. For trailing windows only whole ones count.
* A goal is "met", or the speed is "below goal" or "below two thirds of goal".
"""
CURVES = """Medians on logarithmic axes. Slopes are those of a line by least squares
through the larger half of the sizes: 1 is proportional, 0 constant."""


@dataclass(frozen=True)
class Outcome:
    """A goal, quartiles of what was measured (None: nothing), and how they compare."""

    goal: str
    measured: tuple[float, float, float] | None
    verdict: str


def verdict(share: float) -> str:
    """Return how a speed compares with its goal, from their quotient."""
    if share >= 1:
        return "met"
    return "below goal" if share >= 2 / 3 else "below two thirds of goal"


def outcomes(row: Row, result: Result) -> dict[tuple[int, str], Outcome]:
    """Return what became of the goals of a row, by n_jobs and unit or peer."""
    found = {}
    for unit, bounds in row.limits.items():
        for n_jobs, bound in bounds.items():
            multiple = result.multiple(unit, n_jobs)
            found[n_jobs, unit] = Outcome(
                f"<= {bound:g} {unit}", multiple, verdict(bound / multiple[1])
            )
    for peer, bounds in row.ratios.items():
        for n_jobs, bound in bounds.items():
            ratio = result.ratio(peer, n_jobs)
            found[n_jobs, peer] = Outcome(
                f">= {bound:g}",
                ratio,
                verdict(ratio[1] / bound) if ratio else "not installed",
            )
    return found


def number(value: float) -> str:
    """Return a number with three digits, or all before the point."""
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def spread(values: tuple[float, float, float] | None) -> str:
    """Return a median with quartiles."""
    if values is None:
        return ""
    low, median, high = map(number, values)
    return f"{median} ({low} to {high})"


def milliseconds(times: Times) -> str:
    """Return the median time with quartiles."""
    return spread(quartiles([1e3 * s for s in times.seconds]))


def error_text(times: Times) -> str:
    """Return an error with one digit."""
    if times.error is None:
        return "not finite"
    return f"{times.error:.0e}" if times.error else "0"


def table(head: list[str], lines: list[list[str]]) -> str:
    """Return a table in Markdown."""
    cells = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def own_table(row: Row, result: Result) -> str:
    """Return the table of sknorm beside what memory allows."""
    found, lines = outcomes(row, result), []
    for n_jobs in THREADS:
        own = result.of("sknorm", n_jobs)
        limit = [found[n_jobs, unit] for unit in MEASURES if (n_jobs, unit) in found]
        lines.append(
            [
                str(n_jobs),
                milliseconds(own),
                *(spread(result.multiple(unit, n_jobs)) for unit in MEASURES),
                ", ".join(outcome.goal for outcome in limit),
                ", ".join(outcome.verdict for outcome in limit),
                error_text(own),
            ]
        )
    return table(["n_jobs", "ms", *MEASURES, "goal", "", "error"], lines)


def peer_table(row: Row, result: Result) -> str:
    """Return the table of the peers that are installed."""
    found, lines = outcomes(row, result), []
    for n_jobs in THREADS:
        for peer in result.peers():
            times = result.of(peer, n_jobs)
            outcome = found.get((n_jobs, peer), Outcome("", None, ""))
            lines.append(
                [
                    str(n_jobs),
                    peer,
                    str(times.threads),
                    milliseconds(times),
                    spread(result.ratio(peer, n_jobs)),
                    outcome.goal,
                    outcome.verdict,
                    spread(result.ratio_of_memory(peer, row.method, n_jobs)),
                    error_text(times),
                ]
            )
    head = ["n_jobs", "peer", "threads", "ms", "ratio", "goal", "", "memory", "error"]
    return table(head, lines)


def section(name: str, result: Result) -> str:
    """Return both tables of a row, under its name."""
    row, size = GOALS[name], math.prod(result.shape) * 8 / 1e6
    shape = " x ".join(map(str, result.shape))
    return "\n\n".join(
        [
            f"## {name}",
            f"`{row.method}` of {shape}, {size:.3g} MB",
            own_table(row, result),
            peer_table(row, result),
        ]
    )


def summary(results: Mapping[str, Result]) -> str:
    """Return how many goals are met, and a table of the others."""
    found = [
        (name, result, n_jobs, against, outcome)
        for name, result in results.items()
        for (n_jobs, against), outcome in outcomes(GOALS[name], result).items()
    ]
    others = [
        [
            name,
            str(n_jobs),
            against,
            o.goal,
            spread(o.measured),
            o.verdict,
            spread(result.ratio_of_memory(against, GOALS[name].method, n_jobs))
            if against in GOALS[name].ratios
            else "",
        ]
        for name, result, n_jobs, against, o in found
        if o.verdict != "met"
    ]
    text = f"Of {len(found)} goals {len(found) - len(others)} are met."
    if not others:
        return text
    head = ["", "n_jobs", "against", "goal", "measured", "", "memory"]
    return f"{text} The others:\n\n{table(head, others)}"


def picture_of(abscissa: str) -> str:
    """Return the file name of a picture."""
    return f"time_against_{abscissa}.png"


def listed(entries: Mapping[str, object]) -> str:
    """Return entries in a line."""
    return ", ".join(f"{key} {value}" for key, value in entries.items() if value)


def markdown(document: Mapping[str, Any]) -> str:
    """Return results.md of the document that is results.json."""
    rows = document["rows"]
    parts = [
        HEAD.format(rounds=document["rounds"]).strip(),
        f"Machine: {listed(document['machine'])}.",
        f"Versions: {listed(document['versions'])}.",
        summary(rows),
        *(section(name, result) for name, result in rows.items()),
    ]
    if document["curves"]:
        parts += ["## Curves", CURVES]
    parts += [
        f"![time against {abscissa}]({picture_of(abscissa)})"
        for abscissa in document["curves"]
    ]
    return "\n\n".join(parts) + "\n"


def comparison(name: str, stated: Result, measured: Result) -> str:
    """Return a table of stated and measured quartiles of one row."""
    both, lines = (stated, measured), []
    for n_jobs in THREADS:
        quantities = {
            "ms": [milliseconds(result.of("sknorm", n_jobs)) for result in both]
        }
        for unit in MEASURES:
            quantities[unit] = [spread(r.multiple(unit, n_jobs)) for r in both]
        for peer in dict.fromkeys([*stated.peers(), *measured.peers()]):
            quantities[f"{peer}, ratio"] = [spread(r.ratio(peer, n_jobs)) for r in both]
        lines += [[str(n_jobs), key, *pair] for key, pair in quantities.items()]
    head = ["n_jobs", name, "stated", "measured"]
    return table(head, lines)


def save(path, document: dict) -> None:
    """Write results as JSON, with the rounds of a contender on one line."""
    text = json.dumps(document, indent=1, default=asdict)
    in_lines = re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text)
    path.write_text(in_lines + "\n")


def load(path) -> dict[str, Result]:
    """Return the results of the rows."""
    rows = json.loads(path.read_text())["rows"]
    return {
        name: Result(tuple(row["shape"]), [Times(**times) for times in row["times"]])
        for name, row in rows.items()
    }
