/* spec_shapley.c - see spec_shapley.h. */
#include "spec/spec_shapley.h"

/* Puts the players from `place` on into all orders; at the end of each, everybody is paid what it adds. */
static int walk(int count, const double *worth, int *order, int place, double *sum) {
  int orders = 0;
  if (place == count) {
    unsigned inside = 0;
    for (int k = 0; k < count; k++) {
      sum[order[k]] += worth[inside | 1u << order[k]] - worth[inside];
      inside |= 1u << order[k];
    }
    return 1;
  }
  for (int k = place; k < count; k++) {
    const int next = order[k];
    order[k] = order[place], order[place] = next;
    orders += walk(count, worth, order, place + 1, sum);
    order[place] = order[k], order[k] = next;
  }
  return orders;
}

void spec_shapley(int count, const double *worth, double *value) {
  int order[8];
  for (int i = 0; i < count; i++) order[i] = i, value[i] = 0;
  const int orders = walk(count, worth, order, 0, value);
  for (int i = 0; i < count; i++) value[i] /= orders;
}
