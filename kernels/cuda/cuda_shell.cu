/* cuda_shell.cu - device memory, streams and launches around the tile kernels.
 *
 * Layout: a state or output slot of one chunk is one run of doubles, one per scenario, so that a warp's access to a slot is
 * coalesced. Every call of the runtime and every launch is checked, in every build.
 */
#include "cuda/cuda_shell.h"

#include <cuda_runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lane.h"
#include "phases/tile.h"

/* At least two blocks a multiprocessor lets the compiler keep everything in registers (110 or so of them), without spills. */
enum { THREADS_PER_BLOCK = 128, BLOCKS_PER_PROCESSOR = 2, CHUNK_LEAST = 1024, THREADS_PER_PROCESSOR = 512 };

/* ---- kernels ------------------------------------------------------------------------------------------------------------ */

struct launch {
  const int64_t *index; /* device memory, or NULL */
  int64_t first;
  int32_t count;
  int64_t stride;
  double *state, *output;
};

#define LS_KERNEL(name)                                                                                          \
  static __global__ void __launch_bounds__(THREADS_PER_BLOCK, BLOCKS_PER_PROCESSOR)                                                    \
      name##_kernel(const __grid_constant__ struct ls_plan plan, const __grid_constant__ struct launch launch) { \
    int64_t thread = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;                                             \
    if (thread >= launch.count) return;                                                                          \
    int64_t scenario[LS_LANES] = {launch.index != NULL ? launch.index[thread] : launch.first + thread};          \
    ls_slots state = {launch.state + thread, launch.stride}, output = {launch.output + thread, launch.stride};   \
    name##_tile(tile_begin(&plan, scenario, state, output), state, output);                                      \
  }
#define LS_STATIC_MODEL(name) LS_KERNEL(name)
#define LS_TIME_MODEL(name) LS_KERNEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL

static void start_kernel(const struct ls_plan *plan, const struct launch *launch, cudaStream_t stream) {
  unsigned blocks = (unsigned)(((int64_t)launch->count + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK);
  int32_t number = 0;
#define LS_STATIC_MODEL(name) \
  if (plan->model == number++) name##_kernel<<<blocks, THREADS_PER_BLOCK, 0, stream>>>(*plan, *launch);
#define LS_TIME_MODEL(name) LS_STATIC_MODEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
}

/* ---- errors --------------------------------------------------------------------------------------------------------------- */

static enum cuda_result explain(cudaError_t error, const char *call, char message[CUDA_MESSAGE_BYTES]) {
  if (error == cudaSuccess) return CUDA_RESULT_OK;
  snprintf(message, CUDA_MESSAGE_BYTES, "%s: %s", call, cudaGetErrorString(error));
  if (error == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError(); /* not sticky: the next call starts clean */
    return CUDA_RESULT_NO_MEMORY;
  }
  if (error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver) return CUDA_RESULT_UNAVAILABLE;
  return CUDA_RESULT_FAULT;
}

/* Runs a call unless an earlier one failed. */
#define CUDA_TRY(result, call, message) \
  if ((result) == CUDA_RESULT_OK) (result) = explain((call), #call, (message))

/* ---- the shell --------------------------------------------------------------------------------------------------------------- */

struct buffer {
  cudaStream_t stream;
  double *d_state, *d_output;
  int64_t *d_index;
  double *output; /* pinned */
  int64_t *index; /* pinned */
};

struct cuda_shell {
  struct ls_plan plan; /* its pointers are the device's */
  void *d_arrays;
  int64_t chunk;
  struct buffer buffer[CUDA_BUFFERS];
};

int cuda_shell_available(char message[CUDA_MESSAGE_BYTES]) {
  int count = 0;
  cudaDeviceProp properties;
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaGetDeviceCount(&count), message);
  if (result == CUDA_RESULT_OK && count == 0) {
    snprintf(message, CUDA_MESSAGE_BYTES, "no CUDA device");
    return 0;
  }
  CUDA_TRY(result, cudaGetDeviceProperties(&properties, 0), message);
  if (result != CUDA_RESULT_OK) return 0;
  snprintf(message, CUDA_MESSAGE_BYTES, "%.200s, compute capability %d.%d", properties.name, properties.major, properties.minor);
  return 1;
}

static size_t aligned(size_t bytes) {
  enum { ALIGNMENT = 256 };
  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* One block of device memory for all arrays of the plan. */
static enum cuda_result copy_plan(struct cuda_shell *shell, const struct ls_plan *plan, const struct cuda_array *array, int count,
                                  char message[CUDA_MESSAGE_BYTES]) {
  size_t total = 1;
  enum cuda_result result = CUDA_RESULT_OK;
  for (int k = 0; k < count; k++) total += aligned(array[k].bytes);
  CUDA_TRY(result, cudaMalloc(&shell->d_arrays, total), message);
  shell->plan = *plan;
  size_t at = 0;
  for (int k = 0; k < count; k++) {
    const void *from;
    void *to = (char *)shell->d_arrays + at;
    memcpy(&from, (const char *)plan + array[k].field, sizeof from);
    CUDA_TRY(result, cudaMemcpy(to, from, array[k].bytes, cudaMemcpyHostToDevice), message);
    memcpy((char *)&shell->plan + array[k].field, &to, sizeof to);
    at += aligned(array[k].bytes);
  }
  return result;
}

static void release_buffer(struct buffer *buffer) {
  cudaFree(buffer->d_state);
  cudaFree(buffer->d_output);
  cudaFree(buffer->d_index);
  cudaFreeHost(buffer->output);
  cudaFreeHost(buffer->index);
  if (buffer->stream != NULL) cudaStreamDestroy(buffer->stream);
  memset(buffer, 0, sizeof *buffer);
}

static enum cuda_result make_buffer(const struct cuda_shell *shell, int64_t chunk, struct buffer *buffer,
                                    char message[CUDA_MESSAGE_BYTES]) {
  size_t states = (size_t)chunk * (size_t)shell->plan.state_slots, outputs = (size_t)chunk * (size_t)shell->plan.output.slot_count;
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaStreamCreateWithFlags(&buffer->stream, cudaStreamNonBlocking), message);
  CUDA_TRY(result, cudaMalloc((void **)&buffer->d_state, states * sizeof(double)), message);
  CUDA_TRY(result, cudaMalloc((void **)&buffer->d_output, outputs * sizeof(double)), message);
  CUDA_TRY(result, cudaMalloc((void **)&buffer->d_index, (size_t)chunk * sizeof(int64_t)), message);
  CUDA_TRY(result, cudaMallocHost((void **)&buffer->output, outputs * sizeof(double)), message);
  CUDA_TRY(result, cudaMallocHost((void **)&buffer->index, (size_t)chunk * sizeof(int64_t)), message);
  return result;
}

/* Both buffers at this chunk size, or none. */
static enum cuda_result make_buffers(struct cuda_shell *shell, int64_t chunk, char message[CUDA_MESSAGE_BYTES]) {
  enum cuda_result result = CUDA_RESULT_OK;
  for (int k = 0; k < CUDA_BUFFERS && result == CUDA_RESULT_OK; k++) result = make_buffer(shell, chunk, &shell->buffer[k], message);
  for (int k = 0; k < CUDA_BUFFERS && result != CUDA_RESULT_OK; k++) release_buffer(&shell->buffer[k]);
  return result;
}

/* As many scenarios as the device runs at once. */
static enum cuda_result usual_chunk(int64_t *chunk, char message[CUDA_MESSAGE_BYTES]) {
  int device = 0, processors = 1;
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaGetDevice(&device), message);
  CUDA_TRY(result, cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), message);
  *chunk = (int64_t)processors * THREADS_PER_PROCESSOR;
  return result;
}

