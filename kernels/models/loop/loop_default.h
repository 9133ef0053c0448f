/* loop_default.h - step 8: who defaults this quarter, and how its estate is wound up.
 *
 * W buys the estate's real assets at alpha, its stakes in the living at beta_s times their last value, and its claims on the
 * living (and on W) at beta. The estates clear among themselves (Eisenberg-Noe); creditors are paid pro rata; what is left goes
 * to the shareholders who do not default this quarter; the rest is written off. */
#ifndef LS_MODEL_LOOP_DEFAULT_H
#define LS_MODEL_LOOP_DEFAULT_H

#include "models/loop/loop_books.h"

/* Marks the defaulters; returns the lanes that have any. */
LS_FN ls_mask loop_find_defaults(const struct loop_view *v) {
  ls_mask any_default = mask_none();
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane due0 = loop_get(v, v->at->due0, i), due1 = loop_get(v, v->at->due1, i);
    ls_lane unpaid =
        due0 * (lane_set(1) - loop_get(v, v->at->paid0, i)) + due1 * (lane_set(1) - loop_get(v, v->at->paid1, i));
    ls_mask fails = lane_less(lane_set(LS_UNPAID_TOLERANCE) * (due0 + due1), unpaid);
    ls_mask forced = lane_less(lane_set(0), loop_forced(v, i)), live = lane_to_mask(loop_get(v, v->at->live, i));
    ls_mask defaults = mask_and(live, mask_or(fails, forced));
    loop_set(v, v->at->defaulted, i, lane_from_mask(defaults));
    if (!mask_any(defaults)) continue;
    any_default = mask_or(any_default, defaults);
    ls_lane quarter = loop_get(v, v->at->default_quarter, i);
    loop_set(v, v->at->default_quarter, i, lane_select(defaults, lane_set(v->t), quarter));
    ls_mask imposed = mask_and(defaults, mask_and(forced, mask_not(fails)));
    loop_set(v, v->at->forced, i, lane_max(loop_get(v, v->at->forced, i), lane_from_mask(imposed)));
  }
  return any_default;
}

/* Obligors that fall with their trigger, one pass over the rows; returns the lanes with a new one. */
LS_FN ls_mask loop_cross_defaults(const struct loop_view *v) {
  const struct ls_loop_cross_defaults *cross = &v->loop->cross;
  ls_mask any_new = mask_none();
  for (int32_t r = 0; r < cross->count; r++) {
    int32_t i = cross->obligor[r];
    ls_mask fails = mask_and(
        lane_to_mask(loop_seen(v, LOOP_CHANNEL_CREDIT, loop_get(v, v->at->defaulted, cross->trigger[r]))),
        mask_and(lane_to_mask(loop_get(v, v->at->live, i)), mask_not(lane_to_mask(loop_get(v, v->at->defaulted, i)))));
    loop_set(v, v->at->defaulted, i, lane_max(loop_get(v, v->at->defaulted, i), lane_from_mask(fails)));
    ls_lane quarter = loop_get(v, v->at->default_quarter, i);
    loop_set(v, v->at->default_quarter, i, lane_select(fails, lane_set(v->t), quarter));
    any_new = mask_or(any_new, fails);
  }
  return any_new;
}

/* What those who stand lose with the claims that they have on defaulters; payments of the estates are counted as they come. */
LS_FN void loop_expect_losses(const struct loop_view *v) {
  const struct ls_loop_links *debt = &v->loop->debt;
  if (v->at->book_equity < 0) return;
  for (int32_t k = 0; k < debt->count; k++)
    if (debt->to[k] != v->n)
      loop_expect(v, debt->to[k], -(loop_get(v, v->at->owed, k) * loop_get(v, v->at->defaulted, debt->from[k])));
}

/* Claims for broken commitments to buy: tau phi B of every purchase of a defaulting buyer, added to what it owes; and, with a
 * breach share, taus phi B of a defaulting seller whose buyer stands. */
LS_FN void loop_terminate(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t k = 0; k < purchase->count; k++) {
    ls_lane firm = lane_set(v->loop->take_or_pay[k]), backlog = loop_get(v, v->at->backlog, k);
    ls_lane buyer = loop_get(v, v->at->defaulted, purchase->from[k]),
            seller = loop_get(v, v->at->defaulted, purchase->to[k]);
    if (purchase->from[k] != v->n && mask_any(lane_to_mask(buyer))) {
      ls_lane claim = lane_set(v->loop->termination_share * v->loop->take_or_pay[k]) * backlog;
      loop_add(v, v->at->owed, v->loop->purchase_debt[k], claim * buyer);
    }
    if (loop_has(v, LOOP_HAS_BREACH) && mask_any(lane_to_mask(seller)))
      loop_add(v, v->at->owed, v->loop->breach_debt[k],
               lane_set(v->loop->breach_share) * firm * backlog * seller * (lane_set(1) - buyer));
  }
}

