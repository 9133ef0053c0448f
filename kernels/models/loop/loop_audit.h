/* loop_audit.h - the stock-flow identities, checked every quarter under --set audit=1.
 *
 * `breach` is the largest relative breach found in a scenario: (i) money is conserved, W included; (iii) shares of the living add
 * up to 1; (iv) backlog, pledges, cash and shares are never negative, earmarks and backstops neither, and no cash is earmarked twice;
 * (v) book equity changes by profit, new equity and write-downs, and when others default by what their estates pay less the
 * claims on them; (vi) capacity is what was there plus what was ordered; (vii) value is assets less debt. */
#ifndef LS_MODEL_LOOP_AUDIT_H
#define LS_MODEL_LOOP_AUDIT_H

#include "models/loop/loop_carrying.h"
#include "models/loop/loop_value.h"

LS_FN bool loop_audited(const struct loop_view *v) { return v->at->breach >= 0; }

LS_FN void loop_note_breach(const struct loop_view *v, ls_lane difference, ls_lane scale) {
  ls_lane relative = lane_ratio(lane_absolute(difference), scale, 0);
  loop_set(v, v->at->breach, 0, lane_max(loop_get(v, v->at->breach, 0), relative));
}

/* What the stakes of i are carried at: at cost where nothing is ever written down. */
LS_FN ls_lane loop_stakes_carried(const struct loop_view *v, int32_t i) {
  if (!loop_has(v, LOOP_HAS_IMPAIRMENT)) return loop_get(v, v->at->stakes_at_cost, i);
  ls_lane sum = lane_set(0);
  for (int32_t k = v->loop->stake.first_from[i]; k < v->loop->stake.first_from[i + 1]; k++)
    sum = sum + loop_get(v, v->at->carrying, k);
  return sum;
}

/* m + K + stakes as they are carried + claims - debt. */
LS_FN ls_lane loop_book_equity(const struct loop_view *v, int32_t i) {
  return loop_get(v, v->at->cash, i) + loop_get(v, v->at->real_assets, i) + loop_stakes_carried(v, i) +
         loop_claims_value(v, i, true) - loop_debt(v, i);
}

/* What an entity turned over this quarter: the scale on which dust left behind by payments is dust. */
LS_FN ls_lane loop_gross(const struct loop_view *v, int32_t i) {
  return loop_get(v, v->at->cash, i) + loop_get(v, v->at->real_assets, i) + loop_stakes_carried(v, i) +
         loop_claims_value(v, i, true) + loop_debt(v, i) + loop_get(v, v->at->sales, i) +
         loop_get(v, v->at->resources, i);
}

LS_STEP void loop_audit_begin(const struct loop_view *v) {
  if (!loop_audited(v)) return;
  loop_set(v, v->at->world_cash, 0, lane_set(0));
  loop_set(v, v->at->turnover, 0, lane_set(0));
  loop_set(v, v->at->breach, 0, lane_set(0));
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->stakes_at_cost, i, lane_set(0));
    loop_set(v, v->at->ordered_capacity, i, lane_set(0));
    loop_set(v, v->at->book_equity, i, loop_book_equity(v, i));
  }
}

/* What W pays and gets in step 5. */
LS_FN ls_lane loop_world_flow(const struct loop_view *v) {
  const struct ls_loop_plan *loop = v->loop;
  ls_lane flow = lane_set(0);
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane opex = lane_set(loop_entity(v, LOOP_OPEX, i)) * loop_get(v, v->at->live, i);
    ls_lane due0 = opex + loop_service_rate(v, i) * loop_get(v, v->at->owed, loop->world_debt[i]) + loop_called(v, i);
    ls_lane due1 = lane_set(loop_entity(v, LOOP_COGS, i)) * loop_get(v, v->at->sales, i);
    ls_lane in = due0 * loop_get(v, v->at->paid0, i) + due1 * loop_get(v, v->at->paid1, i);
    flow = flow + in - loop_get(v, v->at->external_revenue, i) - loop_get(v, v->at->outside_equity, i) -
           loop_get(v, v->at->draw, i) - loop_borrowed(v, i);
  }
  for (int32_t k = loop->debt.first_from[v->n]; k < loop->debt.first_from[v->n + 1]; k++)
    flow = flow - loop_service_rate(v, v->n) * loop_get(v, v->at->owed, k);
  for (int32_t k = loop->purchase.first_from[v->n]; k < loop->purchase.first_from[v->n + 1]; k++)
    flow = flow - loop_get(v, v->at->payable, k);
  for (int32_t k = loop->pledge.first_from[v->n]; k < loop->pledge.first_from[v->n + 1]; k++)
    flow = flow - loop_get(v, v->at->pledge_due, k);
  return flow - loop_backstops(v, loop->backstop.guarantor, v->n);
}

/* New equity of the quarter. */
LS_FN ls_lane loop_raised(const struct loop_view *v, int32_t i) {
  ls_lane raised = loop_get(v, v->at->outside_equity, i);
  for (int32_t p = v->loop->pledge.first_to[i]; p < v->loop->pledge.first_to[i + 1]; p++)
    raised = raised + loop_pledge_paid(v, v->loop->pledge.by_to[p]);
  return raised;
}

