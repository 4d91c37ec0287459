"""The choices that tests run over."""

import itertools

LOCATIONS = ("mean", "median", "min", None)
SCALES = ("std", "rms", "maxabs", "range", "iqr", "mad", None)
PAIRS = list(itertools.product(LOCATIONS, SCALES))
MERGING = ("mean", "min", None, "std", "rms", "maxabs", "range")
MERGING_PAIRS = [pair for pair in PAIRS if set(pair) <= set(MERGING)]
