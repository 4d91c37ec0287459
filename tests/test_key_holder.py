"""The holder of the key: what comes back with it, and where there is none."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    Normalizer,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)

from real_data import IRIS, REAL_DATA
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection._attack import NotApplicableError
from sknorm.inspection._key_holder import (
    appended_statistics,
    restored_by_key,
    statistics,
)
from sknorm.inspection._release import released
from targets import target_of

KINDS = [
    BatchStandardizer(),
    RowLayerNormalizer(),
    RowLayerNormalizer(keep_statistics=False),
    RowLayerNormalizer(append_statistics=True),
    LocalWindowNormalizer(5, axis="samples", align="trailing", keep_statistics=False),
    StandardScaler(copy=False),
    MinMaxScaler(),
    PowerTransformer(),
    QuantileTransformer(n_quantiles=100),
    make_pipeline(RowLayerNormalizer(keep_statistics=False), StandardScaler()),
    make_pipeline(StandardScaler(), make_pipeline("passthrough", RowLayerNormalizer())),
]


@pytest.mark.parametrize("name", REAL_DATA)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_column_statistics_restore_section_0(name, dtype):
    """Errors of 1e-16 sd, in float32 1e-7: a rounding of the largest value."""
    X = REAL_DATA[name].astype(dtype)
    restored = restored_by_key(released("f", BatchStandardizer().fit(X), X))
    X = X.astype(np.float64)
    error = np.sqrt(((restored - X) ** 2).mean(axis=0)) / X.std(axis=0)
    bound = np.finfo(dtype).eps / 2 * np.abs(X).max(axis=0) / X.std(axis=0)
    assert (error <= bound).all()


@pytest.mark.parametrize("estimator", KINDS)
@pytest.mark.parametrize("frame", [False, True])
def test_the_key_restores_every_kind(estimator, frame):
    """Rows and windows with the key of these rows, in pipelines step by step."""
    X = pd.DataFrame(IRIS[:100], columns=list("abcd")) if frame else IRIS[:100].copy()
    estimator.fit(X)
    target = target_of(estimator, X)
    attack = statistics(target, restored_by_key(target.release))
    assert attack.success_rate == 1.0
    assert attack.nrmse < 1e-12
    assert attack.needs_statistics


@pytest.mark.parametrize("estimator", [RowLayerNormalizer(), BatchStandardizer()])
def test_rows_that_were_not_fitted(estimator):
    """The key is that of the rows at hand."""
    release = released("f", estimator.fit(IRIS[:50]), IRIS[50:])
    np.testing.assert_allclose(restored_by_key(release), IRIS[50:], rtol=1e-14)


def test_appended_columns_restore_without_a_key():
    """The release holds it: nothing else is needed."""
    estimator = RowLayerNormalizer(append_statistics=True, keep_statistics=False)
    attack = appended_statistics(target_of(estimator.fit(IRIS), IRIS))
    assert attack.success_rate == 1.0
    assert not attack.needs_statistics
    with pytest.raises(NotApplicableError, match="no statistics are appended"):
        appended_statistics(target_of(RowLayerNormalizer().fit(IRIS), IRIS))


@pytest.mark.parametrize(
    "estimator",
    [
        Normalizer(),
        make_pipeline(Normalizer(), StandardScaler()),
        make_pipeline(BatchStandardizer(), Normalizer()),
    ],
)
def test_no_inverse(estimator):
    """The reason names the step."""
    release = released("f", estimator.fit(IRIS), IRIS)
    with pytest.raises(
        NotApplicableError, match=r"^Normalizer has no inverse_transform\.$"
    ):
        restored_by_key(release)
