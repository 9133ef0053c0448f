/* arithmetic.h - the floating-point unit as results need it: round to nearest, subnormals kept, whatever the caller set. */
#ifndef LS_HOST_CORE_ARITHMETIC_H
#define LS_HOST_CORE_ARITHMETIC_H

#include <fenv.h>

/* Sets it for this thread; the environment before is kept in *before. */
void arithmetic_begin(fenv_t *before);
void arithmetic_restore(const fenv_t *before);

#endif
