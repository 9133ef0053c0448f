/* contagion_window.h - the window of contagion of Gai and Kapadia (2010): for which mean degrees one failure may take
 * the system along, as the phase condition has it and as the model `threshold` does on random networks.
 */
#ifndef LS_HOST_ANALYSIS_CONTAGION_WINDOW_H
#define LS_HOST_ANALYSIS_CONTAGION_WINDOW_H

#include "core/context.h"

/* The most borrowers with which the failure of one is fatal: the largest j with share / j >= capital, where ties fail,
 * or > capital. 0: none. */
int32_t window_most_borrowers(double interbank_share, double capital_ratio, bool tie_survives);

/* The roots z of z P(Poisson(z) <= most - 1) = 1; returns 2, or 0 where there are none. */
int window_roots(int32_t most, double root[2]);

struct window_point {
  double degree;
  int64_t runs, contagions; /* contagion: more than the threshold's share has failed */
  double extent;            /* mean share that fails in these; NaN without any */
};

/* Simulates options->networks networks of one mean degree, each with one first failure. */
ls_status window_simulate(ls_context *context, const ls_window_options *options, double degree,
                          struct window_point *point);

#endif
