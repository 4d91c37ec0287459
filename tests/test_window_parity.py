"""Windows of pandas and SciPy, and a plain loop over windows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from cases import LOCATIONS, PAIRS
from scales import SCALES
from sknorm import LocalWindowNormalizer

EDGES = ["reflect", "mirror", "nearest", "wrap"]
NUMPY = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap"}
WINDOWS = [1, 2, 3, 4, 7, 10, 40, 101]


@pytest.fixture(params=[0.0, 0.3], ids=["full", "NaN"])
def series(request, rng):
    """Return three columns of 40 values."""
    X = rng.normal(size=(40, 3)) + 5
    X[rng.random(X.shape) < request.param] = np.nan
    return X


def key_of(X, window, **params):
    """Return the key of columns."""
    return LocalWindowNormalizer(window, axis="samples", **params).fit(X).statistics_


@pytest.mark.parametrize("align", ["center", "trailing"])
@pytest.mark.parametrize("window", WINDOWS)
def test_pandas_rolling(series, window, align):
    """Pandas' rolling windows of at least one value."""
    rolling = pd.DataFrame(series).rolling(
        window, center=align == "center", min_periods=1
    )
    expected = {
        ("mean", None): rolling.mean(),
        ("median", None): rolling.median(),
        ("min", None): rolling.min(),
    }
    for (location, scale), frame in expected.items():
        key = key_of(series, window, align=align, location=location, scale=scale)
        np.testing.assert_allclose(key.location, frame, rtol=1e-12)
    quantile = rolling.quantile
    scales = {
        "range": rolling.max() - rolling.min(),
        "iqr": quantile(0.75) - quantile(0.25),
        "maxabs": rolling.max().abs().combine(rolling.min().abs(), np.maximum),
    }
    for scale, frame in scales.items():
        key = key_of(series, window, align=align, scale=scale)
        frame = frame.where(frame > 1e-14, 1).where(frame.notna())
        np.testing.assert_allclose(key.scale, frame, rtol=1e-10)
    for ddof in (0, 1):
        key = key_of(series, window, align=align, ddof=ddof)
        std = rolling.std(ddof=ddof)
        std = std.where((std > 1e-7) & (rolling.count() > ddof), 1)
        std = std.where(rolling.count() > 0)
        np.testing.assert_allclose(key.scale, std, rtol=1e-9)


@pytest.mark.parametrize("window", WINDOWS)
def test_past_is_trailing_moved_by_one(series, window):
    """The statistics of the values before."""
    past = key_of(series, window, align="past")
    trailing = key_of(series, window, align="trailing")
    known = ~np.isnan(trailing.location[:-1])
    for name in ("location", "scale"):
        np.testing.assert_allclose(
            getattr(past, name)[1:][known],
            getattr(trailing, name)[:-1][known],
            rtol=1e-13,
        )
    np.testing.assert_array_equal(past.location[0], series[0])


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("window", WINDOWS)
def test_scipy_filters(window, edge, rng):
    """scipy.ndimage's filters and their edges."""
    X = rng.normal(size=(12, 3)) + 5
    params = {"edge": edge, "location": "mean", "scale": "rms"}
    key = key_of(X, window, **params)
    np.testing.assert_allclose(
        key.location, ndimage.uniform_filter1d(X, window, axis=0, mode=edge), rtol=1e-12
    )
    mean_square = ndimage.uniform_filter1d(X**2, window, axis=0, mode=edge)
    np.testing.assert_allclose(key.scale, np.sqrt(mean_square), rtol=1e-12)
    lowest = ndimage.minimum_filter1d(X, window, axis=0, mode=edge)
    highest = ndimage.maximum_filter1d(X, window, axis=0, mode=edge)
    key = key_of(X, window, edge=edge, location="min", scale="range")
    np.testing.assert_array_equal(key.location, lowest)
    np.testing.assert_array_equal(
        key.scale, np.where(highest > lowest, highest - lowest, 1)
    )


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("window", [1, 2, 3, 10, 11, 24, 25])
def test_gaussian_is_a_correlation(window, edge, rng):
    """Weights exp(-d**2 / 2 sigma**2), sigma = window / 6, summing to 1."""
    X = rng.normal(size=(20, 3)) + 5
    distance = np.arange(window) - window // 2
    weight = np.exp(-0.5 * (distance / (window / 6)) ** 2)
    weight /= weight.sum()
    key = key_of(X, window, edge=edge, weights="gaussian")
    mean, square = (
        ndimage.correlate1d(A, weight, axis=0, mode=edge) for A in (X, X**2)
    )
    np.testing.assert_allclose(key.location, mean, rtol=1e-12)
    std = np.sqrt(np.maximum(square - mean**2, 0))
    np.testing.assert_allclose(key.scale, np.where(std > 1e-7, std, 1), rtol=1e-9)


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("window", [(3, 5), (4, 2), (1, 9), (30, 3)])
@pytest.mark.parametrize("weights", [None, "gaussian"])
def test_scipy_on_images(window, edge, weights, rng):
    """Along two axes, channels apart."""
    images = rng.normal(size=(4, 9, 8, 3)) + 5
    key = (
        LocalWindowNormalizer(
            (*window, 1), sample_shape=images.shape[1:], edge=edge, weights=weights
        )
        .fit(images.reshape(4, -1))
        .statistics_
    )
    mean = images
    for axis, width in enumerate(window, start=1):
        weight = np.ones(width)
        if weights == "gaussian":
            weight = np.exp(-18 * ((np.arange(width) - width // 2) / width) ** 2)
        weight /= weight.sum()
        mean = ndimage.correlate1d(mean, weight, axis=axis, mode=edge)
    np.testing.assert_allclose(key.location.reshape(mean.shape), mean, rtol=1e-12)


@given(st.data())
def test_a_plain_loop(data):
    """Every location, scale, alignment and edge, by a loop over windows."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    n, window = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 40))
    location, scale = data.draw(st.sampled_from(PAIRS))
    align = data.draw(st.sampled_from(["center", "trailing", "past"]))
    edge = (
        data.draw(st.sampled_from(["shrink", *EDGES]))
        if align == "center"
        else "shrink"
    )
    axis = data.draw(st.sampled_from(["features", "samples"]))
    X = rng.normal(size=(3, n)) + 5
    X[rng.random(X.shape) < data.draw(st.sampled_from([0.0, 0.4]))] = np.nan
    normalizer = LocalWindowNormalizer(
        window, axis=axis, align=align, edge=edge, location=location, scale=scale
    )
    Z = normalizer.fit_transform(X if axis == "features" else X.T)
    before, after = {
        "center": (window // 2, (window - 1) // 2),
        "trailing": (window - 1, 0),
        "past": (window, -1),
    }[align]
    for x, z in zip(X, Z if axis == "features" else Z.T, strict=True):
        if edge == "shrink":
            padded = np.pad(x, (before, max(after, 0)), constant_values=np.nan)
        else:
            padded = np.pad(x, (before, after), NUMPY[edge])
        for i, view in enumerate(sliding_window_view(padded, window)[:n]):
            seen = view[~np.isnan(view)]
            here, divisor = 0.0 if location is None else x[i], 1.0
            if seen.size:
                here, divisor = LOCATIONS[location](seen), 1.0
                if scale is not None:
                    divisor = SCALES[scale].by_numpy(seen)
                divisor = divisor if divisor > 1e-14 else 1.0
            np.testing.assert_allclose(z[i], (x[i] - here) / divisor, 1e-9, 1e-9)
