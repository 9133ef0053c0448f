/* spec_engine.c - see spec_engine.h. */
#include "spec/spec_engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* ---- folders ----------------------------------------------------------------------------------------------------- */

bool engine_folder_open(struct engine_folder *folder) { return support_make_folder(folder->path); }
void engine_folder_close(struct engine_folder *folder) { support_remove_folder(folder->path); }

/* A file being written; NULL on failure. */
static FILE *begin(const struct engine_folder *folder, const char *name, const char *header) {
  char path[4200];
  snprintf(path, sizeof path, "%s/%s", folder->path, name);
  FILE *file = fopen(path, "w");
  if (file) fprintf(file, "%s\n", header);
  return file;
}

static bool write_entities(const struct engine_folder *folder, const struct engine_banks *banks) {
  FILE *file = begin(folder, "entities.csv",
                     banks->equity ? "id,external_assets,external_liabilities,equity"
                                   : "id,external_assets,external_liabilities");
  if (!file) return false;
  for (int k = 0; k < banks->n; k++) {
    int i = banks->order ? banks->order[k] : k;
    fprintf(file, "b%d,%.17g,%.17g", i, banks->external_assets ? banks->external_assets[i] : 0,
            banks->external_liabilities ? banks->external_liabilities[i] : 0);
    if (banks->equity) fprintf(file, ",%.17g", banks->equity[i]);
    fputc('\n', file);
  }
  return fclose(file) == 0;
}

bool engine_write_banks(const struct engine_folder *folder, const struct engine_banks *banks) {
  FILE *file = begin(folder, "liabilities.csv", "debtor,creditor,amount");
  if (!file) return false;
  for (int i = 0; i < banks->n; i++)
    for (int j = 0; j < banks->n; j++)
      if (banks->liability[i * banks->n + j] > 0)
        fprintf(file, "b%d,b%d,%.17g\n", i, j, banks->liability[i * banks->n + j]);
  return fclose(file) == 0 && write_entities(folder, banks);
}

/* ---- the tables of the loop model -------------------------------------------------------------------------------- */

static const char *node_name(int i) {
  static _Thread_local char name[4][16];
  static _Thread_local int next;
  char *text = name[next++ % 4];
  if (i == SPEC_WORLD)
    snprintf(text, 16, "world");
  else
    snprintf(text, 16, "n%d", i);
  return text;
}

static bool write_loop_entities(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file = begin(folder, "entities.csv",
                     "id,cash,real_assets,capacity,dark_capacity,price_per_capacity,cost_per_capacity,input_type,opex,"
                     "cogs_share,depreciation,backlog_margin,distress_threshold,distress_cost,order_response,"
                     "funding_sensitivity,credit_limit,cash_floor");
  if (!file) return false;
  for (int i = 1; i < model->n; i++) {
    fprintf(file, "%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g,", node_name(i), model->cash[i], model->real_assets[i],
            model->capacity[i], model->dark[i], model->price[i], model->cost[i]);
    if (model->input_type[i] >= 0) fprintf(file, "type%d", model->input_type[i]);
    const double rest[] = {
        model->opex[i],         model->cogs[i],          model->depreciation[i],   model->backlog_margin[i],
        model->threshold[i],    model->distress_cost[i], model->order_response[i], model->funding_sensitivity[i],
        model->credit_limit[i], model->cash_floor[i]};
    for (size_t k = 0; k < sizeof rest / sizeof *rest; k++) fprintf(file, ",%.17g", rest[k]);
    fputc('\n', file);
  }
  return fclose(file) == 0;
}

