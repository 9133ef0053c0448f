/* sums.c - see sums.h. Columns that are not ours are checked as those of entities.csv before anything is written. */
#include "network/sums.h"

#include "io/nearest.h"
#include "io/number.h"
#include "io/read_file.h"
#include "network/import_table.h"
#include "network/validate.h"

#include <math.h>
#include <string.h>

static const char *const ASSETS[] = {"assets",       "interbank_assets", "claims", "lending",
                                     "out_strength", "row_sum",          NULL};
static const char *const LIABILITIES[] = {
    "liabilities", "interbank_liabilities", "debts", "borrowing", "in_strength", "column_sum", NULL};
static const char *const OUTSIDE[] = {"equity", "external_assets", "external_liabilities", "cash", NULL};

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static ls_status find_column(const struct sums *m, const char *const *names, int32_t *column) {
  const int64_t line = m->csv->header[0].line;
  *column = -1;
  for (int k = 0; names[k] != NULL; k++) {
    const int32_t found = csv_find(m->csv, names[k]);
    if (found >= 0 && *column >= 0)
      return context_fault(m->context, m->file, line, "columns '%s' and '%s' say the same, one must stand alone",
                           m->csv->header[*column].text, names[k]);
    if (found >= 0) *column = found;
  }
  if (*column >= 0) return LS_STATUS_OK;
  return context_fault(m->context, m->file, line, "column '%s' is missing (or '%s', or '%s')", names[0], names[1],
                       names[2]);
}

/* A column that is nearly one of the balance sheet would go to entities.csv as an attribute beside what is made up for it. */
static ls_status refuse_misspelt(const struct sums *m) {
  for (int32_t c = 0; c < m->csv->column_count; c++) {
    const char *name = m->csv->header[c].text, *near = nearest_word(name, OUTSIDE);
    if (c == m->id || c == m->assets_column || c == m->liabilities_column || near == NULL) continue;
    if (strcmp(near, name) != 0 && csv_find(m->csv, near) < 0)
      return context_fault(m->context, m->file, m->csv->header[c].line, "unknown column '%s', did you mean '%s'?", name,
                           near);
  }
  return LS_STATUS_OK;
}

static ls_status find_columns(struct sums *m) {
  m->id = csv_find(m->csv, "id");
  if (m->id < 0)
    return context_fault(m->context, m->file, m->csv->header[0].line, "column 'id' is missing, must name entities");
  ls_status status = find_column(m, ASSETS, &m->assets_column);
  if (status == LS_STATUS_OK) status = find_column(m, LIABILITIES, &m->liabilities_column);
  return status == LS_STATUS_OK ? refuse_misspelt(m) : status;
}

