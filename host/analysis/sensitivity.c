/* sensitivity.c - see sensitivity.h: each number a little up and a little down, over the scenarios that can be in the tail. */
#include "analysis/sensitivity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/quantile.h"
#include "io/number.h"
#include "network/schema.h"
#include "network/table.h"

/* Columns that hold links, buffers and thresholds; where a buffer is 0 it is raised by a step of what the entity owes and owns. */
static const struct {
  enum table_id table;
  const char *column;
  bool is_buffer;
} COLUMNS[] = {
    {TABLE_LIABILITIES, "amount", false},
    {TABLE_SHAREHOLDINGS, "share", false},
    {TABLE_HOLDINGS, "amount", false},
    {TABLE_TRADE, "amount", false},
    {TABLE_PURCHASES, "per_quarter", false},
    {TABLE_PURCHASES, "backlog", false},
    {TABLE_PLEDGES, "amount", false},
    {TABLE_BACKSTOPS, "amount", false},
    {TABLE_ENTITIES, "cash", true},
    {TABLE_ENTITIES, "equity", false},
    {TABLE_ENTITIES, "external_assets", false},
    {TABLE_ENTITIES, "external_liabilities", false},
    {TABLE_ENTITIES, "distress_threshold", false},
    {TABLE_ENTITIES, "distress_cost", false},
    {TABLE_ENTITIES, "credit_limit", false},
    {TABLE_ASSETS, "market_depth", false},
};

/* Settings that are rates of recovery, costs and thresholds. */
static const char *const SETTINGS[] = {
    "alpha",           "beta",       "lgd",   "recovery", "recovery_assets",   "recovery_claims", "interest",
    "recovery_stakes", "cost_share", "theta", "haircut",  "termination_share", "breach_share",    "distress_spread",
    "impairment"};

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* ---- what can be changed ------------------------------------------------------------------------------------------ */

/* What a buffer of 0 is measured by: all that the entity has. */
static double size_of(const ls_network *network, int64_t entity) {
  double size = network_number(network, TABLE_ENTITIES, "external_assets", entity, 0) +
                network_number(network, TABLE_ENTITIES, "real_assets", entity, 0);
  const struct table *debts = &network->table[TABLE_LIABILITIES];
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  for (int64_t k = 0; amount != NULL && k < debts->row_count; k++)
    if (debts->to[k] == entity) size += amount[k];
  return size;
}

static ls_status add(struct sensitivity *s, const struct parameter *parameter) {
  const size_t count = (size_t)s->parameter_count;
  if ((count & (count + 1)) == 0) { /* room for 1, 3, 7, 15, ... */
    struct parameter *grown = context_grow(s->rerun.context, s->parameter, count, 2 * count + 1, sizeof *grown);
    if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
    s->parameter = grown;
  }
  s->parameter[s->parameter_count++] = *parameter;
  return LS_STATUS_OK;
}

static ls_status add_column(struct sensitivity *s, int which) {
  const enum table_id id = COLUMNS[which].table;
  const struct table *table = &s->network->table[id];
  const double *number = network_numbers(s->network, id, COLUMNS[which].column);
  ls_status status = LS_STATUS_OK;
  for (int64_t row = 0; row < table->row_count && status == LS_STATUS_OK; row++) {
    const double value = number != NULL && !isnan(number[row]) ? number[row] : 0;
    const double scale = value == 0 && COLUMNS[which].is_buffer ? size_of(s->network, row) : value;
    if (!(scale > 0) || isinf(scale)) continue;
    status = add(
        s, &(struct parameter){
               .table = id, .row = row, .column = COLUMNS[which].column, .value = value, .step = s->relative * scale});
  }
  return status;
}

static ls_status add_settings(struct sensitivity *s) {
  ls_status status = settings_describe(s->rerun.context, &s->rerun.job.settings, &s->setting, &s->setting_count);
  for (int32_t k = 0; k < s->setting_count && status == LS_STATUS_OK; k++)
    for (int n = 0; n < COUNT(SETTINGS); n++) {
      double value = 0;
      if (strcmp(s->setting[k].key, SETTINGS[n]) != 0) continue;
      if (number_parse(s->setting[k].value, &value) != NUMBER_FINE || !(value > 0)) continue;
      status =
          add(s, &(struct parameter){
                     .table = TABLE_COUNT, .column = s->setting[k].key, .value = value, .step = s->relative * value});
    }
  return status;
}

static ls_status list_parameters(struct sensitivity *s) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < COUNT(COLUMNS) && status == LS_STATUS_OK; k++) status = add_column(s, k);
  return status == LS_STATUS_OK ? add_settings(s) : status;
}

/* ---- the tail ----------------------------------------------------------------------------------------------------- */

