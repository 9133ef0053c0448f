/* results_hdf5_write.c - results into an HDF5 file: headline numbers at the root, for one xarray.open_dataset; scenarios,
 * accumulators, kept scenarios, the network and provenance in groups. Equal results give equal bytes: nothing that differs
 * between identical runs (time, host, output name, command) is in the file. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/provenance_hdf5.h"
#include "aggregate/results_dependence.h"
#include "aggregate/results_draws.h"
#include "aggregate/results_hdf5.h"
#include "aggregate/results_measures.h"
#include "aggregate/results_text.h"
#include "network/network_hdf5.h"

enum { LIMBS = 2, SQUARE_LIMBS = 3, NAME_ROOM = 64 };

struct results_writer {
  ls_context *context;
  struct hdf5_file *file;
  const ls_results *results;
  const struct accumulator *a;
  const char *amount;                                    /* unit of amounts */
  hdf5_id entity, other_entity, quantile, quarter, line; /* scales at the root; other_entity: the second of a pair */
  hdf5_id kept, draw;
};

static struct hdf5_array array_of(hdf5_id group, const char *name, const char *units, const char *meaning,
                                  hdf5_id first, hdf5_id second, hdf5_id third) {
  int rank = first < 0 ? 0 : second < 0 ? 1 : third < 0 ? 2 : 3;
  struct hdf5_array array = {.group = group,
                             .name = name,
                             .units = units,
                             .meaning = meaning,
                             .rank = rank,
                             .dimension = {first, second, third}};
  return array;
}

/* ---- the root ------------------------------------------------------------------------------------------------------------------------- */

static void put_root_attributes(struct results_writer *w) {
  const struct run_identity *identity = &w->results->identity;
  struct hdf5_file *file = w->file;
  hdf5_id root = hdf5_root(file);
  char seed[NAME_ROOM];
  (void)snprintf(seed, sizeof seed, "0x%llx", (unsigned long long)identity->seed);
  hdf5_put_kind(file, w->results->complete ? "results" : "shard", w->results->network);
  hdf5_put_text(file, root, "status", w->results->complete ? "complete" : "partial");
  hdf5_put_text(file, root, "currency", w->results->network->currency);
  hdf5_put_text(file, root, "unit", w->results->network->unit);
  hdf5_put_text(file, root, "model", identity->model);
  hdf5_put_text(file, root, "digest", w->results->digest);
  hdf5_put_text(file, root, "seed", seed);
  if (identity->seed <= INT64_MAX) hdf5_put_integer(file, root, "seed_int64", (int64_t)identity->seed);
  hdf5_put_integer(file, root, "n_scenarios", identity->scenario_count);
  hdf5_put_integer(file, root, "n_done", w->a->done_count);
  hdf5_put_integer(file, root, "n_unconverged", accumulator_count(w->a) - w->a->converged_count);
  hdf5_put_integer(file, root, "n_nonfinite", w->a->nonfinite_count);
  hdf5_put_integer(file, root, "n_clipped", w->a->clip_count);
  hdf5_put_integer(file, root, "block_size", BLOCK_SCENARIOS);
  hdf5_put_text(file, root, "system_loss", identity->loss_is_net ? "net" : "gross");
  hdf5_put_text(file, root, "precision", "f64");
  hdf5_put_text(file, root, "bit_exact", "yes");
  hdf5_put_text(file, root, "run_identity", identity->sha256);
  hdf5_put_text(file, root, "scenario_sha256", identity->scenario_sha256);
}

static ls_status make_scales(struct results_writer *w) {
  hdf5_id root = hdf5_root(w->file);
  int32_t quarters = w->a->shape.quarter_count;
  char *const *id = network_column(w->results->network, TABLE_ENTITIES, "id")->text;
  int64_t *quarter = context_allocate(w->context, (size_t)quarters, sizeof *quarter);
  if (quarter == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t t = 0; t < quarters; t++) quarter[t] = t;
  w->entity = hdf5_scale_texts(w->file, root, "entity", "id of the entity", id, w->a->shape.entity_count);
  w->quantile =
      hdf5_scale_numbers(w->file, root, "quantile", "level of the quantile", "1", QUANTILE_LEVEL, QUANTILE_LEVEL_COUNT);
  w->quarter = hdf5_scale_integers(w->file, root, "quarter", "quarter from the start", "quarter", quarter, quarters);
  if (w->a->shape.line_count > 0) {
    w->line =
        hdf5_scale_texts(w->file, root, "line", "balance-sheet line", w->results->names.line, w->a->shape.line_count);
  }
  if (w->a->joint != NULL) {
    w->other_entity = hdf5_scale_texts(w->file, root, "other_entity", "id of the second entity of a pair", id,
                                       w->a->shape.entity_count);
  }
  context_release(w->context, quarter);
  return LS_STATUS_OK;
}

