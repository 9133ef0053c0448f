/* verify.c - ls_verify: is a results file what its record says, and does computing some of it again give the same bits? */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/arithmetic.h"
#include "engine/engine.h"
#include "engine/replay.h"
#include "io/json.h"
#include "io/json_read.h"
#include "io/read_file.h"

struct verdict {
  const char *path;
  char digest[DIGEST_TEXT_SIZE];
  bool has_record, bytes_equal;
  char sha256[SHA256_TEXT_SIZE];
  struct replay replay;
};

/* ---- the record ------------------------------------------------------------------------------------------------------- */

static ls_status check_record(ls_context *context, struct verdict *verdict) {
  char recorded[SHA256_TEXT_SIZE], *text = NULL;
  size_t length = 0;
  ls_status status = read_file_hash(context, verdict->path, verdict->sha256, &length);
  if (status != LS_STATUS_OK) return status;
  char *name = context_print(context, "%s.run.json", verdict->path);
  if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
  const int messages = ls_context_message_count(context);
  status = read_file(context, name, &text, &length);
  verdict->has_record = status == LS_STATUS_OK;
  if (status == LS_STATUS_INPUT_MISSING) {
    context_drop_errors(context, messages);
    status = LS_STATUS_OK;
  } else if (status == LS_STATUS_OK && !json_find_text(text, length, "output", "sha256", recorded, sizeof recorded)) {
    status = context_fault(context, name, 0, "is no record of a run: output.sha256 is missing");
  } else if (status == LS_STATUS_OK) {
    verdict->bytes_equal = strcmp(recorded, verdict->sha256) == 0;
  }
  context_release(context, text);
  context_release(context, name);
  return status;
}

/* ---- computing again ---------------------------------------------------------------------------------------------------- */

static ls_status replay(ls_context *context, const ls_results *results, const ls_verify_options *options,
                        struct verdict *verdict) {
  struct job_again again = {0};
  ls_run_options machine = ls_run_options_default();
  machine.backend = options->backend;
  machine.engine = options->engine;
  machine.isa = options->isa;
  machine.threads = options->threads;
  ls_status status = job_prepare_again(context, results, &machine, &again);
  if (status == LS_STATUS_OK) status = job_replay(context, &again.job, results, options->replay, &verdict->replay);
  job_release_again(context, &again);
  return status;
}

/* ---- telling --------------------------------------------------------------------------------------------------------------- */

static bool is_valid(const struct verdict *verdict) {
  return (!verdict->has_record || verdict->bytes_equal) && replay_is_equal(&verdict->replay);
}

static ls_status tell_json(ls_context *context, const struct verdict *verdict, ls_text **report) {
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_flag(&json, "valid", is_valid(verdict));
  json_text(&json, "file", verdict->path);
  json_text(&json, "digest", verdict->digest);
  json_object_begin(&json, "record");
  json_flag(&json, "found", verdict->has_record);
  json_text(&json, "sha256", verdict->sha256);
  if (verdict->has_record) json_flag(&json, "bytes_equal", verdict->bytes_equal);
  json_object_end(&json);
  json_object_begin(&json, "replay");
  json_seed(&json, "seed", verdict->replay.seed);
  json_whole(&json, "blocks", verdict->replay.blocks);
  json_whole(&json, "scenarios", verdict->replay.scenarios);
  json_whole(&json, "difference_count", verdict->replay.difference_count);
  json_list_begin(&json, "different");
  for (int64_t k = 0; k < verdict->replay.difference_count && k < DIFFERENCES_TOLD; k++) {
    json_object_begin(&json, NULL);
    json_whole(&json, "scenario", verdict->replay.difference[k].scenario);
    json_text(&json, "name", verdict->replay.difference[k].name);
    json_object_end(&json);
  }
  json_list_end(&json);
  if (verdict->replay.has_sums) json_flag(&json, "sums_equal", verdict->replay.sums_equal);
  json_object_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status tell_text(ls_context *context, const struct verdict *verdict, ls_text **report) {
  struct buffer out = buffer_start(context);
  buffer_print(&out, "%s: %s\n", verdict->path, is_valid(verdict) ? "verified" : "NOT what it should be");
  buffer_print(&out, "  numbers agree with digest %s\n", verdict->digest);
  if (!verdict->has_record) buffer_print(&out, "  no record %s.run.json to compare with\n", verdict->path);
  if (verdict->has_record)
    buffer_print(&out, "  bytes %s those of the record, SHA-256 %s\n", verdict->bytes_equal ? "are" : "are NOT",
                 verdict->sha256);
  if (verdict->replay.scenarios > 0)
    buffer_print(&out,
                 "  %" PRId64 " scenarios in %" PRId64 " blocks computed again (chosen by seed %" PRIu64 "): %s\n",
                 verdict->replay.scenarios, verdict->replay.blocks, verdict->replay.seed,
                 verdict->replay.difference_count == 0 ? "the same bits" : "DIFFERENT");
  for (int64_t k = 0; k < verdict->replay.difference_count && k < DIFFERENCES_TOLD; k++)
    buffer_print(&out, "    scenario %" PRId64 ": %s\n", verdict->replay.difference[k].scenario,
                 verdict->replay.difference[k].name);
  if (verdict->replay.has_sums)
    buffer_print(&out, "  all sums %s\n", verdict->replay.sums_equal ? "are the same" : "are NOT the same");
  return buffer_finish(&out, report);
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------- */

ls_verify_options ls_verify_options_default(void) { return (ls_verify_options){.backend = "auto"}; }

static ls_status verify(ls_context *context, const ls_verify_options *options, struct verdict *verdict) {
  ls_results *results = NULL;
  ls_status status = ls_results_read(context, verdict->path, &results);
  if (status == LS_STATUS_OK) status = check_record(context, verdict);
  if (status == LS_STATUS_OK) status = replay_seed(context, options->has_seed, options->seed, &verdict->replay.seed);
  if (status == LS_STATUS_OK) (void)snprintf(verdict->digest, sizeof verdict->digest, "%s", results->digest);
  if (status == LS_STATUS_OK && options->replay > 0) status = replay(context, results, options, verdict);
  results_destroy(&results);
  return status;
}

ls_status ls_verify(ls_context *context, const char *path, const ls_verify_options *options, ls_format format,
                    ls_text **report) {
  struct verdict verdict = {.path = path};
  fenv_t before;
  if (options->replay < 0 || options->threads < 0)
    return context_fail(context, LS_STATUS_USAGE, "blocks to replay and threads must be >= 0");
  arithmetic_begin(&before);
  ls_status status = verify(context, options, &verdict);
  arithmetic_restore(&before);
  if (status != LS_STATUS_OK) return status;
  status = format == LS_FORMAT_JSON ? tell_json(context, &verdict, report) : tell_text(context, &verdict, report);
  return status == LS_STATUS_OK && !is_valid(&verdict) ? LS_STATUS_CHECK_FAILED : status;
}
