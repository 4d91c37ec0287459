"""Windows that continue: transform(X, history=rows) and statistics(X, history=rows)."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cases import PAIRS, full_text
from sknorm import LocalWindowNormalizer
from strategies import matrices


def rolling(window=3, align="past", **params):
    """Return windows along the samples that do not look ahead."""
    return LocalWindowNormalizer(window, axis="samples", align=align, **params)


@given(st.data(), matrices(dtypes=(np.float64, np.float32), min_rows=2))
def test_a_stream_is_the_whole_series(data, X):
    """Any blocks, with the rows before or the last of them, equal one transform."""
    location, scale = data.draw(st.sampled_from(PAIRS))
    window = data.draw(st.sampled_from([1, 2, 3, 7, 60]))
    align = data.draw(st.sampled_from(["trailing", "past"]))
    normalizer = rolling(window, align, location=location, scale=scale).fit(X)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(X) - 1))))
    Z, keys = [], []
    for start, stop in zip([0, *cuts], [*cuts, len(X)], strict=True):
        longer = data.draw(st.integers(window, window + 3))
        history = X[max(0, start - longer) : start]
        Z.append(normalizer.transform(X[start:stop], history=history))
        keys.append(normalizer.statistics(X[start:stop], history=history))
    whole, key = normalizer.transform(X), normalizer.statistics_
    error = np.abs(np.vstack(Z).astype(np.float64) - whole)
    bound = 1e-12 if X.dtype == np.float64 else 1e-7
    allowed = bound * np.maximum(1, np.abs(whole))
    assert np.all((error <= allowed) | np.isnan(whole))
    for name in ("location", "scale"):
        np.testing.assert_allclose(
            np.vstack([getattr(part, name) for part in keys]),
            getattr(key, name),
            rtol=1e-6 if X.dtype == np.float32 else 1e-12,
            atol=1e-12 * np.nanmax(np.append(0, key.scale)),
        )


@pytest.mark.parametrize("align", ["trailing", "past"])
@pytest.mark.parametrize("n_together", [1, 2, 50])
def test_one_row_at_a_time(align, n_together, rng):
    """A stream of rows, each behind those before it; and back with its key."""
    X = rng.normal(size=(100, 2)).cumsum(axis=0) + 1e6
    X[rng.random(X.shape) < 0.1] = np.nan
    normalizer = rolling(11, align, ddof=1).fit(X[:1])
    whole = rolling(11, align, ddof=1).fit_transform(X)
    history = X[:0]
    for i in range(0, len(X), n_together):
        rows = X[i : i + n_together]
        z = normalizer.transform(rows, history=history)
        np.testing.assert_allclose(z, whole[i : i + n_together], 1e-12, 1e-12)
        key = normalizer.statistics(rows, history=history)
        restored = normalizer.inverse_transform(z, statistics=key)
        np.testing.assert_allclose(restored, rows, rtol=1e-15)
        history = np.vstack([history, rows])[-11:]


def test_only_the_last_rows_count(rng):
    """What is further back than the window changes nothing; what is in it does."""
    X, seen = rng.normal(size=(5, 2)), rng.normal(size=(40, 2))
    other = np.vstack([rng.normal(size=(30, 2)) * 1e6, seen[-4:]])
    for align, n_needed in (("trailing", 3), ("past", 4)):
        normalizer = rolling(4, align).fit(X)
        expected = normalizer.transform(X, history=seen)
        np.testing.assert_array_equal(normalizer.transform(X, history=other), expected)
        needed = normalizer.transform(X, history=seen[-n_needed:])
        np.testing.assert_allclose(needed, expected, rtol=1e-12)
        fewer = normalizer.transform(X, history=seen[-n_needed + 1 :])
        assert np.abs(fewer[0] - expected[0]).min() > 1e-3


def test_pure(rng):
    """Nothing is remembered, and nothing is changed."""
    X, seen = rng.normal(size=(5, 2)), rng.normal(size=(7, 2))
    normalizer = rolling().fit(X)
    before, copies = dict(vars(normalizer)), (X.copy(), seen.copy())
    alone = normalizer.transform(X)
    first = normalizer.transform(X, history=seen)
    np.testing.assert_array_equal(normalizer.transform(X), alone)
    np.testing.assert_array_equal(normalizer.transform(X, history=seen), first)
    assert vars(normalizer) == before
    for now, then in zip((X, seen), copies, strict=True):
        np.testing.assert_array_equal(now, then)


def test_frames_and_appended_keys(rng):
    """Rows and index are those of X; the appended key restores."""
    frame = pd.DataFrame(rng.normal(size=(9, 2)), columns=["a", "b"])
    normalizer = rolling(append_statistics=True).set_output(transform="pandas")
    normalizer.fit(frame)
    Z = normalizer.transform(frame[6:], history=frame[:6])
    assert Z.index.tolist() == [6, 7, 8]
    np.testing.assert_allclose(Z, normalizer.transform(frame)[6:], rtol=1e-13)
    pd.testing.assert_frame_equal(normalizer.inverse_transform(Z), frame[6:])


REFUSED = {
    "fewer columns": (
        np.ones((4, 1)),
        "X has 1 features, but LocalWindowNormalizer is expecting 2 features as input.",
    ),
    "infinity": (
        np.array([[1.0, 2.0], [1.0, np.inf]]),
        "Input X contains infinity or a value too large for dtype('float64'), the "
        "first in row 1, column 1. LocalWindowNormalizer takes NaN for missing values: "
        "replace infinities by NaN, or leave these rows out.",
    ),
    "text": (
        np.array([["1", "2"]]),
        "X must hold numbers. Got '1'. Convert text with pandas.to_numeric, encode "
        "categories and dates, or leave them out.",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("method", ["transform", "statistics"])
def test_history_that_is_refused(kind, method, rng):
    """The sentence of X, with the name of the parameter."""
    history, text = REFUSED[kind]
    context = (
        "history of LocalWindowNormalizer must be rows as X has them. Passed as X they "
        "give: "
    )
    X = rng.normal(size=(5, 2))
    with pytest.raises(ValueError, match=full_text(context + text)):
        getattr(rolling().fit(X), method)(X, history=history)


def test_history_in_float32(rng):
    """It is rounded to the dtype of X, where it must fit."""
    X = rng.normal(size=(5, 2)).astype(np.float32)
    normalizer = rolling().fit(X)
    assert normalizer.transform(X, history=np.ones((3, 2))).dtype == np.float32
    with pytest.raises(
        ValueError, match=r"too large for dtype\(.float32.\), the first"
    ):
        normalizer.transform(X, history=np.full((3, 2), 1e300))


@pytest.mark.parametrize(
    "params", [{"axis": "features", "align": "past"}, {"axis": "samples"}], ids=str
)
def test_windows_that_do_not_continue(params, rng):
    """Along features there is nothing before; centred windows look ahead."""
    X = rng.normal(size=(5, 2))
    normalizer = LocalWindowNormalizer(3, **params).fit(X)
    text = (
        "history of LocalWindowNormalizer is for axis='samples' and align 'trailing' "
        f"or 'past', whose windows reach back. Got axis={normalizer.axis!r}, "
        f"align={normalizer.align!r}. Leave it out."
    )
    for method in (normalizer.transform, normalizer.statistics):
        with pytest.raises(ValueError, match=full_text(text)):
            method(X, history=X)


def test_errors_count_rows_of_x(rng):
    """Rows of the history are not counted."""
    X, seen = rng.normal(size=(5, 2)), rng.normal(size=(9, 2))
    X[3, 1] = 1e200
    normalizer = rolling(align="trailing").fit(seen)
    with pytest.raises(ValueError, match="of rows 3, 4 are too large for float64"):
        normalizer.transform(X, history=seen)
    X[3, 1] = np.inf
    with pytest.raises(ValueError, match="the first in row 3, column 1"):
        normalizer.transform(X, history=seen)


@pytest.mark.parametrize("nothing", [None, [], (), np.empty((0, 2))], ids=str)
def test_no_rows_are_the_start_of_a_series(nothing, rng):
    """None, a list of nothing, or an array without rows."""
    X = rng.normal(size=(9, 2))
    normalizer = rolling().fit(X)
    Z = normalizer.transform(X, history=nothing)
    np.testing.assert_array_equal(Z, normalizer.transform(X))


def test_history_in_fit_transform(rng):
    """The output and the kept key are those of X behind it; fit alone has none."""
    X = rng.normal(size=(30, 2))
    normalizer = rolling()
    Z = normalizer.fit_transform(X[20:], history=X[:20])
    np.testing.assert_allclose(Z, rolling().fit_transform(X)[20:], rtol=1e-12)
    assert normalizer.statistics_ == normalizer.statistics(X[20:], history=X[:20])
    np.testing.assert_allclose(normalizer.inverse_transform(Z), X[20:], rtol=1e-13)


def test_history_is_metadata(rng):
    """Requested, it is routed through a pipeline; without a request it is an error."""
    X = rng.normal(size=(30, 2))
    with sklearn.config_context(enable_metadata_routing=True):
        step = rolling().set_transform_request(history="before")
        pipeline = make_pipeline(step, StandardScaler()).fit(X)
        Z = pipeline.transform(X[20:], before=X[:20])
        np.testing.assert_allclose(Z, pipeline.transform(X)[20:], rtol=1e-12)
        again = pipeline.fit_transform(X[20:], before=X[:20])
        expected = StandardScaler().fit_transform(rolling().fit_transform(X)[20:])
        np.testing.assert_allclose(again, expected, rtol=1e-10)
        unset = make_pipeline(rolling(), StandardScaler()).fit(X)
        with pytest.raises(UnsetMetadataPassedError, match="not explicitly set"):
            unset.transform(X[20:], history=X[:20])
