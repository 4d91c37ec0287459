/* Which statistic is the location, which the scale, and which scale is in use: of eight
 * neighbourhoods side by side; see sknorm/_location_scale.py.
 */
#ifndef SKNORM_LOCATION_SCALE_H
#define SKNORM_LOCATION_SCALE_H

#include "lanes.h"

typedef struct {
    lanes count, shift, delta, m2, lowest, highest;
    const lanes *inverse; /* 1 / count, or NULL */
} neighbourhoods;

typedef struct {
    lanes shift, delta, scale;
    /* Variances so small that squares may have lost digits; see may_have_lost_digits. */
    mask tiny;
} location_scale;

/* Squares of values below 1e-145 lose digits. Values that differ by so little, and by a
 * unit in the last place at least, are below 1e-129 themselves: where all values are 0 or
 * larger than SMALL, a tiny variance has lost nothing. In float32, where scales below
 * 1.2e-38 are none, that is so above 1e-25. */
#define TINY_VARIANCE 1e-285

/* What numbers of the type of the data, and variances, may be. */
typedef struct {
    double smallest, largest; /* normal numbers of the type */
    double least, most;       /* variances: neither tiny nor of scales beyond these */
} type_limits;

INLINE type_limits limits_of(double smallest, double largest)
{
    const type_limits of = {
        smallest, largest, larger(TINY_VARIANCE, smallest * smallest),
        smaller(DBL_MAX, largest * largest),
    };
    return of;
}

/* The choice that has loops of its own. */
INLINE sknorm_choice usual_choice(double resolution)
{
    const sknorm_choice usual = {SKNORM_MEAN, SKNORM_STD, 0.0, 0.0, resolution};
    return usual;
}

INLINE int is_usual(sknorm_choice choice)
{
    return choice.location == SKNORM_MEAN && choice.scale == SKNORM_STD
        && choice.ddof == 0.0 && choice.eps == 0.0;
}

INLINE int extrema_needed(sknorm_choice choice)
{
    return choice.location == SKNORM_MIN || choice.scale == SKNORM_MAXABS
        || choice.scale == SKNORM_RANGE;
}

INLINE location_scale of_moments(const neighbourhoods *of, sknorm_choice choice)
{
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    const mask absent = equal(of->count, zero);
    location_scale found = {zero, zero, one, no_lane()};
    if (choice.location == SKNORM_MEAN) {
        found.shift = of->shift;
        found.delta = of->delta;
    } else if (choice.location == SKNORM_MIN)
        found.shift = of->lowest;

    lanes value = one, reference = zero;
    mask constant = absent;
    if (choice.scale == SKNORM_STD || choice.scale == SKNORM_RMS) {
        lanes freedom = of->count;
        if (choice.scale == SKNORM_STD && choice.ddof != 0.0) {
            freedom = minus(freedom, all_lanes(choice.ddof));
            constant = either(constant, up_to(freedom, zero));
        }
        const int by_count = choice.ddof == 0.0 || choice.scale == SKNORM_RMS;
        lanes variance = of->inverse && by_count
                             ? quotient(of->m2, of->count, *of->inverse)
                             : over(of->m2, freedom);
        if (choice.scale == SKNORM_RMS)
            variance = plus(variance, times(of->shift, of->shift));
        found.tiny =
            both(less(variance, all_lanes(TINY_VARIANCE)), less(one, of->count));
        if (choice.eps != 0.0)
            variance = plus(variance, all_lanes(choice.eps));
        value = root(variance);
        if (choice.scale == SKNORM_STD)
            reference = of->shift;
    } else if (choice.scale == SKNORM_MAXABS) {
        const lanes a = magnitude(of->lowest), b = magnitude(of->highest);
        value = choose(less(a, b), b, a);
    } else if (choice.scale == SKNORM_RANGE) {
        value = minus(of->highest, of->lowest);
        reference = of->lowest;
    }
    if (choice.scale != SKNORM_NO_SCALE) {
        const lanes rounding = times(all_lanes(choice.resolution), magnitude(reference));
        constant = either(constant, up_to(value, rounding));
        found.scale = choose(constant, one, value);
    }
    return found;
}

#endif
