"""Groups of columns that share their statistics."""

import numpy as np
import pandas as pd
import pytest

from cases import PAIRS, assert_refused, full_text
from sknorm import BatchStandardizer
from sknorm._feature_groups import (
    each_column_in_a_group,
    members,
    resolve_feature_groups,
)

NAMES = np.array(["a", "b", "c", "d"], dtype=object)
RESOLVED = {
    "int": (2, [0, 0, 1, 1], [0, 0, 1, 1]),
    "numpy int": (np.int64(1), [0, 0, 0, 0], [0, 0, 0, 0]),
    "names": ([["d", "a"], ["b"]], [0, 1, -1, 0], [0, 1, 2, 0]),
    "indices": (([2, 0],), [0, -1, 0, -1], [0, 1, 0, 2]),
    "arrays": ([np.array([1, 3]), pd.Index(["c"])], [-1, 0, 1, 0], [0, 1, 2, 1]),
    "last first": ([(3, 2), range(1)], [1, -1, 0, 0], [0, 1, 2, 2]),
    "each by itself": (4, [0, 1, 2, 3], None),
    "no group": ([], [-1, -1, -1, -1], None),
}


@pytest.mark.parametrize("kind", RESOLVED)
def test_resolve(kind):
    """Groups are numbered as listed, or by their first columns with none left out."""
    groups, listed, every = RESOLVED[kind]
    resolved, n_groups = resolve_feature_groups(groups, 4, NAMES)
    assert resolved.tolist() == listed
    assert n_groups == max(listed) + 1
    numbered = each_column_in_a_group(resolved)
    assert (numbered if numbered is None else numbered.tolist()) == every
    assert [c.tolist() for c in members(resolved)] == [
        [c for c in range(4) if listed[c] == number] for number in range(n_groups)
    ]


REFUSED = {
    "not a multiple": (
        3,
        ValueError,
        "feature_groups=3 needs n columns, n a multiple of 3. Got 4 columns. Pass a "
        "list of lists of columns for groups of unequal sizes.",
    ),
    "overlap": (
        [["a", "b"], [3, 1]],
        ValueError,
        "The groups of feature_groups must be disjoint. Got column 'b' more than once.",
    ),
    "twice": (
        [["a", "a"]],
        ValueError,
        "The groups of feature_groups must be disjoint. Got column 'a' more than once.",
    ),
    "unknown name": (
        [["a", "q"]],
        ValueError,
        "feature_groups names the column 'q', which X does not have. Its columns are "
        "'a', 'b', 'c', 'd'.",
    ),
    "beyond the last": (
        [[0, 4]],
        ValueError,
        "feature_groups needs n columns, n > 4: its indices run from 0 to n - 1. Got 4 "
        "columns.",
    ),
    "negative": (
        [[-1]],
        TypeError,
        "The columns in feature_groups must be names (str) or indices (int >= 0). Got "
        "-1 instead.",
    ),
    "bool": (
        [[True]],
        TypeError,
        "The columns in feature_groups must be names (str) or indices (int >= 0). Got "
        "True instead.",
    ),
    "empty group": (
        [[]],
        TypeError,
        "Each group of feature_groups must be a list of column names or indices, at "
        "least one. Got [] instead.",
    ),
    "flat list": (
        ["a", "b"],
        TypeError,
        "Each group of feature_groups must be a list of column names or indices, at "
        "least one. Got 'a' instead.",
    ),
    "bytes": (
        [b"a"],
        TypeError,
        "Each group of feature_groups must be a list of column names or indices, at "
        "least one. Got b'a' instead.",
    ),
    "flat indices": (
        [0, 1],
        TypeError,
        "Each group of feature_groups must be a list of column names or indices, at "
        "least one. Got 0 instead.",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused(kind):
    """Each misfit has its own text, and changes nothing in the estimator."""
    groups, error, text = REFUSED[kind]
    frame = pd.DataFrame(np.arange(8.0).reshape(2, 4), columns=NAMES)
    estimator = BatchStandardizer().fit(frame).set_params(feature_groups=groups)
    assert_refused(estimator, error, full_text(text), frame)


def test_names_need_names():
    """An array has no column names to find."""
    text = (
        "feature_groups names the column 'a', but X has no column names. Pass a "
        "dataframe with string column names, or use indices."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        BatchStandardizer(feature_groups=[["a"]]).fit(np.eye(3))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("location", "scale"), PAIRS)
def test_a_group_is_one_long_column(location, scale, weighted, rng):
    """A group has the statistics of its values in one column."""
    X = rng.normal(size=(21, 5)) * [1, 2, 3, 4, 5] + 100
    X[rng.random(X.shape) < 0.2] = np.nan
    weight = rng.integers(0, 3, 21).astype(float) if weighted else None
    params = {"location": location, "scale": scale}
    grouped = BatchStandardizer(**params, feature_groups=[[3, 0, 1]])
    grouped.fit(X, sample_weight=weight)
    long = BatchStandardizer(**params).fit(
        X[:, [3, 0, 1]].reshape(-1, 1),
        sample_weight=None if weight is None else np.repeat(weight, 3),
    )
    alone = BatchStandardizer(**params).fit(X[:, [2, 4]], sample_weight=weight)
    names = ("location_", "scale_", "mean_", "var_", "n_samples_seen_")
    for name in names:
        got = getattr(grouped, name)
        if got is None:
            assert getattr(long, name) is None
            continue
        np.testing.assert_allclose(got[[3, 0, 1]], getattr(long, name)[0], rtol=1e-13)
        np.testing.assert_array_equal(got[[2, 4]], getattr(alone, name))


def test_partial_fit_keeps_the_groups(rng):
    """Other groups than before are refused; the same groups, said anew, are not."""
    X = rng.normal(size=(8, 4))
    estimator = BatchStandardizer(feature_groups=2).partial_fit(X)
    estimator.set_params(feature_groups=[[2, 3], [1, 0]]).partial_fit(X)
    whole = BatchStandardizer(feature_groups=2).fit(np.vstack([X, X]))
    np.testing.assert_allclose(estimator.scale_, whole.scale_, rtol=1e-14)
    np.testing.assert_allclose(estimator.location_, whole.location_, rtol=1e-14)
    for other in (None, 1, 4, [[0, 2]]):
        with pytest.raises(ValueError, match="must stay what they were in fit"):
            estimator.set_params(feature_groups=other).partial_fit(X)
