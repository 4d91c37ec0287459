/* Patches of eight rows of an image side by side, from their windows along the columns.
 *
 * Sums of these, moved to a value that all patches across a boundary between blocks of
 * columns have in common, are added to the left and to the right: with e the step from the
 * old value to the new, S2 + 2 e S1 + k e * e and S1 + k e. Where the steps or the distance
 * to the mean have cost digits, the patch is summed by itself.
 */
#ifndef SKNORM_PATCH_ROWS_H
#define SKNORM_PATCH_ROWS_H

#include "patch_strip.h"

INLINE half load_half(const double *from)
{
    const half h = {
        load(from), load(from + LANES), load(from + 2 * LANES), load(from + 3 * LANES),
    };
    return h;
}

INLINE void store_half(double *to, half h, int masked)
{
    if (masked)
        store(to, h.count);
    store(to + LANES, h.s1);
    store(to + 2 * LANES, h.s2);
    store(to + 3 * LANES, h.lost);
}

/* Move the sums of a window along a column, of k values, to c, and add them. */
INLINE half add_window(half h, lanes k, const double *sums, lanes c, int masked)
{
    const lanes s1 = load(sums + SUM_S1 * LANES), s2 = load(sums + SUM_S2 * LANES);
    lanes e = minus(load(sums + SUM_C * LANES), c);
    if (masked) {
        e = choose(less(all_lanes(0.0), k), e, all_lanes(0.0));
        h.count = plus(h.count, k);
    }
    const lanes ke = times(k, e), moved = plus(s1, ke);
    h.s1 = plus(h.s1, moved);
    h.s2 = plus(h.s2, plus(s2, times(e, plus(s1, moved))));
    h.lost = plus(h.lost, times(ke, e));
    return h;
}

/* Sum each column of a block, `step` numbers apart, and those to the right of it, about the
 * value of the last one that has any, which is returned. */
INLINE lanes sum_left(
    double *to, const double *sums, size step, size n, lanes k, int masked)
{
    const lanes zero = all_lanes(0.0);
    half left = {zero, zero, zero, zero};
    lanes c = masked ? zero : load(sums + (n - 1) * step + SUM_C * LANES);
    for (size j = n - 1; j >= 0; j--) {
        const double *from = sums + j * step;
        if (masked) {
            k = load(from + SUM_COUNT * LANES);
            c = choose(
                both(less(zero, k), equal(left.count, zero)),
                load(from + SUM_C * LANES), c);
        }
        left = add_window(left, k, from, c, masked);
        store_half(to + j * N_HALF * LANES, left, masked);
    }
    return c;
}

static void mark_doubtful(strip_room *r, size place, mask lost, lanes shift)
{
    if (!r->any_doubt)
        memset(r->doubtful, 0, sizeof(double) * LANES * (size_t)r->n_values);
    r->any_doubt = 1;
    store(r->doubtful + place * LANES, choose(lost, all_lanes(1.0), all_lanes(0.0)));
    store(r->shift + place * LANES, shift);
}

/* Normalise eight values, at a place, by the sums of their patches about c. */
INLINE void finish_patches(
    strip_room *r, size place, lanes c, lanes count, const lanes *inverse, half sums,
    sknorm_choice choice)
{
    mask lost;
    const neighbourhoods of =
        moments_of_windows(c, count, inverse, sums.s1, sums.s2, &lost);
    lost = either(lost, less(times(all_lanes(LARGEST_RATIO), of.m2), sums.lost));
    if (!inverse)
        lost = both(lost, less(all_lanes(0.0), count));
    const lanes value = load(r->sums + (place * N_SUM + SUM_VALUE) * LANES);
    const results found = results_of(value, &of, choice, &r->limits);
    store(r->z + place * LANES, found.z);
    if (r->with_key) {
        store(r->location + place * LANES, found.location);
        store(r->scale + place * LANES, scale_of_key(value, count, found.scale, choice));
    }
    if (any(lost))
        mark_doubtful(r, place, lost, of.shift);
    r->suspect = either(r->suspect, found.suspect);
    r->tiny = either(r->tiny, found.tiny);
}

/* The patches that begin in a block of columns, of one channel. Column j of the block lies
 * `sums + j * step`, where low <= j < high exist; patch j is normalised at place + j *
 * n_channels. k: how many rows the patches have; without NaN those of a window, too. */
INLINE void finish_block_of(
    strip_room *r, const double *sums, size low, size high, size place, size n, lanes k,
    sknorm_choice choice, int masked)
{
    const size w = r->cut.width, n_channels = r->cut.n_channels;
    const size step = n_channels * N_SUM * LANES;
    const lanes zero = all_lanes(0.0);
    const lanes whole = times(k, all_lanes((double)w));
    const lanes of_whole = over(all_lanes(1.0), whole);
    const lanes c = sum_left(
        r->halves, sums + low * step, step, at_most(w, high) - low, k, masked);
    half next = {zero, zero, zero, zero}, own = next;
    lanes own_c = zero;
    for (size j = 0; j < n; j++, place += n_channels) {
        half both_halves = load_half(r->halves + at_least(0, j - low) * N_HALF * LANES);
        half right = next;
        lanes about = c;
        if (masked) {
            const mask alone = equal(both_halves.count, zero);
            about = choose(alone, own_c, c);
            right.s1 = choose(alone, own.s1, next.s1);
            right.s2 = choose(alone, own.s2, next.s2);
            right.lost = choose(alone, own.lost, next.lost);
        }
        both_halves.s1 = plus(both_halves.s1, right.s1);
        both_halves.s2 = plus(both_halves.s2, right.s2);
        both_halves.lost = plus(both_halves.lost, right.lost);
        if (masked)
            finish_patches(
                r, place, about, plus(both_halves.count, right.count), NULL, both_halves,
                choice);
        else if (j >= low && j + w <= high)
            finish_patches(r, place, about, whole, &of_whole, both_halves, choice);
        else {
            const size columns = at_most(j + w, high) - at_least(j, low);
            const lanes count = times(k, all_lanes((double)columns));
            const lanes inverse = over(all_lanes(1.0), count);
            finish_patches(r, place, about, count, &inverse, both_halves, choice);
        }
        if (j + w >= high)
            continue;
        const double *from = sums + (j + w) * step;
        if (masked) {
            k = load(from + SUM_COUNT * LANES);
            own_c = choose(
                both(less(zero, k), equal(next.count, zero)),
                load(from + SUM_C * LANES), own_c);
            own = add_window(own, k, from, own_c, 1);
        }
        next = add_window(next, k, from, c, masked);
    }
}

