/* whatif.c - see whatif.h: blocks of scenarios run on every network in turn, so that pairs are never stored. */
#include "analysis/whatif.h"

#include <math.h>
#include <string.h>

#include "aggregate/quantile.h"

/* ---- numbers in pairs -------------------------------------------------------------------------------------------- */

static void compare_number(struct compared *compared, double base, double here) {
  moments_add(&compared->here, here);
  moments_add(&compared->difference, here - base);
}

/* The finite ones, ascending; returns how many. */
static int64_t sort_finite(const double *loss, const double *other, int64_t count, double *sorted, double *scratch) {
  int64_t kept = 0;
  for (int64_t k = 0; k < count; k++)
    if (isfinite(loss[k]) && (other == NULL || isfinite(other[k]))) sorted[kept++] = loss[k];
  sort_numbers(sorted, scratch, kept);
  return kept;
}

/* ES is the least of v + E[(X - v)+] / (1 - level) over v, reached at VaR (Rockafellar and Uryasev 2002, theorem 10): to first
 * order an error of VaR does not count, and the difference has the error of the paired means of (X - VaR)+ / (1 - level). */
struct whatif_tail whatif_tail_of(const double *loss, const double *base, int64_t count, int level, double *scratch) {
  struct whatif_tail tail = {NAN, NAN, NAN, NAN, NAN};
  struct moments excess = {0};
  double *sorted = scratch, *room = scratch + count, q = QUANTILE_LEVEL[level], of_base, of_base_se;
  int64_t kept = sort_finite(loss, base, count, sorted, room);
  if (kept == 0) return tail;
  tail.value = sorted[quantile_rank(kept, q) - 1];
  expected_shortfall(sorted, kept, q, &tail.shortfall, &tail.shortfall_se);
  if (base == NULL) return tail;
  sort_finite(base, loss, count, sorted, room);
  double value = sorted[quantile_rank(kept, q) - 1];
  expected_shortfall(sorted, kept, q, &of_base, &of_base_se);
  for (int64_t k = 0; k < count; k++)
    if (isfinite(loss[k]) && isfinite(base[k]))
      moments_add(&excess, excess_over(loss[k], tail.value) - excess_over(base[k], value));
  tail.difference = tail.shortfall - of_base;
  tail.difference_se = isnan(of_base_se) ? NAN : moments_error(&excess) / (1 - q);
  return tail;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

ls_status whatif_open(const struct whatif *whatif, const ls_run_options *given, const char *const *settings,
                      int setting_count, struct whatif_row *row) {
  ls_context *context = whatif->context;
  const struct rerun_purpose purpose = {.what = "questions of what if",
                                        .addresses = row->network != NULL ? whatif->network : NULL};
  const char **joined = NULL;
  ls_run_options options = *given;
  options.strict = options.strict && row->network == NULL; /* a shock to what was removed is no reason to refuse */
  const int warnings = ls_context_warning_count(context);
  ls_status status = settings_join(context, &options, settings, setting_count, &joined);
  if (status == LS_STATUS_OK)
    status =
        rerun_open(context, row->network != NULL ? row->network : whatif->network, &options, &purpose, &row->rerun);
  context_drop_warnings(context, warnings, true);
  context_release(context, joined);
  if (status != LS_STATUS_OK) return status;
  row->loss = context_allocate(context, (size_t)row->rerun.scenario_count, sizeof *row->loss);
  return row->loss != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

void whatif_row_release(ls_context *context, struct whatif_row *row) {
  rerun_close(&row->rerun);
  network_destroy(&row->network);
  context_release(context, row->entity);
  context_release(context, row->loss);
  *row = (struct whatif_row){0};
}

static struct slot_range system_range(const struct whatif *whatif, const struct whatif_row *row) {
  const struct ls_output_layout *o = &row->rerun.job.plan->output;
  return (struct slot_range){whatif->is_net ? o->loss_net : o->loss_gross, 1};
}

ls_status whatif_losses(const struct whatif *whatif, struct whatif_row *row) {
  const struct slot_range range = system_range(whatif, row);
  const int64_t count = row->rerun.scenario_count;
  row->rerun.total = count;
  return rerun_compute(&row->rerun, 0, count, &range, 1, row->loss, count);
}

/* Whom the network without shock loses, and what it is worth. */
static ls_status look_at_baseline(struct whatif_row *row, const ls_network *network) {
  ls_context *context = row->rerun.context;
  const struct ls_plan *plan = row->rerun.job.plan;
  const int32_t n = plan->entity_count;
  bool converged = false;
  double *quarter = context_allocate(context, (size_t)n, sizeof *quarter);
  if (quarter == NULL) return LS_STATUS_OUT_OF_MEMORY;
  const struct baseline_events events = {.default_quarter = quarter};
  ls_status status =
      job_set_baseline(context, network, &row->rerun.job.settings,
                       &(struct job_draw){row->rerun.job.plan, row->rerun.job.detail}, &events, &converged);
  for (int32_t i = 0; i < n && status == LS_STATUS_OK; i++) {
    row->baseline_value += plan->baseline_value[(int64_t)(plan->quarter_count - 1) * n + i];
    row->baseline_defaults += quarter[i] >= 0;
  }
  context_release(context, quarter);
  return status;
}

static ls_status open_row(struct whatif *whatif, const ls_run_options *options, int32_t number) {
  struct whatif_row *row = &whatif->row[number];
  const struct edit_case *edit_case = number > 0 ? &whatif->edits.list[number - 1] : NULL;
  ls_status status = LS_STATUS_OK;
  row->name = "";
  if (edit_case != NULL) {
    row->name = edit_case->name;
    status = edits_apply(whatif->context, &whatif->edits, edit_case, whatif->network, &row->network, &row->changes);
    row->changes += edit_case->setting_count;
  }
  if (status == LS_STATUS_OK)
    status = whatif_open(whatif, options, edit_case != NULL ? (const char *const *)edit_case->setting : NULL,
                         edit_case != NULL ? edit_case->setting_count : 0, row);
  if (status != LS_STATUS_OK) return status;
  row->entity = context_allocate(whatif->context, (size_t)whatif->network->entity_count, sizeof *row->entity);
  if (row->entity == NULL) return LS_STATUS_OUT_OF_MEMORY;
  return look_at_baseline(row, row->network != NULL ? row->network : whatif->network);
}

static ls_status open_rows(struct whatif *whatif, const ls_run_options *options) {
  whatif->row = context_allocate(whatif->context, (size_t)whatif->edits.count + 1, sizeof *whatif->row);
  if (whatif->row == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = LS_STATUS_OK;
  for (int32_t r = 0; r <= whatif->edits.count && status == LS_STATUS_OK; r++) {
    whatif->count++;
    status = open_row(whatif, options, r);
  }
  if (status == LS_STATUS_OK) whatif->is_net = whatif->row[0].rerun.job.settings.loss_is_net;
  return status;
}

/* ---- blocks of scenarios ----------------------------------------------------------------------------------------- */

/* Row r of scenario k at [r * stride + k]: losses of entities, quarters of their defaults, the system's loss, how many default. */
struct block {
  int64_t first, count, stride;
  double *base, *here;
};

/* Numbers of one block at most: 64 MiB, or one scenario. The same for any number of threads. */
#define BLOCK_NUMBERS (INT64_C(1) << 23)

static int64_t numbers_of(const struct whatif *whatif) { return 2 * (int64_t)whatif->network->entity_count + 2; }

static ls_status block_create(const struct whatif *whatif, struct block *block) {
  int64_t length = BLOCK_NUMBERS / numbers_of(whatif), count = whatif->row[0].rerun.scenario_count;
  if (length > BLOCK_SCENARIOS) length = BLOCK_SCENARIOS;
  if (length > count) length = count;
  block->stride = length > 0 ? length : 1;
  const size_t numbers = (size_t)(numbers_of(whatif) * block->stride);
  block->base = context_allocate(whatif->context, numbers, sizeof *block->base);
  block->here = context_allocate(whatif->context, numbers, sizeof *block->here);
  return block->base != NULL && block->here != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status compute_block(const struct whatif *whatif, struct whatif_row *row, const struct block *block,
                               double *value) {
  const struct ls_output_layout *o = &row->rerun.job.plan->output;
  const int32_t n = whatif->network->entity_count;
  const struct slot_range range[] = {
      {o->loss, n}, {o->default_quarter, n}, system_range(whatif, row), {o->default_count, 1}};
  return rerun_compute(&row->rerun, block->first, block->count, range, 4, value, block->stride);
}

static void add_scenario(const struct whatif *whatif, struct whatif_row *row, const struct block *block, int64_t k,
                         const double *here) {
  const int32_t n = whatif->network->entity_count;
  const double *base = block->base + k;
  const int64_t stride = block->stride, system = 2 * (int64_t)n;
  here += k;
  row->loss[block->first + k] = here[system * stride];
  if (!isfinite(here[system * stride]) || !isfinite(base[system * stride])) {
    row->not_finite++;
    return;
  }
  for (int32_t i = 0; i < n; i++) {
    const int64_t quarter = ((int64_t)n + i) * stride;
    compare_number(&row->entity[i].loss, base[i * stride], here[i * stride]);
    compare_number(&row->entity[i].defaults, base[quarter] >= 0, here[quarter] >= 0);
  }
  compare_number(&row->system, base[system * stride], here[system * stride]);
  compare_number(&row->any_default, base[(system + 1) * stride] > 0, here[(system + 1) * stride] > 0);
  compare_number(&row->default_count, base[(system + 1) * stride], here[(system + 1) * stride]);
}

/* Progress is that of all rows together. */
static ls_status run_block(struct whatif *whatif, struct block *block, int64_t *done) {
  const int64_t total = whatif->row[0].rerun.scenario_count * whatif->count;
  ls_status status = LS_STATUS_OK;
  for (int32_t r = 0; r < whatif->count && status == LS_STATUS_OK; r++) {
    struct whatif_row *row = &whatif->row[r];
    double *value = r == 0 ? block->base : block->here;
    const int64_t before = row->rerun.done;
    row->rerun.total = total;
    row->rerun.done = *done;
    status = compute_block(whatif, row, block, value);
    *done = row->rerun.done;
    row->rerun.done = before + block->count;
    for (int64_t k = 0; k < block->count && status == LS_STATUS_OK; k++) add_scenario(whatif, row, block, k, value);
  }
  return status;
}

static ls_status run_rows(struct whatif *whatif) {
  struct block block = {0};
  int64_t done = 0, count = whatif->row[0].rerun.scenario_count;
  ls_status status = block_create(whatif, &block);
  for (; block.first < count && status == LS_STATUS_OK; block.first += block.count) {
    const int64_t left = count - block.first;
    block.count = left < block.stride ? left : block.stride;
    status = run_block(whatif, &block, &done);
  }
  context_release(whatif->context, block.base);
  context_release(whatif->context, block.here);
  return status;
}

static ls_status set_tails(struct whatif *whatif) {
  const int64_t count = whatif->row[0].rerun.scenario_count;
  double *scratch = context_allocate(whatif->context, 2 * (size_t)count, sizeof *scratch);
  if (scratch == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t r = 0; r < whatif->count; r++)
    for (int level = 0; level < QUANTILE_LEVEL_COUNT; level++)
      whatif->row[r].tail[level] =
          whatif_tail_of(whatif->row[r].loss, r > 0 ? whatif->row[0].loss : NULL, count, level, scratch);
  context_release(whatif->context, scratch);
  return LS_STATUS_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

ls_status whatif_compute(ls_context *context, const ls_network *network, const char *edits,
                         const ls_run_options *options, struct whatif *out) {
  struct whatif whatif = {.context = context, .network = network};
  ls_status status = edits_read(context, edits, &whatif.edits);
  if (status == LS_STATUS_OK) status = open_rows(&whatif, options);
  if (status == LS_STATUS_OK) status = run_rows(&whatif);
  if (status == LS_STATUS_OK) status = set_tails(&whatif);
  if (status == LS_STATUS_OK && whatif.edits.has_search) status = whatif_search(&whatif, options);
  if (status == LS_STATUS_OK)
    *out = whatif;
  else
    whatif_release(&whatif);
  return status;
}

void whatif_release(struct whatif *whatif) {
  ls_context *context = whatif->context;
  if (context == NULL) return;
  for (int32_t r = 0; r < whatif->count; r++) whatif_row_release(context, &whatif->row[r]);
  context_release(context, whatif->row);
  context_release(context, whatif->search.step);
  edits_release(&whatif->edits);
  *whatif = (struct whatif){0};
}
