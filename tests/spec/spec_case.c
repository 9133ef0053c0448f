/* spec_case.c - cases of ../shared/cases, where they are present. */
#include "spec/spec_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef LS_SOURCE_DIR
#define LS_SOURCE_DIR "."
#endif

json_t *spec_case_load(const char *id) {
  char path[4096];
  const char *folder = getenv("LOOPSTRESS_SHARED");
  if (folder)
    snprintf(path, sizeof path, "%s/cases/%s.json", folder, id);
  else
    snprintf(path, sizeof path, "%s/../shared/cases/%s.json", LS_SOURCE_DIR, id);
  return json_load_file(path, 0, NULL);
}

const json_t *spec_case_at(const json_t *root, const char *path) {
  const json_t *at = root;
  char key[256];
  for (const char *rest = path; *rest && at;) {
    size_t length = strcspn(rest, "/");
    snprintf(key, sizeof key, "%.*s", (int)length, rest);
    at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key)) : json_object_get(at, key);
    rest += length + (rest[length] == '/');
  }
  if (!at) {
    fprintf(stderr, "case without %s\n", path);
    abort();
  }
  return at;
}

double spec_case_number(const json_t *root, const char *path) { return json_number_value(spec_case_at(root, path)); }
int spec_case_length(const json_t *root, const char *path) { return (int)json_array_size(spec_case_at(root, path)); }

static double number_of(const json_t *value) { return json_is_true(value) ? 1 : json_number_value(value); }

void spec_case_vector(const json_t *root, const char *path, double *values) {
  const json_t *list = spec_case_at(root, path);
  for (size_t k = 0; k < json_array_size(list); k++) values[k] = number_of(json_array_get(list, k));
}

void spec_case_matrix(const json_t *root, const char *path, double *values) {
  const json_t *rows = spec_case_at(root, path);
  for (size_t i = 0, at = 0; i < json_array_size(rows); i++) {
    const json_t *row = json_array_get(rows, i);
    for (size_t j = 0; j < json_array_size(row); j++) values[at++] = number_of(json_array_get(row, j));
  }
}

static void read_parameters(const json_t *toy, struct spec_loop *model) {
  struct {
    const char *path;
    double *target;
  } vector[] = {{"inputs/pi", model->price},           {"inputs/kappa", model->cost},
                {"inputs/opex", model->opex},          {"inputs/cogs", model->cogs},
                {"inputs/delta", model->depreciation}, {"inputs/g", model->backlog_margin},
                {"inputs/theta", model->threshold},    {"inputs/b", model->distress_cost},
                {"inputs/initial/m", model->cash},     {"inputs/initial/K", model->real_assets},
                {"inputs/initial/G", model->capacity}, {"inputs/initial/dark", model->dark}};
  struct {
    const char *path;
    double *target;
  } matrix[] = {
      {"inputs/q", model->rate},         {"inputs/phi", model->take_or_pay},   {"inputs/cpx", model->capex_share},
      {"inputs/y", model->pledge_rate},  {"inputs/d0", model->demand_planned}, {"inputs/d", model->demand},
      {"inputs/zs", model->supply},      {"inputs/qs", model->purchase_scale}, {"inputs/f", model->outside_equity},
      {"inputs/mult", model->multiple},  {"inputs/Gmax", model->power_cap},    {"inputs/initial/S", model->stake},
      {"inputs/initial/D", model->debt}, {"inputs/initial/B", model->backlog}, {"inputs/initial/C", model->pledge}};
  for (size_t k = 0; k < sizeof vector / sizeof *vector; k++) spec_case_vector(toy, vector[k].path, vector[k].target);
  for (size_t k = 0; k < sizeof matrix / sizeof *matrix; k++) spec_case_matrix(toy, matrix[k].path, matrix[k].target);
  model->interest = spec_case_number(toy, "inputs/r"), model->amortisation = spec_case_number(toy, "inputs/a");
  model->termination_share = spec_case_number(toy, "inputs/tau");
  model->recovery_assets = spec_case_number(toy, "inputs/alpha");
  model->recovery_claims = spec_case_number(toy, "inputs/beta");
  model->recovery_stakes = spec_case_number(toy, "inputs/beta_s");
}

struct spec_loop *spec_case_loop(const json_t *toy, const json_t *finance) {
  int n = spec_case_length(toy, "inputs/nodes"), quarters = spec_case_length(toy, "inputs/d0");
  int lag = spec_case_length(toy, "inputs/initial/Q/0");
  struct spec_loop *model = spec_loop_create(n, quarters, lag, 2);
  char path[64];
  read_parameters(toy, model);
  for (int i = 0; i < n; i++) {
    snprintf(path, sizeof path, "inputs/type/%d", i);
    model->input_type[i] = (int)spec_case_number(toy, path);
  }
  model->essential[0] = json_is_true(spec_case_at(toy, "inputs/ess/0"));
  model->essential[1] = json_is_true(spec_case_at(toy, "inputs/ess/1"));
  for (int t = 0; t < quarters; t++) {
    snprintf(path, sizeof path, "inputs/gate/%d", t);
    spec_case_matrix(toy, path, model->gate + t * n * n);
  }
  if (finance) {
    spec_case_vector(finance, "inputs/order_response", model->order_response);
    spec_case_vector(finance, "inputs/funding_sensitivity", model->funding_sensitivity);
    spec_case_vector(finance, "inputs/credit_limit", model->credit_limit);
    spec_case_vector(finance, "inputs/cash_floor", model->cash_floor);
  }
  return model;
}

enum { CHIP = 1, CLOUD = 2, LAB = 3 };

static void stop_funding(struct spec_loop *model, int t) {
  int n = model->n;
  model->outside_equity[t * n + LAB] = 0;
  for (int i = 0; i < n; i++) model->gate[t * n * n + i * n + LAB] = 0;
}

static void shock_quarter(struct spec_loop *model, const char *name, int t) {
  int n = model->n;
  if (strcmp(name, "funding_stop") == 0 || strcmp(name, "funding_stop_and_credit_closed") == 0) stop_funding(model, t);
  if (strcmp(name, "demand_shortfall") == 0) model->demand[t * n + LAB] *= 0.6, model->multiple[t * n + LAB] *= 0.6;
  for (int i = 0; i < n && strcmp(name, "valuation_shock") == 0; i++) model->multiple[t * n + i] *= 0.4;
  for (int i = 0; i < n && strcmp(name, "funding_stop_and_credit_closed") == 0 && t >= 5; i++)
    model->credit_open[t * n + i] = 0;
  if (strcmp(name, "chip_supply_shock") == 0 && t < 9) model->supply[t * n + CHIP] = 0.4;
}

bool spec_case_scenario(struct spec_loop *model, const char *name) {
  static const char *const KNOWN[] = {"base",
                                      "funding_stop",
                                      "demand_shortfall",
                                      "chip_supply_shock",
                                      "valuation_shock",
                                      "lab_default",
                                      "funding_stop_and_credit_closed"};
  bool known = false;
  for (size_t k = 0; k < sizeof KNOWN / sizeof *KNOWN; k++) known = known || strcmp(name, KNOWN[k]) == 0;
  for (int t = 3; t < model->quarters; t++) shock_quarter(model, name, t);
  for (int t = 0; t < model->quarters && strcmp(name, "chip_supply_shock") == 0; t++)
    model->power_cap[t * model->n + CLOUD] = 4.2 + 0.4 * (t < 4 ? t : 4);
  if (strcmp(name, "lab_default") == 0) model->forced[4 * model->n + LAB] = true;
  return known;
}
