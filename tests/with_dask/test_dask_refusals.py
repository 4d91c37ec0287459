"""What Dask collections cannot have: a clear error, and what to do."""

import dask.array as da
import dask.bag
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
import sklearn

from cases import full_text
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

pytestmark = pytest.mark.usefixtures("threads")

MEDIANS = (
    "BatchStandardizer(scale='iqr') cannot be fitted in parts: quantiles of parts do "
    "not determine the quantiles of the whole. Fit on a sample that fits into memory, "
    'or scale="std".'
)
NO_KEY = (
    "RowLayerNormalizer makes no key of a Dask collection, as it may not fit into "
    "memory, and takes none. Fit with append_statistics=True: the key rides along as "
    "columns, where inverse_transform finds it. Or use statistics(part) and "
    "inverse_transform(part, statistics=key) on parts in memory."
)


def test_medians_say_why_not(X):
    """And what to do; the estimator stays as it was."""
    D = da.from_array(X, chunks=(13, 6))
    estimator = BatchStandardizer(scale="iqr")
    with pytest.raises(ValueError, match=full_text(MEDIANS)):
        estimator.fit(D)
    assert not hasattr(estimator, "scale_")
    Z = estimator.fit(X).transform(D)
    np.testing.assert_array_equal(Z.compute(), estimator.transform(X))


def test_keys_are_refused(X):
    """They may not fit into memory; the message names the ways."""
    D = da.from_array(np.nan_to_num(X), chunks=(13, 6))
    normalizer = RowLayerNormalizer().fit(D)
    key = RowLayerNormalizer().fit(np.nan_to_num(X)).statistics_
    with pytest.raises(TypeError, match=full_text(NO_KEY)):
        normalizer.statistics(D)
    with pytest.raises(TypeError, match=full_text(NO_KEY)):
        normalizer.inverse_transform(D, statistics=key)
    with pytest.raises(ValueError, match="cannot restore X without a key"):
        normalizer.inverse_transform(normalizer.transform(D))
    assert not hasattr(normalizer, "statistics_")


def test_what_is_refused_at_once(X):
    """Before anything is computed."""
    D = da.from_array(X, chunks=(13, 6))
    rolling = LocalWindowNormalizer(3, axis="samples", align="past").fit(D)
    with pytest.raises(ValueError, match="history of LocalWindowNormalizer is for"):
        rolling.transform(D, history=X)
    wrapped = LocalWindowNormalizer(3, axis="samples", edge="wrap").fit(D)
    with pytest.raises(ValueError, match="edge='wrap' of LocalWindowNormalizer joins"):
        wrapped.transform(D)
    with pytest.raises(ValueError, match="would compute a Dask collection"):
        BatchStandardizer().fit(D).set_output(transform="pandas").transform(D)
    with pytest.raises(sklearn.exceptions.NotFittedError):
        BatchStandardizer().transform(D)
    with pytest.raises(ValueError, match="X has 5 features, but BatchStandardizer"):
        BatchStandardizer().fit(D).transform(D[:, :5])
    with pytest.raises(ValueError, match="Expected 2D array, got 1D"):
        BatchStandardizer().fit(D[:, 0])
    with pytest.raises(TypeError, match="must be a Dask array of NumPy arrays"):
        BatchStandardizer().fit(dask.bag.from_sequence([1, 2]))
    text = pd.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]})
    with pytest.raises(ValueError, match="X must hold numbers"):
        RowLayerNormalizer().fit(dd.from_pandas(text, npartitions=1))
    columns_unknown = D[:, D.sum(axis=0) > 0]
    with pytest.raises(ValueError, match="must have a known number of columns"):
        BatchStandardizer().fit(columns_unknown)


@pytest.mark.parametrize(
    "estimator",
    [
        BatchStandardizer(),
        RowLayerNormalizer(),
        LocalWindowNormalizer(3, axis="samples"),
    ],
    ids=str,
)
def test_infinities_are_refused(estimator, X):
    """In fit of columns, and in transform; the estimator stays as it was."""
    bad = X.copy()
    bad[57, 3] = np.inf
    D = da.from_array(bad, chunks=(10, 6))
    if isinstance(estimator, BatchStandardizer):
        with pytest.raises(ValueError, match=r"infinity .* column 3"):
            estimator.fit(D)
        assert not hasattr(estimator, "scale_")
    estimator.fit(da.from_array(X, chunks=(10, 6)))
    with pytest.raises(ValueError, match=r"infinity .* column 3"):
        estimator.transform(D).compute()
