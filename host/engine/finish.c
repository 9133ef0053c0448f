/* finish.c - what needs all scenarios: statistics, contributions to the expected shortfall, kept scenarios, digest.
 *
 * Scenarios are never stored: those of the tail and the worst are computed once more, with the same bits.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "engine/engine.h"
#include "engine/loop_causes.h"

enum { CONTRIBUTION_LEVEL = 1 }; /* of QUANTILE_LEVEL: 0.99 */

/* ---- contributions to the expected shortfall ---------------------------------------------------------------------------- */

/* Exact sums over the tail, so that the order of chunks cannot matter. */
struct tail {
  const struct ls_plan *plan;
  double value_at_risk;
  int bound_exponent;
  const struct exact_sums *exact;
  /* Sums over scenarios beyond, and at, the VaR: N of positive losses, then lines * N of the lines of those who lose,
   * which add up to the losses. */
  fixed *above, *at;
};

static int64_t tail_size(const struct ls_plan *plan) {
  int64_t n = plan->entity_count;
  return n + (plan->output.line >= 0 ? n * plan->output.line_count : 0);
}

enum { TAIL_WORDS = PART_SCENARIOS / WORD };

/* Up to PART_SCENARIOS scenarios of a chunk from `from` on, and which of them lie beyond the VaR. */
struct tail_part {
  const struct chunk *chunk;
  int32_t from, count;
  uint64_t beyond[TAIL_WORDS];
};

static const double *slot_of(const struct tail_part *part, int64_t slot) {
  return part->chunk->value + slot * part->chunk->stride + part->from;
}

/* Adds the marked numbers of a slot. */
static void add_marked(const struct tail *tail, const struct tail_part *part, int64_t slot, const uint64_t *marks,
                       fixed *above, fixed *at) {
  int64_t high[PART_SCENARIOS], low[PART_SCENARIOS];
  uint64_t here[TAIL_WORDS], there[TAIL_WORDS];
  for (int w = 0; w < TAIL_WORDS; w++) {
    here[w] = marks[w] & ~part->beyond[w];
    there[w] = marks[w] & part->beyond[w];
  }
  tail->exact->terms(slot_of(part, slot), part->count, tail->bound_exponent, high, low);
  *above += term_value(tail->exact->marked(high, low, there, part->count));
  *at += term_value(tail->exact->marked(high, low, here, part->count));
}

/* The losses of entity i, and their lines. Who gains has no part in the gross loss. */
static void add_loser(const struct tail *tail, const struct tail_part *part, int32_t i) {
  const struct ls_output_layout *o = &tail->plan->output;
  const int64_t n = tail->plan->entity_count, lines = tail_size(tail->plan) / n - 1;
  const double *loss = slot_of(part, o->loss + i);
  uint64_t loses[TAIL_WORDS] = {0}, any = 0;
  for (int32_t s = 0, w = 0; s < part->count; s += WORD, w++)
    any |= loses[w] = tail->exact->positive(loss + s, part->count - s < WORD ? part->count - s : WORD);
  if (any == 0) return;
  add_marked(tail, part, o->loss + i, loses, &tail->above[i], &tail->at[i]);
  for (int64_t k = 0; k < lines; k++)
    add_marked(tail, part, o->line + k * n + i, loses, &tail->above[(k + 1) * n + i], &tail->at[(k + 1) * n + i]);
}

static ls_status add_tail(ls_context *context, void *user, const struct chunk *chunk) {
  const struct tail *tail = user;
  (void)context;
  for (int32_t from = 0; from < chunk->count; from += PART_SCENARIOS) {
    struct tail_part part = {chunk, from, chunk->count - from, {0}};
    if (part.count > PART_SCENARIOS) part.count = PART_SCENARIOS;
    const double *gross = slot_of(&part, tail->plan->output.loss_gross);
    for (int32_t s = 0; s < part.count; s++)
      part.beyond[s / WORD] |= (uint64_t)(gross[s] > tail->value_at_risk) << s % WORD;
    for (int32_t i = 0; i < tail->plan->entity_count; i++) add_loser(tail, &part, i);
  }
  return LS_STATUS_OK;
}

/* Numbers of the scenarios at or beyond the VaR. A VaR of 0 has no losses at it. */
static ls_status list_tail(ls_context *context, const ls_results *results, double value_at_risk, int64_t **list,
                           int64_t *count, int64_t *above) {
  const double *loss = results_losses_gross(results);
  const struct accumulator *all = results->accumulator;
  int64_t total = all->shape.scenario_count, found = 0;
  for (int pass = 0; pass < 2; pass++) {
    found = *above = 0;
    for (int64_t k = 0; k < total; k++) {
      if (all->state[k] != SCENARIO_CONVERGED && all->state[k] != SCENARIO_NOT_CONVERGED) continue;
      if (loss[k] > value_at_risk) ++*above;
      if (loss[k] < value_at_risk || !(loss[k] > 0)) continue;
      if (pass == 1) (*list)[found] = k;
      found++;
    }
    if (pass == 0) *list = context_allocate(context, (size_t)found, sizeof **list);
    if (*list == NULL) return LS_STATUS_OUT_OF_MEMORY;
  }
  *count = found;
  return LS_STATUS_OK;
}

