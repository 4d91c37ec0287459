/* Eight stretches of lines side by side, and what becomes of their windows. */
#ifndef SKNORM_STRETCH_H
#define SKNORM_STRETCH_H

#include "location_scale.h"
#include "sums.h"

/* Sums about c lose up to two digits where c lies further from the mean than the square
 * root of this many variances. In no window of normal or t(3) data does it. */
#define LARGEST_RATIO 64.0

typedef struct {
    size width, before, n_blocks, n_windows;
    sknorm_choice choice;
    type_limits limits;
    double small;             /* below it the squares of values lose digits */
    double *values;           /* of (n_blocks + 1) * width places, eight each */
    size low, high;           /* the places that are present ... */
    int masked;               /* ... or NaN marks those that are not */
    window_sums ends, sums;   /* of width places */
    double *twice;            /* for redo.h: N_TWICE * width */
    size *again;              /* blocks that are to be done again */
    double *z, *location, *scale; /* of n_windows windows, eight each; NULL: not wanted */
    const char *ahead[LANES], *goal[LANES]; /* what is read next, and written */
    size ahead_step;                        /* bytes in eight places */
    mask suspect, tiny;
} stretch;

/* Room for n numbers, as one piece of memory, which is returned; *start is where a cache
 * line begins: where registers lie across two, narrow windows take a quarter longer, and
 * patches load at half the speed. */
static void *allocate_numbers(size n, double **start)
{
    char *const room = malloc(sizeof(double) * (size_t)n + CACHE_LINE);
    if (room)
        *start = (double *)(room + (CACHE_LINE - (uintptr_t)room % CACHE_LINE));
    return room;
}

INLINE int is_present(const stretch *s, size place, int l)
{
    const double value = s->values[place * LANES + l];
    return s->masked ? value == value : place >= s->low && place < s->high;
}

/* The mean c + offset and what its rounding leaves. That is exact where the offset is the
 * smaller of the two, else to within a rounding of the offset, as the offset is itself. */
INLINE lanes mean_about(lanes c, lanes offset, lanes *delta)
{
    const lanes shift = plus(c, offset);
    *delta = plus(minus(c, shift), offset);
    return shift;
}

/* The moments of eight windows from their sums about c, and which have lost digits.
 * `inverse` is 1 / count, or NULL. */
INLINE neighbourhoods moments_of_windows(
    lanes c, lanes count, const lanes *inverse, lanes s1, lanes s2, mask *doubtful)
{
    const lanes zero = all_lanes(0.0);
    const lanes offset = inverse ? quotient(s1, count, *inverse) : over(s1, count);
    const lanes lost = times(s1, offset), difference = minus(s2, lost);
    lanes delta;
    const lanes shift = mean_about(c, offset, &delta);
    const lanes m2 = choose(less(difference, zero), zero, difference);
    const neighbourhoods of = {count, shift, delta, m2, zero, zero, inverse};
    *doubtful = opposite(up_to(lost, times(all_lanes(LARGEST_RATIO), m2)));
    return of;
}

/* Windows of mean and standard deviation that are under way: of the last one the variance
 * is known, of the one before the scale. */
typedef struct {
    lanes variance, rounding, difference; /* a scale up to `rounding` is none */
    lanes scale, difference_before;
} under_way;
enum { N_UNDER_WAY = 2 };

/* The result of the one before the last, in whose place the last one goes. */
INLINE lanes advance(under_way *windows)
{
    const lanes z = over(windows->difference_before, windows->scale);
    const lanes scale = root(windows->variance);
    windows->scale = choose(up_to(scale, windows->rounding), all_lanes(1.0), scale);
    windows->difference_before = windows->difference;
    return z;
}

/* What sums about c and variances may be. */
typedef struct { lanes ratio, resolution, least, most; } bounds;

INLINE bounds bounds_of(sknorm_choice choice, type_limits limits)
{
    const bounds of = {
        all_lanes(LARGEST_RATIO), all_lanes(choice.resolution), all_lanes(limits.least),
        all_lanes(limits.most),
    };
    return of;
}

/* The next value, by the sums of its window about c. Returns what M2 allows the square of
 * S1 over n to be; beyond it, or where the variance is none, windows are unsure. */
INLINE lanes set_out(
    under_way *windows, lanes value, lanes c, lanes n, lanes inverse, lanes s1, lanes s2,
    const bounds *within, mask *unsure)
{
    const lanes offset = quotient(s1, n, inverse), lost = times(s1, offset);
    const lanes m2 = minus(s2, lost), limit = times(within->ratio, m2);
    lanes delta;
    const lanes shift = mean_about(c, offset, &delta);
    windows->variance = quotient(m2, n, inverse);
    windows->rounding = times(within->resolution, magnitude(shift));
    windows->difference = minus(minus(value, shift), delta);
    const mask sure = both(up_to(lost, limit), up_to(windows->variance, within->most));
    *unsure = either(*unsure, opposite(sure));
    return limit;
}

/* What becomes of eight windows, and which of them need a second look. */
typedef struct { lanes z, location, scale; mask suspect, tiny; } results;

/* A value without neighbours is its own location, with scale 1. */
INLINE results results_of(
    lanes value, const neighbourhoods *of, sknorm_choice choice, const type_limits *limits)
{
    const mask alone = equal(of->count, all_lanes(0.0));
    const location_scale found = of_moments(of, choice);
    results r = {value, found.shift, found.scale, alone, found.tiny};
    if (choice.location != SKNORM_NO_LOCATION) {
        r.location = choose(alone, value, found.shift);
        r.z = minus(value, r.location);
        r.z = minus(r.z, choose(alone, all_lanes(0.0), found.delta));
    }
    if (choice.scale != SKNORM_NO_SCALE) {
        r.scale = choose(alone, all_lanes(1.0), found.scale);
        r.z = over(r.z, r.scale);
    }
    const lanes most = all_lanes(limits->largest);
    const lanes least = all_lanes(limits->smallest);
    const mask fit = both(
        up_to(magnitude(r.location), most),
        both(up_to(least, r.scale), up_to(r.scale, most)));
    r.suspect = opposite(either(fit, alone));
    return r;
}

/* The scale in a key: NaN where there is neither a value nor a neighbour. */
INLINE lanes scale_of_key(lanes value, lanes count, lanes scale, sknorm_choice choice)
{
    if (choice.scale == SKNORM_NO_SCALE)
        return scale;
    const mask nothing = both(
        equal(count, all_lanes(0.0)), opposite(equal(value, value)));
    return choose(nothing, all_lanes(NAN), scale);
}

/* Write what becomes of the eight windows that begin at `at`. */
INLINE void write_results(
    stretch *s, size at, lanes value, const neighbourhoods *of, sknorm_choice choice)
{
    const results r = results_of(value, of, choice, &s->limits);
    store(s->z + at, r.z);
    if (s->location) {
        store(s->location + at, r.location);
        store(s->scale + at, scale_of_key(value, of->count, r.scale, choice));
    }
    s->suspect = either(s->suspect, r.suspect);
    s->tiny = either(s->tiny, r.tiny);
}

#endif
