# cython: language_level=3, boundscheck=False, wraparound=False
# cython: initializedcheck=False, autotestdict=False
"""Thin binding of the C sources: asserts lengths, releases the GIL, trusts the rest."""

ctypedef fused real:
    float
    double

cdef extern from "affine.h" nogil:
    int sknorm_affine_f32(
        const float *, Py_ssize_t, Py_ssize_t,
        const double *, const double *, const double *, float *)
    int sknorm_affine_f64(
        const double *, Py_ssize_t, Py_ssize_t,
        const double *, const double *, const double *, double *)
    int sknorm_affine_inverse_f32(
        const float *, Py_ssize_t, Py_ssize_t,
        const double *, const double *, const double *, float *)
    int sknorm_affine_inverse_f64(
        const double *, Py_ssize_t, Py_ssize_t,
        const double *, const double *, const double *, double *)


cdef int _lengths_agree(
    Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t out_rows, Py_ssize_t out_columns,
    const double[::1] shift, const double[::1] delta, const double[::1] scale,
) except -1:
    if not (
        rows == out_rows
        and columns == out_columns
        == shift.shape[0] == delta.shape[0] == scale.shape[0]
    ):
        raise ValueError("shapes of X, shift, delta, scale and out do not agree")
    return rows > 0 and columns > 0


def affine(
    const real[:, ::1] X, const double[::1] shift, const double[::1] delta,
    const double[::1] scale, real[:, ::1] out,
):
    cdef int flags = 0
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1]
    if _lengths_agree(n, p, out.shape[0], out.shape[1], shift, delta, scale):
        with nogil:
            if real is float:
                flags = sknorm_affine_f32(
                    &X[0, 0], n, p, &shift[0], &delta[0], &scale[0], &out[0, 0])
            else:
                flags = sknorm_affine_f64(
                    &X[0, 0], n, p, &shift[0], &delta[0], &scale[0], &out[0, 0])
    return flags


def affine_inverse(
    const real[:, ::1] Z, const double[::1] shift, const double[::1] delta,
    const double[::1] scale, real[:, ::1] out,
):
    cdef int flags = 0
    cdef Py_ssize_t n = Z.shape[0], p = Z.shape[1]
    if _lengths_agree(n, p, out.shape[0], out.shape[1], shift, delta, scale):
        with nogil:
            if real is float:
                flags = sknorm_affine_inverse_f32(
                    &Z[0, 0], n, p, &shift[0], &delta[0], &scale[0], &out[0, 0])
            else:
                flags = sknorm_affine_inverse_f64(
                    &Z[0, 0], n, p, &shift[0], &delta[0], &scale[0], &out[0, 0])
    return flags
