/* results_draws_hdf5.c - draws of the assumptions in a file of results: by draw over the dimension `draw`, and over the draws
 * with the dimension `band` (median, low, high). */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/results_draws.h"
#include "aggregate/results_measures.h"

enum { BAND_SIZE = 3, DRAWS_LIMIT = 1000000, NAME_ROOM = 80 };

struct draws_writer {
  ls_context *context;
  struct hdf5_file *file;
  const ls_results *results;
  hdf5_id draw, assumption, band, entity, quantile, quarter;
  const char *amount;
};

static const struct {
  const char *name, *meaning;
  bool is_amount;
} FIELDS[DRAW_FIELD_COUNT] = {
    {"draw_baseline_value", "equity value on the draw's baseline at the horizon", true},
    {"draw_loss_at_zero", "loss of the draw's baseline against book equity", true},
    {"draw_baseline_default_quarter", "quarter in which it defaults on the draw's baseline, -1 never", false},
    {"draw_baseline_distress_quarter", "quarter in which it is flagged on the draw's baseline, -1 never", false},
};

static void put(const struct draws_writer *w, const char *name, const char *units, const char *meaning, hdf5_id first,
                hdf5_id second, const double *value) {
  struct hdf5_array array = {.group = hdf5_root(w->file),
                             .name = name,
                             .units = units,
                             .meaning = meaning,
                             .rank = second < 0 ? 1 : 2,
                             .dimension = {first, second, -1}};
  if (value != NULL) hdf5_write_numbers(w->file, &array, value);
}

/* ---- what was drawn --------------------------------------------------------------------------------------------------- */

static void make_scales(struct draws_writer *w) {
  static char median[] = "median", low[] = "low", high[] = "high";
  char *const bands[BAND_SIZE] = {median, low, high};
  const struct draw_record *draws = &w->results->draws;
  const hdf5_id root = hdf5_root(w->file);
  int64_t *number = context_allocate(w->context, (size_t)draws->count, sizeof *number);
  char **id = context_allocate(w->context, (size_t)draws->row_count, sizeof *id);
  if (number != NULL && id != NULL) {
    const bool of_ensemble = results_are_of_ensemble(w->results);
    for (int32_t d = 0; d < draws->count; d++) number[d] = d;
    for (int32_t j = 0; j < draws->row_count; j++)
      id[j] = network_column(w->results->network, TABLE_ASSUMPTIONS, "id")->text[draws->row[j]];
    w->draw = hdf5_scale_integers(
        w->file, root, "draw", of_ensemble ? "network of the ensemble, its member less 1" : "draw of the assumptions",
        "1", number, draws->count);
    if (!of_ensemble)
      w->assumption = hdf5_scale_texts(w->file, root, "assumption", "id of the drawn assumption", id, draws->row_count);
    w->band = hdf5_scale_texts(w->file, root, "band", "median and ends of the band over the draws", bands, BAND_SIZE);
  }
  context_release(w->context, id);
  context_release(w->context, number);
}

static void put_record(const struct draws_writer *w) {
  const struct draw_record *draws = &w->results->draws;
  const hdf5_id root = hdf5_root(w->file);
  const bool of_ensemble = results_are_of_ensemble(w->results);
  hdf5_put_integer(w->file, root, of_ensemble ? "n_ensemble_members" : "n_assumption_draws", draws->count);
  hdf5_put_integer(w->file, root, "n_redrawn", draws->redrawn);
  struct hdf5_array row = {.group = root,
                           .name = "assumption_row",
                           .units = "1",
                           .meaning = "row of the assumption in its table, from 0",
                           .rank = 1,
                           .dimension = {w->assumption, -1, -1}};
  if (!of_ensemble) hdf5_write_integers(w->file, &row, draws->row);
  if (!of_ensemble)
    put(w, "draw_assumption_value", "1", "value of the assumption in the draw, in its own unit", w->draw, w->assumption,
        draws->value);
  for (int f = 0; f < DRAW_FIELD_COUNT; f++)
    put(w, FIELDS[f].name, FIELDS[f].is_amount ? w->amount : "quarter", FIELDS[f].meaning, w->draw, w->entity,
        draws->field[f]);
}

/* ---- statistics ------------------------------------------------------------------------------------------------------- */

/* `width` numbers of each draw's (or entity's) row, which begins `offset` bytes into it. */
static void put_fields(const struct draws_writer *w, const char *name, const char *units, const char *meaning,
                       hdf5_id first, hdf5_id second, const void *row, size_t row_bytes, size_t count, size_t offset,
                       size_t width) {
  double *value = context_allocate(w->context, count * width, sizeof *value);
  if (value == NULL) return;
  for (size_t k = 0; k < count; k++)
    memcpy(value + k * width, (const char *)row + k * row_bytes + offset, width * sizeof *value);
  put(w, name, units, meaning, first, second, value);
  context_release(w->context, value);
}

