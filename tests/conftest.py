"""What every test run shares: its profile, and a header that names the kernels."""

from pathlib import Path

import hypothesis
import numpy as np
import pytest

import sknorm
from cases import lagged
from sknorm._kernels import IMPLEMENTATION

# Choose with `pytest --hypothesis-profile=quick`.
hypothesis.settings.register_profile("full", max_examples=200, deadline=None)
hypothesis.settings.register_profile("quick", max_examples=20, deadline=None)
hypothesis.settings.load_profile("full")


def pytest_report_header() -> str:
    """Name the package under test, so that no log leaves it open."""
    return f"sknorm: {IMPLEMENTATION} kernels, {Path(sknorm.__file__).parent}"


# Tests that need more than the extra `test`: each folder is a job of its own.
APART = {"with_dask", "site"}


def pytest_ignore_collect(collection_path, config):
    """Leave the folders of APART out, unless they are asked for."""
    name = collection_path.name
    asked = any(name in argument for argument in config.args)
    return True if name in APART and not asked else None


@pytest.fixture
def rng():
    """Return a generator of its own for each test."""
    return np.random.default_rng(0)


@pytest.fixture(name="forecast")
def lagged_walk(rng):
    """Return 120 rows of 8 lags of a random walk, and the next value."""
    return lagged(rng.normal(size=128).cumsum() + 50, 8)
