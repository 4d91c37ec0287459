"""What is released: shapes, names, gaps, and what no report can be about."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, Normalizer, StandardScaler

from cases import full_text
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection import disclosure_risk, information_loss
from sknorm.inspection._release import released

BOTH = pytest.mark.parametrize("inspect", [information_loss, disclosure_risk])


@pytest.fixture(name="X")
def positive_values(rng):
    """Return 20 rows of 4 positive columns."""
    return rng.gamma(2.0, size=(20, 4)) + 1


@pytest.mark.parametrize(
    "estimator",
    [
        BatchStandardizer(copy=False),
        StandardScaler(copy=False),
        make_pipeline(StandardScaler(copy=False), MaxAbsScaler(copy=False)),
    ],
)
@BOTH
def test_the_data_stay_as_they_are(inspect, estimator, X):
    """Also where the estimator writes into what it is given."""
    estimator.fit(X.copy())
    before = X.copy()
    inspect(estimator, X)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("container", ["default", "pandas", "polars"])
@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_dataframes_are_their_numbers(frame, container, X):
    """With their names, whatever `set_output` makes of the release."""
    data = frame(X, list("abcd")) if frame is pl.DataFrame else frame(X)
    data.columns = list("abcd")
    estimator = BatchStandardizer().set_output(transform=container).fit(data)
    release = released("f", estimator, data)
    expected = released("f", BatchStandardizer().fit(X), X)
    np.testing.assert_array_equal(release.Z, expected.Z)
    assert list(release.names) == list("abcd")
    assert release.notes == []
    assert list(expected.names) == ["x0", "x1", "x2", "x3"]


def test_each_side_has_its_resolution(X):
    """Data in float64, released in float32."""
    release = released("f", BatchStandardizer().fit(X), X, X.astype("f4"))
    assert (release.resolution, release.resolution_z) == (2.0**-52, 2.0**-23)


def test_appended_columns_are_the_key(X):
    """They are no part of the comparison, and the reader is told."""
    plain = RowLayerNormalizer().fit(X)
    appending = RowLayerNormalizer(append_statistics=True).fit(X)
    for estimator in (appending, make_pipeline(appending, StandardScaler()).fit(X)):
        release = released("f", estimator, X)
        assert release.n_appended == 2
        assert release.Z.shape == X.shape
        assert "appends 2 columns of statistics: they are the key" in release.notes[0]
    np.testing.assert_array_equal(
        released("f", appending, X).Z, released("f", plain, X).Z
    )


def test_columns_of_other_names_are_pointed_out(X):
    """A transformer may have rearranged them: the comparison goes by position."""
    release = released("f", PCA().fit(X), X)
    assert release.notes[0].startswith("The released columns are called 'pca0', 'pca1'")
    assert released("f", Normalizer(), X).notes == []


def test_values_that_the_release_hides_are_pointed_out(X):
    """NaN in Z alone."""
    Z = X.copy()
    Z[3, 1] = np.nan
    release = released("f", BatchStandardizer().fit(X), X, Z)
    assert "NaN where X has values in columns 'x1'" in release.notes[0]


def _with(X, value):
    X = X.copy()
    X[2, 1] = value
    return X


REFUSED = {
    "class": (
        lambda X: (BatchStandardizer, X),
        TypeError,
        "The estimator of {} must be a fitted transformer. Got BatchStandardizer, a "
        "class. Pass an instance such as BatchStandardizer().fit(X).",
    ),
    "no transformer": (
        lambda X: (Ridge().fit(X, X[:, 0]), X),
        TypeError,
        "The estimator of {} must be a fitted transformer. Got Ridge, without "
        "transform. Pass an instance such as BatchStandardizer().fit(X).",
    ),
    "sparse": (
        lambda X: (MaxAbsScaler().fit(X), sparse.csr_array(X)),
        TypeError,
        "X of {} must be dense. Got csr_array. Pass X.toarray(), or a sample of its "
        "rows.",
    ),
    "fewer columns": (
        lambda X: (PCA(2).fit(X), X),
        ValueError,
        "{} compares each value with what became of it, so transform(X) must have the "
        "shape of X, (20, 4). Got (20, 2). Inspect the steps that keep the columns, by "
        "themselves.",
    ),
    "text": (
        lambda X: (BatchStandardizer().fit(X), X.astype(str)),
        ValueError,
        None,
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
@BOTH
def test_what_no_report_can_be_about(inspect, kind, X):
    """An error that names the parameter, what came, and the remedy."""
    arguments, error, text = REFUSED[kind]
    pattern = (
        "must hold numbers"
        if text is None
        else full_text(text.format(inspect.__name__))
    )
    with pytest.raises(error, match=pattern):
        inspect(*arguments(X))


@pytest.mark.parametrize("estimator", [BatchStandardizer(), StandardScaler()])
@BOTH
def test_not_fitted(inspect, estimator, X):
    """As scikit-learn says it."""
    with pytest.raises(NotFittedError, match="not fitted yet"):
        inspect(estimator, X)


@BOTH
def test_one_row(inspect, X):
    """One row has no spread to measure by."""
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        inspect(LocalWindowNormalizer(3).fit(X), X[:1])


@BOTH
def test_infinities(inspect, X):
    """They are refused, not measured."""
    with pytest.raises(ValueError, match="infinity"):
        inspect(StandardScaler().fit(X), _with(X, np.inf))


@BOTH
def test_other_columns_than_fitted(inspect, X):
    """The estimator says what it expects."""
    with pytest.raises(ValueError, match="expecting 4 features"):
        inspect(BatchStandardizer().fit(X), X[:, :3])


@pytest.mark.parametrize("shape", [(19, 4), (20, 5), (20, 3)])
def test_a_given_release_of_another_shape(shape, X):
    """Z is compared value by value."""
    with pytest.raises(ValueError, match=r"so Z must have the shape of X, \(20, 4\)"):
        information_loss(BatchStandardizer().fit(X), X, Z=np.ones(shape))
