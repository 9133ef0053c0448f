/* backends.c - the table of backends, and choosing one by name. */
#include "engine/backend.h"

#include <stdio.h>
#include <string.h>

#if !defined(LS_WITH_CUDA)
static bool cuda_not_built(char *reason, size_t size) {
  snprintf(reason, size, "built without CUDA; configure with -DLS_CUDA=ON and the CUDA toolkit");
  return false;
}

static ls_status cuda_refuse(ls_context *context, const struct compute_request *request, chunk_consumer consume,
                             void *user) {
  (void)request;
  (void)consume;
  (void)user;
  return context_fail(context, LS_STATUS_BACKEND_UNAVAILABLE, "backend 'cuda': built without CUDA");
}

static const struct ls_backend LS_CUDA_BACKEND = {"cuda", cuda_not_built, NULL, NULL, cuda_refuse};
#endif

const struct ls_backend *const LS_BACKENDS[] = {&LS_CPU_BACKEND, &LS_CUDA_BACKEND};
const int LS_BACKEND_TOTAL = sizeof LS_BACKENDS / sizeof LS_BACKENDS[0];

enum { REASON_BYTES = 256 };

ls_status backend_choose(ls_context *context, const char *name, const struct ls_backend **backend) {
  char reason[REASON_BYTES] = "";
  if (name == NULL || strcmp(name, "auto") == 0) {
    bool cuda = LS_CUDA_BACKEND.available(reason, sizeof reason);
    *backend = cuda ? &LS_CUDA_BACKEND : &LS_CPU_BACKEND;
    return LS_STATUS_OK;
  }
  for (int k = 0; k < LS_BACKEND_TOTAL; k++) {
    if (strcmp(LS_BACKENDS[k]->name, name) != 0) continue;
    if (!LS_BACKENDS[k]->available(reason, sizeof reason))
      return context_fail(context, LS_STATUS_BACKEND_UNAVAILABLE, "backend '%s': %s", name, reason);
    *backend = LS_BACKENDS[k];
    return LS_STATUS_OK;
  }
  return context_fail(context, LS_STATUS_USAGE, "unknown backend '%s': must be auto, cpu or cuda", name);
}

ls_status backend_choose_device(ls_context *context, const struct ls_backend *backend, int number) {
  char reason[REASON_BYTES] = "";
  if (number < 0 || backend->choose == NULL || backend->choose(number, reason, sizeof reason)) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_BACKEND_UNAVAILABLE, "backend '%s': %s", backend->name, reason);
}
