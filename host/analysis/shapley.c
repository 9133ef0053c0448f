/* shapley.c - see shapley.h. Subsets of players act in turn over the same scenarios: all subsets of a few players,
 * else those along random orders, each with its reverse (antithetic: Castro, Gomez and Tejada (2009) sample
 * orders; Mitchell et al. (2022) pair them). */
#include "analysis/shapley.h"

#include <string.h>

#include "math/philox.h"
#include "scenario/targets.h"

/* The random stream of orders, away from those of shocks, assumptions and rewirings. */
enum { STREAM_ORDER = 0x30000, PERMUTATIONS_MOST = 1000000 };

/* ---- players --------------------------------------------------------------------------------------------------- */

/* Whose shock a column is: a pair's is that of the side whose loadings it takes. */
static int32_t owner_of(const ls_network *network, int32_t variable, int32_t target) {
  const struct pair_kind *pair = pair_kind_of(variable);
  if (pair != NULL) {
    const struct table *rows = &network->table[pair->table];
    return pair->is_of_sender ? rows->from[target] : rows->to[target];
  }
  if (variable == LS_VARIABLE_PRICE_LOSS || target >= network->entity_count) return ENTITY_WORLD;
  return target;
}

/* Marks who is shocked, then numbers them; `place` is [n + 1], the last for assets and the world. */
static void number_players(struct shapley *shapley, const int32_t *owner, int32_t columns, int32_t *place) {
  const int32_t n = shapley->network->entity_count;
  for (int32_t c = 0; c < columns; c++) place[owner[c] >= 0 ? owner[c] : n] = 1;
  for (int32_t i = 0; i <= n; i++) {
    if (place[i] == 0) continue;
    shapley->player[shapley->count].entity = i < n ? i : SHAPLEY_OTHER;
    place[i] = shapley->count++;
  }
  for (int32_t c = 0; c < columns; c++) shapley->player_of[c] = place[owner[c] >= 0 ? owner[c] : n];
}

