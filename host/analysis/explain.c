/* explain.c - see explain.h: the scenario is computed again, then without each target's shocks, then with each failure kept off. */
#include "analysis/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results_text.h"
#include "engine/loop_causes.h"
#include "network/table.h"
#include "scenario/latent.h"
#include "scenario/shock_keys.h"
#include "scenario/targets.h"
#include "scenario/variables.h"

enum { TARGETS_MOST = 256, RESCUES_MOST = 8 };

/* One scenario is no work for many. */
static ls_run_options explain_machine(void) {
  ls_run_options machine = ls_run_options_default();
  machine.backend = "cpu";
  machine.threads = 1;
  return machine;
}

/* ---- which one ---------------------------------------------------------------------------------------------------- */

static bool is_number(const char *text, int64_t *number) {
  char *end = NULL;
  if (*text < '0' || *text > '9') return false;
  *number = strtoll(text, &end, 10);
  return *end == '\0';
}

static ls_status find_scenario(struct explanation *e, const char *scenario) {
  const struct scenario_set *set = e->again.job.scenarios;
  for (int64_t k = 0; set->id != NULL && k < set->count; k++)
    if (strcmp(set->id[k], scenario) == 0) {
      e->number = k;
      e->id = set->id[k];
      return LS_STATUS_OK;
    }
  if (is_number(scenario, &e->number) && e->number < set->count) {
    if (set->id != NULL) e->id = set->id[e->number];
    return LS_STATUS_OK;
  }
  return context_fail(e->context, LS_STATUS_USAGE, "there is no scenario '%s': the results have numbers 0 to %lld%s",
                      scenario, (long long)set->count - 1, set->id != NULL ? ", or the names in their file" : "");
}

/* ---- computing it ------------------------------------------------------------------------------------------------- */

static ls_status keep_value(ls_context *context, void *user, const struct chunk *chunk) {
  double *value = ((double **)user)[0];
  const int64_t slots = *((int64_t **)user)[1];
  (void)context;
  for (int64_t k = 0; k < slots; k++) value[k] = chunk->value[k * chunk->stride];
  return LS_STATUS_OK;
}

/* All outputs of the scenario under a job, with the model's own where `detail`. */
static ls_status compute(const struct explanation *e, const struct job *job, bool detail, double *value) {
  int64_t slots = (detail ? job->detail : job->plan)->output.slot_count;
  void *user[2] = {value, &slots};
  return job_compute(e->context, job, detail, &e->number, 0, 1,
                     &(struct receiver){.consume = keep_value, .user = user});
}

static const struct ls_output_layout *layout_of(const struct explanation *e) { return &e->again.job.detail->output; }

static double system_of(const struct explanation *e, const struct ls_output_layout *o, const double *value) {
  return value[e->results->identity.loss_is_net ? o->loss_net : o->loss_gross];
}

double explain_loss(const struct explanation *e, int32_t entity) { return e->value[layout_of(e)->loss + entity]; }

double explain_default_quarter(const struct explanation *e, int32_t entity) {
  const int32_t at = layout_of(e)->default_quarter;
  return at < 0 ? -1 : e->value[at + entity];
}

/* Bit for bit what the results say? */
static ls_status check_against_results(const struct explanation *e) {
  const struct accumulator *a = e->results->accumulator;
  const struct ls_output_layout *o = layout_of(e);
  int64_t place = e->number - a->shape.first_scenario;
  if (e->results->identity.scenario_count != a->shape.scenario_count)
    return LS_STATUS_OK; /* a replay: in another order */
  if (place < 0 || place >= a->shape.scenario_count) return LS_STATUS_OK;
  const bool same = a->loss_gross[place] == e->value[o->loss_gross] && a->loss_net[place] == e->value[o->loss_net] &&
                    a->scenario_defaults[place] == (int32_t)e->value[o->default_count];
  if (same || !isfinite(e->value[o->loss_gross])) return LS_STATUS_OK;
  return context_fail(e->context, LS_STATUS_INTERNAL,
                      "scenario %lld loses %.17g computed again, and %.17g in the results", (long long)e->number,
                      e->value[o->loss_gross], a->loss_gross[place]);
}

static void rank_scenario(struct explanation *e) {
  const double *loss = results_system_losses(e->results);
  for (int64_t k = 0; k < e->results->accumulator->shape.scenario_count; k++) e->no_larger += loss[k] <= e->system;
}

