/* The kernels for one type of data, REAL. No guard: included once for each. */
#include "affine.h"
#include "columns.h"
#include "lines.h"
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
