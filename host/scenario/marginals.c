/* marginals.c - the distributions of single shocks, and from them the draws of the shock plan. */
#include "core/scalar_math.h"
#include "scenario/quantile_table.h"
#include "scenario/random_model.h"
#include "scenario/shock_keys.h"
#include "scenario/variables.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum distribution { LOGNORMAL, BETA, NORMAL, JUMP, DISTRIBUTION_COUNT };
static const char *const DISTRIBUTION_NAMES[] = {"lognormal", "beta", "normal", "jump", NULL};

struct marginal {
  int variable;
  int32_t quarter;
  int64_t line;
  enum distribution distribution;
  double mean, sd, low, high, probability, size;
  bool is_cut;  /* low or high is given */
  int32_t kind; /* enum ls_draw_kind */
  double parameter[4];
  struct target_list list;
};

struct draw {
  int32_t key, marginal, source;
};

/* ---- one record ------------------------------------------------------------------------------------------------ */

static void marginal_fault(const struct random_model *model, const struct marginal *marginal, const char *rule,
                           double value, const char *what) {
  context_fault(model->reader->context, model->reader->file, marginal->line, "%s of %s %s is %.17g, must be %s", what,
                DISTRIBUTION_NAMES[marginal->distribution], variable_name(marginal->variable), value, rule);
}

/* Keys that belong to the other kind of distribution are mistakes, not something to pass over. */
static bool check_record_keys(struct random_model *model, const struct yaml_node *record,
                              enum distribution distribution) {
  static const char *const JUMP_KEYS[] = {"variable",    "target", "distribution", "quarter",
                                          "probability", "size",   "description",  NULL};
  static const char *const OTHER_KEYS[] = {"variable", "target", "distribution", "quarter",     "mean",
                                           "sd",       "low",    "high",         "description", NULL};
  return yaml_check_keys(model->reader->context, record, distribution == JUMP ? JUMP_KEYS : OTHER_KEYS) == LS_STATUS_OK;
}

static bool read_numbers(struct random_model *model, const struct yaml_node *record, struct marginal *marginal) {
  ls_context *context = model->reader->context;
  int64_t faults_before = context_fault_count(context);
  bool is_beta = marginal->distribution == BETA;
  if (marginal->distribution == JUMP) {
    yaml_require(context, record, "probability", NODE_SCALAR);
    yaml_require(context, record, "size", NODE_SCALAR);
    marginal->probability = yaml_number(context, record, "probability", 0, 1, 0);
    marginal->size = yaml_number(context, record, "size", -DBL_MAX, DBL_MAX, 0);
  } else {
    yaml_require(context, record, "mean", NODE_SCALAR);
    yaml_require(context, record, "sd", NODE_SCALAR);
    marginal->mean = yaml_number(context, record, "mean", -DBL_MAX, DBL_MAX, 0);
    marginal->sd = yaml_number(context, record, "sd", 0, DBL_MAX, 0);
    marginal->is_cut = yaml_find(record, "low") != NULL || yaml_find(record, "high") != NULL;
    marginal->low = yaml_number(context, record, "low", -DBL_MAX, DBL_MAX, is_beta ? 0 : -HUGE_VAL);
    marginal->high = yaml_number(context, record, "high", -DBL_MAX, DBL_MAX, is_beta ? 1 : HUGE_VAL);
  }
  marginal->quarter =
      (int32_t)yaml_integer(context, record, "quarter", 0, model->reader->options->quarter_count - 1, 0);
  return context_fault_count(context) == faults_before;
}

static bool prepare_constant(struct marginal *marginal) {
  marginal->kind = LS_DRAW_NORMAL;
  marginal->parameter[0] = marginal->mean;
  marginal->parameter[1] = 0;
  return true;
}

/* mean = exp(m + s^2/2) and sd^2 = mean^2 (exp(s^2) - 1) give m and s of the logarithm. */
static bool prepare_lognormal(const struct random_model *model, struct marginal *marginal) {
  if (!(marginal->mean > 0)) {
    marginal_fault(model, marginal, "> 0", marginal->mean, "mean");
    return false;
  }
  double ratio = marginal->sd / marginal->mean;
  double variance = scalar_log_one_plus(ratio * ratio);
  marginal->kind = LS_DRAW_LOGNORMAL;
  marginal->parameter[0] = scalar_log(marginal->mean) - 0.5 * variance;
  marginal->parameter[1] = sqrt(variance);
  marginal->parameter[2] = fmax(marginal->low, 0);
  marginal->parameter[3] = fmin(marginal->high, DBL_MAX);
  return true;
}