static ls_status compute_scenario(struct explanation *e) {
  e->value = context_allocate(e->context, (size_t)layout_of(e)->slot_count, sizeof *e->value);
  if (e->value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = compute(e, &e->again.job, true, e->value);
  if (status != LS_STATUS_OK) return status;
  e->system = system_of(e, layout_of(e), e->value);
  for (int32_t i = 0; i < e->n; i++) e->failed_count += explain_default_quarter(e, i) >= 0;
  rank_scenario(e);
  return check_against_results(e);
}

/* The plan that the scenario runs under. */
static const struct ls_plan *plan_of(const struct job *job, int64_t number) {
  return job->draw_count > 0 ? job->draw[scenario_draw(number, job->draw_count)].plan : job->plan;
}

static ls_status find_causes(struct explanation *e) {
  if (e->info->cause[0] == NULL) return LS_STATUS_OK;
  e->cause = context_allocate(e->context, LOOP_CAUSE_COUNT * ((size_t)e->n + 1), sizeof *e->cause);
  if (e->cause == NULL) return LS_STATUS_OUT_OF_MEMORY;
  return loop_causes(e->context, plan_of(&e->again.job, e->number), e->number, e->cause);
}

/* ---- its shocks --------------------------------------------------------------------------------------------------- */

/* The number of a target by its name, a new one where it is not there yet; -1 without memory. */
static int32_t find_target(struct explanation *e, int32_t variable, int32_t target) {
  char *name = target_text(e->context, e->results->network, variable, target);
  if (name == NULL) return -1;
  for (int32_t t = 0; t < e->target_count; t++)
    if (strcmp(e->target[t].name, name) == 0) {
      context_release(e->context, name);
      return t;
    }
  e->target[e->target_count] = (struct told_target){.name = name, .without = NAN, .alone = NAN};
  return e->target_count++;
}

/* A key says nothing new where the column's value holds on from an earlier quarter. */
static bool says_something(const struct ls_shock_plan *shock, const double *value, int32_t key, int32_t variable) {
  double before = variable_neutral(variable);
  for (int32_t k = 0; k < key && variable != LS_VARIABLE_DEFAULT; k++)
    if (shock->key_column[k] == shock->key_column[key]) before = value[k];
  return value[key] != before;
}

static ls_status list_shocks(struct explanation *e, const struct acting *acting, const double *value,
                             int32_t *target_of) {
  const struct ls_shock_plan *shock = &e->again.job.scenarios->shock;
  ls_context *context = e->context;
  int32_t *variable = context_allocate(context, (size_t)shock->column_count, sizeof *variable);
  int32_t *target = context_allocate(context, (size_t)shock->column_count, sizeof *target);
  ls_status status = variable != NULL && target != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) acting_columns(acting, variable, target);
  for (int32_t column = 0; column < shock->column_count && status == LS_STATUS_OK; column++) target_of[column] = -1;
  for (int32_t key = 0; key < shock->key_count && status == LS_STATUS_OK; key++) {
    const int32_t column = shock->key_column[key];
    if (!says_something(shock, value, key, variable[column])) continue;
    const int32_t number = find_target(e, variable[column], target[column]);
    if (number < 0) status = LS_STATUS_OUT_OF_MEMORY;
    if (status != LS_STATUS_OK) break;
    target_of[column] = number;
    e->target[number].key_count++;
    e->shock[e->shock_count++] =
        (struct told_shock){number, variable[column], shock_keys_quarter(shock, key), value[key]};
  }
  context_release(context, target);
  context_release(context, variable);
  return status;
}

/* ---- without and with each target's shocks ------------------------------------------------------------------------ */

static ls_status run_acting(const struct explanation *e, const struct acting *acting, const bool *acts, double *room,
                            double *loss) {
  acting_only(acting, acts);
  ls_status status = compute(e, &e->again.job, false, room);
  if (status == LS_STATUS_OK) *loss = system_of(e, &e->again.job.plan->output, room);
  return status;
}

static ls_status compare_targets(struct explanation *e, const struct acting *acting, const int32_t *target_of) {
  const int32_t columns = e->again.job.scenarios->shock.column_count;
  bool *acts = context_allocate(e->context, (size_t)columns, sizeof *acts);
  double *room = context_allocate(e->context, (size_t)e->again.job.plan->output.slot_count, sizeof *room);
  ls_status status = acts != NULL && room != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int32_t t = 0; t < e->target_count && status == LS_STATUS_OK; t++) {
    for (int32_t c = 0; c < columns; c++) acts[c] = target_of[c] != t;
    status = run_acting(e, acting, acts, room, &e->target[t].without);
    for (int32_t c = 0; c < columns; c++) acts[c] = target_of[c] == t;
    if (status == LS_STATUS_OK) status = run_acting(e, acting, acts, room, &e->target[t].alone);
  }
  acting_all(acting);
  e->has_others = true;
  context_release(e->context, room);
  context_release(e->context, acts);
  return status;
}

