# cython: language_level=3, boundscheck=False, wraparound=False
# cython: initializedcheck=False, autotestdict=False
"""Thin binding of the C sources: asserts lengths, releases the GIL, trusts the rest."""

ctypedef fused real:
    float
    double

cdef extern from "core.h" nogil:
    ctypedef struct sknorm_choice:
        int location, scale
        double ddof, eps, resolution
    ctypedef struct sknorm_windows:
        Py_ssize_t n_outer, length, n_inner, before, after
    ctypedef struct sknorm_patches:
        Py_ssize_t n_images, height, width, n_inner
        Py_ssize_t before[2]
        Py_ssize_t after[2]

ctypedef int (*columns_of_f32)(
    const float *, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *,
    double *, Py_ssize_t) noexcept nogil
ctypedef int (*columns_of_f64)(
    const double *, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *,
    double *, Py_ssize_t) noexcept nogil
ctypedef void (*moments_f32)(
    const float *, Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, double *,
    Py_ssize_t) noexcept nogil
ctypedef void (*moments_f64)(
    const double *, Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, double *,
    Py_ssize_t) noexcept nogil
ctypedef int (*map_f32)(
    const float *, Py_ssize_t, Py_ssize_t, const double *, const double *,
    const double *, Py_ssize_t, Py_ssize_t, float *) noexcept nogil
ctypedef int (*map_f64)(
    const double *, Py_ssize_t, Py_ssize_t, const double *, const double *,
    const double *, Py_ssize_t, Py_ssize_t, double *) noexcept nogil
ctypedef int (*rows_of_f32)(
    const float *, Py_ssize_t, Py_ssize_t, sknorm_choice, float *, float *,
    float *) noexcept nogil
ctypedef int (*rows_of_f64)(
    const double *, Py_ssize_t, Py_ssize_t, sknorm_choice, double *, double *,
    double *) noexcept nogil
ctypedef int (*windows_of_f32)(
    const float *, const sknorm_windows *, sknorm_choice, Py_ssize_t,
    Py_ssize_t, float *, float *, float *) noexcept nogil
ctypedef int (*windows_of_f64)(
    const double *, const sknorm_windows *, sknorm_choice, Py_ssize_t,
    Py_ssize_t, double *, double *, double *) noexcept nogil
ctypedef int (*patches_of_f32)(
    const float *, const sknorm_patches *, sknorm_choice, Py_ssize_t,
    Py_ssize_t, float *, float *, float *) noexcept nogil
ctypedef int (*patches_of_f64)(
    const double *, const sknorm_patches *, sknorm_choice, Py_ssize_t,
    Py_ssize_t, double *, double *, double *) noexcept nogil
ctypedef Py_ssize_t (*tasks_of_windows)(const sknorm_windows *) noexcept nogil
ctypedef Py_ssize_t (*tasks_of_patches)(const sknorm_patches *) noexcept nogil
ctypedef void (*merge_of)(
    double *, const double *, Py_ssize_t, Py_ssize_t, Py_ssize_t) noexcept nogil

cdef extern from "core.h" nogil:
    ctypedef struct sknorm_level:
        const char *name
        columns_of_f32 column_moments_f32
        columns_of_f64 column_moments_f64
        moments_f32 line_moments_f32
        moments_f64 line_moments_f64
        map_f32 affine_f32, affine_inverse_f32
        map_f64 affine_f64, affine_inverse_f64
        rows_of_f32 rows_f32
        rows_of_f64 rows_f64
        windows_of_f32 windows_f32
        windows_of_f64 windows_f64
        patches_of_f32 patches_f32
        patches_of_f64 patches_f64
        merge_of merge
        tasks_of_windows window_tasks
        tasks_of_patches patch_tasks
    int sknorm_levels(const sknorm_level **)
    enum: SKNORM_NO_MEMORY


cdef const sknorm_level *levels[4]
cdef int n_levels = sknorm_levels(levels)
cdef const sknorm_level *chosen = levels[n_levels - 1]


def level_names():
    return [levels[i].name.decode() for i in range(n_levels)]


def level():
    return chosen.name.decode()


def use_level(str name):
    global chosen
    for i in range(n_levels):
        if levels[i].name.decode() == name:
            chosen = levels[i]
            return
    raise ValueError(f"level {name!r} is not one of {level_names()}")


