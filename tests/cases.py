"""The choices that tests run over."""

import itertools
import re

import numpy as np
import pytest

from scales import OF_QUANTILES, SCALES

LOCATIONS = {"mean": np.mean, "median": np.median, "min": np.min, None: lambda x: 0.0}
PAIRS = list(itertools.product(LOCATIONS, (*SCALES, None)))
MERGING_PAIRS = [pair for pair in PAIRS if not {"median", *OF_QUANTILES} & set(pair)]

NUMBERS = (
    "{name} must hold numbers. Got {value}. Convert text with pandas.to_numeric, "
    "encode categories and dates, or leave them out."
)


def full_text(text):
    """Return a pattern that matches this text and no other."""
    return f"^{re.escape(text)}$"


def assert_refused(estimator, error, pattern, *args, **kwargs):
    """Check that both ways of fitting raise, and leave the state exactly as it was."""
    before = dict(vars(estimator))
    for method in (estimator.fit, estimator.partial_fit):
        with pytest.raises(error, match=pattern):
            method(*args, **kwargs)
    assert vars(estimator) == before


def assert_equal_statistics(merged, whole, rtol=1e-12):
    """Compare what was learned: means to 1e-12 std, stds to 1e-12 relative."""
    std = np.sqrt(whole._moments_.variance)
    for name in ("location_", "scale_", "mean_", "var_", "n_samples_seen_"):
        here, there = getattr(merged, name), getattr(whole, name)
        assert (here is None) == (there is None)
        if here is None:
            continue
        if name in ("location_", "mean_"):
            groups = whole._groups_
            error = np.abs(here - there)
            spread = std if groups is None else std[groups]
            allowed = rtol * spread + np.spacing(np.abs(there))
            assert np.all((error <= allowed) | np.isnan(there))
            np.testing.assert_array_equal(np.isnan(here), np.isnan(there))
        else:
            np.testing.assert_allclose(here, there, rtol=rtol)


def lagged(series, n_lags, n_ahead=1):
    """Return lagged values and what follows them."""
    view = np.lib.stride_tricks.sliding_window_view(series, n_lags + n_ahead)
    y = view[:, n_lags:]
    return view[:, :n_lags].copy(), y[:, 0].copy() if n_ahead == 1 else y.copy()
