/* variables.c - the names of what shocks act on, and which values they take. */
#include "scenario/variables.h"

#include "io/nearest.h"

#include <stdio.h>
#include <string.h>

static const char *const NAMES[LS_VARIABLE_COUNT + 1] = {
#define VARIABLE_NAME(name, number, text, combine) [number] = text,
    LS_VARIABLE_LIST(VARIABLE_NAME)
#undef VARIABLE_NAME
};

static const enum ls_combine COMBINE[LS_VARIABLE_COUNT] = {
#define VARIABLE_COMBINE(name, number, text, combine) [number] = combine,
    LS_VARIABLE_LIST(VARIABLE_COMBINE)
#undef VARIABLE_COMBINE
};

const char *variable_name(int variable) { return NAMES[variable]; }

enum ls_combine variable_combine(int variable) { return COMBINE[variable]; }

double variable_neutral(int variable) { return COMBINE[variable] == LS_COMBINE_LOSS ? 0 : 1; }

/* "external_assets_loss, default": what the model takes. */
static void list_taken(const struct scenario_reader *reader, char *text, size_t room) {
  size_t length = 0;
  *text = '\0';
  for (int k = 0; k < LS_VARIABLE_COUNT; k++) {
    if ((reader->options->variables >> k & 1u) == 0 || length + strlen(NAMES[k]) + 3 > room) continue;
    length += (size_t)snprintf(text + length, room - length, "%s%s", length > 0 ? ", " : "", NAMES[k]);
  }
}

int variable_find(struct scenario_reader *reader, const char *name, int64_t line) {
  int variable = 0;
  while (variable < LS_VARIABLE_COUNT && strcmp(NAMES[variable], name) != 0) variable++;
  if (variable == LS_VARIABLE_COUNT) {
    const char *nearest = nearest_word(name, NAMES);
    context_fault(reader->context, reader->file, line, "unknown variable '%s'%s%s%s", name,
                  nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "'?" : "");
    return -1;
  }
  if (reader->options->variables >> variable & 1u) return variable;
  char taken[LS_VARIABLE_COUNT * 24];
  list_taken(reader, taken, sizeof taken);
  reader_unusable(reader, line, "model '%s' takes no shock to '%s', only to %s",
                  reader->options->model != NULL ? reader->options->model : "", name, taken);
  return -1;
}

bool variable_check(struct scenario_reader *reader, int variable, const char *what, double value, int64_t line) {
  const char *rule = NULL;
  if (variable == LS_VARIABLE_DEFAULT) {
    if (value != 0 && value != 1) rule = "0 or 1";
  } else if (COMBINE[variable] == LS_COMBINE_LOSS) {
    if (!(value >= 0 && value <= 1)) rule = "between 0 and 1";
  } else if (!(value >= 0)) {
    rule = ">= 0";
  }
  if (rule == NULL) return true;
  context_fault(reader->context, reader->file, line, "%s of %s is %.17g, must be %s", what, NAMES[variable], value,
                rule);
  return false;
}
