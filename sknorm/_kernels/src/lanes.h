/* Eight lanes, in registers as wide as the level has them. An array of eight would do, but
 * compilers leave it in memory, which is three times slower.
 *
 * A sum of neighbours runs in LANES partial sums, which are added in one order: the result
 * is the same for every width of a register.
 */
#ifndef SKNORM_LANES_H
#define SKNORM_LANES_H

#include "common.h"

enum { LANES = 8 };

/* n, or the next multiple of LANES. */
INLINE size whole_lanes(size n) { return (n + LANES - 1) / LANES * LANES; }

#if !defined(__GNUC__)
enum { IN_PART = 1 };
typedef double part, loose_part;
typedef int64_t mask_part;
#define OF_PART(vector, i) (vector)
#define TRUTH(comparison) (-(int64_t)(comparison))
#else
#if defined(__AVX512F__)
enum { IN_PART = 8 };
#elif defined(__AVX__)
enum { IN_PART = 4 };
#else
enum { IN_PART = 2 };
#endif
typedef double part __attribute__((vector_size(8 * IN_PART)));
typedef double loose_part __attribute__((vector_size(8 * IN_PART), aligned(8), may_alias));
typedef int64_t mask_part __attribute__((vector_size(8 * IN_PART)));
#define OF_PART(vector, i) (vector)[i]
#define TRUTH(comparison) (comparison)
#endif

/* Have a value in a register from here on. Compilers load it anew for each use, and loads
 * that cross the end of a cache line take twice as long. x86 only. */
#if defined(__GNUC__) && defined(__SSE2__)
#define IN_REGISTER(x) __asm__("" : "+v"(x))
#else
#define IN_REGISTER(x) ((void)(x))
#endif

#define EACH_PART for (int k = 0; k < LANES / IN_PART; k++)
#define EACH_OF_PART for (int i = 0; i < IN_PART; i++)

/* a * b + c rounded once, square roots, and whether there is a bit. Written as loops they
 * are vectors or eight single instructions as the compiler happens to see it: x86 has them
 * by name. */
#if defined(__GNUC__) && defined(__AVX512F__)
#include <immintrin.h>
INLINE int has_bit(mask_part m) { return _mm512_test_epi64_mask((__m512i)m, (__m512i)m); }
INLINE part fused(part a, part b, part c) { return _mm512_fmadd_pd(a, b, c); }
INLINE part root_of(part a) { return _mm512_sqrt_pd(a); }
#elif defined(__GNUC__) && defined(__AVX__) && defined(__FMA__)
#include <immintrin.h>
INLINE int has_bit(mask_part m) { return !_mm256_testz_si256((__m256i)m, (__m256i)m); }
INLINE part fused(part a, part b, part c) { return _mm256_fmadd_pd(a, b, c); }
INLINE part root_of(part a) { return _mm256_sqrt_pd(a); }
#else
INLINE int has_bit(mask_part m)
{
    int64_t bits = 0;
    EACH_OF_PART bits |= OF_PART(m, i);
    return bits != 0;
}
INLINE part fused(part a, part b, part c)
{
    EACH_OF_PART OF_PART(c, i) = fma(OF_PART(a, i), OF_PART(b, i), OF_PART(c, i));
    return c;
}
INLINE part root_of(part a)
{
    EACH_OF_PART OF_PART(a, i) = sqrt(OF_PART(a, i));
    return a;
}
#endif

/* a where the mask is true, else b. */
INLINE part choose_part(mask_part m, part a, part b)
{
    mask_part x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = (x & m) | (y & ~m);
    memcpy(&a, &x, sizeof x);
    return a;
}

/* The smaller and the larger; b where they are equal, or one is NaN. */
#if defined(__GNUC__) && defined(__AVX512F__)
INLINE part smaller_of(part a, part b) { return _mm512_min_pd(a, b); }
INLINE part larger_of(part a, part b) { return _mm512_max_pd(a, b); }
#elif defined(__GNUC__) && defined(__AVX__)
#include <immintrin.h>
INLINE part smaller_of(part a, part b) { return _mm256_min_pd(a, b); }
INLINE part larger_of(part a, part b) { return _mm256_max_pd(a, b); }
#elif defined(__GNUC__) && defined(__SSE2__)
#include <emmintrin.h>
INLINE part smaller_of(part a, part b) { return _mm_min_pd(a, b); }
INLINE part larger_of(part a, part b) { return _mm_max_pd(a, b); }
#else
INLINE part smaller_of(part a, part b) { return choose_part(TRUTH(a < b), a, b); }
INLINE part larger_of(part a, part b) { return choose_part(TRUTH(a > b), a, b); }
#endif

typedef struct { part at[LANES / IN_PART]; } lanes;
typedef struct { mask_part at[LANES / IN_PART]; } mask; /* -1: true, 0: false */

#define BINARY(FUNCTION, OPERATOR)                                                       \
    INLINE lanes FUNCTION(lanes a, lanes b)                                              \
    {                                                                                    \
        EACH_PART a.at[k] = a.at[k] OPERATOR b.at[k];                                    \
        return a;                                                                        \
    }
BINARY(plus, +)
BINARY(minus, -)
BINARY(times, *)
BINARY(over, /)

