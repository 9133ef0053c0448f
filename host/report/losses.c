/* losses.c - two passes over the scenarios' losses: their range, then the bins. */
#include "report/losses.h"

static bool counted(const ls_results *results, int64_t scenario) {
  int state = results_scenario_state(results, scenario);
  return state == 1 || state == 2; /* converged or not: in the sums; not run and not finite ones are not */
}

void losses_bin(const ls_results *results, struct histogram *histogram) {
  const double *loss = results_system_losses(results);
  int64_t count = results->identity.scenario_count, seen = 0;
  double least = 0, largest = 0;
  *histogram = (struct histogram){0};
  for (int64_t k = 0; k < count; k++) {
    if (!counted(results, k)) continue;
    if (seen == 0 || loss[k] < least) least = loss[k];
    if (seen == 0 || loss[k] > largest) largest = loss[k];
    seen++;
  }
  if (seen == 0) return;
  histogram_begin(histogram, least, largest);
  for (int64_t k = 0; k < count; k++)
    if (counted(results, k)) histogram_add(histogram, loss[k]);
}
