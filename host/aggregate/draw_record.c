/* draw_record.c - the draws of the assumptions as a run keeps them: life and copies. */
#include <string.h>

#include "aggregate/results.h"

bool results_are_of_ensemble(const ls_results *results) {
  return results->draws.count > 0 && results->draws.row_count == 0;
}

void draw_record_release(const struct allocator *allocator, struct draw_record *record) {
  allocator_release(allocator, record->row);
  allocator_release(allocator, record->value);
  for (int f = 0; f < DRAW_FIELD_COUNT; f++) allocator_release(allocator, record->field[f]);
  *record = (struct draw_record){0};
}

ls_status draw_record_create(ls_context *context, int32_t count, int32_t row_count, int32_t entity_count,
                             struct draw_record *record) {
  const size_t draws = (size_t)count, rows = (size_t)row_count, n = (size_t)entity_count;
  struct draw_record fresh = {.count = count, .row_count = row_count};
  fresh.row = context_allocate(context, rows, sizeof *fresh.row);
  fresh.value = context_allocate(context, draws * rows, sizeof *fresh.value);
  bool good = fresh.row != NULL && fresh.value != NULL;
  for (int f = 0; f < DRAW_FIELD_COUNT; f++) {
    fresh.field[f] = context_allocate(context, draws * n, sizeof *fresh.field[f]);
    good = good && fresh.field[f] != NULL;
  }
  if (!good) {
    const struct allocator allocator = context_allocator(context);
    draw_record_release(&allocator, &fresh);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  *record = fresh;
  return LS_STATUS_OK;
}

ls_status draw_record_copy(ls_context *context, const struct draw_record *record, int32_t entity_count,
                           struct draw_record *copy) {
  const size_t draws = (size_t)record->count, rows = (size_t)record->row_count, n = (size_t)entity_count;
  if (record->count == 0) return LS_STATUS_OK;
  ls_status status = draw_record_create(context, record->count, record->row_count, entity_count, copy);
  if (status != LS_STATUS_OK) return status;
  copy->redrawn = record->redrawn;
  memcpy(copy->row, record->row, rows * sizeof *copy->row);
  memcpy(copy->value, record->value, draws * rows * sizeof *copy->value);
  for (int f = 0; f < DRAW_FIELD_COUNT; f++)
    memcpy(copy->field[f], record->field[f], draws * n * sizeof *copy->field[f]);
  return LS_STATUS_OK;
}