static void put_scalar(struct results_writer *w, const char *name, const char *units, const char *meaning,
                       double value) {
  struct hdf5_array array = array_of(hdf5_root(w->file), name, units, meaning, -1, -1, -1);
  hdf5_write_numbers(w->file, &array, &value);
}

/* Statistics of the system's loss; prefix "system_loss" or, of the other kind, "system_loss_net" / "system_loss_gross". */
static void put_system(struct results_writer *w, const char *prefix, const struct loss_statistics *loss) {
  double column[5][QUANTILE_LEVEL_COUNT];
  static const struct {
    const char *suffix, *meaning;
  } field[5] = {{"quantile", "value at risk: lower quantile of the loss"},
                {"quantile_low", "lower end of its 95 % interval, by order statistics"},
                {"quantile_high", "upper end of its 95 % interval, by order statistics"},
                {"expected_shortfall", "mean loss beyond the quantile, its atom included"},
                {"expected_shortfall_stderr", "standard error of the expected shortfall"}};
  const struct {
    const char *suffix, *meaning;
    double value;
  } scalar[] = {{"mean", "mean of the system's loss", loss->mean},
                {"std", "standard deviation over scenarios", loss->sd},
                {"stderr", "standard error of the mean", loss->mean_se},
                {"min", "smallest loss", loss->minimum},
                {"max", "largest loss", loss->maximum}};
  char name[NAME_ROOM];
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    double row[5] = {loss->tail[k].value, loss->tail[k].low, loss->tail[k].high, loss->tail[k].shortfall,
                     loss->tail[k].shortfall_se};
    for (int f = 0; f < 5; f++) column[f][k] = row[f];
  }
  for (size_t k = 0; k < sizeof scalar / sizeof *scalar; k++) {
    (void)snprintf(name, sizeof name, "%s_%s", prefix, scalar[k].suffix);
    put_scalar(w, name, w->amount, scalar[k].meaning, scalar[k].value);
  }
  for (int f = 0; f < 5; f++) {
    (void)snprintf(name, sizeof name, "%s_%s", prefix, field[f].suffix);
    struct hdf5_array array = array_of(hdf5_root(w->file), name, w->amount, field[f].meaning, w->quantile, -1, -1);
    hdf5_write_numbers(w->file, &array, column[f]);
  }
}

/* One field of all entities; its place in struct entity_statistics is `offset`. */
static void put_entity_field(struct results_writer *w, const char *name, const char *units, const char *meaning,
                             size_t offset) {
  int32_t n = w->a->shape.entity_count;
  struct hdf5_array array = array_of(hdf5_root(w->file), name, units, meaning, w->entity, -1, -1);
  double *value = context_allocate(w->context, (size_t)n, sizeof *value);
  if (value == NULL) return;
  for (int32_t i = 0; i < n; i++)
    memcpy(&value[i], (const char *)&w->results->statistics.entity[i] + offset, sizeof *value);
  hdf5_write_numbers(w->file, &array, value);
  context_release(w->context, value);
}

static void put_loss_quantiles(struct results_writer *w) {
  int32_t n = w->a->shape.entity_count;
  struct hdf5_array array = array_of(hdf5_root(w->file), "loss_quantile", w->amount,
                                     "quantile of the entity's loss, from 256 bins", w->entity, w->quantile, -1);
  double *value = context_allocate(w->context, (size_t)n * QUANTILE_LEVEL_COUNT, sizeof *value);
  if (value == NULL) return;
  for (int32_t i = 0; i < n; i++) {
    memcpy(value + (size_t)i * QUANTILE_LEVEL_COUNT, w->results->statistics.entity[i].loss_quantile,
           QUANTILE_LEVEL_COUNT * sizeof *value);
  }
  hdf5_write_numbers(w->file, &array, value);
  context_release(w->context, value);
}

