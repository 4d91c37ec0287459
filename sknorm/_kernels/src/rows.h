/* Rows: their statistics and the map, while the row is in the cache. */

#if !defined(SKNORM_ROWS_H)
#define SKNORM_ROWS_H
/* Values that are still in the cache when they are mapped. */
enum { VALUES_TOGETHER = 4096 };
/* Rows are summed while those before them are mapped: additions cost nothing beside a
 * division, and memory is read all the time. Not shorter rows than this, and not longer ones
 * than have eight stretches: their sums are kept in the meantime. */
enum { SHORTEST_BESIDE = 512 };
/* How many values before their turn they are fetched. */
enum { READ_AHEAD = 2048, WRITE_AHEAD = 1536 };
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

/* The same for a row, or a stretch of one, while one of equal length is summed about c. The
 * sum of finite results is finite, in float64. In float32 it is taken of larger ones, as a
 * float32 may be infinite where a float64 is not. */
INLINE int NAME(map_beside_sums)(
    const REAL *x, size n, double shift, double delta, double scale, REAL *out,
    const REAL *next, sums_about *of_next)
{
    enum { LINE = CACHE_LINE / sizeof(REAL) };
    const lanes factor =
        all_lanes(sizeof(REAL) == sizeof(double) ? 1.0 : 2.0 * (DBL_MAX / LARGEST));
    const lanes a = all_lanes(shift), b = all_lanes(delta), divisor = all_lanes(scale);
    const lanes c = all_lanes(of_next->c);
    lanes results = all_lanes(0.0), s1 = results, s2 = results;
    size i = 0;
    for (; i + LANES <= n; i += LANES) {
        if (LINE <= LANES || i % LINE == 0) {
            FETCH(next + i + READ_AHEAD);
            FETCH_TO_WRITE(out + i + WRITE_AHEAD);
        }
        const lanes z = over(minus(minus(NAME(load_values)(x + i), a), b), divisor);
        NAME(store_values)(out + i, z);
        results = plus(results, times(z, factor));
        const lanes d = minus(NAME(load_values)(next + i), c);
        s1 = plus(s1, d);
        s2 = plus(s2, times(d, d));
    }
    if (i < n) {
        const size rest = n - i;
        const lanes value = NAME(load_rest)(x + i, rest, shift);
        double z[LANES];
        store(z, over(minus(minus(value, a), b), divisor));
        for (size l = 0; l < rest; l++)
            out[i + l] = (REAL)z[l];
        results = plus(results, times(load(z), factor));
        const lanes d = minus(NAME(load_rest)(next + i, rest, of_next->c), c);
        s1 = plus(s1, d);
        s2 = plus(s2, times(d, d));
    }
    of_next->s1 = sum_of_lanes(s1);
    of_next->s2 = sum_of_lanes(s2);
    const double total = sum_of_lanes(results);
    return total - total == 0.0 ? 0
                                : NAME(infinities)(out, n, SKNORM_OUTPUT_INFINITE);
}

/* Map a row while `next` is summed, stretch by stretch. */
INLINE int NAME(map_row_beside_sums)(
    const REAL *x, size n, double shift, double delta, double scale, REAL *out,
    const REAL *next, sums_about *of_next)
{
    int flags = 0;
    for (size i = 0; i < n; i += STRETCH_OF_LINE) {
        const size length = at_most(STRETCH_OF_LINE, n - i);
        sums_about *const of = of_next + i / STRETCH_OF_LINE;
        of->c = NAME(centre_of_stretch)(next + i, length);
        flags |= NAME(map_beside_sums)(
            x + i, length, shift, delta, scale, out + i, next + i, of);
    }
    return flags;
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

/* Normalise up to eight rows, of which statistics are finished together. `sums` holds the
 * first sums of their stretches, and takes those of the `n_next` rows behind them; NULL
 * where rows are summed at once. */
static inline int NAME(rows_together)(
    const REAL *x, size n_rows, size length, sknorm_choice choice, REAL *out,
    REAL *location, REAL *scale, sums_about *sums, size n_next)
{
    double m[N_FIELDS * LANES] = {0};
    const size ahead = n_rows * length, n_stretches = stretches_of(length);
    int flags = 0;
    if (length < SHORTEST_LINE)
        NAME(moments_of_short_rows)(x, n_rows, length, extrema_needed(choice), m);
    else
        for (size r = 0; r < n_rows; r++) {
            const line_moments_of of = NAME(moments_of_line)(
                x + r * length, length, NULL, extrema_needed(choice),
                sums ? sums + r * n_stretches : NULL);
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
        REAL *to = out + r * length;
        if (location) {
            location[r] = (REAL)(
                present || choice.location == SKNORM_NO_LOCATION ? shift[r] : NAN);
            scale[r] =
                (REAL)(present || choice.scale == SKNORM_NO_SCALE ? divisor[r] : NAN);
        }
        int met;
        if (r < n_next)
            met = NAME(map_row_beside_sums)(
                row, length, shift[r], delta[r], divisor[r], to, row + ahead,
                sums + r * n_stretches);
        else
            met = NAME(map_row)(row, length, shift[r], delta[r], divisor[r], ahead, to);
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
    const size n_stretches = stretches_of(length);
    const int beside = length >= SHORTEST_BESIDE && together * n_stretches <= LANES;
    sums_about sums[LANES];
    if (beside)
        for (size r = 0; r < at_most(together, n_rows); r++)
            NAME(sum_stretches)(x + r * length, length, sums + r * n_stretches);
    int flags = 0;
    for (size row = 0; row < n_rows; row += together) {
        const size n = at_most(together, n_rows - row);
        claim(out + row * length, out + (row + n) * length, out + n_rows * length);
        flags |= NAME(rows_together)(
            x + row * length, n, length, choice, out + row * length,
            location ? location + row : NULL, scale ? scale + row : NULL,
            beside ? sums : NULL, beside ? at_most(together, n_rows - row - n) : 0);
    }
    return flags;
}
