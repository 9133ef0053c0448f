/* hdf5_client.c - the reading half of hdf5_file.h: asks the reader (hdf5_reader.c), and believes nothing that it answers. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/hdf5_messages.h"

enum { PATIENCE_MILLISECONDS = 300000, MESSAGES_BELIEVED = 1 << 16 };

const size_t HDF5_ELEMENT_SIZE[HDF5_ELEMENTS] = {[HDF5_NUMBER] = sizeof(double),
                                                 [HDF5_REAL] = sizeof(double),
                                                 [HDF5_INTEGER] = sizeof(int64_t),
                                                 [HDF5_INT32] = sizeof(int32_t),
                                                 [HDF5_FLAG] = sizeof(int8_t)};

/* ---- the reader's end -------------------------------------------------------------------------------------------------------- */

/* It is of no use any more; said once, however often it is asked. */
static ls_status give_up(struct hdf5_file *file, const char *reason) {
  if (file->reader > 0) {
    hdf5_reader_end(file);
    (void)context_fault(file->context, file->path, 0, "is damaged or hostile: %s", reason);
  }
  return LS_STATUS_INVALID_INPUT;
}

void hdf5_reader_end(struct hdf5_file *file) {
  if (file->reader <= 0) return;
  (void)close(file->reader_socket);
  (void)kill(file->reader, SIGKILL); /* it has nothing to put away */
  while (waitpid(file->reader, NULL, 0) < 0 && errno == EINTR) continue;
  file->reader = 0;
  file->reader_socket = -1;
}

static bool receive(const struct hdf5_file *file, void *target, size_t bytes) {
  return hdf5_receive(file->reader_socket, target, bytes, PATIENCE_MILLISECONDS);
}

/* ---- a question and its answer ------------------------------------------------------------------------------------------------- */

/* What the reader has to say of the file, line by line. */
static ls_status take_messages(struct hdf5_file *file, const struct hdf5_answer *answer) {
  char *text = context_allocate(file->context, (size_t)answer->message_bytes + 1, 1);
  if (text == NULL) return LS_STATUS_OUT_OF_MEMORY;
  bool received = receive(file, text, (size_t)answer->message_bytes);
  for (const char *at = text; received && at < text + answer->message_bytes; at += strlen(at) + 1)
    (void)context_fault(file->context, file->path, 0, "%s", at);
  context_release(file->context, text);
  return received ? LS_STATUS_OK : give_up(file, "reading it broke off");
}

/* The status that an answer stands for: the reader's memory is bounded by the size of the file. */
static ls_status status_of(struct hdf5_file *file, const struct hdf5_answer *answer) {
  if (answer->status == LS_STATUS_OK || answer->status == LS_STATUS_INVALID_INPUT) return (ls_status)answer->status;
  return give_up(file, "reading it takes more memory than a file of its size may");
}

ls_status hdf5_take_answer(struct hdf5_file *file, struct hdf5_answer *answer) {
  if (!receive(file, answer, sizeof *answer)) return give_up(file, "reading it broke off");
  if (answer->message_bytes < 0 || answer->message_bytes > MESSAGES_BELIEVED || answer->bytes < 0 || answer->count < 0)
    return give_up(file, "its reader went astray");
  ls_status status = answer->message_bytes > 0 ? take_messages(file, answer) : LS_STATUS_OK;
  return status == LS_STATUS_OK ? status_of(file, answer) : status;
}

static ls_status ask(struct hdf5_file *file, enum hdf5_question_kind kind, hdf5_id object, const char *name,
                     int64_t count, struct hdf5_answer *answer) {
  struct hdf5_question question = {
      .kind = kind, .object = object, .count = count, .name_length = (int64_t)strlen(name)};
  if (file->reader <= 0) return LS_STATUS_INVALID_INPUT;
  if (question.name_length > HDF5_NAME_LONGEST) return give_up(file, "it was asked for a name without end");
  if (!hdf5_deliver(file->reader_socket, &question, sizeof question) ||
      !hdf5_deliver(file->reader_socket, name, (size_t)question.name_length))
    return give_up(file, "reading it broke off");
  return hdf5_take_answer(file, answer);
}

