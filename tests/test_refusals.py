"""Weights, parameters and calls that are refused; the state stays as it was."""

import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.exceptions import NotFittedError

from cases import NUMBERS, assert_refused, full_text
from scales import ABOUT_ZERO, OF_EXTREMA, OF_VARIANCE, SCALES, quoted
from sknorm import BatchStandardizer

X = np.arange(12.0).reshape(4, 3) ** 2
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])


WEIGHTS = {
    "negative": (
        [1, 1, -1, 1],
        "sample_weight must not be negative. Got -1.0 at sample 2. Use 0 to leave a "
        "sample out.",
    ),
    "all zero": (
        [0, 0, 0, 0],
        "sample_weight must not be all zero: nothing would be left to learn from.",
    ),
    "short": (
        [1, 1, 1],
        "sample_weight must have shape (4,), one weight a sample. Got shape (3,).",
    ),
    "2-D": (
        np.ones((4, 1)),
        "sample_weight must have shape (4,), one weight a sample. Got shape (4, 1).",
    ),
    "NaN": (
        [1, np.nan, 1, 1],
        "sample_weight must be finite. Got NaN or infinity at sample 1.",
    ),
    "infinite": (
        [1, 1, 1, np.inf],
        "sample_weight must be finite. Got NaN or infinity at sample 3.",
    ),
    "too large": (
        [1, 1, 1e141, 1],
        "sample_weight must be 0 or between 1e-140 and 1e140, as its squares are "
        "summed. Got 1e+141 at sample 2. Multiply all weights by the same factor.",
    ),
    "too small": (
        [0, 1e-150, 1, 1],
        "sample_weight must be 0 or between 1e-140 and 1e140, as its squares are "
        "summed. Got 1e-150 at sample 1. Multiply all weights by the same factor.",
    ),
    "complex": (
        [1j, 1, 1, 1],
        "sample_weight must hold real numbers. Got complex ones.",
    ),
    "series of text": (
        pd.Series(["1"] * 4),
        NUMBERS.format(name="sample_weight", value="'1'"),
    ),
    "dates": (
        pd.Series(pd.to_datetime(["2020-01-02"] * 4)).dt.as_unit("s"),
        NUMBERS.format(name="sample_weight", value="'2020-01-02T00:00:00'"),
    ),
    "text": (["1"] * 4, NUMBERS.format(name="sample_weight", value="'1'")),
}


@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_are_refused(kind):
    """Weights are one finite number >= 0 a sample, not all 0."""
    weight, text = WEIGHTS[kind]
    estimator = BatchStandardizer().fit(FRAME)
    assert_refused(estimator, ValueError, full_text(text), FRAME, sample_weight=weight)


PARAMETERS = {
    "location": (
        {"location": "meen"},
        "The 'location' parameter of BatchStandardizer must be one of 'mean', "
        "'median', 'min', None. Got 'meen' instead.",
    ),
    "scale": (
        {"scale": "iqq"},
        "The 'scale' parameter of BatchStandardizer must be one of "
        f"{', '.join(map(repr, sorted(SCALES)))}, None. Got 'iqq' instead.",
    ),
    "ddof": (
        {"ddof": -1},
        "The 'ddof' parameter of BatchStandardizer must be an int in the range "
        "[0, inf). Got -1 instead.",
    ),
    "eps": (
        {"eps": -1.0},
        "The 'eps' parameter of BatchStandardizer must be a float in the range [0.0, "
        "inf). Got -1.0 instead.",
    ),
    "momentum 0": (
        {"momentum": 0},
        "The 'momentum' parameter of BatchStandardizer must be a float in the range "
        "(0.0, 1.0] or None. Got 0 instead.",
    ),
    "momentum 2": (
        {"momentum": 2.0},
        "The 'momentum' parameter of BatchStandardizer must be a float in the range "
        "(0.0, 1.0] or None. Got 2.0 instead.",
    ),
    "momentum of min": (
        {"momentum": 0.1, "location": "min"},
        "momentum=0.1 of BatchStandardizer needs location 'mean' or None and scale "
        f"{quoted(OF_VARIANCE, None)}: other statistics have no weighted average. Got "
        "location='min', scale='std'. Set momentum=None.",
    ),
} | {
    f"momentum of {scale}": (
        {"momentum": 0.1, "scale": scale},
        "momentum=0.1 of BatchStandardizer needs location 'mean' or None and scale "
        f"{quoted(OF_VARIANCE, None)}: other statistics have no weighted average. Got "
        f"location='mean', scale={scale!r}. Set momentum=None.",
    )
    for scale in OF_EXTREMA
}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_parameters_are_refused(kind):
    """Parameters are checked in fit and in every partial_fit."""
    params, text = PARAMETERS[kind]
    estimator = BatchStandardizer().fit(X).set_params(**params)
    assert_refused(estimator, ValueError, full_text(text), X)


