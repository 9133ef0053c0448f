/* cpu_backend.c - runs a plan on all processors: workers compute chunks and absorb them; the calling thread consumes the rest.
 *
 * A worker takes a free buffer and the next chunk number, computes, and hands the buffer over unless its absorber takes what is in
 * it. Which worker computes which chunk is chance; no bit depends on it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/arithmetic.h"
#include "core/processor.h"
#include "engine/backend.h"
#include "engine/tile_cpu.h"

enum {
  CHUNK_SCENARIOS = 1024,
  CHUNK_BYTES = 1 << 20, /* what a core's own cache holds until the chunk is consumed */
  CHUNK_MOST = 1 << 24,
  WAKE_MILLISECONDS = 20 /* between looks for a stop request, and reports of what was absorbed */
};

/* A chunk's values, and where it is on its way. */
struct buffer {
  double *value; /* [slot_count * stride] */
  int64_t chunk;
  enum { BUFFER_FREE, BUFFER_BUSY, BUFFER_DONE } state;
};

struct pool {
  const struct compute_request *request;
  const struct cpu_tile *tile;
  int64_t chunk_size, chunk_count, stride;
  pthread_mutex_t lock;
  pthread_cond_t freed, done;
  struct buffer *buffer;
  int buffer_count;
  int64_t next_chunk;
  int64_t absorbed_chunks, absorbed_scenarios; /* the latter since the last report */
  bool stop;
};

struct worker {
  struct pool *pool;
  int number;
  pthread_t thread;
  double *state;
};

/* ---- computing ------------------------------------------------------------------------------------------------------- */

static int64_t scenario_number(const struct compute_request *request, int64_t position) {
  return request->index != NULL ? request->index[position] : request->first + position;
}

static void compute_chunk(const struct worker *worker, struct buffer *buffer) {
  const struct pool *pool = worker->pool;
  const struct compute_request *request = pool->request;
  int lanes = pool->tile->lanes;
  int64_t begin = buffer->chunk * pool->chunk_size, end = begin + pool->chunk_size;
  if (end > request->count) end = request->count;
  for (int64_t at = begin; at < end; at += lanes) {
    int64_t scenario[CPU_LANES_MOST];
    int64_t used = end - at < lanes ? end - at : lanes;
    for (int lane = 0; lane < lanes; lane++)
      scenario[lane] = scenario_number(request, at + (lane < used ? lane : used - 1));
    pool->tile->run(request->plan, scenario, worker->state, buffer->value + (at - begin), pool->stride);
  }
}

/* A free buffer with the next chunk's number, the worker's last one if it can be; NULL when there is no more to do. Called with the
 * lock held. */
static struct buffer *next_buffer(struct pool *pool, int worker) {
  while (!pool->stop && pool->next_chunk < pool->chunk_count) {
    for (int k = 0; k < pool->buffer_count; k++) {
      struct buffer *buffer = &pool->buffer[(worker + k) % pool->buffer_count];
      if (buffer->state != BUFFER_FREE) continue;
      buffer->state = BUFFER_BUSY;
      buffer->chunk = pool->next_chunk++;
      return buffer;
    }
    pthread_cond_wait(&pool->freed, &pool->lock);
  }
  return NULL;
}

static struct chunk chunk_of(const struct pool *pool, const struct buffer *buffer) {
  const struct compute_request *request = pool->request;
  int64_t begin = buffer->chunk * pool->chunk_size, left = request->count - begin;
  int32_t count = (int32_t)(left < pool->chunk_size ? left : pool->chunk_size);
  const int64_t *index = request->index != NULL ? request->index + begin : NULL;
  return (struct chunk){request->first + begin, index, count, pool->stride, buffer->value};
}

static bool absorb(const struct worker *worker, const struct buffer *buffer) {
  const struct chunk_absorber *absorber = &worker->pool->request->absorber;
  const struct chunk chunk = chunk_of(worker->pool, buffer);
  return absorber->absorb != NULL && absorber->absorb(absorber->user, worker->number, &chunk);
}

