/* targets.c - whom a shock or a loading means, see targets.h. */
#include "scenario/targets.h"

#include "io/nearest.h"
#include "scenario/variables.h"

#include <string.h>

static const char SECTOR_PREFIX[] = "sector:";

static const struct pair_kind PAIR_KINDS[] = {
    {LS_VARIABLE_GATE, TABLE_PLEDGES, "'investor>recipient'", "recipient", "no such pledge", false},
    {LS_VARIABLE_ORDERS, TABLE_PURCHASES, "'buyer>seller'", "seller", "no such purchase", true},
};
enum { PAIR_KIND_COUNT = sizeof PAIR_KINDS / sizeof PAIR_KINDS[0] };

const struct pair_kind *pair_kind_of(int variable) {
  for (int k = 0; k < PAIR_KIND_COUNT; k++)
    if (PAIR_KINDS[k].variable == variable) return &PAIR_KINDS[k];
  return NULL;
}

/* ---- understanding the text ------------------------------------------------------------------------------------ */

enum { NAME_BYTES_MAX = 1023 }; /* ids are shorter: a longer name is none */

static bool is_in_sector(const ls_network *network, int32_t entity, const struct target_side *side) {
  const char *own = network_text(network, TABLE_ENTITIES, "sector", entity);
  return own != NULL && strlen(own) == side->sector_length && memcmp(own, side->sector, side->sector_length) == 0;
}

static bool sector_exists(const ls_network *network, const struct target_side *side) {
  for (int32_t entity = 0; entity < network->entity_count; entity++) {
    if (is_in_sector(network, entity, side)) return true;
  }
  return false;
}

static int32_t find_entity(const ls_network *network, const char *text, size_t length) {
  char name[NAME_BYTES_MAX + 1];
  if (length > NAME_BYTES_MAX) return ENTITY_NONE;
  memcpy(name, text, length);
  name[length] = '\0';
  return network_find_entity(network, name);
}

/* Sets one side; false where it is blank. */
static bool parse_side(const ls_network *network, const char *text, size_t length, struct target_pattern *pattern,
                       struct target_side *side) {
  const size_t prefix = strlen(SECTOR_PREFIX);
  if (length == 0) return false;
  side->entity = ENTITY_NONE;
  if (length == 1 && *text == '*') {
    side->kind = SIDE_ALL;
  } else if (length >= prefix && memcmp(text, SECTOR_PREFIX, prefix) == 0) {
    side->kind = SIDE_SECTOR;
    side->sector = text + prefix;
    side->sector_length = length - prefix;
    pattern->is_known = pattern->is_known && sector_exists(network, side);
  } else {
    side->entity = find_entity(network, text, length);
    side->kind = side->entity == ENTITY_WORLD ? SIDE_WORLD : SIDE_ENTITY;
    pattern->is_known = pattern->is_known && side->entity != ENTITY_NONE;
  }
  return true;
}

bool target_parse(struct scenario_reader *reader, int variable, const char *text, int64_t line,
                  struct target_pattern *pattern) {
  *pattern = (struct target_pattern){.is_known = true};
  const char *arrow = strchr(text, '>');
  size_t length = arrow != NULL ? (size_t)(arrow - text) : strlen(text);
  bool fine = parse_side(reader->network, text, length, pattern, &pattern->from);
  if (arrow != NULL) {
    pattern->is_pair = true;
    fine = fine && strchr(arrow + 1, '>') == NULL &&
           parse_side(reader->network, arrow + 1, strlen(arrow + 1), pattern, &pattern->to);
  }
  if (!fine) {
    context_fault(reader->context, reader->file, line,
                  "target is '%s', must be an id, 'sector:x', '*', for gates 'investor>recipient' or, for orders, "
                  "'buyer>seller'",
                  text);
  } else if (pattern->is_pair && pattern->to.kind == SIDE_WORLD) {
    const struct pair_kind *kind = pair_kind_of(variable);
    context_fault(reader->context, reader->file, line, "target is '%s', world must not be the %s", text,
                  kind != NULL ? kind->receiver : "recipient or seller");
    fine = false;
  }
  return fine;
}

/* ---- matching -------------------------------------------------------------------------------------------------- */

static int match_side(const ls_network *network, const struct target_side *side, int32_t entity) {
  switch (side->kind) {
    case SIDE_ALL:
      return entity == ENTITY_WORLD ? -1 : 0;
    case SIDE_SECTOR:
      return entity != ENTITY_WORLD && is_in_sector(network, entity, side) ? 1 : -1;
    default:
      return side->entity == entity ? 2 : -1;
  }
}

