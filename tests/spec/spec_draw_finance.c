/* spec_draw_finance.c - economies and scenarios of LOOP-2, see spec_draw.h. Numbers are such that each mechanism acts
 * within a dozen quarters on firms that earn some tens a quarter. */
#include <math.h>
#include <stdio.h>

#include "spec/spec_draw.h"

/* ---- contracts --------------------------------------------------------------------------------------------------- */

static void draw_terms(struct engine_random *random, struct spec_contract *contract, int quarters) {
  contract->repricing = random_sometimes(random, 0.6, 0, 1);
  contract->priority = random_chance(random, 0.4) ? 2 : 1;
  contract->renewed = random_chance(random, 0.25);
  contract->end = random_chance(random, 0.2) ? contract->start + 1 + random_below(random, quarters) : SPEC_NEVER;
  if (random_chance(random, 0.5)) contract->renegotiation = random_between(random, 0.1, 1);
  if (random_chance(random, 0.3)) contract->exit_notice = random_below(random, 4);
  if (contract->exit_notice != SPEC_NEVER) { /* a backlog that does not just run out: notice needs some to be left */
    contract->exit_fee = random_sometimes(random, 0.8, 0, 0.3);
    contract->backlog += 3 * contract->rate * quarters;
  }
  contract->trigger = random_sometimes(random, 0.7, 0.3, 0.98);
}

/* Every pair of LOOP-1 becomes a row with terms of its own; some pairs get a second. */
static void draw_contracts(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  for (int pair = 0; pair < n * n; pair++) {
    if (!(model->rate[pair] > 0)) continue;
    struct spec_contract row = spec_contract_of(pair / n, pair % n, model->rate[pair], model->backlog[pair]);
    row.take_or_pay = model->take_or_pay[pair], row.capex_share = model->capex_share[pair];
    row.start = model->start[pair], row.ramp = model->ramp[pair];
    draw_terms(random, &row, model->quarters), spec_loop_add_contract(model, row);
    model->rate[pair] = model->backlog[pair] = model->take_or_pay[pair] = model->capex_share[pair] = 0;
    model->start[pair] = model->ramp[pair] = 0;
    if (!random_chance(random, 0.3)) continue;
    row.rate = random_between(random, 0, 5), row.backlog = row.rate * random_between(random, 5, 25);
    row.capex_share = random_sometimes(random, 0.3, 0, 1), row.start = random_below(random, 3);
    draw_terms(random, &row, model->quarters), spec_loop_add_contract(model, row);
  }
}

/* Some firms become customers of those who invest in them, so that what is earmarked is spent. */
static void draw_pledges(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  bool earmarks = random_chance(random, 0.6), tests = random_chance(random, 0.6);
  for (int investor = 1; investor < n; investor++)
    for (int recipient = 1; recipient < n; recipient++) {
      int pair = investor * n + recipient;
      if (!(model->pledge[pair] > 0)) continue;
      if (earmarks && random_chance(random, 0.6)) {
        struct spec_contract row = spec_contract_of(recipient, investor, random_between(random, 1, 5), 60);
        model->earmark[pair] = random_between(random, 0.2, 1), spec_loop_add_contract(model, row);
      }
      if (!tests || !random_chance(random, 0.6)) continue;
      model->test[pair] = 1 + random_below(random, 4);
      double size = model->test[pair] == SPEC_TEST_REVENUE    ? model->demand_planned[recipient]
                    : model->test[pair] == SPEC_TEST_CAPACITY ? model->capacity[recipient]
                                                              : 1;
      bool purchases = model->test[pair] == SPEC_TEST_PURCHASES;
      model->test_level[pair] = purchases ? random_between(random, 0, 20) : size * random_between(random, 0.5, 1.2);
    }
}

static double level_for(struct engine_random *random, const struct spec_loop *model, int recipient) {
  return model->demand_planned[recipient] * random_between(random, 0.5, 1.2);
}

/* Each firm may have a guarantor, give a warrant and pull another one down; no pair stands twice. */
static void draw_lists(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  bool backstops = random_chance(random, 0.5), warrants = random_chance(random, 0.5),
       crossed = random_chance(random, 0.3);
  for (int a = 1; a < n; a++) {
    int guarantor = random_below(random, n), holder = 1 + random_below(random, n - 1);
    int second = random_below(random, n), obligor = 1 + random_below(random, n - 1);
    if (backstops && random_chance(random, 0.6) && guarantor != a) {
      spec_loop_add_backstop(model, (struct spec_backstop){guarantor, a, random_between(random, 1, 10)});
      if (second != a && second != guarantor)
        spec_loop_add_backstop(model, (struct spec_backstop){second, a, random_between(random, 1, 10)});
    }
    struct spec_warrant warrant = {.issuer = a, .holder = holder, .start = random_below(random, model->quarters)};
    warrant.share = random_between(random, 0.01, 0.3);
    if (random_chance(random, 0.5)) warrant.test = SPEC_TEST_REVENUE, warrant.level = level_for(random, model, holder);
    if (warrants && random_chance(random, 0.6) && holder != a) spec_loop_add_warrant(model, warrant);
    if (crossed && random_chance(random, 0.5) && obligor != a)
      spec_loop_add_cross_default(model, (struct spec_cross_default){a, obligor});
  }
}

