"""LocalWindowNormalizer: parameters that go together, names, frames, refusals."""

import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cases import full_text
from scales import OF_EXTREMA, OF_QUANTILES, OF_VARIANCE, quoted
from sknorm import LocalWindowNormalizer, RowLayerNormalizer

OF_WHOLE = ["median", *OF_QUANTILES]
FOR_QUANTILES = (
    "Got window=(3, 3). Use 1 in window for the axes that stay apart, or statistics "
    f"other than {', '.join(OF_WHOLE[:-1])} and {OF_WHOLE[-1]}."
)
REFUSED = {
    "no number of columns": (
        {"sample_shape": (3, 5), "window": 3},
        "sample_shape=(3, 5) needs n columns, n = 15. Got 12 columns.",
    ),
    "sample_shape along samples": (
        {"sample_shape": (12,), "axis": "samples"},
        "sample_shape of LocalWindowNormalizer is for axis='features'. Got "
        "sample_shape=(12,) with axis='samples'. Use None.",
    ),
    "sample_shape of floats": (
        {"sample_shape": (3.0, 4)},
        "sample_shape must hold ints of at least 1. Got (3.0, 4).",
    ),
    "window of 0": (
        {"sample_shape": (3, 4), "window": (0, 3)},
        "window must hold ints of at least 1. Got (0, 3).",
    ),
    "window for other axes": (
        {"sample_shape": (3, 4), "window": (3, 3, 1)},
        "window of LocalWindowNormalizer must be an int, or have one int for each of "
        "the 2 axes of a sample. Got window=(3, 3, 1).",
    ),
    "a look ahead": (
        {"align": "past", "edge": "reflect"},
        "align='past' of LocalWindowNormalizer needs edge='shrink', as other edges "
        "would look ahead, and a window along one axis. Got edge='reflect', window=11. "
        "Give one axis a window of more than 1, and 1 to those that stay apart.",
    ),
    "trailing patches": (
        {"sample_shape": (3, 4), "window": 3, "align": "trailing"},
        "align='trailing' of LocalWindowNormalizer needs edge='shrink', as other edges "
        "would look ahead, and a window along one axis. Got edge='shrink', window=3. "
        "Give one axis a window of more than 1, and 1 to those that stay apart.",
    ),
    "medians of patches": (
        {"sample_shape": (3, 4), "window": (3, 3), "location": "median"},
        "location='median', scale='std' of LocalWindowNormalizer need a window along "
        f"one axis. {FOR_QUANTILES}",
    ),
}
for scale in OF_QUANTILES:
    REFUSED[f"{scale} of patches"] = (
        {"sample_shape": (3, 4), "window": (3, 3), "scale": scale},
        f"location='mean', scale={scale!r} of LocalWindowNormalizer need a window "
        f"along one axis. {FOR_QUANTILES}",
    )
for scale in (*OF_EXTREMA, *OF_QUANTILES):
    REFUSED[f"weighted {scale}"] = (
        {"weights": "gaussian", "scale": scale},
        "weights='gaussian' of LocalWindowNormalizer needs location 'mean' or None, "
        f"scale {quoted(OF_VARIANCE, None)}, ddof=0 and align='center'. Got "
        f"location='mean', scale={scale!r}, ddof=0, align='center'. Change them, or "
        "use weights=None.",
    )


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("kind", REFUSED)
def test_parameters_that_do_not_go_together(kind, keep, rng):
    """In fit, and after set_params in transform and statistics, too."""
    params, text = REFUSED[kind]
    X = rng.normal(size=(5, 12))
    normalizer = LocalWindowNormalizer(keep_statistics=keep)
    with pytest.raises(ValueError, match=full_text(text)):
        LocalWindowNormalizer(keep_statistics=keep, **params).fit(X)
    normalizer.fit(X).set_params(**params)
    for method in (normalizer.transform, normalizer.statistics):
        with pytest.raises(ValueError, match=full_text(text)):
            method(X)


@pytest.mark.parametrize(
    "params",
    [
        {"window": 0},
        {"window": 2.5},
        {"axis": "rows"},
        {"align": "left"},
        {"edge": "constant"},
        {"weights": "uniform"},
        {"sample_shape": 12},
    ],
    ids=str,
)
def test_values_that_are_not_allowed(params, rng):
    """scikit-learn's own sentence names the parameter and what it takes."""
    (name,) = params
    with pytest.raises(
        ValueError, match=f"'{name}' parameter of LocalWindowNormalizer"
    ):
        LocalWindowNormalizer(**params).fit(rng.normal(size=(5, 12)))


