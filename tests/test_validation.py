"""What goes in, and what the errors say."""

from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from cases import NUMBERS, assert_refused, full_text
from sknorm import BatchStandardizer

X = np.arange(12.0).reshape(4, 3) ** 2
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])
WITH_GAP = np.array([[1.0, 2.0], [np.nan, 4.0], [5.0, 9.0]])


def with_infinity(infinity=np.inf):
    """Return X with an infinity in row 2, column 1."""
    spoilt = X.copy()
    spoilt[2, 1] = infinity
    return spoilt


READABLE = {
    "list": WITH_GAP.tolist(),
    "F-ordered": np.asfortranarray(WITH_GAP),
    "object of numbers": WITH_GAP.astype(object),
    "object with None": np.where(np.isnan(WITH_GAP), None, WITH_GAP),
    "float16": WITH_GAP.astype(np.float16),
    "long double": WITH_GAP.astype(np.longdouble),
    "masked": np.ma.masked_invalid(WITH_GAP),
    "masked integers": np.ma.array(
        np.nan_to_num(WITH_GAP).astype(int), mask=np.isnan(WITH_GAP)
    ),
    "pandas": pd.DataFrame(WITH_GAP),
    "pandas nullable": pd.DataFrame(WITH_GAP, columns=["a", "b"]).astype("Int64"),
    "pandas Float64": pd.DataFrame(WITH_GAP, columns=["a", "b"]).astype("Float64"),
    "Arrow": pd.DataFrame(WITH_GAP, columns=["a", "b"]).astype("double[pyarrow]"),
    "Arrow integers": pd.DataFrame(
        {
            c: pd.array(v, dtype="int64[pyarrow]")
            for c, v in {"a": [1, None, 5], "b": [2, 4, 9]}.items()
        }
    ),
    "pandas object": pd.DataFrame(
        {"a": np.array([1, None, 5], dtype=object), "b": [2, 4, 9]}
    ),
    "polars with null": pl.DataFrame({"a": [1, None, 5], "b": [2.0, 4.0, 9.0]}),
}


@pytest.mark.parametrize("kind", READABLE)
def test_readable(kind):
    """Numbers of every kind are float64 with NaN where they are missing."""
    expected = BatchStandardizer().fit_transform(WITH_GAP)
    Z = BatchStandardizer().fit_transform(READABLE[kind])
    assert Z.dtype == np.float64
    np.testing.assert_array_equal(Z, expected)


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint32, np.bool])
def test_whole_numbers_become_float64(dtype):
    """Integers and bool become float64."""
    whole = np.array([[0, 1], [1, 1], [1, 0]], dtype=dtype)
    Z = BatchStandardizer().fit_transform(whole)
    assert Z.dtype == np.float64
    np.testing.assert_array_equal(
        Z, BatchStandardizer().fit_transform(whole.astype(np.float64))
    )


@pytest.mark.parametrize(
    "frame",
    [
        FRAME.astype(np.float32),
        FRAME.astype("Float32"),
        FRAME.astype("float[pyarrow]"),
        pl.DataFrame(X.astype(np.float32)),
    ],
    ids=["pandas", "nullable", "Arrow", "polars"],
)
def test_frames_of_float32_stay_float32(frame):
    """A frame of float32 columns gives float32; one float64 column gives float64."""
    estimator = BatchStandardizer().fit(frame)
    Z = estimator.transform(frame)
    assert Z.dtype == np.float32
    np.testing.assert_array_equal(
        Z, BatchStandardizer().fit_transform(X.astype(np.float32))
    )
    assert (
        BatchStandardizer()
        .set_output(transform="default")
        .fit(FRAME.astype({"a": np.float32}))
        .transform(FRAME.astype({"a": np.float32}))
        .dtype
        == np.float64
    )


@pytest.mark.parametrize("order", ["<", ">"])
def test_byte_order_does_not_matter(order):
    """float32 and float64 stay what they are in either byte order."""
    for dtype in ("f4", "f8"):
        Z = BatchStandardizer().fit_transform(X.astype(order + dtype))
        assert Z.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(
            Z, BatchStandardizer().fit_transform(X.astype(dtype))
        )


