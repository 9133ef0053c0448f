/* validate.c - one table at a time: cells against their column's rule, keys that name rows, links between pairs. Rules
 * across tables are in across.c.
 */
#define _GNU_SOURCE
#include "network/validate.h"

#include "io/alike.h"
#include "io/date.h"
#include "io/encoding.h"
#include "io/nearest.h"
#include "io/number.h"
#include "network/place.h"
#include "network/schema.h"
#include "network/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ID_BYTES_MAX = 1024, RULE_SIZE = 96 };

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static void print_rule(const struct column_schema *column, char rule[RULE_SIZE]) {
  char low[NUMBER_TEXT_SIZE], high[NUMBER_TEXT_SIZE];
  number_print(column->minimum, low);
  number_print(column->maximum, high);
  if (column->maximum >= INT32_MAX)
    snprintf(rule, RULE_SIZE, "must be %s %s", column->above ? ">" : ">=", low);
  else if (column->kind == COLUMN_INTEGER)
    snprintf(rule, RULE_SIZE, "must be a whole number from %s to %s", low, high);
  else
    snprintf(rule, RULE_SIZE, "must be between %s and %s", low, high);
}

/* In a folder a cell that is NaN was blank or ill-written, and has been reported as such. */
static void check_number(const struct place *place, const struct column_schema *column, int64_t row, double value) {
  char rule[RULE_SIZE];
  if (isnan(value)) {
    if (place->from_folder || column->blank_allowed) return;
    place_fault(place, column->name, row, "missing", "must be a number");
    return;
  }
  const bool outside =
      value < column->minimum || value > column->maximum || (column->above && value == column->minimum);
  if (isinf(value))
    snprintf(rule, sizeof rule, "must be a finite number");
  else if (outside)
    print_rule(column, rule);
  else if (column->kind == COLUMN_INTEGER && (value != floor(value) || value > INT32_MAX))
    snprintf(rule, sizeof rule, value > INT32_MAX ? "must be <= 2147483647" : "must be a whole number");
  else
    return;
  char text[NUMBER_TEXT_SIZE];
  number_print(value, text);
  place_fault(place, column->name, row, text, rule);
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* The first byte that may not stand in a text (line ends and tabs may, unless it is an id), or NULL. */
static const char *find_unclean(const char *text, bool is_id) {
  const size_t length = strlen(text);
  for (size_t at = 0; at < length;) {
    const unsigned char byte = (unsigned char)text[at];
    const size_t size = encoding_character_length((const unsigned char *)text + at, length - at);
    const bool is_space = byte == '\t' || byte == '\n' || byte == '\r';
    if (size == 0 || byte == 0x7Fu || (byte < 0x20u && (is_id || !is_space))) return text + at;
    at += size;
  }
  return NULL;
}

static void check_id(const struct place *place, const struct column_schema *column, int64_t row, const char *id) {
  static const char *const RESERVED[] = {"sector:", "group:", NULL};
  const bool names_node = place->id == TABLE_ENTITIES || place->id == TABLE_ASSETS;
  if (strlen(id) > ID_BYTES_MAX) {
    context_fault(place->context, place->file, place_line(place, row),
                  "%s '%.40s...' has %zu bytes, must have at most %d", column->name, id, strlen(id), ID_BYTES_MAX);
    return;
  }
  if (!names_node) return;
  if (strcmp(id, "world") == 0) place_text_fault(place, column->name, row, id, "is reserved for the rest of the world");
  if (strcmp(id, "*") == 0 || strchr(id, '>') != NULL)
    place_text_fault(place, column->name, row, id, "must not be '*' nor contain '>' (scenarios give these a meaning)");
  for (const char *const *word = RESERVED; *word != NULL; word++)
    if (strncmp(id, *word, strlen(*word)) == 0)
      place_text_fault(place, column->name, row, id, "must not begin with 'sector:' or 'group:'");
}

static void check_choice(const struct place *place, const struct column_schema *column, int64_t row, const char *text) {
  char list[256] = "";
  size_t used = 0;
  for (const char *const *choice = column->choices; *choice != NULL; choice++) {
    if (strcmp(*choice, text) == 0) return;
    const int added = snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? ", " : "", *choice);
    if (added > 0 && used + (size_t)added < sizeof list) used += (size_t)added;
  }
  const char *nearest = nearest_word(text, column->choices);
  context_fault(place->context, place->file, place_line(place, row), "%s is '%s', must be one of %s%s%s%s",
                column->name, text, list, nearest != NULL ? " (did you mean '" : "", nearest != NULL ? nearest : "",
                nearest != NULL ? "'?)" : "");
}

