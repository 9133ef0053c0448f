/* verify.c - ls_verify: is a results file what its record says, and does computing some of it again give the same bits? */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "aggregate/accumulator_fields.h"
#include "core/arithmetic.h"
#include "core/random_sequence.h"
#include "engine/engine.h"
#include "io/hash.h"
#include "io/json.h"
#include "io/json_read.h"
#include "io/read_file.h"

enum { DIFFERENCES_TOLD = 20 };

/* A scenario, and which of its numbers came out otherwise. */
struct difference {
  int64_t scenario;
  const char *name;
};

struct verdict {
  const char *path;
  char digest[DIGEST_TEXT_SIZE];
  bool has_record, bytes_equal;
  char sha256[SHA256_TEXT_SIZE];
  uint64_t seed;
  int64_t blocks, scenarios; /* computed again */
  int64_t difference_count;
  struct difference difference[DIFFERENCES_TOLD]; /* the first ones */
  bool has_sums, sums_equal;
};

/* ---- the record ------------------------------------------------------------------------------------------------------- */

static ls_status hash_file(ls_context *context, const char *path, char sha256[SHA256_TEXT_SIZE]) {
  char *data = NULL;
  size_t length = 0;
  ls_status status = read_file(context, path, &data, &length);
  if (status == LS_STATUS_OK) status = hash_sha256(context, data, length, sha256);
  context_release(context, data);
  return status;
}

