/* spec_examples.c - see spec_examples.h. Firm 1 buys of firm 2, which has 10 of capacity at 1, unless said; the world owns
 * everyone; nothing else is there. The hand calculation stands above each economy. */
#include "spec/spec_examples.h"

#include <math.h>
#include <string.h>

enum { BUYER = 1, SELLER = 2, THIRD = 3 };

/* ---- building blocks --------------------------------------------------------------------------------------------- */

static struct spec_loop *economy(int n, int quarters, double cash) {
  struct spec_loop *model = spec_loop_create(n, quarters, 0, 1);
  for (int i = 1; i < n; i++) model->stake[i] = 1;
  model->cash[BUYER] = cash;
  if (n > SELLER) model->capacity[SELLER] = 10;
  return model;
}

/* The contract of the buyer with a seller. */
static struct spec_contract *buys(struct spec_loop *model, int seller, double rate, double backlog) {
  return spec_loop_add_contract(model, spec_contract_of(BUYER, seller, rate, backlog));
}

static void set_path(const struct spec_loop *model, double *path, int i, int from, double value) {
  for (int t = from; t < model->quarters; t++) path[t * model->n + i] = value;
}

static void sells_outside(struct spec_loop *model, int i, double planned, double demand) {
  set_path(model, model->demand_planned, i, 0, planned), set_path(model, model->demand, i, 0, demand);
}

/* A share of firm i is worth 4 times `multiple` times its sales from quarter `from` on. */
static void worth(struct spec_loop *model, int i, int from, double multiple) {
  set_path(model, model->multiple, i, from, multiple);
}

/* Firm 1 earns 10 a quarter and spends 10: value is 40 times the multiple, which is 1, then `second` from quarter 1. */
static struct spec_loop *share_alone(int quarters, double second) {
  struct spec_loop *model = economy(2, quarters, 0);
  sells_outside(model, 1, 10, 10), worth(model, 1, 0, 1), worth(model, 1, 1, second);
  model->opex[1] = 10;
  return model;
}

#define EXPECT(list) list, (int)(sizeof(list) / sizeof *(list))

/* ---- real side --------------------------------------------------------------------------------------------------- */

/* 3 a quarter of each of two suppliers of the essential input; the second has 3 in all. From quarter 1 half the plan comes:
 * revenue 10, then 5. Against what was ordered it would stay at 10. */
static struct spec_loop *planned_inputs(void) {
  struct spec_loop *model = economy(4, 2, 0);
  model->capacity[THIRD] = 10, model->input_type[SELLER] = model->input_type[THIRD] = 0;
  model->essential[0] = model->inputs_planned = true;
  sells_outside(model, BUYER, 10, 10);
  buys(model, SELLER, 3, 100), buys(model, THIRD, 3, 3);
  return model;
}
static const struct spec_expectation PLANNED_INPUTS[] = {{0, BUYER, "revenue", 10}, {1, BUYER, "revenue", 5}};

/* Demand 15 on a plan of 10, at most 0.3 above: 4 * 1.3 = 5.2 are ordered and come, so min(15, 10 * 1.3) = 13 are sold. */
static struct spec_loop *above_plan(void) {
  struct spec_loop *model = economy(3, 1, 100);
  model->upside[BUYER] = 0.3, model->input_type[SELLER] = 0, model->essential[0] = true;
  sells_outside(model, BUYER, 10, 15), buys(model, SELLER, 4, 100);
  return model;
}
static const struct spec_expectation ABOVE_PLAN[] = {
    {0, BUYER, "revenue", 13}, {0, BUYER, "cash", 107.8}, {0, SELLER, "cash", 5.2}};

/* Capacity 6 for an order of 4 and half of outside sales of 8: z = 6 / 8, 3 are delivered, outside sales are
 * 8 (0.5 + 0.5 * 0.75) = 7. */
static struct spec_loop *external_use(void) {
  struct spec_loop *model = economy(3, 1, 100);
  model->capacity[SELLER] = 6, model->external_use[SELLER] = 0.5;
  sells_outside(model, SELLER, 8, 8), buys(model, SELLER, 4, 100);
  return model;
}
static const struct spec_expectation EXTERNAL_USE[] = {
    {0, SELLER, "revenue", 7}, {0, SELLER, "cash", 10}, {0, BUYER, "cash", 97}};

/* Half is firm, 0.8 of the rest follows a price of 0.5: w = 0.5 + 0.5 (0.2 + 0.4) = 0.8. 4 are delivered and invoiced at
 * 3.2, which is what the assets cost; 4 of equipment at 2 a unit are 2 of capacity. */
static struct spec_loop *repriced(void) {
  struct spec_loop *model = economy(3, 1, 100);
  struct spec_contract *contract = buys(model, SELLER, 4, 40);
  contract->take_or_pay = 0.5, contract->repricing = 0.8, contract->capex_share = 1, model->cost[BUYER] = 2;
  set_path(model, model->price_path, SELLER, 0, 0.5);
  return model;
}
static const struct spec_expectation REPRICED[] = {
    {0, BUYER, "cash", 96.8}, {0, SELLER, "cash", 3.2}, {0, BUYER, "real_assets", 3.2}, {0, BUYER, "capacity", 2}};

