/* cross_ownership.h - firms that hold each other's debt, by seniority, and each other's equity.
 *
 * Source: Suzuki (2002), Valuing corporate debt: the effect of cross-holdings of stock and debt, J. Oper. Res. Soc. Japan 45(2);
 * Elsinger (2009), Financial networks, cross holdings, and limited liability, OeNB working paper 156 (seniority classes).
 * e_i external assets and cash after the shock, D^k_i what i owes in class k = 0 (senior), 1, ..., D_i all of it:
 *   w_i   = e_i + sum_j S_ij s_j + sum_k sum_j M^k_ij r^k_j
 *   s_i   = (w_i - D_i)+                 equity
 *   r^k_i = min(D^k_i, (w_i - sum_{l<k} D^l_i)+)
 * S_ij share of j's equity, M^k_ij share of j's class k that i holds. The greatest solution: equities rise from 0 while all debts are
 * paid in full, which bounds every solution from above, then all falls together; the least rises from nothing. */
#ifndef LS_MODEL_CROSS_OWNERSHIP_H
#define LS_MODEL_CROSS_OWNERSHIP_H

#include "model.h"
#include "models/clearing.h"
#include "phases/columns.h"
#include "phases/output.h"
#include "phases/stop_rule.h"

static const struct ls_model_info cross_ownership_info __attribute__((unused)) = {
    .name = "cross-ownership",
    .title = "clearing with cross-holdings of equity and of debt by seniority",
    .source = "Suzuki (2002), J. Oper. Res. Soc. Japan 45(2); Elsinger (2009), OeNB working paper 156",
    .operator_kind = LS_OPERATOR_NONE,
    .tables = LS_TABLES_OWNERSHIP,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 1,
    .tolerance = 1e-10,
    .setting = {CLEARING_EXTERNAL_SETTING},
    .output = {"payment", "equity", "default", 0},
    .output_flags = 1u << 2,
    .line = {"external assets", "claims on entities", "stakes", "limited liability", 0},
};

/* Slots of one scenario: [N] each but for what is paid, [classes * N]. */
struct ownership_state {
  ls_slots assets, worth, next, equity, paid;
};

LS_FN struct ownership_state ownership_state_of(const struct ls_plan *plan, ls_slots state) {
  int64_t n = plan->entity_count;
  struct ownership_state s = {state, slots_from(state, n), slots_from(state, 2 * n), slots_from(state, 3 * n),
                              slots_from(state, 4 * n)};
  return s;
}

/* e_i; nothing where the scenario forces a default. */
LS_FN ls_lane ownership_assets(const struct ls_view *view, int32_t i) {
  const struct ls_ownership_plan *p = &view->plan->ownership;
  ls_lane kept = lane_set(1) - view_shock(view, LS_VARIABLE_EXTERNAL_ASSETS_LOSS, i, 0);
  ls_lane assets = lane_set(p->external_assets[i]) * kept + lane_set(p->cash[i]);
  return lane_select(lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0)), lane_set(0), assets);
}

/* What i pays out of w_i, class by class, or all that is due where `in_full`; and its equity. */
LS_FN void ownership_pay(const struct ls_view *view, const struct ownership_state *s, int32_t i, bool in_full) {
  const struct ls_ownership_plan *p = &view->plan->ownership;
  int32_t n = view->plan->entity_count;
  ls_lane left = slot_get(s->worth, i);
  for (int32_t k = 0; k < p->class_count; k++) {
    ls_lane due = lane_set(p->due[k * n + i]), paid = lane_min(due, lane_positive_part(left));
    slot_set(s->paid, k * n + i, in_full ? due : paid);
    left = left - due;
  }
  slot_set(s->equity, i, lane_positive_part(slot_get(s->worth, i) - lane_set(p->debt[i])));
}

LS_FN ls_lane ownership_claims(const struct ls_view *view, const struct ownership_state *s, int32_t i) {
  const struct ls_ownership_plan *p = &view->plan->ownership;
  ls_lane sum = lane_set(0);
  for (int32_t k = p->claim_first[i]; k < p->claim_first[i + 1]; k++)
    sum = sum + lane_set(p->claim_share[k]) * slot_get(s->paid, p->claim_on[k]);
  return sum;
}

LS_FN ls_lane ownership_stakes(const struct ls_view *view, const struct ownership_state *s, int32_t i) {
  const struct ls_ownership_plan *p = &view->plan->ownership;
  ls_lane sum = lane_set(0);
  for (int32_t k = p->stake_first[i]; k < p->stake_first[i + 1]; k++)
    sum = sum + lane_set(p->stake_share[k]) * slot_get(s->equity, p->issuer[k]);
  return sum;
}

