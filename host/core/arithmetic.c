/* arithmetic.c - the floating-point unit of a thread. */
#include "core/arithmetic.h"

void arithmetic_begin(fenv_t *before) {
  fegetenv(before);
  fesetenv(FE_DFL_ENV);
}

void arithmetic_restore(const fenv_t *before) { fesetenv(before); }
