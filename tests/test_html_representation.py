"""What notebooks show: the facts are there, right, escaped, and change nothing."""

import pickle
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sknorm import (
    BatchStandardizer,
    LocalWindowNormalizer,
    RowLayerNormalizer,
    RowNormalizedRegressor,
    Statistics,
)
from sknorm._kernels import IMPLEMENTATION, core

X = np.arange(24.0).reshape(4, 6) ** 2
ESTIMATORS = [
    BatchStandardizer(),
    RowLayerNormalizer(),
    LocalWindowNormalizer(3),
    RowNormalizedRegressor(Ridge()),
]
PER_CLASS = pytest.mark.parametrize(
    "estimator", ESTIMATORS, ids=lambda e: type(e).__name__
)
# scikit-learn asks each step of a pipeline for its table from version 1.7 on.
IN_PIPELINES = hasattr(BaseEstimator, "_get_params_html")
LOADS = {"src", "srcset", "data", "poster", "background"}


class Facts(HTMLParser):
    """The tables of facts in some HTML, which are well-formed, and what it loads."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.open, self.loaded = [], [], []
        self.feed(html)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        """Note where a table begins, and what is loaded."""
        attrs = dict(attrs)
        self.loaded += [value for name, value in attrs.items() if name in LOADS]
        self.loaded += [attrs] if tag == "link" else []
        if attrs.get("class") == "sknorm-facts":
            assert not self.open, "one table in another"
            self.tables.append({})
            self.open.append(tag)
        elif self.open:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Require that what ends in a table is what began last."""
        if self.open:
            assert self.open.pop() == tag

    def handle_data(self, data):
        """Take the text of cells."""
        if self.open[-1:] == ["th"]:
            self.name = data
        elif self.open[-1:] == ["td"]:
            self.tables[-1][self.name] = data


def facts_of(estimator):
    """Return what the only table of facts says, the core aside."""
    (table,) = Facts(estimator._repr_html_()).tables
    assert table.pop("core in use")
    return table


def fitted(estimator, X=X):
    """Return a fitted clone."""
    return clone(estimator).fit(X, np.arange(len(X)))


@pytest.mark.parametrize(
    ("estimator", "facts"),
    [
        (
            BatchStandardizer(),
            {
                "values seen": "4 in each column",
                "groups": "each column by itself",
                "kept to restore": "location and scale of each column, for any rows",
            },
        ),
        (
            BatchStandardizer(feature_groups=[[0, 1, 2], [3, 5]]),
            {
                "values seen": "4 to 12 in each group",
                "groups": "3, of 3, 2 and 1 columns",
                "kept to restore": "location and scale of each column, for any rows",
            },
        ),
        (
            RowLayerNormalizer(),
            {
                "groups": "each row as a whole",
                "kept to restore": "the key of 4 rows, in this process only",
            },
        ),
        (
            RowLayerNormalizer(feature_groups=2, keep_statistics=False),
            {
                "groups": "2, of 3 columns each in each row",
                "kept to restore": "nothing: rows come back with statistics=key only",
            },
        ),
        (
            RowLayerNormalizer(
                feature_groups=[[0], [4, 5]],
                keep_statistics=False,
                append_statistics=True,
            ),
            {
                "groups": "2, of 1 and 2 columns in each row; 3 columns in none",
                "kept to restore": "the key of any rows, in 4 appended columns",
            },
        ),
        (
            LocalWindowNormalizer(3, append_statistics=True),
            {
                "window": "3 values along each row, around the value; shorter at the "
                "ends",
                "kept to restore": "the key of 4 rows, in this process only; the key "
                "of any rows, in 12 appended columns",
            },
        ),
        (
            RowNormalizedRegressor(Ridge()),
            {
                "groups": "each row as a whole",
                "kept to restore": "nothing: each row brings the level of its "
                "prediction",
            },
        ),
        (
            RowNormalizedRegressor(
                Ridge(), RowLayerNormalizer(feature_groups=3), target_group=1
            ),
            {
                "groups": "3, of 2 columns each in each row; targets have the level "
                "of group 1",
                "kept to restore": "nothing: each row brings the level of its "
                "prediction",
            },
        ),
    ],
)
def test_facts(estimator, facts):
    """What was learned is said, and nothing else."""
    assert (
        facts_of(fitted(estimator))
        == {
            "columns seen": "6, without names",
        }
        | facts
    )


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (
            {"axis": "samples", "align": "past"},
            "3 values down each column, before the value; shorter at the ends",
        ),
        (
            {"align": "trailing"},
            "3 values along each row, up to the value; shorter at the ends",
        ),
        (
            {"sample_shape": (3, 2), "window": (3, 1), "edge": "reflect"},
            "3 x 1 values in each row, read as 3 x 2, around the value; ends filled by "
            "edge='reflect'",
        ),
        (
            {"sample_shape": (3, 2), "weights": "gaussian"},
            "3 x 3 values in each row, read as 3 x 2, around the value, with gaussian "
            "weights; shorter at the ends",
        ),
    ],
)
def test_windows_in_words(params, words):
    """Size, axis, alignment, weights and ends are said."""
    window = LocalWindowNormalizer(3).set_params(**params)
    assert facts_of(fitted(window))["window"] == words


