/* shocks.h - what the scenarios of a run were hit by, drawn once more from the scenario file that the results carry. */
#ifndef LS_HOST_REPORT_SHOCKS_H
#define LS_HOST_REPORT_SHOCKS_H

#include "aggregate/results.h"

enum {
  FACTOR_BINS = 20,           /* of equal probability */
  FACTOR_CURVES = 6,          /* factors that are shown, in the order of the file */
  FACTOR_SCENARIOS = 1 << 20, /* of more, every n-th is taken */
  SWEEP_LEAST = 3,            /* values from which on listed scenarios make a curve */
  SWEEP_SCENARIOS = 200       /* kept scenarios that are looked at */
};

/* Scenarios by the level of one common factor, in bins of equal probability; NaN in empty bins. */
struct factor_bin {
  int64_t count;
  double loss_mean, loss_se; /* of the system, as the run was asked for it */
  double any_default;        /* share of the scenarios with one or more defaults */
};

struct factor_curve {
  char *name; /* in the scenario file */
  struct factor_bin bin[FACTOR_BINS];
};

/* A value that a scenario sets. */
struct shock {
  int32_t variable; /* enum ls_variable */
  int32_t target; /* entity; entity_count for the rest of the world; a row of pledges for LS_VARIABLE_GATE, of purchases
                       for LS_VARIABLE_ORDERS */
  int32_t quarter;
  double value;
  double size; /* how far from no shock: the magnitude of the logarithm of the factor, or of what a loss leaves */
};

struct shock_set {
  struct scenario_set *scenarios; /* NULL: the results carry no scenarios */
  int32_t *variable, *target;     /* [columns] */
  double *value, *scratch;        /* memory of a draw */
  int32_t curve_count;
  struct factor_curve *curve;
  int64_t curve_scenarios; /* in the bins */
  /* Of listed scenarios: the first one that hits the same in the same quarters, all by one value; -1 where several
   * values hit, or nothing. */
  int32_t *sweep; /* [kept_count] */
  double *sweep_value;
};

/* Sets every field; shocks_release afterwards in any case. */
ls_status shocks_open(ls_context *context, const ls_results *results, struct shock_set *set);
void shocks_release(ls_context *context, struct shock_set *set);

/* The shocks of a scenario by quarter, then size, those of no size left out; *count of them into shock[key_count]. */
void shocks_of(const struct shock_set *set, int64_t scenario, struct shock *shock, int32_t *count);

/* Kept scenarios in the sweep that this one begins; 0 where it begins none of SWEEP_LEAST different values. */
int32_t shocks_sweep_length(const struct shock_set *set, const ls_results *results, int32_t kept);

#endif
