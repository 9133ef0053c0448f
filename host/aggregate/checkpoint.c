/* checkpoint.c - see checkpoint.h. */
#include "aggregate/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/journal.h"
#include "aggregate/provenance_hdf5.h"
#include "core/clock.h"
#include "io/file.h"
#include "network/network_hdf5.h"

/* Writing images takes at most this share of the time: with sums of hundreds of megabytes they are further apart. */
#define MOST_SHARE 0.05

enum { MOST_ATTEMPTS = 100000, NAME_ROOM = 80 };

/* Neighbouring scenarios, counted from the accumulator's first. */
struct span {
  int64_t first, count;
};

struct checkpoint {
  struct allocator allocator;
  char *path, *previous, *journal_path;
  ls_results *results;
  struct journal *journal;
  int8_t *noted;     /* [scenario_count] state of scenarios that are noted, 0 of the others */
  struct span *span; /* noted, not yet in the journal */
  int64_t span_count, span_room;
  int64_t written_count; /* scenarios in the last image */
  double interval, written, cost, opened;
  struct attempt *attempt; /* the last is this one */
  int32_t attempt_count;
};

/* ---- the image ------------------------------------------------------------------------------------------------------------ */

static void put_inputs(ls_context *context, struct hdf5_file *file, const ls_network *network) {
  const int64_t count = network->file_count;
  char **name = context_allocate(context, (size_t)count, sizeof *name);
  char **hash = context_allocate(context, (size_t)count, sizeof *hash);
  for (int64_t k = 0; name != NULL && hash != NULL && k < count; k++) {
    name[k] = network->file[k].file;
    hash[k] = network->file[k].sha256;
  }
  if (name != NULL && hash != NULL && count > 0) {
    hdf5_put_texts(file, hdf5_root(file), "input_files", name, count);
    hdf5_put_texts(file, hdf5_root(file), "input_sha256", hash, count);
  }
  context_release(context, hash);
  context_release(context, name);
}

static void put_attempts(ls_context *context, const struct checkpoint *checkpoint, struct hdf5_file *file) {
  const int64_t count = checkpoint->attempt_count;
  hdf5_id group = hdf5_group_create(file, hdf5_root(file), "attempts");
  hdf5_id scale = hdf5_scale_bare(file, group, "attempt", count);
  int64_t *began = context_allocate(context, (size_t)count, sizeof *began);
  int64_t *done = context_allocate(context, (size_t)count, sizeof *done);
  double *seconds = context_allocate(context, (size_t)count, sizeof *seconds);
  char **host = context_allocate(context, (size_t)count, sizeof *host);
  if (began != NULL && done != NULL && seconds != NULL && host != NULL) {
    for (int64_t k = 0; k < count; k++) {
      began[k] = checkpoint->attempt[k].began;
      done[k] = checkpoint->attempt[k].scenarios_done;
      seconds[k] = checkpoint->attempt[k].seconds;
      host[k] = checkpoint->attempt[k].host;
    }
    struct hdf5_array array = {.group = group, .rank = 1, .dimension = {scale}, .units = "s"};
    array.name = "began", array.meaning = "start, in seconds since 1970";
    hdf5_write_integers(file, &array, began);
    array.name = "seconds", array.meaning = "duration until the last checkpoint";
    hdf5_write_numbers(file, &array, seconds);
    array.name = "scenarios_done", array.units = "1", array.meaning = "scenarios by then, with earlier attempts";
    hdf5_write_integers(file, &array, done);
    array.name = "host", array.units = NULL, array.meaning = "name of the machine";
    hdf5_write_texts(file, &array, host);
  }
  context_release(context, host);
  context_release(context, seconds);
  context_release(context, done);
  context_release(context, began);
  hdf5_group_close(file, group);
}

