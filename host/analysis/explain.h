/* explain.h - one scenario of a run as a chain of causes: what was shocked, who failed when, and what would not have been lost
 * otherwise. docs/explain.md has the definitions.
 */
#ifndef LS_HOST_ANALYSIS_EXPLAIN_H
#define LS_HOST_ANALYSIS_EXPLAIN_H

#include "engine/engine.h"
#include "scenario/acting.h"

/* All shocks of one target: an entity, an asset, a pair or the world. */
struct told_target {
  char *name;
  int32_t key_count;
  double without, alone; /* the system's loss without these shocks, and with these alone */
};

struct told_shock {
  int32_t target; /* among the targets */
  int32_t variable, quarter;
  double value;
};

/* An entity that failed by itself, with the least buffer that keeps it whole. */
struct told_rescue {
  int32_t entity;
  bool possible;
  double buffer;  /* currency units of cash; of equity too where the network gives it */
  double averted; /* what all others lose less then */
  double *loss;   /* [N] what each loses then */
  bool *defaults; /* [N] */
};

struct explanation {
  ls_context *context;
  const ls_results *results;
  const struct ls_model_info *info;
  struct job_again again;
  int64_t number;             /* of the scenario */
  const char *id;             /* its name; NULL for drawn ones */
  int32_t n;                  /* entities */
  double *value;              /* [slot_count] all outputs, with the model's own */
  double system;              /* its loss, gross or net as the run says */
  int64_t no_larger;          /* scenarios that lose no more */
  double *cause;              /* [causes * (N + 1)] loop: the loss by cause; NULL else */
  struct told_target *target; /* [target_count] in the order of their names' columns */
  int32_t target_count;
  struct told_shock *shock; /* [shock_count] by quarter, then key */
  int32_t shock_count;
  bool has_others;            /* the counterfactuals of targets were computed */
  struct told_rescue *rescue; /* [rescue_count] */
  int32_t rescue_count, failed_count;
  const char *no_rescue; /* why there are none; NULL: there are, or nobody failed by itself */
};

ls_status explain_compute(ls_context *context, const ls_results *results, const char *scenario,
                          struct explanation *explanation);
void explain_release(struct explanation *explanation);

/* Numbers of an entity in the scenario. */
double explain_loss(const struct explanation *e, int32_t entity);
double explain_default_quarter(const struct explanation *e, int32_t entity); /* -1: never */

/* Entities that failed, in the order in which they did. [failed_count] */
void explain_order(const struct explanation *e, int32_t *entity);

#endif
