/* network.c - the network object: lookups by id and pair, cells with defaults, copies, and its public accessors. */
#include "network/network.h"

#include "network/schema.h"
#include "network/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct table_column *network_column(const ls_network *network, enum table_id table, const char *column) {
  const struct table *found = &network->table[table];
  for (int32_t i = 0; i < found->column_count; i++)
    if (strcmp(found->column[i].name, column) == 0) return &found->column[i];
  return NULL;
}

const double *network_numbers(const ls_network *network, enum table_id table, const char *column) {
  const struct table_column *found = network_column(network, table, column);
  return found == NULL ? NULL : found->number;
}

double network_number(const ls_network *network, enum table_id table, const char *column, int64_t row,
                      double otherwise) {
  const double *number = network_numbers(network, table, column);
  if (number == NULL || row < 0 || row >= network->table[table].row_count || isnan(number[row])) return otherwise;
  return number[row];
}

static const char *asset_id(const ls_network *network, int32_t asset) {
  return asset >= 0 ? network_text(network, TABLE_ASSETS, "id", asset) : "";
}

static const char *pair_text(const ls_network *network, enum table_id table, const char *column, int64_t row) {
  const struct table_schema *schema = schema_table(table);
  const struct table *found = &network->table[table];
  if (found->from == NULL || found->to == NULL) return "";
  if (strcmp(schema->column[0].name, column) == 0) return network_entity_id(network, found->from[row]);
  if (schema->pairing == PAIRING_ENTITY_ASSET) return asset_id(network, found->to[row]);
  return network_entity_id(network, found->to[row]);
}

const char *network_text(const ls_network *network, enum table_id table, const char *column, int64_t row) {
  if (row < 0 || row >= network->table[table].row_count) return "";
  const struct table_column *found = network_column(network, table, column);
  if (found != NULL) return found->text == NULL ? "" : found->text[row];
  return schema_is_pair_key(table, column) ? pair_text(network, table, column, row) : "";
}

const char *network_entity_id(const ls_network *network, int32_t entity) {
  if (entity == ENTITY_WORLD) return "world";
  return entity < 0 ? "" : network_text(network, TABLE_ENTITIES, "id", entity);
}

int64_t network_link_count(const ls_network *network) {
  int64_t count = 0;
  for (int id = 0; id < TABLE_COUNT; id++)
    if (schema_table((enum table_id)id)->pairing != PAIRING_NONE && id != TABLE_ENSEMBLE)
      count += network->table[id].row_count;
  return count;
}

bool network_has_loop_tables(const ls_network *network) {
  const struct table *table = network->table;
  return table[TABLE_PATHS].present || table[TABLE_PURCHASES].present || table[TABLE_PLEDGES].present ||
         network->has_loop_settings;
}

/* ---- ids --------------------------------------------------------------------------------------------------------- */

struct id_entry {
  const char *id;
  int32_t number;
};

