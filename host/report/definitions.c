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

static const struct definition BASICS[] = {
    {"baseline-value", "Baseline value",
     "The equity value of an entity at the horizon in the run without any shock; of the network, the sum over its "
     "entities. With draws of the assumptions, the mean over the draws."},
    {"loss", "Loss of the network",
     "Gross, or net where the run asked for that. In one scenario; the expected loss is the mean over all."},
    {"gross-loss", "Gross loss",
     "The losses of the entities that lose, added up; what others gain is not set against them."},
    {"net-loss", "Net loss",
     "What holders of shares and of debt outside the network lose, each amount once; gains are negative."},
    {"entity-loss", "Loss of an entity",
     "Its baseline value less its value in the scenario, at the horizon; gains are negative. Shown is the mean over "
     "scenarios."},
    {"peak-loss", "Peak loss",
     "The largest loss of the entity over the quarters of a scenario; the mean over scenarios."},
    {"var", "VaR", "Value at risk: the smallest loss that at least the stated share of the scenarios does not exceed."},
    {"es", "ES",
     "Expected shortfall: the mean of the losses beyond the stated level, the part of the scenarios at VaR that "
     "belongs "
     "to the tail included."},
    {"es-share", "Share in ES 99%",
     "The part of the network's gross expected shortfall at 99% that is the entity's own loss in those scenarios. The "
     "parts add up to it."},
    {"standard-error", "Standard error",
     "How far, by chance, the estimate from so many scenarios is from that of infinitely many: one standard deviation. "
     "It says nothing of the model or its inputs."},
    {"standard-deviation", "Standard deviation", "Of the loss over scenarios."},
    {"interval", "95% interval",
     "Would hold the number of infinitely many scenarios in 95 of 100 runs: by order statistics for VaR, after Wilson "
     "for "
     "probabilities; where no scenario of n shows a default, from 0 to 3/n."},
    {"default", "Default",
     "An entity that leaves obligations unpaid, or is made to default by the scenario; in models without payments, one "
     "that the model calls failed."},
    {"default-probability", "Default probability",
     "The share of the scenarios in which the entity defaults: a frequency under the stated assumptions."},
    {"default-by-quarter", "Default in the quarter",
     "The share of the scenarios in which the entity defaults in that quarter; 0 is the first."},
    {"line-loss", "Loss by balance-sheet line",
     "How much smaller the line is at the horizon than without shock, debts and costs counted with their sign: the "
     "lines "
     "of an entity add up to its loss."},
    {"line-es", "Line in ES 99%",
     "The mean of the line's loss over the scenarios of the tail at 99%, of the entities that lose there. The lines "
     "add up "
     "to the gross expected shortfall."},
    {"given-default", "How often then",
     "Of the scenarios in which the one entity defaults, the share in which the other does too."},
    {"others-loss", "Others lose then",
     "The loss of all other entities together, gains set against losses: the mean over the scenarios in which the "
     "entity "
     "defaults, and that over the others' baseline value. It goes with the default and need not follow from it."},
    {"loss-given-default", "Loss with a default",
     "The mean loss of the entity of the row over the scenarios in which that of the column defaults, over its "
     "baseline "
     "value; gains are negative. The same shocks may have hit both: it is not the write-off of a claim."},
    {"flow-headline", "Headline",
     "A year's payments and investments between entities by the ledger of deals, each deal spread over its term: all "
     "that "
     "was announced, except what has lapsed or is a target; with the running business that has no deal."},
    {"flow-firm", "Firm", "The same, of what is funded or firmly committed."},
    {"flow-funded", "Funded", "The same, of what is funded; the running business is in all three."},
    {"flow-claims", "Claims",
     "What the debtor (from) owes the creditor (to), all seniorities together: a stock, no flow."},
    {"flow-orders", "Orders",
     "What the buyer (from) has on order from the seller (to): a stock, to be paid over its term."},
    {"flow-sales", "Sales", "What the buyer (from) pays the supplier (to) in a period."},
    {"flow-stakes", "Stakes",
     "The value of the share that the holder (from) has of the issuer (to), at its baseline value."},
    {"path", "Value, cash and capacity by quarter",
     "The state at the end of each quarter. Bands hold the middle 90% and the middle 50% of scenarios, quarter by "
     "quarter, "
     "and no scenario need run along their edge; the line between them is the median."},
    {"by-factor", "Loss by level of a common factor",
     "Scenarios are sorted by the level of the factor and put into twenty groups of equal probability; shown are the "
     "mean "
     "loss of each group, with its 95% interval, and the share of its scenarios with one or more defaults. The other "
     "factors, and what each entity has for itself, differ within a group."},
    {"by-size", "Loss by size of a shock",
     "Scenarios of the file that hit the same entities in the same quarters by one value, in the order of that value."},
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

const struct definition *basic_definition(int k) {
  return k >= 0 && k < (int)(sizeof BASICS / sizeof *BASICS) ? &BASICS[k] : NULL;
}

const struct definition *cause_definition_of(const char *name) {
  return find(CAUSES, sizeof CAUSES / sizeof *CAUSES, name);
}