cdef int checked(int flags) except -1:
    if flags & SKNORM_NO_MEMORY:
        raise MemoryError("no memory for a block")
    return flags


cdef int must(bint agreed) except -1:
    if not agreed:
        raise ValueError("shapes or strides of the arrays do not agree")
    return 0


def column_moments(
    const real[:, :] X, const double[::1] weight, Py_ssize_t height,
    double[:, :, :] out,
):
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1], item = sizeof(real)
    cdef Py_ssize_t row = X.strides[0], column = X.strides[1]
    cdef Py_ssize_t i, first, n_rows, pitch = out.strides[1]
    cdef const double *w = weight_of(weight, n)
    cdef int flags = 0
    must(n > 0 and p > 0 and height > 0)
    must(out.shape[0] == (n - 1) // height + 1 and out.shape[1] == 7)
    must(out.shape[2] == p and (p == 1 or out.strides[2] == sizeof(double)))
    must(row % item == 0 and column % item == 0 and pitch % sizeof(double) == 0)
    row, column = row // item, 1 if p == 1 else column // item
    pitch = pitch // <Py_ssize_t>sizeof(double)
    with nogil:
        for i in range(out.shape[0]):
            first = i * height
            n_rows = min(height, n - first)
            if real is float:
                flags |= chosen.column_moments_f32(
                    &X[first, 0], n_rows, p, row, column, w, &out[i, 0, 0], pitch)
            else:
                flags |= chosen.column_moments_f64(
                    &X[first, 0], n_rows, p, row, column, w, &out[i, 0, 0], pitch)
            if w:
                w += n_rows
    checked(flags)


def line_moments(const real[:, ::1] X, const double[::1] weight, double[:, ::1] out):
    cdef Py_ssize_t n = X.shape[0], length = X.shape[1]
    cdef const double *w = weight_of(weight, length)
    must(n > 0 and length > 0 and out.shape[0] == 7 and out.shape[1] == n)
    with nogil:
        if real is float:
            chosen.line_moments_f32(&X[0, 0], n, length, length, w, &out[0, 0], n)
        else:
            chosen.line_moments_f64(&X[0, 0], n, length, length, w, &out[0, 0], n)


cdef const double *weight_of(const double[::1] weight, Py_ssize_t n) except? NULL:
    if weight is None:
        return NULL
    must(n > 0 and weight.shape[0] == n)
    return &weight[0]


def merge(double[:, :, ::1] parts):
    cdef Py_ssize_t p = parts.shape[2], i
    must(parts.shape[0] > 0 and parts.shape[1] == 7 and p > 0)
    with nogil:
        for i in range(1, parts.shape[0]):
            chosen.merge(&parts[0, 0, 0], &parts[i, 0, 0], p, p, p)


cdef int map_of(
    bint inverse, const real[:, ::1] X, const double[:, ::1] shift,
    const double[:, ::1] delta, const double[:, ::1] scale, real[:, ::1] out,
) except -1:
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1]
    cdef Py_ssize_t rows = shift.shape[0], columns = shift.shape[1]
    cdef const double *d = NULL
    cdef int flags
    must(n == out.shape[0] and p == out.shape[1])
    must(rows == scale.shape[0] and columns == scale.shape[1])
    must((rows == n or rows == 1) and (columns == p or columns == 1))
    if n == 0 or p == 0:
        return 0
    if delta is not None:
        must(rows == delta.shape[0] and columns == delta.shape[1])
        d = &delta[0, 0]
    cdef Py_ssize_t of_rows = columns if rows > 1 else 0
    cdef Py_ssize_t of_columns = 1 if columns > 1 else 0
    with nogil:
        if real is float:
            flags = (chosen.affine_inverse_f32 if inverse else chosen.affine_f32)(
                &X[0, 0], n, p, &shift[0, 0], d, &scale[0, 0], of_rows, of_columns,
                &out[0, 0])
        else:
            flags = (chosen.affine_inverse_f64 if inverse else chosen.affine_f64)(
                &X[0, 0], n, p, &shift[0, 0], d, &scale[0, 0], of_rows, of_columns,
                &out[0, 0])
    return flags


