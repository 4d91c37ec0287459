"""merge, from_statistics, to_dict, from_dict: statistics that travel."""

import pickle
import statistics
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from cases import MERGING_PAIRS, assert_equal_statistics, full_text
from scales import OF_VARIANCE, quoted
from sknorm import BatchStandardizer, RowLayerNormalizer
from strategies import matrices

dtypes = (np.float64, np.float32)


@st.composite
def merges(draw):
    """Draw data, weights, parameters, and a tree of merges over a split."""
    X = draw(matrices(dtypes=dtypes, min_rows=2))
    location, scale = draw(st.sampled_from(MERGING_PAIRS))
    params = {"location": location, "scale": scale}
    if X.shape[1] > 1 and draw(st.booleans()):
        params["feature_groups"] = [[0, X.shape[1] - 1]]
    weight = None
    if draw(st.booleans()):
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        weight = rng.choice([0.0, 0.5, 1.0, 3.0], len(X))
    elif scale == "std":
        params["ddof"] = draw(st.sampled_from([0, 1, 3]))
    cuts = draw(st.lists(st.integers(1, len(X) - 1), unique=True, max_size=6))
    return X, weight, params, sorted(cuts), draw(st.randoms())


def fitted(params, X, weight):
    """Fit, or return None where all weights are 0, which no fit takes."""
    if weight is not None and not weight.any():
        return None
    return BatchStandardizer(**params).fit(X, sample_weight=weight)


@given(merges())
def test_any_tree_of_merges_is_one_fit(case):
    """Parts of one row, all NaN, of weights 0; any order and grouping."""
    X, weight, params, cuts, random = case
    whole = fitted(params, X, weight)
    assume(whole is not None)
    weights = [None] * (len(cuts) + 1) if weight is None else np.split(weight, cuts)
    rows = np.split(X, cuts)
    parts = [fitted(params, x, w) for x, w in zip(rows, weights, strict=True)]
    parts = [part for part in parts if part is not None]
    random.shuffle(parts)
    while len(parts) > 1:
        n = random.randint(2, len(parts))
        parts = [*parts[n:], parts[0].merge(*parts[1:n])]
        random.shuffle(parts)
    assert_equal_statistics(parts[0], whole)
    assert parts[0].get_params() == whole.get_params()


def test_weights_and_ddof_merge(rng):
    """Whole weights act as repeated rows, for ddof, too."""
    X, weight = rng.normal(size=(12, 2)), rng.integers(0, 4, 12)
    halves = [
        BatchStandardizer(ddof=2).fit(X[part], sample_weight=weight[part])
        for part in (slice(6), slice(6, None))
    ]
    whole = BatchStandardizer(ddof=2).fit(np.repeat(X, weight, axis=0))
    assert_equal_statistics(halves[0].merge(halves[1]), whole)


@pytest.mark.parametrize(("location", "scale"), MERGING_PAIRS)
def test_merge_goes_on_learning(location, scale, rng):
    """A merged estimator is a fitted one: it transforms, learns and merges."""
    X = rng.normal(loc=[0, 1e8, -5], size=(90, 3))
    a, b, c = (
        BatchStandardizer(location=location, scale=scale).fit(x) for x in np.split(X, 3)
    )
    states = [pickle.dumps(part) for part in (a, b)]
    merged = a.merge(b)
    assert [pickle.dumps(part) for part in (a, b)] == states
    assert_equal_statistics(merged.partial_fit(X[60:]), a.merge(b, c))
    whole = BatchStandardizer(location=location, scale=scale).fit(X)
    np.testing.assert_allclose(merged.transform(X), whole.transform(X), atol=1e-12)
    alone = a.merge()
    assert alone is not a
    np.testing.assert_array_equal(alone.transform(X), a.transform(X))


