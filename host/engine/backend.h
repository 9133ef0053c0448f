/* backend.h - one interface for every machine that can run a plan. */
#ifndef LS_HOST_ENGINE_BACKEND_H
#define LS_HOST_ENGINE_BACKEND_H

#include "aggregate/results.h"
#include "plan.h" /* kernels/ */

/* Takes finished chunks in the threads that compute, several at a time: true, or false to leave the chunk to the consumer. The
 * worker is 0 .. cpu_thread_count - 1, one call at a time each. */
struct chunk_absorber {
  bool (*absorb)(void *user, int worker, const struct chunk *chunk); /* NULL: the consumer gets every chunk */
  /* In the thread that called compute, now and then: this many scenarios more were absorbed. */
  ls_status (*report)(ls_context *context, void *user, int64_t scenarios);
  void *user;
};

struct compute_request {
  const struct ls_plan *plan;
  int64_t first;        /* scenarios first .. first + count - 1, or */
  const int64_t *index; /* [count] these */
  int64_t count;
  int threads;                    /* 0: one per processor */
  int64_t chunk;                  /* 0: chosen by the backend */
  const char *isa;                /* CPU: NULL for the best */
  struct chunk_absorber absorber; /* a backend may do without */
};

/* Called in the thread that called compute, for every finished chunk that is not absorbed, in any order, while others are being computed. The
 * values may be corrected in place. */
typedef ls_status (*chunk_consumer)(ls_context *context, void *user, const struct chunk *chunk);

struct ls_backend {
  const char *name;
  /* True where it can run here; else why not is written to `reason`. */
  bool (*available)(char *reason, size_t size);
  /* Computes on device `number`, counted round those that there are; false with the reason. NULL: there is but one. */
  bool (*choose)(int number, char *reason, size_t size);
  /* Fills what is known of the device; NULL: there is none to watch. */
  void (*describe)(struct device_record *device);
  /* Ends early with the consumer's status where that fails, with LS_STATUS_INTERRUPTED on a stop request. */
  ls_status (*compute)(ls_context *context, const struct compute_request *request, chunk_consumer consume, void *user);
};

/* All backends, built or not: cpu first, then cuda. */
extern const struct ls_backend *const LS_BACKENDS[];
extern const int LS_BACKEND_TOTAL;

/* "auto" (or NULL): CUDA where a device answers, else the CPU. LS_STATUS_USAGE for unknown names, LS_STATUS_BACKEND_UNAVAILABLE
 * (with the reason) for one that cannot run; it never falls back. */
ls_status backend_choose(ls_context *context, const char *name, const struct ls_backend **backend);

/* One device for each process of a machine; `number` < 0 leaves it to the backend. LS_STATUS_BACKEND_UNAVAILABLE. */
ls_status backend_choose_device(ls_context *context, const struct ls_backend *backend, int number);

extern const struct ls_backend LS_CPU_BACKEND;

/* What the CPU backend takes for a request. */
struct cpu_forecast {
  const char *isa;
  int threads;
  int64_t chunk; /* scenarios */
  int64_t bytes; /* working memory and buffers of all threads */
};
ls_status cpu_foresee(ls_context *context, const struct compute_request *request, struct cpu_forecast *forecast);

enum { CPU_THREADS_MOST = 1024 };

/* Threads that the CPU backend starts at most where `asked` (0: one per processor) are asked for. */
int cpu_thread_count(int asked);
#if defined(LS_WITH_CUDA)
extern const struct ls_backend LS_CUDA_BACKEND;
#endif

#endif
