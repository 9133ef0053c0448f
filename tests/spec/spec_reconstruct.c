/* spec_reconstruct.c - see spec_reconstruct.h. */
#include "spec/spec_reconstruct.h"

static void scale_row(int32_t n, double *amount, int32_t step, double given) {
  double sum = 0;
  for (int32_t k = 0; k < n; k++) sum += amount[k * step];
  for (int32_t k = 0; k < n; k++) amount[k * step] = sum > 0 ? amount[k * step] * given / sum : 0;
}

void spec_ras(int32_t n, const double *claims, const double *debts, int sweeps, double *amount) {
  for (int32_t k = 0; k < n * n; k++) amount[k] = k / n != k % n;
  for (int t = 0; t < sweeps; t++) {
    for (int32_t i = 0; i < n; i++) scale_row(n, amount + i * n, 1, claims[i]);
    for (int32_t j = 0; j < n; j++) scale_row(n, amount + j, n, debts[j]);
  }
}
