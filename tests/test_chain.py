"""Chain: causal windows come undone from their beginning."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from real_data import DIABETES, IRIS, WINE
from sknorm import BatchStandardizer, LocalWindowNormalizer
from sknorm.inspection import _chain
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._chain import CausalWindow, chain
from targets import target_of


def attack_on(X, window, **params):
    """Return the chain attack on windows along the samples, or as params say."""
    params = {"axis": "samples", "align": "trailing"} | params
    return chain(target_of(LocalWindowNormalizer(window, **params).fit(X), X))


def test_one_value_by_hand():
    """Section 7, row 21: w=3, previous (0, 2), z=sqrt(1.5) gives 4."""
    window = CausalWindow(n_before=2, own=True)
    value = window.value(np.array([[0.0], [2.0]]), np.array([1.5**0.5]))
    np.testing.assert_allclose(value, [4.0], rtol=1e-15)


@pytest.mark.parametrize(
    ("own", "z", "expected"), [(False, 5.0, 5.3), (True, 0.0, 0.3), (True, 2.0, 0.3)]
)
def test_windows_that_are_constant_but_for_rounding(own, z, expected):
    """They have scale 1; where the value is in its window, z tells no size."""
    before = np.array([[0.3], [0.1 + 0.2], [0.3], [0.3]])
    value = CausalWindow(n_before=4, own=own).value(before, np.array([z]))
    np.testing.assert_allclose(value, [expected], rtol=1e-15)


@pytest.mark.parametrize("X", [WINE, IRIS, DIABETES], ids=["wine", "iris", "diabetes"])
def test_the_whole_series_follows_section_3_8(X):
    """27 series: error at most 1e-13 sd, from the first w - 1 values."""
    attack = attack_on(X, 11)
    assert attack.success_rate == 1.0
    assert attack.nrmse < 1e-13
    assert attack.n_trials == len(X) - 10
    assert attack.knowledge == "the first 10 values of each series, and the window"


def test_constant_windows_break_the_chain_section_3_8():
    """A binary column with w=5: 58 %, as a jump out of a constant has no size."""
    sex = DIABETES[:, [1]]
    assert attack_on(sex, 5).success_rate == pytest.approx(0.58, abs=0.005)


@pytest.mark.parametrize("align", ["trailing", "past"])
@pytest.mark.parametrize("params", [{}, {"ddof": 1}, {"eps": 0.5}, {"ddof": 7}])
@pytest.mark.parametrize(
    "shape", [{"axis": "samples"}, {"axis": "features"}, {"axis": "features", "w": 2}]
)
def test_each_layout_comes_undone(align, params, shape, rng):
    """Series in columns, in rows, and in the channels of rows; with ddof and eps.

    With ddof=7 a window of 7 values has scale 1.
    """
    X = rng.normal(size=(60, 40)) + 5
    layout = dict(shape)
    window = 7
    if layout.pop("w", None):
        layout["sample_shape"], window = (20, 2), (7, 1)
    attack = attack_on(X, window, align=align, **params, **layout)
    assert attack.success_rate == 1.0
    assert attack.nrmse < 1e-8


@pytest.mark.parametrize("align", ["trailing", "past"])
def test_series_with_gaps_come_undone(align, rng):
    """Missing values are in no window, before and after."""
    X = rng.normal(size=(200, 3))
    X[rng.uniform(size=X.shape) < 0.1] = np.nan
    attack = attack_on(X, 9, align=align)
    assert attack.success_rate == 1.0
    assert attack.n_trials <= 200 - 8


def test_only_the_beginning_is_known(rng, monkeypatch):
    """The attack reads no original value after the first ones."""
    X = rng.normal(size=(50, 2))
    seen = []
    restored = _chain._restored

    def without_secrets(window, X, Z):
        seen.append(window.n_before)
        X = X.copy()
        X[window.n_before :] = np.nan
        return restored(window, X, Z)

    monkeypatch.setattr(_chain, "_restored", without_secrets)
    assert attack_on(X, 5).success_rate == 1.0
    assert seen == [4]


def test_long_series_are_cut(rng, monkeypatch):
    """The number of attacked records says where."""
    monkeypatch.setattr(_chain, "LONGEST_SERIES", 100)
    assert attack_on(rng.normal(size=(150, 2)), 5).n_trials == 96


@pytest.mark.parametrize(
    ("estimator", "reason"),
    [
        (BatchStandardizer(), "it concerns LocalWindowNormalizer"),
        (LocalWindowNormalizer(3), "look ahead"),
        (LocalWindowNormalizer(3, align="past", scale="iqr"), "closed form"),
        (LocalWindowNormalizer(5, align="trailing"), "series of more than 4"),
        (LocalWindowNormalizer(1, align="trailing"), "windows of several values"),
        (
            make_pipeline(
                LocalWindowNormalizer(3, axis="samples", align="past"), StandardScaler()
            ),
            "by itself",
        ),
    ],
)
def test_where_there_is_no_chain(estimator, reason):
    """Other estimators, statistics and windows, and series that are too short."""
    with pytest.raises(NotApplicableError, match=reason):
        chain(target_of(estimator.fit(IRIS), IRIS))
