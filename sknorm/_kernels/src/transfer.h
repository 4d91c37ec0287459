/* Between eight lines in memory and eight lanes. */

/* Read n values, `step` apart, of each of eight lines. Returns whether all are finite, which
 * costs nothing here: their sum is. Where finite values overflow in it, they are taken for
 * such that are not, whose windows take longer. */
static int NAME(gather)(const REAL *const *from, size step, size n, double *to)
{
    int side_by_side = 1;
    for (int l = 1; l < LANES; l++)
        side_by_side &= from[l] == from[0] + l;
    lanes sum = all_lanes(0.0);
    size i = 0;
    if (side_by_side)
        for (; i < n; i++) {
            const lanes value = NAME(load_values)(from[0] + i * step);
            sum = plus(sum, value);
            store(to + i * LANES, value);
        }
    else if (step == 1 && n >= LANES)
        for (; i < n; i += LANES) {
            const size at = at_most(i, n - LANES); /* the last overlaps the one before */
            lanes row[LANES];
            for (int l = 0; l < LANES; l++) {
                row[l] = NAME(load_values)(from[l] + at);
                sum = plus(sum, row[l]);
            }
            transpose(row);
            for (int l = 0; l < LANES; l++)
                store(to + (at + l) * LANES, row[l]);
        }
    double total = sum_of_lanes(sum);
    for (int l = 0; l < LANES; l++)
        for (size j = i; j < n; j++) {
            const double value = from[l][j * step];
            total += value;
            to[j * LANES + l] = value;
        }
    return total - total == 0.0;
}

/* Write n[l] values, `step` apart, of each of eight lines; one may be there twice. Returns
 * whether an infinity is among them. */
static int NAME(scatter)(const double *from, const size *n, size step, REAL *const *to)
{
    int side_by_side = 1;
    size in_all = n[0];
    for (int l = 1; l < LANES; l++) {
        side_by_side &= to[l] == to[0] + l;
        in_all = at_most(in_all, n[l]);
    }
    mask infinite = no_lane();
    size i = 0;
    if (side_by_side)
        for (; i < in_all; i++) {
            const lanes value = load(from + i * LANES);
            infinite = either(infinite, beyond(value, LARGEST));
            NAME(store_values)(to[0] + i * step, value);
        }
    else if (step == 1 && in_all >= LANES)
        for (; i < in_all; i += LANES) {
            const size at = at_most(i, in_all - LANES);
            lanes row[LANES];
            for (int l = 0; l < LANES; l++)
                row[l] = load(from + (at + l) * LANES);
            transpose(row);
            for (int l = 0; l < LANES; l++) {
                infinite = either(infinite, beyond(row[l], LARGEST));
                NAME(store_values)(to[l] + at, row[l]);
            }
        }
    int met = any(infinite);
    for (int l = 0; l < LANES; l++)
        for (size j = at_most(i, in_all); j < n[l]; j++) {
            const double value = from[j * LANES + l];
            met |= fabs(value) > LARGEST;
            to[l][j * step] = (REAL)value;
        }
    return met;
}
