/* Sums of patches, eight strips of images side by side.
 *
 * Windows along the rows are summed first (sums.h). Their sums, moved to a value that all
 * patches across a boundary between blocks of rows have in common, are added up and down:
 * with e the step from the old value to the new, S2 + 2 e S1 + k e * e and S1 + k e. Where
 * the steps or the distance to the mean have cost digits, the patch is summed by itself.
 */
#ifndef SKNORM_PATCH_SUMS_H
#define SKNORM_PATCH_SUMS_H

#include "stretch.h"

/* The windows of a strip along a row, at least. */
enum { STRIP = 24 };

/* How images are cut into strips, each as high as the image. */
typedef struct {
    size height, width;      /* of a patch */
    size n_blocks, n_places; /* of a strip: its windows along a row */
    size n_strips, n_images; /* strips of an image; each channel counts as an image */
} strips;

static strips strips_of(const sknorm_patches *patches)
{
    strips s;
    s.height = patches->before[0] + patches->after[0] + 1;
    s.width = patches->before[1] + patches->after[1] + 1;
    /* As wide as strips of one width can be without a small one at the end. */
    const size blocks = (patches->width + s.width - 1) / s.width;
    const size fewest = at_most(blocks, (STRIP + s.width - 1) / s.width);
    size least = PTRDIFF_MAX;
    for (size n = fewest; n <= at_most(blocks, 2 * fewest); n++) {
        const size in_strips = (blocks + n - 1) / n * n;
        if (in_strips <= least) {
            least = in_strips;
            s.n_blocks = n;
        }
    }
    s.n_places = s.n_blocks * s.width;
    s.n_strips = (patches->width + s.n_places - 1) / s.n_places;
    s.n_images = patches->n_images * patches->n_inner;
    return s;
}

static ptrdiff_t patch_tasks(const sknorm_patches *patches)
{
    const strips s = strips_of(patches);
    return (s.n_strips * s.n_images + LANES - 1) / LANES;
}

/* Sums of what lies above or below a boundary; `lost` is what the steps may have cost. */
typedef struct { double *count, *s1, *s2, *lost; } half_sums;
typedef struct { lanes count, s1, s2, lost; } half;
enum { N_HALF = 4 };

static double *place_half(half_sums *sums, double *room, size n)
{
    sums->count = room;
    sums->s1 = room + n * LANES;
    sums->s2 = room + 2 * n * LANES;
    sums->lost = room + 3 * n * LANES;
    return room + N_HALF * n * LANES;
}

/* Strips without NaN do without the counts: a patch has as many values as its window along
 * a row times its rows. */
INLINE half load_half(half_sums sums, size place, int with_counts)
{
    const size i = place * LANES;
    half h = {all_lanes(0.0), load(sums.s1 + i), load(sums.s2 + i), load(sums.lost + i)};
    if (with_counts)
        h.count = load(sums.count + i);
    return h;
}

INLINE void store_half(half_sums sums, size place, half h, int with_counts)
{
    const size i = place * LANES;
    if (with_counts)
        store(sums.count + i, h.count);
    store(sums.s1 + i, h.s1);
    store(sums.s2 + i, h.s2);
    store(sums.lost + i, h.lost);
}

typedef struct {
    strips cut;
    sknorm_choice choice;
    double largest, smallest;
    size first_row, n_rows; /* of an image, in places of the first block of rows */
    int with_key, masked;   /* masked: there are NaN in the strips */
    double *values;         /* of a row, (n_blocks + 1) * cut.width places */
    double *here;           /* the values of the row that is normalised */
    window_sums ends;       /* cut.width places */
    window_sums rows;       /* cut.height rows of n_places windows */
    half_sums above;        /* the same: of a row and those below it in its block */
    half_sums below, own;   /* n_places: of the next block, about c, and about own_c */
    double *c, *own_c;      /* n_places */
    double *count, *inverse; /* n_places: values of a window along a row; 1 / n */
    double *z, *location, *scale, *shift, *doubtful; /* n_places */
    mask suspect, tiny;
} strip_room;

