/* bench_problem.h - a case made ready: its network, its shocks, and the same run for every backend and engine that is timed. */
#ifndef LS_HOST_BENCH_BENCH_PROBLEM_H
#define LS_HOST_BENCH_BENCH_PROBLEM_H

#include "bench/bench_case.h"
#include "bench/bench_shocks.h"
#include "engine/engine.h"

enum { BENCH_NAMES_MOST = 4 };

/* What a caller asked for, checked. */
struct bench_wish {
  const ls_bench_options *options;
  const char *backend[BENCH_NAMES_MOST], *engine[BENCH_NAMES_MOST];
  int backend_count, engine_count;
  double sigma, correlation;  /* below 0: the case's own, and 0.25 */
  const char *const *setting; /* the other settings, of the model */
  int setting_count;
};

struct bench_problem {
  const struct bench_case *what;
  const char *model;
  ls_network *network;
  struct bench_law law; /* sigma 0: the shocks are those of a scenario file */
  char *description;    /* the scenario file's text; NULL: options.scenarios names it */
  const char *scenarios;
  double *given; /* [given_count][keys]; NULL: solving alone is not timed */
  int64_t count, given_count;
};

/* One backend and engine. */
struct bench_entry {
  const char *backend, *engine;
  const struct bench_problem *problem;
  ls_run_options run;
  struct job job;              /* end to end: shocks are drawn */
  struct job solving;          /* the same with given shocks; borrows the plans' arrays */
  struct ls_plan plan, detail; /* its plans */
};

/* The network, the scenario file's text. `what` may be of a network that the caller names. LS_STATUS_INPUT_MISSING where a case
 * needs a folder that is not there. */
ls_status bench_problem_create(ls_context *context, const struct bench_wish *wish, const struct bench_case *what,
                               struct bench_problem *problem);
void bench_problem_release(ls_context *context, struct bench_problem *problem);

/* A run of the problem. The first entry of a problem draws its given shocks. */
ls_status bench_entry_create(ls_context *context, const struct bench_wish *wish, struct bench_problem *problem,
                             const char *backend, const char *engine, struct bench_entry *entry);
void bench_entry_release(ls_context *context, struct bench_entry *entry);

/* The key of an entity's shock, -1 without. */
int32_t bench_shock_key(const struct ls_shock_plan *shock, int32_t variable, int32_t entity);

/* The variable that a benchmark of the model shocks; LS_VARIABLE_COUNT where it knows none. */
int32_t bench_shocked_variable(const struct ls_model_info *info);

/* How a backend finds the fixed points of a plan, as a word. */
const char *bench_engine_of(const struct ls_backend *backend, const struct ls_plan *plan);

#endif