/* Sweeps, each from the one before, until w settles; returns the lanes where it did not. */
LS_FN ls_mask ownership_settle(const struct ls_view *view, const struct ownership_state *s, bool in_full,
                               ls_lane *sweeps) {
  const struct ls_ownership_plan *p = &view->plan->ownership;
  int32_t n = view->plan->entity_count;
  struct ls_stop_rule rule = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  for (int32_t sweep = 0; sweep < view->plan->max_iterations && mask_any(rule.active); sweep++) {
    for (int32_t i = 0; i < n; i++) ownership_pay(view, s, i, in_full);
    for (int32_t i = 0; i < n; i++) {
      ls_lane before = slot_get(s->worth, i);
      ls_lane found = slot_get(s->assets, i) + ownership_claims(view, s, i) + ownership_stakes(view, s, i);
      ls_lane after = lane_select(rule.active, found, before);
      ls_lane scale = lane_max(lane_max(before, after), lane_set(p->debt[i]));
      stop_rule_note(&rule, lane_ratio(lane_absolute(after - before), scale, 0));
      slot_set(s->next, i, after);
    }
    for (int32_t i = 0; i < n; i++) slot_set(s->worth, i, slot_get(s->next, i));
    stop_rule_end_sweep(&rule, view->plan->tolerance);
  }
  *sweeps = *sweeps + rule.sweeps;
  return rule.active;
}

LS_FN void ownership_write(const struct ls_view *view, const struct ownership_state *s, ls_slots output, int32_t i,
                           struct ls_output_sums *sums) {
  const struct ls_ownership_plan *p = &view->plan->ownership;
  int32_t n = view->plan->entity_count;
  ls_lane equity = slot_get(s->equity, i), assets = slot_get(s->assets, i), payment = lane_set(0);
  struct ls_entity_result result = output_result_begin();
  result.value = equity;
  result.outside = lane_set(p->outside_share[i]) * equity;
  result.margin = output_margin(slot_get(s->worth, i), lane_set(p->debt[i]), lane_set(p->debt[i]));
  for (int32_t k = 0; k < p->class_count; k++) {
    ls_lane paid = slot_get(s->paid, k * n + i);
    double due = p->due[k * n + i];
    payment = payment + paid;
    result.outside = result.outside + lane_set(due > 0 ? p->outside[k * n + i] / due : 0) * paid;
  }
  ls_mask forced = lane_to_mask(view_shock(view, LS_VARIABLE_DEFAULT, i, 0));
  result.defaulted = lane_less(lane_set(LS_UNPAID_TOLERANCE * p->debt[i]), lane_set(p->debt[i]) - payment);
  result.line[0] = assets;
  result.line[1] = ownership_claims(view, s, i);
  result.line[2] = ownership_stakes(view, s, i);
  result.line[3] = equity - (assets + result.line[1] + result.line[2]);
  result.detail[0] = payment;
  result.detail[1] = equity;
  result.detail[2] = lane_from_mask(mask_or(result.defaulted, forced));
  output_write_entity(view, i, &result, forced, output, sums);
}

/* Everything that is told, once w stands. */
LS_FN void ownership_output(const struct ls_view *view, const struct ownership_state *s, ls_lane sweeps,
                            ls_mask unsettled, ls_slots output) {
  struct ls_output_sums sums = output_sums_begin();
  for (int32_t i = 0; i < view->plan->entity_count; i++) ownership_pay(view, s, i, false);
  for (int32_t i = 0; i < view->plan->entity_count; i++) ownership_write(view, s, output, i, &sums);
  output_write_sums(view, &sums, sweeps, unsettled, output);
}

LS_FN void cross_ownership_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  const struct ownership_state s = ownership_state_of(view->plan, state);
  int32_t n = view->plan->entity_count;
  bool greatest = view->plan->solution == LS_SOLUTION_GREATEST;
  columns_apply(&view->plan->shock, value, view->column, 0);
  for (int32_t i = 0; i < n; i++) {
    slot_set(s.assets, i, ownership_assets(view, i));
    slot_set(s.worth, i, lane_set(0));
  }
  ls_lane sweeps = lane_set(0);
  ls_mask unsettled = mask_none();
  if (greatest) unsettled = ownership_settle(view, &s, true, &sweeps);
  unsettled = mask_or(unsettled, ownership_settle(view, &s, false, &sweeps));
  ownership_output(view, &s, sweeps, unsettled, output);
}

#endif
LS_TIME_MODEL(cross_ownership)
