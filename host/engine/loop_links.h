/* loop_links.h - the links of the loop model: gathered from tables, merged, sorted, indexed both ways. */
#ifndef LS_HOST_ENGINE_LOOP_LINKS_H
#define LS_HOST_ENGINE_LOOP_LINKS_H

#include "core/context.h"
#include "plan.h" /* kernels/ */

struct link {
  int32_t from, to;
  double amount;
};

/* Sorts `link` by (from, to), adds up equal pairs in their given order, and indexes them for nodes 0..node_count (the last is
 * W). The arrays of *links belong to the caller. */
ls_status links_build(ls_context *context, struct link *link, int32_t count, int32_t node_count,
                      struct ls_loop_links *links);

/* Number of the link, or -1. */
int32_t links_find(const struct ls_loop_links *links, int32_t from, int32_t to);

#endif
