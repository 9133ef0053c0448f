/* challenge.h - a run beside its challengers: the same random scenarios, one thing changed at a time. */
#ifndef LS_HOST_ANALYSIS_CHALLENGE_H
#define LS_HOST_ANALYSIS_CHALLENGE_H

#include "aggregate/compare.h"
#include "analysis/challengers.h"

struct challenge_row {
  const struct challenger *challenger; /* NULL: the network as it is */
  int64_t changes;                     /* cells, settings and muted shocks that differ from the network as it is */
  char digest[33];
  int64_t not_converged, not_finite;
  /* Without shock: the value of all entities at the horizon, and how many default and are in distress. */
  double value;
  int64_t baseline_defaults, baseline_distress;
  struct loss_statistics loss;
  double any_default, default_count; /* share of scenarios with at least one; mean number */
  /* Less the network as it is, with paired errors; 0 for itself. */
  struct paired loss_difference, any_default_difference, default_count_difference;
  struct paired shortfall_difference[QUANTILE_LEVEL_COUNT];
};

enum { CHALLENGE_LEVEL = 1 }; /* QUANTILE_LEVEL of the text and the verdict: 0.99 */

struct challenge {
  ls_results *base;
  struct challenge_row of_base, *row; /* [count] */
  int count;
  uint32_t shocked; /* bit v: some scenario shocks enum ls_variable v */
  bool converged;   /* false: --strict, and some run did not */
};

/* A network and options of a run as a challenger wants them. */
struct challenged {
  ls_network *network;    /* a copy, altered */
  ls_run_options options; /* with settings in place of the given ones */
  const char **settings;  /* those given, then the challenger's: the last one of a key counts */
  uint32_t muted;
  int64_t changes; /* cells of tables that were changed */
};
ls_status challenger_apply(ls_context *context, const ls_network *network, const ls_run_options *options,
                           const struct challenger *challenger, struct challenged *challenged);
void challenged_release(ls_context *context, struct challenged *challenged);

/* LS_STATUS_UNUSABLE: a model without challengers, scenarios that are not drawn, draws of the assumptions. */
ls_status challenge_run(ls_context *context, const ls_network *network, const ls_run_options *options,
                        struct challenge *challenge);
void challenge_release(ls_context *context, struct challenge *challenge);

#endif
