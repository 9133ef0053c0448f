/* cuda_shell.cu - device memory, streams and launches around the kernels of the tile and push engines.
 *
 * Layout: a state or output slot of one chunk is one run of doubles, one per scenario, so that a warp's access to a
 * slot is coalesced. Every call of the runtime and every launch is checked, in every build.
 */
#include "cuda/cuda_shell.h"

#include <cuda_runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lane.h"
#include "phases/push_group.h"
#include "phases/tile.h"

/* Two blocks or more a multiprocessor let the compiler keep everything in registers (110 or so), without spills. */
enum { THREADS_PER_BLOCK = 128, BLOCKS_PER_PROCESSOR = 2, THREADS_PER_PROCESSOR = 512 };

/* A chunk is a whole number of warps, so that every slot begins on a memory transaction. */
enum { WARP = 32, CHUNKS_OF_THE_USUAL_MOST = 16 };

/* Outputs wait in memory that cannot be paged out, of which a machine should not lose much. */
static const int64_t PINNED_BYTES_MOST = INT64_C(1) << 30;

/* ---- kernels ---------------------------------------------------------------------------------------------------- */

struct launch {
  const int64_t *index; /* device memory, or NULL */
  int64_t first;
  int32_t count;
  int64_t stride;
  double *state, *output;
  double *rows; /* room of the groups that push; NULL: in shared memory */
};

#define LS_KERNEL(name)                                                                                          \
  static __global__ void __launch_bounds__(THREADS_PER_BLOCK, BLOCKS_PER_PROCESSOR)                              \
      name##_kernel(const __grid_constant__ struct ls_plan plan, const __grid_constant__ struct launch launch) { \
    int64_t thread = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;                                             \
    if (thread >= launch.count) return;                                                                          \
    int64_t scenario[LS_LANES] = {launch.index != NULL ? launch.index[thread] : launch.first + thread};          \
    ls_slots state = {launch.state + thread, launch.stride}, output = {launch.output + thread, launch.stride};   \
    name##_tile(tile_begin(&plan, scenario, state, output), state, output);                                      \
  }
/* A block is a group: its threads have a scenario each, and solve them together one after the other. */
#define LS_PUSH_KERNEL(name)                                                                                          \
  static __global__ void __launch_bounds__(LS_GROUP_THREADS_MOST, BLOCKS_PER_PROCESSOR)                               \
      name##_push_kernel(const __grid_constant__ struct ls_plan plan, const __grid_constant__ struct launch launch) { \
    extern __shared__ double shared[];                                                                                \
    const struct ls_static_model model = {name##_given, name##_piece, name##_result};                                 \
    const struct ls_group group = group_of((int32_t)threadIdx.x, (int32_t)blockDim.x, shared);                        \
    const int64_t first = (int64_t)blockIdx.x * blockDim.x, thread = first + threadIdx.x;                             \
    const int32_t count = launch.count - first < group.width ? (int32_t)(launch.count - first) : group.width;         \
    ls_slots state = {launch.state + thread, launch.stride}, output = {launch.output + thread, launch.stride};        \
    struct ls_view view = {&plan, slots_from(state, plan.shock.key_count), 0, false};                                 \
    if (group.thread < count) {                                                                                       \
      int64_t scenario[LS_LANES] = {launch.index != NULL ? launch.index[thread] : launch.first + thread};             \
      view = tile_begin(&plan, scenario, state, output);                                                              \
      columns_apply(&plan.shock, state, view.column, 0);                                                              \
    }                                                                                                                 \
    double *room = launch.rows != NULL ? launch.rows + blockIdx.x * push_group_room(plan.entity_count)                \
                                       : shared + group_room(group.width);                                            \
    push_group_tile(&group, &view, model, tile_own(&plan, state), room, count, output);                               \
  }

#define LS_STATIC_MODEL(name) LS_KERNEL(name) LS_PUSH_KERNEL(name)
#define LS_TIME_MODEL(name) LS_KERNEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL

/* How groups push. */
struct groups {
  int32_t width;       /* threads; 0: no group pushes */
  size_t shared_bytes; /* of a block */
  int64_t rows;        /* doubles of a block in global memory; 0: its room is shared memory */
};

