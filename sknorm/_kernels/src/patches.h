/* Patches: windows along two axes, at a cost that does not depend on their size, but for
 * those that have lost digits. How they are summed is in patch_columns.h and patch_rows.h.
 */
#include "patch_columns.h"
#include "patch_rows.h"

#if !defined(SKNORM_PATCHES_H)
#define SKNORM_PATCHES_H
enum { ROWS_AHEAD = 4, MET_NAN = 16 };
#endif

/* How far apart in memory eight values of a row and the next eight are. */
static size NAME(step_of)(const strip_room *r, const sknorm_patches *p)
{
    return r->cut.n_channels == p->n_inner ? LANES : p->n_inner;
}

/* Read a row of a strip. Returns whether there are NaN (MET_NAN) or infinities in it. */
static int NAME(read_row)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size row,
    REAL *out)
{
    const size step = NAME(step_of)(r, p), n = at->n_read * r->cut.n_channels;
    const size in_row = p->width * p->n_inner;
    const size begin = at->base + row * in_row + at->low * p->n_inner;
    const REAL *from = x + begin;
    /* Rows are so far apart that the processor does not guess the next one. */
    const REAL *ahead = from + at_most(ROWS_AHEAD, p->height - 1 - row) * in_row;
    REAL *goal = out + begin - at_most(p->after[0], row) * in_row;
    double *to = values_of(r, row);
    lanes sum = all_lanes(0.0);
    size i = 0;
    for (; i + LANES <= n; i += LANES, from += step, ahead += step, goal += step) {
        FETCH(ahead);
        FETCH_TO_WRITE(goal);
        const lanes value = NAME(load_values)(from);
        sum = plus(sum, value);
        store(to + i, value);
    }
    if (i < n) {
        const lanes value = NAME(load_rest)(from, n - i, 0.0);
        sum = plus(sum, value);
        store(to + i, value);
    }
    const double total = sum_of_lanes(sum); /* finite where all are, as in transfer.h */
    if (total - total == 0.0)
        return 0;
    int met = 0;
    for (i = 0; i < n; i++)
        met |= to[i] != to[i] ? MET_NAN : fabs(to[i]) > DBL_MAX ? SKNORM_INPUT_INFINITE : 0;
    return met;
}

/* Sum a patch by itself: each pass finds what the mean of the one before still lacks, in
 * which a spike may have left nothing but its own rounding. */
static void NAME(redo_patch)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size i,
    size place, int l)
{
    const size mine = place * LANES + l, n_channels = r->cut.n_channels;
    const size column = at->low + place / n_channels;
    const size top = at_least(0, i - p->before[0]);
    const size bottom = at_most(p->height - 1, i + p->after[0]);
    const size left = at_least(0, column - p->before[1]);
    const size right = at_most(p->width - 1, column + p->after[1]);
    const REAL *values = x + at->base + place % n_channels;
    double shift = r->shift[mine], delta = 0.0, m2 = 0.0, n = 0.0;
    for (int pass = 0; pass < 3; pass++) {
        double s1 = 0.0, s2 = 0.0;
        n = 0.0;
        for (size row = top; row <= bottom; row++)
            for (size j = left; j <= right; j++) {
                const double value = values[(row * p->width + j) * p->n_inner];
                if (value != value)
                    continue;
                const double d = (value - shift) - delta;
                n += 1.0;
                s1 += d;
                s2 += d * d;
            }
        m2 = not_negative(s2 - s1 * (s1 / n));
        shift = two_sum(shift, delta + s1 / n, &delta);
    }
    const neighbourhoods of = {
        all_lanes(n), all_lanes(shift), all_lanes(delta), all_lanes(m2),
        all_lanes(0.0), all_lanes(0.0), NULL,
    };
    const lanes here = all_lanes(values[(i * p->width + column) * p->n_inner]);
    const results found = results_of(here, &of, r->choice, &r->limits);
    r->suspect = either(r->suspect, found.suspect);
    double v[LANES];
    store(v, found.z);
    r->z[mine] = v[0];
    store(v, found.location);
    r->location[mine] = v[0];
    store(v, found.scale);
    r->scale[mine] = v[0];
}

/* Write eight values of n_rows rows, those from `skipped` to n. */
INLINE mask NAME(write_vector)(
    const double *from, REAL *to, size row, int n_rows, size skipped, size n)
{
    mask infinite = no_lane();
    lanes value[LANES];
    for (int l = 0; l < LANES; l++)
        value[l] = load(from + at_most(l, n - 1) * LANES);
    transpose(value);
    for (int l = 0; l < LANES; l++)
        infinite = either(infinite, beyond(value[l], LARGEST));
    if (n_rows == LANES && skipped == 0 && n == LANES) {
        for (int l = 0; l < LANES; l++)
            NAME(store_values)(to + l * row, value[l]);
        return infinite;
    }
    for (int l = 0; l < n_rows; l++) {
        double v[LANES];
        store(v, value[l]);
        for (size k = skipped; k < n; k++)
            to[l * row + k] = (REAL)v[k];
    }
    return infinite;
}

