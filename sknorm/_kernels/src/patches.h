/* Patches: windows along two axes, at a cost that does not depend on their size.
 *
 * Windows along the rows are summed first (sums.h). Their sums, moved to a value that all
 * patches across a boundary between blocks of rows have in common, are added up and down:
 * with e the step from the old value to the new, S2 + 2 e S1 + k e * e and S1 + k e. Where
 * the steps or the distance to the mean have cost digits, the patch is summed by itself.
 *
 * Eight strips of images go side by side in lanes.
 */

#if !defined(SKNORM_PATCHES_H)
#define SKNORM_PATCHES_H
#include "stretch.h"

/* The windows of a strip along a row, at least. */
enum { STRIP = 32 };

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
    s.n_blocks = (at_most(STRIP, patches->width) + s.width - 1) / s.width;
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
enum { N_HALF = 4 };

INLINE half_sums half_at(half_sums half, size place)
{
    const size i = place * LANES;
    const half_sums at = {half.count + i, half.s1 + i, half.s2 + i, half.lost + i};
    return at;
}

static double *place_half(half_sums *half, double *room, size n)
{
    half->count = room;
    half->s1 = room + n * LANES;
    half->s2 = room + 2 * n * LANES;
    half->lost = room + 3 * n * LANES;
    return room + N_HALF * n * LANES;
}

typedef struct {
    strips cut;
    sknorm_choice choice;
    double largest, smallest;
    double *values;        /* of a row, (n_blocks + 1) * cut.width places */
    double *here;          /* the values of the row that is normalised */
    window_sums ends;      /* cut.width places */
    window_sums rows;      /* cut.height rows of n_places windows */
    half_sums above;       /* the same: of a row and those below it in its block */
    half_sums below, own;  /* n_places: of the next block, about c, and about own_c */
    double *c, *own_c;     /* n_places */
    double *z, *location, *scale, *shift, *doubtful; /* n_places */
    mask suspect, tiny;
} strip_room;

static double *allocate_strip(strip_room *r)
{
    const size n = r->cut.n_places, w = r->cut.width, h = r->cut.height;
    const size n_lanes = (n + w) + n + N_SUMS * w + N_SUMS * h * n + N_HALF * h * n
                         + 2 * N_HALF * n + 7 * n;
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
    double **const single[] = {
        &r->c, &r->own_c, &r->z, &r->location, &r->scale, &r->shift, &r->doubtful,
    };
    for (int i = 0; i < 7; i++)
        *single[i] = room + i * n * LANES;
    return start;
}

/* Sum the windows of the row in r->values, as row j of a block. */
static void sum_row(strip_room *r, size j)
{
    const size w = r->cut.width, n = r->cut.n_places;
    for (size place = 0; place < n; place += w)
        sum_windows(
            r->values + place * LANES, w, w, r->ends, sums_at(r->rows, j * n + place));
}

/* Add a window along a row to sums about c. */
INLINE void add_window(
    window_sums window, lanes c, lanes *count, lanes *s1, lanes *s2, lanes *lost)
{
    const lanes zero = all_lanes(0.0), k = load(window.count), sum = load(window.s1);
    const lanes e = choose(less(zero, k), minus(load(window.c), c), zero);
    const lanes ke = times(k, e), kee = times(ke, e), se = times(sum, e);
    *count = plus(*count, k);
    *s1 = plus(*s1, plus(sum, ke));
    *s2 = plus(*s2, plus(load(window.s2), plus(plus(se, se), kee)));
    *lost = plus(*lost, kee);
}

/* The sums of each row of a block and the rows below it, about the value of the last row
 * that has one. */
