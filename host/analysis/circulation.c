/* circulation.c - the largest circulation within given capacities, and its cycles.
 *
 * Maximising the sum of f, 0 <= f <= F, with as much in as out everywhere, is the same as removing as little as
 * possible (r = F - f) so that what is left balances: a node that pays more than it takes must lose the difference.
 * That is a flow of least cost from such nodes to the others at cost 1 a link, found by successive shortest paths.
 * Costs are whole numbers and every path fills a link or settles a node, so the method ends, and ends exactly.
 */
#include "analysis/circularity.h"

struct removal {
  ls_context *context;
  int32_t node_count, link_count;
  int32_t *from, *to;     /* [links] */
  double *kept, *removed; /* [links] */
  double *excess;         /* [nodes] what is still to be removed: > 0 of payments out, < 0 of payments in */
  int64_t *distance;      /* [nodes] */
  int32_t *parent;        /* [nodes] 2 * link, + 1 where the link is walked backwards; -1 none */
};

static const int64_t UNREACHED = INT64_MAX / 2;

static void removal_release(struct removal *removal) {
  context_release(removal->context, removal->from);
  context_release(removal->context, removal->to);
  context_release(removal->context, removal->kept);
  context_release(removal->context, removal->removed);
  context_release(removal->context, removal->excess);
  context_release(removal->context, removal->distance);
  context_release(removal->context, removal->parent);
}

static ls_status removal_create(ls_context *context, int32_t node_count, const double *capacity,
                                struct removal *removal) {
  size_t nodes = (size_t)node_count, links = 0;
  for (size_t k = 0; k < nodes * nodes; k++) links += capacity[k] > 0;
  *removal = (struct removal){.context = context, .node_count = node_count};
  removal->from = context_allocate(context, links, sizeof(int32_t));
  removal->to = context_allocate(context, links, sizeof(int32_t));
  removal->kept = context_allocate(context, links, sizeof(double));
  removal->removed = context_allocate(context, links, sizeof(double));
  removal->excess = context_allocate(context, nodes, sizeof(double));
  removal->distance = context_allocate(context, nodes, sizeof(int64_t));
  removal->parent = context_allocate(context, nodes, sizeof(int32_t));
  if (!removal->from || !removal->to || !removal->kept || !removal->removed || !removal->excess || !removal->distance ||
      !removal->parent)
    return LS_STATUS_OUT_OF_MEMORY;
  for (int32_t i = 0; i < node_count; i++)
    for (int32_t j = 0; j < node_count; j++) {
      double amount = capacity[(size_t)i * nodes + (size_t)j];
      if (!(amount > 0)) continue;
      int32_t link = removal->link_count++;
      removal->from[link] = i, removal->to[link] = j, removal->kept[link] = amount;
      removal->excess[i] += amount, removal->excess[j] -= amount;
    }
  return LS_STATUS_OK;
}

/* A step along a link: removing more of it costs 1, putting some back gains 1. Fewer links break ties, so that no
 * step is free and shortest paths have no loops. */
static bool relax(struct removal *removal, int32_t link, bool backwards) {
  int64_t cost = (int64_t)removal->node_count + 1;
  int32_t tail = backwards ? removal->to[link] : removal->from[link];
  int32_t head = backwards ? removal->from[link] : removal->to[link];
  double room = backwards ? removal->removed[link] : removal->kept[link];
  if (!(room > 0) || removal->distance[tail] >= UNREACHED) return false;
  int64_t distance = removal->distance[tail] + (backwards ? 1 - cost : 1 + cost);
  if (distance >= removal->distance[head]) return false;
  removal->distance[head] = distance;
  removal->parent[head] = 2 * link + backwards;
  return true;
}

