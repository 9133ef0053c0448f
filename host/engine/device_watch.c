/* device_watch.c - see device_watch.h. NVML comes with the driver and is opened when it is needed, so that the program starts without. */
#include "engine/device_watch.h"

#include <dlfcn.h>
#include <string.h>

/* Of NVML's C interface, which does not change: functions return 0 when they succeed. */
enum { NVML_UNCORRECTED = 1, NVML_SINCE_DRIVER_LOADED = 0, NVML_GPU_SENSOR = 0 };

struct nvml {
  int (*initialise)(void);
  int (*shut_down)(void);
  int (*driver_version)(char *text, unsigned size);
  int (*find)(const char *uuid, void **device);
  int (*memory_errors)(void *device, int kind, int since, unsigned long long *count);
  int (*throttle_reasons)(void *device, unsigned long long *reasons);
  int (*temperature)(void *device, int sensor, unsigned *degrees);
};

/* POSIX lets a function's address be read as dlsym gives it. */
static bool find_symbol(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  memcpy(function, &symbol, sizeof symbol);
  return symbol != NULL;
}

static bool find_all(void *library, struct nvml *nvml) {
  return find_symbol(library, "nvmlInit_v2", &nvml->initialise) &&
         find_symbol(library, "nvmlShutdown", &nvml->shut_down) &&
         find_symbol(library, "nvmlSystemGetDriverVersion", &nvml->driver_version) &&
         find_symbol(library, "nvmlDeviceGetHandleByUUID", &nvml->find) &&
         find_symbol(library, "nvmlDeviceGetTotalEccErrors", &nvml->memory_errors) &&
         find_symbol(library, "nvmlDeviceGetCurrentClocksThrottleReasons", &nvml->throttle_reasons) &&
         find_symbol(library, "nvmlDeviceGetTemperature", &nvml->temperature);
}

static void ask(const struct nvml *nvml, const char *uuid, struct device_health *health) {
  unsigned long long errors = 0, reasons = 0;
  unsigned degrees = 0;
  void *device = NULL;
  if (nvml->find(uuid, &device) != 0) return;
  health->known = true;
  if (nvml->driver_version(health->driver, sizeof health->driver) != 0) health->driver[0] = '\0';
  if (nvml->memory_errors(device, NVML_UNCORRECTED, NVML_SINCE_DRIVER_LOADED, &errors) == 0)
    health->uncorrected_errors = (int64_t)errors;
  if (nvml->throttle_reasons(device, &reasons) == 0) health->throttle_reasons = reasons;
  if (nvml->temperature(device, NVML_GPU_SENSOR, &degrees) == 0) health->temperature = (int32_t)degrees;
}

void device_health_read(const char *library, const char *uuid, struct device_health *health) {
  struct nvml nvml;
  *health = (struct device_health){.uncorrected_errors = -1, .temperature = -1};
  void *opened = dlopen(library != NULL ? library : "libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (opened == NULL) return;
  if (find_all(opened, &nvml) && nvml.initialise() == 0) {
    ask(&nvml, uuid, health);
    (void)nvml.shut_down();
  }
  (void)dlclose(opened);
}

void device_watch_begin(const struct ls_backend *backend, struct device_record *device) {
  *device = (struct device_record){.present = false};
  if (backend->describe != NULL) backend->describe(device);
  if (device->present) device_health_read(NULL, device->uuid, &device->before);
}

void device_watch_end_with(ls_context *context, const char *library, struct device_record *device) {
  if (!device->present) return;
  device_health_read(library, device->uuid, &device->after);
  if (device->after.uncorrected_errors > device->before.uncorrected_errors && device->before.uncorrected_errors >= 0)
    context_warn(
        context, NULL, 0,
        "the GPU counted %lld uncorrectable memory errors during the run: results are suspect until verified on "
        "another one",
        (long long)(device->after.uncorrected_errors - device->before.uncorrected_errors));
}

void device_watch_end(ls_context *context, struct device_record *device) {
  device_watch_end_with(context, NULL, device);
}
