/* Windows along the columns of an image, eight columns side by side as they lie in memory:
 * the end of a block of rows and the beginning of the next, as in blocks.h. Those of eight
 * rows are transposed, for patch_rows.h.
 */
#ifndef SKNORM_PATCH_COLUMNS_H
#define SKNORM_PATCH_COLUMNS_H

#include "patch_strip.h"

/* Add a row of values to the sums of the rows below it in its block, about the row c; the
 * last row of a block has none below it. */
INLINE void add_end_of(
    const strip_room *r, double *to, const double *below, const double *values,
    const double *about, int is_last, int masked)
{
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    const size pitch = r->pitch;
    for (size i = 0; i < r->n_values; i += LANES) {
        const lanes value = load(values + i);
        lanes s1 = zero, s2 = zero, count = zero, c = zero, d;
        if (!is_last) {
            s1 = load(below + END_S1 * pitch + i);
            s2 = load(below + END_S2 * pitch + i);
        }
        if (masked) {
            if (!is_last) {
                count = load(below + END_COUNT * pitch + i);
                c = load(below + END_C * pitch + i);
            }
            const mask present = equal(value, value);
            c = choose(both(present, equal(count, zero)), value, c);
            d = choose(present, minus(value, c), zero);
            store(to + END_COUNT * pitch + i, plus(count, choose(present, one, zero)));
            store(to + END_C * pitch + i, c);
        } else
            d = minus(value, load(about + i));
        store(to + END_S1 * pitch + i, plus(s1, d));
        store(to + END_S2 * pitch + i, plus(s2, times(d, d)));
    }
}

/* Sum the block of rows that begins at row `start`, counted from the first block: each row
 * and those below it, about the last of them. */
static void sum_ends(strip_room *r, size start)
{
    const size first = at_least(start - r->before, 0);
    const size last = at_most(start + r->cut.height - r->before, r->n_rows) - 1;
    const double *c = values_of(r, last), *below = NULL;
    for (size row = last; row >= first; row--) {
        double *to = ends_of(r, row + r->before);
        const double *values = values_of(r, row);
        if (r->masked)
            add_end_of(r, to, below, values, c, row == last, 1);
        else if (row == last)
            add_end_of(r, to, below, values, c, 1, 0);
        else
            add_end_of(r, to, below, values, c, 0, 0);
        below = to;
    }
}

/* A row that is normalised: the ends of its windows, its values, those that its patches
 * have at the bottom, and those that the sums of its block are about. */
typedef struct {
    const double *ends, *here, *bottom, *c;
    int begins; /* a block */
} patch_row;

/* Eight rows of eight values become lanes of the numbers at `to`. */
INLINE void store_transposed(lanes *row, double *to)
{
    transpose(row);
    for (int l = 0; l < LANES; l++)
        store(to + l * N_SUM * LANES, row[l]);
}

/* The windows of eight rows along eight columns, where all values are present. */
INLINE void sum_columns(strip_room *r, const patch_row *rows, size i)
{
    const size pitch = r->pitch;
    double *next = r->next + i, *to = r->sums + i * N_SUM * LANES;
    lanes s1 = load(next + NEXT_S1 * pitch), s2 = load(next + NEXT_S2 * pitch);
    lanes sum[LANES], squares[LANES], about[LANES];
    for (int l = 0; l < LANES; l++) {
        if (rows[l].begins)
            s1 = s2 = all_lanes(0.0);
        else if (rows[l].bottom) {
            const lanes d = minus(load(rows[l].bottom + i), load(rows[l].c + i));
            s1 = plus(s1, d);
            s2 = plus(s2, times(d, d));
        }
        sum[l] = plus(load(rows[l].ends + END_S1 * pitch + i), s1);
        squares[l] = plus(load(rows[l].ends + END_S2 * pitch + i), s2);
    }
    store(next + NEXT_S1 * pitch, s1);
    store(next + NEXT_S2 * pitch, s2);
    store_transposed(sum, to + SUM_S1 * LANES);
    store_transposed(squares, to + SUM_S2 * LANES);
    for (int l = 0; l < LANES; l++)
        about[l] = load(rows[l].c + i);
    store_transposed(about, to + SUM_C * LANES);
}

