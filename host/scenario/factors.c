/* factors.c - factors, their correlations, and how strongly targets load on them. */
#include "core/cholesky.h"
#include "scenario/random_model.h"
#include "scenario/variables.h"

#include <float.h>
#include <math.h>
#include <string.h>

static int32_t find_factor(const struct random_model *model, const char *name) {
  for (int32_t factor = 0; factor < model->factor_count; factor++) {
    if (strcmp(model->factor_name[factor], name) == 0) return factor;
  }
  return -1;
}

/* The factor that a key of a record names; -1 with a fault. */
static int32_t read_factor(const struct random_model *model, const struct yaml_node *record, const char *key) {
  ls_context *context = model->reader->context;
  const struct yaml_node *node = yaml_require(context, record, key, NODE_SCALAR);
  if (node == NULL) return -1;
  int32_t factor = find_factor(model, node->text);
  if (factor < 0) {
    context_fault(context, node->file, node->line, "%s is '%s', must be the name of one of the factors", key,
                  node->text);
  }
  return factor;
}

/* ---- factors and correlations ---------------------------------------------------------------------------------- */

static ls_status read_names(struct random_model *model) {
  static const char *const KEYS[] = {"name", "description", NULL};
  ls_context *context = model->reader->context;
  const struct yaml_node *list = yaml_find_kind(context, model->root, "factors", NODE_SEQUENCE);
  int64_t count = list != NULL ? list->count : 0;
  if (count > 1000) {
    context_fault(context, list->file, list->line, "factors has %lld entries, must have at most 1000",
                  (long long)count);
    count = 0;
  }
  model->factor_name = reader_allocate(model->reader, count, sizeof *model->factor_name);
  model->correlation = reader_allocate(model->reader, count * count, sizeof *model->correlation);
  model->cholesky = reader_allocate(model->reader, count * count, sizeof *model->cholesky);
  if (model->factor_name == NULL || model->correlation == NULL || model->cholesky == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < count; k++) {
    const struct yaml_node *record = list->item[k];
    if (yaml_check_keys(context, record, KEYS) != LS_STATUS_OK) continue;
    const struct yaml_node *name = yaml_require(context, record, "name", NODE_SCALAR);
    if (name == NULL) continue;
    if (*name->text == '\0') {
      context_fault(context, name->file, name->line, "name of a factor is blank");
    } else if (find_factor(model, name->text) >= 0) {
      context_fault(context, name->file, name->line, "factor '%s' stands twice", name->text);
    } else {
      model->factor_name[model->factor_count++] = name->text;
    }
  }
  return LS_STATUS_OK;
}

static void read_correlation(struct random_model *model, const struct yaml_node *record, bool *given) {
  static const char *const KEYS[] = {"a", "b", "value", NULL};
  ls_context *context = model->reader->context;
  if (yaml_check_keys(context, record, KEYS) != LS_STATUS_OK) return;
  int32_t a = read_factor(model, record, "a"), b = read_factor(model, record, "b");
  const struct yaml_node *node = yaml_require(context, record, "value", NODE_SCALAR);
  if (a < 0 || b < 0 || node == NULL) return;
  double value = yaml_node_number(context, node, "value", -1, 1, 0);
  int64_t cell = (int64_t)a * model->factor_count + b, mirror = (int64_t)b * model->factor_count + a;
  if (a == b) {
    if (value != 1)
      context_fault(context, node->file, node->line, "correlation of '%s' with itself is %.17g, must be 1",
                    model->factor_name[a], value);
  } else if (given[cell]) {
    context_fault(context, record->file, record->line, "correlation of '%s' and '%s' stands twice",
                  model->factor_name[a], model->factor_name[b]);
  }
  given[cell] = given[mirror] = true;
  if (a != b) model->correlation[cell] = model->correlation[mirror] = value;
}

static ls_status read_correlations(struct random_model *model) {
  ls_context *context = model->reader->context;
  int64_t cells = (int64_t)model->factor_count * model->factor_count;
  for (int32_t f = 0; f < model->factor_count; f++) model->correlation[(int64_t)f * model->factor_count + f] = 1;
  const struct yaml_node *list = yaml_find_kind(context, model->root, "correlations", NODE_SEQUENCE);
  if (list == NULL) return LS_STATUS_OK;
  bool *given = context_allocate(context, (size_t)cells, sizeof *given);
  if (given == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < list->count; k++) read_correlation(model, list->item[k], given);
  context_release(context, given);
  return LS_STATUS_OK;
}

/* ---- loadings -------------------------------------------------------------------------------------------------- */

static void check_target(struct random_model *model, const struct loading *loading) {
  struct scenario_reader *reader = model->reader;
  bool is_found = loading->pattern.is_known || loading->asset >= 0;
  if (loading->pattern.is_pair) is_found = target_pair_exists(reader, loading->variable, &loading->pattern);
  if (!is_found) target_report_missing(reader, loading->variable, loading->target, loading->line);
}

