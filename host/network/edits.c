/* edits.c - reading edits of a network from YAML; edits_apply.c makes them. */
#include "network/edits.h"

#include "io/read_file.h"
#include "network/schema.h"

#include <math.h>
#include <string.h>

static const char *const CASE_KEYS[] = {"name", "edits", "settings", NULL};

/* ---- one edit ---------------------------------------------------------------------------------------------------- */

static bool find_table(ls_context *context, const struct yaml_node *record, enum table_id *table) {
  const struct yaml_node *node = yaml_require(context, record, "table", NODE_SCALAR);
  const char *names[TABLE_COUNT + 1] = {0};
  for (int id = 0; id < TABLE_COUNT; id++) names[id] = schema_table((enum table_id)id)->name;
  if (node == NULL) return false;
  const int64_t faults = context_fault_count(context);
  *table = (enum table_id)yaml_choice(context, record, "table", names, 0);
  return context_fault_count(context) == faults;
}

/* A mapping of columns to single values. */
static const struct yaml_node *read_cells(ls_context *context, const struct yaml_node *record, const char *key) {
  const struct yaml_node *cells = yaml_require(context, record, key, NODE_MAPPING);
  for (int64_t i = 0; cells != NULL && i < cells->count; i++)
    if (cells->item[i]->kind != NODE_SCALAR) {
      context_fault(context, cells->file, cells->item[i]->line, "%s of '%s' must be one value", key,
                    cells->key[i]->text);
      return NULL;
    }
  return cells;
}

static void read_change(ls_context *context, const struct yaml_node *record, struct edit *edit) {
  static const char *const KEY[] = {"set", "add", "scale"};
  static const enum edit_kind KIND[] = {EDIT_SET, EDIT_ADD, EDIT_SCALE};
  const struct yaml_node *column = yaml_require(context, record, "column", NODE_SCALAR);
  int given = 0;
  for (int k = 0; k < 3; k++) {
    const struct yaml_node *value = yaml_find_kind(context, record, KEY[k], NODE_SCALAR);
    if (value == NULL) continue;
    given++;
    edit->kind = KIND[k];
    edit->value = value;
    if (k > 0) (void)yaml_node_number(context, value, KEY[k], k == 1 ? -INFINITY : 0, INFINITY, 0);
  }
  if (given != 1) context_fault(context, record->file, record->line, "must have exactly one of set, add and scale");
  if (column != NULL) edit->column = column->text;
}

static void read_edit(ls_context *context, const struct yaml_node *record, struct edit *edit) {
  static const char *const KEYS[] = {"table", "where", "remove", "insert", "column", "set", "add", "scale", NULL};
  *edit = (struct edit){.line = record->line};
  if (yaml_check_keys(context, record, KEYS) != LS_STATUS_OK || !find_table(context, record, &edit->table)) return;
  const bool removes = yaml_find(record, "remove") != NULL, inserts = yaml_find(record, "insert") != NULL;
  const bool changes = yaml_find(record, "column") != NULL;
  if (removes + inserts + changes != 1) {
    context_fault(context, record->file, record->line, "must have exactly one of remove, insert and column");
    return;
  }
  if (inserts) {
    edit->kind = EDIT_INSERT;
    edit->cells = read_cells(context, record, "insert");
    if (yaml_find(record, "where") != NULL)
      context_fault(context, record->file, record->line, "insert takes no where: it adds one row");
    return;
  }
  edit->where = read_cells(context, record, "where");
  if (changes) {
    read_change(context, record, edit);
    return;
  }
  edit->kind = EDIT_REMOVE;
  if (!yaml_bool(context, record, "remove", true))
    context_fault(context, record->file, record->line, "remove is false, must be true or left out");
}

/* ---- a case ------------------------------------------------------------------------------------------------------ */

static ls_status read_settings(ls_context *context, const struct yaml_node *record, struct edit_case *edit_case) {
  const struct yaml_node *settings = yaml_find_kind(context, record, "settings", NODE_MAPPING);
  if (settings == NULL) return LS_STATUS_OK;
  edit_case->setting = context_allocate(context, (size_t)settings->count, sizeof *edit_case->setting);
  if (edit_case->setting == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t i = 0; i < settings->count; i++) {
    const struct yaml_node *value = settings->item[i];
    if (value->kind != NODE_SCALAR) {
      context_fault(context, value->file, value->line, "setting '%s' must be one value", settings->key[i]->text);
      continue;
    }
    char *text = context_print(context, "%s=%s", settings->key[i]->text, value->text);
    if (text == NULL) return LS_STATUS_OUT_OF_MEMORY;
    edit_case->setting[edit_case->setting_count++] = text;
  }
  return LS_STATUS_OK;
}

/* `otherwise`: the name of a case that gives none. */
static ls_status read_case(ls_context *context, const struct yaml_node *record, const char *otherwise,
                           struct edit_case *edit_case) {
  *edit_case = (struct edit_case){.line = record->line};
  edit_case->name = yaml_text(context, record, "name", otherwise);
  if (edit_case->name == NULL) context_fault(context, record->file, record->line, "name is missing");
  const struct yaml_node *list = yaml_find_kind(context, record, "edits", NODE_SEQUENCE);
  if (list == NULL && yaml_find(record, "settings") == NULL)
    context_fault(context, record->file, record->line, "must have edits or settings");
  ls_status status = read_settings(context, record, edit_case);
  if (list == NULL || status != LS_STATUS_OK) return status;
  edit_case->edit = context_allocate(context, (size_t)list->count, sizeof *edit_case->edit);
  if (edit_case->edit == NULL) return LS_STATUS_OUT_OF_MEMORY;
  edit_case->edit_count = (int32_t)list->count;
  for (int64_t i = 0; i < list->count; i++) read_edit(context, list->item[i], &edit_case->edit[i]);
  return LS_STATUS_OK;
}

