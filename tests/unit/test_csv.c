/* test_csv.c - the CSV reader: what is accepted, where cells are, what is refused and with which words. */
#include "greatest.h"
#include "io/csv.h"
#include "support.h"

static ls_context *context;
static struct failing_allocator memory;
static struct csv *csv;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  support_fail_after(context, &memory, -1);
  csv = NULL;
}

static void tear_down(void *user) {
  (void)user;
  csv_destroy(&csv);
  ls_context_destroy(&context);
}

static ls_status read_text(const char *text) { return csv_read(context, "t.csv", text, strlen(text), &csv); }

static const char *cell(int64_t row, int32_t column) { return csv_at(csv, row, column)->text; }

TEST plain_rows_are_cut_at_commas(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("id,amount\nA,1\nB,2\n"));
  ASSERT_EQ(2, csv->column_count);
  ASSERT_EQ(2, csv->row_count);
  ASSERT_STR_EQ("id", csv->header[0].text);
  ASSERT_STR_EQ("B", cell(1, 0));
  ASSERT_STR_EQ("2", cell(1, 1));
  ASSERT_EQ(3, csv_at(csv, 1, 1)->line);
  ASSERT_EQ(3, csv_at(csv, 1, 1)->character);
  PASS();
}

TEST columns_are_found_by_name(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("id,amount\n"));
  ASSERT_EQ(1, csv_find(csv, "amount"));
  ASSERT_EQ(-1, csv_find(csv, "Amount"));
  ASSERT_EQ(0, csv->row_count);
  PASS();
}

TEST a_missing_last_line_end_is_no_fault(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("a,b\n1,2"));
  ASSERT_EQ(1, csv->row_count);
  ASSERT_STR_EQ("2", cell(0, 1));
  PASS();
}

TEST byte_order_mark_and_crlf_change_nothing(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("\xEF\xBB\xBF"
                                    "a,b\r\n1,\"x\r\ny\"\r\n"));
  ASSERT_STR_EQ("a", csv->header[0].text);
  ASSERT_STR_EQ("b", csv->header[1].text);
  ASSERT_STR_EQ("x\ny", cell(0, 1));
  PASS();
}

TEST quotes_keep_commas_quotes_blanks_and_line_ends(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("a,b,c\n\"1,5\",\"say \"\"yes\"\"\",\" x \"\n\"two\nlines\",,\"\"\nlast,1,2\n"));
  ASSERT_STR_EQ("1,5", cell(0, 0));
  ASSERT_STR_EQ("say \"yes\"", cell(0, 1));
  ASSERT_STR_EQ(" x ", cell(0, 2));
  ASSERT_STR_EQ("two\nlines", cell(1, 0));
  ASSERT_STR_EQ("", cell(1, 1));
  ASSERT_STR_EQ("", cell(1, 2));
  ASSERT(csv_at(csv, 1, 2)->quoted);
  ASSERT_FALSE(csv_at(csv, 1, 1)->quoted);
  ASSERT_EQ(4, csv_at(csv, 1, 1)->line);
  ASSERT_EQ(5, csv_at(csv, 2, 0)->line);
  PASS();
}

TEST blanks_around_plain_cells_are_trimmed(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("a , b\t,c\n 1,two words , \"q\" \n"));
  ASSERT_STR_EQ("b", csv->header[1].text);
  ASSERT_STR_EQ("1", cell(0, 0));
  ASSERT_STR_EQ("two words", cell(0, 1));
  ASSERT_STR_EQ("q", cell(0, 2));
  PASS();
}

TEST comments_and_blank_lines_are_passed_over_and_counted(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("# first \n\na\n  \n1\n#optional-targets\n2\n"));
  ASSERT_EQ(2, csv->row_count);
  ASSERT_EQ(7, csv_at(csv, 1, 0)->line);
  ASSERT_EQ(2, csv->comment_count);
  ASSERT_STR_EQ("first", csv->comment[0].text);
  ASSERT_STR_EQ("optional-targets", csv->comment[1].text);
  ASSERT_EQ(6, csv->comment[1].line);
  PASS();
}

TEST a_number_sign_within_a_row_is_text(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("a,b\nx,# y\n"));
  ASSERT_STR_EQ("# y", cell(0, 1));
  PASS();
}

TEST ragged_rows_are_faults_and_the_others_remain(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("a,b\n1\n2,3\n4,5,6\n"));
  ASSERT_EQ(1, csv->row_count);
  ASSERT_STR_EQ("2", cell(0, 0));
  ASSERT_EQ(2, context_fault_count(context));
  ASSERT_STR_EQ("t.csv:2: the row has 1 cell, must have 2 as the header does", ls_context_message(context, 0));
  ASSERT_STR_EQ("t.csv:4: the row has 3 cells, must have 2 as the header does", ls_context_message(context, 1));
  PASS();
}

