/* test_context.c - messages with file and line, statuses, allocation that fails on demand, texts, the wish to stop. */
#include <string.h>

#include "core/context.h"
#include "greatest.h"
#include "support.h"

static ls_context *context;
static struct failing_allocator memory;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  support_fail_after(context, &memory, -1);
}

static void tear_down(void *user) {
  (void)user;
  ls_context_destroy(&context);
}

/* ---- statuses ------------------------------------------------------------------------------------------------------ */

TEST every_status_has_a_text_and_an_exit_code(void) {
#define CHECK_STATUS(name, number, code, text)            \
  ASSERT_EQ(number, (int)LS_STATUS_##name);               \
  ASSERT_EQ(code, ls_status_exit_code(LS_STATUS_##name)); \
  ASSERT_STR_EQ(text, ls_status_text(LS_STATUS_##name));
  LS_STATUS_LIST(CHECK_STATUS)
#undef CHECK_STATUS
  PASS();
}

TEST an_unknown_status_is_an_internal_error(void) {
  ASSERT_EQ(70, ls_status_exit_code((ls_status)1000));
  ASSERT_STR_EQ("unknown status", ls_status_text((ls_status)1000));
  PASS();
}

TEST version_has_three_numbers(void) {
  int major, minor, patch;
  ASSERT_EQ(3, sscanf(ls_version(), "%d.%d.%d", &major, &minor, &patch));
  PASS();
}

/* ---- messages ------------------------------------------------------------------------------------------------------ */

TEST a_fault_names_file_and_line(void) {
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, context_fault(context, "liabilities.csv", 14, "amount is %g, must be >= 0", -3.5));
  ASSERT_EQ(1, ls_context_message_count(context));
  ASSERT_STR_EQ("liabilities.csv:14: amount is -3.5, must be >= 0", ls_context_message(context, 0));
  const struct message *message = context_error(context, 0);
  ASSERT_STR_EQ("liabilities.csv", message->file);
  ASSERT_EQ(14, message->line);
  ASSERT_STR_EQ("amount is -3.5, must be >= 0", message->text);
  PASS();
}

TEST a_fault_without_a_line_names_the_file(void) {
  context_fault(context, "entities.csv", 0, "no rows");
  ASSERT_STR_EQ("entities.csv: no rows", ls_context_message(context, 0));
  PASS();
}

TEST a_failure_passes_its_status_on(void) {
  ASSERT_EQ(LS_STATUS_IO, context_fail(context, LS_STATUS_IO, "cannot write '%s'", "x"));
  ASSERT_STR_EQ("cannot write 'x'", ls_context_message(context, 0));
  ASSERT_EQ(LS_STATUS_IO, context_error(context, 0)->status);
  PASS();
}

TEST warnings_stay_apart_from_errors(void) {
  context_warn(context, NULL, 0, "odd");
  ASSERT_EQ(0, ls_context_message_count(context));
  ASSERT_EQ(0, context_fault_count(context));
  ASSERT_EQ(1, ls_context_warning_count(context));
  ASSERT_STR_EQ("odd", ls_context_warning(context, 0));
  PASS();
}

TEST twenty_messages_are_kept_and_all_are_counted(void) {
  for (int k = 0; k < 25; k++) context_fault(context, "f.csv", k + 1, "fault");
  ASSERT_EQ(20, ls_context_message_count(context));
  ASSERT_EQ(25, context_fault_count(context));
  ASSERT_STR_EQ("f.csv:20: fault", ls_context_message(context, 19));
  PASS();
}

TEST a_message_out_of_range_is_empty(void) {
  ASSERT_STR_EQ("", ls_context_message(context, -1));
  ASSERT_STR_EQ("", ls_context_message(context, 0));
  ASSERT_STR_EQ("", ls_context_warning(context, 7));
  ASSERT_EQ(NULL, context_error(context, 0));
  PASS();
}

TEST clearing_forgets_messages(void) {
  context_fault(context, "f.csv", 1, "fault");
  context_warn(context, "f.csv", 1, "odd");
  ls_context_clear_messages(context);
  ASSERT_EQ(0, ls_context_message_count(context));
  ASSERT_EQ(0, ls_context_warning_count(context));
  ASSERT_EQ(0, context_fault_count(context));
  ASSERT_EQ(0, memory.held);
  PASS();
}

/* ---- memory -------------------------------------------------------------------------------------------------------- */

TEST memory_is_zeroed_and_aligned_to_64(void) {
  for (size_t count = 0; count < 300; count += 7) {
    unsigned char *block = context_allocate(context, count, 3);
    ASSERT(block != NULL);
    ASSERT_EQ(0, (uintptr_t)block % 64);
    for (size_t k = 0; k < 3 * count; k++) ASSERT_EQ(0, block[k]);
    memset(block, 0xff, 3 * count);
    context_release(context, block);
  }
  ASSERT_EQ(0, memory.held);
  PASS();
}

TEST a_product_that_overflows_is_no_memory(void) {
  ASSERT_EQ(NULL, context_allocate(context, SIZE_MAX / 2, 3));
  ASSERT_EQ(NULL, context_allocate(context, SIZE_MAX - 8, 1));
  ASSERT_EQ(1, ls_context_message_count(context));
  ASSERT_STR_EQ("out of memory", ls_context_message(context, 0));
  ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, context_error(context, 0)->status);
  PASS();
}

TEST growing_keeps_contents_and_zeroes_the_rest(void) {
  int *values = context_allocate(context, 2, sizeof *values);
  ASSERT(values != NULL);
  values[0] = 4;
  values[1] = 5;
  values = context_grow(context, values, 2, 100, sizeof *values);
  ASSERT(values != NULL);
  ASSERT_EQ(4, values[0]);
  ASSERT_EQ(5, values[1]);
  ASSERT_EQ(0, values[99]);
  context_release(context, values);
  ASSERT_EQ(0, memory.held);
  PASS();
}

TEST growing_from_nothing_allocates(void) {
  void *block = context_grow(context, NULL, 0, 3, 8);
  ASSERT(block != NULL);
  context_release(context, block);
  context_release(context, NULL);
  PASS();
}

TEST copies_of_text_end_where_they_should(void) {
  char *whole = context_copy_text(context, "abc"), *part = context_copy_text_of(context, "abcdef", 4);
  char *printed = context_print(context, "%s-%d", "x", 7);
  ASSERT_STR_EQ("abc", whole);
  ASSERT_STR_EQ("abcd", part);
  ASSERT_STR_EQ("x-7", printed);
  context_release(context, whole);
  context_release(context, part);
  context_release(context, printed);
  PASS();
}

static ls_status use_everything(ls_context *used) {
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  ls_text *text = NULL;
  char *block = context_allocate(used, 10, 1), *printed = NULL;
  if (block == NULL) goto cleanup;
  char *larger = context_grow(used, block, 10, 20, 1);
  if (larger == NULL) goto cleanup;
  block = larger;
  printed = context_print(used, "%d", 1);
  if (printed == NULL) goto cleanup;
  context_fault(used, "f.csv", 3, "fault");
  context_warn(used, NULL, 0, "odd");
  text = text_create(used, "data", 4);
  status = text != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
cleanup:
  ls_text_destroy(&text);
  context_release(used, printed);
  context_release(used, block);
  return status;
}

TEST every_allocation_may_fail_once_without_a_leak(void) {
  bool done = false;
  for (int64_t allowed = 0; !done; allowed++) {
    ASSERT(allowed < 100);
    support_fail_after(context, &memory, allowed);
    done = use_everything(context) == LS_STATUS_OK && memory.made < allowed;
    if (memory.made == allowed && !done) ASSERT(ls_context_message_count(context) >= 1);
    ls_context_clear_messages(context);
    ASSERT_EQ(0, memory.held);
  }
  PASS();
}

TEST a_message_that_finds_no_memory_is_still_counted(void) {
  support_fail_after(context, &memory, 0);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, context_fault(context, "f.csv", 3, "fault"));
  ASSERT_EQ(1, context_fault_count(context));
  ASSERT_STR_EQ("out of memory", ls_context_message(context, 0));
  PASS();
}

/* ---- texts, stopping, progress --------------------------------------------------------------------------------------- */

TEST a_text_outlives_its_context(void) {
  ls_text *text = text_create(context, "a\0b", 3);
  ls_context_destroy(&context);
  ASSERT_EQ(3, ls_text_length(text));
  ASSERT_MEM_EQ("a\0b", ls_text_data(text), 4);
  ls_text_destroy(&text);
  ASSERT_EQ(NULL, text);
  ls_text_destroy(&text);
  ls_text_destroy(NULL);
  ASSERT_EQ(0, memory.held);
  PASS();
}

TEST destroying_nothing_is_allowed(void) {
  ls_context *none = NULL;
  ls_context_destroy(&none);
  ls_context_destroy(NULL);
  PASS();
}

TEST a_stop_once_requested_is_seen(void) {
  ASSERT_FALSE(context_stop_requested(context));
  ls_context_request_stop(context);
  ASSERT(context_stop_requested(context));
  PASS();
}

static void note_progress(int64_t done, int64_t total, void *user) {
  int64_t *noted = user;
  noted[0] = done;
  noted[1] = total;
}

TEST progress_reaches_the_caller(void) {
  int64_t noted[2] = {0, 0};
  context_report_progress(context, 1, 2);
  ls_context_set_progress(context, note_progress, noted);
  context_report_progress(context, 3, 4);
  ASSERT_EQ(3, noted[0]);
  ASSERT_EQ(4, noted[1]);
  PASS();
}

SUITE(statuses) {
  RUN_TEST(every_status_has_a_text_and_an_exit_code);
  RUN_TEST(an_unknown_status_is_an_internal_error);
  RUN_TEST(version_has_three_numbers);
}

SUITE(contexts) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(a_fault_names_file_and_line);
  RUN_TEST(a_fault_without_a_line_names_the_file);
  RUN_TEST(a_failure_passes_its_status_on);
  RUN_TEST(warnings_stay_apart_from_errors);
  RUN_TEST(twenty_messages_are_kept_and_all_are_counted);
  RUN_TEST(a_message_out_of_range_is_empty);
  RUN_TEST(clearing_forgets_messages);
  RUN_TEST(memory_is_zeroed_and_aligned_to_64);
  RUN_TEST(a_product_that_overflows_is_no_memory);
  RUN_TEST(growing_keeps_contents_and_zeroes_the_rest);
  RUN_TEST(growing_from_nothing_allocates);
  RUN_TEST(copies_of_text_end_where_they_should);
  RUN_TEST(every_allocation_may_fail_once_without_a_leak);
  RUN_TEST(a_message_that_finds_no_memory_is_still_counted);
  RUN_TEST(a_text_outlives_its_context);
  RUN_TEST(destroying_nothing_is_allowed);
  RUN_TEST(a_stop_once_requested_is_seen);
  RUN_TEST(progress_reaches_the_caller);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(statuses);
  RUN_SUITE(contexts);
  GREATEST_MAIN_END();
}