static void put_sums(struct hdf5_file *file, struct accumulator *a) {
  struct sum_array sums[SUM_ARRAYS_MOST];
  struct sum_scalar scalars[ACCUMULATOR_SCALARS];
  char words[NAME_ROOM];
  const int count = accumulator_sums(a, sums);
  hdf5_id group = hdf5_group_create(file, hdf5_root(file), "sums");
  accumulator_scalars(a, scalars);
  for (int k = 0; k < ACCUMULATOR_SCALARS; k++) hdf5_put_integer(file, group, scalars[k].name, *scalars[k].value);
  hdf5_put_integer(file, group, "bound_exponent", a->bound_exponent);
  for (int k = 0; k < count; k++) {
    (void)snprintf(words, sizeof words, "%s_words", sums[k].name);
    const struct hdf5_array array = {.group = group,
                                     .name = sums[k].name,
                                     .units = "1",
                                     .meaning = "64-bit words of exact sums and counts",
                                     .rank = 1,
                                     .dimension = {hdf5_scale_bare(file, group, words, sums[k].count)}};
    hdf5_write_integers(file, &array, sums[k].word);
  }
  hdf5_group_close(file, group);
}

static int64_t image_bytes(struct accumulator *a) {
  struct sum_array sums[SUM_ARRAYS_MOST];
  int64_t words = 0;
  const int count = accumulator_sums(a, sums);
  for (int k = 0; k < count; k++) words += sums[k].count;
  return words * (int64_t)sizeof(int64_t);
}

static void put_image(ls_context *context, const struct checkpoint *checkpoint, const struct journal_mark *mark,
                      struct hdf5_file *file) {
  const ls_results *results = checkpoint->results;
  hdf5_id root = hdf5_root(file);
  hdf5_put_kind(file, "checkpoint", results->network);
  hdf5_put_text(file, root, "status", "partial");
  hdf5_put_text(file, root, "model", results->identity.model);
  hdf5_put_text(file, root, "run_identity", results->identity.sha256);
  hdf5_put_text(file, root, "scenario_sha256", results->identity.scenario_sha256);
  hdf5_put_integer(file, root, "n_scenarios", results->identity.scenario_count);
  hdf5_put_integer(file, root, "n_done", results->accumulator->done_count);
  hdf5_put_integer(file, root, "first_scenario", results->accumulator->shape.first_scenario);
  hdf5_put_integer(file, root, "scenario_count", results->accumulator->shape.scenario_count);
  hdf5_put_integer(file, root, "journal_bytes", mark->bytes);
  hdf5_put_text(file, root, "journal_digest", mark->digest);
  put_inputs(context, file, results->network);
  put_attempts(context, checkpoint, file);
  put_sums(file, results->accumulator);
  provenance_hdf5_put(context, file, results);
}

/* The last image gets a second name before the new one takes its first, so that there is one under it at every moment. */
static void keep_previous(const struct checkpoint *checkpoint) {
  (void)unlink(checkpoint->previous);
  if (link(checkpoint->path, checkpoint->previous) != 0 && errno != ENOENT)
    (void)rename(checkpoint->path, checkpoint->previous); /* a file system without second names */
}

static ls_status write_image(ls_context *context, const struct checkpoint *checkpoint,
                             const struct journal_mark *mark) {
  struct hdf5_file *file = NULL;
  const int64_t faults = context_fault_count(context);
  ls_status status = hdf5_create(context, checkpoint->path, true, image_bytes(checkpoint->results->accumulator), &file);
  if (status != LS_STATUS_OK) return status;
  put_image(context, checkpoint, mark, file);
  if (context_fault_count(context) == faults) {
    keep_previous(checkpoint);
    return hdf5_commit(&file);
  }
  status = hdf5_write_status(file);
  hdf5_close(&file);
  return status;
}

/* ---- taking up an image ----------------------------------------------------------------------------------------------------- */

