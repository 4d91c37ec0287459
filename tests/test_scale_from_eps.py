"""Scale from eps: what PyTorch's default gives away."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from real_data import IRIS, REAL_DATA, WINE
from sknorm import BatchStandardizer, RowLayerNormalizer
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._scale_from_eps import scale_from_eps
from targets import target_of


@pytest.mark.parametrize("name", REAL_DATA)
@pytest.mark.parametrize("params", [{}, {"ddof": 1}, {"location": "median"}])
@pytest.mark.parametrize("estimator", [BatchStandardizer, RowLayerNormalizer])
def test_every_scale_leaks_section_3_7(estimator, params, name):
    """float64, eps=1e-5: each column's and row's standard deviation, within 1 %."""
    X = REAL_DATA[name]
    attack = scale_from_eps(target_of(estimator(eps=1e-5, **params).fit(X), X))
    assert attack.success_rate == 1.0
    # Rounding grows with the square of the scale: 1e-4 at breast cancer's 569.
    assert attack.nrmse < 1e-3
    assert attack.n_trials == (X.shape[1] if estimator is BatchStandardizer else len(X))
    assert attack.baseline_rate < 0.15


def test_float32_hides_large_scales_section_3_7():
    """50 to 85 % of the columns, all of iris."""
    for name, X in REAL_DATA.items():
        X = X.astype(np.float32)
        attack = scale_from_eps(target_of(BatchStandardizer(eps=1e-5).fit(X), X))
        low, high = (1.0, 1.0) if name == "iris" else (0.5, 0.85)
        assert low <= attack.success_rate <= high


def test_root_mean_squares_leak(rng):
    """About zero, too."""
    X = rng.normal(3.0, [1.0, 20.0, 300.0], size=(100, 3))
    for estimator in (BatchStandardizer, RowLayerNormalizer):
        rms = estimator(location=None, scale="rms", eps=1e-3).fit(X)
        assert scale_from_eps(target_of(rms, X)).success_rate == 1.0


@pytest.mark.parametrize("estimator", [BatchStandardizer, RowLayerNormalizer])
def test_groups_leak_their_scale(estimator, rng):
    """One scale for each group of columns (of each row), with gaps too.

    One group of a row has one value left, and no scale.
    """
    X = rng.normal(size=(40, 6)) * [1, 1, 1, 50, 50, 50]
    X[rng.uniform(size=X.shape) < 0.1] = np.nan
    grouped = estimator(eps=1e-5, feature_groups=2).fit(X)
    attack = scale_from_eps(target_of(grouped, X))
    assert attack.success_rate == 1.0
    assert attack.n_trials == (2 if estimator is BatchStandardizer else 79)


def test_scales_of_other_data_do_not_leak():
    """The variance of a release says nothing of rows that were not fitted."""
    estimator = BatchStandardizer(eps=1e-5).fit(WINE[:60])
    attack = scale_from_eps(target_of(estimator, WINE[60:]))
    assert attack.success_rate == 0.0


@pytest.mark.parametrize(
    ("estimator", "reason"),
    [
        (BatchStandardizer(), "no eps"),
        (BatchStandardizer(eps=1e-5, scale="rms"), "no eps inside the square root of"),
        (StandardScaler(), "it concerns BatchStandardizer"),
        (make_pipeline(BatchStandardizer(eps=1e-5), StandardScaler()), "by themselves"),
    ],
)
def test_where_no_scale_leaks(estimator, reason):
    """Without eps, about another location, in other estimators."""
    with pytest.raises(NotApplicableError, match=reason):
        scale_from_eps(target_of(estimator.fit(IRIS), IRIS))
