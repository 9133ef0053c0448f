/* loop_layout.c - where each quantity of a scenario lives among the loop model's state slots. */
#include "engine/plan.h"

static int32_t take(struct ls_loop_slots *slots, int32_t count) {
  int32_t first = slots->count;
  slots->count += count;
  return first;
}

/* What lasts over quarters. */
static void lay_out_state(const struct ls_loop_plan *loop, int32_t n, struct ls_loop_slots *s) {
  int32_t *const by_entity[] = {
      &s->cash,   &s->real_assets, &s->capacity, &s->dark,          &s->value,           &s->reference,
      &s->flag,   &s->world_share, &s->sales,    &s->planned_sales, &s->default_quarter, &s->distress_quarter,
      &s->forced, &s->loss_peak,   &s->refused};
  for (size_t k = 0; k < sizeof by_entity / sizeof by_entity[0]; k++) *by_entity[k] = take(s, n);
  s->live = take(s, n + 1);
  s->queue = take(s, n * loop->build_lag);
  s->backlog = take(s, loop->purchase.count);
  s->planned_backlog = take(s, loop->purchase.count);
  s->pledged = take(s, loop->pledge.count);
  s->share = take(s, loop->stake.count);
  s->owed = take(s, loop->debt.count);
  s->outside_flow = take(s, 1);
  s->iterations = take(s, 1);
  s->unconverged = take(s, 1);
}

/* What lives within a quarter. */
static void lay_out_quarter(const struct ls_plan *plan, int32_t n, struct ls_loop_slots *s) {
  const struct ls_loop_plan *loop = &plan->loop;
  int32_t *const by_entity[] = {&s->planned_demand,
                                &s->demand,
                                &s->external_revenue,
                                &s->outside_equity,
                                &s->draw,
                                &s->resources,
                                &s->planned_receipts,
                                &s->receipts,
                                &s->due0,
                                &s->due1,
                                &s->due2,
                                &s->debt,
                                &s->estate_cash,
                                &s->estate_due,
                                &s->estate_paid,
                                &s->estate_income,
                                &s->held_value,
                                &s->claims,
                                &s->fixed_value,
                                &s->kept_value,
                                &s->pivot};
  int32_t *const by_node[] = {&s->paid0, &s->paid1, &s->paid2, &s->defaulted, &s->standing};
  for (size_t k = 0; k < sizeof by_entity / sizeof by_entity[0]; k++) *by_entity[k] = take(s, n);
  for (size_t k = 0; k < sizeof by_node / sizeof by_node[0]; k++) *by_node[k] = take(s, n + 1);
  s->flag_before = plan->solution == LS_SOLUTION_LEAST ? take(s, n) : -1;
  s->claim_weight = loop->claims_en ? take(s, n + 1) : -1;
  s->scheduled = take(s, loop->purchase.count);
  s->ordered = take(s, loop->purchase.count);
  s->delivered = take(s, loop->purchase.count);
  s->pledge_due = take(s, loop->pledge.count);
  s->entry = take(s, loop->elimination.entry_count);
}

/* A slot that a mechanism needs; without it the slot that stands in its place, or -1. */
static int32_t take_if(struct ls_loop_slots *slots, bool needed, int32_t count, int32_t otherwise) {
  return needed ? take(slots, count) : otherwise;
}

static bool tests_purchases(const struct ls_loop_plan *loop) {
  for (int32_t k = 0; k < loop->pledge.count; k++)
    if (loop->pledge_test[k] == LOOP_TEST_PURCHASES) return true;
  for (int32_t k = 0; k < loop->warrant.count; k++)
    if (loop->warrant.test[k] == LOOP_TEST_PURCHASES) return true;
  return false;
}

static void lay_out_trade(const struct ls_loop_plan *loop, int32_t n, struct ls_loop_slots *s) {
  uint32_t has = loop->features;
  int32_t purchases = loop->purchase.count;
  s->order_ratio = take(s, n + 1);
  s->invoice = take_if(s, (has & (LOOP_HAS_PRICES | LOOP_HAS_SUBSTITUTION)) != 0, purchases, s->delivered);
  s->payable = take_if(s, (has & (LOOP_HAS_EARMARKS | LOOP_HAS_EXITS)) != 0, purchases, s->invoice);
  s->extra = take_if(s, (has & LOOP_HAS_SUBSTITUTION) != 0, purchases, -1);
  s->wanted = take_if(s, (has & LOOP_HAS_SUBSTITUTION) != 0, purchases, -1);
  s->firm = take_if(s, (has & LOOP_HAS_CONCESSIONS) != 0, purchases, -1);
  s->fee = take_if(s, (has & LOOP_HAS_EXITS) != 0, purchases, -1);
  s->leaves = take_if(s, (has & LOOP_HAS_EXITS) != 0, purchases, -1);
  s->prepaid = take_if(s, (has & LOOP_HAS_EARMARKS) != 0, purchases, -1);
  s->backlog_worth = take_if(s, (has & LOOP_HAS_BACKLOG_WORTH) != 0, purchases, s->backlog);
  s->delivered_sum = take_if(s, tests_purchases(loop), purchases, -1);
  s->revenue_before = take_if(s, (has & LOOP_HAS_TESTS) != 0, n, -1);
  s->planned_before = take_if(s, (has & LOOP_HAS_TESTS) != 0, n, -1);
  s->first_share = take_if(s, (has & LOOP_HAS_RATIONING) != 0, n, -1);
  s->spare = take_if(s, (has & LOOP_HAS_RATIONING) != 0, n, -1);
  s->requested = take_if(s, (has & LOOP_HAS_RATIONING) != 0, n, -1);
  s->price = take_if(s, (has & LOOP_HAS_PRICES) != 0, n, -1);
  s->scarcity = take_if(s, (has & LOOP_HAS_SCARCITY) != 0, loop->type_count, -1);
  s->written_off = take_if(s, has != 0, n, -1);
}

