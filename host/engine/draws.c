/* draws.c - the plans of a run whose assumptions are drawn: each draw has its own tables, settings, plans and baseline. Members
 * of an ensemble go the same way, without drawing.
 *
 * A set of values that the rules of the tables refuse (a multiple beyond 100, shares of an issuer above 1, ...) is drawn again
 * with the next attempt, and counted: the draws are of the assumptions, given that the network they make is one.
 */
#include <stddef.h>

#include "engine/engine.h"
#include "engine/loop_finance.h"
#include "network/ensemble.h"
#include "network/redraw.h"
#include "scenario/assumption_draws.h"

enum { ATTEMPTS_MOST = 1000 };

struct drawing {
  ls_context *scratch; /* for messages of sets that are refused */
  const ls_run_options *options;
  struct job *job;
  struct assumption_model *model; /* NULL for members of an ensemble */
  double *value;                  /* [rows of assumptions.csv] */
};

/* Shocks name pledges by their row in the network's table; a draw must know the same ones. */
static ls_status match_pledges(ls_context *context, const ls_network *central, const ls_network *drawn,
                               struct ls_plan *plan) {
  const struct ls_loop_plan *loop = &plan->loop;
  const struct table *pledges = &drawn->table[TABLE_PLEDGES];
  for (int32_t k = 0; k < loop->pledge.count; k++) {
    int32_t *row = (int32_t *)&loop->pledge_row[k];
    const int64_t found = network_find_pair(central, TABLE_PLEDGES, pledges->from[*row], pledges->to[*row]);
    if (found < 0)
      return context_fail(context, LS_STATUS_UNUSABLE, "pledge '%s>%s' is none on central values",
                          network_entity_id(drawn, pledges->from[*row]), network_entity_id(drawn, pledges->to[*row]));
    *row = (int32_t)found;
  }
  return LS_STATUS_OK;
}

/* They name orders by the first contract of the pair. A pair that has none on central values is not shocked: it is no reason to
 * draw again, for other scenarios of the file would then be of other draws. */
static void match_purchases(const ls_network *central, const ls_network *drawn, struct ls_plan *plan) {
  const struct ls_loop_plan *loop = &plan->loop;
  const struct table *purchases = &drawn->table[TABLE_PURCHASES];
  for (int32_t k = 0; k < loop->purchase.count; k++) {
    const int32_t row = loop->purchase_row[k];
    const int64_t found = network_find_pair(central, TABLE_PURCHASES, purchases->from[row], purchases->to[row]);
    ((int32_t *)loop->purchase_target)[k] = (int32_t)found;
  }
  plan_mark_moved(plan);
}

static ls_status make_plan(const struct drawing *drawing, const ls_network *network,
                           const struct run_settings *settings, bool detail, struct ls_plan **plan) {
  const struct job *job = drawing->job;
  ls_status status = plan_create(drawing->scratch, network, settings, job->scenarios, detail, plan);
  if (status == LS_STATUS_OK) status = match_pledges(drawing->scratch, job->network, network, *plan);
  if (status == LS_STATUS_OK) match_purchases(job->network, network, *plan);
  return status;
}

static ls_status make_network(const struct drawing *drawing, int32_t draw, ls_network **network) {
  const struct job *job = drawing->job;
  if (drawing->model == NULL) return ensemble_member(drawing->scratch, job->network, draw + 1, network);
  return network_redraw(drawing->scratch, job->network, drawing->value, network);
}

/* Everything about draw number `draw` under drawing->value. */
static ls_status build(const struct drawing *drawing, int32_t draw) {
  struct job *job = drawing->job;
  struct draw_record *record = &job->record;
  struct job_draw *plans = &job->draw[draw];
  struct run_settings settings = {0};
  ls_network *network = NULL;
  const int64_t n = job->plan->entity_count, quarters = job->plan->quarter_count;
  bool converged = false;
  ls_status status = make_network(drawing, draw, &network);
  if (status == LS_STATUS_OK) status = settings_resolve(drawing->scratch, network, drawing->options, &settings);
  settings.shocked = job->settings.shocked;
  settings.features = job->settings.features;
  if (status == LS_STATUS_OK) status = make_plan(drawing, network, &settings, false, &plans->plan);
  if (status == LS_STATUS_OK) status = make_plan(drawing, network, &settings, true, &plans->detail);
  if (status == LS_STATUS_OK) {
    const struct baseline_events events = {record->field[DRAW_DEFAULT_QUARTER] + draw * n,
                                           record->field[DRAW_DISTRESS_QUARTER] + draw * n};
    status = job_set_baseline(drawing->scratch, network, &settings, plans, &events, &converged);
  }
  if (status == LS_STATUS_OK) {
    double *value = record->field[DRAW_BASELINE_VALUE] + draw * n, *loss = record->field[DRAW_LOSS_AT_ZERO] + draw * n;
    plan_book_equity(network, plans->plan, loss);
    for (int64_t i = 0; i < n; i++) {
      value[i] = plans->plan->baseline_value[(quarters - 1) * n + i];
      loss[i] -= value[i];
    }
    job->baseline_converged = job->baseline_converged && converged;
  } else {
    plan_destroy(drawing->scratch, &plans->plan);
    plan_destroy(drawing->scratch, &plans->detail);
  }
  network_destroy(&network);
  return status;
}

