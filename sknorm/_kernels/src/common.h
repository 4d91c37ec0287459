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

/* Bytes that come from memory together. */
enum { CACHE_LINE = 64 };

/* Ask for what is read soon; any address may be asked for. */
#if defined(__GNUC__)
#define FETCH(x) __builtin_prefetch((const char *)(x), 0, 2)
#define FETCH_TO_WRITE(x) __builtin_prefetch((const char *)(x), 1, 2)
#else
#define FETCH(x) ((void)(x))
#define FETCH_TO_WRITE(x) ((void)(x))
#endif

/* The system clears a fresh huge page on the first touch: forwards where that lies at the
 * end of the page, and backwards, which takes twice as long, where it lies at its beginning
 * (64 MB: 2.2 ms against 5.6). So the ends of the pages between two places are touched
 * before the rest, by an operation that leaves in place what another thread has written. */
enum { HUGE_PAGE = 1 << 21 };

INLINE void claim(void *from, void *to, void *end_of_array)
{
#if defined(__GNUC__)
    const uintptr_t first = (uintptr_t)from / HUGE_PAGE * HUGE_PAGE;
    char *const last = (char *)end_of_array - 1;
    for (uintptr_t page = first; page < (uintptr_t)to; page += HUGE_PAGE) {
        char *const end = (char *)(page + HUGE_PAGE - 1);
        __atomic_fetch_or(end < last ? end : last, 0, __ATOMIC_RELAXED);
    }
#else
    (void)from, (void)to, (void)end_of_array;
#endif
}

#endif
