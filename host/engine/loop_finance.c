/* loop_finance.c - the tables of LOOP-2 laid out for the kernels; see loop_finance.h. */
#include "engine/loop_finance.h"

#include <string.h>

#include "core/scalar_math.h"
#include "network/sectors.h"

/* ---- links that exist from the start ------------------------------------------------------------------------------- */

static int32_t node_named(const ls_network *network, enum table_id id, const char *column, int64_t row) {
  return loop_node_of(network, network_find_entity(network, network_text(network, id, column, row)));
}

int32_t finance_stake_links(const ls_network *network, struct link *link) {
  int32_t count = 0;
  for (int64_t row = 0; row < network->table[TABLE_WARRANTS].row_count; row++)
    link[count++] = (struct link){node_named(network, TABLE_WARRANTS, "holder", row),
                                  node_named(network, TABLE_WARRANTS, "issuer", row), 0, -1};
  return count;
}

int32_t finance_debt_links(const ls_network *network, const struct run_settings *settings, struct link *link) {
  const struct table *purchases = &network->table[TABLE_PURCHASES];
  int32_t count = 0;
  for (int64_t row = 0; row < network->table[TABLE_BACKSTOPS].row_count; row++) {
    int32_t guarantor = node_named(network, TABLE_BACKSTOPS, "guarantor", row);
    if (guarantor == network->entity_count) continue; /* W always pays */
    link[count++] = (struct link){guarantor, node_named(network, TABLE_BACKSTOPS, "provider", row), 0, -1};
  }
  if (settings->loop.breach_share > 0)
    for (int64_t row = 0; row < purchases->row_count; row++)
      link[count++] =
          (struct link){loop_node_of(network, purchases->to[row]), loop_node_of(network, purchases->from[row]), 0, -1};
  return count;
}

/* ---- contracts ------------------------------------------------------------------------------------------------------- */

static const struct {
  enum ls_loop_contract_field field;
  const char *column;
  double absent;
} TERMS[] = {
    {LOOP_CONTRACT_RENEWED, "renewed", 0},     {LOOP_CONTRACT_PRIORITY, "priority", 1},
    {LOOP_CONTRACT_REPRICING, "repricing", 0}, {LOOP_CONTRACT_CONCESSION, "renegotiation", 0},
    {LOOP_CONTRACT_TRIGGER, "trigger", 0},     {LOOP_CONTRACT_NOTICE, "exit_notice", -1},
    {LOOP_CONTRACT_FEE, "exit_fee", 0},        {LOOP_CONTRACT_RATE, "per_quarter", 0},
    {LOOP_CONTRACT_END, "end", LS_NO_END},
};