static ls_status find_players(struct shapley *shapley) {
  ls_context *context = shapley->context;
  const int32_t n = shapley->network->entity_count, columns = shapley->rerun.job.scenarios->shock.column_count;
  int32_t *variable = context_allocate(context, (size_t)columns, sizeof *variable);
  int32_t *owner = context_allocate(context, (size_t)columns, sizeof *owner);
  int32_t *place = context_allocate(context, (size_t)n + 1, sizeof *place);
  shapley->player = context_allocate(context, (size_t)n + 1, sizeof *shapley->player);
  shapley->player_of = context_allocate(context, (size_t)columns, sizeof *shapley->player_of);
  bool whole =
      variable != NULL && owner != NULL && place != NULL && shapley->player != NULL && shapley->player_of != NULL;
  if (whole) {
    acting_columns(&shapley->rerun.acting, variable, owner);
    for (int32_t c = 0; c < columns; c++) owner[c] = owner_of(shapley->network, variable[c], owner[c]);
    number_players(shapley, owner, columns, place);
  }
  context_release(context, place);
  context_release(context, owner);
  context_release(context, variable);
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

/* ---- subsets --------------------------------------------------------------------------------------------------- */

/* What a block of scenarios needs; arrays by scenario are [BLOCK_SCENARIOS]. */
struct work {
  struct shapley *shapley;
  int64_t first, count;
  bool *acts;         /* [columns] */
  bool *in;           /* [players] */
  int32_t *order;     /* [players] */
  double *none, *all; /* v of nobody, of all */
  double *now, *before;
  double *value; /* [players * BLOCK_SCENARIOS] Shapley values so far */
  double *pair;  /* [pairs * players] sums over the scenarios */
};

/* v of the players that are in, by scenario. */
static ls_status evaluate(const struct work *work, double *loss) {
  struct shapley *shapley = work->shapley;
  const struct ls_output_layout *o = &shapley->rerun.job.plan->output;
  const struct slot_range range = {shapley->is_net ? o->loss_net : o->loss_gross, 1};
  for (int32_t c = 0; c < shapley->rerun.job.scenarios->shock.column_count; c++)
    work->acts[c] = work->in[shapley->player_of[c]];
  acting_only(&shapley->rerun.acting, work->acts);
  ls_status status = rerun_compute(&shapley->rerun, work->first, work->count, &range, 1, loss, BLOCK_SCENARIOS);
  for (int64_t k = 0; k < work->count && status == LS_STATUS_OK; k++)
    if (fabs(loss[k]) > shapley->largest) shapley->largest = fabs(loss[k]);
  return status;
}

static void let_in(const struct work *work, bool in) {
  for (int32_t i = 0; i < work->shapley->count; i++) work->in[i] = in;
}

/* ---- all subsets ----------------------------------------------------------------------------------------------- */

/* |S|! (n - |S| - 1)! / n! = 1 / (n binomial(n - 1, |S|)) */
static double weight_of(int32_t n, int32_t size) {
  double ways = n;
  for (int32_t k = 1; k <= size; k++) ways = ways * (n - k) / k; /* a whole number after every step */
  return 1 / ways;
}

/* v(S) is gained by its members, who joined the others of it, and lost by those who have yet to join. */
static void share_out(const struct work *work, int32_t size, const double *loss) {
  const int32_t n = work->shapley->count;
  for (int32_t i = 0; i < n; i++) {
    const double weight = work->in[i] ? weight_of(n, size - 1) : -weight_of(n, size);
    double *value = work->value + (int64_t)i * BLOCK_SCENARIOS;
    for (int64_t k = 0; k < work->count; k++) value[k] += weight * loss[k];
  }
}

static ls_status all_subsets(const struct work *work) {
  const int32_t n = work->shapley->count;
  ls_status status = LS_STATUS_OK;
  for (uint32_t subset = 0; subset < 1u << n && status == LS_STATUS_OK; subset++) {
    const bool is_all = subset == (1u << n) - 1;
    double *loss = subset == 0 ? work->none : is_all ? work->all : work->now;
    for (int32_t i = 0; i < n; i++) work->in[i] = (subset >> i & 1u) != 0;
    status = evaluate(work, loss);
    if (n == 0) memcpy(work->all, work->none, (size_t)work->count * sizeof *work->all);
    if (status == LS_STATUS_OK) share_out(work, __builtin_popcount(subset), loss);
  }
  return status;
}

/* ---- random orders --------------------------------------------------------------------------------------------- */

/* A number below `limit` from 52 random bits; limits are far below 2^26. */
static int32_t choose(uint64_t seed, int64_t pair, int32_t step, int32_t limit) {
  const uint64_t bits = (uint64_t)random_bits(seed, pair, (uint32_t)step, STREAM_ORDER) & 0xfffffffffffff;
  return (int32_t)((bits >> 26) * (uint64_t)limit >> 26);
}

/* Order number `pair` of the seed (Fisher and Yates). */
static void shuffle(const struct work *work, uint64_t seed, int64_t pair) {
  const int32_t n = work->shapley->count;
  for (int32_t i = 0; i < n; i++) work->order[i] = i;
  for (int32_t i = n - 1; i > 0; i--) {
    const int32_t j = choose(seed, pair, i, i + 1), kept = work->order[i];
    work->order[i] = work->order[j];
    work->order[j] = kept;
  }
}

/* What each adds to those before it in the order, or in its reverse. */
static ls_status walk(const struct work *work, bool reversed, double *pair) {
  const int32_t n = work->shapley->count;
  const double share = 1 / (2 * (double)work->shapley->pairs);
  ls_status status = LS_STATUS_OK;
  let_in(work, false);
  memcpy(work->before, work->none, (size_t)work->count * sizeof *work->before);
  for (int32_t step = 0; step < n && status == LS_STATUS_OK; step++) {
    const int32_t player = work->order[reversed ? n - 1 - step : step];
    double *value = work->value + (int64_t)player * BLOCK_SCENARIOS, sum = 0;
    work->in[player] = true;
    if (step < n - 1)
      status = evaluate(work, work->now);
    else
      memcpy(work->now, work->all, (size_t)work->count * sizeof *work->now);
    for (int64_t k = 0; k < work->count; k++) {
      const double added = work->now[k] - work->before[k];
      value[k] += share * added;
      sum += added;
      work->before[k] = work->now[k];
    }
    pair[player] += sum / 2;
  }
  return status;
}

static ls_status random_orders(const struct work *work) {
  struct shapley *shapley = work->shapley;
  let_in(work, false);
  ls_status status = evaluate(work, work->none);
  let_in(work, true);
  if (status == LS_STATUS_OK) status = evaluate(work, work->all);
  for (int64_t p = 0; p < shapley->pairs && status == LS_STATUS_OK; p++) {
    shuffle(work, shapley->rerun.job.scenarios->seed, p);
    status = walk(work, false, work->pair + p * shapley->count);
    if (status == LS_STATUS_OK) status = walk(work, true, work->pair + p * shapley->count);
  }
  return status;
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

static ls_status work_create(struct shapley *shapley, struct work *work) {
  ls_context *context = shapley->context;
  const size_t players = (size_t)shapley->count, block = BLOCK_SCENARIOS;
  *work = (struct work){.shapley = shapley};
  work->acts = context_allocate(context, (size_t)shapley->rerun.job.scenarios->shock.column_count, sizeof *work->acts);
  work->in = context_allocate(context, players, sizeof *work->in);
  work->order = context_allocate(context, players, sizeof *work->order);
  work->none = context_allocate(context, 4 * block, sizeof *work->none);
  work->value = context_allocate(context, players * block, sizeof *work->value);
  work->pair = context_allocate(context, (size_t)shapley->pairs * players, sizeof *work->pair);
  if (work->acts == NULL || work->in == NULL || work->order == NULL || work->none == NULL || work->value == NULL ||
      work->pair == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  work->all = work->none + block, work->now = work->all + block, work->before = work->now + block;
  return LS_STATUS_OK;
}

static void work_release(ls_context *context, struct work *work) {
  context_release(context, work->acts);
  context_release(context, work->in);
  context_release(context, work->order);
  context_release(context, work->none);
  context_release(context, work->value);
  context_release(context, work->pair);
}

static ls_status compute_block(struct work *work) {
  struct shapley *shapley = work->shapley;
  memset(work->value, 0, (size_t)shapley->count * BLOCK_SCENARIOS * sizeof *work->value);
  ls_status status = shapley->pairs > 0 ? random_orders(work) : all_subsets(work);
  for (int64_t k = 0; k < work->count && status == LS_STATUS_OK; k++) {
    moments_add(&shapley->none, work->none[k]);
    moments_add(&shapley->all, work->all[k]);
    for (int32_t i = 0; i < shapley->count; i++)
      moments_add(&shapley->player[i].value, work->value[(int64_t)i * BLOCK_SCENARIOS + k]);
  }
  return status;
}

static ls_status compute_scenarios(struct shapley *shapley) {
  struct work work;
  const int64_t total = shapley->rerun.scenario_count, n = shapley->count;
  ls_status status = work_create(shapley, &work);
  shapley->rerun.total = total * (shapley->pairs > 0 ? 2 + 2 * shapley->pairs * (n - 1) : INT64_C(1) << n);
  for (; work.first < total && status == LS_STATUS_OK; work.first += work.count) {
    work.count = total - work.first < BLOCK_SCENARIOS ? total - work.first : BLOCK_SCENARIOS;
    status = compute_block(&work);
  }
  for (int64_t p = 0; p < shapley->pairs && status == LS_STATUS_OK; p++)
    for (int32_t i = 0; i < n; i++) moments_add(&shapley->player[i].by_pair, work.pair[p * n + i] / (double)total);
  work_release(shapley->context, &work);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

static ls_status choose_method(struct shapley *shapley, int64_t permutations) {
  if (permutations < 0 || permutations > PERMUTATIONS_MOST)
    return context_fail(shapley->context, LS_STATUS_USAGE, "permutations are %lld, must be within 0 and %d",
                        (long long)permutations, PERMUTATIONS_MOST);
  if (permutations == 0 && shapley->count > SHAPLEY_EXACT_MOST) permutations = SHAPLEY_PERMUTATIONS;
  shapley->pairs = shapley->count > 0 ? (permutations + 1) / 2 : 0;
  return LS_STATUS_OK;
}

double shapley_remainder(const struct shapley *shapley) {
  double remainder = shapley->all.mean - shapley->none.mean;
  for (int32_t i = 0; i < shapley->count; i++) remainder -= shapley->player[i].value.mean;
  return remainder;
}

/* Efficiency, up to the rounding of as many sums as there are subsets or orders: 2^20 of them, of 53 bits each. */
static ls_status check_efficiency(const struct shapley *shapley) {
  const double remainder = shapley_remainder(shapley);
  if (!(fabs(remainder) > 1e-9 * shapley->largest)) return LS_STATUS_OK;
  return context_fail(shapley->context, LS_STATUS_INTERNAL,
                      "Shapley values leave %.17g of losses up to %.17g, must add up to their difference", remainder,
                      shapley->largest);
}

ls_status shapley_compute(ls_context *context, const ls_network *network, const ls_run_options *options,
                          int64_t permutations, struct shapley *out) {
  struct shapley shapley = {.context = context, .network = network};
  ls_status status =
      rerun_open(context, network, options, &(struct rerun_purpose){.what = "Shapley values"}, &shapley.rerun);
  if (status == LS_STATUS_OK) {
    shapley.is_net = shapley.rerun.job.settings.loss_is_net;
    status = find_players(&shapley);
  }
  if (status == LS_STATUS_OK) status = choose_method(&shapley, permutations);
  if (status == LS_STATUS_OK) status = compute_scenarios(&shapley);
  if (status == LS_STATUS_OK) status = check_efficiency(&shapley);
  if (status == LS_STATUS_OK)
    *out = shapley;
  else
    shapley_release(&shapley);
  return status;
}

void shapley_release(struct shapley *shapley) {
  if (shapley->context == NULL) return;
  context_release(shapley->context, shapley->player);
  context_release(shapley->context, shapley->player_of);
  rerun_close(&shapley->rerun);
  *shapley = (struct shapley){0};
}
