"""On a cluster of two worker processes, one of which may die."""

import os
import signal
import threading
import time

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.delayed import delayed
from distributed import Client, LocalCluster
from sklearn.base import clone

from cases import assert_equal_statistics
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer


@pytest.fixture(scope="module", name="client")
def two_processes():
    """Start two worker processes of one thread each."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        assert delayed(os.getpid)().compute() in client.run(os.getpid).values()
        yield client


@pytest.fixture(name="X")
def rows_at_an_offset(rng):
    """Return 400 rows at 1e8, some values missing."""
    X = rng.normal(size=(400, 5)) + 1e8
    X[rng.random(X.shape) < 0.05] = np.nan
    return X


@pytest.mark.parametrize("kind", ["array", "frame"])
def test_equal_to_numpy(client, kind, X):
    """fit, transform and the inverse of the three, to 1e-12."""
    D = da.from_array(X, chunks=(37, 5))
    if kind == "frame":
        frame = pd.DataFrame(X, columns=list("abcde"))
        D = dd.from_pandas(frame, npartitions=7)  # of more rows than a window
    for estimator in (
        BatchStandardizer(ddof=1),
        RowLayerNormalizer(append_statistics=True),
        LocalWindowNormalizer(51, axis="samples", align="past"),
        LocalWindowNormalizer(51, axis="samples", append_statistics=True),
    ):
        Z = estimator.fit(D).transform(D)
        found, expected = np.asarray(Z.compute()), clone(estimator).fit_transform(X)
        allowed = 1e-12 * np.maximum(1, np.abs(expected))
        assert np.all((np.abs(found - expected) <= allowed) | np.isnan(expected))
        if getattr(estimator, "append_statistics", True):
            restored = np.asarray(estimator.inverse_transform(Z).compute())
            np.testing.assert_allclose(restored, X, rtol=1e-14)


def test_a_worker_killed_in_the_middle_of_a_fit(client, X):
    """Its blocks are read again elsewhere, and nothing else changes."""

    def slow(block):
        time.sleep(0.1)
        return block

    blocks = [
        da.from_delayed(delayed(slow)(X[i : i + 10]), (10, 5), dtype=float)
        for i in range(0, 400, 10)
    ]
    D = da.concatenate(blocks)
    pids = client.run(os.getpid)
    victim = next(iter(pids.values()))
    timer = threading.Timer(1.0, os.kill, (victim, signal.SIGKILL))
    timer.start()
    standardizer = BatchStandardizer().fit(D)
    assert not timer.is_alive()  # or the fit was over before
    client.wait_for_workers(2, timeout=60)
    assert victim not in client.run(os.getpid).values()
    assert_equal_statistics(standardizer, BatchStandardizer().fit(X))
