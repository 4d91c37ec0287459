"""disclosure_risk: every kind of estimator, its report, and its refusals."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from real_data import IRIS, WINE
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection import _disclosure_risk, disclosure_risk
from sknorm.inspection._attack import Attack

ALWAYS = {
    "known_records_2",
    "known_records_3",
    "known_records_10",
    "known_values_2",
    "linkage_full",
}
CAUSAL = LocalWindowNormalizer(11, axis="samples", align="trailing")
APPLICABLE = [
    (BatchStandardizer(), {"statistics", "differencing"}),
    (BatchStandardizer(eps=1e-5), {"statistics", "differencing", "scale_from_eps"}),
    (BatchStandardizer(location="median", scale="iqr"), {"statistics"}),
    (RowLayerNormalizer(), {"statistics"}),
    (RowLayerNormalizer(eps=1e-5), {"statistics", "scale_from_eps"}),
    (
        RowLayerNormalizer(append_statistics=True),
        {"statistics", "appended_statistics"},
    ),
    (LocalWindowNormalizer(3), {"statistics"}),
    (CAUSAL, {"statistics", "chain"}),
    (StandardScaler(), {"statistics"}),
    (MinMaxScaler(), {"statistics"}),
    (RobustScaler(), {"statistics"}),
    (PowerTransformer(), {"statistics"}),
    (QuantileTransformer(n_quantiles=100), {"statistics"}),
    (Normalizer(), set()),
    (make_pipeline(StandardScaler(), BatchStandardizer()), {"statistics"}),
]


def risk_of(estimator, X, **params):
    """Return the report of an estimator fitted to X."""
    return disclosure_risk(estimator.fit(X), X, random_state=0, **params)


@pytest.mark.parametrize(("estimator", "further"), APPLICABLE)
def test_attacks_that_apply(estimator, further):
    """All others are named with a reason."""
    risk = risk_of(estimator, WINE)
    assert set(risk.attacks) == ALWAYS | further
    assert set(risk.not_applicable) == (
        {"statistics", *_disclosure_risk.ATTACKS} - set(risk.attacks)
    )
    assert all(risk.not_applicable.values())


@pytest.mark.parametrize(("estimator", "_further"), APPLICABLE)
def test_rates_are_rates(estimator, _further):
    """Each attack has its success, baseline, risk, interval and knowledge."""
    for attack in risk_of(estimator, IRIS).attacks.values():
        assert isinstance(attack, Attack)
        assert 0 <= attack.baseline_rate < 0.2
        assert 0 <= attack.success_rate <= 1
        low, high = attack.ci
        assert 0 <= low <= attack.risk <= high + 1e-12 <= 1 + 1e-12
        expected = (attack.success_rate - attack.baseline_rate) / (
            1 - attack.baseline_rate
        )
        assert attack.risk == pytest.approx(max(0.0, expected))
        assert "\n" not in attack.knowledge
        assert attack.n_trials >= 4


@pytest.mark.parametrize(
    ("estimator", "worst"),
    [
        (BatchStandardizer(), "known_records_10"),
        (BatchStandardizer(eps=1e-5), "scale_from_eps"),
        (RowLayerNormalizer(), "known_values_2"),
        (RowLayerNormalizer(append_statistics=True), "appended_statistics"),
        (CAUSAL, "chain"),
        (PowerTransformer(), "linkage_full"),
    ],
)
def test_the_strongest_attack_without_the_key_comes_first(estimator, worst):
    """Then the others by their risk, and those with the key at the end."""
    risk = risk_of(estimator, WINE)
    assert next(iter(risk.attacks)) == risk.worst_without_statistics == worst
    order = [(a.needs_statistics, -a.risk) for a in risk.attacks.values()]
    assert order == sorted(order)
    assert not risk.attacks[worst].needs_statistics


def test_the_holder_of_the_key(rng):
    """Errors column by column; NaN where a column is constant, or has no inverse."""
    X = rng.normal(size=(50, 3))
    X[:, 1] = 4.0
    risk = risk_of(BatchStandardizer(), X)
    assert np.isnan(risk.restoration_nrmse).tolist() == [False, True, False]
    assert np.nanmax(risk.restoration_nrmse) < 1e-15
    assert any("Columns 'x1' are constant" in note for note in risk.notes)
    risk = risk_of(Normalizer(), X)
    assert np.isnan(risk.restoration_nrmse).all()
    assert risk.not_applicable["statistics"] == "Normalizer has no inverse_transform."


def test_an_inverse_that_is_wrong_shows(rng):
    """The error is measured in standard deviations, not trusted."""
    X = rng.normal(5.0, 3.0, size=(80, 2))
    shifted = FunctionTransformer(
        np.negative, inverse_func=lambda Z: -Z + 6.0, check_inverse=False
    )
    risk = risk_of(shifted, X)
    np.testing.assert_allclose(risk.restoration_nrmse, 6.0 / X.std(axis=0))
    assert risk.attacks["statistics"].success_rate == 0.0


@pytest.mark.parametrize(
    "estimator", [BatchStandardizer(), RowLayerNormalizer(eps=1e-5), CAUSAL]
)
def test_random_state_makes_every_number_reproducible(estimator):
    """Equal seeds give equal reports, others other draws."""
    estimator.fit(WINE)
    first, second, other = (
        disclosure_risk(estimator, WINE, random_state=seed).to_dict()
        for seed in (3, 3, 4)
    )
    assert first == second
    assert first["attacks"]["known_records_2"] != other["attacks"]["known_records_2"]
    generator = disclosure_risk(
        estimator, WINE, random_state=np.random.RandomState(3)
    ).to_dict()
    assert generator["attacks"] == first["attacks"]


@pytest.mark.parametrize("scaler", [BatchStandardizer, StandardScaler])
def test_an_inverse_that_writes_into_its_input(scaler):
    """The release that the other attacks see stays as it was."""
    usual, in_place = (risk_of(scaler(copy=copy), IRIS) for copy in (True, False))
    assert in_place.to_dict() == usual.to_dict()


def test_tolerance_and_level():
    """A wider tolerance restores more by guessing, a higher level widens intervals."""
    usual = risk_of(QuantileTransformer(n_quantiles=50), WINE)
    wide = risk_of(QuantileTransformer(n_quantiles=50), WINE, tolerance=0.5)
    sure = risk_of(QuantileTransformer(n_quantiles=50), WINE, confidence_level=0.999)
    name = "known_records_3"
    assert wide.attacks[name].baseline_rate > 4 * usual.attacks[name].baseline_rate
    assert wide.attacks[name].success_rate > usual.attacks[name].success_rate
    assert sure.attacks[name].ci[0] < usual.attacks[name].ci[0]
    assert sure.attacks[name].success_rate == usual.attacks[name].success_rate


def test_samples_are_stated(rng):
    """Large data are attacked in part, and the report says which part."""
    X = rng.normal(size=(11_000, 3))
    risk = risk_of(BatchStandardizer(), X)
    trials = {name: attack.n_trials for name, attack in risk.attacks.items()}
    assert trials["known_records_2"] == trials["known_values_2"] == 10_000
    assert (trials["linkage_full"], trials["differencing"]) == (2000, 500)
    assert trials["statistics"] == 11_000
    (note,) = (n for n in risk.notes if n.startswith("Of 11000 records a part"))
    assert "linkage_full 2000" in note
    assert "statistics" not in note


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_small_data(n, p, rng):
    """Attacks that need more are named, the others give rates."""
    X = rng.normal(size=(n, p))
    risk = risk_of(BatchStandardizer(), X)
    assert ("known_records_2" in risk.attacks) == (n > 2)
    assert ("known_values_2" in risk.attacks) == (p > 2)
    assert json.dumps(risk.to_dict(), allow_nan=False)


def test_gaps(rng):
    """Missing values, and a column of nothing else, are said to be left out."""
    X = rng.normal(size=(60, 5))
    X[rng.uniform(size=X.shape) < 0.1] = np.nan
    X[:, 4] = np.nan
    for estimator in (BatchStandardizer(), RowLayerNormalizer()):
        risk = risk_of(estimator, X)
        assert risk.attacks["statistics"].success_rate == 1.0
        assert risk.attacks["linkage_full"].success_rate > 0.9
        assert any("Columns 'x4' are constant" in note for note in risk.notes)
        assert any("Missing values" in note for note in risk.notes)


def test_nothing_but_constants():
    """Constants are public: there is nothing to protect."""
    X = np.ones((10, 2))
    with pytest.raises(ValueError, match="a column of at least two different values"):
        risk_of(BatchStandardizer(), X)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"tolerance": 0.0}, "The 'tolerance' parameter of disclosure_risk must be"),
        ({"tolerance": "5%"}, r"a float in the range \(0.0, inf\). Got '5%' instead."),
        ({"confidence_level": 1}, r"a float in the range \(0.0, 1.0\). Got 1 instead."),
        ({"random_state": "x"}, "The 'random_state' parameter of disclosure_risk must"),
    ],
)
def test_parameters_are_checked(params, text):
    """With the sentence of the estimators."""
    with pytest.raises(ValueError, match=text):
        disclosure_risk(BatchStandardizer().fit(IRIS), IRIS, **params)


def test_names_and_forms_of_the_report():
    """A row for each attack, what the intruder must know, and all limits."""
    frame = pd.DataFrame(IRIS, columns=list("abcd"))
    risk = risk_of(BatchStandardizer(), frame)
    assert list(risk.feature_names) == list("abcd")
    table = risk.to_frame()
    assert list(table.index) == list(risk.attacks)
    assert list(table.columns) == [
        "success_rate",
        "baseline_rate",
        "risk",
        "ci_low",
        "ci_high",
        "nrmse",
        "knowledge",
    ]
    text = str(risk)
    assert "2 records, original and released" in text
    assert "* Not run: chain: it concerns LocalWindowNormalizer by itself." in text
    plain = json.loads(json.dumps(risk.to_dict(), allow_nan=False))
    assert plain["attacks"]["linkage_full"]["nrmse"] is None
    assert plain["random_state"] == 0


def test_no_verdict():
    """Numbers and knowledge, never a promise."""
    for estimator, _ in APPLICABLE:
        risk = risk_of(estimator, IRIS)
        for text in (str(risk), risk._repr_html_(), json.dumps(risk.to_dict())):
            assert not re.search(r"anonym|\bsafe", text, re.IGNORECASE)