static void start_kernel(const struct ls_plan *plan, const struct launch *launch, const struct groups *groups,
                         cudaStream_t stream) {
  const int32_t width = groups->width > 0 ? groups->width : THREADS_PER_BLOCK;
  unsigned blocks = (unsigned)(((int64_t)launch->count + width - 1) / width);
  int32_t number = 0;
#define LS_STATIC_MODEL(name)                                                              \
  if (plan->model == number++) {                                                           \
    if (groups->width > 0)                                                                 \
      name##_push_kernel<<<blocks, width, groups->shared_bytes, stream>>>(*plan, *launch); \
    else                                                                                   \
      name##_kernel<<<blocks, width, 0, stream>>>(*plan, *launch);                         \
  }
#define LS_TIME_MODEL(name) \
  if (plan->model == number++) name##_kernel<<<blocks, width, 0, stream>>>(*plan, *launch);
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
}

/* ---- errors ----------------------------------------------------------------------------------------------------- */

/* Errors that say of the machine, not of the program, that nothing can run here. */
static int is_unavailable(cudaError_t error) {
  switch (error) {
    case cudaErrorNoDevice:
    case cudaErrorInsufficientDriver:
    case cudaErrorInitializationError:
    case cudaErrorDevicesUnavailable:
    case cudaErrorSystemNotReady:
    case cudaErrorSystemDriverMismatch:
    case cudaErrorCompatNotSupportedOnDevice:
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
    case cudaErrorStubLibrary:
      return 1;
    default:
      return 0;
  }
}

static enum cuda_result explain(cudaError_t error, const char *call, char message[CUDA_MESSAGE_BYTES]) {
  if (error == cudaSuccess) return CUDA_RESULT_OK;
  (void)
      cudaGetLastError(); /* or the next launch's check would find this error; a lost device stays lost all the same */
  snprintf(message, CUDA_MESSAGE_BYTES, "%.160s: %s", call, cudaGetErrorString(error));
  if (error == cudaErrorMemoryAllocation) return CUDA_RESULT_NO_MEMORY;
  return is_unavailable(error) ? CUDA_RESULT_UNAVAILABLE : CUDA_RESULT_FAULT;
}

/* Runs a call unless an earlier one failed. */
#define CUDA_TRY(result, call, message) \
  if ((result) == CUDA_RESULT_OK) (result) = explain((call), #call, (message))

/* ---- the shell -------------------------------------------------------------------------------------------------- */

struct buffer {
  cudaStream_t stream;
  double *d_state, *d_output, *d_rows;
  int64_t *d_index;
  double *output; /* pinned */
  int64_t *index; /* pinned */
};

struct cuda_shell {
  struct ls_plan plan; /* its pointers are the device's */
  void *d_arrays;
  int64_t chunk;
  struct groups groups;
  struct buffer buffer[CUDA_BUFFERS];
};

/* Whether the device can run what was compiled: kernels are all built for the same processors: one answers for all. */
static cudaError_t find_kernel(void) {
  const void *kernel[] = {
#define LS_STATIC_MODEL(name) (const void *)name##_kernel,
#define LS_TIME_MODEL(name) LS_STATIC_MODEL(name)
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
  };
  cudaFuncAttributes attributes;
  return cudaFuncGetAttributes(&attributes, kernel[0]);
}

int cuda_shell_available(char message[CUDA_MESSAGE_BYTES]) {
  int count = 0, driver = 0;
  cudaDeviceProp properties;
  enum cuda_result result = CUDA_RESULT_OK;
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver == 0) {
    snprintf(message, CUDA_MESSAGE_BYTES, "no NVIDIA driver");
    return 0;
  }
  CUDA_TRY(result, cudaGetDeviceCount(&count), message);
  if (result == CUDA_RESULT_OK && count == 0) {
    snprintf(message, CUDA_MESSAGE_BYTES, "no CUDA device");
    return 0;
  }
  CUDA_TRY(result, cudaGetDeviceProperties(&properties, 0), message);
  CUDA_TRY(result, find_kernel(), message);
  if (result != CUDA_RESULT_OK) return 0;
  snprintf(message, CUDA_MESSAGE_BYTES, "%.200s, compute capability %d.%d", properties.name, properties.major,
           properties.minor);
  return 1;
}

enum cuda_result cuda_shell_choose(int number, char message[CUDA_MESSAGE_BYTES]) {
  int count = 0;
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaGetDeviceCount(&count), message);
  if (result == CUDA_RESULT_OK && count == 0) {
    snprintf(message, CUDA_MESSAGE_BYTES, "no CUDA device");
    return CUDA_RESULT_UNAVAILABLE;
  }
  CUDA_TRY(result, cudaSetDevice(number % count), message);
  return result == CUDA_RESULT_OK ? result : CUDA_RESULT_UNAVAILABLE;
}

