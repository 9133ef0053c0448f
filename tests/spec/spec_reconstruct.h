/* spec_reconstruct.h - iterative proportional fitting as the textbook has it: a dense matrix, rows and columns scaled
 * in turn. */
#ifndef LS_TESTS_SPEC_RECONSTRUCT_H
#define LS_TESTS_SPEC_RECONSTRUCT_H

#include <stdint.h>

/* amount[n * n], row = lender: from 1 beside the diagonal, `sweeps` times rows to claims and columns to debts. */
void spec_ras(int32_t n, const double *claims, const double *debts, int sweeps, double *amount);

#endif
