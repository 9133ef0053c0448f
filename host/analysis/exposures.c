/* exposures.c - the matrix of relative exposures, from the plan that linear DebtRank runs under. */
#include "analysis/exposures.h"

#include <string.h>

#include "engine/plan.h"

static const char MODEL[] = "debtrank-linear";

const char *exposures_missing(const ls_network *network) {
  if (!network->table[TABLE_LIABILITIES].present) return "the network has no liabilities.csv";
  if (network_column(network, TABLE_ENTITIES, "equity") == NULL &&
      network_column(network, TABLE_ENTITIES, "external_assets") == NULL)
    return "entities.csv has neither equity nor external_assets: nobody's equity is known";
  return NULL;
}

/* The plan of a run without shock. */
static ls_status make_plan(const ls_network *network, struct exposures *exposures) {
  const ls_run_options options = {.model = MODEL};
  struct run_settings settings;
  ls_context *context = exposures->context;
  ls_status status = settings_resolve(context, network, &options, &settings);
  if (status != LS_STATUS_OK) return status;
  const struct scenario_options none = {.keep_worst = -1, .model = MODEL, .quarter_count = 1};
  status = scenario_read(context, network, &none, &exposures->none);
  if (status != LS_STATUS_OK) return status;
  return plan_create(context, network, &settings, exposures->none, false, &exposures->plan);
}

static void keep_links(struct exposures *exposures) {
  const struct ls_static_plan *fixed = &exposures->plan->fixed;
  const double *equity = exposures_sheet(exposures, LS_PARAMETER_EQUITY);
  int64_t kept = 0;
  for (int32_t i = 0; i < exposures->n; i++) exposures->left_out[i] = !(equity[i] > 0);
  for (int32_t i = 0; i < exposures->n; i++) {
    exposures->row_start[i] = kept;
    for (int64_t k = fixed->row_start[i]; k < fixed->row_start[i + 1] && !exposures->left_out[i]; k++) {
      if (exposures->left_out[fixed->column[k]]) continue;
      exposures->column[kept] = fixed->column[k];
      exposures->weight[kept++] = fixed->weight[k];
    }
  }
  exposures->row_start[exposures->n] = kept;
}

ls_status exposures_create(ls_context *context, const ls_network *network, struct exposures *out) {
  struct exposures made = {.context = context, .n = network->entity_count};
  ls_status status = make_plan(network, &made);
  if (status == LS_STATUS_OK) {
    size_t n = (size_t)made.n, links = (size_t)made.plan->fixed.row_start[made.n];
    made.row_start = context_allocate(context, n + 1, sizeof *made.row_start);
    made.column = context_allocate(context, links, sizeof *made.column);
    made.weight = context_allocate(context, links, sizeof *made.weight);
    made.left_out = context_allocate(context, n, sizeof *made.left_out);
    if (made.row_start == NULL || made.column == NULL || made.weight == NULL || made.left_out == NULL)
      status = LS_STATUS_OUT_OF_MEMORY;
  }
  if (status == LS_STATUS_OK) {
    keep_links(&made);
    *out = made;
  } else {
    exposures_release(&made);
  }
  return status;
}

void exposures_release(struct exposures *exposures) {
  ls_context *context = exposures->context;
  if (context == NULL) return;
  plan_destroy(context, &exposures->plan);
  scenario_destroy(&exposures->none);
  context_release(context, exposures->row_start);
  context_release(context, exposures->column);
  context_release(context, exposures->weight);
  context_release(context, exposures->left_out);
  *exposures = (struct exposures){0};
}

const double *exposures_sheet(const struct exposures *exposures, enum ls_parameter which) {
  return exposures->plan->fixed.parameter + (int64_t)which * exposures->n;
}
