/* generate_links.c - see generate.h. Work goes with the links, not with the pairs: where each pair is linked with the
 * same chance, the pairs passed over until the next link are geometrically distributed (Batagelj and Brandes, Efficient
 * generation of large random networks, Physical Review E 71:036113, 2005).
 */
#include "network/generate.h"

#include "core/scalar_math.h"

#include <string.h>

static const double SIZE = 100;            /* assets of the smallest */
static const double CORE_SIZE = 10;        /* times those of the periphery */
static const double CORE_TAIL = 2;         /* P(size > x) ~ x^-2 among the core, and among the periphery */
static const double SCALE_FREE_TAIL = 1.5; /* degrees have the exponent 1 + 1.5 */
static const double EDGE_CHANCE = 0.25;    /* of that within the core, as long as that is below 1 */

struct network_kind {
  const char *name;
  ls_status (*prepare)(struct random_network *network, const ls_generate_options *options);
  void (*row)(struct random_network *network, int32_t lender);
};

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void add(struct random_network *network, int32_t lender, int32_t borrower) {
  if (borrower != lender) network->borrower[network->borrower_count++] = borrower;
}

/* Each of the entities first..end-1 with the same chance. */
static void add_some(struct random_network *network, int32_t lender, int32_t first, int32_t end, double chance,
                     struct random_sequence *random) {
  if (chance >= 1)
    for (int32_t k = first; k < end; k++) add(network, lender, k);
  if (!(chance > 0) || chance >= 1) return;
  const double scale = 1 / scalar_log_one_plus(-chance);
  for (double at = first;; at += 1) {
    at += (double)(int64_t)(scalar_log(sequence_next(random)) * scale); /* at most 36.7 / chance: well within 64 bits */
    if (at >= end) return;
    add(network, lender, (int32_t)at);
  }
}

static struct random_sequence row_sequence(const struct random_network *network, int32_t lender) {
  return (struct random_sequence){network->seed, RANDOM_LINKS, (uint32_t)lender, 0};
}

static void evenly(struct random_network *network, int32_t lender) {
  struct random_sequence random = row_sequence(network, lender);
  add_some(network, lender, 0, network->count, network->degree / (network->count - 1), &random);
}

static void by_core(struct random_network *network, int32_t lender) {
  struct random_sequence random = row_sequence(network, lender);
  const bool is_core = lender < network->core_count;
  add_some(network, lender, 0, network->core_count, is_core ? network->core_chance : network->edge_chance, &random);
  if (is_core) add_some(network, lender, network->core_count, network->count, network->edge_chance, &random);
}

