"""Rules of the house that can be read off the files of a clone."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sknorm

ROOT = Path(__file__).parent.parent
FOLDERS = ("sknorm", "tests", "examples", "docs", "benchmarks")
CODE = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.*"))
    if path.suffix in {".py", ".pyx", ".pyi", ".h", ".c"}
] + [ROOT / "noxfile.py"]
PYTHON = [path for path in CODE if path.suffix == ".py"]
PRIVATE_HOME = ROOT / "sknorm" / "_validation.py"


def name_of(path):
    """Return a path as a test id."""
    return str(path.relative_to(ROOT))


def test_there_is_code_to_look_at():
    """The tests below are about more than nothing."""
    assert {path.suffix for path in CODE} >= {".py", ".pyx", ".pyi", ".h"}
    assert len(PYTHON) > 20


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_no_file_over_400_lines(path):
    """A file holds one idea."""
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_no_function_over_60_lines(path):
    """A function fits on a screen, its docstring aside."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            lines = node.end_lineno - node.lineno - docstring.count("\n")
            assert lines <= 60, node.name


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_private_scikit_learn_has_one_home(path):
    """Only _validation.py imports what scikit-learn may change without notice."""
    private = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sklearn")
        for alias in node.names
        if re.search(r"\._", f".{node.module}.{alias.name}")
    ]
    assert bool(private) == (path == PRIVATE_HOME), private


def test_every_module_is_installed():
    """meson.build names each file of the package: a forgotten one would be missing."""
    package = ROOT / "sknorm"
    for folder in (package, package / "_kernels", package / "inspection"):
        listed = set(re.findall(r"'([\w.]+)'", (folder / "meson.build").read_text()))
        present = {path.name for path in folder.glob("*.py*") if path.is_file()}
        present |= {path.name for path in folder.glob("*.typed")}
        assert present <= listed


def test_the_version_has_one_home():
    """It stands in meson.build alone, and is the one that was installed."""
    version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]
    assert sknorm.__version__ == version
    for path in (*PYTHON, ROOT / "pyproject.toml", ROOT / "CITATION.cff"):
        assert version not in path.read_text()


def test_notebooks_are_stored_without_outputs():
    """What a cell shows comes from running it: a diff holds code and prose only."""
    notebooks = sorted((ROOT / "examples").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        for cell in json.loads(path.read_text())["cells"]:
            assert not cell.get("outputs"), path
            assert cell.get("execution_count") is None, path


def test_optional_libraries_are_imported_only_when_used():
    """Not by an import of the package, nor by arrays and frames."""
    code = """
import sys

import numpy as np
import sknorm

assert not {"dask", "matplotlib", "polars"} & set(sys.modules)
sys.modules["dask"] = None  # to import it would be an error
X = np.arange(12.0).reshape(4, 3) ** 2

import pandas as pd

for estimator in (
    sknorm.BatchStandardizer(),
    sknorm.RowLayerNormalizer(),
    sknorm.LocalWindowNormalizer(),
):
    for rows in (X, pd.DataFrame(X)):
        estimator.inverse_transform(estimator.fit_transform(rows))
print("imported:", "matplotlib" in sys.modules, "polars" in sys.modules)
"""
    result = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False
    )
    assert result.stdout == "imported: False False\n", result.stderr
