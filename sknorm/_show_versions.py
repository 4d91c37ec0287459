"""A text for bug reports."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from sknorm._kernels import IMPLEMENTATION

LIBRARIES = (
    "sknorm",
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "polars",
    "pyarrow",
    "dask",
)


def show_versions() -> None:
    """Print the versions in use, and which kernels: paste them into a bug report.

    Kernels are "compiled" (the C core) or "generic" (NumPy). The environment variable
    ``SKNORM_KERNELS``, set to either before the import, forces the choice.

    Examples
    --------
    >>> import sknorm
    >>> sknorm.show_versions()
    sknorm: ...
    """
    for library in LIBRARIES:
        print(f"{library}: {_version(library)}")
    print(f"kernels: {IMPLEMENTATION}")
    print(f"Python: {sys.version}")
    print(f"platform: {platform.platform()}")


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
