/* rewiring.c - see rewiring.h. Two moves keep all degrees: two links swap their receivers; three links in a ring all
 * turn round. Together they lead from any network to any other of the same degrees (Rao, Jana, Bandyopadhyay, A Markov
 * chain Monte Carlo method for generating random (0,1)-matrices with given marginals, Sankhya A 58, 1996). Each move is
 * proposed as often as the one that undoes it, so that in the long run all such networks are equally likely.
 */
#include "analysis/rewiring.h"

#include <string.h>

#define LS_ONE_LANE /* the same bits as any vector */
#include "math/philox.h"

/* Random numbers are addressed by (seed, number of the network, step, stream); runs of models use other streams. */
enum { STREAM_FIRST = 0x20000 };

/* Proposals for each link. Milo et al., On the uniform generation of random graphs with prescribed degree sequences,
 * arXiv:cond-mat/0312028 (2003): 100 a link is more than enough. */
enum { STEPS_PER_LINK = 100 };

/* Enough for sums to be met to some digits where the links allow it at all; where they do not, more would not help. */
enum { FITTING_ROUNDS = 100 };

static double trade_between(const struct flows *flows, size_t at) {
  const double rounding = 1e-12; /* what is left where a payment is nothing but an investment */
  double paid = flows->flow[at], invested = flows->investment_is_paid ? flows->investment[at] : 0;
  return paid - invested > rounding * paid ? paid - invested : 0;
}

static double layer_amount(const struct flows *flows, int layer, size_t at) {
  return layer == REWIRING_TRADE ? trade_between(flows, at) : flows->investment[at];
}

static ls_status layer_room(ls_context *context, size_t links, size_t n, struct rewiring_layer *layer) {
  layer->from = context_allocate(context, links, sizeof *layer->from);
  layer->to = context_allocate(context, links, sizeof *layer->to);
  layer->original = context_allocate(context, links, sizeof *layer->original);
  layer->amount = context_allocate(context, links, sizeof *layer->amount);
  layer->fitted = context_allocate(context, links, sizeof *layer->fitted);
  layer->paid = context_allocate(context, n, sizeof *layer->paid);
  layer->taken = context_allocate(context, n, sizeof *layer->taken);
  layer->sum = context_allocate(context, n, sizeof *layer->sum);
  layer->link_at = context_allocate(context, n * n, sizeof *layer->link_at);
  const bool fine = layer->from && layer->to && layer->original && layer->amount && layer->fitted && layer->paid &&
                    layer->taken && layer->sum && layer->link_at;
  return fine ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status layer_create(ls_context *context, const struct flows *flows, int number,
                              struct rewiring_layer *layer) {
  const size_t n = (size_t)flows->entity_count;
  size_t links = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) links += i != j && layer_amount(flows, number, i * (n + 1) + j) > 0;
  ls_status status = layer_room(context, links, n, layer);
  if (status != LS_STATUS_OK) return status;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      const double amount = layer_amount(flows, number, i * (n + 1) + j);
      if (i == j || !(amount > 0)) continue;
      layer->from[layer->count] = (int32_t)i;
      layer->original[layer->count] = (int32_t)j;
      layer->amount[layer->count++] = amount;
      layer->paid[i] += amount, layer->taken[j] += amount;
    }
  return LS_STATUS_OK;
}

ls_status rewiring_create(ls_context *context, const struct flows *flows, struct rewiring *rewiring) {
  *rewiring = (struct rewiring){.context = context, .flows = flows};
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < REWIRING_LAYERS && status == LS_STATUS_OK; k++)
    status = layer_create(context, flows, k, &rewiring->layer[k]);
  if (status != LS_STATUS_OK) rewiring_release(rewiring);
  return status;
}

void rewiring_release(struct rewiring *rewiring) {
  for (int k = 0; k < REWIRING_LAYERS; k++) {
    struct rewiring_layer *layer = &rewiring->layer[k];
    context_release(rewiring->context, layer->from);
    context_release(rewiring->context, layer->to);
    context_release(rewiring->context, layer->original);
    context_release(rewiring->context, layer->amount);
    context_release(rewiring->context, layer->fitted);
    context_release(rewiring->context, layer->paid);
    context_release(rewiring->context, layer->taken);
    context_release(rewiring->context, layer->sum);
    context_release(rewiring->context, layer->link_at);
    *layer = (struct rewiring_layer){0};
  }
}

/* ---- moves ------------------------------------------------------------------------------------------------------- */

static int32_t *place(const struct rewiring_layer *layer, int32_t n, int32_t from, int32_t to) {
  return &layer->link_at[(int64_t)from * n + to];
}

static void clear(const struct rewiring_layer *layer, int32_t n, int32_t link) {
  *place(layer, n, layer->from[link], layer->to[link]) = -1;
}

static void point(const struct rewiring_layer *layer, int32_t n, int32_t link, int32_t to) {
  layer->to[link] = to;
  *place(layer, n, layer->from[link], to) = link;
}

