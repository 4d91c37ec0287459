"""Checked by mypy --strict, never run: the interface as a typed user meets it."""

from typing import assert_type

import numpy as np

import sknorm
from sknorm import BatchStandardizer

standardizer = BatchStandardizer(
    location="median",
    scale=None,
    ddof=1,
    eps=1e-5,
    feature_groups=[["a", 1], [2]],
    momentum=0.1,
    copy=False,
)
X = np.zeros((3, 2))
assert_type(standardizer.fit(X), BatchStandardizer)
assert_type(standardizer.partial_fit(X, sample_weight=[1, 2, 3]), BatchStandardizer)
assert_type(sknorm.__version__, str)
assert_type(sknorm.show_versions(), None)
Z = standardizer.inverse_transform(standardizer.transform(X))

BatchStandardizer(location="meen")  # type: ignore[arg-type]
BatchStandardizer("mean")  # type: ignore[call-arg]
