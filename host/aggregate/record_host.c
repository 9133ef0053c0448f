/* record_host.c - what a run was computed with and on: build, machine, surroundings, device. */
#define _GNU_SOURCE
#include "aggregate/record_host.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/processor.h"
#include "io/date.h"
#include "build_info.h" /* written by the build */

enum { LINE_ROOM = 512 };

void record_put_time(struct json *json, const char *key, int64_t seconds) {
  char text[DATE_MOMENT_SIZE];
  date_print_moment(seconds, text);
  if (text[0] == '\0')
    json_nothing(json, key);
  else
    json_text(json, key, text);
}

/* "model name : ..." of /proc/cpuinfo; "" where the system does not tell. */
static void processor_name(char name[LINE_ROOM]) {
  static const char key[] = "model name";
  char line[LINE_ROOM];
  name[0] = '\0';
  FILE *file = fopen("/proc/cpuinfo", "re");
  if (file == NULL) return;
  while (name[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
    const char *colon = strncmp(line, key, strlen(key)) == 0 ? strchr(line, ':') : NULL;
    if (colon == NULL) continue;
    const char *start = colon + 1 + strspn(colon + 1, " \t");
    (void)snprintf(name, LINE_ROOM, "%.*s", (int)strcspn(start, "\n"), start);
  }
  (void)fclose(file);
}

/* The most that this process has held so far. */
static int64_t peak_memory_bytes(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : 0;
}

void record_put_host(struct json *json) {
  struct utsname system;
  char processor[LINE_ROOM];
  bool known = uname(&system) == 0;
  processor_name(processor);
  json_object_begin(json, "host");
  json_text(json, "name", known ? system.nodename : "");
  json_text(json, "system", known ? system.sysname : "");
  json_text(json, "release", known ? system.release : "");
  json_text(json, "machine", known ? system.machine : "");
  json_text(json, "processor", processor);
  json_whole(json, "processors", processor_count());
  json_whole(json, "memory_bytes", sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
  json_whole(json, "peak_memory_bytes", peak_memory_bytes());
  json_object_end(json);
}

void record_put_build(struct json *json) {
  json_object_begin(json, "build");
  json_text(json, "version", ls_version());
  json_text(json, "commit", LS_BUILD_COMMIT);
  json_flag(json, "changed_since", LS_BUILD_CHANGED);
  json_text(json, "type", LS_BUILD_TYPE);
  json_text(json, "compiler", __VERSION__);
  json_text(json, "flags", LS_BUILD_FLAGS);
  json_text(json, "cuda", LS_BUILD_CUDA);
  json_object_end(json);
}

/* Variables that this program or a batch system's part of a job is told by. */
static bool is_recorded(const char *variable) {
  static const char *const start[] = {
      "LOOPSTRESS_",          "CUDA_VISIBLE_DEVICES=", "SLURM_JOB_ID=",   "SLURM_ARRAY_",
      "SLURM_RESTART_COUNT=", "AWS_BATCH_JOB_ID=",     "AWS_BATCH_JOB_A", "JOB_COMPLETION_INDEX="};
  for (size_t k = 0; k < sizeof start / sizeof start[0]; k++)
    if (strncmp(variable, start[k], strlen(start[k])) == 0) return true;
  return false;
}

void record_put_environment(struct json *json) {
  char name[LINE_ROOM];
  json_object_begin(json, "environment");
  for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
    const char *equals = strchr(*variable, '=');
    if (equals == NULL || !is_recorded(*variable)) continue;
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - *variable), *variable);
    json_text(json, name, equals + 1);
  }
  json_object_end(json);
}

static void put_health(struct json *json, const char *key, const struct device_health *health) {
  if (!health->known) {
    json_nothing(json, key);
    return;
  }
  json_object_begin(json, key);
  json_text(json, "driver", health->driver);
  if (health->uncorrected_errors >= 0)
    json_whole(json, "uncorrected_memory_errors", health->uncorrected_errors);
  else
    json_nothing(json, "uncorrected_memory_errors");
  json_whole(json, "throttle_reasons", (int64_t)health->throttle_reasons);
  if (health->temperature >= 0)
    json_whole(json, "temperature", health->temperature);
  else
    json_nothing(json, "temperature");
  json_object_end(json);
}

void record_put_device(struct json *json, const struct device_record *device) {
  if (!device->present) {
    json_nothing(json, "device");
    return;
  }
  json_object_begin(json, "device");
  json_text(json, "name", device->name);
  json_text(json, "uuid", device->uuid);
  json_whole(json, "capability_major", device->capability_major);
  json_whole(json, "capability_minor", device->capability_minor);
  json_whole(json, "memory_bytes", device->memory_bytes);
  json_whole(json, "cuda_driver_version", device->driver_version);
  json_whole(json, "cuda_runtime_version", device->runtime_version);
  put_health(json, "before", &device->before);
  put_health(json, "after", &device->after);
  json_object_end(json);
}
