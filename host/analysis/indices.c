/* indices.c - see indices.h: a run of all scenarios as they are, and one more for each entity with its default
 * forced. */
#include "analysis/indices.h"

#include <string.h>

/* ---- a block of scenarios -------------------------------------------------------------------------------------- */

/* Losses of entities, then their lines: row r of scenario k at [r * stride + k]. */
struct block {
  int64_t first, count, stride;
  double *as_is, *with_default;
  double *added; /* [n * stride] what defaults add to the loss of each, summed over who defaults */
};

/* Numbers of one block at most: 128 MiB, or one scenario. The same for any number of threads. */
#define BLOCK_NUMBERS (INT64_C(1) << 24)

static int64_t row_count(const struct indices *indices) { return (int64_t)indices->n * (1 + indices->line_count); }

static int64_t block_length(const struct indices *indices) {
  int64_t length = BLOCK_NUMBERS / row_count(indices);
  if (length > BLOCK_SCENARIOS) length = BLOCK_SCENARIOS;
  if (length > indices->rerun.scenario_count) length = indices->rerun.scenario_count;
  return length > 0 ? length : 1;
}

static ls_status block_create(ls_context *context, const struct indices *indices, struct block *block) {
  block->stride = block_length(indices);
  size_t numbers = (size_t)(row_count(indices) * block->stride);
  block->as_is = context_allocate(context, numbers, sizeof *block->as_is);
  block->with_default = context_allocate(context, numbers, sizeof *block->with_default);
  block->added = context_allocate(context, (size_t)(indices->n * block->stride), sizeof *block->added);
  bool whole = block->as_is != NULL && block->with_default != NULL && block->added != NULL;
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static void block_release(ls_context *context, struct block *block) {
  context_release(context, block->as_is);
  context_release(context, block->with_default);
  context_release(context, block->added);
}

static ls_status compute_rows(struct indices *indices, const struct block *block, double *value) {
  const struct ls_output_layout *o = &indices->rerun.job.plan->output;
  const struct slot_range range[] = {{o->loss, indices->n}, {o->line, indices->line_count * indices->n}};
  return rerun_compute(&indices->rerun, block->first, block->count, range, 2, value, block->stride);
}

/* ---- one default ----------------------------------------------------------------------------------------------- */

static double added(const struct block *block, int64_t row, int64_t k) {
  return block->with_default[row * block->stride + k] - block->as_is[row * block->stride + k];
}

static void add_losses(struct indices *indices, struct block *block, int32_t i) {
  for (int64_t k = 0; k < block->count; k++) {
    double others = 0;
    for (int32_t j = 0; j < indices->n; j++) {
      if (j == i) continue;
      others += added(block, j, k);
      block->added[j * block->stride + k] += added(block, j, k);
    }
    moments_add(&indices->entity[i].contagion, others);
  }
}

static void add_lines(struct indices *indices, const struct block *block, int32_t i) {
  const int32_t n = indices->n;
  for (int32_t line = 0; line < indices->line_count; line++)
    for (int32_t j = 0; j < n; j++) {
      double sum = 0;
      if (j == i) continue;
      for (int64_t k = 0; k < block->count; k++) sum += added(block, (int64_t)(line + 1) * n + j, k);
      indices->contagion_line[(int64_t)line * n + i] += sum;
      indices->vulnerability_line[(int64_t)line * n + j] += sum;
    }
}

static ls_status compute_block(struct indices *indices, struct block *block) {
  const int32_t n = indices->n;
  memset(block->added, 0, (size_t)(n * block->stride) * sizeof *block->added);
  acting_all(&indices->rerun.acting);
  ls_status status = compute_rows(indices, block, block->as_is);
  for (int32_t i = 0; i < n && status == LS_STATUS_OK; i++) {
    acting_force_default(&indices->rerun.acting, i);
    status = compute_rows(indices, block, block->with_default);
    if (status != LS_STATUS_OK) break;
    add_losses(indices, block, i);
    add_lines(indices, block, i);
  }
  for (int32_t j = 0; j < n && status == LS_STATUS_OK; j++)
    for (int64_t k = 0; k < block->count; k++) {
      moments_add(&indices->entity[j].loss, block->as_is[j * block->stride + k]);
      moments_add(&indices->entity[j].vulnerability, n > 1 ? block->added[j * block->stride + k] / (n - 1) : 0);
    }
  return status;
}

static ls_status compute_scenarios(struct indices *indices) {
  ls_context *context = indices->context;
  struct rerun *rerun = &indices->rerun;
  const int32_t n = indices->n;
  struct block block = {0};
  ls_status status = block_create(context, indices, &block);
  rerun->total = rerun->scenario_count * ((int64_t)n + 1);
  for (; block.first < rerun->scenario_count && status == LS_STATUS_OK; block.first += block.count) {
    int64_t left = rerun->scenario_count - block.first;
    block.count = left < block.stride ? left : block.stride;
    status = compute_block(indices, &block);
  }
  block_release(context, &block);
  const double scenarios = (double)rerun->scenario_count;
  for (int64_t k = 0; k < (int64_t)indices->line_count * n; k++) {
    indices->contagion_line[k] /= scenarios;
    indices->vulnerability_line[k] /= n > 1 ? scenarios * (n - 1) : scenarios;
  }
  return status;
}

/* ---- the linear regime ----------------------------------------------------------------------------------------- */

static ls_status sum_resolvent(struct indices *indices, const struct exposures *exposures) {
  struct linear_indices *linear = &indices->linear;
  bool converged = false;
  ls_status status = exposures_spectral_radius(exposures, &linear->radius);
  if (status != LS_STATUS_OK) return status;
  linear->has_radius = true;
  if (!(linear->radius.upper < 1)) {
    linear->missing = linear->radius.lower >= 1 ? "the spectral radius of relative exposures is not below 1"
                                                : "the spectral radius of relative exposures is not told from 1";
    return LS_STATUS_OK;
  }
  linear->vulnerability = context_allocate(indices->context, (size_t)indices->n, sizeof(double));
  linear->impact = context_allocate(indices->context, (size_t)indices->n, sizeof(double));
  if (linear->vulnerability == NULL || linear->impact == NULL) return LS_STATUS_OUT_OF_MEMORY;
  status = exposures_resolvent_sums(exposures, linear->vulnerability, linear->impact, &converged);
  if (status == LS_STATUS_OK && !converged)
    linear->missing = "the spectral radius of relative exposures is so near 1 that the sums did not converge";
  return status;
}

static ls_status compute_linear(struct indices *indices) {
  struct exposures exposures = {0};
  indices->linear.missing = exposures_missing(indices->network);
  if (indices->linear.missing != NULL) return LS_STATUS_OK;
  ls_status status = exposures_create(indices->context, indices->network, &exposures);
  if (status == LS_STATUS_OK) status = sum_resolvent(indices, &exposures);
  exposures_release(&exposures);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

static ls_status check_model(ls_context *context, const ls_network *network, const ls_run_options *options) {
  struct run_settings settings;
  ls_status status = settings_resolve(context, network, options, &settings);
  if (status != LS_STATUS_OK || (settings.info->variables >> LS_VARIABLE_DEFAULT & 1u) != 0) return status;
  return context_fail(context, LS_STATUS_UNUSABLE,
                      "model '%s' takes no shock 'default', of which contagion indices are made", settings.info->name);
}

static ls_status make_rows(struct indices *indices) {
  ls_context *context = indices->context;
  const struct ls_plan *plan = indices->rerun.job.plan;
  indices->n = plan->entity_count;
  indices->line_count = plan->output.line_count;
  size_t n = (size_t)indices->n, cells = n * (size_t)indices->line_count;
  double *equity = context_allocate(context, n, sizeof *equity);
  indices->entity = context_allocate(context, n, sizeof *indices->entity);
  indices->contagion_line = context_allocate(context, cells, sizeof *indices->contagion_line);
  indices->vulnerability_line = context_allocate(context, cells, sizeof *indices->vulnerability_line);
  bool whole = equity != NULL && indices->entity != NULL && indices->contagion_line != NULL &&
               indices->vulnerability_line != NULL;
  if (whole) {
    if (plan->fixed.parameter != NULL)
      plan_book_equity(indices->network, plan, equity);
    else
      memcpy(equity, plan->baseline_value + (int64_t)(plan->quarter_count - 1) * indices->n, n * sizeof *equity);
    for (size_t i = 0; i < n; i++) indices->entity[i].equity = equity[i];
  }
  context_release(context, equity);
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

ls_status indices_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                          struct indices *out) {
  struct indices indices = {.context = context, .network = network};
  ls_status status = check_model(context, network, options);
  const struct rerun_purpose purpose = {.what = "indices", .forces_default = true};
  if (status == LS_STATUS_OK) status = rerun_open(context, network, options, &purpose, &indices.rerun);
  if (status == LS_STATUS_OK) status = make_rows(&indices);
  if (status == LS_STATUS_OK) status = compute_scenarios(&indices);
  if (status == LS_STATUS_OK) status = compute_linear(&indices);
  if (status == LS_STATUS_OK)
    *out = indices;
  else
    indices_release(&indices);
  return status;
}

void indices_release(struct indices *indices) {
  ls_context *context = indices->context;
  if (context == NULL) return;
  context_release(context, indices->entity);
  context_release(context, indices->contagion_line);
  context_release(context, indices->vulnerability_line);
  context_release(context, indices->linear.vulnerability);
  context_release(context, indices->linear.impact);
  rerun_close(&indices->rerun);
  *indices = (struct indices){0};
}