static void put_entities(struct results_writer *w) {
#define FIELD(name) offsetof(struct entity_statistics, name)
  put_entity_field(w, "default_probability", "1", "share of scenarios in which it defaults",
                   FIELD(default_probability));
  put_entity_field(w, "default_probability_low", "1", "lower end of the 95 % interval (Wilson)", FIELD(default_low));
  put_entity_field(w, "default_probability_high", "1", "upper end of the 95 % interval (Wilson)", FIELD(default_high));
  put_entity_field(w, "distress_probability", "1", "share of scenarios in which it is in distress",
                   FIELD(distress_probability));
  put_entity_field(w, "forced_probability", "1", "share of scenarios that force its default",
                   FIELD(forced_probability));
  put_entity_field(w, "loss_mean", w->amount, "mean loss of its equity value at the horizon", FIELD(loss_mean));
  put_entity_field(w, "loss_mean_stderr", w->amount, "standard error of the mean loss", FIELD(loss_mean_se));
  put_entity_field(w, "loss_std", w->amount, "standard deviation of the loss over scenarios", FIELD(loss_sd));
  put_entity_field(w, "loss_peak_mean", w->amount, "mean of the largest loss over quarters", FIELD(loss_peak_mean));
  put_entity_field(w, "es_contribution", w->amount, "contribution to the system's expected shortfall at 0.99",
                   FIELD(es_contribution));
#undef FIELD
  put_loss_quantiles(w);
}

static void put_by_entity(struct results_writer *w, const char *name, const char *units, const char *meaning,
                          hdf5_id first, const double *value) {
  struct hdf5_array array =
      array_of(hdf5_root(w->file), name, units, meaning, first < 0 ? w->entity : first, first < 0 ? -1 : w->entity, -1);
  if (value != NULL) hdf5_write_numbers(w->file, &array, value);
}

static void put_joint(struct results_writer *w) {
  int64_t n = w->a->shape.entity_count;
  struct hdf5_array array = array_of(hdf5_root(w->file), "joint_default_count", "1",
                                     "scenarios in which both entities default", w->entity, w->other_entity, -1);
  if (w->a->joint == NULL) return;
  int64_t *value = context_allocate(w->context, (size_t)(n * n), sizeof *value);
  if (value == NULL) return;
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j <= i; j++) value[i * n + j] = value[j * n + i] = w->a->joint[joint_index(i, j)];
  }
  array.storage = HDF5_COMPRESSED;
  hdf5_write_integers(w->file, &array, value);
  context_release(w->context, value);
}

/* One figure and its standard error beside it. */
static void put_figure(struct results_writer *w, const struct figure *figure) {
  const struct statistics *statistics = &w->results->statistics;
  const hdf5_id dimension[] = {w->entity, -1, w->quarter};
  const char *units = figure->unit != NULL ? figure->unit : w->amount;
  char error[NAME_ROOM];
  (void)snprintf(error, sizeof error, "%s_stderr", figure->name);
  struct hdf5_array mean =
      array_of(hdf5_root(w->file), figure->name, units, "mean over scenarios", dimension[figure->kind], -1, -1);
  struct hdf5_array se =
      array_of(hdf5_root(w->file), error, units, "its standard error", dimension[figure->kind], -1, -1);
  hdf5_write_numbers(w->file, &mean, statistics->figure_mean + figure->at);
  hdf5_write_numbers(w->file, &se, statistics->figure_se + figure->at);
}

static void put_headline(struct results_writer *w) {
  const struct statistics *statistics = &w->results->statistics;
  bool net = w->results->identity.loss_is_net;
  put_by_entity(w, "loss_at_zero", w->amount, "loss of the baseline against book equity", -1, w->results->loss_at_zero);
  put_by_entity(w, "baseline_value", w->amount, "equity value on the baseline at the horizon", -1,
                w->results->baseline_value);
  put_by_entity(w, "baseline_path", w->amount, "equity value on the baseline by quarter", w->quarter,
                w->results->baseline_path);
  put_joint(w);
  if (statistics->entity == NULL) return;
  put_system(w, "system_loss", results_system(w->results));
  put_system(w, net ? "system_loss_gross" : "system_loss_net", net ? &statistics->gross : &statistics->net);
  put_scalar(w, "default_count_mean", "1", "mean number of entities in default", statistics->default_count_mean);
  put_scalar(w, "default_count_max", "1", "largest number of entities in default", statistics->default_count_max);
  put_entities(w);
  put_by_entity(w, "default_probability_by_quarter", "1", "share of scenarios in which it defaults in the quarter",
                w->quarter, statistics->default_by_quarter);
  if (w->a->shape.line_count > 0) {
    put_by_entity(w, "loss_mean_by_line", w->amount, "mean loss by balance-sheet line; lines add up to the loss",
                  w->line, statistics->line_mean);
    put_by_entity(w, "es_contribution_by_line", w->amount,
                  "contribution to the system's expected shortfall at 0.99; lines add up to es_contribution", w->line,
                  statistics->line_contribution);
  }
  struct figure figure;
  for (int32_t k = 0; results_figure(w->results, k, &figure); k++) put_figure(w, &figure);
  dependence_hdf5_put(w->context, w->file, w->results, w->entity, w->other_entity, w->amount);
}

