/* dependence.h - who falls with whom, what hangs on whom, and what the tail is made of: from what results hold. */
#ifndef LS_HOST_AGGREGATE_DEPENDENCE_H
#define LS_HOST_AGGREGATE_DEPENDENCE_H

#include "aggregate/results.h"

enum {
  PAIR_ENTITY_LIMIT = 64,      /* more entities: only pairs that default together in some scenario are listed */
  PAIR_MATRIX_LIMIT = 256,     /* more entities: HDF5 has the counts alone */
  DEPENDENCE_EVENTS_TOLD = 100 /* defaults from which on people are told: a Wilson interval within +-10 points */
};

/* Share of the expected shortfall above which the cost of distress, an assumption of the model's own, is told first. */
extern const double DISTRESS_SHARE_TOLD;

struct default_pair {
  int64_t both;                        /* scenarios in which i and j default */
  double joint, joint_low, joint_high; /* share of all scenarios, Wilson 95 % interval */
  double given, given_low, given_high; /* share of those in which i defaults; NaN where it never does */
};

/* P(i and j), P(j | i). False where joint counts are not kept. */
bool dependence_pair(const ls_results *results, int32_t i, int32_t j, struct default_pair *pair);

/* Is the pair to be listed? Of few entities all pairs of two are, of many those that default together. */
bool dependence_lists(const ls_results *results, int32_t i, int32_t j);

struct dependence {
  int64_t default_count;
  /* What the others lose together in the scenarios in which k defaults, gains set against losses: mean, standard
   * error, and the mean over their baseline value. It tells what goes with k's default, not what follows from it. */
  double others_mean, others_se, others_share;
  double shortfall_share; /* k's part of the ES at 0.99 (gross) over the whole; NaN for loss=net */
};

/* The baseline value of all entities together; NaN where it is not kept. */
double dependence_value(const ls_results *results);

/* NaN where k never defaults, or where the results do not hold it. `value`: dependence_value, asked for once. */
struct dependence dependence_on(const ls_results *results, double value, int32_t k);

/* Mean loss of i over the scenarios in which k defaults; NaN where it is not kept. */
double dependence_loss_given(const ls_results *results, int32_t k, int32_t i);

/* Part of the ES at 0.99 of a line, summed over entities; the lines add up to it. NaN where there is none. */
double dependence_line_contribution(const ls_results *results, int32_t line);

/* Share of the ES at 0.99 that is the cost of distress; NaN where the model has no such line, or the run no such ES. */
double dependence_distress_share(const ls_results *results);

#endif