static double *allocate_strip(strip_room *r)
{
    const size n = r->cut.n_places, w = r->cut.width, h = r->cut.height;
    double **const single[] = {
        &r->c, &r->own_c, &r->count, &r->inverse, &r->z, &r->location, &r->scale,
        &r->shift, &r->doubtful,
    };
    const size n_single = sizeof single / sizeof *single;
    const size n_lanes = (n + w) + n + N_SUMS * w + N_SUMS * h * n + N_HALF * h * n
                         + 2 * N_HALF * n + n_single * n;
    double *room = malloc(sizeof(double) * LANES * (size_t)n_lanes), *start = room;
    if (!room)
        return NULL;
    r->values = room;
    r->here = room + (n + w) * LANES;
    room = place_sums(&r->ends, r->here + n * LANES, w);
    room = place_sums(&r->rows, room, h * n);
    room = place_half(&r->above, room, h * n);
    room = place_half(&r->below, room, n);
    room = place_half(&r->own, room, n);
    for (size i = 0; i < n_single; i++)
        *single[i] = room + i * n * LANES;
    return start;
}

/* Sum the windows of the row in r->values, as row j of a block. */
static void sum_row(strip_room *r, size j)
{
    const size w = r->cut.width, n = r->cut.n_places;
    for (size place = 0; place < n; place += w) {
        const window_sums out = sums_at(r->rows, j * n + place);
        const double *values = r->values + place * LANES;
        if (r->masked)
            sum_windows(values, w, w, r->ends, out);
        else
            sum_windows_of_rows(values, w, r->ends, out);
    }
}

/* Move the sums of a window along a row, of k values about `from`, to c, and add them. */
INLINE half add_window(half h, lanes k, lanes from, lanes s1, lanes s2, lanes c, int masked)
{
    lanes e = minus(from, c);
    if (masked)
        e = choose(less(all_lanes(0.0), k), e, all_lanes(0.0));
    const lanes ke = times(k, e), kee = times(ke, e), se = times(s1, e);
    h.count = plus(h.count, k);
    h.s1 = plus(h.s1, plus(s1, ke));
    h.s2 = plus(h.s2, plus(s2, plus(plus(se, se), kee)));
    h.lost = plus(h.lost, kee);
    return h;
}

/* Whether place j of the block that begins at row `start` is a row of the image. */
INLINE int is_row(const strip_room *r, size place)
{
    return place >= r->first_row && place < r->first_row + r->n_rows;
}

/* The sums of each row of a block and the rows below it, about the value of the last row
 * that has one. */
INLINE void sum_above_of(strip_room *r, size start, int masked)
{
    const size n = r->cut.n_places, h = r->cut.height;
    const lanes zero = all_lanes(0.0);
    for (size place = 0; place < n; place++) {
        half sums = {zero, zero, zero, zero};
        lanes c = zero;
        int met = 0;
        for (size j = h - 1; j >= 0; j--) {
            if (masked || is_row(r, start + j)) {
                const window_sums window = sums_at(r->rows, j * n + place);
                const lanes k = load(masked ? window.count : r->count + place * LANES);
                const lanes from = load(window.c);
                if (masked)
                    c = choose(
                        both(less(zero, k), equal(sums.count, zero)), from, c);
                else if (!met)
                    c = from;
                met = 1;
                sums = add_window(
                    sums, k, from, load(window.s1), load(window.s2), c, masked);
            }
            store_half(r->above, j * n + place, sums, masked);
        }
        store(r->c + place * LANES, c);
    }
    memset(r->below.count, 0, sizeof(double) * LANES * (size_t)(2 * N_HALF * n));
    memset(r->own_c, 0, sizeof(double) * LANES * (size_t)n);
}

static void sum_above(strip_room *r, size start)
{
    if (r->masked)
        sum_above_of(r, start, 1);
    else
        sum_above_of(r, start, 0);
}