enum cuda_result cuda_shell_open(const struct ls_plan *plan, const struct cuda_array *array, int array_count, int64_t chunk,
                                 struct cuda_shell **out, int64_t *granted, char message[CUDA_MESSAGE_BYTES]) {
  struct cuda_shell *shell = (struct cuda_shell *)calloc(1, sizeof *shell);
  if (shell == NULL) {
    snprintf(message, CUDA_MESSAGE_BYTES, "out of memory");
    return CUDA_RESULT_NO_MEMORY;
  }
  enum cuda_result result = copy_plan(shell, plan, array, array_count, message);
  int64_t usual = CHUNK_LEAST;
  if (result == CUDA_RESULT_OK) result = usual_chunk(&usual, message);
  if (chunk <= 0 || chunk > 16 * usual) chunk = usual;
  if (result == CUDA_RESULT_OK) result = make_buffers(shell, chunk, message);
  while (result == CUDA_RESULT_NO_MEMORY && chunk > CHUNK_LEAST) {
    chunk /= 2;
    result = make_buffers(shell, chunk, message);
  }
  if (result == CUDA_RESULT_NO_MEMORY) {
    snprintf(message, CUDA_MESSAGE_BYTES, "the network needs %d working values and %d outputs a scenario, too many for this device's memory",
             plan->state_slots, plan->output.slot_count);
    result = CUDA_RESULT_UNAVAILABLE;
  }
  if (result != CUDA_RESULT_OK) {
    cuda_shell_close(shell);
    return result;
  }
  shell->chunk = chunk;
  *granted = chunk;
  *out = shell;
  return CUDA_RESULT_OK;
}

void cuda_shell_close(struct cuda_shell *shell) {
  if (shell == NULL) return;
  for (int k = 0; k < CUDA_BUFFERS; k++) release_buffer(&shell->buffer[k]);
  cudaFree(shell->d_arrays);
  free(shell);
}

enum cuda_result cuda_shell_launch(struct cuda_shell *shell, int number, int64_t first, const int64_t *index, int32_t count,
                                   char message[CUDA_MESSAGE_BYTES]) {
  struct buffer *buffer = &shell->buffer[number];
  enum cuda_result result = CUDA_RESULT_OK;
  size_t index_bytes = (size_t)count * sizeof *index;
  if (index != NULL) {
    memcpy(buffer->index, index, index_bytes);
    CUDA_TRY(result, cudaMemcpyAsync(buffer->d_index, buffer->index, index_bytes, cudaMemcpyHostToDevice, buffer->stream), message);
  }
  if (result != CUDA_RESULT_OK) return result;
  struct launch launch = {index != NULL ? buffer->d_index : NULL, first, count, shell->chunk, buffer->d_state, buffer->d_output};
  start_kernel(&shell->plan, &launch, buffer->stream);
  CUDA_TRY(result, cudaGetLastError(), message);
  size_t bytes = (size_t)shell->plan.output.slot_count * (size_t)shell->chunk * sizeof(double);
  CUDA_TRY(result, cudaMemcpyAsync(buffer->output, buffer->d_output, bytes, cudaMemcpyDeviceToHost, buffer->stream), message);
  return result;
}

enum cuda_result cuda_shell_wait(struct cuda_shell *shell, int number, double **value, int64_t *stride,
                                 char message[CUDA_MESSAGE_BYTES]) {
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaStreamSynchronize(shell->buffer[number].stream), message);
  *value = shell->buffer[number].output;
  *stride = shell->chunk;
  return result;
}
