"""The laws of the package that concern windows, each a property test."""

import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cases import PAIRS
from scales import OF_VARIANCE
from sknorm import LocalWindowNormalizer
from strategies import matrices

dtypes = (np.float64, np.float32)


@st.composite
def cases(draw, **kwargs):
    """Draw rows with a normalizer for them."""
    X = np.ascontiguousarray(draw(matrices(**kwargs)).T)
    location, scale = draw(st.sampled_from(PAIRS))
    align = draw(st.sampled_from(["center", "center", "trailing", "past"]))
    edges = ["shrink", "reflect", "mirror", "nearest", "wrap"]
    params = {
        "window": draw(st.sampled_from([1, 2, 3, 7, 10, 50])),
        "axis": draw(st.sampled_from(["features", "samples"])),
        "align": align,
        "edge": draw(st.sampled_from(edges)) if align == "center" else "shrink",
        "location": location,
        "scale": scale,
    }
    gaussian = {location, scale} <= {"mean", *OF_VARIANCE, None} and align == "center"
    if gaussian and draw(st.booleans()):
        params["weights"] = "gaussian"
    elif scale == "std":
        params["ddof"] = draw(st.sampled_from([0, 0, 1, 3]))
    return X, LocalWindowNormalizer(**params)


@given(cases(dtypes=dtypes))
def test_each_way_restores(case):
    """inverse_transform(transform(X)) == X to 8 u max(abs(x), abs(location))."""
    X, normalizer = case
    Z = normalizer.fit_transform(X)
    key = normalizer.statistics(X)
    assert key == normalizer.statistics_
    assert key.location.dtype == key.scale.dtype == Z.dtype == X.dtype
    assert key.shape == X.shape
    elsewhere = pickle.loads(pickle.dumps(normalizer))
    appended = LocalWindowNormalizer(**normalizer.get_params())
    appended.set_params(append_statistics=True, keep_statistics=False)
    ways = (
        normalizer.inverse_transform(Z),
        elsewhere.inverse_transform(Z, statistics=key),
        appended.inverse_transform(appended.fit_transform(X)),
    )
    u = np.finfo(X.dtype).eps / 2
    bound = 8 * u * np.maximum(np.abs(X), np.abs(np.nan_to_num(key.location)))
    for restored in ways:
        error = np.abs(restored.astype(np.float64) - X)
        assert np.all((error <= bound) | np.isnan(X))
        np.testing.assert_array_equal(np.isnan(restored), np.isnan(X))
    with pytest.raises(ValueError, match="cannot restore X"):
        elsewhere.inverse_transform(Z)


@given(cases(dtypes=dtypes))
def test_a_row_alone_is_the_row_in_a_batch(case):
    """transform(X)[i] == transform(X[i]), bit for bit; the same for series."""
    X, normalizer = case
    Z = normalizer.fit_transform(X)
    if normalizer.axis == "features":
        alone = [normalizer.transform(row[np.newaxis]) for row in X]
        np.testing.assert_array_equal(np.vstack(alone), Z)
    else:
        alone = [normalizer.fit_transform(column[:, np.newaxis]) for column in X.T]
        np.testing.assert_array_equal(np.hstack(alone), Z)


