from typing import Any

from numpy.typing import NDArray

from sknorm._kernels._generic import Floats, RealMatrix
from sknorm._kernels._whole import Choice

_Reals = NDArray[Any]

def level_names() -> list[str]: ...
def level() -> str: ...
def use_level(name: str) -> None: ...
def affine(
    X: RealMatrix,
    shift: Floats,
    delta: Floats | None,
    scale: Floats,
    out: RealMatrix,
) -> int: ...
def affine_inverse(
    Z: RealMatrix,
    shift: Floats,
    delta: Floats | None,
    scale: Floats,
    out: RealMatrix,
) -> int: ...
def column_moments(
    X: RealMatrix, weight: Floats | None, height: int, out: Floats
) -> None: ...
def line_moments(X: RealMatrix, weight: Floats | None, out: Floats) -> None: ...
def merge(parts: Floats) -> None: ...
def rows(
    X: RealMatrix,
    choice: Choice,
    out: RealMatrix,
    location: _Reals | None,
    scale: _Reals | None,
) -> int: ...
def window_tasks(shape: tuple[int, ...], before: int, after: int) -> int: ...
def patch_tasks(shape: tuple[int, ...], before: Any, after: Any) -> int: ...
def windows(
    X: _Reals,
    shape: tuple[int, ...],
    before: int,
    after: int,
    choice: Choice,
    first: int,
    last: int,
    out: _Reals,
    location: _Reals | None,
    scale: _Reals | None,
) -> int: ...
def patches(
    X: _Reals,
    shape: tuple[int, ...],
    before: Any,
    after: Any,
    choice: Choice,
    first: int,
    last: int,
    out: _Reals,
    location: _Reals | None,
    scale: _Reals | None,
) -> int: ...
