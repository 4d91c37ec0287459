"""Reports: attributes, text, HTML, dataframe and JSON of one computation."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.utils import Bunch

from sknorm.inspection._report import LONGEST_TEXT, Report, Table, as_text


class Lengths(Report):
    """A report of lengths."""

    def _table(self):
        return Table(
            title="Lengths <of rods>",
            facts={"unit": "m", "mean": self.mean},
            row_kind="rod",
            rows=self.names,
            columns={"length": self.length, "ci": self.ci, "kind": self.kind},
            notes=["Measured & rounded."],
        )


@pytest.fixture
def report():
    """Return a report of two rods."""
    return Lengths(
        names=np.array(["a", "b<c>"], object),
        length=np.array([2.0, np.nan]),
        ci=np.array([[1.5, 2.5], [0.0, np.inf]]),
        kind=["long", "short"],
        mean=np.float64(2.0),
        inner={"parts": Bunch(ok=np.bool(True), n=np.int64(3), who=None)},
        seed=np.random.RandomState(0),
    )


def test_a_report_is_a_dict_with_attributes(report):
    """Both spellings reach the same value, and an unknown one is an error."""
    assert report.mean is report["mean"]
    assert isinstance(report, Bunch)
    with pytest.raises(AttributeError, match="width"):
        _ = report.width


def test_text_form(report):
    """Both str and repr are the table: facts above, notes below, NaN a dash."""
    assert str(report) == repr(report)
    assert str(report).splitlines() == [
        "Lengths <of rods>",
        "unit: m",
        "mean: 2.000",
        "",
        "rod   length              ci  kind",
        "a      2.000  [1.500, 2.500]  long",
        "b<c>       -    [0.000, inf]  short",
        "",
        "* Measured & rounded.",
    ]


def test_long_tables_are_cut_in_text_only():
    """A terminal gets 60 rows and is told of the others; HTML has all."""
    n = LONGEST_TEXT + 40
    report = Lengths(
        names=[f"rod {i}" for i in range(n)],
        length=np.arange(n),
        ci=np.zeros((n, 2)),
        kind=["long"] * n,
        mean=1.0,
    )
    assert "... 40 more rows: to_frame() has all" in str(report)
    assert "rod 60 " not in str(report)
    assert "rod 99" in report._repr_html_()
    assert len(report.to_frame()) == n


def test_html_form(report):
    """Every cell is there, and nothing from the data becomes markup."""
    html = report._repr_html_()
    assert html.count("<tr>") == 3
    for text in ("Lengths &lt;of rods&gt;", "b&lt;c&gt;", "Measured &amp; rounded."):
        assert text in html
    assert "<c>" not in html


def test_dataframe_form(report):
    """Rows are named, values are unrounded, intervals have two columns."""
    frame = report.to_frame()
    assert list(frame.columns) == ["length", "ci_low", "ci_high", "kind"]
    assert frame.index.name == "rod"
    np.testing.assert_array_equal(frame["length"], report.length)
    np.testing.assert_array_equal(frame["ci_high"], [2.5, np.inf])


def test_json_form(report):
    """json.dumps takes it under the strict standard: no NaN, no infinity."""
    plain = report.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["length"] == [2.0, None]
    assert plain["ci"] == [[1.5, 2.5], [0.0, None]]
    assert plain["inner"] == {"parts": {"ok": True, "n": 3, "who": None}}
    assert plain["seed"].startswith("RandomState")


def test_reports_are_pickled(report):
    """What comes back is shown alike."""
    loaded = pickle.loads(pickle.dumps(report))
    assert isinstance(loaded, Lengths)
    assert str(loaded) == str(report)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (1.2e-16, "1.2e-16"),
        (-0.0004, "-4.0e-04"),
        (999.9, "999.900"),
        (1234567.0, "1.23e+06"),
        (None, "-"),
        (np.nan, "-"),
        (np.int64(7), "7"),
        (np.bool(False), "no"),
        (True, "yes"),
        ((0.5, 1.0), "[0.500, 1.000]"),
        (np.float32(0.25), "0.250"),
    ],
)
def test_cells(value, text):
    """Three decimals, or a power of ten where these would say nothing."""
    assert as_text(value) == text


def test_a_report_must_say_what_it_shows():
    """The base has no table of its own."""
    with pytest.raises(NotImplementedError, match="Report must say what it shows"):
        str(Report(a=1))


def test_pandas_is_imported_by_to_frame_only():
    """Text, HTML and JSON need nothing but NumPy."""
    code = """
import sys

class Absent:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("pandas", "matplotlib"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import numpy as np
from sknorm import BatchStandardizer
from sknorm.inspection import disclosure_risk, information_loss

X = np.random.default_rng(0).normal(size=(30, 3))
for inspect in (information_loss, disclosure_risk):
    report = inspect(BatchStandardizer().fit(X), X)
    str(report), report._repr_html_(), report.to_dict()
try:
    report.to_frame()
except ImportError:
    print("needs pandas")
"""
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False
    )
    assert result.stdout == "needs pandas\n", result.stderr
