/* nvml.c - stands in for the library of NVIDIA's driver that counts a GPU's faults: one GPU, each question about errors finds one
 * more. */
#include <stdio.h>
#include <string.h>

int nvmlInit_v2(void);
int nvmlShutdown(void);
int nvmlSystemGetDriverVersion(char *text, unsigned size);
int nvmlDeviceGetHandleByUUID(const char *uuid, void **device);
int nvmlDeviceGetTotalEccErrors(void *device, int kind, int since, unsigned long long *count);
int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *reasons);
int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *degrees);

enum { NOT_FOUND = 6, NOT_SUPPORTED = 3 };
static int the_device;
static unsigned long long asked;

int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }

int nvmlSystemGetDriverVersion(char *text, unsigned size) {
  snprintf(text, size, "999.1");
  return 0;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) {
  *device = &the_device;
  return strcmp(uuid, "GPU-1") == 0 ? 0 : NOT_FOUND;
}

int nvmlDeviceGetTotalEccErrors(void *device, int kind, int since, unsigned long long *count) {
  *count = 40 + ++asked;
  return device == &the_device && kind == 1 && since == 0 ? 0 : NOT_SUPPORTED;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *reasons) {
  *reasons = 4;
  return device == &the_device ? 0 : NOT_SUPPORTED;
}

int nvmlDeviceGetTemperature(void *device, int sensor, unsigned *degrees) {
  *degrees = 55;
  return device == &the_device && sensor == 0 ? 0 : NOT_SUPPORTED;
}
