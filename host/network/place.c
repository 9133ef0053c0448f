/* place.c - the words in which rows are named. */
#include "network/place.h"

#include "network/table.h"

#include <string.h>

ls_status place_begin(ls_context *context, const ls_network *network, enum table_id id, const char *path,
                      struct place *place) {
  const struct table_schema *schema = schema_table(id);
  char *own_file = path == NULL ? NULL : context_print(context, "%s:/%s", path, schema->name);
  if (path != NULL && own_file == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *place = (struct place){.context = context,
                          .network = network,
                          .table = &network->table[id],
                          .schema = schema,
                          .id = id,
                          .file = path == NULL ? table_file(network, id) : own_file,
                          .own_file = own_file,
                          .from_folder = path == NULL};
  return LS_STATUS_OK;
}

void place_end(struct place *place) {
  context_release(place->context, place->own_file);
  *place = (struct place){0};
}

int64_t place_line(const struct place *place, int64_t row) {
  return place->table->line == NULL ? 0 : place->table->line[row];
}

char *subject_print(ls_context *context, const struct table_schema *schema, const char *column, const char *first,
                    const char *second) {
  const char *first_name = schema->column[0].name;
  const bool is_holding = strcmp(first_name, "holder") == 0;
  if (schema->pairing != PAIRING_NONE)
    return context_print(context, is_holding ? "%s of '%s' in '%s'" : "%s from '%s' to '%s'", column, first, second);
  if (*first == '\0' || strcmp(first_name, column) == 0) return context_print(context, "%s", column);
  return context_print(context, "%s of '%s'", column, first);
}

char *place_subject(const struct place *place, const char *column, int64_t row) {
  const struct column_schema *name = place->schema->column;
  return subject_print(place->context, place->schema, column,
                       network_text(place->network, place->id, name[0].name, row),
                       network_text(place->network, place->id, name[1].name, row));
}

void place_fault(const struct place *place, const char *column, int64_t row, const char *value, const char *rule) {
  char *subject = place_subject(place, column, row);
  /* A fault counts even where memory for its words is out. */
  context_fault(place->context, place->file, place_line(place, row), "%s is %s, %s", subject != NULL ? subject : column,
                value, rule);
  context_release(place->context, subject);
}

void place_text_fault(const struct place *place, const char *column, int64_t row, const char *value, const char *rule) {
  context_fault(place->context, place->file, place_line(place, row), "%s '%s' %s", column, value, rule);
}
