"""The displays: they draw the numbers of the reports, legibly, with matplotlib."""

import inspect
import subprocess
import sys
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from numpydoc.docscrape import ClassDoc, FunctionDoc
from sklearn.preprocessing import FunctionTransformer, Normalizer

from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer
from sknorm.inspection import (
    CovariateShiftDisplay,
    DisclosureRiskDisplay,
    NormalizationDisplay,
    covariate_shift,
    disclosure_risk,
)
from sknorm.inspection._rates import wilson_interval

mpl.use("Agg")
DISPLAYS = (CovariateShiftDisplay, DisclosureRiskDisplay, NormalizationDisplay)


@pytest.fixture(autouse=True)
def figures():
    """Close what a test has drawn."""
    yield
    plt.close("all")


def frame(n_features, rng, n_samples=1000):
    """Return rows whose columns have long names and differ in level and spread."""
    place = np.arange(n_features)
    X = rng.normal(10.0 * place, 1.0 + place % 3, size=(n_samples, n_features))
    return pd.DataFrame(X, columns=[f"{j} mean temperature of chamber" for j in place])


@pytest.fixture(name="X")
def rows(rng):
    """Return 200 rows of three columns."""
    return frame(3, rng, 200)


@pytest.fixture(name="shift")
def report_on_five(rng):
    """Return a report: means of 3 and 1 shifted, variance of 4, column 2 constant."""
    before, after = (rng.normal(size=(1500, 5)) for _ in range(2))
    after -= after.mean(axis=0) - before.mean(axis=0)
    before[:, 2] = after[:, 2] = 7.0
    after[:, 0] += 0.05
    after[:, 1] += 0.5
    after[:, 3] -= 0.8
    after[:, 4] = 2 * after[:, 4] - after[:, 4].mean()
    return covariate_shift(BatchStandardizer().fit(before), after)


def drawn(display, X, **arguments):
    """Return a display of rows that were normalised."""
    return display.from_estimator(BatchStandardizer().fit(X), X, **arguments)


@pytest.mark.parametrize("display", DISPLAYS)
def test_plot_returns_the_display_and_its_artists(display, X):
    """All that the docstring names, and plotting again computes nothing again."""
    first = drawn(display, X)
    names = [attribute.name for attribute in ClassDoc(display)["Attributes"]]
    assert {"ax_", "figure_"} < set(names)
    public = {name for name in vars(first) if name.endswith("_")}
    assert public == set(names)
    axes, figure = first.ax_, first.figure_
    assert isinstance(figure, mpl.figure.Figure)
    assert first.plot() is first
    assert first.figure_ is not figure
    assert np.ravel(first.ax_)[0] is not np.ravel(axes)[0]


@pytest.mark.parametrize("display", DISPLAYS)
def test_axes_that_are_given_are_drawn_in(display, X):
    """No other figure is made."""
    n = 3 if display is NormalizationDisplay else 1
    figure, ax = plt.subplots(n)
    shown = drawn(display, X, ax=ax)
    assert shown.figure_ is figure
    assert all(axes in figure.axes for axes in np.ravel(shown.ax_))
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("display", DISPLAYS)
def test_another_number_of_axes_is_refused(display, X):
    """The error says how many are needed."""
    _, ax = plt.subplots(2)
    with pytest.raises(ValueError, match=r"'ax' parameter .* must be [13] .* Got 2"):
        drawn(display, X, ax=ax)


@pytest.mark.parametrize("display", DISPLAYS)
def test_without_matplotlib_the_error_names_the_extra(display, X, monkeypatch):
    """Only when something is drawn."""
    shown = drawn(display, X)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot")
    with pytest.raises(ImportError, match=r"pip install 'sknorm\[plot\]'"):
        shown.plot()


