/* Windows along one axis: statistics and the map, at a cost that does not depend on the
 * width (van Herk, 1992; Gil and Werman, 1993).
 *
 * A line is cut into blocks as long as the window, so that a window is the end of one
 * block and the beginning of the next. For a boundary between blocks take c, the last value
 * of the block before it, which lies in every window across it: the window is a sum of the
 * end and a sum of the beginning, both about c, and nothing is ever subtracted. Where c
 * lies so far from the mean of a window that digits are lost, the boundary is summed again
 * in twice the precision (redo.h).
 *
 * Eight stretches of lines, eight columns of a matrix for one, go side by side in lanes.
 */
#include "redo.h"

#if !defined(SKNORM_WINDOWS_H)
#define SKNORM_WINDOWS_H
/* The windows of a stretch, at least: what it reads and writes stays in the cache. */
enum { STRETCH_OF_WINDOWS = 1024 };

/* How a line is cut, and how many lines have their first stretches done before the second
 * ones are: so many that lanes have the same place in their lines, and not more, so that
 * memory is written in its order. */
typedef struct {
    size width, n_blocks, n_windows, n_stretches, n_lines, n_together;
} cut;

static cut cut_of(const sknorm_windows *windows)
{
    cut c;
    c.width = windows->before + windows->after + 1;
    c.n_blocks = (STRETCH_OF_WINDOWS + c.width - 1) / c.width;
    c.n_windows = c.n_blocks * c.width;
    c.n_stretches = (windows->length + c.n_windows - 1) / c.n_windows;
    c.n_lines = windows->n_outer * windows->n_inner;
    c.n_together = (LANES + windows->n_inner - 1) / windows->n_inner * windows->n_inner;
    return c;
}

static ptrdiff_t window_tasks(const sknorm_windows *windows)
{
    const cut c = cut_of(windows);
    return (c.n_stretches * c.n_lines + LANES - 1) / LANES;
}

/* Sum the end of a block of which all lanes have the same values present, about c. */
static void sum_end(const stretch *s, size start, lanes c)
{
    const double *values = s->values;
    double *s1_of = s->ends.s1, *s2_of = s->ends.s2;
    lanes s1 = all_lanes(0.0), s2 = s1;
    for (size j = s->width - 1; j >= 0; j--) {
        if (start + j >= s->low && start + j < s->high) {
            const lanes d = minus(load(values + (start + j) * LANES), c);
            s1 = plus(s1, d);
            s2 = plus(s2, times(d, d));
        }
        store(s1_of + j * LANES, s1);
        store(s2_of + j * LANES, s2);
    }
}

