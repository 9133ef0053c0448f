/* bench_ceilings.c - see bench_ceilings.h. */
#include "bench/bench_ceilings.h"

#include <string.h>

#include "bench/bench_threads.h"
#include "engine/backend.h"
#include "engine/tile_cpu.h"

enum { TRIES = 3, ROUNDS = 4000000, NORMALS = 2000000 };
/* Of each of two arrays that the threads share: well beyond any cache. */
static const size_t NUMBERS = (size_t)1 << 24;

struct trial {
  const struct bench_lanes *lanes;
  int threads;
  double *from, *to;
  double kept[CPU_THREADS_MOST]; /* what was computed: nothing may be left out as unused */
};

static void try_multiply_adds(void *user, int thread) {
  struct trial *trial = user;
  trial->kept[thread] = trial->lanes->multiply_add(ROUNDS);
}

static void try_normals(void *user, int thread) {
  struct trial *trial = user;
  trial->kept[thread] = trial->lanes->normals((int64_t)thread * NORMALS, NORMALS);
}

static size_t part_of(const struct trial *trial, int thread, size_t *first) {
  const size_t part = NUMBERS / (size_t)trial->threads / 64 * 64;
  *first = part * (size_t)thread;
  return part;
}

static void try_read(void *user, int thread) {
  struct trial *trial = user;
  size_t first, count = part_of(trial, thread, &first);
  trial->kept[thread] = trial->lanes->read(trial->from + first, count);
}

static void try_copy(void *user, int thread) {
  struct trial *trial = user;
  size_t first, count = part_of(trial, thread, &first);
  trial->lanes->copy(trial->to + first, trial->from + first, count);
}

/* Work per second in the fastest of a few tries. */
static ls_status best_of(ls_context *context, struct trial *trial, void (*work)(void *, int), double amount,
                         double *rate) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < TRIES && status == LS_STATUS_OK; k++) {
    double seconds = 0;
    status = bench_threads_run(context, trial->threads, work, trial, &seconds);
    if (seconds > 0 && amount / seconds > *rate) *rate = amount / seconds;
  }
  return status;
}

static ls_status measure_memory(ls_context *context, struct trial *trial, struct bench_ceilings *c) {
  size_t first;
  const double bytes = (double)(part_of(trial, 0, &first) * (size_t)trial->threads * sizeof(double));
  trial->from = context_allocate(context, NUMBERS, sizeof *trial->from);
  trial->to = context_allocate(context, NUMBERS, sizeof *trial->to);
  ls_status status = trial->from != NULL && trial->to != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (size_t k = 0; k < NUMBERS && status == LS_STATUS_OK; k++) trial->from[k] = trial->to[k] = 1;
  if (status == LS_STATUS_OK) status = best_of(context, trial, try_read, bytes, &c->read);
  if (status == LS_STATUS_OK) status = best_of(context, trial, try_copy, 2 * bytes, &c->copy);
  context_release(context, trial->to);
  context_release(context, trial->from);
  return status;
}

static const struct bench_lanes *const LANES[BENCH_ISA_TOTAL] = {&BENCH_LANES_AVX512, &BENCH_LANES_AVX2,
                                                                 &BENCH_LANES_BASELINE};

const struct bench_lanes *bench_lanes_choose(const char *isa) {
  for (int k = 0; k < BENCH_ISA_TOTAL; k++)
    if (cpu_runs(LANES[k]->tile) && (isa == NULL || strcmp(isa, LANES[k]->tile->isa) == 0)) return LANES[k];
  return NULL;
}

ls_status bench_ceilings_measure(ls_context *context, int threads, struct bench_ceilings *c) {
  struct trial *trial = context_allocate(context, 1, sizeof *trial);
  if (trial == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *c = (struct bench_ceilings){.measured = true, .threads = cpu_thread_count(threads)};
  trial->threads = c->threads;
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < BENCH_ISA_TOTAL && status == LS_STATUS_OK; k++) {
    if (!cpu_runs(LANES[k]->tile)) continue;
    trial->lanes = LANES[k];
    c->peak[k].isa = LANES[k]->tile->isa;
    const double flops = 2.0 * ROUNDS * LANES[k]->chains * LANES[k]->tile->lanes * c->threads;
    status = best_of(context, trial, try_multiply_adds, flops, &c->peak[k].multiply_adds);
  }
  trial->lanes = bench_lanes_choose(NULL);
  if (status == LS_STATUS_OK) status = best_of(context, trial, try_normals, (double)NORMALS * c->threads, &c->normals);
  if (status == LS_STATUS_OK) status = measure_memory(context, trial, c);
  context_release(context, trial);
  return status;
}

double bench_ceilings_peak(const struct bench_ceilings *c, const char *isa) {
  for (int k = 0; k < BENCH_ISA_TOTAL; k++)
    if (c->peak[k].isa != NULL && (isa == NULL || strcmp(isa, c->peak[k].isa) == 0)) return c->peak[k].multiply_adds;
  return 0;
}
