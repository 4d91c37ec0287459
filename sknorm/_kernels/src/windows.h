/* Windows along one axis: statistics and the map, at a cost that does not depend on the
 * width (blocks.h). Lines are cut into stretches, of which eight, those of eight columns of
 * a matrix for one, go side by side in lanes.
 */
#include "blocks.h"

#if !defined(SKNORM_WINDOWS_H)
#define SKNORM_WINDOWS_H
/* The windows of a stretch, at least, and its blocks, unless that are too many windows:
 * what it reads and writes stays in the cache, and what it sums of the block before it is
 * little. */
enum { STRETCH_OF_WINDOWS = 1024, BLOCKS_OF_STRETCH = 4, LONG_STRETCH = 4096 };

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
    const size of_blocks = at_most(BLOCKS_OF_STRETCH * c.width, LONG_STRETCH);
    c.n_blocks = (at_least(STRETCH_OF_WINDOWS, of_blocks) + c.width - 1) / c.width;
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
    const double *from, const lane *at, size step, REAL *out)
{
    REAL *to[LANES];
    size n[LANES];
    for (int l = 0; l < LANES; l++) {
        to[l] = out + at[l].base;
        n[l] = at[l].n;
    }
    return NAME(scatter)(from, n, step, to) ? SKNORM_OUTPUT_INFINITE : 0;
}

/* Where the eight stretches of a task lie. Behind the last one it lies again. */
static void NAME(place_lanes)(
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
    lane at[LANES], next[LANES];
    NAME(place_lanes)(windows, &c, first, next);
    for (size task = first; task < last; task++) {
        memcpy(at, next, sizeof at);
        NAME(place_lanes)(windows, &c, at_most(task + 1, last - 1), next);
        NAME(fetched)(s.ahead, x, next, step);
        NAME(fetched)(s.goal, out, at, step);
        for (int l = 0; l < LANES; l++)
            claim(out + at[l].base, out + at[l].base + (at[l].n - 1) * step + 1, end);
        s.n_windows = at[0].n;
        for (int l = 1; l < LANES; l++)
            s.n_windows = at_least(s.n_windows, at[l].n);
        const int met = NAME(read_stretches)(&s, x, at, step, windows->length);
        flags |= met;
        if (met)
            continue;
        normalise_stretches(&s);
        if (any(s.suspect) || (any(s.tiny) && has_small_values(&s)))
            flags |= SKNORM_SUSPECT;
        flags |= NAME(write_stretches)(s.z, at, step, out);
        if (location) {
            NAME(write_stretches)(s.location, at, step, location);
            NAME(write_stretches)(s.scale, at, step, scale);
        }
    }
    free(room);
    return flags;
}