#define COMPARISON(FUNCTION, OPERATOR)                                                   \
    INLINE mask FUNCTION(lanes a, lanes b)                                               \
    {                                                                                    \
        mask m;                                                                          \
        EACH_PART m.at[k] = TRUTH(a.at[k] OPERATOR b.at[k]);                             \
        return m;                                                                        \
    }
COMPARISON(less, <)
COMPARISON(up_to, <=)
COMPARISON(equal, ==)

INLINE mask no_lane(void)
{
    mask m;
    EACH_PART m.at[k] = (mask_part){0};
    return m;
}

INLINE lanes load(const double *x)
{
    lanes a;
    EACH_PART a.at[k] = *(const loose_part *)(x + k * IN_PART);
    return a;
}

INLINE lanes all_lanes(double value)
{
    double v[LANES];
    for (int l = 0; l < LANES; l++)
        v[l] = value;
    return load(v);
}

INLINE void store(double *x, lanes a)
{
    EACH_PART *(loose_part *)(x + k * IN_PART) = a.at[k];
}

INLINE lanes choose(mask m, lanes a, lanes b)
{
    EACH_PART a.at[k] = choose_part(m.at[k], a.at[k], b.at[k]);
    return a;
}

INLINE mask either(mask a, mask b)
{
    EACH_PART a.at[k] |= b.at[k];
    return a;
}

INLINE mask both(mask a, mask b)
{
    EACH_PART a.at[k] &= b.at[k];
    return a;
}

INLINE mask opposite(mask a)
{
    EACH_PART a.at[k] = ~a.at[k];
    return a;
}

INLINE int any(mask m)
{
    mask_part found = m.at[0];
    for (int k = 1; k < LANES / IN_PART; k++)
        found |= m.at[k];
    return has_bit(found);
}

INLINE lanes magnitude(lanes a)
{
    EACH_PART EACH_OF_PART OF_PART(a.at[k], i) = fabs(OF_PART(a.at[k], i));
    return a;
}

/* Whether a lane is larger in size than `most`; NaN is not. */
INLINE mask beyond(lanes a, double most)
{
    return either(less(all_lanes(most), a), less(a, all_lanes(-most)));
}

INLINE lanes root(lanes a)
{
    EACH_PART a.at[k] = root_of(a.at[k]);
    return a;
}

/* a / n from r = 1 / n, both correctly rounded (Markstein, 1990): the bits of the division,
 * in a third of the time. n is a count, of few bits. Where a - q * n underflows the bits may
 * differ: such variances are tiny, and looked at again. */
INLINE lanes quotient(lanes a, lanes n, lanes r)
{
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    EACH_PART {
        const part q = a.at[k] * r.at[k], rest = fused(-q, n.at[k], a.at[k]);
        a.at[k] = fused(rest, r.at[k], q);
    }
    return a;
#else
    (void)r;
    return over(a, n);
#endif
}

/* two_sum of each lane. */
INLINE lanes two_sums(lanes a, lanes b, lanes *error)
{
    const lanes total = plus(a, b), b_part = minus(total, a);
    *error = plus(minus(a, minus(total, b_part)), minus(b, b_part));
    return total;
}

/* a takes what b has in the lanes without bit h, b what a has in those with it. */
INLINE void exchange(lanes *a, lanes *b, int h)
{
    const lanes x = *a, y = *b;
    if (h >= IN_PART) {
        const int parts = h / IN_PART;
        EACH_PART {
            a->at[k] = k & parts ? y.at[k - parts] : x.at[k];
            b->at[k] = k & parts ? y.at[k] : x.at[k + parts];
        }
        return;
    }
#if defined(__GNUC__) && !defined(__clang__)
    mask_part first, second;
    EACH_OF_PART {
        first[i] = i & h ? IN_PART + i - h : i;
        second[i] = i & h ? IN_PART + i : i + h;
    }
    EACH_PART {
        a->at[k] = __builtin_shuffle(x.at[k], y.at[k], first);
        b->at[k] = __builtin_shuffle(x.at[k], y.at[k], second);
    }
#else
    EACH_PART EACH_OF_PART {
        OF_PART(a->at[k], i) = i & h ? OF_PART(y.at[k], i - h) : OF_PART(x.at[k], i);
        OF_PART(b->at[k], i) = i & h ? OF_PART(y.at[k], i) : OF_PART(x.at[k], i + h);
    }
#endif
}

#define EXCHANGE(i, h) exchange(row + i, row + i + h, h)

/* Lane l of row i becomes lane i of row l. */
INLINE void transpose(lanes *row)
{
    EXCHANGE(0, 4); EXCHANGE(1, 4); EXCHANGE(2, 4); EXCHANGE(3, 4);
    EXCHANGE(0, 2); EXCHANGE(1, 2); EXCHANGE(4, 2); EXCHANGE(5, 2);
    EXCHANGE(0, 1); EXCHANGE(2, 1); EXCHANGE(4, 1); EXCHANGE(6, 1);
}

/* The lanes added in the one order that all kernels use. */
INLINE double sum_of_lanes(lanes a)
{
    double s[LANES];
    store(s, a);
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

#endif
