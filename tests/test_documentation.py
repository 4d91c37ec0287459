"""The code in README and docs runs, and prints what stands below it."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = r"^```python{}\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?"
# Blocks marked "python dask" are run by tests/with_dask, with all others of their page.
WITHOUT_DASK, WITH_DASK = (
    re.compile(BLOCK.format(mark), re.M | re.S) for mark in ("", "(?: dask)?")
)
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
    """The blocks that need no Dask."""
    monkeypatch.chdir(tmp_path)
    run_blocks(page, WITHOUT_DASK)
    text = page.read_text()
    assert text.count("```python") == len(WITH_DASK.findall(text))


def test_there_is_code_on_the_pages():
    """The pattern of the test above finds the blocks."""
    assert WITHOUT_DASK.search((ROOT / "README.md").read_text())
    assert len(PAGES) >= 4


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
