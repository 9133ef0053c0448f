/* test_output_file.c - output files appear whole or not at all; text and JSON come out as they should in any locale. */
#define _GNU_SOURCE
#include <dirent.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "greatest.h"
#include "io/buffer.h"
#include "io/file.h"
#include "io/json.h"
#include "support.h"

static ls_context *context;
static char folder[4096];

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK || !support_make_folder(folder)) abort();
}

static void tear_down(void *user) {
  (void)user;
  support_remove_folder(folder);
  ls_context_destroy(&context);
}

static const char *in_folder(const char *name) {
  static char path[4200];
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int entries(void) {
  int count = 0;
  DIR *directory = opendir(folder);
  while (directory != NULL && readdir(directory) != NULL) count++;
  if (directory != NULL) (void)closedir(directory);
  return count - 2;
}

static bool holds(const char *name, const char *text) {
  size_t length = 0;
  char *found = support_read_file(in_folder(name), &length);
  bool same = found != NULL && strcmp(found, text) == 0;
  free(found);
  return same;
}

TEST a_file_appears_with_its_contents_and_nothing_else(void) {
  ASSERT_EQ(LS_STATUS_OK, file_write(context, in_folder("a"), "hello", 5, false));
  ASSERT(holds("a", "hello"));
  ASSERT_EQ(1, entries());
  PASS();
}

TEST an_existing_file_is_replaced_only_if_asked(void) {
  ASSERT_EQ(LS_STATUS_OK, file_write(context, in_folder("a"), "old", 3, false));
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, file_write(context, in_folder("a"), "new", 3, false));
  ASSERT(holds("a", "old"));
  ASSERT_EQ(LS_STATUS_OK, file_write(context, in_folder("a"), "new", 3, true));
  ASSERT(holds("a", "new"));
  ASSERT_EQ(1, entries());
  PASS();
}

TEST folders_links_and_pipes_are_never_replaced(void) {
  ASSERT_EQ(0, mkdir(in_folder("d"), 0777));
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, file_write(context, in_folder("d"), "x", 1, true));
  ASSERT_EQ(0, mkfifo(in_folder("p"), 0666));
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, file_write(context, in_folder("p"), "x", 1, true));
  ASSERT_EQ(0, symlink("nowhere", in_folder("l")));
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, file_write(context, in_folder("l"), "x", 1, true));
  ASSERT_EQ(3, entries());
  PASS();
}

TEST a_missing_folder_cannot_be_written_to(void) {
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, file_write(context, in_folder("none/a"), "x", 1, false));
  ASSERT_EQ(LS_STATUS_OUTPUT_EXISTS, file_write(context, "", "x", 1, false));
  PASS();
}

TEST a_closed_folder_is_a_matter_of_permission(void) {
  if (geteuid() == 0) SKIPm("root may write anywhere");
  ASSERT_EQ(0, chmod(folder, 0555));
  ls_status status = file_write(context, in_folder("a"), "x", 1, false);
  ASSERT_EQ(0, chmod(folder, 0755));
  ASSERT_EQ(LS_STATUS_PERMISSION, status);
  PASS();
}

TEST a_stop_request_leaves_the_old_file_and_no_other(void) {
  static char large[5 << 20];
  ASSERT_EQ(LS_STATUS_OK, file_write(context, in_folder("a"), "old", 3, false));
  ls_context_request_stop(context);
  ASSERT_EQ(LS_STATUS_INTERRUPTED, file_write(context, in_folder("a"), large, sizeof large, true));
  ASSERT(holds("a", "old"));
  ASSERT_EQ(1, entries());
  PASS();
}

TEST every_failed_allocation_leaves_no_file(void) {
  for (int64_t allowed = 0;; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *frail = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    ls_status status = file_write(frail, in_folder("a"), "x", 1, false);
    ASSERT(status == LS_STATUS_OK || (status == LS_STATUS_OUT_OF_MEMORY && entries() == 0));
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
    if (status == LS_STATUS_OK) PASS();
  }
}

/* ---- text ------------------------------------------------------------------------------------------------------------------ */

TEST numbers_have_a_point_in_every_locale(void) {
  char text[32];
  const char *found = setlocale(LC_NUMERIC, "de_DE.UTF-8");
  number_format(text, -1234.5e-20);
  (void)setlocale(LC_NUMERIC, "C");
  ASSERT_STR_EQ("-1.2345e-17", text);
  if (found == NULL) SKIPm("no locale with a comma is installed");
  PASS();
}

