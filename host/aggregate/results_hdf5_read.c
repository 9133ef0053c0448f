/* results_hdf5_read.c - results out of an HDF5 file. Statistics are computed again from the accumulators, and the digest must
 * come out as the file says: a file that was changed is found out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/provenance_hdf5.h"
#include "aggregate/results_draws.h"
#include "aggregate/results_hdf5.h"
#include "io/number.h"
#include "network/network_hdf5.h"

enum { KEPT_LIMIT = 10000000 };

/* ---- accumulators ------------------------------------------------------------------------------------------------------------------------ */

/* Reads `count` 64-bit numbers over what the accumulator holds already. */
static ls_status read_over(const struct results_reader *reader, hdf5_id group, const char *name, void *target,
                           int64_t count) {
  int64_t *read = NULL;
  ls_status status = hdf5_read_integers(reader->file, group, name, count, &read);
  if (status != LS_STATUS_OK) return status;
  memcpy(target, read, (size_t)count * sizeof *read);
  context_release(reader->context, read);
  return LS_STATUS_OK;
}

static ls_status read_joint(const struct results_reader *reader, struct accumulator *a) {
  int64_t n = a->shape.entity_count, *full = NULL;
  if (a->joint == NULL) return LS_STATUS_OK;
  ls_status status = hdf5_read_integers(reader->file, hdf5_root(reader->file), "joint_default_count", n * n, &full);
  if (status != LS_STATUS_OK) return status;
  for (int64_t i = 0; i < n; i++) memcpy(a->joint + joint_index(i, 0), full + i * n, (size_t)(i + 1) * sizeof *full);
  context_release(reader->context, full);
  return LS_STATUS_OK;
}

/* Files of before these sums were kept: the results then do without. */
static void drop_unknown(const struct results_reader *reader, hdf5_id group, struct accumulator *a) {
  if (!hdf5_has(reader->file, group, "others_loss_sum")) accumulator_drop_given(a);
  if (!hdf5_has(reader->file, group, "draw_figure_sum")) accumulator_drop_draw_figures(a);
}

static ls_status read_sums(const struct results_reader *reader, hdf5_id group, struct accumulator *a) {
  int64_t n = a->shape.entity_count, quarters = a->shape.quarter_count, lines = a->shape.line_count;
  drop_unknown(reader, group, a);
  struct {
    const char *name;
    void *target;
    int64_t count;
  } part[] = {{"loss_sum", a->loss_sum, 2 * n},
              {"loss_peak_sum", a->peak_sum, 2 * n},
              {"loss_square_sum", a->loss_squares, 3 * n},
              {"default_count", a->default_count, n},
              {"forced_count", a->forced_count, n},
              {"distress_count", a->distress_count, n},
              {"funding_refused_count", a->refused_count, n},
              {"default_count_by_quarter", a->default_by_quarter, n * quarters},
              {"distress_count_by_quarter", a->distress_by_quarter, n * quarters},
              {"line_sum", a->line_sum, 2 * n * lines},
              {"figure_sum", a->figure_sum, 2 * a->shape.figure_count},
              {"figure_square_sum", a->figure_squares, 2 * a->shape.figure_count},
              {"others_loss_sum", a->others_sum, 2 * n},
              {"others_loss_square_sum", a->others_squares, 3 * n},
              {"given_loss_sum", a->given_sum, 2 * given_size(&a->shape)},
              {"draw_figure_sum", a->draw_figure_sum, 2 * draw_figure_size(&a->shape)},
              {"draw_default_count", a->draw_default_count, draw_size(&a->shape)},
              {"draw_loss_sum", a->draw_loss_sum, 2 * draw_size(&a->shape)},
              {"bin_count", a->bin_count, n * BIN_COUNT},
              {"bin_sum", a->bin_sum, 2 * n * BIN_COUNT}};
  ls_status status = LS_STATUS_OK;
  for (size_t k = 0; k < sizeof part / sizeof *part && status == LS_STATUS_OK; k++) {
    if (part[k].target == NULL || part[k].count == 0) continue;
    status = read_over(reader, group, part[k].name, part[k].target, part[k].count);
  }
  return status;
}

