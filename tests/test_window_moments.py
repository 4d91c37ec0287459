"""Running moments of windows: which windows lose digits, and are computed anew."""

import numpy as np
import pytest

from sknorm._window_moments import (
    SECOND_OFFSET,
    _by_blocks,
    moments_of_values,
    window_moments,
)


@pytest.mark.parametrize("width", [100, 1000, 8736])
@pytest.mark.parametrize(
    "kind", ["noise", "t(3)", "spike", "step", "step and 3", "pulse"]
)
def test_hardly_a_window_is_computed_anew(kind, width, rng):
    """Where one partition into blocks loses digits, the other does not."""
    i = np.arange(4 * width)
    x = rng.standard_t(3, i.size) if kind == "t(3)" else rng.normal(size=i.size)
    x += {
        "spike": 1e9 * (i == 2 * width),
        "step": 1e9 * (i >= 2 * width - 1),
        "step and 3": 1e9 * (i >= 2 * width + 3),
        "pulse": 50.0 * (i % (width // 4) == 0),
    }.get(kind, 0.0)
    values = moments_of_values(x[np.newaxis])
    here, there = (
        _by_blocks(values, width, offset)[1]
        for offset in (0, round(SECOND_OFFSET * width))
    )
    if width == 1000:
        assert here.any() == (kind not in ("noise", "t(3)"))
    assert np.count_nonzero(here & there) <= 3


def test_both_partitions_give_the_same(rng):
    """To rounding, where neither loses digits."""
    x = rng.normal(size=(3, 500))
    x[rng.random(x.shape) < 0.1] = np.nan
    values = moments_of_values(x)
    a, b = (_by_blocks(values, 40, offset)[0] for offset in (0, 15))
    whole = window_moments(values, 40)
    for name in ("count", "min", "max"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        np.testing.assert_array_equal(getattr(a, name), getattr(whole, name))
    np.testing.assert_allclose(a.m2, b.m2, rtol=1e-13)
    np.testing.assert_allclose(a.shift, b.shift, atol=1e-14)
