/* Which levels this processor runs. */
#include "common.h"

extern const sknorm_level sknorm_level_baseline;
#if defined(SKNORM_X86_LEVELS)
extern const sknorm_level sknorm_level_v2, sknorm_level_v3, sknorm_level_v4;
#endif


int sknorm_levels(const sknorm_level **levels)
{
    int n = 0;
    levels[n++] = &sknorm_level_baseline;
#if defined(SKNORM_X86_LEVELS)
    __builtin_cpu_init();
    if (!(__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt")))
        return n;
    levels[n++] = &sknorm_level_v2;
    if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
          && __builtin_cpu_supports("bmi2")))
        return n;
    levels[n++] = &sknorm_level_v3;
    if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
          && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq")
          && __builtin_cpu_supports("avx512vl")))
        return n;
    levels[n++] = &sknorm_level_v4;
#endif
    return n;
}
