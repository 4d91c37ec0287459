/* The windows of eight stretches side by side, block by block (van Herk, 1992; Gil and
 * Werman, 1993).
 *
 * A line is cut into blocks as long as the window, so that a window is the end of one
 * block and the beginning of the next. For a boundary between blocks take c, the last value
 * of the block before it, which lies in every window across it: the window is a sum of the
 * end and a sum of the beginning, both about c, and nothing is ever subtracted. Where c
 * lies so far from the mean of a window that digits are lost, the boundary is summed again
 * in twice the precision (redo.h).
 */
#ifndef SKNORM_BLOCKS_H
#define SKNORM_BLOCKS_H

#include "redo.h"

/* Where the value lies that the windows across the end of a block are summed about. */
INLINE const double *last_of(const stretch *s, size block)
{
    const size end = at_most((block + 1) * s->width, s->high);
    return s->values + at_least(s->low, end - 1) * LANES;
}

/* Add eight values to sums about c. */
INLINE void add_values(const double *values, lanes c, lanes *s1, lanes *s2)
{
    const lanes d = minus(load(values), c);
    *s1 = plus(*s1, d);
    *s2 = plus(*s2, times(d, d));
}

/* Sum the end of a block of which all lanes have the same values present, about c. */
static void sum_end(const stretch *s, size block, lanes c)
{
    const size start = block * s->width;
    lanes s1 = all_lanes(0.0), s2 = s1;
    for (size j = s->width - 1; j >= 0; j--) {
        if (start + j >= s->low && start + j < s->high)
            add_values(s->values + (start + j) * LANES, c, &s1, &s2);
        store(s->ends.s1 + j * LANES, s1);
        store(s->ends.s2 + j * LANES, s2);
    }
}

/* Windows of which all lanes have the same values present, and no NaN among them. */
INLINE void clean_block_of(stretch *s, size block, sknorm_choice choice)
{
    const size w = s->width, start = block * w, low = s->low, high = s->high;
    const double *values = s->values;
    const lanes c = load(last_of(s, block));
    sum_end(s, block, c);
    lanes s1 = all_lanes(0.0), s2 = s1;
    mask doubtful = no_lane();
    for (size j = 0; j < w && start + j < s->n_windows; j++) {
        const size from = at_least(start + j, low), next = start + w + j;
        const size n = at_least(at_most(next, high) - from, 0), at = (start + j) * LANES;
        const lanes count = all_lanes((double)n), inverse = all_lanes(1.0 / (double)n);
        mask lost;
        const neighbourhoods of = moments_of_windows(
            c, count, &inverse, plus(load(s->ends.s1 + j * LANES), s1),
            plus(load(s->ends.s2 + j * LANES), s2), &lost);
        write_results(s, at, load(values + at + s->before * LANES), &of, choice);
        if (n > 0)
            doubtful = either(doubtful, lost);
        if (next < high)
            add_values(values + next * LANES, c, &s1, &s2);
    }
    redo_lanes(s, block, doubtful);
}

/* With the usual choice known to the compiler, and any other. */
static void clean_block(stretch *s, size block)
{
    if (is_usual(s->choice))
        clean_block_of(s, block, usual_choice(s->choice.resolution));
    else
        clean_block_of(s, block, s->choice);
}

/* Fetch what is read next, and where this is written, for eight places from here on. */
INLINE void fetch_ahead(const stretch *s, size place)
{
    const size ahead = place / LANES * s->ahead_step;
    for (int l = 0; l < LANES; l++) {
        FETCH(s->ahead[l] + ahead);
        FETCH_TO_WRITE(s->goal[l] + ahead);
    }
}

/* The same for mean and standard deviation, without what most blocks do not need; those
 * that do are done again. The results are the same, bit for bit.
 *
 * Roots and divisions take as long as all the rest together. Those of one window go on
 * while the next ones are summed, and so does the sum of the end of the next block: in turns
 * they take a fifth longer. */