/* The answer's bytes into fresh memory, with a zero behind them. */
static ls_status take_bytes(struct hdf5_file *file, const struct hdf5_answer *answer, void **value) {
  char *bytes = context_allocate(file->context, (size_t)answer->bytes + 1, 1);
  if (bytes == NULL) {
    hdf5_reader_end(file); /* what it still wants to say has nowhere to go */
    return LS_STATUS_OUT_OF_MEMORY;
  }
  if (receive(file, bytes, (size_t)answer->bytes)) {
    *value = bytes;
    return LS_STATUS_OK;
  }
  context_release(file->context, bytes);
  return give_up(file, "reading it broke off");
}

/* `count` texts, each with its zero. */
static ls_status take_texts(struct hdf5_file *file, const struct hdf5_answer *answer, int64_t count, char ***text) {
  void *bytes = NULL;
  if (count > answer->bytes) return give_up(file, "its reader went astray");
  ls_status status = take_bytes(file, answer, &bytes);
  if (status != LS_STATUS_OK) return status;
  char **read = context_allocate(file->context, (size_t)count, sizeof *read);
  const char *at = bytes, *end = at + answer->bytes;
  if (read == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < count && status == LS_STATUS_OK; k++) {
    if (at >= end) {
      status = give_up(file, "its reader went astray");
    } else {
      read[k] = context_copy_text(file->context, at);
      if (read[k] == NULL) status = LS_STATUS_OUT_OF_MEMORY;
      at += strlen(at) + 1;
    }
  }
  context_release(file->context, bytes);
  if (status != LS_STATUS_OK) {
    hdf5_texts_release(file->context, read, count);
    return status;
  }
  *text = read;
  return LS_STATUS_OK;
}

/* ---- what readers of this project's files ask ----------------------------------------------------------------------------------- */

bool hdf5_has(struct hdf5_file *file, hdf5_id parent, const char *name) {
  struct hdf5_answer answer;
  return ask(file, HDF5_HAS, parent, name, 0, &answer) == LS_STATUS_OK && answer.number != 0;
}

bool hdf5_has_attribute(struct hdf5_file *file, hdf5_id object, const char *name) {
  struct hdf5_answer answer;
  return ask(file, HDF5_HAS_ATTRIBUTE, object, name, 0, &answer) == LS_STATUS_OK && answer.number != 0;
}

ls_status hdf5_group_open(struct hdf5_file *file, hdf5_id parent, const char *name, hdf5_id *group) {
  struct hdf5_answer answer;
  ls_status status = ask(file, HDF5_GROUP_OPEN, parent, name, 0, &answer);
  if (status == LS_STATUS_OK) *group = answer.number;
  return status;
}

void hdf5_ask_group_close(struct hdf5_file *file, hdf5_id group) {
  struct hdf5_answer answer;
  (void)ask(file, HDF5_GROUP_CLOSE, group, "", 0, &answer);
}

ls_status hdf5_get_integer(struct hdf5_file *file, hdf5_id object, const char *name, int64_t *value) {
  struct hdf5_answer answer;
  ls_status status = ask(file, HDF5_GET_INTEGER, object, name, 0, &answer);
  if (status == LS_STATUS_OK) *value = answer.number;
  return status;
}

ls_status hdf5_get_number(struct hdf5_file *file, hdf5_id object, const char *name, double *value) {
  struct hdf5_answer answer;
  ls_status status = ask(file, HDF5_GET_NUMBER, object, name, 0, &answer);
  if (status == LS_STATUS_OK) memcpy(value, &answer.number, sizeof *value);
  return status;
}

