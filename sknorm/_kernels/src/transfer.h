/* Between eight lines in memory and eight lanes. */

/* Read n values, `step` apart, of each of eight lines. */
static void NAME(gather)(const REAL *const *from, size step, size n, double *to)
{
    int side_by_side = 1;
    for (int l = 1; l < LANES; l++)
        side_by_side &= from[l] == from[0] + l;
    size i = 0;
    if (side_by_side)
        for (; i < n; i++)
            store(to + i * LANES, NAME(load_values)(from[0] + i * step));
    else if (step == 1)
        for (; i + LANES <= n; i += LANES) {
            lanes row[LANES];
            for (int l = 0; l < LANES; l++)
                row[l] = NAME(load_values)(from[l] + i);
            transpose(row);
            for (int l = 0; l < LANES; l++)
                store(to + (i + l) * LANES, row[l]);
        }
    for (int l = 0; l < LANES; l++)
        for (size j = i; j < n; j++)
            to[j * LANES + l] = from[l][j * step];
}

/* Write n[l] values, `step` apart, of each of n_lanes lines. Returns whether an infinity is
 * among them. */
static int NAME(scatter)(
    const double *from, int n_lanes, const size *n, size step, REAL *const *to)
{
    int side_by_side = 1, same = n_lanes == LANES;
    for (int l = 1; l < n_lanes; l++) {
        side_by_side &= to[l] == to[0] + l;
        same &= n[l] == n[0];
    }
    const lanes largest = all_lanes(LARGEST);
    mask infinite = less(largest, largest);
    size i = 0;
    if (same && side_by_side)
        for (; i < n[0]; i++) {
            const lanes value = load(from + i * LANES);
            infinite = either(infinite, less(largest, magnitude(value)));
            NAME(store_values)(to[0] + i * step, value);
        }
    else if (same && step == 1)
        for (; i + LANES <= n[0]; i += LANES) {
            lanes row[LANES];
            for (int l = 0; l < LANES; l++) {
                row[l] = load(from + (i + l) * LANES);
                infinite = either(infinite, less(largest, magnitude(row[l])));
            }
            transpose(row);
            for (int l = 0; l < LANES; l++)
                NAME(store_values)(to[l] + i, row[l]);
        }
    int met = any(infinite);
    for (int l = 0; l < n_lanes; l++)
        for (size j = i; j < n[l]; j++) {
            const double value = from[j * LANES + l];
            met |= fabs(value) > LARGEST;
            to[l][j * step] = (REAL)value;
        }
    return met;
}
