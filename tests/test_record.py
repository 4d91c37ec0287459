"""to_dict and from_dict: exact to the bit; corrupt, oversized or newer is refused."""

import copy
import json
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from cases import PAIRS, assert_equal_statistics, full_text
from scales import OF_EXTREMA, OF_QUANTILES
from sknorm import BatchStandardizer

X = np.arange(12.0).reshape(4, 3) ** 2
REMEDY = "Pass the dict that to_dict returned, unchanged."


@pytest.mark.parametrize(("location", "scale"), PAIRS)
@pytest.mark.parametrize("named", [False, True])
def test_json_and_back_is_exact(location, scale, named, rng):
    """Through text, to the same bits: transform, inverse, attributes, learning."""
    X = rng.normal(size=(40, 4)).astype(np.float32) * [1, 1e-9, 1e9, 1] + [0, 1, 1e8, 3]
    X[:, 3] = np.nan
    X = pd.DataFrame(X, columns=list("abcd")) if named else X
    original = BatchStandardizer(location=location, scale=scale).fit(X)
    text = json.dumps(original.to_dict(), allow_nan=False)
    read = BatchStandardizer.from_dict(json.loads(text))
    assert read.get_params() == original.get_params()
    state, expected = vars(read), vars(original)
    assert set(state) == set(expected)
    for name in ("location_", "scale_", "_delta_", "mean_", "var_", "n_samples_seen_"):
        if expected[name] is None:
            assert state[name] is None
        else:
            np.testing.assert_array_equal(state[name], expected[name])
    seen = X.fillna(0) if named else np.nan_to_num(X)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "BatchStandardizer saw no values")
        Z = original.transform(seen)
        np.testing.assert_array_equal(read.transform(seen), Z)
        np.testing.assert_array_equal(
            read.inverse_transform(Z), original.inverse_transform(Z)
        )
    if hasattr(original, "partial_fit"):
        for estimator in (original, read):
            estimator.partial_fit(X)
        np.testing.assert_array_equal(read.transform(X), original.transform(X))
    assert json.dumps(read.to_dict()) == json.dumps(original.to_dict())


@pytest.mark.parametrize(
    "params",
    [
        {"feature_groups": [range(2), np.array([2, 3])]},
        {"feature_groups": np.int64(2)},
        {"feature_groups": [("c", "a")], "ddof": np.int64(1), "eps": np.float64(0.1)},
        {"momentum": 0.3, "copy": False},
    ],
    ids=str,
)
def test_parameters_in_json(params, rng):
    """NumPy's scalars, ranges and tuples become what JSON has."""
    X = pd.DataFrame(rng.normal(size=(9, 4)), columns=list("abcd"))
    original = BatchStandardizer(**params).partial_fit(X).partial_fit(X + 1)
    text = json.dumps(original.to_dict(), allow_nan=False)
    read = BatchStandardizer.from_dict(json.loads(text))
    Z = read.transform(X.copy())  # copy=False writes to it
    np.testing.assert_array_equal(Z, original.transform(X.copy()))
    assert_equal_statistics(
        read.partial_fit(X + 3), original.partial_fit(X + 3), rtol=0
    )