/* Bellman and Ford, from all nodes with excess at once; the nearest node with a lack, or -1. */
static int32_t nearest_lack(struct removal *removal) {
  int32_t best = -1;
  for (int32_t i = 0; i < removal->node_count; i++) {
    removal->distance[i] = removal->excess[i] > 0 ? 0 : UNREACHED;
    removal->parent[i] = -1;
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (int32_t link = 0; link < removal->link_count; link++) {
      moved = relax(removal, link, false) || moved;
      moved = relax(removal, link, true) || moved;
    }
  }
  for (int32_t i = 0; i < removal->node_count; i++)
    if (removal->excess[i] < 0 && removal->distance[i] < UNREACHED &&
        (best < 0 || removal->distance[i] < removal->distance[best]))
      best = i;
  return best;
}

static int32_t step_back(const struct removal *removal, int32_t node) {
  int32_t link = removal->parent[node] / 2;
  return removal->parent[node] % 2 ? removal->to[link] : removal->from[link];
}

/* Removes as much as the path to `last` allows. */
static void remove_along(struct removal *removal, int32_t last) {
  double amount = -removal->excess[last];
  int32_t first = last;
  for (; removal->parent[first] >= 0; first = step_back(removal, first)) {
    int32_t link = removal->parent[first] / 2;
    double room = removal->parent[first] % 2 ? removal->removed[link] : removal->kept[link];
    if (room < amount) amount = room;
  }
  if (removal->excess[first] < amount) amount = removal->excess[first];
  removal->excess[first] -= amount, removal->excess[last] += amount;
  for (int32_t node = last; removal->parent[node] >= 0; node = step_back(removal, node)) {
    int32_t link = removal->parent[node] / 2;
    bool backwards = removal->parent[node] % 2;
    removal->kept[link] += backwards ? amount : -amount;
    removal->removed[link] += backwards ? -amount : amount;
  }
}

/* What is kept, without what rounding left: more than the capacity, or less than 1e-14 of the largest one. */
static void hand_out(const struct removal *removal, const double *capacity, double *circulation) {
  size_t n = (size_t)removal->node_count;
  double largest = 0;
  for (size_t k = 0; k < n * n; k++) {
    circulation[k] = 0;
    if (capacity[k] > largest) largest = capacity[k];
  }
  for (int32_t link = 0; link < removal->link_count; link++) {
    size_t at = (size_t)removal->from[link] * n + (size_t)removal->to[link];
    double kept = removal->kept[link] < capacity[at] ? removal->kept[link] : capacity[at];
    if (kept > 1e-14 * largest) circulation[at] = kept;
  }
}

ls_status circulation_largest(ls_context *context, int32_t node_count, const double *capacity, double *circulation) {
  struct removal removal;
  ls_status status = removal_create(context, node_count, capacity, &removal);
  if (status != LS_STATUS_OK) goto cleanup;
  for (int32_t last = nearest_lack(&removal); last >= 0; last = nearest_lack(&removal)) {
    remove_along(&removal, last);
    if (context_stop_requested(context)) {
      status = context_fail(context, LS_STATUS_INTERRUPTED, "interrupted while looking for the largest circulation");
      goto cleanup;
    }
  }
  hand_out(&removal, capacity, circulation);
cleanup:
  removal_release(&removal);
  return status;
}

/* ---- cycles ------------------------------------------------------------------------------------------------------ */

struct peeling {
  int32_t node_count;
  double *flow;                 /* [n * n] */
  double dust;                  /* below it a link counts as empty: what rounding left */
  int32_t *queue, *hops, *next; /* [n]; next[i]: whom i pays on the shortest way to the target */
};

static bool open_link(const struct peeling *peeling, int32_t from, int32_t to) {
  return peeling->flow[(size_t)from * (size_t)peeling->node_count + (size_t)to] > peeling->dust;
}

/* Breadth first, backwards from `target` over nodes from `target` on: hops[i] links from i to it. Returns the length
 * of the shortest cycle through target, 0 for none; next[target] then begins it. */