/* 8 are wanted, 4 can be had: the price is 1 at first, then (8 / 4)^1 = 2: 4, then 8 are paid for 4. */
static struct spec_loop *scarcity(void) {
  struct spec_loop *model = economy(3, 2, 100);
  model->capacity[SELLER] = 4, model->input_type[SELLER] = 0, model->price_elasticity = 1;
  buys(model, SELLER, 8, 80)->repricing = 1;
  return model;
}
static const struct spec_expectation SCARCITY[] = {{0, BUYER, "cash", 96}, {1, BUYER, "cash", 88}};

/* Hardware of 20 wears by 2 * 0.1 to 16 and half of it counts at 0.4: value 5 + 16 * 0.7 = 16.2. In quarter 1 firm 1 is
 * made to default; 12.8 are left and sold at 0.5 * 0.4, and the owner, firm 2, gets 5 + 2.56. */
static struct spec_loop *hardware_price(void) {
  struct spec_loop *model = economy(3, 2, 5);
  model->stake[1] = 0, model->stake[SELLER * 3 + BUYER] = 1;
  model->real_assets[BUYER] = 20, model->depreciation[BUYER] = 0.1, model->hardware_share[BUYER] = 0.5;
  set_path(model, model->hardware_price, BUYER, 0, 0.4), set_path(model, model->depreciation_scale, BUYER, 0, 2);
  model->recovery_assets = 0.5, model->forced[1 * 3 + BUYER] = true;
  return model;
}
static const struct spec_expectation HARDWARE_PRICE[] = {
    {0, BUYER, "real_assets", 16}, {0, BUYER, "value", 16.2}, {1, SELLER, "cash", 7.56}, {1, BUYER, "live", 0}};

/* Of 6 wanted firm 2 delivers 2; firm 3 delivers its 2 and has 8 to spare. Half of the 4 that lack are asked of it and
 * come, at its price of 1.5: 2 + 2 + 3 are paid. */
static struct spec_loop *substitution(void) {
  struct spec_loop *model = economy(4, 1, 100);
  model->capacity[SELLER] = 2, model->capacity[THIRD] = 10;
  model->input_type[SELLER] = model->input_type[THIRD] = 0, model->substitution[BUYER] = 0.5;
  set_path(model, model->price_path, THIRD, 0, 1.5);
  buys(model, SELLER, 6, 60), buys(model, THIRD, 2, 20);
  return model;
}
static const struct spec_expectation SUBSTITUTION[] = {
    {0, BUYER, "cash", 93}, {0, SELLER, "cash", 2}, {0, THIRD, "cash", 5}};

/* Firms 1 and 4 both lack 4 and ask firm 3, which delivers 2 to each and has 3 to spare of its 7: 1.5 for each. */
static struct spec_loop *squeezed(void) {
  struct spec_loop *model = economy(5, 1, 100);
  int fourth = 4;
  model->cash[fourth] = 100, model->capacity[SELLER] = 0, model->capacity[THIRD] = 7;
  model->input_type[SELLER] = model->input_type[THIRD] = 0;
  model->substitution[BUYER] = model->substitution[fourth] = 1;
  buys(model, SELLER, 4, 40), buys(model, THIRD, 2, 20);
  spec_loop_add_contract(model, spec_contract_of(fourth, SELLER, 4, 40));
  spec_loop_add_contract(model, spec_contract_of(fourth, THIRD, 2, 20));
  return model;
}
static const struct spec_expectation SQUEEZED[] = {
    {0, BUYER, "cash", 96.5}, {0, 4, "cash", 96.5}, {0, THIRD, "cash", 7}};

/* Capacity 5 of firm 2: the 4 of firm 1 come first, firm 3 gets 1 of 4. */
static struct spec_loop *priority(void) {
  struct spec_loop *model = economy(4, 1, 100);
  struct spec_contract second = spec_contract_of(THIRD, SELLER, 4, 40);
  second.priority = 2, model->capacity[SELLER] = 5, model->cash[THIRD] = 100;
  buys(model, SELLER, 4, 40), spec_loop_add_contract(model, second);
  return model;
}
static const struct spec_expectation PRIORITY[] = {
    {0, BUYER, "cash", 96}, {0, THIRD, "cash", 99}, {0, SELLER, "cash", 5}};

/* ---- contracts --------------------------------------------------------------------------------------------------- */

/* 3 a quarter until quarter 1, 2 a quarter from quarter 1 on; backlog counts by half and by what the
 * buyer is worth of its 100: 47 at 0.97, then 18 at 0.95, the rest of the first contract gone. */
static struct spec_loop *two_contracts(void) {
  struct spec_loop *model = economy(3, 2, 100);
  buys(model, SELLER, 3, 30)->end = 1, buys(model, SELLER, 2, 20)->start = 1;
  model->backlog_margin[SELLER] = 0.5;
  return model;
}
static const struct spec_expectation TWO_CONTRACTS[] = {{0, BUYER, "cash", 97},
                                                        {1, BUYER, "cash", 95},
                                                        {1, SELLER, "cash", 5},
                                                        {0, SELLER, "value", 3 + 23.5 * 0.97},
                                                        {1, SELLER, "value", 5 + 9 * 0.95}};

