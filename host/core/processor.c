/* processor.c - see processor.h. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "core/processor.h"

#include <sched.h>
#include <unistd.h>

int processor_count(void) {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) == 0) return CPU_COUNT(&usable);
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
