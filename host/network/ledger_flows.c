/* ledger_flows.c - yearly payments and investments on three bases, for the circularity of money. No model is run
 * here. */
#include "network/ledger.h"
#include "network/ledger_rules.h"

#include <math.h>
#include <string.h>

/* Dense matrices with the rest of the world last. */
struct flows {
  struct ledger *ledger;
  double *flow, *investment;
  int32_t world; /* N */
};

static void add(const struct flows *flows, double *matrix, int32_t payer, int32_t receiver, double amount) {
  const int64_t from = payer == ENTITY_WORLD ? flows->world : payer,
                to = receiver == ENTITY_WORLD ? flows->world : receiver;
  matrix[from * (flows->world + 1) + to] += amount;
}

/* How much of a deal's amount a basis counts: all of what has its status, else the part that is named firm. */
static double counted_amount(enum ledger_basis basis, const struct deal *deal, double amount) {
  const bool funded = strcmp(deal->status, "funded") == 0, firm = funded || strcmp(deal->status, "firm") == 0;
  if (basis == LEDGER_HEADLINE || funded || (basis == LEDGER_FIRM && firm)) return amount;
  return basis == LEDGER_FIRM && !isnan(deal->firm) ? deal->firm : 0.0;
}

static bool add_deal(const struct flows *flows, enum ledger_basis basis, const struct deal *deal) {
  struct ledger *ledger = flows->ledger;
  struct assumption_scope scope;
  double amount = 0.0, years = 0.0;
  const bool purchase = ledger_is_purchase(deal);
  if (!purchase && strcmp(deal->kind, "equity") != 0 && strcmp(deal->kind, "debt") != 0) return true;
  if (!ledger_deal_amount(ledger, deal, &amount)) return false;
  if (!assumption_scope_of_pair(ledger->context, ledger->network, deal->id, deal->from, deal->to, &scope)) return false;
  bool good = true;
  if (purchase)
    good = ledger_deal_term(ledger, deal, &scope, &years);
  else
    years = assumption_value(&ledger->book, &scope, "equity_window_years", 5.0);
  assumption_scope_release(ledger->context, &scope);
  if (!good) return false;
  const double yearly = counted_amount(basis, deal, amount) / years;
  add(flows, flows->flow, deal->from, deal->to, yearly);
  if (!purchase) add(flows, flows->investment, deal->from, deal->to, yearly);
  return true;
}

static bool add_deals(const struct flows *flows, enum ledger_basis basis) {
  bool good = true;
  for (int64_t row = 0; row < flows->ledger->network->table[TABLE_DEALS].row_count; row++) {
    struct deal deal;
    ledger_deal(flows->ledger, row, &deal);
    if (ledger_deal_counts(flows->ledger, &deal)) good = add_deal(flows, basis, &deal) && good;
  }
  return good;
}

/* Running business without a deal row is paid on every basis. */
static void add_running(const struct flows *flows) {
  struct ledger *ledger = flows->ledger;
  for (int64_t i = 0; i < ledger->book.count; i++) {
    const struct assumption *row = &ledger->book.row[i];
    int32_t buyer = ENTITY_NONE, seller = ENTITY_NONE;
    if (strcmp(row->parameter, "per_quarter") != 0) continue;
    if (!assumption_split_pair(ledger->network, row->target, &buyer, &seller)) continue;
    add(flows, flows->flow, buyer, seller, 4.0 * row->value);
  }
}

/* Value of a path in quarter 0. */
static double first_value(const ls_network *network, const char *entity, const char *variable) {
  for (int64_t row = 0; row < network->table[TABLE_PATHS].row_count; row++) {
    if (network_number(network, TABLE_PATHS, "quarter", row, 0.0) > 0.0) continue;
    if (strcmp(network_text(network, TABLE_PATHS, "target", row), entity) != 0) continue;
    if (strcmp(network_text(network, TABLE_PATHS, "variable", row), variable) == 0)
      return network_number(network, TABLE_PATHS, "value", row, 0.0);
  }
  return 0.0;
}

/* Interest on debts; an entity's sales to, new money from, and costs paid to the rest of the world. */
static void add_world(const struct flows *flows) {
  const ls_network *network = flows->ledger->network;
  const struct table *debts = &network->table[TABLE_LIABILITIES];
  const int32_t width = flows->world + 1;
  for (int32_t i = 0; i < flows->world; i++) {
    const char *id = network_entity_id(network, i);
    const double demand = 4.0 * first_value(network, id, "demand_planned");
    double sales = demand;
    for (int32_t buyer = 0; buyer < flows->world; buyer++)
      sales += flows->flow[(int64_t)buyer * width + i] - flows->investment[(int64_t)buyer * width + i];
    add(flows, flows->flow, ENTITY_WORLD, i, demand + 4.0 * first_value(network, id, "outside_equity"));
    add(flows, flows->flow, i, ENTITY_WORLD, 4.0 * network_number(network, TABLE_ENTITIES, "opex", i, 0.0));
    add(flows, flows->flow, i, ENTITY_WORLD, sales * network_number(network, TABLE_ENTITIES, "cogs_share", i, 0.0));
  }
  for (int64_t row = 0; row < debts->row_count; row++)
    add(flows, flows->flow, debts->from[row], debts->to[row],
        4.0 * network->loop.interest * network_number(network, TABLE_LIABILITIES, "amount", row, 0.0));
}

ls_status ledger_yearly_flows(ls_context *context, const ls_network *network, enum ledger_basis basis, double *flow,
                              double *investment) {
  struct ledger ledger = {.context = context, .network = network};
  const struct flows flows = {&ledger, flow, investment, network->entity_count};
  const size_t cells = ((size_t)network->entity_count + 1) * ((size_t)network->entity_count + 1);
  const int64_t faults = context_fault_count(context);
  memset(flow, 0, cells * sizeof *flow);
  memset(investment, 0, cells * sizeof *investment);
  ls_status status = assumption_book_open(context, network, &ledger.book);
  if (status == LS_STATUS_OK && !add_deals(&flows, basis))
    status = context_fault_count(context) > faults ? LS_STATUS_INVALID_INPUT : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) add_running(&flows);
  assumption_book_close(&ledger.book);
  if (status == LS_STATUS_OK) add_world(&flows);
  return status;
}