def test_channels_that_stay_apart(rng):
    """A window of 1 along an axis leaves it alone, in all alignments."""
    signals = rng.normal(size=(4, 30, 3)) * [1, 10, 100]
    X = signals.reshape(4, -1)
    for align in ("center", "trailing", "past"):
        together = LocalWindowNormalizer((7, 1), sample_shape=(30, 3), align=align)
        Z = together.fit_transform(X).reshape(signals.shape)
        for channel in range(3):
            alone = LocalWindowNormalizer(7, align=align)
            np.testing.assert_array_equal(
                Z[..., channel], alone.fit_transform(signals[..., channel])
            )


def test_an_int_serves_all_axes(rng):
    """It is the same as one int for each."""
    X = rng.normal(size=(2, 60))
    a = LocalWindowNormalizer(3, sample_shape=(3, 4, 5)).fit_transform(X)
    b = LocalWindowNormalizer((3, 3, 3), sample_shape=[3, 4, 5]).fit_transform(X)
    np.testing.assert_array_equal(a, b)
    volume = X[0].reshape(3, 4, 5)
    z = (volume[1, 2, 3] - volume[:, 1:4, 2:].mean()) / volume[:, 1:4, 2:].std()
    np.testing.assert_allclose(a[0].reshape(3, 4, 5)[1, 2, 3], z)


REFUSALS = {
    "other rows": lambda Z: Z + np.eye(*Z.shape),
    "fewer rows": lambda Z: Z[:-1],
    "another order": lambda Z: Z[::-1],
    "one value changed": lambda Z: Z * (1 + 1e-6 * np.eye(*Z.shape)),
    "NaN filled in": np.nan_to_num,
}


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize("axis", ["features", "samples"])
def test_refusals(axis, kind, rng):
    """What is not the fitted rows needs a key, as for rows; with one it is restored."""
    X = rng.normal(size=(9, 12))
    X[4, 7] = np.nan
    normalizer = LocalWindowNormalizer(5, axis=axis).fit(X)
    Z = normalizer.transform(X)
    np.testing.assert_allclose(normalizer.inverse_transform(Z), X, rtol=1e-13)
    changed = REFUSALS[kind](Z)
    with pytest.raises(ValueError, match="X is not what LocalWindowNormalizer"):
        normalizer.inverse_transform(changed)
    if len(changed) == len(X):
        key = normalizer.statistics_
        expected = changed * key.scale + key.location
        np.testing.assert_allclose(
            normalizer.inverse_transform(changed, statistics=key), expected, rtol=1e-14
        )
    else:
        with pytest.raises(ValueError, match="statistics must have shape"):
            normalizer.inverse_transform(changed, statistics=normalizer.statistics_)


@pytest.mark.parametrize("append", [False, True])
def test_pickles_hold_no_row(append, rng):
    """Whatever was fitted, they have one size, and no statistics in their bytes."""
    X = rng.normal(size=(20_000, 6)) + 100
    params = {"axis": "samples", "append_statistics": append}
    few, many = (LocalWindowNormalizer(**params).fit(A) for A in (X[:10], X))
    saved = pickle.dumps(few)
    assert len(saved) == len(pickle.dumps(many))
    key = few.statistics_
    for value in np.concatenate([key.location, key.scale]).ravel():
        assert value.tobytes() not in saved


@pytest.mark.parametrize("axis", ["features", "samples"])
def test_frames_and_names(axis, rng):
    """Appended columns are named after theirs; frames come back as frames."""
    X = pd.DataFrame(rng.normal(size=(6, 3)), columns=list("abc"), index=list("uvwxyz"))
    normalizer = LocalWindowNormalizer(3, axis=axis, append_statistics=True)
    Z = normalizer.set_output(transform="pandas").fit_transform(X)
    kinds = [f"{name}_{kind}" for kind in ("location", "scale") for name in "abc"]
    assert list(Z.columns) == [*"abc", *kinds]
    key = normalizer.statistics_
    np.testing.assert_array_equal(Z[kinds], np.hstack([key.location, key.scale]))
    pd.testing.assert_frame_equal(normalizer.inverse_transform(Z), X)
    some = normalizer.inverse_transform(Z[["b", *kinds[::-1]]])
    pd.testing.assert_frame_equal(some, X[["b"]])
    with pytest.raises(ValueError, match="adds columns that X has already: 'a_scale'"):
        normalizer.fit(X.rename(columns={"b": "a_scale"}))
    unnamed = LocalWindowNormalizer(3, append_statistics=True).fit(X.to_numpy())
    assert unnamed.get_feature_names_out()[3:5].tolist() == [
        "x0_location",
        "x1_location",
    ]


