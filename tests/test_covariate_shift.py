"""covariate_shift: laws, estimators and pipelines, degenerate data, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection import covariate_shift

WITH_STATISTICS = (BatchStandardizer(), StandardScaler())
BY_ROW = (
    RowLayerNormalizer(),
    LocalWindowNormalizer(window=3, edge="wrap"),
    Normalizer(),
)
WITHOUT = (
    *BY_ROW,
    MinMaxScaler(),
    RobustScaler(),
    PowerTransformer(),
    QuantileTransformer(n_quantiles=50),
    BatchStandardizer(location="median", scale="iqr"),
    BatchStandardizer(feature_groups=2),
)
EFFECTS = (
    "standardized_mean_difference",
    "smd_ci",
    "variance_ratio",
    "variance_ratio_ci",
    "wasserstein_lower_bound",
    "jeffreys",
    "p_mean",
    "p_variance",
)
DISTANCES = ("ks_statistic", "wasserstein", "psi", "psi_critical")


@pytest.fixture(name="X")
def rows(rng):
    """Return 1000 rows of 4 columns."""
    return rng.normal(size=(1000, 4)) * [1, 2, 3, 4] + [10, 0, 5, 7]


@pytest.fixture(name="new")
def new_rows(rng):
    """Return 1200 rows of 4 columns: mean, nothing, variance, nothing shifted."""
    return rng.normal(size=(1200, 4)) * [1, 2, 6, 4] + [10.5, 0, 5, 7]


@pytest.mark.parametrize("estimator", WITH_STATISTICS, ids=repr)
def test_fitted_statistics_say_what_the_rows_say(estimator, X, new):
    """The rows of the fit as X_reference change nothing, and add the distances."""
    estimator.fit(X)
    short = covariate_shift(estimator, new)
    long = covariate_shift(estimator, new, X_reference=X)
    for name in EFFECTS:
        np.testing.assert_allclose(short[name], long[name], rtol=1e-9, atol=1e-12)
    assert short.shifted.tolist() == long.shifted.tolist() == [True, False, True, False]
    assert short.share_shifted == long.share_shifted == 0.5
    assert (short.reference, long.reference) == ("fitted statistics", "X_reference")
    for name in DISTANCES:
        assert short[name] is None
        assert np.isfinite(long[name]).all()


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_units_do_not_matter(scale, X, new):
    """Columns measured in other units, from another zero, have shifted as much."""
    there = covariate_shift(
        StandardScaler().fit(scale * X + 3 * scale),
        scale * new + 3 * scale,
        X_reference=scale * X + 3 * scale,
    )
    here = covariate_shift(StandardScaler().fit(X), new, X_reference=X)
    for name in (*EFFECTS, *DISTANCES):
        np.testing.assert_allclose(there[name], here[name], rtol=1e-6, atol=1e-9)


def test_the_wasserstein_distance_is_in_reference_sds():
    """[0, 1, 3] to [5, 6, 8] is 5, the sd of [0, 1, 3] is sqrt(14) / 3."""
    before, after = np.array([[0.0], [1], [3]]), np.array([[5.0], [6], [8]])
    report = covariate_shift(MinMaxScaler().fit(before), after, X_reference=before)
    assert report.wasserstein[0] == pytest.approx(15 / 14**0.5, rel=1e-14)


def test_the_order_of_rows_does_not_matter(X, new, rng):
    """Neither of the new nor of the reference."""
    scaler = StandardScaler().fit(X)
    here = covariate_shift(scaler, new, X_reference=X)
    there = covariate_shift(
        scaler, rng.permutation(new), X_reference=rng.permutation(X)
    )
    for name in (*EFFECTS, *DISTANCES):
        np.testing.assert_allclose(there[name], here[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("estimator", WITHOUT, ids=repr)
def test_a_reference_serves_where_no_statistics_are(estimator, X, new):
    """TypeError without; with it, scalers of columns compare X."""
    estimator.fit(X)
    with pytest.raises(TypeError, match="Pass X_reference"):
        covariate_shift(estimator, new)
    report = covariate_shift(estimator, new, X_reference=X)
    if estimator in BY_ROW:
        assert report.compared == "transform(X)"
        before, after = estimator.transform(X), estimator.transform(new)
    else:
        assert report.compared == "X"
        before, after = X, new
    expected = (after.mean(axis=0) - before.mean(axis=0)) / before.std(axis=0)
    np.testing.assert_allclose(
        report.standardized_mean_difference, expected, rtol=1e-9, atol=1e-12
    )
    ks = [
        stats.ks_2samp(b, a).statistic for b, a in zip(before.T, after.T, strict=True)
    ]
    np.testing.assert_allclose(report.ks_statistic, ks, rtol=1e-12)


def test_equal_rows_have_equal_normalised_rows(X):
    """No rounding sets them apart: KS is 0 in another order and memory layout."""
    again = np.asfortranarray(X[::-1])
    for estimator in BY_ROW:
        report = covariate_shift(estimator.fit(X), again, X_reference=X)
        assert (report.ks_statistic == 0).all()
        assert (report.wasserstein == 0).all()


def test_appended_statistics_are_compared_too(X):
    """Levels of the rows can shift, which the normalised rows do not show."""
    frame = pd.DataFrame(X, columns=list("abcd"))
    normalizer = RowLayerNormalizer(append_statistics=True).fit(frame)
    report = covariate_shift(normalizer, frame + 50, X_reference=frame)
    assert report.feature_names.tolist() == [*"abcd", "row_location", "row_scale"]
    assert report.shifted.tolist() == [False] * 4 + [True, False]


def test_a_pipeline_is_asked_where_it_first_learns(X, new):
    """Row normaliser, then scaler: the statistics of normalised rows."""
    row = RowLayerNormalizer().fit(X)
    scaler = StandardScaler().fit(row.transform(X))
    pipeline = make_pipeline(RowLayerNormalizer(), StandardScaler()).fit(X)
    found = covariate_shift(pipeline, new)
    expected = covariate_shift(scaler, row.transform(new))
    assert found.compared == "transform(X)"
    for name in EFFECTS:
        np.testing.assert_array_equal(found[name], expected[name])


def test_the_callers_data_stay_as_they_are(X, new):
    """Even where the estimator would write to them."""
    before, after = X.copy(), new.copy()
    normalizer = Normalizer(copy=False).fit(X.copy())
    covariate_shift(normalizer, after, X_reference=before)
    np.testing.assert_array_equal(before, X)
    np.testing.assert_array_equal(after, new)


def test_a_constant_column_is_not_measured():
    """Nothing to measure in; a warning where it is not the same constant in X."""
    before = np.array([[7.0, 7.0, 7.0, 1.0], [7.0, 7.0, 7.0, 2.0]])
    after = np.array([[7.0, 8.0, 7.0, 1.5], [7.0, 8.0, 9.0, 2.5]])
    scaler = StandardScaler().fit(before)
    with pytest.warns(UserWarning, match="could not compare columns 'x1', 'x2', which"):
        report = covariate_shift(scaler, after, X_reference=before)
    for name in (*EFFECTS, "wasserstein", "psi"):
        assert np.isnan(report[name][:3]).all(), name
    assert report.ks_statistic.tolist() == [0, 1, 0.5, 0.5]
    assert report.reason.tolist() == [
        "constant in the reference, and the same in X",
        "constant in the reference, and another constant in X",
        "constant in the reference, but not in X",
        "",
    ]
    assert report.shifted.tolist() == [False] * 4
    assert report.share_shifted == 0


def test_what_is_constant_but_for_rounding_is_constant():
    """[0.3, 0.1 + 0.2] has no spread: 10 is not 1e17 standard deviations away."""
    scaler = StandardScaler().fit([[0.3], [0.1 + 0.2], [0.3]])
    with pytest.warns(UserWarning, match="could not compare columns 'x0'"):
        report = covariate_shift(scaler, [[10.0], [11.0]])
    assert np.isnan(report.standardized_mean_difference[0])


def test_new_values_may_be_constant_but_for_rounding():
    """Their variance ratio is 0, and says nothing of a variance."""
    scaler = StandardScaler().fit([[0.0], [1.0], [0.5]])
    report = covariate_shift(scaler, [[0.3], [0.1 + 0.2], [0.3]])
    assert report.variance_ratio[0] == 0
    assert report.reason[0] == "constant in X: variance not tested"


@pytest.mark.parametrize("dtypes", [("f4", "f8"), ("f8", "f4")])
def test_float32_on_one_side_makes_no_distance(dtypes):
    """Tenths of both precisions are the same tenths."""
    before, after = (np.arange(50.0)[:, None].astype(t) / 10 for t in dtypes)
    report = covariate_shift(MinMaxScaler().fit(before), after, X_reference=before)
    assert report.ks_statistic[0] == 0
    assert report.wasserstein[0] == 0


def test_a_column_that_became_constant(X):
    """Its mean is compared; of its variance there is no test."""
    frozen = np.full((1000, 4), [10.5, 0.0, 5.0, 7.0])
    report = covariate_shift(StandardScaler().fit(X), frozen)
    assert report.shifted.tolist() == [True, False, False, False]
    assert (report.variance_ratio == 0).all()
    assert (report.jeffreys == np.inf).all()
    assert np.isnan(report.p_variance).all()
    assert set(report.reason) == {"constant in X: variance not tested"}


def test_nan_is_left_out(X, new, rng):
    """Each column is compared by the values it has."""
    X[rng.random(X.shape) < 0.3] = np.nan
    new[rng.random(new.shape) < 0.2] = np.nan
    report = covariate_shift(StandardScaler().fit(X), new, X_reference=X)
    np.testing.assert_array_equal(report.n_reference, np.sum(~np.isnan(X), axis=0))
    np.testing.assert_array_equal(report.n_new, np.sum(~np.isnan(new), axis=0))
    for j in range(4):
        before, after = (a[~np.isnan(a[:, j])][:, [j]] for a in (X, new))
        alone = covariate_shift(
            StandardScaler().fit(before), after, X_reference=before, correction=None
        )
        for name in ("smd_ci", "variance_ratio_ci", *DISTANCES):
            np.testing.assert_allclose(report[name][j], alone[name][0], rtol=1e-9)


def test_columns_without_values_are_not_measured():
    """No value, or one, on either side: NaN, a reason and a warning."""
    gap = np.nan
    before = np.array([[gap, gap, 1.0, 1.0, 1.0], [gap, 1.0, 2.0, 2.0, 2.0]])
    after = np.array([[1.0, 1.0, gap, gap, 1.0], [2.0, 2.0, gap, 1.0, 2.0]])
    scaler = StandardScaler().fit(np.nan_to_num(before))
    with pytest.warns(UserWarning, match="'x0', 'x1', 'x2', 'x3', which do not count"):
        report = covariate_shift(scaler, after, X_reference=before)
    assert report.reason.tolist() == [
        "no values in the reference",
        "less than 2 values in the reference",
        "no values in X",
        "less than 2 values in X",
        "",
    ]
    for name in (*EFFECTS[:-1], *DISTANCES):
        missing = np.isnan(report[name]).reshape(5, -1).all(axis=1)
        assert missing.tolist() == [True] * 4 + [False], name


def test_a_column_never_seen_in_fit(X):
    """All NaN in fit: no statistics of it."""
    X[:, 1] = np.nan
    standardizer = BatchStandardizer().fit(X)
    X[:, 1] = 1.0
    with pytest.warns(UserWarning, match="could not compare columns 'x1'"):
        report = covariate_shift(standardizer, X)
    assert report.reason.tolist() == ["", "no values in the reference", "", ""]


def test_where_nothing_can_be_compared_the_share_is_nan():
    """Not 0: that would say that nothing has shifted."""
    report = covariate_shift(BatchStandardizer().fit([[7.0], [7.0]]), [[7.0], [7.0]])
    assert np.isnan(report.share_shifted)


def test_variances_are_not_tested_with_momentum_of_608_rows(rng):
    """n_reference is the effective number, with all that follows."""
    standardizer = BatchStandardizer(momentum=0.1)
    for _ in range(200):
        standardizer.partial_fit(rng.normal(size=(32, 2)))
    report = covariate_shift(standardizer, rng.normal(size=(2000, 2)))
    np.testing.assert_allclose(report.n_reference, 608, rtol=1e-12)
    assert np.isnan(report.p_variance).all()
    assert np.isfinite(report.p_mean).all()


def test_adjustment_is_for_the_tests_that_are_made(X, new):
    """Eight with 1000 rows, four with fewer: Bonferroni multiplies by that."""
    scaler = StandardScaler().fit(X)
    for rows, n_tests in ((new, 8), (new[:200], 4)):
        single = covariate_shift(scaler, rows, correction=None).p_mean
        found = covariate_shift(scaler, rows).p_mean
        np.testing.assert_allclose(found, np.minimum(n_tests * single, 1), rtol=1e-12)
        fdr = covariate_shift(scaler, rows, correction="fdr_bh").p_mean
        assert (single <= fdr).all()
        assert (fdr <= found).all()


def test_alpha_is_what_intervals_leave_out_and_alarms_stay_below(X, new):
    """Wider with a smaller alpha; a p-value of 1e-6 is no alarm at 1e-9."""
    scaler = StandardScaler().fit(X)
    wide, narrow = (covariate_shift(scaler, new, alpha=a) for a in (0.01, 0.2))
    assert (np.diff(wide.smd_ci) > np.diff(narrow.smd_ci)).all()
    assert (np.diff(wide.variance_ratio_ci) > np.diff(narrow.variance_ratio_ci)).all()
    p_value = narrow.p_mean[0]
    assert narrow.shifted[0]
    assert not covariate_shift(scaler, new, alpha=p_value / 2).shifted[0]


STANDARD = StandardScaler().fit([[1.0, 2.0], [3.0, 5.0]])
ROWS = [[1.0, 2.0], [2.0, 3.0]]


@pytest.mark.parametrize(
    ("estimator", "X", "arguments", "error", "message"),
    [
        (StandardScaler(), ROWS, {}, NotFittedError, "not fitted yet"),
        (StandardScaler, ROWS, {}, TypeError, "Got StandardScaler, a class"),
        (Ridge().fit(ROWS, [1, 2]), ROWS, {}, TypeError, "Got Ridge, without transf"),
        (STANDARD, [[1.0, 2.0]], {}, ValueError, "minimum of 2 is required"),
        (STANDARD, [[1.0], [2.0]], {}, ValueError, "X has 1 features, but Stand"),
        (STANDARD, [[1.0, np.inf], [2, 3]], {}, ValueError, "contains infinity"),
        (STANDARD, [["a", "b"], ["c", "d"]], {}, ValueError, "must hold numbers"),
        (STANDARD, sparse.eye_array(2).tocsr(), {}, TypeError, r"Pass X.toarray\(\)"),
        (STANDARD, ROWS, {"alpha": 0}, ValueError, "'alpha' .* float in the range"),
        (STANDARD, ROWS, {"alpha": True}, ValueError, "Got True instead"),
        (STANDARD, ROWS, {"alpha": "5"}, ValueError, "Got '5' instead"),
        (STANDARD, ROWS, {"correction": "holm"}, ValueError, "None. Got 'holm' inst"),
        (STANDARD, ROWS, {"X_reference": [[1.0, 2.0]]}, ValueError, "X_reference|min"),
        (STANDARD, ROWS, {"X_reference": [[1.0], [2.0]]}, ValueError, "has 1 feature"),
        (Normalizer(), ROWS, {"X_reference": [[1], [2]]}, ValueError, "1 and 2 colu"),
    ],
)
def test_refusals(estimator, X, arguments, error, message):
    """An error names what was expected and what came."""
    with pytest.raises(error, match=message):
        covariate_shift(estimator, X, **arguments)


def test_columns_in_another_order_are_refused():
    """The fit has names, or the two frames do."""
    frame = pd.DataFrame(ROWS, columns=["a", "b"])
    turned = frame[["b", "a"]]
    with pytest.raises(ValueError, match="feature names should match"):
        covariate_shift(StandardScaler().fit(frame), turned)
    with (
        pytest.warns(UserWarning, match="was fitted without feature names"),
        pytest.raises(ValueError, match=r"Got 'b', 'a' and 'a', 'b'\. Pass X_ref"),
    ):
        covariate_shift(MinMaxScaler().fit(ROWS), frame, X_reference=turned)


def test_names_are_those_of_the_fit():
    """Or of X, or x0, x1, ..."""
    frame = pd.DataFrame(ROWS, columns=["a", "b"])
    assert covariate_shift(STANDARD, ROWS).feature_names.tolist() == ["x0", "x1"]
    fitted = StandardScaler().fit(frame)
    assert covariate_shift(fitted, frame).feature_names.tolist() == ["a", "b"]
    normalizer = RowLayerNormalizer(feature_groups=[["a"]]).fit(frame)
    report = covariate_shift(normalizer, frame, X_reference=frame)
    assert report.feature_names.tolist() == ["a", "b"]