/* mean m and variance v on [0, 1] belong to the shapes a = m n, b = (1 - m) n with n = m (1 - m) / v - 1. */
static bool beta_shapes(const struct marginal *marginal, double *a, double *b) {
  double width = marginal->high - marginal->low;
  double mean = (marginal->mean - marginal->low) / width, sd = marginal->sd / width;
  double sum = mean * (1 - mean) / (sd * sd) - 1;
  *a = mean * sum;
  *b = (1 - mean) * sum;
  return *a > 0 && *b > 0 && sum <= 1e6;
}

static bool prepare_beta(const struct random_model *model, struct marginal *marginal) {
  struct scenario_reader *reader = model->reader;
  double a, b;
  if (!variable_check(reader, marginal->variable, "low", marginal->low, marginal->line)) return false;
  if (!variable_check(reader, marginal->variable, "high", marginal->high, marginal->line)) return false;
  if (!(marginal->mean >= marginal->low && marginal->mean <= marginal->high)) {
    marginal_fault(model, marginal, "between low and high", marginal->mean, "mean");
    return false;
  }
  if (marginal->sd == 0) return prepare_constant(marginal);
  marginal->kind = LS_DRAW_TABLE;
  if (beta_shapes(marginal, &a, &b)) return true;
  marginal_fault(model, marginal, "below sqrt((mean - low) (high - mean)) and at least a thousandth of high - low",
                 marginal->sd, "sd");
  return false;
}

static bool prepare_normal(const struct random_model *model, struct marginal *marginal) {
  marginal->kind = marginal->is_cut ? LS_DRAW_TABLE : LS_DRAW_NORMAL;
  marginal->parameter[0] = marginal->mean;
  marginal->parameter[1] = marginal->sd;
  if (marginal->sd > 0 || !marginal->is_cut) return true;
  if (marginal->mean >= marginal->low && marginal->mean <= marginal->high) return prepare_constant(marginal);
  marginal_fault(model, marginal, "between low and high where sd is 0", marginal->mean, "mean");
  return false;
}

static bool prepare_jump(const struct random_model *model, struct marginal *marginal) {
  marginal->kind = LS_DRAW_JUMP;
  marginal->parameter[0] = scalar_normal_deviation(marginal->probability);
  marginal->parameter[1] = marginal->size;
  return variable_check(model->reader, marginal->variable, "size", marginal->size, marginal->line);
}

static bool prepare(const struct random_model *model, struct marginal *marginal) {
  if (marginal->variable == LS_VARIABLE_DEFAULT && marginal->distribution != JUMP) {
    context_fault(model->reader->context, model->reader->file, marginal->line,
                  "distribution of default is '%s', must be 'jump' (default is 0 or 1)",
                  DISTRIBUTION_NAMES[marginal->distribution]);
    return false;
  }
  if (marginal->distribution != JUMP && !(marginal->low < marginal->high)) {
    marginal_fault(model, marginal, "below high", marginal->low, "low");
    return false;
  }
  switch (marginal->distribution) {
    case LOGNORMAL:
      return prepare_lognormal(model, marginal);
    case BETA:
      return prepare_beta(model, marginal);
    case NORMAL:
      return prepare_normal(model, marginal);
    default:
      return prepare_jump(model, marginal);
  }
}

static ls_status read_record(struct random_model *model, const struct yaml_node *record, struct marginal *marginal) {
  struct scenario_reader *reader = model->reader;
  ls_context *context = reader->context;
  marginal->line = record->line;
  if (record->kind != NODE_MAPPING) {
    check_record_keys(model, record, NORMAL); /* says so */
    return LS_STATUS_OK;
  }
  const struct yaml_node *variable = yaml_require(context, record, "variable", NODE_SCALAR);
  const struct yaml_node *target = yaml_require(context, record, "target", NODE_SCALAR);
  const struct yaml_node *distribution = yaml_require(context, record, "distribution", NODE_SCALAR);
  int choice = yaml_choice(context, record, "distribution", DISTRIBUTION_NAMES, -1);
  if (variable == NULL || target == NULL || distribution == NULL || choice < 0) return LS_STATUS_OK;
  marginal->distribution = (enum distribution)choice;
  bool fine = check_record_keys(model, record, marginal->distribution);
  fine = read_numbers(model, record, marginal) && fine;
  marginal->variable = variable_find(reader, variable->text, variable->line);
  if (marginal->variable < 0) return LS_STATUS_OK;
  if (fine) prepare(model, marginal);
  ls_status status = target_expand(reader, marginal->variable, target->text, target->line, &marginal->list);
  if (marginal->variable == LS_VARIABLE_POWER)
    target_warn_uncapped(reader, target->text, target->line, &marginal->list);
  return status;
}