/* After step 5, before anything is booked: expectations for (i) and (v). */
LS_STEP void loop_audit_payments(const struct loop_view *v) {
  if (!loop_audited(v)) return;
  loop_add(v, v->at->world_cash, 0, loop_world_flow(v));
  for (int32_t i = 0; i < v->n; i++) {
    loop_expect(v, i, loop_profit(v, i) + loop_raised(v, i));
    for (int32_t k = v->loop->pledge.first_from[i]; k < v->loop->pledge.first_from[i + 1]; k++)
      loop_add(v, v->at->stakes_at_cost, i, loop_pledge_paid(v, k));
  }
}

LS_FN void loop_audit_book(const struct loop_view *v, int32_t i, ls_lane where) {
  ls_lane difference = loop_book_equity(v, i) - loop_get(v, v->at->book_equity, i);
  loop_note_breach(v, difference * where, loop_gross(v, i));
}

/* After step 7: (v). Then W's part in step 8 is what the outside flow changes by. */
LS_STEP void loop_audit_books(const struct loop_view *v) {
  if (!loop_audited(v)) return;
  for (int32_t i = 0; i < v->n; i++) loop_audit_book(v, i, lane_set(1));
  loop_add(v, v->at->world_cash, 0, -loop_get(v, v->at->outside_flow, 0));
}

LS_FN void loop_audit_shares(const struct loop_view *v, int32_t j) {
  const struct ls_loop_links *stake = &v->loop->stake;
  ls_lane sum = loop_get(v, v->at->world_share, j), live = loop_get(v, v->at->live, j);
  for (int32_t p = stake->first_to[j]; p < stake->first_to[j + 1]; p++)
    sum = sum + loop_get(v, v->at->share, stake->by_to[p]);
  loop_note_breach(v, (sum - lane_set(1)) * live, lane_set(1));
}

LS_FN void loop_audit_capacity(const struct loop_view *v, int32_t i) {
  ls_lane there = loop_get(v, v->at->capacity, i) + loop_get(v, v->at->dark, i);
  for (int32_t k = 0; k < v->loop->build_lag; k++) there = there + loop_get(v, loop_behind(v->at->queue, k * v->n), i);
  ls_lane ordered = loop_get(v, v->at->ordered_capacity, i);
  ls_lane start = lane_set(loop_entity(v, LOOP_CAPACITY, i) + loop_entity(v, LOOP_DARK, i));
  loop_note_breach(v, there - (start + ordered), start + ordered);
}

LS_FN void loop_audit_value(const struct loop_view *v, int32_t i) {
  struct loop_balance b = loop_balance_of(v, i);
  ls_lane value = loop_get(v, v->at->value, i);
  ls_lane assets = b.cash + b.real_assets + b.revenue + b.loop_sales + b.backlog + b.stakes + b.claims;
  ls_lane difference = value - (assets + b.debt + b.distress);
  ls_lane scale = assets - b.debt - b.distress + loop_get(v, v->at->resources, i);
  loop_note_breach(v, lane_select(lane_less(lane_set(0), value), difference, lane_set(0)), scale);
}

LS_FN void loop_audit_signs(const struct loop_view *v, const struct ls_loop_links *links, int32_t where) {
  for (int32_t k = 0; k < links->count; k++)
    loop_note_breach(v, lane_min(loop_get(v, where, k), lane_set(0)),
                     lane_set(links->amount[k] > 0 ? links->amount[k] : 1));
}

/* No more cash is earmarked than there is. */
LS_FN void loop_audit_earmarks(const struct loop_view *v, int32_t i) {
  ls_lane cash = loop_get(v, v->at->cash, i), free_cash = cash - loop_earmarked(v, i);
  loop_note_breach(v, lane_min(free_cash, lane_set(0)), loop_gross(v, i));
}

/* After step 10: (i), (iii), (iv), (vi), (vii); and the book equity from which the next quarter starts. */
LS_STEP void loop_audit_quarter(const struct loop_view *v) {
  if (!loop_audited(v)) return;
  loop_add(v, v->at->world_cash, 0, loop_get(v, v->at->outside_flow, 0));
  ls_lane money = loop_get(v, v->at->world_cash, 0);
  for (int32_t i = 0; i < v->n; i++) {
    money = money + loop_get(v, v->at->cash, i) - lane_set(loop_entity(v, LOOP_CASH, i));
    loop_add(v, v->at->turnover, 0, loop_get(v, v->at->resources, i) + loop_get(v, v->at->sales, i));
    loop_note_breach(v, lane_min(loop_get(v, v->at->cash, i), lane_set(0)), lane_set(1));
    loop_audit_shares(v, i);
    loop_audit_capacity(v, i);
    loop_audit_value(v, i);
    loop_audit_book(v, i, loop_get(v, v->at->live, i));
    if (loop_has(v, LOOP_HAS_EARMARKS)) loop_audit_earmarks(v, i);
    loop_set(v, v->at->book_equity, i, loop_book_equity(v, i));
  }
  loop_note_breach(v, money,
                   loop_get(v, v->at->turnover, 0)); /* sums over all quarters round on the scale of what went by */
  loop_audit_signs(v, &v->loop->purchase, v->at->backlog);
  loop_audit_signs(v, &v->loop->pledge, v->at->pledged);
  loop_audit_signs(v, &v->loop->stake, v->at->share);
  if (loop_has(v, LOOP_HAS_EARMARKS)) loop_audit_signs(v, &v->loop->pledge, v->at->earmarked);
  for (int32_t r = 0; r < v->loop->backstop.count; r++)
    loop_note_breach(v, lane_min(loop_get(v, v->at->backstop_left, r), lane_set(0)), lane_set(1));
}

#endif
