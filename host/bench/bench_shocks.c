/* bench_shocks.c - see bench_shocks.h. The reader of scenario files makes everything but the quantiles: it knows no distribution
 * of this kind, so that a cut normal one stands in the file, whose table is filled anew. */
#include "bench/bench_shocks.h"

#include <inttypes.h>
#include <math.h>

#include "bench/bench_lanes.h"
#include "core/scalar_math.h"
#include "phases/draw.h"

ls_status bench_shocks_describe(ls_context *context, const struct bench_law *law, char **text) {
  *text = context_print(context,
                        "count: %" PRId64 "\nseed: %" PRIu64 "\nfactors: [{name: market}]\n"
                        "loadings: [{target: '*', factor: market, value: %.17g}]\n"
                        "marginals: [{variable: %s, target: '*', distribution: normal, mean: 0.5, sd: 0.1, low: 0, "
                        "high: 1}]\n",
                        law->count, law->seed, sqrt(law->correlation), law->variable);
  return *text != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

void bench_shocks_apply(const struct bench_law *law, const struct ls_shock_plan *shock) {
  const double spacing = 2 * LS_TABLE_REACH / (LS_TABLE_POINTS - 1);
  double *value = (double *)shock->draw_table, *slope = value + LS_TABLE_POINTS;
  for (int k = 0; k < LS_TABLE_POINTS; k++) {
    const double x = k * spacing - LS_TABLE_REACH;
    const double left = scalar_exp(law->sigma * x - law->sigma * law->sigma / 2) / law->room;
    value[k] = left < 1 ? 1 - left : 0;
    slope[k] = left < 1 ? 0 - law->sigma * left * spacing : 0;
  }
}

ls_status bench_shocks_draw(ls_context *context, const struct ls_shock_plan *shock, int64_t count, double **value) {
  const size_t keys = (size_t)shock->key_count, slots = keys + (size_t)draw_scratch_slots(shock);
  double *fresh = context_allocate(context, keys * (size_t)count, sizeof *fresh);
  double *scratch = context_allocate(context, slots * BENCH_SCRATCH_LANES, sizeof *scratch);
  const bool whole = fresh != NULL && scratch != NULL;
  if (whole) bench_lanes_choose(NULL)->shocks(shock, 0, count, fresh, scratch);
  context_release(context, scratch);
  if (whole)
    *value = fresh;
  else
    context_release(context, fresh);
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

void bench_shocks_give(const double *value, int64_t count, struct ls_shock_plan *shock) {
  shock->explicit_count = count;
  shock->explicit_value = value;
}
