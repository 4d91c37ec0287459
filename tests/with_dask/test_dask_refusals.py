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


def test_windows_need_parts_longer_than_they_are(X):
    """Known chunk sizes, or partitions that hold a window: else what to do is said."""
    rolling = LocalWindowNormalizer(31, axis="samples").fit(X)
    unknown = da.from_array(np.nan_to_num(X), chunks=(13, 6))
    unknown = unknown[unknown[:, 0] > -10]
    text = (
        "Windows along the samples of LocalWindowNormalizer need known chunk sizes. "
        "Got a Dask array of shape (nan, 6). Call X.compute_chunk_sizes() first."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        rolling.transform(unknown)
    frame = dd.from_pandas(pd.DataFrame(X), npartitions=20)
    with pytest.raises(NotImplementedError, match="repartition"):
        rolling.transform(frame).compute()
    found = rolling.transform(frame.repartition(npartitions=3)).compute()
    np.testing.assert_allclose(found, rolling.transform(X), rtol=1e-9, atol=1e-12)


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
    with pytest.raises(TypeError, match=full_text(NO_KEY)):
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
    with pytest.raises(TypeError, match="Got Delayed"):
        BatchStandardizer().fit(dask.delayed(X))
    for nothing in (D[:0], dd.from_dask_array(D).loc[200:]):
        with pytest.raises(ValueError, match="with 0 samples, while a minimum of 1"):
            BatchStandardizer().fit(nothing)
    doses = pd.DataFrame({"dose": pd.Categorical([1, 2, 1, 2])})
    lazy = dd.from_pandas(doses, npartitions=2)
    lazy["dose"] = lazy["dose"].cat.as_unknown()
    with pytest.raises(ValueError, match="does not know yet, in columns 'dose'"):
        BatchStandardizer().fit(lazy)
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
        with pytest.raises(ValueError, match=r"In a part .* in row 7, column 3"):
            estimator.fit(D)
        assert not hasattr(estimator, "scale_")
    estimator.fit(da.from_array(X, chunks=(10, 6)))
    with pytest.raises(ValueError, match=r"infinity .* column 3"):
        estimator.transform(D).compute()
