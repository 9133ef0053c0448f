/* reverse_space.c - points of a search as shocks, and what they do; see reverse.h. */
#include <math.h>
#include <string.h>

#include "analysis/reverse.h"
#include "io/text_file.h"
#include "scenario/latent.h"
#include "scenario/targets.h"
#include "scenario/variables.h"

/* ---- amounts ------------------------------------------------------------------------------------------------------ */

static void add_column(const ls_network *network, enum table_id id, const char *name, double *total) {
  const double *number = network_numbers(network, id, name);
  for (int32_t i = 0; number != NULL && i < network->entity_count; i++)
    if (!isnan(number[i])) total[i] = number[i];
}

/* What output_loss takes: sales of a period. */
static void add_sales(const ls_network *network, double *total) {
  const struct table *trade = &network->table[TABLE_TRADE];
  const double *amount = network_numbers(network, TABLE_TRADE, "amount");
  for (int64_t k = 0; amount != NULL && k < trade->row_count; k++)
    if (trade->from[k] >= 0) total[trade->from[k]] += amount[k];
}

static void add_assets(const ls_network *network, double *total) {
  const struct table *held = &network->table[TABLE_HOLDINGS];
  const double *amount = network_numbers(network, TABLE_HOLDINGS, "amount");
  for (int64_t k = 0; amount != NULL && k < held->row_count; k++)
    if (held->to[k] >= 0) total[held->to[k]] += amount[k];
}

/* The amount that a loss of 1 takes from each target of a variable; NaN where the variable is no loss of an amount. */
static void fill_amounts(const ls_network *network, int32_t variable, int64_t count, double *amount) {
  const bool known = variable == LS_VARIABLE_EXTERNAL_ASSETS_LOSS || variable == LS_VARIABLE_EQUITY_LOSS ||
                     variable == LS_VARIABLE_PRICE_LOSS || variable == LS_VARIABLE_OUTPUT_LOSS;
  for (int64_t k = 0; k < count; k++) amount[k] = known ? 0 : NAN;
  if (variable == LS_VARIABLE_EXTERNAL_ASSETS_LOSS) add_column(network, TABLE_ENTITIES, "external_assets", amount);
  if (variable == LS_VARIABLE_EQUITY_LOSS) network_book_equity(network, amount);
  if (variable == LS_VARIABLE_OUTPUT_LOSS) add_sales(network, amount);
  if (variable == LS_VARIABLE_PRICE_LOSS) add_assets(network, amount);
  for (int64_t k = 0; k < count && known; k++) amount[k] = fmax(amount[k], 0);
}

/* By key, from the amounts of its column's target. */
static ls_status find_money(struct reverse_space *space) {
  const struct ls_shock_plan *shock = &space->shock;
  const int64_t width = shock->target_count;
  space->money = context_allocate(space->context, (size_t)shock->key_count, sizeof *space->money);
  double *amount = context_allocate(space->context, (size_t)width, sizeof *amount);
  const bool whole = space->money != NULL && amount != NULL;
  for (int32_t variable = 0; variable < LS_VARIABLE_COUNT && whole; variable++) {
    fill_amounts(space->network, variable, width, amount);
    for (int32_t key = 0; key < shock->key_count; key++) {
      const int32_t column = shock->key_column[key];
      if (space->variable[column] == variable) space->money[key] = amount[space->target[column]];
    }
  }
  context_release(space->context, amount);
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* ---- shares of what the model's shock takes ----------------------------------------------------------------------- */

static int share_variable(uint32_t variables) {
  static const int ORDER[] = {LS_VARIABLE_EXTERNAL_ASSETS_LOSS, LS_VARIABLE_EQUITY_LOSS, LS_VARIABLE_PRICE_LOSS,
                              LS_VARIABLE_OUTPUT_LOSS};
  for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER; k++)
    if (variables >> ORDER[k] & 1u) return ORDER[k];
  return -1;
}