/* With the usual choice known to the compiler, and any other. */
static void finish_block(
    strip_room *r, const double *sums, size low, size high, size place, size n, lanes k)
{
    const sknorm_choice of = r->choice;
    const sknorm_choice usual = usual_choice(of.resolution);
    if (r->masked)
        finish_block_of(r, sums, low, high, place, n, k, of, 1);
    else if (is_usual(of))
        finish_block_of(r, sums, low, high, place, n, k, usual, 0);
    else
        finish_block_of(r, sums, low, high, place, n, k, of, 0);
}

/* The patches of one channel of eight rows, n_patches of them, whose columns lie
 * `sums + j * step`, where low <= j < high exist: of mean and standard deviation, as
 * usual_blocks has them. Returns how many blocks are to be done again. */
static size usual_patches(
    strip_room *r, const double *sums, size low, size high, size place, size n_patches,
    lanes k)
{
    const size w = r->cut.width, pitch = r->cut.n_channels * LANES, step = pitch * N_SUM;
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    const bounds within = bounds_of(r->choice, r->limits);
    under_way patches = {one, zero, zero, one, zero};
    const double *value = r->sums + (place * N_SUM + SUM_VALUE) * LANES;
    double *z = r->z + place * LANES - N_UNDER_WAY * pitch;
    double *halves = r->halves, *next_halves = r->next_halves;
    lanes c = sum_left(
        halves + low * N_HALF * LANES, sums + low * step, step, at_most(w, high) - low, k,
        0);
    lanes n = zero, inverse = zero;
    mask several = no_lane();
    size columns = 0, n_again = 0;
    for (size start = 0; start < n_patches; start += w) {
        const size stop = at_most(start + w, n_patches), next = start + w;
        const size last_of_next = at_most(next + w, high) - 1;
        const lanes next_c = load(sums + last_of_next * step + SUM_C * LANES);
        half right = {zero, zero, zero, zero}, left = right;
        mask unsure = no_lane(), tiny = no_lane();
        for (size j = start; j < stop; j++, value += step, z += pitch) {
            store(z, advance(&patches));
            const size from = at_least(j, low), present = at_most(j + w, high) - from;
            if (present != columns) {
                columns = present;
                n = times(k, all_lanes((double)columns));
                inverse = over(one, n);
                several = less(one, n);
            }
            const half own = load_half(halves + (from - start) * N_HALF * LANES);
            const lanes limit = set_out(
                &patches, load(value), c, n, inverse, plus(own.s1, right.s1),
                plus(own.s2, right.s2), &within, &unsure);
            const mask kept = up_to(plus(own.lost, right.lost), limit);
            unsure = either(unsure, opposite(kept));
            tiny = either(tiny, both(several, less(patches.variance, within.least)));
            if (j + w < high)
                right = add_window(right, k, sums + (j + w) * step, c, 0);
            const size i = w - 1 - (j - start);
            if (next + i < high)
                left = add_window(left, k, sums + (next + i) * step, next_c, 0);
            store_half(next_halves + i * N_HALF * LANES, left, 0);
        }
        if (any(unsure))
            r->again[n_again++] = start;
        else
            r->tiny = either(r->tiny, tiny);
        double *const former = halves;
        halves = next_halves;
        next_halves = former;
        c = next_c;
    }
    for (int i = 0; i < N_UNDER_WAY; i++, z += pitch)
        store(z, advance(&patches));
    return n_again;
}

/* Normalise what lies in r->sums: eight rows of a strip, whose patches have k rows. */
static void finish_rows(strip_room *r, const sknorm_patches *p, const strip *at, lanes k)
{
    const size w = r->cut.width, n_channels = r->cut.n_channels;
    const int usual = is_usual(r->choice) && !r->masked && !r->with_key;
    /* The left column of the first patch, which may lie before the image. */
    const size column = at->first - p->before[1];
    const size low = at->low - column, high = low + at->n_read;
    for (size channel = 0; channel < n_channels; channel++) {
        const double *sums = r->sums + (channel - low * n_channels) * N_SUM * LANES;
        const size place = (at->first - at->low) * n_channels + channel;
        size n_blocks = 0;
        if (usual)
            n_blocks = usual_patches(r, sums, low, high, place, at->n, k);
        else
            for (size start = 0; start < at->n; start += w)
                r->again[n_blocks++] = start;
        for (size i = 0; i < n_blocks; i++) {
            const size start = r->again[i], behind = start * n_channels;
            finish_block(
                r, sums + behind * N_SUM * LANES, at_least(0, low - start),
                at_most(2 * w, high - start), place + behind, at_most(w, at->n - start), k);
        }
    }
}

#endif
