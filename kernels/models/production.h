/* production.h - how far the loss of some output travels along supply chains: down to customers, up to suppliers.
 *
 * Source: Diem, Borsos, Reisch, Kertesz, Thurner (2022), Quantifying firm-level economic systemic risk from nation-wide supply
 * networks, Scientific Reports 12:7719. W_ij sales of i to j; psi_i the share of its output that i loses by the shock; hd_i, hu_i
 * what is left of it given inputs, and given customers; i's suppliers of sector k are one input:
 *   Pi_jk = 1 - sum_{i in k} sigma_i Ld_ij (1 - hd_i)
 *   hd_j  = max(0, min( min_k essential Pi_jk, 1 - sum_k other (1 - Pi_jk), 1 - psi_j ))
 *   hu_i  = max(0, min( 1 - psi_i, 1 - sum_j Lu_ij (1 - hu_j) ))
 * sigma_i = min(1, s_i / sum_{m in i's sector} hd_m s_m): how hard i is to replace (1 without replaceability), looked at once a
 * sweep. From 1 - psi down; where a whole sector is down sigma is 1, whatever the unit of money. */
#ifndef LS_MODEL_PRODUCTION_H
#define LS_MODEL_PRODUCTION_H

#include "model.h"
#include "phases/columns.h"
#include "phases/stop_rule.h"
#include "phases/view.h"

static const struct ls_model_info production_info __attribute__((unused)) = {
    .name = "production",
    .title = "losses of output along supply chains (ESRI)",
    .source = "Diem et al. (2022), Scientific Reports 12:7719, eqs. 5-8",
    .operator_kind = LS_OPERATOR_NONE,
    .tables = LS_TABLES_TRADE,
    .variables = 1u << LS_VARIABLE_OUTPUT_LOSS,
    .has_least = 0,
    .tolerance = 1e-10,
    .setting =
        {{"replaceability", 0, 0, 1, 0, {"none", "sector", 0}, "do suppliers of one sector replace one another"},
         {"weights", 0, 0, 1, 0, {"out-strength", "column", 0}, "what an entity counts for: its sales, or `weight`"}},
    .output = {"downstream", "upstream", "index", 0},
    .line = {"direct", "contagion", 0},
};

/* Where the state of one scenario stands: [N] each, and a number of each sector. `lost`: sigma_i (1 - h_i), what others miss of i. */
struct production_state {
  ls_slots down, up, lost, sigma, sector;
};

LS_FN struct production_state production_state_of(const struct ls_plan *plan, ls_slots state) {
  int64_t n = plan->entity_count;
  struct production_state s = {state, slots_from(state, n), slots_from(state, 2 * n), slots_from(state, 3 * n),
                               slots_from(state, 4 * n)};
  return s;
}

/* 1 - psi_i */
LS_FN ls_lane production_left(const struct ls_view *view, int32_t i) {
  return lane_set(1) - view_shock(view, LS_VARIABLE_OUTPUT_LOSS, i, 0);
}

/* How hard each supplier is to replace, given what its sector still makes; and what is missed of it. */
LS_FN void production_weigh(const struct ls_view *view, const struct production_state *s) {
  const struct ls_production_plan *p = &view->plan->production;
  if (p->market_count == 0) return; /* sigma is 1 */
  for (int32_t m = 0; m < p->market_count; m++) slot_set(s->sector, m, lane_set(0));
  for (int32_t i = 0; i < view->plan->entity_count; i++)
    slot_add(s->sector, p->market[i], slot_get(s->down, i) * lane_set(p->output[i]));
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane share = lane_ratio(lane_set(p->output[i]), slot_get(s->sector, p->market[i]), 1);
    ls_lane sigma = lane_min(lane_set(1), share);
    slot_set(s->sigma, i, sigma);
    slot_set(s->lost, i, sigma * (lane_set(1) - slot_get(s->down, i)));
  }
}

/* hd_j given what is missed of its suppliers. */
LS_FN ls_lane production_down(const struct ls_view *view, const struct production_state *s, int32_t j) {
  const struct ls_production_plan *p = &view->plan->production;
  ls_lane essential = lane_set(1), missing = lane_set(0);
  for (int32_t g = p->group_first[j]; g < p->group_first[j + 1]; g++) {
    ls_lane lost = lane_set(0);
    for (int32_t k = p->input_first[g]; k < p->input_first[g + 1]; k++)
      lost = lane_fma(lane_set(p->input_share[k]), slot_get(s->lost, p->supplier[k]), lost);
    if (p->essential[g])
      essential = lane_min(essential, lane_set(1) - lost);
    else
      missing = missing + lost;
  }
  return lane_min(essential, lane_set(1) - missing);
}

