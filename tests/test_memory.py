"""Memory beyond the data and the result, as the system counts it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sknorm import _kernels

LIMIT = 8  # MB

# tracemalloc does not see what the core allocates, so the whole process is looked at:
# its peak during a call, less what it held before and what it holds more afterwards.
SCRIPT = """
import json
import numpy as np
from sknorm import BatchStandardizer, LocalWindowNormalizer, RowLayerNormalizer

def status(field):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(field))

def window(width, **params):
    return LocalWindowNormalizer(width, keep_statistics=False, n_jobs=2, **params)

ESTIMATORS = {
    "columns": BatchStandardizer(n_jobs=2),
    "rows": RowLayerNormalizer(keep_statistics=False, n_jobs=2),
    "groups": RowLayerNormalizer(
        feature_groups=[[0, 2, 4], [1, 3]], keep_statistics=False, n_jobs=2
    ),
    "windows": window(501),
    "series": window(501, axis="samples"),
    "patches": window(9, sample_shape=(32, 32)),
}
X = np.random.default_rng(0).normal(size=(5000, 1024))
beyond = {}
for name, estimator in ESTIMATORS.items():
    estimator.fit(X[:1000]).transform(X[:1000])
    for order in "CF":
        data = np.asarray(X, order=order)
        for method in ("fit", "transform"):
            before = status("VmRSS:")
            with open("/proc/self/clear_refs", "w") as peak:
                peak.write("5")
            result = getattr(estimator, method)(data)
            held = before + (data.nbytes // 1024 if method == "transform" else 0)
            beyond[f"{name}, {order}, {method}"] = (status("VmHWM:") - held) / 1024
            del result
print(json.dumps(beyond))
"""


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists() or _kernels.IMPLEMENTATION == "generic",
    reason="Linux tells the peak of a call; NumPy's memory is in the estimators' tests",
)
def test_beyond_the_data_and_the_result():
    """40 MB of data take 8 MB more, in two threads, whatever the estimator."""
    run = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=True,
    )
    beyond = json.loads(run.stdout)
    assert len(beyond) == 24
    assert {name: size for name, size in beyond.items() if size > LIMIT} == {}