def test_merge_of_frames_keeps_names_and_output(rng):
    """Frames with the same names; the output container is that of the first."""
    X = pd.DataFrame(rng.normal(size=(10, 2)), columns=["a", "b"])
    parts = [
        BatchStandardizer().set_output(transform="pandas").fit(part)
        for part in (X[:4], X[4:])
    ]
    merged = parts[0].merge(parts[1])
    assert merged.feature_names_in_.tolist() == ["a", "b"]
    assert isinstance(merged.transform(X), pd.DataFrame)


def test_merge_takes_the_coarsest_dtype():
    """What counts as constant in float32 still does after a merge with float64."""
    x = np.float32([[0.1], [0.1], [np.nextafter(np.float32(0.1), np.float32(1))]])
    a, b = (BatchStandardizer().fit(part) for part in (x, x.astype(np.float64)))
    assert a.scale_ == 1
    assert b.scale_ < 1
    assert a.merge(b).scale_ == b.merge(a).scale_ == 1


X = np.arange(12.0).reshape(4, 3) ** 2
MERGES = {
    "parameters": (
        lambda: BatchStandardizer(scale="rms").fit(X),
        ValueError,
        "BatchStandardizer.merge needs equal parameters. Got scale='std' and "
        "scale='rms'. Fit both with the same.",
    ),
    "fewer columns": (
        lambda: BatchStandardizer().fit(X[:, :2]),
        ValueError,
        "BatchStandardizer.merge needs the same columns in the same order. Got 3 "
        "columns without names and 2 columns without names. Fit both on frames with "
        "the same names, or both on arrays.",
    ),
    "names": (
        lambda: BatchStandardizer().fit(pd.DataFrame(X, columns=list("abc"))),
        ValueError,
        "BatchStandardizer.merge needs the same columns in the same order. Got 3 "
        "columns without names and the columns 'a', 'b', 'c'. Fit both on frames with "
        "the same names, or both on arrays.",
    ),
    "momentum": (
        lambda: BatchStandardizer(momentum=0.1).fit(X),
        ValueError,
        "BatchStandardizer.merge needs momentum=None: what has been forgotten depends "
        "on the order of the batches. Got momentum=0.1. Fit the parts with "
        "momentum=None.",
    ),
    "momentum that was": (
        lambda: BatchStandardizer(momentum=0.1).fit(X).set_params(momentum=None),
        ValueError,
        "BatchStandardizer.merge needs momentum=None: what has been forgotten depends "
        "on the order of the batches. Got statistics that were learned with momentum. "
        "Fit the parts with momentum=None.",
    ),
    "groups": (
        lambda: BatchStandardizer(feature_groups=[[0, 1]]).fit(X),
        ValueError,
        "BatchStandardizer.merge needs the same feature_groups. Got None and "
        "[[0, 1]]. Fit both with the same.",
    ),
    "another estimator": (
        lambda: RowLayerNormalizer().fit(X),
        TypeError,
        "BatchStandardizer.merge takes fitted BatchStandardizer. Got "
        "RowLayerNormalizer.",
    ),
}


@pytest.mark.parametrize("kind", MERGES)
def test_what_cannot_be_merged(kind):
    """A clear error; nothing is changed."""
    other, error, text = MERGES[kind]
    estimator, other = BatchStandardizer().fit(X), other()
    before = pickle.dumps((estimator, other))
    with pytest.raises(error, match=full_text(text)):
        estimator.merge(other)
    assert pickle.dumps((estimator, other)) == before


def test_merge_of_what_is_not_fitted():
    """scikit-learn's own error, on either side."""
    for pair in (
        (BatchStandardizer(), BatchStandardizer().fit(X)),
        (BatchStandardizer().fit(X), BatchStandardizer()),
    ):
        with pytest.raises(NotFittedError, match="is not fitted yet"):
            pair[0].merge(pair[1])