def test_parameters_that_no_longer_fit():
    """A repr is no place for errors."""
    window = fitted(LocalWindowNormalizer(3))
    for params in ({"align": "up"}, {"sample_shape": (5, 5)}, {"window": "3"}):
        changed = fitted(window).set_params(**params)
        assert facts_of(changed)["window"].startswith("does not fit the columns seen")


def test_values_seen():
    """Missing values do not count, weights do, columns never seen are told apart."""
    Y = X.copy()
    Y[0, 1] = np.nan
    Y[:, 2] = np.nan
    assert facts_of(BatchStandardizer().fit(Y))["values seen"] == (
        "3 to 4 in each column, none in 1 column"
    )
    weighted = BatchStandardizer().fit(X, sample_weight=[0.5, 1, 1, 1])
    assert facts_of(weighted)["values seen"] == "3.5 in each column"
    assert facts_of(BatchStandardizer().fit([[np.nan]]))["values seen"] == "none"
    million = BatchStandardizer.from_statistics([0.0], [1.0], 12_345_678)
    assert facts_of(million)["values seen"] == "12345678 in each column"


def test_names_of_columns():
    """The first are shown, shortened, with what HTML would take for its own."""
    names = ["<b>bold</b>", "a & b", '"quoted"', "a name that is too long for a table"]
    some = BatchStandardizer().fit(pd.DataFrame(X[:, :4], columns=names))
    assert facts_of(some)["columns seen"] == (
        '4: <b>bold</b>, a & b, "quoted", a name that is too lo...'
    )
    assert "<b>bold" not in some._repr_html_()
    many = BatchStandardizer().fit(pd.DataFrame(np.eye(500), columns=range(500)))
    assert facts_of(many)["columns seen"] == "500, without names"
    many = pd.DataFrame(np.eye(500)).add_prefix("x")
    assert facts_of(BatchStandardizer().fit(many))["columns seen"] == (
        "500: x0, x1, x2, x3, x4, ..."
    )


def test_many_groups_are_shortened():
    """Sizes of ten groups are shown."""
    groups = [list(range(start, start + 1 + start % 2)) for start in range(0, 45, 3)]
    row = RowLayerNormalizer(feature_groups=groups).fit(np.eye(45))
    assert facts_of(row)["groups"].startswith("15, of 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, ..")


@PER_CLASS
def test_core_in_use(estimator):
    """It is the one that `show_versions` names."""
    (table,) = Facts(fitted(estimator)._repr_html_()).tables
    if IMPLEMENTATION == "compiled":
        kind, level = table["core in use"].split(", ")
        assert kind == "compiled"
        assert level.removeprefix("x86-64-") == core().level()
        assert level.startswith("x86-64-v") or level == "baseline"
    else:
        assert table["core in use"] == "NumPy"


