/* bench_network.c - well-capitalised synthetic networks.
 *
 * Banks: bank i owes to `links_each` others, amounts around a size of its own (lognormal), and as much again to outsiders, or so
 * much more that it needs external assets. Their mean covers what it owes beyond its claims 1.8 to 3.4 times (clearing), or makes
 * its claims on others 0.6 of its equity (distress). The network's external assets are `reach` deviations above their mean, so
 * that a scenario is always a loss (bench_shocks.h).
 * Firms: each sells to `links_each` others and as much again to the world, which also supplies it (without, every loss would
 * travel for ever); three pairs of sectors in ten are essential.
 */
#include "bench/bench_network.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/random_sequence.h"
#include "core/scalar_math.h"
#include "network/table.h"

enum { SEED = 20, SECTORS = 50, ID_SIZE = 16 };
enum { PLACE_SIZES, PLACE_CUSHIONS, PLACE_SECTORS, PLACE_LINKS };

struct maker {
  ls_context *context;
  const struct bench_case *what;
  ls_network *network;
  double room;
  double *size, *debts, *claims; /* [entities] */
  int32_t *chosen;               /* [entities] the last lender that chose it, + 1 */
};

static struct random_sequence sequence_of(uint32_t place) {
  return (struct random_sequence){.seed = SEED, .stream = RANDOM_BENCH, .place = place};
}

/* ---- who owes to whom ------------------------------------------------------------------------------------------------- */

static void draw_sizes(const struct maker *m) {
  struct random_sequence random = sequence_of(PLACE_SIZES);
  for (int32_t i = 0; i < m->what->entities; i++)
    m->size[i] = 100 * scalar_exp(0.7 * scalar_normal_quantile(sequence_next(&random)));
}

/* Another than i that i has not chosen yet. */
static int32_t choose_other(const struct maker *m, int32_t i, struct random_sequence *random) {
  for (;;) {
    double u = sequence_next(random);
    int32_t j = (int32_t)((m->what->is_skewed ? u * u : u) * m->what->entities);
    if (j == i || m->chosen[j] == i + 1) continue;
    m->chosen[j] = i + 1;
    return j;
  }
}

static void fill_row(const struct maker *m, int32_t i, struct table *table, double *amount) {
  struct random_sequence random = sequence_of(PLACE_LINKS + (uint32_t)i);
  const int32_t n = m->what->entities, links = m->what->links_each;
  for (int32_t k = 0, all = 0; k < links; k++) {
    const int64_t row = (int64_t)i * links + k;
    all += all == i;
    table->from[row] = i;
    table->to[row] = links == n - 1 ? all++ : choose_other(m, i, &random);
    amount[row] = m->size[i] * (0.5 + sequence_next(&random)) / links;
    m->debts[i] += amount[row];
    m->claims[table->to[row]] += amount[row];
  }
}

/* What a firm sells to the world, and buys from it. */
static void fill_world(const struct maker *m, struct table *table, double *amount) {
  const int64_t n = m->what->entities, first = n * m->what->links_each;
  for (int32_t i = 0; i < n; i++) {
    table->from[first + i] = i;
    table->to[first + i] = ENTITY_WORLD;
    amount[first + i] = m->debts[i];
    table->from[first + n + i] = ENTITY_WORLD;
    table->to[first + n + i] = i;
    amount[first + n + i] = m->claims[i];
  }
}

static ls_status make_links(const struct maker *m, enum table_id id) {
  struct table *table = &m->network->table[id];
  const int32_t with_world = id == TABLE_TRADE ? 2 : 0;
  ls_status status = table_begin(m->context, table, (int64_t)m->what->entities * (m->what->links_each + with_world));
  if (status != LS_STATUS_OK) return status;
  struct table_column *amount = table_column_add(m->context, table, "amount", false);
  if (amount == NULL) return LS_STATUS_OUT_OF_MEMORY;
  status = table_pairs_begin(m->context, table);
  for (int32_t i = 0; i < m->what->entities && status == LS_STATUS_OK; i++) fill_row(m, i, table, amount->number);
  if (status == LS_STATUS_OK && with_world > 0) fill_world(m, table, amount->number);
  return status == LS_STATUS_OK ? table_resolve_pairs(m->context, m->network, id) : status;
}

/* ---- balance sheets ---------------------------------------------------------------------------------------------------- */

static struct table_column *add_column(const struct maker *m, const char *name, bool is_text) {
  return table_column_add(m->context, &m->network->table[TABLE_ENTITIES], name, is_text);
}

static void fill_banks(const struct maker *m, double *assets, double *outside) {
  struct random_sequence random = sequence_of(PLACE_CUSHIONS);
  const bool clears = m->what->kind != BENCH_DISTRESS;
  for (int32_t i = 0; i < m->what->entities; i++) {
    const double debt = m->debts[i], claim = m->claims[i];
    outside[i] = fmax(debt, 1.3 * claim - debt);
    const double uncovered = debt + outside[i] - claim, cushion = 1.8 + 1.6 * sequence_next(&random);
    const double mean = clears ? uncovered * cushion : claim / 0.6 + uncovered;
    assets[i] = mean * m->room;
  }
}