static void check_names(struct edit_file *file) {
  for (int32_t a = 1; a < file->count; a++)
    for (int32_t b = 0; b < a && file->list[a].name != NULL; b++)
      if (file->list[b].name != NULL && strcmp(file->list[a].name, file->list[b].name) == 0)
        context_fault(file->context, file->name, file->list[a].line, "case '%s' stands twice (first in line %lld)",
                      file->list[a].name, (long long)file->list[b].line);
}

static ls_status read_cases(struct edit_file *file) {
  static const char *const KEYS[] = {"name", "edits", "settings", "cases", "search", NULL};
  enum { MOST_CASES = 1000 };
  ls_context *context = file->context;
  const struct yaml_node *cases = yaml_find_kind(context, file->root, "cases", NODE_SEQUENCE);
  const bool alone = yaml_find(file->root, "edits") != NULL || yaml_find(file->root, "settings") != NULL;
  if (yaml_check_keys(context, file->root, KEYS) != LS_STATUS_OK) return LS_STATUS_OK;
  if (alone && cases != NULL)
    context_fault(context, file->name, cases->line, "cases stand beside edits or settings, must be one or the other");
  const int64_t count = cases != NULL ? cases->count : alone ? 1 : 0;
  if (count > MOST_CASES) {
    context_fault(context, file->name, cases->line, "cases has %lld entries, must have at most %d", (long long)count,
                  MOST_CASES);
    return LS_STATUS_OK;
  }
  file->list = context_allocate(context, (size_t)count, sizeof *file->list);
  if (file->list == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < count && status == LS_STATUS_OK; i++) {
    const struct yaml_node *record = cases != NULL ? cases->item[i] : file->root;
    file->count++;
    if (cases == NULL || yaml_check_keys(context, record, CASE_KEYS) == LS_STATUS_OK)
      status = read_case(context, record, cases == NULL ? "edited" : NULL, &file->list[i]);
  }
  if (status == LS_STATUS_OK) check_names(file);
  return status;
}

/* ---- a search ---------------------------------------------------------------------------------------------------- */

static void read_search(struct edit_file *file) {
  static const char *const KEYS[] = {"limit", "level", "table", "where", "column", "step", "most", NULL};
  static const char *const LEVELS[] = {"0.95", "0.99", "0.999", NULL};
  ls_context *context = file->context;
  const struct yaml_node *record = yaml_find_kind(context, file->root, "search", NODE_MAPPING);
  if (record == NULL || yaml_check_keys(context, record, KEYS) != LS_STATUS_OK) return;
  struct edit_search search = {.line = record->line, .edit = {.kind = EDIT_ADD, .line = record->line}};
  (void)yaml_require(context, record, "limit", NODE_SCALAR);
  (void)yaml_require(context, record, "step", NODE_SCALAR);
  const struct yaml_node *column = yaml_require(context, record, "column", NODE_SCALAR);
  search.limit = yaml_number(context, record, "limit", 0, INFINITY, 0);
  search.step = yaml_number(context, record, "step", -INFINITY, INFINITY, 1);
  if (!(search.step > 0))
    context_fault(context, record->file, yaml_key_line(record, "step"), "step is %.17g, must be above 0", search.step);
  search.level = yaml_choice(context, record, "level", LEVELS, 1);
  search.most = (int32_t)yaml_integer(context, record, "most", 1, 1000, 20);
  if (!find_table(context, record, &search.edit.table)) return;
  search.edit.where = read_cells(context, record, "where");
  if (column != NULL) search.edit.column = column->text;
  file->search = search;
  file->has_search = true;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static ls_status read_root(struct edit_file *file, const char *path) {
  char *data = NULL;
  size_t length = 0;
  ls_context *context = file->context;
  const int64_t faults = context_fault_count(context);
  file->name = context_copy_text(context, path);
  if (file->name == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = read_file(context, path, &data, &length);
  if (status == LS_STATUS_OK) status = yaml_read(context, file->name, data, length, &file->root);
  context_release(context, data);
  if (status == LS_STATUS_OK) status = read_cases(file);
  if (status != LS_STATUS_OK) return status;
  read_search(file);
  if (file->count == 0 && yaml_find(file->root, "search") == NULL)
    context_fault(context, file->name, 0, "has no cases, no edits, no settings and no search, must have one of them");
  return context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

ls_status edits_read(ls_context *context, const char *path, struct edit_file *out) {
  struct edit_file file = {.context = context};
  ls_status status = read_root(&file, path);
  if (status == LS_STATUS_OK)
    *out = file;
  else
    edits_release(&file);
  return status;
}

void edits_release(struct edit_file *file) {
  ls_context *context = file->context;
  if (context == NULL) return;
  for (int32_t i = 0; i < file->count; i++) {
    for (int32_t k = 0; k < file->list[i].setting_count; k++) context_release(context, file->list[i].setting[k]);
    context_release(context, file->list[i].setting);
    context_release(context, file->list[i].edit);
  }
  context_release(context, file->list);
  context_release(context, file->name);
  yaml_destroy(&file->root);
  *file = (struct edit_file){0};
}
