"""The choices that tests run over."""

import itertools
import re

import pytest

LOCATIONS = ("mean", "median", "min", None)
SCALES = ("std", "rms", "maxabs", "range", "iqr", "mad", None)
PAIRS = list(itertools.product(LOCATIONS, SCALES))
MERGING = ("mean", "min", None, "std", "rms", "maxabs", "range")
MERGING_PAIRS = [pair for pair in PAIRS if set(pair) <= set(MERGING)]

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
