/* view.c - orders, totals and roundings that several parts of the page share. */
#include "report/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/losses.h"
#include "report/format.h"

const char *view_name(const struct view *view, int32_t entity) {
  const char *name = network_text(view->network, TABLE_ENTITIES, "name", entity);
  return name && name[0] ? name : network_entity_id(view->network, entity);
}

struct remainder {
  double size;
  int32_t part;
};

static int compare_remainders(const void *a, const void *b) {
  const struct remainder *x = a, *y = b;
  if (x->size != y->size) return x->size > y->size ? -1 : 1;
  return x->part < y->part ? -1 : x->part > y->part;
}

/* The few parts whose rounding down cost most take one unit more. */
int64_t round_to_sum(const double *value, int32_t count, int decimals, int64_t *rounded) {
  struct remainder remainder[64]; /* a model has twelve lines at most */
  double scale = 1, sum = 0;
  int64_t whole = 0;
  if (count > 64) count = 64;
  for (int k = 0; k < decimals; k++) scale *= 10;
  for (int32_t k = 0; k < count; k++) {
    double part = isfinite(value[k]) ? value[k] * scale : 0;
    rounded[k] = (int64_t)floor(part);
    remainder[k] = (struct remainder){part - floor(part), k};
    sum += part;
    whole += rounded[k];
  }
  int64_t total = (int64_t)floor(sum + 0.5);
  qsort(remainder, (size_t)count, sizeof *remainder, compare_remainders);
  for (int32_t k = 0; k < count && whole < total; k++, whole++) rounded[remainder[k].part]++;
  return total;
}

struct ranked {
  double first, second;
  int32_t entity;
};

static int compare_ranked(const void *a, const void *b) {
  const struct ranked *x = a, *y = b;
  if (x->first != y->first) return x->first > y->first ? -1 : 1;
  if (x->second != y->second) return x->second > y->second ? -1 : 1;
  return x->entity < y->entity ? -1 : x->entity > y->entity;
}

static double finite_or_zero(double value) { return isfinite(value) ? value : 0; }

static ls_status rank_entities(struct view *view, bool by_default, int32_t **order) {
  size_t count = (size_t)view->entity_count;
  struct ranked *ranked = context_allocate(view->context, count, sizeof *ranked);
  *order = context_allocate(view->context, count, sizeof **order);
  ls_status status = ranked && *order ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status != LS_STATUS_OK) goto cleanup;
  for (int32_t k = 0; k < view->entity_count; k++) {
    const struct entity_statistics *entity = &view->results->statistics.entity[k];
    double loss = finite_or_zero(entity->loss_mean);
    ranked[k] = (struct ranked){by_default ? finite_or_zero(entity->default_probability) : loss, loss, k};
  }
  qsort(ranked, count, sizeof *ranked, compare_ranked);
  for (int32_t k = 0; k < view->entity_count; k++) (*order)[k] = ranked[k].entity;
cleanup:
  context_release(view->context, ranked);
  return status;
}

static int32_t quarters_of(const struct view *view) {
  const struct run_identity *identity = &view->results->identity;
  if (!view->results->statistics.default_by_quarter) return 0;
  for (int32_t k = 0; k < identity->setting_count; k++)
    if (strcmp(identity->setting[k].key, "quarters") == 0) return (int32_t)strtol(identity->setting[k].value, NULL, 10);
  return view->network->loop.quarters;
}

static ls_status total_lines(struct view *view) {
  size_t count = (size_t)view->line_count;
  view->line_total = context_allocate(view->context, count, sizeof *view->line_total);
  view->line_shown = context_allocate(view->context, count, sizeof *view->line_shown);
  if (!view->line_total || !view->line_shown) return LS_STATUS_OUT_OF_MEMORY;
  const double *mean = view->results->statistics.line_mean;
  for (int32_t line = 0; line < view->line_count; line++) {
    for (int32_t k = 0; k < view->entity_count; k++)
      view->line_total[line] += finite_or_zero(mean[(int64_t)line * view->entity_count + k]);
    view->line_sum += view->line_total[line];
  }
  view->line_sum_shown = round_to_sum(view->line_total, view->line_count, view->decimals, view->line_shown);
  return LS_STATUS_OK;
}

static void choose_decimals(struct view *view) {
  double largest = fabs(finite_or_zero(view->loss->mean));
  largest = fmax(largest, fabs(finite_or_zero(view->loss->tail[1].shortfall)) / 10);
  view->decimals = decimals_for(largest);
  largest = 0;
  for (int32_t k = 0; k < view->entity_count; k++) {
    view->baseline_total += finite_or_zero(view->results->baseline_value[k]);
    largest = fmax(largest, fabs(finite_or_zero(view->results->statistics.entity[k].loss_mean)));
  }
  view->entity_decimals = decimals_for(largest);
}

ls_status view_begin(ls_context *context, const ls_results *results, struct view *view) {
  bool net = results->identity.loss_is_net;
  *view = (struct view){.context = context,
                        .results = results,
                        .network = results->network,
                        .entity_count = results->network->entity_count,
                        .line_count = results->statistics.line_mean ? results->names.line_count : 0,
                        .scenario_count = results->identity.scenario_count,
                        .drawn = !results->explicit_scenarios && results->identity.scenario_count > 1,
                        .loss = net ? &results->statistics.net : &results->statistics.gross,
                        .loss_kind = net ? "net" : "gross"};
  const char *currency = results->network->currency, *unit = results->network->unit;
  view->unit = context_print(context, "%s%s%s", currency, currency[0] && unit[0] ? " " : "", unit);
  if (!view->unit) return LS_STATUS_OUT_OF_MEMORY;
  view->quarter_count = quarters_of(view);
  view->quarters = view->quarter_count > 0 && view->scenario_count > 1;
  choose_decimals(view);
  ls_status status = rank_entities(view, false, &view->by_loss);
  if (status == LS_STATUS_OK) status = rank_entities(view, true, &view->by_default);
  if (status == LS_STATUS_OK) status = total_lines(view);
  if (status != LS_STATUS_OK) return status;
  if (view->drawn) losses_bin(results, &view->histogram);
  while (view->defaulting_count < view->entity_count &&
         results->statistics.entity[view->by_default[view->defaulting_count]].default_probability > 0)
    view->defaulting_count++;
  status = flow_set_collect(context, results, &view->flows);
  if (status == LS_STATUS_OK) status = shocks_open(context, results, &view->shocks);
  if (status == LS_STATUS_OK) status = paths_collect(context, results, view->by_loss, &view->paths);
  return status;
}

void view_release(struct view *view) {
  context_release(view->context, view->unit);
  context_release(view->context, view->by_loss);
  context_release(view->context, view->by_default);
  context_release(view->context, view->line_total);
  context_release(view->context, view->line_shown);
  flow_set_release(view->context, &view->flows);
  shocks_release(view->context, &view->shocks);
  paths_release(view->context, &view->paths);
}
