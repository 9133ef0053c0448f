/* definitions.c - see definitions.h; docs/file-formats.md says the same of the same names. */
#include "report/definitions.h"

#include <stddef.h>
#include <string.h>

static const struct definition DEFINITIONS[] = {
    {"cash_runway", "Cash runway",
     "The first quarter that ends with cash below the floor or with the entity in default; the number of quarters of "
     "the "
     "run where none does."},
    {"funding_gap", "Funding gap",
     "What payments and the cash floor need beyond own cash, outside revenue, receipts and prepayments, summed over "
     "quarters: before outside equity, drawn credit and new borrowing."},
    {"refinancing", "Refinancing", "Principal that falls due and is not rolled over, summed over quarters."},
    {"peak_drawdown", "Deepest fall",
     "The deepest fall of the entity's value from its highest so far, as a share of that."},
    {"peak_drawdown_quarter", "Quarter of it",
     "The quarter of the deepest fall; -1 where value never falls, which the mean counts as such."},
    {"idle_capacity", "Idle capacity",
     "Capacity that the entity's customers in the network leave unused, mean over quarters."},
    {"dark_capacity", "Dark capacity", "Capacity that is built and has no power at the horizon."},
    {"backlog_at_risk", "Backlog at risk",
     "Orders still to be delivered at the horizon, each weighted with the share of its first value that its buyer has "
     "lost."},
    {"backlog_at_risk_caused", "Backlog at risk by it",
     "What the entity itself still has on order at the horizon, weighted with the share of its first value that it has "
     "lost: "
     "the backlog at risk of its sellers, by customer."},
    {"write_downs", "Write-downs", "What the entity has written down on the stakes that it holds."},
    {"write_downs_caused", "Write-downs caused", "What the holders of stakes in the entity have written down on them."},
    {"least_value_to_reference", "Least value to reference",
     "The entity's smallest value over the reference value by which distress is measured; at most 1."},
    {"outside_shareholders_loss", "Loss of outside shareholders",
     "The part of the net loss that falls on holders of shares outside the network: stakes, and equity money put in."},
    {"outside_creditors_loss", "Loss of outside creditors",
     "The rest of the net loss: claims, debt service, and what is paid for estates."},
    {"deadweight_loss", "Deadweight loss",
     "Value that nobody gets: discounts in the sale of estates and the cost of distress at the horizon, beyond the "
     "baseline's."},
    {"refinancing_by_quarter", "Refinancing by quarter",
     "Principal of all entities that falls due in the quarter and is not rolled over."},
};

static const struct definition CAUSES[] = {
    {"own shock", "Own shock",
     "What entities lose while each of them sees the others as they are without shock: their own shocks, and what they "
     "do with the rest of the world."},
    {"orders", "Orders", "Customers order less, owe less for it, leave, or what they have on order is worth less."},
    {"supply", "Supply", "Suppliers deliver less, or have failed and deliver nothing."},
    {"credit", "Credit",
     "Debtors and customers pay less, claims on them are worth less, or their default brings down others by contract."},
    {"funding", "Funding", "Equity that entities pledged to one another does not come, or comes otherwise."},
    {"prices", "Prices",
     "Prices of compute, the fall of multiples with the market's value, and spending that follows the peers'."},
    {"stakes", "Stakes", "Shares held in other entities are worth less, or bring less when their issuer fails."},
};

static const struct definition *find(const struct definition *list, size_t count, const char *name) {
  for (size_t k = 0; k < count; k++)
    if (strcmp(list[k].name, name) == 0) return &list[k];
  return NULL;
}

const struct definition *definition_of(const char *name) {
  return find(DEFINITIONS, sizeof DEFINITIONS / sizeof *DEFINITIONS, name);
}

const struct definition *cause_definition_of(const char *name) {
  return find(CAUSES, sizeof CAUSES / sizeof *CAUSES, name);
}