/* A scenario file in which every target could be shocked. */
static ls_status write_template(const ls_network *network, int variable, struct buffer *buffer) {
  const bool of_assets = variable == LS_VARIABLE_PRICE_LOSS;
  const int32_t count = of_assets ? network->asset_count : network->entity_count;
  buffer_text(buffer, "scenario,target,variable,value\n");
  for (int32_t k = 0; k < count; k++) {
    const char *id = of_assets ? network_text(network, TABLE_ASSETS, "id", k) : network_entity_id(network, k);
    buffer_text(buffer, "none,");
    buffer_cell(buffer, id, false);
    buffer_print(buffer, ",%s,0\n", variable_name(variable));
  }
  return buffer->failed ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
}

static ls_status open_shares(struct reverse_space *space, const ls_run_options *options) {
  struct run_settings settings;
  struct buffer buffer = buffer_start(space->context);
  ls_status status = settings_resolve(space->context, space->network, options, &settings);
  if (status != LS_STATUS_OK) return status;
  const int variable = share_variable(settings.info->variables);
  if (variable < 0)
    return context_fail(
        space->context, LS_STATUS_UNUSABLE,
        "model '%s' takes no shock that is a share of an amount: give random scenarios (YAML) to search",
        settings.info->name);
  status = write_template(space->network, variable, &buffer);
  const struct rerun_purpose purpose = {
      .what = "reverse stress tests", .scenarios = buffer.data, .scenarios_length = buffer.length};
  if (status == LS_STATUS_OK) status = rerun_open(space->context, space->network, options, &purpose, &space->rerun);
  buffer_release(&buffer);
  return status;
}

/* ---- coordinates -------------------------------------------------------------------------------------------------- */

static ls_status find_sources(struct reverse_space *space) {
  const struct ls_shock_plan *shock = &space->shock;
  space->factor_count = shock->factor_count;
  space->source = context_allocate(space->context, (size_t)shock->source_count, sizeof *space->source);
  if (space->source == NULL) return LS_STATUS_OUT_OF_MEMORY;
  space->dimension = space->factor_count;
  for (int32_t s = 0; s < shock->source_count; s++)
    if (shock->source_own[s] > 0) space->source[space->dimension++ - space->factor_count] = s;
  return LS_STATUS_OK;
}

static ls_status find_costs(struct reverse_space *space) {
  space->dimension = space->shock.key_count;
  space->cost = context_allocate(space->context, (size_t)space->dimension, sizeof *space->cost);
  if (space->cost == NULL) return LS_STATUS_OUT_OF_MEMORY;
  double all = 0;
  for (int32_t k = 0; k < space->dimension; k++) all += space->cost[k] = space->money[k];
  if (all > 0) return LS_STATUS_OK;
  return context_fail(space->context, LS_STATUS_UNUSABLE, "the network has nothing that a shock could take");
}

static ls_status find_target(struct reverse_space *space, const ls_reverse_options *wanted) {
  space->entity = -1;
  space->target_loss = wanted->target_loss;
  space->is_net = space->rerun.job.settings.loss_is_net;
  if (wanted->target_default == NULL) return LS_STATUS_OK;
  space->entity = network_find_entity(space->network, wanted->target_default);
  if (space->entity < 0)
    return context_fail(space->context, LS_STATUS_UNUSABLE,
                        "the entity to make default is '%s', must be in entities.csv", wanted->target_default);
  return LS_STATUS_OK;
}

/* Numbers of a batch at most: 32 MiB. */
#define BATCH_NUMBERS (INT64_C(1) << 22)