static void check_entity_name(const struct place *place, const char *column, int64_t row, const char *id,
                              size_t length) {
  char name[ID_BYTES_MAX + 1];
  if (!place->network->table[TABLE_ENTITIES].present) return;
  if (length <= ID_BYTES_MAX) {
    memcpy(name, id, length);
    name[length] = '\0';
    if (network_find_entity(place->network, name) != ENTITY_NONE) return;
  }
  context_fault(place->context, place->file, place_line(place, row), "%s '%.*s' is not in %s", column, (int)length, id,
                table_file(place->network, TABLE_ENTITIES));
}

/* "group:a+b" leaves open who pays what, so that such a row cannot enter totals. */
static void check_party(const struct place *place, const struct column_schema *column, int64_t row, const char *text) {
  if (strncmp(text, "group:", 6) != 0) {
    check_entity_name(place, column->name, row, text, strlen(text));
    return;
  }
  if (network_number(place->network, place->id, "preferred", row, 1.0) != 0.0)
    place_text_fault(place, column->name, row, text, "must be one entity in a preferred row");
  for (const char *at = text + 6;;) {
    const size_t length = strcspn(at, "+");
    check_entity_name(place, column->name, row, at, length);
    if (at[length] == '\0') return;
    at += length + 1;
  }
}

static void check_target(const struct place *place, const struct column_schema *column, int64_t row, const char *text) {
  const char *arrow = strchr(text, '>');
  const char *variable = network_text(place->network, place->id, "variable", row);
  const bool is_gate = strcmp(variable, "gate") == 0;
  if (is_gate != (arrow != NULL)) {
    place_text_fault(place, column->name, row, text,
                     is_gate ? "must be investor>recipient for a gate"
                             : "must be one entity (only a gate has investor>recipient)");
    return;
  }
  if (arrow == NULL) {
    check_entity_name(place, column->name, row, text, strlen(text));
    if (strcmp(text, "world") == 0 && strcmp(variable, "purchase_scale") != 0)
      context_fault(place->context, place->file, place_line(place, row),
                    "%s of 'world' is given, must be purchase_scale or, as investor, gate", variable);
    return;
  }
  check_entity_name(place, column->name, row, text, (size_t)(arrow - text));
  check_entity_name(place, column->name, row, arrow + 1, strlen(arrow + 1));
}

/* An entity in a table without pairs; those of pair tables are resolved when the table is read. */
static void check_entity(const struct place *place, const struct column_schema *column, int64_t row, const char *text) {
  if (place->schema->pairing != PAIRING_NONE) return;
  if (!column->world_allowed && strcmp(text, "world") == 0)
    place_text_fault(place, column->name, row, text, "must be an entity");
  else
    check_entity_name(place, column->name, row, text, strlen(text));
}

static void check_text(const struct place *place, const struct column_schema *column, int64_t row, const char *text) {
  if (*text == '\0') {
    if (!column->blank_allowed) place_fault(place, column->name, row, "blank", "must be given");
    return;
  }
  const char *unclean = find_unclean(text, column->kind == COLUMN_ID);
  if (unclean != NULL) {
    context_fault(place->context, place->file, place_line(place, row),
                  "%s has the byte 0x%02X, must be UTF-8 text without control characters", column->name,
                  (unsigned)(unsigned char)*unclean);
    return;
  }
  if (column->kind == COLUMN_ID) check_id(place, column, row, text);
  if (column->kind == COLUMN_CHOICE) check_choice(place, column, row, text);
  if (column->kind == COLUMN_PARTY) check_party(place, column, row, text);
  if (column->kind == COLUMN_ENTITY) check_entity(place, column, row, text);
  if (column->kind == COLUMN_TARGET) check_target(place, column, row, text);
  if (column->kind == COLUMN_DATE && !date_is_valid(text))
    place_fault(place, column->name, row, text, "must be a date as 2026, 2026-04 or 2026-04-30");
}

static void check_column(const struct place *place, const struct column_schema *column) {
  const struct table_column *found = network_column(place->network, place->id, column->name);
  if (found == NULL) {
    if (column->required && !place->from_folder && !schema_is_pair_key(place->id, column->name))
      context_fault(place->context, place->file, 0, "column '%s' is missing", column->name);
    return;
  }
  if (schema_is_text(column) != (found->text != NULL)) {
    context_fault(place->context, place->file, 0, "column '%s' must hold %s", column->name,
                  schema_is_text(column) ? "texts" : "numbers");
    return;
  }
  for (int64_t row = 0; row < place->table->row_count; row++) {
    if (found->text != NULL)
      check_text(place, column, row, found->text[row]);
    else
      check_number(place, column, row, found->number[row]);
  }
}

/* ---- keys: no two rows may have the same name -------------------------------------------------------------------- */

struct row_key {
  const char *text[2];
  double number;
  int64_t row;
};