static void print_uuid(const cudaUUID_t *uuid, char text[48]) {
  static const char digit[] = "0123456789abcdef";
  char *to = text + sprintf(text, "GPU-");
  for (int k = 0; k < 16; k++) {
    const unsigned char byte = (unsigned char)uuid->bytes[k];
    if (k == 4 || k == 6 || k == 8 || k == 10) *to++ = '-';
    *to++ = digit[byte >> 4];
    *to++ = digit[byte & 15];
  }
  *to = '\0';
}

int cuda_shell_describe(struct cuda_description *description) {
  cudaDeviceProp properties;
  int device = 0;
  memset(description, 0, sizeof *description);
  if (cudaGetDevice(&device) != cudaSuccess || cudaGetDeviceProperties(&properties, device) != cudaSuccess) return 0;
  (void)cudaDriverGetVersion(&description->driver_version);
  (void)cudaRuntimeGetVersion(&description->runtime_version);
  snprintf(description->name, sizeof description->name, "%.79s", properties.name);
  print_uuid(&properties.uuid, description->uuid);
  description->capability_major = properties.major;
  description->capability_minor = properties.minor;
  description->memory_bytes = properties.totalGlobalMem;
  return 1;
}

static size_t aligned(size_t bytes) {
  enum { ALIGNMENT = 256 };
  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t plan_bytes(const struct cuda_array *array, int count) {
  size_t total = 1;
  for (int k = 0; k < count; k++) total += aligned(array[k].bytes);
  return total;
}

/* One block of device memory for all arrays of the plan. */
static enum cuda_result copy_plan(struct cuda_shell *shell, const struct ls_plan *plan, const struct cuda_array *array,
                                  int count, char message[CUDA_MESSAGE_BYTES]) {
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaMalloc(&shell->d_arrays, plan_bytes(array, count)), message);
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
  /* A copy from pageable memory may return before it has arrived, and the buffers' streams wait for no other. */
  CUDA_TRY(result, cudaDeviceSynchronize(), message);
  return result;
}

/* A run that ends early leaves a chunk in flight: its memory is given back once it has ended. */
static void release_buffer(struct buffer *buffer) {
  if (buffer->stream != NULL) (void)cudaStreamSynchronize(buffer->stream);
  cudaFree(buffer->d_state);
  cudaFree(buffer->d_output);
  cudaFree(buffer->d_rows);
  cudaFree(buffer->d_index);
  cudaFreeHost(buffer->output);
  cudaFreeHost(buffer->index);
  if (buffer->stream != NULL) cudaStreamDestroy(buffer->stream);
  (void)cudaGetLastError();
  memset(buffer, 0, sizeof *buffer);
}

/* Doubles of global memory that the groups of a chunk push in. */
static int64_t rows_of(const struct groups *groups, int64_t chunk) {
  return groups->rows > 0 ? (chunk + groups->width - 1) / groups->width * groups->rows : 0;
}

static enum cuda_result make_buffer(const struct cuda_shell *shell, int64_t chunk, struct buffer *buffer,
                                    char message[CUDA_MESSAGE_BYTES]) {
  size_t states = (size_t)chunk * (size_t)shell->plan.state_slots,
         outputs = (size_t)chunk * (size_t)shell->plan.output.slot_count, rows = (size_t)rows_of(&shell->groups, chunk);
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaStreamCreateWithFlags(&buffer->stream, cudaStreamNonBlocking), message);
  CUDA_TRY(result, cudaMalloc((void **)&buffer->d_state, states * sizeof(double)), message);
  CUDA_TRY(result, cudaMalloc((void **)&buffer->d_output, outputs * sizeof(double)), message);
  if (rows > 0) CUDA_TRY(result, cudaMalloc((void **)&buffer->d_rows, rows * sizeof(double)), message);
  CUDA_TRY(result, cudaMalloc((void **)&buffer->d_index, (size_t)chunk * sizeof(int64_t)), message);
  CUDA_TRY(result, cudaMallocHost((void **)&buffer->output, outputs * sizeof(double)), message);
  CUDA_TRY(result, cudaMallocHost((void **)&buffer->index, (size_t)chunk * sizeof(int64_t)), message);
  return result;
}

/* Both buffers at this chunk size, or none. */
static enum cuda_result make_buffers(struct cuda_shell *shell, int64_t chunk, char message[CUDA_MESSAGE_BYTES]) {
  enum cuda_result result = CUDA_RESULT_OK;
  for (int k = 0; k < CUDA_BUFFERS && result == CUDA_RESULT_OK; k++)
    result = make_buffer(shell, chunk, &shell->buffer[k], message);
  for (int k = 0; k < CUDA_BUFFERS && result != CUDA_RESULT_OK; k++) release_buffer(&shell->buffer[k]);
  return result;
}