/* Is there a lane in which i defaults? Where there is none its estate need not be looked at. */
LS_FN bool loop_any_fails(const struct loop_view *v, int32_t i) {
  return mask_any(lane_to_mask(loop_get(v, v->at->defaulted, i)));
}

/* Adds the price W pays to the estate's cash, and counts it as money put in from outside. */
LS_FN void loop_buy_from_estate(const struct loop_view *v, int32_t i, ls_lane price) {
  loop_add(v, v->at->estate_cash, i, price);
  loop_add(v, v->at->outside_flow, 0, -price);
}

/* What the estate of i turns into cash. Where i does not default nothing changes. */
LS_FN void loop_realise(const struct loop_view *v, int32_t i) {
  const struct ls_loop_links *stake = &v->loop->stake, *debt = &v->loop->debt;
  ls_lane fails = loop_get(v, v->at->defaulted, i);
  loop_set(v, v->at->estate_cash, i, loop_get(v, v->at->cash, i) * fails);
  ls_lane assets = loop_get(v, v->at->real_assets, i) * loop_hardware_price(v, i);
  loop_buy_from_estate(v, i, lane_set(v->loop->recovery_assets) * assets * fails);
  loop_note_deadweight(v, (assets - lane_set(v->loop->recovery_assets) * assets) * fails);
  for (int32_t k = stake->first_from[i]; k < stake->first_from[i + 1]; k++) {
    int32_t j = stake->to[k];
    ls_lane held = loop_get(v, v->at->share, k) * (lane_set(1) - loop_get(v, v->at->defaulted, j)), sold = held * fails;
    ls_lane worth = sold * loop_get(v, v->at->value, j);
    ls_lane offer = lane_set(v->loop->recovery_stakes) * held * loop_get(v, v->at->value, j);
    ls_lane price = loop_seen(v, LOOP_CHANNEL_STAKES, offer) * fails;
    loop_buy_from_estate(v, i, price);
    loop_note_equity_flow(v, -price);
    loop_note_deadweight(v, worth - price);
    loop_add(v, v->at->share, k, -sold);
    loop_add(v, v->at->world_share, j, sold);
  }
  for (int32_t p = debt->first_to[i]; p < debt->first_to[i + 1]; p++) {
    int32_t k = debt->by_to[p], j = debt->from[k];
    ls_lane held = loop_get(v, v->at->owed, k) * (lane_set(1) - loop_get(v, v->at->defaulted, j)), sold = held * fails;
    ls_lane offered = loop_seen_from(v, LOOP_CHANNEL_CREDIT, j, held) * fails;
    loop_buy_from_estate(v, i, lane_set(v->loop->recovery_claims) * offered);
    loop_note_deadweight(v, sold - lane_set(v->loop->recovery_claims) * sold);
    ls_lane moved = loop_seen_from(v, LOOP_CHANNEL_CREDIT, j, sold);
    loop_add(v, v->at->owed, k, -moved);
    if (j != v->n) loop_add(v, v->at->owed, v->loop->world_debt[j], moved); /* a claim on W is extinguished */
  }
}

/* What the estate of i gets from other estates, at the shares that stand in estate_paid. */
LS_FN ls_lane loop_estate_receipts(const struct loop_view *v, int32_t i) {
  const struct ls_loop_links *debt = &v->loop->debt;
  ls_lane sum = lane_set(0);
  for (int32_t p = debt->first_to[i]; p < debt->first_to[i + 1]; p++) {
    int32_t k = debt->by_to[p], j = debt->from[k];
    if (j == v->n) continue;
    ls_lane paid = loop_get(v, v->at->owed, k) * loop_get(v, v->at->estate_paid, j) * loop_get(v, v->at->defaulted, j);
    sum = sum + loop_seen(v, LOOP_CHANNEL_CREDIT, paid);
  }
  return sum;
}

LS_FN void loop_count_income(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++)
    if (loop_any_fails(v, i)) loop_set(v, v->at->estate_income, i, loop_estate_receipts(v, i));
}

