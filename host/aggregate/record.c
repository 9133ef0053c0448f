/* record.c - the audit record "<output>.run.json": what varies between identical runs, and so stays out of the results file. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "aggregate/results.h"
#include "io/file.h"
#include "io/hash.h"
#include "io/json.h"
#include "io/read_file.h"

enum { LINE_ROOM = 512 };

static void put_time(struct json *json, const char *key, time_t seconds) {
  struct tm parts;
  char text[32];
  if (gmtime_r(&seconds, &parts) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
    json_nothing(json, key);
  } else {
    json_text(json, key, text);
  }
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

static void put_host(struct json *json) {
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
  json_whole(json, "processors", sysconf(_SC_NPROCESSORS_ONLN));
  json_object_end(json);
}

static void put_build(struct json *json) {
  json_object_begin(json, "build");
  json_text(json, "version", ls_version());
  json_text(json, "compiler", __VERSION__);
  json_object_end(json);
}

static void put_inputs(struct json *json, const ls_results *results) {
  const ls_network *network = results->network;
  json_list_begin(json, "inputs");
  for (int32_t k = 0; k < network->file_count; k++) {
    json_object_begin(json, NULL);
    json_text(json, "file", network->file[k].file);
    json_text(json, "sha256", network->file[k].sha256);
    json_object_end(json);
  }
  if (results->identity.scenario_file[0] != '\0') {
    json_object_begin(json, NULL);
    json_text(json, "file", results->identity.scenario_file);
    json_text(json, "sha256", results->identity.scenario_sha256);
    json_object_end(json);
  }
  json_list_end(json);
}

static void put_run(struct json *json, const ls_results *results, double seconds) {
  const struct run_identity *identity = &results->identity;
  json_text(json, "command", identity->command);
  json_text(json, "model", identity->model);
  json_text(json, "backend", identity->backend);
  json_object_begin(json, "settings");
  for (int32_t k = 0; k < identity->setting_count; k++)
    json_text(json, identity->setting[k].key, identity->setting[k].value);
  json_object_end(json);
  char seed[32];
  (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)identity->seed);
  json_text(json, "seed", seed);
  json_whole(json, "scenario_count", identity->scenario_count);
  json_whole(json, "scenarios_done", results_done_count(results));
  json_whole(json, "shard_index", identity->shard_index);
  json_whole(json, "shard_count", identity->shard_count);
  json_text(json, "run_identity", identity->sha256);
  json_text(json, "network", ls_network_name(results->network));
  json_number(json, "seconds", seconds);
  json_number(json, "scenarios_per_second", seconds > 0 ? (double)results_done_count(results) / seconds : -1);
}

/* An interrupted run's attempts, the one that ended it last; a run without a checkpoint does not know of any. */
static void put_attempts(struct json *json, const ls_results *results) {
  json_list_begin(json, "attempts");
  for (int32_t k = 0; k < results->attempt_count; k++) {
    const struct attempt *attempt = &results->attempt[k];
    json_object_begin(json, NULL);
    put_time(json, "began", (time_t)attempt->began);
    json_text(json, "host", attempt->host);
    json_number(json, "seconds", attempt->seconds);
    json_whole(json, "scenarios_done", attempt->scenarios_done);
    json_object_end(json);
  }
  json_list_end(json);
}

static ls_status file_hash(ls_context *context, const char *path, char sha256[SHA256_TEXT_SIZE], size_t *length) {
  char *data = NULL;
  ls_status status = read_file(context, path, &data, length);
  if (status == LS_STATUS_OK) status = hash_sha256(context, data, *length, sha256);
  context_release(context, data);
  return status;
}

static ls_status write_record(ls_context *context, const ls_results *results, const char *path, double seconds_elapsed,
                              bool replace) {
  char sha256[SHA256_TEXT_SIZE];
  size_t length = 0;
  ls_text *text = NULL;
  ls_status status = file_hash(context, path, sha256, &length);
  if (status != LS_STATUS_OK) return status;
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_text(&json, "program", "loopstress");
  put_build(&json);
  put_time(&json, "written", time(NULL));
  put_run(&json, results, seconds_elapsed);
  put_attempts(&json, results);
  put_inputs(&json, results);
  put_host(&json);
  json_text(&json, "digest", results->digest);
  json_object_begin(&json, "output");
  json_text(&json, "file", path);
  json_whole(&json, "bytes", (int64_t)length);
  json_text(&json, "sha256", sha256);
  json_object_end(&json);
  json_object_end(&json);
  status = json_finish(&json, &text);
  char *record = context_print(context, "%s.run.json", path);
  if (status == LS_STATUS_OK && record == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = file_write(context, record, ls_text_data(text), ls_text_length(text), replace);
  context_release(context, record);
  ls_text_destroy(&text);
  return status;
}

ls_status ls_results_write_record(ls_context *context, const ls_results *results, const char *path,
                                  double seconds_elapsed, bool replace) {
  context_hold_stop(context, true);
  ls_status status = write_record(context, results, path, seconds_elapsed, replace);
  context_hold_stop(context, false);
  return status;
}
