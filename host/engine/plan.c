/* plan.c - a run laid out for the kernels. */
#include "engine/plan.h"

#include <stddef.h>
#include <string.h>

static int32_t names_until_null(const char *const *names, int32_t most) {
  int32_t count = 0;
  while (count < most && names[count] != NULL) count++;
  return count;
}

static int32_t index_of(const char *name, const char *const *names, int32_t most) {
  for (int32_t k = 0; k < most && names[k] != NULL; k++)
    if (strcmp(names[k], name) == 0) return k;
  return -1;
}

static int32_t take(int32_t *next, int32_t count) {
  int32_t first = *next;
  *next += count;
  return first;
}

/* The output slots, in one order for every model: what the accumulators need first, detail last. */
static void lay_out_output(const struct run_settings *settings, bool detail, struct ls_plan *plan) {
  const struct ls_model_info *info = settings->info;
  struct ls_output_layout *o = &plan->output;
  int32_t n = plan->entity_count, next = 0;
  bool timed = info->trace[0] != NULL;
  o->line_count = names_until_null(info->line, LS_MODEL_LINES);
  if (info->line_first > 0 && plan->loop.features == 0) o->line_count = info->line_first;
  o->loss = take(&next, n);
  o->loss_peak = timed ? take(&next, n) : -1;
  o->default_quarter = take(&next, n);
  o->distress_quarter = timed ? take(&next, n) : -1;
  o->forced = take(&next, n);
  o->funding_refused = timed ? take(&next, n) : -1;
  o->line = take(&next, o->line_count * n);
  o->loss_gross = take(&next, 1);
  o->loss_net = take(&next, 1);
  o->default_count = take(&next, 1);
  o->iterations = take(&next, 1);
  o->converged = take(&next, 1);
  o->clip_count = take(&next, 1);
  o->audit = timed && settings->audit ? take(&next, 1) : -1;
  o->margin = detail && !timed ? take(&next, 2) : -1;
  bool measured = plan->loop.features != 0;
  o->measure_count = measured ? names_until_null(info->measure, LS_MODEL_MEASURES) : 0;
  o->measure = take(&next, o->measure_count * n);
  o->system_count = measured ? names_until_null(info->system, LS_MODEL_SYSTEM) : 0;
  o->system = measured ? take(&next, o->system_count) : -1;
  o->system_by_quarter = measured && info->by_quarter != NULL ? take(&next, plan->quarter_count) : -1;
  o->detail_count = detail ? names_until_null(info->output, LS_MODEL_OUTPUTS) : 0;
  o->detail = take(&next, o->detail_count * n);
  o->wave = timed ? -1 : index_of("wave", info->output, LS_MODEL_OUTPUTS);
  o->asset_count = plan->holdings.asset_count;
  o->asset_output_count = detail ? names_until_null(info->asset_output, LS_MODEL_ASSET_OUTPUTS) : 0;
  o->asset_output = take(&next, o->asset_output_count * o->asset_count);
  o->trace_count = detail && settings->trace ? names_until_null(info->trace, LS_MODEL_TRACE) : 0;
  o->trace = take(&next, o->trace_count * plan->quarter_count * n);
  o->slot_count = next;
}

