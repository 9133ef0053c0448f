/* check.c - see check.h. */
#include "network/check.h"

#include "io/number.h"
#include "network/schema.h"

#include <math.h>
#include <string.h>

/* Does the preferred row of a deal leave its amount open? Such rows are told by name: a blank is unknown, not 0. */
static bool is_unknown(const ls_network *network, int64_t row) {
  if (network_number(network, TABLE_DEALS, "preferred", row, 1.0) == 0.0) return false;
  return isnan(network_number(network, TABLE_DEALS, "amount_low", row, NAN)) &&
         isnan(network_number(network, TABLE_DEALS, "amount_high", row, NAN));
}

/* ---- claims: rows of deals.csv that are alternatives ------------------------------------------------------------- */

struct spread {
  int64_t count;
  double low, high; /* NaN where no row states an amount */
};

static struct spread spread_of(const ls_network *network, int64_t first) {
  const char *claim = network_text(network, TABLE_DEALS, "claim_id", first);
  struct spread spread = {0, NAN, NAN};
  for (int64_t row = 0; row < network->table[TABLE_DEALS].row_count; row++) {
    if (strcmp(network_text(network, TABLE_DEALS, "claim_id", row), claim) != 0) continue;
    /* Rows before the first one mean that the claim has been told already. */
    if (row < first) return (struct spread){0, NAN, NAN};
    spread.count++;
    spread.low = fmin(spread.low, network_number(network, TABLE_DEALS, "amount_low", row, NAN));
    spread.high = fmax(spread.high, network_number(network, TABLE_DEALS, "amount_high", row, NAN));
  }
  return spread;
}

