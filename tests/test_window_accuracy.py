"""Accuracy of LocalWindowNormalizer against exact rational arithmetic."""

import numpy as np
import pytest

from exact import exact_mean_std_z
from sknorm import LocalWindowNormalizer
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
    """Return the values of each window, NaN left out, by a plain loop."""
    windows = Windows.along(len(x), window, align, "shrink")
    for i in range(len(x)):
        values = x[max(0, i - windows.before) : max(0, i + windows.after + 1)]
        yield values[~np.isnan(values)]


def assert_exact(x, window, align, axis="features", step=1):
    """Compare location, scale and z with those of every window, computed exactly."""
    X = x[np.newaxis] if axis == "features" else x[:, np.newaxis]
    normalizer = LocalWindowNormalizer(window, axis=axis, align=align).fit(X)
    key, z = normalizer.statistics_, normalizer.transform(X).ravel()
    for i, values in enumerate(windows_of(x, window, align)):
        if i % step or np.isnan(x[i]):
            continue
        if not values.size:
            assert (key.location.ravel()[i], key.scale.ravel()[i]) == (x[i], 1)
            continue
        mean, std, _ = exact_mean_std_z(values)
        if float(std) <= 2.0**-52 * abs(float(mean)):
            assert key.scale.ravel()[i] == 1
            continue
        expected = exact_mean_std_z(np.append(values, x[i]))[2][-1]
        if align != "past":  # there the value is not one of its window
            expected = exact_mean_std_z(values)[2][np.flatnonzero(values == x[i])[0]]
            assert abs(z[i] - expected) <= TOLERANCE * max(1, abs(expected)), i
        assert abs(key.scale.ravel()[i] / float(std) - 1) <= TOLERANCE, i


@pytest.mark.parametrize("data", HARD)
@pytest.mark.parametrize("align", ["center", "trailing", "past"])
@pytest.mark.parametrize("axis", ["features", "samples"])
@pytest.mark.parametrize("window", WIDTHS)
def test_hard_data(window, axis, align, data, rng):
    """Windows of all widths, along both axes, in all alignments."""
    assert_exact(HARD[data](rng), window, align, axis)


@pytest.mark.parametrize("spike", [1e9, -1e9, 1e15])
@pytest.mark.parametrize("background", ["noise", "0.1"])
@pytest.mark.parametrize("window", WIDTHS)
def test_spike_at_every_position(window, background, spike, rng):
    """A spike at each place relative to the blocks; other windows keep their bits."""
    x = rng.normal(size=N) if background == "noise" else np.full(N, 0.1)
    normalizer = LocalWindowNormalizer(window).fit(x[np.newaxis])
    clean = normalizer.transform(x[np.newaxis])[0]
    X = np.tile(x, (N, 1))
    X[np.arange(N), np.arange(N)] = spike
    Z = normalizer.transform(X)
    for i in range(N):
        far = (np.arange(N) + (window - 1) // 2 < i) | (np.arange(N) - window // 2 > i)
        np.testing.assert_array_equal(Z[i, far], clean[far])
        near = np.flatnonzero(~far)
        for j in near[:: max(1, len(near) // 5)]:
            lower = max(0, j - window // 2)
            values = X[i, lower : j + (window - 1) // 2 + 1]
            expected = exact_mean_std_z(values)[2][j - lower]
            assert abs(Z[i, j] - expected) <= TOLERANCE * max(1, abs(expected))


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


PATCHES = {
    "offset 1e8": lambda rng: rng.normal(size=(20, 23)) + 1e8,
    "step of 1e12": lambda rng: rng.normal(size=(20, 23)) + 1e12 * np.eye(20, 23),
    "spike of 1e15": lambda rng: filled(
        rng.normal(size=(20, 23)), np.arange(460).reshape(20, 23) == 217, 1e15
    ),
    "NaN": lambda rng: filled(
        rng.normal(size=(20, 23)), rng.random((20, 23)) < 0.5, np.nan
    ),
}


@pytest.mark.parametrize("data", PATCHES)
@pytest.mark.parametrize("window", [(2, 2), (3, 3), (1, 4), (9, 9), (5, 2)])
def test_patches(window, data, rng):
    """Windows along two axes."""
    image = PATCHES[data](rng)
    normalizer = LocalWindowNormalizer(window, sample_shape=image.shape)
    Z = normalizer.fit_transform(image.reshape(1, -1)).reshape(image.shape)
    (up, left), (down, right) = (
        [w // 2 for w in window],
        [(w - 1) // 2 for w in window],
    )
    for i, j in np.argwhere(~np.isnan(image))[::3]:
        rows = slice(max(0, i - up), i + down + 1)
        patch = image[rows, max(0, j - left) : j + right + 1].ravel()
        patch = patch[~np.isnan(patch)]
        expected = exact_mean_std_z(np.append(image[i, j], patch)[1:])[2]
        expected = expected[np.flatnonzero(patch == image[i, j])[0]]
        assert abs(Z[i, j] - expected) <= TOLERANCE * max(1, abs(expected))