/* ---- scenarios --------------------------------------------------------------------------------------------------------------------------- */

static void put_scenarios(struct results_writer *w) {
  const struct accumulator *a = w->a;
  int64_t count = a->shape.scenario_count;
  hdf5_id group = hdf5_group_create(w->file, hdf5_root(w->file), "per_scenario");
  hdf5_put_integer(w->file, group, "first_scenario", a->shape.first_scenario);
  hdf5_put_integer(w->file, group, "scenario_count", count);
  if (count > 0) {
    /* numbers run from first_scenario: a scale of their own would double the file */
    hdf5_id scenario = hdf5_scale_bare(w->file, group, "scenario", count);
    struct hdf5_array gross = array_of(group, "loss_gross", w->amount, "sum of the positive losses", scenario, -1, -1);
    struct hdf5_array net =
        array_of(group, "loss_net", w->amount, "loss of holders outside the network", scenario, -1, -1);
    struct hdf5_array defaults = array_of(group, "default_count", "1", "entities in default", scenario, -1, -1);
    struct hdf5_array state = array_of(group, "status", "1", "state of the scenario", scenario, -1, -1);
    gross.storage = net.storage = defaults.storage = state.storage = HDF5_CHECKED;
    hdf5_write_numbers(w->file, &gross, a->loss_gross);
    hdf5_write_numbers(w->file, &net, a->loss_net);
    hdf5_write_int32(w->file, &defaults, a->scenario_defaults);
    hdf5_write_flags(w->file, &state, a->state, "not_run converged max_iterations non_finite", 4);
  }
  hdf5_group_close(w->file, group);
}

/* ---- accumulators ------------------------------------------------------------------------------------------------------------------------- */

struct accumulator_scales {
  hdf5_id limb, square_limb, bin, figure;
};

static void put_counts(struct results_writer *w, hdf5_id group, const char *name, const char *meaning, hdf5_id first,
                       const int64_t *value) {
  struct hdf5_array array =
      array_of(group, name, "1", meaning, first < 0 ? w->entity : first, first < 0 ? -1 : w->entity, -1);
  hdf5_write_integers(w->file, &array, value);
}

/* 128-bit sums as pairs of 64-bit numbers: the low half first, its bits taken as a signed number. */
static void put_sums(struct results_writer *w, const struct hdf5_array *array, const fixed *sum) {
  _Static_assert(sizeof *sum == LIMBS * sizeof(int64_t) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
                 "limbs lie low to high");
  hdf5_write_integers(w->file, array, (const int64_t *)(const void *)sum);
}

static void put_bins(struct results_writer *w, hdf5_id group, const struct accumulator_scales *scale) {
  struct hdf5_array count =
      array_of(group, "bin_count", "1", "scenarios with a loss in the bin", w->entity, scale->bin, -1);
  struct hdf5_array sum =
      array_of(group, "bin_sum", "1", "sum of those losses in fixed-point units", w->entity, scale->bin, scale->limb);
  if (w->a->bin_count == NULL) return;
  count.storage = sum.storage = HDF5_COMPRESSED;
  hdf5_write_integers(w->file, &count, w->a->bin_count);
  put_sums(w, &sum, w->a->bin_sum);
}

static void put_entity_sums(struct results_writer *w, hdf5_id group, const struct accumulator_scales *scale) {
  struct hdf5_array loss =
      array_of(group, "loss_sum", "1", "sum of losses in fixed-point units", w->entity, scale->limb, -1);
  struct hdf5_array peak =
      array_of(group, "loss_peak_sum", "1", "sum of peak losses in fixed-point units", w->entity, scale->limb, -1);
  struct hdf5_array squares = array_of(group, "loss_square_sum", "1", "sum of squared losses in fixed-point units",
                                       w->entity, scale->square_limb, -1);
  struct hdf5_array line =
      array_of(group, "line_sum", "1", "sum of losses by line in fixed-point units", w->line, w->entity, scale->limb);
  put_sums(w, &loss, w->a->loss_sum);
  put_sums(w, &peak, w->a->peak_sum);
  hdf5_write_integers(w->file, &squares, (const int64_t *)(const void *)w->a->loss_squares);
  if (w->line >= 0) put_sums(w, &line, w->a->line_sum);
}

