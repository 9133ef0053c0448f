/* linear_solve.h - small dense linear systems of the exact finishes, in plain arithmetic: the same bits everywhere. */
#ifndef LS_HOST_ENGINE_LINEAR_SOLVE_H
#define LS_HOST_ENGINE_LINEAR_SOLVE_H

#include <stdbool.h>
#include <stdint.h>

enum { UNKNOWNS_MOST = 4096 }; /* 128 MiB */

/* Gauss-Jordan with partial pivoting on matrix[count * (count + 1)], row-major, the right-hand side last. Afterwards unknown
 * i is linear_solution(matrix, count, i); false where the matrix is singular. */
bool linear_solve(double *matrix, int32_t count);
double linear_solution(const double *matrix, int32_t count, int32_t unknown);

#endif