static void sum_above(strip_room *r)
{
    const size n = r->cut.n_places, h = r->cut.height;
    const lanes zero = all_lanes(0.0);
    for (size place = 0; place < n; place++) {
        lanes count = zero, s1 = zero, s2 = zero, lost = zero, c = zero;
        for (size j = h - 1; j >= 0; j--) {
            const window_sums window = sums_at(r->rows, j * n + place);
            const mask first =
                both(less(zero, load(window.count)), equal(count, zero));
            c = choose(first, load(window.c), c);
            add_window(window, c, &count, &s1, &s2, &lost);
            const half_sums at = half_at(r->above, j * n + place);
            store(at.count, count);
            store(at.s1, s1);
            store(at.s2, s2);
            store(at.lost, lost);
        }
        store(r->c + place * LANES, c);
    }
    memset(r->below.count, 0, sizeof(double) * LANES * (size_t)(2 * N_HALF * n));
    memset(r->own_c, 0, sizeof(double) * LANES * (size_t)n);
}

/* Normalise the patches whose first row is row j of the block. Returns whether some are
 * marked as doubtful. */
INLINE int finish_row_of(strip_room *r, size j, sknorm_choice choice)
{
    const size n = r->cut.n_places;
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    mask any_doubt = less(zero, zero), suspect = any_doubt, tiny = any_doubt;
    for (size place = 0; place < n; place++) {
        const size i = place * LANES;
        const half_sums above = half_at(r->above, j * n + place);
        const lanes in_above = load(above.count);
        const lanes count = plus(in_above, load(r->below.count + i));
        const mask alone = equal(in_above, zero);
        const lanes c = choose(alone, load(r->own_c + i), load(r->c + i));
        const lanes s1 = choose(alone, load(r->own.s1 + i), load(r->below.s1 + i));
        const lanes s2 = choose(alone, load(r->own.s2 + i), load(r->below.s2 + i));
        const lanes steps = choose(alone, load(r->own.lost + i), load(r->below.lost + i));
        mask lost;
        const neighbourhoods of = moments_of_windows(
            c, count, plus(load(above.s1), s1), plus(load(above.s2), s2), &lost);
        const lanes allowed = times(all_lanes(LARGEST_RATIO), of.m2);
        lost = either(lost, less(allowed, plus(load(above.lost), steps)));
        lost = both(lost, less(zero, count));
        const lanes value = load(r->here + i);
        const results found = results_of(value, &of, choice, r->smallest, r->largest);
        store(r->z + i, found.z);
        store(r->location + i, found.location);
        store(r->scale + i, scale_of_key(value, count, found.scale));
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
static int finish_row(strip_room *r, size j)
{
    const sknorm_choice of = r->choice;
    const sknorm_choice usual = {SKNORM_MEAN, SKNORM_STD, 0.0, 0.0, of.resolution};
    if (of.location == SKNORM_MEAN && of.scale == SKNORM_STD && of.ddof == 0.0
        && of.eps == 0.0)
        return finish_row_of(r, j, usual);
    return finish_row_of(r, j, of);
}

/* Add row j, now one of the next block, to the sums below the boundary. */
static void add_below(strip_room *r, size j)
{
    const size n = r->cut.n_places;
    const lanes zero = all_lanes(0.0);
    for (size place = 0; place < n; place++) {
        const window_sums window = sums_at(r->rows, j * n + place);
        const half_sums below = half_at(r->below, place), own = half_at(r->own, place);
        double *own_c = r->own_c + place * LANES;
        lanes count = load(below.count), s1 = load(below.s1), s2 = load(below.s2);
        lanes lost = load(below.lost), ignored = count;
        const mask first = both(less(zero, load(window.count)), equal(count, zero));
        const lanes c = choose(first, load(window.c), load(own_c));
        store(own_c, c);
        add_window(window, load(r->c + place * LANES), &count, &s1, &s2, &lost);
        store(below.count, count);
        store(below.s1, s1);
        store(below.s2, s2);
        store(below.lost, lost);
        s1 = load(own.s1);
        s2 = load(own.s2);
        lost = load(own.lost);
        add_window(window, c, &ignored, &s1, &s2, &lost);
        store(own.s1, s1);
        store(own.s2, s2);
        store(own.lost, lost);
    }
}
#endif

/* A strip of an image, with the geometry that all share. */
#if !defined(SKNORM_STRIP)
#define SKNORM_STRIP
typedef struct { size base, first, n; } strip; /* of the image, of its windows in a row */
#endif

/* Read row i (absent ones, too) of eight strips; return the flags of what was met. */
static int NAME(read_row)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, size i)
{
    const size n_values = r->cut.n_places + r->cut.width, step = p->n_inner;
    const lanes nan = all_lanes(NAN), largest = all_lanes(DBL_MAX);
    int whole = i >= 0 && i < p->height;
    const REAL *from[LANES];
    for (int l = 0; l < LANES; l++) {
        const size shift = at[l].first - p->before[1];
        whole &= shift >= 0 && shift + n_values <= p->width;
        from[l] = x + at[l].base + (i * p->width + shift) * step;
    }
    if (whole)
        NAME(gather)(from, step, n_values, r->values);
    else {
        for (size j = 0; j < n_values; j++)
            store(r->values + j * LANES, nan);
        for (int l = 0; l < LANES && i >= 0 && i < p->height; l++) {
            const size shift = at[l].first - p->before[1];
            const size high = at_most(n_values, p->width - shift);
            for (size j = at_least(0, -shift); j < high; j++)
                r->values[j * LANES + l] = from[l][j * step];
        }
    }
    mask infinite = less(largest, largest);
    for (size j = 0; j < n_values; j++)
        infinite = either(
            infinite, less(largest, magnitude(load(r->values + j * LANES))));
    return any(infinite) ? SKNORM_INPUT_INFINITE : 0;
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
        m2 = larger(s2 - s1 * (s1 / n), 0.0);
        shift = two_sum(shift, delta + s1 / n, &delta);
    }
    const neighbourhoods of = {
        all_lanes(n), all_lanes(shift), all_lanes(delta), all_lanes(m2),
        all_lanes(0.0), all_lanes(0.0),
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

static int NAME(strip_of_patches)(
    strip_room *r, const REAL *x, const sknorm_patches *p, const strip *at, int n_lanes,
    REAL *out, REAL *location, REAL *scale)
{
    const size h = r->cut.height;
    int flags = 0;
    r->suspect = r->tiny = less(all_lanes(0.0), all_lanes(0.0));
    for (size j = 0; j < h; j++) {
        flags |= NAME(read_row)(r, x, p, at, j - p->before[0]);
        sum_row(r, j);
    }
    for (size start = 0; start < p->height; start += h) {
        sum_above(r);
        for (size j = 0; j < h && start + j < p->height; j++) {
            const size i = start + j;
            NAME(read_here)(r, x, p, at, i);
            if (finish_row(r, j))
                for (int l = 0; l < n_lanes; l++)
                    for (size place = 0; place < at[l].n; place++)
                        if (r->doubtful[place * LANES + l] != 0.0)
                            NAME(redo_patch)(r, x, p, at + l, i, place, l);
            flags |= NAME(write_row)(r->z, p, at, n_lanes, i, out);
            if (location) {
                NAME(write_row)(r->location, p, at, n_lanes, i, location);
                NAME(write_row)(r->scale, p, at, n_lanes, i, scale);
            }
            flags |= NAME(read_row)(r, x, p, at, i + h - p->before[0]);
            sum_row(r, j);
            add_below(r, j);
        }
    }
    if (any(r->suspect) || (any(r->tiny) && NAME(has_small)(x, p, at, n_lanes)))
        flags |= SKNORM_SUSPECT;
    return flags;
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
    double *room = allocate_strip(&r);
    if (!room)
        return SKNORM_NO_MEMORY;
    const size n_jobs = r.cut.n_strips * r.cut.n_images;
    int flags = 0;
    for (size task = last - 1; task >= first; task--) {
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
        }
        flags |= NAME(strip_of_patches)(&r, x, p, at, n_lanes, out, location, scale);
    }
    free(room);
    return flags;
}