/* Scalars, and the shape, so that the accumulator can be made. */
static ls_status make_accumulator(const struct results_reader *reader, hdf5_id group,
                                  const struct accumulator_shape *wanted) {
  struct accumulator *a = NULL;
  struct accumulator_shape shape = *wanted;
  int64_t exponent = 0;
  ls_status status = reader_count(reader, group, "bound_exponent", -700, 940, &exponent);
  if (status != LS_STATUS_OK) return status;
  shape.amount_bound = power_of_two((int)exponent);
  status = accumulator_create(reader->context, &shape, &reader->results->accumulator);
  if (status != LS_STATUS_OK) return status;
  a = reader->results->accumulator;
  status = reader_count(reader, group, "done_count", 0, shape.scenario_count, &a->done_count);
  if (status == LS_STATUS_OK)
    status = reader_count(reader, group, "converged_count", 0, a->done_count, &a->converged_count);
  if (status == LS_STATUS_OK)
    status = reader_count(reader, group, "nonfinite_count", 0, a->done_count, &a->nonfinite_count);
  if (status == LS_STATUS_OK) status = reader_count(reader, group, "clip_count", 0, INT64_MAX, &a->clip_count);
  if (status == LS_STATUS_OK)
    status = reader_count(reader, group, "iteration_count", 0, INT64_MAX, &a->iteration_count);
  return status;
}

static ls_status read_by_scenario(const struct results_reader *reader, hdf5_id group, struct accumulator *a) {
  int64_t count = a->shape.scenario_count, done = 0;
  double *gross = NULL, *net = NULL;
  int32_t *defaults = NULL;
  int8_t *state = NULL;
  ls_status status = LS_STATUS_OK;
  if (count == 0) return LS_STATUS_OK;
  status = hdf5_read_numbers(reader->file, group, "loss_gross", count, &gross);
  if (status == LS_STATUS_OK) status = hdf5_read_numbers(reader->file, group, "loss_net", count, &net);
  if (status == LS_STATUS_OK) status = hdf5_read_int32(reader->file, group, "default_count", count, &defaults);
  if (status == LS_STATUS_OK) status = hdf5_read_flags(reader->file, group, "status", count, &state);
  for (int64_t k = 0; k < count && status == LS_STATUS_OK; k++) {
    if (state[k] < SCENARIO_NOT_RUN || state[k] > SCENARIO_NOT_FINITE || !isfinite(gross[k]) || !isfinite(net[k])) {
      status = reader_fault(reader, "has a scenario with an unknown state or a loss that is not finite");
      break;
    }
    done += state[k] != SCENARIO_NOT_RUN;
    a->loss_gross[k] = gross[k];
    a->loss_net[k] = net[k];
    a->scenario_defaults[k] = defaults[k];
    a->state[k] = state[k];
  }
  if (status == LS_STATUS_OK && done != a->done_count)
    status = reader_fault(reader, "has another number of scenarios than it says");
  context_release(reader->context, state);
  context_release(reader->context, defaults);
  context_release(reader->context, net);
  context_release(reader->context, gross);
  return status;
}

static ls_status read_accumulator(const struct results_reader *reader) {
  struct accumulator_shape shape = {.entity_count = reader->results->network->entity_count,
                                    .line_count = reader->results->names.line_count};
  hdf5_id scenarios = -1, sums = -1, root = hdf5_root(reader->file);
  int64_t quarters = 0;
  ls_status status = hdf5_count(reader->file, root, "quarter", &quarters);
  if (status == LS_STATUS_OK && (quarters < 1 || quarters > INT32_MAX))
    status = reader_fault(reader, "has no quarters");
  shape.quarter_count = (int32_t)quarters;
  shape.figure_count = results_figure_count(&reader->results->names, shape.entity_count, shape.quarter_count);
  if (status == LS_STATUS_OK) status = hdf5_group_open(reader->file, root, "per_scenario", &scenarios);
  if (status == LS_STATUS_OK) status = hdf5_group_open(reader->file, root, "accumulators", &sums);
  if (status == LS_STATUS_OK)
    status = reader_count(reader, scenarios, "first_scenario", 0, SCENARIO_LIMIT, &shape.first_scenario);
  if (status == LS_STATUS_OK)
    status =
        reader_count(reader, scenarios, "scenario_count", 0, hdf5_most_numbers(reader->file), &shape.scenario_count);
  if (status == LS_STATUS_OK && hdf5_has(reader->file, sums, "draw_loss_sum"))
    shape.draw_count = reader->results->draws.count;
  if (status == LS_STATUS_OK) status = make_accumulator(reader, sums, &shape);
  if (status == LS_STATUS_OK) status = read_by_scenario(reader, scenarios, reader->results->accumulator);
  if (status == LS_STATUS_OK) status = read_sums(reader, sums, reader->results->accumulator);
  if (status == LS_STATUS_OK) status = read_joint(reader, reader->results->accumulator);
  hdf5_group_close(reader->file, sums);
  hdf5_group_close(reader->file, scenarios);
  return status;
}

