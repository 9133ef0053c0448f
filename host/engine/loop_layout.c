/* loop_layout.c - where each quantity of a scenario lives among the loop model's state slots. */
#include "engine/plan.h"

static int32_t take(struct ls_loop_slots *slots, int32_t count) {
  int32_t first = slots->count;
  slots->count += count;
  return first;
}

/* What lasts over quarters. */
static void lay_out_state(const struct ls_loop_plan *loop, int32_t n, struct ls_loop_slots *s) {
  int32_t *const by_entity[] = {&s->cash,
                                &s->real_assets,
                                &s->capacity,
                                &s->dark,
                                &s->value,
                                &s->reference,
                                &s->live,
                                &s->flag,
                                &s->world_share,
                                &s->sales,
                                &s->planned_sales,
                                &s->default_quarter,
                                &s->distress_quarter,
                                &s->forced,
                                &s->loss_peak,
                                &s->refused};
  for (size_t k = 0; k < sizeof by_entity / sizeof by_entity[0]; k++) *by_entity[k] = take(s, n);
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
static void lay_out_quarter(const struct ls_loop_plan *loop, int32_t n, struct ls_loop_slots *s) {
  int32_t *const by_entity[] = {&s->external_revenue,
                                &s->outside_equity,
                                &s->draw,
                                &s->resources,
                                &s->planned_receipts,
                                &s->receipts,
                                &s->due0,
                                &s->due1,
                                &s->due2,
                                &s->paid0,
                                &s->paid1,
                                &s->paid2,
                                &s->debt,
                                &s->defaulted,
                                &s->estate_cash,
                                &s->estate_due,
                                &s->estate_paid,
                                &s->estate_income,
                                &s->fixed_value,
                                &s->kept_value,
                                &s->pivot,
                                &s->standing};
  for (size_t k = 0; k < sizeof by_entity / sizeof by_entity[0]; k++) *by_entity[k] = take(s, n);
  s->claim_weight = loop->claims_en ? take(s, n) : -1;
  s->ordered = take(s, loop->purchase.count);
  s->delivered = take(s, loop->purchase.count);
  s->pledge_due = take(s, loop->pledge.count);
  s->entry = take(s, loop->elimination.entry_count);
}

void plan_lay_out_loop(struct ls_plan *plan, bool audit) {
  struct ls_loop_slots *s = &plan->loop.slot;
  int32_t n = plan->entity_count;
  s->count = 0;
  lay_out_state(&plan->loop, n, s);
  lay_out_quarter(&plan->loop, n, s);
  s->breach = audit ? take(s, 1) : -1;
  s->world_cash = audit ? take(s, 1) : -1;
  s->turnover = audit ? take(s, 1) : -1;
  s->stakes_at_cost = audit ? take(s, n) : -1;
  s->ordered_capacity = audit ? take(s, n) : -1;
  s->book_equity = audit ? take(s, n) : -1;
}
