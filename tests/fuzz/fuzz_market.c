/* fuzz_market.c - any bytes as a Matrix Market file. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loopstress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int file = -1;
  static char path[64];
  ls_context *context = NULL;
  ls_network *network = NULL;
  ls_text *report = NULL;
  if (file < 0) file = memfd_create("matrix", 0);
  if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size) abort();
  snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  ls_import_options options = ls_import_options_default();
  options.kind = LS_IMPORT_MATRIX_MARKET;
  if (ls_network_import(context, path, &options, &network, &report) != LS_STATUS_OK &&
      ls_context_message_count(context) == 0)
    abort();
  ls_text_destroy(&report);
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  return 0;
}
