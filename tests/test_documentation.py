"""The code in README and docs runs, and prints what stands below it."""

import contextlib
import io
import re
import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")
from matplotlib import pyplot as plt

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
BLOCK = r"^```python{}\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?"
# Blocks marked "python dask" are run by tests/with_dask, those marked "python torch" by
# pytest -m torch, each with all unmarked ones of their page.
WITHOUT_MARK, WITH_DASK, WITH_TORCH, ANY = (
    re.compile(BLOCK.format(mark), re.M | re.S)
    for mark in ("", "(?: dask)?", "(?: torch)?", "(?: dask| torch)?")
)
TORCH_PAGES = [page for page in PAGES if "```python torch" in page.read_text()]
PLOT = re.compile(r"^\.\. plot::(?: (\S+))?\n((?: +:.*\n)+)((?: .*\n|\n)*)", re.M)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def name_of(path):
    """Return a page as a test id."""
    return str(path.relative_to(ROOT))


def run_blocks(page, pattern):
    """Run the blocks of a page one after the other; a text block is the output."""
    namespace = {}
    with np.printoptions(legacy=False):
        for code, expected in pattern.findall(page.read_text()):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(code, str(page), "exec"), namespace)
            assert printed.getvalue() == expected


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_code_blocks(page, tmp_path, monkeypatch):
    """The blocks that need neither Dask nor torch."""
    monkeypatch.chdir(tmp_path)
    run_blocks(page, WITHOUT_MARK)
    text = page.read_text()
    assert text.count("```python") == len(ANY.findall(text))


@pytest.mark.torch
@pytest.mark.parametrize("page", TORCH_PAGES, ids=name_of)
def test_code_blocks_with_torch(page, tmp_path, monkeypatch):
    """All blocks of a page that compares with torch, in their order."""
    monkeypatch.chdir(tmp_path)
    run_blocks(page, WITH_TORCH)


def test_there_is_code_on_the_pages():
    """The pattern of the test above finds the blocks."""
    assert WITHOUT_MARK.search((ROOT / "README.md").read_text())
    assert len(PAGES) >= 4
    assert TORCH_PAGES


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pictures_are_drawn_by_code_on_their_page(page, tmp_path, monkeypatch):
    """No page shows a file; what a plot directive holds or names draws."""
    text = page.read_text()
    assert not re.search(r"!\[|^```\{(image|figure)", text, re.M)
    monkeypatch.chdir(tmp_path)
    plots = PLOT.findall(text)
    assert len(plots) == text.count(".. plot::")
    for name, options, code in plots:
        assert re.search(r"^ +:alt: \S", options, re.M)
        if name:
            code = (ROOT / "docs" / name).read_text()
            monkeypatch.chdir((ROOT / "docs" / name).parent)  # as the directive does
            assert f":::{{literalinclude}} {name}" in text
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(textwrap.dedent(code), str(page), "exec"), {})
        assert plt.get_fignums()
        assert not printed.getvalue()
        plt.close("all")


def test_no_picture_takes_the_place_of_another():
    """Inline plots share a folder, where their prefix is the whole name of the file."""
    plots = [plot for page in PAGES for plot in PLOT.findall(page.read_text())]
    inline = [options for name, options, _ in plots if not name]
    prefixes = re.findall(r"^ +:filename-prefix: (\S+)$", "".join(inline), re.M)
    assert len(set(prefixes)) == len(inline) > 0


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_repository(page):
    """What a page links to is there."""
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_forecasts_on_the_page_are_those_measured():
    """The means of gradient boosting, in the order of benchmarks/forecasting.md."""
    measured = re.findall(
        r"^\| HistGradientBoosting \|(.*)\|.*\|$",
        (ROOT / "benchmarks" / "forecasting.md").read_text(),
        re.M,
    )
    means = [re.findall(r"([\d.]+) \+-", row) for row in measured]
    page = (ROOT / "docs" / "row_normalized_regressor.md").read_text()
    rows = re.findall(r"^\| [^|]+((?:\| [\d.]+ ){4})\|$", page, re.M)
    assert [re.findall(r"[\d.]+", row) for row in rows] == means
    assert len(means) == 6