/* 3 are contracted, 2 a quarter taken, for ever: 98, 96, 94, where an ordinary contract stops at 97. */
static struct spec_loop *renewed(void) {
  struct spec_loop *model = economy(3, 3, 100);
  buys(model, SELLER, 2, 3)->renewed = true;
  return model;
}
static const struct spec_expectation RENEWED[] = {
    {0, BUYER, "cash", 98}, {1, BUYER, "cash", 96}, {2, BUYER, "cash", 94}};

/* Half of demand comes, u = 0.5 < 0.8: of take-or-pay 1 are 0.6 left, and 4 (0.6 + 0.4 * 0.5) = 3.2 are bought. */
static struct spec_loop *renegotiated(void) {
  struct spec_loop *model = economy(3, 1, 100);
  struct spec_contract *contract = buys(model, SELLER, 4, 40);
  sells_outside(model, BUYER, 10, 5);
  contract->take_or_pay = 1, contract->trigger = 0.8, contract->renegotiation = 0.4;
  return model;
}
static const struct spec_expectation RENEGOTIATED[] = {{0, BUYER, "cash", 101.8}, {0, SELLER, "cash", 3.2}};

/* In quarter 1 a scenario frees 0.4 of the 4 that are all firm. They are bought, for demand is there, but at the price
 * of 0.5: 4 (0.6 + 0.4 * 0.5) = 3.2 after 4. */
static struct spec_loop *renegotiated_by_shock(void) {
  struct spec_loop *model = economy(3, 2, 100);
  struct spec_contract *contract = buys(model, SELLER, 4, 40);
  contract->take_or_pay = contract->repricing = 1, contract->renegotiation = 0.4;
  set_path(model, model->price_path, SELLER, 0, 0.5), model->renegotiate[1 * 3 + BUYER] = true;
  return model;
}
static const struct spec_expectation RENEGOTIATED_BY_SHOCK[] = {{0, SELLER, "cash", 4}, {1, SELLER, "cash", 7.2}};

/* Notice in quarter 0, gone in quarter 1: 4 are bought, then a fee of 0.25 * 36 is due, then nothing. */
static struct spec_loop *exits(void) {
  struct spec_loop *model = economy(3, 3, 100);
  struct spec_contract *contract = buys(model, SELLER, 4, 40);
  sells_outside(model, BUYER, 10, 5);
  contract->take_or_pay = 1, contract->trigger = 0.8, contract->exit_notice = 1, contract->exit_fee = 0.25;
  return model;
}
static const struct spec_expectation EXITS[] = {
    {0, BUYER, "cash", 101}, {1, BUYER, "cash", 97}, {1, SELLER, "cash", 13}, {2, BUYER, "cash", 102}};

/* A scenario has firm 1 leave a contract that would be rolled, at once in quarter 1, without a fee. */
static struct spec_loop *exits_by_shock(void) {
  struct spec_loop *model = economy(3, 3, 100);
  struct spec_contract *contract = buys(model, SELLER, 4, 40);
  contract->exit_notice = 0, contract->renewed = true;
  model->leave[1 * 3 + BUYER] = model->leave[2 * 3 + BUYER] = true;
  return model;
}
static const struct spec_expectation EXITS_BY_SHOCK[] = {{0, SELLER, "cash", 4}, {2, SELLER, "cash", 4}};

/* A backlog of 8 at 4 a quarter, 0.6 of it firm, the rest counted by half: 8 * 0.8 * (1 - 1 / 1.21) / 0.2 =
 * 5.553719..., half of which is margin. It starts in quarter 5. */
static struct spec_loop *backlog_at_its_worth(void) {
  struct spec_loop *model = economy(3, 1, 100);
  struct spec_contract *contract = buys(model, SELLER, 4, 8);
  contract->take_or_pay = 0.6, contract->start = 5;
  model->backlog_uncommitted = 0.5, model->backlog_discount = 0.1, model->backlog_margin[SELLER] = 0.5;
  model->cash[SELLER] = 10;
  return model;
}
static const struct spec_expectation BACKLOG_AT_ITS_WORTH[] = {{0, SELLER, "value", 10 + 3.2 * (1 - 1 / 1.21) / 0.2}};

/* Firm 2 puts 10 into firm 1, of which 6 may only be spent on firm 2. Quarter 0: 5 of costs and 4 to firm 2 take the 5
 * of cash and the free 4; 6 are left. Quarter 1: the earmark pays firm 2, nothing free is there for the costs: firm 1
 * fails with 2 in hand, which its estate pays. */
static struct spec_loop *earmark(void) {
  struct spec_loop *model = economy(3, 2, 5);
  int pledge = SELLER * 3 + BUYER;
  model->opex[BUYER] = 5, model->cash[SELLER] = 50;
  model->pledge[pledge] = model->pledge_rate[pledge] = 10, model->earmark[pledge] = 0.6;
  buys(model, SELLER, 4, 40);
  return model;
}
static const struct spec_expectation EARMARK[] = {{0, BUYER, "cash", 6},
                                                  {0, SELLER, "cash", 44},
                                                  {1, SELLER, "cash", 48},
                                                  {1, BUYER, "live", 0},
                                                  {1, BUYER, "cash", 0}};

