"""What was measured where: versions and machine."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sknorm._kernels import IMPLEMENTATION

PACKAGES = (
    "sknorm",
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "polars",
    "chemotools",
    "torch",
    "bottleneck",
    "numbagg",
    "numba",
    "opencv-python-headless",
)


def versions():
    """Return the versions of Python and of what is installed, and the kernels."""
    found = {"Python": platform.python_version(), "kernels": IMPLEMENTATION}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def machine():
    """Return what is known of the machine; most of it on Linux only."""
    return {
        "processor": _line_of("/proc/cpuinfo", "model name") or platform.processor(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "load before": round(os.getloadavg()[0], 2),
        "last cache": _text_of("/sys/devices/system/cpu/cpu0/cache/index3/size"),
        "memory": _line_of("/proc/meminfo", "MemTotal"),
        "system": platform.platform(),
        "huge pages": _text_of("/sys/kernel/mm/transparent_hugepage/enabled"),
    }


def _text_of(path):
    """Return what a file holds; None where there is none."""
    return Path(path).read_text().strip() if Path(path).exists() else None


def _line_of(path, key):
    """Return what stands behind a key and a colon in a file."""
    for line in (_text_of(path) or "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return None
