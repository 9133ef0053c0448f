/* warnings.c - oddities that are allowed and probably not meant. */
#include "network/warnings.h"

#include "io/number.h"
#include "network/place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double HUGE_AMOUNT = 1e15;
static const double MIXED_UNITS = 1e6;

/* The loop model values real assets, stakes and backlog too: its entities' static equity says nothing. */
static bool is_loop(const ls_network *network) {
  return network->table[TABLE_PURCHASES].present || network->table[TABLE_PLEDGES].present ||
         network->table[TABLE_DEALS].present || network_column(network, TABLE_ENTITIES, "real_assets") != NULL;
}

static void warn_of_entity(const struct place *place, int32_t entity, const char *what, double value, const char *why) {
  char text[NUMBER_TEXT_SIZE];
  number_print(value, text);
  context_warn(place->context, place->file, place_line(place, entity), "%s of '%s' is %s, %s", what,
               network_entity_id(place->network, entity), text, why);
}

static ls_status warn_negative_equity(const struct place *place) {
  const ls_network *network = place->network;
  if (is_loop(network)) return LS_STATUS_OK;
  double *equity = context_allocate(place->context, (size_t)network->entity_count, sizeof *equity);
  if (equity == NULL) return LS_STATUS_OUT_OF_MEMORY;
  network_book_equity(network, equity);
  for (int32_t i = 0; i < network->entity_count; i++)
    if (equity[i] < 0.0) warn_of_entity(place, i, "equity", equity[i], "so the entity has failed before any shock");
  context_release(place->context, equity);
  return LS_STATUS_OK;
}

/* claims[i]: what others in the network owe to i, and what i holds of assets. */
static void sum_claims(const ls_network *network, double *claims) {
  const double *owed = network_numbers(network, TABLE_LIABILITIES, "amount");
  const double *held = network_numbers(network, TABLE_HOLDINGS, "amount");
  const struct table *liabilities = &network->table[TABLE_LIABILITIES], *holdings = &network->table[TABLE_HOLDINGS];
  for (int64_t k = 0; owed != NULL && k < liabilities->row_count; k++)
    if (liabilities->to[k] >= 0) claims[liabilities->to[k]] += owed[k];
  for (int64_t k = 0; held != NULL && k < holdings->row_count; k++)
    if (holdings->from[k] >= 0) claims[holdings->from[k]] += held[k];
}

/* Sums that agree but for the order in which they were added. */
#define ROUNDING 1e-9

/* Only where the folder states both sides: shareholdings and other attributes could explain the rest. */
static ls_status warn_equity_above_assets(const struct place *place) {
  const ls_network *network = place->network;
  const double *equity = network_numbers(network, TABLE_ENTITIES, "equity");
  const double *assets = network_numbers(network, TABLE_ENTITIES, "external_assets");
  if (equity == NULL || assets == NULL || is_loop(network) || network->table[TABLE_SHAREHOLDINGS].row_count > 0)
    return LS_STATUS_OK;
  double *claims = context_allocate(place->context, (size_t)network->entity_count, sizeof *claims);
  if (claims == NULL) return LS_STATUS_OUT_OF_MEMORY;
  sum_claims(network, claims);
  network_add_holdings(network, claims);
  for (int32_t i = 0; i < network->entity_count; i++) {
    const double total = assets[i] + network_number(network, TABLE_ENTITIES, "cash", i, 0.0) + claims[i];
    if (equity[i] > total * (1 + ROUNDING))
      warn_of_entity(place, i, "equity", equity[i], "more than all its assets: mixed units?");
  }
  context_release(place->context, claims);
  return LS_STATUS_OK;
}

static int compare_doubles(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static ls_status warn_mixed_units(const struct place *place) {
  const double *assets = network_numbers(place->network, TABLE_ENTITIES, "external_assets");
  if (assets == NULL) return LS_STATUS_OK;
  double *sorted = context_allocate(place->context, (size_t)place->network->entity_count, sizeof *sorted);
  if (sorted == NULL) return LS_STATUS_OUT_OF_MEMORY;
  size_t count = 0;
  for (int32_t i = 0; i < place->network->entity_count; i++)
    if (assets[i] > 0.0) sorted[count++] = assets[i];
  qsort(sorted, count, sizeof *sorted, compare_doubles);
  const double median = count > 0 ? sorted[(count - 1) / 2] : 0.0;
  for (int32_t i = 0; i < place->network->entity_count && count > 2; i++)
    if (assets[i] >= MIXED_UNITS * median)
      warn_of_entity(place, i, "external_assets", assets[i], "a million times the median: millions against units?");
  context_release(place->context, sorted);
  return LS_STATUS_OK;
}

/* One warning for a column says enough. */
static void warn_huge(const struct place *place) {
  for (int32_t i = 0; i < place->schema->column_count; i++) {
    const struct column_schema *column = &place->schema->column[i];
    const double *number =
        column->unit == UNIT_CURRENCY ? network_numbers(place->network, place->id, column->name) : NULL;
    for (int64_t row = 0; number != NULL && row < place->table->row_count; row++) {
      if (!(fabs(number[row]) > HUGE_AMOUNT)) continue;
      char text[NUMBER_TEXT_SIZE];
      char *subject = place_subject(place, column->name, row);
      number_print(number[row], text);
      if (subject != NULL)
        context_warn(place->context, place->file, place_line(place, row), "%s is %s, beyond 1e15: is the unit meant?",
                     subject, text);
      context_release(place->context, subject);
      break;
    }
  }
}

/* 9.59E+19 was a longer number once; twenty X stand for an identifier that nobody knew. */
static bool is_mangled(const char *id) {
  double value = 0.0;
  const bool is_exponent =
      strpbrk(id, "eE") != NULL && strchr(id, '+') != NULL && number_parse(id, &value) == NUMBER_FINE;
  return is_exponent || (strlen(id) == 20 && strspn(id, "Xx") == 20);
}

static void warn_mangled_ids(const struct place *place) {
  const struct table_column *id = network_column(place->network, place->id, "id");
  for (int64_t row = 0; id != NULL && id->text != NULL && row < place->table->row_count; row++)
    if (is_mangled(id->text[row]))
      context_warn(place->context, place->file, place_line(place, row),
                   "id '%s' looks like a placeholder or a number that a spreadsheet has rewritten", id->text[row]);
}

ls_status network_warn(ls_context *context, const ls_network *network, const char *path) {
  struct place place;
  ls_status status = LS_STATUS_OK;
  for (int id = 0; id < TABLE_COUNT && status == LS_STATUS_OK; id++) {
    status = place_begin(context, network, (enum table_id)id, path, &place);
    if (status != LS_STATUS_OK) return status;
    if (network->table[id].present) warn_huge(&place);
    if (id == TABLE_ENTITIES) {
      warn_mangled_ids(&place);
      status = warn_negative_equity(&place);
      if (status == LS_STATUS_OK) status = warn_equity_above_assets(&place);
      if (status == LS_STATUS_OK) status = warn_mixed_units(&place);
    }
    place_end(&place);
  }
  return status;
}
