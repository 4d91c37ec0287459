/* Moments of lines of contiguous values: rows, or columns in Fortran order. */

#if !defined(SKNORM_LINES_H)
#define SKNORM_LINES_H
/* Values of a line that are summed about one value: they stay in the first cache. */
enum { STRETCH_OF_LINE = 2048 };
/* Shorter rows than this go in lanes, shorter lines are always summed twice. */
enum { SHORTEST_LINE = 64 };
/* One pass will do about a value within half a standard deviation of the mean. Further
 * off sums do not cancel, and their rounding shows: with two, as columns have it, a row of
 * 2048 values had z wrong by 2.4e-14. */
static const double LARGEST_RATIO_OF_LINES = 0.25;

typedef struct {
    double count, shift, delta, m2, lowest, highest, sum_w2;
} line_moments_of;

/* Sums of the distances of values to c, and of their squares. */
typedef struct {
    double c, s1, s2;
} sums_about;

INLINE size stretches_of(size length)
{
    return (length + STRETCH_OF_LINE - 1) / STRETCH_OF_LINE;
}

static const line_moments_of EMPTY_LINE = {0, 0, 0, 0, INFINITY, -INFINITY, 0};
#endif

INLINE part NAME(load_part)(const REAL *x)
{
    part a;
    EACH_OF_PART OF_PART(a, i) = x[i];
    return a;
}

INLINE lanes NAME(load_values)(const REAL *x)
{
    lanes a;
    EACH_PART a.at[k] = NAME(load_part)(x + k * IN_PART);
    return a;
}

INLINE void NAME(store_values)(REAL *x, lanes a)
{
    EACH_PART EACH_OF_PART x[k * IN_PART + i] = (REAL)OF_PART(a.at[k], i);
}

/* The last n < LANES values of a line, and `fill` behind them. */
INLINE lanes NAME(load_rest)(const REAL *x, size n, double fill)
{
    double v[LANES];
    for (size l = 0; l < LANES; l++)
        v[l] = l < n ? (double)x[l] : fill;
    return load(v);
}

/* Sums of d = x - c and of d * d, all values being present. */
INLINE void NAME(sum_line)(
    const REAL *x, size n, double c, double *s1, double *s2)
{
    const lanes centre = all_lanes(c);
    lanes sum = all_lanes(0.0), squares = sum;
    size i = 0;
    for (; i + LANES <= n; i += LANES) {
        const lanes d = minus(NAME(load_values)(x + i), centre);
        sum = plus(sum, d);
        squares = plus(squares, times(d, d));
    }
    if (i < n) {
        const lanes d = minus(NAME(load_rest)(x + i, n - i, c), centre);
        sum = plus(sum, d);
        squares = plus(squares, times(d, d));
    }
    *s1 = sum_of_lanes(sum);
    *s2 = sum_of_lanes(squares);
}

/* The same with weights, or with values that are absent (NaN); also the weights' sums.
 * Without either the same bits. */
static void NAME(sum_line_of_present)(
    const REAL *x, size n, const double *weight, double c, double *s1, double *s2,
    double *count, double *sum_w2)
{
    const lanes zero = all_lanes(0.0), centre = all_lanes(c);
    lanes sum = zero, squares = zero, weights = zero, weight_squares = zero;
    for (size i = 0; i < n; i += LANES) {
        const size rest = at_most(LANES, n - i);
        const lanes value = NAME(load_rest)(x + i, rest, NAN);
        const mask present = equal(value, value);
        double w[LANES];
        for (size l = 0; l < LANES; l++)
            w[l] = weight && l < rest ? weight[i + l] : 1.0;
        const lanes of = choose(present, load(w), zero);
        const lanes d = choose(present, minus(value, centre), zero);
        weights = plus(weights, of);
        weight_squares = plus(weight_squares, times(of, of));
        sum = plus(sum, times(of, d));
        squares = plus(squares, times(of, times(d, d)));
    }
    *s1 = sum_of_lanes(sum);
    *s2 = sum_of_lanes(squares);
    *count = sum_of_lanes(weights);
    *sum_w2 = sum_of_lanes(weight_squares);
}

INLINE void NAME(extrema_of_line)(
    const REAL *x, size n, double *lowest, double *highest)
{
    lanes low = all_lanes(INFINITY), high = all_lanes(-INFINITY);
    for (size i = 0; i < n; i += LANES) {
        const lanes value = i + LANES <= n ? NAME(load_values)(x + i)
                                           : NAME(load_rest)(x + i, n - i, NAN);
        low = choose(less(value, low), value, low);
        high = choose(less(high, value), value, high);
    }
    double v[LANES];
    store(v, low);
    *lowest = v[0];
    for (int l = 1; l < LANES; l++)
        *lowest = smaller(*lowest, v[l]);
    store(v, high);
    *highest = v[0];
    for (int l = 1; l < LANES; l++)
        *highest = larger(*highest, v[l]);
}

/* Where a stretch is summed about first. Of many values the mean of 64, eight at eight
 * places all along it: near the mean and, of equal values, exactly that value. Of few, and
 * where that is no number, the first value that there is. */
INLINE double NAME(centre_of_stretch)(const REAL *x, size n)
{
    if (n >= SHORTEST_LINE) {
        lanes sum = all_lanes(0.0);
        for (size k = 0; k < LANES; k++)
            sum = plus(sum, NAME(load_values)(x + k * (n - LANES) / (LANES - 1)));
        const double c = sum_of_lanes(sum) / (LANES * LANES);
        if (c - c == 0.0)
            return c;
    }
    for (size i = 0; i < n; i++)
        if (x[i] == x[i])
            return x[i];
    return 0.0;
}

