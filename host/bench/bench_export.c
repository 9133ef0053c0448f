/* bench_export.c - see bench_export.h; docs/bench.md lists what the file holds.
 *
 * Links stand as compressed rows: indptr[N + 1], indices and amount[links], a row for each debtor (or supplier). Of S given
 * scenarios: shock[S][N] (shares of external assets or of output lost) and expected[S][N] (payments, distress, output left).
 */
#include "bench/bench_export.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bench_check.h"
#include "bench/bench_oracle.h"
#include "io/hdf5_file.h"

struct exporter {
  ls_context *context;
  struct hdf5_file *file;
  const struct bench_entry *entry;
  struct bench_book book;
  hdf5_id entities, scenarios, links, starts;
};

static void put(const struct exporter *e, const char *name, const char *meaning, hdf5_id first, hdf5_id second,
                const double *value) {
  const struct hdf5_array array = {.group = hdf5_root(e->file),
                                   .name = name,
                                   .meaning = meaning,
                                   .rank = second >= 0 ? 2 : 1,
                                   .dimension = {first, second},
                                   .storage = HDF5_CONTIGUOUS};
  hdf5_write_numbers(e->file, &array, value);
}

static ls_status put_links(const struct exporter *e) {
  const struct bench_book *b = &e->book;
  int64_t *start = context_allocate(e->context, (size_t)b->entities + 1, sizeof *start);
  if (start == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < b->links; k++) start[b->from[k] + 1]++;
  for (int32_t i = 0; i < b->entities; i++) start[i + 1] += start[i];
  const struct hdf5_array first = {.group = hdf5_root(e->file), .name = "indptr", .rank = 1, .dimension = {e->starts}};
  const struct hdf5_array other = {.group = hdf5_root(e->file), .name = "indices", .rank = 1, .dimension = {e->links}};
  hdf5_write_integers(e->file, &first, start);
  hdf5_write_int32(e->file, &other, b->to);
  put(e, "amount", "what a row owes, or sells, to a column", e->links, -1, b->amount);
  context_release(e->context, start);
  return LS_STATUS_OK;
}

/* Sectors as numbers, in the order in which firms name them, and what sector a is to sector b: 2, 1 or 0. */
static ls_status put_sectors(const struct exporter *e) {
  const ls_network *network = e->entry->problem->network;
  const struct table *rules = &network->table[TABLE_ESSENTIALS];
  const size_t side = 64, n = (size_t)network->entity_count;
  double *sector = context_allocate(e->context, n + side * side, sizeof *sector);
  if (sector == NULL) return LS_STATUS_OUT_OF_MEMORY;
  double *use = sector + n; /* names are "s1" to "s50" */
  for (size_t i = 0; i < n; i++)
    sector[i] = (double)atoi(network_text(network, TABLE_ENTITIES, "sector", (int64_t)i) + 1) - 1;
  for (int64_t row = 0; row < rules->row_count; row++) {
    const int from = atoi(network_text(network, TABLE_ESSENTIALS, "supplier_sector", row) + 1) - 1;
    const int to = atoi(network_text(network, TABLE_ESSENTIALS, "buyer_sector", row) + 1) - 1;
    use[(size_t)from * side + (size_t)to] = network_number(network, TABLE_ESSENTIALS, "essentiality", row, 0);
  }
  const hdf5_id rows = hdf5_scale_bare(e->file, hdf5_root(e->file), "supplier_sector", (int64_t)side);
  const hdf5_id columns = hdf5_scale_bare(e->file, hdf5_root(e->file), "buyer_sector", (int64_t)side);
  put(e, "sector", "number of a firm's sector", e->entities, -1, sector);
  put(e, "essential", "what the row's sector is to the column's", rows, columns, use);
  context_release(e->context, sector);
  return LS_STATUS_OK;
}

