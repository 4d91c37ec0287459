"""What the tests with Dask share: a scheduler, and data."""

import dask
import numpy as np
import pytest


@pytest.fixture
def threads():
    """Use the scheduler of threads, also where a cluster is still there."""
    with dask.config.set(scheduler="threads"):
        yield


@pytest.fixture(name="X")
def hard_data(rng):
    """Return 100 rows at offsets up to 1e8, some values missing."""
    X = rng.normal(loc=[0, 1, 1e8, -1e4, 5, 7], size=(100, 6))
    X[rng.random(X.shape) < 0.05] = np.nan
    return X
