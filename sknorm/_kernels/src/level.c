/* All kernels for one level of processors: compiled once for each, with its own flags. */
#include "common.h"
#include "lanes.h"
#include "location_scale.h"
#include "moments.h"

#define REAL float
#define NAME(function) function##_f32
#define BITS uint32_t
#define SIGN UINT32_C(0x80000000)
#define LOWEST_EXPONENT UINT32_C(0x00800000)
#define LARGEST FLT_MAX
#define SMALLEST FLT_MIN
#define SMALL 1e-25
#include "kernels.h"

#define REAL double
#define NAME(function) function##_f64
#define BITS uint64_t
#define SIGN UINT64_C(0x8000000000000000)
#define LOWEST_EXPONENT UINT64_C(0x0010000000000000)
#define LARGEST DBL_MAX
#define SMALLEST DBL_MIN
#define SMALL 1e-120
#include "kernels.h"

#define FUNCTIONS(T)                                                                     \
    column_moments_##T, line_moments_##T, affine_##T, affine_inverse_##T, rows_##T,      \
        windows_##T, patches_##T
#define PASTED(prefix, level) prefix##level
#define TABLE(level) PASTED(sknorm_level_, level)
#define QUOTED(level) #level
#define NAME_OF(level) QUOTED(level)

const sknorm_level TABLE(SKNORM_LEVEL) = {
    NAME_OF(SKNORM_LEVEL), FUNCTIONS(f32), FUNCTIONS(f64),
    merge_moments, window_tasks, patch_tasks,
};
