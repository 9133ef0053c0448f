/* cuda_shell.h - the CUDA shell around a tile, as plain C: memory, streams, launches. A thread is a scenario.
 *
 * Two buffers take turns: while one chunk computes and streams back, the other is being consumed on the host.
 */
#ifndef LS_KERNELS_CUDA_SHELL_H
#define LS_KERNELS_CUDA_SHELL_H

#include <stddef.h>
#include <stdint.h>

#include "plan.h"

#ifdef __cplusplus
extern "C" {
#endif

enum cuda_result {
  CUDA_RESULT_OK = 0,
  CUDA_RESULT_UNAVAILABLE = 1, /* no device, no driver, or a network too large for it */
  CUDA_RESULT_NO_MEMORY = 2,
  CUDA_RESULT_FAULT = 3 /* a call or a kernel failed; after a failed kernel the device is lost to this process */
};

enum { CUDA_BUFFERS = 2, CUDA_MESSAGE_BYTES = 256 };

/* A pointer member of ls_plan and the bytes it points to. */
struct cuda_array {
  size_t field;
  size_t bytes;
};

struct cuda_shell;

/* Whether a device answers: 1 with its name, or 0 with the reason. */
int cuda_shell_available(char message[CUDA_MESSAGE_BYTES]);

/* From now on this thread uses device `number`, counted round those that there are; CUDA_RESULT_UNAVAILABLE with a message. */
enum cuda_result cuda_shell_choose(int number, char message[CUDA_MESSAGE_BYTES]);

/* The device in use. */
struct cuda_description {
  char name[80], uuid[48]; /* uuid: "GPU-" and 32 hexadecimal digits in groups, as the driver's tools print it */
  int capability_major, capability_minor;
  int driver_version, runtime_version;
  size_t memory_bytes;
};

/* 0 where no device answers. */
int cuda_shell_describe(struct cuda_description *description);

/* Copies the plan to the device and makes room for chunks of about `chunk` scenarios (0: as many as keep the device
 * busy), whole warps, no more than fit and than `scenarios` need. *granted is the chunk size. message tells a failure;
 * a network that leaves no room for one warp is CUDA_RESULT_UNAVAILABLE. */
enum cuda_result cuda_shell_open(const struct ls_plan *plan, const struct cuda_array *array, int array_count,
                                 int64_t chunk, int64_t scenarios, struct cuda_shell **shell, int64_t *granted,
                                 char message[CUDA_MESSAGE_BYTES]);
void cuda_shell_close(struct cuda_shell *shell);

/* Starts a chunk in a buffer: scenarios first .. first + count - 1, or index[count] where that is not NULL. Returns at
 * once. */
enum cuda_result cuda_shell_launch(struct cuda_shell *shell, int buffer, int64_t first, const int64_t *index,
                                   int32_t count, char message[CUDA_MESSAGE_BYTES]);

/* Waits for the buffer's chunk: value[slot * stride + s]; valid until the buffer's next launch. */
enum cuda_result cuda_shell_wait(struct cuda_shell *shell, int buffer, double **value, int64_t *stride,
                                 char message[CUDA_MESSAGE_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