static bool write_trade(const struct engine_folder *folder, const struct spec_loop *model) {
  FILE *file =
      begin(folder, "purchases.csv", "buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters");
  int n = model->n;
  if (!file) return false;
  for (int k = 0; k < n * n; k++)
    if (model->backlog[k] > 0 || model->rate[k] > 0)
      fprintf(file, "%s,%s,%.17g,%.17g,%.17g,%.17g,%d,%d\n", node_name(k / n), node_name(k % n), model->backlog[k],
              model->rate[k], model->take_or_pay[k], model->capex_share[k], model->start[k], model->ramp[k]);
  if (fclose(file) != 0) return false;
  file = begin(folder, "pledges.csv", "investor,recipient,amount,per_quarter,start");
  if (!file) return false;
  for (int k = 0; k < n * n; k++)
    if (model->pledge[k] > 0 || model->pledge_rate[k] > 0)
      fprintf(file, "%s,%s,%.17g,%.17g,%d\n", node_name(k / n), node_name(k % n), model->pledge[k],
              model->pledge_rate[k], model->pledge_start[k]);
  if (fclose(file) != 0) return false;
  file = begin(folder, "inputs.csv", "input_type,essential");
  if (!file) return false;
  for (int type = 0; type < model->type_count; type++) fprintf(file, "type%d,%d\n", type, model->essential[type]);
  return fclose(file) == 0;
}

static bool write_finance(const struct engine_folder *folder, const struct spec_loop *model) {
  int n = model->n;
  FILE *file = begin(folder, "shareholdings.csv", "holder,issuer,share");
  if (!file) return false;
  for (int k = 0; k < n * n; k++) /* the world holds what no row names */
    if (model->stake[k] > 0 && k / n != SPEC_WORLD)
      fprintf(file, "%s,%s,%.17g\n", node_name(k / n), node_name(k % n), model->stake[k]);
  if (fclose(file) != 0) return false;
  file = begin(folder, "liabilities.csv", "debtor,creditor,amount");
  if (!file) return false;
  for (int k = 0; k < n * n; k++)
    if (model->debt[k] > 0) fprintf(file, "%s,%s,%.17g\n", node_name(k / n), node_name(k % n), model->debt[k]);
  return fclose(file) == 0;
}

static void write_path(FILE *file, const struct spec_loop *model, const char *variable, const double *path, int from) {
  int n = model->n;
  for (int i = from; i < n; i++)
    for (int t = 0; t < model->quarters; t++)
      if ((t == 0 || path[t * n + i] != path[(t - 1) * n + i]) && path[t * n + i] < 1e299)
        fprintf(file, "%s,%s,%d,%.17g\n", node_name(i), variable, t, path[t * n + i]);
}

static bool write_paths(const struct engine_folder *folder, const struct spec_loop *model) {
  int n = model->n;
  FILE *file = begin(folder, "paths.csv", "target,variable,quarter,value");
  if (!file) return false;
  write_path(file, model, "demand_planned", model->demand_planned, 1);
  write_path(file, model, "demand", model->demand, 1);
  write_path(file, model, "purchase_scale", model->purchase_scale, 0);
  write_path(file, model, "outside_equity", model->outside_equity, 1);
  write_path(file, model, "multiple", model->multiple, 1);
  write_path(file, model, "supply", model->supply, 1);
  write_path(file, model, "power_cap", model->power_cap, 1);
  write_path(file, model, "credit", model->credit_open, 1);
  for (int k = 0; k < n * n; k++)
    for (int t = 0; t < model->quarters && (model->pledge[k] > 0 || model->pledge_rate[k] > 0); t++)
      fprintf(file, "%s>%s,gate,%d,%.17g\n", node_name(k / n), node_name(k % n), t, model->gate[t * n * n + k]);
  return fclose(file) == 0;
}

static bool write_loop_yaml(const struct engine_folder *folder, const struct spec_loop *model) {
  char text[512];
  snprintf(text, sizeof text,
           "quarters: %d\ninterest: %.17g\namortisation: %.17g\ntermination_share: %.17g\nrecovery_assets: %.17g\n"
           "recovery_claims: %.17g\nrecovery_stakes: %.17g\nbuild_lag: %d\nclaims_valuation: %s\n",
           model->quarters, model->interest, model->amortisation, model->termination_share, model->recovery_assets,
           model->recovery_claims, model->recovery_stakes, model->build_lag, model->claims_en ? "en" : "book");
  return support_write_file(folder->path, "loop.yaml", text);
}

