/* Moments of the columns of a matrix in C order, in one pass over memory.
 *
 * Columns lie side by side: every loop runs over them, eight rows at a time, so that the
 * running sums are read and written once for eight values. Blocks of rows have sums about
 * a value of their own and are merged. Few columns: several rows are read as one long row,
 * whose parts are merged at the end.
 */

#if !defined(SKNORM_COLUMNS_H)
#define SKNORM_COLUMNS_H
/* The widest part of a row, and the rows of a block: its sums stay in the first cache, and
 * for a second pass the block is still in the second. */
enum { TILE = 256, BLOCK_ROWS = 256, GROUP = 8, FEW_ROWS = 8 * GROUP };

/* While eight columns of eight rows are summed, those of the rows AHEAD are fetched: eight
 * rows read at once are no pattern to the processor. 80 MB took 3.0 ms with it, 7.0 without
 * it, and a sum alone 2.2. */
enum { AHEAD = 2 * GROUP };

/* The running sums of a block, about c. Those of columns behind the last, up to
 * whole_lanes(n) of them, are of zeros about zero, and for nobody. */
typedef struct {
    double c[TILE], count[TILE], s1[TILE], s2[TILE], lowest[TILE], highest[TILE];
    double sum_w2[TILE];
} block_sums;

/* What some rows add to the sums of as many columns as a register holds. */
typedef struct { part lowest, highest, s1, s2; } addends;

INLINE addends of_two_rows(part a, part b, part c)
{
    IN_REGISTER(a);
    IN_REGISTER(b);
    const part d = a - c, e = b - c;
    const addends of = {smaller_of(a, b), larger_of(a, b), d + e, d * d + e * e};
    return of;
}

INLINE addends joined(addends a, addends b)
{
    const addends of = {
        smaller_of(a.lowest, b.lowest), larger_of(a.highest, b.highest), a.s1 + b.s1,
        a.s2 + b.s2,
    };
    return of;
}

INLINE void add_to_sums(block_sums *sums, size j, addends of)
{
    loose_part *const lowest = (loose_part *)(sums->lowest + j);
    loose_part *const highest = (loose_part *)(sums->highest + j);
    *lowest = smaller_of(of.lowest, *lowest);
    *highest = larger_of(of.highest, *highest);
    *(loose_part *)(sums->s1 + j) += of.s1;
    *(loose_part *)(sums->s2 + j) += of.s2;
}

/* Of eight values, in an order that does not depend on what stands beside them. */
#define TREE(f)                                                                          \
    ((((f(0)) + (f(1))) + ((f(2)) + (f(3)))) + (((f(4)) + (f(5))) + ((f(6)) + (f(7)))))
#endif

/* Add LANES columns of eight rows, all present, x being at column j, in the order of TREE.
 */
INLINE void NAME(add_full_rows)(const REAL *x, size pitch, block_sums *sums, size j)
{
#define VALUES(i) NAME(load_part)(x + (i) * pitch + k * IN_PART)
#define TWO_ROWS(i) of_two_rows(VALUES(i), VALUES(i + 1), c)
    EACH_PART {
        const part c = *(const loose_part *)(sums->c + j + k * IN_PART);
        add_to_sums(
            sums, j + k * IN_PART,
            joined(joined(TWO_ROWS(0), TWO_ROWS(2)), joined(TWO_ROWS(4), TWO_ROWS(6))));
    }
#undef TWO_ROWS
#undef VALUES
}

/* Add the last n < LANES columns. */
static void NAME(add_last_columns)(
    const REAL *x, size pitch, size n, block_sums *sums, size j)
{
    REAL padded[GROUP * LANES] = {0};
    for (size i = 0; i < GROUP; i++)
        for (size l = 0; l < n; l++)
            padded[i * LANES + l] = x[i * pitch + l];
    NAME(add_full_rows)(padded, LANES, sums, j);
}

/* Add up to eight rows with weights, or with values that may be absent (NaN). Full columns
 * without weights get the same sums as from add_full_rows, bit for bit, though not always
 * the same of two zeros as extremum. */
