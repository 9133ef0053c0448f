/* loop_value.h - steps 9 and 10: what everybody is worth given what everybody else is worth, and who is in distress.
 *
 * V_i = live_i (c_i + sum_j S_ij V_j + g_i sum_j B_ji clip(V_j / Vref_j) + sum_j D_ji vd_j)+,
 * c_i = m + K + 4 mult R - flag b Vref - sum_j D_ij; the greatest solution, from above. */
#ifndef LS_MODEL_LOOP_VALUE_H
#define LS_MODEL_LOOP_VALUE_H

#include "models/loop/loop_payments.h"
#include "models/loop/loop_reference.h"

/* The lines of a balance sheet, in the order of loop_info.line. */
struct loop_balance {
  ls_lane cash, real_assets, revenue, backlog, stakes, claims, debt, distress;
  ls_lane loop_sales, written_off; /* LOOP-2 */
};

/* What customers still owe i to buy; each counts by its relative value (in full where `in_full`). */
LS_FN ls_lane loop_backlog_value(const struct loop_view *v, int32_t i, bool in_full) {
  const struct ls_loop_links *purchase = &v->loop->purchase;
  double margin = loop_entity(v, LOOP_BACKLOG_MARGIN, i);
  ls_lane sum = lane_set(0);
  if (margin == 0) return sum;
  for (int32_t p = purchase->first_to[i]; p < purchase->first_to[i + 1]; p++) {
    int32_t k = purchase->by_to[p];
    ls_lane weight = in_full ? lane_set(1) : loop_get(v, v->at->standing, purchase->from[k]);
    ls_lane worth = loop_get(v, v->at->backlog_worth, k) * weight;
    sum = sum + loop_seen_from(v, LOOP_CHANNEL_ORDERS, purchase->from[k], worth);
  }
  return lane_set(margin) * sum;
}

LS_FN ls_lane loop_stakes_value(const struct loop_view *v, int32_t i) {
  const struct ls_loop_links *stake = &v->loop->stake;
  ls_lane sum = lane_set(0);
  for (int32_t k = stake->first_from[i]; k < stake->first_from[i + 1]; k++)
    sum =
        sum + loop_seen(v, LOOP_CHANNEL_STAKES, loop_get(v, v->at->share, k) * loop_get(v, v->at->value, stake->to[k]));
  return sum;
}

/* vd_j: what a claim on j counts for: 1, or under `claims_valuation: en` j's assets over its debt. */
LS_FN ls_lane loop_claim_weight(const struct loop_view *v, int32_t j) {
  return v->loop->claims_en ? loop_get(v, v->at->claim_weight, j) : lane_set(1);
}

LS_FN ls_lane loop_claims_value(const struct loop_view *v, int32_t i, bool in_full) {
  const struct ls_loop_rows *debts = v->debts;
  ls_lane sum = lane_set(0);
  for (int32_t p = debts->first_to[i]; p < debts->first_to[i + 1]; p++) {
    int32_t k = debts->by_to[p];
    ls_lane weight = in_full ? lane_set(1) : loop_claim_weight(v, v->loop->debt.from[k]);
    sum = sum + loop_seen_from(v, LOOP_CHANNEL_CREDIT, v->loop->debt.from[k], loop_get(v, v->at->owed, k) * weight);
  }
  return sum;
}

/* `flags`: the slots of the flags as they stand, or as the last valuation had them. */
LS_FN ls_lane loop_distress_cost(const struct loop_view *v, int32_t i, int32_t flags) {
  ls_lane cost = lane_set(loop_entity(v, LOOP_DISTRESS_COST, i)) * loop_get(v, v->at->reference, i);
  return loop_get(v, flags, i) * cost;
}

/* Value per revenue of a quarter: four times the multiple, less what a fall of all values takes. */
LS_FN ls_lane loop_quarter_multiple(const struct loop_view *v, int32_t i) {
  ls_lane multiple = lane_set(4) * loop_path_value(v, LOOP_PATH_MULTIPLE, LS_VARIABLE_MULTIPLE, i);
  return loop_has(v, LOOP_HAS_HERDING)
             ? multiple * loop_seen(v, LOOP_CHANNEL_PRICES, loop_get(v, v->at->market_factor, 0))
             : multiple;
}

LS_FN ls_lane loop_revenue_value(const struct loop_view *v, int32_t i) {
  return loop_quarter_multiple(v, i) * loop_get(v, v->at->valued_revenue, i);
}