static bool is_refusal(ls_status status) {
  return status == LS_STATUS_INVALID_INPUT || status == LS_STATUS_UNUSABLE || status == LS_STATUS_USAGE;
}

static ls_status draw_once(ls_context *context, const struct drawing *drawing, int32_t draw) {
  struct draw_record *record = &drawing->job->record;
  ls_status status = LS_STATUS_INVALID_INPUT;
  for (int32_t attempt = 0; attempt < ATTEMPTS_MOST; attempt++) {
    if (context_stop_requested(context)) return context_fail(context, LS_STATUS_INTERRUPTED, "interrupted");
    ls_context_clear_messages(drawing->scratch);
    assumption_model_draw(drawing->model, drawing->job->scenarios->seed, draw, attempt, drawing->value);
    status = build(drawing, draw);
    if (!is_refusal(status)) break;
    record->redrawn++;
  }
  for (int32_t j = 0; j < record->row_count; j++)
    record->value[(int64_t)draw * record->row_count + j] = drawing->value[record->row[j]];
  if (status == LS_STATUS_OK) return LS_STATUS_OK;
  if (!is_refusal(status)) return context_fail(context, status, "%s", ls_context_message(drawing->scratch, 0));
  return context_fault(context, "assumptions.csv", 0,
                       "the rules refused %d sets of values for draw %d of the assumptions; the last because %s",
                       ATTEMPTS_MOST, draw, ls_context_message(drawing->scratch, 0));
}

static ls_status build_member(ls_context *context, const struct drawing *drawing, int32_t draw) {
  if (context_stop_requested(context)) return context_fail(context, LS_STATUS_INTERRUPTED, "interrupted");
  ls_context_clear_messages(drawing->scratch);
  const ls_status status = build(drawing, draw);
  if (status == LS_STATUS_OK) return LS_STATUS_OK;
  return context_fail(context, status, "member %d of the ensemble: %s", (int)draw + 1,
                      ls_context_message(drawing->scratch, 0));
}

/* Which assumptions are drawn; none in a run over an ensemble. */
static ls_status choose_assumptions(ls_context *context, int32_t count, struct drawing *drawing) {
  struct job *job = drawing->job;
  if (job->scenarios->of_ensemble)
    return draw_record_create(context, count, 0, job->network->entity_count, &job->record);
  ls_status status = assumption_model_create(context, job->network, &drawing->model);
  if (status != LS_STATUS_OK) return status;
  if (drawing->model->count == 0)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "assumption_draws is %d, but no row of assumptions.csv has a distribution over a range", count);
  status = draw_record_create(context, count, drawing->model->count, job->network->entity_count, &job->record);
  if (status != LS_STATUS_OK) return status;
  for (int32_t j = 0; j < drawing->model->count; j++) job->record.row[j] = drawing->model->range[j].row;
  return LS_STATUS_OK;
}

static ls_status make_room(ls_context *context, int32_t count, struct drawing *drawing) {
  struct job *job = drawing->job;
  ls_status status = choose_assumptions(context, count, drawing);
  if (status != LS_STATUS_OK) return status;
  const int64_t rows = drawing->model != NULL ? drawing->model->row_count : 0;
  drawing->value = context_allocate(context, (size_t)rows, sizeof *drawing->value);
  job->draw = context_allocate(context, (size_t)count, sizeof *job->draw);
  if (job->draw == NULL || drawing->value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  job->draw_count = count;
  status = ls_context_create(&drawing->scratch);
  if (status != LS_STATUS_OK) return context_fail(context, status, "no memory for the messages of draws");
  const struct allocator allocator = context_allocator(context);
  ls_context_set_allocator(drawing->scratch, allocator.allocate, allocator.release, allocator.user);
  return LS_STATUS_OK;
}

ls_status draws_prepare(ls_context *context, const ls_run_options *options, struct job *job) {
  struct drawing drawing = {.options = options, .job = job};
  const int32_t count = job->scenarios->assumption_draws;
  if (count <= 1) return LS_STATUS_OK;
  ls_status status = make_room(context, count, &drawing);
  for (int32_t draw = 0; draw < count && status == LS_STATUS_OK; draw++)
    status = drawing.model != NULL ? draw_once(context, &drawing, draw) : build_member(context, &drawing, draw);
  ls_context_destroy(&drawing.scratch);
  context_release(context, drawing.value);
  if (drawing.model != NULL) assumption_model_destroy(context, &drawing.model);
  return status;
}

void draws_release(ls_context *context, struct job *job) {
  const struct allocator allocator = context_allocator(context);
  for (int32_t draw = 0; draw < job->draw_count; draw++) {
    plan_destroy(context, &job->draw[draw].plan);
    plan_destroy(context, &job->draw[draw].detail);
  }
  context_release(context, job->draw);
  draw_record_release(&allocator, &job->record);
  job->draw = NULL;
  job->draw_count = 0;
}