static void put_system(const struct draws_writer *w) {
  const struct draw_statistics *s = &w->results->statistics.draws;
  const size_t count = (size_t)w->results->draws.count, bytes = sizeof *s->system;
#define BY_DRAW(name, units, meaning, second, member, width)                                                          \
  put_fields(w, name, units, meaning, w->draw, second, s->system, bytes, count, offsetof(struct draw_system, member), \
             width)
  BY_DRAW("draw_system_loss_mean", w->amount, "mean of the system's loss in the draw", -1, mean, 1);
  BY_DRAW("draw_system_loss_stderr", w->amount, "standard error of that mean", -1, mean_se, 1);
  BY_DRAW("draw_system_loss_quantile", w->amount, "value at risk in the draw", w->quantile, value,
          QUANTILE_LEVEL_COUNT);
  BY_DRAW("draw_system_loss_expected_shortfall", w->amount, "expected shortfall in the draw", w->quantile, shortfall,
          QUANTILE_LEVEL_COUNT);
  BY_DRAW("draw_system_loss_expected_shortfall_stderr", w->amount, "standard error of that shortfall", w->quantile,
          shortfall_se, QUANTILE_LEVEL_COUNT);
  BY_DRAW("draw_default_count_mean", "1", "mean number of entities in default in the draw", -1, default_count_mean, 1);
#undef BY_DRAW
  put(w, "draw_default_probability", "1", "share of the draw's scenarios in which it defaults", w->draw, w->entity,
      s->default_probability);
  put(w, "draw_loss_mean", w->amount, "mean loss of its equity value in the draw", w->draw, w->entity, s->loss_mean);
}

/* draw_<name> over (draw, entity or quarter), and <name>_band. */
static void put_figure(const struct draws_writer *w, const struct figure *figure) {
  const struct draw_statistics *s = &w->results->statistics.draws;
  const hdf5_id dimension[] = {w->entity, -1, w->quarter};
  const hdf5_id over = dimension[figure->kind];
  const size_t draws = (size_t)w->results->draws.count, row = (size_t)w->results->accumulator->shape.figure_count;
  const char *units = figure->unit != NULL ? figure->unit : w->amount;
  char name[NAME_ROOM];
  (void)snprintf(name, sizeof name, "draw_%s", figure->name);
  put_fields(w, name, units, "mean over the draw's scenarios", w->draw, over, s->figure_mean + figure->at,
             row * sizeof(double), draws, 0, (size_t)figure->count);
  (void)snprintf(name, sizeof name, "%s_band", figure->name);
  put(w, name, units, "its mean over the draws", over < 0 ? w->band : over, over < 0 ? -1 : w->band,
      &s->figure[figure->at].median);
}

static void put_figures(const struct draws_writer *w) {
  struct figure figure;
  for (int32_t k = 0; w->results->statistics.draws.figure != NULL && results_figure(w->results, k, &figure); k++)
    put_figure(w, &figure);
}

static void put_chance(const struct draws_writer *w) {
  const hdf5_id root = hdf5_root(w->file);
  const struct draw_statistics *s = &w->results->statistics.draws;
  if (s->chance_of_mean == s->chance_of_mean) /* a number */
    hdf5_put_number(w->file, root, "variance_share_loss_mean_by_chance", s->chance_of_mean);
  if (s->chance_of_shortfall == s->chance_of_shortfall)
    hdf5_put_number(w->file, root, "variance_share_expected_shortfall_by_chance", s->chance_of_shortfall);
}

static void put_bands(const struct draws_writer *w) {
  const struct draw_statistics *s = &w->results->statistics.draws;
  const size_t n = (size_t)w->results->accumulator->shape.entity_count, bytes = sizeof *s->entity;
  _Static_assert(sizeof(struct band) == BAND_SIZE * sizeof(double), "a band is three numbers");
  put(w, "system_loss_mean_band", w->amount, "mean of the system's loss over the draws", w->band, -1, &s->mean.median);
  put(w, "system_loss_quantile_band", w->amount, "value at risk over the draws", w->quantile, w->band,
      &s->value[0].median);
  put(w, "system_loss_expected_shortfall_band", w->amount, "expected shortfall over the draws", w->quantile, w->band,
      &s->shortfall[0].median);
  put(w, "default_count_mean_band", "1", "mean number of entities in default over the draws", w->band, -1,
      &s->default_count_mean.median);
#define BY_ENTITY(name, units, meaning, second, member, width)                                                      \
  put_fields(w, name, units, meaning, w->entity, second, s->entity, bytes, n, offsetof(struct draw_entity, member), \
             width)
  BY_ENTITY("default_probability_band", "1", "probability of default over the draws", w->band, default_probability,
            BAND_SIZE);
  BY_ENTITY("loss_mean_band", w->amount, "mean loss over the draws", w->band, loss_mean, BAND_SIZE);
  BY_ENTITY("baseline_gate", "1", "share of draws in which it defaults or is flagged without shock", -1,
            baseline_either, 1);
  BY_ENTITY("baseline_gate_default", "1", "share of draws in which it defaults without shock", -1, baseline_default, 1);
  BY_ENTITY("baseline_gate_distress", "1", "share of draws in which it is flagged without shock", -1, baseline_distress,
            1);
#undef BY_ENTITY
  if (results_are_of_ensemble(w->results)) return;
  put(w, "variance_share_loss_mean", "1", "share of the variance of the mean over draws that the assumption explains",
      w->assumption, -1, s->share_of_mean);
  put(w, "variance_share_expected_shortfall", "1",
      "share of the variance of the expected shortfall at 0.99 that the assumption explains", w->assumption, -1,
      s->share_of_shortfall);
}

