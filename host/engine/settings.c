/* settings.c - the --set values of a run. */
#include "engine/settings.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/nearest.h"
#include "io/number.h"

/* A key, where its value goes, and what it may be. Whole numbers and words are kept as doubles until they are stored. */
struct slot {
  const char *key;
  void *to;
  enum { SLOT_REAL, SLOT_INTEGER, SLOT_FLAG, SLOT_WORDS } kind; /* words: of 1, 2, 4, ..., which add up */
  double low, high;
  bool low_open;
  const char *const *choice; /* spellings of 0, 1, ...; a single one: of WORD_ALONE, beside numbers; NULL: a number */
};

enum { SLOTS_MOST = 8 + LS_MODEL_SETTINGS + LOOP_KEY_COUNT, MODELS_MOST = 63, WORDS_SIZE = 128, WORD_ALONE = -1 };

static const char *const SOLUTIONS[] = {"greatest", "least", NULL};
static const char *const LOSSES[] = {"gross", "net", NULL};
static const char *const SWITCH[] = {"0", "1", NULL};

static int common_slots(struct run_settings *s, struct slot *list) {
  int count = 0;
  list[count++] = (struct slot){"tolerance", &s->tolerance, SLOT_REAL, 0, 1e-2, true, NULL};
  list[count++] = (struct slot){"max_iterations", &s->max_iterations, SLOT_INTEGER, 1, INT32_MAX, false, NULL};
  list[count++] = (struct slot){"loss", &s->loss_is_net, SLOT_FLAG, 0, 1, false, LOSSES};
  if (s->info->has_least) list[count++] = (struct slot){"solution", &s->solution, SLOT_INTEGER, 0, 1, false, SOLUTIONS};
  for (int k = 0; k < LS_MODEL_SETTINGS && s->info->setting[k].key != NULL; k++) {
    const struct ls_setting_info *own = &s->info->setting[k];
    list[count++] = (struct slot){own->key,
                                  &s->model_setting[k],
                                  s->info->settings_joined >> k & 1u ? SLOT_WORDS : SLOT_REAL,
                                  own->low,
                                  own->high,
                                  own->low_open != 0,
                                  own->choice[0] != NULL ? own->choice : NULL};
  }
  return count;
}

static int loop_slots(struct run_settings *s, struct slot *list) {
  struct loop_settings *l = &s->loop;
  int count = 0;
  list[count++] = (struct slot){"trace", &s->trace, SLOT_FLAG, 0, 1, false, SWITCH};
  list[count++] = (struct slot){"audit", &s->audit, SLOT_FLAG, 0, 1, false, SWITCH};
  list[count++] = (struct slot){"causes", &s->causes, SLOT_INTEGER, 0, INT32_MAX, false, NULL};
  for (int k = 0; k < LOOP_KEY_COUNT; k++) {
    const struct loop_key *key = &LOOP_KEYS[k];
    list[count++] = (struct slot){key->name,
                                  (char *)l + key->offset,
                                  key->kind == LOOP_KEY_REAL ? SLOT_REAL : SLOT_INTEGER,
                                  key->low,
                                  key->high,
                                  false,
                                  key->word};
  }
  return count;
}

static int all_slots(struct run_settings *settings, struct slot list[SLOTS_MOST]) {
  int count = common_slots(settings, list);
  if (settings->info->trace[0] != NULL) count += loop_slots(settings, list + count);
  return count;
}

static double slot_value(const struct slot *slot) {
  if (slot->kind == SLOT_INTEGER) return *(const int32_t *)slot->to;
  if (slot->kind == SLOT_FLAG) return *(const bool *)slot->to;
  return *(const double *)slot->to;
}

static void slot_store(const struct slot *slot, double value) {
  if (slot->kind == SLOT_INTEGER)
    *(int32_t *)slot->to = (int32_t)value;
  else if (slot->kind == SLOT_FLAG)
    *(bool *)slot->to = value > 0;
  else
    *(double *)slot->to = value;
}

/* 'a', 'b' or 'c' */
static void list_words(const char *const *word, char *text, size_t size) {
  size_t length = 0;
  for (int k = 0; word[k] != NULL && length < size; k++) {
    const char *before = k == 0 ? "" : word[k + 1] == NULL ? " or " : ", ";
    length += (size_t)snprintf(text + length, size - length, "%s'%s'", before, word[k]);
  }
}

static ls_status choose(ls_context *context, const struct slot *slot, const char *text) {
  for (int k = 0; slot->choice[k] != NULL; k++)
    if (strcmp(slot->choice[k], text) == 0) {
      slot_store(slot, k);
      return LS_STATUS_OK;
    }
  char words[WORDS_SIZE];
  list_words(slot->choice, words, sizeof words);
  return context_fail(context, LS_STATUS_USAGE, "--set %s=%s: must be %s", slot->key, text, words);
}

