"""Checked by mypy --strict, never run: the interface as a typed user meets it."""

from typing import assert_type

import numpy as np

import sknorm
from sknorm import (
    BatchStandardizer,
    LocalWindowNormalizer,
    RowLayerNormalizer,
    RowNormalizedRegressor,
    Statistics,
)

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
assert_type(standardizer.merge(standardizer, standardizer), BatchStandardizer)
known = BatchStandardizer.from_statistics([0.0], [1.0], 5, feature_names_in=["a"])
assert_type(known, BatchStandardizer)
assert_type(BatchStandardizer.from_dict(known.to_dict()), BatchStandardizer)

normalizer = RowLayerNormalizer(
    location=None,
    scale="rms",
    feature_groups=2,
    ddof=0,
    eps=1e-5,
    keep_statistics=False,
    append_statistics=True,
)
assert_type(normalizer.fit(X), RowLayerNormalizer)
key = normalizer.statistics(X)
assert_type(key, Statistics)
assert_type(key[:2], Statistics)
assert_type(len(key), int)
assert_type(normalizer.statistics_, Statistics)
Z = normalizer.inverse_transform(normalizer.fit_transform(X), statistics=key)

windows = LocalWindowNormalizer(
    (9, 9, 1),
    axis="features",
    sample_shape=(32, 32, 3),
    align="center",
    edge="mirror",
    weights="gaussian",
    location=None,
    scale="std",
    ddof=0,
    eps=0.0,
    keep_statistics=True,
    append_statistics=False,
)
assert_type(windows.fit(X), LocalWindowNormalizer)
assert_type(windows.statistics(X, history=X), Statistics)
Z = windows.transform(X, history=X)

regressor = RowNormalizedRegressor(object(), normalizer, target_group=1)
assert_type(regressor.fit(X, X), RowNormalizedRegressor)
Z = regressor.predict(X)

LocalWindowNormalizer(align="left")  # type: ignore[arg-type]
RowLayerNormalizer(scale="iqq")  # type: ignore[arg-type]
RowLayerNormalizer("mean")  # type: ignore[call-arg]
normalizer.inverse_transform(Z, statistics=1)  # type: ignore[arg-type]
BatchStandardizer(location="meen")  # type: ignore[arg-type]
BatchStandardizer("mean")  # type: ignore[call-arg]
