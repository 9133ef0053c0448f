/* spec_draw.c - see spec_draw.h. */
#include "spec/spec_draw.h"

/* ---- LOOP-1 ------------------------------------------------------------------------------------------------------ */

double random_sometimes(struct engine_random *random, double probability, double low, double high) {
  double value = random_between(random, low, high);
  return random_chance(random, probability) ? value : 0;
}

static void draw_nodes(struct engine_random *random, struct spec_loop *model) {
  for (int i = 1; i < model->n; i++) {
    model->cash[i] = random_sometimes(random, 0.9, 0, 40),
    model->real_assets[i] = random_sometimes(random, 0.8, 0, 100);
    model->price[i] = random_between(random, 0.5, 4), model->cost[i] = random_between(random, 1, 40);
    model->dark[i] = random_sometimes(random, 0.2, 0, 1);
    model->opex[i] = random_sometimes(random, 0.8, 0, 6), model->cogs[i] = random_sometimes(random, 0.6, 0, 0.4);
    model->depreciation[i] = random_sometimes(random, 0.7, 0, 0.1);
    model->backlog_margin[i] = random_sometimes(random, 0.7, 0, 0.5);
    model->threshold[i] = random_sometimes(random, 0.8, 0.2, 0.95),
    model->distress_cost[i] = random_sometimes(random, 0.7, 0, 0.3);
    model->order_response[i] = random_sometimes(random, 0.5, 0, 1);
    model->funding_sensitivity[i] = random_sometimes(random, 0.5, 0, 1);
    model->credit_limit[i] = random_sometimes(random, 0.4, 0, 0.6),
    model->cash_floor[i] = random_sometimes(random, 0.3, 0, 3);
    model->input_type[i] = random_below(random, model->type_count + 1) - 1;
  }
  for (int type = 0; type < model->type_count; type++) model->essential[type] = random_chance(random, 0.7);
}

static void draw_links(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  for (int i = 0; i < n; i++)
    for (int j = 1; j < n; j++) {
      int k = i * n + j;
      if (i == j) continue;
      if (random_chance(random, i == SPEC_WORLD ? 0.2 : 0.35)) {
        model->rate[k] = random_between(random, 0, 8),
        model->backlog[k] = model->rate[k] * random_between(random, 0, 25);
        model->take_or_pay[k] = random_sometimes(random, 0.7, 0, 1),
        model->capex_share[k] = random_sometimes(random, 0.5, 0, 1);
        model->start[k] = random_chance(random, 0.3) ? random_below(random, 5) : 0;
        model->ramp[k] = random_chance(random, 0.3) ? random_below(random, 5) : 0;
      }
      if (random_chance(random, 0.2)) {
        model->pledge[k] = random_between(random, 0, 30), model->pledge_rate[k] = random_between(random, 0, 4);
        model->pledge_start[k] = random_chance(random, 0.3) ? random_below(random, 5) : 0;
      }
    }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      if (i != j && random_chance(random, i == SPEC_WORLD || j == SPEC_WORLD ? 0.4 : 0.15))
        model->debt[i * n + j] = random_between(random, 0, i == SPEC_WORLD ? 5 : 40);
}

/* Each issuer has up to two holders; the world has the rest, at least a fifth. */
static void draw_stakes(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  for (int j = 1; j < n; j++) {
    model->stake[j] = 1;
    for (int holder = 0; holder < 2; holder++) {
      int i = random_below(random, n);
      double share = random_sometimes(random, 0.5, 0, 0.4);
      if (i == SPEC_WORLD || i == j || model->stake[i * n + j] > 0) continue;
      model->stake[i * n + j] = share, model->stake[j] -= share;
    }
  }
}

static void draw_capacity(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  for (int j = 1; j < n; j++) {
    double need = 0;
    for (int i = 0; i < n; i++) need += model->rate[i * n + j];
    model->capacity[j] = need / model->price[j] * random_between(random, 0.6, 2);
  }
}

static void draw_paths(struct engine_random *random, struct spec_loop *model) {
  int n = model->n;
  for (int i = 0; i < n; i++) {
    double demand = random_sometimes(random, 0.8, 0, 40), growth = random_between(random, 0.95, 1.1),
           cap = model->capacity[i];
    double multiple = random_between(random, 0.5, 12), equity = random_sometimes(random, 0.4, 0, 5);
    bool weak = random_chance(random, 0.4), short_supply = random_chance(random, 0.3),
         capped = random_chance(random, 0.5);
    int turn = random_below(random, model->quarters);
    for (int t = 0; t < model->quarters; t++, demand *= growth) {
      int at = t * n + i;
      model->purchase_scale[at] = random_chance(random, 0.2) ? random_between(random, 0.5, 1.5) : 1;
      if (i == SPEC_WORLD) continue;
      model->demand_planned[at] = demand;
      model->demand[at] = weak && t >= turn ? demand * random_between(random, 0.1, 1.1) : demand;
      model->outside_equity[at] = t >= turn && weak ? 0 : equity;
      model->multiple[at] = t >= turn && random_chance(random, 0.3) ? multiple * 0.4 : multiple;
      model->supply[at] = short_supply && t >= turn ? random_between(random, 0, 1) : 1;
      model->credit_open[at] = random_chance(random, 0.2) ? random_unit(random) : 1;
      if (capped) model->power_cap[at] = cap * (1 + 0.05 * t);
    }
  }
  for (int k = 0; k < n * n; k++)
    for (int t = 0; t < model->quarters; t++)
      if (model->pledge[k] > 0 && random_chance(random, 0.2)) model->gate[t * n * n + k] = random_unit(random);
}

struct spec_loop *spec_draw_loop(struct engine_random *random) {
  struct spec_loop *model = spec_loop_create(2 + random_below(random, 7), 4 + random_below(random, 14),
                                             random_below(random, 5), random_below(random, 3));
  model->interest = random_sometimes(random, 0.8, 0, 0.03), model->amortisation = random_sometimes(random, 0.8, 0, 0.1);
  model->termination_share = random_sometimes(random, 0.7, 0, 0.5),
  model->recovery_assets = random_sometimes(random, 0.8, 0, 1);
  model->recovery_claims = random_sometimes(random, 0.8, 0, 1),
  model->recovery_stakes = random_sometimes(random, 0.8, 0, 1);
  model->claims_en = random_chance(random, 0.4);
  draw_nodes(random, model), draw_links(random, model), draw_stakes(random, model);
  draw_capacity(random, model), draw_paths(random, model);
  return model;
}