static ls_status tell_shocks(struct explanation *e) {
  struct scenario_set *set = e->again.job.scenarios;
  const struct ls_shock_plan *shock = &set->shock;
  struct acting acting = {0};
  ls_context *context = e->context;
  const size_t keys = (size_t)shock->key_count;
  int32_t *target_of = context_allocate(context, (size_t)shock->column_count, sizeof *target_of);
  double *value = context_allocate(context, keys, sizeof *value);
  double *room = context_allocate(context, (size_t)latent_room(shock), sizeof *room);
  e->shock = context_allocate(context, keys, sizeof *e->shock);
  e->target = context_allocate(context, keys, sizeof *e->target);
  ls_status status = acting_create(context, set, &acting);
  if (target_of == NULL || value == NULL || room == NULL || e->shock == NULL || e->target == NULL)
    status = LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) latent_draw(shock, e->number, value, room);
  if (status == LS_STATUS_OK) status = list_shocks(e, &acting, value, target_of);
  if (status == LS_STATUS_OK && e->target_count <= TARGETS_MOST) status = compare_targets(e, &acting, target_of);
  acting_release(context, &acting);
  context_release(context, room);
  context_release(context, value);
  context_release(context, target_of);
  return status;
}

/* ---- had it been kept whole --------------------------------------------------------------------------------------- */

static ls_status raise(ls_context *context, ls_network *network, const char *column, int32_t entity, double amount) {
  struct table_column *cells = table_column_open(context, network, TABLE_ENTITIES, column, false);
  if (cells == NULL) return LS_STATUS_OUT_OF_MEMORY;
  cells->number[entity] = (isnan(cells->number[entity]) ? 0 : cells->number[entity]) + amount;
  return LS_STATUS_OK;
}

/* The scenario with more cash, and more equity where that is given, in one entity. */
static ls_status run_with_buffer(const struct explanation *e, int32_t entity, double buffer, double *room) {
  ls_context *context = e->context;
  ls_network *network = NULL;
  const int warnings = ls_context_warning_count(context);
  ls_status status = network_copy(context, e->results->network, &network);
  if (status == LS_STATUS_OK) status = raise(context, network, "cash", entity, buffer);
  const double *equity = status == LS_STATUS_OK ? network_numbers(network, TABLE_ENTITIES, "equity") : NULL;
  if (equity != NULL && !isnan(equity[entity])) status = raise(context, network, "equity", entity, buffer);
  struct job variant = {0};
  if (status == LS_STATUS_OK) status = job_vary(context, &e->again.job, network, &e->again.job.settings, &variant);
  if (status == LS_STATUS_OK) status = compute(e, &variant, false, room);
  job_release_variant(context, &variant);
  context_drop_warnings(context, warnings, false); /* the run's own were told */
  network_destroy(&network);
  return status;
}

static bool fails(const struct explanation *e, const double *room, int32_t entity) {
  return room[e->again.job.plan->output.default_quarter + entity] >= 0;
}

/* The least buffer, to a millionth: doubled until it is enough, then halved between. */
static ls_status find_buffer(const struct explanation *e, struct told_rescue *rescue, double *room) {
  enum { DOUBLINGS = 24, HALVINGS = 20 };
  double enough = fmax(fabs(explain_loss(e, rescue->entity)), 1e-6) / 64, short_of = 0;
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < DOUBLINGS && !rescue->possible && status == LS_STATUS_OK; k++) {
    status = run_with_buffer(e, rescue->entity, enough, room);
    rescue->possible = status == LS_STATUS_OK && !fails(e, room, rescue->entity);
    if (rescue->possible) break;
    short_of = enough;
    enough *= 2;
  }
  for (int k = 0; k < HALVINGS && rescue->possible && status == LS_STATUS_OK; k++) {
    const double middle = short_of + (enough - short_of) / 2;
    status = run_with_buffer(e, rescue->entity, middle, room);
    if (status == LS_STATUS_OK && fails(e, room, rescue->entity))
      short_of = middle;
    else
      enough = middle;
  }
  rescue->buffer = enough;
  return status == LS_STATUS_OK && rescue->possible ? run_with_buffer(e, rescue->entity, enough, room) : status;
}

