"""scikit-learn's own checks, in every mode of every estimator."""

import contextlib

import pytest
import sklearn
from sklearn.base import BaseEstimator, clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator

from cases import PAIRS
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

FURTHER_CHECKS = (
    "check_dataframe_column_names_consistency",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
    "check_inplace_ensure_writeable",
    "check_param_validation",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
)
SKLEARN = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
EVERY_PAIR = [{"location": location, "scale": scale} for location, scale in PAIRS]
EDGES = ["shrink", "reflect", "mirror", "nearest", "wrap"]
SHARED = [
    {"ddof": 1},
    {"ddof": 3},
    {"eps": 1e-5},
    {"eps": 1.0, "scale": "rms"},
]
MODES = [
    *(BatchStandardizer(**params) for params in [*EVERY_PAIR, *SHARED]),
    BatchStandardizer(momentum=0.1),
    BatchStandardizer(momentum=1.0, location=None, scale="rms"),
    *(RowLayerNormalizer(**params) for params in [*EVERY_PAIR, *SHARED]),
    RowLayerNormalizer(append_statistics=True),
    RowLayerNormalizer(append_statistics=True, location=None, scale="rms"),
    RowLayerNormalizer(append_statistics=True, keep_statistics=False),
    RowLayerNormalizer(keep_statistics=False),
    RowLayerNormalizer(feature_groups=1),
    RowLayerNormalizer(feature_groups=[]),
    *(LocalWindowNormalizer(**params) for params in [*EVERY_PAIR, *SHARED]),
    *(LocalWindowNormalizer(window=n, edge=edge) for n in (4, 99) for edge in EDGES),
    LocalWindowNormalizer(align="trailing"),
    LocalWindowNormalizer(align="past"),
    LocalWindowNormalizer(weights="gaussian"),
    LocalWindowNormalizer(append_statistics=True),
    LocalWindowNormalizer(append_statistics=True, keep_statistics=False),
    LocalWindowNormalizer(keep_statistics=False),
]
ALONG_SAMPLES = [
    *(LocalWindowNormalizer(axis="samples", **params) for params in EVERY_PAIR),
    LocalWindowNormalizer(axis="samples", window=99, edge="reflect"),
    LocalWindowNormalizer(axis="samples", align="past"),
    LocalWindowNormalizer(axis="samples", weights="gaussian"),
    LocalWindowNormalizer(axis="samples", append_statistics=True),
]
# A value depends on the rows around it.
FAIL_ALONG_SAMPLES = {
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
}


def failures(estimator):
    """Return {check: exception} of the checks that an estimator fails."""
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    assert sum(result["status"] == "passed" for result in results) > 40 or any(
        result["status"] == "failed" for result in results
    )
    failed = {
        result["check_name"]: result["exception"]
        for result in results
        if result["status"] not in ("passed", "skipped")
    }
    # Before 1.7 this check ignored the tag that refuses sparse input (#30139).
    if SKLEARN < (1, 7) and not estimator.__sklearn_tags__().input_tags.sparse:
        failed.pop("check_sample_weight_equivalence_on_sparse_data", None)
    return failed


def chain_of(exception):
    """Return the messages of an exception and of those that it was raised from."""
    if exception is None:
        return ""
    return f"{exception}\n{chain_of(exception.__cause__ or exception.__context__)}"


@pytest.mark.parametrize("estimator", MODES, ids=str)
def test_check_estimator(estimator):
    """Every check passes."""
    assert failures(estimator) == {}


@pytest.mark.parametrize("estimator", ALONG_SAMPLES, ids=str)
def test_check_estimator_along_samples(estimator):
    """Two checks cannot pass, and all others do."""
    failed = set(failures(estimator))
    normalises = estimator.location is not None or estimator.scale is not None
    assert failed == (FAIL_ALONG_SAMPLES if normalises else set())


# These checks fit on a dataframe and transform an array, and the reverse, on purpose.
@pytest.mark.filterwarnings("ignore:X .* feature names:UserWarning")
@pytest.mark.parametrize("check", FURTHER_CHECKS)
@pytest.mark.parametrize("estimator", [*MODES, *ALONG_SAMPLES], ids=str)
def test_further_checks(estimator, check):
    """The public checks that check_estimator leaves out pass too."""
    getattr(estimator_checks, check)(type(estimator).__name__, clone(estimator))


@pytest.mark.parametrize(
    "estimator", [BatchStandardizer, RowLayerNormalizer, LocalWindowNormalizer]
)
def test_default_values_are_valid(estimator):
    """By scikit-learn's own check: that of the package leaves them out."""
    BaseEstimator._validate_params(estimator())


def test_parameters_of_a_subclass_are_checked():
    """Its defaults are taken as valid, other values are not."""

    class Sample(BatchStandardizer):
        def __init__(self, *, ddof=1, eps=0.0, n_jobs=None):
            super().__init__(ddof=ddof, eps=eps, n_jobs=n_jobs)

    Sample().fit([[1.0], [2.0]])
    with pytest.raises(ValueError, match="The 'ddof' parameter of Sample must be"):
        Sample(ddof=-1).fit([[1.0], [2.0]])


@pytest.mark.parametrize(
    ("accepted", "refused"),
    [
        ({"ddof": 1}, {"ddof": 1.0}),
        ({"n_jobs": 1}, {"n_jobs": "1"}),
        ({"n_jobs": -1}, {"ddof": -1}),
        ({"ddof": -1}, {"ddof": -1}),
    ],
)
def test_what_was_accepted_says_nothing_about_other_values(accepted, refused):
    """A parameter is checked once for each value, type included; errors are no pass."""
    X = [[1.0, 2.0], [3.0, 5.0]]
    with contextlib.suppress(ValueError):
        RowLayerNormalizer(**accepted).fit(X)
    (name,) = refused
    with pytest.raises(ValueError, match=f"The {name!r} parameter of RowLayerNorm"):
        RowLayerNormalizer(**refused).fit(X)


def test_copy_false_fails_what_standard_scaler_fails():
    """Writing into X cannot pass the check that uses its X again."""
    expected = failures(StandardScaler(copy=False)).keys()
    assert failures(BatchStandardizer(copy=False)).keys() == expected


@pytest.mark.parametrize("groups", [2, 3, [[0, 1], [2]], [[0, 5]]], ids=str)
@pytest.mark.parametrize("estimator", [BatchStandardizer, RowLayerNormalizer])
def test_feature_groups_fail_only_for_lack_of_columns(estimator, groups):
    """The checks use 1 to 20 columns, which no fixed grouping fits."""
    failed = failures(estimator(feature_groups=groups))
    assert failed
    for exception in failed.values():
        assert "needs n columns" in chain_of(exception)


@pytest.mark.parametrize("shape", [(2, 5), (7,), (2, 2, 2)], ids=str)
def test_sample_shape_fails_only_for_lack_of_columns(shape):
    """The checks use 1 to 20 columns, which no fixed shape fits."""
    failed = failures(LocalWindowNormalizer(window=3, sample_shape=shape))
    assert failed
    for exception in failed.values():
        assert "needs n columns" in chain_of(exception)