def test_matplotlib_is_imported_only_to_draw():
    """Neither by the package nor by a report."""
    code = """
import sys

import numpy as np
import sknorm, sknorm.inspection

X = np.random.default_rng(0).normal(size=(50, 2))
fitted = sknorm.BatchStandardizer().fit(X)
report = sknorm.inspection.covariate_shift(fitted, X)
sknorm.inspection.CovariateShiftDisplay(report)
print("matplotlib" in sys.modules)
"""
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False
    )
    assert result.stdout == "False\n", result.stderr


@pytest.mark.parametrize("method", ["from_estimator", "plot", "__init__"])
@pytest.mark.parametrize("display", DISPLAYS)
def test_parameters_are_documented(display, method):
    """In the order of the signature, with its defaults."""
    function = getattr(display, method)
    signature = dict(inspect.signature(function).parameters)
    signature.pop("self", None)
    parse = ClassDoc(display) if method == "__init__" else FunctionDoc(function)
    documented = {
        name.strip(): parameter
        for parameter in parse["Parameters"]
        for name in parameter.name.split(",")
    }
    assert list(documented) == list(signature)
    for name, parameter in signature.items():
        if parameter.default is not inspect.Parameter.empty:
            stated = documented[name].type.rpartition("default=")[2]
            assert stated.strip("\"'") == str(parameter.default)


def test_points_are_the_mean_differences(shift):
    """Shifted ones first, then by size; what was not measured has no point."""
    shown = CovariateShiftDisplay(shift).plot()
    assert shift.shifted.tolist() == [False, True, False, True, True]
    assert shown.order_.tolist() == [3, 1, 4, 0, 2]
    for points, rows in zip(shown.points_, ([3], [0, 1, 2]), strict=True):
        x, y = points.lines[0].get_data()
        assert y.tolist() == rows
        features = shown.order_[rows]
        np.testing.assert_array_equal(x, shift.standardized_mean_difference[features])
        ends = [line[:, 0] for line in points.lines[2][0].get_segments()]
        np.testing.assert_allclose(ends, shift.smd_ci[features], rtol=1e-12, atol=1e-15)


def test_names_say_what_points_do_not(shift):
    """A variance that alone has shifted, and columns that were not measured."""
    shown = CovariateShiftDisplay(shift).plot()
    names = [label.get_text() for label in shown.ax_.get_yticklabels()]
    ratio = f"{shift.variance_ratio[4]:.2g}"
    assert names == ["x3", "x1", f"x4 (variance x {ratio})", "x0", "x2 (not measured)"]


def test_lines_stand_at_the_limits_of_large_shifts(shift):
    """At -0.1, 0 and 0.1, within the picture."""
    shown = CovariateShiftDisplay(shift).plot()
    assert [line.get_xdata()[0] for line in shown.limits_] == [-0.1, 0, 0.1]
    low, high = shown.ax_.get_xlim()
    assert low < -0.1
    assert high > 0.1


def test_far_shifts_leave_the_small_ones_apart(shift):
    """Beyond 3 sd the axis is logarithmic outside of -0.2 to 0.2."""
    assert CovariateShiftDisplay(shift).plot().ax_.get_xscale() == "linear"
    shift.standardized_mean_difference[0] = 500.0
    shift.smd_ci[0] = [490.0, 510.0]
    ax = CovariateShiftDisplay(shift).plot().ax_
    assert ax.get_xscale() == "symlog"
    apart = np.diff(ax.transData.transform([[0.0, 0], [0.1, 0]])[:, 0])[0]
    assert apart > 10  # pixels


def test_names_fit_into_small_axes(rng):
    """Sixty of them in four inches: smaller letters, none over another."""
    figure, ax = plt.subplots(figsize=(4, 4))
    drawn(CovariateShiftDisplay, frame(60, rng), ax=ax)
    figure.canvas.draw()
    found = boxes(figure, ax.get_yticklabels())
    assert len(found) == 60
    assert not any(a.overlaps(b) for a, b in pairwise(found))


