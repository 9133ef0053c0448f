/* circularity_draws.c - circularity over draws of the uncertain assumptions: each draw makes the tables anew. */
#include <string.h>

#include "analysis/circularity_study.h"
#include "analysis/schedule.h"
#include "network/redraw.h"
#include "scenario/assumption_draws.h"

enum { ATTEMPTS_MOST = 1000 }; /* as in a run (host/engine/draws.c) */

struct drawing {
  ls_context *scratch; /* for messages of sets that are refused */
  const ls_network *network;
  struct circularity_study *study;
  struct assumption_model *model;
  double *assumed; /* [rows of assumptions.csv] */
  double *value;   /* [bases * indices * draws] */
};

static bool is_refusal(ls_status status) {
  return status == LS_STATUS_INVALID_INPUT || status == LS_STATUS_UNUSABLE || status == LS_STATUS_USAGE;
}

static ls_status measure_basis(const struct drawing *drawing, const ls_network *network, int basis, int64_t draw) {
  const struct circularity_study *study = drawing->study;
  double index[CIRCULARITY_INDEX_COUNT];
  struct flows flows = {0};
  ls_status status =
      flows_of_network(drawing->scratch, network, study->basis[basis].kind, study->options.window, &flows);
  if (status == LS_STATUS_OK) status = circularity_measure_indices(drawing->scratch, &flows, index);
  flows_release(drawing->scratch, &flows);
  for (int k = 0; k < CIRCULARITY_INDEX_COUNT && status == LS_STATUS_OK; k++)
    drawing->value[((int64_t)basis * CIRCULARITY_INDEX_COUNT + k) * study->options.draws + draw] = index[k];
  return status;
}

/* A run would refuse a set whose plan cannot be made over all its quarters: such a set does not count here either,
 * whatever the bases and the window. */
static ls_status measure_draw(const struct drawing *drawing, int64_t draw) {
  struct schedule_plan schedule = {0};
  ls_network *network = NULL;
  ls_status status = network_redraw(drawing->scratch, drawing->network, drawing->assumed, &network);
  if (status == LS_STATUS_OK)
    status = schedule_plan_create(drawing->scratch, network, network->loop.quarters, &schedule);
  for (int k = 0; k < drawing->study->count && status == LS_STATUS_OK; k++)
    status = measure_basis(drawing, network, k, draw);
  schedule_plan_release(drawing->scratch, &schedule);
  network_destroy(&network);
  return status;
}

static ls_status draw_once(ls_context *context, const struct drawing *drawing, int32_t draw) {
  ls_status status = LS_STATUS_INVALID_INPUT;
  for (int32_t attempt = 0; attempt < ATTEMPTS_MOST; attempt++) {
    if (context_stop_requested(context))
      return context_fail(context, LS_STATUS_INTERRUPTED, "interrupted while drawing assumptions");
    ls_context_clear_messages(drawing->scratch);
    assumption_model_draw(drawing->model, drawing->study->options.seed, draw, attempt, drawing->assumed);
    status = measure_draw(drawing, draw);
    if (status == LS_STATUS_OK) return status;
    if (!is_refusal(status)) return context_fail(context, status, "%s", ls_context_message(drawing->scratch, 0));
    drawing->study->redrawn++;
  }
  return context_fault(context, "assumptions.csv", 0,
                       "the rules refused %d sets of values for draw %d of the assumptions; the last because %s",
                       ATTEMPTS_MOST, draw, ls_context_message(drawing->scratch, 0));
}

static ls_status make_room(ls_context *context, struct drawing *drawing) {
  const ls_circularity_options *options = &drawing->study->options;
  if (!network_is_of_ledger(drawing->network))
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "network '%s': its tables are not made of deals.csv and assumptions.csv, draws must be 0",
                        drawing->network->name);
  ls_status status = assumption_model_create(context, drawing->network, &drawing->model);
  if (status != LS_STATUS_OK) return status;
  if (drawing->model->count == 0)
    return context_fail(context, LS_STATUS_UNUSABLE,
                        "draws is %lld, but no row of assumptions.csv has a distribution over a range",
                        (long long)options->draws);
  const size_t values = (size_t)drawing->study->count * CIRCULARITY_INDEX_COUNT * (size_t)options->draws;
  drawing->assumed = context_allocate(context, (size_t)drawing->model->row_count, sizeof *drawing->assumed);
  drawing->value = context_allocate(context, values, sizeof *drawing->value);
  if (!drawing->assumed || !drawing->value) return LS_STATUS_OUT_OF_MEMORY;
  status = ls_context_create(&drawing->scratch);
  if (status != LS_STATUS_OK) return context_fail(context, status, "no memory for the messages of draws");
  const struct allocator allocator = context_allocator(context);
  ls_context_set_allocator(drawing->scratch, allocator.allocate, allocator.release, allocator.user);
  return LS_STATUS_OK;
}

static ls_status sum_up(ls_context *context, const struct drawing *drawing) {
  const int64_t draws = drawing->study->options.draws;
  double *value = drawing->value;
  ls_status status = LS_STATUS_OK;
  for (int b = 0; b < drawing->study->count; b++)
    for (int k = 0; k < CIRCULARITY_INDEX_COUNT && status == LS_STATUS_OK; k++, value += draws) {
      struct circularity_basis *basis = &drawing->study->basis[b];
      status = index_spread_of(context, value, draws, basis->index[k], &basis->drawn[k]);
    }
  return status;
}

ls_status circularity_draw(ls_context *context, const ls_network *network, struct circularity_study *study) {
  struct drawing drawing = {.network = network, .study = study};
  ls_status status = make_room(context, &drawing);
  for (int32_t draw = 0; draw < study->options.draws && status == LS_STATUS_OK; draw++)
    status = draw_once(context, &drawing, draw);
  if (status == LS_STATUS_OK) status = sum_up(context, &drawing);
  ls_context_destroy(&drawing.scratch);
  context_release(context, drawing.value);
  context_release(context, drawing.assumed);
  assumption_model_destroy(context, &drawing.model);
  return status;
}
