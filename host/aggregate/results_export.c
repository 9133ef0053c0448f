/* results_export.c - ls_results_export: results as CSV tables, or as one JSON file, in a folder of their own. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aggregate/results_causes.h"
#include "aggregate/accumulator_fields.h"
#include "aggregate/results_cells.h"
#include "aggregate/results_dependence.h"
#include "aggregate/results_measures.h"
#include "aggregate/results_text.h"
#include "io/file.h"
#include "io/read_file.h"

/* ---- cells ---------------------------------------------------------------------------------------------------------------------------- */

void cell_text(struct buffer *out, const char *text) {
  bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
  bool quoted = strpbrk(text, ",\"\r\n") != NULL;
  if (quoted) buffer_text(out, "\"");
  if (formula) buffer_text(out, "'");
  for (; *text != '\0'; text++) buffer_add(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
  if (quoted) buffer_text(out, "\"");
}

void cell_number(struct buffer *out, double value) {
  buffer_text(out, ",");
  buffer_number(out, value, "");
}

static const char *entity_id(const ls_results *results, int32_t entity) {
  return ls_network_entity_id(results->network, entity);
}

/* ---- tables ------------------------------------------------------------------------------------------------------------------------------ */

static void put_loss(struct buffer *out, const char *name, const struct loss_statistics *loss) {
  buffer_text(out, name);
  cell_number(out, loss->mean);
  cell_number(out, loss->mean_se);
  cell_number(out, loss->sd);
  cell_number(out, loss->minimum);
  cell_number(out, loss->maximum);
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    cell_number(out, loss->tail[k].value);
    cell_number(out, loss->tail[k].low);
    cell_number(out, loss->tail[k].high);
    cell_number(out, loss->tail[k].shortfall);
    cell_number(out, loss->tail[k].shortfall_se);
  }
  buffer_text(out, "\n");
}

static void write_system(struct buffer *out, const ls_results *results) {
  buffer_text(out, "loss,mean,mean_se,sd,min,max");
  for (int k = 0; k < QUANTILE_LEVEL_COUNT; k++) {
    const char *q = QUANTILE_NAME[k];
    buffer_print(out, ",var_%s,var_%s_low,var_%s_high,es_%s,es_%s_se", q, q, q, q, q);
  }
  buffer_text(out, "\n");
  put_loss(out, "gross", &results->statistics.gross);
  put_loss(out, "net", &results->statistics.net);
}

static void write_entities(struct buffer *out, const ls_results *results) {
  buffer_text(
      out, "id,default_probability,default_probability_low,default_probability_high,forced_probability,"
           "distress_probability,loss_mean,loss_mean_se,loss_sd,loss_peak_mean,loss_quantile_0.95,loss_quantile_0.99,"
           "loss_quantile_0.999,es_contribution,loss_at_zero,baseline_value\n");
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) {
    const struct entity_statistics *e = &results->statistics.entity[i];
    double value[] = {e->default_probability,
                      e->default_low,
                      e->default_high,
                      e->forced_probability,
                      e->distress_probability,
                      e->loss_mean,
                      e->loss_mean_se,
                      e->loss_sd,
                      e->loss_peak_mean,
                      e->loss_quantile[0],
                      e->loss_quantile[1],
                      e->loss_quantile[2],
                      e->es_contribution,
                      results->loss_at_zero == NULL ? NAN : results->loss_at_zero[i],
                      results->baseline_value == NULL ? NAN : results->baseline_value[i]};
    cell_text(out, entity_id(results, i));
    for (size_t k = 0; k < sizeof value / sizeof *value; k++) cell_number(out, value[k]);
    buffer_text(out, "\n");
  }
}

static void write_lines(struct buffer *out, const ls_results *results) {
  int32_t n = results->accumulator->shape.entity_count;
  buffer_text(out, "line,id,loss_mean,es_contribution\n");
  for (int32_t k = 0; k < results->names.line_count; k++) {
    for (int32_t i = 0; i < n; i++) {
      cell_text(out, results->names.line[k]);
      buffer_text(out, ",");
      cell_text(out, entity_id(results, i));
      cell_number(out, results->statistics.line_mean[(int64_t)k * n + i]);
      cell_number(out, results->statistics.line_contribution[(int64_t)k * n + i]);
      buffer_text(out, "\n");
    }
  }
}