static ls_status make_room(struct reverse_space *space) {
  enum { LEAST = 64, MOST = 4096 };
  ls_context *context = space->context;
  const struct ls_shock_plan *shock = &space->shock;
  const int64_t each = shock->key_count + space->dimension + 1;
  int64_t batch = BATCH_NUMBERS / each;
  batch = batch < LEAST ? LEAST : batch > MOST ? MOST : batch;
  space->batch = batch;
  space->value = context_allocate(context, (size_t)(batch * shock->key_count), sizeof *space->value);
  space->factor = context_allocate(context, (size_t)shock->factor_count, sizeof *space->factor);
  space->own = context_allocate(context, (size_t)shock->source_count, sizeof *space->own);
  space->out = context_allocate(context, (size_t)(3 * batch), sizeof *space->out);
  const bool whole = space->value != NULL && space->factor != NULL && space->own != NULL && space->out != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status find_columns(struct reverse_space *space) {
  space->shock = space->rerun.job.scenarios->shock;
  const size_t columns = (size_t)space->shock.column_count;
  space->variable = context_allocate(space->context, columns, sizeof *space->variable);
  space->target = context_allocate(space->context, columns, sizeof *space->target);
  if (space->variable == NULL || space->target == NULL) return LS_STATUS_OUT_OF_MEMORY;
  acting_columns(&space->rerun.acting, space->variable, space->target);
  return LS_STATUS_OK;
}

static ls_status open_random(struct reverse_space *space, const ls_run_options *options) {
  const struct rerun_purpose purpose = {.what = "reverse stress tests"};
  ls_status status = rerun_open(space->context, space->network, options, &purpose, &space->rerun);
  if (status != LS_STATUS_OK) return status;
  const struct scenario_set *set = space->rerun.job.scenarios;
  if (set->drawn) return yaml_read(space->context, set->file, set->text, set->text_length, &space->file);
  return context_fail(space->context, LS_STATUS_UNUSABLE,
                      "%s: scenarios given one by one leave nothing to search: give random ones (YAML), or none",
                      options->scenarios);
}

ls_status reverse_check_target(ls_context *context, const ls_reverse_options *wanted) {
  const bool by_loss = wanted->target_loss > 0;
  if (by_loss != (wanted->target_default != NULL) && isfinite(wanted->target_loss)) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_USAGE,
                      "exactly one of target_loss (above 0) and target_default must be given, is %.17g and '%s'",
                      wanted->target_loss, wanted->target_default != NULL ? wanted->target_default : "");
}

ls_status reverse_space_open(ls_context *context, const ls_network *network, const ls_run_options *options,
                             const ls_reverse_options *wanted, struct reverse_space *out) {
  struct reverse_space space = {.context = context, .network = network, .is_random = options->scenarios != NULL};
  ls_status status = space.is_random ? open_random(&space, options) : open_shares(&space, options);
  if (status == LS_STATUS_OK) status = find_target(&space, wanted);
  if (status == LS_STATUS_OK) status = find_columns(&space);
  if (status == LS_STATUS_OK) status = find_money(&space);
  if (status == LS_STATUS_OK) status = space.is_random ? find_sources(&space) : find_costs(&space);
  if (status == LS_STATUS_OK) status = make_room(&space);
  if (status == LS_STATUS_OK)
    *out = space;
  else
    reverse_space_close(&space);
  return status;
}

void reverse_space_close(struct reverse_space *space) {
  ls_context *context = space->context;
  if (context == NULL) return;
  context_release(context, space->source);
  context_release(context, space->cost);
  context_release(context, space->variable);
  context_release(context, space->target);
  context_release(context, space->money);
  context_release(context, space->value);
  context_release(context, space->factor);
  context_release(context, space->own);
  context_release(context, space->out);
  yaml_destroy(&space->file);
  rerun_close(&space->rerun);
  *space = (struct reverse_space){0};
}

const char *reverse_factor_name(const struct reverse_space *space, int32_t factor) {
  return yaml_find(yaml_find(space->file, "factors")->item[factor], "name")
      ->text; /* it was read before, and is whole */
}

/* ---- points ------------------------------------------------------------------------------------------------------- */

void reverse_values(struct reverse_space *space, const double *point, double *value) {
  if (!space->is_random) {
    memcpy(value, point, (size_t)space->dimension * sizeof *value);
    return;
  }
  for (int32_t f = 0; f < space->factor_count; f++) space->factor[f] = latent_factor(&space->shock, point, f);
  for (int32_t k = space->factor_count; k < space->dimension; k++)
    space->own[space->source[k - space->factor_count]] = point[k];
  latent_values(&space->shock, space->factor, space->own, value);
}

double reverse_size(const struct reverse_space *space, const double *point) {
  double sum = 0;
  for (int32_t k = 0; k < space->dimension; k++)
    sum += space->is_random ? point[k] * point[k] : point[k] * space->cost[k];
  return space->is_random ? sqrt(sum) : sum;
}

