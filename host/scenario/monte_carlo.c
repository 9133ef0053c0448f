/* monte_carlo.c - random scenarios as a YAML file describes them: how many, from which seed, and which are kept; the
 * distributions are read by factors.c and marginals.c. */
#include "math/student.h"
#include "network/ensemble.h"
#include "network/redraw.h"
#include "scenario/random_model.h"

#include <string.h>

static const int64_t COUNT_MAX = 1000000000000;
static const uint64_t SEED_DEFAULT = 1; /* stated in docs/file-formats.md */

/* A seed has up to 64 bits, more than a YAML number is sure to keep: digits only, or 0x and hexadecimal digits. */
static bool parse_seed(const char *text, uint64_t *seed) {
  uint64_t base = strncmp(text, "0x", 2) == 0 ? 16 : 10, value = 0;
  if (base == 16) text += 2;
  if (*text == '\0') return false;
  for (; *text != '\0'; text++) {
    uint64_t digit = 99;
    if (*text >= '0' && *text <= '9') digit = (uint64_t)(*text - '0');
    if (*text >= 'a' && *text <= 'f') digit = (uint64_t)(*text - 'a') + 10;
    if (*text >= 'A' && *text <= 'F') digit = (uint64_t)(*text - 'A') + 10;
    if (digit >= base || __builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value)) {
      return false;
    }
  }
  *seed = value;
  return true;
}

static void read_seed(struct random_model *model) {
  struct scenario_reader *reader = model->reader;
  uint64_t seed = SEED_DEFAULT;
  const struct yaml_node *node = yaml_find_kind(reader->context, model->root, "seed", NODE_SCALAR);
  if (node != NULL && !parse_seed(node->text, &seed)) {
    context_fault(reader->context, node->file, node->line, "seed is '%s', must be a whole number from 0 to %llu",
                  node->text, (unsigned long long)UINT64_MAX);
  }
  reader->set->seed = reader->options->has_seed ? reader->options->seed : seed;
  reader->set->shock.seed = reader->set->seed;
}

static void read_count(struct random_model *model) {
  struct scenario_reader *reader = model->reader;
  int64_t given = reader->options->count;
  if (given <= 0) yaml_require(reader->context, model->root, "count", NODE_SCALAR);
  int64_t count = yaml_integer(reader->context, model->root, "count", 1, COUNT_MAX, 1);
  if (given > COUNT_MAX) {
    context_fault(reader->context, reader->file, 0, "count is %lld, must be at most %lld", (long long)given,
                  (long long)COUNT_MAX);
  }
  reader->set->count = given > 0 ? given : count;
}

static void read_copula(struct random_model *model) {
  static const char *const NAMES[] = {"gaussian", "student-t", NULL};
  ls_context *context = model->reader->context;
  bool is_student = yaml_choice(context, model->root, "copula", NAMES, 0) == 1;
  if (is_student) yaml_require(context, model->root, "degrees_of_freedom", NODE_SCALAR);
  int64_t degrees = yaml_integer(context, model->root, "degrees_of_freedom", 1, LS_STUDENT_DEGREES_MAX, 1);
  if (!is_student && yaml_find(model->root, "degrees_of_freedom") != NULL) {
    context_fault(context, model->reader->file, yaml_key_line(model->root, "degrees_of_freedom"),
                  "degrees_of_freedom is given, but copula is not student-t");
  }
  model->reader->set->shock.degrees_of_freedom = is_student ? (int32_t)degrees : 0;
}

static void read_keep(struct random_model *model) {
  static const char *const KEYS[] = {"worst", NULL};
  struct scenario_reader *reader = model->reader;
  int64_t worst = 0;
  const struct yaml_node *keep = yaml_find_kind(reader->context, model->root, "keep", NODE_MAPPING);
  if (keep != NULL && yaml_check_keys(reader->context, keep, KEYS) == LS_STATUS_OK) {
    worst = yaml_integer(reader->context, keep, "worst", 0, COUNT_MAX, 0);
  }
  reader->set->keep_worst = reader->options->keep_worst >= 0 ? reader->options->keep_worst : worst;
}

