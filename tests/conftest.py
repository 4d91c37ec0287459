"""What every test run shares: its profile, and a header that names the kernels."""

from pathlib import Path

import hypothesis
import numpy as np
import pytest

import sknorm
from cases import lagged
from sknorm._kernels import IMPLEMENTATION

TESTS = Path(__file__).parent

# Choose with `pytest --hypothesis-profile=quick`.
hypothesis.settings.register_profile("full", max_examples=200, deadline=None)
hypothesis.settings.register_profile("quick", max_examples=20, deadline=None)
hypothesis.settings.load_profile("full")


def pytest_report_header() -> str:
    """Name the package under test, so that no log leaves it open."""
    return f"sknorm: {IMPLEMENTATION} kernels, {Path(sknorm.__file__).parent}"


# Tests that need more than the extra `test`: each folder is a job of its own.
APART = {"notebook", "site", "with_dask"}


def pytest_ignore_collect(collection_path, config):
    """Leave the folders of APART out, unless they are asked for."""
    if collection_path.parent != TESTS or collection_path.name not in APART:
        return None
    here = config.invocation_params.dir
    named = [(here / a.partition("::")[0]).resolve() for a in config.args]
    asked = any(path.is_relative_to(collection_path) for path in named)
    return None if asked else True


@pytest.fixture
def rng():
    """Return a generator of its own for each test."""
    return np.random.default_rng(0)


@pytest.fixture(name="forecast")
def lagged_walk(rng):
    """Return 120 rows of 8 lags of a random walk, and the next value."""
    return lagged(rng.normal(size=128).cumsum() + 50, 8)