bool engine_write_loop(const struct engine_folder *folder, const struct spec_loop *model) {
  return write_loop_entities(folder, model) && write_trade(folder, model) && write_finance(folder, model) &&
         write_paths(folder, model) && write_loop_yaml(folder, model);
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

static ls_status run_and_describe(ls_context *context, const struct engine_folder *folder,
                                  const ls_run_options *options, ls_text **report) {
  ls_network *network = NULL;
  ls_results *results = NULL;
  ls_status status = ls_network_read(context, folder->path, NULL, &network);
  if (status == LS_STATUS_OK) status = ls_run(context, network, options, &results);
  if (results) {
    ls_status told = ls_results_describe(context, results, LS_FORMAT_JSON, report);
    if (status == LS_STATUS_OK) status = told;
  }
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  return status;
}

struct engine_result engine_run(const struct engine_folder *folder, const char *model, const char *const *settings,
                                const char *scenarios) {
  struct engine_result result = {LS_STATUS_INTERNAL, "no context", NULL};
  ls_context *context = NULL;
  ls_text *report = NULL;
  ls_run_options options = ls_run_options_default();
  char path[4200];
  options.model = model, options.backend = "cpu", options.threads = 1;
  options.settings = settings;
  while (settings && settings[options.setting_count]) options.setting_count++;
  if (scenarios) {
    snprintf(path, sizeof path, "%s/scenarios_of_test.csv", folder->path);
    if (!support_write_file(folder->path, "scenarios_of_test.csv", scenarios)) return result;
    options.scenarios = path;
  }
  if (ls_context_create(&context) != LS_STATUS_OK) return result;
  result.status = run_and_describe(context, folder, &options, &report);
  if (report) result.root = json_loads(ls_text_data(report), 0, NULL);
  snprintf(result.message, sizeof result.message, "%s", ls_context_message(context, 0));
  ls_text_destroy(&report);
  ls_context_destroy(&context);
  return result;
}

void engine_result_release(struct engine_result *result) {
  json_decref(result->root);
  result->root = NULL;
}

static double number_in(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (json_is_boolean(value)) return json_is_true(value);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

static const json_t *scenario_of(const struct engine_result *result, int scenario) {
  return json_array_get(json_object_get(result->root, "scenarios"), (size_t)scenario);
}

double engine_output(const struct engine_result *result, int scenario, int entity, const char *output) {
  const json_t *entities = json_object_get(scenario_of(result, scenario), "entities");
  return number_in(json_array_get(entities, (size_t)entity), output);
}

double engine_scenario_number(const struct engine_result *result, int scenario, const char *key) {
  return number_in(scenario_of(result, scenario), key);
}

double engine_system_number(const struct engine_result *result, const char *key) {
  return number_in(json_object_get(result->root, "system"), key);
}

double engine_trace(const struct engine_result *result, int scenario, int quarter, int entity, const char *field) {
  const json_t *quarters = json_object_get(scenario_of(result, scenario), "quarters");
  const json_t *entities = json_object_get(json_array_get(quarters, (size_t)quarter), "entities");
  return number_in(json_array_get(entities, (size_t)entity), field);
}

/* ---- random numbers ---------------------------------------------------------------------------------------------- */

double random_uniform(struct engine_random *random) {
  random->state += 0x9E3779B97F4A7C15u;
  uint64_t x = random->state;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

double random_between(struct engine_random *random, double low, double high) {
  return low + (high - low) * random_uniform(random);
}

int random_below(struct engine_random *random, int count) { return (int)(random_uniform(random) * count); }
bool random_chance(struct engine_random *random, double probability) { return random_uniform(random) < probability; }
