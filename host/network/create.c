/* create.c - ls_network_create: tables in memory, laid down as cells for build.c, so that all checks of a folder apply.
 *
 * What no table of a folder holds comes as a table too: "loop" (one row, a column for each key of loop.yaml) and
 * "unmodelled" (a column `id`: the deals that network.yaml lists). They become these files' text for their readers.
 */
#include "io/csv_draft.h"
#include "io/encoding.h"
#include "io/json.h"
#include "io/nearest.h"
#include "io/number.h"
#include "network/build.h"
#include "network/metadata.h"
#include "network/read.h"
#include "network/schema.h"
#include "network/warnings.h"

#include <math.h>
#include <string.h>

/* Tables in place of keys of YAML files; their numbers follow those of the schema's tables. */
enum { TABLE_LOOP = TABLE_COUNT, TABLE_UNMODELLED, TABLES_KNOWN };

struct creation {
  ls_context *context;
  ls_network *network;
  const ls_table *table[TABLES_KNOWN]; /* NULL: not given */
};

static const char *known_name(int id) {
  if (id == TABLE_LOOP) return "loop";
  return id == TABLE_UNMODELLED ? "unmodelled" : schema_table((enum table_id)id)->name;
}

/* ---- use --------------------------------------------------------------------------------------------------------- */

static ls_status refuse_name(ls_context *context, const char *name) {
  const char *words[TABLES_KNOWN + 1] = {NULL};
  for (int id = 0; id < TABLES_KNOWN; id++) words[id] = known_name(id);
  const char *nearest = nearest_word(name, words);
  if (nearest == NULL)
    return context_fail(context, LS_STATUS_USAGE, "table '%.80s' is unknown, must be one of docs/file-formats.md",
                        name);
  return context_fail(context, LS_STATUS_USAGE, "table '%.80s' is unknown, did you mean '%s'?", name, nearest);
}

static ls_status check_column(ls_context *context, const ls_table *table, int c) {
  const ls_column *column = &table->column[c];
  if (column->name == NULL)
    return context_fail(context, LS_STATUS_USAGE, "table '%s': column %d has no name, must have one", table->name,
                        c + 1);
  if ((column->number != NULL) == (column->text != NULL))
    return context_fail(context, LS_STATUS_USAGE, "table '%s': column '%.80s' has %s, must have one of the two",
                        table->name, column->name,
                        column->number != NULL ? "numbers and texts" : "neither numbers nor texts");
  for (int64_t row = 0; row < table->rows && column->text != NULL; row++)
    if (column->text[row] == NULL)
      return context_fail(context, LS_STATUS_USAGE, "table '%s': text %lld of column '%.80s' is NULL, must be a text",
                          table->name, (long long)row + 1, column->name);
  return LS_STATUS_OK;
}

static ls_status check_table(ls_context *context, const ls_table *table) {
  if (table->rows < 0 || table->column_count < 1 || table->column == NULL)
    return context_fail(context, LS_STATUS_USAGE,
                        "table '%s' has %lld rows and %d columns, must have 0 rows or more and 1 column or more",
                        table->name, (long long)table->rows, table->column == NULL ? 0 : table->column_count);
  ls_status status = LS_STATUS_OK;
  for (int c = 0; c < table->column_count && status == LS_STATUS_OK; c++) status = check_column(context, table, c);
  return status;
}

/* Faults of the caller's program, in contrast to those of the data. */
static ls_status take_table(struct creation *creation, const ls_table *table) {
  int id = 0;
  if (table->name == NULL)
    return context_fail(creation->context, LS_STATUS_USAGE, "a table has no name, must have one");
  while (id < TABLES_KNOWN && strcmp(table->name, known_name(id)) != 0) id++;
  if (id == TABLES_KNOWN) return refuse_name(creation->context, table->name);
  if (creation->table[id] != NULL)
    return context_fail(creation->context, LS_STATUS_USAGE, "table '%s' is given twice, must be given once",
                        table->name);
  creation->table[id] = table;
  return check_table(creation->context, table);
}

