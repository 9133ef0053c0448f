/* journal.c - see journal.h. */
#include "aggregate/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "aggregate/accumulator_fields.h"
#include "io/file.h"

enum { RECORD_SCENARIOS = 65536, HEAD_WORDS = 2 };

struct journal {
  struct allocator allocator;
  int descriptor;
  char *path;
  int64_t bytes;
  struct digest *digest; /* of all records so far */
  int64_t *record;       /* room for one */
};

/* ---- records ------------------------------------------------------------------------------------------------------------- */

/* The columns of a record behind its head. */
struct columns {
  double *gross, *net;
  int32_t *defaults;
  int8_t *state;
};

static int64_t words_for(int64_t bytes) { return (bytes + 7) / 8; }

static int64_t record_words(int64_t count) {
  return HEAD_WORDS + 2 * count + words_for(count * (int64_t)sizeof(int32_t)) + words_for(count);
}

static struct columns columns_of(int64_t *record, int64_t count) {
  int64_t *at = record + HEAD_WORDS;
  return (struct columns){(double *)(void *)at, (double *)(void *)(at + count), (int32_t *)(void *)(at + 2 * count),
                          (int8_t *)(void *)(at + 2 * count + words_for(count * (int64_t)sizeof(int32_t)))};
}

static void fill_record(const struct accumulator *a, int64_t first, int64_t count, int64_t *record) {
  record[record_words(count) - 1] = 0; /* the last words of the two narrow columns may not be full */
  record[HEAD_WORDS + 2 * count + words_for(count * (int64_t)sizeof(int32_t)) - 1] = 0;
  const struct columns to = columns_of(record, count);
  record[0] = first;
  record[1] = count;
  memcpy(to.gross, a->loss_gross + first, (size_t)count * sizeof *to.gross);
  memcpy(to.net, a->loss_net + first, (size_t)count * sizeof *to.net);
  memcpy(to.defaults, a->scenario_defaults + first, (size_t)count * sizeof *to.defaults);
  memcpy(to.state, a->state + first, (size_t)count * sizeof *to.state);
}

