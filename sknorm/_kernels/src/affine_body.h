/* Included by affine.h once per REAL. x and out may be the same array. */

static int NAME(affine)(
    const REAL *x, ptrdiff_t n_rows, ptrdiff_t n_columns, const double *shift,
    const double *delta, const double *scale, REAL *out)
{
    /* Two ints and no branch: the loop stays a vector loop, and the flags are free
     * behind the division. */
    int input_infinite = 0, output_infinite = 0;
    for (ptrdiff_t i = 0; i < n_rows; i++, x += n_columns, out += n_columns)
        for (ptrdiff_t j = 0; j < n_columns; j++) {
            const double value = x[j];
            const REAL z = (REAL)(((value - shift[j]) - delta[j]) / scale[j]);
            input_infinite |= fabs(value) > DBL_MAX;
            output_infinite |= fabs((double)z) > DBL_MAX;
            out[j] = z;
        }
    return input_infinite * SKNORM_INPUT_INFINITE
         | output_infinite * SKNORM_OUTPUT_INFINITE;
}

static int NAME(affine_inverse)(
    const REAL *z, ptrdiff_t n_rows, ptrdiff_t n_columns, const double *shift,
    const double *delta, const double *scale, REAL *out)
{
    int input_infinite = 0, output_infinite = 0;
    for (ptrdiff_t i = 0; i < n_rows; i++, z += n_columns, out += n_columns)
        for (ptrdiff_t j = 0; j < n_columns; j++) {
            const double value = z[j];
            const REAL x = (REAL)((value * scale[j] + delta[j]) + shift[j]);
            input_infinite |= fabs(value) > DBL_MAX;
            output_infinite |= fabs((double)x) > DBL_MAX;
            out[j] = x;
        }
    return input_infinite * SKNORM_INPUT_INFINITE
         | output_infinite * SKNORM_OUTPUT_INFINITE;
}
