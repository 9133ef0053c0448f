/* spec_debtrank.h - DebtRank (Battiston et al. 2012), linear (Bardoscia et al. 2015) and non-linear (Bardoscia et al.
 * 2016), by stepping through time as written; dense and slow. */
#ifndef LS_TESTS_SPEC_DEBTRANK_H
#define LS_TESTS_SPEC_DEBTRANK_H

/* relative_exposure[i * n + j] = share of i's equity at stake in j; shock[i] = h_i(1) in 0..1; distress[n] is filled
 * with h at rest. Returns the number of steps taken. */
int spec_debtrank_linear(int n, const double *relative_exposure, const double *shock, double *distress);

/* The same where claims lose h exp(alpha (h - 1)) at distress h, and where everyone passes distress on once, of claims
 * capped at 1, in the step after it is first distressed. An infinite exposure is ruin with any loss. */
int spec_debtrank_nonlinear(int n, const double *relative_exposure, const double *shock, double alpha,
                            double *distress);
int spec_debtrank_original(int n, const double *relative_exposure, const double *shock, double *distress);

/* Relative exposures from what is owed: liability[i * n + j] = what i owes j, and book equity; infinite where that is 0
 * or less. A shock of 1 replaces that of whoever has less than 0. */
void spec_debtrank_exposures(int n, const double *liability, const double *book_equity, double *shock,
                             double *relative_exposure);

/* Linear from what is owed: liability[i * n + j] = what i owes j, and book equity. Equity below 0 is h = 1 from the
 * start; equity of 0 is h = 1 as soon as anything is lost. */
int spec_debtrank_linear_network(int n, const double *liability, const double *book_equity, const double *shock,
                                 double *distress);

#endif