static ls_status put_scenarios(const struct exporter *e) {
  const struct bench_problem *p = e->entry->problem;
  const struct ls_shock_plan *shock = &e->entry->plan.shock;
  const size_t cells = (size_t)p->given_count * (size_t)e->book.entities;
  const int32_t variable = bench_shocked_variable(LS_MODELS[e->entry->plan.model]);
  double *value = context_allocate(e->context, 2 * cells, sizeof *value);
  int64_t *index = context_allocate(e->context, (size_t)p->given_count, sizeof *index);
  ls_status status = value != NULL && index != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int64_t s = 0; s < p->given_count && status == LS_STATUS_OK; s++) index[s] = s;
  if (status == LS_STATUS_OK)
    status = bench_check_solve(e->context, e->entry, index, p->given_count, value, value + cells);
  if (status == LS_STATUS_OK) {
    put(e, "expected", "payment, distress, or output left", e->scenarios, e->entities, value);
    for (int64_t s = 0; s < p->given_count; s++)
      for (int32_t i = 0; i < e->book.entities; i++)
        value[s * e->book.entities + i] = p->given[s * shock->key_count + bench_shock_key(shock, variable, i)];
    put(e, "shock", "share of external assets, or of output, that is lost", e->scenarios, e->entities, value);
  }
  context_release(e->context, index);
  context_release(e->context, value);
  return status;
}

static ls_status put_all(struct exporter *e) {
  const struct bench_problem *p = e->entry->problem;
  const hdf5_id root = hdf5_root(e->file);
  hdf5_put_text(e->file, root, "id", p->what->id);
  hdf5_put_text(e->file, root, "model", p->model);
  hdf5_put_number(e->file, root, "shock_sigma", p->law.sigma);
  hdf5_put_number(e->file, root, "shock_correlation", p->law.correlation);
  hdf5_put_number(e->file, root, "tolerance", e->entry->plan.tolerance);
  e->entities = hdf5_scale_bare(e->file, root, "entity", e->book.entities);
  e->scenarios = hdf5_scale_bare(e->file, root, "scenario", p->given_count);
  e->links = hdf5_scale_bare(e->file, root, "link", e->book.links);
  e->starts = hdf5_scale_bare(e->file, root, "start", e->book.entities + 1);
  put(e, "external_assets", "before any shock", e->entities, -1, e->book.assets);
  put(e, "due", "owed in all, or sold", e->entities, -1, e->book.due);
  put(e, "claims", "owed by others, or bought", e->entities, -1, e->book.claims);
  put(e, "equity", "by the book", e->entities, -1, e->book.equity);
  ls_status status = put_links(e);
  if (status == LS_STATUS_OK && p->what->kind == BENCH_PRODUCTION) status = put_sectors(e);
  return status == LS_STATUS_OK ? put_scenarios(e) : status;
}

static ls_status write_file(ls_context *context, const struct bench_wish *wish, const struct bench_entry *entry) {
  const struct bench_problem *p = entry->problem;
  const enum table_id table = p->what->kind == BENCH_PRODUCTION ? TABLE_TRADE : TABLE_LIABILITIES;
  struct exporter e = {.context = context, .entry = entry};
  char *path = context_print(context, "%s/%s.h5", wish->options->folder, p->what->id);
  ls_status status = path != NULL ? bench_book_open(context, p->network, table, &e.book) : LS_STATUS_OUT_OF_MEMORY;
  const int64_t bytes = (int64_t)sizeof(double) * (2 * p->given_count * e.book.entities + 2 * e.book.links);
  if (status == LS_STATUS_OK) status = hdf5_create(context, path, wish->options->replace, bytes, &e.file);
  if (status == LS_STATUS_OK) status = put_all(&e);
  if (status == LS_STATUS_OK) status = hdf5_commit(&e.file);
  hdf5_close(&e.file);
  bench_book_close(&e.book);
  context_release(context, path);
  return status;
}

ls_status bench_export(ls_context *context, const struct bench_wish *wish, const struct bench_case *what,
                       bool *written) {
  struct bench_problem problem = {0};
  struct bench_entry entry = {0};
  *written = what->kind == BENCH_CLEARING || what->kind == BENCH_DISTRESS || what->kind == BENCH_PRODUCTION ||
             what->kind == BENCH_DRAWING || what->kind == BENCH_AGGREGATION;
  if (!*written) return LS_STATUS_OK;
  ls_status status = bench_problem_create(context, wish, what, &problem);
  if (status == LS_STATUS_OK) status = bench_entry_create(context, wish, &problem, "cpu", wish->engine[0], &entry);
  if (status == LS_STATUS_OK) status = write_file(context, wish, &entry);
  bench_entry_release(context, &entry);
  bench_problem_release(context, &problem);
  return status;
}