@pytest.mark.parametrize(
    ("before", "after"), [(None, 1), (1, None), ([[0, 1]], [[1, 2]])], ids=str
)
def test_groups_changed_after_the_fit(before, after):
    """Their statistics are those of other groups."""
    parts = [
        BatchStandardizer(feature_groups=before).fit(x).set_params(feature_groups=after)
        for x in (X, X + 1)
    ]
    with pytest.raises(ValueError, match="feature_groups must stay what they were"):
        parts[0].merge(parts[1])


def test_medians_have_no_merge():
    """The attribute's cause says why."""
    median = BatchStandardizer(location="median").fit(X)
    assert not hasattr(median, "merge")
    with pytest.raises(AttributeError) as caught:
        median.merge(median)
    assert "quantiles of parts do not determine" in str(caught.value.__cause__)


def test_groups_written_differently_merge():
    """What counts is which columns belong together."""
    a = BatchStandardizer(feature_groups=[[0, 1], [2]]).fit(X)
    b = BatchStandardizer(feature_groups=[(1, 0)]).fit(X + 1)
    whole = BatchStandardizer(feature_groups=[[0, 1]]).fit(np.vstack([X, X + 1]))
    assert_equal_statistics(a.merge(b), whole)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"scale": "rms", "location": None},
        {"ddof": 1, "eps": 1e-3},
        {"feature_groups": [[0, 2]]},
        {"momentum": 0.2},
    ],
    ids=str,
)
def test_from_statistics_is_a_fit(params, rng):
    """The attributes of a fit give an estimator that does what it does."""
    X = rng.normal(size=(50, 3)) * [1, 10, 100] + 7
    X[:, 1] = np.nan
    whole = BatchStandardizer(**params).fit(X)
    known = BatchStandardizer.from_statistics(
        whole.mean_, whole.var_, whole.n_samples_seen_, **params
    )
    assert known.get_params() == whole.get_params()
    assert known.n_features_in_ == 3
    assert_equal_statistics(known, whole)
    with pytest.warns(UserWarning, match="saw no values of columns 1"):
        z = known.transform(np.ones((1, 3)))
    assert np.isnan(z[0, 1])
    more = rng.normal(size=(20, 3))
    for estimator in (known, whole):
        estimator.partial_fit(more)
    assert_equal_statistics(known, whole)


def test_from_statistics_of_exact_numbers():
    """Against the standard library, in rational arithmetic."""
    x = [Fraction(n, 7) for n in (1, 5, 9, 22)]
    mean, variance = statistics.mean(x), statistics.pvariance(x)
    known = BatchStandardizer.from_statistics(
        [float(mean)], [float(variance)], 4, feature_names_in=["a"], ddof=1
    )
    assert known.scale_[0] == pytest.approx(statistics.stdev(map(float, x)), 1e-15)
    frame = pd.DataFrame({"a": [3.0]})
    expected = (3 - mean) / Fraction(statistics.stdev(map(float, x)))
    assert known.transform(frame)[0, 0] == pytest.approx(float(expected), 1e-15)
    assert known.n_samples_seen_.tolist() == [4]


def test_known_statistics_merge(rng):
    """Sites that share statistics but no rows: NumPy's mean and variance will do."""
    X = rng.normal(size=(300, 4)) + 1e6
    sites = [
        BatchStandardizer.from_statistics(x.mean(axis=0), x.var(axis=0), len(x))
        for x in np.array_split(X, 4)
    ]
    whole = BatchStandardizer().fit(X)
    assert_equal_statistics(sites[0].merge(*sites[1:]), whole, rtol=1e-9)


def test_extrema_are_not_known_from_mean_and_variance():
    """They never are, whatever is learned later."""
    known = BatchStandardizer.from_statistics([0.0], [1.0], 10)
    known.partial_fit([[5.0], [6.0]])
    text = (
        "location='min', scale='std' of BatchStandardizer need minimum and maximum, "
        "which mean and variance (from_statistics) do not give. Fit on data."
    )
    before = pickle.dumps(known.set_params(location="min"))
    with pytest.raises(ValueError, match=full_text(text)):
        known.partial_fit([[5.0]])
    assert pickle.dumps(known) == before
    assert known.fit([[5.0], [6.0]]).location_ == 5