static void put_figure_sums(struct results_writer *w, hdf5_id group, struct accumulator_scales *scale) {
  if (w->a->shape.figure_count == 0) return;
  scale->figure = hdf5_scale_bare(w->file, group, "figure", w->a->shape.figure_count);
  struct hdf5_array sum =
      array_of(group, "figure_sum", "1", "sum of figures in fixed-point units", scale->figure, scale->limb, -1);
  struct hdf5_array square = array_of(group, "figure_square_sum", "1", "sum of their squares in fixed-point units",
                                      scale->figure, scale->limb, -1);
  put_sums(w, &sum, w->a->figure_sum);
  put_sums(w, &square, w->a->figure_squares);
}

/* What the others lose where an entity defaults. */
static void put_given_sums(struct results_writer *w, hdf5_id group, const struct accumulator_scales *scale) {
  struct hdf5_array others =
      array_of(group, "others_loss_sum", "1", "sum of the others' losses where it defaults, in fixed-point units",
               w->entity, scale->limb, -1);
  struct hdf5_array squares = array_of(group, "others_loss_square_sum", "1",
                                       "sum of their squares in fixed-point units", w->entity, scale->square_limb, -1);
  struct hdf5_array given = array_of(group, "given_loss_sum", "1",
                                     "sum of losses of other_entity where entity defaults, in fixed-point units",
                                     w->entity, w->other_entity, scale->limb);
  if (w->a->others_sum == NULL) return;
  put_sums(w, &others, w->a->others_sum);
  hdf5_write_integers(w->file, &squares, (const int64_t *)(const void *)w->a->others_squares);
  if (w->a->given_sum != NULL) put_sums(w, &given, w->a->given_sum);
}

static void put_draw_sums(struct results_writer *w, hdf5_id group, const struct accumulator_scales *scale) {
  struct hdf5_array count =
      array_of(group, "draw_default_count", "1", "scenarios of the draw in which it defaults", w->draw, w->entity, -1);
  struct hdf5_array sum = array_of(group, "draw_loss_sum", "1", "sum of losses in the draw in fixed-point units",
                                   w->draw, w->entity, scale->limb);
  if (w->a->draw_loss_sum == NULL) return;
  hdf5_write_integers(w->file, &count, w->a->draw_default_count);
  put_sums(w, &sum, w->a->draw_loss_sum);
  if (w->a->draw_figure_sum == NULL) return;
  struct hdf5_array figure = array_of(group, "draw_figure_sum", "1", "sum of figures in the draw in fixed-point units",
                                      w->draw, scale->figure, scale->limb);
  put_sums(w, &figure, w->a->draw_figure_sum);
}

static void put_accumulators(struct results_writer *w) {
  const struct accumulator *a = w->a;
  double edge[BIN_COUNT];
  hdf5_id group = hdf5_group_create(w->file, hdf5_root(w->file), "accumulators");
  for (int k = 0; k < BIN_COUNT; k++) edge[k] = bin_edge(k, a->bound_exponent);
  hdf5_put_integer(w->file, group, "bound_exponent", a->bound_exponent);
  hdf5_put_integer(w->file, group, "sum_unit_exponent", a->bound_exponent + FIXED_SUM_UNIT);
  hdf5_put_integer(w->file, group, "square_unit_exponent", 2 * a->bound_exponent + FIXED_SQUARE_UNIT);
  hdf5_put_integer(w->file, group, "done_count", a->done_count);
  hdf5_put_integer(w->file, group, "converged_count", a->converged_count);
  hdf5_put_integer(w->file, group, "nonfinite_count", a->nonfinite_count);
  hdf5_put_integer(w->file, group, "clip_count", a->clip_count);
  hdf5_put_integer(w->file, group, "iteration_count", a->iteration_count);
  struct accumulator_scales scale = {
      .limb = hdf5_scale_bare(w->file, group, "limb", LIMBS),
      .square_limb = hdf5_scale_bare(w->file, group, "square_limb", SQUARE_LIMBS),
      .bin = hdf5_scale_numbers(w->file, group, "bin", "edge of the bin nearer to 0", w->amount, edge, BIN_COUNT),
      .figure = -1};
  put_entity_sums(w, group, &scale);
  put_figure_sums(w, group, &scale);
  put_given_sums(w, group, &scale);
  put_bins(w, group, &scale);
  put_counts(w, group, "default_count", "scenarios in which it defaults", -1, a->default_count);
  put_counts(w, group, "forced_count", "scenarios that force its default", -1, a->forced_count);
  put_counts(w, group, "distress_count", "scenarios in which it is in distress", -1, a->distress_count);
  put_counts(w, group, "funding_refused_count", "quarters in which outside funding was refused", -1, a->refused_count);
  put_counts(w, group, "default_count_by_quarter", "scenarios in which it defaults in the quarter", w->quarter,
             a->default_by_quarter);
  put_counts(w, group, "distress_count_by_quarter", "scenarios in which distress begins in the quarter", w->quarter,
             a->distress_by_quarter);
  put_draw_sums(w, group, &scale);
  hdf5_group_close(w->file, group);
}