TEST an_open_quote_is_told_where_it_opens(void) {
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_text("a,b\n1,\"x\n2,3\n4,5\n"));
  ASSERT_STR_EQ("t.csv:2: character 3: the quote that opens here never ends", ls_context_message(context, 0));
  ASSERT_EQ(NULL, csv);
  PASS();
}

struct refusal {
  const char *text, *message;
};

TEST is_refused(const struct refusal *refusal) {
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_text(refusal->text));
  ASSERT_STR_EQ(refusal->message, ls_context_message(context, 0));
  ASSERT_EQ(NULL, csv);
  PASS();
}

TEST bytes_that_are_no_text_are_named_with_their_place(void) {
  const char nul[] = "a\n1\n\0\n";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, csv_read(context, "t.csv", nul, sizeof nul - 1, &csv));
  ASSERT_STR_EQ("t.csv:3: NUL byte at byte 4, must be text", ls_context_message(context, 0));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, csv_read(context, "t.csv", "a\nb\xE9\n", 5, &csv));
  ASSERT_STR_EQ("t.csv:2: byte 0xE9 at byte 3 is not UTF-8 (Latin-1 or Windows-1252?), must be UTF-8",
                ls_context_message(context, 1));
  PASS();
}

TEST every_failed_allocation_is_told_and_nothing_leaks(void) {
  const char *text = "# c\na,b\n1,2\n\"x\ny\",4\n";
  for (int64_t allowed = 0;; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    struct csv *read = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    const ls_status status = csv_read(poor, "t.csv", text, strlen(text), &read);
    ASSERT_EQ(status == LS_STATUS_OK, read != NULL);
    csv_destroy(&read);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

TEST any_cut_of_a_file_is_read_or_refused_without_harm(void) {
  const char text[] = "\xEF\xBB\xBF# c\r\na,\"b\"\r\n1,\"x\"\"\r\ny\" \r\n2,\xC3\xA9\r\n";
  for (size_t length = 0; length < sizeof text; length++) {
    struct csv *read = NULL;
    (void)csv_read(context, "t.csv", text, length, &read);
    csv_destroy(&read);
  }
  ASSERT(memory.held >= 0);
  PASS();
}

SUITE(csv_reader) {
  static const struct refusal REFUSALS[] = {
      {"", "t.csv:1: the file is empty, must begin with a header line"},
      {"\n# only\n", "t.csv:1: the file is empty, must begin with a header line"},
      {"a;b\n1;2\n", "t.csv:1: columns are separated by ';', must be a comma"},
      {"a\tb\n", "t.csv:1: columns are separated by tabs, must be a comma"},
      {"a|b\n", "t.csv:1: columns are separated by '|', must be a comma"},
      {"a,,c\n", "t.csv:1: column 2 has no name"},
      {"a,b,\n", "t.csv:1: column 3 has no name"},
      {"# x\na,b,a\n", "t.csv:2: column 'a' stands twice (columns 1 and 3)"},
      {"\x1f\x8b\x08", "t.csv:1: the file is compressed with gzip (1F 8B), must be plain text in UTF-8"},
      {"\xff\xfe"
       "a",
       "t.csv:1: the file is UTF-16, little-endian (FF FE at byte 0), must be plain text in UTF-8"},
  };
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(plain_rows_are_cut_at_commas);
  RUN_TEST(columns_are_found_by_name);
  RUN_TEST(a_missing_last_line_end_is_no_fault);
  RUN_TEST(byte_order_mark_and_crlf_change_nothing);
  RUN_TEST(quotes_keep_commas_quotes_blanks_and_line_ends);
  RUN_TEST(blanks_around_plain_cells_are_trimmed);
  RUN_TEST(comments_and_blank_lines_are_passed_over_and_counted);
  RUN_TEST(a_number_sign_within_a_row_is_text);
  RUN_TEST(ragged_rows_are_faults_and_the_others_remain);
  RUN_TEST(an_open_quote_is_told_where_it_opens);
  RUN_TEST(bytes_that_are_no_text_are_named_with_their_place);
  RUN_TEST(every_failed_allocation_is_told_and_nothing_leaks);
  RUN_TEST(any_cut_of_a_file_is_read_or_refused_without_harm);
  for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
    char suffix[32];
    snprintf(suffix, sizeof suffix, "%zu", i);
    greatest_set_test_suffix(suffix);
    RUN_TEST1(is_refused, &REFUSALS[i]);
  }
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(csv_reader);
  GREATEST_MAIN_END();
}
