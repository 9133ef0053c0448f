/* flows.c - see flows.h: two passes over the links of one kind, who is large, then the sums. */
#include "report/flows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Links of one kind, whatever they are made of: calls `visit` for each. */
struct flow_source {
  const ls_results *results;
  const double *flow, *investment; /* dense, the world last; NULL: `table` */
  enum table_id table;
  const char *column;
  bool against; /* the payer is the table's second key */
  bool is_stake;
};

struct visitor {
  void (*visit)(struct visitor *visitor, int32_t from, int32_t to, double amount, double invested);
  int32_t entity_count;
  double *through; /* [entity_count] paid and received */
  int32_t *row_of; /* [entity_count] */
  int32_t row_count;
  struct flow_basis *basis;
};

static void visit_dense(const struct flow_source *source, struct visitor *visitor) {
  const int32_t n = source->results->network->entity_count;
  for (int32_t i = 0; i <= n; i++)
    for (int32_t j = 0; j <= n; j++) {
      const int64_t at = (int64_t)i * (n + 1) + j;
      if (i == j || !(source->flow[at] > 0)) continue;
      visitor->visit(visitor, i < n ? i : ENTITY_WORLD, j < n ? j : ENTITY_WORLD, source->flow[at],
                     source->investment[at]);
    }
}

static void visit_table(const struct flow_source *source, struct visitor *visitor) {
  const ls_network *network = source->results->network;
  const struct table *table = &network->table[source->table];
  const double *number = network_numbers(network, source->table, source->column);
  for (int64_t row = 0; number != NULL && row < table->row_count; row++) {
    const int32_t from = source->against ? table->to[row] : table->from[row];
    const int32_t to = source->against ? table->from[row] : table->to[row];
    double amount = number[row];
    if (source->is_stake) amount *= to >= 0 ? source->results->baseline_value[to] : 0;
    if (amount > 0 && from != to) visitor->visit(visitor, from, to, amount, 0);
  }
}

static void visit_all(const struct flow_source *source, struct visitor *visitor) {
  if (source->flow != NULL)
    visit_dense(source, visitor);
  else
    visit_table(source, visitor);
}

static void measure(struct visitor *visitor, int32_t from, int32_t to, double amount, double invested) {
  (void)invested;
  if (from < 0 || to < 0) return;
  visitor->through[from] += amount;
  visitor->through[to] += amount;
}

static void add(struct visitor *visitor, int32_t from, int32_t to, double amount, double invested) {
  struct flow_basis *basis = visitor->basis;
  if (from < 0 || to < 0) {
    basis->outside += amount;
    return;
  }
  const int64_t at = (int64_t)visitor->row_of[from] * visitor->row_count + visitor->row_of[to];
  basis->total += amount;
  basis->amount[at] += amount;
  if (basis->invested != NULL) basis->invested[at] += invested;
}

/* The largest by what goes through them, file order among equals; those without any flow are left out. */
static ls_status choose_rows(ls_context *context, struct visitor *visitor, struct flow_set *set) {
  const int32_t n = visitor->entity_count;
  int32_t with_flow = 0;
  context_release(context, set->row);
  set->row = context_allocate(context, FLOW_ROWS + 1, sizeof *set->row);
  if (set->row == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < n; i++) with_flow += visitor->through[i] > 0;
  const int32_t alone = with_flow <= FLOW_ROWS + 1 ? with_flow : FLOW_ROWS;
  for (int32_t i = 0; i < n; i++) visitor->row_of[i] = FLOW_OTHERS;
  for (int32_t r = 0; r < alone; r++) {
    int32_t best = -1;
    for (int32_t i = 0; i < n; i++)
      if (visitor->row_of[i] < 0 && (best < 0 || visitor->through[i] > visitor->through[best])) best = i;
    visitor->row_of[best] = r;
    set->row[r] = best;
  }
  set->row_count = alone;
  if (with_flow > alone) set->row[set->row_count++] = FLOW_OTHERS;
  for (int32_t i = 0; i < n; i++)
    if (visitor->row_of[i] < 0) visitor->row_of[i] = alone;
  visitor->row_count = set->row_count;
  return LS_STATUS_OK;
}

