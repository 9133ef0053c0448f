/* loop_carrying.h - step 11: what stakes are carried at by their holders, and what is written down. No cash moves. */
#ifndef LS_MODEL_LOOP_CARRYING_H
#define LS_MODEL_LOOP_CARRYING_H

#include "models/loop/loop_books.h"

/* A stake is carried at `after` from now on where that is less; the holder books the difference. */
LS_FN void loop_write_down(const struct loop_view *v, int32_t k, ls_lane after) {
  ls_lane before = loop_get(v, v->at->carrying, k), kept = lane_min(before, after);
  if (!mask_any(lane_less(kept, before))) return;
  loop_set(v, v->at->carrying, k, kept);
  loop_add(v, v->at->written_down, v->loop->stake.from[k], before - kept);
  loop_add(v, v->at->written_down_on, v->loop->stake.to[k], before - kept);
  loop_expect(v, v->loop->stake.from[k], kept - before);
}

/* Profit of the quarter by the flows as they were agreed; paid or owed makes no difference. Uses debts as they stood. */
LS_FN ls_lane loop_profit(const struct loop_view *v, int32_t i) {
  const struct ls_loop_plan *loop = v->loop;
  ls_lane sales = loop_get(v, v->at->sales, i), live = loop_get(v, v->at->live, i), expensed = lane_set(0);
  for (int32_t k = loop->purchase.first_from[i]; k < loop->purchase.first_from[i + 1]; k++) {
    expensed = expensed + loop_bill(v, k) - loop_capital_bill(v, k);
    if (loop_trait(v, k, LOOP_TRAIT_MAY_EXIT)) expensed = expensed + loop_get(v, v->at->fee, k);
  }
  for (int32_t p = loop->purchase.first_to[i]; loop_has(v, LOOP_HAS_EXITS) && p < loop->purchase.first_to[i + 1]; p++) {
    int32_t k = loop->purchase.by_to[p];
    if (loop_trait(v, k, LOOP_TRAIT_MAY_EXIT)) expensed = expensed - loop_get(v, v->at->fee, k);
  }
  if (loop_has(v, LOOP_HAS_BACKSTOPS)) expensed = expensed + loop_backstops(v, loop->backstop.guarantor, i);
  if (loop_has(v, LOOP_HAS_BACKSTOPS)) expensed = expensed - loop_backstops(v, loop->backstop.provider, i);
  ls_lane interest = -(loop_interest_rate(v, i) * loop_debt(v, i));
  for (int32_t p = v->debts->first_to[i]; p < v->debts->first_to[i + 1]; p++) {
    int32_t k = v->debts->by_to[p];
    interest = interest + loop_interest_rate(v, loop->debt.from[k]) * loop_get(v, v->at->owed, k);
  }
  ls_lane costs = lane_set(loop_entity(v, LOOP_COGS, i)) * sales + lane_set(loop_entity(v, LOOP_OPEX, i)) * live +
                  loop_depreciation(v, i) * loop_get(v, v->at->real_assets, i);
  return sales - expensed - costs + interest;
}

/* Does any holder book its part of j's losses? */
LS_FN bool loop_losses_matter(const struct loop_view *v, int32_t j) {
  for (int32_t p = v->loop->stake.first_to[j]; p < v->loop->stake.first_to[j + 1]; p++)
    if (v->loop->stake_equity_method[v->loop->stake.by_to[p]]) return true;
  return false;
}

/* After step 5, while debts and assets are those of the quarter's start: losses of issuers, for their holders. */
LS_STEP void loop_note_profits(const struct loop_view *v) {
  if (!loop_has(v, LOOP_HAS_IMPAIRMENT)) return;
  for (int32_t i = 0; i < v->n; i++)
    if (loop_losses_matter(v, i)) loop_set(v, v->at->loss_of_quarter, i, lane_positive_part(-loop_profit(v, i)));
}

/* After step 6: what was paid for new shares, and holders' parts of losses. */
LS_STEP void loop_carry_stakes(const struct loop_view *v) {
  if (!loop_has(v, LOOP_HAS_IMPAIRMENT)) return;
  for (int32_t k = 0; k < v->loop->pledge.count; k++)
    if (v->loop->pledge_stake[k] >= 0) loop_add(v, v->at->carrying, v->loop->pledge_stake[k], loop_pledge_paid(v, k));
  for (int32_t k = 0; k < v->loop->stake.count; k++) {
    if (!v->loop->stake_equity_method[k]) continue;
    ls_lane part = loop_get(v, v->at->share, k) * loop_get(v, v->at->loss_of_quarter, v->loop->stake.to[k]);
    loop_write_down(v, k, lane_positive_part(loop_get(v, v->at->carrying, k) - part));
  }
}

/* After step 10: stakes in the dead are worth nothing, others not more than kappa S V; the dead hold nothing. */
LS_STEP void loop_impair(const struct loop_view *v) {
  if (!loop_has(v, LOOP_HAS_IMPAIRMENT)) return;
  for (int32_t k = 0; k < v->loop->stake.count; k++) {
    int32_t i = v->loop->stake.from[k], j = v->loop->stake.to[k];
    ls_mask gone = lane_less_equal(loop_get(v, v->at->live, i), lane_set(0));
    loop_set(v, v->at->carrying, k, lane_select(gone, lane_set(0), loop_get(v, v->at->carrying, k)));
    ls_lane worth = loop_get(v, v->at->share, k) * loop_get(v, v->at->value, j);
    loop_write_down(v, k, lane_set(v->loop->impairment) * worth);
  }
}

#endif