/* Eisenberg-Noe among the estates: the share of its debt that each pays. Estates outside `any` do not iterate. */
LS_FN void loop_clear_estates(const struct loop_view *v, ls_mask any_default) {
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->estate_paid, i, lane_set(1));
    if (loop_any_fails(v, i)) loop_set(v, v->at->estate_due, i, loop_debt(v, i) * loop_get(v, v->at->defaulted, i));
  }
  struct ls_stop_rule rule = stop_rule_begin(any_default);
  for (int32_t sweep = 0; sweep < v->plan->max_iterations && mask_any(rule.active); sweep++) {
    loop_count_income(v);
    for (int32_t i = 0; i < v->n; i++) {
      if (!loop_any_fails(v, i)) continue;
      ls_lane have = loop_get(v, v->at->estate_cash, i) + loop_get(v, v->at->estate_income, i);
      loop_pay_class(v, v->at->estate_paid, i, have, loop_get(v, v->at->estate_due, i), &rule);
    }
    stop_rule_end_sweep(&rule, v->plan->tolerance);
  }
  loop_count(v, &rule);
  loop_count_income(v);
}

/* Pays the estate of i out: creditors that do not default, then shareholders that do not default (W where there is none). */
LS_FN void loop_distribute(const struct loop_view *v, int32_t i) {
  const struct ls_loop_links *stake = &v->loop->stake, *debt = &v->loop->debt;
  ls_lane fails = loop_get(v, v->at->defaulted, i), share_paid = loop_get(v, v->at->estate_paid, i) * fails;
  for (int32_t k = debt->first_from[i]; k < debt->first_from[i + 1]; k++) {
    int32_t j = debt->to[k];
    ls_lane paid = loop_get(v, v->at->owed, k) * share_paid;
    if (j == v->n) {
      loop_add(v, v->at->outside_flow, 0, paid);
      continue;
    }
    ls_lane kept = loop_seen(v, LOOP_CHANNEL_CREDIT, paid * (lane_set(1) - loop_get(v, v->at->defaulted, j)));
    loop_add(v, v->at->cash, j, kept);
    loop_expect(v, j, kept);
  }
  ls_lane left =
      loop_get(v, v->at->estate_cash, i) + loop_get(v, v->at->estate_income, i) - loop_get(v, v->at->estate_due, i);
  left = lane_positive_part(left) * fails;
  ls_lane shares = loop_get(v, v->at->world_share, i);
  for (int32_t p = stake->first_to[i]; p < stake->first_to[i + 1]; p++) {
    int32_t k = stake->by_to[p];
    shares = shares + loop_get(v, v->at->share, k) * (lane_set(1) - loop_get(v, v->at->defaulted, stake->from[k]));
  }
  ls_lane per_share = lane_ratio(left, shares, 0), given = lane_set(0);
  for (int32_t p = stake->first_to[i]; p < stake->first_to[i + 1]; p++) {
    int32_t k = stake->by_to[p], h = stake->from[k];
    ls_lane part = per_share * loop_get(v, v->at->share, k) * (lane_set(1) - loop_get(v, v->at->defaulted, h));
    ls_lane received = loop_seen(v, LOOP_CHANNEL_STAKES, part);
    loop_add(v, v->at->cash, h, received);
    loop_expect(v, h, received);
    given = given + part;
  }
  loop_add(v, v->at->outside_flow, 0, left - given);
  loop_note_equity_flow(v, left - given);
}

/* Clears every slot of `links` that touches a defaulter, on either side. */
LS_FN void loop_cancel_from(const struct loop_view *v, const struct ls_loop_links *links, int32_t where, int32_t i,
                            ls_lane stays) {
  for (int32_t k = links->first_from[i]; k < links->first_from[i + 1]; k++)
    loop_set(v, where, k, loop_get(v, where, k) * stays);
}

LS_FN void loop_cancel_to(const struct loop_view *v, const struct ls_loop_links *links, int32_t where, int32_t i,
                          ls_lane stays) {
  for (int32_t p = links->first_to[i]; p < links->first_to[i + 1]; p++)
    loop_set(v, where, links->by_to[p], loop_get(v, where, links->by_to[p]) * stays);
}

