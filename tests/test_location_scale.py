"""The scale in use: ddof, eps, constants, and the limits of float64."""

import numpy as np
import pandas as pd
import pytest

from cases import full_text
from scales import (
    ABOUT_ZERO,
    CENTRED,
    OF_EXTREMA,
    OF_QUANTILES,
    OF_VARIANCE,
    SCALES,
    exact_column,
)
from sknorm import BatchStandardizer

X = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0], [8.0, np.nan]])


@pytest.mark.parametrize("ddof", [0, 1, 2, 3])
def test_ddof_of_std(ddof):
    """The sum of squares is divided by n - ddof."""
    estimator = BatchStandardizer(ddof=ddof).fit(X)
    assert estimator.scale_[0] == pytest.approx(np.std(X[:, 0], ddof=ddof), rel=1e-15)
    assert estimator.var_[0] == np.var(X[:, 0])


def test_one_to_ddof_values_have_scale_1():
    """No spread can be estimated from them; eps does not change that."""
    some = np.array([[1.0, 1.0, 1.0], [np.nan, 2.0, 2.0], [np.nan, np.nan, 4.0]])
    for eps in (0.0, 0.25):
        estimator = BatchStandardizer(ddof=2, eps=eps).fit(some)
        last = np.sqrt(np.var(some[:, 2], ddof=2) + eps)
        np.testing.assert_allclose(estimator.scale_, [1, 1, last], rtol=1e-15)


@pytest.mark.parametrize("scale", [name for name in SCALES if name != "std"])
def test_ddof_is_for_std_only(scale):
    """Other scales do not know it."""
    with_ddof, without = (BatchStandardizer(scale=scale, ddof=d).fit(X) for d in (3, 0))
    np.testing.assert_array_equal(with_ddof.scale_, without.scale_)


