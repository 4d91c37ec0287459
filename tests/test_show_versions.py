"""The text for bug reports, and the version."""

from importlib.metadata import version

import sknorm
from sknorm import _kernels


def test_show_versions(capsys):
    """It names the package, its dependencies and the kernels in use."""
    sknorm.show_versions()
    shown = dict(
        line.split(": ", 1) for line in capsys.readouterr().out.splitlines() if line
    )
    assert shown["sknorm"] == sknorm.__version__ == version("sknorm")
    assert shown["numpy"] == version("numpy")
    assert shown["kernels"] == _kernels.IMPLEMENTATION
    compiled = _kernels.core()
    assert shown["level"] == (compiled.level_names()[-1] if compiled else "None")
    assert set(shown) >= {"scikit-learn", "scipy", "pandas", "Python", "platform"}


def test_a_missing_library_is_said(capsys, monkeypatch):
    """An optional library that is not there is no error."""
    module = __import__("sknorm._show_versions", fromlist=["LIBRARIES"])
    monkeypatch.setattr(module, "LIBRARIES", ("no-such-library",))
    sknorm.show_versions()
    assert "no-such-library: not installed\n" in capsys.readouterr().out
