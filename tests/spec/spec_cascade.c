/* spec_cascade.c - round by round: who fails (or hoards) given all who have so far. */
#include "spec/spec_cascade.h"

#include <stdlib.h>

static double lost_to_others(const struct spec_cascade *problem, const bool *failed, int i) {
  double sum = 0;
  for (int j = 0; j < problem->n; j++)
    if (failed[j]) sum += problem->liability[j * problem->n + i];
  return problem->lgd * sum;
}

static bool must_fail(const struct spec_cascade *problem, const bool *failed, int i) {
  double capital = problem->capital[i], direct = problem->direct[i], loss = direct + lost_to_others(problem, failed, i);
  if (problem->forced[i] || capital < 0) return true;
  if (capital == 0) return loss > 0;
  return direct >= capital || (problem->tie_survives ? loss > capital : loss >= capital);
}

void spec_cascade_waves(const struct spec_cascade *problem, int *wave) {
  bool *failed = calloc((size_t)problem->n + 1, sizeof *failed), moving = true;
  for (int i = 0; i < problem->n; i++) wave[i] = -1;
  for (int round = 0; moving; round++) {
    moving = false;
    for (int i = 0; i < problem->n; i++)
      if (!failed[i] && must_fail(problem, failed, i)) wave[i] = round, moving = true;
    for (int i = 0; i < problem->n; i++) failed[i] = wave[i] >= 0;
  }
  free(failed);
}

void spec_cascade_one_by_one(const struct spec_cascade *problem, const int *order, bool *failed) {
  for (int i = 0; i < problem->n; i++) failed[i] = false;
  for (int k = 0; k < problem->n; k++) {
    int i = order[k];
    if (failed[i] || !must_fail(problem, failed, i)) continue;
    failed[i] = true;
    k = -1; /* from the first again */
  }
}

double spec_cascade_credit_loss(const struct spec_cascade *problem, const int *wave, int i) {
  double sum = 0;
  for (int j = 0; j < problem->n; j++)
    if (wave[j] >= 0) sum += problem->liability[j * problem->n + i];
  return problem->lgd * sum;
}

/* AL + (1 - h - h_i) AC + (1 - h - h_i) / (1 - h) ARR + LN - LR - lambda mu LIB - e, mu the share of i's unsecured interbank debt
 * LIB that is owed to those who hoard. */
static double liquidity_of(const struct spec_hoarding *problem, const bool *hoards, int i) {
  double debt = 0, called = 0, left = 1 - problem->haircut - problem->own_haircut;
  for (int j = 0; j < problem->n; j++) {
    debt += problem->liability[i * problem->n + j];
    if (hoards[j]) called += problem->liability[i * problem->n + j];
  }
  double mu = debt > 0 ? called / debt : 0;
  return problem->cash[i] + left * problem->collateral[i] + left / (1 - problem->haircut) * problem->reverse_repo[i] +
         problem->new_funding[i] - problem->repo[i] - problem->lambda * mu * debt - problem->outflow[i];
}

void spec_hoarding_waves(const struct spec_hoarding *problem, int *wave, double *liquidity) {
  bool *hoards = calloc((size_t)problem->n + 1, sizeof *hoards), moving = true;
  for (int i = 0; i < problem->n; i++) wave[i] = -1;
  for (int round = 0; moving; round++) {
    moving = false;
    for (int i = 0; i < problem->n; i++)
      if (!hoards[i] && (problem->forced[i] || liquidity_of(problem, hoards, i) < 0)) wave[i] = round, moving = true;
    for (int i = 0; i < problem->n; i++) hoards[i] = wave[i] >= 0;
  }
  for (int i = 0; i < problem->n; i++) liquidity[i] = liquidity_of(problem, hoards, i);
  free(hoards);
}