static ls_status keep_whole(const struct explanation *e, struct told_rescue *rescue, double *room) {
  const struct ls_output_layout *o = &e->again.job.plan->output;
  rescue->loss = context_allocate(e->context, (size_t)e->n, sizeof *rescue->loss);
  rescue->defaults = context_allocate(e->context, (size_t)e->n, sizeof *rescue->defaults);
  if (rescue->loss == NULL || rescue->defaults == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = find_buffer(e, rescue, room);
  for (int32_t i = 0; i < e->n && status == LS_STATUS_OK && rescue->possible; i++) {
    rescue->loss[i] = room[o->loss + i];
    rescue->defaults[i] = fails(e, room, i);
    if (i != rescue->entity) rescue->averted += fmax(explain_loss(e, i), 0) - fmax(rescue->loss[i], 0);
  }
  return status;
}

static bool was_forced(const struct explanation *e, int32_t entity) {
  const int32_t at = layout_of(e)->forced;
  return at >= 0 && e->value[at + entity] > 0;
}

static ls_status rescue_failed(struct explanation *e) {
  if (e->failed_count == 0) return LS_STATUS_OK;
  if (e->again.job.draw_count > 0) {
    e->no_rescue = "the run draws its assumptions";
    return LS_STATUS_OK;
  }
  int32_t *order = context_allocate(e->context, (size_t)e->failed_count, sizeof *order);
  double *room = context_allocate(e->context, (size_t)e->again.job.plan->output.slot_count, sizeof *room);
  e->rescue = context_allocate(e->context, RESCUES_MOST, sizeof *e->rescue);
  ls_status status = order != NULL && room != NULL && e->rescue != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) explain_order(e, order);
  for (int32_t k = 0; k < e->failed_count && e->rescue_count < RESCUES_MOST && status == LS_STATUS_OK; k++) {
    if (was_forced(e, order[k])) continue;
    e->rescue[e->rescue_count].entity = order[k];
    status = keep_whole(e, &e->rescue[e->rescue_count++], room);
  }
  context_release(e->context, room);
  context_release(e->context, order);
  return status;
}

/* ---- the whole ---------------------------------------------------------------------------------------------------- */

static double wave_of(const struct explanation *e, int32_t entity) {
  const struct ls_output_layout *o = layout_of(e);
  return o->wave >= 0 ? e->value[o->detail + o->wave * e->n + entity] : 0;
}

/* Insertion keeps entities of one quarter and wave in the order of the file. */
void explain_order(const struct explanation *e, int32_t *entity) {
  int32_t count = 0;
  for (int32_t i = 0; i < e->n; i++) {
    const double quarter = explain_default_quarter(e, i), wave = wave_of(e, i);
    int32_t at = count;
    if (quarter < 0) continue;
    for (; at > 0; at--) {
      const double before = explain_default_quarter(e, entity[at - 1]);
      if (before < quarter || (before == quarter && wave_of(e, entity[at - 1]) <= wave)) break;
      entity[at] = entity[at - 1];
    }
    entity[at] = i;
    count++;
  }
}

static ls_status explain(struct explanation *e, const char *scenario) {
  const ls_run_options machine = explain_machine();
  const int warnings = ls_context_warning_count(e->context);
  if (!e->results->complete)
    return context_fail(e->context, LS_STATUS_UNUSABLE, "these are a part of a run: merge the parts first");
  if (e->info == NULL)
    return context_fail(e->context, LS_STATUS_UNUSABLE, "this version has no model '%s'", e->results->identity.model);
  ls_status status = job_prepare_again(e->context, e->results, &machine, &e->again);
  context_drop_warnings(e->context, warnings, false); /* they were told when it was run */
  if (status == LS_STATUS_OK) status = find_scenario(e, scenario);
  if (status == LS_STATUS_OK) status = compute_scenario(e);
  if (status == LS_STATUS_OK) status = find_causes(e);
  if (status == LS_STATUS_OK) status = tell_shocks(e);
  return status == LS_STATUS_OK ? rescue_failed(e) : status;
}

ls_status explain_compute(ls_context *context, const ls_results *results, const char *scenario,
                          struct explanation *out) {
  struct explanation e = {
      .context = context, .results = results, .info = results_model(results), .n = results->network->entity_count};
  ls_status status = explain(&e, scenario);
  if (status == LS_STATUS_OK)
    *out = e;
  else
    explain_release(&e);
  return status;
}

void explain_release(struct explanation *e) {
  ls_context *context = e->context;
  if (context == NULL) return;
  for (int32_t t = 0; t < e->target_count; t++) context_release(context, e->target[t].name);
  for (int32_t r = 0; r < e->rescue_count; r++) {
    context_release(context, e->rescue[r].loss);
    context_release(context, e->rescue[r].defaults);
  }
  context_release(context, e->rescue);
  context_release(context, e->target);
  context_release(context, e->shock);
  context_release(context, e->cause);
  context_release(context, e->value);
  job_release_again(context, &e->again);
  *e = (struct explanation){0};
}