/* Words joined by commas, each at most once. */
static ls_status choose_several(ls_context *context, const struct slot *slot, const char *text) {
  int bits = 0;
  for (const char *at = text; at != NULL; at = strchr(at, ',')) {
    if (*at == ',') at++;
    size_t length = strcspn(at, ",");
    int k = 0;
    while (slot->choice[k] != NULL && (strlen(slot->choice[k]) != length || memcmp(slot->choice[k], at, length) != 0))
      k++;
    if (slot->choice[k] == NULL || (bits >> k & 1)) {
      char words[WORDS_SIZE];
      list_words(slot->choice, words, sizeof words);
      return context_fail(context, LS_STATUS_USAGE, "--set %s=%s: must be %s, each once, joined by commas", slot->key,
                          text, words);
    }
    bits |= 1 << k;
  }
  slot_store(slot, bits);
  return LS_STATUS_OK;
}

static ls_status slot_read(ls_context *context, const struct slot *slot, const char *text) {
  if (slot->kind == SLOT_WORDS) return choose_several(context, slot, text);
  if (slot->choice != NULL && slot->choice[1] != NULL) return choose(context, slot, text);
  if (slot->choice != NULL && strcmp(slot->choice[0], text) == 0) {
    slot_store(slot, WORD_ALONE);
    return LS_STATUS_OK;
  }
  double value = 0;
  int64_t whole = 0;
  bool is_whole = slot->kind == SLOT_INTEGER;
  enum number_fault fault = is_whole ? number_parse_integer(text, &whole) : number_parse(text, &value);
  if (fault != NUMBER_FINE)
    return context_fail(context, LS_STATUS_USAGE, "--set %s=%s: %s", slot->key, text, number_rule(fault));
  if (is_whole) value = (double)whole;
  if (value < slot->low || value > slot->high || (slot->low_open && value == slot->low))
    return context_fail(context, LS_STATUS_USAGE, "--set %s=%s: must be %s %.17g and <= %.17g", slot->key, text,
                        slot->low_open ? ">" : ">=", slot->low, slot->high);
  slot_store(slot, value);
  return LS_STATUS_OK;
}

