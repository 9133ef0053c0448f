/* cholesky.h - square roots of correlation matrices, those that are singular included. */
#ifndef LS_HOST_CORE_CHOLESKY_H
#define LS_HOST_CORE_CHOLESKY_H

#include <stdbool.h>
#include <stdint.h>

/* lower[count * count], row-major, zeroed by the caller: lower lower' = matrix, which has ones on its diagonal. False: the
 * matrix is not positive semidefinite. */
bool cholesky_decompose(const double *matrix, int32_t count, double *lower);

#endif
