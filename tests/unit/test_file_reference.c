/* test_file_reference.c - docs/reference/files.md is what the table of tables says (host/network/schema.c), word for word.
 *
 * With LS_WRITE_REFERENCE set it is written first: LS_WRITE_REFERENCE=1 build/tests/test_file_reference
 */
#include <math.h>

#include "greatest.h"
#include "network/schema.h"
#include "support.h"

GREATEST_MAIN_DEFS();

static const char PAGE[] = "docs/reference/files.md";

static const char INTRODUCTION[] =
    "# Tables and columns\n"
    "\n"
    "Every CSV table that Loopstress knows, and every column of it. This page is made of the program's own table of "
    "tables: do\n"
    "not edit it. What the tables are for, and what rows mean together, is in [file formats](../file-formats.md), "
    "which also has\n"
    "`network.yaml`, `loop.yaml`, `flows.csv` and `investments.csv`.\n"
    "\n"
    "**Bold**: the column must be there. `~`: a cell of it may be blank. Amounts are in the currency unit of "
    "`network.yaml`,\n"
    "fractions are 0 to 1, quarters count from 0. A column that is not there has its default in every row.\n";

/* ---- what a column takes ------------------------------------------------------------------------------------------------- */

static void print_choices(FILE *page, const char *const *choice) {
  for (int k = 0; choice[k] != NULL; k++) fprintf(page, "%s`%s`", k > 0 ? ", " : "", choice[k]);
}

/* "amount", "fraction" or what kind of number else, with its bounds where the word does not say them. */
static void print_number(FILE *page, const struct column_schema *column) {
  const bool is_whole = column->kind == COLUMN_INTEGER,
             has_most = isfinite(column->maximum) && column->maximum < INT32_MAX;
  if (!is_whole && column->unit == UNIT_CURRENCY && column->minimum == 0 && !column->above) {
    fputs("amount", page);
    return;
  }
  if (!is_whole && column->unit == UNIT_FRACTION && column->minimum == 0 && column->maximum == 1) {
    fputs("fraction", page);
    return;
  }
  fputs(is_whole ? "whole number" : "number", page);
  if (has_most)
    fprintf(page, " from %g to %g", column->minimum, column->maximum);
  else if (isfinite(column->minimum))
    fprintf(page, " %s %g", column->above ? ">" : ">=", column->minimum);
}

static void print_kind(FILE *page, const struct column_schema *column) {
  switch (column->kind) {
    case COLUMN_ID:
      fputs("id, unique", page);
      return;
    case COLUMN_ENTITY:
      fputs(column->world_allowed ? "entity or `world`" : "entity", page);
      return;
    case COLUMN_ASSET:
      fputs("asset", page);
      return;
    case COLUMN_PARTY:
      fputs("entity, `world` or `group:a+b`", page);
      return;
    case COLUMN_TARGET:
      fputs("entity, `world` or `investor>recipient`", page);
      return;
    case COLUMN_TEXT:
      fputs("text", page);
      return;
    case COLUMN_CHOICE:
      print_choices(page, column->choices);
      return;
    case COLUMN_DATE:
      fputs("date", page);
      return;
    case COLUMN_NUMBER:
    case COLUMN_INTEGER:
      print_number(page, column);
      return;
  }
}

static void print_unit(FILE *page, const struct column_schema *column) {
  if (schema_is_text(column) || column->unit == UNIT_NONE || column->unit == UNIT_FRACTION) return;
  fputs(schema_unit_text(column->unit), page);
}

static void print_default(FILE *page, const struct column_schema *column) {
  if (column->required || schema_is_text(column)) return;
  if (isnan(column->otherwise))
    fputs("not known", page);
  else
    fprintf(page, "%g", column->otherwise);
}

/* ---- the page -------------------------------------------------------------------------------------------------------------- */

static void print_column(FILE *page, const struct column_schema *column) {
  fprintf(page, column->required ? "| **%s**" : "| %s", column->name);
  fputs(column->blank_allowed ? " ~ | " : " | ", page);
  print_kind(page, column);
  fputs(" | ", page);
  print_unit(page, column);
  fputs(" | ", page);
  print_default(page, column);
  fprintf(page, " | %s |\n", column->meaning);
}

static void print_table(FILE *page, const struct table_schema *table) {
  const int key_room = (int)(sizeof table->key / sizeof table->key[0]);
  const char *between = "";
  fprintf(page, "\n## %s\n\nNo two rows agree in ", table->file);
  for (int k = 0; table->pairing != PAIRING_NONE && k < 2; k++, between = ", ")
    fprintf(page, "%s%s", between, table->column[k].name);
  for (int k = 0; k < key_room && table->key[k] != NULL; k++, between = ", ")
    fprintf(page, "%s%s", between, table->key[k]);
  fputs(".\n\n| column | takes | unit | default | meaning |\n|---|---|---|---|---|\n", page);
  for (int32_t k = 0; k < table->column_count; k++) print_column(page, &table->column[k]);
}

static char *page_of_the_schema(void) {
  char *text = NULL;
  size_t length = 0;
  FILE *page = open_memstream(&text, &length);
  if (page == NULL) return NULL;
  fputs(INTRODUCTION, page);
  for (int id = 0; id < TABLE_COUNT; id++) print_table(page, schema_table((enum table_id)id));
  return fclose(page) == 0 ? text : NULL;
}

/* ---- the test -------------------------------------------------------------------------------------------------------------- */

TEST the_reference_is_what_the_program_goes_by(void) {
  size_t length = 0;
  char *wanted = page_of_the_schema();
  ASSERT(wanted != NULL);
  if (getenv("LS_WRITE_REFERENCE") != NULL) ASSERT(support_write_file(LS_SOURCE_DIR, PAGE, wanted));
  char *found = support_read_file(support_source(PAGE), &length);
  ASSERT(found != NULL);
  size_t same = 0;
  while (wanted[same] != '\0' && wanted[same] == found[same]) same++;
  const bool equal = wanted[same] == found[same];
  if (!equal)
    fprintf(
        stderr,
        "%s differs from the schema at: %.60s\nwrite it anew: LS_WRITE_REFERENCE=1 build/tests/test_file_reference\n",
        PAGE, wanted + same);
  free(found);
  free(wanted);
  ASSERT(equal);
  PASS();
}

SUITE(file_reference) { RUN_TEST(the_reference_is_what_the_program_goes_by); }

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(file_reference);
  GREATEST_MAIN_END();
}