static int compare_ids(const void *left, const void *right) {
  const struct id_entry *a = left, *b = right;
  const int order = strcmp(a->id, b->id);
  return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

static ls_status index_table(ls_context *context, const ls_network *network, enum table_id table, int32_t **by_id,
                             int32_t *count) {
  const struct table_column *id = network_column(network, table, "id");
  const int64_t rows = id == NULL || id->text == NULL ? 0 : network->table[table].row_count;
  if (rows > INT32_MAX - 1)
    return context_fail(context, LS_STATUS_UNUSABLE, "%s has %lld rows, must have less than 2147483647",
                        schema_table(table)->file, (long long)rows);
  int32_t *fresh = context_allocate(context, (size_t)rows, sizeof *fresh);
  struct id_entry *entry = context_allocate(context, (size_t)rows, sizeof *entry);
  if (fresh == NULL || entry == NULL) {
    context_release(context, fresh);
    context_release(context, entry);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  for (int32_t i = 0; i < (int32_t)rows; i++) entry[i] = (struct id_entry){id->text[i], i};
  qsort(entry, (size_t)rows, sizeof *entry, compare_ids);
  for (int32_t i = 0; i < (int32_t)rows; i++) fresh[i] = entry[i].number;
  context_release(context, entry);
  context_release(context, *by_id);
  *by_id = fresh;
  *count = (int32_t)rows;
  return LS_STATUS_OK;
}

ls_status network_index_ids(ls_context *context, ls_network *network) {
  ls_status status = LS_STATUS_OK;
  const struct table *entities = &network->table[TABLE_ENTITIES], *assets = &network->table[TABLE_ASSETS];
  if (network->entity_by_id == NULL || network->entity_count != entities->row_count)
    status = index_table(context, network, TABLE_ENTITIES, &network->entity_by_id, &network->entity_count);
  if (status != LS_STATUS_OK) return status;
  if (network->asset_by_id == NULL || network->asset_count != assets->row_count)
    status = index_table(context, network, TABLE_ASSETS, &network->asset_by_id, &network->asset_count);
  return status;
}

/* The first of equal ids, so that a duplicate (a fault of its own) does not change what others mean. */
static int32_t find_id(const ls_network *network, enum table_id table, const int32_t *by_id, int32_t count,
                       const char *id) {
  const struct table_column *column = network_column(network, table, "id");
  if (column == NULL || column->text == NULL || by_id == NULL) return ENTITY_NONE;
  int32_t low = 0, high = count;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2;
    if (strcmp(column->text[by_id[middle]], id) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && strcmp(column->text[by_id[low]], id) == 0 ? by_id[low] : ENTITY_NONE;
}

int32_t network_find_entity(const ls_network *network, const char *id) {
  if (strcmp(id, "world") == 0) return ENTITY_WORLD;
  return find_id(network, TABLE_ENTITIES, network->entity_by_id, network->entity_count, id);
}

int32_t network_find_asset(const ls_network *network, const char *id) {
  return find_id(network, TABLE_ASSETS, network->asset_by_id, network->asset_count, id);
}

int64_t network_find_pair(const ls_network *network, enum table_id id, int32_t from, int32_t to) {
  const struct table *table = &network->table[id];
  int64_t low = 0, high = table->from == NULL ? 0 : table->row_count;
  const int64_t count = high;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    const bool before = table->from[middle] != from ? table->from[middle] < from : table->to[middle] < to;
    if (before)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && table->from[low] == from && table->to[low] == to ? low : -1;
}

/* ---- equity by the book ------------------------------------------------------------------------------------------ */

void network_add_holdings(const ls_network *network, double *total) {
  const struct table *held = &network->table[TABLE_HOLDINGS];
  const double *amount = network_numbers(network, TABLE_HOLDINGS, "amount");
  for (int64_t k = 0; amount != NULL && k < held->row_count; k++)
    if (held->from[k] >= 0) total[held->from[k]] += amount[k];
}

/* A difference of sums that is this small beside them is what rounding makes of 0: 0.3 - 0.1 - 0.2 is nothing. */
#define ROUNDING 1e-12

void network_book_equity(const ls_network *network, double *equity) {
  const struct table *liabilities = &network->table[TABLE_LIABILITIES];
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  int64_t row = 0, rows = amount != NULL ? liabilities->row_count : 0;
  for (int32_t i = 0; i < network->entity_count; i++)
    equity[i] = network_number(network, TABLE_ENTITIES, "external_assets", i, 0.0) +
                network_number(network, TABLE_ENTITIES, "cash", i, 0.0);
  network_add_holdings(network, equity);
  for (int64_t k = 0; k < rows; k++)
    if (liabilities->to[k] >= 0) equity[liabilities->to[k]] += amount[k];
  while (row < rows && liabilities->from[row] < 0) row++; /* rows stand in the order of debtors, the world first */
  for (int32_t i = 0; i < network->entity_count; i++) {
    double net = equity[i];
    for (; row < rows && liabilities->from[row] == i; row++) net -= amount[row];
    net -= network_number(network, TABLE_ENTITIES, "external_liabilities", i, 0.0);
    if (fabs(net) <= ROUNDING * equity[i]) net = 0;
    equity[i] = network_number(network, TABLE_ENTITIES, "equity", i, net);
  }
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

ls_network *network_create(ls_context *context) {
  ls_network *network = context_allocate(context, 1, sizeof *network);
  if (network == NULL) return NULL;
  network->allocator = context_allocator(context);
  network->loop = loop_settings_default();
  char **text[] = {&network->name, &network->currency, &network->unit, &network->as_of, &network->description};
  for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) {
    *text[i] = context_copy_text(context, "");
    if (*text[i] != NULL) continue;
    network_destroy(&network);
    return NULL;
  }
  return network;
}

static void release_texts(const struct allocator *allocator, char **text, int32_t count) {
  for (int32_t i = 0; i < count; i++) allocator_release(allocator, text[i]);
  allocator_release(allocator, text);
}

void network_destroy(ls_network **network) {
  if (network == NULL || *network == NULL) return;
  ls_network *gone = *network;
  const struct allocator allocator = gone->allocator;
  for (int i = 0; i < TABLE_COUNT; i++) table_release(&allocator, &gone->table[i]);
  for (int32_t i = 0; i < gone->file_count; i++) allocator_release(&allocator, gone->file[i].file);
  allocator_release(&allocator, gone->file);
  release_texts(&allocator, gone->source, gone->source_count);
  release_texts(&allocator, gone->unmodelled, gone->unmodelled_count);
  char *text[] = {gone->name, gone->currency, gone->unit, gone->as_of, gone->description};
  for (size_t i = 0; i < sizeof text / sizeof text[0]; i++) allocator_release(&allocator, text[i]);
  allocator_release(&allocator, gone->entity_by_id);
  allocator_release(&allocator, gone->asset_by_id);
  allocator_release(&allocator, gone);
  *network = NULL;
}

ls_status network_text_replace(ls_context *context, char **text, const char *value) {
  char *copy = context_copy_text(context, value);
  if (copy == NULL) return LS_STATUS_OUT_OF_MEMORY;
  context_release(context, *text);
  *text = copy;
  return LS_STATUS_OK;
}

static ls_status append_text(ls_context *context, char ***list, int32_t *count, const char *value) {
  char *copy = context_copy_text(context, value);
  char **grown = context_grow(context, *list, (size_t)*count, (size_t)*count + 1, sizeof **list);
  if (grown != NULL) *list = grown;
  if (copy == NULL || grown == NULL) {
    context_release(context, copy);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  grown[(*count)++] = copy;
  return LS_STATUS_OK;
}

ls_status network_source_add(ls_context *context, ls_network *network, const char *source) {
  return append_text(context, &network->source, &network->source_count, source);
}

ls_status network_unmodelled_add(ls_context *context, ls_network *network, const char *deal_id) {
  return append_text(context, &network->unmodelled, &network->unmodelled_count, deal_id);
}

ls_status network_file_add(ls_context *context, ls_network *network, const char *file, const char *sha256) {
  const size_t count = (size_t)network->file_count;
  char *copy = context_copy_text(context, file);
  struct source_file *grown = context_grow(context, network->file, count, count + 1, sizeof *grown);
  if (grown != NULL) network->file = grown;
  if (copy == NULL || grown == NULL) {
    context_release(context, copy);
    return LS_STATUS_OUT_OF_MEMORY;
  }
  struct source_file *added = &grown[network->file_count++];
  *added = (struct source_file){.file = copy};
  memcpy(added->sha256, sha256, strnlen(sha256, sizeof added->sha256 - 1));
  return LS_STATUS_OK;
}

static ls_status copy_metadata(ls_context *context, const ls_network *network, ls_network *copy) {
  char *const from[] = {network->name, network->currency, network->unit, network->as_of, network->description};
  char **const to[] = {&copy->name, &copy->currency, &copy->unit, &copy->as_of, &copy->description};
  ls_status status = LS_STATUS_OK;
  for (size_t i = 0; i < sizeof to / sizeof to[0] && status == LS_STATUS_OK; i++)
    status = network_text_replace(context, to[i], from[i]);
  for (int32_t i = 0; i < network->source_count && status == LS_STATUS_OK; i++)
    status = network_source_add(context, copy, network->source[i]);
  for (int32_t i = 0; i < network->unmodelled_count && status == LS_STATUS_OK; i++)
    status = network_unmodelled_add(context, copy, network->unmodelled[i]);
  for (int32_t i = 0; i < network->file_count && status == LS_STATUS_OK; i++)
    status = network_file_add(context, copy, network->file[i].file, network->file[i].sha256);
  copy->loop = network->loop;
  copy->has_loop_settings = network->has_loop_settings;
  return status;
}

ls_status network_copy(ls_context *context, const ls_network *network, ls_network **copy) {
  ls_network *fresh = network_create(context);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = copy_metadata(context, network, fresh);
  for (int i = 0; i < TABLE_COUNT && status == LS_STATUS_OK; i++)
    status = table_copy(context, &network->table[i], &fresh->table[i]);
  if (status == LS_STATUS_OK) status = network_index_ids(context, fresh);
  if (status == LS_STATUS_OK)
    *copy = fresh;
  else
    network_destroy(&fresh);
  return status;
}

/* ---- public ------------------------------------------------------------------------------------------------------ */

void ls_network_destroy(ls_network **network) { network_destroy(network); }

int32_t ls_network_entity_count(const ls_network *network) { return network == NULL ? 0 : network->entity_count; }

const char *ls_network_entity_id(const ls_network *network, int32_t entity) {
  if (network == NULL || entity < 0 || entity >= network->entity_count) return NULL;
  return network_entity_id(network, entity);
}

const char *ls_network_name(const ls_network *network) { return network == NULL ? "" : network->name; }