double reverse_money(const struct reverse_space *space, const double *value) {
  double sum = 0;
  for (int32_t key = 0; key < space->shock.key_count; key++)
    if (value[key] != variable_neutral(space->variable[space->shock.key_column[key]]))
      sum += value[key] * space->money[key];
  return sum;
}

/* The plans take the points as scenarios given one by one. */
static void set_scenarios(struct reverse_space *space, int64_t count) {
  struct ls_plan *const plans[] = {space->rerun.job.plan, space->rerun.job.detail};
  for (int k = 0; k < 2; k++) {
    plans[k]->shock.explicit_count = count;
    plans[k]->shock.explicit_value = space->value;
  }
}

static ls_status evaluate_batch(struct reverse_space *space, const double *point, int64_t count,
                                struct reverse_outcome *outcome) {
  const struct ls_output_layout *o = &space->rerun.job.plan->output;
  const bool by_default = space->entity >= 0;
  const int32_t entity = by_default ? space->entity : 0;
  for (int64_t k = 0; k < count; k++)
    reverse_values(space, point + k * space->dimension, space->value + k * space->shock.key_count);
  set_scenarios(space, count);
  space->evaluations += count;
  space->rerun.done = 0;
  space->rerun.total = count;
  const struct slot_range range[] = {
      {space->is_net ? o->loss_net : o->loss_gross, 1}, {o->loss + entity, 1}, {o->default_quarter + entity, 1}};
  ls_status status = rerun_compute(&space->rerun, 0, count, range, 3, space->out, space->batch);
  for (int64_t k = 0; k < count && status == LS_STATUS_OK; k++) {
    const double loss = space->out[k], own = space->out[space->batch + k], quarter = space->out[2 * space->batch + k];
    outcome[k] = (struct reverse_outcome){loss, by_default ? own : loss,
                                          isfinite(loss) && (by_default ? quarter >= 0 : loss >= space->target_loss)};
  }
  return status;
}

ls_status reverse_evaluate(struct reverse_space *space, const double *point, int64_t count,
                           struct reverse_outcome *outcome) {
  ls_status status = LS_STATUS_OK;
  for (int64_t first = 0; first < count && status == LS_STATUS_OK; first += space->batch) {
    const int64_t left = count - first, now = left < space->batch ? left : space->batch;
    status = evaluate_batch(space, point + first * space->dimension, now, outcome + first);
  }
  return status;
}

/* ---- as a scenario file ------------------------------------------------------------------------------------------- */

/* In the order of keys: quarter by quarter. */
static ls_status write_solution(const struct reverse *reverse, int32_t number, struct buffer *buffer) {
  const struct reverse_space *space = &reverse->space;
  ls_status status = LS_STATUS_OK;
  for (int32_t quarter = 0; quarter < space->shock.quarter_count; quarter++)
    for (int32_t key = space->shock.quarter_first_key[quarter];
         key < space->shock.quarter_first_key[quarter + 1] && status == LS_STATUS_OK; key++) {
      const int32_t column = space->shock.key_column[key];
      buffer_print(buffer, "reverse-%d,", (int)number + 1);
      char *target = target_text(space->context, space->network, space->variable[column], space->target[column]);
      if (target != NULL)
        buffer_cell(buffer, target, false);
      else
        status = LS_STATUS_OUT_OF_MEMORY;
      context_release(space->context, target);
      buffer_print(buffer, ",%s,", variable_name(space->variable[column]));
      buffer_number(buffer, reverse->solution[number].value[key], "0");
      buffer_print(buffer, ",%d\n", (int)quarter);
    }
  return status;
}

ls_status reverse_scenarios(const struct reverse *reverse, struct buffer *buffer) {
  ls_status status = LS_STATUS_OK;
  buffer_text(buffer, "scenario,target,variable,value,quarter\n");
  for (int32_t k = 0; k < reverse->count && status == LS_STATUS_OK; k++) status = write_solution(reverse, k, buffer);
  return status;
}