int target_match_entity(const struct scenario_reader *reader, const struct target_pattern *pattern, int32_t entity) {
  return pattern->is_pair ? -1 : match_side(reader->network, &pattern->from, entity);
}

/* A pair is named more closely by its two than by anything said of one of them. */
int target_match_pair(const struct scenario_reader *reader, const struct pair_kind *kind,
                      const struct target_pattern *pattern, int64_t row) {
  const struct table *pairs = &reader->network->table[kind->table];
  if (!pattern->is_pair)
    return match_side(reader->network, &pattern->from, kind->is_of_sender ? pairs->from[row] : pairs->to[row]);
  int from = match_side(reader->network, &pattern->from, pairs->from[row]);
  int to = match_side(reader->network, &pattern->to, pairs->to[row]);
  return from < 0 || to < 0 ? -1 : 10 + from + to;
}

bool target_pair_exists(const struct scenario_reader *reader, int variable, const struct target_pattern *pattern) {
  for (int k = 0; k < PAIR_KIND_COUNT; k++) {
    const struct pair_kind *kind = &PAIR_KINDS[k];
    if (pair_kind_of(variable) != NULL && kind->variable != variable) continue;
    for (int64_t row = 0; row < reader->network->table[kind->table].row_count; row++)
      if (target_match_pair(reader, kind, pattern, row) >= 0) return true;
  }
  return false;
}

/* What a column of entities.csv has that is nearest to `text`; NULL where nothing is near, or where there is much to look through. */
static const char *nearest_in_column(const ls_network *network, const char *column, const char *text) {
  enum { ENTITIES_MOST = 10000 };
  const char *nearest = NULL;
  int best = 0;
  if (network->entity_count > ENTITIES_MOST) return NULL;
  for (int32_t entity = 0; entity < network->entity_count; entity++) {
    const char *const words[] = {network_text(network, TABLE_ENTITIES, column, entity), NULL};
    if (words[0] == NULL || nearest_word(text, words) == NULL) continue;
    const int distance = edit_distance(text, words[0]);
    if (nearest != NULL && distance >= best) continue;
    best = distance;
    nearest = words[0];
  }
  return nearest;
}