/* The first entity whose running sum is above `at`. */
static int32_t find_size(const struct random_network *network, double at) {
  int32_t low = 0, high = network->count - 1;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2;
    if (network->up_to[middle] > at)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

/* As many borrowers as goes with the lender's size, drawn by theirs, each once. */
static void by_size(struct random_network *network, int32_t lender) {
  struct random_sequence random = row_sequence(network, lender);
  const double total = network->up_to[network->count - 1], most = (network->count - 1) / 4.0;
  double links = network->degree * network->count * network->size[lender] / total;
  if (links > most) links = most;
  const int32_t wanted = (int32_t)(links + sequence_next(&random));
  while (network->borrower_count < wanted) {
    const int32_t borrower = find_size(network, sequence_next(&random) * total);
    if (network->marked[borrower] == lender + 1) continue;
    network->marked[borrower] = lender + 1;
    add(network, lender, borrower);
  }
}

void random_network_row(struct random_network *network, int32_t lender) {
  network->borrower_count = 0;
  network->kind->row(network, lender);
}

/* ---- sizes ------------------------------------------------------------------------------------------------------- */

/* P(size > x) = x^-tail for x >= 1. Beyond one entity in 4 N nothing is drawn: a single one would be the whole system.
 */
static double draw_size(const struct random_network *network, int32_t entity, double tail) {
  const struct random_sequence random = {network->seed, RANDOM_SIZES, (uint32_t)entity, 0};
  const double least = 0.25 / network->count, u = sequence_at(&random, 0);
  return SIZE * scalar_exp(-scalar_log(u > least ? u : least) / tail);
}

static ls_status refuse_degree(const struct random_network *network, double most, const char *rule) {
  return context_fail(network->context, LS_STATUS_USAGE, "--degree is %.6g, must be above 0 and at most %.6g%s",
                      network->degree, most, rule);
}

static ls_status prepare_even(struct random_network *network, const ls_generate_options *options) {
  (void)options;
  for (int32_t i = 0; i < network->count; i++) network->size[i] = SIZE;
  if (network->degree <= network->count - 1) return LS_STATUS_OK;
  return refuse_degree(network, network->count - 1, ", the other entities");
}

/* The chance within the core first goes up to 1, with a quarter of it at the edge; then the edge follows. */
static ls_status prepare_core(struct random_network *network, const ls_generate_options *options) {
  const double n = network->count, core = (double)(int64_t)(options->core_share * n + 0.5), links = network->degree * n;
  if (!(options->core_share > 0 && options->core_share < 1 && core >= 2 && core < n))
    return context_fail(network->context, LS_STATUS_USAGE,
                        "--core-share is %.6g, must be between 0 and 1 and make a core of at least 2 of %d entities",
                        options->core_share, network->count);
  const double inner = core * (core - 1), edge = 2 * core * (n - core);
  if (links > inner + edge) return refuse_degree(network, (inner + edge) / n, " for a core of this size");
  const double chance = links / (inner + EDGE_CHANCE * edge);
  network->core_count = (int32_t)core;
  network->core_chance = chance < 1 ? chance : 1;
  network->edge_chance = chance < 1 ? EDGE_CHANCE * chance : (links - inner) / edge;
  for (int32_t i = 0; i < network->count; i++)
    network->size[i] = draw_size(network, i, CORE_TAIL) * (i < network->core_count ? CORE_SIZE : 1);
  return LS_STATUS_OK;
}

static ls_status prepare_scale_free(struct random_network *network, const ls_generate_options *options) {
  double sum = 0;
  (void)options;
  network->up_to = context_allocate(network->context, (size_t)network->count, sizeof *network->up_to);
  network->marked = context_allocate(network->context, (size_t)network->count, sizeof *network->marked);
  if (network->up_to == NULL || network->marked == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < network->count; i++) {
    network->size[i] = draw_size(network, i, SCALE_FREE_TAIL);
    network->up_to[i] = sum += network->size[i];
  }
  if (network->degree <= (network->count - 1) / 4.0) return LS_STATUS_OK;
  return refuse_degree(network, (network->count - 1) / 4.0, ", a quarter of the others");
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static const struct network_kind KIND[] = {{"core-periphery", prepare_core, by_core},
                                           {"erdos-renyi", prepare_even, evenly},
                                           {"scale-free", prepare_scale_free, by_size}};
enum { KIND_COUNT = sizeof KIND / sizeof KIND[0], ENTITIES_LEAST = 3, ENTITIES_MOST = 10000000 };

static ls_status check_options(ls_context *context, const ls_generate_options *options,
                               const struct network_kind **kind) {
  for (int k = 0; k < KIND_COUNT && options->kind != NULL; k++)
    if (strcmp(KIND[k].name, options->kind) == 0) *kind = &KIND[k];
  if (*kind == NULL)
    return context_fail(context, LS_STATUS_USAGE, "kind is '%s', must be core-periphery, erdos-renyi or scale-free",
                        options->kind != NULL ? options->kind : "");
  if (options->entities < ENTITIES_LEAST || options->entities > ENTITIES_MOST)
    return context_fail(context, LS_STATUS_USAGE, "--entities is %lld, must be within %d and %d",
                        (long long)options->entities, ENTITIES_LEAST, ENTITIES_MOST);
  if (!(options->degree > 0))
    return context_fail(context, LS_STATUS_USAGE, "--degree is %.6g, must be above 0", options->degree);
  if (!(options->capital_ratio > 0 && options->capital_ratio < 1))
    return context_fail(context, LS_STATUS_USAGE, "--capital-ratio is %.6g, must be above 0 and below 1",
                        options->capital_ratio);
  if (!(options->interbank_share > 0 && options->interbank_share < 1))
    return context_fail(context, LS_STATUS_USAGE, "--interbank-share is %.6g, must be above 0 and below 1",
                        options->interbank_share);
  return LS_STATUS_OK;
}

ls_status random_network_create(ls_context *context, const ls_generate_options *options,
                                struct random_network *network) {
  struct random_network fresh = {
      .context = context, .seed = options->seed, .count = (int32_t)options->entities, .degree = options->degree};
  ls_status status = check_options(context, options, &fresh.kind);
  if (status != LS_STATUS_OK) return status;
  fresh.size = context_allocate(context, (size_t)fresh.count, sizeof *fresh.size);
  fresh.borrower = context_allocate(context, (size_t)fresh.count, sizeof *fresh.borrower);
  status =
      fresh.size != NULL && fresh.borrower != NULL ? fresh.kind->prepare(&fresh, options) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK)
    *network = fresh;
  else
    random_network_release(&fresh);
  return status;
}

void random_network_release(struct random_network *network) {
  if (network->context == NULL) return;
  context_release(network->context, network->size);
  context_release(network->context, network->up_to);
  context_release(network->context, network->marked);
  context_release(network->context, network->borrower);
  *network = (struct random_network){0};
}