static void usual_blocks(stretch *s)
{
    const size w = s->width, low = s->low, high = s->high;
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    const bounds within = bounds_of(s->choice, s->limits);
    under_way windows = {one, zero, zero, one, zero};
    double *z = s->z - N_UNDER_WAY * LANES;
    lanes c = load(last_of(s, 0)), n = zero, r = zero;
    size count = -1, n_again = 0;
    sum_end(s, 0, c);
    for (size block = 0, start = 0; start < s->n_windows; block++, start += w) {
        const size stop = at_most(start + w, s->n_windows);
        const double *value = s->values + (start + s->before) * LANES;
        const double *next = s->values + (start + w) * LANES;
        const double *ends1 = s->ends.s1, *ends2 = s->ends.s2;
        double *next1 = s->sums.s1, *next2 = s->sums.s2;
        const lanes next_c = load(last_of(s, block + 1));
        lanes s1 = zero, s2 = zero, end1 = zero, end2 = zero;
        mask unsure = no_lane(), tiny = no_lane();
        for (size place = start; place < stop; place++, z += LANES) {
            if (place % LANES == 0)
                fetch_ahead(s, place);
            store(z, advance(&windows));
            const size present = at_most(place + w, high) - at_least(place, low);
            if (present != count) {
                count = present;
                n = all_lanes((double)count);
                r = all_lanes(1.0 / (double)count);
            }
            const size j = (place - start) * LANES, i = w - 1 - (place - start);
            set_out(
                &windows, load(value + j), c, n, r, plus(load(ends1 + j), s1),
                plus(load(ends2 + j), s2), &within, &unsure);
            if (count > 1)
                tiny = either(tiny, less(windows.variance, within.least));
            if (place + w < high)
                add_values(next + j, c, &s1, &s2);
            if (start + w + i < high)
                add_values(next + i * LANES, next_c, &end1, &end2);
            store(next1 + i * LANES, end1);
            store(next2 + i * LANES, end2);
        }
        if (any(unsure))
            s->again[n_again++] = block;
        else
            s->tiny = either(s->tiny, tiny);
        const window_sums ends = s->ends;
        s->ends = s->sums;
        s->sums = ends;
        c = next_c;
    }
    for (int i = 0; i < N_UNDER_WAY; i++, z += LANES)
        store(z, advance(&windows));
    for (size i = 0; i < n_again; i++)
        clean_block(s, s->again[i]);
}

/* Windows with values that are absent, others in each lane. */
static void masked_block(stretch *s, size block)
{
    const size start = block * s->width;
    const size n_windows = at_most(s->width, s->n_windows - start);
    mask doubtful = no_lane();
    sum_windows(s->values + start * LANES, s->width, n_windows, s->ends, s->sums);
    for (size j = 0; j < n_windows; j++) {
        const size at = (start + j) * LANES;
        const window_sums sums = sums_at(s->sums, j);
        const lanes value = load(s->values + at + s->before * LANES);
        const lanes count = load(sums.count);
        mask lost;
        const neighbourhoods of = moments_of_windows(
            load(sums.c), count, NULL, load(sums.s1), load(sums.s2), &lost);
        write_results(s, at, value, &of, s->choice);
        doubtful = either(doubtful, both(lost, less(all_lanes(0.0), count)));
    }
    redo_lanes(s, block, doubtful);
}

/* Whether values are so small that squares of their differences lose digits. */
static int has_small_values(const stretch *s)
{
    for (size i = 0; i < (s->n_blocks + 1) * s->width; i++)
        for (int l = 0; l < LANES; l++) {
            const double value = fabs(s->values[i * LANES + l]);
            if (is_present(s, i, l) && value > 0.0 && value < s->small)
                return 1;
        }
    return 0;
}

/* Room for a stretch, as one piece of memory, which is returned. */
static void *allocate(stretch *s, int with_key)
{
    const size of_block = s->width * LANES, of_windows = s->n_blocks * of_block;
    const size under_way = N_UNDER_WAY * LANES;
    const size n_all = of_windows + of_block + 2 * N_SUMS * of_block + under_way
                       + (with_key ? 3 : 1) * of_windows + N_TWICE * s->width + s->n_blocks;
    void *const room = allocate_numbers(n_all, &s->values);
    if (!room)
        return NULL;
    s->z = s->values + of_windows + of_block + under_way;
    s->location = with_key ? s->z + of_windows : NULL;
    s->scale = with_key ? s->location + of_windows : NULL;
    double *sums = s->z + (with_key ? 3 : 1) * of_windows;
    s->twice = place_sums(&s->sums, place_sums(&s->ends, sums, s->width), s->width);
    s->again = (size *)(s->twice + N_TWICE * s->width);
    return room;
}

/* Normalise the eight stretches that were read. */
static void normalise_stretches(stretch *s)
{
    s->suspect = s->tiny = no_lane();
    if (!s->masked && is_usual(s->choice) && !s->location) {
        usual_blocks(s);
        return;
    }
    for (size block = 0; block * s->width < s->n_windows; block++)
        if (s->masked)
            masked_block(s, block);
        else
            clean_block(s, block);
}
#endif
