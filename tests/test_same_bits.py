"""The same bits: at every level, in any number of threads, for a row alone."""

import multiprocessing
import os
import sys
import warnings

import joblib
import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeRegressor

from fuzz_judge import same_bits
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm._kernels import core

if core() is None:
    pytest.skip("the compiled core is not in use", allow_module_level=True)

from sknorm._kernels import _core

LEVELS = _core.level_names()
PATCHES = {"sample_shape": (20, 30), "window": (7, 5)}
ESTIMATORS = {
    "columns": lambda **kwargs: BatchStandardizer(**kwargs),
    "columns in groups": lambda **kwargs: BatchStandardizer(feature_groups=6, **kwargs),
    "rows": lambda **kwargs: RowLayerNormalizer(**kwargs),
    "short rows": lambda **kwargs: RowLayerNormalizer(feature_groups=20, **kwargs),
    "unequal groups": lambda **kwargs: RowLayerNormalizer(
        feature_groups=[range(100, 0, -1), range(200, 450)], **kwargs
    ),
    "windows along features": lambda **kwargs: LocalWindowNormalizer(11, **kwargs),
    "wide windows": lambda **kwargs: LocalWindowNormalizer(301, **kwargs),
    "windows along samples": lambda **kwargs: LocalWindowNormalizer(
        24, axis="samples", align="past", **kwargs
    ),
    "windows of channels": lambda **kwargs: LocalWindowNormalizer(
        (9, 1), sample_shape=(200, 3), **kwargs
    ),
    "patches": lambda **kwargs: LocalWindowNormalizer(**PATCHES, **kwargs),
    "large patches": lambda **kwargs: LocalWindowNormalizer(
        (11, 13), sample_shape=(20, 30), **kwargs
    ),
    "tall patches": lambda **kwargs: LocalWindowNormalizer(
        (71, 3), sample_shape=(100, 6), **kwargs
    ),
    "patches of channels": lambda **kwargs: LocalWindowNormalizer(
        (5, 5, 1), sample_shape=(20, 10, 3), **kwargs
    ),
}
of_rows = [name for name in ESTIMATORS if not name.startswith("columns")]
alone = [name for name in of_rows if name != "windows along samples"]
estimators = pytest.mark.parametrize("name", ESTIMATORS)
data = pytest.mark.parametrize(
    ("n_rows", "dtype", "nan"),
    [
        (150, np.float64, False),
        (150, np.float32, True),
        (900, np.float64, True),  # above 4 MB: several threads
        (1800, np.float32, False),
    ],
    ids=["small", "small float32 with NaN", "large with NaN", "large float32"],
)


@pytest.fixture(autouse=True)
def best_level():
    """Leave the best level in use."""
    yield
    _core.use_level(LEVELS[-1])


def matrix(n_rows, dtype=np.float64, nan=False):
    """Return rows of 600 values about 100, parts of them spoilt."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 600)) + 100
    X[3, 17] = 1e9
    X[0, 40:50] = -0.0  # past windows have nothing there
    if nan:
        X[rng.random(X.shape) < 0.05] = np.nan
        X[5], X[:, 7] = np.nan, np.nan
    return X.astype(dtype)


def results(name, X, n_jobs=None):
    """Return what an estimator makes of X: z, statistics, and X restored."""
    estimator = ESTIMATORS[name](n_jobs=n_jobs)
    Z = estimator.fit_transform(X)
    if name.startswith("columns"):
        statistics = estimator.location_, estimator.scale_, estimator.var_
        return Z, *statistics, estimator.inverse_transform(Z)
    key = estimator.statistics_
    restored = estimator.inverse_transform(Z, statistics=key)
    return Z, key.location, key.scale, estimator.transform(X), restored


def assert_same_bits(these, those):
    """Compare results bit for bit."""
    for a, b in zip(these, those, strict=True):
        assert same_bits(a, b)


@estimators
@data
def test_all_levels(name, n_rows, dtype, nan):
    """All levels of processors that were built and run here give the same bits."""
    X, expected = matrix(n_rows, dtype, nan), None
    for level in LEVELS:
        _core.use_level(level)
        found = results(name, X)
        assert_same_bits(found, found if expected is None else expected)
        expected = found


def test_several_levels_are_compared():
    """On x86-64 with GCC's or Clang's levels there is something to compare."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("levels are those of x86-64")
    assert LEVELS[:2] == ["baseline", "v2"]


@estimators
@data
@pytest.mark.parametrize("n_jobs", [2, 3, -1])
def test_all_numbers_of_threads(name, n_jobs, n_rows, dtype, nan):
    """The number of threads changes no bit."""
    X = matrix(n_rows, dtype, nan)
    assert_same_bits(results(name, X, n_jobs), results(name, X, 1))


@pytest.mark.parametrize("name", alone)
@data
def test_a_row_alone(name, n_rows, dtype, nan):
    """A row by itself, and two of them, give the bits that they have in a batch."""
    X = matrix(n_rows, dtype, nan)
    whole = results(name, X, 2)
    for chosen in ([0], [3], [5], [n_rows - 1], [4, 60]):
        assert_same_bits(results(name, X[chosen]), [part[chosen] for part in whole])


HARD = {
    "normal": lambda X: X,
    "offset": lambda X: X + 1e8,
    "spikes": lambda X: np.where(np.abs(X) > 2.8, 1e9 * X, X),
    "a step": lambda X: X + 1e12 * (np.arange(X.shape[1]) > 300),
    "mostly constant": lambda X: np.where(np.abs(X) < 1.5, 3.0, X),
    "differences that underflow": lambda X: 1e-155 * X,
    "squares that overflow": lambda X: 1e160 * X,
}