/* ES of each entity, and of each line of it, = (sum beyond VaR + the share of the atom at VaR that the tail still
 * has room for) / (n (1 - q)). */
static void set_contributions(const struct tail *tail, int64_t total, int64_t above, int64_t at,
                              struct statistics *statistics) {
  double room = (double)total * (1 - QUANTILE_LEVEL[CONTRIBUTION_LEVEL]);
  double share = at > 0 ? (room - (double)above) / (double)at : 0;
  const int64_t n = tail->plan->entity_count;
  for (int64_t k = 0; k < tail_size(tail->plan); k++) {
    double beyond = fixed_value(tail->above[k], tail->bound_exponent),
           on = fixed_value(tail->at[k], tail->bound_exponent);
    double contribution = (beyond + share * on) / room;
    if (k < n)
      statistics->entity[k].es_contribution = contribution;
    else
      statistics->line_contribution[k - n] = contribution;
  }
}

/* Scenario numbers of a replay stand at their places; turns places into numbers. */
static void places_to_numbers(const struct job *job, int64_t *list, int64_t count) {
  for (int64_t k = 0; k < count && job->scenarios->replay != NULL; k++) list[k] = job->scenarios->replay[list[k]];
}

static ls_status contributions(ls_context *context, const struct job *job, ls_results *results) {
  struct statistics *statistics = &results->statistics;
  int64_t total = accumulator_count(results->accumulator);
  if (total < 2 || results->identity.loss_is_net) return LS_STATUS_OK;
  size_t size = (size_t)tail_size(job->plan);
  struct tail tail = {.plan = job->plan,
                      .value_at_risk = statistics->gross.tail[CONTRIBUTION_LEVEL].value,
                      .bound_exponent = results->accumulator->bound_exponent,
                      .exact = results->accumulator->exact};
  tail.above = context_allocate(context, 2 * size, sizeof *tail.above);
  int64_t *list = NULL, count = 0, above = 0;
  ls_status status = tail.above != NULL ? list_tail(context, results, tail.value_at_risk, &list, &count, &above)
                                        : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) {
    tail.at = tail.above + size;
    places_to_numbers(job, list, count);
    status = job_compute(context, job, false, list, 0, count, &(struct receiver){.consume = add_tail, .user = &tail});
  }
  if (status == LS_STATUS_OK) set_contributions(&tail, total, above, count - above, statistics);
  context_release(context, list);
  context_release(context, tail.above);
  return status;
}

/* ---- kept scenarios ------------------------------------------------------------------------------------------------------ */

struct keeper {
  const struct job *job;
  const int64_t *list;
  struct kept_scenario *kept;
};

static ls_status copy_block(ls_context *context, const struct chunk *chunk, int32_t s, int64_t first, int64_t count,
                            double **to) {
  *to = context_allocate(context, (size_t)count, sizeof **to);
  if (*to == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < count; k++) (*to)[k] = chunk->value[(first + k) * chunk->stride + s];
  return LS_STATUS_OK;
}

static ls_status keep_one(ls_context *context, const struct job *job, const struct chunk *chunk, int32_t s,
                          struct kept_scenario *kept) {
  const struct ls_output_layout *o = &job->detail->output;
  const double *value = chunk->value + s;
  int64_t n = job->detail->entity_count, trace = (int64_t)o->trace_count * job->detail->quarter_count * n;
  kept->number = chunk->index[s];
  kept->loss_gross = value[o->loss_gross * chunk->stride];
  kept->loss_net = value[o->loss_net * chunk->stride];
  kept->default_count = (int32_t)value[o->default_count * chunk->stride];
  kept->iterations = (int64_t)value[o->iterations * chunk->stride];
  kept->converged = value[o->converged * chunk->stride] > 0;
  kept->audit = o->audit >= 0 ? value[o->audit * chunk->stride] : NAN;
  const bool has_margin = o->margin >= 0 && value[(o->margin + 1) * chunk->stride] >= 0;
  kept->margin = has_margin ? value[o->margin * chunk->stride] : NAN;
  kept->margin_entity = has_margin ? value[(o->margin + 1) * chunk->stride] : NAN;
  kept->id = job->scenarios->drawn ? context_print(context, "%" PRId64, kept->number)
                                   : context_copy_text(context, job->scenarios->id[kept->number]);
  ls_status status = kept->id != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = copy_block(context, chunk, s, o->loss, n, &kept->loss);
  if (status == LS_STATUS_OK) status = copy_block(context, chunk, s, o->line, o->line_count * n, &kept->line);
  if (status == LS_STATUS_OK) status = copy_block(context, chunk, s, o->detail, o->detail_count * n, &kept->detail);
  if (status == LS_STATUS_OK && o->asset_output_count > 0)
    status =
        copy_block(context, chunk, s, o->asset_output, (int64_t)o->asset_output_count * o->asset_count, &kept->asset);
  if (status == LS_STATUS_OK && trace > 0) status = copy_block(context, chunk, s, o->trace, trace, &kept->trace);
  return status;
}