LS_FN ls_lane loop_loop_sales_value(const struct loop_view *v, int32_t i) {
  double weight = loop_has(v, LOOP_HAS_SALES_IN_VALUE) ? loop_entity(v, LOOP_SALES_WEIGHT, i) : 0;
  if (weight == 0) return lane_set(0);
  return loop_quarter_multiple(v, i) * lane_set(weight) * loop_get(v, v->at->loop_sales, i);
}

/* K, of which hardware counts at its price. */
LS_FN ls_lane loop_real_assets_value(const struct loop_view *v, int32_t i) {
  ls_lane assets = loop_get(v, v->at->real_assets, i);
  double share = loop_has(v, LOOP_HAS_HARDWARE) ? loop_entity(v, LOOP_HARDWARE_SHARE, i) : 0;
  if (share == 0) return assets;
  return assets * (lane_set(1 - share) + lane_set(share) * loop_hardware_price(v, i));
}

/* What neither other values nor waves of distress move: own assets, debt, and claims in full. */
LS_FN void loop_hold_values(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane assets = loop_get(v, v->at->cash, i) + loop_real_assets_value(v, i) + loop_revenue_value(v, i);
    if (loop_has(v, LOOP_HAS_SALES_IN_VALUE)) assets = assets + loop_loop_sales_value(v, i);
    loop_set(v, v->at->held_value, i, assets);
    loop_set(v, v->at->debt, i, loop_debt(v, i));
    loop_set(v, v->at->claims, i, loop_claims_value(v, i, true));
  }
}

/* c_i, the part that stands still while the values settle. Claims start at `weight` in `lanes`; elsewhere they keep what they
 * were found to be worth. */
LS_FN void loop_fix_values(const struct loop_view *v, ls_mask lanes, double weight) {
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane own = loop_get(v, v->at->held_value, i) - loop_distress_cost(v, i, v->at->flag);
    loop_set(v, v->at->fixed_value, i, own - loop_get(v, v->at->debt, i));
    if (v->loop->claims_en)
      loop_set(v, v->at->claim_weight, i, lane_select(lanes, lane_set(weight), loop_get(v, v->at->claim_weight, i)));
  }
}

/* Factors I - S along the plan's elimination order. Columns of S add up to less than 1 outside W's part, so that no pivot
 * vanishes unless entities own each other outright. */
LS_STEP void loop_factor_stakes(const struct loop_view *v) {
  const struct ls_elimination *e = &v->loop->elimination;
  for (int32_t k = 0; k < e->entry_count; k++) loop_set(v, v->at->entry, k, lane_set(0));
  for (int32_t i = 0; i < v->n; i++) loop_set(v, v->at->pivot, i, lane_set(1));
  for (int32_t k = 0; k < v->loop->stake.count; k++)
    loop_set(v, v->at->entry, e->stake_entry[k], -loop_get(v, v->at->share, k));
  for (int32_t step = 0; step < e->node_count; step++) {
    int32_t product = e->product_first[step];
    for (int32_t l = e->lower_first[step]; l < e->lower_first[step + 1]; l++) {
      ls_lane pivot = loop_get(v, v->at->pivot, e->order[step]);
      ls_lane factor = loop_over(loop_get(v, v->at->entry, e->lower_entry[l]), pivot, 0);
      loop_set(v, v->at->entry, e->lower_entry[l], factor);
      for (int32_t u = e->upper_first[step]; u < e->upper_first[step + 1]; u++, product++) {
        int32_t target = e->product_entry[product];
        ls_lane change = -(factor * loop_get(v, v->at->entry, e->upper_entry[u]));
        if (target < 0)
          loop_add(v, v->at->pivot, -1 - target, change);
        else
          loop_add(v, v->at->entry, target, change);
      }
    }
  }
}

/* What i has when all customers and debtors are good for everything, without its stakes. */
LS_FN ls_lane loop_most(const struct loop_view *v, int32_t i) {
  return loop_get(v, v->at->fixed_value, i) + loop_backlog_value(v, i, true) + loop_get(v, v->at->claims, i);
}