/* 3 come once last quarter's revenue is 8: it is 5, 10, 10, so in quarter 2. */
static struct spec_loop *tested_pledge(void) {
  struct spec_loop *model = economy(3, 3, 0);
  int pledge = SELLER * 3 + BUYER;
  sells_outside(model, BUYER, 10, 10), model->cash[SELLER] = 50;
  model->demand_planned[BUYER] = model->demand[BUYER] = 5;
  model->pledge[pledge] = model->pledge_rate[pledge] = 3;
  model->test[pledge] = SPEC_TEST_REVENUE, model->test_level[pledge] = 8;
  return model;
}
static const struct spec_expectation TESTED_PLEDGE[] = {
    {0, BUYER, "cash", 5}, {1, BUYER, "cash", 15}, {2, BUYER, "cash", 28}, {2, SELLER, "cash", 47}};

/* A pledge of 3 a quarter from firm 2 to firm 1, behind a test. */
static struct spec_loop *behind_a_test(int quarters, double cash, enum spec_test test, double level) {
  struct spec_loop *model = economy(3, quarters, cash);
  int pledge = SELLER * 3 + BUYER;
  model->cash[SELLER] = 50, model->pledge[pledge] = 9, model->pledge_rate[pledge] = 3;
  model->test[pledge] = (int)test, model->test_level[pledge] = level;
  return model;
}

/* Revenue 5, 10, 10 on plans of 10, 10, 20. 0.9 of the plan is met before the start (10 of 10), not in quarter 0, again in
 * quarter 1: 3 come in quarters 0 and 2. */
static struct spec_loop *tested_against_plan(void) {
  struct spec_loop *model = behind_a_test(3, 0, SPEC_TEST_REVENUE_TO_PLAN, 0.9);
  sells_outside(model, BUYER, 10, 10), set_path(model, model->demand_planned, BUYER, 2, 20);
  model->demand[BUYER] = 5;
  return model;
}
static const struct spec_expectation TESTED_AGAINST_PLAN[] = {
    {0, BUYER, "cash", 8}, {1, BUYER, "cash", 18}, {2, BUYER, "cash", 31}};

/* Capacity is 5, and 9 after a quarter in which 4 were bought: of 8 asked for, enough from quarter 1 on. */
static struct spec_loop *tested_for_capacity(void) {
  struct spec_loop *model = behind_a_test(2, 100, SPEC_TEST_CAPACITY, 8);
  model->capacity[BUYER] = 5, buys(model, SELLER, 4, 40)->capex_share = 1;
  return model;
}
static const struct spec_expectation TESTED_FOR_CAPACITY[] = {{0, BUYER, "cash", 96}, {1, BUYER, "cash", 95}};

/* Firm 1 has taken 4, then 8 of firm 2: of 7 asked for, enough in quarter 2. */
static struct spec_loop *tested_for_purchases(void) {
  struct spec_loop *model = behind_a_test(3, 100, SPEC_TEST_PURCHASES, 7);
  buys(model, SELLER, 4, 40);
  return model;
}
static const struct spec_expectation TESTED_FOR_PURCHASES[] = {
    {0, BUYER, "cash", 96}, {1, BUYER, "cash", 92}, {2, BUYER, "cash", 91}};

/* Firm 1 takes 3 of 6 planned; firm 3 makes up for 3 that firm 2 has idle, and for 1 more, the last of its 4. The
 * world comes after it and pays the other 2. */
static struct spec_loop *backstop(void) {
  struct spec_loop *model = economy(4, 2, 100);
  sells_outside(model, BUYER, 10, 5), model->cash[THIRD] = 20;
  buys(model, SELLER, 6, 60);
  spec_loop_add_backstop(model, (struct spec_backstop){.guarantor = THIRD, .provider = SELLER, .amount = 4});
  spec_loop_add_backstop(model, (struct spec_backstop){.guarantor = SPEC_WORLD, .provider = SELLER, .amount = 10});
  return model;
}
static const struct spec_expectation BACKSTOP[] = {
    {0, THIRD, "cash", 17}, {1, THIRD, "cash", 16}, {0, SELLER, "cash", 6}, {1, SELLER, "cash", 12}};

/* Firm 1 has 10 and from quarter 1 a fifth of firm 2's 50. */
static struct spec_loop *warrant(void) {
  struct spec_loop *model = economy(3, 2, 10);
  model->cash[SELLER] = 50;
  spec_loop_add_warrant(model, (struct spec_warrant){.issuer = SELLER, .holder = BUYER, .share = 0.2, .start = 1});
  return model;
}
static const struct spec_expectation WARRANT[] = {{0, BUYER, "value", 10}, {1, BUYER, "value", 20}};

/* Firm 2 has 10 and 4 of sales when it is made to default; of the 36 that it will not deliver half was firm, and a fifth
 * of that is owed: 3.6. */
static struct spec_loop *breach(void) {
  struct spec_loop *model = economy(3, 1, 100);
  model->cash[SELLER] = 10, model->breach_share = 0.2, model->forced[SELLER] = true;
  buys(model, SELLER, 4, 40)->take_or_pay = 0.5;
  return model;
}
static const struct spec_expectation BREACH[] = {{0, BUYER, "cash", 99.6}, {0, SELLER, "live", 0}};

/* ---- money ------------------------------------------------------------------------------------------------------- */