/* Device memory of one scenario, less its outputs. */
static int64_t working_bytes(const struct ls_plan *plan, const struct groups *groups) {
  int64_t rows = groups->rows > 0 ? groups->rows / groups->width + 1 : 0;
  return (plan->state_slots + rows) * (int64_t)sizeof(double) + (int64_t)sizeof(int64_t);
}

/* Scenarios that both buffers have room for, in `bytes` of the device and in what may be pinned, in whole warps. */
static int64_t scenarios_in(const struct ls_plan *plan, const struct groups *groups, int64_t bytes) {
  int64_t output = (int64_t)plan->output.slot_count * (int64_t)sizeof(double);
  int64_t each = working_bytes(plan, groups) + output;
  int64_t fit = bytes / CUDA_BUFFERS / each, pinned = PINNED_BYTES_MOST / (output + (int64_t)sizeof(int64_t));
  int64_t warps = fit / WARP;
  if (warps > pinned / WARP) warps = pinned / WARP > 0 ? pinned / WARP : 1;
  return warps * WARP;
}

/* The chunk: what was asked for, else what the device runs at once; no more than there are and than fit. */
static enum cuda_result choose_chunk(const struct ls_plan *plan, const struct groups *groups, int64_t arrays,
                                     int64_t scenarios, int64_t *chunk, char message[CUDA_MESSAGE_BYTES]) {
  int device = 0, processors = 1;
  size_t free_bytes = 0, total_bytes = 0;
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaGetDevice(&device), message);
  CUDA_TRY(result, cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), message);
  CUDA_TRY(result, cudaMemGetInfo(&free_bytes, &total_bytes), message);
  if (result != CUDA_RESULT_OK) return result;
  int64_t usual = (int64_t)processors * THREADS_PER_PROCESSOR, room = (int64_t)free_bytes - arrays;
  if (*chunk <= 0) *chunk = usual;
  if (*chunk > CHUNKS_OF_THE_USUAL_MOST * usual) *chunk = CHUNKS_OF_THE_USUAL_MOST * usual;
  if (*chunk > scenarios) *chunk = scenarios;
  *chunk = (*chunk + WARP - 1) / WARP * WARP;
  int64_t most = room > 0 ? scenarios_in(plan, groups, room) : 0;
  if (*chunk > most) *chunk = most;
  return result;
}

/* What to say where not even one warp fits. */
static enum cuda_result too_large(const struct ls_plan *plan, const struct groups *groups, int64_t arrays,
                                  char message[CUDA_MESSAGE_BYTES]) {
  enum { MEBIBYTE = 1 << 20 };
  size_t free_bytes = 0, total_bytes = 0;
  (void)cudaMemGetInfo(&free_bytes, &total_bytes);
  int64_t each = working_bytes(plan, groups) + plan->output.slot_count * (int64_t)sizeof(double);
  int64_t need = (arrays + CUDA_BUFFERS * WARP * each) / MEBIBYTE + 1;
  if (need <= (int64_t)(free_bytes / MEBIBYTE))
    return CUDA_RESULT_NO_MEMORY; /* short of the machine's: the message stands */
  snprintf(message, CUDA_MESSAGE_BYTES,
           "the network is too large for the device: %lld MiB are the least it needs (%d working values and %d outputs "
           "a scenario), "
           "%lld of %lld MiB are free",
           (long long)need, plan->state_slots, plan->output.slot_count, (long long)(free_bytes / MEBIBYTE),
           (long long)(total_bytes / MEBIBYTE));
  return CUDA_RESULT_UNAVAILABLE;
}

/* Buffers of at most `chunk` scenarios, halved while the device or the machine has no room for them. */
static enum cuda_result make_room(struct cuda_shell *shell, int64_t *chunk, char message[CUDA_MESSAGE_BYTES]) {
  enum cuda_result result = CUDA_RESULT_NO_MEMORY;
  for (; *chunk >= WARP; *chunk = *chunk / 2 / WARP * WARP) {
    result = make_buffers(shell, *chunk, message);
    if (result != CUDA_RESULT_NO_MEMORY) break;
  }
  return result;
}

/* Lets the model's kernel have that much shared memory a block. */
static cudaError_t allow_shared(int32_t model, size_t bytes) {
  const void *kernel[] = {
#define LS_STATIC_MODEL(name) (const void *)name##_push_kernel,
#define LS_TIME_MODEL(name) NULL,
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
  };
  return cudaFuncSetAttribute(kernel[model], cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes);
}

