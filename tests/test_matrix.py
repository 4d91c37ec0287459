"""The resolution of data: that of the dtype that the estimators would work in."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from sknorm import BatchStandardizer, RowLayerNormalizer
from sknorm.inspection import covariate_shift
from sknorm.inspection._matrix import matrix_of
from sknorm.inspection._release import released

SINGLE, DOUBLE = 2.0**-23, 2.0**-52


def frame_of(*dtypes):
    """Return a dataframe of pandas with a column of each dtype."""
    return pd.DataFrame({t: pd.Series([0, 1, 1]).astype(t) for t in dtypes})


def polars_of(*dtypes):
    """Return the same of polars."""
    return pl.DataFrame({f"{t}": pl.Series([0, 1, 1]).cast(t) for t in dtypes})


DATA = {
    "lists": ([[0], [1], [1]], DOUBLE),
    "float64": (frame_of("float64").to_numpy(), DOUBLE),
    "float32": (frame_of("float32").to_numpy(), SINGLE),
    "float32, swapped bytes": (frame_of("float32").to_numpy().astype(">f4"), SINGLE),
    "float16": (frame_of("float16").to_numpy(), DOUBLE),
    "int16": (frame_of("int16").to_numpy(), DOUBLE),
    "frame of float32": (frame_of("float32"), SINGLE),
    "frame of float32 and float16": (frame_of("float32", "float16"), SINGLE),
    "frame of float32 and int16": (frame_of("float32", "int16"), SINGLE),
    "frame of float32 and bool": (frame_of("float32", "bool"), SINGLE),
    "frame of float32 and int32": (frame_of("float32", "int32"), DOUBLE),
    "frame of float32 and float64": (frame_of("float32", "float64"), DOUBLE),
    "frame of nullable Float32": (frame_of("Float32"), SINGLE),
    "frame of Arrow's float": (frame_of("float[pyarrow]"), SINGLE),
    "table of Arrow": (pa.table({"a": [0.0, 1.0, 1.0]}), DOUBLE),
    "polars, float32": (polars_of(pl.Float32), SINGLE),
    "polars, float32 and int16": (polars_of(pl.Float32, pl.Int16), DOUBLE),
}


@pytest.mark.parametrize("kind", DATA)
def test_resolution_is_that_of_the_dtype_in_use(kind):
    """Of whatever comes, and in float64 without a loss."""
    X, expected = DATA[kind]
    matrix = matrix_of("f", X, "X")
    assert matrix.resolution == expected
    assert matrix.values.dtype == np.float64
    assert (matrix.values == [[0.0], [1.0], [1.0]]).all()
    used = RowLayerNormalizer(location=None, scale=None).fit_transform(X).dtype
    assert np.finfo(used).eps == expected


def test_all_reports_have_the_same_resolution():
    """A frame of float32 and int16 is float32 wherever it comes in."""
    X = frame_of("float32", "int16").assign(float32=np.float32([1, 1 + 2**-23, 1]))
    estimator = BatchStandardizer().fit(X)
    assert released("f", estimator, X).resolution == SINGLE
    report = covariate_shift(estimator, X)
    assert report.reason[0] == "constant in the reference, and the same in X"