static ls_status take_attempts(const struct results_reader *reader, struct checkpoint *checkpoint) {
  struct hdf5_file *file = reader->file;
  int64_t count = 0, *began = NULL, *done = NULL;
  double *seconds = NULL;
  char **host = NULL;
  hdf5_id group = -1;
  ls_status status = hdf5_group_open(file, hdf5_root(file), "attempts", &group);
  if (status == LS_STATUS_OK) status = hdf5_count(file, group, "began", &count);
  if (status == LS_STATUS_OK && count > MOST_ATTEMPTS) status = reader_fault(reader, "has too many attempts");
  if (status == LS_STATUS_OK) status = hdf5_read_integers(file, group, "began", count, &began);
  if (status == LS_STATUS_OK) status = hdf5_read_integers(file, group, "scenarios_done", count, &done);
  if (status == LS_STATUS_OK) status = hdf5_read_numbers(file, group, "seconds", count, &seconds);
  if (status == LS_STATUS_OK) status = hdf5_read_texts(file, group, "host", count, &host);
  if (status == LS_STATUS_OK) {
    checkpoint->attempt = context_allocate(reader->context, (size_t)count + 1, sizeof *checkpoint->attempt);
    status = checkpoint->attempt != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  }
  for (int64_t k = 0; k < count && status == LS_STATUS_OK; k++) {
    struct attempt *attempt = &checkpoint->attempt[checkpoint->attempt_count++];
    *attempt = (struct attempt){.began = began[k], .seconds = seconds[k], .scenarios_done = done[k]};
    (void)snprintf(attempt->host, sizeof attempt->host, "%s", host[k]);
  }
  hdf5_texts_release(reader->context, host, count);
  context_release(reader->context, seconds);
  context_release(reader->context, done);
  context_release(reader->context, began);
  hdf5_group_close(file, group);
  return status;
}

static ls_status take_sums(const struct results_reader *reader, struct accumulator *a) {
  struct sum_array sums[SUM_ARRAYS_MOST];
  struct sum_scalar scalars[ACCUMULATOR_SCALARS];
  int64_t exponent = 0;
  hdf5_id group = -1;
  const int count = accumulator_sums(a, sums);
  ls_status status = hdf5_group_open(reader->file, hdf5_root(reader->file), "sums", &group);
  accumulator_scalars(a, scalars);
  for (int k = 0; k < ACCUMULATOR_SCALARS && status == LS_STATUS_OK; k++)
    status = reader_count(reader, group, scalars[k].name, 0, INT64_MAX, scalars[k].value);
  if (status == LS_STATUS_OK)
    status = reader_count(reader, group, "bound_exponent", a->bound_exponent, a->bound_exponent, &exponent);
  for (int k = 0; k < count && status == LS_STATUS_OK; k++) {
    int64_t *read = NULL;
    status = hdf5_read_integers(reader->file, group, sums[k].name, sums[k].count, &read);
    if (status == LS_STATUS_OK) memcpy(sums[k].word, read, (size_t)sums[k].count * sizeof *read);
    context_release(reader->context, read);
  }
  hdf5_group_close(reader->file, group);
  return status;
}

static ls_status read_mark(const struct results_reader *reader, struct journal_mark *mark) {
  char *digest = NULL;
  hdf5_id root = hdf5_root(reader->file);
  ls_status status = reader_count(reader, root, "journal_bytes", 0, INT64_MAX, &mark->bytes);
  if (status == LS_STATUS_OK) status = hdf5_get_text(reader->file, root, "journal_digest", &digest);
  if (status == LS_STATUS_OK && strlen(digest) >= sizeof mark->digest)
    status = reader_fault(reader, "has a checksum of its journal that is none");
  if (status == LS_STATUS_OK) (void)snprintf(mark->digest, sizeof mark->digest, "%s", digest);
  context_release(reader->context, digest);
  return status;
}

/* LS_STATUS_OUTPUT_EXISTS: the image is whole, but of another run. */
static ls_status check_identity(const struct results_reader *reader, const ls_results *results) {
  ls_status status = provenance_hdf5_get(reader);
  if (status != LS_STATUS_OK || results_is_same_run(&reader->results->identity, &results->identity)) return status;
  char *difference = results_name_difference(reader->context, &reader->results->identity, &results->identity);
  if (difference == NULL) return LS_STATUS_OUT_OF_MEMORY;
  status = context_fail(reader->context, LS_STATUS_OUTPUT_EXISTS, "%s: is the checkpoint of another run: %s",
                        reader->path, difference);
  context_release(reader->context, difference);
  return status;
}

