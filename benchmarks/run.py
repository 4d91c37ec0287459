"""Time and error of the estimators beside memory and the installed peers.

    python benchmarks/run.py                     all rows of goals.py, and the curves
    python benchmarks/run.py --rows transform    some rows
    python benchmarks/run.py --check transform   one row again, beside what is stated
    python benchmarks/run.py --small --rounds 2  a twentieth of the data: does it run?

Rows are measured with n_jobs 1 and 2, through the public estimators. A full run writes
results.json (every round), results.md (tables) and time_against_*.png here; one with
--small or --rows writes to a new temporary folder; --output names another. Peers that
are not installed are left out: for all of them

    pip install ".[test,plot]" numbagg opencv-python-headless torch
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from draw import draw
from environment import machine, versions
from goals import CURVES, GOALS
from measure import measure, smaller
from report import comparison, load, markdown, picture_of, save, section

HERE = Path(__file__).parent


def arguments_of():
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--rounds", type=int, default=9)
    add("--small", action="store_true", help="a twentieth of the data, short curves")
    add("--rows", nargs="+", choices=GOALS, metavar="NAME", help="; ".join(GOALS))
    add("--check", choices=GOALS, metavar="ROW", help="one row, as it was measured")
    add("--output", type=Path, metavar="FOLDER")
    return parser.parse_args()


def check(name, rounds, folder):
    """Measure a row again, in the size that is stated, and print both."""
    stated = load(folder / "results.json")[name]
    row = replace(GOALS[name], shape=stated.shape)
    print(comparison(name, stated, measure(row, rounds, errors=False)))


def measure_rows(rows, rounds):
    """Return {name: result}, and print each."""
    results = {}
    for name, row in rows.items():
        results[name] = measure(row, rounds, errors=True)
        print(f"\n{section(name, results[name])}", flush=True)
    return results


def measure_curves(curves, rounds, n_sizes):
    """Return {title: {value of the size: result}}."""
    return {
        title: {
            value: measure(row, rounds, errors=False)
            for value, row in list(points.items())[:n_sizes]
        }
        for title, points in curves.items()
    }


def run(rows, pictures, rounds, n_sizes, folder):
    """Measure, draw and write."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "machine": machine(),
        "versions": versions(),
        "rounds": rounds,
        "rows": measure_rows(rows, rounds),
        "curves": {},
    }
    for abscissa, curves in pictures.items():
        results = measure_curves(curves, rounds, n_sizes)
        draw(abscissa, results, folder / picture_of(abscissa))
        document["curves"][abscissa] = results
    save(folder / "results.json", document)
    (folder / "results.md").write_text(markdown(document))
    print(f"\nwritten to {folder}")


def main():
    """Check a row, or run all or some."""
    arguments = arguments_of()
    rounds, folder = arguments.rounds, arguments.output
    rows = {name: GOALS[name] for name in arguments.rows or GOALS}
    if arguments.small:
        rows = {name: smaller(row) for name, row in rows.items()}
    with threadpool_limits(1, user_api="blas"):
        if arguments.check:
            check(arguments.check, rounds, folder or HERE)
        elif arguments.small or arguments.rows:
            pictures = {} if arguments.rows else CURVES
            n_sizes = 3 if arguments.small else None
            run(rows, pictures, rounds, n_sizes, folder or Path(tempfile.mkdtemp()))
        else:
            run(rows, CURVES, rounds, None, folder or HERE)


if __name__ == "__main__":
    main()