def outcome(name, X, keep):
    """Return what becomes of X, or the error, and the warnings."""
    estimator = ESTIMATORS[name](keep_statistics=keep)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            Z = estimator.fit_transform(X).tobytes()
        except ValueError as error:
            Z = str(error)
    return Z, [str(warning.message) for warning in caught]


@pytest.mark.parametrize("name", of_rows)
@pytest.mark.parametrize("kind", HARD)
def test_without_statistics(name, kind):
    """Where none are kept, kernels have loops of their own, with the same results."""
    X = HARD[kind](np.random.default_rng(0).normal(size=(150, 600)))
    assert outcome(name, X, keep=False) == outcome(name, X, keep=True)


@data
def test_a_column_alone(n_rows, dtype, nan):
    """So do columns of windows along the samples."""
    X = matrix(n_rows, dtype, nan)
    whole = results("windows along samples", X, 2)
    for chosen in ([0], [7], [17], [599], [4, 60]):
        expected = [part[:, chosen] for part in whole]
        assert_same_bits(results("windows along samples", X[:, chosen]), expected)


@data
def test_a_row_alone_under_fitted_columns(n_rows, dtype, nan):
    """What columns have learned is applied to a row as it is to a batch."""
    X = matrix(n_rows, dtype, nan)
    estimator = BatchStandardizer(n_jobs=2).fit(X)
    Z = estimator.transform(X)
    restored = estimator.inverse_transform(Z)
    for row in (0, 3, n_rows - 1):
        chosen = slice(row, row + 1)
        assert same_bits(estimator.transform(X[chosen]), Z[chosen])
        assert same_bits(estimator.inverse_transform(Z[chosen]), restored[chosen])


@estimators
@data
def test_layouts(name, n_rows, dtype, nan):
    """Strides change no bit; columns in F-order are right to 4 units of max(1, |z|)."""
    X = matrix(n_rows, dtype, nan)
    expected = results(name, X)
    read_only = X.copy()
    read_only.setflags(write=False)
    for other in (np.repeat(X, 2, axis=1)[:, ::2], X[::-1].copy()[::-1], read_only):
        assert_same_bits(results(name, other), expected)
    z, by_columns = expected[0], results(name, np.asfortranarray(X))[0]
    if name.startswith("columns"):
        unit = np.finfo(dtype).eps * np.maximum(1, np.abs(z))
        assert np.nanmax(np.abs(by_columns - z) / unit) <= 4
        np.testing.assert_array_equal(np.isnan(by_columns), np.isnan(z))
    else:
        assert same_bits(by_columns, z)


@pytest.mark.parametrize("backend", ["loky", "threading"])
@pytest.mark.parametrize("name", ["columns", "windows along features", "patches"])
def test_under_joblib(name, backend):
    """Threads within joblib's workers, processes or threads, give the same bits."""
    X, estimator = matrix(900, nan=True), ESTIMATORS[name](n_jobs=2)
    expected = ESTIMATORS[name](n_jobs=1).fit_transform(X)
    normalise = joblib.delayed(estimator.fit_transform)
    with joblib.parallel_config(backend, n_jobs=2):
        for found in joblib.Parallel()(normalise(X) for _ in range(4)):
            assert same_bits(found, expected)


def test_in_a_grid_search():
    """GridSearchCV(n_jobs=2) over a Pipeline with threads scores as one without.

    The model is a tree: linear algebra in workers need not give the same bits.
    """
    X = matrix(900)
    y = X[:, 40] - X[:, 41]
    scores = []
    for n_jobs in (None, 2):
        tree = DecisionTreeRegressor(max_depth=3, random_state=0)
        model = make_pipeline(LocalWindowNormalizer(n_jobs=n_jobs), tree)
        grid = {"localwindownormalizer__window": [5, 11]}
        search = GridSearchCV(model, grid, cv=2, n_jobs=n_jobs).fit(X, y)
        scores.append(search.cv_results_["mean_test_score"])
    np.testing.assert_array_equal(scores[0], scores[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork does not exist here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_after_a_fork():
    """A child of a process that has used threads can use them too, and finishes."""
    X, estimator = matrix(900), LocalWindowNormalizer(11, n_jobs=2)
    expected = estimator.fit_transform(X)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=lambda: queue.put(estimator.transform(X)[::9]))
    child.start()
    found = queue.get(timeout=120)
    child.join(timeout=120)
    assert child.exitcode == 0
    assert same_bits(found, expected[::9])


@pytest.mark.parametrize("n_jobs", [0, 1.5, "2"])
def test_a_number_of_threads_that_is_none(n_jobs):
    """Refused whatever the size of the data."""
    with pytest.raises(ValueError, match="The 'n_jobs' parameter of RowLayerNorm"):
        RowLayerNormalizer(n_jobs=n_jobs).fit([[1.0, 2.0]])


@pytest.mark.parametrize("length", [7, 71, 603, 2049, 2501, 16_384, 16_390])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_row_of_any_length_alone(length, dtype):
    """Rows are summed while those before them are mapped: a row alone is not."""
    X = np.random.default_rng(0).normal(size=(19, length)).astype(dtype) + 100
    X[4, 5], X[8] = np.nan, 7.0
    normalizer = RowLayerNormalizer(keep_statistics=False).fit(X)
    alone = [normalizer.transform(row) for row in np.split(X, len(X))]
    assert same_bits(normalizer.transform(X), np.concatenate(alone))
