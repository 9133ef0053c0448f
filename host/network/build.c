/* build.c - the order in which tables are read: entities and assets, whose ids others name; then the rest, the ledger,
 * the rules across tables. */
#include "network/build.h"

#include "network/import_table.h"
#include "network/ledger.h"
#include "network/table.h"
#include "network/validate.h"

struct builder {
  ls_context *context;
  ls_network *network;
  const struct table_source *source;
  struct import_progress progress;
};

static ls_status read_table(struct builder *builder, enum table_id id) {
  const int64_t faults = context_fault_count(builder->context);
  struct csv *csv = NULL;
  ls_status status = builder->source->cut(builder->source->from, id, &csv);
  if (status == LS_STATUS_INVALID_INPUT || context_fault_count(builder->context) > faults)
    import_mark_incomplete(id, &builder->progress);
  if (status == LS_STATUS_INVALID_INPUT) status = LS_STATUS_OK;
  if (status == LS_STATUS_OK && csv != NULL)
    status = import_table(builder->context, builder->network, id, csv, &builder->progress);
  csv_destroy(&csv);
  if (status == LS_STATUS_OK && (id == TABLE_ENTITIES || id == TABLE_ASSETS))
    status = network_index_ids(builder->context, builder->network);
  if (status == LS_STATUS_OK) status = network_validate_table(builder->context, builder->network, id, NULL);
  return status;
}

/* Entities first, then assets: other tables name their ids. */
static ls_status read_tables(struct builder *builder) {
  ls_status status = read_table(builder, TABLE_ENTITIES);
  const struct table *entities = &builder->network->table[TABLE_ENTITIES];
  if (status == LS_STATUS_OK && !entities->present) {
    if (!builder->progress.entities_incomplete)
      context_fault(builder->context, "entities.csv", 0, "missing in %s", builder->source->where);
    builder->progress.entities_incomplete = true;
  } else if (status == LS_STATUS_OK && entities->row_count == 0 && !builder->progress.entities_incomplete) {
    context_fault(builder->context, table_file(builder->network, TABLE_ENTITIES), 0,
                  "no entities, must have at least one");
  }
  if (status == LS_STATUS_OK) status = read_table(builder, TABLE_ASSETS);
  for (int id = 0; id < TABLE_COUNT && status == LS_STATUS_OK; id++)
    if (id != TABLE_ENTITIES && id != TABLE_ASSETS) status = read_table(builder, (enum table_id)id);
  return status;
}

/* The ledger's own faults stand in deals.csv; what it makes of sound rows must keep the rules of the tables it fills,
 * entities among them. */
static ls_status apply_ledger(const struct builder *builder) {
  const struct table *purchases = &builder->network->table[TABLE_PURCHASES];
  const bool had_purchases = purchases->present;
  ls_status status = ledger_apply(builder->context, builder->network);
  if (status == LS_STATUS_INVALID_INPUT) return LS_STATUS_OK;
  for (int id = 0; id < TABLE_COUNT && status == LS_STATUS_OK && !had_purchases && purchases->present; id++)
    status = network_validate_table(builder->context, builder->network, (enum table_id)id, NULL);
  return status;
}

ls_status network_build(ls_context *context, ls_network *network, const struct table_source *source) {
  struct builder builder = {
      .context = context, .network = network, .source = source, .progress = {.sum_duplicates = source->sum_duplicates}};
  ls_status status = read_tables(&builder);
  if (status == LS_STATUS_OK && context_fault_count(context) == source->faults) status = apply_ledger(&builder);
  if (status == LS_STATUS_OK && !builder.progress.entities_incomplete)
    status = network_validate_across(context, network, NULL);
  return status;
}

ls_status table_source_take(void *from, enum table_id id, struct csv **csv) {
  struct csv **table = from;
  *csv = table[id];
  table[id] = NULL;
  return LS_STATUS_OK;
}