/* Half of 4 of equipment is borrowed. */
static struct spec_loop *borrowing(void) {
  struct spec_loop *model = economy(3, 1, 100);
  model->capex_borrowing[BUYER] = 0.5, buys(model, SELLER, 4, 40)->capex_share = 1;
  return model;
}
static const struct spec_expectation BORROWING[] = {
    {0, BUYER, "cash", 98}, {0, BUYER, "debt", 2}, {0, BUYER, "real_assets", 4}};

/* Firm 1 has 1 and 10 of assets; 2 of 4 are borrowed for the build-out, the 1 that lacks is drawn. */
static struct spec_loop *borrowing_and_credit(void) {
  struct spec_loop *model = economy(3, 1, 1);
  model->capex_borrowing[BUYER] = 0.5, model->real_assets[BUYER] = 10, model->credit_limit[BUYER] = 1;
  buys(model, SELLER, 4, 40)->capex_share = 1;
  return model;
}
static const struct spec_expectation BORROWING_AND_CREDIT[] = {{0, BUYER, "cash", 0}, {0, BUYER, "debt", 3}};

/* 100 of debt at 1 %: a tenth falls due, 0.4 of it is rolled: 1 + 6 are paid. Then half falls due: 0.94 + 0.3 * 94. */
static struct spec_loop *rollover(void) {
  struct spec_loop *model = economy(2, 2, 100);
  model->debt[1 * 2] = 100, model->interest = 0.01, model->amortisation = 0.1;
  set_path(model, model->rollover, 1, 0, 0.4), set_path(model, model->amortisation_path, 1, 0, 0.1);
  set_path(model, model->amortisation_path, 1, 1, 0.5);
  return model;
}
static const struct spec_expectation ROLLOVER[] = {
    {0, 1, "cash", 93}, {0, 1, "debt", 94}, {1, 1, "cash", 63.86}, {1, 1, "debt", 65.8}};

/* 100 of debt at 1 + 2 %, of a tenth that falls due half is rolled: 3 + 5 are paid. Costs of 20 bring the value from 100
 * to 77, below 90: distress, 3 % more, nothing rolled: 0.16 * 95 are paid. */
static struct spec_loop *spread(void) {
  struct spec_loop *model = economy(2, 2, 200);
  model->debt[1 * 2] = 100, model->interest = 0.01, model->spread[1] = 0.02, model->distress_spread = 0.03;
  model->opex[1] = 20, model->threshold[1] = 0.9, model->amortisation = 0.1;
  set_path(model, model->rollover, 1, 0, 0.5);
  return model;
}
static const struct spec_expectation SPREAD[] = {
    {0, 1, "cash", 172}, {0, 1, "distress", 1}, {1, 1, "cash", 136.8}, {1, 1, "debt", 85.5}};

/* All of 50 of debt is secured on hardware of 40 at a price of 0.75: 20 must come back. */
static struct spec_loop *collateral(void) {
  struct spec_loop *model = economy(2, 1, 100);
  model->debt[1 * 2] = 50, model->secured_share[1] = 1, model->loan_to_value[1] = 1, model->real_assets[1] = 40;
  set_path(model, model->hardware_price, 1, 0, 0.75);
  return model;
}
static const struct spec_expectation COLLATERAL[] = {{0, 1, "cash", 80}, {0, 1, "debt", 30}};

/* Firm 1 is made to default, firm 2 follows by its contract, firm 3 by firm 2. */
static struct spec_loop *cross_default(void) {
  struct spec_loop *model = economy(4, 1, 1);
  model->cash[SELLER] = model->cash[THIRD] = 5, model->forced[BUYER] = true;
  spec_loop_add_cross_default(model, (struct spec_cross_default){.trigger = SELLER, .obligor = THIRD});
  spec_loop_add_cross_default(model, (struct spec_cross_default){.trigger = BUYER, .obligor = SELLER});
  return model;
}
static const struct spec_expectation CROSS_DEFAULT[] = {{0, SELLER, "live", 0}, {0, THIRD, "live", 0}};

/* ---- value and sentiment ----------------------------------------------------------------------------------------- */

/* Revenue 10, then none; a quarter of the news counts: 7.5 at 4 * 2, and 20 of cash. */
static struct spec_loop *smoothed(void) {
  struct spec_loop *model = economy(2, 2, 10);
  sells_outside(model, 1, 10, 10), worth(model, 1, 0, 2);
  model->demand[1 * 2 + 1] = 0, model->revenue_smoothing = 0.25;
  return model;
}
static const struct spec_expectation SMOOTHED[] = {{0, 1, "value", 100}, {1, 1, "value", 80}};

/* Values 40, 40, 160, then 60: below half the peak, above half of the start. Distress costs a tenth of the 40. */
static struct spec_loop *below_the_peak(void) {
  struct spec_loop *model = share_alone(3, 4);
  worth(model, 1, 2, 1.5), model->threshold[1] = 0.5, model->distress_cost[1] = 0.1;
  model->distress_reference = SPEC_REFERENCE_PEAK;
  return model;
}
static const struct spec_expectation BELOW_THE_PEAK[] = {
    {1, 1, "distress", 0}, {1, 1, "value", 160}, {2, 1, "distress", 1}, {2, 1, "value", 56}};

/* Values 40, then 80; in quarter 2 a share is worth half of that, but 80 of new money doubles their number: the peak of
 * today's shares is 160, and 80 + 40 is below 0.8 of it, though above 80. */
