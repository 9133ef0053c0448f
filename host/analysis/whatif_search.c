/* whatif_search.c - the cheapest buffers that bring ES under a limit: step by step where a step lowers it most, then back where the
 * limit holds without one.
 *
 * Greedy: each step is the best one there is, its effect proved by running it; the set as a whole need not be the cheapest of all.
 */
#include <math.h>
#include <string.h>

#include "analysis/whatif.h"
#include "network/redraw.h"

struct searching {
  struct whatif *whatif;
  const ls_run_options *options;
  const struct edit_search *wanted;
  int64_t *row; /* [candidates] of the table */
  int32_t candidates;
  int32_t *steps;                       /* [candidates] taken so far */
  double *now, *trial, *best, *scratch; /* [scenarios] losses; [2 * scenarios] */
  int64_t scenarios;
};

static ls_status add_buffers(const struct searching *s, ls_network *network) {
  ls_status status = LS_STATUS_OK;
  for (int32_t c = 0; c < s->candidates && status == LS_STATUS_OK; c++)
    if (s->steps[c] > 0)
      status =
          edits_search_add(s->whatif->context, &s->whatif->edits, network, s->row[c], s->steps[c] * s->wanted->step);
  return status == LS_STATUS_OK ? network_check_again(s->whatif->context, network) : status;
}

/* The losses with the buffers of `steps`; the tail is compared with the losses as they are now. */
static ls_status try_steps(const struct searching *s, double *loss, struct whatif_tail *tail) {
  ls_context *context = s->whatif->context;
  struct whatif_row row = {.name = "search"};
  ls_status status = network_copy(context, s->whatif->network, &row.network);
  if (status == LS_STATUS_OK) status = add_buffers(s, row.network);
  if (status == LS_STATUS_OK) status = whatif_open(s->whatif, s->options, NULL, 0, &row);
  if (status == LS_STATUS_OK) status = whatif_losses(s->whatif, &row);
  if (status == LS_STATUS_OK) {
    memcpy(loss, row.loss, (size_t)s->scenarios * sizeof *loss);
    *tail = whatif_tail_of(loss, s->now, s->scenarios, s->wanted->level, s->scratch);
  }
  whatif_row_release(context, &row);
  return status;
}

/* ---- forwards ---------------------------------------------------------------------------------------------------- */

struct choice {
  int32_t candidate; /* -1: none lowers ES */
  struct whatif_tail tail;
  double second;
};

/* Whether it is the best so far. */
static bool take_choice(struct choice *choice, int32_t candidate, const struct whatif_tail *tail) {
  const bool first = choice->candidate < 0;
  if (first || tail->shortfall < choice->tail.shortfall) {
    if (!first) choice->second = choice->tail.shortfall;
    choice->candidate = candidate;
    choice->tail = *tail;
    return true;
  }
  if (isnan(choice->second) || tail->shortfall < choice->second) choice->second = tail->shortfall;
  return false;
}

static void swap_losses(double **a, double **b) {
  double *before = *a;
  *a = *b;
  *b = before;
}

/* The losses of the best come to s->best. */
static ls_status choose_step(struct searching *s, int32_t number, struct choice *choice) {
  ls_status status = LS_STATUS_OK;
  *choice = (struct choice){.candidate = -1, .second = NAN};
  for (int32_t c = 0; c < s->candidates && status == LS_STATUS_OK; c++) {
    struct whatif_tail tail;
    context_progress_part(s->whatif->context, number * s->candidates + c, s->wanted->most * s->candidates);
    s->steps[c]++;
    status = try_steps(s, s->trial, &tail);
    s->steps[c]--;
    if (status == LS_STATUS_OK && take_choice(choice, c, &tail)) swap_losses(&s->trial, &s->best);
  }
  const double rounding = 0x1p-40 * fabs(choice->tail.shortfall); /* of sums over millions of scenarios */
  if (!(choice->tail.difference < -rounding)) choice->candidate = -1;
  return status;
}

