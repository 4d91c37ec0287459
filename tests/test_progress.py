"""Progress: quiet work stays quiet, long work speaks."""

from sknorm.inspection._progress import Progress


def test_long_work_says_what_comes(capsys):
    """On stderr, with the seconds so far."""
    Progress("f", patience=0.0).announce("linkage")
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "f: linkage (0 s)\n"


def test_short_work_is_quiet(capsys):
    """Nothing within the first seconds, and not at every step after."""
    progress = Progress("f", patience=60.0)
    progress.announce("linkage")
    assert capsys.readouterr().err == ""
    progress.last -= 61
    progress.announce("chain")
    progress.announce("differencing")
    assert capsys.readouterr().err == "f: chain (0 s)\n"
