/* bench_oracle_production.c - downstream losses of output as Diem et al. (2022), eqs. 5-6, write them: a table of sectors by
 * firm, one sweep after another. */
#include <math.h>
#include <string.h>

#include "bench/bench_oracle.h"

enum { SECTORS_MOST = 256, SWEEPS_MOST = 100000 };

/* The sector of every firm, and whether sector a is essential (2), an input (1) or none (0) to sector b. */
struct industry {
  const char *name[SECTORS_MOST];
  int32_t count, *sector;
  signed char use[SECTORS_MOST][SECTORS_MOST];
};

static int32_t number_of(struct industry *industry, const char *name) {
  for (int32_t k = 0; k < industry->count; k++)
    if (strcmp(industry->name[k], name) == 0) return k;
  if (industry->count == SECTORS_MOST) return -1;
  industry->name[industry->count] = name;
  return industry->count++;
}

static bool read_industry(const struct bench_book *b, struct industry *industry) {
  for (int32_t i = 0; i < b->entities; i++) {
    industry->sector[i] = number_of(industry, network_text(b->network, TABLE_ENTITIES, "sector", i));
    if (industry->sector[i] < 0) return false;
  }
  for (int64_t row = 0; row < b->network->table[TABLE_ESSENTIALS].row_count; row++) {
    const int32_t from = number_of(industry, network_text(b->network, TABLE_ESSENTIALS, "supplier_sector", row));
    const int32_t to = number_of(industry, network_text(b->network, TABLE_ESSENTIALS, "buyer_sector", row));
    if (from < 0 || to < 0) return false;
    industry->use[from][to] = (signed char)network_number(b->network, TABLE_ESSENTIALS, "essentiality", row, 0);
  }
  return true;
}

/* lost[firm][sector] and all[firm][sector]: purchases that do not come, and all purchases. */
static void add_purchases(const struct bench_book *b, const struct industry *industry, const double *left, double *lost,
                          double *all) {
  const size_t cells = (size_t)b->entities * SECTORS_MOST;
  memset(lost, 0, cells * sizeof *lost);
  memset(all, 0, cells * sizeof *all);
  for (int64_t k = 0; k < b->links; k++) {
    const int64_t cell = (int64_t)b->to[k] * SECTORS_MOST + industry->sector[b->from[k]];
    lost[cell] += b->amount[k] * (1 - left[b->from[k]]);
    all[cell] += b->amount[k];
  }
}

static double next_of(const struct bench_book *b, const struct industry *industry, int32_t firm, const double *lost,
                      const double *all, double psi) {
  double essential = 1, missing = 0;
  for (int32_t s = 0; s < industry->count; s++) {
    const int64_t cell = (int64_t)firm * SECTORS_MOST + s;
    if (!(all[cell] > 0)) continue;
    const int use = industry->use[s][industry->sector[firm]];
    if (use == 2) essential = fmin(essential, 1 - lost[cell] / all[cell]);
    if (use == 1) missing += lost[cell] / b->claims[firm];
  }
  return fmax(0, fmin(fmin(essential, 1 - missing), 1 - psi));
}

static void sweep_all(const struct bench_book *b, const struct industry *industry, const double *shock, double *lost,
                      double *all, double *left) {
  double change = 1;
  for (int sweep = 0; sweep < SWEEPS_MOST && change > 0x1p-50; sweep++) {
    change = 0;
    add_purchases(b, industry, left, lost, all);
    for (int32_t i = 0; i < b->entities; i++) {
      const double next = next_of(b, industry, i, lost, all, shock[i]);
      change = fmax(change, fabs(next - left[i]));
      left[i] = next;
    }
  }
}

ls_status bench_oracle_production(const struct bench_book *b, const double *shock, double *left, double *failed) {
  const size_t n = (size_t)b->entities;
  struct industry *industry = context_allocate(b->context, 1, sizeof *industry);
  int32_t *sector = context_allocate(b->context, n, sizeof *sector);
  double *cell = context_allocate(b->context, 2 * n * SECTORS_MOST, sizeof *cell);
  ls_status status = industry != NULL && sector != NULL && cell != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) {
    industry->sector = sector;
    if (!read_industry(b, industry))
      status = context_fail(b->context, LS_STATUS_UNUSABLE, "more than %d sectors: not checked", SECTORS_MOST);
  }
  for (size_t i = 0; i < n && status == LS_STATUS_OK; i++) left[i] = 1 - shock[i], failed[i] = 0;
  if (status == LS_STATUS_OK) sweep_all(b, industry, shock, cell, cell + n * SECTORS_MOST, left);
  context_release(b->context, cell);
  context_release(b->context, sector);
  context_release(b->context, industry);
  return status;
}
