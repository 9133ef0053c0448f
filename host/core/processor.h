/* processor.h - how many processors there are for this process, and whether they have what a file compiled for an instruction set may
 * use (cmake/Library.cmake). */
#ifndef LS_HOST_CORE_PROCESSOR_H
#define LS_HOST_CORE_PROCESSOR_H

#include <stdbool.h>

/* Processors that this process may use: containers and launchers leave it some of the machine's. */
int processor_count(void);

static inline bool processor_has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}

static inline bool processor_has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

#endif