def test_only_the_most_shifted_of_many_are_drawn(shift):
    """And the title says so."""
    shown = CovariateShiftDisplay(shift).plot(max_features=2)
    assert shown.order_.tolist() == [3, 1]
    title = shown.ax_.get_title(loc="left")
    assert title == "3 of 5 features shifted (filled); the first 2 shown"


def test_reports_without_any_measured_feature_can_be_drawn():
    """An empty picture with names."""
    fitted = BatchStandardizer().fit([[7.0], [7.0]])
    shown = CovariateShiftDisplay.from_estimator(fitted, [[7.0], [7.0]])
    (name,) = (label.get_text() for label in shown.ax_.get_yticklabels())
    assert name == "x0 (not measured)"


@pytest.mark.parametrize("estimator", [BatchStandardizer(), RowLayerNormalizer()])
def test_bars_are_the_success_rates(estimator, X):
    """In the order of the report, the first on top; ticks are the guesses."""
    report = disclosure_risk(estimator.fit(X), X, random_state=0)
    shown = DisclosureRiskDisplay(report).plot()
    attacks = list(report.attacks.values())
    names = [label.get_text() for label in shown.ax_.get_yticklabels()]
    assert names == list(report.attacks)
    assert names[0] == report.worst_without_statistics
    assert shown.ax_.yaxis_inverted()
    assert [bar.get_width() for bar in shown.bars_] == [a.success_rate for a in attacks]
    ticks = shown.baselines_.get_offsets()
    np.testing.assert_array_equal(ticks[:, 0], [a.baseline_rate for a in attacks])
    np.testing.assert_array_equal(ticks[:, 1], np.arange(len(attacks)))
    assert shown.ax_.get_xlim() == (0, 1)


def test_whiskers_are_the_intervals_of_wilson(X):
    """Of the success rates, at the confidence of the report."""
    fitted = BatchStandardizer().fit(X)
    report = disclosure_risk(fitted, X, confidence_level=0.8, random_state=0)
    bars = DisclosureRiskDisplay(report).plot().bars_
    for attack, whisker in zip(
        report.attacks.values(), bars.errorbar.lines[2][0].get_segments(), strict=True
    ):
        n = attack.n_trials
        expected = wilson_interval(n * attack.success_rate, n, 0.8)
        np.testing.assert_allclose(whisker[:, 0], expected, rtol=1e-9, atol=1e-12)


def test_attacks_with_the_key_are_grey(X):
    """All others have the colour of the first."""
    shown = drawn(DisclosureRiskDisplay, X, random_state=0)
    colours = [bar.get_facecolor() for bar in shown.bars_]
    grey = mpl.colors.to_rgba("0.7")
    expected = [a.needs_statistics for a in shown.report.attacks.values()]
    assert [colour == grey for colour in colours] == expected
    assert 0 < sum(expected) < len(expected)


def test_from_estimator_passes_everything_on(X, shift):
    """The report drawn is the one that the function returns."""
    fitted = BatchStandardizer().fit(X)
    shown = CovariateShiftDisplay.from_estimator(
        fitted, X + 1, X_reference=X, alpha=0.2, correction=None, max_features=1
    )
    expected = covariate_shift(fitted, X + 1, X_reference=X, alpha=0.2, correction=None)
    assert str(shown.report) == str(expected)
    assert len(shown.order_) == 1
    settings = {"tolerance": 0.5, "confidence_level": 0.8, "random_state": 3}
    risk = DisclosureRiskDisplay.from_estimator(fitted, X, **settings)
    assert str(risk.report) == str(disclosure_risk(fitted, X, **settings))


