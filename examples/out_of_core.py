"""More data than memory: fit and transform a Parquet data set in little memory.

Writes a data set of three gigabytes (as float64 in memory) to a temporary folder, and
normalises it in child processes that are allowed one gigabyte (`ulimit -v`, which counts
the libraries, too): by batches of pyarrow with `partial_fit`, and by dask. Prints what
the data set takes in memory, the peak of each process, and how far the two results
differ. Needs pyarrow and dask; takes a minute or two and two gigabytes of disk.

    python examples/out_of_core.py [--gigabytes 3] [--allowed 1]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sknorm import BatchStandardizer

N_COLUMNS, ROWS_OF_A_FILE = 16, 200_000
COLUMNS = [f"sensor {j}" for j in range(N_COLUMNS)]
# Fewer threads and pools, so that little address space is set aside for nothing.
FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}


def write_data(folder, n_files):
    """Write files of readings, rounded as sensors do, each column at its own level."""
    rng = np.random.default_rng(0)
    level = 10.0 ** rng.integers(0, 6, N_COLUMNS)
    for i in range(n_files):
        X = (level + rng.normal(size=(ROWS_OF_A_FILE, N_COLUMNS))).round(2)
        table = pa.table(dict(zip(COLUMNS, X.T, strict=True)))
        pq.write_table(table, folder / f"part-{i:03}.parquet", compression="lz4")


def progress(files):
    """Yield the files, and draw a bar on a terminal."""
    for i, file in enumerate(files, start=1):
        yield file
        if sys.stderr.isatty():
            bar = "#" * (40 * i // len(files))
            print(f"\r  [{bar:40}] {i} of {len(files)}", end="", file=sys.stderr)


def by_batches(source, target):
    """Read file by file: statistics in a first pass, the normalised data in a second."""
    files = sorted(source.glob("*.parquet"))
    standardizer = BatchStandardizer().set_output(transform="pandas")
    for file in progress(files):
        for batch in pq.ParquetFile(file).iter_batches():
            standardizer.partial_fit(batch.to_pandas())
    for file in progress(files):
        out = target / file.name
        with pq.ParquetWriter(out, pq.read_schema(file), compression="lz4") as writer:
            for batch in pq.ParquetFile(file).iter_batches():
                z = standardizer.transform(batch.to_pandas())
                writer.write_table(pa.Table.from_pandas(z, preserve_index=False))
    return standardizer


def by_dask(source, target):
    """Do the same by one fit and one lazy transform, two partitions at a time."""
    import dask
    import dask.dataframe as dd
    from dask.diagnostics import ProgressBar

    bar = ProgressBar(out=sys.stderr) if sys.stderr.isatty() else nullcontext()
    with bar, dask.config.set(scheduler="threads", num_workers=2):
        frame = dd.read_parquet(source)
        standardizer = BatchStandardizer().fit(frame)
        standardizer.transform(frame).to_parquet(target, compression="lz4")
    return standardizer


def as_a_whole(source, target):
    """Read everything, as if there were memory."""
    import pandas as pd

    return BatchStandardizer().fit(pd.read_parquet(source))


ENGINES = {f.__name__: f for f in (as_a_whole, by_batches, by_dask)}


def child(engine, source, target):
    """Run an engine in this process; print statistics, peak and seconds as JSON."""
    start = time.perf_counter()
    try:
        standardizer = ENGINES[engine](Path(source), Path(target))
    except (MemoryError, pa.ArrowMemoryError) as error:
        print(json.dumps({"error": type(error).__name__}))
        return
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmPeak:")[1].split()[0])
    print(
        json.dumps(
            {
                "peak": peak / 2**20,
                "seconds": time.perf_counter() - start,
                "statistics": standardizer.to_dict(),
            }
        )
    )


def run(engine, source, target, allowed):
    """Run an engine in a child process under `ulimit -v`; return what it found."""
    target.mkdir()
    command = [sys.executable, __file__, "--child", engine, str(source), str(target)]
    limited = f'ulimit -v {int(allowed * 2**20)}; exec "$@"'
    result = subprocess.run(
        ["sh", "-c", limited, "sh", *command],
        env={**os.environ, **FRUGAL},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def check_output(target):
    """Return rows, and the largest distance of mean 0 and deviation 1, read in parts."""
    check = BatchStandardizer()
    for file in sorted(target.glob("*.parquet")):
        check.partial_fit(pq.read_table(file).to_pandas())
    wrong = max(np.abs(check.mean_).max(), np.abs(check.var_ - 1).max())
    return int(check.n_samples_seen_[0]), wrong


def main():
    """Write the data, run the engines, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=3.0)
    parser.add_argument("--allowed", type=float, default=1.0)
    parser.add_argument("--child", nargs=3)
    arguments = parser.parse_args()
    if arguments.child:
        child(*arguments.child)
        return
    n_files = round(arguments.gigabytes * 2**30 / (8 * N_COLUMNS * ROWS_OF_A_FILE))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "raw")
        source.mkdir()
        write_data(source, n_files)
        on_disk = sum(file.stat().st_size for file in source.iterdir())
        print(
            f"{n_files * ROWS_OF_A_FILE:,} rows of {N_COLUMNS} columns: "
            f"{arguments.gigabytes:.1f} GB in memory, {on_disk / 2**30:.1f} GB on disk, "
            f"{arguments.allowed:.1f} GB allowed"
        )
        learned = {}
        for engine in ENGINES:
            target = Path(folder, engine)
            found = run(engine, source, target, arguments.allowed)
            if "error" in found:
                print(f"{engine:10}: {found['error']}")
                continue
            learned[engine] = BatchStandardizer.from_dict(found["statistics"])
            n_rows, wrong = check_output(target)
            print(
                f"{engine:10}: {found['seconds']:.0f} s, peak {found['peak']:.2f} GB; "
                f"{n_rows:,} rows with mean 0 and variance 1 to {wrong:.0e}"
            )
    batches, dask = learned["by_batches"], learned["by_dask"]
    scale = np.abs(dask.scale_ / batches.scale_ - 1).max()
    location = (np.abs(dask.location_ - batches.location_) / batches.scale_).max()
    print(f"largest difference: scales {scale:.0e}, locations {location:.0e} scales")


if __name__ == "__main__":
    main()