@pytest.mark.parametrize(
    "later",
    [{"scale": "rms"}, {"scale": "iqr"}, {"feature_groups": 1}, {"ddof": 1}],
    ids=str,
)
def test_parameters_changed_after_the_fit(later):
    """The record would not give what transform does."""
    changed = BatchStandardizer().fit(X).set_params(**later)
    text = (
        "The parameters of BatchStandardizer do not give the statistics in use: they "
        "were changed after the fit. Fit again, or set them back."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        changed.to_dict()
    with pytest.raises(NotFittedError):
        BatchStandardizer().to_dict()


def test_known_statistics_travel():
    """Extrema that are not known stay so."""
    known = BatchStandardizer.from_statistics([1.0, np.nan], [4.0, np.nan], [9, 0])
    read = BatchStandardizer.from_dict(json.loads(json.dumps(known.to_dict())))
    np.testing.assert_array_equal(read.location_, [1, np.nan])
    read.set_params(location="min")
    with pytest.raises(ValueError, match="need minimum and maximum"):
        read.partial_fit([[1.0, 2.0]])


def record_of(**params):
    """Return a good record, as JSON gives it back."""
    return json.loads(json.dumps(BatchStandardizer(**params).fit(X).to_dict()))


def changed(*path, value, **params):
    """Return a record with one entry replaced."""
    record = record_of(**params)
    entry = record
    for key in path[:-1]:
        entry = entry[key]
    entry[path[-1]] = value
    return record


def without(key):
    """Return a record that lacks an entry."""
    record = record_of()
    del record[key]
    return record


def entry(name, expected, got):
    """Return the text of an error."""
    return f"The entry {name!r} of the record must be {expected}. Got {got}. {REMEDY}"


CORRUPT = {
    "another format": (
        changed("format", value="pickle"),
        entry("format", "'sknorm.BatchStandardizer'", "'pickle'"),
    ),
    "nothing": ({}, entry("format", "'sknorm.BatchStandardizer'", "None")),
    "newer": (
        changed("version", value=2),
        "The record has version 2, and this sknorm reads version 1. Update sknorm, or "
        "write the record with this one.",
    ),
    "older than any": (changed("version", value=0), entry("version", "1", "0")),
    "version as text": (changed("version", value="1"), entry("version", "1", "'1'")),
    "version true": (changed("version", value=True), entry("version", "1", "True")),
    "an entry missing": (
        without("moments"),
        f"The entry 'record' of the record lacks 'moments'. {REMEDY}",
    ),
    "an entry too many": (
        changed("extra", value=1),
        f"The entry 'record' of the record has unknown 'extra'. {REMEDY}",
    ),
    "an unknown parameter": (
        changed("params", "skale", value=1),
        f"The entry 'params' of the record has unknown 'skale'. {REMEDY}",
    ),
    "no parameters": (
        changed("params", value=[]),
        entry("params", "a dict", "[]"),
    ),
    "columns as text": (
        changed("n_features_in", value="3"),
        entry("n_features_in", "an int from 1 to 10000000", "'3'"),
    ),
    "too many columns": (
        changed("n_features_in", value=10**12),
        entry("n_features_in", "an int from 1 to 10000000", "1000000000000"),
    ),
    "other number of columns": (
        changed("n_features_in", value=4),
        entry("n_samples_seen", "a list of 4 numbers", "3 items"),
    ),
    "names as text": (
        changed("feature_names_in", value="abc"),
        entry("feature_names_in", "a list or None", "'abc'"),
    ),
    "names of another kind": (
        changed("feature_names_in", value=["a", "b", 3]),
        "feature_names_in must hold 3 names (str), one a column. Got 'a', 'b', 3.",
    ),
    "dtype": (
        changed("dtype", value=["float64"]),
        entry("dtype", "'float64' or 'float32'", "['float64']"),
    ),
    "too long": (
        changed("moments", "shift", value=[0.0] * 10_000),
        entry("moments.shift", "a list of 3 numbers", "10000 items"),
    ),
    "a number as text": (
        changed("moments", "shift", 1, value="1.5"),
        entry("moments.shift", "a list of numbers", "'1.5'"),
    ),
    "a number as bool": (
        changed("moments", "m2", 1, value=True),
        entry("moments.m2", "a list of numbers", "True"),
    ),
    "a number as list": (
        changed("moments", "m2", 1, value=[1.0]),
        entry("moments.m2", "a list of numbers", "[1.0]"),
    ),
    "a huge int": (
        changed("moments", "count", value=[4, 4, 10**400]),
        entry("moments.count", "a list of numbers that fit into float64", "[4, 4, "),
    ),
    "moments.count missing": (
        changed("moments", value={"count": [4, 4, 4]}),
        "The entry 'moments' of the record lacks 'delta', 'm2', 'max', 'min', "
        f"'shift', 'sum_w2'. {REMEDY}",
    ),
    "negative samples": (
        changed("n_samples_seen", 0, value=-1.0),
        entry(
            "n_samples_seen",
            "finite, and above 0 where there are values",
            "others at place 0",
        ),
    ),
    "quantiles of nothing": (
        changed("quantiles", value={}),
        entry("quantiles", "None for these parameters", "{}"),
    ),
    "quantiles missing": (
        changed("quantiles", value=None, scale="mad"),
        entry("quantiles", "a dict", "None"),
    ),
    "a negative range": (
        changed("quantiles", "iqr", 2, value=-1.0, scale="iqr"),
        entry("quantiles", "the quantiles of values", "others at place 2"),
    ),
}
BAD_MOMENTS = {
    "count": (-1.0, "NaN", "Infinity", 0.0, 0.5),
    "shift": ("NaN", "Infinity", 1e300, -5.0),
    "delta": (1e9, "NaN"),
    "m2": (-1.0, "NaN", "Infinity", 1e300),
    "min": (1e9, "Infinity", "-Infinity", "NaN"),
    "max": (-1e9, "Infinity", "NaN"),
    "sum_w2": (0.0, -1.0, "NaN", 1e300),
}


def test_what_is_too_large_for_numbers_and_lists():
    """Refused by a clear error, before memory is taken."""
    nested = []
    for _ in range(100_000):
        nested = [nested]
    for path, value in (
        (("params", "ddof"), 10**400),
        (("params", "feature_groups"), nested),
    ):
        with pytest.raises(ValueError, match="The record holds a number or a list"):
            BatchStandardizer.from_dict(changed(*path, value=value))
    many = changed("params", "feature_groups", value=10**7)
    many["n_features_in"] = 10**7
    with pytest.raises(ValueError, match="a list of 10000000 numbers"):
        BatchStandardizer.from_dict(many)


def test_counts_that_contradict_each_other():
    """Values were seen where there are moments, and nowhere else."""
    with pytest.raises(ValueError, match="above 0 where there are values"):
        BatchStandardizer.from_dict(changed("n_samples_seen", 1, value=0.0))


@pytest.mark.parametrize("location", ["median", "min", None])
@pytest.mark.parametrize("scale", [*OF_EXTREMA, *OF_QUANTILES])
def test_sums_that_overflow_travel(location, scale):
    """Where no mean is asked for, the squares of values may overflow."""
    original = BatchStandardizer(location=location, scale=scale)
    original.fit([[1e200], [-1e200], [0.0]])
    text = json.dumps(original.to_dict(), allow_nan=False)
    read = BatchStandardizer.from_dict(json.loads(text))
    np.testing.assert_array_equal(read.scale_, original.scale_)


def test_the_record_is_not_shared():
    """Changing it later changes nothing in the estimator."""
    record = record_of(feature_groups=[[0, 1]])
    estimator = BatchStandardizer.from_dict(record)
    record["params"]["feature_groups"][0].append(2)
    assert estimator.feature_groups == [[0, 1]]


def test_eps_of_float32():
    """It counts as the float64 that JSON holds."""
    original = BatchStandardizer(eps=np.float32(0.1)).fit(X)
    read = BatchStandardizer.from_dict(json.loads(json.dumps(original.to_dict())))
    np.testing.assert_array_equal(read.scale_, original.scale_)


@pytest.mark.parametrize("kind", CORRUPT)
def test_corrupt_records(kind):
    """The entry by name, what was expected, what came, the remedy."""
    record, text = CORRUPT[kind]
    pattern = full_text(text)
    if kind == "a huge int":
        pattern = pattern.split("Got")[0]
    with pytest.raises(ValueError, match=pattern):
        BatchStandardizer.from_dict(record)


@pytest.mark.parametrize(
    ("field", "value"), [(f, v) for f, values in BAD_MOMENTS.items() for v in values]
)
def test_moments_of_no_values(field, value):
    """Numbers that no values have."""
    record = changed("moments", field, 1, value=value)
    text = entry("moments", "the moments of values", "others at place 1")
    with pytest.raises(ValueError, match=full_text(text)):
        BatchStandardizer.from_dict(record)


@pytest.mark.parametrize("wrong", ["{}", [], None, 3, b"{}"])
def test_something_else_than_a_dict(wrong):
    """Text is read by json.loads first."""
    with pytest.raises(TypeError, match=r"takes a dict, as to_dict returns it\. Got"):
        BatchStandardizer.from_dict(wrong)


@pytest.mark.parametrize(
    "params",
    [{"scale": "iqq"}, {"ddof": -1}, {"momentum": 5}, {"copy": "yes"}],
    ids=str,
)
def test_parameters_are_checked(params):
    """By the sentence of a fit."""
    ((name, value),) = params.items()
    with pytest.raises(ValueError, match=f"The '{name}' parameter of BatchStand"):
        BatchStandardizer.from_dict(changed("params", name, value=value))


@pytest.mark.parametrize("groups", [2, [[0, 7]], [["a"]], [[0], [0]], [[[]]], [0]])
def test_groups_are_checked(groups):
    """By the sentences of a fit, too."""
    with pytest.raises((ValueError, TypeError), match="feature_groups"):
        BatchStandardizer.from_dict(changed("params", "feature_groups", value=groups))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.data(), json_values)
def test_any_change_is_refused_or_harmless(data, value):
    """A record with an entry replaced by anything: a clear error, or an estimator."""
    record = copy.deepcopy(record_of(scale=data.draw(st.sampled_from(["std", "iqr"]))))
    place, key = record, data.draw(st.sampled_from(sorted(record)))
    while isinstance(place[key], (dict, list)) and data.draw(st.booleans()):
        place = place[key]
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
    place[key] = value
    try:
        estimator = BatchStandardizer.from_dict(record)
    except (ValueError, TypeError):
        return
    z = estimator.transform(np.ones((2, estimator.n_features_in_)))
    assert np.isfinite(z).all()
