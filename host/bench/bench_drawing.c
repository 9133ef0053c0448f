/* bench_drawing.c - see bench_drawing.h. */
#include "bench/bench_drawing.h"

#include "bench/bench_lanes.h"
#include "bench/bench_threads.h"
#include "engine/backend.h"
#include "phases/draw.h"

enum { PIECE = 64 }; /* scenarios drawn into a buffer that stays in a core's cache */

struct drawing {
  const struct ls_shock_plan *shock;
  const struct bench_lanes *lanes;
  int64_t count;
  int threads;
  double *room; /* for each thread PIECE scenarios and the scratch of the draws */
  size_t room_each;
};

static void draw_part(void *user, int thread) {
  const struct drawing *d = user;
  double *value = d->room + (size_t)thread * d->room_each,
         *scratch = value + (size_t)PIECE * (size_t)d->shock->key_count;
  const int64_t pieces = (d->count + PIECE - 1) / PIECE;
  for (int64_t piece = thread; piece < pieces; piece += d->threads) {
    const int64_t first = piece * PIECE, left = d->count - first;
    d->lanes->shocks(d->shock, first, left < PIECE ? left : PIECE, value, scratch);
  }
}

ls_status bench_drawing_run(ls_context *context, const struct bench_entry *entry) {
  const struct ls_shock_plan *shock = &entry->job.scenarios->shock;
  struct drawing d = {.shock = shock, .count = entry->problem->count, .lanes = bench_lanes_choose(entry->run.isa)};
  if (d.lanes == NULL)
    return context_fail(context, LS_STATUS_BACKEND_UNAVAILABLE, "instruction set '%s': this processor lacks it",
                        entry->run.isa);
  d.threads = cpu_thread_count(entry->run.threads);
  const size_t keys = (size_t)shock->key_count;
  d.room_each = (keys * PIECE + (keys + (size_t)draw_scratch_slots(shock)) * BENCH_SCRATCH_LANES + 7) / 8 * 8;
  d.room = context_allocate(context, d.room_each * (size_t)d.threads, sizeof *d.room);
  double seconds;
  ls_status status =
      d.room != NULL ? bench_threads_run(context, d.threads, draw_part, &d, &seconds) : LS_STATUS_OUT_OF_MEMORY;
  context_release(context, d.room);
  return status;
}