static void NAME(add_rows)(
    const REAL *restrict x, size pitch, size n_rows, size n, const double *weight,
    block_sums *restrict sums)
{
    for (size j = 0; j < n; j++) {
        double w[GROUP] = {0}, d[GROUP] = {0};
        for (size k = 0; k < n_rows; k++) {
            const double value = x[k * pitch + j];
            if (value != value)
                continue;
            w[k] = weight ? weight[k] : 1.0;
            d[k] = value - sums->c[j];
            sums->lowest[j] = smaller(value, sums->lowest[j]);
            sums->highest[j] = larger(value, sums->highest[j]);
        }
#define WEIGHT(k) w[k]
#define WEIGHT_SQUARE(k) w[k] * w[k]
#define DISTANCE(k) w[k] * d[k]
#define SQUARE(k) w[k] * (d[k] * d[k])
        sums->count[j] += TREE(WEIGHT);
        sums->sum_w2[j] += TREE(WEIGHT_SQUARE);
        sums->s1[j] += TREE(DISTANCE);
        sums->s2[j] += TREE(SQUARE);
#undef WEIGHT
#undef WEIGHT_SQUARE
#undef DISTANCE
#undef SQUARE
    }
}

/* Sum a block about sums->c. Returns 0 where it must be done again with `full` 0: there is
 * a value that is no number. */
static int NAME(sum_block)(
    const REAL *x, size pitch, size n_rows, size n, const double *weight, int full,
    block_sums *sums)
{
    for (size j = 0; j < whole_lanes(n); j++) {
        sums->s1[j] = sums->s2[j] = sums->count[j] = sums->sum_w2[j] = 0.0;
        sums->lowest[j] = INFINITY;
        sums->highest[j] = -INFINITY;
    }
    const size n_full = full ? n_rows / GROUP * GROUP : 0;
    if (full)
        for (size i = 0; i < n_full; i += GROUP) {
            const REAL *rows = x + i * pitch, *ahead = rows + AHEAD * pitch;
            for (size j = 0; j < n; j += LANES) {
                /* In float32 each line twice: to ask which are new takes longer. */
                for (size k = 0; k < GROUP; k++)
                    FETCH(ahead + k * pitch + j);
                if (j + LANES <= n)
                    NAME(add_full_rows)(rows + j, pitch, sums, j);
                else
                    NAME(add_last_columns)(rows + j, pitch, n - j, sums, j);
            }
        }
    for (size i = n_full; i < n_rows; i += GROUP)
        NAME(add_rows)(
            x + i * pitch, pitch, at_most(GROUP, n_rows - i), n,
            weight ? weight + i : NULL, sums);
    if (!full)
        return 1;
    uint64_t met = 0;
    for (size j = 0; j < n; j++) {
        met |= sums->s1[j] - sums->s1[j] != 0.0;
        met |= sums->count[j] != (double)(n_rows - n_full);
        sums->count[j] = sums->sum_w2[j] = (double)n_rows;
    }
    return !met;
}

/* Where each column is summed about: the mean of its first eight values, which is near the
 * mean and, of equal values, exactly that value; of fewer values, or where that is no
 * number, the first that is one; else 0. */
static void NAME(set_centres)(
    const REAL *x, size pitch, size n_rows, size n, double *restrict c)
{
    for (size j = n; j < whole_lanes(n); j++)
        c[j] = 0.0;
    uint64_t missing = n_rows < GROUP;
    for (size j = 0; j < n; j++) {
#define VALUE(k) (double)x[k * pitch + j]
        c[j] = n_rows < GROUP ? NAN : TREE(VALUE) / GROUP;
#undef VALUE
        missing |= c[j] - c[j] != 0.0;
    }
    for (size j = 0; j < n && missing; j++) {
        for (size i = 0; i < n_rows && c[j] - c[j] != 0.0; i++)
            c[j] = x[i * pitch + j];
        if (c[j] - c[j] != 0.0)
            c[j] = 0.0;
    }
}