static ls_status make_balance_sheets(const struct maker *m) {
  if (add_column(m, "external_assets", false) == NULL || add_column(m, "external_liabilities", false) == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  /* Adding a column may move the others. */
  struct table_column *assets = add_column(m, "external_assets", false);
  struct table_column *outside = add_column(m, "external_liabilities", false);
  fill_banks(m, assets->number, outside->number);
  return LS_STATUS_OK;
}

static ls_status make_entities(const struct maker *m) {
  ls_status status = table_begin(m->context, &m->network->table[TABLE_ENTITIES], m->what->entities);
  struct table_column *id = status == LS_STATUS_OK ? add_column(m, "id", true) : NULL;
  if (status == LS_STATUS_OK && id == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < m->what->entities && status == LS_STATUS_OK; i++) {
    char text[ID_SIZE];
    (void)snprintf(text, sizeof text, "e%d", i + 1);
    status = table_text_set(m->context, id, i, text);
  }
  return status == LS_STATUS_OK ? network_index_ids(m->context, m->network) : status;
}

/* ---- firms --------------------------------------------------------------------------------------------------------------- */

static ls_status set_sector(const struct maker *m, struct table_column *column, int64_t row, int32_t sector) {
  char text[ID_SIZE];
  (void)snprintf(text, sizeof text, "s%d", sector + 1);
  return table_text_set(m->context, column, row, text);
}

static ls_status make_sectors(const struct maker *m) {
  struct random_sequence random = sequence_of(PLACE_SECTORS);
  struct table_column *sector = add_column(m, "sector", true);
  ls_status status = sector != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < m->what->entities && status == LS_STATUS_OK; i++)
    status = set_sector(m, sector, i, sequence_below(&random, SECTORS));
  return status;
}

/* Every pair of sectors: 2 (essential) or 1. */
static ls_status make_essentials(const struct maker *m) {
  struct random_sequence random = sequence_of(PLACE_CUSHIONS);
  struct table *table = &m->network->table[TABLE_ESSENTIALS];
  ls_status status = table_begin(m->context, table, SECTORS * SECTORS);
  const char *const name[] = {"supplier_sector", "buyer_sector", "essentiality"};
  for (int k = 0; k < 3 && status == LS_STATUS_OK; k++)
    if (table_column_add(m->context, table, name[k], k < 2) == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  for (int32_t row = 0; row < SECTORS * SECTORS && status == LS_STATUS_OK; row++) {
    status = set_sector(m, &table->column[0], row, row / SECTORS);
    if (status == LS_STATUS_OK) status = set_sector(m, &table->column[1], row, row % SECTORS);
    table->column[2].number[row] = sequence_next(&random) < 0.3 ? 2 : 1;
  }
  return status;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------------- */

static ls_status fill_network(struct maker *m) {
  const bool trades = m->what->kind == BENCH_PRODUCTION;
  ls_status status = network_text_replace(m->context, &m->network->name, m->what->id);
  if (status == LS_STATUS_OK) status = make_entities(m);
  if (status == LS_STATUS_OK && trades) status = make_sectors(m);
  draw_sizes(m);
  if (status == LS_STATUS_OK) status = make_links(m, trades ? TABLE_TRADE : TABLE_LIABILITIES);
  if (status == LS_STATUS_OK) status = trades ? make_essentials(m) : make_balance_sheets(m);
  return status;
}

ls_status bench_network_create(ls_context *context, const struct bench_case *what, double sigma, ls_network **network) {
  const size_t n = (size_t)what->entities;
  struct maker m = {.context = context, .what = what, .room = scalar_exp(what->reach * sigma)};
  m.network = network_create(context);
  m.size = context_allocate(context, n, sizeof *m.size);
  m.debts = context_allocate(context, n, sizeof *m.debts);
  m.claims = context_allocate(context, n, sizeof *m.claims);
  m.chosen = context_allocate(context, n, sizeof *m.chosen);
  const bool whole = m.network != NULL && m.size != NULL && m.debts != NULL && m.claims != NULL && m.chosen != NULL;
  ls_status status = whole ? fill_network(&m) : LS_STATUS_OUT_OF_MEMORY;
  context_release(context, m.chosen);
  context_release(context, m.claims);
  context_release(context, m.debts);
  context_release(context, m.size);
  if (status == LS_STATUS_OK)
    *network = m.network;
  else
    network_destroy(&m.network);
  return status;
}

ls_status bench_network_enlarge(ls_context *context, const ls_network *network, double room, ls_network **larger) {
  ls_network *copy = NULL;
  ls_status status = network_copy(context, network, &copy);
  if (status != LS_STATUS_OK) return status;
  double *assets = (double *)network_numbers(copy, TABLE_ENTITIES, "external_assets");
  for (int32_t i = 0; i < copy->entity_count && assets != NULL; i++) assets[i] *= room;
  *larger = copy;
  return status;
}
