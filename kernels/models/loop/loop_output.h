/* loop_output.h - what a scenario of the loop model hands back, and its trace quarter by quarter. */
#ifndef LS_MODEL_LOOP_OUTPUT_H
#define LS_MODEL_LOOP_OUTPUT_H

#include "models/loop/loop_measures.h"

/* Wealth of holders outside the network: their shares and claims, less what W owes, plus the net money they have received. */
LS_FN ls_lane loop_outside_wealth(const struct loop_view *v) {
  const struct ls_loop_rows *debts = v->debts;
  ls_lane wealth = loop_get(v, v->at->outside_flow, 0);
  for (int32_t j = 0; j < v->n; j++) {
    wealth = wealth + loop_get(v, v->at->world_share, j) * loop_get(v, v->at->value, j);
    wealth = wealth + loop_get(v, v->at->owed, v->loop->world_debt[j]);
  }
  for (int32_t p = debts->first_from[v->n]; p < debts->first_from[v->n + 1]; p++)
    wealth = wealth - loop_get(v, v->at->owed, debts->by_from[p]);
  return wealth;
}

enum { LOOP_LINES = 9, LOOP_TRACE_FIELDS = 9 };

LS_FN void loop_write_line(const struct loop_view *v, ls_slots output, int32_t line, int32_t i, ls_lane amount) {
  ls_lane baseline = lane_set(v->plan->baseline_line[line * v->n + i]);
  slot_set(output, v->plan->output.line + line * v->n + i, baseline - amount);
}

/* The lines of LOOP-1, and behind them those that LOOP-2 adds where the run uses any of it. Backlog that was written off is told
 * apart from backlog that is worth less. */
LS_FN void loop_write_lines(const struct loop_view *v, ls_slots output, int32_t i) {
  struct loop_balance b = loop_balance_of(v, i);
  bool finance = v->plan->output.line_count > LOOP_LINES;
  ls_lane sum = b.cash + b.real_assets + b.revenue + b.backlog + b.stakes + b.claims + b.debt + b.distress;
  if (finance) sum = sum + b.loop_sales;
  ls_lane rest = loop_get(v, v->at->value, i) - sum; /* limited liability: value is never below 0 */
  const ls_lane line[LOOP_LINES] = {b.cash,   b.real_assets, b.revenue, finance ? b.backlog - b.written_off : b.backlog,
                                    b.stakes, b.claims,      b.debt,    b.distress,
                                    rest};
  LS_UNROLL
  for (int32_t k = 0; k < LOOP_LINES; k++) loop_write_line(v, output, k, i, line[k]);
  if (!finance) return;
  loop_write_line(v, output, LOOP_LINES, i, b.loop_sales);
  loop_write_line(v, output, LOOP_LINES + 1, i, b.written_off);
}

LS_FN void loop_write_entity(const struct loop_view *v, ls_slots output, int32_t i, ls_lane loss) {
  const struct ls_output_layout *to = &v->plan->output;
  slot_set(output, to->loss + i, loss);
  slot_set(output, to->loss_peak + i, loop_get(v, v->at->loss_peak, i));
  slot_set(output, to->default_quarter + i, loop_get(v, v->at->default_quarter, i));
  slot_set(output, to->distress_quarter + i, loop_get(v, v->at->distress_quarter, i));
  slot_set(output, to->forced + i, loop_get(v, v->at->forced, i));
  slot_set(output, to->funding_refused + i, loop_get(v, v->at->refused, i));
  loop_write_lines(v, output, i);
  if (to->measure_count > 0) loop_write_measures(v, output, i);
  if (to->detail_count == 0) return;
  slot_set(output, to->detail + i, loop_get(v, v->at->value, i));
  slot_set(output, to->detail + v->n + i, loop_get(v, v->at->cash, i));
  slot_set(output, to->detail + 2 * v->n + i, loop_get(v, v->at->default_quarter, i));
  slot_set(output, to->detail + 3 * v->n + i, loop_get(v, v->at->distress_quarter, i));
}

/* After the last quarter. */
LS_STEP void loop_write(const struct loop_view *v, ls_slots output) {
  const struct ls_output_layout *to = &v->plan->output;
  ls_lane gross = lane_set(0), defaults = lane_set(0);
  for (int32_t i = 0; i < v->n; i++) {
    double baseline = v->plan->baseline_value[(int64_t)v->t * v->n + i];
    ls_lane loss = lane_set(baseline) - loop_get(v, v->at->value, i);
    gross = gross + lane_positive_part(loss);
    defaults = defaults + lane_from_mask(lane_less_equal(lane_set(0), loop_get(v, v->at->default_quarter, i)));
    loop_write_entity(v, output, i, loss);
  }
  slot_set(output, to->loss_gross, gross);
  ls_lane net = lane_set(v->plan->baseline_outside) - loop_outside_wealth(v);
  slot_set(output, to->loss_net, net);
  loop_write_system(v, output, net);
  slot_set(output, to->default_count, defaults);
  slot_set(output, to->iterations, loop_get(v, v->at->iterations, 0));
  slot_set(output, to->converged, lane_set(1) - loop_get(v, v->at->unconverged, 0));
  if (to->audit >= 0) slot_set(output, to->audit, loop_get(v, v->at->breach, 0));
}

/* After step 10 of every quarter: the running peak loss, and the trace where one is asked for. */
LS_STEP void loop_note_quarter(const struct loop_view *v, ls_slots output) {
  const struct ls_output_layout *to = &v->plan->output;
  for (int32_t i = 0; i < v->n; i++) {
    double baseline = v->plan->baseline_value[(int64_t)v->t * v->n + i];
    ls_lane loss = lane_set(baseline) - loop_get(v, v->at->value, i);
    ls_lane peak = v->t == 0 ? loss : lane_max(loop_get(v, v->at->loss_peak, i), loss);
    loop_set(v, v->at->loss_peak, i, peak);
  }
  if (to->trace_count == 0) return;
  for (int32_t i = 0; i < v->n; i++) {
    const ls_lane field[LOOP_TRACE_FIELDS] = {loop_get(v, v->at->cash, i),
                                              loop_get(v, v->at->value, i),
                                              loop_get(v, v->at->real_assets, i),
                                              loop_get(v, v->at->capacity, i),
                                              loop_get(v, v->at->external_revenue, i),
                                              loop_debt(v, i),
                                              loop_get(v, v->at->live, i),
                                              loop_get(v, v->at->flag, i),
                                              loop_get(v, v->at->sales, i)};
    LS_UNROLL
    for (int32_t k = 0; k < LOOP_TRACE_FIELDS; k++)
      slot_set(output, to->trace + ((int64_t)v->t * to->trace_count + k) * v->n + i, field[k]);
  }
}

#endif