hdf5_id draws_hdf5_put(ls_context *context, struct hdf5_file *file, const ls_results *results, hdf5_id entity,
                       hdf5_id quantile, hdf5_id quarter, const char *amount) {
  struct draws_writer w = {.context = context,
                           .file = file,
                           .results = results,
                           .draw = -1,
                           .assumption = -1,
                           .band = -1,
                           .entity = entity,
                           .quantile = quantile,
                           .quarter = quarter,
                           .amount = amount};
  if (results->draws.count == 0) return -1;
  make_scales(&w);
  put_record(&w);
  if (results->statistics.draws.system == NULL) return w.draw;
  put_system(&w);
  put_bands(&w);
  put_figures(&w);
  put_chance(&w);
  return w.draw;
}

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

static ls_status read_over(ls_context *context, struct hdf5_file *file, const char *name, int64_t count,
                           double *target) {
  double *read = NULL;
  ls_status status = hdf5_read_numbers(file, hdf5_root(file), name, count, &read);
  if (status != LS_STATUS_OK) return status;
  memcpy(target, read, (size_t)count * sizeof *read);
  context_release(context, read);
  return LS_STATUS_OK;
}

static ls_status read_rows(ls_context *context, struct hdf5_file *file, const char *path, ls_results *results) {
  struct draw_record *draws = &results->draws;
  const int64_t rows = results->network->table[TABLE_ASSUMPTIONS].row_count;
  int64_t *row = NULL;
  ls_status status = hdf5_read_integers(file, hdf5_root(file), "assumption_row", draws->row_count, &row);
  for (int32_t j = 0; j < draws->row_count && status == LS_STATUS_OK; j++) {
    if (row[j] < 0 || row[j] >= rows)
      status = context_fault(context, path, 0, "has a drawn assumption that its network lacks");
    else
      draws->row[j] = row[j];
  }
  context_release(context, row);
  return status;
}

ls_status draws_hdf5_get(ls_context *context, struct hdf5_file *file, const char *path, ls_results *results) {
  const hdf5_id root = hdf5_root(file);
  const int32_t n = results->network->entity_count;
  int64_t count = 0, redrawn = 0, rows = 0;
  const bool of_ensemble = hdf5_has_attribute(file, root, "n_ensemble_members");
  if (!of_ensemble && !hdf5_has_attribute(file, root, "n_assumption_draws")) return LS_STATUS_OK;
  ls_status status = hdf5_get_integer(file, root, of_ensemble ? "n_ensemble_members" : "n_assumption_draws", &count);
  if (status == LS_STATUS_OK) status = hdf5_get_integer(file, root, "n_redrawn", &redrawn);
  if (status == LS_STATUS_OK && !of_ensemble) status = hdf5_count(file, root, "assumption_row", &rows);
  if (status != LS_STATUS_OK) return status;
  if (count < 2 || count > DRAWS_LIMIT || redrawn < 0 || redrawn > INT32_MAX || (rows < 1) != of_ensemble ||
      rows > results->network->table[TABLE_ASSUMPTIONS].row_count)
    return context_fault(context, path, 0, "has numbers of draws and assumptions that cannot be");
  status = draw_record_create(context, (int32_t)count, (int32_t)rows, n, &results->draws);
  if (status != LS_STATUS_OK) return status;
  results->draws.redrawn = (int32_t)redrawn;
  if (!of_ensemble) status = read_rows(context, file, path, results);
  if (status == LS_STATUS_OK && !of_ensemble)
    status = read_over(context, file, "draw_assumption_value", count * rows, results->draws.value);
  for (int f = 0; f < DRAW_FIELD_COUNT && status == LS_STATUS_OK; f++)
    status = read_over(context, file, FIELDS[f].name, count * n, results->draws.field[f]);
  return status;
}
