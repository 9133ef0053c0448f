/* bench_check.c - see bench_check.h. */
#include "bench/bench_check.h"

#include <math.h>

#include "bench/bench_oracle.h"

/* ---- what the engine finds --------------------------------------------------------------------------------------------- */

struct catch {
  const struct ls_plan *plan;
  const int64_t *index;
  double *x, *failed;
};

/* Detail 0 is the payment, the distress or what is left downstream. */
static ls_status keep(ls_context *context, void *user, const struct chunk *chunk) {
  const struct catch *to = user;
  const struct ls_output_layout *at = &to->plan->output;
  const int64_t n = to->plan->entity_count, place = chunk->index - to->index;
  (void)context;
  for (int32_t s = 0; s < chunk->count; s++)
    for (int64_t i = 0; i < n; i++) {
      to->x[(place + s) * n + i] = chunk->value[(at->detail + i) * chunk->stride + s];
      to->failed[(place + s) * n + i] = chunk->value[(at->default_quarter + i) * chunk->stride + s] >= 0;
    }
  return LS_STATUS_OK;
}

ls_status bench_check_solve(ls_context *context, const struct bench_entry *entry, const int64_t *index, int64_t count,
                            double *x, double *failed) {
  struct catch catch = {&entry->detail, index, x, failed};
  return job_compute(context, &entry->solving, true, index, 0, count,
                     &(struct receiver){.consume = keep, .user = &catch});
}

/* ---- what it should find --------------------------------------------------------------------------------------------------- */

typedef ls_status (*oracle_function)(const struct bench_book *, const double *, double *, double *);

static oracle_function oracle_of(const struct bench_entry *entry, enum table_id *table) {
  switch (entry->problem->what->kind) {
    case BENCH_CLEARING:
    case BENCH_AGGREGATION:
    case BENCH_DRAWING:
      *table = TABLE_LIABILITIES;
      return bench_oracle_clearing;
    case BENCH_DISTRESS:
      *table = TABLE_LIABILITIES;
      return bench_oracle_distress;
    case BENCH_PRODUCTION:
      *table = TABLE_TRADE;
      return bench_oracle_production;
    default:
      return NULL;
  }
}

static int32_t sample_of(int32_t entities, int64_t given) {
  const int32_t wanted = entities <= 200 ? 64 : entities <= 2000 ? 8 : entities <= 20000 ? 2 : 1;
  return wanted < given ? wanted : (int32_t)given;
}

static void compare(const double *x, const double *failed, const double *own, const double *own_failed, int32_t n,
                    double scale, struct bench_check *check) {
  for (int32_t i = 0; i < n; i++) {
    const double difference = fabs(x[i] - own[i]) / scale;
    if (!(difference <= check->difference)) check->difference = difference; /* NaN fails */
    check->flips += failed[i] != own_failed[i];
  }
  check->scenarios++;
}

struct sample {
  int64_t *index;
  double *shock;                /* [N] */
  double *own, *own_failed;     /* [count * N] */
  double *exact, *exact_failed; /* [N] */
};

static ls_status compare_all(const struct bench_entry *entry, const struct bench_book *book, oracle_function oracle,
                             const struct sample *s, int32_t count, struct bench_check *check) {
  const struct ls_shock_plan *shock = &entry->plan.shock;
  const int32_t n = book->entities, variable = bench_shocked_variable(LS_MODELS[entry->plan.model]);
  double scale = entry->problem->what->kind == BENCH_DISTRESS || entry->problem->what->kind == BENCH_PRODUCTION ? 1 : 0;
  ls_status status = LS_STATUS_OK;
  for (int32_t i = 0; i < n && scale != 1; i++) scale = fmax(scale, book->due[i]);
  for (int32_t k = 0; k < count && status == LS_STATUS_OK; k++) {
    for (int32_t i = 0; i < n; i++)
      s->shock[i] = shock->explicit_value[s->index[k] * shock->key_count + bench_shock_key(shock, variable, i)];
    status = oracle(book, s->shock, s->exact, s->exact_failed);
    if (status == LS_STATUS_OK)
      compare(s->exact, s->exact_failed, s->own + (int64_t)k * n, s->own_failed + (int64_t)k * n, n, scale, check);
  }
  check->passed = check->flips == 0 && check->difference <= BENCH_TOLERANCE;
  return status;
}

ls_status bench_check_run(ls_context *context, const struct bench_entry *entry, struct bench_check *check) {
  enum table_id table = TABLE_LIABILITIES;
  oracle_function oracle = oracle_of(entry, &table);
  *check = (struct bench_check){.passed = true};
  if (oracle == NULL || entry->problem->given == NULL) return LS_STATUS_OK;
  const int64_t given = entry->problem->given_count;
  const size_t n = (size_t)entry->plan.entity_count;
  const int32_t count = sample_of((int32_t)n, given);
  struct bench_book book = {0};
  struct sample s = {.index = context_allocate(context, (size_t)count, sizeof *s.index)};
  s.shock = context_allocate(context, (2 * (size_t)count + 3) * n, sizeof *s.shock);
  ls_status status = s.index != NULL && s.shock != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = bench_book_open(context, entry->problem->network, table, &book);
  if (status == LS_STATUS_OK) {
    s.exact = s.shock + n, s.exact_failed = s.exact + n, s.own = s.exact_failed + n;
    s.own_failed = s.own + (size_t)count * n;
    for (int32_t k = 0; k < count; k++) s.index[k] = k * given / count;
    status = bench_check_solve(context, entry, s.index, count, s.own, s.own_failed);
  }
  if (status == LS_STATUS_OK) status = compare_all(entry, &book, oracle, &s, count, check);
  bench_book_close(&book);
  context_release(context, s.shock);
  context_release(context, s.index);
  return status;
}
