/* test_yaml.c - YAML as a tree with lines, accessors with ranges, and what is refused. */
#include <math.h>

#include "greatest.h"
#include "io/yaml.h"
#include "support.h"

static ls_context *context;
static struct failing_allocator memory;
static struct yaml_node *root;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  support_fail_after(context, &memory, -1);
  root = NULL;
}

static void tear_down(void *user) {
  (void)user;
  yaml_destroy(&root);
  ls_context_destroy(&context);
}

static ls_status read_text(const char *text) { return yaml_read(context, "t.yaml", text, strlen(text), &root); }

TEST nodes_know_their_lines_and_kinds(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("# top\nname: toy\nfactors:\n  - {name: a}\n  - name: b\n    size: 2\n"));
  ASSERT_EQ(NODE_MAPPING, root->kind);
  ASSERT_EQ(2, root->count);
  ASSERT_STR_EQ("toy", yaml_find(root, "name")->text);
  ASSERT_EQ(2, yaml_find(root, "name")->line);
  const struct yaml_node *factors = yaml_find(root, "factors");
  ASSERT_EQ(NODE_SEQUENCE, factors->kind);
  ASSERT_EQ(2, factors->count);
  ASSERT_EQ(NULL, factors->key);
  ASSERT_EQ(5, factors->item[1]->line);
  ASSERT_STR_EQ("b", yaml_find(factors->item[1], "name")->text);
  ASSERT_EQ(3, yaml_key_line(root, "factors"));
  ASSERT_EQ(NULL, yaml_find(root, "nothing"));
  ASSERT_EQ(NULL, yaml_find(factors, "name"));
  PASS();
}

TEST a_text_without_content_is_an_empty_mapping(void) {
  ASSERT_EQ(LS_STATUS_OK, read_text("# nothing\n"));
  ASSERT_EQ(NODE_MAPPING, root->kind);
  ASSERT_EQ(0, root->count);
  PASS();
}

TEST accessors_give_values_or_what_stands_otherwise(void) {
  static const char *const CHOICES[] = {"gaussian", "student-t", NULL};
  ASSERT_EQ(LS_STATUS_OK, read_text("a: 0.5\nn: 3\nyes: true\ncopula: student-t\ntext: \"7\"\n"));
  ASSERT_EQ(0.5, yaml_number(context, root, "a", 0.0, 1.0, 9.0));
  ASSERT_EQ(9.0, yaml_number(context, root, "b", 0.0, 1.0, 9.0));
  ASSERT_EQ(3, yaml_integer(context, root, "n", 1, 5, 2));
  ASSERT(yaml_bool(context, root, "yes", false));
  ASSERT(yaml_bool(context, root, "no", true));
  ASSERT_EQ(1, yaml_choice(context, root, "copula", CHOICES, 0));
  ASSERT_STR_EQ("7", yaml_text(context, root, "text", ""));
  ASSERT_STR_EQ("else", yaml_text(context, root, "none", "else"));
  ASSERT_EQ(0, context_fault_count(context));
  PASS();
}