@pytest.mark.parametrize("method", ["fit", "transform", "inverse_transform"])
@pytest.mark.parametrize(
    "params",
    [{}, {"location": None, "scale": "range"}, {"location": "min", "scale": None}],
    ids=str,
)
def test_centred_sparse_is_refused(params, method):
    """A sparse input whose zeros would change is refused in every method."""
    estimator = BatchStandardizer(**params).fit(X)
    text = (
        "BatchStandardizer takes a sparse X only with location=None and scale "
        f"{quoted(['std', *ABOUT_ZERO], None)}, which leave zeros alone. Got "
        f"location={estimator.location!r}, scale={estimator.scale!r}. Change them and "
        "fit again, or pass X.toarray()."
    )
    with pytest.raises(ValueError, match=full_text(text)):
        getattr(estimator, method)(sparse.csr_array(X))


def test_sparse_after_a_centred_fit():
    """The message names the fit, where the parameters of now would do."""
    estimator = BatchStandardizer().fit(X).set_params(location=None)
    with pytest.raises(ValueError, match="scale='std', after a fit with a location"):
        estimator.transform(sparse.csr_array(X))


def test_parameter_validation_can_be_skipped():
    """scikit-learn's switch works for both ways of fitting."""
    estimator = BatchStandardizer(ddof=1.0)
    with config_context(skip_parameter_validation=True):
        estimator.fit(X).partial_fit(X)
    with pytest.raises(ValueError, match="The 'ddof' parameter"):
        estimator.partial_fit(X)


@pytest.mark.parametrize("method", ["transform", "inverse_transform"])
def test_unfitted(method):
    """NotFittedError before fit."""
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        getattr(BatchStandardizer(), method)(X)


def test_warnings_point_to_the_caller():
    """A warning shows the user's line, also through a Pipeline and set_output."""
    unseen = BatchStandardizer().fit(np.where(X[:, [1]] == X, np.nan, X))
    for method in (unseen.transform, unseen.inverse_transform):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            method(X)
        assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_an_interruption_leaves_the_state(method):
    """Ctrl-C at any line leaves the estimator exactly as it was, or finished."""
    estimator = BatchStandardizer(momentum=0.5).fit(FRAME)
    line, interrupted = 0, True
    while interrupted:
        line += 1
        before = dict(vars(estimator))
        interrupted = interrupt_at(line, getattr(estimator, method), FRAME * 2)
        same = {
            name for name, value in vars(estimator).items() if value is before[name]
        }
        learned = {name for name in before if name[-1] == "_"} - {"_groups_"}
        assert same == set(before) or not same & learned - UNCHANGED
    assert line > 50  # or nothing was interrupted


# These are the same objects after a fit to the same columns, or compare as such.
UNCHANGED = {"n_features_in_", "feature_names_in_", "_resolution_", "_quantiles_"}


def interrupt_at(line, function, *args):
    """Call, raise KeyboardInterrupt at the given line of sknorm; return if it was."""
    lines = iter(range(line))

    def tracer(frame, event, _):
        if not frame.f_globals.get("__name__", "").startswith("sknorm."):
            return None
        if event == "line" and next(lines, None) is None:
            raise KeyboardInterrupt
        return tracer

    sys.settrace(tracer)
    try:
        function(*args)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False