/* ---- sources and draws ----------------------------------------------------------------------------------------- */

static ls_status build_keys(struct random_model *model, const struct marginal *marginal, int64_t count, int64_t draws) {
  ls_context *context = model->reader->context;
  struct shock_point *point = context_allocate(context, (size_t)draws, sizeof *point);
  int64_t next = 0;
  if (point == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t m = 0; m < count; m++) {
    for (int64_t k = 0; k < marginal[m].list.count; k++) {
      point[next++] = (struct shock_point){marginal[m].variable, marginal[m].list.number[k], marginal[m].quarter};
    }
  }
  ls_status status = shock_keys_build(model->reader, point, draws);
  context_release(context, point);
  return status;
}

/* Where in the random stream a target stands. Pairs that the other network lacks come after all of its own. */
static int32_t address_of(const struct scenario_reader *reader, int variable, int32_t target) {
  const ls_network *network = reader->options->addresses;
  const struct pair_kind *kind = pair_kind_of(variable);
  if (network == NULL || kind == NULL) return target;
  const struct table *own = &reader->network->table[kind->table];
  const int64_t row = network_find_pair(network, kind->table, own->from[target], own->to[target]);
  return row >= 0 ? (int32_t)row : (int32_t)network->table[kind->table].row_count + target;
}

/* Every column is drawn from a source of its own: one x for a target and variable, whatever the quarter or the
 * rows. */
static ls_status build_sources(struct random_model *model) {
  struct scenario_reader *reader = model->reader;
  struct ls_shock_plan *shock = &reader->set->shock;
  int64_t count = shock->column_count, factors = model->factor_count;
  int32_t *variable = reader_allocate(reader, count, sizeof *variable);
  int32_t *target = reader_allocate(reader, count, sizeof *target);
  double *loading = reader_allocate(reader, count * factors, sizeof *loading);
  double *own = reader_allocate(reader, count, sizeof *own);
  if (variable == NULL || target == NULL || loading == NULL || own == NULL) return LS_STATUS_OUT_OF_MEMORY;
  int64_t faults_before = context_fault_count(reader->context);
  for (int64_t cell = 0; cell < (int64_t)LS_VARIABLE_COUNT * shock->target_count; cell++) {
    int32_t source = shock->column_of[cell];
    if (source < 0) continue;
    variable[source] = (int32_t)(cell / shock->target_count);
    const int32_t number = (int32_t)(cell % shock->target_count);
    target[source] = address_of(reader, variable[source], number);
    factors_load(model, variable[source], number, loading + source * factors, &own[source]);
    if (context_fault_count(reader->context) > faults_before) break; /* the same for a whole sector: once is enough */
  }
  shock->factor_count = model->factor_count;
  shock->factor_cholesky = model->cholesky;
  shock->source_count = (int32_t)count;
  shock->source_variable = variable;
  shock->source_target = target;
  shock->source_loading = loading;
  shock->source_own = own;
  return LS_STATUS_OK;
}

static int compare_draws(const void *left, const void *right) {
  const struct draw *a = left, *b = right;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return (a->marginal > b->marginal) - (a->marginal < b->marginal);
}

static void list_draws(const struct ls_shock_plan *shock, const struct marginal *marginal, int64_t count,
                       struct draw *draw) {
  int64_t next = 0;
  for (int64_t m = 0; m < count; m++) {
    for (int64_t k = 0; k < marginal[m].list.count; k++) {
      struct shock_point point = {marginal[m].variable, marginal[m].list.number[k], marginal[m].quarter};
      int32_t key = shock_keys_find(shock, &point);
      draw[next++] = (struct draw){key, (int32_t)m, shock->key_column[key]};
    }
  }
  if (next > 0) qsort(draw, (size_t)next, sizeof *draw, compare_draws);
}

