"""The fuzzer: a short run of it, and a bug that it must find."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from compiler import COMPILER

from sknorm._kernels import core

ROOT = Path(__file__).parent.parent
FUZZ = Path(__file__).parent / "fuzz.py"

pytestmark = pytest.mark.skipif(
    core() is None,
    reason="the compiled core is not in use: there is nothing to compare",
)


def run(*arguments, folder=""):
    """Run the fuzzer in a process of its own, with the package of a folder if any."""
    return subprocess.run(
        [sys.executable, FUZZ, *arguments],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_core_and_oracle_agree():
    """Some hundred cases; `python tests/fuzz.py` runs 200,000."""
    result = run("--cases", "400", "--seed", "1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("seed 1: 400 cases in ")


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
@pytest.mark.skipif(find_spec("pip") is None, reason="there is no pip to build with")
def test_a_planted_bug_is_found(tmp_path):
    """Windows that are one value too long: the fuzzer names a case, and fails.

    The copy is built for one level and hardly optimised, which takes a tenth of the
    time.
    """
    source, folder = tmp_path / "source", tmp_path / "package"
    shutil.copytree(ROOT / "sknorm", source / "sknorm")
    for name in (
        *("meson.build", "meson.options", "pyproject.toml"),
        *("README.md", "LICENSE"),
    ):
        shutil.copy(ROOT / name, source)
    kernels = source / "sknorm" / "_kernels"
    for path, right, wrong in (
        (kernels / "src" / "windows.h", "before + windows->after + 1;", None),
        (kernels / "meson.build", "host_machine.cpu_family() == 'x86_64'", "false"),
        (kernels / "meson.build", "optimization=3", "optimization=1"),
    ):
        text = path.read_text()
        assert text.count(right) == 1, f"{right} is not in {path.name}"
        path.write_text(text.replace(right, wrong or right.replace("1;", "2;")))
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", folder]
    options = ["-Csetup-args=-Dbuildtype=debug", "-Csetup-args=-Dcore=enabled"]
    built = subprocess.run(
        [*pip, *options, source], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    result = run("--cases", "400", folder=folder)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "kind: windows" in result.stdout
    assert "Again: python " in result.stdout
