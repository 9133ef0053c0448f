/* results_dependence_hdf5.c - joint defaults and dependence in a file of results: derived from what is stored there,
 * for readers who want the numbers and not the counts; reading a file computes them anew. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/dependence.h"
#include "aggregate/results_dependence.h"

struct dependence_writer {
  ls_context *context;
  struct hdf5_file *file;
  const ls_results *results;
  hdf5_id entity, other_entity;
  const char *amount;
};

static void put(const struct dependence_writer *w, const char *name, const char *units, const char *meaning,
                hdf5_id second, const double *value) {
  struct hdf5_array array = {.group = hdf5_root(w->file),
                             .name = name,
                             .units = units,
                             .meaning = meaning,
                             .rank = second < 0 ? 1 : 2,
                             .dimension = {w->entity, second, -1}};
  hdf5_write_numbers(w->file, &array, value);
}

/* One member of every pair's numbers over (entity, other_entity); its place in struct default_pair is `offset`. */
static void put_pairs(const struct dependence_writer *w, const char *name, const char *meaning, size_t offset) {
  const int32_t n = w->results->accumulator->shape.entity_count;
  double *value = context_allocate(w->context, (size_t)n * (size_t)n, sizeof *value);
  if (value == NULL) return;
  for (int32_t i = 0; i < n; i++)
    for (int32_t j = 0; j < n; j++) {
      struct default_pair pair;
      (void)dependence_pair(w->results, i, j, &pair);
      memcpy(&value[(int64_t)i * n + j], (const char *)&pair + offset, sizeof *value);
    }
  put(w, name, "1", meaning, w->other_entity, value);
  context_release(w->context, value);
}

static void put_joint(const struct dependence_writer *w) {
  if (w->results->accumulator->joint == NULL || w->results->accumulator->shape.entity_count > PAIR_MATRIX_LIMIT) return;
  put_pairs(w, "joint_default_probability", "share of scenarios in which both entities default",
            offsetof(struct default_pair, joint));
  put_pairs(w, "conditional_default_probability",
            "share of the scenarios in which entity defaults in which other_entity does",
            offsetof(struct default_pair, given));
  put_pairs(w, "conditional_default_probability_low", "lower end of its 95 % interval (Wilson)",
            offsetof(struct default_pair, given_low));
  put_pairs(w, "conditional_default_probability_high", "upper end of its 95 % interval (Wilson)",
            offsetof(struct default_pair, given_high));
}

static void put_others(const struct dependence_writer *w) {
  static const struct {
    const char *name, *meaning;
    size_t offset;
    bool is_amount;
  } field[] = {
      {"others_loss_given_default", "mean loss of all others over the scenarios in which it defaults",
       offsetof(struct dependence, others_mean), true},
      {"others_loss_given_default_stderr", "standard error of that mean", offsetof(struct dependence, others_se), true},
      {"others_loss_given_default_share", "that mean over the others' baseline value",
       offsetof(struct dependence, others_share), false},
      {"es_share", "share of the system's expected shortfall at 0.99", offsetof(struct dependence, shortfall_share),
       false}};
  const int32_t n = w->results->accumulator->shape.entity_count;
  const double all = dependence_value(w->results);
  double *value = context_allocate(w->context, (size_t)n, sizeof *value);
  for (size_t f = 0; value != NULL && f < sizeof field / sizeof *field; f++) {
    for (int32_t k = 0; k < n; k++) {
      const struct dependence on = dependence_on(w->results, all, k);
      memcpy(&value[k], (const char *)&on + field[f].offset, sizeof *value);
    }
    put(w, field[f].name, field[f].is_amount ? w->amount : "1", field[f].meaning, -1, value);
  }
  context_release(w->context, value);
}

static void put_given(const struct dependence_writer *w) {
  const int32_t n = w->results->accumulator->shape.entity_count;
  if (w->results->accumulator->given_sum == NULL || w->other_entity < 0) return;
  double *value = context_allocate(w->context, (size_t)n * (size_t)n, sizeof *value);
  if (value == NULL) return;
  for (int32_t k = 0; k < n; k++)
    for (int32_t i = 0; i < n; i++) value[(int64_t)k * n + i] = dependence_loss_given(w->results, k, i);
  put(w, "loss_mean_given_default", w->amount, "mean loss of other_entity over the scenarios in which entity defaults",
      w->other_entity, value);
  context_release(w->context, value);
}

void dependence_hdf5_put(ls_context *context, struct hdf5_file *file, const ls_results *results, hdf5_id entity,
                         hdf5_id other_entity, const char *amount) {
  const struct dependence_writer w = {context, file, results, entity, other_entity, amount};
  put_joint(&w);
  put_others(&w);
  put_given(&w);
}
