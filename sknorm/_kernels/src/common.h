/* What all kernels share. Arithmetic is float64 whatever the type of the data, rounded once
 * on store; the compiler may neither reorder sums nor contract a * b + c. */
#ifndef SKNORM_COMMON_H
#define SKNORM_COMMON_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

#if defined(__FAST_MATH__) || (defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0)
#error "two_sum needs float64 arithmetic as IEEE 754 has it: no -ffast-math, no x87."
#endif

#if defined(_MSC_VER)
#define restrict __restrict
#define INLINE static __forceinline
#elif defined(__GNUC__)
/* Asked politely, compilers leave what works on lanes in functions of its own, and lanes
 * in memory: four times slower. */
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

typedef ptrdiff_t size;

INLINE double smaller(double a, double b) { return a < b ? a : b; }
INLINE double larger(double a, double b) { return a > b ? a : b; }
/* Rounding may leave a sum of squares below 0; what overflowed stays NaN. */
INLINE double not_negative(double a) { return a < 0.0 ? 0.0 : a; }
INLINE size at_most(size a, size b) { return a < b ? a : b; }
INLINE size at_least(size a, size b) { return a > b ? a : b; }

/* a + b as an unevaluated sum of two floats, exactly (Knuth). */
INLINE double two_sum(double a, double b, double *error)
{
    const double total = a + b, b_part = total - a;
    *error = (a - (total - b_part)) + (b - b_part);
    return total;
}

/* Ask for what is read soon; any address may be asked for. */
#if defined(__GNUC__)
#define FETCH(x) __builtin_prefetch((const char *)(x), 0, 2)
#define FETCH_TO_WRITE(x) __builtin_prefetch((const char *)(x), 1, 2)
#else
#define FETCH(x) ((void)(x))
#define FETCH_TO_WRITE(x) ((void)(x))
#endif

/* Fresh memory is claimed from its end before it is written, by rows and the map a stretch
 * of this many bytes at a time, the last stretch first: the system hands out pages twice as
 * fast that way (64 MB: 3.8 ms against 7.1), while data are read faster forwards. */
enum { CLAIM = 1 << 20, PAGE = 4096 };

INLINE void claim(void *out, size n_bytes)
{
    for (size byte = n_bytes - 1; byte >= 0; byte -= PAGE)
        ((volatile char *)out)[byte] = 0;
}

#endif
