"""Linkage: theorems, published examples, and ties."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from real_data import IRIS, REAL_DATA, WINE, standardised
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._linkage import correct_links, linkage
from targets import target_of

EPS = 2.0**-52
X_HERRANZ = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
Z_HERRANZ = np.array([[0.0, 0.0], [0.0, 2.1], [-2.1, 0.0], [0.0, -2.1]])


def link_rate(A, B, resolution=EPS):
    """Return the expected share of correct links from A to B."""
    return correct_links(A, B, np.arange(len(A)), resolution).mean()


@pytest.mark.parametrize(
    ("A", "B", "expected"),
    [(X_HERRANZ, Z_HERRANZ, 0.25), (Z_HERRANZ, X_HERRANZ, 0.8125)],
)
def test_dbrl_of_herranz_example_1_by_hand(A, B, expected):
    """Section 7, row 2: four ties count a quarter, and direction matters."""
    assert link_rate(A, B) == expected


def test_linkage_of_iris_columns_theorem():
    """Section 7, row 8: all but one of a pair of duplicates."""
    attack = linkage(target_of(BatchStandardizer().fit(IRIS), IRIS))
    assert attack.success_rate == pytest.approx(149 / 150, rel=1e-14)
    assert attack.baseline_rate == 1 / 150


@pytest.mark.parametrize("name", REAL_DATA)
def test_rows_are_linked_by_raw_distance_theorem_t1(name):
    """Section 7, row 9: 1 but for rows that are affine copies; iris 0.98667."""
    X = REAL_DATA[name]
    expected = 0.98667 if name == "iris" else 1.0
    Z = RowLayerNormalizer().fit_transform(X)
    assert link_rate(X, Z) == pytest.approx(expected, abs=5e-6)
    rate = linkage(target_of(RowLayerNormalizer().fit(X), X)).success_rate
    assert rate == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("name", REAL_DATA)
@pytest.mark.parametrize(
    "scaler",
    [
        BatchStandardizer(),
        StandardScaler(),
        MinMaxScaler(),
        RobustScaler(),
        PowerTransformer(),
        QuantileTransformer(n_quantiles=100),
        Normalizer(),
        make_pipeline(RobustScaler(), RowLayerNormalizer()),
    ],
)
def test_a_full_file_links_section_0(name, scaler):
    """0.993 to 1: the intruder who fits a clone of the estimator to his own file."""
    X = REAL_DATA[name]
    attack = linkage(target_of(scaler.fit(X), X))
    assert 0.98 < attack.success_rate <= 1.0
    assert attack.ci[0] > 0.9


def test_windows_hide_from_an_intruder_who_only_standardises_section_0():
    """0.05 to 0.97 by standardising; a clone, which knows the order, links all."""
    window = LocalWindowNormalizer(31, axis="samples", align="trailing")
    rates = [
        link_rate(standardised(X), standardised(window.fit_transform(X)))
        for X in REAL_DATA.values()
    ]
    assert 0.05 < min(rates) < 0.1
    assert 0.9 < max(rates) < 0.97
    assert linkage(target_of(window.fit(WINE), WINE)).success_rate == 1.0


def test_raw_values_do_not_link_columns():
    """Nearest on the original scale: why the ready-made numbers mislead."""
    assert link_rate(IRIS, standardised(IRIS)) < 0.01


def test_noise_section_3_5():
    """0.2 sd of noise still links all of wine but a few, 1 sd a part."""
    Z = standardised(WINE)
    noise = np.random.default_rng(0).normal(size=Z.shape)
    assert link_rate(Z, Z + 0.2 * noise) > 0.97
    assert 0.1 < link_rate(Z, Z + noise) < 0.4


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("block", [1, 3, 1000])
def test_links_are_those_of_all_distances(rng, dtype, block, monkeypatch):
    """In blocks of any size, and for coarse data: ties are shared out."""
    from sknorm.inspection import _linkage

    A = rng.integers(0, 3, size=(60, 3)).astype(dtype).astype(float)
    B = A[rng.permutation(60)]
    monkeypatch.setattr(_linkage, "CELLS_AT_ONCE", 60 * block)
    found = correct_links(A, B, np.arange(60), float(np.finfo(dtype).eps))
    distance = np.linalg.norm(A[:, np.newaxis] - B, axis=2)
    nearest = distance == distance.min(axis=1, keepdims=True)
    np.testing.assert_array_equal(found, np.diag(nearest) / nearest.sum(axis=1))


def test_distances_do_not_lose_digits():
    """Far from zero, where squares of lengths would drown the differences."""
    A = 1e6 + np.arange(20.0)[:, np.newaxis] * 1e-4
    assert link_rate(A, A + 2e-5) == 1.0


def test_rounding_makes_no_difference():
    """Copies that differ in the last place are ties, not matches."""
    A = np.array([[0.1 + 0.2, 1.0], [0.3, 1.0], [5.0, 5.0]])
    assert link_rate(A, A) == pytest.approx(2 / 3)


def test_a_clone_draws_with_the_random_state(rng):
    """Transformers that sample by themselves get reproducible clones.

    The one that is attacked is the same in each run: by itself it would draw others,
    and the rates of two seeds would be equal in one run of forty.
    """
    X = rng.normal(size=(600, 2))
    scaler = QuantileTransformer(n_quantiles=20, subsample=100, random_state=0).fit(X)
    scaler.set_params(random_state=None)
    first, second, other = (
        linkage(target_of(scaler, X, seed=seed)).success_rate for seed in (1, 1, 2)
    )
    assert first == second != other


def test_the_fitted_estimator_stays_as_it_is():
    """The intruder has a clone of his own."""
    estimator = BatchStandardizer().fit(IRIS[:100])
    before = estimator.mean_.copy()
    linkage(target_of(estimator, IRIS))
    np.testing.assert_array_equal(estimator.mean_, before)


def test_missing_values_are_at_the_mean(rng):
    """Rows with gaps are linked by what they have."""
    X = rng.normal(size=(100, 4))
    X[rng.uniform(size=X.shape) < 0.2] = np.nan
    X[:, 3] = np.nan
    assert linkage(target_of(BatchStandardizer().fit(X), X)).success_rate > 0.95


def test_a_constant_release_links_nobody(rng):
    """Two columns normalised by row: nothing but signs, and here not even these."""
    X = rng.uniform(size=(30, 2)) + np.array([0.0, 5.0])
    with pytest.raises(NotApplicableError, match="all released columns are constant"):
        linkage(target_of(RowLayerNormalizer().fit(X), X))