@given(cases(nan=False), st.sampled_from([np.nan, 1e9, -1e15]), st.data())
def test_a_bad_value_changes_its_own_windows_only(case, value, data):
    """NaN or a spike changes only the windows that contain it, bit for bit."""
    X, normalizer = case
    assume(normalizer.edge == "shrink")
    if normalizer.axis == "samples":
        X = np.ascontiguousarray(X.T)
    i, j = (data.draw(st.integers(0, n - 1)) for n in X.shape)
    spoilt = X.copy()
    spoilt[i, j] = value
    z, z_spoilt = (
        normalizer.fit_transform(A if normalizer.axis == "features" else A.T)
        for A in (X, spoilt)
    )
    if normalizer.axis == "samples":
        z, z_spoilt = z.T, z_spoilt.T
    before, after = {
        "center": ((normalizer.window - 1) // 2, normalizer.window // 2),
        "trailing": (0, normalizer.window - 1),
        "past": (0, normalizer.window),
    }[normalizer.align]
    near = np.zeros(X.shape, bool)
    near[i, max(0, j - before) : j + after + 1] = True
    np.testing.assert_array_equal(z[~near], z_spoilt[~near])


@given(cases(), st.data())
def test_trailing_and_past_windows_never_look_ahead(case, data):
    """Changing later values changes nothing earlier."""
    X, normalizer = case
    assume(normalizer.align != "center")
    if normalizer.axis == "samples":
        X = np.ascontiguousarray(X.T)
    now = data.draw(st.integers(1, X.shape[1]))
    changed = X.copy()
    changed[:, now:] = data.draw(st.sampled_from([np.nan, 0.0, 1e12, -7.0]))
    z, z_changed = (
        normalizer.fit_transform(A if normalizer.axis == "features" else A.T)
        for A in (X, changed)
    )
    if normalizer.axis == "samples":
        z, z_changed = z.T, z_changed.T
    np.testing.assert_array_equal(z[:, :now], z_changed[:, :now])


@given(cases(dtypes=dtypes), st.integers(-20, 20))
def test_powers_of_two_change_nothing(case, exponent):
    """transform(a X) == transform(X) bit for bit, a a power of two."""
    X, normalizer = case
    assume(normalizer.scale is not None)
    z = normalizer.fit_transform(X)
    varies = normalizer.statistics_.scale != 1
    scaled = normalizer.transform(X * X.dtype.type(2.0**exponent))
    np.testing.assert_array_equal(scaled[varies], z[varies])


@given(cases(dtypes=(np.float32,)))
def test_float32_is_float64_rounded(case):
    """transform(X float32) == float32(transform(X as float64)), bit for bit."""
    X, normalizer = case
    z = normalizer.fit_transform(X)
    scale = normalizer.statistics_.scale
    wide = normalizer.fit_transform(X.astype(np.float64)).astype(np.float32)
    wide_scale = normalizer.statistics_.scale.astype(np.float32)
    alike = np.isnan(scale) | (scale == wide_scale)
    assert np.all(scale[~alike] == 1)  # near-constant windows aside
    np.testing.assert_array_equal(z[alike], wide[alike])


@given(cases(dtypes=dtypes))
def test_layout_does_not_matter(case):
    """C-order == F-order == strided == read-only, bit for bit; nothing is changed."""
    X, normalizer = case
    before = X.copy()
    Z = normalizer.fit_transform(X)
    state = dict(vars(normalizer))
    read_only = X.copy()
    read_only.setflags(write=False)
    wide = np.repeat(np.repeat(X, 2, axis=0), 3, axis=1)
    for other in (np.asfortranarray(X), read_only, wide[::2, ::3]):
        np.testing.assert_array_equal(normalizer.transform(other), Z)
    np.testing.assert_array_equal(X, before)
    assert vars(normalizer) == state


@pytest.mark.parametrize(
    ("window", "scale"), [(3, "std"), (50, "std"), (5000, "std"), (50, "mad")]
)
def test_blocks_of_long_series_join(window, scale, rng):
    """A series longer than a block is one series: blocks see each other's values."""
    X = rng.normal(size=(30_000, 2)).cumsum(axis=0)
    normalizer = LocalWindowNormalizer(window, axis="samples", scale=scale).fit(X)
    whole = LocalWindowNormalizer(window, scale=scale).fit(X.T)
    np.testing.assert_allclose(
        normalizer.statistics_.scale, whole.statistics_.scale.T, rtol=1e-12
    )
    np.testing.assert_allclose(
        normalizer.statistics_.location,
        whole.statistics_.location.T,
        rtol=1e-12,
        atol=1e-10,
    )
