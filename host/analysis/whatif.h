/* whatif.h - a network beside networks that it might have been: the same random scenarios on each, and what differs.
 *
 * Losses of each are counted from its own baseline. docs/whatif.md has the definitions.
 */
#ifndef LS_HOST_ANALYSIS_WHATIF_H
#define LS_HOST_ANALYSIS_WHATIF_H

#include "analysis/rerun.h"
#include "core/moments.h"
#include "network/edits.h"

/* A mean and what it has more than that of the network as it is, with the standard errors of both. */
struct compared {
  struct moments here, difference;
};

struct compared_entity {
  struct compared loss, defaults; /* currency units; 1 where it defaults */
};

struct whatif_tail {
  double value, shortfall, shortfall_se; /* VaR and ES */
  double difference, difference_se;      /* of ES */
};

struct whatif_row {
  const char *name; /* borrowed; "" for the network as it is */
  int64_t changes;
  ls_network *network; /* the edited copy; NULL for the network as it is */
  struct rerun rerun;
  double *loss; /* [scenario_count] of the system */
  int64_t not_finite;
  struct compared system, any_default, default_count;
  struct whatif_tail tail[QUANTILE_LEVEL_COUNT];
  struct compared_entity *entity; /* [entity_count] */
  /* Without shock: value of all entities at the horizon, and how many default. */
  double baseline_value;
  int64_t baseline_defaults;
};

/* One buffer more. */
struct whatif_step {
  int64_t row; /* of the search's table */
  double shortfall;
  double difference, difference_se; /* of ES to the step before */
  double second;                    /* ES of the next best choice; NaN: there was none */
  bool taken_back;                  /* the limit holds without it */
};

struct whatif_search {
  double before, after; /* ES of the network as it is, and with the buffers that were kept */
  double cost;          /* of those */
  bool reached;
  struct whatif_step *step; /* [count] */
  int32_t count, candidates;
};

struct whatif {
  ls_context *context;
  const ls_network *network;
  struct edit_file edits;
  bool is_net;            /* the system's loss */
  struct whatif_row *row; /* [count] the first is the network as it is */
  int32_t count;
  struct whatif_search search;
};

ls_status whatif_compute(ls_context *context, const ls_network *network, const char *edits,
                         const ls_run_options *options, struct whatif *whatif);
void whatif_release(struct whatif *whatif);

/* VaR and ES of numbers at a level of QUANTILE_LEVEL, and, with `base` (else NULL) over the same scenarios, the difference of ES
 * to its own. `scratch` has room for 2 * count. What is not finite in either is left out. */
struct whatif_tail whatif_tail_of(const double *loss, const double *base, int64_t count, int level, double *scratch);

/* The greedy search; the row of the network as it is has been computed. */
ls_status whatif_search(struct whatif *whatif, const ls_run_options *options);

/* Opens the run of a row's network, or of the network as it is. */
ls_status whatif_open(const struct whatif *whatif, const ls_run_options *options, const char *const *settings,
                      int setting_count, struct whatif_row *row);
void whatif_row_release(ls_context *context, struct whatif_row *row);

/* Computes the system's loss of all scenarios alone. */
ls_status whatif_losses(const struct whatif *whatif, struct whatif_row *row);

#endif