static struct slot_range system_range(const struct sensitivity *s) {
  const struct ls_output_layout *o = &s->rerun.job.plan->output;
  return (struct slot_range){s->is_net ? o->loss_net : o->loss_gross, 1};
}

/* Scenarios that lose at least what twice the tail does: a small change moves nobody from farther away into it. */
static ls_status find_tail(struct sensitivity *s) {
  ls_context *context = s->rerun.context;
  const int64_t n = s->rerun.scenario_count;
  const double q = QUANTILE_LEVEL[s->level];
  double *sorted = context_allocate(context, 2 * (size_t)n, sizeof *sorted);
  s->index = context_allocate(context, (size_t)n, sizeof *s->index);
  if (sorted == NULL || s->index == NULL) {
    context_release(context, sorted);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  int64_t kept = 0;
  for (int64_t k = 0; k < n; k++)
    if (isfinite(s->loss[k])) sorted[kept++] = s->loss[k];
  sort_numbers(sorted, sorted + n, kept);
  if (kept > 0) {
    s->value = sorted[quantile_rank(kept, q) - 1];
    expected_shortfall(sorted, kept, q, &s->shortfall, &s->shortfall_se);
    const double from = sorted[quantile_rank(kept, 2 * q - 1) - 1];
    for (int64_t k = 0; k < n; k++)
      if (isfinite(s->loss[k]) && s->loss[k] >= from) s->index[s->tail_count++] = k;
  }
  context_release(context, sorted);
  if (kept > 0 && !isnan(s->shortfall_se)) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_UNUSABLE,
                      "%lld scenarios have no tail at %.17g: not even one is expected beyond it", (long long)kept, q);
}

static ls_status run_as_it_is(struct sensitivity *s) {
  const struct slot_range range = system_range(s);
  const int64_t n = s->rerun.scenario_count;
  s->loss = context_allocate(s->rerun.context, (size_t)n, sizeof *s->loss);
  if (s->loss == NULL) return LS_STATUS_OUT_OF_MEMORY;
  s->rerun.total = n;
  ls_status status = rerun_compute(&s->rerun, 0, n, &range, 1, s->loss, n);
  return status == LS_STATUS_OK ? find_tail(s) : status;
}

/* ---- a change ----------------------------------------------------------------------------------------------------- */

struct change {
  ls_network *network; /* a copy, whose cells are set and set back */
  const ls_run_options *options;
  double *up, *down; /* [tail_count] losses */
};

static ls_status run_setting(struct sensitivity *s, const struct change *change, const struct parameter *parameter,
                             double value, double *loss) {
  ls_context *context = s->rerun.context;
  ls_run_options options = *change->options;
  struct run_settings settings;
  const struct slot_range range = system_range(s);
  const char **joined = NULL;
  char *text = context_print(context, "%s=%.17g", parameter->column, value);
  const char *const own = text;
  ls_status status = text != NULL ? settings_join(context, &options, &own, 1, &joined) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = settings_resolve(context, s->network, &options, &settings);
  if (status == LS_STATUS_OK)
    status = rerun_vary(&s->rerun, s->network, &settings, s->index, s->tail_count, &range, 1, loss, s->tail_count);
  context_release(context, text);
  context_release(context, joined);
  return status;
}

static ls_status run_cell(struct sensitivity *s, const struct change *change, const struct parameter *parameter,
                          double value, double *loss) {
  const struct slot_range range = system_range(s);
  struct table_column *column =
      table_column_open(s->rerun.context, change->network, parameter->table, parameter->column, false);
  if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  const double before = column->number[parameter->row];
  column->number[parameter->row] = value;
  ls_status status = rerun_vary(&s->rerun, change->network, &s->rerun.job.settings, s->index, s->tail_count, &range, 1,
                                loss, s->tail_count);
  column->number[parameter->row] = before;
  return status;
}

static ls_status run_changed(struct sensitivity *s, const struct change *change, const struct parameter *parameter,
                             double value, double *loss) {
  const int warnings = ls_context_warning_count(s->rerun.context);
  ls_status status = parameter->table == TABLE_COUNT ? run_setting(s, change, parameter, value, loss)
                                                     : run_cell(s, change, parameter, value, loss);
  context_drop_warnings(s->rerun.context, warnings, false);
  return status;
}

/* What the loss beyond VaR has more on one side; nothing where the losses differ by rounding alone. */
static double difference_of(double up, double down, double value) {
  const bool rounding = fabs(up - down) <= 0x1p-44 * fmax(fabs(up), fabs(down));
  return rounding ? 0 : excess_over(up, value) - excess_over(down, value);
}

/* Above at most 1 for what cannot be more. */
static double highest(const struct parameter *parameter) {
  const struct column_schema *schema =
      parameter->table == TABLE_COUNT ? NULL : schema_column(parameter->table, parameter->column);
  return schema != NULL ? schema->maximum : parameter->value <= 1 ? 1 : INFINITY;
}

