/* spec_same.h - the loop of the engine against the textbook version, quarter by quarter.
 *
 * Two programs that follow the text agree to 1e-6; both solve their fixed points to 1e-13 of a bank's own bound, so
 * the tolerance of 1e-7 leaves room for what twenty quarters of amplification make of that. What differs is printed.
 */
#ifndef LS_TESTS_SPEC_SAME_H
#define LS_TESTS_SPEC_SAME_H

#include "spec/spec_engine.h"

/* The size of node i's balance sheet, by which its numbers are measured. */
double engine_scale_of(const struct spec_loop *model, const struct spec_run *run, int i);
bool engine_close_to(double got, double expected, double scale, const char *what, int quarter, int node);

/* One scenario of a run with trace and audit against the textbook run of the shocked model; then the identities of
 * both. */
bool engine_same_scenario(const struct engine_result *result, int scenario, const struct spec_loop *model);

#endif