/* Numbers of the whole system by quarter, in every row's last columns: blank but for the row of the system, which
 * has no id. */
static void put_by_quarter(struct buffer *out, const ls_results *results, int32_t t) {
  struct figure figure;
  for (int32_t k = 0; results_figure(results, k, &figure); k++) {
    if (figure.kind != FIGURE_BY_QUARTER) continue;
    cell_number(out, t < 0 ? NAN : results->statistics.figure_mean[figure.at + t]);
    cell_number(out, t < 0 ? NAN : results->statistics.figure_se[figure.at + t]);
  }
}

static void write_quarters(struct buffer *out, const ls_results *results) {
  const struct accumulator *a = results->accumulator;
  int32_t n = a->shape.entity_count;
  double count = (double)accumulator_count(a);
  buffer_text(out, "quarter,id,default_probability,distress_probability,baseline_value");
  for (int32_t k = 0; k < results->names.by_quarter_count; k++)
    buffer_print(out, ",%s,%s_se", results->names.by_quarter[k], results->names.by_quarter[k]);
  buffer_text(out, "\n");
  for (int32_t t = 0; t < a->shape.quarter_count; t++) {
    for (int32_t i = 0; i < n; i++) {
      int64_t at = (int64_t)t * n + i;
      buffer_print(out, "%d,", (int)t);
      cell_text(out, entity_id(results, i));
      cell_number(out, (double)a->default_by_quarter[at] / count);
      cell_number(out, (double)a->distress_by_quarter[at] / count);
      cell_number(out, results->baseline_path == NULL ? NAN : results->baseline_path[at]);
      put_by_quarter(out, results, -1);
      buffer_text(out, "\n");
    }
    if (results->names.by_quarter_count == 0) continue;
    buffer_print(out, "%d,,,,", (int)t);
    put_by_quarter(out, results, t);
    buffer_text(out, "\n");
  }
}

static void write_scenarios(struct buffer *out, const ls_results *results) {
  static const char *const state[] = {"not_run", "converged", "max_iterations", "non_finite"};
  const struct accumulator *a = results->accumulator;
  buffer_text(out, "scenario,loss_gross,loss_net,default_count,status\n");
  for (int64_t k = 0; k < a->shape.scenario_count; k++) {
    buffer_print(out, "%lld", (long long)(a->shape.first_scenario + k));
    cell_number(out, a->loss_gross[k]);
    cell_number(out, a->loss_net[k]);
    buffer_print(out, ",%d,%s\n", (int)a->scenario_defaults[k], state[a->state[k]]);
  }
}

static void write_kept(struct buffer *out, const ls_results *results) {
  int32_t n = results->accumulator->shape.entity_count;
  buffer_text(out, "scenario,id,entity,loss");
  for (int32_t o = 0; o < results->names.detail_count; o++) {
    buffer_text(out, ",");
    cell_text(out, results->names.detail[o]);
  }
  buffer_text(out, "\n");
  for (int32_t k = 0; k < results->kept_count; k++) {
    for (int32_t i = 0; i < n; i++) {
      const struct kept_scenario *kept = &results->kept[k];
      buffer_print(out, "%lld,", (long long)kept->number);
      cell_text(out, kept->id == NULL ? "" : kept->id);
      buffer_text(out, ",");
      cell_text(out, entity_id(results, i));
      cell_number(out, kept->loss == NULL ? NAN : kept->loss[i]);
      for (int32_t o = 0; o < results->names.detail_count; o++)
        cell_number(out, kept->detail == NULL ? NAN : kept->detail[(int64_t)o * n + i]);
      buffer_text(out, "\n");
    }
  }
}

