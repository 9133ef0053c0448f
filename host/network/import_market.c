/* import_market.c - Matrix Market exchange format: coordinate, array; real, integer, pattern; general, symmetric.
 *
 * Source: Boisvert, Pozo, Remington (1996), The Matrix Market Exchange Formats, NISTIR 5935. Rows and columns count from
 * 1; an array stands column by column, of a symmetric matrix only what is on and below the diagonal.
 */
#include "network/matrix_links.h"

#include "io/encoding.h"
#include "io/number.h"

#include <string.h>
#include <strings.h>

enum { TOKENS_MAX = 6 };

struct market {
  struct matrix_links links;
  ls_context *context;
  const char *name;
  char *at, *end; /* of the text, which is cut in place */
  int64_t line;
  char *token[TOKENS_MAX];
  int token_count; /* of the line; at most TOKENS_MAX are kept */
  bool is_array, is_pattern, is_symmetric;
  int64_t count, entry_count;
};

static ls_status fault(const struct market *market, const char *what, const char *value, const char *rule) {
  return context_fault(market->context, market->name, market->line, "%s is '%.80s', must be %s", what, value, rule);
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static void cut_tokens(struct market *market, char *text) {
  static const char BLANKS[] = " \t\r";
  market->token_count = 0;
  for (char *token = strtok_r(text, BLANKS, &text); token != NULL; token = strtok_r(NULL, BLANKS, &text)) {
    if (market->token_count < TOKENS_MAX) market->token[market->token_count] = token;
    market->token_count++;
  }
}

/* The next line that is neither blank nor a comment; false at the end of the text. */
static bool next_line(struct market *market) {
  while (market->at < market->end) {
    char *text = market->at;
    char *stop = memchr(text, '\n', (size_t)(market->end - text));
    market->at = stop != NULL ? stop + 1 : market->end;
    if (stop != NULL) *stop = '\0';
    market->line++;
    if (*text == '%') continue;
    cut_tokens(market, text);
    if (market->token_count > 0) return true;
  }
  return false;
}

/* ---- banner and size --------------------------------------------------------------------------------------------- */

static bool is_word(const char *text, const char *word) { return strcasecmp(text, word) == 0; }

static ls_status read_field(struct market *market, const char *field) {
  market->is_pattern = is_word(field, "pattern");
  if (is_word(field, "complex"))
    return fault(market, "the field", field, "real, integer or pattern: amounts have no imaginary part");
  if (!market->is_pattern && !is_word(field, "real") && !is_word(field, "integer"))
    return fault(market, "the field", field, "real, integer or pattern");
  if (market->is_pattern && market->is_array) return fault(market, "the field", field, "real or integer in an array");
  return LS_STATUS_OK;
}

static ls_status read_symmetry(struct market *market, const char *symmetry) {
  market->is_symmetric = is_word(symmetry, "symmetric");
  if (is_word(symmetry, "skew-symmetric"))
    return fault(market, "the symmetry", symmetry, "general or symmetric: half of the amounts would be negative");
  if (is_word(symmetry, "hermitian"))
    return fault(market, "the symmetry", symmetry, "general or symmetric: amounts have no imaginary part");
  if (!market->is_symmetric && !is_word(symmetry, "general"))
    return fault(market, "the symmetry", symmetry, "general or symmetric");
  return LS_STATUS_OK;
}

static ls_status read_banner(struct market *market) {
  static const char MARK[] = "%%MatrixMarket";
  char *stop = memchr(market->at, '\n', (size_t)(market->end - market->at));
  char *text = market->at;
  market->at = stop != NULL ? stop + 1 : market->end;
  if (stop != NULL) *stop = '\0';
  market->line = 1;
  cut_tokens(market, text);
  if (market->token_count != 5 || !is_word(market->token[0], MARK))
    return context_fault(market->context, market->name, 1,
                         "the first line must be '%s matrix <coordinate|array> <field> <symmetry>'", MARK);
  if (!is_word(market->token[1], "matrix")) return fault(market, "the object", market->token[1], "matrix");
  market->is_array = is_word(market->token[2], "array");
  if (!market->is_array && !is_word(market->token[2], "coordinate"))
    return fault(market, "the format", market->token[2], "coordinate or array");
  const ls_status status = read_field(market, market->token[3]);
  return status == LS_STATUS_OK ? read_symmetry(market, market->token[4]) : status;
}

static ls_status read_whole(const struct market *market, int token, const char *what, int64_t low, int64_t high,
                            int64_t *value) {
  const enum number_fault found = number_parse_integer(market->token[token], value);
  if (found != NUMBER_FINE) return fault(market, what, market->token[token], "a whole number");
  if (*value >= low && *value <= high) return LS_STATUS_OK;
  return context_fault(market->context, market->name, market->line, "%s is %.80s, must be from %lld to %lld", what,
                       market->token[token], (long long)low, (long long)high);
}

static ls_status read_size(struct market *market) {
  const int wanted = market->is_array ? 2 : 3;
  int64_t columns = 0;
  if (!next_line(market))
    return context_fault(market->context, market->name, market->line, "the line of sizes is missing");
  if (market->token_count != wanted)
    return context_fault(market->context, market->name, market->line, "the line of sizes has %d numbers, must have %d",
                         market->token_count, wanted);
  ls_status status = read_whole(market, 0, "the number of rows", 1, INT32_MAX - 1, &market->count);
  if (status == LS_STATUS_OK) status = read_whole(market, 1, "the number of columns", 1, INT32_MAX - 1, &columns);
  if (status != LS_STATUS_OK) return status;
  if (columns != market->count)
    return context_fault(market->context, market->name, market->line,
                         "the matrix has %lld rows and %lld columns, must be square", (long long)market->count,
                         (long long)columns);
  market->entry_count = market->is_symmetric ? columns * (columns + 1) / 2 : columns * columns;
  return market->is_array
             ? LS_STATUS_OK
             : read_whole(market, 2, "the number of entries", 0, market->entry_count, &market->entry_count);
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

/* An entry of a symmetric matrix stands for both of its places. */
static ls_status add_entry(struct market *market, int64_t row, int64_t column, const char *text) {
  ls_status status = matrix_links_cell(&market->links, row, column, text, market->line);
  if (status == LS_STATUS_OK && market->is_symmetric && row != column)
    status = matrix_links_cell(&market->links, column, row, text, market->line);
  return status;
}

static ls_status read_coordinate(struct market *market) {
  const int wanted = market->is_pattern ? 2 : 3;
  int64_t row = 0, column = 0;
  if (market->token_count != wanted)
    return context_fault(market->context, market->name, market->line, "the entry has %d numbers, must have %d",
                         market->token_count, wanted);
  ls_status status = read_whole(market, 0, "the row", 1, market->count, &row);
  if (status == LS_STATUS_OK) status = read_whole(market, 1, "the column", 1, market->count, &column);
  if (status != LS_STATUS_OK) return status;
  if (market->is_symmetric && column > row)
    return context_fault(market->context, market->name, market->line,
                         "the entry of row %lld and column %lld is above the diagonal, must be on or below it in a "
                         "symmetric matrix",
                         (long long)row, (long long)column);
  return add_entry(market, row - 1, column - 1, market->is_pattern ? "1" : market->token[2]);
}

static ls_status read_entries(struct market *market) {
  int64_t row = 0, column = 0; /* of the next value of an array */
  ls_status status = LS_STATUS_OK;
  for (int64_t k = 0; k < market->entry_count && status == LS_STATUS_OK; k++) {
    if (!next_line(market))
      return context_fault(market->context, market->name, market->line,
                           "the file ends after %lld entries, must have %lld", (long long)k,
                           (long long)market->entry_count);
    if (!market->is_array) {
      /* a faulty entry is told, and the others are read all the same */
      status = read_coordinate(market);
      if (status == LS_STATUS_INVALID_INPUT) status = LS_STATUS_OK;
      continue;
    }
    if (market->token_count != 1)
      return context_fault(market->context, market->name, market->line, "the line has %d numbers, must have 1",
                           market->token_count);
    status = add_entry(market, row, column, market->token[0]);
    if (++row == market->count) row = market->is_symmetric ? ++column : (column++, 0);
  }
  if (status == LS_STATUS_OK && next_line(market))
    return context_fault(market->context, market->name, market->line, "an entry beyond the %lld that there must be",
                         (long long)market->entry_count);
  return status;
}

static ls_status read_text(struct import_source *source, const char *name, char *data, size_t length) {
  struct market market = {.context = source->context, .name = name, .at = data, .end = data + length};
  size_t start = 0;
  ls_status status = encoding_check(source->context, name, data, length, &start);
  if (status != LS_STATUS_OK) return status;
  market.at += start;
  status = read_banner(&market);
  if (status == LS_STATUS_OK) status = read_size(&market);
  if (status != LS_STATUS_OK) return status;
  status = matrix_links_begin(source, name, &market.links);
  if (status == LS_STATUS_OK) status = matrix_links_number(&market.links, market.count, market.line);
  if (status == LS_STATUS_OK) status = read_entries(&market);
  if (status == LS_STATUS_OK) status = matrix_links_build(&market.links);
  matrix_links_end(&market.links);
  return status;
}

ls_status import_market(struct import_source *source) {
  char *name = NULL, *data = NULL;
  size_t length = 0;
  ls_status status = import_load(source, source->path, &name, &data, &length);
  if (status == LS_STATUS_OK) status = read_text(source, name, data, length);
  context_release(source->context, data);
  context_release(source->context, name);
  return status;
}
