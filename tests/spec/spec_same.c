/* spec_same.c - see spec_same.h. */
#include "spec/spec_same.h"

#include <math.h>
#include <stdio.h>

static const double AGREE = 1e-7;

/* The size of node i's balance sheet, by which its numbers are measured. */
double engine_scale_of(const struct spec_loop *model, const struct spec_run *run, int i) {
  double scale = run->start_value[i] + 1;
  for (int t = 0; t < model->quarters; t++) {
    int at = t * model->n + i;
    double size = fabs(run->cash[at]) + run->value[at] + run->debt[at] + run->real_assets[at];
    if (size > scale) scale = size;
  }
  return scale;
}

bool engine_close_to(double got, double expected, double scale, const char *what, int quarter, int node) {
  if (fabs(got - expected) <= AGREE * scale) return true;
  printf("%s of n%d in quarter %d is %.15g, expected %.15g\n", what, node, quarter, got, expected);
  return false;
}

static bool same_quarter(const struct engine_result *result, int scenario, const struct spec_loop *model,
                         const struct spec_run *run, int t) {
  bool same = true;
  for (int i = 1; i < model->n && same; i++) {
    int at = t * model->n + i;
    double scale = engine_scale_of(model, run, i);
    const struct {
      const char *name;
      double expected;
    } field[] = {{"live", run->live[at]},         {"distress", run->flagged[at]}, {"cash", run->cash[at]},
                 {"revenue", run->revenue[at]},   {"debt", run->debt[at]},        {"real_assets", run->real_assets[at]},
                 {"capacity", run->capacity[at]}, {"value", run->value[at]}};
    for (size_t k = 0; k < sizeof field / sizeof *field && same; k++)
      same = engine_close_to(engine_trace(result, scenario, t, i - 1, field[k].name), field[k].expected,
                             k < 2 ? 1 : scale, field[k].name, t, i);
  }
  return same;
}

static bool same_end(const struct engine_result *result, int scenario, const struct spec_loop *model,
                     const struct spec_run *run) {
  bool same = true;
  int last = (model->quarters - 1) * model->n;
  for (int i = 1; i < model->n; i++) {
    double scale = engine_scale_of(model, run, i);
    same = engine_close_to(engine_output(result, scenario, i - 1, "value"), run->value[last + i], scale, "final value",
                           -1, i) &&
           same;
    same = engine_close_to(engine_output(result, scenario, i - 1, "cash"), run->cash[last + i], scale, "final cash", -1,
                           i) &&
           same;
    same = engine_close_to(engine_output(result, scenario, i - 1, "default_quarter"), run->default_quarter[i], 1,
                           "default_quarter", -1, i) &&
           same;
    same = engine_close_to(engine_output(result, scenario, i - 1, "distress_quarter"), run->distress_quarter[i], 1,
                           "distress_quarter", -1, i) &&
           same;
  }
  return same;
}

/* One scenario of a finished run against the textbook run of the shocked model; then its identities. */
bool engine_same_scenario(const struct engine_result *result, int scenario, const struct spec_loop *model) {
  struct spec_run *run = spec_loop_run(model);
  bool same = true;
  for (int t = 0; t < model->quarters && same; t++) same = same_quarter(result, scenario, model, run, t);
  same = same && same_end(result, scenario, model, run);
  double breach = engine_scenario_number(result, scenario, "audit"), own = spec_run_worst_breach(model, run);
  if (same && !(breach < 1e-8)) printf("an identity is broken by %.3g in the engine\n", breach), same = false;
  if (same && !(own < 1e-8)) printf("an identity is broken by %.3g in the textbook version\n", own), same = false;
  spec_run_free(run);
  return same;
}