/* Normalise the patches whose first row is row j of the block. Returns whether some are
 * marked as doubtful. Without NaN a patch has values of n_rows rows. */
INLINE int finish_row_of(
    strip_room *r, size j, sknorm_choice choice, int masked, double n_rows)
{
    const size n = r->cut.n_places;
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    const lanes ratio = all_lanes(LARGEST_RATIO);
    mask any_doubt = less(zero, zero), suspect = any_doubt, tiny = any_doubt;
    for (size place = 0; place < n; place++) {
        const size i = place * LANES;
        const half above = load_half(r->above, j * n + place, masked);
        half below = load_half(r->below, place, masked);
        lanes c = load(r->c + i), count, inverse = zero;
        if (masked) {
            count = plus(above.count, below.count);
            const mask alone = equal(above.count, zero);
            const half own = load_half(r->own, place, 1);
            c = choose(alone, load(r->own_c + i), c);
            below.s1 = choose(alone, own.s1, below.s1);
            below.s2 = choose(alone, own.s2, below.s2);
            below.lost = choose(alone, own.lost, below.lost);
        } else {
            count = times(load(r->count + i), all_lanes(n_rows));
            inverse = load(r->inverse + i);
        }
        const lanes s1 = plus(above.s1, below.s1), s2 = plus(above.s2, below.s2);
        mask lost;
        const neighbourhoods of =
            moments_of_windows(c, count, masked ? NULL : &inverse, s1, s2, &lost);
        lost = either(lost, less(times(ratio, of.m2), plus(above.lost, below.lost)));
        lost = both(lost, less(zero, count));
        const lanes value = load(r->here + i);
        const results found = results_of(value, &of, choice, r->smallest, r->largest);
        store(r->z + i, found.z);
        if (r->with_key) {
            store(r->location + i, found.location);
            store(r->scale + i, scale_of_key(value, count, found.scale, choice));
        }
        store(r->shift + i, of.shift);
        store(r->doubtful + i, choose(lost, one, zero));
        any_doubt = either(any_doubt, lost);
        suspect = either(suspect, found.suspect);
        tiny = either(tiny, found.tiny);
    }
    r->suspect = either(r->suspect, suspect);
    r->tiny = either(r->tiny, tiny);
    return any(any_doubt);
}

/* With the usual choice known to the compiler, and any other. */
static int finish_row(strip_room *r, size j, double n_rows)
{
    const sknorm_choice of = r->choice;
    const sknorm_choice usual = {SKNORM_MEAN, SKNORM_STD, 0.0, 0.0, of.resolution};
    if (r->masked)
        return finish_row_of(r, j, of, 1, n_rows);
    return is_usual(of) ? finish_row_of(r, j, usual, 0, n_rows)
                        : finish_row_of(r, j, of, 0, n_rows);
}

/* Add row j, now one of the next block, to the sums below the boundary. */
INLINE void add_below_of(strip_room *r, size j, int masked)
{
    const size n = r->cut.n_places;
    const lanes zero = all_lanes(0.0);
    for (size place = 0; place < n; place++) {
        const window_sums window = sums_at(r->rows, j * n + place);
        const lanes k = load(masked ? window.count : r->count + place * LANES);
        const lanes from = load(window.c), s1 = load(window.s1), s2 = load(window.s2);
        half below = load_half(r->below, place, masked);
        if (masked) {
            double *own_c = r->own_c + place * LANES;
            const mask first = both(less(zero, k), equal(below.count, zero));
            const lanes c = choose(first, from, load(own_c));
            store(own_c, c);
            const half own = load_half(r->own, place, 1);
            store_half(r->own, place, add_window(own, k, from, s1, s2, c, 1), 1);
        }
        below = add_window(below, k, from, s1, s2, load(r->c + place * LANES), masked);
        store_half(r->below, place, below, masked);
    }
}

static void add_below(strip_room *r, size j)
{
    if (r->masked)
        add_below_of(r, j, 1);
    else
        add_below_of(r, j, 0);
}

#endif