def affine(
    const real[:, ::1] X, const double[:, ::1] shift, const double[:, ::1] delta,
    const double[:, ::1] scale, real[:, ::1] out,
):
    return map_of(False, X, shift, delta, scale, out)


def affine_inverse(
    const real[:, ::1] Z, const double[:, ::1] shift, const double[:, ::1] delta,
    const double[:, ::1] scale, real[:, ::1] out,
):
    return map_of(True, Z, shift, delta, scale, out)


def rows(
    const real[:, ::1] X, choice, real[:, ::1] out, real[::1] location, real[::1] scale,
):
    cdef Py_ssize_t n = X.shape[0], p = X.shape[1]
    cdef sknorm_choice which = choice_of(choice)
    cdef real *a = NULL
    cdef real *b = NULL
    cdef int flags
    must(n == out.shape[0] and p == out.shape[1] and n > 0 and p > 0)
    if location is not None:
        must(location.shape[0] == n and scale.shape[0] == n)
        a, b = &location[0], &scale[0]
    with nogil:
        if real is float:
            flags = chosen.rows_f32(&X[0, 0], n, p, which, &out[0, 0], a, b)
        else:
            flags = chosen.rows_f64(&X[0, 0], n, p, which, &out[0, 0], a, b)
    return checked(flags)


cdef sknorm_choice choice_of(choice):
    cdef sknorm_choice which
    which.location, which.scale, which.ddof, which.eps, which.resolution = choice
    return which


cdef sknorm_windows windows_of(shape, before, after):
    cdef sknorm_windows w
    w.n_outer, w.length, w.n_inner = shape
    w.before, w.after = before, after
    return w


cdef sknorm_patches patches_of(shape, before, after):
    cdef sknorm_patches p
    p.n_images, p.height, p.width, p.n_inner = shape
    p.before[0], p.before[1] = before
    p.after[0], p.after[1] = after
    return p


def window_tasks(shape, before, after):
    cdef sknorm_windows w = windows_of(shape, before, after)
    return chosen.window_tasks(&w)


def patch_tasks(shape, before, after):
    cdef sknorm_patches p = patches_of(shape, before, after)
    return chosen.patch_tasks(&p)


cdef int same_values(
    Py_ssize_t n, const real[::1] X, real[::1] out, real[::1] location, real[::1] scale,
) except -1:
    must(n > 0 and X.shape[0] == n and out.shape[0] == n)
    if location is not None:
        must(location.shape[0] == n and scale.shape[0] == n)
    return 0


def windows(
    const real[::1] X, shape, before, after, choice, Py_ssize_t first, Py_ssize_t last,
    real[::1] out, real[::1] location, real[::1] scale,
):
    cdef sknorm_windows w = windows_of(shape, before, after)
    cdef sknorm_choice which = choice_of(choice)
    cdef real *a = NULL
    cdef real *b = NULL
    cdef int flags
    same_values(w.n_outer * w.length * w.n_inner, X, out, location, scale)
    must(w.before >= 0 and w.before + w.after >= 0)
    must(0 <= first and last <= chosen.window_tasks(&w))
    if location is not None:
        a, b = &location[0], &scale[0]
    with nogil:
        if real is float:
            flags = chosen.windows_f32(&X[0], &w, which, first, last, &out[0], a, b)
        else:
            flags = chosen.windows_f64(&X[0], &w, which, first, last, &out[0], a, b)
    return checked(flags)


def patches(
    const real[::1] X, shape, before, after, choice, Py_ssize_t first, Py_ssize_t last,
    real[::1] out, real[::1] location, real[::1] scale,
):
    cdef sknorm_patches p = patches_of(shape, before, after)
    cdef sknorm_choice which = choice_of(choice)
    cdef real *a = NULL
    cdef real *b = NULL
    cdef int flags
    same_values(p.n_images * p.height * p.width * p.n_inner, X, out, location, scale)
    for i in range(2):
        must(p.before[i] >= 0 and p.after[i] >= 0)
    must(0 <= first and last <= chosen.patch_tasks(&p))
    if location is not None:
        a, b = &location[0], &scale[0]
    with nogil:
        if real is float:
            flags = chosen.patches_f32(&X[0], &p, which, first, last, &out[0], a, b)
        else:
            flags = chosen.patches_f64(&X[0], &p, which, first, last, &out[0], a, b)
    return checked(flags)