static ls_status keep_chunk(ls_context *context, void *user, const struct chunk *chunk) {
  const struct keeper *keeper = user;
  ls_status status = LS_STATUS_OK;
  for (int32_t s = 0; s < chunk->count && status == LS_STATUS_OK; s++)
    status = keep_one(context, keeper->job, chunk, s, &keeper->kept[chunk->index + s - keeper->list]);
  return status;
}

/* Explicit and replayed scenarios are all kept, in order; of drawn ones the worst. */
static ls_status list_kept(ls_context *context, const struct job *job, const ls_results *results, int64_t **list,
                           int64_t *count) {
  int64_t total = results->identity.scenario_count;
  *count = results->explicit_scenarios            ? total
           : results->identity.keep_worst < total ? results->identity.keep_worst
                                                  : total;
  *list = context_allocate(context, (size_t)*count, sizeof **list);
  if (*list == NULL) return LS_STATUS_OUT_OF_MEMORY;
  if (!results->explicit_scenarios) return results_worst(context, results, *count, *list, count);
  for (int64_t k = 0; k < total; k++) (*list)[k] = k;
  places_to_numbers(job, *list, total);
  return LS_STATUS_OK;
}

static ls_status keep_scenarios(ls_context *context, const struct job *job, ls_results *results) {
  int64_t *list = NULL, count = 0;
  ls_status status = list_kept(context, job, results, &list, &count);
  if (status == LS_STATUS_OK) results->kept = context_allocate(context, (size_t)count, sizeof *results->kept);
  if (status == LS_STATUS_OK && results->kept == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) {
    results->kept_count = (int32_t)count;
    struct keeper keeper = {job, list, results->kept};
    status =
        job_compute(context, job, true, list, 0, count, &(struct receiver){.consume = keep_chunk, .user = &keeper});
  }
  context_release(context, list);
  return status;
}

/* ---- kept scenarios by cause ------------------------------------------------------------------------------------------------ */

/* The others' numbers, of scenarios that are not told, stay NaN. */
static ls_status tell_causes(ls_context *context, const struct job *job, struct kept_scenario *kept, bool told) {
  int64_t n = job->plan->entity_count, count = LOOP_CAUSE_COUNT;
  double *cause = context_allocate(context, (size_t)(count * (n + 1)), sizeof *cause);
  kept->cause = context_allocate(context, (size_t)(count * n), sizeof *kept->cause);
  kept->cause_gross = context_allocate(context, (size_t)count, sizeof *kept->cause_gross);
  ls_status status =
      cause != NULL && kept->cause != NULL && kept->cause_gross != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  const struct ls_plan *plan =
      job->draw_count > 0 ? job->draw[scenario_draw(kept->number, job->draw_count)].plan : job->plan;
  for (int64_t k = 0; k < count * (n + 1) && status == LS_STATUS_OK; k++) cause[k] = NAN;
  if (status == LS_STATUS_OK && told) status = loop_causes(context, plan, kept->number, cause);
  for (int64_t c = 0; c < count && status == LS_STATUS_OK; c++) {
    memcpy(kept->cause + c * n, cause + c * (n + 1), (size_t)n * sizeof *cause);
    kept->cause_gross[c] = cause[c * (n + 1) + n];
  }
  context_release(context, cause);
  return status;
}

static ls_status tell_all_causes(ls_context *context, const struct job *job, ls_results *results) {
  ls_status status = LS_STATUS_OK;
  for (int32_t k = 0; results->names.cause_count > 0 && k < results->kept_count && status == LS_STATUS_OK; k++)
    status = tell_causes(context, job, &results->kept[k], k < job->settings.causes);
  return status;
}

ls_status results_finish(ls_context *context, const struct job *job, ls_results *results) {
  ls_status status =
      statistics_compute(context, results->accumulator, results->identity.loss_is_net, &results->statistics);
  if (status == LS_STATUS_OK) status = draw_statistics_compute(context, results);
  if (status == LS_STATUS_OK) status = contributions(context, job, results);
  if (status == LS_STATUS_OK) status = keep_scenarios(context, job, results);
  if (status == LS_STATUS_OK) status = tell_all_causes(context, job, results);
  if (status != LS_STATUS_OK) return status;
  results->complete = true;
  digest_compute(results);
  return LS_STATUS_OK;
}