static ls_status unknown_key(ls_context *context, const struct run_settings *settings, const struct slot *list,
                             int count, const char *text, size_t length) {
  const char *keys[SLOTS_MOST + 1];
  for (int k = 0; k < count; k++) keys[k] = list[k].key;
  keys[count] = NULL;
  char *key = context_copy_text_of(context, text, length);
  if (key == NULL) return LS_STATUS_OUT_OF_MEMORY;
  const char *near = nearest_word(key, keys);
  context_fail(context, LS_STATUS_USAGE, "--set %s: model '%s' has no such setting%s%s%s", key, settings->info->name,
               near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
  context_release(context, key);
  return LS_STATUS_USAGE;
}

static ls_status read_one(ls_context *context, struct run_settings *settings, const char *text) {
  struct slot list[SLOTS_MOST];
  int count = all_slots(settings, list);
  const char *equals = strchr(text, '=');
  if (equals == NULL) return context_fail(context, LS_STATUS_USAGE, "--set %s: must be key=value", text);
  size_t length = (size_t)(equals - text);
  for (int k = 0; k < count; k++)
    if (strlen(list[k].key) == length && memcmp(list[k].key, text, length) == 0)
      return slot_read(context, &list[k], equals + 1);
  return unknown_key(context, settings, list, count, text, length);
}

static ls_status find_model(ls_context *context, const char *name, struct run_settings *settings) {
  if (name == NULL) return context_fail(context, LS_STATUS_USAGE, "no model given: --model NAME");
  const char *names[MODELS_MOST + 1] = {NULL};
  for (int m = 0; m < LS_MODEL_TOTAL && m < MODELS_MOST; m++) {
    names[m] = LS_MODELS[m]->name;
    if (strcmp(names[m], name) != 0) continue;
    settings->model = m;
    settings->info = LS_MODELS[m];
    return LS_STATUS_OK;
  }
  const char *near = nearest_word(name, names);
  return context_fail(context, LS_STATUS_USAGE, "unknown model '%s'%s%s%s ('loopstress models' lists them)", name,
                      near != NULL ? ", did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
}

double settings_number(const struct run_settings *settings, const char *key, double otherwise) {
  for (int k = 0; k < LS_MODEL_SETTINGS && settings->info->setting[k].key != NULL; k++)
    if (strcmp(settings->info->setting[k].key, key) == 0) return settings->model_setting[k];
  return otherwise;
}

/* Sales that lead down to a higher leverage than the one that starts them would never end. */
static ls_status check_leverage(ls_context *context, const struct run_settings *settings) {
  const double most = settings_number(settings, "leverage_max", INFINITY);
  const double target = settings_number(settings, "leverage_target", 0);
  if (target <= most) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_USAGE, "--set leverage_target=%.17g: must be <= leverage_max, %.17g", target,
                      most);
}

struct run_settings settings_default(int32_t model, const struct loop_settings *loop) {
  enum { ITERATIONS_MOST = 10000, CAUSES_MOST = 64 };
  const struct ls_model_info *info = LS_MODELS[model];
  struct run_settings settings = {.model = model,
                                  .info = info,
                                  .tolerance = info->tolerance,
                                  .max_iterations = ITERATIONS_MOST,
                                  .loop = *loop,
                                  .causes = CAUSES_MOST};
  for (int k = 0; k < LS_MODEL_SETTINGS; k++) settings.model_setting[k] = info->setting[k].initial;
  return settings;
}

/* Models that cannot push say so, rather than being swept in silence. */
static ls_status choose_engine(ls_context *context, const char *name, struct run_settings *settings) {
  static const char *const names[] = {"auto", "push", "tile", "sweep"};
  settings->engine = LS_ENGINE_AUTO;
  if (name == NULL) return LS_STATUS_OK;
  int32_t found = 0;
  while (found < (int32_t)(sizeof names / sizeof *names) && strcmp(names[found], name) != 0) found++;
  if (found == (int32_t)(sizeof names / sizeof *names))
    return context_fail(context, LS_STATUS_USAGE, "unknown engine '%s': must be auto, push, tile or sweep", name);
  settings->engine = found;
  if (found == LS_ENGINE_PUSH && !settings->info->pushes)
    return context_fail(context, LS_STATUS_UNUSABLE, "engine 'push': model '%s' has none, all its entities move",
                        settings->info->name);
  return LS_STATUS_OK;
}

ls_status settings_resolve(ls_context *context, const ls_network *network, const ls_run_options *options,
                           struct run_settings *out) {
  struct run_settings settings = {0};
  ls_status status = find_model(context, options->model, &settings);
  if (status != LS_STATUS_OK) return status;
  settings = settings_default(settings.model, &network->loop);
  for (int k = 0; k < options->setting_count; k++) {
    status = read_one(context, &settings, options->settings[k]);
    if (status != LS_STATUS_OK) return status;
  }
  status = choose_engine(context, options->engine, &settings);
  if (status != LS_STATUS_OK) return status;
  *out = settings;
  return check_leverage(context, &settings);
}

/* The spelling of a value; NULL: it is a number. */
static const char *word_of(const struct slot *slot, double value) {
  if (slot->choice == NULL) return NULL;
  if (slot->choice[1] != NULL) return slot->choice[(int)value];
  return value == WORD_ALONE ? slot->choice[0] : NULL;
}

/* A value as it would be given. NULL without memory. */
static char *spell(ls_context *context, const struct slot *slot, double value) {
  if (slot->kind == SLOT_WORDS) {
    char words[WORDS_SIZE] = "";
    for (int k = 0, length = 0; slot->choice[k] != NULL; k++)
      if ((int)value >> k & 1)
        length +=
            snprintf(words + length, sizeof words - (size_t)length, "%s%s", length > 0 ? "," : "", slot->choice[k]);
    return context_copy_text(context, words);
  }
  const char *word = word_of(slot, value);
  return word != NULL ? context_copy_text(context, word) : context_print(context, "%.17g", value);
}

static int compare_keys(const void *a, const void *b) {
  return strcmp(((const struct setting *)a)->key, ((const struct setting *)b)->key);
}

ls_status settings_join(ls_context *context, ls_run_options *options, const char *const *own, int count,
                        const char ***joined) {
  const int given = options->setting_count;
  *joined = context_allocate(context, (size_t)(given + count), sizeof **joined);
  if (*joined == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int k = 0; k < given + count; k++) (*joined)[k] = k < given ? options->settings[k] : own[k - given];
  options->settings = *joined;
  options->setting_count = given + count;
  return LS_STATUS_OK;
}

ls_status settings_describe(ls_context *context, const struct run_settings *settings, struct setting **out,
                            int32_t *out_count) {
  struct slot list[SLOTS_MOST];
  struct run_settings copy = *settings;
  int count = all_slots(&copy, list);
  struct setting *texts = context_allocate(context, (size_t)count, sizeof *texts);
  if (texts == NULL) return LS_STATUS_OUT_OF_MEMORY;
  bool whole = true;
  for (int k = 0; k < count; k++) {
    texts[k].key = context_copy_text(context, list[k].key);
    texts[k].value = spell(context, &list[k], slot_value(&list[k]));
    whole = whole && texts[k].key != NULL && texts[k].value != NULL;
  }
  if (!whole) {
    for (int k = 0; k < count; k++) {
      context_release(context, texts[k].key);
      context_release(context, texts[k].value);
    }
    context_release(context, texts);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  qsort(texts, (size_t)count, sizeof *texts, compare_keys);
  *out = texts;
  *out_count = count;
  return LS_STATUS_OK;
}

int32_t settings_quarter_count(const struct run_settings *settings) {
  return settings->info->trace[0] != NULL ? settings->loop.quarters : 1;
}
