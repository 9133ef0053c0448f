/* scenario.h - a scenario file read, checked against a network, and turned into the kernels' shock plan. */
#ifndef LS_HOST_SCENARIO_SCENARIO_H
#define LS_HOST_SCENARIO_SCENARIO_H

#include "core/context.h"
#include "network/network.h"
#include "plan.h" /* kernels/ */

/* Scenarios belong to fixed blocks; a part of a run is a range of whole blocks, and block b uses draw b mod A of the
 * assumptions. */
enum { BLOCK_SCENARIOS = 4096, SCENARIO_DRAWS_MOST = 10000 };

static inline int32_t scenario_draw(int64_t scenario, int32_t draws) {
  return (int32_t)(scenario / BLOCK_SCENARIOS % draws);
}

struct scenario_options {
  const char *path; /* file to read; NULL: `text` or, both NULL, the one scenario "baseline" */
  const char *text; /* the file's contents, kept in a results file; `path` then only names it */
  size_t text_length;
  bool has_seed;
  uint64_t seed;
  int64_t count;            /* > 0 overrides the file */
  int64_t keep_worst;       /* >= 0 overrides the file */
  int32_t assumption_draws; /* > 0 overrides the file */
  int32_t ensemble;         /* > 0: that many members of ensemble.csv take the place of draws of the assumptions */
  bool allow_missing_targets;
  uint32_t variables;    /* bit v set: the model takes enum ls_variable v; any other exits 78 naming both */
  const char *model;     /* for that message */
  int32_t quarter_count; /* of the run; a later quarter in the file is a fault */
  uint32_t muted;        /* bit v set: shocks to enum ls_variable v are drawn as always, and act on nothing */
  /* Whose numbers of entities and rows the random draws go by, so that what both networks have is drawn alike; NULL: the network's
   * own. It has the same entities and assets. */
  const ls_network *addresses;
  bool forces_default; /* room for one more default in quarter 0, of whom scenario/acting.h says */
};

struct scenario_set {
  struct allocator allocator;
  char *file; /* name as given, "" for none */
  char *text; /* its contents, for the results file */
  size_t text_length;
  char sha256[65]; /* of the contents; 64 zeros for none */
  bool drawn;      /* Monte Carlo (YAML) rather than explicit rows (CSV) */
  int64_t count;   /* scenarios of the run, replay list not counted in */
  char **id;       /* [count] names of explicit scenarios, NULL where drawn (the id is then the number) */
  int64_t *replay; /* [replay_count] numbers of drawn scenarios to run alone; NULL: all */
  int64_t replay_count;
  int64_t keep_worst;       /* 0: none */
  int32_t assumption_draws; /* 1: central values; A > 1: A random sets, see scenario_draw */
  bool of_ensemble;         /* the sets are members of ensemble.csv: set d is member d + 1 */
  uint64_t seed;
  struct ls_shock_plan shock; /* its arrays belong to this set */
  int32_t forced_column;      /* of the default that was given room for; -1: none */
  void *memory;               /* private: what shock points into */
};

/* Faults of the file's content: LS_STATUS_INVALID_INPUT, each a message with its line. A variable that the model does not
 * take, an unknown target (unless allowed, or the file says "# optional-targets"): LS_STATUS_UNUSABLE. */
ls_status scenario_read(ls_context *context, const ls_network *network, const struct scenario_options *options,
                        struct scenario_set **set);
void scenario_destroy(struct scenario_set **set);

#endif
