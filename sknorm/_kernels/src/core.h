/* The kernels as the binding sees them: one table of functions for each level. */
#ifndef SKNORM_CORE_H
#define SKNORM_CORE_H

#include <stddef.h>

/* What a kernel met, or-ed together. SUSPECT: a statistic may not fit into the type of the
 * data, or may have lost digits; the caller finds out which. */
enum {
    SKNORM_INPUT_INFINITE = 1,
    SKNORM_OUTPUT_INFINITE = 2,
    SKNORM_SUSPECT = 4,
    SKNORM_NO_MEMORY = 8
};

/* Which statistics are the location and the scale of a neighbourhood. */
enum { SKNORM_NO_LOCATION, SKNORM_MEAN, SKNORM_MIN };
enum { SKNORM_NO_SCALE, SKNORM_STD, SKNORM_RMS, SKNORM_MAXABS, SKNORM_RANGE };
typedef struct {
    int location, scale;
    double ddof, eps;
    double resolution; /* the machine epsilon of the data */
} sknorm_choice;

/* Windows along the middle axis of an array of shape (n_outer, length, n_inner), each
 * from `before` values back to `after` values ahead. */
typedef struct {
    ptrdiff_t n_outer, length, n_inner, before, after;
} sknorm_windows;

/* Patches along axes 1 and 2 of an array of shape (n_images, height, width, n_inner). */
typedef struct {
    ptrdiff_t n_images, height, width, n_inner, before[2], after[2];
} sknorm_patches;

#define SKNORM_FUNCTIONS(REAL, T)                                                        \
    int (*column_moments_##T)(                                                           \
        const REAL *x, ptrdiff_t n_rows, ptrdiff_t n_columns, ptrdiff_t row,             \
        ptrdiff_t column, const double *weight, double *out, ptrdiff_t out_pitch);       \
    void (*line_moments_##T)(                                                            \
        const REAL *x, ptrdiff_t n_lines, ptrdiff_t length, ptrdiff_t pitch,             \
        const double *weight, double *out, ptrdiff_t out_pitch);                         \
    int (*affine_##T)(                                                                   \
        const REAL *x, ptrdiff_t n_rows, ptrdiff_t n_columns, const double *shift,       \
        const double *delta, const double *scale, ptrdiff_t of_rows,                     \
        ptrdiff_t of_columns, REAL *out);                                                \
    int (*affine_inverse_##T)(                                                           \
        const REAL *z, ptrdiff_t n_rows, ptrdiff_t n_columns, const double *shift,       \
        const double *delta, const double *scale, ptrdiff_t of_rows,                     \
        ptrdiff_t of_columns, REAL *out);                                                \
    int (*rows_##T)(                                                                     \
        const REAL *x, ptrdiff_t n_rows, ptrdiff_t length, sknorm_choice choice,         \
        REAL *out, REAL *location, REAL *scale);                                         \
    int (*windows_##T)(                                                                  \
        const REAL *x, const sknorm_windows *windows, sknorm_choice choice,              \
        ptrdiff_t first, ptrdiff_t last, REAL *out, REAL *location, REAL *scale);        \
    int (*patches_##T)(                                                                  \
        const REAL *x, const sknorm_patches *patches, sknorm_choice choice,              \
        ptrdiff_t first, ptrdiff_t last, REAL *out, REAL *location, REAL *scale);

typedef struct {
    const char *name;
    SKNORM_FUNCTIONS(float, f32)
    SKNORM_FUNCTIONS(double, f64)
    void (*merge)(
        double *into, const double *other, ptrdiff_t n, ptrdiff_t into_pitch,
        ptrdiff_t other_pitch);
    /* How many tasks the windows and patches of an array are divided into. */
    ptrdiff_t (*window_tasks)(const sknorm_windows *windows);
    ptrdiff_t (*patch_tasks)(const sknorm_patches *patches);
} sknorm_level;

/* The levels that were built and that this processor runs, the best one last. Returns
 * their number. */
int sknorm_levels(const sknorm_level **levels);

#endif
