/* scenario.c - from a scenario file, or none, to a scenario set; what is in the file is read by explicit.c and
 * monte_carlo.c. */
#include "scenario/scenario.h"

#include "io/hash.h"
#include "io/read_file.h"
#include "scenario/acting.h"
#include "scenario/reader.h"
#include "scenario/shock_keys.h"

#include <inttypes.h>
#include <string.h>

/* Without a file: one scenario in which nothing is shocked. */
static ls_status baseline_make(struct scenario_reader *reader) {
  struct scenario_set *set = reader->set;
  char *name = reader_allocate(reader, 1, sizeof "baseline");
  char **id = reader_allocate(reader, 1, sizeof *id);
  double *value = reader_allocate(reader, 1, sizeof *value);
  if (name == NULL || id == NULL || value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  memcpy(name, "baseline", sizeof "baseline");
  id[0] = name;
  set->id = id;
  set->count = 1;
  set->shock.explicit_count = 1;
  set->shock.explicit_value = value;
  memset(set->sha256, '0', 64);
  return shock_keys_build(reader, NULL, 0);
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static ls_status copy_contents(struct scenario_reader *reader, const char *text, size_t length) {
  struct scenario_set *set = reader->set;
  const char *name = reader->options->path != NULL ? reader->options->path : "scenarios";
  set->file = reader_allocate(reader, (int64_t)strlen(name) + 1, 1);
  set->text = reader_allocate(reader, (int64_t)length + 1, 1);
  if (set->file == NULL || set->text == NULL) return LS_STATUS_OUT_OF_MEMORY;
  memcpy(set->file, name, strlen(name));
  memcpy(set->text, text, length);
  set->text_length = length;
  reader->file = set->file;
  return hash_sha256(reader->context, text, length, set->sha256);
}

static ls_status load(struct scenario_reader *reader) {
  const struct scenario_options *options = reader->options;
  if (options->text != NULL) return copy_contents(reader, options->text, options->text_length);
  char *data = NULL;
  size_t length = 0;
  ls_status status = read_file(reader->context, options->path, &data, &length);
  if (status == LS_STATUS_OK) status = copy_contents(reader, data, length);
  context_release(reader->context, data);
  return status;
}

/* A comment line "# optional-targets": what the network lacks is then left out with a warning. */
static bool says_optional_targets(const char *text) {
  static const char WORD[] = "optional-targets";
  for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
    line += strspn(line, "\n");
    const char *word = line + strspn(line, " \t");
    if (*word != '#') continue;
    word += 1 + strspn(word + 1, " \t");
    if (strncmp(word, WORD, strlen(WORD)) != 0) continue;
    word += strlen(WORD);
    word += strspn(word, " \t\r");
    if (*word == '\n' || *word == '\0') return true;
  }
  return false;
}

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static ls_status read_contents(struct scenario_reader *reader) {
  int64_t faults_before = context_fault_count(reader->context);
  ls_status status = load(reader);
  if (status != LS_STATUS_OK) return status;
  reader->missing_allowed = reader->options->allow_missing_targets || says_optional_targets(reader->set->text);
  if (ends_with(reader->file, ".csv")) {
    status = explicit_read(reader);
  } else if (ends_with(reader->file, ".yaml") || ends_with(reader->file, ".yml")) {
    status = monte_carlo_read(reader);
  } else {
    status =
        context_fault(reader->context, reader->file, 0, "the name must end in .csv (rows of shocks) or .yaml (random)");
  }
  if (status != LS_STATUS_OK) return status;
  if (reader->options->ensemble > 0 && !reader->set->drawn)
    reader_unusable(reader, 0, "lists its scenarios, must draw them (YAML) in a run over an ensemble");
  int64_t faults = context_fault_count(reader->context) - faults_before;
  if (faults > reader->unusable) return LS_STATUS_INVALID_INPUT;
  return reader->unusable > 0 ? LS_STATUS_UNUSABLE : LS_STATUS_OK;
}

/* Where no column stands for a target, a model takes it as never shocked. Keys and draws stay, and so does every other shock. */
static void mute(struct ls_shock_plan *shock, uint32_t muted) {
  int32_t *column_of = (int32_t *)shock->column_of;
  for (int64_t k = 0; k < (int64_t)LS_VARIABLE_COUNT * shock->target_count; k++)
    if (muted >> (k / shock->target_count) & 1u) column_of[k] = -1;
}

ls_status scenario_read(ls_context *context, const ls_network *network, const struct scenario_options *options,
                        struct scenario_set **set) {
  static char nothing[1] = "";
  struct scenario_reader reader = {.context = context, .network = network, .options = options};
  reader.set = context_allocate(context, 1, sizeof *reader.set);
  if (reader.set == NULL) return LS_STATUS_OUT_OF_MEMORY;
  reader.set->allocator = context_allocator(context);
  reader.set->assumption_draws = 1;
  reader.set->forced_column = -1;
  reader.set->file = reader.set->text = nothing;
  bool has_file = options->path != NULL || options->text != NULL;
  ls_status status = has_file ? read_contents(&reader) : baseline_make(&reader);
  if (status == LS_STATUS_OK && options->forces_default) status = forced_default_add(&reader);
  if (status == LS_STATUS_OK) {
    mute(&reader.set->shock, options->muted);
    *set = reader.set;
  } else {
    scenario_destroy(&reader.set);
  }
  return status;
}
