"""Accuracy of LocalWindowNormalizer against exact rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from exact import exact_mean_std_z, exact_z
from sknorm import LocalWindowNormalizer
from sknorm._window_moments import SECOND_OFFSET
from sknorm._windows import Windows

TOLERANCE = 1e-12
WIDTHS = [1, 2, 3, 10, 11, 51, 101]
N = 150


def noise_with(change):
    """Return a function that changes noise."""
    return lambda rng: change(rng.normal(size=N), np.arange(N))


def filled(x, places, value):
    """Return x with some places set."""
    return np.where(places, value, x)


HARD = {
    "noise": noise_with(lambda x, i: x),
    "offset 1e8": noise_with(lambda x, i: x + 1e8),
    "offset 1e14": noise_with(lambda x, i: x + 1e14),
    "step of 1e12": noise_with(lambda x, i: x + 1e12 * (i > 70)),
    "ramp": noise_with(lambda x, i: i / 7),
    "scale drops by 1e11": noise_with(lambda x, i: x * np.where(i > 70, 1e-11, 1)),
    "long run of NaN": noise_with(lambda x, i: filled(x, (i > 20) & (i < 140), np.nan)),
    "short runs of NaN": noise_with(lambda x, i: filled(x, i % 7 < 3, np.nan)),
    "0.1 and one change": noise_with(lambda x, i: np.where(i > 66, 0.1, 1 / 3)),
}


def windows_of(x, window, align):
    """Return the places of each window as slices."""
    windows = Windows.along(len(x), window, align, "shrink")
    return [
        slice(max(0, i - windows.before), max(0, i + windows.after + 1))
        for i in range(len(x))
    ]


def assert_exact(z, x, values, location=None, scale=None, tolerance=TOLERANCE):
    """Compare z, and location and scale, with those of a window, computed exactly."""
    values = values[~np.isnan(values)]
    if np.isnan(x):
        assert np.isnan(z)
        return
    mean, std = exact_mean_std_z(values)[:2] if values.size else (Fraction(x), 0)
    if float(std) <= 2.0**-52 * abs(float(mean)):
        std = Fraction(1)
    expected = exact_z([x], mean, std)[0]
    assert abs(z - expected) <= tolerance * max(1, abs(expected))
    if scale is not None:
        assert abs(scale / float(std) - 1) <= tolerance
        rounding = np.spacing(abs(float(mean)))  # of the mean to one float
        assert abs(location - float(mean)) <= rounding + TOLERANCE * float(std)


def normalised(normalizer, X):
    """Return z and the key of series in rows, along either axis."""
    X = X if normalizer.axis == "features" else X.T
    Z, key = normalizer.fit_transform(X), normalizer.statistics_
    arrays = Z, key.location, key.scale
    return arrays if normalizer.axis == "features" else tuple(a.T for a in arrays)


@pytest.mark.parametrize("data", HARD)
@pytest.mark.parametrize("align", ["center", "trailing", "past"])
@pytest.mark.parametrize("axis", ["features", "samples"])
@pytest.mark.parametrize("window", WIDTHS)
def test_hard_data(window, axis, align, data, rng):
    """Windows of all widths, along both axes, in all alignments."""
    x = HARD[data](rng)
    normalizer = LocalWindowNormalizer(window, axis=axis, align=align)
    z, location, scale = (a[0] for a in normalised(normalizer, x[np.newaxis]))
    for i, places in enumerate(windows_of(x, window, align)):
        assert_exact(z[i], x[i], x[places], location[i], scale[i])


@pytest.mark.parametrize("spike", [1e9, -1e9, 1e15])
@pytest.mark.parametrize("background", ["noise", "0.1"])
@pytest.mark.parametrize("align", ["center", "trailing", "past"])
@pytest.mark.parametrize("axis", ["features", "samples"])
@pytest.mark.parametrize("window", WIDTHS)
def test_spike_at_every_position(window, axis, align, background, spike, rng):
    """A spike at each place relative to the blocks; other windows keep their bits."""
    x = rng.normal(size=N) if background == "noise" else np.full(N, 0.1)
    normalizer = LocalWindowNormalizer(window, axis=axis, align=align)
    clean = normalised(normalizer, x[np.newaxis])[0][0]
    X = np.tile(x, (N, 1))
    X[np.arange(N), np.arange(N)] = spike
    Z = normalised(normalizer, X)[0]
    windows = windows_of(x, window, align)
    for i in range(N):
        near = [j for j, w in enumerate(windows) if j == i or w.start <= i < w.stop]
        far = np.setdiff1d(np.arange(N), near)
        np.testing.assert_array_equal(Z[i, far], clean[far])
        for j in near[:: max(1, len(near) // 3)]:
            assert_exact(Z[i, j], X[i, j], X[i, windows[j]])


@pytest.mark.parametrize("partitions", ["first", "both"])
@pytest.mark.parametrize("spike", [1e9, 1e15])
def test_spikes_at_the_ends_of_wide_blocks(spike, partitions, rng):
    """Sums about a spike are wrong by 2e-13 to 2e-12: others take their place.

    With spikes at the ends of the blocks of both partitions, they are computed anew.
    """
    window, x = 501, rng.normal(size=2004)
    ends = np.arange(0, 2004, window)  # in the first partition of trailing windows
    if partitions == "both":
        ends = np.append(ends, ends[1:] - round(SECOND_OFFSET * window) + 1)
    x[ends] = x[ends - 1] = spike
    normalizer = LocalWindowNormalizer(window, align="trailing")
    z, location, scale = (a[0] for a in normalised(normalizer, x[np.newaxis]))
    for i, places in list(enumerate(windows_of(x, window, "trailing")))[::23]:
        assert_exact(z[i], x[i], x[places], location[i], scale[i], tolerance=1e-13)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("exponent", [-530, -520, -510, -490, 500, 510, 511, 512, 520])
@pytest.mark.parametrize(
    "params",
    [
        {"window": 5},
        {"window": 101},
        {"window": 5, "axis": "samples"},
        {"window": (9, 9), "sample_shape": (20, 30)},
    ],
    ids=str,
)
def test_beyond_the_range_of_squares(params, exponent, keep, rng):
    """Where squares under- or overflow results are right, or the user is told."""
    X = rng.normal(size=(20, 600))
    normalizer = LocalWindowNormalizer(keep_statistics=keep, **params)
    expected, told = normalizer.fit_transform(X), ""
    try:
        Z = normalizer.fit_transform(X * 2.0**exponent)
    except (ValueError, RuntimeWarning) as error:
        Z, told = expected, str(error)
    assert "scale='std' of rows" in told or not told  # and no warning of NumPy's
    assert np.all(np.abs(Z - expected) <= TOLERANCE * np.maximum(1, np.abs(expected)))


@pytest.mark.parametrize("keep", [True, False])
def test_squares_that_only_overflow_in_their_sum(keep):
    """About 0, the end of each block, the mean is 0, and a square is finite."""
    X = np.tile([0.0, 1.2e154, -1.2e154], (8, 100))
    normalizer = LocalWindowNormalizer(3, align="trailing", keep_statistics=keep)
    with pytest.raises(ValueError, match="too large for float64"):
        normalizer.fit_transform(X)


@pytest.mark.parametrize("window", [1, 2, 3, 10, 51, 501])
@pytest.mark.parametrize("align", ["center", "trailing", "past"])
@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e8 / 3, 1e14 + 0.1])
def test_constants_give_exactly_0(window, align, value):
    """Also beside a stretch of other values."""
    X = np.full((1, 300), value)
    X[0, :40] = np.arange(40)
    normalizer = LocalWindowNormalizer(window, align=align).fit(X)
    inside = slice(40 + window, 300 - window)
    assert not normalizer.transform(X)[0, inside].any()
    np.testing.assert_array_equal(normalizer.statistics_.scale[0, inside], 1)
    np.testing.assert_array_equal(normalizer.statistics_.location[0, inside], value)


SHAPE = (20, 23)
COLUMN = np.arange(SHAPE[1])
PATCHES = {
    "offset 1e8": lambda x, rng: x + 1e8,
    "offset 1e14": lambda x, rng: x + 1e14,
    "step of 1e12": lambda x, rng: x + 1e12 * (COLUMN > 10),
    "edge along a diagonal": lambda x, rng: x + 1e12 * np.eye(*SHAPE),
    "ramp": lambda x, rng: np.add.outer(np.arange(SHAPE[0]) / 7, COLUMN / 3),
    "scale drops by 1e11": lambda x, rng: x * np.where(COLUMN > 10, 1e-11, 1),
    "NaN": lambda x, rng: filled(x, rng.random(SHAPE) < 0.5, np.nan),
    "run of NaN": lambda x, rng: filled(x, (COLUMN > 3) & (COLUMN < 18), np.nan),
}
PATCH_WINDOWS = [(2, 2), (3, 3), (1, 4), (9, 9), (5, 2)]


def patch_of(image, place, window):
    """Return the values of the patch around a place."""
    return image[
        tuple(
            slice(max(0, i - w // 2), i + (w - 1) // 2 + 1)
            for i, w in zip(place, window, strict=True)
        )
    ]


@pytest.mark.parametrize("data", PATCHES)
@pytest.mark.parametrize("window", PATCH_WINDOWS)
def test_patches(window, data, rng):
    """Windows along two axes."""
    image = PATCHES[data](rng.normal(size=SHAPE), rng)
    normalizer = LocalWindowNormalizer(window, sample_shape=SHAPE)
    Z, location, scale = (
        a.reshape(SHAPE) for a in normalised(normalizer, image.reshape(1, -1))
    )
    for place in np.ndindex(SHAPE):
        patch = patch_of(image, place, window).ravel()
        assert_exact(Z[place], image[place], patch, location[place], scale[place])


@pytest.mark.parametrize("spike", [1e9, 1e15])
@pytest.mark.parametrize("background", ["noise", "0.1"])
@pytest.mark.parametrize("window", PATCH_WINDOWS)
def test_spike_at_every_position_of_a_patch(window, background, spike, rng):
    """A spike at each place relative to the blocks; other patches keep theirs."""
    x = rng.normal(size=SHAPE) if background == "noise" else np.full(SHAPE, 0.1)
    normalizer = LocalWindowNormalizer(window, sample_shape=SHAPE)
    clean = normalised(normalizer, x.reshape(1, -1))[0].reshape(SHAPE)
    rows, columns = (range(5, 5 + w) for w in window)
    spikes = [(i, j) for i in rows for j in columns]
    images = np.tile(x, (len(spikes), 1, 1))
    for image, place in zip(images, spikes, strict=True):
        image[place] = spike
    Z = normalised(normalizer, images.reshape(len(spikes), -1))[0]
    for image, z in zip(images, Z.reshape(images.shape), strict=True):
        near = [p for p in np.ndindex(SHAPE) if spike in patch_of(image, p, window)]
        far = np.ones(SHAPE, bool)
        far[tuple(np.transpose(near))] = False
        np.testing.assert_allclose(z[far], clean[far], rtol=1e-12, atol=1e-12)
        for place in near[:: max(1, len(near) // 5)]:
            patch = patch_of(image, place, window).ravel()
            assert_exact(z[place], image[place], patch)
