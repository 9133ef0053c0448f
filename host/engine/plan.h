/* plan.h - building the kernels' plan of a run from its network, settings and scenarios. */
#ifndef LS_HOST_ENGINE_PLAN_H
#define LS_HOST_ENGINE_PLAN_H

#include "engine/settings.h"

/* Lays a run out. The plan borrows the scenario set's arrays; the baseline is zero until plan_set_baseline. `detail` adds the
 * model's own outputs (and the trace, where asked for) to the output slots. LS_STATUS_UNUSABLE where the network lacks what
 * the model needs. */
ls_status plan_create(ls_context *context, const ls_network *network, const struct run_settings *settings,
                      const struct scenario_set *scenarios, bool detail, struct ls_plan **plan);
void plan_destroy(ls_context *context, struct ls_plan **plan);

/* Copies the baseline's values: path[quarter_count * N], line[line_count * N]; `outside`: the wealth of holders outside the
 * network, of shareholders among them, and the deadweight loss. */
void plan_set_baseline(struct ls_plan *plan, const double *path, const double *line, const double outside[3]);

/* Equity by the book, or what the run's settings put in its place (`capital_ratio`): what baseline losses are measured against. */
void plan_book_equity(const ls_network *network, const struct ls_plan *plan, double *equity);

/* Every array that a plan points to: where the pointer stands in ls_plan, its bytes, and whether the plan owns it. For copying
 * a plan to a device and for freeing it. */
struct plan_array {
  size_t field;
  size_t bytes;
  bool owned;
};
enum { PLAN_ARRAYS_MOST = 192 };
int plan_arrays(const struct ls_plan *plan, struct plan_array list[PLAN_ARRAYS_MOST]);

/* Parts, each filling its own members. */
ls_status plan_fill_static(ls_context *context, const ls_network *network, const struct run_settings *settings,
                           struct ls_plan *plan);
ls_status plan_fill_ownership(ls_context *context, const ls_network *network, const struct run_settings *settings,
                              struct ls_plan *plan);
ls_status plan_fill_production(ls_context *context, const ls_network *network, const struct run_settings *settings,
                               struct ls_plan *plan);
ls_status plan_fill_channels(ls_context *context, const ls_network *network, const struct run_settings *settings,
                             struct ls_plan *plan);
ls_status plan_fill_cross_holdings(ls_context *context, const ls_network *network, const struct run_settings *settings,
                                   struct ls_plan *plan);
/* Common assets and who holds them. `sold`: they are sold, and must have a market depth. */
ls_status plan_fill_holdings(ls_context *context, const ls_network *network, const struct run_settings *settings,
                             bool sold, struct ls_plan *plan);
ls_status plan_fill_loop(ls_context *context, const ls_network *network, const struct run_settings *settings,
                         struct ls_plan *plan);
ls_status plan_fill_elimination(ls_context *context, const struct ls_loop_links *stake, int32_t node_count,
                                struct ls_elimination *elimination);
void plan_lay_out_loop(struct ls_plan *plan, bool audit);

#endif
