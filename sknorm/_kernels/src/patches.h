/* Patches: windows along two axes, at a cost that does not depend on their size, but for
 * those that have lost digits; how they are summed is in patch_sums.h. */
#include "patch_sums.h"

/* A strip of an image, with the geometry that all share. */
#if !defined(SKNORM_STRIP)
#define SKNORM_STRIP
enum { ROWS_AHEAD = 4, MET_NAN = 16 };
typedef struct { size base, first, n; } strip; /* of the image, of its windows in a row */
#endif

/* The lines that a row of eight strips is, and how many of their values exist. */
typedef struct {
    const REAL *from[LANES];
    size low[LANES], high[LANES];
} NAME(strip_row);

static NAME(strip_row) NAME(row_of)(
    const strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size i)
{
    const size n_values = r->cut.n_places + r->cut.width;
    NAME(strip_row) row;
    for (int l = 0; l < LANES; l++) {
        const size shift = at[l].first - p->before[1];
        row.low[l] = at_least(0, -shift);
        row.high[l] = at_least(row.low[l], at_most(n_values, p->width - shift));
        /* May point outside of x, where nothing is read. */
        row.from[l] = x + (at[l].base + (i * p->width + shift) * p->n_inner);
    }
    return row;
}

/* Rows are so far apart that the processor does not guess the next one: row i is asked for,
 * and the values beside the strips where windows reach into them. */
static void NAME(fetch_row)(
    const REAL *x, const sknorm_patches *p, const strip *at, size i, int to_write)
{
    const size step = 64 / (size)sizeof(REAL);
    if (i >= p->height)
        return;
    const size left = to_write ? 0 : p->before[1], right = to_write ? 0 : p->after[1];
    for (int l = 0; l < LANES; l++) {
        const size begin =
            at[l].base + (i * p->width + at[l].first - left) * p->n_inner;
        const size last = (left + at[l].n + right) * p->n_inner - 1;
        for (size j = 0; j < last + step; j += step)
            if (to_write)
                FETCH_TO_WRITE(x + begin + at_most(j, last));
            else
                FETCH(x + begin + at_most(j, last));
    }
}

/* Read row i of the image of eight strips, NaN beyond its ends. Returns whether there are
 * NaN (MET_NAN) or infinities in it or in the rows beside it. */
static int NAME(read_row)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size i)
{
    const size n_values = r->cut.n_places + r->cut.width, step = p->n_inner;
    const REAL *end = x + p->n_images * p->height * p->width * step;
    const NAME(strip_row) row = NAME(row_of)(r, x, p, at, i);
    mask infinite = less(all_lanes(0.0), all_lanes(0.0)), present = opposite(infinite);
    int finite = 0;
    int within = 1; /* beyond the ends of the row lie other rows, but for the outermost */
    for (int l = 0; l < LANES; l++)
        within &= row.from[l] >= x && row.from[l] + n_values * step <= end;
    if (within)
        finite = NAME(gather)(row.from, step, n_values, r->values);
    else
        for (int l = 0; l < LANES; l++)
            for (size j = 0; j < n_values; j++)
                r->values[j * LANES + l] = j >= row.low[l] && j < row.high[l]
                                               ? (double)row.from[l][j * step]
                                               : 0.0;
    for (size j = 0; !finite && j < n_values; j++) {
        const lanes value = load(r->values + j * LANES);
        infinite = either(infinite, beyond(value, DBL_MAX));
        present = both(present, equal(value, value));
    }
    for (int l = 0; l < LANES; l++) {
        for (size j = 0; j < row.low[l]; j++)
            r->values[j * LANES + l] = NAN;
        for (size j = row.high[l]; j < n_values; j++)
            r->values[j * LANES + l] = NAN;
    }
    return (any(infinite) ? SKNORM_INPUT_INFINITE : 0)
         | (any(opposite(present)) ? MET_NAN : 0);
}