/* Called with the lock held. The calling thread looks by itself now and then: only a chunk for it, and the end, wake it. */
static void hand_over(struct pool *pool, struct buffer *buffer, bool absorbed) {
  buffer->state = absorbed ? BUFFER_FREE : BUFFER_DONE;
  if (absorbed) {
    pool->absorbed_chunks++;
    pool->absorbed_scenarios += chunk_of(pool, buffer).count;
    pthread_cond_signal(&pool->freed);
  }
  if (!absorbed || pool->next_chunk == pool->chunk_count) pthread_cond_signal(&pool->done);
}

static void *work(void *argument) {
  struct worker *worker = argument;
  struct pool *pool = worker->pool;
  fenv_t before; /* the thread ends with this function: nothing to restore */
  arithmetic_begin(&before);
  pthread_mutex_lock(&pool->lock);
  for (struct buffer *buffer = next_buffer(pool, worker->number); buffer != NULL;
       buffer = next_buffer(pool, worker->number)) {
    pthread_mutex_unlock(&pool->lock);
    compute_chunk(worker, buffer);
    bool absorbed = absorb(worker, buffer);
    pthread_mutex_lock(&pool->lock);
    hand_over(pool, buffer, absorbed);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* ---- consuming ------------------------------------------------------------------------------------------------------- */

static struct buffer *find_done(struct pool *pool) {
  for (int k = 0; k < pool->buffer_count; k++)
    if (pool->buffer[k].state == BUFFER_DONE) return &pool->buffer[k];
  return NULL;
}

/* Tells what was absorbed since the last time, without the lock. */
static ls_status report_absorbed(ls_context *context, struct pool *pool) {
  const struct chunk_absorber *absorber = &pool->request->absorber;
  int64_t scenarios = pool->absorbed_scenarios;
  if (scenarios == 0) return LS_STATUS_OK;
  pool->absorbed_scenarios = 0;
  pthread_mutex_unlock(&pool->lock);
  ls_status status = absorber->report(context, absorber->user, scenarios);
  pthread_mutex_lock(&pool->lock);
  return status;
}

/* Waits for a chunk to consume, looking up now and then for a stop request; NULL after one or a failure, or when no chunk is left. */
static struct buffer *wait_done(ls_context *context, struct pool *pool, int64_t consumed, ls_status *status) {
  struct buffer *buffer = find_done(pool);
  while (buffer == NULL && consumed + pool->absorbed_chunks < pool->chunk_count && !context_stop_requested(context) &&
         *status == LS_STATUS_OK) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAKE_MILLISECONDS * 1000000L;
    if (until.tv_nsec >= 1000000000L) until.tv_sec++, until.tv_nsec -= 1000000000L;
    pthread_cond_timedwait(&pool->done, &pool->lock, &until);
    *status = report_absorbed(context, pool);
    buffer = find_done(pool);
  }
  return buffer;
}

static ls_status consume_all(ls_context *context, struct pool *pool, chunk_consumer consume, void *user) {
  ls_status status = LS_STATUS_OK;
  pthread_mutex_lock(&pool->lock);
  for (int64_t consumed = 0; consumed + pool->absorbed_chunks < pool->chunk_count && status == LS_STATUS_OK;) {
    struct buffer *buffer = wait_done(context, pool, consumed, &status);
    if (status != LS_STATUS_OK) break;
    if (context_stop_requested(context)) {
      status = context_fail(context, LS_STATUS_INTERRUPTED, "interrupted");
      break;
    }
    if (buffer == NULL) break;
    struct chunk chunk = chunk_of(pool, buffer);
    pthread_mutex_unlock(&pool->lock);
    status = consume(context, user, &chunk);
    pthread_mutex_lock(&pool->lock);
    consumed++;
    buffer->state = BUFFER_FREE;
    pthread_cond_signal(&pool->freed);
  }
  const ls_status reported = report_absorbed(context, pool);
  if (status == LS_STATUS_OK) status = reported;
  pool->stop = true;
  pthread_cond_broadcast(&pool->freed);
  pthread_mutex_unlock(&pool->lock);
  return status;
}

/* ---- setting up ------------------------------------------------------------------------------------------------------- */

bool cpu_runs(const struct cpu_tile *tile) {
  if (tile == &CPU_TILE_AVX512) return processor_has_avx512();
  if (tile == &CPU_TILE_AVX2) return processor_has_avx2();
  return true;
}

static ls_status choose_tile(ls_context *context, const char *isa, const struct cpu_tile **out) {
  static const struct cpu_tile *const tiles[] = {&CPU_TILE_AVX512, &CPU_TILE_AVX2, &CPU_TILE_BASELINE};
  for (size_t k = 0; k < sizeof tiles / sizeof tiles[0]; k++) {
    if (isa != NULL && strcmp(isa, tiles[k]->isa) != 0) continue;
    if (cpu_runs(tiles[k])) {
      *out = tiles[k];
      return LS_STATUS_OK;
    }
    if (isa != NULL)
      return context_fail(context, LS_STATUS_BACKEND_UNAVAILABLE, "instruction set '%s': this processor lacks it", isa);
  }
  return context_fail(context, LS_STATUS_USAGE, "unknown instruction set '%s': must be baseline, avx2 or avx512", isa);
}

/* As asked for; else enough scenarios to hide the hand-over, but not more than fit a chunk's memory: large networks have many
 * outputs. */
static int64_t chunk_size(const struct compute_request *request, int64_t lanes) {
  int64_t size = request->chunk;
  if (size <= 0) {
    size = CHUNK_BYTES / ((int64_t)sizeof(double) * request->plan->output.slot_count) / lanes * lanes;
    if (size > CHUNK_SCENARIOS) size = CHUNK_SCENARIOS;
    if (size < lanes) size = lanes;
  }
  if (size > CHUNK_MOST) size = CHUNK_MOST;
  return size < request->count ? size : request->count;
}

int cpu_thread_count(int asked) {
  int64_t threads = asked > 0 ? asked : processor_count();
  if (threads > CPU_THREADS_MOST) threads = CPU_THREADS_MOST;
  return threads > 1 ? (int)threads : 1;
}

static int thread_count(const struct compute_request *request, int64_t chunk_count) {
  int threads = cpu_thread_count(request->threads);
  return threads <= chunk_count ? threads : (int)chunk_count;
}

/* One for each thread, one being consumed, one in reserve. */
static int buffer_count(const struct pool *pool, int threads) {
  return threads + 2 < pool->chunk_count ? threads + 2 : (int)pool->chunk_count;
}

static ls_status make_buffers(ls_context *context, struct pool *pool, int threads) {
  size_t slots = (size_t)pool->request->plan->output.slot_count;
  pool->buffer_count = buffer_count(pool, threads);
  pool->buffer = context_allocate(context, (size_t)pool->buffer_count, sizeof *pool->buffer);
  if (pool->buffer == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int k = 0; k < pool->buffer_count; k++) {
    pool->buffer[k].value = context_allocate(context, slots * (size_t)pool->stride, sizeof(double));
    if (pool->buffer[k].value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  return LS_STATUS_OK;
}

static ls_status make_worker(ls_context *context, struct pool *pool, int number, struct worker *worker) {
  size_t lanes = (size_t)pool->tile->lanes;
  worker->pool = pool;
  worker->number = number;
  size_t state = (size_t)pool->request->plan->state_slots + (size_t)pool->request->plan->row_slots;
  worker->state = context_allocate(context, state * lanes, sizeof(double));
  return worker->state != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static void release_pool(ls_context *context, struct pool *pool, struct worker *worker, int threads) {
  for (int k = 0; worker != NULL && k < threads; k++) context_release(context, worker[k].state);
  context_release(context, worker);
  for (int k = 0; pool->buffer != NULL && k < pool->buffer_count; k++) context_release(context, pool->buffer[k].value);
  context_release(context, pool->buffer);
  pthread_cond_destroy(&pool->freed);
  pthread_cond_destroy(&pool->done);
  pthread_mutex_destroy(&pool->lock);
}

/* Starts the workers, consumes what they make, and joins them. With fewer threads than asked for the run is slower, not wrong. */
static ls_status run_pool(ls_context *context, struct pool *pool, struct worker *worker, int threads,
                          chunk_consumer consume, void *user) {
  int started = 0;
  while (started < threads && pthread_create(&worker[started].thread, NULL, work, &worker[started]) == 0) started++;
  if (started == 0) return context_fail(context, LS_STATUS_SYSTEM, "cannot start a thread: %s", strerror(errno));
  ls_status status = consume_all(context, pool, consume, user);
  for (int k = 0; k < started; k++) pthread_join(worker[k].thread, NULL);
  return status;
}

/* Sizes, before anything is allocated. */
static ls_status lay_out_pool(ls_context *context, struct pool *pool) {
  const struct compute_request *request = pool->request;
  ls_status status = choose_tile(context, request->isa, &pool->tile);
  if (status != LS_STATUS_OK || request->count == 0) return status;
  int64_t lanes = pool->tile->lanes;
  pool->chunk_size = chunk_size(request, lanes);
  /* Slots an odd number of lane values apart do not fight for the same lines of a cache. */
  pool->stride = ((pool->chunk_size + lanes - 1) / lanes | 1) * lanes;
  pool->chunk_count = (request->count + pool->chunk_size - 1) / pool->chunk_size;
  return LS_STATUS_OK;
}

ls_status cpu_foresee(ls_context *context, const struct compute_request *request, struct cpu_forecast *forecast) {
  struct pool pool = {.request = request};
  ls_status status = lay_out_pool(context, &pool);
  if (status != LS_STATUS_OK) return status;
  const struct ls_plan *plan = request->plan;
  const int threads = thread_count(request, pool.chunk_count);
  const int64_t state = (int64_t)(plan->state_slots + plan->row_slots) * pool.tile->lanes,
                buffer = plan->output.slot_count * pool.stride;
  *forecast =
      (struct cpu_forecast){pool.tile->isa, threads, pool.chunk_size,
                            (threads * state + buffer_count(&pool, threads) * buffer) * (int64_t)sizeof(double)};
  return LS_STATUS_OK;
}

static ls_status cpu_compute(ls_context *context, const struct compute_request *request, chunk_consumer consume,
                             void *user) {
  struct pool pool = {.request = request};
  ls_status status = lay_out_pool(context, &pool);
  if (status != LS_STATUS_OK || request->count == 0) return status;
  pthread_mutex_init(&pool.lock, NULL);
  pthread_cond_init(&pool.freed, NULL);
  pthread_cond_init(&pool.done, NULL);
  int threads = thread_count(request, pool.chunk_count);
  struct worker *worker = context_allocate(context, (size_t)threads, sizeof *worker);
  status = worker != NULL ? make_buffers(context, &pool, threads) : LS_STATUS_OUT_OF_MEMORY;
  for (int k = 0; k < threads && status == LS_STATUS_OK; k++) status = make_worker(context, &pool, k, &worker[k]);
  if (status == LS_STATUS_OK) status = run_pool(context, &pool, worker, threads, consume, user);
  release_pool(context, &pool, worker, threads);
  return status;
}

static bool cpu_available(char *reason, size_t size) {
  const char *best = cpu_runs(&CPU_TILE_AVX512) ? "avx512" : cpu_runs(&CPU_TILE_AVX2) ? "avx2" : "baseline";
  snprintf(reason, size, "%d processors, instruction set %s", processor_count(), best);
  return true;
}

const struct ls_backend LS_CPU_BACKEND = {"cpu", cpu_available, NULL, NULL, cpu_compute};