/* ---- firms and settings ------------------------------------------------------------------------------------------ */

static void draw_firms(struct engine_random *random, struct spec_loop *model) {
  bool above = random_chance(random, 0.4), use = random_chance(random, 0.4), elsewhere = random_chance(random, 0.5);
  bool borrow = random_chance(random, 0.4), secured = random_chance(random, 0.4), weight = random_chance(random, 0.4);
  for (int i = 1; i < model->n; i++) {
    model->upside[i] = above ? random_sometimes(random, 0.7, 0, 0.5) : 0;
    model->external_use[i] = use ? random_sometimes(random, 0.6, 0, 0.5) : 0;
    model->substitution[i] = elsewhere ? random_sometimes(random, 0.8, 0, 1) : 0;
    model->capex_borrowing[i] = borrow ? random_sometimes(random, 0.7, 0, 1) : 0;
    model->spread[i] = random_sometimes(random, 0.4, 0, 0.02);
    model->hardware_share[i] = random_sometimes(random, 0.6, 0, 1);
    model->secured_share[i] = secured ? random_sometimes(random, 0.6, 0, 1) : 0;
    model->loan_to_value[i] = random_between(random, 0.1, 1);
    model->loop_sales_weight[i] = weight ? random_sometimes(random, 0.7, 0, 1) : 0;
    if (model->loop_sales_weight[i] > 0) model->backlog_margin[i] = 0; /* sales are counted once */
    model->sector[i] = random_below(random, 3) - 1;
  }
}

static void draw_settings(struct engine_random *random, struct spec_loop *model) {
  model->inputs_planned = random_chance(random, 0.5);
  model->price_elasticity = random_sometimes(random, 0.4, 0.2, 1.5);
  model->price_low = random_between(random, 0.2, 0.6), model->price_high = random_between(random, 1.5, 4);
  model->backlog_uncommitted = random_chance(random, 0.5) ? random_unit(random) : 1;
  model->backlog_discount = random_sometimes(random, 0.5, 0, 0.04);
  model->breach_share = random_sometimes(random, 0.5, 0, 0.5);
  model->distress_spread = random_sometimes(random, 0.5, 0, 0.03);
  model->revenue_smoothing = random_chance(random, 0.5) ? random_between(random, 0.1, 1) : 1;
  model->distress_reference = (enum spec_reference)random_below(random, 3);
  model->flag_exit = random_chance(random, 0.5) ? 1 + random_below(random, 3) : 0;
  model->herding_multiple = random_sometimes(random, 0.4, 0, 1.5);
  model->herding_funding = random_sometimes(random, 0.4, 0, 2);
  model->herding_capex = random_sometimes(random, 0.4, 0, 1.5);
  model->herding_peers = random_sometimes(random, 0.4, 0, 1);
  model->impairment = random_sometimes(random, 0.6, 0.3, 1);
}

static void draw_costs(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  for (int k = n; k < n * n; k++) {
    if (!(model->stake[k] > 0)) continue;
    model->stake_cost[k] = random_sometimes(random, 0.8, 0, 60), model->equity_method[k] = random_chance(random, 0.4);
  }
}

static void draw_new_paths(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  bool walls = random_chance(random, 0.5);
  for (int i = 1; i < n; i++) {
    int turn = random_below(random, model->quarters);
    double price = random_chance(random, 0.5) ? random_between(random, 0.3, 2) : 1;
    double hardware = random_chance(random, 0.5) ? random_between(random, 0.2, 1.2) : 1;
    double wear = random_chance(random, 0.5) ? random_between(random, 0.5, 3) : 1;
    double rolled = random_sometimes(random, 0.5, 0, 1.1), wall = random_between(random, 0.1, 1.1);
    double boom = random_chance(random, 0.3) ? random_between(random, 1, 1.6) : 1;
    for (int t = 0; t < model->quarters; t++) {
      int at = t * n + i;
      bool after = t >= turn;
      model->price_path[at] = after ? price : 1, model->hardware_price[at] = after ? hardware : 1;
      model->depreciation_scale[at] = after ? wear : 1, model->rollover[at] = after ? 0 : rolled;
      if (walls) model->amortisation_path[at] = t == turn ? wall : model->amortisation;
      model->demand[at] *= boom;
    }
  }
}