/* Set how many values the windows along a row have. */
static void NAME(count_windows)(strip_room *r, const sknorm_patches *p, const strip *at)
{
    for (size j = 0; j < r->cut.n_places; j++)
        for (int l = 0; l < LANES; l++) {
            const size column = at[l].first + j;
            const size left = at_least(0, column - p->before[1]);
            const size right = at_most(p->width - 1, column + p->after[1]);
            r->count[j * LANES + l] = (double)at_least(0, right - left + 1);
        }
}

/* Sum a patch by itself: each pass finds what the mean of the one before still lacks, in
 * which a spike may have left nothing but its own rounding. */
static void NAME(redo_patch)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size i,
    size place, int l)
{
    const size column = at->first + place, mine = place * LANES + l;
    const size top = at_least(0, i - p->before[0]);
    const size bottom = at_most(p->height - 1, i + p->after[0]);
    const size left = at_least(0, column - p->before[1]);
    const size right = at_most(p->width - 1, column + p->after[1]);
    double shift = r->shift[mine], delta = 0.0, m2 = 0.0, n = 0.0;
    for (int pass = 0; pass < 3; pass++) {
        double s1 = 0.0, s2 = 0.0;
        n = 0.0;
        for (size row = top; row <= bottom; row++)
            for (size j = left; j <= right; j++) {
                const double value =
                    x[at->base + (row * p->width + j) * p->n_inner];
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
    const results found = results_of(
        all_lanes(r->here[mine]), &of, r->choice, r->smallest, r->largest);
    r->suspect = either(r->suspect, found.suspect);
    double v[LANES];
    store(v, found.z);
    r->z[mine] = v[0];
    store(v, found.location);
    r->location[mine] = v[0];
    store(v, found.scale);
    r->scale[mine] = v[0];
}

static int NAME(write_row)(
    const double *from, const sknorm_patches *p, const strip *at, int n_lanes, size i,
    REAL *out)
{
    REAL *to[LANES];
    size n[LANES];
    for (int l = 0; l < LANES; l++) {
        to[l] = out + at[l].base + (i * p->width + at[l].first) * p->n_inner;
        n[l] = at[l].n;
    }
    return NAME(scatter)(from, n_lanes, n, p->n_inner, to) ? SKNORM_OUTPUT_INFINITE : 0;
}

/* Read the values in the middle of the patches of row i. */
static void NAME(read_here)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size i)
{
    int whole = 1;
    const REAL *from[LANES];
    for (int l = 0; l < LANES; l++) {
        from[l] = x + at[l].base + (i * p->width + at[l].first) * p->n_inner;
        whole &= at[l].n == r->cut.n_places;
    }
    if (whole) {
        NAME(gather)(from, p->n_inner, r->cut.n_places, r->here);
        return;
    }
    for (int l = 0; l < LANES; l++)
        for (size j = 0; j < r->cut.n_places; j++)
            r->here[j * LANES + l] =
                j < at[l].n ? (double)from[l][j * p->n_inner] : NAN;
}

static int NAME(has_small)(const REAL *x, const sknorm_patches *p, const strip *at, int n)
{
    for (int l = 0; l < n; l++)
        if (NAME(may_have_lost_digits)(x + at[l].base, p->height * p->width, p->n_inner))
            return 1;
    return 0;
}

/* Read row `place`, counted from the first block, and sum its windows, as row j of its
 * block. Without NaN rows outside of the image need nothing. */
static int NAME(take_row)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size place,
    size j)
{
    int met = 0;
    if (is_row(r, place))
        met = NAME(read_row)(r, x, p, at, place - p->before[0]);
    else if (r->masked)
        for (size i = 0; i < r->cut.n_places + r->cut.width; i++)
            store(r->values + i * LANES, all_lanes(NAN));
    else
        return 0;
    sum_row(r, j);
    return met;
}

/* How many rows the patches of row i have. */
static double NAME(rows_of_patch)(const sknorm_patches *p, size i)
{
    const size top = at_least(0, i - p->before[0]);
    const size bottom = at_most(p->height - 1, i + p->after[0]);
    return (double)(bottom - top + 1);
}

