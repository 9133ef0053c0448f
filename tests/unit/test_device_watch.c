/* test_device_watch.c - a GPU's health before and after a run, told by a library that stands in for the driver's. */
#include <dlfcn.h>

#include "engine/device_watch.h"
#include "greatest.h"
#include "support.h"

TEST health_is_what_the_driver_says(void) {
  struct device_health health;
  device_health_read(LS_STAND_IN_NVML, "GPU-1", &health);
  ASSERT(health.known);
  ASSERT_STR_EQ("999.1", health.driver);
  ASSERT(health.uncorrected_errors > 40);
  ASSERT_EQ(4u, health.throttle_reasons);
  ASSERT_EQ(55, health.temperature);
  PASS();
}

TEST another_gpu_or_no_driver_is_not_known(void) {
  struct device_health health;
  device_health_read(LS_STAND_IN_NVML, "GPU-2", &health);
  ASSERT(!health.known && health.uncorrected_errors == -1 && health.temperature == -1);
  device_health_read("no-such-library.so", "GPU-1", &health);
  ASSERT(!health.known);
  PASS();
}

static struct device_health health_with(int64_t errors) {
  return (struct device_health){.known = true, .uncorrected_errors = errors};
}

static int warnings_after(int64_t before, const char *uuid) {
  ls_context *context = NULL;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  struct device_record device = {.present = true, .before = health_with(before)};
  snprintf(device.uuid, sizeof device.uuid, "%s", uuid);
  device_watch_end_with(context, LS_STAND_IN_NVML, &device);
  const int count = ls_context_warning_count(context);
  ls_context_destroy(&context);
  return count;
}

TEST new_memory_errors_make_results_suspect(void) {
  /* held open, so that the stand-in goes on counting */
  void *held = dlopen(LS_STAND_IN_NVML, RTLD_NOW);
  ASSERT(held != NULL);
  ASSERT_EQ(1, warnings_after(40, "GPU-1"));
  ASSERT_EQ(0, warnings_after(1000, "GPU-1")); /* the driver was loaded anew */
  ASSERT_EQ(0, warnings_after(-1, "GPU-1"));   /* not counted before */
  ASSERT_EQ(0, warnings_after(40, "GPU-2"));   /* not known after */
  dlclose(held);
  PASS();
}

TEST the_cpu_has_no_device_to_watch(void) {
  struct device_record device = {.present = true};
  device_watch_begin(&LS_CPU_BACKEND, &device);
  ASSERT(!device.present);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(health_is_what_the_driver_says);
  RUN_TEST(another_gpu_or_no_driver_is_not_known);
  RUN_TEST(new_memory_errors_make_results_suspect);
  RUN_TEST(the_cpu_has_no_device_to_watch);
  GREATEST_MAIN_END();
}
