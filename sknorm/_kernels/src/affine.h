/* z = ((x - shift) - delta) / scale, column by column, and its inverse.
 *
 * Arithmetic is float64 whatever the type of the data, rounded once on store. x and out
 * may be the same array. Each function returns the flags of what it met on the way, so
 * that nobody has to read the data twice to refuse infinities.
 */
#ifndef SKNORM_AFFINE_H
#define SKNORM_AFFINE_H

#include <float.h>
#include <math.h>
#include <stddef.h>

enum { SKNORM_INPUT_INFINITE = 1, SKNORM_OUTPUT_INFINITE = 2 };

/* Two ints and no branch: the loop stays a vector loop, and the flags are free behind
 * the division. */
#define SKNORM_MAP(NAME, REAL, FORMULA)                                                \
    static int NAME(                                                                   \
        const REAL *x, ptrdiff_t n_rows, ptrdiff_t n_columns, const double *shift,     \
        const double *delta, const double *scale, REAL *out)                           \
    {                                                                                  \
        int input_infinite = 0, output_infinite = 0;                                   \
        for (ptrdiff_t i = 0; i < n_rows; i++, x += n_columns, out += n_columns)       \
            for (ptrdiff_t j = 0; j < n_columns; j++) {                                \
                const double value = x[j];                                             \
                const REAL result = (REAL)(FORMULA);                                   \
                input_infinite |= fabs(value) > DBL_MAX;                               \
                output_infinite |= fabs((double)result) > DBL_MAX;                     \
                out[j] = result;                                                       \
            }                                                                          \
        return input_infinite * SKNORM_INPUT_INFINITE                                  \
             | output_infinite * SKNORM_OUTPUT_INFINITE;                               \
    }

SKNORM_MAP(sknorm_affine_f32, float, ((value - shift[j]) - delta[j]) / scale[j])
SKNORM_MAP(sknorm_affine_f64, double, ((value - shift[j]) - delta[j]) / scale[j])
SKNORM_MAP(sknorm_affine_inverse_f32, float, (value * scale[j] + delta[j]) + shift[j])
SKNORM_MAP(sknorm_affine_inverse_f64, double, (value * scale[j] + delta[j]) + shift[j])

#endif