/* Write n_rows rows that begin at row i. */
static int NAME(write_rows)(
    const strip_room *r, const double *from, const sknorm_patches *p, const strip *at,
    size i, int n_rows, REAL *out)
{
    const size row = p->width * p->n_inner, n = at->n * r->cut.n_channels;
    const size step = NAME(step_of)(r, p), skipped = at->skipped;
    REAL *to = out + (at->base + i * row + at->first * p->n_inner);
    mask infinite = no_lane();
    from += (at->first - at->low) * r->cut.n_channels * LANES;
    if (n_rows < LANES || n < LANES || skipped)
        for (size j = 0; j < n; j += LANES, to += step)
            infinite = either(infinite, NAME(write_vector)(
                from + j * LANES, to, row, n_rows, skipped, at_most(LANES, n - j)));
    else
        for (size j = 0; j < n; j += LANES) {
            const size k = at_most(j, n - LANES); /* the last overlaps the one before */
            infinite = either(infinite, NAME(write_vector)(
                from + k * LANES, to + (k == j ? j / LANES * step : k), row, LANES,
                0, LANES));
        }
    return any(infinite) ? SKNORM_OUTPUT_INFINITE : 0;
}

static int NAME(strip_of_patches)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, REAL *out,
    REAL *location, REAL *scale)
{
    const size n = at->n_read * r->cut.n_channels;
    const int refused = SKNORM_INPUT_INFINITE | (r->masked ? 0 : MET_NAN);
    size read = 0, summed = 0; /* rows, and those whose blocks are */
    int flags = 0;
    r->n_values = whole_lanes(n);
    r->suspect = r->tiny = no_lane();
    for (size i = 0; i < p->height; i += LANES) {
        const size end = at_most(i + LANES, p->height);
        for (; read < at_most(end + r->after, p->height); read++)
            flags |= NAME(read_row)(r, x, p, at, read, out);
        if (flags & refused)
            return flags & refused;
        for (; summed < end; summed += r->cut.height)
            sum_ends(r, summed);
        patch_row rows[LANES];
        const lanes k = find_rows(r, i, rows);
        sum_rows(r, rows);
        r->any_doubt = 0;
        finish_rows(r, p, at, k);
        for (size place = 0; r->any_doubt && place < n; place++)
            for (size l = 0; l < end - i; l++)
                if (r->doubtful[place * LANES + l] != 0.0)
                    NAME(redo_patch)(r, x, p, at, i + l, place, (int)l);
        const int n_rows = (int)(end - i);
        flags |= NAME(write_rows)(r, r->z, p, at, i, n_rows, out);
        if (location) {
            NAME(write_rows)(r, r->location, p, at, i, n_rows, location);
            NAME(write_rows)(r, r->scale, p, at, i, n_rows, scale);
        }
    }
    const size in_image = p->height * p->width * p->n_inner;
    const REAL *image = x + at->base / in_image * in_image;
    if (any(r->suspect)
        || (any(r->tiny) && NAME(may_have_lost_digits)(image, in_image, 1)))
        flags |= SKNORM_SUSPECT;
    return flags & ~MET_NAN;
}

static int NAME(patches)(
    const REAL *x, const sknorm_patches *p, sknorm_choice choice, size first, size last,
    REAL *out, REAL *location, REAL *scale)
{
    strip_room r;
    r.cut = strips_of(p);
    r.choice = choice;
    r.limits = limits_of(SMALLEST, LARGEST);
    r.with_key = location != NULL;
    void *room = allocate_strip(&r, p);
    if (!room)
        return SKNORM_NO_MEMORY;
    const size in_image = p->height * p->width * p->n_inner;
    int flags = 0;
    for (size task = first; task < last; task++) {
        const strip at = strip_at(p, &r.cut, task);
        REAL *const image = out + at.base / in_image * in_image;
        claim(image, image + in_image, out + p->n_images * in_image);
        /* Without the care that NaN need, until one is met. */
        int met = MET_NAN;
        for (r.masked = 0; met & MET_NAN; r.masked = 1)
            met = NAME(strip_of_patches)(&r, x, p, &at, out, location, scale);
        flags |= met;
    }
    free(room);
    return flags;
}