static struct spec_loop *diluted_peak(void) {
  struct spec_loop *model = share_alone(3, 2);
  worth(model, 1, 2, 1), model->threshold[1] = 0.8, model->outside_equity[2 * 2 + 1] = 80;
  model->distress_reference = SPEC_REFERENCE_PEAK;
  return model;
}
static const struct spec_expectation DILUTED_PEAK[] = {
    {1, 1, "value", 80}, {1, 1, "distress", 0}, {2, 1, "value", 120}, {2, 1, "distress", 1}};

/* Values 40, then 80; in quarter 2 half of the shares go to firm 2 by a warrant: the peak of today's shares is 160, and 80
 * is below 0.6 of it. */
static struct spec_loop *peak_and_warrant(void) {
  struct spec_loop *model = economy(3, 3, 0);
  sells_outside(model, 1, 10, 10), worth(model, 1, 0, 1), worth(model, 1, 1, 2);
  model->opex[1] = 10, model->threshold[1] = 0.6, model->distress_reference = SPEC_REFERENCE_PEAK;
  spec_loop_add_warrant(model, (struct spec_warrant){.issuer = 1, .holder = SELLER, .share = 0.5, .start = 2});
  return model;
}
static const struct spec_expectation PEAK_AND_WARRANT[] = {
    {1, 1, "distress", 0}, {2, 1, "value", 80}, {2, 1, "distress", 1}, {2, SELLER, "value", 40}};

/* Debts of 50 exceed the 40 that revenue is worth: the share is worth nothing. 20 of new money own it all and are the
 * peak; 20 + 40 - 50 = 10 is below 0.9 of them. */
static struct spec_loop *wiped_out(void) {
  struct spec_loop *model = share_alone(1, 1);
  model->debt[1 * 2] = 50, model->outside_equity[1] = 20, model->threshold[1] = 0.9;
  model->distress_reference = SPEC_REFERENCE_PEAK;
  return model;
}
static const struct spec_expectation WIPED_OUT[] = {{0, 1, "value", 10}, {0, 1, "distress", 1}};

/* 8 of new money come in quarter 2 at a value of 80; then 8 + 40 * 1.5 = 68 is below 0.9 of that. */
static struct spec_loop *below_the_last_round(void) {
  struct spec_loop *model = share_alone(4, 2);
  worth(model, 1, 3, 1.5), model->threshold[1] = 0.9, model->outside_equity[2 * 2 + 1] = 8;
  model->distress_reference = SPEC_REFERENCE_LAST_ROUND;
  return model;
}
static const struct spec_expectation BELOW_THE_LAST_ROUND[] = {
    {2, 1, "value", 88}, {2, 1, "distress", 0}, {3, 1, "value", 68}, {3, 1, "distress", 1}};

/* Distress in quarter 1; quarter 2 ends at 40 - 4 = 36, above 32, quarter 3 does not; quarters 4 and 5 do: the flag is
 * lifted, and costs nothing in quarter 6. */
static struct spec_loop *flag_lifted(void) {
  struct spec_loop *model = share_alone(7, 0.5);
  worth(model, 1, 2, 1), worth(model, 1, 3, 0.5), worth(model, 1, 4, 1);
  model->threshold[1] = 0.8, model->distress_cost[1] = 0.1, model->flag_exit = 2;
  return model;
}
static const struct spec_expectation FLAG_LIFTED[] = {
    {1, 1, "distress", 1}, {4, 1, "distress", 1}, {5, 1, "distress", 0}, {5, 1, "value", 36}, {6, 1, "value", 40}};

/* Firm 2 sells 4 to firm 1 and nothing else: cash 4 and 4 * 2 * 4. */
static struct spec_loop *loop_sales(void) {
  struct spec_loop *model = economy(3, 1, 100);
  model->loop_sales_weight[SELLER] = 1, worth(model, SELLER, 0, 2), buys(model, SELLER, 4, 40);
  return model;
}
static const struct spec_expectation LOOP_SALES[] = {{0, SELLER, "value", 36}};

/* The multiple halves and comes back; the market has fallen by half, and so the multiple counts half once more. */
static struct spec_loop *herding_multiple(void) {
  struct spec_loop *model = share_alone(3, 0.5);
  worth(model, 1, 2, 1), model->herding_multiple = 1;
  return model;
}
static const struct spec_expectation HERDING_MULTIPLE[] = {
    {0, 1, "value", 40}, {1, 1, "value", 20}, {2, 1, "value", 20}};

/* After the fall by half, outside equity of 4 comes to 4 (1 - 0.5 * 0.5) = 3. */
static struct spec_loop *herding_funding(void) {
  struct spec_loop *model = share_alone(3, 0.5);
  model->outside_equity[2 * 2 + 1] = 4, model->herding_funding = 0.5;
  return model;
}
static const struct spec_expectation HERDING_FUNDING[] = {{2, 1, "cash", 3}};

/* Firm 3 of the same sector spends 2 of its 10 a quarter: its fall is 0, 0.2, 0.4. Firm 1 is worth 44 with 4 of equipment,
 * then 24. Quarter 1: 4 (1 - 0.5 * 0.2) = 3.6 are ordered; quarter 2: 4 (1 - 20 / 44 - 0.5 * 0.4). Equipment lasts a
 * quarter. */