/* ---- kept scenarios --------------------------------------------------------------------------------------------------------------------------- */

/* Deals rows of an array over (kept, ...) out to fresh blocks, one for each kept scenario. */
static ls_status deal_out(const struct results_reader *reader, const double *value, int64_t size, size_t offset) {
  for (int32_t k = 0; k < reader->results->kept_count; k++) {
    double *block = context_allocate(reader->context, (size_t)size, sizeof *block);
    if (block == NULL) return LS_STATUS_OUT_OF_MEMORY;
    memcpy(block, value + k * size, (size_t)size * sizeof *block);
    memcpy((char *)&reader->results->kept[k] + offset, &block, sizeof block);
  }
  return LS_STATUS_OK;
}

static ls_status read_kept_array(const struct results_reader *reader, hdf5_id group, const char *name, int64_t size,
                                 size_t offset) {
  double *value = NULL;
  ls_status status = hdf5_read_numbers(reader->file, group, name, size * reader->results->kept_count, &value);
  if (status == LS_STATUS_OK) status = deal_out(reader, value, size, offset);
  context_release(reader->context, value);
  return status;
}

/* Fields that are datasets of their own back into one block for each scenario: field f of quarter t at (t F + f) n. */
static ls_status read_kept_fields(const struct results_reader *reader, hdf5_id parent, const char *folder,
                                  char *const *name, int32_t fields, int64_t quarters, int64_t n, size_t offset) {
  int64_t size = quarters * fields * n, kept = reader->results->kept_count;
  hdf5_id group = -1;
  double *block = context_allocate(reader->context, (size_t)(size * kept), sizeof *block);
  if (block == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = hdf5_group_open(reader->file, parent, folder, &group);
  for (int32_t f = 0; f < fields && status == LS_STATUS_OK; f++) {
    double *value = NULL;
    status = hdf5_read_numbers(reader->file, group, name[f], kept * quarters * n, &value);
    for (int64_t row = 0; row < kept * quarters && status == LS_STATUS_OK; row++) {
      int64_t k = row / quarters, t = row % quarters;
      memcpy(block + k * size + (t * fields + f) * n, value + row * n, (size_t)n * sizeof *value);
    }
    context_release(reader->context, value);
  }
  if (status == LS_STATUS_OK) status = deal_out(reader, block, size, offset);
  hdf5_group_close(reader->file, group);
  context_release(reader->context, block);
  return status;
}

static ls_status read_kept_numbers(const struct results_reader *reader, hdf5_id group, int64_t count) {
  struct kept_scenario *kept = reader->results->kept;
  static const char *const number_name[] = {"loss_gross", "loss_net", "audit", "margin", "margin_entity"};
  enum { NUMBERS = sizeof number_name / sizeof *number_name };
  static const char *const integer_name[4] = {"scenario", "default_count", "iterations", "converged"};
  ls_status status = LS_STATUS_OK;
  for (int f = 0; f < NUMBERS && status == LS_STATUS_OK; f++) {
    double *value = NULL;
    status = hdf5_read_numbers(reader->file, group, number_name[f], count, &value);
    for (int64_t k = 0; k < count && status == LS_STATUS_OK; k++) {
      double *const to[NUMBERS] = {&kept[k].loss_gross, &kept[k].loss_net, &kept[k].audit, &kept[k].margin,
                                   &kept[k].margin_entity};
      *to[f] = value[k];
    }
    context_release(reader->context, value);
  }
  for (int f = 0; f < 4 && status == LS_STATUS_OK; f++) {
    int64_t *value = NULL;
    status = hdf5_read_integers(reader->file, group, integer_name[f], count, &value);
    for (int64_t k = 0; k < count && status == LS_STATUS_OK; k++) {
      if (f == 0) kept[k].number = value[k];
      if (f == 1) kept[k].default_count = (int32_t)value[k];
      if (f == 2) kept[k].iterations = value[k];
      if (f == 3) kept[k].converged = value[k] != 0;
    }
    context_release(reader->context, value);
  }
  return status;
}

static ls_status read_kept_ids(const struct results_reader *reader, hdf5_id group, int64_t count) {
  char **id = NULL;
  ls_status status = hdf5_read_texts(reader->file, group, "id", count, &id);
  if (status != LS_STATUS_OK) return status;
  for (int64_t k = 0; k < count; k++) reader->results->kept[k].id = id[k];
  context_release(reader->context, id);
  return LS_STATUS_OK;
}

static ls_status read_kept(const struct results_reader *reader) {
  ls_results *results = reader->results;
  int64_t n = results->network->entity_count, quarters = results->accumulator->shape.quarter_count, count = 0;
  hdf5_id group = -1;
  if (!hdf5_has(reader->file, hdf5_root(reader->file), "kept")) return LS_STATUS_OK;
  ls_status status = hdf5_group_open(reader->file, hdf5_root(reader->file), "kept", &group);
  if (status != LS_STATUS_OK) return status;
  status = hdf5_count(reader->file, group, "scenario", &count);
  if (status == LS_STATUS_OK && count > KEPT_LIMIT) status = reader_fault(reader, "keeps too many scenarios");
  if (status == LS_STATUS_OK) {
    results->kept = context_allocate(reader->context, (size_t)count, sizeof *results->kept);
    if (results->kept == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  }
  if (status == LS_STATUS_OK) {
    results->kept_count = (int32_t)count;
    status = read_kept_numbers(reader, group, count);
  }
#define PART(name) offsetof(struct kept_scenario, name)
  if (status == LS_STATUS_OK) status = read_kept_ids(reader, group, count);
  if (status == LS_STATUS_OK) status = read_kept_array(reader, group, "loss", n, PART(loss));
  if (status == LS_STATUS_OK && results->names.line_count > 0) {
    status = read_kept_array(reader, group, "line_loss", n * results->names.line_count, PART(line));
  }
  if (status == LS_STATUS_OK && results->names.cause_count > 0) {
    status = read_kept_array(reader, group, "cause_loss", n * results->names.cause_count, PART(cause));
  }
  if (status == LS_STATUS_OK && results->names.cause_count > 0) {
    status = read_kept_array(reader, group, "cause_loss_gross", results->names.cause_count, PART(cause_gross));
  }
  if (status == LS_STATUS_OK) {
    status = read_kept_fields(reader, group, "detail", results->names.detail, results->names.detail_count, 1, n,
                              PART(detail));
  }
  if (status == LS_STATUS_OK && hdf5_has(reader->file, group, "assets")) {
    status = read_kept_fields(reader, group, "assets", results->names.asset_output, results->names.asset_output_count,
                              1, results->network->asset_count, PART(asset));
  }
  if (status == LS_STATUS_OK && hdf5_has(reader->file, group, "trace")) {
    status = read_kept_fields(reader, group, "trace", results->names.trace, results->names.trace_count, quarters, n,
                              PART(trace));
  }
#undef PART
  hdf5_group_close(reader->file, group);
  return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------------------------- */

static ls_status read_network(const struct results_reader *reader) {
  hdf5_id group = -1;
  ls_status status = hdf5_group_open(reader->file, hdf5_root(reader->file), "network", &group);
  if (status != LS_STATUS_OK) return status;
  status = network_hdf5_get(reader->context, reader->file, reader->path, group, &reader->results->network);
  hdf5_group_close(reader->file, group);
  return status;
}

static ls_status read_optional(const struct results_reader *reader, const char *name, int64_t count, double **value) {
  if (!hdf5_has(reader->file, hdf5_root(reader->file), name)) return LS_STATUS_OK;
  return hdf5_read_numbers(reader->file, hdf5_root(reader->file), name, count, value);
}

static ls_status read_baseline(const struct results_reader *reader) {
  ls_results *results = reader->results;
  int64_t n = results->network->entity_count, quarters = results->accumulator->shape.quarter_count;
  ls_status status = read_optional(reader, "loss_at_zero", n, &results->loss_at_zero);
  if (status == LS_STATUS_OK) status = read_optional(reader, "baseline_value", n, &results->baseline_value);
  if (status == LS_STATUS_OK) status = read_optional(reader, "baseline_path", n * quarters, &results->baseline_path);
  return status;
}

/* Absent from files of before they were kept: then they stay unknown. */
static ls_status restore_lines(const struct results_reader *reader) {
  const struct accumulator_shape *shape = &reader->results->accumulator->shape;
  const int64_t count = (int64_t)shape->line_count * shape->entity_count;
  double *contribution = NULL;
  ls_status status = read_optional(reader, "es_contribution_by_line", count, &contribution);
  if (status == LS_STATUS_OK && contribution != NULL)
    memcpy(reader->results->statistics.line_contribution, contribution, (size_t)count * sizeof *contribution);
  context_release(reader->context, contribution);
  return status;
}

static ls_status restore_statistics(const struct results_reader *reader) {
  ls_results *results = reader->results;
  int64_t n = results->network->entity_count;
  double *contribution = NULL;
  ls_status status =
      statistics_compute(reader->context, results->accumulator, results->identity.loss_is_net, &results->statistics);
  if (status == LS_STATUS_OK) status = draw_statistics_compute(reader->context, results);
  if (status == LS_STATUS_OK)
    status = hdf5_read_numbers(reader->file, hdf5_root(reader->file), "es_contribution", n, &contribution);
  for (int64_t i = 0; i < n && status == LS_STATUS_OK; i++)
    results->statistics.entity[i].es_contribution = contribution[i];
  context_release(reader->context, contribution);
  if (status == LS_STATUS_OK) status = restore_lines(reader);
  return status;
}

static ls_status check_digest(const struct results_reader *reader) {
  char *digest = NULL;
  ls_status status = hdf5_get_text(reader->file, hdf5_root(reader->file), "digest", &digest);
  if (status != LS_STATUS_OK) return status;
  digest_compute(reader->results);
  bool unfinished = !reader->results->complete && digest[0] == '\0'; /* a part need not have one */
  if (!unfinished && strcmp(digest, reader->results->digest) != 0) {
    status = context_fault(reader->context, reader->path, 0,
                           "digest is '%s', but its numbers give '%s': it was changed or is damaged", digest,
                           reader->results->digest);
  }
  context_release(reader->context, digest);
  return status;
}

static ls_status restore_command(const struct results_reader *reader) {
  char *command = results_command(reader->context, reader->results);
  if (command == NULL) return LS_STATUS_OUT_OF_MEMORY;
  context_release(reader->context, reader->results->identity.command);
  reader->results->identity.command = command;
  return LS_STATUS_OK;
}

ls_status results_hdf5_get(ls_context *context, struct hdf5_file *file, const char *path, ls_results **results) {
  struct results_reader reader = {.context = context, .file = file, .path = path, .results = results_create(context)};
  char *kind = NULL;
  if (reader.results == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = hdf5_get_kind(context, file, path, &kind);
  if (status == LS_STATUS_OK && strcmp(kind, "results") != 0 && strcmp(kind, "shard") != 0) {
    status = context_fault(context, path, 0, "is a %s file, must be a results file", kind);
  }
  if (status == LS_STATUS_OK) status = read_network(&reader);
  if (status == LS_STATUS_OK) status = provenance_hdf5_get(&reader);
  if (status == LS_STATUS_OK) status = draws_hdf5_get(context, file, path, reader.results);
  if (status == LS_STATUS_OK) status = read_accumulator(&reader);
  if (status == LS_STATUS_OK) status = read_baseline(&reader);
  if (status == LS_STATUS_OK) status = read_kept(&reader);
  if (status == LS_STATUS_OK) {
    reader.results->complete = strcmp(kind, "results") == 0;
    if (reader.results->complete) status = restore_statistics(&reader);
  }
  if (status == LS_STATUS_OK) status = check_digest(&reader);
  if (status == LS_STATUS_OK) status = restore_command(&reader);
  context_release(context, kind);
  if (status != LS_STATUS_OK) {
    results_destroy(&reader.results);
    return status;
  }
  *results = reader.results;
  return LS_STATUS_OK;
}

ls_status ls_results_read(ls_context *context, const char *path, ls_results **results) {
  struct hdf5_file *file = NULL;
  ls_status status = hdf5_open(context, path, &file);
  if (status != LS_STATUS_OK) return status;
  status = results_hdf5_get(context, file, path, results);
  hdf5_close(&file);
  return status;
}
