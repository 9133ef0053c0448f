/* fuzz_hdf5.c - any bytes as an HDF5 file: a network, then results. HDF5 itself is in the reader's process (hdf5_reader.c) and may crash
 * there; this one believes nothing that it answers. Seeds are files without their seal, behind which a mutant would not get. */
#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loopstress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(ls_context *context, const char *path, bool network) {
  ls_network *read = NULL;
  ls_results *results = NULL;
  ls_status status = network ? ls_network_read(context, path, NULL, &read) : ls_results_read(context, path, &results);
  if (status != LS_STATUS_OK && ls_context_message_count(context) == 0) abort();
  ls_network_destroy(&read);
  ls_results_destroy(&results);
  ls_context_clear_messages(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int file = -1;
  char path[64];
  ls_context *context = NULL;
  if (file < 0) file = memfd_create("fuzz", MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size) abort();
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  read_as(context, path, true);
  read_as(context, path, false);
  ls_context_destroy(&context);
  return 0;
}
