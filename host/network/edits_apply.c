/* edits_apply.c - makes the edits of a case on a copy of a network.
 *
 * In a network whose tables a ledger made, edits of the ledger's own tables come first; then it is applied again; then come
 * edits of what it makes, which it would otherwise undo.
 */
#include "io/nearest.h"
#include "io/number.h"
#include "network/edits.h"
#include "network/redraw.h"
#include "network/schema.h"
#include "network/table.h"

#include <math.h>
#include <string.h>

struct editing {
  ls_context *context;
  const struct edit_file *file;
  ls_network *network; /* the copy */
  int64_t changes;
};

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static ls_status fail_unusable(const struct editing *e, int64_t line, const char *what, const char *name) {
  return context_fail(e->context, LS_STATUS_UNUSABLE, "%s:%lld: %s %s", e->file->name, (long long)line, what, name);
}

/* A fault, with the column that was probably meant, unless the table has it or may have it. */
static bool know_column(const struct editing *e, enum table_id id, const char *column, int64_t line) {
  const struct table_schema *schema = schema_table(id);
  const char *names[64] = {0};
  if (schema_column(id, column) != NULL || network_column(e->network, id, column) != NULL) return true;
  for (int32_t c = 0; c < schema->column_count && c < 63; c++) names[c] = schema->column[c].name;
  const char *nearest = nearest_word(column, names);
  context_fault(e->context, e->file->name, line, "%s has no column '%s'%s%s%s", schema->file, column,
                nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
  return false;
}

static bool is_number_column(const struct editing *e, enum table_id id, const char *name) {
  const struct table_column *column = network_column(e->network, id, name);
  const struct column_schema *schema = schema_column(id, name);
  if (column != NULL) return column->number != NULL;
  return schema != NULL && !schema_is_text(schema);
}

/* What a number column says in a row, its default where it says nothing. */
static double number_at(const struct editing *e, enum table_id id, const char *column, int64_t row) {
  const struct column_schema *schema = schema_column(id, column);
  return network_number(e->network, id, column, row, schema != NULL ? schema->otherwise : NAN);
}

static bool read_number(const struct editing *e, const struct yaml_node *node, const char *what, double *value) {
  const enum number_fault fault = number_parse(node->text, value);
  if (fault == NUMBER_FINE) return true;
  context_fault(e->context, e->file->name, node->line, "%s is '%s', %s", what, node->text, number_rule(fault));
  return false;
}

/* Drops the marks of rows in which a column says something else. */
static bool narrow(const struct editing *e, enum table_id id, const struct yaml_node *key,
                   const struct yaml_node *value, bool *mark) {
  const int64_t rows = e->network->table[id].row_count;
  const bool is_number = is_number_column(e, id, key->text);
  double wanted = 0;
  if (!know_column(e, id, key->text, key->line)) return false;
  if (is_number && !read_number(e, value, key->text, &wanted)) return false;
  for (int64_t row = 0; row < rows; row++)
    mark[row] = mark[row] && (is_number ? number_at(e, id, key->text, row) == wanted
                                        : strcmp(network_text(e->network, id, key->text, row), value->text) == 0);
  return true;
}

/* Marks the rows that an edit means; *found: how many. */
static ls_status mark_rows(const struct editing *e, const struct edit *edit, bool **mark, int64_t *found) {
  const struct table_schema *schema = schema_table(edit->table);
  const int64_t rows = e->network->table[edit->table].row_count;
  if (!e->network->table[edit->table].present)
    return fail_unusable(e, edit->line, "the network has no table", schema->file);
  bool *fresh = context_allocate(e->context, (size_t)rows, sizeof *fresh);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  memset(fresh, 1, (size_t)rows * sizeof *fresh);
  *found = 0;
  bool known = true;
  for (int64_t k = 0; k < edit->where->count; k++)
    known = narrow(e, edit->table, edit->where->key[k], edit->where->item[k], fresh) && known;
  for (int64_t row = 0; row < rows; row++) *found += fresh[row];
  if (known && *found > 0) {
    *mark = fresh;
    return LS_STATUS_OK;
  }
  context_release(e->context, fresh);
  return known ? fail_unusable(e, edit->line, "no row is as 'where' says in", schema->file) : LS_STATUS_INVALID_INPUT;
}

/* ---- edits ------------------------------------------------------------------------------------------------------- */

/* Scenarios draw for entities and assets by their numbers. */
static bool keeps_rows(const struct editing *e, const struct edit *edit) {
  if (edit->table != TABLE_ENTITIES && edit->table != TABLE_ASSETS) return true;
  context_fault(e->context, e->file->name, edit->line,
                "rows of %s can neither be removed nor inserted: both networks must have the same %s; set amounts to 0",
                schema_table(edit->table)->file, schema_table(edit->table)->name);
  return false;
}

/* A deal that is gone needs no word of the model's on it. */
static void forget_unmodelled(struct editing *e, const bool *drop) {
  ls_network *network = e->network;
  for (int64_t row = 0; row < network->table[TABLE_DEALS].row_count; row++)
    for (int32_t i = 0; i < network->unmodelled_count && drop[row];) {
      if (strcmp(network->unmodelled[i], network_text(network, TABLE_DEALS, "id", row)) != 0) {
        i++;
        continue;
      }
      allocator_release(&network->allocator, network->unmodelled[i]);
      network->unmodelled[i] = network->unmodelled[--network->unmodelled_count];
    }
}

static ls_status remove_rows(struct editing *e, const struct edit *edit) {
  bool *mark = NULL;
  int64_t found = 0;
  if (!keeps_rows(e, edit)) return LS_STATUS_INVALID_INPUT;
  ls_status status = mark_rows(e, edit, &mark, &found);
  if (status != LS_STATUS_OK) return status;
  if (edit->table == TABLE_DEALS) forget_unmodelled(e, mark);
  table_drop_rows(e->context, &e->network->table[edit->table], mark);
  e->changes += found;
  context_release(e->context, mark);
  return LS_STATUS_OK;
}

/* Which row an entry of a changed table is, for messages: its own words, or the pair's. */
static const char *row_name(const struct editing *e, enum table_id id, int64_t row) {
  const struct table_schema *schema = schema_table(id);
  return network_text(e->network, id, schema->column[0].name, row);
}

static ls_status change_number(struct editing *e, const struct edit *edit, int64_t row, double value) {
  const double before = number_at(e, edit->table, edit->column, row);
  double *cell = (double *)network_numbers(e->network, edit->table, edit->column) + row;
  if (edit->kind != EDIT_SET && isnan(before)) {
    return context_fault(e->context, e->file->name, edit->line,
                         "%s of '%s' in %s is not given, must be set before it can be raised or scaled", edit->column,
                         row_name(e, edit->table, row), schema_table(edit->table)->file);
  }
  const double after = edit->kind == EDIT_SET ? value : edit->kind == EDIT_ADD ? before + value : before * value;
  e->changes += after != before;
  *cell = after;
  return LS_STATUS_OK;
}

static ls_status change_text(struct editing *e, const struct edit *edit, int64_t row) {
  const struct table_column *column = network_column(e->network, edit->table, edit->column);
  e->changes += strcmp(column->text[row], edit->value->text) != 0;
  return table_text_set(e->context, (struct table_column *)column, row, edit->value->text);
}

static bool is_key(const struct table_schema *schema, const char *column) {
  bool key = schema_is_pair_key(schema->id, column);
  for (int k = 0; k < 3 && schema->key[k] != NULL; k++) key = key || strcmp(schema->key[k], column) == 0;
  return key;
}

/* May the column be changed in the way that is asked for? */
static bool check_column(const struct editing *e, const struct edit *edit, double *value) {
  const struct table_schema *schema = schema_table(edit->table);
  const bool is_number = is_number_column(e, edit->table, edit->column);
  if (!know_column(e, edit->table, edit->column, edit->line)) return false;
  if (is_key(schema, edit->column)) {
    context_fault(e->context, e->file->name, edit->line, "%s names the rows of %s and cannot be changed", edit->column,
                  schema->file);
    return false;
  }
  if (edit->value == NULL) return true;
  if (is_number) return read_number(e, edit->value, edit->column, value);
  if (edit->kind == EDIT_SET) return true;
  context_fault(e->context, e->file->name, edit->line, "%s is a text, must be set, not raised or scaled", edit->column);
  return false;
}

static ls_status change_cells(struct editing *e, const struct edit *edit) {
  bool *mark = NULL;
  int64_t found = 0;
  double value = 0;
  if (!check_column(e, edit, &value)) return LS_STATUS_INVALID_INPUT;
  const bool is_number = is_number_column(e, edit->table, edit->column);
  ls_status status = mark_rows(e, edit, &mark, &found);
  if (status == LS_STATUS_OK &&
      table_column_open(e->context, e->network, edit->table, edit->column, !is_number) == NULL)
    status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < e->network->table[edit->table].row_count && status == LS_STATUS_OK; row++)
    if (mark[row]) status = is_number ? change_number(e, edit, row, value) : change_text(e, edit, row);
  context_release(e->context, mark);
  return status;
}

