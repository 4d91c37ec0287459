"""The report of covariate_shift: its text, HTML, dataframe and JSON forms."""

import inspect
import json
import pickle

import numpy as np
import pandas as pd
import pytest
from numpydoc.docscrape import ClassDoc, FunctionDoc

from sknorm import BatchStandardizer
from sknorm.inspection import covariate_shift
from sknorm.inspection._shift_report import CovariateShift

DISTANCES = {"ks_statistic", "wasserstein", "psi", "psi_critical"}


@pytest.fixture(name="frames")
def before_and_after():
    """Return 1000 rows before, 1500 after; the mean of b and the spread of c differ."""
    rng = np.random.default_rng(1)  # seed 0 gives a false alarm, 1 in 20 does
    before = pd.DataFrame(rng.normal(size=(1000, 3)), columns=["a", "b", "c"])
    after = pd.DataFrame(rng.normal(size=(1500, 3)), columns=["a", "b", "c"])
    after["b"] += 0.5
    after["c"] *= 2
    return before.assign(d=7.0), after.assign(d=7.0)


@pytest.fixture(name="report")
def report_on_frames(frames):
    """Return the report with distances."""
    before, after = frames
    fitted = BatchStandardizer().fit(before)
    return covariate_shift(fitted, after, X_reference=before)


def test_every_attribute_is_documented(frames, report):
    """No others are; the four distances are None without a reference."""
    attributes = ClassDoc(CovariateShift)["Attributes"]
    assert {attribute.name for attribute in attributes} == set(report)
    fitted = BatchStandardizer().fit(frames[0])
    short = covariate_shift(fitted, frames[1])
    assert {name for name in short if short[name] is None} == DISTANCES
    for form in (str(short).split(), short.to_frame()):
        assert not {*DISTANCES, "ks", "w1"} & set(form)


def test_parameters_are_documented():
    """In the order of the signature."""
    documented = [p.name for p in FunctionDoc(covariate_shift)["Parameters"]]
    assert documented == list(inspect.signature(covariate_shift).parameters)


def test_text_has_effects_before_p_values(report):
    """The table: what was compared, one line for each feature, and the reasons."""
    text = str(report)
    headings = next(line for line in text.splitlines() if line.startswith("feature"))
    assert headings.split() == [
        "feature", "smd", "smd_ci", "var_ratio", "var_ratio_ci", "ks", "w1", "psi",
        "psi_crit", "p_mean", "p_var", "shifted",
    ]  # fmt: skip
    assert "reference: X_reference, 1000 rows" in text
    assert "new: X, 1500 rows" in text
    assert "shifted: 2 of 4 features" in text
    assert "'d': constant in the reference, and the same in X" in text
    ends = [line.rsplit(None, 1)[1] for line in text.split("\n\n")[1].splitlines()[1:]]
    assert ends == ["no", "yes", "yes", "no"]


def test_text_says_why_a_p_value_is_lacking(frames):
    """With less than 1000 rows, and then only."""
    fitted = BatchStandardizer().fit(frames[0])
    sentence = "p_var: needs 1000 rows on either side"
    assert sentence in str(covariate_shift(fitted, frames[1][:999]))
    assert sentence not in str(covariate_shift(fitted, frames[1]))


def test_html_has_a_row_for_each_feature(report):
    """Names are escaped."""
    report.feature_names[0] = "<a>"
    html = report._repr_html_()
    assert html.count("<tr>") == 5
    assert "&lt;a&gt;" in html


def test_frame_has_all_that_is_known_of_a_feature(report):
    """Under the names of the attributes; intervals are two columns."""
    frame = report.to_frame()
    assert frame.index.tolist() == ["a", "b", "c", "d"]
    of_features = {name for name, value in report.items() if np.ndim(value) == 1}
    intervals = {"smd_ci", "variance_ratio_ci"}
    assert set(frame) == (of_features - {"feature_names"}) | {
        f"{name}_{end}" for name in intervals for end in ("low", "high")
    }
    np.testing.assert_array_equal(frame["psi"], report.psi)
    low_and_high = frame[["smd_ci_low", "smd_ci_high"]]
    np.testing.assert_array_equal(low_and_high, report.smd_ci)


def test_json_and_pickle_keep_all(report):
    """JSON has null for NaN."""
    record = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert record["shifted"] == [False, True, True, False]
    assert record["jeffreys"][3] is None
    again = pickle.loads(pickle.dumps(report))
    assert isinstance(again, CovariateShift)
    assert str(again) == str(report)
