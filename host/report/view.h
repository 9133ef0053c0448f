/* view.h - what every part of the report page reads: the results, and the few numbers derived from them once. */
#ifndef LS_HOST_REPORT_VIEW_H
#define LS_HOST_REPORT_VIEW_H

#include "aggregate/results.h"
#include "report/flows.h"
#include "report/histogram.h"
#include "report/paths.h"
#include "report/shocks.h"

enum {
  HEAT_ROWS = 40,        /* entities in the heat map and its table */
  BAR_ROWS = 20,         /* entities in the bar chart of losses */
  LINE_ROWS = 25,        /* entities in the table of losses by line, beside the row of all others */
  DEPENDENCE_ROWS = 100, /* entities in the table of what goes with their default */
  PAIR_ROWS = 24,        /* entities in the table of conditional default probabilities */
  SCENARIO_ROWS = 100,   /* kept scenarios listed */
  CAUSE_ROWS = 45,       /* of them in the bar chart of causes */
  STORY_ROWS = 8,        /* of them told quarter by quarter */
  FLOW_TABLE_ROWS = 30,  /* of the table of flows */
  IMPACT_ROWS = 100,     /* by frequency of default, and as many by mean loss, in the chart of impact */
  MATRIX_ROWS = 18,      /* entities in the matrix of who loses with whom */
  LINKS_DRAWN = 1200,    /* links on the map */
  ASSUMPTION_ROWS = 400
};

struct view {
  ls_context *context;
  const ls_results *results;
  const ls_network *network;
  int32_t entity_count, line_count, quarter_count; /* quarter_count is 0 for static models */
  int64_t scenario_count;
  bool drawn;                         /* scenarios are draws: frequencies, VaR and ES mean something */
  bool quarters;                      /* default probabilities by quarter are there */
  const struct loss_statistics *loss; /* of the loss that the run was asked for */
  const char *loss_kind;              /* "gross" or "net" */
  char *unit;                         /* "USD bn"; "" where the network names none */
  int decimals;                       /* of amounts of the whole system */
  int entity_decimals;                /* of amounts of one entity */
  double baseline_total;
  int32_t *by_loss;                    /* entities, largest mean loss first */
  int32_t *by_default;                 /* entities, most frequent default first, then by loss */
  double *line_total;                  /* [line_count] over all entities */
  double line_sum;                     /* of line_total */
  int64_t *line_shown, line_sum_shown; /* the same in units of 10^-decimals, rounded so that they add up */
  struct histogram histogram;          /* count 0 where no distribution is shown */
  struct flow_set flows;               /* basis_count 0 where nothing links two entities */
  struct shock_set shocks;             /* scenarios NULL where the results carry none */
  struct path_set paths;               /* row_count 0 for static models */
  int32_t defaulting_count;            /* entities that default in some scenario, the first of by_default */
};

/* Sets every field; view_release afterwards in any case. */
ls_status view_begin(ls_context *context, const ls_results *results, struct view *view);
void view_release(struct view *view);

/* The entity's name for people: the column `name`, else the id. */
const char *view_name(const struct view *view, int32_t entity);

/* Rounds `value` to whole multiples of 10^-decimals so that the parts add up to the rounded sum (largest remainder). */
int64_t round_to_sum(const double *value, int32_t count, int decimals, int64_t *rounded);

#endif
