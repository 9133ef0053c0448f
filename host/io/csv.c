/* csv.c - the CSV reader: one pass over a private copy of the text, cells are unquoted in place. */
#include "io/csv.h"

#include "io/encoding.h"

#include <string.h>

struct reader {
  ls_context *context;
  struct csv *csv;
  const struct csv_dialect *dialect;
  char *at, *end;
  char *line_start;
  int64_t line;
  int64_t cell_count, cell_capacity;
  int32_t comment_capacity;
  bool row_is_bad;
};

/* What ended a cell. */
enum ending { ENDING_CELL, ENDING_ROW, ENDING_BROKEN };

static int32_t character_of(const struct reader *reader, const char *at) {
  const ptrdiff_t offset = at - reader->line_start;
  return offset < INT32_MAX ? (int32_t)offset + 1 : INT32_MAX;
}

/* A tab that separates cells is none that may be trimmed. */
static bool is_blank(const struct reader *reader, char c) {
  return c == ' ' || (c == '\t' && reader->dialect->delimiter != '\t');
}

static bool is_delimiter(const struct reader *reader) { return *reader->at == reader->dialect->delimiter; }

static void skip_blanks(struct reader *reader) {
  while (reader->at < reader->end && is_blank(reader, *reader->at)) reader->at++;
}

static bool at_line_end(const struct reader *reader) {
  if (reader->at == reader->end || *reader->at == '\n') return true;
  return *reader->at == '\r' && (reader->at + 1 == reader->end || reader->at[1] == '\n');
}

static void next_line(struct reader *reader) {
  if (reader->at < reader->end && *reader->at == '\r') reader->at++;
  if (reader->at < reader->end && *reader->at == '\n') reader->at++;
  reader->line++;
  reader->line_start = reader->at;
}

static enum ending end_cell(struct reader *reader, char *text_end) {
  const bool is_row_end = at_line_end(reader);
  if (is_row_end)
    next_line(reader);
  else
    reader->at++;
  *text_end = '\0';
  return is_row_end ? ENDING_ROW : ENDING_CELL;
}

static void row_fault(struct reader *reader, int64_t line, int32_t character, const char *what) {
  context_fault(reader->context, reader->csv->name, line, "character %d: %s", (int)character, what);
  reader->row_is_bad = true;
}

static enum ending read_plain(struct reader *reader, struct csv_cell *cell) {
  char *text_end = reader->at;
  bool quote_told = false;
  cell->text = reader->at;
  while (!at_line_end(reader) && !is_delimiter(reader)) {
    if (*reader->at == '"' && !quote_told) {
      row_fault(reader, reader->line, character_of(reader, reader->at),
                "a quote within a cell that does not begin with one, must be written as \"...\"\"...\"");
      quote_told = true;
    }
    if (*reader->at == '\r')
      row_fault(reader, reader->line, character_of(reader, reader->at), "a carriage return without a line feed");
    const bool blank = is_blank(reader, *reader->at);
    reader->at++;
    if (!blank) text_end = reader->at;
  }
  return end_cell(reader, text_end);
}

/* Moves the text over the quotes; a line end becomes one "\n". Returns where the text ends, or NULL without a closing
 * quote. */
static char *unquote(struct reader *reader) {
  char *write = reader->at;
  while (reader->at < reader->end) {
    if (*reader->at == '"') {
      reader->at++;
      if (reader->at == reader->end || *reader->at != '"') return write;
      *write++ = '"';
      reader->at++;
    } else if (at_line_end(reader)) {
      next_line(reader);
      *write++ = '\n';
    } else {
      *write++ = *reader->at++;
    }
  }
  return NULL;
}

static enum ending read_quoted(struct reader *reader, struct csv_cell *cell) {
  reader->at++;
  cell->text = reader->at;
  cell->quoted = true;
  char *text_end = unquote(reader);
  if (text_end == NULL) {
    context_fault(reader->context, reader->csv->name, cell->line, "character %d: the quote that opens here never ends",
                  (int)cell->character);
    return ENDING_BROKEN;
  }
  skip_blanks(reader);
  if (!at_line_end(reader) && !is_delimiter(reader)) {
    row_fault(reader, reader->line, character_of(reader, reader->at),
              reader->dialect->delimiter == ',' ? "text after the closing quote, must be a comma"
                                                : "text after the closing quote, must be the delimiter");
    while (!at_line_end(reader) && !is_delimiter(reader)) reader->at++;
  }
  return end_cell(reader, text_end);
}