static bool take_record(struct accumulator *a, int64_t *record) {
  const int64_t first = record[0], count = record[1];
  const struct columns from = columns_of(record, count);
  for (int64_t k = 0; k < count; k++) {
    bool fits = from.state[k] > SCENARIO_NOT_RUN && from.state[k] <= SCENARIO_NOT_FINITE &&
                a->state[first + k] == SCENARIO_NOT_RUN && isfinite(from.gross[k]) && isfinite(from.net[k]);
    if (!fits) return false;
    a->loss_gross[first + k] = from.gross[k];
    a->loss_net[first + k] = from.net[k];
    a->scenario_defaults[first + k] = from.defaults[k];
    a->state[first + k] = from.state[k];
  }
  return true;
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

static bool read_at(const struct journal *journal, int64_t at, void *target, int64_t bytes) {
  char *to = target;
  while (bytes > 0) {
    ssize_t got = pread(journal->descriptor, to, (size_t)bytes, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    at += got;
    bytes -= got;
  }
  return true;
}

/* Reads the record at journal->bytes; false where there is no such record within the mark. */
static bool read_record(struct journal *journal, const struct journal_mark *mark, struct accumulator *a) {
  const int64_t left = mark->bytes - journal->bytes, total = a->shape.scenario_count;
  int64_t *record = journal->record;
  if (left < HEAD_WORDS * 8 || !read_at(journal, journal->bytes, record, HEAD_WORDS * 8)) return false;
  const int64_t first = record[0], count = record[1];
  if (count < 1 || count > RECORD_SCENARIOS || first < 0 || first > total - count) return false;
  const int64_t words = record_words(count);
  if (words * 8 > left || !read_at(journal, journal->bytes, record, words * 8)) return false;
  digest_update_int64(journal->digest, record, (size_t)words);
  journal->bytes += words * 8;
  return take_record(a, record);
}

static bool read_all(struct journal *journal, const struct journal_mark *mark, struct accumulator *a) {
  char digest[DIGEST_TEXT_SIZE];
  while (journal->bytes < mark->bytes)
    if (!read_record(journal, mark, a)) return false;
  digest_final_hex(journal->digest, digest);
  return journal->bytes == mark->bytes && (mark->bytes == 0 || strcmp(digest, mark->digest) == 0);
}

/* ---- life -------------------------------------------------------------------------------------------------------------------- */

static ls_status open_file(ls_context *context, struct journal *journal, const struct journal_mark *mark,
                           struct accumulator *accumulator) {
  const int create = mark->bytes > 0 ? 0 : O_CREAT;
  journal->descriptor = open(journal->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0666);
  if (journal->descriptor < 0 && errno == ENOENT && mark->bytes > 0)
    return context_fault(context, journal->path, 0, "is missing: the checkpoint counts on it");
  if (journal->descriptor < 0) return file_output_error(context, journal->path, errno);
  if (!read_all(journal, mark, accumulator))
    return context_fault(context, journal->path, 0, "is damaged: it is not what the checkpoint counts on");
  if (ftruncate(journal->descriptor, mark->bytes) != 0) return file_output_error(context, journal->path, errno);
  return LS_STATUS_OK;
}

ls_status journal_open(ls_context *context, const char *path, const struct journal_mark *mark,
                       struct accumulator *accumulator, struct journal **out) {
  struct journal *journal = context_allocate(context, 1, sizeof *journal);
  if (journal == NULL) return LS_STATUS_OUT_OF_MEMORY;
  journal->allocator = context_allocator(context);
  journal->descriptor = -1;
  journal->path = context_copy_text(context, path);
  journal->record = context_allocate(context, (size_t)record_words(RECORD_SCENARIOS), sizeof *journal->record);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  if (journal->path != NULL && journal->record != NULL) status = digest_create(context, &journal->digest);
  if (status == LS_STATUS_OK) status = open_file(context, journal, mark, accumulator);
  if (status != LS_STATUS_OK) {
    journal_close(&journal);
    return status;
  }
  *out = journal;
  return LS_STATUS_OK;
}

void journal_close(struct journal **handle) {
  if (handle == NULL || *handle == NULL) return;
  struct journal *journal = *handle;
  const struct allocator allocator = journal->allocator;
  if (journal->descriptor >= 0) (void)close(journal->descriptor);
  digest_destroy(&journal->digest);
  allocator_release(&allocator, journal->record);
  allocator_release(&allocator, journal->path);
  allocator_release(&allocator, journal);
  *handle = NULL;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

static ls_status write_record(ls_context *context, struct journal *journal, int64_t words) {
  const char *from = (const char *)journal->record;
  for (int64_t done = 0; done < words * 8;) {
    ssize_t written = pwrite(journal->descriptor, from + done, (size_t)(words * 8 - done), journal->bytes + done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return file_output_error(context, journal->path, written < 0 ? errno : EIO);
    done += written;
  }
  digest_update_int64(journal->digest, journal->record, (size_t)words);
  journal->bytes += words * 8;
  return LS_STATUS_OK;
}

ls_status journal_append(ls_context *context, struct journal *journal, const struct accumulator *accumulator,
                         int64_t first, int64_t count) {
  ls_status status = LS_STATUS_OK;
  for (const int64_t end = first + count; first < end && status == LS_STATUS_OK; first += RECORD_SCENARIOS) {
    const int64_t size = end - first < RECORD_SCENARIOS ? end - first : RECORD_SCENARIOS;
    fill_record(accumulator, first, size, journal->record);
    status = write_record(context, journal, record_words(size));
  }
  return status;
}

ls_status journal_sync(ls_context *context, struct journal *journal, struct journal_mark *mark) {
  if (fdatasync(journal->descriptor) != 0) return file_output_error(context, journal->path, errno);
  mark->bytes = journal->bytes;
  digest_final_hex(journal->digest, mark->digest);
  return LS_STATUS_OK;
}
