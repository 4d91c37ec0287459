/* Between eight lines in memory and eight lanes. */

/* Read n values, `step` apart, of each of eight lines. Returns whether all are finite, which
 * costs nothing here: x - x is 0 for what is finite and NaN for what is not. */
static int NAME(gather)(const REAL *const *from, size step, size n, double *to)
{
    int side_by_side = 1;
    for (int l = 1; l < LANES; l++)
        side_by_side &= from[l] == from[0] + l;
    lanes zeros = all_lanes(0.0);
    size i = 0;
    if (side_by_side)
        for (; i < n; i++) {
            const lanes value = NAME(load_values)(from[0] + i * step);
            zeros = plus(zeros, minus(value, value));
            store(to + i * LANES, value);
        }
    else if (step == 1 && n >= LANES)
        for (; i < n; i += LANES) {
            const size at = at_most(i, n - LANES); /* the last overlaps the one before */
            lanes row[LANES];
            for (int l = 0; l < LANES; l++) {
                row[l] = NAME(load_values)(from[l] + at);
                zeros = plus(zeros, minus(row[l], row[l]));
            }
            transpose(row);
            for (int l = 0; l < LANES; l++)
                store(to + (at + l) * LANES, row[l]);
        }
    double zero = sum_of_lanes(zeros);
    for (int l = 0; l < LANES; l++)
        for (size j = i; j < n; j++) {
            const double value = from[l][j * step];
            zero += value - value;
            to[j * LANES + l] = value;
        }
    return zero == 0.0;
}

/* Write n[l] values, `step` apart, of each of n_lanes lines. Returns whether an infinity is
 * among them. */
static int NAME(scatter)(
    const double *from, int n_lanes, const size *n, size step, REAL *const *to)
{
    int side_by_side = n_lanes == LANES;
    size in_all = n[0];
    for (int l = 1; l < n_lanes; l++) {
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
            for (int l = 0; l < n_lanes; l++) {
                infinite = either(infinite, beyond(row[l], LARGEST));
                NAME(store_values)(to[l] + at, row[l]);
            }
        }
    int met = any(infinite);
    for (int l = 0; l < n_lanes; l++)
        for (size j = at_most(i, in_all); j < n[l]; j++) {
            const double value = from[j * LANES + l];
            met |= fabs(value) > LARGEST;
            to[l][j * step] = (REAL)value;
        }
    return met;
}