/* What the dead had with others; a dead seller's customers and a dead creditor's debtors go on for as long as they see it alive. */
LS_FN void loop_cancel_links(const struct loop_view *v, int32_t i) {
  const struct ls_loop_plan *loop = v->loop;
  ls_lane stays = lane_set(1) - loop_get(v, v->at->defaulted, i);
  ls_lane collects = lane_set(1) - loop_seen(v, LOOP_CHANNEL_CREDIT, loop_get(v, v->at->defaulted, i));
  ls_lane supplies = lane_set(1) - loop_seen(v, LOOP_CHANNEL_SUPPLY, loop_get(v, v->at->defaulted, i));
  if (loop_has(v, LOOP_HAS_EARMARKS)) loop_cancel_from(v, &loop->pledge, v->at->earmarked, i, supplies);
  if (loop_has(v, LOOP_HAS_EARMARKS)) loop_cancel_to(v, &loop->pledge, v->at->earmarked, i, stays);
  loop_cancel_from(v, &loop->purchase, v->at->backlog, i, stays);
  loop_cancel_to(v, &loop->purchase, v->at->backlog, i, supplies);
  loop_cancel_from(v, &loop->pledge, v->at->pledged, i, stays);
  loop_cancel_to(v, &loop->pledge, v->at->pledged, i, stays);
  loop_cancel_from(v, &loop->stake, v->at->share, i, stays);
  loop_cancel_to(v, &loop->stake, v->at->share, i, stays);
  loop_cancel_from(v, &loop->debt, v->at->owed, i, stays);
  loop_cancel_to(v, &loop->debt, v->at->owed, i, collects);
}

/* What their sellers lose of the backlog of defaulting buyers, before it is cancelled. */
LS_FN void loop_note_written_off(const struct loop_view *v) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  for (int32_t k = 0; k < purchase->count; k++)
    if (loop_trait(v, k, LOOP_TRAIT_IN_VALUE))
      loop_add(v, v->at->written_off, purchase->to[k],
               loop_backlog_worth(v, k) * loop_get(v, v->at->defaulted, purchase->from[k]));
}

LS_FN void loop_end_backstops(const struct loop_view *v) {
  const struct ls_loop_backstops *b = &v->loop->backstop;
  for (int32_t r = 0; r < b->count; r++) {
    ls_lane stays = (lane_set(1) - loop_seen(v, LOOP_CHANNEL_CREDIT, loop_get(v, v->at->defaulted, b->guarantor[r]))) *
                    (lane_set(1) - loop_get(v, v->at->defaulted, b->provider[r]));
    loop_set(v, v->at->backstop_left, r, loop_get(v, v->at->backstop_left, r) * stays);
  }
}

/* The estates are empty: rows and columns of S, B, C and D are 0, cash is paid out, real assets stand at W. */
LS_FN void loop_close_estates(const struct loop_view *v) {
  if (v->at->written_off >= 0) loop_note_written_off(v);
  if (loop_has(v, LOOP_HAS_BACKSTOPS)) loop_end_backstops(v);
  for (int32_t i = 0; i < v->n; i++)
    if (loop_any_fails(v, i)) loop_cancel_links(v, i);
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane stays = lane_set(1) - loop_get(v, v->at->defaulted, i);
    loop_set(v, v->at->cash, i, loop_get(v, v->at->cash, i) * stays);
    loop_set(v, v->at->real_assets, i, loop_get(v, v->at->real_assets, i) * stays);
    loop_set(v, v->at->world_share, i, loop_get(v, v->at->world_share, i) * stays);
    loop_set(v, v->at->live, i, loop_get(v, v->at->live, i) * stays);
  }
}

/* Is anybody, in any lane, behind with anything? Debts that last are among all of them, in the same order. */
LS_FN bool loop_any_behind(const struct loop_view *v) {
  const struct ls_loop_rows *lasting = &v->loop->lasting_debt, *every = &v->loop->every_debt;
  int32_t next = 0; /* of those that last */
  for (int32_t p = 0; p < every->count; p++) {
    if (next < lasting->count && lasting->by_from[next] == every->by_from[p])
      next++;
    else if (mask_any(mask_not(lane_equal(loop_get(v, v->at->owed, every->by_from[p]), lane_set(0)))))
      return true;
  }
  return false;
}

/* Once nobody is behind with anything, sums over debts are short again. */
LS_STEP void loop_narrow_debts(struct loop_view *v) {
  if (v->debts != &v->loop->lasting_debt && !loop_any_behind(v)) v->debts = &v->loop->lasting_debt;
}

/* Step 8. */
LS_STEP void loop_defaults(struct loop_view *v) {
  ls_mask any_default = loop_find_defaults(v);
  if (!mask_any(any_default)) return;
  v->debts = &v->loop->every_debt; /* claims for broken contracts are debts too */
  while (loop_has(v, LOOP_HAS_CROSS_DEFAULT) && mask_any(loop_cross_defaults(v))) continue;
  loop_expect_losses(v);
  loop_terminate(v);
  for (int32_t i = 0; i < v->n; i++)
    if (loop_any_fails(v, i)) loop_realise(v, i);
  loop_clear_estates(v, any_default);
  for (int32_t i = 0; i < v->n; i++)
    if (loop_any_fails(v, i)) loop_distribute(v, i);
  loop_close_estates(v);
}

#endif