static ls_status make_baseline(ls_context *context, struct ls_plan *plan) {
  size_t n = (size_t)plan->entity_count;
  plan->baseline_value = context_allocate(context, n * (size_t)plan->quarter_count, sizeof(double));
  plan->baseline_line = context_allocate(context, n * (size_t)plan->output.line_count, sizeof(double));
  return plan->baseline_value != NULL && plan->baseline_line != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* The tile's memory: shock values, columns, then the model's slots or the draw's scratch, whichever is more. */
static int32_t count_state_slots(const struct ls_plan *plan, enum ls_tables tables) {
  const struct ls_shock_plan *shock = &plan->shock;
  int32_t scratch = shock->factor_count + shock->source_count;
  int32_t n = plan->entity_count; /* at most five numbers an entity, and what the tables' own classes need */
  int32_t own = tables == LS_TABLES_LOOP ? plan->loop.slot.count
                                         : (5 + plan->ownership.class_count) * n + plan->production.market_count;
  if (tables == LS_TABLES_HOLDINGS) {
    int32_t holdings = plan->holdings.holding_first != NULL ? plan->holdings.holding_first[n] : 0;
    own = 14 * n + 4 * plan->holdings.asset_count + holdings; /* kernels/models/channels.h */
  }
  return shock->key_count + shock->column_count + (own > scratch ? own : scratch);
}

/* Room to push: rows of entities, and two lists of who has moved (kernels/phases/push.h). Not for a least solution that needs
 * restarts. */
static int32_t count_row_slots(const struct ls_plan *plan, const struct ls_model_info *info) {
  enum { ROWS = 5, LISTS = 1, LANES_MOST = 8 };
  const bool restarts = plan->solution == LS_SOLUTION_LEAST && !info->least_is_limit;
  if (!info->pushes || restarts || plan->engine == LS_ENGINE_TILE || plan->engine == LS_ENGINE_SWEEP) return 0;
  return (ROWS + LISTS) * (plan->entity_count + 2 * LANES_MOST);
}

/* Whether any scenario forces a default, or may be made to (scenario/acting.h). */
static int32_t has_forced(const struct scenario_set *scenarios) {
  const struct ls_shock_plan *shock = &scenarios->shock;
  if (scenarios->forced_column >= 0) return 1;
  for (int32_t target = 0; target < shock->target_count; target++)
    if (shock->column_of[LS_VARIABLE_DEFAULT * shock->target_count + target] >= 0) return 1;
  return 0;
}

ls_status plan_create(ls_context *context, const ls_network *network, const struct run_settings *settings,
                      const struct scenario_set *scenarios, bool detail, struct ls_plan **out) {
  struct ls_plan *plan = context_allocate(context, 1, sizeof *plan);
  if (plan == NULL) return LS_STATUS_OUT_OF_MEMORY;
  plan->model = settings->model;
  plan->entity_count = network->entity_count;
  plan->quarter_count = settings_quarter_count(settings);
  plan->solution = settings->solution;
  plan->tolerance = settings->tolerance;
  plan->max_iterations = settings->max_iterations;
  plan->shock = scenarios->shock;
  plan->engine = settings->engine;
  plan->fixed.has_forced = has_forced(scenarios);
  static ls_status (*const fill[])(ls_context *, const ls_network *, const struct run_settings *, struct ls_plan *) = {
      [LS_TABLES_LIABILITIES] = plan_fill_static, [LS_TABLES_LOOP] = plan_fill_loop,
      [LS_TABLES_TRADE] = plan_fill_production,   [LS_TABLES_OWNERSHIP] = plan_fill_ownership,
      [LS_TABLES_HOLDINGS] = plan_fill_channels,  [LS_TABLES_CROSS_HOLDINGS] = plan_fill_cross_holdings};
  enum ls_tables tables = settings->info->tables;
  ls_status status = fill[tables](context, network, settings, plan);
  if (status == LS_STATUS_OK && tables == LS_TABLES_LOOP) plan_lay_out_loop(plan, settings->audit);
  lay_out_output(settings, detail, plan);
  if (status == LS_STATUS_OK) status = make_baseline(context, plan);
  plan->state_slots = count_state_slots(plan, tables);
  plan->row_slots = count_row_slots(plan, settings->info);
  if (status == LS_STATUS_OK)
    *out = plan;
  else
    plan_destroy(context, &plan);
  return status;
}

void plan_set_baseline(struct ls_plan *plan, const double *path, const double *line, const double outside[3]) {
  size_t n = (size_t)plan->entity_count;
  memcpy((double *)plan->baseline_value, path, n * (size_t)plan->quarter_count * sizeof *path);
  memcpy((double *)plan->baseline_line, line, n * (size_t)plan->output.line_count * sizeof *line);
  plan->baseline_outside = outside[0];
  plan->baseline_outside_shares = outside[1];
  plan->baseline_deadweight = outside[2];
}

struct array_list {
  const struct ls_plan *plan;
  struct plan_array *item;
  int count;
};

static void add(struct array_list *list, size_t field, int64_t count, size_t size, bool owned) {
  const void *pointer = *(const void *const *)((const char *)list->plan + field);
  if (pointer == NULL) return;
  list->item[list->count++] = (struct plan_array){field, (size_t)count * size, owned};
}

#define OWN(member, count) add(list, offsetof(struct ls_plan, member), (count), sizeof *list->plan->member, true)
#define BORROW(member, count) add(list, offsetof(struct ls_plan, member), (count), sizeof *list->plan->member, false)

static int64_t table_numbers(const struct ls_shock_plan *s) {
  int64_t most = 0;
  for (int32_t d = 0; d < s->draw_count; d++) {
    if (s->draw_kind[d] != LS_DRAW_TABLE) continue;
    int64_t end = (int64_t)s->draw_parameter[4 * d] + 2 * LS_TABLE_POINTS;
    if (end > most) most = end;
  }
  return most;
}

static void list_shock(struct array_list *list) {
  const struct ls_shock_plan *s = &list->plan->shock;
  BORROW(shock.column_of, (int64_t)LS_VARIABLE_COUNT * s->target_count);
  BORROW(shock.column_combine, s->column_count);
  BORROW(shock.key_column, s->key_count);
  BORROW(shock.quarter_first_key, s->quarter_count + 1);
  BORROW(shock.explicit_value, s->explicit_count * s->key_count);
  BORROW(shock.factor_cholesky, (int64_t)s->factor_count * s->factor_count);
  BORROW(shock.source_variable, s->source_count);
  BORROW(shock.source_target, s->source_count);
  BORROW(shock.source_loading, (int64_t)s->source_count * s->factor_count);
  BORROW(shock.source_own, s->source_count);
  BORROW(shock.draw_source, s->draw_count);
  BORROW(shock.draw_key, s->draw_count);
  BORROW(shock.draw_kind, s->draw_count);
  BORROW(shock.draw_parameter, 4 * (int64_t)s->draw_count);
  BORROW(shock.draw_table, table_numbers(s));
}

#define OWN_LINKS(links)                               \
  OWN(links.from, list->plan->links.count);            \
  OWN(links.to, list->plan->links.count);              \
  OWN(links.first_from, list->plan->entity_count + 2); \
  OWN(links.first_to, list->plan->entity_count + 2);   \
  OWN(links.by_to, list->plan->links.count);           \
  OWN(links.amount, list->plan->links.count)

#define OWN_ROWS(rows)                                \
  OWN(rows.first_from, list->plan->entity_count + 2); \
  OWN(rows.first_to, list->plan->entity_count + 2);   \
  OWN(rows.by_from, list->plan->rows.count);          \
  OWN(rows.by_to, list->plan->rows.count)

static void list_elimination(struct array_list *list) {
  const struct ls_elimination *e = &list->plan->loop.elimination;
  int32_t n = e->node_count;
  if (e->product_first == NULL) return;
  OWN(loop.elimination.order, n);
  OWN(loop.elimination.lower_first, n + 1);
  OWN(loop.elimination.lower_row, e->lower_first[n]);
  OWN(loop.elimination.lower_entry, e->lower_first[n]);
  OWN(loop.elimination.upper_first, n + 1);
  OWN(loop.elimination.upper_column, e->upper_first[n]);
  OWN(loop.elimination.upper_entry, e->upper_first[n]);
  OWN(loop.elimination.product_entry, e->product_first[n]);
  OWN(loop.elimination.product_first, n + 1);
  OWN(loop.elimination.stake_entry, list->plan->loop.stake.count);
}

static void list_finance(struct array_list *list) {
  const struct ls_loop_plan *loop = &list->plan->loop;
  int64_t n = list->plan->entity_count;
  OWN(loop.contract, LOOP_CONTRACT_FIELD_COUNT * (int64_t)loop->purchase.count);
  OWN(loop.trait, loop->purchase.count);
  OWN(loop.purchase_pledge, loop->purchase.count);
  OWN(loop.breach_debt, loop->purchase.count);
  OWN(loop.earmark, loop->pledge.count);
  OWN(loop.pledge_test, loop->pledge.count);
  OWN(loop.pledge_level, loop->pledge.count);
  OWN(loop.stake_cost, loop->stake.count);
  OWN(loop.stake_equity_method, loop->stake.count);
  OWN(loop.sector, n);
  OWN(loop.sector_size, n);
  OWN(loop.backstop.guarantor, loop->backstop.count);
  OWN(loop.backstop.provider, loop->backstop.count);
  OWN(loop.backstop.amount, loop->backstop.count);
  OWN(loop.backstop.debt, loop->backstop.count);
  OWN(loop.warrant.issuer, loop->warrant.count);
  OWN(loop.warrant.holder, loop->warrant.count);
  OWN(loop.warrant.share, loop->warrant.count);
  OWN(loop.warrant.start, loop->warrant.count);
  OWN(loop.warrant.test, loop->warrant.count);
  OWN(loop.warrant.level, loop->warrant.count);
  OWN(loop.warrant.stake, loop->warrant.count);
  OWN(loop.cross.trigger, loop->cross.count);
  OWN(loop.cross.obligor, loop->cross.count);
}

static void list_ownership(struct array_list *list) {
  const struct ls_ownership_plan *p = &list->plan->ownership;
  int64_t n = list->plan->entity_count;
  int64_t claims = p->claim_first != NULL ? p->claim_first[n] : 0,
          stakes = p->stake_first != NULL ? p->stake_first[n] : 0;
  OWN(ownership.external_assets, n);
  OWN(ownership.cash, n);
  OWN(ownership.due, p->class_count * n);
  OWN(ownership.debt, n);
  OWN(ownership.outside, p->class_count * n);
  OWN(ownership.outside_share, n);
  OWN(ownership.claim_first, n + 1);
  OWN(ownership.claim_on, claims);
  OWN(ownership.claim_share, claims);
  OWN(ownership.stake_first, n + 1);
  OWN(ownership.issuer, stakes);
  OWN(ownership.stake_share, stakes);
}

static void list_holdings(struct array_list *list) {
  const struct ls_holdings_plan *p = &list->plan->holdings;
  const struct ls_cross_holdings_plan *cross = &list->plan->cross_holdings;
  int64_t n = list->plan->entity_count, holdings = p->holding_first != NULL ? p->holding_first[n] : 0;
  OWN(holdings.holding_first, n + 1);
  OWN(holdings.asset, holdings);
  OWN(holdings.amount, holdings);
  OWN(holdings.price, p->asset_count);
  OWN(holdings.depth, p->asset_count);
  OWN(holdings.floor, p->asset_count);
  OWN(cross_holdings.external_assets, n);
  OWN(cross_holdings.cash, n);
  OWN(cross_holdings.free_share, n);
  OWN(cross_holdings.threshold, n);
  OWN(cross_holdings.cost, n);
  OWN(cross_holdings.order, n);
  OWN(cross_holdings.pivot, n);
  OWN(cross_holdings.lower_first, n + 1);
  OWN(cross_holdings.lower_row, cross->lower_first != NULL ? cross->lower_first[n] : 0);
  OWN(cross_holdings.lower, cross->lower_first != NULL ? cross->lower_first[n] : 0);
  OWN(cross_holdings.upper_first, n + 1);
  OWN(cross_holdings.upper_column, cross->upper_first != NULL ? cross->upper_first[n] : 0);
  OWN(cross_holdings.upper, cross->upper_first != NULL ? cross->upper_first[n] : 0);
}

static void list_production(struct array_list *list) {
  const struct ls_production_plan *p = &list->plan->production;
  int64_t n = list->plan->entity_count;
  int64_t inputs = p->input_first != NULL ? p->input_first[p->group_count] : 0;
  int64_t sales = p->sale_first != NULL ? p->sale_first[n] : 0;
  OWN(production.group_first, n + 1);
  OWN(production.essential, p->group_count);
  OWN(production.input_first, p->group_count + 1);
  OWN(production.supplier, inputs);
  OWN(production.input_share, inputs);
  OWN(production.sale_first, n + 1);
  OWN(production.buyer, sales);
  OWN(production.sale_share, sales);
  OWN(production.output, n);
  OWN(production.weight, n);
  OWN(production.market, n);
}

static void list_loop(struct array_list *list) {
  const struct ls_plan *plan = list->plan;
  const struct ls_loop_plan *loop = &plan->loop;
  int64_t n = plan->entity_count, quarters = plan->quarter_count;
  OWN(loop.entity, LOOP_FIELD_COUNT * n);
  OWN(loop.path, LOOP_PATH_COUNT * quarters * (n + 1));
  OWN(loop.input_type, n);
  OWN(loop.essential, loop->type_count);
  OWN_LINKS(loop.purchase);
  OWN_LINKS(loop.pledge);
  OWN_LINKS(loop.stake);
  OWN_LINKS(loop.debt);
  OWN_ROWS(loop.lasting_debt);
  OWN_ROWS(loop.every_debt);
  OWN(loop.vouches, n);
  OWN(loop.purchase_rate, quarters * loop->purchase.count);
  OWN(loop.take_or_pay, loop->purchase.count);
  OWN(loop.capex_share, loop->purchase.count);
  OWN(loop.purchase_row, loop->purchase.count);
  OWN(loop.purchase_target, loop->purchase.count);
  OWN(loop.purchase_debt, loop->purchase.count);
  OWN(loop.pledge_rate, quarters * loop->pledge.count);
  OWN(loop.pledge_gate, quarters * loop->pledge.count);
  OWN(loop.pledge_row, loop->pledge.count);
  OWN(loop.pledge_stake, loop->pledge.count);
  OWN(loop.world_debt, n);
  list_finance(list);
  list_elimination(list);
}

#define OWN_OPERATOR(links)                                                               \
  OWN(links.row_start, n + 1);                                                            \
  OWN(links.column, plan->links.row_start != NULL ? plan->links.row_start[n] : 0);        \
  OWN(links.weight, plan->links.row_start != NULL ? plan->links.row_start[n] : 0);        \
  OWN(links.row_order, n);                                                                \
  OWN(links.column_start, n + 1);                                                         \
  OWN(links.target, plan->links.row_start != NULL ? plan->links.row_start[n] : 0);        \
  OWN(links.target_weight, plan->links.row_start != NULL ? plan->links.row_start[n] : 0); \
  OWN(links.panel, (n + LS_PANEL_ROWS - 1) / LS_PANEL_ROWS * LS_PANEL_ROWS * n);          \
  OWN(links.bound, n);                                                                    \
  OWN(links.inverse_bound, n);                                                            \
  OWN(links.start, n);                                                                    \
  OWN(links.base, n)

int plan_arrays(const struct ls_plan *plan, struct plan_array item[PLAN_ARRAYS_MOST]) {
  struct array_list here = {plan, item, 0}, *list = &here;
  int64_t n = plan->entity_count;
  list_shock(list);
  OWN_OPERATOR(fixed);
  OWN_OPERATOR(funding);
  OWN(fixed.parameter, LS_PARAMETER_COUNT * n);
  list_loop(list);
  list_production(list);
  list_ownership(list);
  list_holdings(list);
  OWN(baseline_value, n * plan->quarter_count);
  OWN(baseline_line, n * plan->output.line_count);
  return list->count;
}

void plan_destroy(ls_context *context, struct ls_plan **plan) {
  if (plan == NULL || *plan == NULL) return;
  struct plan_array item[PLAN_ARRAYS_MOST];
  int count = plan_arrays(*plan, item);
  void *memory[PLAN_ARRAYS_MOST];
  for (int k = 0; k < count; k++) memory[k] = *(void **)((char *)*plan + item[k].field);
  for (int k = 0; k < count; k++)
    if (item[k].owned) context_release(context, memory[k]);
  context_release(context, *plan);
  *plan = NULL;
}
