/* Sums of windows whose values may be absent (NaN), eight lines side by side. */
#ifndef SKNORM_SUMS_H
#define SKNORM_SUMS_H

#include "lanes.h"

/* Of each window, eight numbers each: how many values it has, the one of them that its
 * sums are about, the sums of the distances to it and of their squares. */
typedef struct { double *count, *c, *s1, *s2; } window_sums;

INLINE window_sums sums_at(window_sums sums, size place)
{
    const size i = place * LANES;
    const window_sums at = {sums.count + i, sums.c + i, sums.s1 + i, sums.s2 + i};
    return at;
}

enum { N_SUMS = 4 };

static double *place_sums(window_sums *sums, double *room, size n)
{
    sums->count = room;
    sums->c = room + n * LANES;
    sums->s1 = room + 2 * n * LANES;
    sums->s2 = room + 3 * n * LANES;
    return room + N_SUMS * n * LANES;
}

/* The n <= width windows that begin in a block of `width` values. The end of the block is
 * summed about its last value, the beginning of the next about the same value where the end
 * has one, else about its own first. `ends` is room for `width` sums. */
static void sum_windows(
    const double *values, size width, size n, window_sums ends, window_sums out)
{
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    lanes s1 = zero, s2 = zero, count = zero, c = zero;
    for (size j = width - 1; j >= 0; j--) {
        const lanes value = load(values + j * LANES);
        const mask present = equal(value, value);
        c = choose(both(present, equal(count, zero)), value, c);
        const lanes d = choose(present, minus(value, c), zero);
        count = plus(count, choose(present, one, zero));
        s1 = plus(s1, d);
        s2 = plus(s2, times(d, d));
        const window_sums at = sums_at(ends, j);
        store(at.count, count);
        store(at.s1, s1);
        store(at.s2, s2);
    }
    lanes own_c = zero, own1 = zero, own2 = zero;
    s1 = s2 = count = zero;
    for (size j = 0; j < n; j++) {
        const window_sums end = sums_at(ends, j), at = sums_at(out, j);
        const lanes in_end = load(end.count);
        const mask own = equal(in_end, zero);
        store(at.count, plus(in_end, count));
        store(at.c, choose(own, own_c, c));
        store(at.s1, plus(load(end.s1), choose(own, own1, s1)));
        store(at.s2, plus(load(end.s2), choose(own, own2, s2)));
        const lanes value = load(values + (width + j) * LANES);
        const mask present = equal(value, value);
        own_c = choose(both(present, equal(count, zero)), value, own_c);
        const lanes d = choose(present, minus(value, c), zero);
        const lanes e = choose(present, minus(value, own_c), zero);
        count = plus(count, choose(present, one, zero));
        s1 = plus(s1, d);
        s2 = plus(s2, times(d, d));
        own1 = plus(own1, e);
        own2 = plus(own2, times(e, e));
    }
}

#endif
