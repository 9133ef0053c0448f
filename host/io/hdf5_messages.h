/* hdf5_messages.h - what hdf5_client.c and hdf5_reader.c say to each other; both are of one program on one machine. */
#ifndef LS_HOST_IO_HDF5_MESSAGES_H
#define LS_HOST_IO_HDF5_MESSAGES_H

#include "io/hdf5_private.h"

enum hdf5_question_kind {
  HDF5_HAS,
  HDF5_HAS_ATTRIBUTE,
  HDF5_GROUP_OPEN,
  HDF5_GROUP_CLOSE,
  HDF5_GET_INTEGER,
  HDF5_GET_NUMBER,
  HDF5_GET_INTEGERS,
  HDF5_GET_TEXTS,
  HDF5_COUNT,
  HDF5_READ_TEXTS,
  HDF5_READ_ARRAY /* and on, by enum hdf5_element */
};

/* The name follows. */
struct hdf5_question {
  int64_t kind, object, count, name_length;
};

/* First messages, each with its zero, then `bytes` bytes of `count` elements follow. */
struct hdf5_answer {
  int64_t status;
  int64_t number; /* an id, a count, a flag, an integer, or the bits of a number */
  int64_t count, bytes, message_bytes;
};

enum { HDF5_NAME_LONGEST = 4096 };

/* All of the bytes through a socket; false where the other end is gone or, waiting, `patience` milliseconds pass without any (-1:
 * for ever). */
bool hdf5_receive(int socket, void *target, size_t bytes, int patience);
bool hdf5_deliver(int socket, const void *source, size_t bytes);

/* Takes the head of an answer, and its messages into the context. */
ls_status hdf5_take_answer(struct hdf5_file *file, struct hdf5_answer *answer);

#endif
