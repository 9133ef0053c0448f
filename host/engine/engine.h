/* engine.h - the parts of a run that running and merging share. */
#ifndef LS_HOST_ENGINE_ENGINE_H
#define LS_HOST_ENGINE_ENGINE_H

#include "aggregate/checkpoint.h"
#include "engine/backend.h"
#include "engine/plan.h"

/* Everything needed to compute any scenario of a run. */
struct job {
  const ls_network *network;
  struct run_settings settings;
  struct scenario_set *scenarios;
  struct ls_plan *plan;   /* what the accumulators need */
  struct ls_plan *detail; /* with the model's outputs, and the trace where asked for */
  const struct ls_backend *backend;
  int threads;
  int64_t chunk;
  const char *isa;
  bool baseline_converged;
  /* Draws of the assumptions: scenario k runs under the plans of draw[scenario_draw(k, draw_count)]. Without draws (0) all run
   * under `plan` and `detail`; with draws these two hold the central values. */
  int32_t draw_count;
  struct job_draw *draw;
  struct draw_record record;
};

struct job_draw {
  struct ls_plan *plan, *detail;
};

/* How a run reads its scenario file. */
struct scenario_options scenario_options_of(const ls_run_options *options);

/* LS_STATUS_USAGE for numbers out of their range. */
ls_status run_check_options(ls_context *context, const ls_run_options *options);

/* Warns of options that mean nothing without a scenario file. */
void run_warn_unused(ls_context *context, const ls_run_options *options);

/* Under `strict`: LS_STATUS_INVALID_INPUT where there are warnings from `first` on. */
ls_status run_refuse_warnings(ls_context *context, const ls_run_options *options, int first);

/* Settings, scenarios, plans and baseline. `scenario` names or holds the scenario file. */
ls_status job_prepare(ls_context *context, const ls_network *network, const ls_run_options *options,
                      const struct scenario_options *scenario, struct job *job);
void job_release(ls_context *context, struct job *job);

/* A copy of a job without draws, on a network of the same entities and rows and under settings of the same model, with a plan and
 * baseline of its own; scenarios stay the job's. Released with job_release_variant, whatever the status. */
ls_status job_vary(ls_context *context, const struct job *job, const ls_network *network,
                   const struct run_settings *settings, struct job *variant);
void job_release_variant(ls_context *context, struct job *variant);

/* A job made from results, and the texts of its settings. */
struct job_again {
  struct job job;
  char **setting;
  int setting_count;
};

/* The job that made the results. Of `machine` only what cannot change a number is taken: backend, engine, threads, chunk, isa. To
 * be released whatever the status. */
ls_status job_prepare_again(ls_context *context, const ls_results *results, const ls_run_options *machine,
                            struct job_again *again);
void job_release_again(ls_context *context, struct job_again *again);

/* The scenarios of the job's shard, added up, into fresh results (results_create). */
ls_status job_run(ls_context *context, const struct job *job, const ls_run_options *options, ls_results *results);

/* ls_run where the shocks to the variables of `muted` (bit v: enum ls_variable v) act on nothing. */
ls_status run_with_muted(ls_context *context, const ls_network *network, const ls_run_options *options, uint32_t muted,
                         ls_results **results);

/* Where computed scenarios go. */
struct receiver {
  chunk_consumer consume;
  struct chunk_absorber absorber; /* its user is `user` */
  void *user;
};

/* Drops every chunk where it was computed. */
extern const struct receiver RECEIVER_NOWHERE;

/* Computes scenarios with the job's backend; those that did not converge are finished exactly before they are consumed. */
ls_status job_compute(ls_context *context, const struct job *job, bool detail, const int64_t *index, int64_t first,
                      int64_t count, const struct receiver *receiver);

/* Memory of the accumulator of `count` scenarios and of the shares that job_accumulate makes beside it. */
int64_t job_sum_bytes(const struct job *job, int64_t count, const struct accumulator *accumulator);

/* Tells in warnings what running the scenarios will take: engine, threads, memory and, by computing some of them, time. */
ls_status job_foresee(ls_context *context, const struct job *job, int64_t first, int64_t count,
                      const struct accumulator *accumulator);

/* Processes that share the scenarios of a run. */
struct sharing {
  ls_team *team;        /* NULL: this one has them all */
  const char *identity; /* the run's, SHA-256: all must have the same */
};

/* Computes those of the scenarios first .. first + count - 1, or of a replay, that the accumulator made for them does not hold yet,
 * and adds them; as rank 0 of a team together with the others. `checkpoint` (NULL: none) is kept up meanwhile, and brought up to date
 * where the work is cut short. */
ls_status job_accumulate(ls_context *context, const struct job *job, int64_t first, int64_t count,
                         const struct sharing *sharing, struct accumulator *accumulator, struct checkpoint *checkpoint);

/* The same for the other processes of a team: computes what rank 0 asks for until it ends the team, and returns the status it ended
 * it with. The accumulator is of the same shape and empty; what it holds afterwards is of no use. */
ls_status job_follow(ls_context *context, const struct job *job, int64_t first, int64_t count,
                     const struct sharing *sharing, struct accumulator *accumulator);

/* What the unshocked network does by itself: [N] quarters of default and of distress, -1 never; either may be NULL. */
struct baseline_events {
  double *default_quarter, *distress_quarter;
};

/* Solves a network without shock under the settings and sets the baseline of both its plans. */
ls_status job_set_baseline(ls_context *context, const ls_network *network, const struct run_settings *settings,
                           const struct job_draw *plans, const struct baseline_events *events, bool *converged);

/* Draws the assumptions and fills draw_count, draw and record; nothing where the scenarios want central values. */
ls_status draws_prepare(ls_context *context, const ls_run_options *options, struct job *job);
void draws_release(ls_context *context, struct job *job);

/* Once all scenarios are in: statistics, ES contributions and kept scenarios (by computing those again), digest. */
ls_status results_finish(ls_context *context, const struct job *job, ls_results *results);

/* Runs one scenario of a static model to the exact end of its iteration (one linear solve per set of defaults) and writes
 * its outputs over value[slot * stride]. Scenarios that it cannot settle stay not converged. */
ls_status exact_finish(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *value,
                       int64_t stride);

/* The same for the model production, without replaceability: a linear solve for each choice of limiting inputs. */
ls_status production_finish(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *value,
                            int64_t stride);

/* The same for cross-ownership: the greatest solution, and the least where there is but one. */
ls_status ownership_finish(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *value,
                           int64_t stride);

/* Fills results->identity and names, and the network's copy. */
ls_status identity_fill(ls_context *context, const struct job *job, const ls_run_options *options, ls_results *results);

#endif