/* ---- a row more -------------------------------------------------------------------------------------------------- */

/* The number of what a key column of a pair table names; ENTITY_NONE with a fault. */
static int32_t find_end(const struct editing *e, const struct edit *edit, const struct column_schema *key) {
  const struct yaml_node *node = yaml_find(edit->cells, key->name);
  const bool is_asset = key->kind == COLUMN_ASSET;
  if (node == NULL) return ENTITY_NONE; /* told as missing */
  const int32_t number =
      is_asset ? network_find_asset(e->network, node->text) : network_find_entity(e->network, node->text);
  if (number == ENTITY_NONE || (number == ENTITY_WORLD && !key->world_allowed)) {
    context_fault(e->context, e->file->name, node->line, "%s '%s' is not in %s", key->name, node->text,
                  table_file(e->network, is_asset ? TABLE_ASSETS : TABLE_ENTITIES));
    return ENTITY_NONE;
  }
  return number;
}

static ls_status check_cells(const struct editing *e, const struct edit *edit) {
  const struct table_schema *schema = schema_table(edit->table);
  const int64_t faults = context_fault_count(e->context);
  for (int64_t k = 0; k < edit->cells->count; k++)
    (void)know_column(e, edit->table, edit->cells->key[k]->text, edit->cells->key[k]->line);
  for (int32_t c = 0; c < schema->column_count; c++)
    if (schema->column[c].required && yaml_find(edit->cells, schema->column[c].name) == NULL)
      context_fault(e->context, e->file->name, edit->line, "column '%s' of %s is missing", schema->column[c].name,
                    schema->file);
  return context_fault_count(e->context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

static ls_status open_table(const struct editing *e, const struct table_schema *schema) {
  struct table *table = &e->network->table[schema->id];
  if (table->present) return LS_STATUS_OK;
  ls_status status = table_begin(e->context, table, 0);
  return status == LS_STATUS_OK && schema->pairing != PAIRING_NONE ? table_pairs_begin(e->context, table) : status;
}

static ls_status fill_cell(const struct editing *e, const struct edit *edit, int64_t k) {
  const char *name = edit->cells->key[k]->text;
  const struct yaml_node *value = edit->cells->item[k];
  struct table *table = &e->network->table[edit->table];
  if (schema_is_pair_key(edit->table, name)) return LS_STATUS_OK;
  const bool is_number = is_number_column(e, edit->table, name);
  double number = 0;
  if (is_number && !read_number(e, value, name, &number)) return LS_STATUS_INVALID_INPUT;
  struct table_column *column = table_column_open(e->context, e->network, edit->table, name, !is_number);
  if (column == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (!is_number) return table_text_set(e->context, column, table->row_count - 1, value->text);
  column->number[table->row_count - 1] = number;
  return LS_STATUS_OK;
}

/* What the columns say that the new row does not mention. */
static void fill_defaults(const struct editing *e, enum table_id id) {
  struct table *table = &e->network->table[id];
  for (int32_t c = 0; c < table->column_count; c++) {
    const struct column_schema *schema = schema_column(id, table->column[c].name);
    if (table->column[c].number != NULL && schema != NULL && !schema->blank_allowed)
      table->column[c].number[table->row_count - 1] = schema->otherwise;
  }
}

static ls_status insert_row(struct editing *e, const struct edit *edit) {
  const struct table_schema *schema = schema_table(edit->table);
  int32_t from = ENTITY_NONE, to = ENTITY_NONE;
  if (!keeps_rows(e, edit)) return LS_STATUS_INVALID_INPUT;
  ls_status status = check_cells(e, edit);
  if (status != LS_STATUS_OK) return status;
  if (schema->pairing != PAIRING_NONE) {
    from = find_end(e, edit, &schema->column[0]);
    to = find_end(e, edit, &schema->column[1]);
    if (from == ENTITY_NONE || to == ENTITY_NONE) return LS_STATUS_INVALID_INPUT;
  }
  status = open_table(e, schema);
  if (status == LS_STATUS_OK) status = table_row_add(e->context, &e->network->table[edit->table], from, to);
  if (status == LS_STATUS_OK) fill_defaults(e, edit->table);
  for (int64_t k = 0; k < edit->cells->count && status == LS_STATUS_OK; k++) status = fill_cell(e, edit, k);
  if (status == LS_STATUS_OK) status = table_resolve_pairs(e->context, e->network, edit->table);
  e->changes++;
  return status;
}

/* ---- all of a case ----------------------------------------------------------------------------------------------- */

static ls_status make_edit(struct editing *e, const struct edit *edit) {
  switch (edit->kind) {
    case EDIT_REMOVE:
      return remove_rows(e, edit);
    case EDIT_INSERT:
      return insert_row(e, edit);
    default:
      return change_cells(e, edit);
  }
}

/* The edits of what a ledger made, or all others; *made counts them. */
static ls_status make_edits(struct editing *e, const struct edit_case *edit_case, bool of_made,
                            const ls_network *before, int64_t *made) {
  ls_status status = LS_STATUS_OK;
  for (int32_t k = 0; k < edit_case->edit_count && status == LS_STATUS_OK; k++) {
    const struct edit *edit = &edit_case->edit[k];
    if (network_is_made(before, edit->table, edit->column) != of_made) continue;
    status = make_edit(e, edit);
    ++*made;
  }
  return status;
}

/* Deals that no table is made of are read by nobody. */
static void warn_idle(const struct editing *e, const struct edit_case *edit_case, const ls_network *network) {
  for (int32_t k = 0; k < edit_case->edit_count; k++) {
    const struct edit *edit = &edit_case->edit[k];
    if ((edit->table == TABLE_DEALS || edit->table == TABLE_ASSUMPTIONS) && !network_is_of_ledger(network))
      context_warn(e->context, e->file->name, edit->line,
                   "%s does not make the tables of this network: the edit changes nothing that a model reads",
                   schema_table(edit->table)->file);
  }
}

static ls_status edit_copy(struct editing *e, const struct edit_case *edit_case, const ls_network *network) {
  const int64_t faults = context_fault_count(e->context);
  const bool of_ledger = network_is_of_ledger(network);
  int64_t first = 0, then = 0;
  const int warnings = ls_context_warning_count(e->context);
  ls_status status = make_edits(e, edit_case, false, network, &first);
  if (status == LS_STATUS_OK && of_ledger && first > 0) status = network_remake(e->context, e->network);
  context_drop_warnings(e->context, warnings, false); /* of assumptions that now speak of nothing */
  if (status == LS_STATUS_OK && of_ledger) status = make_edits(e, edit_case, true, network, &then);
  if (status == LS_STATUS_OK) status = network_check_again(e->context, e->network);
  if (status == LS_STATUS_OK && context_fault_count(e->context) > faults) status = LS_STATUS_INVALID_INPUT;
  if (status == LS_STATUS_INVALID_INPUT)
    context_fault(e->context, e->file->name, edit_case->line, "case '%s' leaves what is said above", edit_case->name);
  if (status == LS_STATUS_OK) warn_idle(e, edit_case, network);
  return status;
}

ls_status edits_apply(ls_context *context, const struct edit_file *file, const struct edit_case *edit_case,
                      const ls_network *network, ls_network **edited, int64_t *changes) {
  struct editing e = {.context = context, .file = file};
  ls_status status = network_copy(context, network, &e.network);
  if (status == LS_STATUS_OK) status = edit_copy(&e, edit_case, network);
  if (status == LS_STATUS_OK) {
    *edited = e.network;
    *changes = e.changes;
  } else {
    network_destroy(&e.network);
  }
  return status;
}

/* ---- a search ---------------------------------------------------------------------------------------------------- */

ls_status edits_search_rows(ls_context *context, const struct edit_file *file, const ls_network *network, int64_t **row,
                            int32_t *count) {
  const struct edit *edit = &file->search.edit;
  struct editing e = {.context = context, .file = file, .network = (ls_network *)network};
  bool *mark = NULL;
  int64_t found = 0;
  double unused = 0;
  if (!check_column(&e, edit, &unused)) return LS_STATUS_INVALID_INPUT;
  if (!is_number_column(&e, edit->table, edit->column))
    return context_fault(context, file->name, edit->line, "%s is a text, must be an amount", edit->column);
  ls_status status = mark_rows(&e, edit, &mark, &found);
  if (status != LS_STATUS_OK) return status;
  int64_t *list = context_allocate(context, (size_t)found, sizeof *list);
  if (list != NULL) {
    *row = list;
    *count = (int32_t)found;
    for (int64_t k = 0; k < network->table[edit->table].row_count; k++)
      if (mark[k]) *list++ = k;
  }
  context_release(context, mark);
  return list != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

ls_status edits_search_add(ls_context *context, const struct edit_file *file, ls_network *network, int64_t row,
                           double amount) {
  struct editing e = {.context = context, .file = file, .network = network};
  const struct edit *edit = &file->search.edit;
  if (table_column_open(context, network, edit->table, edit->column, false) == NULL) return LS_STATUS_OUT_OF_MEMORY;
  return change_number(&e, edit, row, amount);
}