ls_status hdf5_get_integers(struct hdf5_file *file, hdf5_id object, const char *name, int64_t **value, int64_t *count) {
  struct hdf5_answer answer;
  void *bytes = NULL;
  ls_status status = ask(file, HDF5_GET_INTEGERS, object, name, 0, &answer);
  if (status == LS_STATUS_OK && answer.bytes / (int64_t)sizeof **value != answer.count)
    status = give_up(file, "its reader went astray");
  if (status == LS_STATUS_OK) status = take_bytes(file, &answer, &bytes);
  if (status != LS_STATUS_OK) return status;
  *value = bytes;
  *count = answer.count;
  return LS_STATUS_OK;
}

ls_status hdf5_get_texts(struct hdf5_file *file, hdf5_id object, const char *name, char ***text, int64_t *count) {
  struct hdf5_answer answer;
  ls_status status = ask(file, HDF5_GET_TEXTS, object, name, 0, &answer);
  if (status == LS_STATUS_OK) status = take_texts(file, &answer, answer.count, text);
  if (status == LS_STATUS_OK) *count = answer.count;
  return status;
}

ls_status hdf5_get_text(struct hdf5_file *file, hdf5_id object, const char *name, char **text) {
  char **read = NULL;
  int64_t count = 0;
  ls_status status = hdf5_get_texts(file, object, name, &read, &count);
  if (status != LS_STATUS_OK) return status;
  if (count != 1) {
    hdf5_texts_release(file->context, read, count);
    return context_fault(file->context, file->path, 0, "'%s' (an attribute) must be one text", name);
  }
  *text = read[0];
  context_release(file->context, read);
  return LS_STATUS_OK;
}

int64_t hdf5_most_numbers(const struct hdf5_file *file) {
  return file->length * HDF5_INFLATION_LIMIT / (int64_t)sizeof(double);
}

ls_status hdf5_count(struct hdf5_file *file, hdf5_id group, const char *name, int64_t *count) {
  struct hdf5_answer answer;
  ls_status status = ask(file, HDF5_COUNT, group, name, 0, &answer);
  if (status == LS_STATUS_OK) *count = answer.number;
  return status;
}

static ls_status read_array(struct hdf5_file *file, hdf5_id group, const char *name, enum hdf5_element element,
                            int64_t count, void **value) {
  struct hdf5_answer answer;
  ls_status status = ask(file, (enum hdf5_question_kind)(HDF5_READ_ARRAY + (int)element), group, name, count, &answer);
  if (status != LS_STATUS_OK) return status;
  if (answer.count != count || answer.bytes / (int64_t)HDF5_ELEMENT_SIZE[element] != count)
    return give_up(file, "its reader went astray");
  return take_bytes(file, &answer, value);
}

ls_status hdf5_read_numbers(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, double **value) {
  return read_array(file, group, name, HDF5_NUMBER, count, (void **)value);
}

ls_status hdf5_read_reals(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, double **value) {
  return read_array(file, group, name, HDF5_REAL, count, (void **)value);
}

ls_status hdf5_read_integers(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, int64_t **value) {
  return read_array(file, group, name, HDF5_INTEGER, count, (void **)value);
}

ls_status hdf5_read_int32(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, int32_t **value) {
  return read_array(file, group, name, HDF5_INT32, count, (void **)value);
}

ls_status hdf5_read_flags(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, int8_t **value) {
  return read_array(file, group, name, HDF5_FLAG, count, (void **)value);
}

ls_status hdf5_read_texts(struct hdf5_file *file, hdf5_id group, const char *name, int64_t count, char ***text) {
  struct hdf5_answer answer;
  ls_status status = ask(file, HDF5_READ_TEXTS, group, name, count, &answer);
  if (status == LS_STATUS_OK && answer.count != count) status = give_up(file, "its reader went astray");
  return status == LS_STATUS_OK ? take_texts(file, &answer, count, text) : status;
}

void hdf5_texts_release(ls_context *context, char **text, int64_t count) {
  if (text == NULL) return;
  for (int64_t k = 0; k < count; k++) context_release(context, text[k]);
  context_release(context, text);
}