/* The values from which every pass starts: (I - S) V = what i has at most. */
LS_FN void loop_start_values(const struct loop_view *v) {
  const struct ls_elimination *e = &v->loop->elimination;
  for (int32_t i = 0; i < v->n; i++) loop_set(v, v->at->value, i, lane_positive_part(loop_most(v, i)));
  for (int32_t step = 0; step < e->node_count; step++)
    for (int32_t l = e->lower_first[step]; l < e->lower_first[step + 1]; l++)
      loop_add(v, v->at->value, e->lower_row[l],
               -(loop_get(v, v->at->entry, e->lower_entry[l]) * loop_get(v, v->at->value, e->order[step])));
  for (int32_t step = e->node_count - 1; step >= 0; step--) {
    int32_t i = e->order[step];
    ls_lane x = loop_get(v, v->at->value, i);
    for (int32_t u = e->upper_first[step]; u < e->upper_first[step + 1]; u++)
      x = x - loop_get(v, v->at->entry, e->upper_entry[u]) * loop_get(v, v->at->value, e->upper_column[u]);
    loop_set(v, v->at->value, i, loop_over(x, loop_get(v, v->at->pivot, i), 0));
  }
#if defined(LS_LOOP_CHANNELS) /* where holders look at the baseline's values, start from those */
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane most = lane_positive_part(loop_most(v, i) + loop_stakes_value(v, i));
    loop_set(v, v->at->value, i, lane_select(v->open[LOOP_CHANNEL_STAKES], loop_get(v, v->at->value, i), most));
  }
#endif
}

/* Does the value of i hang on those of others? If not the first sweep finds it. */
LS_FN bool loop_depends(const struct loop_view *v, int32_t i) {
  return v->loop->claims_en || loop_entity(v, LOOP_BACKLOG_MARGIN, i) != 0 ||
         v->loop->stake.first_from[i] < v->loop->stake.first_from[i + 1];
}

/* One entity's value from the values of the others. */
LS_FN void loop_revalue(const struct loop_view *v, int32_t i, bool in_full, struct ls_stop_rule *rule) {
  ls_lane net = loop_get(v, v->at->fixed_value, i) + loop_stakes_value(v, i) + loop_backlog_value(v, i, in_full) +
                (v->loop->claims_en ? loop_claims_value(v, i, false) : loop_get(v, v->at->claims, i));
  ls_lane before = loop_get(v, v->at->value, i);
  ls_lane after = loop_get(v, v->at->live, i) * lane_positive_part(net);
  if (mask_any(mask_not(lane_equal(after, before)))) {
    ls_lane scale = lane_max(lane_max(before, after), loop_get(v, v->at->reference, i));
    stop_rule_note(rule, lane_ratio(lane_absolute(after - before), scale, 0));
    loop_set(v, v->at->value, i, lane_select(rule->active, after, before));
    if (v->loop->vouches[i]) loop_note_standing(v, i);
  }
  if (v->loop->claims_en) {
    ls_lane debt = loop_get(v, v->at->debt, i);
    ls_lane weight = lane_clip(lane_ratio(net + debt, debt, 1), 0, 1), last = loop_get(v, v->at->claim_weight, i);
    stop_rule_note(rule, lane_absolute(weight - last)); /* claims may still fall on a debtor whose value is 0 already */
    loop_set(v, v->at->claim_weight, i, lane_select(rule->active, weight, last));
  }
}

/* Step 9: falls from the start to the greatest fixed point, or rises from nothing to the least. Within a sweep later entities
 * already see the new values of earlier ones, issuers before their holders, which keeps the way monotone and shortens it. */
LS_STEP void loop_settle_values(const struct loop_view *v, ls_mask lanes, bool in_full) {
  const struct ls_elimination *e = &v->loop->elimination;
  bool least = v->plan->solution == LS_SOLUTION_LEAST;
  bool all = !mask_any(mask_not(lanes)); /* then no value is to be kept */
  for (int32_t i = 0; !all && i < v->n; i++) loop_set(v, v->at->kept_value, i, loop_get(v, v->at->value, i));
  loop_fix_values(v, lanes, least ? 0 : 1);
  if (least)
    loop_fill(v, v->at->value, v->n, 0);
  else
    loop_start_values(v);
  for (int32_t i = 0; i < v->n; i++)
    if (v->loop->vouches[i]) loop_note_standing(v, i);
  struct ls_stop_rule rule = stop_rule_begin(lanes);
  for (int32_t sweep = 0; sweep < v->plan->max_iterations && mask_any(rule.active); sweep++) {
    for (int32_t step = e->node_count - 1; step >= 0; step--)
      if (sweep == 0 || loop_depends(v, e->order[step])) loop_revalue(v, e->order[step], in_full, &rule);
    stop_rule_end_sweep(&rule, v->plan->tolerance);
    rule.active = loop_unsettled(v, rule.active);
  }
  for (int32_t i = 0; !all && i < v->n; i++) {
    loop_set(v, v->at->value, i, lane_select(lanes, loop_get(v, v->at->value, i), loop_get(v, v->at->kept_value, i)));
    if (v->loop->vouches[i]) loop_note_standing(v, i); /* the others' once the last wave is over */
  }
  loop_count(v, &rule);
}