static ls_status check_record(ls_context *context, struct verdict *verdict) {
  char recorded[SHA256_TEXT_SIZE], *text = NULL;
  size_t length = 0;
  ls_status status = hash_file(context, verdict->path, verdict->sha256);
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

static void note_difference(struct verdict *verdict, int64_t scenario, const char *name) {
  if (verdict->difference_count < DIFFERENCES_TOLD)
    verdict->difference[verdict->difference_count] = (struct difference){scenario, name};
  verdict->difference_count++;
}

static bool same_bits(const double *a, const double *b) { return memcmp(a, b, sizeof *a) == 0; }

static void compare_scenarios(const struct accumulator *kept, const struct accumulator *fresh,
                              struct verdict *verdict) {
  const int64_t offset = fresh->shape.first_scenario - kept->shape.first_scenario;
  for (int64_t k = 0; k < fresh->shape.scenario_count; k++) {
    const int64_t at = k + offset, number = k + fresh->shape.first_scenario;
    if (!same_bits(&kept->loss_gross[at], &fresh->loss_gross[k])) note_difference(verdict, number, "loss_gross");
    if (!same_bits(&kept->loss_net[at], &fresh->loss_net[k])) note_difference(verdict, number, "loss_net");
    if (kept->scenario_defaults[at] != fresh->scenario_defaults[k]) note_difference(verdict, number, "default_count");
    if (kept->state[at] != fresh->state[k]) note_difference(verdict, number, "status");
  }
}

/* Arrays that an older version did not keep are in one of them only, and not compared. */
static bool same_sums(struct accumulator *kept, struct accumulator *fresh) {
  struct sum_array a[SUM_ARRAYS_MOST], b[SUM_ARRAYS_MOST];
  const int count_a = accumulator_sums(kept, a), count_b = accumulator_sums(fresh, b);
  bool equal = kept->done_count == fresh->done_count && kept->converged_count == fresh->converged_count &&
               kept->clip_count == fresh->clip_count && kept->iteration_count == fresh->iteration_count;
  for (int k = 0; k < count_a; k++)
    for (int other = 0; other < count_b; other++)
      if (strcmp(a[k].name, b[other].name) == 0)
        equal = equal && memcmp(a[k].word, b[other].word, (size_t)a[k].count * sizeof *a[k].word) == 0;
  return equal;
}

/* Computes `count` scenarios from `first` on, counted from the file's first. */
static ls_status replay_range(ls_context *context, const struct job *job, const ls_results *results, int64_t first,
                              int64_t count, struct verdict *verdict) {
  struct accumulator *kept = results->accumulator, *fresh = NULL;
  struct accumulator_shape shape = kept->shape;
  shape.first_scenario += first;
  shape.scenario_count = count;
  shape.layout = job->plan->output;
  ls_status status = accumulator_create(context, &shape, &fresh);
  if (status == LS_STATUS_OK) status = job_accumulate(context, job, shape.first_scenario, count, fresh, NULL);
  if (status == LS_STATUS_OK) {
    compare_scenarios(kept, fresh, verdict);
    verdict->scenarios += count;
    verdict->has_sums = count == kept->shape.scenario_count;
    verdict->sums_equal = verdict->has_sums && same_sums(kept, fresh);
  }
  accumulator_destroy(&fresh);
  return status;
}

/* Every set of `wanted` blocks is as likely as any other: each is taken with the odds of what is still wanted among what is left. */
static ls_status replay_blocks(ls_context *context, const struct job *job, const ls_results *results, int64_t wanted,
                               struct verdict *verdict) {
  const int64_t total = results->accumulator->shape.scenario_count;
  const int64_t blocks = (total + BLOCK_SCENARIOS - 1) / BLOCK_SCENARIOS;
  struct random_sequence sequence = {.seed = verdict->seed, .stream = RANDOM_REPLAY};
  ls_status status = LS_STATUS_OK;
  if (wanted >= blocks || job->scenarios->replay != NULL) {
    verdict->blocks = blocks;
    return replay_range(context, job, results, 0, total, verdict);
  }
  for (int64_t k = 0; k < blocks && wanted > 0 && status == LS_STATUS_OK; k++) {
    if (sequence_next(&sequence) * (double)(blocks - k) >= (double)wanted) continue;
    const int64_t first = k * BLOCK_SCENARIOS, left = total - first;
    status = replay_range(context, job, results, first, left < BLOCK_SCENARIOS ? left : BLOCK_SCENARIOS, verdict);
    verdict->blocks++;
    wanted--;
  }
  return status;
}

static ls_status replay(ls_context *context, const ls_results *results, const ls_verify_options *options,
                        struct verdict *verdict) {
  struct job_again again = {0};
  ls_run_options machine = ls_run_options_default();
  machine.backend = options->backend;
  machine.engine = options->engine;
  machine.isa = options->isa;
  machine.threads = options->threads;
  ls_status status = job_prepare_again(context, results, &machine, &again);
  if (status == LS_STATUS_OK) status = replay_blocks(context, &again.job, results, options->replay, verdict);
  job_release_again(context, &again);
  return status;
}

/* ---- telling --------------------------------------------------------------------------------------------------------------- */

static bool is_valid(const struct verdict *verdict) {
  return (!verdict->has_record || verdict->bytes_equal) && verdict->difference_count == 0 &&
         (!verdict->has_sums || verdict->sums_equal);
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
  json_seed(&json, "seed", verdict->seed);
  json_whole(&json, "blocks", verdict->blocks);
  json_whole(&json, "scenarios", verdict->scenarios);
  json_whole(&json, "difference_count", verdict->difference_count);
  json_list_begin(&json, "different");
  for (int64_t k = 0; k < verdict->difference_count && k < DIFFERENCES_TOLD; k++) {
    json_object_begin(&json, NULL);
    json_whole(&json, "scenario", verdict->difference[k].scenario);
    json_text(&json, "name", verdict->difference[k].name);
    json_object_end(&json);
  }
  json_list_end(&json);
  if (verdict->has_sums) json_flag(&json, "sums_equal", verdict->sums_equal);
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
  if (verdict->scenarios > 0)
    buffer_print(&out,
                 "  %" PRId64 " scenarios in %" PRId64 " blocks computed again (chosen by seed %" PRIu64 "): %s\n",
                 verdict->scenarios, verdict->blocks, verdict->seed,
                 verdict->difference_count == 0 ? "the same bits" : "DIFFERENT");
  for (int64_t k = 0; k < verdict->difference_count && k < DIFFERENCES_TOLD; k++)
    buffer_print(&out, "    scenario %" PRId64 ": %s\n", verdict->difference[k].scenario, verdict->difference[k].name);
  if (verdict->has_sums)
    buffer_print(&out, "  all sums %s\n", verdict->sums_equal ? "are the same" : "are NOT the same");
  return buffer_finish(&out, report);
}

/* ---- the whole --------------------------------------------------------------------------------------------------------------- */

ls_verify_options ls_verify_options_default(void) { return (ls_verify_options){.backend = "auto"}; }

static ls_status choose_seed(ls_context *context, const ls_verify_options *options, uint64_t *seed) {
  *seed = options->seed;
  if (options->has_seed || getrandom(seed, sizeof *seed, 0) == (ssize_t)sizeof *seed) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_SYSTEM, "the system gives no random number: %s", strerror(errno));
}

static ls_status verify(ls_context *context, const ls_verify_options *options, struct verdict *verdict) {
  ls_results *results = NULL;
  ls_status status = ls_results_read(context, verdict->path, &results);
  if (status == LS_STATUS_OK) status = check_record(context, verdict);
  if (status == LS_STATUS_OK) status = choose_seed(context, options, &verdict->seed);
  if (status == LS_STATUS_OK) (void)snprintf(verdict->digest, sizeof verdict->digest, "%s", results->digest);
  if (status == LS_STATUS_OK && options->replay > 0 && results->accumulator->shape.scenario_count > 0)
    status = replay(context, results, options, verdict);
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
