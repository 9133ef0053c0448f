/* contagion_window.c - see contagion_window.h. */
#define _GNU_SOURCE
#include "analysis/contagion_window.h"

#include "core/scalar_math.h"
#include "engine/engine.h"
#include "io/buffer.h"
#include "network/generate.h"
#include "network/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the phase condition ----------------------------------------------------------------------------------------- */

int32_t window_most_borrowers(double interbank_share, double capital_ratio, bool tie_survives) {
  const double ratio = interbank_share / capital_ratio, tie = 1e-12; /* as the model has it: of capital */
  const double most = floor(tie_survives ? ratio * (1 - tie) : ratio * (1 + tie));
  return most < INT32_MAX ? (int32_t)most : INT32_MAX;
}

/* z P(Poisson(z) <= most - 1) - 1: above 0 where a bank that fails takes more than one vulnerable bank along. */
static double excess(double z, int32_t most) {
  double term = scalar_exp(-z), sum = 0;
  for (int32_t k = 0; k < most && (term > 0 || k < z); k++) sum += term, term *= z / (k + 1);
  return z * sum - 1;
}

static double root_between(double below, double above, int32_t most) {
  for (int k = 0; k < 200; k++) {
    const double middle = 0.5 * (below + above);
    *(excess(middle, most) > 0 ? &above : &below) = middle;
  }
  return 0.5 * (below + above);
}

/* It rises to one peak, below most + 1, and falls. */
int window_roots(int32_t most, double root[2]) {
  const int steps = 4000;
  const double end = most + 1.0;
  double peak = 0;
  for (int k = 1; k <= steps; k++)
    if (excess(end * k / steps, most) > excess(peak, most)) peak = end * k / steps;
  if (!(excess(peak, most) > 0)) return 0;
  double beyond = end;
  while (excess(beyond, most) > 0) beyond *= 2;
  root[0] = root_between(0, peak, most);
  root[1] = root_between(beyond, peak, most);
  return 2;
}

/* ---- a random network in memory ---------------------------------------------------------------------------------- */

struct links {
  int32_t *debtor, *creditor;
  double *amount;
  int64_t count, room;
};

static ls_status grow(ls_context *context, struct links *links) {
  const int64_t room = links->room == 0 ? 1024 : 2 * links->room;
  const size_t old = (size_t)links->count, fresh = (size_t)room;
  int32_t *debtor = context_grow(context, links->debtor, old, fresh, sizeof *debtor);
  if (debtor != NULL) links->debtor = debtor;
  int32_t *creditor = context_grow(context, links->creditor, old, fresh, sizeof *creditor);
  if (creditor != NULL) links->creditor = creditor;
  double *amount = context_grow(context, links->amount, old, fresh, sizeof *amount);
  if (amount != NULL) links->amount = amount;
  if (debtor == NULL || creditor == NULL || amount == NULL) return LS_STATUS_OUT_OF_MEMORY;
  links->room = room;
  return LS_STATUS_OK;
}

/* Assets of each bank are 1; what it lends goes in equal parts to its borrowers. */
static ls_status draw_links(struct random_network *random, double share, struct links *links, double *outside) {
  for (int32_t i = 0; i < random->count; i++) {
    random_network_row(random, i);
    outside[i] = random->borrower_count > 0 ? 1 - share : 1;
    for (int32_t k = 0; k < random->borrower_count; k++) {
      const ls_status status = links->count == links->room ? grow(random->context, links) : LS_STATUS_OK;
      if (status != LS_STATUS_OK) return status;
      links->debtor[links->count] = random->borrower[k], links->creditor[links->count] = i;
      links->amount[links->count++] = share / random->borrower_count;
    }
  }
  return LS_STATUS_OK;
}

static ls_status fill_entities(ls_context *context, const double *outside, int32_t count, ls_network *network) {
  struct table *entities = &network->table[TABLE_ENTITIES];
  ls_status status = table_begin(context, entities, count);
  if (status != LS_STATUS_OK) return status;
  struct table_column *id = table_column_add(context, entities, "id", true);
  char text[16];
  if (id == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < count && status == LS_STATUS_OK; i++) {
    (void)snprintf(text, sizeof text, "e%" PRId32, i);
    status = table_text_set(context, id, i, text);
  }
  struct table_column *assets = table_column_add(context, entities, "external_assets", false);
  if (assets == NULL) return LS_STATUS_OUT_OF_MEMORY;
  memcpy(assets->number, outside, (size_t)count * sizeof *outside);
  return status == LS_STATUS_OK ? network_index_ids(context, network) : status;
}