static struct csv_cell *add_cell(struct reader *reader) {
  if (reader->cell_count == reader->cell_capacity) {
    const int64_t capacity = reader->cell_capacity < 64 ? 64 : 2 * reader->cell_capacity;
    struct csv_cell *grown =
        context_grow(reader->context, reader->csv->block, (size_t)reader->cell_count, (size_t)capacity, sizeof *grown);
    if (grown == NULL) return NULL;
    reader->csv->block = grown;
    reader->cell_capacity = capacity;
  }
  return &reader->csv->block[reader->cell_count++];
}

/* Reads one row's cells to the end of the list; *count says how many. */
static ls_status read_row(struct reader *reader, int64_t *count) {
  const int64_t first = reader->cell_count;
  enum ending ending = ENDING_CELL;
  reader->row_is_bad = false;
  while (ending == ENDING_CELL) {
    struct csv_cell *cell = add_cell(reader);
    if (cell == NULL) return LS_STATUS_OUT_OF_MEMORY;
    skip_blanks(reader);
    *cell = (struct csv_cell){.line = reader->line, .character = character_of(reader, reader->at)};
    ending = reader->at < reader->end && *reader->at == '"' ? read_quoted(reader, cell) : read_plain(reader, cell);
  }
  *count = reader->cell_count - first;
  return ending == ENDING_BROKEN ? LS_STATUS_INVALID_INPUT : LS_STATUS_OK;
}

static ls_status read_comment(struct reader *reader) {
  struct csv *csv = reader->csv;
  if (csv->comment_count == reader->comment_capacity) {
    const int32_t capacity = reader->comment_capacity < 8 ? 8 : 2 * reader->comment_capacity;
    struct csv_comment *grown =
        context_grow(reader->context, csv->comment, (size_t)csv->comment_count, (size_t)capacity, sizeof *grown);
    if (grown == NULL) return LS_STATUS_OUT_OF_MEMORY;
    csv->comment = grown;
    reader->comment_capacity = capacity;
  }
  reader->at++;
  skip_blanks(reader);
  struct csv_comment *comment = &csv->comment[csv->comment_count++];
  *comment = (struct csv_comment){.text = reader->at, .line = reader->line};
  while (!at_line_end(reader)) reader->at++;
  char *text_end = reader->at;
  while (text_end > comment->text && (text_end[-1] == ' ' || text_end[-1] == '\t')) text_end--;
  next_line(reader);
  *text_end = '\0';
  return LS_STATUS_OK;
}

/* Passes over comments and blank lines; *more is false at the end of the text. */
static ls_status find_row(struct reader *reader, bool *more) {
  while (reader->at < reader->end) {
    char *line_start = reader->at;
    if (*reader->at == '#' && reader->dialect->comments) {
      const ls_status status = read_comment(reader);
      if (status != LS_STATUS_OK) return status;
      continue;
    }
    skip_blanks(reader);
    if (!at_line_end(reader)) {
      reader->at = line_start;
      *more = true;
      return LS_STATUS_OK;
    }
    next_line(reader);
  }
  *more = false;
  return LS_STATUS_OK;
}

static const char *delimiter_words(char delimiter) {
  return delimiter == ',' ? "commas" : delimiter == ';' ? "';'" : delimiter == '\t' ? "tabs" : "'|'";
}

static ls_status refuse_delimiter(const struct reader *reader) {
  const struct csv_cell *cell = &reader->csv->block[0];
  const char meant = reader->dialect->delimiter;
  const char *found =
      reader->csv->column_count == 1 && !cell->quoted ? strpbrk(cell->text, meant == ',' ? ";\t|" : ",;\t|") : NULL;
  if (found == NULL) return LS_STATUS_OK;
  return context_fault(reader->context, reader->csv->name, cell->line, "columns are separated by %s, must be %s",
                       delimiter_words(*found), meant == ',' ? "a comma" : delimiter_words(meant));
}

static ls_status check_header(const struct reader *reader) {
  const struct csv *csv = reader->csv;
  ls_status status = refuse_delimiter(reader);
  for (int32_t i = 0; i < csv->column_count && !reader->dialect->any_header; i++) {
    const struct csv_cell *cell = &csv->block[i];
    if (cell->text[0] == '\0')
      status = context_fault(reader->context, csv->name, cell->line, "column %d has no name", (int)i + 1);
    for (int32_t j = 0; j < i && cell->text[0] != '\0'; j++) {
      if (strcmp(csv->block[j].text, cell->text) != 0) continue;
      status = context_fault(reader->context, csv->name, cell->line, "column '%s' stands twice (columns %d and %d)",
                             cell->text, (int)j + 1, (int)i + 1);
    }
  }
  return status;
}