static int compare_texts(const struct row_key *a, const struct row_key *b) {
  const int first = strcmp(a->text[0], b->text[0]);
  if (first != 0) return first;
  const int second = strcmp(a->text[1], b->text[1]);
  return second != 0 ? second : (a->number > b->number) - (a->number < b->number);
}

static int compare_exactly(const void *left, const void *right) {
  const struct row_key *a = left, *b = right;
  const int order = compare_texts(a, b);
  return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static struct row_key make_key(const struct place *place, int64_t row) {
  const char *const *name = place->schema->key;
  struct row_key key = {{"", ""}, 0.0, row};
  for (int i = 0; i < 2 && name[i] != NULL; i++) key.text[i] = network_text(place->network, place->id, name[i], row);
  if (name[1] != NULL && name[2] != NULL) key.number = network_number(place->network, place->id, name[2], row, -1.0);
  return key;
}

static void tell_double(const struct place *place, const struct row_key *first, const struct row_key *again) {
  char number[NUMBER_TEXT_SIZE + 2] = "";
  const char *const *name = place->schema->key;
  if (name[1] != NULL && name[2] != NULL) number[0] = ' ', number_print(again->number, number + 1);
  const char *second = again->text[1];
  const long long line = place_line(place, first->row), row = line > 0 ? line : first->row + 1;
  context_fault(place->context, place->file, place_line(place, again->row),
                "%s '%s'%s%s%s%s stands twice (first in %s %lld)", name[0], again->text[0], *second != '\0' ? " '" : "",
                second, *second != '\0' ? "'" : "", number, line > 0 ? "line" : "row", row);
}

static void tell_alike(const struct place *place, int64_t earlier, int64_t later) {
  const char *column = place->schema->key[0];
  const char *first = network_text(place->network, place->id, column, earlier);
  const char *again = network_text(place->network, place->id, column, later);
  const long long line = place_line(place, earlier), row = line > 0 ? line : earlier + 1;
  if (strcmp(first, again) == 0) return; /* told as a double */
  context_fault(place->context, place->file, place_line(place, later), "id '%s' differs from '%s' (%s %lld) in %s only",
                again, first, line > 0 ? "line" : "row", row,
                strcasecmp(first, again) == 0 ? "case" : "blanks, case or the composition of letters");
}

/* Ids that differ in what the eye passes over: one is a slip. The keys' texts become those they are alike in. */
static ls_status check_alike(const struct place *place, struct row_key *key, int64_t count) {
  size_t room = 0;
  for (int64_t i = 0; i < count; i++) room += alike_room(strlen(key[i].text[0]));
  char *form = context_allocate(place->context, room, 1), *next = form;
  if (form == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < count; i++) {
    alike_form(key[i].text[0], next);
    key[i].text[0] = next;
    next += strlen(next) + 1;
  }
  qsort(key, (size_t)count, sizeof *key, compare_exactly);
  for (int64_t i = 1; i < count; i++)
    if (*key[i].text[0] != '\0' && strcmp(key[i - 1].text[0], key[i].text[0]) == 0)
      tell_alike(place, key[i - 1].row, key[i].row);
  context_release(place->context, form);
  return LS_STATUS_OK;
}

static ls_status check_keys(const struct place *place) {
  const int64_t count = place->table->row_count;
  struct row_key *key = context_allocate(place->context, (size_t)count, sizeof *key);
  if (key == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < count; row++) key[row] = make_key(place, row);
  qsort(key, (size_t)count, sizeof *key, compare_exactly);
  int64_t first = 0;
  for (int64_t i = 1; i < count; i++) {
    if (*key[i].text[0] == '\0' || compare_texts(&key[first], &key[i]) != 0)
      first = i;
    else
      tell_double(place, &key[first], &key[i]);
  }
  const bool has_ids = place->id == TABLE_ENTITIES || place->id == TABLE_ASSETS;
  const ls_status status = has_ids ? check_alike(place, key, count) : LS_STATUS_OK;
  context_release(place->context, key);
  return status;
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static void check_world(const struct place *place, int64_t row) {
  const struct column_schema *from = &place->schema->column[0], *to = &place->schema->column[1];
  const bool bad_from = place->table->from[row] == ENTITY_WORLD && !from->world_allowed;
  const bool bad_to = place->table->to[row] == ENTITY_WORLD && !to->world_allowed;
  if (bad_from || bad_to)
    context_fault(place->context, place->file, place_line(place, row), "%s is 'world', must be an entity",
                  bad_from ? from->name : to->name);
}

static void check_self_link(const struct place *place, int64_t row) {
  if (place->schema->pairing != PAIRING_ENTITIES || place->table->from[row] != place->table->to[row]) return;
  context_fault(place->context, place->file, place_line(place, row), "link from '%s' to itself, must be between two",
                network_entity_id(place->network, place->table->from[row]));
}

/* Rows of one pair are told apart by the key column, where the table has one: seniority or the id of a contract. */
static bool same_link(const struct place *place, int64_t a, int64_t b) {
  const struct table *table = place->table;
  if (table->from[a] != table->from[b] || table->to[a] != table->to[b]) return false;
  if (place->schema->key[0] == NULL) return true;
  return table_same_key(place->network, place->id, place->schema->key[0], a, b);
}

static void tell_double_link(const struct place *place, int64_t first, int64_t again) {
  const long long line = place_line(place, first);
  char *subject = place_subject(place, "link", again);
  context_fault(
      place->context, place->file, place_line(place, again), "%s stands twice (first in %s %lld), must stand once%s%s",
      subject != NULL ? subject : "link", line > 0 ? "line" : "row", line > 0 ? line : (long long)first + 1,
      place->schema->key[0] != NULL ? " per " : "", place->schema->key[0] != NULL ? place->schema->key[0] : "");
  context_release(place->context, subject);
}

static void check_links(const struct place *place) {
  const struct table *table = place->table;
  int64_t first = 0;
  for (int64_t row = 0; row < table->row_count; row++) {
    if (table->from[row] == ENTITY_NONE || table->to[row] == ENTITY_NONE) {
      first = row + 1;
      continue;
    }
    check_world(place, row);
    check_self_link(place, row);
    if (row > first && same_link(place, first, row))
      tell_double_link(place, first, row);
    else
      first = row;
  }
}

/* Both sides of a row in a table of two entities without pairs. */
static void check_not_self(const struct place *place, const char *one, const char *other, int64_t row) {
  const char *name = network_text(place->network, place->id, one, row);
  if (*name != '\0' && strcmp(name, network_text(place->network, place->id, other, row)) == 0)
    place_text_fault(place, one, row, name, "is also the other side, must be between two");
}

static void check_two_sides(const struct place *place) {
  const struct column_schema *column = place->schema->column;
  if (place->schema->column_count < 2 || column[0].kind != COLUMN_ENTITY || column[1].kind != COLUMN_ENTITY) return;
  for (int64_t row = 0; row < place->table->row_count; row++)
    check_not_self(place, column[0].name, column[1].name, row);
}

/* ---- deals: what two cells say together -------------------------------------------------------------------------- */

static void check_order(const struct place *place, const char *low, const char *high, int64_t row) {
  const double a = network_number(place->network, place->id, low, row, -INFINITY);
  const double b = network_number(place->network, place->id, high, row, INFINITY);
  char text[NUMBER_TEXT_SIZE], other[NUMBER_TEXT_SIZE], rule[RULE_SIZE];
  if (a <= b) return;
  number_print(a, text);
  number_print(b, other);
  snprintf(rule, sizeof rule, "must be <= %s, which is %s", high, other);
  place_fault(place, low, row, text, rule);
}

static void check_deals(const struct place *place) {
  for (int64_t row = 0; row < place->table->row_count; row++) {
    check_not_self(place, "from", "to", row);
    check_order(place, "amount_low", "amount_high", row);
    check_order(place, "gw_low", "gw_high", row);
  }
}

ls_status network_validate_table(ls_context *context, const ls_network *network, enum table_id id, const char *path) {
  if (!network->table[id].present) return LS_STATUS_OK;
  struct place place;
  ls_status status = place_begin(context, network, id, path, &place);
  if (status != LS_STATUS_OK) return status;
  for (int32_t i = 0; i < place.schema->column_count; i++) check_column(&place, &place.schema->column[i]);
  if (place.schema->pairing != PAIRING_NONE && place.table->from != NULL)
    check_links(&place);
  else if (place.schema->pairing == PAIRING_NONE)
    status = check_keys(&place);
  if (place.schema->pairing == PAIRING_NONE) check_two_sides(&place);
  if (id == TABLE_DEALS) check_deals(&place);
  for (int64_t row = 0; id == TABLE_ASSUMPTIONS && row < place.table->row_count; row++) {
    check_order(&place, "low", "value", row);
    check_order(&place, "value", "high", row);
  }
  place_end(&place);
  return status;
}

ls_status network_validate(ls_context *context, const ls_network *network, const char *path) {
  const int64_t faults = context_fault_count(context);
  ls_status status = LS_STATUS_OK;
  if (!network->table[TABLE_ENTITIES].present || network->table[TABLE_ENTITIES].row_count == 0)
    context_fault(context, path != NULL ? path : "entities.csv", 0, "no entities, must have at least one");
  for (int id = 0; id < TABLE_COUNT && status == LS_STATUS_OK; id++)
    status = network_validate_table(context, network, (enum table_id)id, path);
  if (status == LS_STATUS_OK) status = network_validate_across(context, network, path);
  if (status != LS_STATUS_OK) return status;
  return context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}