static int NAME(strip_of_patches)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, int n_lanes,
    REAL *out, REAL *location, REAL *scale)
{
    const size h = r->cut.height, n = r->cut.n_places;
    const int refused = SKNORM_INPUT_INFINITE | (r->masked ? 0 : MET_NAN);
    int flags = 0;
    r->suspect = r->tiny = less(all_lanes(0.0), all_lanes(0.0));
    NAME(count_windows)(r, p, at);
    for (size j = 0; j < h; j++)
        flags |= NAME(take_row)(r, x, p, at, j, j);
    double n_rows = 0.0;
    for (size start = 0; start < p->height; start += h) {
        if (flags & refused)
            return flags & refused;
        sum_above(r, start);
        for (size j = 0; j < h && start + j < p->height; j++) {
            const size i = start + j;
            if (n_rows != NAME(rows_of_patch)(p, i)) {
                n_rows = NAME(rows_of_patch)(p, i);
                for (size k = 0; k < n * LANES; k++)
                    r->inverse[k] = 1.0 / (r->count[k] * n_rows);
            }
            NAME(fetch_row)(out, p, at, i + ROWS_AHEAD, 1);
            NAME(fetch_row)(x, p, at, i + h + ROWS_AHEAD, 0);
            NAME(read_here)(r, x, p, at, i);
            if (finish_row(r, j, n_rows))
                for (int l = 0; l < n_lanes; l++)
                    for (size place = 0; place < at[l].n; place++)
                        if (r->doubtful[place * LANES + l] != 0.0)
                            NAME(redo_patch)(r, x, p, at + l, i, place, l);
            flags |= NAME(write_row)(r->z, p, at, n_lanes, i, out);
            if (location) {
                NAME(write_row)(r->location, p, at, n_lanes, i, location);
                NAME(write_row)(r->scale, p, at, n_lanes, i, scale);
            }
            flags |= NAME(take_row)(r, x, p, at, i + h, j);
            if (r->masked || is_row(r, i + h))
                add_below(r, j);
        }
    }
    if (any(r->suspect) || (any(r->tiny) && NAME(has_small)(x, p, at, n_lanes)))
        flags |= SKNORM_SUSPECT;
    if (flags & refused)
        return flags & refused;
    return flags & ~MET_NAN;
}

static int NAME(patches)(
    const REAL *x, const sknorm_patches *p, sknorm_choice choice, size first, size last,
    REAL *out, REAL *location, REAL *scale)
{
    strip_room r;
    r.cut = strips_of(p);
    r.choice = choice;
    r.largest = LARGEST;
    r.smallest = SMALLEST;
    r.with_key = location != NULL;
    r.first_row = p->before[0];
    r.n_rows = p->height;
    double *room = allocate_strip(&r);
    if (!room)
        return SKNORM_NO_MEMORY;
    const size n_jobs = r.cut.n_strips * r.cut.n_images;
    const size n_values = p->height * p->width * p->n_inner; /* of an image */
    int flags = 0;
    for (size task = first; task < last; task++) {
        strip at[LANES];
        int n_lanes = 0;
        for (int l = 0; l < LANES; l++) {
            /* Behind the last job the last one again, which is not written. */
            const size job = at_most(task * LANES + l, n_jobs - 1);
            const size image = job / r.cut.n_strips, inner = image % p->n_inner;
            at[l].base = image / p->n_inner * p->height * p->width * p->n_inner + inner;
            at[l].first = job % r.cut.n_strips * r.cut.n_places;
            at[l].n = at_most(r.cut.n_places, p->width - at[l].first);
            n_lanes += task * LANES + l < n_jobs;
            REAL *const image_out = out + image / p->n_inner * n_values;
            claim(image_out, image_out + n_values, out + p->n_images * n_values);
        }
        /* Without the care that NaN need, until one is met. */
        int met = MET_NAN;
        for (r.masked = 0; met & MET_NAN; r.masked = 1)
            met = NAME(strip_of_patches)(&r, x, p, at, n_lanes, out, location, scale);
        flags |= met;
    }
    free(room);
    return flags;
}