static void check_repeated(struct random_model *model, const struct loading *loading) {
  for (int64_t k = 0; k < model->loading_count; k++) {
    const struct loading *before = &model->loading[k];
    if (before->factor == loading->factor && before->variable == loading->variable &&
        strcmp(before->target, loading->target) == 0) {
      context_fault(model->reader->context, model->reader->file, loading->line,
                    "loading of '%s' on '%s' stands twice (first in line %lld)", loading->target,
                    model->factor_name[loading->factor], (long long)before->line);
    }
  }
}

static void read_loading(struct random_model *model, const struct yaml_node *record) {
  static const char *const KEYS[] = {"target", "factor", "value", "variable", NULL};
  ls_context *context = model->reader->context;
  struct loading loading = {.variable = -1, .asset = -1, .line = record->line};
  if (yaml_check_keys(context, record, KEYS) != LS_STATUS_OK) return;
  const struct yaml_node *target = yaml_require(context, record, "target", NODE_SCALAR);
  const struct yaml_node *value = yaml_require(context, record, "value", NODE_SCALAR);
  const struct yaml_node *variable = yaml_find_kind(context, record, "variable", NODE_SCALAR);
  loading.factor = read_factor(model, record, "factor");
  if (target == NULL || value == NULL || loading.factor < 0) return;
  loading.value = yaml_node_number(context, value, "value", -DBL_MAX, DBL_MAX, 0);
  loading.target = target->text;
  loading.line = target->line;
  if (variable != NULL) {
    loading.variable = variable_find(model->reader, variable->text, variable->line);
    if (loading.variable < 0) return;
  }
  if (!target_parse(model->reader, loading.variable, target->text, target->line, &loading.pattern)) return;
  loading.asset = network_find_asset(model->reader->network, target->text);
  check_target(model, &loading);
  check_repeated(model, &loading);
  model->loading[model->loading_count++] = loading;
}

ls_status factors_read(struct random_model *model) {
  ls_context *context = model->reader->context;
  int64_t faults_before = context_fault_count(context);
  ls_status status = read_names(model);
  if (status == LS_STATUS_OK) status = read_correlations(model);
  if (status != LS_STATUS_OK) return status;
  if (context_fault_count(context) == faults_before &&
      !cholesky_decompose(model->correlation, model->factor_count, model->cholesky)) {
    context_fault(context, model->reader->file, yaml_key_line(model->root, "correlations"),
                  "correlations contradict each other: their matrix must be positive semidefinite");
  }
  const struct yaml_node *list = yaml_find_kind(context, model->root, "loadings", NODE_SEQUENCE);
  model->loading = reader_allocate(model->reader, list != NULL ? list->count : 0, sizeof *model->loading);
  if (model->loading == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; list != NULL && k < list->count; k++) read_loading(model, list->item[k]);
  return LS_STATUS_OK;
}

/* ---- the loadings of one source -------------------------------------------------------------------------------- */

/* How closely a loading means this (variable, target); -1: not at all. One for the variable alone comes before all
 * others. */
static int match_loading(const struct random_model *model, const struct loading *loading, int variable,
                         int32_t target) {
  const struct scenario_reader *reader = model->reader;
  const struct pair_kind *kind = pair_kind_of(variable);
  int closeness;
  if (loading->variable >= 0 && loading->variable != variable) return -1;
  if (kind != NULL) {
    closeness = target_match_pair(reader, kind, &loading->pattern, target);
  } else if (variable == LS_VARIABLE_PRICE_LOSS) {
    closeness = loading->asset == target                                              ? 2
                : !loading->pattern.is_pair && loading->pattern.from.kind == SIDE_ALL ? 0
                                                                                      : -1;
  } else {
    int32_t entity = target < reader->network->entity_count ? target : ENTITY_WORLD;
    closeness = target_match_entity(reader, &loading->pattern, entity);
  }
  return closeness >= 0 && loading->variable >= 0 ? closeness + 100 : closeness;
}

void factors_load(const struct random_model *model, int variable, int32_t target, double *loading, double *own) {
  int32_t count = model->factor_count;
  int64_t line = 0;
  const char *name = "";
  for (int32_t f = 0; f < count; f++) {
    int best = -1;
    loading[f] = 0;
    for (int64_t k = 0; k < model->loading_count; k++) {
      const struct loading *candidate = &model->loading[k];
      int closeness = candidate->factor == f ? match_loading(model, candidate, variable, target) : -1;
      if (closeness < 0 || closeness < best) continue;
      best = closeness;
      loading[f] = candidate->value;
      if (candidate->line > line) {
        line = candidate->line;
        name = candidate->target;
      }
    }
  }
  double explained = 0;
  for (int32_t f = 0; f < count; f++) {
    for (int32_t g = 0; g < count; g++)
      explained += loading[f] * model->correlation[(int64_t)f * count + g] * loading[g];
  }
  /* Loadings written with few digits may make up 1 and a rounding. */
  if (explained > 1 + 16 * (count + 1) * DBL_EPSILON) {
    context_fault(model->reader->context, model->reader->file, line,
                  "loadings of '%s' explain %.17g of the variance of %s, must be <= 1", name, explained,
                  variable_name(variable));
  }
  *own = explained < 1 ? sqrt(1 - explained) : 0;
}
