/* device_watch.h - how a GPU is before and after a run: what its driver counts, asked through NVML where that is there. */
#ifndef LS_HOST_ENGINE_DEVICE_WATCH_H
#define LS_HOST_ENGINE_DEVICE_WATCH_H

#include "engine/backend.h"

/* Asks the driver's library (NULL: NVIDIA's, by its usual name) about the GPU with that UUID; health->known is false where it does not
 * answer. */
void device_health_read(const char *library, const char *uuid, struct device_health *health);

/* Fills the device and its health before the run; nothing for a backend without a device. */
void device_watch_begin(const struct ls_backend *backend, struct device_record *device);

/* Fills the health after the run, and warns where memory errors that could not be corrected were counted meanwhile. */
void device_watch_end(ls_context *context, struct device_record *device);
/* The same by a library of the caller's choice. */
void device_watch_end_with(ls_context *context, const char *library, struct device_record *device);

#endif