/* Takes the best step; *stuck where there is none. */
static ls_status take_step(struct searching *s, struct whatif_search *search, bool *stuck) {
  struct choice choice;
  ls_status status = choose_step(s, search->count, &choice);
  if (status != LS_STATUS_OK) return status;
  *stuck = choice.candidate < 0;
  if (*stuck) return LS_STATUS_OK;
  s->steps[choice.candidate]++;
  swap_losses(&s->now, &s->best);
  search->step[search->count++] = (struct whatif_step){.row = s->row[choice.candidate],
                                                       .shortfall = choice.tail.shortfall,
                                                       .difference = choice.tail.difference,
                                                       .difference_se = choice.tail.difference_se,
                                                       .second = choice.second};
  search->after = choice.tail.shortfall;
  return LS_STATUS_OK;
}

/* ---- and back ---------------------------------------------------------------------------------------------------- */

/* Early steps may be needless once later ones are there. */
static ls_status take_back(struct searching *s, struct whatif_search *search) {
  ls_status status = LS_STATUS_OK;
  for (int32_t k = 0; k < search->count - 1 && status == LS_STATUS_OK; k++) {
    struct whatif_tail tail;
    int32_t c = 0;
    while (s->row[c] != search->step[k].row) c++;
    s->steps[c]--;
    status = try_steps(s, s->trial, &tail);
    if (status == LS_STATUS_OK && tail.shortfall <= s->wanted->limit) {
      search->step[k].taken_back = true;
      search->after = tail.shortfall;
    } else {
      s->steps[c]++;
    }
  }
  return status;
}

static ls_status search_steps(struct searching *s, struct whatif_search *search) {
  bool stuck = false;
  ls_status status = LS_STATUS_OK;
  while (!stuck && search->count < s->wanted->most && search->after > s->wanted->limit && status == LS_STATUS_OK)
    status = take_step(s, search, &stuck);
  search->reached = search->after <= s->wanted->limit;
  if (status == LS_STATUS_OK && search->reached) status = take_back(s, search);
  for (int32_t k = 0; k < search->count; k++) search->cost += search->step[k].taken_back ? 0 : s->wanted->step;
  context_progress_part(s->whatif->context, 0, 0);
  return status;
}

ls_status whatif_search(struct whatif *whatif, const ls_run_options *options) {
  ls_context *context = whatif->context;
  const struct whatif_row *base = &whatif->row[0];
  struct searching s = {
      .whatif = whatif, .options = options, .wanted = &whatif->edits.search, .scenarios = base->rerun.scenario_count};
  const size_t scenarios = (size_t)s.scenarios;
  ls_status status = edits_search_rows(context, &whatif->edits, whatif->network, &s.row, &s.candidates);
  if (status != LS_STATUS_OK) return status;
  struct whatif_search *search = &whatif->search;
  *search = (struct whatif_search){.before = base->tail[s.wanted->level].shortfall, .candidates = s.candidates};
  search->after = search->before;
  search->step = context_allocate(context, (size_t)s.wanted->most, sizeof *search->step);
  s.steps = context_allocate(context, (size_t)s.candidates, sizeof *s.steps);
  s.now = context_allocate(context, scenarios, sizeof *s.now);
  s.trial = context_allocate(context, scenarios, sizeof *s.trial);
  s.best = context_allocate(context, scenarios, sizeof *s.best);
  s.scratch = context_allocate(context, 2 * scenarios, sizeof *s.scratch);
  const bool whole = search->step != NULL && s.steps != NULL && s.now != NULL && s.trial != NULL && s.best != NULL &&
                     s.scratch != NULL;
  if (whole) memcpy(s.now, base->loss, scenarios * sizeof *s.now);
  status = whole ? search_steps(&s, search) : LS_STATUS_OUT_OF_MEMORY;
  context_release(context, s.row);
  context_release(context, s.steps);
  context_release(context, s.now);
  context_release(context, s.trial);
  context_release(context, s.best);
  context_release(context, s.scratch);
  return status;
}