/* Few entities keep one warp busy, many a block of them. What a group writes stays in shared memory where that has room. */
static enum cuda_result choose_groups(const struct ls_plan *plan, struct groups *groups,
                                      char message[CUDA_MESSAGE_BYTES]) {
  enum { WARP_ENTITIES_MOST = 256, FOUR_WARPS_ENTITIES_MOST = 1024 };
  int device = 0, most = 0;
  enum cuda_result result = CUDA_RESULT_OK;
  const int32_t n = plan->entity_count;
  memset(groups, 0, sizeof *groups);
  if (plan->row_slots == 0) return CUDA_RESULT_OK; /* the plan does not push */
  CUDA_TRY(result, cudaGetDevice(&device), message);
  CUDA_TRY(result, cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), message);
  groups->width = n <= WARP_ENTITIES_MOST         ? LS_GROUP_WARP
                  : n <= FOUR_WARPS_ENTITIES_MOST ? 4 * LS_GROUP_WARP
                                                  : LS_GROUP_THREADS_MOST;
  const size_t board = (size_t)group_room(groups->width) * sizeof(double),
               rows = (size_t)push_group_room(n) * sizeof(double);
  const bool fits = board + rows <= (size_t)most;
  groups->shared_bytes = fits ? board + rows : board;
  groups->rows = fits ? 0 : push_group_room(n);
  CUDA_TRY(result, allow_shared(plan->model, groups->shared_bytes), message);
  return result;
}

enum cuda_result cuda_shell_open(const struct ls_plan *plan, const struct cuda_array *array, int array_count,
                                 int64_t chunk, int64_t scenarios, struct cuda_shell **out, int64_t *granted,
                                 char message[CUDA_MESSAGE_BYTES]) {
  struct cuda_shell *shell = (struct cuda_shell *)calloc(1, sizeof *shell);
  if (shell == NULL) {
    snprintf(message, CUDA_MESSAGE_BYTES, "out of memory");
    return CUDA_RESULT_NO_MEMORY;
  }
  int64_t arrays = (int64_t)plan_bytes(array, array_count);
  enum cuda_result result = choose_groups(plan, &shell->groups, message);
  if (result == CUDA_RESULT_OK) result = choose_chunk(plan, &shell->groups, arrays, scenarios, &chunk, message);
  if (result == CUDA_RESULT_OK && chunk < WARP) result = CUDA_RESULT_NO_MEMORY;
  if (result == CUDA_RESULT_OK) result = copy_plan(shell, plan, array, array_count, message);
  if (result == CUDA_RESULT_OK) result = make_room(shell, &chunk, message);
  if (result == CUDA_RESULT_NO_MEMORY) result = too_large(plan, &shell->groups, arrays, message);
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

enum cuda_result cuda_shell_launch(struct cuda_shell *shell, int number, int64_t first, const int64_t *index,
                                   int32_t count, char message[CUDA_MESSAGE_BYTES]) {
  struct buffer *buffer = &shell->buffer[number];
  enum cuda_result result = CUDA_RESULT_OK;
  size_t index_bytes = (size_t)count * sizeof *index;
  if (index != NULL) {
    memcpy(buffer->index, index, index_bytes);
    CUDA_TRY(result,
             cudaMemcpyAsync(buffer->d_index, buffer->index, index_bytes, cudaMemcpyHostToDevice, buffer->stream),
             message);
  }
  if (result != CUDA_RESULT_OK) return result;
  struct launch launch = {index != NULL ? buffer->d_index : NULL,
                          first,
                          count,
                          shell->chunk,
                          buffer->d_state,
                          buffer->d_output,
                          buffer->d_rows};
  start_kernel(&shell->plan, &launch, &shell->groups, buffer->stream);
  CUDA_TRY(result, cudaGetLastError(), message);
  /* Of every slot only what was computed: a short chunk leaves the rest of its room unwritten. */
  size_t pitch = (size_t)shell->chunk * sizeof(double), width = (size_t)count * sizeof(double);
  CUDA_TRY(result,
           cudaMemcpy2DAsync(buffer->output, pitch, buffer->d_output, pitch, width,
                             (size_t)shell->plan.output.slot_count, cudaMemcpyDeviceToHost, buffer->stream),
           message);
  return result;
}

enum cuda_result cuda_shell_wait(struct cuda_shell *shell, int number, double **value, int64_t *stride,
                                 char message[CUDA_MESSAGE_BYTES]) {
  enum cuda_result result = CUDA_RESULT_OK;
  CUDA_TRY(result, cudaStreamSynchronize(shell->buffer[number].stream), message); /* also tells how the kernel ended */
  *value = shell->buffer[number].output;
  *stride = shell->chunk;
  return result;
}
