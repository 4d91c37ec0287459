"""scikit-learn's own checks, in every mode of every estimator."""

import pytest
import sklearn
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator

from cases import PAIRS
from sknorm import BatchStandardizer, RowLayerNormalizer

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
]


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


# These checks fit on a dataframe and transform an array, and the reverse, on purpose.
@pytest.mark.filterwarnings("ignore:X .* feature names:UserWarning")
@pytest.mark.parametrize("check", FURTHER_CHECKS)
@pytest.mark.parametrize("estimator", MODES, ids=str)
def test_further_checks(estimator, check):
    """The public checks that check_estimator leaves out pass too."""
    getattr(estimator_checks, check)(type(estimator).__name__, clone(estimator))


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