static void read_amounts(const struct sums *m, int32_t column, double *amount) {
  for (int32_t i = 0; i < m->count; i++) {
    const struct csv_cell *cell = csv_at(m->csv, i, column);
    const enum number_fault fault = number_parse(cell->text, &amount[i]);
    const char *name = m->csv->header[column].text;
    if (fault == NUMBER_BLANK)
      context_fault(m->context, m->file, cell->line, "%s of '%s' is blank, must be a number", name, sums_id(m, i));
    else if (fault != NUMBER_FINE)
      context_fault(m->context, m->file, cell->line, "%s of '%s' is '%.80s', %s", name, sums_id(m, i), cell->text,
                    number_rule(fault));
    else if (amount[i] < 0)
      context_fault(m->context, m->file, cell->line, "%s of '%s' is %s, must be >= 0", name, sums_id(m, i), cell->text);
  }
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

static double sum_of(const double *amount, int32_t count) {
  double sum = 0;
  for (int32_t i = 0; i < count; i++) sum += amount[i];
  return sum;
}

static ls_status agree_on_total(struct sums *m) {
  const double claims = sum_of(m->claims, m->count), debts = sum_of(m->debts, m->count);
  const double larger = claims > debts ? claims : debts, difference = claims - debts;
  char text[3][NUMBER_TEXT_SIZE];
  number_print(claims, text[0]), number_print(debts, text[1]), number_print(difference, text[2]);
  m->total = claims;
  if (!(larger < INFINITY)) return context_fault(m->context, m->file, 0, "sums are beyond the largest number");
  if (fabs(difference) > SUMS_TOLERANCE * larger)
    return context_fault(m->context, m->file, 0,
                         "claims on entities sum to %s and debts to them to %s, a difference of %s, must agree within "
                         "a millionth: what one is owed another owes",
                         text[0], text[1], text[2]);
  if (fabs(difference) > SUMS_ROUNDING * larger)
    context_warn(m->context, m->file, 0, "debts sum to %s, claims to %s: debts are scaled to the claims", text[1],
                 text[0]);
  for (int32_t i = 0; i < m->count && debts > 0; i++) m->debts[i] *= claims / debts;
  return LS_STATUS_OK;
}

/* Others must be able to take all that an entity lends, and to lend all that it owes; this is also enough (max-flow).
 */
static ls_status check_feasible(struct sums *m) {
  ls_status status = LS_STATUS_OK;
  m->star = -1;
  for (int32_t i = 0; i < m->count; i++) {
    const double own = m->claims[i] + m->debts[i], slack = m->total - own;
    char text[4][NUMBER_TEXT_SIZE];
    if (own > 0 && slack <= SUMS_ROUNDING * m->total && m->star < 0) m->star = i;
    if (slack >= -SUMS_ROUNDING * m->total) continue;
    number_print(m->claims[i], text[0]), number_print(m->debts[i], text[1]);
    number_print(own, text[2]), number_print(m->total, text[3]);
    status = context_fault(m->context, m->file, m->csv != NULL ? csv_at(m->csv, i, 0)->line : 0,
                           "'%s' has claims of %s and debts of %s, together %s, must be at most the total of %s: "
                           "nobody lends to itself, so the others' debts must take what it lends",
                           sums_id(m, i), text[0], text[1], text[2], text[3]);
  }
  return status;
}

static ls_status check_sums(struct sums *m) {
  ls_status status = agree_on_total(m);
  if (status == LS_STATUS_OK) status = check_feasible(m);
  int64_t both = 0;
  for (int32_t i = 0; i < m->count; i++) {
    m->lender_count += m->claims[i] > 0;
    m->borrower_count += m->debts[i] > 0;
    both += m->claims[i] > 0 && m->debts[i] > 0;
  }
  m->pair_count = (int64_t)m->lender_count * m->borrower_count - both;
  return status;
}

static ls_status make_room(ls_context *context, int64_t count, struct sums *m) {
  if (count > INT32_MAX - 1)
    return context_fail(context, LS_STATUS_UNUSABLE, "%lld entities are too many", (long long)count);
  m->context = context;
  m->count = (int32_t)count;
  m->claims = context_allocate(context, (size_t)count, sizeof *m->claims);
  m->debts = context_allocate(context, (size_t)count, sizeof *m->debts);
  return m->claims != NULL && m->debts != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

ls_status sums_from(ls_context *context, int32_t count, const double *claims, const double *debts, struct sums *sums) {
  struct sums fresh = {.file = NULL};
  ls_status status = make_room(context, count, &fresh);
  if (status == LS_STATUS_OK) {
    memcpy(fresh.claims, claims, (size_t)count * sizeof *claims);
    memcpy(fresh.debts, debts, (size_t)count * sizeof *debts);
    fresh.file = context_copy_text(context, "marginals");
    status = fresh.file != NULL ? check_sums(&fresh) : LS_STATUS_OUT_OF_MEMORY;
  }
  if (status == LS_STATUS_OK)
    *sums = fresh;
  else
    sums_release(&fresh);
  return status;
}

/* ---- entities.csv ------------------------------------------------------------------------------------------------ */

static bool is_passed(const struct sums *m, int32_t column) {
  return column != m->assets_column && column != m->liabilities_column;
}

static bool knows_outside(const struct sums *m) {
  for (int k = 0; OUTSIDE[k] != NULL; k++)
    if (csv_find(m->csv, OUTSIDE[k]) >= 0) return true;
  return false;
}

static void put_row(const struct sums *m, const struct csv_cell *cell, struct buffer *out) {
  bool first = true;
  for (int32_t c = 0; c < m->csv->column_count; c++) {
    if (!is_passed(m, c)) continue;
    if (!first) buffer_text(out, ",");
    buffer_cell(out, cell[c].text, cell[c].quoted);
    first = false;
  }
}

/* Row i ends on line `line[i]` of what is written (NULL: not asked for). */
static void put_entities(const struct sums *m, struct buffer *out, int64_t *line) {
  const bool adds = !knows_outside(m);
  int64_t lines = 2;
  put_row(m, m->csv->header, out);
  buffer_text(out, adds ? ",external_assets,equity\n" : "\n");
  for (int32_t i = 0; i < m->count; i++) {
    const size_t begin = out->length;
    put_row(m, csv_at(m->csv, i, 0), out);
    if (adds) {
      const double missing = m->debts[i] - m->claims[i];
      buffer_text(out, ",");
      buffer_number(out, missing > 0 ? missing : 0, "");
      buffer_text(out, ",");
      buffer_number(out, missing < 0 ? -missing : 0, "");
    }
    if (line != NULL) line[i] = lines;
    for (size_t at = begin; at < out->length; at++) lines += out->data[at] == '\n';
    lines++;
    buffer_text(out, "\n");
  }
}

/* Faults of the table that would be written, told with the lines of the file that was read. */
static void tell_faults(const struct sums *m, const ls_context *scratch, const int64_t *line) {
  for (int k = 0; k < ls_context_message_count(scratch); k++) {
    const struct message *message = context_error(scratch, k);
    int64_t at = message->line > 0 ? m->csv->header[0].line : 0;
    for (int32_t i = 0; i < m->count; i++)
      if (line[i] == message->line) at = csv_at(m->csv, i, 0)->line;
    context_fault(m->context, m->file, at, "%s", message->text);
  }
}

static ls_status import_entities(ls_context *scratch, const struct buffer *table) {
  struct import_progress progress = {0};
  ls_network *network = network_create(scratch);
  if (network == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct csv *csv = NULL;
  ls_status status = csv_read(scratch, "entities.csv", table->data, table->length, &csv);
  if (status == LS_STATUS_OK) status = import_table(scratch, network, TABLE_ENTITIES, csv, &progress);
  if (status == LS_STATUS_OK) status = network_validate_table(scratch, network, TABLE_ENTITIES, NULL);
  csv_destroy(&csv);
  network_destroy(&network);
  return status;
}

static ls_status check_entities(const struct sums *m) {
  ls_context *scratch = NULL;
  struct buffer table = buffer_start(m->context);
  int64_t *line = context_allocate(m->context, (size_t)m->count, sizeof *line);
  ls_status status = line == NULL ? LS_STATUS_OUT_OF_MEMORY : ls_context_create(&scratch);
  if (status == LS_STATUS_OK) {
    const struct allocator allocator = context_allocator(m->context);
    ls_context_set_allocator(scratch, allocator.allocate, allocator.release, allocator.user);
    put_entities(m, &table, line);
    status = table.failed ? LS_STATUS_OUT_OF_MEMORY : import_entities(scratch, &table);
    if (status == LS_STATUS_OK) tell_faults(m, scratch, line);
    if (status == LS_STATUS_OUT_OF_MEMORY) (void)context_fail(m->context, status, "%s: out of memory", m->file);
    ls_context_destroy(&scratch);
  }
  buffer_release(&table);
  context_release(m->context, line);
  return status;
}

ls_status sums_write_entities(const struct sums *m, struct folder_writer *writer) {
  const ls_status status = folder_open(writer, FOLDER_ENTITIES);
  if (status != LS_STATUS_OK) return status;
  if (!knows_outside(m))
    context_warn(m->context, m->file, 0,
                 "no column says what entities have outside the network: external_assets are written that cover what "
                 "debts exceed claims by, and equity is the rest; give your own for results that mean something");
  put_entities(m, &writer->file[FOLDER_ENTITIES].buffer, NULL);
  return LS_STATUS_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static ls_status read_table(struct sums *m, const char *data, size_t length) {
  ls_context *context = m->context;
  const int64_t faults = context_fault_count(context);
  ls_status status = csv_read(context, m->file, data, length, &m->csv);
  if (status == LS_STATUS_OK) status = find_columns(m);
  if (status == LS_STATUS_OK && m->csv->row_count == 0 && context_fault_count(context) == faults)
    status = context_fault(context, m->file, 0, "no entities, must have at least one");
  if (status == LS_STATUS_OK) status = make_room(context, m->csv->row_count, m);
  if (status != LS_STATUS_OK) return status;
  read_amounts(m, m->assets_column, m->claims);
  read_amounts(m, m->liabilities_column, m->debts);
  status = check_entities(m);
  if (status == LS_STATUS_OK && context_fault_count(context) > faults) status = LS_STATUS_INVALID_INPUT;
  return status == LS_STATUS_OK ? check_sums(m) : status;
}

ls_status sums_read(ls_context *context, const char *path, struct sums *sums) {
  struct sums fresh = {.context = context};
  char *data = NULL;
  size_t length = 0;
  ls_status status = read_file(context, path, &data, &length);
  if (status == LS_STATUS_OK) {
    fresh.file = path_base_name(context, path);
    status = fresh.file != NULL ? read_table(&fresh, data, length) : LS_STATUS_OUT_OF_MEMORY;
  }
  context_release(context, data);
  if (status == LS_STATUS_OK)
    *sums = fresh;
  else
    sums_release(&fresh);
  return status;
}

void sums_release(struct sums *sums) {
  if (sums->context == NULL) return;
  csv_destroy(&sums->csv);
  context_release(sums->context, sums->file);
  context_release(sums->context, sums->claims);
  context_release(sums->context, sums->debts);
  *sums = (struct sums){0};
}

const char *sums_id(const struct sums *sums, int32_t entity) {
  return sums->csv != NULL ? csv_at(sums->csv, entity, sums->id)->text : "";
}