/* ---- kept scenarios -------------------------------------------------------------------------------------------------------------------------- */

/* Numbers of each kept scenario: `size` of them from the place that `at` gives. */
static double *gather_numbers(struct results_writer *w,
                              const double *(*at)(const struct results_writer *, int32_t, int32_t), int32_t which,
                              int64_t size) {
  int32_t count = w->results->kept_count;
  double *value = context_allocate(w->context, (size_t)(count * size), sizeof *value);
  for (int32_t k = 0; value != NULL && k < count; k++) {
    const double *source = at(w, k, which);
    for (int64_t i = 0; i < size; i++) value[k * size + i] = source == NULL ? NAN : source[i];
  }
  return value;
}

static const double *kept_loss(const struct results_writer *w, int32_t k, int32_t which) {
  (void)which;
  return w->results->kept[k].loss;
}

static const double *kept_detail(const struct results_writer *w, int32_t k, int32_t which) {
  const double *detail = w->results->kept[k].detail;
  return detail == NULL ? NULL : detail + (int64_t)which * w->a->shape.entity_count;
}

static const double *kept_asset(const struct results_writer *w, int32_t k, int32_t which) {
  const double *asset = w->results->kept[k].asset;
  return asset == NULL ? NULL : asset + (int64_t)which * w->results->network->asset_count;
}

static const double *kept_line(const struct results_writer *w, int32_t k, int32_t which) {
  (void)which;
  return w->results->kept[k].line;
}

static const double *kept_cause(const struct results_writer *w, int32_t k, int32_t which) {
  return which == 0 ? w->results->kept[k].cause : w->results->kept[k].cause_gross;
}

static void put_kept_array(struct results_writer *w, const struct hdf5_array *array,
                           const double *(*at)(const struct results_writer *, int32_t, int32_t), int32_t which,
                           int64_t size) {
  double *value = gather_numbers(w, at, which, size);
  if (value != NULL) hdf5_write_numbers(w->file, array, value);
  context_release(w->context, value);
}

/* Losses of kept scenarios by cause, of entities and of the whole. */
static void put_causes(struct results_writer *w, hdf5_id group) {
  int64_t n = w->a->shape.entity_count, causes = w->results->names.cause_count;
  hdf5_id cause =
      hdf5_scale_texts(w->file, group, "cause", "cause of a loss", w->results->names.cause, (int32_t)causes);
  struct hdf5_array loss =
      array_of(group, "cause_loss", w->amount, "loss of the entity by cause", w->kept, cause, w->entity);
  struct hdf5_array gross = array_of(group, "cause_loss_gross", w->amount,
                                     "sum of the positive losses of all entities by cause", w->kept, cause, -1);
  put_kept_array(w, &loss, kept_cause, 0, n * causes);
  put_kept_array(w, &gross, kept_cause, 1, causes);
}

/* A field of the trace over (kept, quarter, entity). */
/* What a model reports of an entity is money, but for these. */
static const char *output_units(const struct results_writer *w, const char *name) {
  static const char *const OTHER[][2] = {{"default", "1"},
                                         {"default_quarter", "quarter"},
                                         {"live", "1"},
                                         {"distress", "1"},
                                         {"distress_quarter", "quarter"},
                                         {"capacity", "capacity"},
                                         {"valuation", "1"},
                                         {"wave", "1"},
                                         {"hoarding", "1"},
                                         {"failed", "1"},
                                         {"downstream", "1"},
                                         {"upstream", "1"},
                                         {"index", "1"},
                                         {"return", "1"},
                                         {"return_from_sales", "1"}};
  for (size_t k = 0; k < sizeof OTHER / sizeof OTHER[0]; k++)
    if (strcmp(name, OTHER[k][0]) == 0) return OTHER[k][1];
  return w->amount;
}