/* The quarter in which a flag rose; where it may rise again, the first time is what is told. */
LS_FN void loop_note_distress(const struct loop_view *v, int32_t i, ls_mask rises) {
  ls_lane quarter = loop_get(v, v->at->distress_quarter, i);
  if (loop_has(v, LOOP_HAS_FLAG_EXIT)) rises = mask_and(rises, lane_less(quarter, lane_set(0)));
  loop_set(v, v->at->distress_quarter, i, lane_select(rises, lane_set(v->t), quarter));
}

/* Step 10, one wave: flags those below their threshold; returns the lanes with a new flag. */
LS_FN ls_mask loop_new_flags(const struct loop_view *v) {
  ls_mask any_new = mask_none();
  for (int32_t i = 0; i < v->n; i++) {
    ls_lane flag = loop_get(v, v->at->flag, i);
    ls_mask rises = mask_and(loop_below_threshold(v, i), mask_not(lane_to_mask(flag)));
    if (!mask_any(rises)) continue;
    loop_set(v, v->at->flag, i, lane_max(flag, lane_from_mask(rises)));
    loop_note_distress(v, i, rises);
    any_new = mask_or(any_new, rises);
  }
  return any_new;
}

/* The least solution starts with everybody in distress... */
LS_FN void loop_flag_all(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++) {
    loop_set(v, v->at->flag_before, i, loop_get(v, v->at->flag, i));
    loop_set(v, v->at->flag, i, lane_max(loop_get(v, v->at->flag, i), loop_get(v, v->at->live, i)));
  }
}

/* ... and lets go, wave by wave, of those who stand even so and were not in it before; returns the lanes with one. */
LS_FN ls_mask loop_drop_flags(const struct loop_view *v) {
  ls_mask any_dropped = mask_none();
  for (int32_t i = 0; i < v->n; i++) {
    ls_mask added = lane_less(loop_get(v, v->at->flag_before, i), loop_get(v, v->at->flag, i));
    ls_mask drops = mask_and(added, mask_not(loop_below_threshold(v, i)));
    loop_set(v, v->at->flag, i, lane_select(drops, lane_set(0), loop_get(v, v->at->flag, i)));
    any_dropped = mask_or(any_dropped, drops);
  }
  return any_dropped;
}

LS_FN void loop_note_new_flags(const struct loop_view *v) {
  for (int32_t i = 0; i < v->n; i++)
    loop_note_distress(v, i, lane_less(loop_get(v, v->at->flag_before, i), loop_get(v, v->at->flag, i)));
}

/* Steps 9 and 10: values, then distress waves until no flag is new; or, for the least solution, none more is dropped. */
LS_STEP void loop_value(const struct loop_view *v) {
  bool least = v->plan->solution == LS_SOLUTION_LEAST;
  loop_factor_stakes(v);
  loop_weigh_backlog(v);
  loop_hold_values(v);
  loop_note_references(v);
  if (least) loop_flag_all(v);
  ls_mask lanes = lane_equal(lane_set(0), lane_set(0));
  while (mask_any(lanes)) {
    loop_settle_values(v, lanes, false);
    lanes = loop_with_baseline(v, mask_and(lanes, least ? loop_drop_flags(v) : loop_new_flags(v)));
  }
  if (least) loop_note_new_flags(v);
  for (int32_t i = 0; i < v->n; i++)
    if (!v->loop->vouches[i]) loop_note_standing(v, i);
  loop_close_history(v);
}

/* The balance sheet of i as it stands, for the lines of the loss. */
LS_FN struct loop_balance loop_balance_of(const struct loop_view *v, int32_t i) {
  ls_lane live = loop_get(v, v->at->live, i);
  struct loop_balance b;
  b.cash = loop_get(v, v->at->cash, i);
  b.real_assets = loop_real_assets_value(v, i);
  b.revenue = loop_revenue_value(v, i) * live;
  b.backlog = loop_backlog_value(v, i, false);
  b.stakes = loop_stakes_value(v, i);
  b.claims = loop_claims_value(v, i, false);
  b.debt = -loop_debt(v, i);
  b.distress = -loop_distress_cost(v, i, v->at->flag_in_value) * live;
  b.loop_sales = loop_loop_sales_value(v, i) * live;
  b.written_off = lane_set(0);
  if (v->at->written_off >= 0)
    b.written_off = -(lane_set(loop_entity(v, LOOP_BACKLOG_MARGIN, i)) * loop_get(v, v->at->written_off, i) * live);
  return b;
}

#endif
