/* spec_debtrank.h - linear DebtRank (Bardoscia et al. 2015) by stepping through time as written; dense and slow. */
#ifndef LS_TESTS_SPEC_DEBTRANK_H
#define LS_TESTS_SPEC_DEBTRANK_H

/* relative_exposure[i * n + j] = share of i's equity at stake in j; shock[i] = h_i(1) in 0..1; distress[n] is filled
 * with h at rest. Returns the number of steps taken. */
int spec_debtrank_linear(int n, const double *relative_exposure, const double *shock, double *distress);

/* The same from what is owed: liability[i * n + j] = what i owes j, and book equity. Equity below 0 is h = 1 from the
 * start; equity of 0 is h = 1 as soon as anything is lost. */
int spec_debtrank_linear_network(int n, const double *liability, const double *book_equity, const double *shock,
                                 double *distress);

#endif