static void put_trace(struct results_writer *w, hdf5_id group, int32_t field) {
  int64_t n = w->a->shape.entity_count, quarters = w->a->shape.quarter_count, fields = w->results->names.trace_count;
  const char *name = w->results->names.trace[field];
  struct hdf5_array array = array_of(group, name, output_units(w, name), name, w->kept, w->quarter, w->entity);
  double *value = context_allocate(w->context, (size_t)(w->results->kept_count * quarters * n), sizeof *value);
  if (value == NULL) return;
  for (int32_t k = 0; k < w->results->kept_count; k++) {
    for (int64_t t = 0; t < quarters; t++) {
      double *to = value + ((int64_t)k * quarters + t) * n;
      memcpy(to, w->results->kept[k].trace + (t * fields + field) * n, (size_t)n * sizeof *to);
    }
  }
  hdf5_write_numbers(w->file, &array, value);
  context_release(w->context, value);
}

static void put_kept_scalars(struct results_writer *w, hdf5_id group) {
  const struct kept_scenario *kept = w->results->kept;
  int32_t count = w->results->kept_count;
  struct {
    const char *name, *units, *meaning;
  } field[] = {{"loss_gross", w->amount, "sum of the positive losses"},
               {"loss_net", w->amount, "loss of holders outside the network"},
               {"audit", "1", "largest relative breach of the accounting identities"},
               {"margin", "1", "smallest distance of an entity from its threshold, as a share of that"},
               {"margin_entity", "1", "number of that entity, from 0"}};
  enum { FIELDS = sizeof field / sizeof *field };
  double *number = context_allocate(w->context, (size_t)count, sizeof *number);
  int64_t *integer = context_allocate(w->context, (size_t)count, sizeof *integer);
  for (int f = 0; f < FIELDS && number != NULL; f++) {
    struct hdf5_array array = array_of(group, field[f].name, field[f].units, field[f].meaning, w->kept, -1, -1);
    for (int32_t k = 0; k < count; k++) {
      const double of_kept[FIELDS] = {kept[k].loss_gross, kept[k].loss_net, kept[k].audit, kept[k].margin,
                                      kept[k].margin_entity};
      number[k] = of_kept[f];
    }
    hdf5_write_numbers(w->file, &array, number);
  }
  static const char *const name[3] = {"default_count", "iterations", "converged"};
  for (int f = 0; f < 3 && integer != NULL; f++) {
    struct hdf5_array array = array_of(group, name[f], "1", name[f], w->kept, -1, -1);
    for (int32_t k = 0; k < count; k++)
      integer[k] = f == 0 ? kept[k].default_count : f == 1 ? kept[k].iterations : kept[k].converged;
    hdf5_write_integers(w->file, &array, integer);
  }
  context_release(w->context, integer);
  context_release(w->context, number);
}

/* The scale of kept scenarios is their numbers; ids are texts beside it. */
static void make_kept_scale(struct results_writer *w, hdf5_id group) {
  int32_t count = w->results->kept_count;
  int64_t *number = context_allocate(w->context, (size_t)count, sizeof *number);
  char **id = context_allocate(w->context, (size_t)count, sizeof *id);
  static char none[] = "";
  if (number != NULL && id != NULL) {
    for (int32_t k = 0; k < count; k++) {
      number[k] = w->results->kept[k].number;
      id[k] = w->results->kept[k].id == NULL ? none : w->results->kept[k].id;
    }
    w->kept = hdf5_scale_integers(w->file, group, "scenario", "number of the scenario", "1", number, count);
    struct hdf5_array array = array_of(group, "id", NULL, "id of the scenario", w->kept, -1, -1);
    hdf5_write_texts(w->file, &array, id);
  }
  context_release(w->context, id);
  context_release(w->context, number);
}

/* What a scenario does to common assets; they have a dimension of their own. */
static void put_kept_assets(struct results_writer *w, hdf5_id group) {
  const ls_results *results = w->results;
  const int32_t count = results->network->asset_count;
  if (results->names.asset_output_count == 0 || count == 0) return;
  char *const *id = network_column(results->network, TABLE_ASSETS, "id")->text;
  hdf5_id assets = hdf5_group_create(w->file, group, "assets");
  hdf5_id scale = hdf5_scale_texts(w->file, assets, "asset", "id of the common asset", id, count);
  for (int32_t k = 0; k < results->names.asset_output_count; k++) {
    const char *name = results->names.asset_output[k];
    struct hdf5_array array = array_of(assets, name, output_units(w, name), name, w->kept, scale, -1);
    put_kept_array(w, &array, kept_asset, k, count);
  }
  hdf5_group_close(w->file, assets);
}