static ls_status read_image(const struct results_reader *reader, struct checkpoint *checkpoint,
                            struct journal_mark *mark) {
  char *kind = NULL;
  ls_status status = hdf5_get_kind(reader->context, reader->file, reader->path, &kind);
  if (status == LS_STATUS_OK && strcmp(kind, "checkpoint") != 0)
    status = context_fault(reader->context, reader->path, 0, "is a %s file, must be a checkpoint", kind);
  if (status == LS_STATUS_OK) status = check_identity(reader, checkpoint->results);
  if (status == LS_STATUS_OK) status = read_mark(reader, mark);
  if (status == LS_STATUS_OK) status = take_attempts(reader, checkpoint);
  if (status == LS_STATUS_OK) status = take_sums(reader, checkpoint->results->accumulator);
  context_release(reader->context, kind);
  return status;
}

static int64_t count_done(const struct accumulator *a) {
  int64_t done = 0;
  for (int64_t k = 0; k < a->shape.scenario_count; k++) done += a->state[k] != SCENARIO_NOT_RUN;
  return done;
}

/* As it was before anything was taken up. */
static void forget(ls_context *context, struct checkpoint *checkpoint) {
  struct accumulator *a = checkpoint->results->accumulator;
  accumulator_clear_sums(a);
  memset(a->state, SCENARIO_NOT_RUN, (size_t)a->shape.scenario_count);
  journal_close(&checkpoint->journal);
  context_release(context, checkpoint->attempt);
  checkpoint->attempt = NULL;
  checkpoint->attempt_count = 0;
}

