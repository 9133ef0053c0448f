/* test_hash.c - SHA-256 and digests: known answers, and what may and may not change a digest. */
#include <math.h>

#include "greatest.h"
#include "io/hash.h"
#include "io/read_file.h"
#include "support.h"

static ls_context *context;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
}

static void tear_down(void *user) {
  (void)user;
  ls_context_destroy(&context);
}

/* FIPS 180-2, appendix B.1. */
TEST sha256_of_abc_is_the_published_one(void) {
  char text[SHA256_TEXT_SIZE];
  ASSERT_EQ(LS_STATUS_OK, hash_sha256(context, "abc", 3, text));
  ASSERT_STR_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", text);
  ASSERT_EQ(LS_STATUS_OK, hash_sha256(context, "", 0, text));
  ASSERT_STR_EQ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", text);
  PASS();
}

static void digest_doubles(const double *value, size_t count, char text[DIGEST_TEXT_SIZE]) {
  struct digest *digest = NULL;
  memset(text, 0, DIGEST_TEXT_SIZE);
  if (digest_create(context, &digest) != LS_STATUS_OK) return;
  digest_update_doubles(digest, value, count);
  digest_final_hex(digest, text);
  digest_destroy(&digest);
}

TEST minus_zero_counts_as_zero_and_any_nan_as_one(void) {
  char a[DIGEST_TEXT_SIZE], b[DIGEST_TEXT_SIZE];
  const double plain[] = {0.0, 1.0, NAN}, other[] = {-0.0, 1.0, -NAN}, different[] = {0.0, 1.0 + 2.3e-16, NAN};
  digest_doubles(plain, 3, a);
  digest_doubles(other, 3, b);
  ASSERT_EQ(32, strlen(a));
  ASSERT_STR_EQ(a, b);
  digest_doubles(different, 3, b);
  ASSERT(strcmp(a, b) != 0);
  PASS();
}

TEST long_arrays_count_to_the_last_value(void) {
  double value[1300];
  char a[DIGEST_TEXT_SIZE], b[DIGEST_TEXT_SIZE];
  for (int i = 0; i < 1300; i++) value[i] = i;
  digest_doubles(value, 1300, a);
  value[1299] += 1.0;
  digest_doubles(value, 1300, b);
  ASSERT(strcmp(a, b) != 0);
  PASS();
}

TEST kinds_and_counts_are_part_of_a_digest(void) {
  struct digest *one = NULL, *other = NULL;
  char a[DIGEST_TEXT_SIZE], b[DIGEST_TEXT_SIZE];
  ASSERT_EQ(LS_STATUS_OK, digest_create(context, &one));
  ASSERT_EQ(LS_STATUS_OK, digest_create(context, &other));
  digest_update_text(one, "ab");
  digest_update_text(one, "c");
  digest_update_text(other, "a");
  digest_update_text(other, "bc");
  digest_final_hex(one, a);
  digest_final_hex(other, b);
  ASSERT(strcmp(a, b) != 0);
  digest_destroy(&one);
  digest_destroy(&other);
  PASS();
}

TEST int32_and_int64_of_equal_value_agree(void) {
  struct digest *one = NULL, *other = NULL;
  char a[DIGEST_TEXT_SIZE], b[DIGEST_TEXT_SIZE];
  const int32_t narrow[] = {-1, 5};
  const int64_t wide[] = {-1, 5};
  ASSERT_EQ(LS_STATUS_OK, digest_create(context, &one));
  ASSERT_EQ(LS_STATUS_OK, digest_create(context, &other));
  digest_update_int32(one, narrow, 2);
  digest_update_int64(other, wide, 2);
  digest_final_hex(one, a);
  digest_final_hex(other, b);
  ASSERT_STR_EQ(a, b);
  digest_destroy(&one);
  digest_destroy(&other);
  PASS();
}

TEST files_are_read_whole_or_refused(void) {
  char folder[4096];
  char *data = NULL;
  size_t length = 0;
  ASSERT(support_make_folder(folder));
  ASSERT(support_write_file(folder, "a.csv", "id\nA\n"));
  char *path = path_join(context, folder, "a.csv");
  ASSERT_EQ(LS_STATUS_OK, read_file(context, path, &data, &length));
  ASSERT_STR_EQ("id\nA\n", data);
  ASSERT_EQ(5, length);
  context_release(context, data);
  context_release(context, path);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_file(context, folder, &data, &length));
  ASSERT_EQ(LS_STATUS_INPUT_MISSING, read_file(context, "/no/such/file", &data, &length));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_file(context, "/dev/null", &data, &length));
  support_remove_folder(folder);
  PASS();
}

SUITE(hashes) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(sha256_of_abc_is_the_published_one);
  RUN_TEST(minus_zero_counts_as_zero_and_any_nan_as_one);
  RUN_TEST(long_arrays_count_to_the_last_value);
  RUN_TEST(kinds_and_counts_are_part_of_a_digest);
  RUN_TEST(int32_and_int64_of_equal_value_agree);
  RUN_TEST(files_are_read_whole_or_refused);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(hashes);
  GREATEST_MAIN_END();
}