/* Windows of which all lanes have the same values present, and no NaN among them. */
INLINE void clean_block_of(stretch *s, size block, sknorm_choice choice)
{
    const size w = s->width, start = block * w, low = s->low, high = s->high;
    const size at_c = at_least(low, at_most(start + w, high) - 1);
    const double *values = s->values;
    const lanes c = load(values + at_c * LANES);
    sum_end(s, start, c);
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
        if (next < high) {
            const lanes d = minus(load(values + next * LANES), c);
            s1 = plus(s1, d);
            s2 = plus(s2, times(d, d));
        }
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

/* How many values the window at a place has. */
INLINE size count_at(const stretch *s, size place)
{
    return at_most(place + s->width, s->high) - at_least(place, s->low);
}

/* The same for mean and standard deviation, where every window has a value: the same
 * results, bit for bit, without what such windows do not need. */
static void usual_block(stretch *s, size block)
{
    const size w = s->width, start = block * w, high = s->high;
    const size n_windows = at_most(w, s->n_windows - start);
    const double *values = s->values + (start + w) * LANES;
    const double *current = s->values + (start + s->before) * LANES;
    const double *ends1 = s->ends.s1, *ends2 = s->ends.s2;
    double *z = s->z + start * LANES;
    const lanes c = load(s->values + (at_most(start + w, high) - 1) * LANES);
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    const lanes ratio = all_lanes(LARGEST_RATIO);
    const lanes resolution = all_lanes(s->choice.resolution);
    const lanes least = all_lanes(s->limits.least);
    const lanes most = all_lanes(s->limits.most);
    sum_end(s, start, c);
    lanes s1 = zero, s2 = zero, n = zero, r = zero;
    mask doubtful = no_lane(), unfit = no_lane(), tiny = no_lane();
    size count = 0;
    for (size j = 0; j < n_windows; j++) {
        const size place = start + j;
        const size ahead = place / LANES * s->ahead_step;
        FETCH(s->ahead[place % LANES] + ahead);
        FETCH_TO_WRITE(s->goal[place % LANES] + ahead);
        if (count_at(s, place) != count) {
            count = count_at(s, place);
            n = all_lanes((double)count);
            r = all_lanes(1.0 / (double)count);
        }
        const lanes sum = plus(load(ends1 + j * LANES), s1);
        const lanes squares = plus(load(ends2 + j * LANES), s2);
        const lanes offset = quotient(sum, n, r), lost = times(sum, offset);
        const lanes m2 = minus(squares, lost), variance = quotient(m2, n, r);
        doubtful = either(doubtful, opposite(up_to(lost, times(ratio, m2))));
        if (count > 1)
            tiny = either(tiny, less(variance, least));
        unfit = either(unfit, opposite(up_to(variance, most)));
        lanes delta;
        const lanes shift = two_sums(c, offset, &delta);
        const lanes scale = root(variance);
        const mask constant = up_to(scale, times(resolution, magnitude(shift)));
        const lanes value = load(current + j * LANES);
        store(
            z + j * LANES,
            over(minus(minus(value, shift), delta), choose(constant, one, scale)));
        if (place + w < high) {
            const lanes d = minus(load(values + j * LANES), c);
            s1 = plus(s1, d);
            s2 = plus(s2, times(d, d));
        }
    }
    s->suspect = either(s->suspect, both(unfit, opposite(doubtful)));
    s->tiny = either(s->tiny, tiny);
    redo_lanes(s, block, doubtful);
}

/* Whether usual_block will do. */
static int is_usual_block(const stretch *s, size block)
{
    const size first = block * s->width;
    const size last = at_most(first + s->width, s->n_windows) - 1;
    return is_usual(s->choice) && !s->location && count_at(s, first) > 0
        && count_at(s, last) > 0;
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
    const size n_all = of_windows + of_block + 2 * N_SUMS * of_block
                       + (with_key ? 3 : 1) * of_windows + N_TWICE * s->width;
    void *const room = allocate_numbers(n_all, &s->values);
    if (!room)
        return NULL;
    s->z = s->values + of_windows + of_block;
    s->location = with_key ? s->z + of_windows : NULL;
    s->scale = with_key ? s->location + of_windows : NULL;
    double *sums = s->z + (with_key ? 3 : 1) * of_windows;
    s->twice = place_sums(&s->sums, place_sums(&s->ends, sums, s->width), s->width);
    return room;
}

/* Normalise the eight stretches that were read. */
static void normalise_stretches(stretch *s)
{
    s->suspect = s->tiny = no_lane();
    for (size block = 0; block * s->width < s->n_windows; block++)
        if (s->masked)
            masked_block(s, block);
        else if (is_usual_block(s, block))
            usual_block(s, block);
        else
            clean_block(s, block);
}
#endif

/* Where a lane's stretch lies. */
#if !defined(SKNORM_LANE)
#define SKNORM_LANE
typedef struct {
    size base;     /* of the first window, in values */
    size first, n; /* windows of the line */
} lane;
#endif

/* Read the values of eight stretches; return the flags of what was met. */
static int NAME(read_stretches)(
    stretch *s, const REAL *x, const lane *at, size step, size length)
{
    const size n_places = (s->n_blocks + 1) * s->width;
    int same = 1;
    size low[LANES], high[LANES];
    const REAL *from[LANES];
    for (int l = 0; l < LANES; l++) {
        low[l] = at_least(0, s->before - at[l].first);
        high[l] = at_least(low[l], at_most(n_places, length + s->before - at[l].first));
        same &= low[l] == low[0] && high[l] == high[0];
        from[l] = x + at[l].base + (low[l] - s->before) * step;
    }
    s->low = low[0];
    s->high = high[0];
    if (same)
        same = NAME(gather)(from, step, s->high - s->low, s->values + s->low * LANES);
    else
        for (int l = 0; l < LANES; l++)
            for (size i = low[l]; i < high[l]; i++)
                s->values[i * LANES + l] = from[l][(i - low[l]) * step];
    s->masked = !same;
    if (same)
        return 0;
    int flags = 0;
    for (int l = 0; l < LANES; l++) {
        for (size i = 0; i < low[l]; i++)
            s->values[i * LANES + l] = NAN;
        for (size i = high[l]; i < n_places; i++)
            s->values[i * LANES + l] = NAN;
        for (size i = low[l]; i < high[l]; i++)
            if (fabs(s->values[i * LANES + l]) > DBL_MAX)
                flags = SKNORM_INPUT_INFINITE;
    }
    return flags;
}

/* Write what became of eight stretches; tell whether an infinity is among it. */
static int NAME(write_stretches)(
    const double *from, const lane *at, int n_lanes, size step, REAL *out)
{
    REAL *to[LANES];
    size n[LANES];
    for (int l = 0; l < LANES; l++) {
        to[l] = out + at[l].base;
        n[l] = at[l].n;
    }
    return NAME(scatter)(from, n_lanes, n, step, to) ? SKNORM_OUTPUT_INFINITE : 0;
}

/* Where the eight stretches of a task lie; returns how many of them there are. Behind the
 * last one it lies again, and is not written. */
static int NAME(place_lanes)(
    const sknorm_windows *windows, const cut *c, size task, lane *at)
{
    const size step = windows->n_inner, n_jobs = c->n_stretches * c->n_lines;
    for (int l = 0; l < LANES; l++) {
        const size job = at_most(task * LANES + l, n_jobs - 1);
        const size first = job / (c->n_together * c->n_stretches) * c->n_together;
        const size together = at_most(c->n_together, c->n_lines - first);
        const size rest = job - first * c->n_stretches;
        const size line = first + rest % together, begin = rest / together * c->n_windows;
        at[l].base = (line / step * windows->length + begin) * step + line % step;
        at[l].first = begin;
        at[l].n = at_most(c->n_windows, windows->length - begin);
    }
    return (int)at_most(LANES, n_jobs - task * LANES);
}

/* What is fetched for eight lanes: the lines themselves, 64 bytes of each in eight places;
 * of columns side by side the last value of each row, as what lies before the first column
 * was fetched for the columns there. */
static void NAME(fetched)(const char **from, const REAL *x, const lane *at, size step)
{
    const size last = at[LANES - 1].base;
    for (int l = 0; l < LANES; l++)
        from[l] = (const char *)(x + (step == 1 ? at[l].base : last + l * step));
}

static int NAME(windows)(
    const REAL *x, const sknorm_windows *windows, sknorm_choice choice, size first,
    size last, REAL *out, REAL *location, REAL *scale)
{
    const cut c = cut_of(windows);
    const size step = windows->n_inner;
    REAL *const end = out + windows->n_outer * windows->length * step;
    stretch s = {0};
    s.width = c.width;
    s.before = windows->before;
    s.n_blocks = at_most(c.n_blocks, (windows->length + c.width - 1) / c.width);
    s.choice = choice;
    s.limits = limits_of(SMALLEST, LARGEST);
    s.small = SMALL;
    s.ahead_step = step == 1 ? CACHE_LINE : LANES * step * (size)sizeof(REAL);
    void *room = allocate(&s, location != NULL);
    if (!room)
        return SKNORM_NO_MEMORY;
    int flags = 0;
    for (size task = first; task < last; task++) {
        lane at[LANES], next[LANES];
        const int n_lanes = NAME(place_lanes)(windows, &c, task, at);
        NAME(place_lanes)(windows, &c, at_most(task + 1, last - 1), next);
        NAME(fetched)(s.ahead, x, next, step);
        NAME(fetched)(s.goal, out, at, step);
        for (int l = 0; l < n_lanes; l++)
            claim(out + at[l].base, out + at[l].base + (at[l].n - 1) * step + 1, end);
        s.n_windows = at[0].n;
        for (int l = 1; l < n_lanes; l++)
            s.n_windows = at_least(s.n_windows, at[l].n);
        const int met = NAME(read_stretches)(&s, x, at, step, windows->length);
        flags |= met;
        if (met)
            continue;
        normalise_stretches(&s);
        if (any(s.suspect) || (any(s.tiny) && has_small_values(&s)))
            flags |= SKNORM_SUSPECT;
        flags |= NAME(write_stretches)(s.z, at, n_lanes, step, out);
        if (location) {
            NAME(write_stretches)(s.location, at, n_lanes, step, location);
            NAME(write_stretches)(s.scale, at, n_lanes, step, scale);
        }
    }
    free(room);
    return flags;
}