STATISTICS = {
    "shapes": (
        ([1.0, 2.0], [1.0], 5),
        {},
        "var must have shape (2,), one number a column. Got shape (1,).",
    ),
    "no vector": (
        ([[1.0]], [1.0], 5),
        {},
        "mean must have shape (n_features,), one number a column. Got shape (1, 1).",
    ),
    "no columns": (
        ([], [], 5),
        {},
        "mean must have shape (n_features,), one number a column. Got shape (0,).",
    ),
    "negative variance": (
        ([1.0, 2.0], [1.0, -1.0], 5),
        {},
        "var must be finite and not negative. Got -1.0 for column 1.",
    ),
    "infinite mean": (
        ([np.inf], [1.0], 5),
        {},
        "mean must be finite. Got inf for column 0.",
    ),
    "negative count": (
        ([1.0], [1.0], -1),
        {},
        "n_samples_seen must be finite and not negative. Got -1.0 for column 0.",
    ),
    "NaN": (
        ([1.0, np.nan], [1.0, 1.0], 5),
        {},
        "mean, var and n_samples_seen must not be NaN where n_samples_seen is not 0. "
        "Got NaN for column 1.",
    ),
    "text": (
        (["1"], [1.0], 5),
        {},
        "mean must hold numbers. Got '1'. Convert text with pandas.to_numeric, encode "
        "categories and dates, or leave them out.",
    ),
    "complex": (
        ([1j], [1.0], 5),
        {},
        "mean must hold real numbers. Got dtype complex128.",
    ),
    "median": (
        ([1.0], [1.0], 5),
        {"location": "median"},
        "from_statistics of BatchStandardizer needs location 'mean' or None and scale "
        f"{quoted(OF_VARIANCE, None)}: mean and variance do not determine other "
        "statistics. Got location='median', scale='std'. Fit on data.",
    ),
    "names": (
        ([1.0, 2.0], [1.0, 1.0], 5),
        {"feature_names_in": ["a"]},
        "feature_names_in must hold 2 names (str), one a column. Got 'a'.",
    ),
    "one name": (
        ([1.0, 2.0], [1.0, 1.0], 5),
        {"feature_names_in": "ab"},
        "feature_names_in must hold 2 names (str), one a column. Got 'ab'.",
    ),
    "an int that is too large": (
        ([10**400], [1.0], 5),
        {},
        f"mean must fit into float64. Got {np.array([10**400])!r:.60}.",
    ),
    "another index": (
        (pd.Series({"a": 1.0, "b": 2.0}), pd.Series({"b": 1.0, "a": 1.0}), 5),
        {},
        "mean, var and n_samples_seen must have the same index, in the same order. Got "
        "['a', 'b'] and ['b', 'a']. Use .reindex to align them.",
    ),
    "names twice": (
        ([1.0, 2.0], [1.0, 1.0], 5),
        {"feature_names_in": ["a", "a"]},
        "feature_names_in must hold unique names. Got 'a', 'a'.",
    ),
    "groups": (
        ([1.0, 2.0], [1.0, 1.0], 5),
        {"feature_groups": 1},
        "The columns of a group in feature_groups share mean, var and n_samples_seen. "
        "Got 2.0 for column 1, and 1.0 for the first column of its group. Pass those "
        "of the group for each.",
    ),
}


@pytest.mark.parametrize("kind", STATISTICS)
def test_statistics_that_are_refused(kind):
    """The parameter by name, what was expected, what came."""
    args, params, text = STATISTICS[kind]
    with pytest.raises(ValueError, match=full_text(text)):
        BatchStandardizer.from_statistics(*args, **params)


def test_unknown_parameters_of_from_statistics():
    """By Python's own error."""
    with pytest.raises(TypeError, match="unexpected keyword argument 'skale'"):
        BatchStandardizer.from_statistics([1.0], [1.0], 5, skale="std")
