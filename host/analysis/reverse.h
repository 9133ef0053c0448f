/* reverse.h - the reverse stress test: the smallest shocks that reach a loss or a default. docs/reverse.md tells what is
 * searched and how.
 */
#ifndef LS_HOST_ANALYSIS_REVERSE_H
#define LS_HOST_ANALYSIS_REVERSE_H

#include "analysis/rerun.h"
#include "io/yaml.h"

/* ---- what can be shocked ------------------------------------------------------------------------------------------ */

/* The points of the search, as shocks of a run. With random scenarios a coordinate is a standard normal number: of a factor, then of
 * a target and variable of its own; else the share of what the model's shock takes from one target. */
struct reverse_space {
  ls_context *context;
  const ls_network *network;
  struct rerun rerun;
  struct ls_shock_plan shock; /* as it was read; the job's plans hold the points that are computed */
  bool is_random, is_net;
  int32_t dimension, factor_count;
  int32_t *source;            /* [dimension - factor_count] of the random plan: those with a part of their own */
  double *cost;               /* [dimension] of shares: the amount that a share of 1 takes */
  int32_t *variable, *target; /* [column_count] */
  double *money;              /* [key_count] the amount that a shock of 1 takes; NaN: none */
  double target_loss;         /* 0: a default */
  int32_t entity;             /* whose default; -1 */
  struct yaml_node *file;     /* of random scenarios: where the names of factors stand; NULL else */
  int64_t evaluations;
  int64_t batch;                      /* points computed at once */
  double *value, *factor, *own, *out; /* room for them */
};

struct reverse_outcome {
  double loss;  /* of the system */
  double guide; /* what is to rise: that, or the loss of the entity to make default */
  bool reached;
};

ls_status reverse_space_open(ls_context *context, const ls_network *network, const ls_run_options *options,
                             const ls_reverse_options *wanted, struct reverse_space *space);
/* LS_STATUS_USAGE unless exactly one of the two targets is given. */
ls_status reverse_check_target(ls_context *context, const ls_reverse_options *wanted);
void reverse_space_close(struct reverse_space *space);

/* Runs point[count * dimension]. */
ls_status reverse_evaluate(struct reverse_space *space, const double *point, int64_t count,
                           struct reverse_outcome *outcome);

/* The shocks of a point by key. [key_count] */
void reverse_values(struct reverse_space *space, const double *point, double *value);

/* How large a shock is: its distance from the centre, or what it takes. */
double reverse_size(const struct reverse_space *space, const double *point);

/* The name of a factor of random scenarios. */
const char *reverse_factor_name(const struct reverse_space *space, int32_t factor);

/* What the shocks take in currency units; NaN where any acts on something without an amount. */
double reverse_money(const struct reverse_space *space, const double *value);

/* ---- the search --------------------------------------------------------------------------------------------------- */

struct reverse_solution {
  double *point, *value; /* [dimension], [key_count] */
  double size;
  double loss, loss_below; /* of the system: at the point, and just before it */
  char origin[64];         /* the direction that led there */
};

struct reverse {
  struct reverse_space space;
  struct reverse_solution *solution; /* [count] smallest first */
  int32_t count;
  int64_t directions;
  double largest; /* loss of the system that any point reached */
  double centre;  /* of the point without shock, or in the middle of all random numbers */
};

ls_status reverse_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                          const ls_reverse_options *wanted, struct reverse *reverse);
void reverse_release(struct reverse *reverse);

/* The solutions as rows of a scenario file, each with every key, so that running it repeats the bits. */
ls_status reverse_scenarios(const struct reverse *reverse, struct buffer *buffer);

/* What reports of the space begin with, the target included; and the target in words. */
void reverse_json_head(struct json *json, const struct reverse_space *space);
void reverse_text_target(struct buffer *buffer, const struct reverse_space *space);

#endif
