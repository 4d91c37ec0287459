"""The table of scales: the package's, the tests', and the documented one agree."""

import re
from typing import get_args

import numpy as np
import pytest
from numpydoc.docscrape import ClassDoc

from scales import SCALES, exact_column
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm._scales import SCALES as FORMULAS
from sknorm._scales import Scale


def test_the_tables_agree():
    """Every scale has a row in tests/scales.py, with what its formula says."""
    assert list(SCALES) == list(FORMULAS)
    for name, row in SCALES.items():
        assert row.source == FORMULAS[name].source
        assert (row.center is None) == (FORMULAS[name].center is None)


def test_the_type_has_every_scale():
    """`Scale` is what type checkers know."""
    literal, none = get_args(Scale)
    assert get_args(literal) == tuple(SCALES)
    assert none is type(None)


def test_the_docstring_has_every_scale():
    """BatchStandardizer lists them."""
    (scale,) = (
        p for p in ClassDoc(BatchStandardizer)["Parameters"] if p.name == "scale"
    )
    assert re.findall(r'^\* "(\w+)": ', "\n".join(scale.desc), re.M) == list(SCALES)


@pytest.mark.parametrize("name", SCALES)
def test_both_formulas_agree(name, rng):
    """NumPy's and the exact one, for even and odd numbers of values."""
    for n in (1, 2, 3, 10, 101):
        x = rng.normal(size=n) + 3
        exact = float(exact_column(x)[name])
        assert SCALES[name].by_numpy(x) == pytest.approx(exact, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize(
    "estimator", [BatchStandardizer, RowLayerNormalizer, LocalWindowNormalizer]
)
def test_every_estimator_has_every_scale(estimator, name, rng):
    """A window as long as the row is the row, and the row is the column on its side."""
    x = rng.normal(size=9) + 3
    X = x[:, np.newaxis] if estimator is BatchStandardizer else x[np.newaxis]
    fitted = estimator(scale=name, location=None)
    if estimator is LocalWindowNormalizer:
        fitted.set_params(window=99)
    expected = x / float(exact_column(x)[name])
    np.testing.assert_allclose(fitted.fit_transform(X).ravel(), expected, rtol=1e-13)