static ls_status read_replay(struct random_model *model) {
  struct scenario_reader *reader = model->reader;
  struct scenario_set *set = reader->set;
  const struct yaml_node *list = yaml_find_kind(reader->context, model->root, "replay", NODE_SEQUENCE);
  if (list == NULL) return LS_STATUS_OK;
  if (list->count == 0) context_fault(reader->context, list->file, list->line, "replay is empty, must name scenarios");
  set->replay = reader_allocate(reader, list->count, sizeof *set->replay);
  if (set->replay == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < list->count; k++) {
    int64_t number = yaml_node_integer(reader->context, list->item[k], "replay", 0, set->count - 1, 0);
    for (int64_t j = 0; j < k; j++) {
      if (set->replay[j] != number) continue;
      context_fault(reader->context, list->item[k]->file, list->item[k]->line, "replay names scenario %lld twice",
                    (long long)number);
      break;
    }
    set->replay[k] = number;
  }
  set->replay_count = list->count;
  return LS_STATUS_OK;
}

/* Each draw has a plan and a baseline of its own in memory. */
static const int64_t DRAWS_MAX = SCENARIO_DRAWS_MOST;

/* Members of an ensemble take their place: both are sets of what is not known, one network each. */
static void take_ensemble(struct scenario_reader *reader, int64_t line, int64_t draws) {
  const int64_t members = reader->options->ensemble, present = ensemble_member_count(reader->network);
  const int64_t step = BLOCK_SCENARIOS * members;
  if (draws > 1)
    reader_unusable(reader, line, "assumption_draws is %lld, must be 1 in a run over an ensemble", (long long)draws);
  else if (present < members)
    reader_unusable(reader, 0, "the ensemble has %lld members, must have the %lld that are asked for (ensemble.csv)",
                    (long long)present, (long long)members);
  else if (reader->set->count % step != 0)
    reader_unusable(reader, 0, "count is %lld, must be a multiple of %d times the %lld members, %lld",
                    (long long)reader->set->count, BLOCK_SCENARIOS, (long long)members, (long long)step);
  reader->set->assumption_draws = (int32_t)members;
  reader->set->of_ensemble = true;
}

static void read_assumption_draws(struct random_model *model) {
  struct scenario_reader *reader = model->reader;
  int64_t draws = yaml_integer(reader->context, model->root, "assumption_draws", 1, DRAWS_MAX, 1);
  if (reader->options->assumption_draws > 0) draws = reader->options->assumption_draws;
  int64_t line = yaml_key_line(model->root, "assumption_draws"), step = BLOCK_SCENARIOS * draws;
  if (reader->options->ensemble > 0) {
    take_ensemble(reader, line, draws);
    return;
  }
  if (draws > 1 && !network_is_of_ledger(reader->network)) {
    reader_unusable(reader, line,
                    "assumption_draws is %lld, must be 1: the network's tables are not made of deals.csv and "
                    "assumptions.csv",
                    (long long)draws);
  } else if (draws > 1 && reader->set->count % step != 0) {
    reader_unusable(
        reader, line, "assumption_draws is %lld and count %lld, which must be a multiple of %d times %lld, %lld",
        (long long)draws, (long long)reader->set->count, BLOCK_SCENARIOS, (long long)draws, (long long)step);
  }
  reader->set->assumption_draws = (int32_t)draws;
}

static ls_status read_description(struct random_model *model) {
  static const char *const KEYS[] = {
      "name",         "description", "count",     "seed", "copula", "degrees_of_freedom", "factors",
      "correlations", "loadings",    "marginals", "keep", "replay", "assumption_draws",   NULL};
  if (model->root->kind != NODE_MAPPING) return yaml_check_keys(model->reader->context, model->root, KEYS);
  yaml_check_keys(model->reader->context, model->root, KEYS);
  read_count(model);
  read_seed(model);
  read_copula(model);
  read_keep(model);
  read_assumption_draws(model);
  ls_status status = read_replay(model);
  if (status == LS_STATUS_OK) status = factors_read(model);
  if (status == LS_STATUS_OK) status = marginals_read(model);
  return status;
}

ls_status monte_carlo_read(struct scenario_reader *reader) {
  struct yaml_node *root = NULL;
  struct random_model model = {.reader = reader};
  reader->set->drawn = true;
  ls_status status = yaml_read(reader->context, reader->file, reader->set->text, reader->set->text_length, &root);
  model.root = root;
  if (status == LS_STATUS_OK) status = read_description(&model);
  yaml_destroy(&root);
  return status;
}
