"""The choices that tests run over."""

import itertools
import re

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