@pytest.mark.parametrize(
    "estimator",
    [
        BatchStandardizer(),
        RowLayerNormalizer(),
        LocalWindowNormalizer(window=5, axis="samples", keep_statistics=False),
    ],
    ids=repr,
)
def test_lines_are_the_data_before_after_and_restored(estimator, X):
    """Of chosen features by name or position, or of rows."""
    Z = np.asarray(estimator.fit(X).transform(X))
    names = list(X.columns)
    for chosen, values in (
        ({"features": [names[2], 0]}, lambda a: a[:, [2, 0]]),
        ({"rows": [5, 1]}, lambda a: a[[5, 1]].T),
        ({}, lambda a: a),
    ):
        shown = NormalizationDisplay.from_estimator(estimator, X, **chosen)
        panels = [np.column_stack([g.get_ydata() for g in p]) for p in shown.lines_]
        np.testing.assert_array_equal(panels[0], values(X.to_numpy()))
        np.testing.assert_array_equal(panels[1], values(Z))
        np.testing.assert_allclose(panels[2], panels[0], rtol=1e-12, atol=1e-12)
        assert shown.ax_[0].get_ylim() == shown.ax_[2].get_ylim()
        plt.close("all")


def test_an_error_of_the_inverse_names_the_display(X):
    """It computes nothing of disclosure_risk."""
    deep = FunctionTransformer(inverse_func=lambda Z: np.asarray(Z)[..., np.newaxis])
    with pytest.raises(ValueError, match="NormalizationDisplay"):
        NormalizationDisplay.from_estimator(deep.fit(X), X)


def test_what_cannot_be_restored_is_said():
    """The third picture has words, and no lines."""
    X = np.array([[1.0, 2.0], [3.0, 5.0]])
    shown = NormalizationDisplay.from_estimator(Normalizer().fit(X), X)
    assert shown.lines_[2] == []
    (text,) = (text.get_text() for text in shown.ax_[2].texts)
    assert text == "not restored: Normalizer has no inverse_transform."


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"features": [0], "rows": [1]}, "features or rows, not both"),
        ({"features": ["z"]}, "must be names or positions of columns"),
        ({"features": [3]}, "must be names or positions of columns"),
        ({"features": []}, "at least one"),
        ({"rows": [200]}, "0 to 199"),
        ({"rows": [-1]}, "0 to 199"),
        ({"rows": [0.5]}, "must be positions of rows"),
        ({"rows": []}, "at least one"),
    ],
)
def test_what_is_not_there_cannot_be_chosen(chosen, message, X):
    """The error says what there is."""
    with pytest.raises(ValueError, match=message):
        drawn(NormalizationDisplay, X, **chosen)


def boxes(figure, texts):
    """Return the boxes of texts in a drawn figure, in pixels."""
    renderer = figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in texts if text.get_text()]


def tick_labels(axis):
    """Return the labels of the ticks that lie within the limits of an axis."""
    low, high = sorted(axis.get_view_interval())
    ticks = axis.get_major_ticks()
    return [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]


@pytest.mark.parametrize("n_features", [3, 60])
@pytest.mark.parametrize("display", DISPLAYS)
def test_all_words_are_legible(display, n_features, rng):
    """Within the figure, names not over each other, in letters of 5 points or more."""
    arguments = {"random_state": 0} if display is DisclosureRiskDisplay else {}
    shown = drawn(display, frame(n_features, rng), **arguments)
    figure, (width, height) = shown.figure_, shown.figure_.canvas.get_width_height()
    figure.canvas.draw()
    words = []
    for ax in np.ravel(shown.ax_):
        for axis in (ax.xaxis, ax.yaxis):
            labels = tick_labels(axis)
            overlaps = [a.overlaps(b) for a, b in pairwise(boxes(figure, labels))]
            assert not any(overlaps)
            words += [*labels, axis.label]
        words += [*ax.texts, *(ax.get_legend().get_texts() if ax.get_legend() else ())]
    for box in boxes(figure, words):
        assert min(box.x0, box.y0) >= -1  # a pixel of rounding
        assert box.x1 <= width + 1
        assert box.y1 <= height + 1
    assert min(word.get_fontsize() for word in words) >= 5
