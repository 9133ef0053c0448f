/* loop_links.h - the links of the loop model: gathered from tables, merged, sorted, indexed both ways. */
#ifndef LS_HOST_ENGINE_LOOP_LINKS_H
#define LS_HOST_ENGINE_LOOP_LINKS_H

#include "core/context.h"
#include "plan.h" /* kernels/ */

struct link {
  int32_t from, to;
  double amount;
  int64_t row; /* of its table where each row is a link of its own; -1: merged with others of its pair */
};

/* Sorts `link` by (from, to, row), adds up equal pairs that stand for no row of their own in their given order, and indexes them
 * for nodes 0..node_count (the last is W). The arrays of *links belong to the caller; link[k] is the k-th of *links. */
ls_status links_build(ls_context *context, struct link *link, int32_t count, int32_t node_count,
                      struct ls_loop_links *links);

/* Number of the link, or -1. */
int32_t links_find(const struct ls_loop_links *links, int32_t from, int32_t to);

#endif