static struct spec_loop *herding_orders(void) {
  struct spec_loop *model = economy(4, 3, 0);
  sells_outside(model, BUYER, 10, 10), worth(model, BUYER, 0, 1), worth(model, BUYER, 1, 0.5);
  model->opex[BUYER] = 6, model->depreciation[BUYER] = 1, model->opex[THIRD] = 2, model->cash[THIRD] = 10;
  model->sector[BUYER] = model->sector[THIRD] = 0, model->herding_capex = 1, model->herding_peers = 0.5;
  buys(model, SELLER, 4, 40)->capex_share = 1;
  return model;
}
static const struct spec_expectation HERDING_ORDERS[] = {{0, BUYER, "value", 44},
                                                         {1, BUYER, "real_assets", 3.6},
                                                         {1, BUYER, "value", 24},
                                                         {2, BUYER, "real_assets", 4 * (1 - 20.0 / 44 - 0.2)}};

/* Half of firm 2, carried at 30. Firm 2 loses 10 of 50: 5 is firm 1's share, and 25 is then above 0.8 * 0.5 * 40. */
static struct spec_loop *impairment(void) {
  struct spec_loop *model = economy(3, 1, 10);
  int stake = BUYER * 3 + SELLER;
  model->stake[SELLER] = model->stake[stake] = 0.5, model->cash[SELLER] = 50, model->opex[SELLER] = 10;
  model->impairment = 0.8, model->stake_cost[stake] = 30, model->equity_method[stake] = true;
  return model;
}
static const struct spec_expectation IMPAIRMENT[] = {{0, BUYER, "written_down", 14}, {0, BUYER, "value", 30}};

/* 3 a quarter of each of two suppliers of an essential input; from quarter 1 on 2 of the first and 4 of the second. Inputs are as
 * planned: revenue stays at 10, and 4 of it are left each quarter. Each supplier orders 1 of firm 4 as its sales follow its plan
 * (rho = 1), and its plan has moved too: the first has 2, 2 + 1 and 3 + 1 left, the second 2, 2 + 3 and 5 + 3. */
static struct spec_loop *moved_orders(void) {
  struct spec_loop *model = economy(5, 3, 0);
  enum { PARTS = 4 };
  model->capacity[THIRD] = model->capacity[PARTS] = 10, model->input_type[SELLER] = model->input_type[THIRD] = 0;
  model->essential[0] = model->inputs_planned = true;
  sells_outside(model, BUYER, 10, 10);
  buys(model, SELLER, 3, 100), buys(model, THIRD, 3, 100);
  for (int seller = SELLER; seller <= THIRD; seller++) {
    spec_loop_add_contract(model, spec_contract_of(seller, PARTS, 1, 100));
    model->order_response[seller] = 1;
  }
  for (int t = 1; t < model->quarters; t++) {
    model->orders_moved[(t * model->n + BUYER) * model->n + SELLER] = 2.0 / 3;
    model->orders_moved[(t * model->n + BUYER) * model->n + THIRD] = 4.0 / 3;
  }
  return model;
}
static const struct spec_expectation MOVED_ORDERS[] = {
    {1, BUYER, "revenue", 10}, {2, BUYER, "revenue", 10}, {1, BUYER, "cash", 8},  {0, SELLER, "cash", 2},
    {1, SELLER, "cash", 3},    {1, THIRD, "cash", 5},     {2, SELLER, "cash", 4}, {2, THIRD, "cash", 8}};

/* The world buys 4 a quarter of firm 1, of two contracts 1 and 3, and half of that from quarter 1 on: of 12 it has taken 8 after
 * three quarters, and the 4 that are left count a half in value. */
static struct spec_loop *moved_orders_of_the_world(void) {
  struct spec_loop *model = economy(2, 3, 0);
  model->capacity[BUYER] = 10, model->backlog_margin[BUYER] = 0.5;
  spec_loop_add_contract(model, spec_contract_of(SPEC_WORLD, BUYER, 1, 3));
  spec_loop_add_contract(model, spec_contract_of(SPEC_WORLD, BUYER, 3, 9));
  for (int t = 1; t < model->quarters; t++) model->orders_moved[(t * model->n + SPEC_WORLD) * model->n + BUYER] = 0.5;
  return model;
}
static const struct spec_expectation MOVED_ORDERS_OF_THE_WORLD[] = {
    {0, BUYER, "cash", 4}, {1, BUYER, "cash", 6}, {2, BUYER, "cash", 8}, {2, BUYER, "value", 8 + 0.5 * 4}};

/* ---- the list ---------------------------------------------------------------------------------------------------- */

