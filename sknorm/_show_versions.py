"""A text for bug reports."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from sknorm._kernels import IMPLEMENTATION, core

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

    Kernels are "compiled" (the C core), for a level of processors that this one runs,
    or "generic" (NumPy). The environment variable ``SKNORM_KERNELS``, set to either
    before the import, forces the choice.

    See Also
    --------
    sklearn.show_versions : The same for scikit-learn and what it is built on.

    Examples
    --------
    >>> import sknorm
    >>> sknorm.show_versions()
    sknorm: ...
    """
    for library in LIBRARIES:
        print(f"{library}: {_version(library)}")
    print(f"kernels: {IMPLEMENTATION}")
    compiled = core()
    print(f"level: {compiled.level() if compiled else None}")
    print(f"Python: {sys.version}")
    print(f"platform: {platform.platform()}")


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