/* a > b and c > d become a > d and c > b. Two links of one payer exchange their amounts that way. */
static void swap(const struct rewiring_layer *layer, int32_t n, int32_t first, int32_t second) {
  const int32_t a = layer->from[first], b = layer->to[first], c = layer->from[second], d = layer->to[second];
  const bool one_payer = a == c;
  if (a == d || c == b || b == d) return;
  if (!one_payer && (*place(layer, n, a, d) >= 0 || *place(layer, n, c, b) >= 0)) return;
  clear(layer, n, first), clear(layer, n, second);
  point(layer, n, first, d), point(layer, n, second, b);
}

/* a > b, b > c, c > a become a > c, c > b, b > a. */
static void turn(const struct rewiring_layer *layer, int32_t n, int32_t link, int32_t c) {
  const int32_t a = layer->from[link], b = layer->to[link];
  if (c == a || c == b) return;
  const int32_t second = *place(layer, n, b, c), third = *place(layer, n, c, a);
  if (second < 0 || third < 0) return;
  if (*place(layer, n, a, c) >= 0 || *place(layer, n, c, b) >= 0 || *place(layer, n, b, a) >= 0) return;
  clear(layer, n, link), clear(layer, n, second), clear(layer, n, third);
  point(layer, n, link, c), point(layer, n, third, b), point(layer, n, second, a);
}

/* Two whole numbers below the limits from 52 random bits: 26 bits each, more than enough for limits far below 2^26. */
static __attribute__((noinline)) void choose(uint64_t seed, int64_t number, uint32_t step, uint32_t stream,
                                             const int64_t limit[2], int32_t chosen[2]) {
  const uint64_t bits = (uint64_t)random_bits(seed, number, step, stream) & 0xfffffffffffff, half = (1u << 26) - 1;
  chosen[0] = (int32_t)((bits >> 26) * (uint64_t)limit[0] >> 26);
  chosen[1] = (int32_t)((bits & half) * (uint64_t)limit[1] >> 26);
}

static void rewire(const struct rewiring_layer *layer, int32_t n, uint64_t seed, int64_t number, uint32_t stream) {
  const int64_t limit[2] = {layer->count, (int64_t)layer->count + n};
  memset(layer->link_at, -1, (size_t)n * (size_t)n * sizeof *layer->link_at);
  for (int32_t k = 0; k < layer->count; k++) point(layer, n, k, layer->original[k]);
  for (int64_t step = 0; step < (int64_t)STEPS_PER_LINK * layer->count; step++) {
    int32_t chosen[2];
    choose(seed, number, (uint32_t)step, stream, limit, chosen);
    if (chosen[1] < layer->count)
      swap(layer, n, chosen[0], chosen[1]);
    else
      turn(layer, n, chosen[0], chosen[1] - layer->count);
  }
}

/* ---- amounts ----------------------------------------------------------------------------------------------------- */

/* Scales the links of each node, as payer or as receiver, to its sum as given. Who has a sum has links. */
static void scale(const struct rewiring_layer *layer, int32_t n, const int32_t *node, const double *given) {
  for (int32_t i = 0; i < n; i++) layer->sum[i] = 0;
  for (int32_t k = 0; k < layer->count; k++) layer->sum[node[k]] += layer->fitted[k];
  for (int32_t k = 0; k < layer->count; k++) layer->fitted[k] *= given[node[k]] / layer->sum[node[k]];
}

/* A link takes its amount along to its new receiver; then amounts are fitted in turn to what everybody takes in and
 * pays (iterative proportional fitting: Deming and Stephan, Annals of Mathematical Statistics 11, 1940), payers last.
 * */
static void fit(const struct rewiring_layer *layer, int32_t n) {
  memcpy(layer->fitted, layer->amount, (size_t)layer->count * sizeof *layer->fitted);
  for (int round = 0; round < FITTING_ROUNDS; round++) {
    scale(layer, n, layer->to, layer->taken);
    scale(layer, n, layer->from, layer->paid);
  }
}

/* ---- the drawn network ------------------------------------------------------------------------------------------- */

static void keep_world(const struct flows *flows, struct flows *drawn) {
  const size_t n = (size_t)flows->entity_count, width = n + 1;
  for (size_t i = 0; i <= n; i++)
    for (size_t j = 0; j <= n; j++) {
      const bool stays = i == n || j == n || i == j;
      drawn->flow[i * width + j] = stays ? flows->flow[i * width + j] : 0;
      drawn->investment[i * width + j] = stays ? flows->investment[i * width + j] : 0;
    }
}

void rewiring_draw(struct rewiring *rewiring, uint64_t seed, int64_t number, struct flows *drawn) {
  const struct flows *flows = rewiring->flows;
  const int32_t n = flows->entity_count;
  keep_world(flows, drawn);
  for (int k = 0; k < REWIRING_LAYERS; k++) {
    const struct rewiring_layer *layer = &rewiring->layer[k];
    rewire(layer, n, seed, number, (uint32_t)STREAM_FIRST + (uint32_t)k);
    fit(layer, n);
    for (int32_t link = 0; link < layer->count; link++) {
      const int64_t at = (int64_t)layer->from[link] * (n + 1) + layer->to[link];
      if (k == REWIRING_INVESTMENT) drawn->investment[at] += layer->fitted[link];
      if (k == REWIRING_TRADE || flows->investment_is_paid) drawn->flow[at] += layer->fitted[link];
    }
  }
}