static ls_status take_tables(struct creation *creation, const ls_table *tables, int count) {
  if (count < 0 || (count > 0 && tables == NULL))
    return context_fail(creation->context, LS_STATUS_USAGE, "%d tables%s, must be 0 or more", count,
                        tables == NULL ? " at NULL" : "");
  ls_status status = LS_STATUS_OK;
  for (int t = 0; t < count && status == LS_STATUS_OK; t++) status = take_table(creation, &tables[t]);
  return status;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

/* As for files: UTF-8, and no control characters but tabs and line ends. */
static bool is_fine(const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  for (size_t left = strlen(text); left > 0;) {
    const size_t length = encoding_character_length(at, left);
    if (length == 0 || (*at < 0x20u && strchr("\t\n\r", *at) == NULL) || *at == 0x7Fu) return false;
    at += length;
    left -= length;
  }
  return true;
}

/* No message repeats the bytes that are at fault. */
static bool check_text(ls_context *context, const char *file, int64_t line, int column, const char *text) {
  if (is_fine(text)) return true;
  context_fault(context, file, line,
                "the text in column %d is not UTF-8 or has control characters, must be UTF-8 without", column + 1);
  return false;
}

static bool check_header(const struct creation *creation, const ls_table *table, const char *file) {
  bool fine = true;
  for (int c = 0; c < table->column_count; c++) {
    const char *name = table->column[c].name;
    fine = check_text(creation->context, file, 1, c, name) && fine;
    if (*name == '\0') {
      context_fault(creation->context, file, 1, "column %d has no name", c + 1);
      fine = false;
    }
    for (int earlier = 0; earlier < c && *name != '\0'; earlier++) {
      if (strcmp(table->column[earlier].name, name) != 0) continue;
      context_fault(creation->context, file, 1, "column '%.80s' stands twice (columns %d and %d)", name, earlier + 1,
                    c + 1);
      fine = false;
    }
  }
  return fine;
}

/* Texts count as quoted: they stay texts whatever they look like. A text at fault is left blank, beside its message. */
static ls_status draft_cell(const struct creation *creation, const ls_table *table, const char *file, int64_t row,
                            int c, struct csv_draft *draft) {
  const ls_column *column = &table->column[c];
  const int64_t line = row + 2;
  char number[NUMBER_TEXT_SIZE] = "";
  if (column->text != NULL)
    return csv_draft_add(
        draft, check_text(creation->context, file, line, c, column->text[row]) ? column->text[row] : "", line, true);
  if (!isnan(column->number[row])) number_print(column->number[row], number);
  return csv_draft_add(draft, number, line, false);
}

static ls_status draft_rows(const struct creation *creation, const ls_table *table, const char *file,
                            struct csv_draft *draft) {
  ls_status status = LS_STATUS_OK;
  for (int64_t row = 0; row < table->rows && status == LS_STATUS_OK; row++)
    for (int c = 0; c < table->column_count && status == LS_STATUS_OK; c++)
      status = draft_cell(creation, table, file, row, c, draft);
  return status;
}

static ls_status begin_draft(const struct creation *creation, const ls_table *table, const char *file,
                             struct csv_draft *draft) {
  const char **name = context_allocate(creation->context, (size_t)table->column_count, sizeof *name);
  if (name == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int c = 0; c < table->column_count; c++) name[c] = table->column[c].name;
  const ls_status status = csv_draft_begin(creation->context, file, name, table->column_count, draft);
  context_release(creation->context, name);
  return status;
}

static ls_status cut_table(void *from, enum table_id id, struct csv **csv) {
  const struct creation *creation = from;
  const ls_table *table = creation->table[id];
  const char *file = schema_table(id)->file;
  struct csv_draft draft = {0};
  if (table == NULL) return LS_STATUS_OK;
  if (!check_header(creation, table, file)) return LS_STATUS_INVALID_INPUT;
  ls_status status = begin_draft(creation, table, file, &draft);
  if (status == LS_STATUS_OK) status = draft_rows(creation, table, file, &draft);
  if (status == LS_STATUS_OK) return csv_draft_finish(&draft, csv);
  csv_draft_release(&draft);
  return status;
}

/* ---- what a folder says in YAML ---------------------------------------------------------------------------------- */

typedef ls_status (*yaml_reader)(ls_context *context, ls_network *network, const char *data, size_t length);

/* JSON is YAML. Releases the writer. */
static ls_status read_written(struct creation *creation, struct json *json, yaml_reader reader) {
  ls_text *text = NULL;
  json_object_end(json);
  ls_status status = json_finish(json, &text);
  if (status == LS_STATUS_OK)
    status = reader(creation->context, creation->network, ls_text_data(text), ls_text_length(text));
  ls_text_destroy(&text);
  return status;
}

static void write_unmodelled(const struct creation *creation, struct json *json) {
  const ls_table *table = creation->table[TABLE_UNMODELLED];
  if (table == NULL) return;
  if (table->column_count != 1 || strcmp(table->column[0].name, "id") != 0 || table->column[0].text == NULL) {
    context_fault(creation->context, "unmodelled.csv", 1, "the table must have the one column 'id', of texts");
    return;
  }
  json_list_begin(json, "unmodelled");
  for (int64_t row = 0; row < table->rows; row++)
    if (check_text(creation->context, "unmodelled.csv", row + 2, 0, table->column[0].text[row]))
      json_text(json, NULL, table->column[0].text[row]);
  json_list_end(json);
}

static ls_status read_metadata(struct creation *creation, const ls_network_metadata *metadata) {
  static const ls_network_metadata NOTHING = {0};
  if (metadata == NULL) metadata = &NOTHING;
  const char *const key[] = {"name", "currency", "unit", "as_of"};
  const char *const text[] = {metadata->name != NULL && *metadata->name != '\0' ? metadata->name : "network",
                              metadata->currency, metadata->unit, metadata->as_of};
  struct json json = json_start(creation->context);
  json_object_begin(&json, NULL);
  for (int k = 0; k < 4; k++) {
    if (text[k] == NULL) continue;
    if (is_fine(text[k]))
      json_text(&json, key[k], text[k]);
    else
      context_fault(creation->context, "network.yaml", 0,
                    "%s is not UTF-8 or has control characters, must be UTF-8 without", key[k]);
  }
  write_unmodelled(creation, &json);
  return read_written(creation, &json, metadata_read_network);
}

/* A line above, so that messages name line 2 as for the first row of any table. Blank cells are keys not given. */
static ls_status read_loop(struct creation *creation) {
  const ls_table *table = creation->table[TABLE_LOOP];
  if (table == NULL || !check_header(creation, table, "loop.yaml")) return LS_STATUS_OK;
  if (table->rows != 1) {
    context_fault(creation->context, "loop.yaml", 0, "the table has %lld rows, must have 1", (long long)table->rows);
    return LS_STATUS_OK;
  }
  struct json json = json_start(creation->context);
  buffer_text(&json.buffer, "\n");
  json_object_begin(&json, NULL);
  for (int c = 0; c < table->column_count; c++) {
    const ls_column *column = &table->column[c];
    if (column->text != NULL && check_text(creation->context, "loop.yaml", 2, c, column->text[0]))
      json_text(&json, column->name, column->text[0]);
    else if (column->number != NULL && !isnan(column->number[0]))
      json_number(&json, column->name, column->number[0]);
  }
  return read_written(creation, &json, metadata_read_loop);
}

/* ---- the network ------------------------------------------------------------------------------------------------- */

static ls_status build(struct creation *creation, const ls_network_metadata *metadata, const ls_read_options *options) {
  ls_context *context = creation->context;
  const int64_t faults = context_fault_count(context);
  const int warnings = ls_context_warning_count(context);
  const struct table_source source = {creation, cut_table, options->sum_duplicates, "the tables", faults};
  ls_status status = read_metadata(creation, metadata);
  if (status == LS_STATUS_OK) status = read_loop(creation);
  if (status == LS_STATUS_OK) status = network_build(context, creation->network, &source);
  if (status == LS_STATUS_OK && context_fault_count(context) > faults) status = LS_STATUS_INVALID_INPUT;
  if (status == LS_STATUS_OK) status = network_warn(context, creation->network, NULL);
  if (status == LS_STATUS_OK && options->strict) status = network_refuse_warnings(context, "the tables", warnings);
  return status;
}

ls_status ls_network_create(ls_context *context, const ls_table *tables, int table_count,
                            const ls_network_metadata *metadata, const ls_read_options *options, ls_network **network) {
  static const ls_read_options DEFAULTS = {0};
  struct creation creation = {.context = context};
  ls_status status = take_tables(&creation, tables, table_count);
  if (status != LS_STATUS_OK) return status;
  creation.network = network_create(context);
  if (creation.network == NULL) return LS_STATUS_OUT_OF_MEMORY;
  status = build(&creation, metadata, options != NULL ? options : &DEFAULTS);
  if (status == LS_STATUS_OK)
    *network = creation.network;
  else
    network_destroy(&creation.network);
  return status;
}