static bool has_claims(const ls_network *network) {
  return network->table[TABLE_DEALS].present && network_column(network, TABLE_DEALS, "claim_id") != NULL;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void put_message(struct json *json, const struct message *message) {
  json_object_begin(json, NULL);
  if (message->file != NULL)
    json_text(json, "file", message->file);
  else
    json_nothing(json, "file");
  if (message->line > 0)
    json_whole(json, "line", message->line);
  else
    json_nothing(json, "line");
  json_text(json, "message", message->text);
  json_object_end(json);
}

static void put_messages(struct json *json, const struct network_check *check) {
  const struct message *message;
  json_list_begin(json, "errors");
  for (int i = check->first_error; (message = context_error(check->context, i)) != NULL; i++)
    put_message(json, message);
  json_list_end(json);
  json_whole(json, "error_count", check->error_count);
  json_list_begin(json, "warnings");
  for (int i = check->first_warning; (message = context_warning(check->context, i)) != NULL; i++)
    put_message(json, message);
  json_list_end(json);
}

static void put_metadata(struct json *json, const ls_network *network) {
  json_text(json, "name", network->name);
  json_text(json, "currency", network->currency);
  json_text(json, "unit", network->unit);
  json_text(json, "as_of", network->as_of);
  json_object_begin(json, "tables");
  for (int id = 0; id < TABLE_COUNT; id++)
    if (network->table[id].present)
      json_whole(json, schema_table((enum table_id)id)->name, network->table[id].row_count);
  json_object_end(json);
  json_list_begin(json, "inputs");
  for (int32_t i = 0; i < network->file_count; i++)
    json_hashed_file(json, network->file[i].file, network->file[i].sha256);
  json_list_end(json);
}

static void put_ledger(struct json *json, const ls_network *network) {
  json_list_begin(json, "unknown_amounts");
  for (int64_t row = 0; row < network->table[TABLE_DEALS].row_count; row++)
    if (is_unknown(network, row)) json_text(json, NULL, network_text(network, TABLE_DEALS, "id", row));
  json_list_end(json);
  json_list_begin(json, "unmodelled");
  for (int32_t i = 0; i < network->unmodelled_count; i++) json_text(json, NULL, network->unmodelled[i]);
  json_list_end(json);
  json_list_begin(json, "claims");
  for (int64_t row = 0; has_claims(network) && row < network->table[TABLE_DEALS].row_count; row++) {
    const struct spread spread = spread_of(network, row);
    if (spread.count < 2) continue;
    json_object_begin(json, NULL);
    json_text(json, "claim_id", network_text(network, TABLE_DEALS, "claim_id", row));
    json_whole(json, "rows", spread.count);
    json_number(json, "low", spread.low);
    json_number(json, "high", spread.high);
    json_object_end(json);
  }
  json_list_end(json);
}

void network_check_json(struct json *json, const struct network_check *check) {
  const ls_network *network = check->network;
  json_flag(json, "valid", check->valid);
  if (network != NULL) {
    json_whole(json, "entities", network->entity_count);
    json_whole(json, "links", network_link_count(network));
  } else {
    json_nothing(json, "entities");
    json_nothing(json, "links");
  }
  put_messages(json, check);
  if (network != NULL) put_metadata(json, network);
  if (network != NULL && network->table[TABLE_DEALS].present) put_ledger(json, network);
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void tell_messages(struct buffer *buffer, const struct network_check *check) {
  const struct message *message;
  int told = 0;
  for (int i = check->first_error; (message = context_error(check->context, i)) != NULL; i++, told++)
    buffer_print(buffer, "  error    %s\n", message->full);
  if (check->error_count > told)
    buffer_print(buffer, "  error    ... and %lld more\n", (long long)(check->error_count - told));
  for (int i = check->first_warning; (message = context_warning(check->context, i)) != NULL; i++)
    buffer_print(buffer, "  warning  %s\n", message->full);
}

static void tell_amount(struct buffer *buffer, double amount) {
  char text[NUMBER_TEXT_SIZE] = "unknown";
  if (!isnan(amount)) number_print(amount, text);
  buffer_text(buffer, text);
}

static void tell_ledger(struct buffer *buffer, const ls_network *network) {
  for (int64_t row = 0; row < network->table[TABLE_DEALS].row_count; row++)
    if (is_unknown(network, row))
      buffer_print(buffer, "  unknown amount  %s\n", network_text(network, TABLE_DEALS, "id", row));
  for (int32_t i = 0; i < network->unmodelled_count; i++)
    buffer_print(buffer, "  unmodelled      %s\n", network->unmodelled[i]);
  for (int64_t row = 0; has_claims(network) && row < network->table[TABLE_DEALS].row_count; row++) {
    const struct spread spread = spread_of(network, row);
    if (spread.count < 2) continue;
    buffer_print(buffer, "  %-2lld claims       %s: ", (long long)spread.count,
                 network_text(network, TABLE_DEALS, "claim_id", row));
    tell_amount(buffer, spread.low);
    buffer_text(buffer, " to ");
    tell_amount(buffer, spread.high);
    buffer_text(buffer, "\n");
  }
}

static void tell_network(struct buffer *buffer, const ls_network *network) {
  buffer_print(buffer, "  %d entities, %lld links", (int)network->entity_count, (long long)network_link_count(network));
  if (*network->currency != '\0' || *network->unit != '\0')
    buffer_print(buffer, ", amounts in %s%s%s", network->currency, *network->currency != '\0' ? " " : "",
                 network->unit);
  if (*network->as_of != '\0') buffer_print(buffer, ", as of %s", network->as_of);
  buffer_text(buffer, "\n");
  for (int id = 0; id < TABLE_COUNT; id++)
    if (network->table[id].present)
      buffer_print(buffer, "  %-14s %lld rows\n", schema_table((enum table_id)id)->name,
                   (long long)network->table[id].row_count);
}

void network_check_text(struct buffer *buffer, const struct network_check *check) {
  const char *name = check->network != NULL ? check->network->name : check->path;
  buffer_print(buffer, "%s: %s\n", name, check->valid ? "valid" : "not valid");
  if (check->network != NULL) tell_network(buffer, check->network);
  tell_messages(buffer, check);
  if (check->network != NULL) tell_ledger(buffer, check->network);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

ls_status network_check_read(ls_context *context, const char *path, const ls_read_options *options,
                             struct network_check *out) {
  ls_read_options reading = options != NULL ? *options : (ls_read_options){0};
  const int64_t faults = context_fault_count(context);
  struct network_check check = {.context = context, .path = path};
  check.first_error = ls_context_message_count(context);
  check.first_warning = ls_context_warning_count(context);
  reading.strict = false;
  const ls_status found = ls_network_read(context, path, &reading, &check.network);
  if (found != LS_STATUS_OK && found != LS_STATUS_INVALID_INPUT) return found;
  check.valid = found == LS_STATUS_OK;
  check.error_count = context_fault_count(context) - faults;
  check.has_warnings = ls_context_warning_count(context) > check.first_warning;
  *out = check;
  return LS_STATUS_OK;
}