def test_some_columns_with_a_key(rng):
    """Each column has a key of its own, which is found by the name of the column."""
    X = pd.DataFrame(rng.normal(size=(6, 3)), columns=list("abc"))
    normalizer = LocalWindowNormalizer(3).set_output(transform="pandas").fit(X)
    Z, key = normalizer.transform(X), normalizer.statistics(X)
    for columns in (["b", "c"], ["c"], ["c", "a"]):
        some = normalizer.inverse_transform(Z[columns], statistics=key)
        pd.testing.assert_frame_equal(some, X[columns])


def test_appended_names_in_a_pipeline(rng):
    """Names of the step before are those that the key is named after."""
    X = pd.DataFrame(rng.normal(size=(4, 2)), columns=["ph", "temp"])
    pipeline = make_pipeline(
        StandardScaler(), LocalWindowNormalizer(3, append_statistics=True)
    ).fit(X)
    names = ["ph_location", "temp_location", "ph_scale", "temp_scale"]
    assert pipeline.get_feature_names_out().tolist() == ["ph", "temp", *names]


def test_padding_of_many_times_the_axis(rng):
    """A window of up to ten axes, or 10,000 values, is filled; "shrink" takes any."""
    X = rng.normal(size=(2, 12))
    LocalWindowNormalizer(10_000, edge="wrap").fit(X)
    text = (
        "edge='wrap' would repeat an axis of 12 values to fill a window of 10001. Use "
        "a window of at most 10000, or edge='shrink', which takes any."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        LocalWindowNormalizer(10_001, edge="wrap").fit(X)
    whole = LocalWindowNormalizer(10**30).fit_transform(X)
    np.testing.assert_allclose(whole, RowLayerNormalizer().fit_transform(X), 1e-13)


def test_values_without_neighbours():
    """They are their own location with scale 1; without a location they stay."""
    X = np.array([[5.0, np.nan, np.nan, 7.0, 8.0]])
    for location, expected in (("mean", [5, 7]), (None, [0, 0])):
        normalizer = LocalWindowNormalizer(2, align="past", location=location).fit(X)
        key = normalizer.statistics_
        np.testing.assert_array_equal(key.location[0, [0, 3]], expected)
        np.testing.assert_array_equal(key.scale[0, [0, 3]], 1)
        np.testing.assert_array_equal(
            normalizer.inverse_transform(normalizer.transform(X)), X
        )


def test_sparse_is_refused():
    """By scikit-learn's own error."""
    normalizer = LocalWindowNormalizer(location=None, scale="rms")
    with pytest.raises(TypeError, match="parse data was passed"):
        normalizer.fit(sparse.csr_array(np.eye(3)))


def test_infinities_and_overflow_name_the_place(rng):
    """Row and column of an infinity; the rows whose squares overflow."""
    X = rng.normal(size=(4, 9))
    normalizer = LocalWindowNormalizer(3).fit(X)
    X[2, 5] = np.inf
    with pytest.raises(ValueError, match="the first in row 2, column 5"):
        normalizer.transform(X)
    X[2, 5] = 1e200
    with pytest.raises(ValueError, match="of rows 2 are too large for float64"):
        normalizer.statistics(X)


@pytest.mark.parametrize(
    ("shape", "params"),
    [
        ((60, 2000), {}),
        ((2, 200_000), {}),
        ((3000, 2000), {"axis": "samples"}),
        ((300_000, 2), {"axis": "samples", "align": "past"}),
        ((60, 2000), {"scale": "mad"}),
        ((60, 2000), {"weights": "gaussian"}),
        ((2, 500 * 400), {"sample_shape": (500, 400), "window": 9}),
        ((2, 3 * 20_000), {"sample_shape": (3, 20_000), "window": (1, 501)}),
        (
            (1, 3 * 20_000),
            {"sample_shape": (3, 20_000), "window": (1, 201), "scale": "iqr"},
        ),
        ((1000, 10), {"window": 1001, "edge": "reflect"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("order", "CF")
def test_memory_is_bounded(shape, params, order, rng):
    """Beyond the output 10 MB are taken, however many and long the rows are."""
    X = np.asarray(rng.normal(size=shape), order=order)
    params = {"window": 51, "keep_statistics": False, **params}
    normalizer = LocalWindowNormalizer(**params).fit(X)
    tracemalloc.start()
    normalizer.transform(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes + 1.2e7