static void put_kept(struct results_writer *w) {
  const ls_results *results = w->results;
  int64_t n = w->a->shape.entity_count;
  if (results->kept_count == 0) return;
  hdf5_id group = hdf5_group_create(w->file, hdf5_root(w->file), "kept");
  make_kept_scale(w, group);
  put_kept_scalars(w, group);
  struct hdf5_array loss = array_of(group, "loss", w->amount, "loss of the entity", w->kept, w->entity, -1);
  put_kept_array(w, &loss, kept_loss, 0, n);
  if (results->names.line_count > 0) {
    struct hdf5_array line =
        array_of(group, "line_loss", w->amount, "loss by balance-sheet line", w->kept, w->line, w->entity);
    put_kept_array(w, &line, kept_line, 0, n * results->names.line_count);
  }
  if (results->names.cause_count > 0) put_causes(w, group);
  hdf5_id detail = hdf5_group_create(w->file, group, "detail");
  for (int32_t k = 0; k < results->names.detail_count; k++) {
    const char *name = results->names.detail[k];
    struct hdf5_array array = array_of(detail, name, output_units(w, name), name, w->kept, w->entity, -1);
    put_kept_array(w, &array, kept_detail, k, n);
  }
  hdf5_group_close(w->file, detail);
  put_kept_assets(w, group);
  if (results->kept[0].trace != NULL) {
    hdf5_id trace = hdf5_group_create(w->file, group, "trace");
    for (int32_t f = 0; f < results->names.trace_count; f++) put_trace(w, trace, f);
    hdf5_group_close(w->file, trace);
  }
  hdf5_group_close(w->file, group);
}

/* ---- the whole -------------------------------------------------------------------------------------------------------------------------------------- */

static int64_t expected_bytes(const ls_results *results) {
  const struct accumulator *a = results->accumulator;
  int64_t n = a->shape.entity_count, bytes = a->shape.scenario_count * 21;
  int64_t per_kept = n * (1 + results->names.cause_count + results->names.detail_count + results->names.line_count +
                          (int64_t)results->names.trace_count * a->shape.quarter_count);
  bytes += results->kept_count * per_kept * (int64_t)sizeof(double);
  if (a->joint != NULL) bytes += n * n * (int64_t)sizeof(int64_t) / 2;
  bytes += results->draws.count * (n * 10 + results->draws.row_count) * (int64_t)sizeof(double);
  bytes += (5 * draw_figure_size(&a->shape) + 8 * given_size(&a->shape)) * (int64_t)sizeof(double);
  return bytes + n * BIN_COUNT * 4;
}

static ls_status put_network(struct results_writer *w) {
  hdf5_id group = hdf5_group_create(w->file, hdf5_root(w->file), "network");
  ls_status status = group < 0 ? LS_STATUS_OK : network_hdf5_put(w->context, w->file, group, w->results->network);
  hdf5_group_close(w->file, group);
  return status;
}

ls_status ls_results_write(ls_context *context, const ls_results *results, const char *path, bool replace) {
  struct results_writer w = {.context = context,
                             .results = results,
                             .a = results->accumulator,
                             .entity = -1,
                             .other_entity = -1,
                             .quantile = -1,
                             .quarter = -1,
                             .line = -1,
                             .kept = -1,
                             .draw = -1};
  int64_t faults = context_fault_count(context);
  char *amount = network_amount_units(context, results->network);
  if (amount == NULL) return LS_STATUS_OUT_OF_MEMORY;
  w.amount = amount;
  ls_status status = hdf5_create(context, path, replace, expected_bytes(results), &w.file);
  if (status == LS_STATUS_OK) status = make_scales(&w);
  if (status != LS_STATUS_OK) goto done;
  put_root_attributes(&w);
  put_headline(&w);
  w.draw = draws_hdf5_put(context, w.file, results, w.entity, w.quantile, w.quarter, amount);
  put_scenarios(&w);
  put_accumulators(&w);
  put_kept(&w);
  provenance_hdf5_put(context, w.file, results);
  status = put_network(&w);
  /* a failed allocation leaves a message and a gap: such a file must not appear */
  if (status == LS_STATUS_OK && context_fault_count(context) == faults) {
    status = hdf5_commit(&w.file);
  } else {
    status = hdf5_write_status(w.file);
  }
done:
  hdf5_close(&w.file);
  context_release(context, amount);
  return status;
}