static ls_status fill_contracts(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  int32_t count = loop->purchase.count;
  double *contract = context_allocate(context, (size_t)count * LOOP_CONTRACT_FIELD_COUNT, sizeof *contract);
  int32_t *breach = context_allocate(context, (size_t)count, sizeof *breach);
  int32_t *pledge = context_allocate(context, (size_t)count, sizeof *pledge);
  loop->contract = contract;
  loop->breach_debt = breach;
  loop->purchase_pledge = pledge;
  if (contract == NULL || breach == NULL || pledge == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (size_t f = 0; f < sizeof TERMS / sizeof TERMS[0]; f++)
    for (int32_t k = 0; k < count; k++)
      contract[(int64_t)k * LOOP_CONTRACT_FIELD_COUNT + TERMS[f].field] =
          network_number(network, TABLE_PURCHASES, TERMS[f].column, loop->purchase_row[k], TERMS[f].absent);
  for (int32_t k = 0; k < count; k++) {
    int32_t buyer = loop->purchase.from[k], seller = loop->purchase.to[k];
    breach[k] = loop->breach_share > 0 ? links_find(&loop->debt, seller, buyer) : -1;
    pledge[k] = buyer < network->entity_count ? links_find(&loop->pledge, seller, buyer) : -1;
    if (pledge[k] >= 0 && !(loop->earmark[pledge[k]] > 0)) pledge[k] = -1;
  }
  return LS_STATUS_OK;
}

/* ---- pledges, stakes ------------------------------------------------------------------------------------------------- */

static int32_t test_number(const char *text) {
  static const char *const NAMES[] = {[LOOP_TEST_NONE] = "",
                                      [LOOP_TEST_REVENUE] = "revenue",
                                      [LOOP_TEST_REVENUE_TO_PLAN] = "revenue_to_plan",
                                      [LOOP_TEST_CAPACITY] = "capacity",
                                      [LOOP_TEST_PURCHASES] = "purchases"};
  for (int32_t k = 0; k < (int32_t)(sizeof NAMES / sizeof NAMES[0]); k++)
    if (strcmp(text, NAMES[k]) == 0) return k;
  return LOOP_TEST_NONE;
}

static int32_t test_of(const ls_network *network, enum table_id id, int64_t row) {
  return network_column(network, id, "test") != NULL ? test_number(network_text(network, id, "test", row))
                                                     : LOOP_TEST_NONE;
}

static ls_status fill_pledge_terms(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  size_t count = (size_t)loop->pledge.count;
  double *earmark = context_allocate(context, count, sizeof *earmark);
  double *level = context_allocate(context, count, sizeof *level);
  int32_t *test = context_allocate(context, count, sizeof *test);
  loop->earmark = earmark;
  loop->pledge_level = level;
  loop->pledge_test = test;
  if (earmark == NULL || level == NULL || test == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (size_t k = 0; k < count; k++) {
    int64_t row = loop->pledge_row[k];
    bool by_world = loop->pledge.from[k] == network->entity_count; /* nothing can be bought from W */
    earmark[k] = by_world ? 0 : network_number(network, TABLE_PLEDGES, "earmark", row, 0);
    level[k] = network_number(network, TABLE_PLEDGES, "test_level", row, 0);
    test[k] = test_of(network, TABLE_PLEDGES, row);
  }
  return LS_STATUS_OK;
}

static ls_status fill_stake_terms(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  size_t count = (size_t)loop->stake.count;
  double *cost = context_allocate(context, count, sizeof *cost);
  int32_t *method = context_allocate(context, count, sizeof *method);
  loop->stake_cost = cost;
  loop->stake_equity_method = method;
  if (cost == NULL || method == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (size_t k = 0; k < count; k++) {
    int64_t row = network_find_pair(network, TABLE_SHAREHOLDINGS, loop->stake.from[k], loop->stake.to[k]);
    if (row < 0) continue; /* a stake that a pledge or a warrant may make */
    cost[k] = network_number(network, TABLE_SHAREHOLDINGS, "cost", row, 0);
    method[k] = network_number(network, TABLE_SHAREHOLDINGS, "equity_method", row, 0) > 0;
  }
  return LS_STATUS_OK;
}

/* ---- tables of their own --------------------------------------------------------------------------------------------- */

static ls_status fill_backstops(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  int32_t count = (int32_t)network->table[TABLE_BACKSTOPS].row_count;
  int32_t *guarantor = context_allocate(context, (size_t)count, sizeof *guarantor);
  int32_t *provider = context_allocate(context, (size_t)count, sizeof *provider);
  int32_t *debt = context_allocate(context, (size_t)count, sizeof *debt);
  double *amount = context_allocate(context, (size_t)count, sizeof *amount);
  loop->backstop = (struct ls_loop_backstops){count, guarantor, provider, amount, debt};
  if (guarantor == NULL || provider == NULL || debt == NULL || amount == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) {
    guarantor[k] = node_named(network, TABLE_BACKSTOPS, "guarantor", k);
    provider[k] = node_named(network, TABLE_BACKSTOPS, "provider", k);
    amount[k] = network_number(network, TABLE_BACKSTOPS, "amount", k, 0);
    debt[k] = guarantor[k] < network->entity_count ? links_find(&loop->debt, guarantor[k], provider[k]) : -1;
  }
  return LS_STATUS_OK;
}

static ls_status fill_warrants(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  int32_t count = (int32_t)network->table[TABLE_WARRANTS].row_count;
  int32_t *issuer = context_allocate(context, (size_t)count, sizeof *issuer);
  int32_t *holder = context_allocate(context, (size_t)count, sizeof *holder);
  int32_t *start = context_allocate(context, (size_t)count, sizeof *start);
  int32_t *test = context_allocate(context, (size_t)count, sizeof *test);
  int32_t *stake = context_allocate(context, (size_t)count, sizeof *stake);
  double *share = context_allocate(context, (size_t)count, sizeof *share);
  double *level = context_allocate(context, (size_t)count, sizeof *level);
  loop->warrant = (struct ls_loop_warrants){count, issuer, holder, share, start, test, level, stake};
  if (issuer == NULL || holder == NULL || start == NULL || test == NULL || stake == NULL || share == NULL ||
      level == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) {
    issuer[k] = node_named(network, TABLE_WARRANTS, "issuer", k);
    holder[k] = node_named(network, TABLE_WARRANTS, "holder", k);
    share[k] = network_number(network, TABLE_WARRANTS, "share", k, 0);
    level[k] = network_number(network, TABLE_WARRANTS, "test_level", k, 0);
    start[k] = (int32_t)network_number(network, TABLE_WARRANTS, "start", k, 0);
    test[k] = test_of(network, TABLE_WARRANTS, k);
    stake[k] = links_find(&loop->stake, holder[k], issuer[k]);
  }
  return LS_STATUS_OK;
}

static ls_status fill_cross_defaults(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  int32_t count = (int32_t)network->table[TABLE_CROSS_DEFAULTS].row_count;
  int32_t *trigger = context_allocate(context, (size_t)count, sizeof *trigger);
  int32_t *obligor = context_allocate(context, (size_t)count, sizeof *obligor);
  loop->cross = (struct ls_loop_cross_defaults){count, trigger, obligor};
  if (trigger == NULL || obligor == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t k = 0; k < count; k++) {
    trigger[k] = node_named(network, TABLE_CROSS_DEFAULTS, "trigger", k);
    obligor[k] = node_named(network, TABLE_CROSS_DEFAULTS, "obligor", k);
  }
  return LS_STATUS_OK;
}

/* Sectors are numbered in the order in which they first appear. */
static ls_status fill_sectors(ls_context *context, const ls_network *network, struct ls_loop_plan *loop) {
  int32_t n = network->entity_count;
  int32_t *sector = context_allocate(context, (size_t)n, sizeof *sector);
  int32_t *size = context_allocate(context, (size_t)n, sizeof *size);
  loop->sector = sector;
  loop->sector_size = size;
  if (sector == NULL || size == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = network_number_sectors(context, network, false, sector, &loop->sector_count);
  for (int32_t i = 0; i < n && status == LS_STATUS_OK; i++)
    if (sector[i] >= 0) size[sector[i]]++;
  return status;
}

/* ---- the whole -------------------------------------------------------------------------------------------------------- */

static void copy_settings(const struct loop_settings *from, struct ls_loop_plan *loop) {
  loop->reference = from->distress_reference;
  loop->flag_exit = from->flag_exit;
  loop->price_elasticity = from->price_elasticity;
  loop->price_low = from->price_low;
  loop->price_high = from->price_high;
  loop->backlog_uncommitted = from->backlog_uncommitted;
  loop->backlog_discount = from->backlog_discount;
  loop->backlog_log_rate = scalar_log(1 + from->backlog_discount);
  loop->breach_share = from->breach_share;
  loop->distress_spread = from->distress_spread;
  loop->revenue_smoothing = from->revenue_smoothing;
  loop->herding_multiple = from->herding_multiple;
  loop->herding_funding = from->herding_funding;
  loop->herding_capex = from->herding_capex;
  loop->herding_peers = from->herding_peers;
  loop->impairment = from->impairment;
}

ls_status plan_fill_finance(ls_context *context, const ls_network *network, const struct run_settings *settings,
                            struct ls_plan *plan) {
  struct ls_loop_plan *loop = &plan->loop;
  copy_settings(&settings->loop, loop);
  ls_status status = fill_pledge_terms(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_contracts(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_stake_terms(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_backstops(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_warrants(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_cross_defaults(context, network, loop);
  if (status == LS_STATUS_OK) status = fill_sectors(context, network, loop);
  if (status == LS_STATUS_OK) loop->features = loop_features(plan, settings) | settings->features;
  if (status == LS_STATUS_OK) status = plan_fill_traits(context, plan);
  return status;
}