/* hu_i given what is missed of its customers. */
LS_FN ls_lane production_up(const struct ls_view *view, const struct production_state *s, int32_t i) {
  const struct ls_production_plan *p = &view->plan->production;
  ls_lane lost = lane_set(0);
  for (int32_t k = p->sale_first[i]; k < p->sale_first[i + 1]; k++)
    lost = lane_fma(lane_set(p->sale_share[k]), slot_get(s->lost, p->buyer[k]), lost);
  return lane_set(1) - lost;
}

/* One sweep in place: who comes later sees what has become of those before. x only falls, from above the greatest fixed point. */
LS_FN void production_sweep(const struct ls_view *view, const struct production_state *s, bool down,
                            struct ls_stop_rule *rule) {
  const ls_slots x = down ? s->down : s->up;
  const bool weighs = down && view->plan->production.market_count > 0;
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane before = slot_get(x, i), found = down ? production_down(view, s, i) : production_up(view, s, i);
    found = lane_positive_part(lane_min(found, before));
    ls_lane after = lane_select(rule->active, found, before), missed = lane_set(1) - after;
    stop_rule_note(rule, before - after);
    slot_set(x, i, after);
    slot_set(s->lost, i, weighs ? slot_get(s->sigma, i) * missed : missed);
  }
}

/* One direction from 1 - psi down to where it settles; returns the lanes that did not. */
LS_FN ls_mask production_settle(const struct ls_view *view, const struct production_state *s, bool down,
                                ls_lane *sweeps) {
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane left = production_left(view, i);
    slot_set(down ? s->down : s->up, i, left);
    slot_set(s->lost, i, lane_set(1) - left);
  }
  struct ls_stop_rule rule = stop_rule_begin(lane_equal(lane_set(0), lane_set(0)));
  for (int32_t sweep = 0; sweep < view->plan->max_iterations && mask_any(rule.active); sweep++) {
    if (down) production_weigh(view, s);
    production_sweep(view, s, down, &rule);
    stop_rule_end_sweep(&rule, view->plan->tolerance);
  }
  *sweeps = *sweeps + rule.sweeps;
  return rule.active;
}

/* What is left of i's part in the whole, against what it is without a shock. */
LS_FN ls_lane production_write(const struct ls_view *view, const struct production_state *s, ls_slots output,
                               int32_t i) {
  const struct ls_plan *plan = view->plan;
  const struct ls_output_layout *to = &plan->output;
  int32_t n = plan->entity_count;
  ls_lane down = slot_get(s->down, i), up = slot_get(s->up, i), weight = lane_set(plan->production.weight[i]);
  ls_lane value = weight * lane_min(down, up), direct = weight * production_left(view, i);
  ls_lane loss = lane_set(plan->baseline_value[i]) - value;
  const ls_lane line[] = {direct, value - direct};
  const ls_lane detail[] = {down, up, weight - value};
  slot_set(output, to->loss + i, loss);
  slot_set(output, to->default_quarter + i, lane_set(-1));
  slot_set(output, to->forced + i, lane_set(0));
  LS_UNROLL
  for (int32_t k = 0; k < 2; k++)
    slot_set(output, to->line + k * n + i, lane_set(plan->baseline_line[k * n + i]) - line[k]);
  LS_UNROLL
  for (int32_t k = 0; k < 3; k++)
    if (k < to->detail_count) slot_set(output, to->detail + k * n + i, detail[k]);
  return loss;
}

/* Everything that is told, once both directions stand. */
LS_FN void production_output(const struct ls_view *view, const struct production_state *s, ls_lane sweeps,
                             ls_mask unsettled, ls_slots output) {
  const struct ls_output_layout *to = &view->plan->output;
  ls_lane gross = lane_set(0), net = lane_set(0);
  for (int32_t i = 0; i < view->plan->entity_count; i++) {
    ls_lane loss = production_write(view, s, output, i);
    gross = gross + lane_positive_part(loss);
    net = net + loss;
  }
  slot_set(output, to->loss_gross, gross);
  slot_set(output, to->loss_net, net);
  slot_set(output, to->default_count, lane_set(0));
  slot_set(output, to->iterations, sweeps);
  if (to->margin >= 0) { /* there is no threshold */
    slot_set(output, to->margin, lane_set(LS_NO_MARGIN));
    slot_set(output, to->margin + 1, lane_set(-1));
  }
  slot_set(output, to->converged, lane_from_mask(mask_not(unsettled)));
}

LS_FN void production_path(const struct ls_view *view, ls_slots value, ls_slots state, ls_slots output) {
  const struct production_state s = production_state_of(view->plan, state);
  columns_apply(&view->plan->shock, value, view->column, 0);
  ls_lane sweeps = lane_set(0);
  ls_mask unsettled = production_settle(view, &s, true, &sweeps);
  unsettled = mask_or(unsettled, production_settle(view, &s, false, &sweeps));
  production_output(view, &s, sweeps, unsettled, output);
}

#endif
LS_TIME_MODEL(production)
