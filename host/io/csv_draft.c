/* csv_draft.c - see csv_draft.h. Texts move while the draft grows: cells know offsets until the end. */
#include "io/csv_draft.h"

#include <string.h>

ls_status csv_draft_begin(ls_context *context, const char *name, const char *const *column, int32_t column_count,
                          struct csv_draft *draft) {
  *draft = (struct csv_draft){.text = buffer_start(context), .column_count = column_count};
  draft->name = context_copy_text(context, name);
  ls_status status = draft->name == NULL ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
  for (int32_t i = 0; i < column_count && status == LS_STATUS_OK; i++)
    status = csv_draft_add(draft, column[i], 1, false);
  return status;
}

static ls_status grow(struct csv_draft *draft) {
  ls_context *context = draft->text.context;
  const size_t count = (size_t)draft->cell_count, room = count < 64 ? 64 : 2 * count;
  struct csv_cell *cell = context_grow(context, draft->cell, count, room, sizeof *cell);
  if (cell == NULL) return LS_STATUS_OUT_OF_MEMORY;
  draft->cell = cell;
  size_t *start = context_grow(context, draft->start, count, room, sizeof *start);
  if (start == NULL) return LS_STATUS_OUT_OF_MEMORY;
  draft->start = start;
  draft->cell_capacity = (int64_t)room;
  return LS_STATUS_OK;
}

ls_status csv_draft_add(struct csv_draft *draft, const char *text, int64_t line, bool quoted) {
  if (draft->cell_count == draft->cell_capacity) {
    const ls_status status = grow(draft);
    if (status != LS_STATUS_OK) return status;
  }
  draft->start[draft->cell_count] = draft->text.length;
  draft->cell[draft->cell_count++] = (struct csv_cell){.line = line, .quoted = quoted};
  buffer_add(&draft->text, text, strlen(text) + 1);
  return draft->text.failed ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
}

ls_status csv_draft_finish(struct csv_draft *draft, struct csv **csv) {
  ls_context *context = draft->text.context;
  struct csv *fresh = context_allocate(context, 1, sizeof *fresh);
  if (fresh == NULL) {
    csv_draft_release(draft);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int64_t i = 0; i < draft->cell_count; i++) draft->cell[i].text = draft->text.data + draft->start[i];
  *fresh = (struct csv){.allocator = context_allocator(context),
                        .name = draft->name,
                        .column_count = draft->column_count,
                        .header = draft->cell,
                        .row_count = draft->cell_count / draft->column_count - 1,
                        .cell = draft->cell + draft->column_count,
                        .text = draft->text.data,
                        .block = draft->cell};
  context_release(context, draft->start);
  *draft = (struct csv_draft){0};
  *csv = fresh;
  return LS_STATUS_OK;
}

void csv_draft_release(struct csv_draft *draft) {
  if (draft->text.context == NULL) return;
  ls_context *context = draft->text.context;
  context_release(context, draft->start);
  context_release(context, draft->cell);
  context_release(context, draft->name);
  buffer_release(&draft->text);
  *draft = (struct csv_draft){0};
}