static ls_status take_up(ls_context *context, struct checkpoint *checkpoint, const char *path) {
  struct results_reader reader = {.context = context, .path = path};
  struct journal_mark mark = {0};
  struct accumulator *a = checkpoint->results->accumulator;
  ls_status status = hdf5_open(context, path, &reader.file);
  if (status != LS_STATUS_OK) return status;
  reader.results = results_create(context);
  status = reader.results != NULL ? read_image(&reader, checkpoint, &mark) : LS_STATUS_OUT_OF_MEMORY;
  results_destroy(&reader.results);
  hdf5_close(&reader.file);
  if (status == LS_STATUS_OK) status = journal_open(context, checkpoint->journal_path, &mark, a, &checkpoint->journal);
  if (status == LS_STATUS_OK && count_done(a) != a->done_count)
    status = context_fault(context, path, 0, "has another number of scenarios than its journal");
  if (status != LS_STATUS_OK) forget(context, checkpoint);
  return status;
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------ */

static bool exists(const char *path) { return access(path, F_OK) == 0; }

/* The newest image that is good; with none at all a new journal. */
static ls_status take_up_newest(ls_context *context, struct checkpoint *checkpoint) {
  const bool newest = exists(checkpoint->path), previous = exists(checkpoint->previous);
  ls_status status = LS_STATUS_OK;
  const int messages = ls_context_message_count(context);
  if (newest) status = take_up(context, checkpoint, checkpoint->path);
  if (newest && (status != LS_STATUS_INVALID_INPUT || !previous)) return status;
  if (newest) context_turn_into_warnings(context, messages);
  if (previous) {
    status = take_up(context, checkpoint, checkpoint->previous);
    /* the good one takes the place of the damaged one, which would else become the previous one */
    if (status == LS_STATUS_OK && rename(checkpoint->previous, checkpoint->path) != 0)
      status = file_output_error(context, checkpoint->path, errno);
    return status;
  }
  return journal_open(context, checkpoint->journal_path, &(struct journal_mark){0}, checkpoint->results->accumulator,
                      &checkpoint->journal);
}

static ls_status begin_attempt(ls_context *context, struct checkpoint *checkpoint) {
  if (checkpoint->attempt == NULL) checkpoint->attempt = context_allocate(context, 1, sizeof *checkpoint->attempt);
  if (checkpoint->attempt == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct attempt *attempt = &checkpoint->attempt[checkpoint->attempt_count++];
  *attempt = (struct attempt){.began = (int64_t)time(NULL)};
  if (gethostname(attempt->host, sizeof attempt->host - 1) != 0) attempt->host[0] = '\0';
  return LS_STATUS_OK;
}

/* What was taken up is in the journal. Memory for scenarios that are still to come is not touched. */
static void note_taken_up(struct checkpoint *checkpoint, const struct accumulator *a) {
  int64_t first = 0, count = 0, before = 0;
  while (accumulator_next_missing(a, &first, &count)) {
    memcpy(checkpoint->noted + before, a->state + before, (size_t)(first - before));
    before = first + count;
  }
  memcpy(checkpoint->noted + before, a->state + before, (size_t)(a->shape.scenario_count - before));
}

static ls_status open_files(ls_context *context, struct checkpoint *checkpoint, bool replace) {
  const struct accumulator *a = checkpoint->results->accumulator;
  const int messages = ls_context_message_count(context);
  ls_status status = take_up_newest(context, checkpoint);
  if (replace && (status == LS_STATUS_OUTPUT_EXISTS || status == LS_STATUS_INVALID_INPUT)) {
    context_turn_into_warnings(context, messages);
    status = ls_checkpoint_remove(context, checkpoint->path);
    if (status == LS_STATUS_OK) status = take_up_newest(context, checkpoint);
  }
  if (status == LS_STATUS_OK) status = begin_attempt(context, checkpoint);
  if (status != LS_STATUS_OK) return status;
  note_taken_up(checkpoint, a);
  checkpoint->written_count = a->done_count;
  return LS_STATUS_OK;
}

ls_status checkpoint_open(ls_context *context, const char *path, bool replace, double interval, ls_results *results,
                          struct checkpoint **out) {
  struct checkpoint *checkpoint = context_allocate(context, 1, sizeof *checkpoint);
  if (checkpoint == NULL) return LS_STATUS_OUT_OF_MEMORY;
  checkpoint->allocator = context_allocator(context);
  checkpoint->results = results;
  checkpoint->interval = interval;
  checkpoint->opened = checkpoint->written = clock_seconds();
  checkpoint->path = context_copy_text(context, path);
  checkpoint->previous = context_print(context, "%s.1", path);
  checkpoint->journal_path = context_print(context, "%s.scenarios", path);
  checkpoint->noted = context_allocate(context, (size_t)results->accumulator->shape.scenario_count, 1);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (checkpoint->path != NULL && checkpoint->previous != NULL && checkpoint->journal_path != NULL &&
      checkpoint->noted != NULL)
    status = open_files(context, checkpoint, replace);
  if (status != LS_STATUS_OK) {
    checkpoint_close(&checkpoint);
    return status;
  }
  *out = checkpoint;
  return LS_STATUS_OK;
}

void checkpoint_close(struct checkpoint **handle) {
  if (handle == NULL || *handle == NULL) return;
  struct checkpoint *checkpoint = *handle;
  const struct allocator allocator = checkpoint->allocator;
  journal_close(&checkpoint->journal);
  void *const parts[] = {checkpoint->path,  checkpoint->previous, checkpoint->journal_path,
                         checkpoint->noted, checkpoint->span,     checkpoint->attempt};
  for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) allocator_release(&allocator, parts[k]);
  allocator_release(&allocator, checkpoint);
  *handle = NULL;
}

static ls_status remove_file(ls_context *context, const char *path) {
  return unlink(path) == 0 || errno == ENOENT ? LS_STATUS_OK : file_output_error(context, path, errno);
}

ls_status ls_checkpoint_remove(ls_context *context, const char *path) {
  static const char *const suffix[] = {"", ".1", ".scenarios"}; /* images first: none is left without its journal */
  ls_status status = LS_STATUS_OK;
  for (size_t k = 0; k < sizeof suffix / sizeof suffix[0] && status == LS_STATUS_OK; k++) {
    char *name = context_print(context, "%s%s", path, suffix[k]);
    status = name != NULL ? remove_file(context, name) : LS_STATUS_OUT_OF_MEMORY;
    context_release(context, name);
  }
  return status;
}

/* ---- noting and writing --------------------------------------------------------------------------------------------------------- */

bool checkpoint_is_behind(const struct checkpoint *checkpoint) {
  return checkpoint->results->accumulator->done_count > checkpoint->written_count;
}

double checkpoint_age(const struct checkpoint *checkpoint) { return clock_seconds() - checkpoint->written; }

bool checkpoint_is_due(ls_context *context, const struct checkpoint *checkpoint) {
  if (context_take_checkpoint_request(context)) return true;
  const double since = checkpoint_age(checkpoint), spacing = checkpoint->cost / MOST_SHARE;
  if (checkpoint->cost == 0) return true; /* none by this attempt */
  return since >= (spacing > checkpoint->interval ? spacing : checkpoint->interval);
}

static ls_status add_span(ls_context *context, struct checkpoint *checkpoint, int64_t first, int64_t count) {
  if (checkpoint->span_count == checkpoint->span_room) {
    const int64_t room = 2 * checkpoint->span_room + 64;
    struct span *larger =
        context_grow(context, checkpoint->span, (size_t)checkpoint->span_count, (size_t)room, sizeof *larger);
    if (larger == NULL) return LS_STATUS_OUT_OF_MEMORY;
    checkpoint->span = larger;
    checkpoint->span_room = room;
  }
  checkpoint->span[checkpoint->span_count++] = (struct span){first, count};
  return LS_STATUS_OK;
}

/* The first scenario from k on whose state is not noted; blocks that are equal are passed over at once. */
static int64_t next_change(const struct accumulator *a, const struct checkpoint *checkpoint, int64_t k) {
  const int64_t total = a->shape.scenario_count;
  while (k + BLOCK_SCENARIOS <= total && memcmp(a->state + k, checkpoint->noted + k, BLOCK_SCENARIOS) == 0)
    k += BLOCK_SCENARIOS;
  while (k < total && a->state[k] == checkpoint->noted[k]) k++;
  return k;
}

ls_status checkpoint_note(ls_context *context, struct checkpoint *checkpoint) {
  const struct accumulator *a = checkpoint->results->accumulator;
  const int64_t total = a->shape.scenario_count;
  ls_status status = LS_STATUS_OK;
  for (int64_t k = next_change(a, checkpoint, 0); k < total && status == LS_STATUS_OK;) {
    int64_t end = k;
    while (end < total && a->state[end] != checkpoint->noted[end]) end++;
    status = add_span(context, checkpoint, k, end - k);
    if (status == LS_STATUS_OK) memcpy(checkpoint->noted + k, a->state + k, (size_t)(end - k));
    k = next_change(a, checkpoint, end);
  }
  return status;
}

static ls_status write_noted(ls_context *context, struct checkpoint *checkpoint) {
  const struct accumulator *a = checkpoint->results->accumulator;
  struct attempt *attempt = &checkpoint->attempt[checkpoint->attempt_count - 1];
  struct journal_mark mark = {0};
  ls_status status = LS_STATUS_OK;
  for (int64_t k = 0; k < checkpoint->span_count && status == LS_STATUS_OK; k++)
    status = journal_append(context, checkpoint->journal, a, checkpoint->span[k].first, checkpoint->span[k].count);
  if (status == LS_STATUS_OK) status = journal_sync(context, checkpoint->journal, &mark);
  attempt->seconds = clock_seconds() - checkpoint->opened;
  attempt->scenarios_done = a->done_count;
  if (status == LS_STATUS_OK) status = write_image(context, checkpoint, &mark);
  if (status != LS_STATUS_OK) return status;
  checkpoint->span_count = 0;
  checkpoint->written_count = a->done_count;
  return LS_STATUS_OK;
}

ls_status checkpoint_write(ls_context *context, struct checkpoint *checkpoint) {
  const double begun = clock_seconds();
  context_hold_stop(context, true);
  ls_status status = write_noted(context, checkpoint);
  context_hold_stop(context, false);
  checkpoint->written = clock_seconds();
  checkpoint->cost = checkpoint->written - begun;
  return status;
}

ls_status checkpoint_tell_attempts(ls_context *context, const struct checkpoint *checkpoint, ls_results *results) {
  const int32_t count = checkpoint->attempt_count;
  results->attempt = context_allocate(context, (size_t)count, sizeof *results->attempt);
  if (results->attempt == NULL) return LS_STATUS_OUT_OF_MEMORY;
  memcpy(results->attempt, checkpoint->attempt, (size_t)count * sizeof *results->attempt);
  struct attempt *last = &results->attempt[count - 1];
  last->seconds = clock_seconds() - checkpoint->opened;
  last->scenarios_done = results->accumulator->done_count;
  results->attempt_count = count;
  return LS_STATUS_OK;
}
