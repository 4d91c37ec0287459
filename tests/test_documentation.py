"""The code in README and docs runs, and prints what stands below it."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def name_of(path):
    """Return a page as a test id."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_code_blocks(page):
    """The blocks of a page run one after the other; a text block is the output."""
    namespace = {}
    text = page.read_text()
    with np.printoptions(legacy=False):
        for code, expected in BLOCK.findall(text):
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(code, str(page), "exec"), namespace)
            assert printed.getvalue() == expected
    assert text.count("```python") == len(BLOCK.findall(text))


def test_there_is_code_on_the_pages():
    """The pattern of the test above finds the blocks."""
    assert BLOCK.search((ROOT / "README.md").read_text())
    assert len(PAGES) >= 4


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_repository(page):
    """What a page links to is there."""
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target
