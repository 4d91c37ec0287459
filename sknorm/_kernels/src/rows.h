/* Rows: their statistics and the map, while the row is in the cache. */

#if !defined(SKNORM_ROWS_H)
#define SKNORM_ROWS_H
/* Values that are still in the cache when they are mapped. */
enum { VALUES_TOGETHER = 4096 };
#endif

/* Write ((x - shift) - delta) / scale of a row; tell whether an infinity came out. What is
 * `ahead` values further on is fetched meanwhile: it is summed next. */
INLINE int NAME(map_row)(
    const REAL *x, size n, double shift, double delta, double scale, size ahead, REAL *out)
{
    enum { STEP = 64 };
    BITS met = 0;
    for (size first = 0; first < n; first += STEP) {
        const size last = at_most(first + STEP, n);
        for (size j = first; j < last; j += CACHE_LINE / (size)sizeof(REAL))
            FETCH(x + ahead + j);
        for (size j = first; j < last; j++) {
            const REAL result = (REAL)((((double)x[j] - shift) - delta) / scale);
            BITS bits;
            memcpy(&bits, &result, sizeof bits);
            met |= (bits & ~SIGN) + LOWEST_EXPONENT;
            out[j] = result;
        }
    }
    return met & SIGN ? NAME(infinities)(out, n, SKNORM_OUTPUT_INFINITE) : 0;
}

/* Whether values are so small that squares of their differences lose digits. */
static int NAME(may_have_lost_digits)(const REAL *x, size n, size step)
{
    for (size j = 0; j < n; j++) {
        const double value = fabs((double)x[j * step]);
        if (value > 0.0 && value < SMALL)
            return 1;
    }
    return 0;
}

/* Whether a location and a scale do not fit into REAL, or only as a subnormal. */
INLINE int NAME(unfit)(double location, double scale)
{
    return !(fabs(location) <= LARGEST && scale <= LARGEST && scale >= SMALLEST);
}

/* Normalise up to eight rows, of which statistics are finished together. */
static inline int NAME(rows_together)(
    const REAL *x, size n_rows, size length, sknorm_choice choice, REAL *out,
    REAL *location, REAL *scale)
{
    double m[N_FIELDS * LANES] = {0};
    const size ahead = n_rows * length;
    int flags = 0;
    if (length < SHORTEST_LINE)
        NAME(moments_of_short_rows)(x, n_rows, length, extrema_needed(choice), m);
    else
        for (size r = 0; r < n_rows; r++) {
            const line_moments_of of = NAME(moments_of_line)(
                x + r * length, length, NULL, extrema_needed(choice));
            for (int field = 0; field < N_FIELDS; field++)
                m[field * LANES + r] = ((const double *)&of)[field];
        }
    const neighbourhoods of = {
        load(m + COUNT * LANES), load(m + SHIFT * LANES), load(m + DELTA * LANES),
        load(m + M2 * LANES), load(m + LOWEST * LANES), load(m + HIGHEST * LANES), NULL,
    };
    const location_scale found = of_moments(&of, choice);
    double shift[LANES], delta[LANES], divisor[LANES];
    store(shift, found.shift);
    store(delta, found.delta);
    store(divisor, found.scale);
    double tiny[LANES];
    store(tiny, choose(found.tiny, all_lanes(1.0), all_lanes(0.0)));
    for (size r = 0; r < n_rows; r++) {
        const int present = m[COUNT * LANES + r] > 0.0;
        const REAL *row = x + r * length;
        if (location) {
            location[r] = (REAL)(
                present || choice.location == SKNORM_NO_LOCATION ? shift[r] : NAN);
            scale[r] =
                (REAL)(present || choice.scale == SKNORM_NO_SCALE ? divisor[r] : NAN);
        }
        int met = NAME(map_row)(
            row, length, shift[r], delta[r], divisor[r], ahead, out + r * length);
        if (present && NAME(unfit)(shift[r], divisor[r]))
            met |= SKNORM_SUSPECT;
        if (met)
            flags |= met | NAME(infinities)(row, length, SKNORM_INPUT_INFINITE);
        if (tiny[r] != 0.0 && NAME(may_have_lost_digits)(row, length, 1))
            flags |= SKNORM_SUSPECT;
    }
    return flags;
}

static int NAME(rows)(
    const REAL *x, size n_rows, size length, sknorm_choice choice, REAL *out,
    REAL *location, REAL *scale)
{
    const size together = at_least(1, at_most(LANES, VALUES_TOGETHER / length));
    int flags = 0;
    for (size row = 0; row < n_rows; row += together) {
        const size n = at_most(together, n_rows - row);
        claim(out + row * length, out + (row + n) * length, out + n_rows * length);
        flags |= NAME(rows_together)(
            x + row * length, n, length, choice, out + row * length,
            location ? location + row : NULL, scale ? scale + row : NULL);
    }
    return flags;
}
