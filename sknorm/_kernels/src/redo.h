/* Windows that have lost digits, summed in twice the precision.
 *
 * Where c is an outlier, a spike at the end of a block, sums about it cancel. With the
 * sums as unevaluated pairs of floats nothing is lost, at a cost that still does not
 * depend on the width. One lane at a time: it is rare.
 */
#ifndef SKNORM_REDO_H
#define SKNORM_REDO_H

#include "stretch.h"

enum { N_TWICE = 5 };

typedef struct { double high, low; } twice;

INLINE twice add(twice a, double high, double low)
{
    double error;
    const double total = two_sum(a.high, high, &error);
    error += a.low + low;
    a.high = two_sum(total, error, &a.low);
    return a;
}

typedef struct {
    double count, s1, s2; /* as the lanes have them */
    twice sum, squares;
} running;

INLINE running add_value(running r, double value, double c)
{
    const double d = value - c, square = d * d;
    r.count += 1.0;
    r.s1 += d;
    r.s2 += square;
    r.sum = add(r.sum, d, 0.0);
    r.squares = add(r.squares, square, fma(d, d, -square));
    return r;
}

static void redo_window(
    stretch *s, size window, int l, double c, double n, twice sum, twice squares)
{
    const double offset = sum.high / n;
    const double offset_low = (fma(-offset, n, sum.high) + sum.low) / n;
    const double square = sum.high * sum.high;
    const double square_low =
        fma(sum.high, sum.high, -square) + 2.0 * sum.high * sum.low;
    const double lost = square / n;
    const double lost_low = (fma(-lost, n, square) + square_low) / n;
    double delta;
    double shift = two_sum(c, offset, &delta);
    shift = two_sum(shift, delta + offset_low, &delta);
    const double difference = (squares.high - lost) + (squares.low - lost_low);
    const double m2 = lost <= DBL_MAX ? not_negative(difference) : NAN;
    const neighbourhoods of = {
        all_lanes(n), all_lanes(shift), all_lanes(delta), all_lanes(m2),
        all_lanes(0.0), all_lanes(0.0), NULL,
    };
    const lanes value = all_lanes(s->values[(window + s->before) * LANES + l]);
    const results r = results_of(value, &of, s->choice, &s->limits);
    s->suspect = either(s->suspect, r.suspect);
    double v[LANES];
    store(v, r.z);
    s->z[window * LANES + l] = v[0];
    if (!s->location)
        return;
    store(v, r.location);
    s->location[window * LANES + l] = v[0];
    store(v, r.scale);
    s->scale[window * LANES + l] = v[0];
}

/* Redo the doubtful windows that begin in a block. */
static void redo_lane(stretch *s, size block, int l)
{
    const size w = s->width, start = block * w;
    double *count = s->twice, *sum = count + w, *sum_low = sum + w;
    double *squares = sum_low + w, *squares_low = squares + w;
    const running nothing = {0};
    running end = nothing, next = nothing;
    double c = 0.0;
    for (size j = w - 1; j >= 0; j--) {
        if (is_present(s, start + j, l)) {
            const double value = s->values[(start + j) * LANES + l];
            if (end.count == 0.0)
                c = value;
            end = add_value(end, value, c);
        }
        count[j] = end.count;
        sum[j] = end.sum.high;
        sum_low[j] = end.sum.low;
        squares[j] = end.squares.high;
        squares_low[j] = end.squares.low;
    }
    int own = 0; /* whether sums are about a value of the next block */
    for (size j = 0; j < w && start + j < s->n_windows; j++) {
        if (count[j] == 0.0 && !own) {
            own = 1;
            next = nothing;
            for (size i = 0; i < j; i++)
                if (is_present(s, start + w + i, l)) {
                    const double value = s->values[(start + w + i) * LANES + l];
                    if (next.count == 0.0)
                        c = value;
                    next = add_value(next, value, c);
                }
        }
        const double n = count[j] + next.count;
        const double s1 = s->ends.s1[j * LANES + l] + next.s1;
        const double s2 = s->ends.s2[j * LANES + l] + next.s2;
        const double lost = s1 * (s1 / n);
        if (n > 0.0 && !(lost <= LARGEST_RATIO * not_negative(s2 - lost))) {
            const twice end_sum = {sum[j], sum_low[j]};
            const twice end_squares = {squares[j], squares_low[j]};
            redo_window(
                s, start + j, l, c, n, add(end_sum, next.sum.high, next.sum.low),
                add(end_squares, next.squares.high, next.squares.low));
        }
        if (is_present(s, start + w + j, l)) {
            const double value = s->values[(start + w + j) * LANES + l];
            if (own && next.count == 0.0)
                c = value;
            next = add_value(next, value, c);
        }
    }
}

INLINE void redo_lanes(stretch *s, size block, mask doubtful)
{
    if (!any(doubtful))
        return;
    double lane_is[LANES];
    store(lane_is, choose(doubtful, all_lanes(1.0), all_lanes(0.0)));
    for (int l = 0; l < LANES; l++)
        if (lane_is[l] != 0.0)
            redo_lane(s, block, l);
}

#endif
