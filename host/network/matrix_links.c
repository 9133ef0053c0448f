/* matrix_links.c - see matrix_links.h. */
#include "network/matrix_links.h"

#include "io/number.h"
#include "network/build.h"

#include <stdio.h>

/* "1".."n" are made up for a file that may claim any n: no more than a gigabyte of entities. */
enum { COUNT_WITHOUT_IDS_MAX = 10000000, ID_SIZE = 16 };

static ls_status read_entities(struct matrix_links *links) {
  struct import_source *source = links->source;
  char *name = NULL, *data = NULL;
  size_t length = 0;
  ls_status status = import_load(source, source->options->entities, &name, &data, &length);
  if (status == LS_STATUS_OK) status = csv_read(source->context, name, data, length, &links->entities);
  if (status == LS_STATUS_OK) {
    links->id_column = csv_find(links->entities, "id");
    if (links->id_column < 0)
      status = context_fault(source->context, name, links->entities->header[0].line, "column 'id' is missing");
  }
  context_release(source->context, data);
  context_release(source->context, name);
  return status;
}

ls_status matrix_links_begin(struct import_source *source, const char *name, struct matrix_links *links) {
  static const char *const BY_ROW[] = {"debtor", "creditor", "amount"}, *const BY_COLUMN[] = {"creditor", "debtor",
                                                                                              "amount"};
  *links = (struct matrix_links){.source = source, .name = name};
  ls_status status = csv_draft_begin(source->context, name,
                                     source->options->rows == LS_ROWS_CREDITOR ? BY_COLUMN : BY_ROW, 3, &links->draft);
  if (status == LS_STATUS_OK && source->options->entities != NULL) status = read_entities(links);
  return status;
}

static ls_status take_ids(struct matrix_links *links, int64_t count) {
  links->id = context_allocate(links->source->context, (size_t)count, sizeof *links->id);
  if (links->id == NULL) return LS_STATUS_OUT_OF_MEMORY;
  links->count = count;
  return LS_STATUS_OK;
}

/* Entities that are ids alone. */
static ls_status draft_entities(struct matrix_links *links, int64_t line) {
  static const char *const ID[] = {"id"};
  struct csv_draft draft;
  ls_status status = csv_draft_begin(links->source->context, links->name, ID, 1, &draft);
  for (int64_t i = 0; i < links->count && status == LS_STATUS_OK; i++)
    status = csv_draft_add(&draft, links->id[i], line, true);
  if (status == LS_STATUS_OK) return csv_draft_finish(&draft, &links->entities);
  csv_draft_release(&draft);
  return status;
}

static ls_status make_up_ids(struct matrix_links *links, int64_t count, int64_t line) {
  ls_context *context = links->source->context;
  if (count > COUNT_WITHOUT_IDS_MAX)
    return context_fault(context, links->name, line,
                         "%lld rows, must be at most %d where no file of entities gives their ids", (long long)count,
                         (int)COUNT_WITHOUT_IDS_MAX);
  ls_status status = take_ids(links, count);
  links->own_ids = context_allocate(context, (size_t)count, ID_SIZE);
  if (status != LS_STATUS_OK || links->own_ids == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < count; i++) {
    char *id = links->own_ids + i * ID_SIZE;
    (void)snprintf(id, ID_SIZE, "%d", (int)i + 1);
    links->id[i] = id;
  }
  return draft_entities(links, line);
}

ls_status matrix_links_number(struct matrix_links *links, int64_t count, int64_t line) {
  if (links->entities == NULL) return make_up_ids(links, count, line);
  if (links->entities->row_count != count)
    return context_fault(links->source->context, links->name, line,
                         "the matrix has %lld rows, must have %lld as %s has entities", (long long)count,
                         (long long)links->entities->row_count, links->entities->name);
  const ls_status status = take_ids(links, count);
  for (int64_t i = 0; i < count && status == LS_STATUS_OK; i++)
    links->id[i] = csv_at(links->entities, i, links->id_column)->text;
  return status;
}

ls_status matrix_links_name(struct matrix_links *links, const char *const *id, int64_t count, int64_t line) {
  const ls_status status = take_ids(links, count);
  for (int64_t i = 0; i < count && status == LS_STATUS_OK; i++) links->id[i] = id[i];
  return status == LS_STATUS_OK && links->entities == NULL ? draft_entities(links, line) : status;
}

ls_status matrix_links_cell(struct matrix_links *links, int64_t row, int64_t column, const char *text, int64_t line) {
  double value = 0.0;
  const char *row_id = links->id[row], *column_id = links->id[column];
  const enum number_fault fault = number_parse(text, &value);
  if (fault == NUMBER_BLANK || (fault == NUMBER_FINE && value == 0.0)) {
    links->empty_count++;
    return LS_STATUS_OK;
  }
  if (fault != NUMBER_FINE) {
    context_fault(links->source->context, links->name, line, "the cell of row '%s' and column '%s' is '%.80s', %s",
                  row_id, column_id, text, number_rule(fault));
    return LS_STATUS_OK;
  }
  links->link_count++;
  ls_status status = csv_draft_add(&links->draft, row_id, line, true);
  if (status == LS_STATUS_OK) status = csv_draft_add(&links->draft, column_id, line, true);
  return status == LS_STATUS_OK ? csv_draft_add(&links->draft, text, line, false) : status;
}

ls_status matrix_links_build(struct matrix_links *links) {
  struct import_source *source = links->source;
  struct csv *table[TABLE_COUNT] = {NULL};
  const struct table_source tables = {table, table_source_take, source->options->reading.sum_duplicates, "the source",
                                      source->faults};
  buffer_print(&source->report, "%s: a matrix of %lld rows, %lld links, %lld cells given as blank or 0\n", links->name,
               (long long)links->count, (long long)links->link_count, (long long)links->empty_count);
  ls_status status = csv_draft_finish(&links->draft, &table[TABLE_LIABILITIES]);
  table[TABLE_ENTITIES] = links->entities;
  links->entities = NULL;
  if (status == LS_STATUS_OK) status = network_build(source->context, source->network, &tables);
  for (int id = 0; id < TABLE_COUNT; id++) csv_destroy(&table[id]);
  return status;
}

void matrix_links_end(struct matrix_links *links) {
  ls_context *context = links->source->context;
  csv_draft_release(&links->draft);
  csv_destroy(&links->entities);
  context_release(context, links->id);
  context_release(context, links->own_ids);
}
