"""The worked example of CONTRIBUTING.md, docs/adding_a_scale.diff, still applies.

What it adds is tested after it was applied, by the session `adding_a_scale` of nox.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
DIFF = ROOT / "docs" / "adding_a_scale.diff"
TOUCHED = re.findall(r"^\+\+\+ b/(.+)$", DIFF.read_text(), re.M)


def test_a_scale_is_at_most_three_sources_and_one_table():
    """The promise: what a new scale touches."""
    sources = [path for path in TOUCHED if path.startswith("sknorm/")]
    assert 1 <= len(sources) <= 3
    assert sorted(TOUCHED) == sorted([*sources, "tests/scales.py"])


def test_the_diff_applies(tmp_path):
    """To copies of the files, which need not be in a repository; and then no more."""
    for path in TOUCHED:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    outside = os.environ | {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    command = ["git", "apply", "--verbose", str(DIFF)]
    for applies in (True, False):
        result = subprocess.run(
            command,
            cwd=tmp_path,
            env=outside,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (result.returncode == 0) == applies, result.stderr
    for path in TOUCHED:
        assert '"peak"' in (tmp_path / path).read_text()