@PER_CLASS
def test_every_form_has_one_table(estimator):
    """IPython asks for a bundle, others for HTML."""
    estimator = fitted(estimator)
    bundle = estimator._repr_mimebundle_()
    assert bundle["text/plain"] == repr(estimator)
    shown = Facts(bundle["text/html"])
    assert shown.tables == Facts(estimator._repr_html_()).tables
    assert len(shown.tables) == 1
    assert not shown.loaded


@PER_CLASS
def test_unfitted_shows_parameters_only(estimator):
    """Before fit nothing was learned."""
    estimator = clone(estimator)
    params = estimator.get_params(deep=False)
    for html in (estimator._repr_html_(), estimator._repr_mimebundle_()["text/html"]):
        assert not Facts(html).tables
        assert type(estimator).__name__ in html
        assert all(name in html for name in params) or not IN_PIPELINES


@PER_CLASS
def test_fitted_shows_parameters_too(estimator):
    """The table of facts replaces nothing of the diagram."""
    html = fitted(estimator)._repr_html_()
    assert type(estimator).__name__ in html
    if IN_PIPELINES:
        assert all(name in html for name in estimator.get_params(deep=False))
        assert html.count("<summary>Parameters</summary>") >= 1


@PER_CLASS
def test_in_a_pipeline(estimator):
    """Each step has its own table, where scikit-learn asks for one."""
    regressor = hasattr(estimator, "predict")
    first = LocalWindowNormalizer(5) if regressor else clone(estimator)
    last = clone(estimator) if regressor else Ridge()
    pipeline = make_pipeline(first, last)
    assert not Facts(pipeline._repr_html_()).tables
    pipeline.fit(X, np.arange(4))
    shown = Facts(pipeline._repr_html_())
    steps = [step for step in pipeline if type(step).__module__.startswith("sknorm.")]
    alone = [Facts(step._repr_html_()).tables[0] for step in steps]
    assert shown.tables == (alone if IN_PIPELINES else [])
    assert not shown.loaded


@PER_CLASS
def test_nothing_changes(estimator):
    """To look at an estimator sets nothing in it."""
    estimator = fitted(estimator)
    before = {name: id(value) for name, value in vars(estimator).items()}
    saved = pickle.dumps(estimator)
    assert estimator._repr_html_() is not estimator._repr_mimebundle_()
    assert {name: id(value) for name, value in vars(estimator).items()} == before
    assert pickle.dumps(estimator) == saved


@PER_CLASS
def test_text_stays_scikit_learns(estimator):
    """Text has the parameters only, and is all that display="text" shows."""
    fresh, estimator = clone(estimator), fitted(estimator)
    assert repr(estimator) == repr(fresh) == BaseEstimator.__repr__(fresh)
    with config_context(display="text"):
        assert not hasattr(estimator, "_repr_html_")
        assert estimator._repr_mimebundle_() == {"text/plain": repr(estimator)}
    assert hasattr(estimator, "_repr_html_")


def test_a_saved_model_has_no_key():
    """The key stays in the process, and the table says so."""
    row = fitted(RowLayerNormalizer())
    loaded = pickle.loads(pickle.dumps(row))
    assert facts_of(row)["kept to restore"].startswith("the key of 4 rows")
    assert facts_of(loaded)["kept to restore"].startswith("nothing")


def test_a_table_is_small():
    """However many columns with however long names there are."""
    frame = pd.DataFrame(np.eye(2000), columns=[f"{i}" * 100 for i in range(2000)])
    html = BatchStandardizer(feature_groups=1000).fit(frame)._repr_html_()
    start = html.index('<div class="sknorm-facts"')
    assert html.index("</table>", start) - start < 2000


def test_a_key_shows_no_values():
    """Shape and dtype are all that a notebook stores of a key."""
    html = Statistics([[123.456], [7.0]], np.ones((2, 1), np.float64))._repr_html_()
    shown = {"shape": "(2, 1)", "dtype": "float64", "values": "not shown"}
    assert Facts(html).tables == [shown]
    assert "Statistics" in html
    assert "123" not in html
