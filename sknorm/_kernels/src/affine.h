/* z = ((x - shift) - delta) / scale, and its inverse. x and out may be the same array.
 *
 * A statistic lies at row * of_rows + column * of_columns: one a column is (0, 1), one a
 * row (1, 0), one a value (n_columns, 1). Without a delta (NULL) it is 0.
 */

static int NAME(infinities)(const REAL *x, size n, int flag)
{
    int found = 0;
    for (size j = 0; j < n; j++)
        found |= fabs((double)x[j]) > DBL_MAX;
    return found ? flag : 0;
}

/* An exponent of ones, of an infinity or a NaN, carries into the sign when one is added to
 * it: three operations on integers, which hide behind the division. What was met is only
 * looked at where there is something. */
#define SKNORM_MAP(MAP, FORMULA)                                                         \
    INLINE int NAME(MAP##_stretch)(                                                      \
        const REAL *x, size n, const double *restrict shift,                             \
        const double *restrict delta, const double *restrict scale, size step,           \
        size delta_step, REAL *out)                                                      \
    {                                                                                    \
        int flags = x == out ? NAME(infinities)(x, n, SKNORM_INPUT_INFINITE) : 0;        \
        BITS met = 0;                                                                    \
        for (size i = 0; i < n; i++) {                                                   \
            const size j = i * step, k = i * delta_step;                                 \
            const double value = x[i];                                                   \
            const REAL result = (REAL)(FORMULA);                                         \
            BITS bits;                                                                   \
            memcpy(&bits, &result, sizeof bits);                                         \
            met |= (bits & ~SIGN) + LOWEST_EXPONENT;                                     \
            out[i] = result;                                                             \
        }                                                                                \
        if (met & SIGN)                                                                  \
            flags |= NAME(infinities)(out, n, SKNORM_OUTPUT_INFINITE)                    \
                   | NAME(infinities)(x, n, x == out ? 0 : SKNORM_INPUT_INFINITE);       \
        return flags;                                                                    \
    }                                                                                    \
                                                                                         \
    /* Columns j to j + n of row i. Three times, so that each loop knows its steps. */   \
    INLINE int NAME(MAP##_piece)(                                                        \
        const REAL *x, size n_columns, const double *shift, const double *delta,         \
        const double *scale, size of_rows, size of_columns, REAL *out, size i, size j,   \
        size n)                                                                          \
    {                                                                                    \
        const size at = i * n_columns + j, s = i * of_rows + j * of_columns;             \
        const double none = 0.0, *of_delta = delta ? delta + s : &none;                  \
        if (of_columns && delta)                                                         \
            return NAME(MAP##_stretch)(                                                  \
                x + at, n, shift + s, of_delta, scale + s, 1, 1, out + at);              \
        if (of_columns)                                                                  \
            return NAME(MAP##_stretch)(                                                  \
                x + at, n, shift + s, of_delta, scale + s, 1, 0, out + at);              \
        return NAME(MAP##_stretch)(                                                      \
            x + at, n, shift + s, of_delta, scale + s, 0, 0, out + at);                  \
    }                                                                                    \
                                                                                         \
    static int NAME(MAP)(                                                                \
        const REAL *x, size n_rows, size n_columns, const double *shift,                 \
        const double *delta, const double *scale, size of_rows, size of_columns,         \
        REAL *out)                                                                       \
    {                                                                                    \
        enum { TOGETHER = 1 << 20, STRETCH = 1024, PIECE = 128 };                        \
        enum { LINE = CACHE_LINE / sizeof(REAL) };                                       \
        const size n_together =                                                          \
            at_least(1, TOGETHER / at_least(1, n_columns * (size)sizeof(REAL)));         \
        int flags = 0;                                                                   \
        for (size begin = 0; begin < n_rows; begin += n_together) {                      \
            const size end = at_most(begin + n_together, n_rows);                        \
            if (x != out)                                                                \
                claim(                                                                   \
                    out + begin * n_columns, out + end * n_columns,                      \
                    out + n_rows * n_columns);                                           \
            if (n_columns < 2 * PIECE)                                                   \
                for (size i = begin; i < end; i++)                                       \
                    flags |= NAME(MAP##_piece)(                                          \
                        x, n_columns, shift, delta, scale, of_rows, of_columns, out, i, 0,\
                        n_columns);                                                      \
            else                                                                         \
                for (size first = 0; first < n_columns; first += STRETCH)                \
                    for (size i = begin; i < end; i++)                                   \
                        for (size j = first, last = at_most(first + STRETCH, n_columns); \
                             j < last; j += PIECE) {                                     \
                            for (size k = 0; k < PIECE; k += LINE)                       \
                                FETCH(x + i * n_columns + j + STRETCH + k);              \
                            flags |= NAME(MAP##_piece)(                                  \
                                x, n_columns, shift, delta, scale, of_rows, of_columns,  \
                                out, i, j, at_most(PIECE, last - j));                    \
                        }                                                                \
        }                                                                                \
        return flags;                                                                    \
    }

SKNORM_MAP(affine, ((value - shift[j]) - delta[k]) / scale[j])
SKNORM_MAP(affine_inverse, (value * scale[j] + delta[k]) + shift[j])
#undef SKNORM_MAP
