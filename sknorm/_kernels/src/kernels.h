/* The kernels for one type of data, REAL. No guard: included once for each.
 *
 *   affine.h    the map (x - location) / scale and its inverse, of columns or of rows
 *   lines.h     moments of values in a row: columns in Fortran order, rows of a matrix
 *   columns.h   moments of columns that lie side by side: C order, any strides, weights
 *   rows.h      rows and groups: their moments (lines.h) and the map at once
 *   windows.h   windows along one axis, and the map
 *   patches.h   windows along two axes, and the map
 *
 * Between them: transfer.h carries lines to lanes and back. What does not depend on REAL is
 * in common.h, lanes.h, moments.h, sums.h, stretch.h, blocks.h, redo.h and
 * location_scale.h.
 */
#include "affine.h"
#include "lines.h"
#include "columns.h"
#include "rows.h"
#include "transfer.h"
#include "windows.h"
#include "patches.h"

#undef REAL
#undef NAME
#undef BITS
#undef SIGN
#undef LOWEST_EXPONENT
#undef LARGEST
#undef SMALLEST
#undef SMALL
