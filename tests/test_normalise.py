"""Near the limits of float64: where the core is not sure, NumPy has the word."""

import warnings

import numpy as np
import pytest

from sknorm import LocalWindowNormalizer, RowLayerNormalizer, _kernels
from sknorm._kernels import _generic, core

ESTIMATORS = {
    "rows": RowLayerNormalizer(),
    "groups": RowLayerNormalizer(feature_groups=[list(range(10)), list(range(10, 24))]),
    "windows": LocalWindowNormalizer(3),
    "wide windows": LocalWindowNormalizer(11),
    "series": LocalWindowNormalizer(5, axis="samples", align="trailing"),
    "patches": LocalWindowNormalizer((3, 2), sample_shape=(4, 6)),
}


@pytest.fixture(autouse=True)
def best_level():
    """Leave the best level in use."""
    yield
    if compiled := core():
        compiled.use_level(compiled.level_names()[-1])


def says_so(estimator, X, expected):
    """Whether the result is as expected, or an error or a warning says it is not."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            Z = estimator.fit(X).transform(X)
        except ValueError as error:
            return "power of ten" in str(error)
    texts = [str(warning.message) for warning in caught]
    if any("power of ten" in text for text in texts):
        return True
    return not texts and np.allclose(Z, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    "exponent", [-300, -170, -158, -146, 149, 153, 153.6, 155, 300]
)
def test_beyond_the_promise(name, exponent, rng, monkeypatch):
    """Where squares overflow or vanish nothing is wrong unsaid, at any level."""
    estimator, compiled = ESTIMATORS[name], core()
    for _ in range(20):
        X = rng.normal(size=(6, 24)) * 10.0**exponent
        # Powers of two change nothing.
        within = X * 2.0 ** -round(exponent * np.log2(10))
        monkeypatch.setattr(_kernels, "_chosen", _generic)
        expected = estimator.fit(within).transform(within)
        assert says_so(estimator, X, expected)
        for level in compiled.level_names() if compiled else ():
            monkeypatch.setattr(_kernels, "_chosen", compiled)
            compiled.use_level(level)
            assert says_so(estimator, X, expected)


def test_one_doubtful_row_among_many(rng):
    """It is found by halves, and no other row changes by a bit."""
    X = rng.normal(size=(3000, 20))
    expected = RowLayerNormalizer().fit_transform(X)
    X[1234] = [1e-200, *[0.0] * 19]
    estimator = RowLayerNormalizer(keep_statistics=False).fit(X)
    with pytest.warns(RuntimeWarning, match="scale='std' of rows 1234 is inaccurate"):
        Z = estimator.transform(X)
    others = np.arange(len(X)) != 1234
    np.testing.assert_array_equal(Z[others], expected[others])