static void write_kept_assets(struct buffer *out, const ls_results *results) {
  int32_t count = results->network->asset_count;
  buffer_text(out, "scenario,id,asset");
  for (int32_t o = 0; o < results->names.asset_output_count; o++) {
    buffer_text(out, ",");
    cell_text(out, results->names.asset_output[o]);
  }
  buffer_text(out, "\n");
  for (int32_t k = 0; k < results->kept_count; k++) {
    const struct kept_scenario *kept = &results->kept[k];
    for (int32_t m = 0; kept->asset != NULL && m < count; m++) {
      buffer_print(out, "%lld,", (long long)kept->number);
      cell_text(out, kept->id == NULL ? "" : kept->id);
      buffer_text(out, ",");
      cell_text(out, network_text(results->network, TABLE_ASSETS, "id", m));
      for (int32_t o = 0; o < results->names.asset_output_count; o++)
        cell_number(out, kept->asset[(int64_t)o * count + m]);
      buffer_text(out, "\n");
    }
  }
}

/* ---- the folder ---------------------------------------------------------------------------------------------------------------------------- */

static ls_status write_into(ls_context *context, const char *folder, const char *name, const void *data, size_t length,
                            bool replace) {
  char *path = path_join(context, folder, name);
  if (path == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = file_write(context, path, data, length, replace);
  context_release(context, path);
  return status;
}

struct table_writer {
  const char *name;
  void (*write)(struct buffer *, const ls_results *);
  bool needs_statistics;
};

static const struct table_writer TABLES[] = {{"system.csv", write_system, true},
                                             {"entities.csv", write_entities, true},
                                             {"lines.csv", write_lines, true},
                                             {"quarters.csv", write_quarters, true},
                                             {"joint.csv", dependence_table_joint, true},
                                             {"dependence.csv", dependence_table, true},
                                             {"measures.csv", measures_table, true},
                                             {"scenarios.csv", write_scenarios, false},
                                             {"kept.csv", write_kept, false},
                                             {"assets.csv", write_kept_assets, false},
                                             {"causes.csv", causes_table, false}};
enum { TABLE_WRITERS = sizeof TABLES / sizeof *TABLES };

static ls_status export_csv(ls_context *context, const ls_results *results, const char *folder, bool replace) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < TABLE_WRITERS && status == LS_STATUS_OK; k++) {
    if (TABLES[k].needs_statistics && results->statistics.entity == NULL) continue;
    struct buffer buffer = buffer_start(context);
    TABLES[k].write(&buffer, results);
    status = buffer.failed ? LS_STATUS_OUT_OF_MEMORY
                           : write_into(context, folder, TABLES[k].name, buffer.data, buffer.length, replace);
    buffer_release(&buffer);
  }
  return status;
}

static ls_status export_json(ls_context *context, const ls_results *results, const char *folder, bool replace) {
  ls_text *text = NULL;
  ls_status status = ls_results_describe(context, results, LS_FORMAT_JSON, &text);
  if (status == LS_STATUS_OK)
    status = write_into(context, folder, "results.json", ls_text_data(text), ls_text_length(text), replace);
  ls_text_destroy(&text);
  return status;
}

/* A new folder that could not be filled does not stay, even where no memory is left for a path. */
static void remove_export(const char *folder) {
  const int opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int k = 0; k <= TABLE_WRITERS && opened >= 0; k++)
    (void)unlinkat(opened, k < TABLE_WRITERS ? TABLES[k].name : "results.json", 0);
  if (opened >= 0) (void)close(opened);
  (void)rmdir(folder);
}

ls_status ls_results_export(ls_context *context, const ls_results *results, const char *format, const char *folder,
                            bool replace) {
  bool csv = strcmp(format, "csv") == 0, made = true;
  if (!csv && strcmp(format, "json") != 0) {
    return context_fail(context, LS_STATUS_USAGE, "export format is '%s', must be csv or json", format);
  }
  if (mkdir(folder, 0777) != 0) {
    struct stat found;
    int error = errno;
    if (error != EEXIST || !replace || stat(folder, &found) != 0 || !S_ISDIR(found.st_mode)) {
      return file_output_error(context, folder, error);
    }
    made = false;
  }
  ls_status status =
      csv ? export_csv(context, results, folder, replace) : export_json(context, results, folder, replace);
  if (status != LS_STATUS_OK && made) remove_export(folder);
  return status;
}