TEST faulty_values_are_told_with_line_and_rule(void) {
  static const char *const CHOICES[] = {"gaussian", "student-t", NULL};
  static const char *const KEYS[] = {"a", "b", "c", "d", "e", "copula", NULL};
  ASSERT_EQ(LS_STATUS_OK, read_text("a: -1\nb: 1.5\nc: [1]\nd: \"2\"\ne: maybe\ncopola: x\n"));
  ASSERT_EQ(9.0, yaml_number(context, root, "a", 0.0, INFINITY, 9.0));
  ASSERT_STR_EQ("t.yaml:1: a is -1, must be >= 0", ls_context_message(context, 0));
  ASSERT_EQ(2, yaml_integer(context, root, "b", 0, 5, 2));
  ASSERT_STR_EQ("t.yaml:2: b is '1.5', must be a whole number", ls_context_message(context, 1));
  ASSERT_EQ(9.0, yaml_number(context, root, "c", 0.0, 1.0, 9.0));
  ASSERT_STR_EQ("t.yaml:3: c is a list, must be a number", ls_context_message(context, 2));
  ASSERT_EQ(9.0, yaml_number(context, root, "d", 0.0, 1.0, 9.0));
  ASSERT_STR_EQ("t.yaml:4: d is a text in quotes, must be a number", ls_context_message(context, 3));
  ASSERT_FALSE(yaml_bool(context, root, "e", false));
  ASSERT_STR_EQ("t.yaml:5: e is 'maybe', must be true or false", ls_context_message(context, 4));
  ASSERT_EQ(0, yaml_choice(context, root, "e", CHOICES, 0));
  ASSERT_STR_EQ("t.yaml:5: e is 'maybe', must be one of gaussian, student-t", ls_context_message(context, 5));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, yaml_check_keys(context, root, KEYS));
  ASSERT_STR_EQ("t.yaml:6: unknown key 'copola', did you mean 'copula'?", ls_context_message(context, 6));
  ASSERT_EQ(NULL, yaml_require(context, root, "copula", NODE_SCALAR));
  ASSERT_STR_EQ("t.yaml:1: key 'copula' is missing", ls_context_message(context, 7));
  ASSERT_EQ(NULL, yaml_find_kind(context, root, "a", NODE_SEQUENCE));
  ASSERT_STR_EQ("t.yaml:1: a is a single value, must be a list", ls_context_message(context, 8));
  PASS();
}

struct refusal {
  const char *text, *message;
};

TEST is_refused(const struct refusal *refusal) {
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_text(refusal->text));
  ASSERT_STR_EQ(refusal->message, ls_context_message(context, 0));
  ASSERT_EQ(NULL, root);
  PASS();
}

TEST deep_nesting_is_refused(void) {
  char text[200];
  memset(text, '[', 99);
  memset(text + 99, ']', 99);
  text[198] = '\0';
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, read_text(text));
  ASSERT_STR_EQ("t.yaml:1: nested too deeply", ls_context_message(context, 0));
  PASS();
}

TEST every_failed_allocation_is_told_and_nothing_leaks(void) {
  const char *text = "a: [1, 2]\nb: {c: d}\n";
  for (int64_t allowed = 0;; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    struct yaml_node *read = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    const ls_status status = yaml_read(poor, "t.yaml", text, strlen(text), &read);
    ASSERT_EQ(status == LS_STATUS_OK, read != NULL);
    yaml_destroy(&read);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

SUITE(yaml_reader) {
  static const struct refusal REFUSALS[] = {
      {"a: 1\na: 2\n", "t.yaml:2: key 'a' stands twice (first in line 1)"},
      {"a: &x 1\nb: *x\n", "t.yaml:1: an alias repeats this node, must be written out"},
      {"a: &x [*x]\n", "t.yaml:1: an alias repeats this node, must be written out"},
      {"? [a]\n: 1\n", "t.yaml:1: a key is no plain text"},
      {"a: 1\n--- \nb: 2\n", "t.yaml:3: a second document begins, must be one"},
      {"a: [1\nb: 2\n", "t.yaml:2: not valid YAML: did not find expected ',' or ']' (column 2)"},
      {"a: \"x\\0y\"\n", "t.yaml:1: NUL character in a text"},
      {"a: \xE9\n", "t.yaml:1: byte 0xE9 at byte 3 is not UTF-8 (Latin-1 or Windows-1252?), must be UTF-8"},
  };
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(nodes_know_their_lines_and_kinds);
  RUN_TEST(a_text_without_content_is_an_empty_mapping);
  RUN_TEST(accessors_give_values_or_what_stands_otherwise);
  RUN_TEST(faulty_values_are_told_with_line_and_rule);
  RUN_TEST(deep_nesting_is_refused);
  RUN_TEST(every_failed_allocation_is_told_and_nothing_leaks);
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
  RUN_SUITE(yaml_reader);
  GREATEST_MAIN_END();
}