def test_weights_must_exceed_ddof():
    """Weights that do not count samples leave no variance to estimate."""
    frame = pd.DataFrame(X, columns=["a", "b"])
    estimator = BatchStandardizer(ddof=1)
    text = (
        "The weights must sum to more than ddof=1. Got 0.8. Use a smaller ddof, or "
        "weights that count samples."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        estimator.fit(frame, sample_weight=[0.2] * 4)
    for n in range(2, 60):  # whose sum is 1 but for rounding, on either side
        with pytest.raises(ValueError, match=r"more than ddof=1\. Got 1\. Use"):
            estimator.fit(np.ones((n, 1)), sample_weight=np.full(n, 1 / n))
    estimator.set_params(scale="range").fit(frame, sample_weight=[0.2] * 4)


def test_a_light_column_has_scale_1():
    """Where other columns have more, a column of little weight is one of few values."""
    weight = [0.25, 0.25, 0.25, 1]
    estimator = BatchStandardizer(ddof=1).fit(X, sample_weight=weight)
    assert estimator.scale_[0] != 1
    assert estimator.scale_[1] == 1
    single = np.array([[1.0, 2.0], [np.nan, 3.0]])
    weighted = BatchStandardizer(ddof=1).fit(single, sample_weight=[1, 1])
    unweighted = BatchStandardizer(ddof=1).fit(single)
    np.testing.assert_array_equal(weighted.scale_, unweighted.scale_)


@pytest.mark.parametrize("eps", [1e-5, 0.25])
@pytest.mark.parametrize("scale", OF_VARIANCE)
def test_eps_is_that_of_batch_normalization(scale, eps):
    """Scale = sqrt(scale**2 + eps), for constants too."""
    plain = [SCALES[scale].by_numpy(x[~np.isnan(x)]) for x in X.T]
    np.testing.assert_allclose(
        BatchStandardizer(scale=scale, eps=eps).fit(X).scale_,
        np.sqrt(np.square(plain) + eps),
        rtol=1e-15,
    )


@pytest.mark.parametrize("scale", [*OF_EXTREMA, *OF_QUANTILES])
def test_eps_is_for_std_and_rms_only(scale):
    """Other scales do not know it."""
    with_eps, without = (BatchStandardizer(scale=scale, eps=e).fit(X) for e in (1, 0))
    np.testing.assert_array_equal(with_eps.scale_, without.scale_)


def test_eps_gives_the_scale_away():
    """The reason for the default: s**2 = eps v / (1 - v), from the output alone."""
    eps, x = 1e-5, np.random.default_rng(0).normal(size=(1000, 1)) * 7
    v = BatchStandardizer(eps=eps).fit_transform(x).var()
    assert np.sqrt(eps * v / (1 - v)) == pytest.approx(x.std(), rel=1e-6)


@pytest.mark.parametrize("scale", CENTRED)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("magnitude", [1.0, -1.0, 2.0**40])
def test_the_limit_of_constants(scale, dtype, magnitude):
    """A scale of at most eps(dtype) * abs(c) counts as 0, the next above does not.

    Of 1 and 1 + k eps the range is k eps, std and iqr are k eps / 2, mad 0.74 k eps.
    """
    eps = np.finfo(dtype).eps
    constant = []
    for k in (1, 2, 3):
        x = np.array([[1], [1 + k * eps]], dtype) * dtype(magnitude)
        exact = exact_column(x[:, 0])
        limit = float(eps) * abs(exact[SCALES[scale].center])
        constant.append(exact[scale] <= limit)
        estimator = BatchStandardizer(scale=scale).fit(x)
        assert (estimator.scale_[0] == 1) == constant[-1]
    assert constant[0]
    assert not constant[-1]


def test_the_coarsest_dtype_decides():
    """Batches of float32 and float64 give the same scale in either order."""
    X = 1e6 + np.arange(8.0)[:, None] / 1000
    assert BatchStandardizer().fit(X).scale_[0] != 1
    batches = [X, X[:1].astype(np.float32)]
    for order in (batches, batches[::-1]):
        estimator = BatchStandardizer()
        for batch in order:
            estimator.partial_fit(batch)
        assert estimator.scale_[0] == 1


@pytest.mark.parametrize("scale", ABOUT_ZERO)
def test_scales_about_zero_know_no_such_limit(scale):
    """A column of 0.1 has its own rms and maxabs; only zeros have scale 1."""
    estimator = BatchStandardizer(location=None, scale=scale)
    estimator.fit([[0.1, 0.0], [0.1, 0.0]])
    expected = [SCALES[scale].by_numpy(np.array([0.1, 0.1])), 1]
    np.testing.assert_allclose(estimator.scale_, expected, rtol=1e-15)


@pytest.mark.parametrize("location", ["mean", None])
@pytest.mark.parametrize("scale", OF_VARIANCE)
def test_overflow_is_an_error(location, scale):
    """Squares beyond float64 are refused by column; extrema still work."""
    estimator = BatchStandardizer(location=location, scale=scale)
    huge = pd.DataFrame({"a": [1.0, 2.0], "b": [1e200, -1e200]})
    text = (
        f"location={location!r}, scale={scale!r} of columns 'b' are too large for "
        r"float64. Divide the data by a power of ten first."
    )
    with pytest.raises(ValueError, match=text):
        estimator.fit(huge)
    BatchStandardizer(location="min", scale="range").fit(huge)


def test_lost_digits_are_a_warning():
    """Differences whose squares vanish are named; extrema still work."""
    tiny = np.array([[1.0, 1e-200], [2.0, 3e-200]])
    text = (
        "BatchStandardizer: scale='std' of columns 1 is inaccurate, as the squares of "
        "their differences (times the weights) are too small for float64. Multiply the "
        "data by a power of ten first."
    )
    with pytest.warns(RuntimeWarning, match=full_text(text)):
        BatchStandardizer().fit(tiny)
    with pytest.warns(RuntimeWarning, match=full_text(text)):
        BatchStandardizer().fit(tiny * [1, 1e100], sample_weight=[1e-120, 1e-120])
    Z = BatchStandardizer(location="min", scale="range").fit_transform(tiny)
    np.testing.assert_array_equal(Z, [[0, 0], [1, 1]])


def test_a_large_first_value_is_done_again():
    """Squares about the first value overflow here, those about the mean do not."""
    estimator = BatchStandardizer().fit([[1.3e154], [0.0], [0.0]])
    expected = 1.3 * np.sqrt(2) / 3
    assert estimator.scale_[0] / 1e154 == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("magnitude", [1e-139, 1e139])
def test_the_promised_range(magnitude, rng):
    """Between 1e-140 and 1e140 z is right."""
    x = rng.normal(size=(100, 1))
    np.testing.assert_allclose(
        BatchStandardizer().fit_transform(x * magnitude),
        BatchStandardizer().fit_transform(x),
        rtol=1e-12,
    )


def test_overflow_of_z_is_a_warning():
    """A z that does not fit into the dtype is named, not passed on in silence."""
    estimator = BatchStandardizer().fit(np.float32([[0, 0], [1e-30, 1]]))
    with pytest.warns(
        RuntimeWarning,
        match="BatchStandardizer: the results for columns 0 do not fit into float32 "
        "and became infinite.",
    ):
        Z = estimator.transform(np.float32([[1e30, 1]]))
    assert np.isinf(Z[0, 0])
    assert Z[0, 1] == 1