/* Chooses the rows by the first basis, and adds up. */
static ls_status add_basis(ls_context *context, const struct flow_source *source, struct visitor *visitor,
                           const char *name, const char *title, struct flow_set *set) {
  ls_status status = LS_STATUS_OK;
  if (set->basis_count == 0) {
    visitor->visit = measure;
    visit_all(source, visitor);
    status = choose_rows(context, visitor, set);
  }
  if (status != LS_STATUS_OK || set->row_count < 2) return status;
  const size_t cells = (size_t)set->row_count * (size_t)set->row_count;
  struct flow_basis *basis = &set->basis[set->basis_count++];
  *basis = (struct flow_basis){.name = name, .title = title};
  basis->amount = context_allocate(context, cells, sizeof *basis->amount);
  if (source->investment != NULL) basis->invested = context_allocate(context, cells, sizeof *basis->invested);
  if (basis->amount == NULL || (source->investment != NULL && basis->invested == NULL)) return LS_STATUS_OUT_OF_MEMORY;
  visitor->visit = add;
  visitor->basis = basis;
  visit_all(source, visitor);
  return LS_STATUS_OK;
}

static ls_status collect_ledger(ls_context *context, const ls_results *results, struct visitor *visitor,
                                struct flow_set *set) {
  static const char *const NAME[LEDGER_BASIS_COUNT] = {"headline", "firm", "funded"};
  static const char *const TITLE[LEDGER_BASIS_COUNT] = {"Headline", "Firm", "Funded"};
  const size_t cells = ((size_t)results->network->entity_count + 1) * ((size_t)results->network->entity_count + 1);
  double *flow = context_allocate(context, cells, sizeof *flow);
  double *investment = context_allocate(context, cells, sizeof *investment);
  const struct flow_source source = {.results = results, .flow = flow, .investment = investment};
  ls_status status = flow != NULL && investment != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  for (int k = 0; k < LEDGER_BASIS_COUNT && status == LS_STATUS_OK; k++) {
    status = ledger_yearly_flows(context, results->network, (enum ledger_basis)k, flow, investment);
    if (status == LS_STATUS_OK) status = add_basis(context, &source, visitor, NAME[k], TITLE[k], set);
  }
  context_release(context, investment);
  context_release(context, flow);
  return status;
}

/* Without a ledger the first table that links two entities. */
static ls_status collect_links(ls_context *context, const ls_results *results, struct visitor *visitor,
                               struct flow_set *set) {
  static const struct {
    enum table_id table;
    const char *column, *name, *title;
    bool against, is_stake;
  } KIND[] = {
      {TABLE_LIABILITIES, "amount", "claims", "Claims", false, false},
      {TABLE_PURCHASES, "backlog", "orders", "Orders", false, false},
      {TABLE_TRADE, "amount", "sales", "Sales", true, false},
      {TABLE_SHAREHOLDINGS, "share", "stakes", "Stakes", false, true},
  };
  ls_status status = LS_STATUS_OK;
  for (size_t k = 0; k < sizeof KIND / sizeof *KIND && status == LS_STATUS_OK && set->basis_count == 0; k++) {
    const struct flow_source source = {.results = results,
                                       .table = KIND[k].table,
                                       .column = KIND[k].column,
                                       .against = KIND[k].against,
                                       .is_stake = KIND[k].is_stake};
    status = add_basis(context, &source, visitor, KIND[k].name, KIND[k].title, set);
  }
  return status;
}

ls_status flow_set_collect(ls_context *context, const ls_results *results, struct flow_set *set) {
  const int32_t n = results->network->entity_count;
  struct visitor visitor = {.entity_count = n};
  *set = (struct flow_set){0};
  visitor.through = context_allocate(context, (size_t)n, sizeof *visitor.through);
  visitor.row_of = context_allocate(context, (size_t)n, sizeof *visitor.row_of);
  ls_status status = visitor.through != NULL && visitor.row_of != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK && results->network->table[TABLE_DEALS].row_count > 0 && n <= FLOW_LEDGER_MOST)
    status = collect_ledger(context, results, &visitor, set);
  if (status == LS_STATUS_OK && set->basis_count == 0) status = collect_links(context, results, &visitor, set);
  context_release(context, visitor.through);
  context_release(context, visitor.row_of);
  return status;
}

void flow_set_release(ls_context *context, struct flow_set *set) {
  for (int k = 0; k < set->basis_count; k++) {
    context_release(context, set->basis[k].amount);
    context_release(context, set->basis[k].invested);
  }
  context_release(context, set->row);
  *set = (struct flow_set){0};
}