/* The same where values may be absent (NaN); as sum_windows has it. */
INLINE void sum_columns_masked(strip_room *r, const patch_row *rows, size i)
{
    const size pitch = r->pitch;
    const lanes zero = all_lanes(0.0), one = all_lanes(1.0);
    double *state = r->next + i, *to = r->sums + i * N_SUM * LANES;
    lanes next[N_NEXT], found[N_SUM][LANES];
    for (int k = 0; k < N_NEXT; k++)
        next[k] = load(state + k * pitch);
    for (int l = 0; l < LANES; l++) {
        const double *ends = rows[l].ends + i;
        if (rows[l].begins) {
            for (int k = 0; k < N_NEXT; k++)
                next[k] = zero;
            next[NEXT_C] = load(ends + END_C * pitch);
        } else if (rows[l].bottom) {
            const lanes value = load(rows[l].bottom + i);
            const mask present = equal(value, value);
            next[NEXT_OWN_C] = choose(
                both(present, equal(next[NEXT_COUNT], zero)), value, next[NEXT_OWN_C]);
            const lanes d = choose(present, minus(value, next[NEXT_C]), zero);
            const lanes e = choose(present, minus(value, next[NEXT_OWN_C]), zero);
            next[NEXT_COUNT] = plus(next[NEXT_COUNT], choose(present, one, zero));
            next[NEXT_S1] = plus(next[NEXT_S1], d);
            next[NEXT_S2] = plus(next[NEXT_S2], times(d, d));
            next[NEXT_OWN_S1] = plus(next[NEXT_OWN_S1], e);
            next[NEXT_OWN_S2] = plus(next[NEXT_OWN_S2], times(e, e));
        }
        const lanes in_end = load(ends + END_COUNT * pitch);
        const mask own = equal(in_end, zero);
        found[SUM_COUNT][l] = plus(in_end, next[NEXT_COUNT]);
        found[SUM_C][l] = choose(own, next[NEXT_OWN_C], next[NEXT_C]);
        found[SUM_S1][l] = plus(
            load(ends + END_S1 * pitch), choose(own, next[NEXT_OWN_S1], next[NEXT_S1]));
        found[SUM_S2][l] = plus(
            load(ends + END_S2 * pitch), choose(own, next[NEXT_OWN_S2], next[NEXT_S2]));
    }
    for (int k = 0; k < N_NEXT; k++)
        store(state + k * pitch, next[k]);
    for (int k = 0; k < N_SUM; k++)
        if (k != SUM_VALUE)
            store_transposed(found[k], to + k * LANES);
}

/* Find the rows from i on, the last one again behind it. Returns how many rows their
 * patches have. */
static lanes find_rows(const strip_room *r, size i, patch_row *rows)
{
    const size h = r->cut.height;
    double n[LANES];
    for (int l = 0; l < LANES; l++) {
        const size row = at_most(i + l, r->n_rows - 1), block = row / h * h;
        const size below = at_most(row + r->after + 1, r->n_rows);
        const size c = at_most(block + h - r->before, r->n_rows) - 1;
        rows[l].ends = ends_of(r, at_least(row, r->before));
        rows[l].here = values_of(r, row);
        rows[l].bottom = i + l + r->after < r->n_rows ? values_of(r, below - 1) : NULL;
        rows[l].c = values_of(r, c);
        rows[l].begins = row == block;
        n[l] = (double)(below - at_least(0, row - r->before));
    }
    return load(n);
}

/* Sum windows of eight rows along columns, and find the values in their middle. */
static void sum_rows(strip_room *r, const patch_row *rows)
{
    for (size i = 0; i < r->n_values; i += LANES) {
        lanes value[LANES];
        if (r->masked)
            sum_columns_masked(r, rows, i);
        else
            sum_columns(r, rows, i);
        for (int l = 0; l < LANES; l++)
            value[l] = load(rows[l].here + i);
        store_transposed(value, r->sums + (i * N_SUM + SUM_VALUE) * LANES);
    }
}

#endif
