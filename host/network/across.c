/* across.c - rules that tie tables together. */
#include "network/assumption_correlations.h"
#include "network/place.h"
#include "network/validate.h"

#include "io/number.h"

#include <float.h>
#include <string.h>

struct issuer {
  double sum;
  int64_t count;
  int64_t last_row; /* the row of the greatest line */
};

/* Each decimal share is off by half a unit in the last place at most, and each addition by another: that is all the
 * slack. */
static void tell_issuers(const struct place *place, const struct issuer *issuer) {
  for (int32_t i = 0; i < place->network->entity_count; i++) {
    if (issuer[i].sum <= 1.0 + (double)issuer[i].count * DBL_EPSILON) continue;
    char text[NUMBER_TEXT_SIZE];
    number_print(issuer[i].sum, text);
    context_fault(place->context, place->file, place_line(place, issuer[i].last_row),
                  "shares of issuer '%s' sum to %s, must be <= 1", network_entity_id(place->network, i), text);
  }
}

static ls_status check_share_sums(const struct place *place) {
  const double *share = network_numbers(place->network, place->id, "share");
  if (share == NULL || place->table->to == NULL) return LS_STATUS_OK;
  struct issuer *issuer = context_allocate(place->context, (size_t)place->network->entity_count, sizeof *issuer);
  if (issuer == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t row = 0; row < place->table->row_count; row++) {
    const int32_t to = place->table->to[row];
    if (to < 0 || !(share[row] >= 0.0)) continue;
    issuer[to].sum += share[row];
    if (issuer[to].count++ == 0 || place_line(place, row) >= place_line(place, issuer[to].last_row))
      issuer[to].last_row = row;
  }
  tell_issuers(place, issuer);
  context_release(place->context, issuer);
  return LS_STATUS_OK;
}

static int32_t find_entity_of(const ls_network *network, const char *text, size_t length, char name[1025]) {
  if (length > 1024) return ENTITY_NONE;
  memcpy(name, text, length);
  name[length] = '\0';
  return network_find_entity(network, name);
}

static ls_status check_gates(const struct place *place) {
  char name[1025];
  for (int64_t row = 0; row < place->table->row_count; row++) {
    const char *target = network_text(place->network, place->id, "target", row);
    const char *arrow = strchr(target, '>');
    if (arrow == NULL) continue;
    const int32_t from = find_entity_of(place->network, target, (size_t)(arrow - target), name);
    const int32_t to = network_find_entity(place->network, arrow + 1);
    if (from == ENTITY_NONE || to == ENTITY_NONE) continue;
    if (network_find_pair(place->network, TABLE_PLEDGES, from, to) < 0)
      place_text_fault(place, "target", row, target, "is not a pledge of pledges.csv");
  }
  return LS_STATUS_OK;
}

static bool has_input(const ls_network *network, const char *type) {
  for (int64_t row = 0; row < network->table[TABLE_INPUTS].row_count; row++)
    if (strcmp(network_text(network, TABLE_INPUTS, "input_type", row), type) == 0) return true;
  return false;
}

static ls_status check_input_types(const struct place *place) {
  const struct table_column *type = network_column(place->network, TABLE_ENTITIES, "input_type");
  if (!place->network->table[TABLE_INPUTS].present || type == NULL || type->text == NULL) return LS_STATUS_OK;
  for (int64_t row = 0; row < place->table->row_count; row++)
    if (*type->text[row] != '\0' && !has_input(place->network, type->text[row]))
      place_text_fault(place, "input_type", row, type->text[row], "is not in inputs.csv");
  return LS_STATUS_OK;
}

static ls_status check_entities(const struct place *place) {
  for (int64_t row = 0; row < place->table->row_count; row++) {
    const double weight = network_number(place->network, TABLE_ENTITIES, "loop_sales_weight", row, 0.0);
    const double margin = network_number(place->network, TABLE_ENTITIES, "backlog_margin", row, 0.0);
    char text[NUMBER_TEXT_SIZE];
    if (!(weight > 0.0 && margin > 0.0)) continue;
    number_print(weight, text);
    place_fault(place, "loop_sales_weight", row, text,
                "must be 0 where backlog_margin is above 0 (sales within the loop would count twice)");
  }
  return check_input_types(place);
}

ls_status network_validate_across(ls_context *context, const ls_network *network, const char *path) {
  static const struct {
    enum table_id id;
    ls_status (*check)(const struct place *place);
  } RULES[] = {{TABLE_SHAREHOLDINGS, check_share_sums},
               {TABLE_PATHS, check_gates},
               {TABLE_ENTITIES, check_entities},
               {TABLE_ASSUMPTION_CORRELATIONS, assumption_correlations_check}};
  ls_status status = LS_STATUS_OK;
  for (size_t i = 0; i < sizeof RULES / sizeof RULES[0] && status == LS_STATUS_OK; i++) {
    struct place place;
    if (!network->table[RULES[i].id].present) continue;
    status = place_begin(context, network, RULES[i].id, path, &place);
    if (status != LS_STATUS_OK) break;
    status = RULES[i].check(&place);
    place_end(&place);
  }
  return status;
}