/* By the envelope theorem the VaR of the network as it is serves both sides: ES is a minimum over it. */
static ls_status differentiate(struct sensitivity *s, const struct change *change, struct parameter *parameter) {
  const double high = fmin(parameter->value + parameter->step, highest(parameter)),
               low = fmax(parameter->value - parameter->step, 0), n = (double)s->rerun.scenario_count;
  ls_status status = run_changed(s, change, parameter, high, change->up);
  if (status == LS_STATUS_OK) status = run_changed(s, change, parameter, low, change->down);
  double sum = 0, squares = 0;
  for (int64_t k = 0; k < s->tail_count && status == LS_STATUS_OK; k++) {
    const double difference = difference_of(change->up[k], change->down[k], s->value);
    if (!isfinite(difference)) continue;
    sum += difference;
    squares += difference * difference;
  }
  const double scale = (high - low) * (1 - QUANTILE_LEVEL[s->level]), mean = sum / n;
  parameter->derivative = mean / scale;
  parameter->derivative_se = sqrt(fmax(squares / n - mean * mean, 0) / n) / scale;
  parameter->effect = fabs(parameter->derivative) * parameter->step;
  return status;
}

static int compare_parameters(const void *left, const void *right) {
  const struct parameter *a = left, *b = right;
  if (a->effect != b->effect) return a->effect > b->effect ? -1 : 1;
  if (a->table != b->table) return a->table < b->table ? -1 : 1;
  if (a->row != b->row) return a->row < b->row ? -1 : 1;
  return strcmp(a->column, b->column);
}

static ls_status differentiate_all(struct sensitivity *s, const ls_run_options *options) {
  ls_context *context = s->rerun.context;
  struct change change = {.options = options};
  ls_status status = network_copy(context, s->network, &change.network);
  change.up = context_allocate(context, (size_t)s->tail_count, sizeof *change.up);
  change.down = context_allocate(context, (size_t)s->tail_count, sizeof *change.down);
  if (change.up == NULL || change.down == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  s->rerun.total += 2 * s->tail_count * s->parameter_count;
  for (int32_t p = 0; p < s->parameter_count && status == LS_STATUS_OK; p++)
    status = differentiate(s, &change, &s->parameter[p]);
  if (s->parameter_count > 0) qsort(s->parameter, (size_t)s->parameter_count, sizeof *s->parameter, compare_parameters);
  network_destroy(&change.network);
  context_release(context, change.up);
  context_release(context, change.down);
  return status;
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static ls_status check_wanted(ls_context *context, const ls_sensitivity_options *wanted, struct sensitivity *s) {
  s->relative = wanted->step;
  s->level = -1;
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++)
    if (QUANTILE_LEVEL[k] == wanted->level) s->level = k;
  if (!(wanted->step > 0 && wanted->step < 1))
    return context_fail(context, LS_STATUS_USAGE, "step is %.17g, must be above 0 and below 1", wanted->step);
  if (s->level < 0)
    return context_fail(context, LS_STATUS_USAGE, "level is %.17g, must be 0.95, 0.99 or 0.999", wanted->level);
  return LS_STATUS_OK;
}

ls_status sensitivity_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                              const ls_sensitivity_options *wanted, struct sensitivity *out) {
  const struct rerun_purpose purpose = {.what = "sensitivities"};
  struct sensitivity s = {.network = network};
  ls_status status = check_wanted(context, wanted, &s);
  if (status == LS_STATUS_OK) status = rerun_open(context, network, options, &purpose, &s.rerun);
  if (status != LS_STATUS_OK) return status;
  s.is_net = s.rerun.job.settings.loss_is_net;
  if (!s.rerun.job.scenarios->drawn)
    status = context_fail(context, LS_STATUS_UNUSABLE, "sensitivities of a tail need random scenarios (YAML)");
  if (status == LS_STATUS_OK) status = run_as_it_is(&s);
  if (status == LS_STATUS_OK) status = list_parameters(&s);
  if (status == LS_STATUS_OK) status = differentiate_all(&s, options);
  if (status == LS_STATUS_OK)
    *out = s;
  else
    sensitivity_release(&s);
  return status;
}

void sensitivity_release(struct sensitivity *s) {
  ls_context *context = s->rerun.context;
  if (context == NULL) return;
  for (int32_t k = 0; k < s->setting_count; k++) {
    context_release(context, s->setting[k].key);
    context_release(context, s->setting[k].value);
  }
  context_release(context, s->setting);
  context_release(context, s->parameter);
  context_release(context, s->index);
  context_release(context, s->loss);
  rerun_close(&s->rerun);
  *s = (struct sensitivity){0};
}
