"""Reports on 100,000 rows of 50 columns: seconds, memory, and what is said."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Seconds on two cores, and memory beyond the data, in MB.
LIMITS = {"information_loss": (30, 1000), "disclosure_risk": (120, 1000)}

SCRIPT = """
import json
from time import perf_counter

import numpy as np
from sknorm import BatchStandardizer, RowLayerNormalizer
from sknorm import inspection

def status(field):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field))

rng = np.random.default_rng(0)
X = rng.gamma(2.0, rng.uniform(1, 100, 50), size=(100_000, 50))
found = {}
for estimator in (BatchStandardizer(), RowLayerNormalizer(eps=1e-5)):
    estimator.fit(X)
    for name in ("information_loss", "disclosure_risk"):
        before = status("VmRSS:")
        with open("/proc/self/clear_refs", "w") as peak:
            peak.write("5")
        start = perf_counter()
        report = getattr(inspection, name)(estimator, X)
        seconds = perf_counter() - start
        megabytes = (status("VmHWM:") - before) / 1024
        found[f"{name}, {type(estimator).__name__}"] = seconds, megabytes
print(json.dumps(found))
"""


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(),
    reason="Linux tells the peak of a call",
)
def test_seconds_and_memory():
    """Within the limits for columns and rows; what takes long says what comes next."""
    result = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert len(found) == 4
    for name, (seconds, megabytes) in found.items():
        most_seconds, most_megabytes = LIMITS[name.split(",")[0]]
        assert seconds < most_seconds, found
        assert megabytes < most_megabytes, found
    said = set(result.stderr.splitlines())
    assert all(line.startswith(tuple(LIMITS)) for line in said), result.stderr
