/* z = ((x - shift) - delta) / scale, column by column, and its inverse.
 *
 * Arithmetic is float64 whatever the type of the data, rounded once on store.
 * Each function returns the flags of what it met on the way, so that nobody has to
 * read the data twice to refuse infinities.
 */
#ifndef SKNORM_AFFINE_H
#define SKNORM_AFFINE_H

#include <float.h>
#include <math.h>
#include <stddef.h>

enum { SKNORM_INPUT_INFINITE = 1, SKNORM_OUTPUT_INFINITE = 2 };

#define REAL double
#define NAME(verb) sknorm_##verb##_f64
#include "affine_body.h"
#undef REAL
#undef NAME

#define REAL float
#define NAME(verb) sknorm_##verb##_f32
#include "affine_body.h"
#undef REAL
#undef NAME

#endif