/* The moments of a block of n <= TILE columns: seven arrays, TILE apart. */
static void NAME(moments_of_block)(
    const REAL *x, size pitch, size n_rows, size n, const double *weight, double *out)
{
    block_sums sums, again;
    NAME(set_centres)(x, pitch, n_rows, n, sums.c);
    const int full =
        weight ? (NAME(sum_block)(x, pitch, n_rows, n, weight, 0, &sums), 0)
               : NAME(sum_block)(x, pitch, n_rows, n, NULL, 1, &sums)
                     || (NAME(sum_block)(x, pitch, n_rows, n, NULL, 0, &sums), 0);
    /* Few rows are always summed twice: it costs little, and constants apart, it is the
     * textbook's algorithm (Chan, Golub and LeVeque, 1983). */
    int repeat = n_rows < FEW_ROWS;
    for (size j = 0; j < whole_lanes(n); j++) {
        const double count = sums.count[j] > 0 ? sums.count[j] : 1.0;
        const double lost = sums.s1[j] * (sums.s1[j] / count);
        again.c[j] = sums.c[j] + sums.s1[j] / count;
        repeat |= !(lost <= LARGEST_RATIO_OF_COLUMNS * (sums.s2[j] - lost));
    }
    if (repeat)
        NAME(sum_block)(x, pitch, n_rows, n, weight, full, &again);
    for (size j = 0; j < n; j++) {
        const double count = sums.count[j] > 0 ? sums.count[j] : 1.0;
        const double lost = sums.s1[j] * (sums.s1[j] / count);
        const int second = n_rows < FEW_ROWS
            || !(lost <= LARGEST_RATIO_OF_COLUMNS * (sums.s2[j] - lost));
        const double c = second ? again.c[j] : sums.c[j];
        const double s1 = second ? again.s1[j] : sums.s1[j];
        const double s2 = second ? again.s2[j] : sums.s2[j];
        double delta;
        out[COUNT * TILE + j] = sums.count[j];
        out[SHIFT * TILE + j] = two_sum(c, s1 / count, &delta);
        out[DELTA * TILE + j] = delta;
        out[M2 * TILE + j] = not_negative(s2 - s1 * (s1 / count));
        out[LOWEST * TILE + j] = sums.lowest[j];
        out[HIGHEST * TILE + j] = sums.highest[j];
        out[SUM_W2 * TILE + j] = sums.sum_w2[j];
    }
}

/* A matrix, or rows of it read as one long row: virtual column v of long row i is column
 * v % n_columns of row i * fold + v / n_columns. */
typedef struct {
    const REAL *x;
    size row, column; /* strides, in values */
    size n_columns, fold;
} NAME(matrix);

/* Copy n columns of some rows, so that they are contiguous. */
static void NAME(copy_block)(
    const NAME(matrix) *m, size first_row, size n_rows, size first, size n, REAL *block)
{
    for (size i = 0; i < n_rows; i++)
        for (size v = 0; v < n; v++) {
            const size of_row = (first + v) / m->n_columns;
            const size row = (first_row + i) * m->fold + of_row;
            block[i * n + v] =
                m->x[row * m->row + (first + v - of_row * m->n_columns) * m->column];
        }
}

/* Merge the moments of n <= TILE columns into `out`. `block` is room for a block where the
 * matrix is not contiguous, else NULL. */
static void NAME(merge_rows)(
    const NAME(matrix) *m, size first_row, size n_rows, size first, size n,
    const double *weight, REAL *block, double *out, size out_pitch)
{
    double moments[N_FIELDS * TILE];
    for (size i = 0; i < n_rows; i += BLOCK_ROWS) {
        const size rows = at_most(BLOCK_ROWS, n_rows - i);
        const REAL *x = m->x + (first_row + i) * m->fold * m->row + first;
        if (block)
            NAME(copy_block)(m, first_row + i, rows, first, n, block);
        NAME(moments_of_block)(
            block ? block : x, block ? n : m->fold * m->row, rows, n,
            weight ? weight + i : NULL, moments);
        merge_moments(out, moments, n, out_pitch, TILE);
    }
}

static int NAME(column_moments)(
    const REAL *x, size n_rows, size n_columns, size row, size column,
    const double *weight, double *out, size out_pitch)
{
    /* With weights each row has one of its own. */
    const size fold = weight ? 1
        : at_least(1, at_most(TILE / n_columns, n_rows / FEW_ROWS));
    const NAME(matrix) folded = {x, row, column, n_columns, fold};
    const NAME(matrix) plain = {x, row, column, n_columns, 1};
    const size n_long = n_rows / fold;
    REAL *block = NULL;
    if (column != 1 || (fold > 1 && row != n_columns)) {
        block = malloc(sizeof(REAL) * TILE * BLOCK_ROWS);
        if (!block)
            return SKNORM_NO_MEMORY;
    }
    set_empty(out, n_columns, out_pitch);
    if (fold > 1) {
        double moments[N_FIELDS * TILE];
        set_empty(moments, fold * n_columns, TILE);
        NAME(merge_rows)(
            &folded, 0, n_long, 0, fold * n_columns, NULL, block, moments, TILE);
        for (size i = 0; i < fold; i++)
            merge_moments(out, moments + i * n_columns, n_columns, out_pitch, TILE);
    }
    const size done = fold > 1 ? n_long * fold : 0;
    for (size j = 0; j < n_columns; j += TILE)
        NAME(merge_rows)(
            &plain, done, n_rows - done, j, at_most(TILE, n_columns - j), weight, block,
            out + j, out_pitch);
    free(block);
    return 0;
}