const struct spec_example SPEC_EXAMPLES[] = {
    {"a lost supplier costs revenue", planned_inputs, NULL, EXPECT(PLANNED_INPUTS)},
    {"demand above plan is met as inputs allow", above_plan, NULL, EXPECT(ABOVE_PLAN)},
    {"outside sales use capacity", external_use, NULL, EXPECT(EXTERNAL_USE)},
    {"an invoice follows the price in part", repriced, NULL, EXPECT(REPRICED)},
    {"scarcity raises next quarter's price", scarcity, NULL, EXPECT(SCARCITY)},
    {"hardware counts and sells at its price", hardware_price, "s,n1,default,1,1\n", EXPECT(HARDWARE_PRICE)},
    {"what one supplier lacks another sells", substitution, NULL, EXPECT(SUBSTITUTION)},
    {"what is to spare is shared", squeezed, NULL, EXPECT(SQUEEZED)},
    {"priority 1 is served first", priority, NULL, EXPECT(PRIORITY)},
    {"a pair may have two contracts", two_contracts, NULL, EXPECT(TWO_CONTRACTS)},
    {"a renewed contract outlasts its backlog", renewed, NULL, EXPECT(RENEWED)},
    {"a weak buyer renegotiates", renegotiated, NULL, EXPECT(RENEGOTIATED)},
    {"a scenario makes a buyer renegotiate", renegotiated_by_shock, "s,n1,renegotiation,1,1\n",
     EXPECT(RENEGOTIATED_BY_SHOCK)},
    {"a weak buyer leaves for a fee", exits, NULL, EXPECT(EXITS)},
    {"a scenario makes a buyer leave", exits_by_shock, "s,n1,exit,1,1\n", EXPECT(EXITS_BY_SHOCK)},
    {"backlog counts at what it is worth", backlog_at_its_worth, NULL, EXPECT(BACKLOG_AT_ITS_WORTH)},
    {"earmarked cash pays the investor alone", earmark, NULL, EXPECT(EARMARK)},
    {"a pledge waits for its test", tested_pledge, NULL, EXPECT(TESTED_PLEDGE)},
    {"a pledge waits for revenue against plan", tested_against_plan, NULL, EXPECT(TESTED_AGAINST_PLAN)},
    {"a pledge waits for capacity", tested_for_capacity, NULL, EXPECT(TESTED_FOR_CAPACITY)},
    {"a pledge waits for purchases", tested_for_purchases, NULL, EXPECT(TESTED_FOR_PURCHASES)},
    {"a backstop pays for idle capacity", backstop, NULL, EXPECT(BACKSTOP)},
    {"a warrant becomes shares", warrant, NULL, EXPECT(WARRANT)},
    {"a dead seller owes for its breach", breach, "s,n2,default,1,0\n", EXPECT(BREACH)},
    {"the build-out is borrowed for", borrowing, NULL, EXPECT(BORROWING)},
    {"credit fills what borrowing leaves", borrowing_and_credit, NULL, EXPECT(BORROWING_AND_CREDIT)},
    {"principal is rolled in part", rollover, NULL, EXPECT(ROLLOVER)},
    {"a spread is paid, and more in distress", spread, NULL, EXPECT(SPREAD)},
    {"collateral that falls is called", collateral, NULL, EXPECT(COLLATERAL)},
    {"cross-default pulls others down", cross_default, "s,n1,default,1,0\n", EXPECT(CROSS_DEFAULT)},
    {"value follows smoothed revenue", smoothed, NULL, EXPECT(SMOOTHED)},
    {"distress is measured from the peak", below_the_peak, NULL, EXPECT(BELOW_THE_PEAK)},
    {"new shares dilute the peak", diluted_peak, NULL, EXPECT(DILUTED_PEAK)},
    {"a warrant dilutes the peak", peak_and_warrant, NULL, EXPECT(PEAK_AND_WARRANT)},
    {"money that owns all is the peak", wiped_out, NULL, EXPECT(WIPED_OUT)},
    {"distress is measured from the last round", below_the_last_round, NULL, EXPECT(BELOW_THE_LAST_ROUND)},
    {"a flag is lifted after calm quarters", flag_lifted, NULL, EXPECT(FLAG_LIFTED)},
    {"sales within the loop count in value", loop_sales, NULL, EXPECT(LOOP_SALES)},
    {"a fallen market lowers multiples", herding_multiple, NULL, EXPECT(HERDING_MULTIPLE)},
    {"a fallen share gets less outside money", herding_funding, NULL, EXPECT(HERDING_FUNDING)},
    {"a fallen share orders less equipment", herding_orders, NULL, EXPECT(HERDING_ORDERS)},
    {"moved orders are the plan of both sides", moved_orders,
     "s,n1>n2,orders,0.66666666666666663,1\ns,n1>n3,orders,1.3333333333333333,1\n", EXPECT(MOVED_ORDERS)},
    {"the world moves all contracts of a pair", moved_orders_of_the_world, "s,world>n1,orders,0.5,1\n",
     EXPECT(MOVED_ORDERS_OF_THE_WORLD)},
    {"stakes are written down", impairment, NULL, EXPECT(IMPAIRMENT)},
};
const int SPEC_EXAMPLE_COUNT = (int)(sizeof SPEC_EXAMPLES / sizeof *SPEC_EXAMPLES);

double spec_run_field(const struct spec_loop *model, const struct spec_run *run,
                      const struct spec_expectation *expected) {
  int at = expected->quarter * model->n + expected->node;
  const struct {
    const char *name;
    double value;
  } field[] = {{"cash", run->cash[at]}, {"value", run->value[at]},      {"real_assets", run->real_assets[at]},
               {"debt", run->debt[at]}, {"revenue", run->revenue[at]},  {"capacity", run->capacity[at]},
               {"live", run->live[at]}, {"distress", run->flagged[at]}, {"written_down", run->written_down[at]}};
  for (size_t k = 0; k < sizeof field / sizeof *field; k++)
    if (strcmp(field[k].name, expected->field) == 0) return field[k].value;
  return NAN;
}
