/* journal.c - see journal.h. */
#include "aggregate/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/scenario_record.h"
#include "io/file.h"

struct journal {
  struct allocator allocator;
  int descriptor;
  char *path;
  int64_t bytes;
  struct digest *digest; /* of all records so far */
  int64_t *record;       /* room for one */
};

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
  const int64_t left = mark->bytes - journal->bytes, head = RECORD_HEAD_WORDS * 8;
  int64_t *record = journal->record;
  if (left < head || !read_at(journal, journal->bytes, record, head)) return false;
  const int64_t words = record_words_of(record, a->shape.scenario_count);
  if (words == 0 || words * 8 > left || !read_at(journal, journal->bytes, record, words * 8)) return false;
  digest_update_int64(journal->digest, record, (size_t)words);
  journal->bytes += words * 8;
  if (!record_fits(a, record)) return false;
  record_take(a, record);
  return true;
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
    record_fill(accumulator, first, size, journal->record);
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