def test_a_lazy_frame_is_refused():
    """What is not computed yet has no numbers."""
    text = (
        "X must be an array or a dataframe. Got LazyFrame, which has not been computed "
        "yet. Call X.collect() first."
    )
    with pytest.raises(TypeError, match=full_text(text)):
        BatchStandardizer().fit(pl.DataFrame(X).lazy())


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1)])
def test_one_row_or_one_column(shape, rng):
    """One row is constant: z is 0; one column is a column."""
    X = rng.normal(size=shape)
    Z = BatchStandardizer().fit_transform(X)
    if shape[0] == 1:
        assert not Z.any()
    else:
        assert Z.std() == pytest.approx(1)


INFINITE = (
    "Input X contains infinity or a value too large for dtype('{dtype}'), the first in "
    "row 2, column {column}. BatchStandardizer takes NaN for missing values: replace "
    "infinities by NaN, or leave these rows out."
)


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize(
    "method", ["fit", "partial_fit", "transform", "inverse_transform"]
)
def test_infinities_are_refused(method, copy, order, dtype, infinity):
    """Each method refuses infinities by their place, and changes nothing before."""
    spoilt = np.array(with_infinity(infinity), dtype=dtype, order=order)
    before = spoilt.copy()
    estimator = BatchStandardizer(copy=copy).fit(X)
    text = INFINITE.format(dtype=dtype, column=1)
    with pytest.raises(ValueError, match=full_text(text)):
        getattr(estimator, method)(spoilt)
    np.testing.assert_array_equal(spoilt, before)


@pytest.mark.parametrize("copy", [True, False])
def test_infinities_are_named_by_column(copy):
    """The column is named where it has a name, in subsets and other orders too."""
    frame = pd.DataFrame(with_infinity(), columns=["a", "b", "c"])
    text = INFINITE.format(dtype="float64", column="'b'")
    estimator = BatchStandardizer(copy=copy).fit(FRAME)
    for columns in (["a", "b", "c"], ["b"], ["c", "b"], ["b", "a", "c"]):
        with pytest.raises(ValueError, match=full_text(text)):
            estimator.inverse_transform(frame[columns])
    for method in (estimator.fit, estimator.transform):
        with pytest.raises(ValueError, match=full_text(text)):
            method(frame)


def test_warnings_name_columns_of_subsets():
    """Overflow and columns never seen are named by the columns of X."""
    frame = FRAME.assign(d=np.nan)
    estimator = BatchStandardizer().fit(frame)
    huge = pd.DataFrame({"d": [np.nan], "c": [1.7e308], "a": [0.0]})
    with pytest.warns(RuntimeWarning, match="the results for columns 'c' do not fit"):
        estimator.inverse_transform(huge)
    with pytest.warns(UserWarning, match="saw no values of columns 'd' in fit"):
        estimator.inverse_transform(huge[["d", "a"]].fillna(1.0))


@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csc_array])
def test_infinities_in_sparse(container):
    """Stored infinities are refused by their place."""
    estimator = BatchStandardizer(location=None)
    text = INFINITE.format(dtype="float64", column=1)
    with pytest.raises(ValueError, match=full_text(text)):
        estimator.fit(container(with_infinity()))
    estimator.fit(container(X))
    for method in (estimator.transform, estimator.inverse_transform):
        with pytest.raises(ValueError, match=full_text(text)):
            method(container(with_infinity()))


@pytest.mark.parametrize("location", ["mean", "median"])
def test_infinities_of_weight_0(location):
    """A sample of weight 0 counts for nothing, but is validated."""
    with pytest.raises(ValueError, match="contains infinity"):
        BatchStandardizer(location=location).fit(
            with_infinity(), sample_weight=[1, 1, 0, 1]
        )


