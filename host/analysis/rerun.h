/* rerun.h - one set of scenarios computed again and again, with different shocks acting: the numbers that are
 * asked for, scenario by scenario. Common random numbers: scenario k has the same draws in every computation. */
#ifndef LS_HOST_ANALYSIS_RERUN_H
#define LS_HOST_ANALYSIS_RERUN_H

#include "engine/engine.h"
#include "io/json.h"
#include "scenario/acting.h"

struct rerun {
  ls_context *context;
  struct job job;
  struct acting acting;
  int64_t scenario_count;
  int64_t total, done;   /* scenarios of all computations, for the progress */
  int64_t not_converged; /* of those done */
};

struct rerun_purpose {
  const char *what;    /* for messages: "indices" */
  bool forces_default; /* acting_force_default will be asked for */
  /* Of the random draws (struct scenario_options); NULL: the network's own. Shocks to what only that one has are left out. */
  const ls_network *addresses;
  const char *scenarios; /* rows of CSV in place of the options' file; NULL: that */
  size_t scenarios_length;
};

/* LS_STATUS_USAGE for a shard or a dry run; LS_STATUS_UNUSABLE for replays and draws of the assumptions. */
ls_status rerun_open(ls_context *context, const ls_network *network, const ls_run_options *options,
                     const struct rerun_purpose *purpose, struct rerun *rerun);
void rerun_close(struct rerun *rerun);

/* Output slots first .. first + count - 1. */
struct slot_range {
  int32_t first, count;
};

/* Computes scenarios first .. first + count - 1 with the shocks that act now; row r of the ranges, one after the
 * other, comes to value[r * stride + k] for the k-th of them. */
ls_status rerun_compute(struct rerun *rerun, int64_t first, int64_t count, const struct slot_range *range, int ranges,
                        double *value, int64_t stride);

/* The same of scenarios index[count] on another network of the same entities and rows, under other settings of the model. */
ls_status rerun_vary(struct rerun *rerun, const ls_network *network, const struct run_settings *settings,
                     const int64_t *index, int64_t count, const struct slot_range *range, int ranges, double *value,
                     int64_t stride);

/* LS_STATUS_NOT_CONVERGED under `strict` where the baseline or any scenario did not converge. */
ls_status rerun_check_convergence(const struct rerun *rerun, const ls_run_options *options);

/* What every report of such computations begins with: keys into an object that is open, or lines for people. */
void rerun_json(struct json *json, const ls_network *network, const struct rerun *rerun);
void rerun_text(struct buffer *buffer, const char *title, const ls_network *network, const struct rerun *rerun);

#endif