void target_report_missing(struct scenario_reader *reader, int variable, const char *text, int64_t line) {
  const struct pair_kind *kind = pair_kind_of(variable);
  const size_t prefix = strlen(SECTOR_PREFIX);
  const bool is_pair = strchr(text, '>') != NULL, is_sector = strncmp(text, SECTOR_PREFIX, prefix) == 0;
  const char *rule = is_pair && kind != NULL ? kind->missing
                     : is_pair               ? "no such pledge or purchase"
                     : is_sector             ? "no entity of that sector"
                                             : "no such entity";
  const char *nearest = is_pair     ? NULL
                        : is_sector ? nearest_in_column(reader->network, "sector", text + prefix)
                                    : nearest_in_column(reader->network, "id", text);
  if (reader->missing_allowed) {
    context_warn(reader->context, reader->file, line, "target '%s' left out: the network has %s", text, rule);
  } else {
    reader_unusable(reader, line, "target is '%s', but the network has %s%s%s%s%s", text, rule,
                    nearest != NULL ? ", did you mean '" : "", nearest != NULL && is_sector ? SECTOR_PREFIX : "",
                    nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
  }
}

/* ---- expanding ------------------------------------------------------------------------------------------------- */

static ls_status list_add(struct scenario_reader *reader, struct target_list *list, int64_t number) {
  if (list->count == list->capacity) {
    int64_t capacity = 2 * list->capacity + 16;
    int32_t *larger =
        context_grow(reader->context, list->number, (size_t)list->capacity, (size_t)capacity, sizeof *larger);
    if (larger == NULL) return LS_STATUS_OUT_OF_MEMORY;
    list->number = larger;
    list->capacity = capacity;
  }
  list->number[list->count++] = (int32_t)number;
  return LS_STATUS_OK;
}

void target_list_release(struct scenario_reader *reader, struct target_list *list) {
  context_release(reader->context, list->number);
  *list = (struct target_list){0};
}

/* Rows of a pair stand one after the other: the first of them stands for all. */
static ls_status expand_pairs(struct scenario_reader *reader, const struct pair_kind *kind,
                              const struct target_pattern *pattern, struct target_list *list) {
  const struct table *pairs = &reader->network->table[kind->table];
  ls_status status = LS_STATUS_OK;
  for (int64_t row = 0; row < pairs->row_count && status == LS_STATUS_OK; row++) {
    bool is_first = row == 0 || pairs->from[row] != pairs->from[row - 1] || pairs->to[row] != pairs->to[row - 1];
    if (is_first && target_match_pair(reader, kind, pattern, row) >= 0) status = list_add(reader, list, row);
  }
  return status;
}

static ls_status expand_entities(struct scenario_reader *reader, const struct target_pattern *pattern,
                                 struct target_list *list) {
  if (pattern->from.kind == SIDE_WORLD) return list_add(reader, list, reader->network->entity_count);
  if (pattern->from.kind == SIDE_ENTITY) {
    return pattern->from.entity >= 0 ? list_add(reader, list, pattern->from.entity) : LS_STATUS_OK;
  }
  ls_status status = LS_STATUS_OK;
  for (int32_t entity = 0; entity < reader->network->entity_count && status == LS_STATUS_OK; entity++) {
    if (match_side(reader->network, &pattern->from, entity) >= 0) status = list_add(reader, list, entity);
  }
  return status;
}

static ls_status expand_assets(struct scenario_reader *reader, const char *text, struct target_list *list) {
  ls_status status = LS_STATUS_OK;
  if (strcmp(text, "*") == 0) {
    for (int32_t asset = 0; asset < reader->network->asset_count && status == LS_STATUS_OK; asset++) {
      status = list_add(reader, list, asset);
    }
  } else {
    int32_t asset = network_find_asset(reader->network, text);
    if (asset >= 0) status = list_add(reader, list, asset);
  }
  return status;
}

/* Is this kind of target one that the variable can have? */
static bool check_form(struct scenario_reader *reader, int variable, const char *text, int64_t line,
                       const struct target_pattern *pattern) {
  const struct pair_kind *kind = pair_kind_of(variable);
  const char *rule = NULL;
  if (kind != NULL && !pattern->is_pair) {
    rule = kind->form;
  } else if (kind == NULL && pattern->is_pair) {
    rule = "one entity, 'sector:x' or '*'";
  } else if (!pattern->is_pair && pattern->from.kind == SIDE_WORLD && variable != LS_VARIABLE_PURCHASE_SCALE) {
    rule = "in the network: world may have only purchase_scale and, as investor or buyer, gate and orders";
  }
  if (rule == NULL) return true;
  context_fault(reader->context, reader->file, line, "target of %s is '%s', must be %s", variable_name(variable), text,
                rule);
  return false;
}

ls_status target_expand(struct scenario_reader *reader, int variable, const char *text, int64_t line,
                        struct target_list *list) {
  struct target_pattern pattern;
  ls_status status;
  list->count = 0;
  if (variable == LS_VARIABLE_PRICE_LOSS) {
    status = expand_assets(reader, text, list);
  } else {
    if (!target_parse(reader, variable, text, line, &pattern) || !check_form(reader, variable, text, line, &pattern)) {
      return LS_STATUS_OK;
    }
    const struct pair_kind *kind = pair_kind_of(variable);
    status = kind != NULL ? expand_pairs(reader, kind, &pattern, list) : expand_entities(reader, &pattern, list);
  }
  if (status == LS_STATUS_OK && list->count == 0) target_report_missing(reader, variable, text, line);
  return status;
}

/* ---- power caps ------------------------------------------------------------------------------------------------ */

static bool has_power_cap(const ls_network *network, int32_t entity) {
  const struct table *paths = &network->table[TABLE_PATHS];
  const char *id = network_entity_id(network, entity);
  for (int64_t row = 0; row < paths->row_count; row++) {
    const char *variable = network_text(network, TABLE_PATHS, "variable", row);
    const char *target = network_text(network, TABLE_PATHS, "target", row);
    if (variable != NULL && target != NULL && strcmp(variable, "power_cap") == 0 && strcmp(target, id) == 0)
      return true;
  }
  return false;
}

void target_warn_uncapped(struct scenario_reader *reader, const char *text, int64_t line,
                          const struct target_list *list) {
  for (int64_t k = 0; k < list->count; k++) {
    if (has_power_cap(reader->network, list->number[k])) return;
  }
  if (list->count > 0) {
    context_warn(reader->context, reader->file, line,
                 "power of '%s' has no effect: paths.csv limits no power_cap of it", text);
  }
}

char *target_text(ls_context *context, const ls_network *network, int variable, int32_t target) {
  const struct pair_kind *kind = pair_kind_of(variable);
  if (kind != NULL) {
    const struct table *pairs = &network->table[kind->table];
    return context_print(context, "%s>%s", network_entity_id(network, pairs->from[target]),
                         network_entity_id(network, pairs->to[target]));
  }
  if (variable == LS_VARIABLE_PRICE_LOSS)
    return context_copy_text(context, network_text(network, TABLE_ASSETS, "id", target));
  return context_copy_text(context, target < network->entity_count ? network_entity_id(network, target) : "world");
}