TEXTS = {
    "words": ([["a", "b"]], "'a'"),
    "numerals": (np.array([["1", "2"]]), "'1'"),
    "object": (np.array([[1, "2"]], dtype=object), "'2'"),
    "bytes": (np.array([[b"1"]]), "\"b'1'\""),
    "pandas": (pd.DataFrame({"a": [1], "b": ["2"]}), "'2'"),
    "Arrow": (pd.DataFrame({"b": pd.array(["2"], dtype="string[pyarrow]")}), "'2'"),
    "category": (pd.DataFrame({"b": pd.Categorical(["2"])}), "'2'"),
    "polars": (pl.DataFrame({"a": [1], "b": ["2"]}), "'2'"),
    "dates with a time zone": (
        pd.DataFrame({"a": pd.to_datetime(["2020-01-02"], utc=True)}),
        "'2020-01-02 00:00:00+00:00'",
    ),
    "Arrow dates": (
        pd.DataFrame({"a": pd.array([date(2020, 1, 2)], dtype="date32[pyarrow]")}),
        "'2020-01-02'",
    ),
    "a list of dates": ([[date(2020, 1, 2), 1.0]], "'2020-01-02'"),
    "durations": (
        pd.DataFrame({"a": pd.to_timedelta([1], unit="D").as_unit("s")}),
        "'86400 seconds'",
    ),
    "dates": (np.array([["2020-01-02"]], dtype="M8[D]"), "'2020-01-02'"),
    "polars dates": (
        pl.DataFrame({"a": np.array(["2020-01-02"], dtype="M8[D]")}),
        "'2020-01-02'",
    ),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_and_dates_are_refused(kind):
    """Text, numerals included, and dates are no numbers; the first one is shown."""
    data, value = TEXTS[kind]
    text = NUMBERS.format(name="X", value=value)
    with pytest.raises(ValueError, match=full_text(text)):
        BatchStandardizer().fit(data)


REFUSED = {
    "complex": (X * 1j, "Complex data not supported"),
    "1-D": (X[0], "Expected 2D array, got 1D array instead"),
    "3-D": (X[None], "Found array with dim 3"),
    "no rows": (X[:0], r"Found array with 0 sample\(s\) \(shape=\(0, 3\)\)"),
    "no columns": (X[:, :0], r"Found array with 0 feature\(s\) \(shape=\(4, 0\)\)"),
    "ragged": ([[1], [1, 2]], "inhomogeneous shape"),
    "names twice": (
        pd.DataFrame(X, columns=["a", "b", "a"]),
        full_text(
            "The column names of X must be unique. Got more than once: 'a'. Rename or "
            "drop columns."
        ),
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_in_fit(kind):
    """scikit-learn's own texts where it has them; the state stays as it was."""
    data, pattern = REFUSED[kind]
    assert_refused(BatchStandardizer().fit(X), ValueError, pattern, data)


def test_wrong_columns_in_transform():
    """Number, names and order of the columns must be those of fit."""
    estimator = BatchStandardizer().fit(FRAME)
    expecting = (
        "X has 2 features, but BatchStandardizer is expecting 3 features as input"
    )
    with pytest.raises(ValueError, match=f"^{expecting}.$"):
        BatchStandardizer().fit(X).transform(X[:, :2])
    with pytest.raises(ValueError, match="Feature names unseen at fit time:\n- z\n"):
        estimator.transform(FRAME.rename(columns={"a": "z"}))
    with pytest.raises(ValueError, match="must be in the same order"):
        estimator.transform(FRAME[["b", "a", "c"]])


def test_wrong_columns_in_inverse():
    """The inverse takes subsets by name, and nothing that it would have to guess."""
    estimator = BatchStandardizer().fit(FRAME)
    text = (
        "X has 2 features, but BatchStandardizer is expecting 3 features as input. "
        "Some of the columns can be restored from a dataframe with the names seen in "
        "fit."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        estimator.inverse_transform(X[:, :2])
    text = (
        "X has the columns 'y', 'z', which BatchStandardizer did not see in fit. Any "
        "subset of the columns seen there can be restored, in any order: 'a', 'b', 'c'."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        estimator.inverse_transform(FRAME.rename(columns={"a": "y", "c": "z"}))
    with pytest.raises(ValueError, match=r"must be unique\. Got more than once: 'a'"):
        estimator.inverse_transform(FRAME[["a", "a"]])


def test_an_array_after_a_frame_is_told_apart():
    """scikit-learn's warning comes through: nobody checked the order of the columns."""
    standardizer = BatchStandardizer().fit(pd.DataFrame({"a": [1.0, 2.0], "b": 0.0}))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        standardizer.transform(np.ones((2, 2)))