static ls_status build_draws(struct random_model *model, const struct marginal *marginal, int64_t count,
                             int64_t draws) {
  struct scenario_reader *reader = model->reader;
  struct ls_shock_plan *shock = &reader->set->shock;
  struct draw *draw = context_allocate(reader->context, (size_t)draws, sizeof *draw);
  int32_t *source = reader_allocate(reader, draws, sizeof *source);
  int32_t *key = reader_allocate(reader, draws, sizeof *key);
  int32_t *kind = reader_allocate(reader, draws, sizeof *kind);
  double *parameter = reader_allocate(reader, 4 * draws, sizeof *parameter);
  bool fine = draw != NULL && source != NULL && key != NULL && kind != NULL && parameter != NULL;
  if (fine) {
    list_draws(shock, marginal, count, draw);
    for (int64_t d = 0; d < draws; d++) {
      const struct marginal *from = &marginal[draw[d].marginal];
      source[d] = draw[d].source;
      key[d] = draw[d].key;
      kind[d] = from->kind;
      memcpy(parameter + 4 * d, from->parameter, sizeof from->parameter);
    }
    shock->draw_count = (int32_t)draws;
    shock->draw_source = source;
    shock->draw_key = key;
    shock->draw_kind = kind;
    shock->draw_parameter = parameter;
  }
  context_release(reader->context, draw);
  return fine ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

static bool is_same_table(const struct marginal *a, const struct marginal *b) {
  return a->kind == LS_DRAW_TABLE && b->kind == LS_DRAW_TABLE && a->distribution == b->distribution &&
         a->mean == b->mean && a->sd == b->sd && a->low == b->low && a->high == b->high;
}

/* Which marginal's table the m-th one uses: the first equal one's. */
static int64_t table_owner(const struct marginal *marginal, int64_t m) {
  int64_t owner = 0;
  while (!is_same_table(&marginal[owner], &marginal[m])) owner++;
  return owner;
}

static void fill_table(const struct random_model *model, const struct marginal *marginal, double *table) {
  double a, b;
  if (marginal->distribution == BETA) {
    beta_shapes(marginal, &a, &b);
    quantile_table_beta(a, b, marginal->low, marginal->high, table);
  } else if (!quantile_table_normal(marginal->mean, marginal->sd, marginal->low, marginal->high, table)) {
    marginal_fault(model, marginal, "where the interval from low to high has any probability", marginal->mean, "mean");
  }
}

static ls_status build_tables(struct random_model *model, struct marginal *marginal, int64_t count) {
  int64_t tables = 0;
  for (int64_t m = 0; m < count; m++) {
    if (marginal[m].kind == LS_DRAW_TABLE && table_owner(marginal, m) == m) tables++;
  }
  double *table = reader_allocate(model->reader, tables * QUANTILE_TABLE_SIZE, sizeof *table);
  if (table == NULL) return LS_STATUS_OUT_OF_MEMORY;
  double *next = table;
  for (int64_t m = 0; m < count; m++) {
    if (marginal[m].kind != LS_DRAW_TABLE) continue;
    int64_t owner = table_owner(marginal, m);
    if (owner < m) {
      marginal[m].parameter[0] = marginal[owner].parameter[0];
    } else {
      fill_table(model, &marginal[m], next);
      marginal[m].parameter[0] = (double)(next - table);
      next += QUANTILE_TABLE_SIZE;
    }
  }
  model->reader->set->shock.draw_table = table;
  return LS_STATUS_OK;
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

static ls_status build(struct random_model *model, struct marginal *marginal, int64_t count) {
  int64_t draws = 0;
  for (int64_t m = 0; m < count; m++) draws += marginal[m].list.count;
  if (draws > INT32_MAX / 4) {
    return context_fault(model->reader->context, model->reader->file, yaml_key_line(model->root, "marginals"),
                         "marginals make %lld draws, must be at most %d", (long long)draws, INT32_MAX / 4);
  }
  ls_status status = build_keys(model, marginal, count, draws);
  if (status == LS_STATUS_OK) status = build_sources(model);
  if (status == LS_STATUS_OK) status = build_tables(model, marginal, count);
  if (status == LS_STATUS_OK) status = build_draws(model, marginal, count, draws);
  return status;
}

ls_status marginals_read(struct random_model *model) {
  struct scenario_reader *reader = model->reader;
  ls_context *context = reader->context;
  int64_t faults_before = context_fault_count(context);
  const struct yaml_node *list = yaml_require(context, model->root, "marginals", NODE_SEQUENCE);
  if (list == NULL) return LS_STATUS_OK;
  if (list->count == 0)
    context_fault(context, list->file, list->line, "marginals is empty, must have at least one record");
  struct marginal *marginal = context_allocate(context, (size_t)list->count, sizeof *marginal);
  if (marginal == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = LS_STATUS_OK;
  for (int64_t k = 0; k < list->count && status == LS_STATUS_OK; k++) {
    status = read_record(model, list->item[k], &marginal[k]);
  }
  if (status == LS_STATUS_OK && context_fault_count(context) == faults_before)
    status = build(model, marginal, list->count);
  for (int64_t k = 0; k < list->count; k++) target_list_release(reader, &marginal[k].list);
  context_release(context, marginal);
  return status;
}