static int32_t cycle_through(struct peeling *peeling, int32_t target) {
  int32_t n = peeling->node_count, done = 0, count = 0, best = 0;
  for (int32_t i = 0; i < n; i++) peeling->hops[i] = -1, peeling->next[i] = -1;
  peeling->hops[target] = 0;
  for (peeling->queue[count++] = target; done < count; done++) {
    int32_t at = peeling->queue[done];
    for (int32_t i = target + 1; i < n; i++)
      if (peeling->hops[i] < 0 && open_link(peeling, i, at)) {
        peeling->hops[i] = peeling->hops[at] + 1, peeling->next[i] = at;
        peeling->queue[count++] = i;
      }
  }
  for (int32_t i = target + 1; i < n; i++)
    if (peeling->hops[i] > 0 && open_link(peeling, target, i) && (best == 0 || peeling->hops[i] + 1 < best))
      best = peeling->hops[i] + 1, peeling->next[target] = i;
  return best;
}

/* Takes the cycle that begins at `target` along next[] out of the flow. */
static void peel(struct peeling *peeling, int32_t target, struct flow_cycle *cycle) {
  size_t n = (size_t)peeling->node_count;
  int32_t at = target;
  for (int32_t k = 0; k < cycle->length; k++, at = peeling->next[at]) {
    double amount = peeling->flow[(size_t)at * n + (size_t)peeling->next[at]];
    cycle->path[k] = at;
    if (k == 0 || amount < cycle->amount) cycle->amount = amount;
  }
  for (int32_t k = 0; k < cycle->length; k++, at = peeling->next[at])
    peeling->flow[(size_t)at * n + (size_t)peeling->next[at]] -= cycle->amount;
}

static int32_t shortest_cycle(struct peeling *peeling, int32_t *length) {
  int32_t start = -1;
  *length = 0;
  for (int32_t i = 0; i < peeling->node_count && *length != 2; i++) {
    int32_t found = cycle_through(peeling, i);
    if (found > 0 && (*length == 0 || found < *length)) *length = found, start = i;
  }
  if (start >= 0) cycle_through(peeling, start);
  return start;
}

static ls_status peel_all(ls_context *context, struct peeling *peeling, struct flow_cycle **cycles, int32_t *count) {
  for (int32_t capacity = 0;;) {
    int32_t length, start = shortest_cycle(peeling, &length);
    if (start < 0) return LS_STATUS_OK;
    if (*count == capacity) {
      int32_t larger = capacity * 2 + 16;
      void *grown = context_grow(context, *cycles, (size_t)capacity, (size_t)larger, sizeof **cycles);
      if (!grown) return LS_STATUS_OUT_OF_MEMORY;
      *cycles = grown, capacity = larger;
    }
    struct flow_cycle *cycle = &(*cycles)[*count];
    *cycle = (struct flow_cycle){length, context_allocate(context, (size_t)length, sizeof(int32_t)), 0};
    if (!cycle->path) return LS_STATUS_OUT_OF_MEMORY;
    ++*count;
    peel(peeling, start, cycle);
    if (context_stop_requested(context))
      return context_fail(context, LS_STATUS_INTERRUPTED, "interrupted while looking for cycles");
  }
}

ls_status circulation_cycles(ls_context *context, int32_t node_count, double *circulation, struct flow_cycle **cycles,
                             int32_t *cycle_count) {
  size_t nodes = (size_t)node_count;
  struct peeling peeling = {node_count, circulation, 0, NULL, NULL, NULL};
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  for (size_t k = 0; k < nodes * nodes; k++)
    if (circulation[k] * 1e-13 > peeling.dust) peeling.dust = circulation[k] * 1e-13;
  peeling.queue = context_allocate(context, nodes, sizeof(int32_t));
  peeling.hops = context_allocate(context, nodes, sizeof(int32_t));
  peeling.next = context_allocate(context, nodes, sizeof(int32_t));
  *cycles = NULL, *cycle_count = 0;
  if (peeling.queue && peeling.hops && peeling.next) status = peel_all(context, &peeling, cycles, cycle_count);
  context_release(context, peeling.queue);
  context_release(context, peeling.hops);
  context_release(context, peeling.next);
  return status;
}
