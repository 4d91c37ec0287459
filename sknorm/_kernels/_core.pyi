from sknorm._kernels._generic import Floats, RealMatrix

def affine(
    X: RealMatrix, shift: Floats, delta: Floats, scale: Floats, out: RealMatrix
) -> int: ...
def affine_inverse(
    Z: RealMatrix, shift: Floats, delta: Floats, scale: Floats, out: RealMatrix
) -> int: ...
