/* test_hdf5_reader.c - the process that looks into HDF5 files: what happens when it dies, and that none is left behind. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "greatest.h"
#include "io/hdf5_private.h"
#include "support.h"

static ls_context *context;
static char path[64];

static void set_up(void *user) {
  struct hdf5_file *file = NULL;
  const double number[3] = {1, 2, 3};
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  snprintf(path, sizeof path, "/tmp/loopstress-reader-%ld.h5", (long)getpid());
  if (hdf5_create(context, path, true, 1000, &file) != LS_STATUS_OK) abort();
  const hdf5_id root = hdf5_root(file);
  const struct hdf5_array array = {
      .group = root, .name = "x", .rank = 1, .dimension = {hdf5_scale_bare(file, root, "x_length", 3)}};
  hdf5_put_text(file, root, "title", "a text");
  hdf5_put_number(file, root, "number", 0.1);
  hdf5_put_integers(file, root, "some", (const int64_t[]){7, -8}, 2);
  hdf5_write_numbers(file, &array, number);
  if (hdf5_commit(&file) != LS_STATUS_OK) abort();
}

static void tear_down(void *user) {
  (void)user;
  unlink(path);
  ls_context_destroy(&context);
}

static bool has_children(void) { return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD; }

TEST what_is_asked_is_answered(void) {
  struct hdf5_file *file = NULL;
  char *text = NULL;
  int64_t *some = NULL, count = 0, whole = 5;
  double number = 0, *value = NULL;
  ASSERT_EQ(LS_STATUS_OK, hdf5_open(context, path, &file));
  const hdf5_id root = hdf5_root(file);
  ASSERT(hdf5_has(file, root, "x") && !hdf5_has(file, root, "y"));
  ASSERT(hdf5_has_attribute(file, root, "title") && !hdf5_has_attribute(file, root, "titel"));
  ASSERT_EQ(LS_STATUS_OK, hdf5_get_text(file, root, "title", &text));
  ASSERT_STR_EQ("a text", text);
  ASSERT_EQ(LS_STATUS_OK, hdf5_get_number(file, root, "number", &number));
  ASSERT_EQ(0.1, number);
  ASSERT_EQ(LS_STATUS_OK, hdf5_get_integers(file, root, "some", &some, &count));
  ASSERT(count == 2 && some[0] == 7 && some[1] == -8);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, hdf5_get_integer(file, root, "some", &whole));
  ASSERT_EQ(5, whole);
  ASSERT_EQ(LS_STATUS_OK, hdf5_read_numbers(file, root, "x", 3, &value));
  ASSERT(value[0] == 1 && value[2] == 3);
  ASSERT_EQ(1, ls_context_message_count(context));
  context_release(context, value);
  context_release(context, some);
  context_release(context, text);
  hdf5_close(&file);
  ASSERT(!has_children());
  PASS();
}

TEST a_reader_that_dies_is_a_damaged_file(void) {
  struct hdf5_file *file = NULL;
  double *value = NULL;
  ASSERT_EQ(LS_STATUS_OK, hdf5_open(context, path, &file));
  const hdf5_id root = hdf5_root(file);
  ASSERT_EQ(0, kill(file->reader, SIGSEGV));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, hdf5_read_numbers(file, root, "x", 3, &value));
  ASSERT(value == NULL);
  ASSERT(strstr(ls_context_message(context, 0), "damaged or hostile") != NULL);
  ASSERT(!hdf5_has(file, root, "x")); /* and it is not said again */
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, hdf5_read_numbers(file, root, "x", 3, &value));
  ASSERT_EQ(1, ls_context_message_count(context));
  hdf5_close(&file);
  ASSERT(!has_children());
  PASS();
}

TEST it_may_open_nothing(void) {
  struct hdf5_file *file = NULL;
  char status[4096], name[64];
  if (!hdf5_reader_is_walled()) SKIPm("built without seccomp");
  ASSERT_EQ(LS_STATUS_OK, hdf5_open(context, path, &file));
  snprintf(name, sizeof name, "/proc/%ld/status", (long)file->reader);
  FILE *stream = fopen(name, "r");
  ASSERT(stream != NULL);
  status[fread(status, 1, sizeof status - 1, stream)] = '\0';
  fclose(stream);
  hdf5_close(&file);
  ASSERT(strstr(status, "Seccomp:\t2") != NULL); /* a filter is in force */
  PASS();
}

TEST many_files_leave_nothing_open(void) {
  for (int k = 0; k < 50; k++) {
    struct hdf5_file *one = NULL, *two = NULL;
    ASSERT_EQ(LS_STATUS_OK, hdf5_open(context, path, &one));
    ASSERT_EQ(LS_STATUS_OK, hdf5_open(context, path, &two));
    ASSERT(hdf5_has(one, hdf5_root(one), "x") && hdf5_has(two, hdf5_root(two), "x"));
    ASSERT(one->reader_socket < 20);
    hdf5_close(&one);
    hdf5_close(&two);
  }
  ASSERT(!has_children());
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  GREATEST_SET_SETUP_CB(set_up, NULL);
  GREATEST_SET_TEARDOWN_CB(tear_down, NULL);
  RUN_TEST(what_is_asked_is_answered);
  RUN_TEST(a_reader_that_dies_is_a_damaged_file);
  RUN_TEST(it_may_open_nothing);
  RUN_TEST(many_files_leave_nothing_open);
  GREATEST_MAIN_END();
}