static json_t *write_and_load(const char *text, double number) {
  struct json json = json_start(context);
  ls_text *document = NULL;
  json_object_begin(&json, NULL);
  json_text(&json, text, text);
  json_list_begin(&json, "list");
  json_number(&json, NULL, number);
  json_flag(&json, NULL, true);
  json_object_begin(&json, NULL);
  json_object_end(&json);
  json_whole(&json, NULL, INT64_MIN);
  json_nothing(&json, NULL);
  json_list_end(&json);
  json_object_end(&json);
  if (json_finish(&json, &document) != LS_STATUS_OK) return NULL;
  json_t *loaded = json_loads(ls_text_data(document), JSON_REJECT_DUPLICATES, NULL);
  ls_text_destroy(&document);
  return loaded;
}

TEST jansson_reads_back_every_text_and_number(void) {
  static const char *const text[] = {"", "plain", "\"quoted\\\"", "tab\tnew\nline\x01\x7f", "CRÉDIT-Ω 😀"};
  static const double number[] = {0.1, -1e300, 5e-324, 1234567890123456.7, 3};
  for (int k = 0; k < 5; k++) {
    json_t *loaded = write_and_load(text[k], number[k]);
    ASSERT(loaded != NULL);
    json_t *list = json_object_get(loaded, "list");
    ASSERT_STR_EQ(text[k], json_string_value(json_object_get(loaded, text[k])));
    ASSERT_EQ_FMT(number[k], json_number_value(json_array_get(list, 0)), "%.17g");
    ASSERT(json_is_true(json_array_get(list, 1)) && json_is_object(json_array_get(list, 2)));
    ASSERT(json_integer_value(json_array_get(list, 3)) == INT64_MIN && json_is_null(json_array_get(list, 4)));
    json_decref(loaded);
  }
  PASS();
}

TEST what_is_not_finite_is_null_and_bad_bytes_are_marked(void) {
  static const double number[] = {NAN, INFINITY, -INFINITY};
  for (int k = 0; k < 3; k++) {
    json_t *loaded = write_and_load("bad \xff\xc0\x80 \xed\xa0\x80", number[k]);
    ASSERT(loaded != NULL);
    ASSERT(json_is_null(json_array_get(json_object_get(loaded, "list"), 0)));
    json_decref(loaded);
  }
  PASS();
}

TEST an_open_document_is_an_internal_fault(void) {
  struct json json = json_start(context);
  ls_text *document = NULL;
  json_object_begin(&json, NULL);
  ASSERT_EQ(LS_STATUS_INTERNAL, json_finish(&json, &document));
  ASSERT(document == NULL);
  PASS();
}

TEST a_report_without_memory_is_reported(void) {
  for (int64_t allowed = 0; allowed < 3; allowed++) {
    struct failing_allocator allocator = {0};
    ls_context *frail = NULL;
    ls_text *document = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&frail));
    support_fail_after(frail, &allocator, allowed);
    struct json json = json_start(frail);
    json_list_begin(&json, NULL);
    for (int k = 0; k < 200; k++) json_number(&json, NULL, k / 3.0);
    json_list_end(&json);
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, json_finish(&json, &document));
    ls_context_clear_messages(frail);
    ASSERT_EQ(0, allocator.held);
    ls_context_destroy(&frail);
  }
  PASS();
}

SUITE(output) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(a_file_appears_with_its_contents_and_nothing_else);
  RUN_TEST(an_existing_file_is_replaced_only_if_asked);
  RUN_TEST(folders_links_and_pipes_are_never_replaced);
  RUN_TEST(a_missing_folder_cannot_be_written_to);
  RUN_TEST(a_closed_folder_is_a_matter_of_permission);
  RUN_TEST(a_stop_request_leaves_the_old_file_and_no_other);
  RUN_TEST(every_failed_allocation_leaves_no_file);
  RUN_TEST(numbers_have_a_point_in_every_locale);
  RUN_TEST(jansson_reads_back_every_text_and_number);
  RUN_TEST(what_is_not_finite_is_null_and_bad_bytes_are_marked);
  RUN_TEST(an_open_document_is_an_internal_fault);
  RUN_TEST(a_report_without_memory_is_reported);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(output);
  GREATEST_MAIN_END();
}