static ls_status fill_liabilities(ls_context *context, const struct links *links, ls_network *network) {
  struct table *table = &network->table[TABLE_LIABILITIES];
  ls_status status = table_begin(context, table, links->count);
  if (status == LS_STATUS_OK) status = table_pairs_begin(context, table);
  if (status != LS_STATUS_OK) return status;
  struct table_column *amount = table_column_add(context, table, "amount", false);
  if (amount == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int64_t k = 0; k < links->count; k++) {
    table->from[k] = links->debtor[k], table->to[k] = links->creditor[k];
    amount->number[k] = links->amount[k];
  }
  return table_resolve_pairs(context, network, TABLE_LIABILITIES);
}

static ls_status make_network(ls_context *context, const ls_window_options *options, double degree, uint64_t seed,
                              ls_network **network) {
  ls_generate_options wanted = ls_generate_options_default();
  wanted.kind = "erdos-renyi", wanted.entities = options->entities, wanted.degree = degree, wanted.seed = seed;
  struct random_network random = {0};
  struct links links = {0};
  ls_network *fresh = network_create(context);
  double *outside = context_allocate(context, (size_t)options->entities, sizeof *outside);
  ls_status status = fresh != NULL && outside != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = random_network_create(context, &wanted, &random);
  if (status == LS_STATUS_OK) status = draw_links(&random, options->interbank_share, &links, outside);
  if (status == LS_STATUS_OK) status = fill_entities(context, outside, (int32_t)options->entities, fresh);
  if (status == LS_STATUS_OK) status = fill_liabilities(context, &links, fresh);
  random_network_release(&random);
  context_release(context, links.debtor);
  context_release(context, links.creditor);
  context_release(context, links.amount);
  context_release(context, outside);
  if (status == LS_STATUS_OK)
    *network = fresh;
  else
    network_destroy(&fresh);
  return status;
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

struct count {
  int32_t slot;
  double failed;
};

static ls_status take_count(ls_context *context, void *user, const struct chunk *chunk) {
  struct count *count = user;
  (void)context;
  count->failed = chunk->value[count->slot * chunk->stride];
  return LS_STATUS_OK;
}

/* How many have failed in the end after bank `first`. */
static ls_status run(ls_context *context, const ls_window_options *options, const ls_network *network, int32_t first,
                     double *failed) {
  char capital[64], text[64];
  const char *const settings[] = {capital, options->tie_survives ? "tie=survives" : "tie=fails"};
  number_format(stpcpy(capital, "capital_ratio="), options->capital_ratio);
  (void)snprintf(text, sizeof text, "scenario,target,variable,value\nfirst,e%" PRId32 ",default,1\n", first);
  ls_run_options running = ls_run_options_default();
  running.model = "threshold", running.backend = "cpu", running.threads = 1;
  running.settings = settings, running.setting_count = 2;
  const struct scenario_options scenario = {
      .path = "first.csv", .text = text, .text_length = strlen(text), .keep_worst = -1};
  struct job job = {0};
  ls_status status = job_prepare(context, network, &running, &scenario, &job);
  if (status != LS_STATUS_OK) return status;
  struct count count = {job.plan->output.default_count, 0};
  status = job_compute(context, &job, false, NULL, 0, 1, &(struct receiver){.consume = take_count, .user = &count});
  job_release(context, &job);
  *failed = count.failed;
  return status;
}

/* The same random numbers for every degree, so that points of the curve differ by less than by chance alone. */
static ls_status run_one(ls_context *context, const ls_window_options *options, double degree, int64_t number,
                         double *failed) {
  const struct random_sequence seeds = {options->seed, RANDOM_FAILURES, 0, 0};
  struct random_sequence first = {options->seed, RANDOM_FAILURES, 1, (uint64_t)number};
  ls_network *network = NULL;
  const uint64_t seed = (uint64_t)(sequence_at(&seeds, (uint64_t)number) * 9007199254740992.0); /* 2^53 */
  ls_status status = make_network(context, options, degree, seed, &network);
  if (status == LS_STATUS_OK)
    status = run(context, options, network, sequence_below(&first, network->entity_count), failed);
  network_destroy(&network);
  return status;
}

ls_status window_simulate(ls_context *context, const ls_window_options *options, double degree,
                          struct window_point *point) {
  const double n = (double)options->entities;
  double extent = 0;
  *point = (struct window_point){.degree = degree, .extent = NAN};
  for (; point->runs < options->networks; point->runs++) {
    double failed = 0;
    if (context_stop_requested(context)) return context_fail(context, LS_STATUS_INTERRUPTED, "interrupted");
    const ls_status status = run_one(context, options, degree, point->runs, &failed);
    if (status != LS_STATUS_OK) return status;
    if (!(failed > options->threshold * n)) continue;
    point->contagions++;
    extent += failed / n;
  }
  if (point->contagions > 0) point->extent = extent / (double)point->contagions;
  return LS_STATUS_OK;
}
