/* fuzz_csv.c - any bytes as a CSV table: read or refused, and every cell that is there can be asked for. */
#include <stdlib.h>

#include "io/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ls_context *context = NULL;
  struct csv *csv = NULL;
  int64_t length = 0;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  if (csv_read(context, "table.csv", (const char *)data, size, &csv) == LS_STATUS_OK) {
    for (int64_t row = 0; row < csv->row_count; row++)
      for (int32_t column = 0; column < csv->column_count; column++) length += csv_at(csv, row, column)->text[0];
    if (csv->column_count > 0 && csv_find(csv, csv->header[0].text) != 0) abort();
  } else if (ls_context_message_count(context) == 0) {
    abort(); /* refused without a word */
  }
  csv_destroy(&csv);
  ls_context_destroy(&context);
  return length == INT64_MAX;
}