/* The first sums of a stretch, about a value near its mean; with weights only that. */
INLINE sums_about NAME(sums_of_stretch)(const REAL *x, size n, int weighted)
{
    sums_about of = {NAME(centre_of_stretch)(x, n), 0.0, 0.0};
    if (!weighted)
        NAME(sum_line)(x, n, of.c, &of.s1, &of.s2);
    return of;
}

/* The same of each stretch of a line. */
INLINE void NAME(sum_stretches)(const REAL *x, size n, sums_about *sums)
{
    for (size i = 0; i < n; i += STRETCH_OF_LINE)
        sums[i / STRETCH_OF_LINE] = NAME(sums_of_stretch)(
            x + i, at_most(STRETCH_OF_LINE, n - i), 0);
}

/* The moments of one stretch, from its first sums. Two passes, the second about the mean;
 * where the first was about a value near it, one. */
INLINE line_moments_of NAME(moments_of_stretch)(
    const REAL *x, size n, const double *weight, int extrema, sums_about first)
{
    line_moments_of of = EMPTY_LINE;
    double s1 = first.s1, s2 = first.s2, c = first.c;
    of.count = of.sum_w2 = (double)n;
    const int full = !weight && s1 - s1 == 0.0;
    if (!full) {
        NAME(sum_line_of_present)(x, n, weight, c, &s1, &s2, &of.count, &of.sum_w2);
        if (of.count == 0.0)
            return of;
    }
    const double offset = s1 / of.count, lost = s1 * offset;
    if (!full || n < SHORTEST_LINE || !(lost <= LARGEST_RATIO_OF_LINES * (s2 - lost))) {
        c += offset;
        if (full)
            NAME(sum_line)(x, n, c, &s1, &s2);
        else
            NAME(sum_line_of_present)(x, n, weight, c, &s1, &s2, &of.count, &of.sum_w2);
    }
    of.shift = two_sum(c, s1 / of.count, &of.delta);
    of.m2 = not_negative(s2 - s1 * (s1 / of.count));
    if (extrema)
        NAME(extrema_of_line)(x, n, &of.lowest, &of.highest);
    return of;
}

/* The first sums of its stretches may be there already (else NULL). */
INLINE line_moments_of NAME(moments_of_line)(
    const REAL *x, size n, const double *weight, int extrema, const sums_about *sums)
{
    line_moments_of whole = EMPTY_LINE;
    for (size i = 0; i < n; i += STRETCH_OF_LINE) {
        const size length = at_most(STRETCH_OF_LINE, n - i);
        const sums_about first =
            sums ? sums[i / STRETCH_OF_LINE]
                 : NAME(sums_of_stretch)(x + i, length, weight != NULL);
        const line_moments_of next = NAME(moments_of_stretch)(
            x + i, length, weight ? weight + i : NULL, extrema, first);
        if (i == 0)
            whole = next;
        else
            merge_moments((double *)&whole, (const double *)&next, 1, 1, 1);
    }
    return whole;
}

/* The moments of eight short rows, each in a lane, in the layout of their pitch, LANES.
 * Values in a lane are added one after the other. */
static inline void NAME(moments_of_short_rows)(
    const REAL *x, size n_rows, size length, int extrema, double *out)
{
    double values[SHORTEST_LINE * LANES];
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    for (size l = 0; l < LANES; l++)
        for (size j = 0; j < length; j++)
            values[j * LANES + l] = x[at_most(l, n_rows - 1) * length + j];
    lanes count = zero, c = zero, sum = zero;
    for (size j = 0; j < length; j++) {
        const lanes value = load(values + j * LANES);
        const mask present = equal(value, value);
        c = choose(both(present, equal(count, zero)), value, c);
        count = plus(count, choose(present, one, zero));
        sum = plus(sum, choose(present, minus(value, c), zero));
    }
    const lanes n = choose(equal(count, zero), one, count);
    c = plus(c, over(sum, n));
    lanes squares = sum = zero;
    lanes lowest = all_lanes(INFINITY), highest = all_lanes(-INFINITY);
    for (size j = 0; j < length; j++) {
        const lanes value = load(values + j * LANES);
        const lanes d = choose(equal(value, value), minus(value, c), zero);
        sum = plus(sum, d);
        squares = plus(squares, times(d, d));
        if (extrema) {
            lowest = choose(less(value, lowest), value, lowest);
            highest = choose(less(highest, value), value, highest);
        }
    }
    const lanes offset = over(sum, n), m2 = minus(squares, times(sum, offset));
    lanes delta;
    store(out + COUNT * LANES, count);
    store(out + SHIFT * LANES, two_sums(c, offset, &delta));
    store(out + DELTA * LANES, delta);
    store(out + M2 * LANES, choose(less(m2, zero), zero, m2));
    store(out + LOWEST * LANES, lowest);
    store(out + HIGHEST * LANES, highest);
}

static void NAME(line_moments)(
    const REAL *x, size n_lines, size length, size pitch, const double *weight,
    double *out, size out_pitch)
{
    for (size i = 0; i < n_lines; i++) {
        const line_moments_of of =
            NAME(moments_of_line)(x + i * pitch, length, weight, 1, NULL);
        for (int field = 0; field < N_FIELDS; field++)
            out[field * out_pitch + i] = ((const double *)&of)[field];
    }
}
