"""The how-to guides: one page a task, whose references hold.

That they run, without a warning, is for `.ci/run`; here they are read.
"""

import ast
import re
from pathlib import Path

import pytest

import sknorm

ROOT = Path(__file__).parent.parent
GUIDES = sorted((ROOT / "examples").glob("plot_*.py"))
TASKS = [
    "spectra",
    "images",
    "sensor streams",
    "more data than memory",
    "a model to put back into units",
]


def prose_and_code(path):
    """Return what a guide says, and what it runs."""
    text = path.read_text()
    docstring = ast.get_docstring(ast.parse(text))
    comments = re.findall(r"^# ?(.*)$", text, re.M)
    code = re.sub(r"^#.*$", "", text.partition('"""\n\n')[2], flags=re.M)
    return "\n".join([docstring, *comments]), code


def test_a_page_a_task_in_order():
    """The first pages are called by what the reader has, and the opening names them."""
    titles = [ast.get_docstring(ast.parse(path.read_text())) for path in GUIDES]
    opening = (ROOT / "examples" / "GALLERY_HEADER.rst").read_text()
    for task, title in zip(TASKS, titles, strict=False):
        assert title.startswith(f"I have {task}")
        assert task in " ".join(opening.split())


@pytest.mark.parametrize("path", GUIDES[: len(TASKS)], ids=lambda path: path.stem)
def test_what_a_task_has(path):
    """Who reads it, a picture, and a mistake."""
    prose, code = prose_and_code(path)
    assert "**You have**" in prose
    assert "**You want**" in prose
    assert re.search(r"^(A mistake|Two mistakes)\b.*\n-+$", prose, re.M)
    assert "plt.show()" in code


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_reads_as_a_page(path):
    """Underlines as long as titles, pictures shown rather than saved."""
    prose, code = prose_and_code(path)
    underlined = re.findall(r"^(.+)\n([=-])\2{3,}$", prose, re.M)
    assert len(underlined) >= 3
    for title, line in re.findall(r"^(.+)\n([=]{4,}|-{4,})$", prose, re.M):
        assert len(title) == len(line), title
    assert code.count("plt.subplots(") == code.count("plt.show()")
    assert "savefig" not in code


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_references_of_a_guide_hold(path):
    """Classes, pages and other guides that are referred to are there."""
    prose, _ = prose_and_code(path)
    assert ":class:" in prose
    for name in re.findall(r":class:`~?sknorm\.([\w.]+)`", prose):
        assert hasattr(sknorm, name), name
    for page in re.findall(r":doc:`/([\w/]+)`", prose):
        assert (ROOT / "docs" / f"{page}.md").exists(), page
    for guide in re.findall(r":ref:`sphx_glr_how_to_([\w.]+)`", prose):
        assert (ROOT / "examples" / guide).exists(), guide


def test_the_sensor_page_is_found_by_what_people_call_it():
    """It says "rolling z-score"."""
    assert "rolling z-score" in prose_and_code(GUIDES[2])[0]