static void lay_out_money(const struct ls_loop_plan *loop, int32_t n, struct ls_loop_slots *s) {
  uint32_t has = loop->features;
  bool peak = loop->reference == LOOP_REFERENCE_IS_PEAK, round = loop->reference == LOOP_REFERENCE_IS_LAST_ROUND;
  s->earmarked = take_if(s, (has & LOOP_HAS_EARMARKS) != 0, loop->pledge.count, -1);
  s->backstop_left = take_if(s, (has & LOOP_HAS_BACKSTOPS) != 0, loop->backstop.count, -1);
  s->backstop_due = take_if(s, (has & LOOP_HAS_BACKSTOPS) != 0, loop->backstop.count, -1);
  s->exercised = take_if(s, (has & LOOP_HAS_WARRANTS) != 0, loop->warrant.count, -1);
  s->borrowed = take_if(s, (has & LOOP_HAS_BORROWING) != 0, n, -1);
  s->interest = take_if(s, (has & LOOP_HAS_RATES) != 0, n + 1, -1);
  s->principal = take_if(s, (has & LOOP_HAS_RATES) != 0, n + 1, -1);
  s->service = take_if(s, (has & LOOP_HAS_RATES) != 0, n + 1, -1);
  s->call = take_if(s, (has & LOOP_HAS_COLLATERAL) != 0, n, -1);
  s->valued_revenue = take_if(s, (has & LOOP_HAS_SMOOTHING) != 0, n, s->external_revenue);
  s->loop_sales = take_if(s, (has & LOOP_HAS_SALES_IN_VALUE) != 0, n, -1);
  s->peak_share = take_if(s, peak, n, -1);
  s->dilution = take_if(s, peak, n, -1);
  s->last_round = take_if(s, round, n, -1);
  s->quarters_above = take_if(s, (has & LOOP_HAS_FLAG_EXIT) != 0, n, -1);
  s->distress_reference = take_if(s, (has & LOOP_HAS_REFERENCE) != 0, n, s->reference);
  s->flag_in_value = take_if(s, (has & LOOP_HAS_FLAG_EXIT) != 0, n, s->flag);
  s->peak_value = take_if(s, (has & LOOP_HAS_HERDING) != 0, n, -1);
  s->drawdown = take_if(s, (has & LOOP_HAS_HERDING) != 0, n, -1);
  s->capex_factor = take_if(s, (has & LOOP_HAS_HERDING) != 0, n, -1);
  s->market_peak = take_if(s, (has & LOOP_HAS_HERDING) != 0, 1, -1);
  s->market_factor = take_if(s, (has & LOOP_HAS_HERDING) != 0, 1, -1);
  s->sector_drawdown = take_if(s, (has & LOOP_HAS_HERDING) != 0, loop->sector_count, -1);
  s->carrying = take_if(s, (has & LOOP_HAS_IMPAIRMENT) != 0, loop->stake.count, -1);
  s->written_down = take_if(s, (has & LOOP_HAS_IMPAIRMENT) != 0, n, -1);
  s->loss_of_quarter = take_if(s, (has & LOOP_HAS_IMPAIRMENT) != 0, n, -1);
  s->written_down_on = take_if(s, (has & LOOP_HAS_IMPAIRMENT) != 0, n, -1);
}

static void lay_out_measures(const struct ls_loop_plan *loop, int32_t n, struct ls_loop_slots *s) {
  int32_t *const by_entity[] = {&s->runway,       &s->funding_gap,          &s->refinancing, &s->highest_value,
                                &s->deepest_fall, &s->deepest_fall_quarter, &s->idle_sum,    &s->least_standing};
  bool measured = loop->features != 0;
  for (size_t k = 0; k < sizeof by_entity / sizeof by_entity[0]; k++) *by_entity[k] = take_if(s, measured, n, -1);
  s->outside_equity_flow = take_if(s, measured, 1, -1);
  s->deadweight = take_if(s, measured, 1, -1);
}

void plan_lay_out_loop(struct ls_plan *plan, bool audit) {
  struct ls_loop_slots *s = &plan->loop.slot;
  int32_t n = plan->entity_count;
  s->count = 0;
  lay_out_state(&plan->loop, n, s);
  lay_out_quarter(plan, n, s);
  lay_out_trade(&plan->loop, n, s);
  lay_out_money(&plan->loop, n, s);
  lay_out_measures(&plan->loop, n, s);
  s->breach = audit ? take(s, 1) : -1;
  s->world_cash = audit ? take(s, 1) : -1;
  s->turnover = audit ? take(s, 1) : -1;
  s->stakes_at_cost = audit ? take(s, n) : -1;
  s->ordered_capacity = audit ? take(s, n) : -1;
  s->book_equity = audit ? take(s, n) : -1;
}