struct spec_loop *spec_draw_finance(struct engine_random *random) {
  struct spec_loop *model = spec_draw_loop(random);
  for (int i = 1; i < model->n; i++) model->cash[i] += random_sometimes(random, 0.5, 0, 100); /* to live long enough */
  draw_contracts(random, model), draw_pledges(random, model), draw_lists(random, model);
  draw_firms(random, model), draw_settings(random, model), draw_costs(random, model);
  draw_new_paths(random, model);
  return model;
}

/* ---- scenarios --------------------------------------------------------------------------------------------------- */

struct factor {
  const char *variable;
  double *path;
  double low, high;
};
enum { FACTORS = 13 };

/* A factor holds from its quarter to the end. A firm without a cap of power has none to shock. */
static char *draw_factor(struct engine_random *random, const struct spec_loop *model, const struct factor *factor,
                         int i, char *text) {
  int from = random_below(random, model->quarters);
  double value = random_between(random, factor->low, factor->high);
  if (factor->path[i] > 1e299) return text;
  text += sprintf(text, "s,n%d,%s,%.17g,%d\n", i, factor->variable, value, from);
  for (int t = from; t < model->quarters; t++) {
    double *at = &factor->path[t * model->n + i];
    *at = (isnan(*at) ? model->amortisation : *at) * value;
  }
  return text;
}

static char *draw_switch(struct engine_random *random, const struct spec_loop *model, const char *variable, bool *path,
                         int i, char *text) {
  int from = random_below(random, model->quarters);
  for (int t = from; t < model->quarters; t++) path[t * model->n + i] = true;
  return text + sprintf(text, "s,n%d,%s,1,%d\n", i, variable, from);
}

/* Orders of some pairs move from a quarter on, those of the world among them: of all contracts of the pair alike. */
static void draw_moved_orders(struct engine_random *random, const struct spec_loop *model, char *text) {
  int n = model->n;
  for (int pair = 0; pair < n * n; pair++) {
    int contracts = 0;
    for (int k = 0; k < model->contract_count; k++)
      contracts += model->contract[k].buyer == pair / n && model->contract[k].seller == pair % n;
    if (contracts == 0 || !random_chance(random, 0.15)) continue;
    int from = random_below(random, model->quarters);
    double moved = random_between(random, 0, 1.8);
    if (pair / n == SPEC_WORLD)
      text += sprintf(text, "s,world>n%d,orders,%.17g,%d\n", pair % n, moved, from);
    else
      text += sprintf(text, "s,n%d>n%d,orders,%.17g,%d\n", pair / n, pair % n, moved, from);
    for (int t = from; t < model->quarters; t++) model->orders_moved[t * n * n + pair] = moved;
  }
}

void spec_draw_scenario(struct engine_random *random, struct spec_loop *model, char *text) {
  const struct factor factor[FACTORS] = {{"supply", model->supply, 0.2, 1.1},
                                         {"multiple", model->multiple, 0.2, 1.2},
                                         {"demand", model->demand, 0.2, 1.3},
                                         {"demand_planned", model->demand_planned, 0.5, 1.2},
                                         {"purchase_scale", model->purchase_scale, 0.3, 1.3},
                                         {"power", model->power_cap, 0.2, 1.1},
                                         {"funding", model->outside_equity, 0, 1.2},
                                         {"credit", model->credit_open, 0, 1.2},
                                         {"price", model->price_path, 0.3, 1.5},
                                         {"hardware_price", model->hardware_price, 0.2, 1.2},
                                         {"depreciation_scale", model->depreciation_scale, 0.5, 3},
                                         {"amortisation", model->amortisation_path, 0.5, 4},
                                         {"rollover", model->rollover, 0, 1.3}};
  text += sprintf(text, "scenario,target,variable,value,quarter\n");
  for (int i = 1; i < model->n; i++) {
    for (int k = 0; k < FACTORS; k++) /* the first on the first firm always: never an empty scenario */
      if (random_chance(random, 0.12) || (i == 1 && k == 0)) text = draw_factor(random, model, &factor[k], i, text);
    if (random_chance(random, 0.15)) text = draw_switch(random, model, "renegotiation", model->renegotiate, i, text);
    if (random_chance(random, 0.15)) text = draw_switch(random, model, "exit", model->leave, i, text);
    if (!random_chance(random, 0.06)) continue;
    int when = random_below(random, model->quarters);
    text += sprintf(text, "s,n%d,default,1,%d\n", i, when);
    model->forced[when * model->n + i] = true;
  }
  draw_moved_orders(random, model, text);
}