static ls_status read_header(struct reader *reader) {
  bool more = false;
  int64_t count = 0;
  for (int64_t i = 0; i < reader->dialect->skipped_lines && reader->at < reader->end; i++) {
    while (!at_line_end(reader)) reader->at++;
    next_line(reader);
  }
  ls_status status = find_row(reader, &more);
  if (status != LS_STATUS_OK) return status;
  if (!more)
    return context_fault(reader->context, reader->csv->name, 1, "the file is empty, must begin with a header line");
  status = read_row(reader, &count);
  if (status != LS_STATUS_OK) return status;
  if (reader->row_is_bad) return LS_STATUS_INVALID_INPUT;
  if (count > INT32_MAX)
    return context_fault(reader->context, reader->csv->name, 1, "%lld columns are too many", (long long)count);
  reader->csv->column_count = (int32_t)count;
  return check_header(reader);
}

static ls_status read_rows(struct reader *reader) {
  struct csv *csv = reader->csv;
  bool more = false;
  ls_status status = find_row(reader, &more);
  while (status == LS_STATUS_OK && more) {
    const int64_t line = reader->line;
    int64_t count = 0;
    status = read_row(reader, &count);
    if (status != LS_STATUS_OK) break;
    if (count != csv->column_count && !reader->row_is_bad) {
      context_fault(reader->context, csv->name, line, "the row has %lld cell%s, must have %d as the header does",
                    (long long)count, count == 1 ? "" : "s", (int)csv->column_count);
      reader->row_is_bad = true;
    }
    if (reader->row_is_bad)
      reader->cell_count -= count;
    else
      csv->row_count++;
    status = find_row(reader, &more);
  }
  csv->header = csv->block;
  csv->cell = csv->block + csv->column_count;
  return status;
}

ls_status csv_read_dialect(ls_context *context, const char *name, const char *data, size_t length,
                           const struct csv_dialect *dialect, struct csv **csv) {
  size_t start = 0;
  ls_status status = encoding_check(context, name, data, length, &start);
  if (status != LS_STATUS_OK) return status;
  struct csv *fresh = context_allocate(context, 1, sizeof *fresh);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  fresh->allocator = context_allocator(context);
  fresh->name = context_copy_text(context, name);
  fresh->text = context_copy_text_of(context, data + start, length - start);
  status = fresh->name == NULL || fresh->text == NULL ? LS_STATUS_OUT_OF_MEMORY : LS_STATUS_OK;
  if (status == LS_STATUS_OK) {
    struct reader reader = {.context = context,
                            .csv = fresh,
                            .dialect = dialect,
                            .at = fresh->text,
                            .end = fresh->text + (length - start),
                            .line_start = fresh->text,
                            .line = 1};
    status = read_header(&reader);
    if (status == LS_STATUS_OK) status = read_rows(&reader);
  }
  if (status == LS_STATUS_OK)
    *csv = fresh;
  else
    csv_destroy(&fresh);
  return status;
}

ls_status csv_read(ls_context *context, const char *name, const char *data, size_t length, struct csv **csv) {
  static const struct csv_dialect OURS = {.delimiter = ',', .comments = true};
  return csv_read_dialect(context, name, data, length, &OURS, csv);
}

void csv_destroy(struct csv **csv) {
  if (csv == NULL || *csv == NULL) return;
  const struct allocator allocator = (*csv)->allocator;
  allocator_release(&allocator, (*csv)->name);
  allocator_release(&allocator, (*csv)->text);
  allocator_release(&allocator, (*csv)->block);
  allocator_release(&allocator, (*csv)->comment);
  allocator_release(&allocator, *csv);
  *csv = NULL;
}

int32_t csv_find(const struct csv *csv, const char *column) {
  for (int32_t i = 0; i < csv->column_count; i++)
    if (strcmp(csv->header[i].text, column) == 0) return i;
  return -1;
}

const struct csv_cell *csv_at(const struct csv *csv, int64_t row, int32_t column) {
  return &csv->cell[row * csv->column_count + column];
}
