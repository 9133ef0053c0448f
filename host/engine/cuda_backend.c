/* cuda_backend.c - runs a plan on a GPU: chunks take turns in two buffers, one computes while the other is consumed. */
#include "engine/backend.h"
#include "engine/plan.h"

#if defined(LS_WITH_CUDA)

#include <stdio.h>

#include "cuda/cuda_shell.h" /* kernels/ */

static bool cuda_available(char *reason, size_t size) {
  char message[CUDA_MESSAGE_BYTES] = "";
  bool available = cuda_shell_available(message) != 0;
  snprintf(reason, size, "%s", message);
  return available;
}

static bool cuda_choose(int number, char *reason, size_t size) {
  char message[CUDA_MESSAGE_BYTES] = "";
  enum cuda_result result = cuda_shell_choose(number, message);
  snprintf(reason, size, "%s", message);
  return result == CUDA_RESULT_OK;
}

static void cuda_describe(struct device_record *device) {
  struct cuda_description found;
  if (!cuda_shell_describe(&found)) return;
  device->present = true;
  snprintf(device->name, sizeof device->name, "%s", found.name);
  snprintf(device->uuid, sizeof device->uuid, "%s", found.uuid);
  device->capability_major = found.capability_major;
  device->capability_minor = found.capability_minor;
  device->driver_version = found.driver_version;
  device->runtime_version = found.runtime_version;
  device->memory_bytes = (int64_t)found.memory_bytes;
}

static ls_status explain(ls_context *context, enum cuda_result result, const char *message) {
  if (result == CUDA_RESULT_OK) return LS_STATUS_OK;
  ls_status status = result == CUDA_RESULT_UNAVAILABLE ? LS_STATUS_BACKEND_UNAVAILABLE
                     : result == CUDA_RESULT_NO_MEMORY ? LS_STATUS_OUT_OF_MEMORY
                                                       : LS_STATUS_SYSTEM;
  return context_fail(context, status, "backend 'cuda': %s", message);
}

static ls_status open_shell(ls_context *context, const struct compute_request *request, struct cuda_shell **shell,
                            int64_t *chunk) {
  struct plan_array list[PLAN_ARRAYS_MOST];
  struct cuda_array array[PLAN_ARRAYS_MOST];
  char message[CUDA_MESSAGE_BYTES] = "";
  int count = plan_arrays(request->plan, list);
  for (int k = 0; k < count; k++) array[k] = (struct cuda_array){list[k].field, list[k].bytes};
  enum cuda_result result =
      cuda_shell_open(request->plan, array, count, request->chunk, request->count, shell, chunk, message);
  return explain(context, result, message);
}

static int32_t chunk_length(const struct compute_request *request, int64_t chunk, int64_t number) {
  int64_t left = request->count - number * chunk;
  return (int32_t)(left < chunk ? left : chunk);
}

static ls_status launch(ls_context *context, struct cuda_shell *shell, const struct compute_request *request,
                        int64_t chunk, int64_t number) {
  char message[CUDA_MESSAGE_BYTES] = "";
  const int64_t *index = request->index != NULL ? request->index + number * chunk : NULL;
  enum cuda_result result = cuda_shell_launch(shell, (int)(number % CUDA_BUFFERS), request->first + number * chunk,
                                              index, chunk_length(request, chunk, number), message);
  return explain(context, result, message);
}

static ls_status take(ls_context *context, struct cuda_shell *shell, const struct compute_request *request,
                      int64_t chunk, int64_t number, chunk_consumer consume, void *user) {
  char message[CUDA_MESSAGE_BYTES] = "";
  double *value = NULL;
  int64_t stride = 0;
  enum cuda_result result = cuda_shell_wait(shell, (int)(number % CUDA_BUFFERS), &value, &stride, message);
  if (result != CUDA_RESULT_OK) return explain(context, result, message);
  const int64_t *index = request->index != NULL ? request->index + number * chunk : NULL;
  struct chunk done = {request->first + number * chunk, index, chunk_length(request, chunk, number), stride, value};
  return consume(context, user, &done);
}

static ls_status stop_asked(ls_context *context) {
  return context_stop_requested(context) ? context_fail(context, LS_STATUS_INTERRUPTED, "interrupted") : LS_STATUS_OK;
}

/* The shell lives for one call: its buffers are as small as the call, replaying a few scenarios costs milliseconds. */
static ls_status cuda_compute(ls_context *context, const struct compute_request *request, chunk_consumer consume,
                              void *user) {
  struct cuda_shell *shell = NULL;
  int64_t chunk = 0;
  if (request->count == 0) return LS_STATUS_OK;
  ls_status status = open_shell(context, request, &shell, &chunk);
  if (status != LS_STATUS_OK) return status;
  int64_t chunks = (request->count + chunk - 1) / chunk, launched = 0;
  for (int64_t k = 0; k < chunks && status == LS_STATUS_OK; k++) {
    status = stop_asked(context);
    for (; launched < chunks && launched < k + CUDA_BUFFERS && status == LS_STATUS_OK; launched++)
      status = launch(context, shell, request, chunk, launched);
    if (status == LS_STATUS_OK) status = take(context, shell, request, chunk, k, consume, user);
  }
  cuda_shell_close(shell);
  return status;
}

const struct ls_backend LS_CUDA_BACKEND = {"cuda", cuda_available, cuda_choose, cuda_describe, cuda_compute};

#else

/* Nothing here without CUDA: backends.c has the row that says so. */
extern const int LS_CUDA_BACKEND_IS_NOT_BUILT;
const int LS_CUDA_BACKEND_IS_NOT_BUILT = 1;

#endif
