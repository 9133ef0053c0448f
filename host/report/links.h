/* links.h - the links of all layers for the network map, the weightiest first. */
#ifndef LS_HOST_REPORT_LINKS_H
#define LS_HOST_REPORT_LINKS_H

#include "report/view.h"

enum { LINK_LAYERS = 4 };

struct link_layer {
  enum table_id table;
  const char *amount; /* column */
  const char *name;   /* in the page's data */
  const char *title;
  const char *direction; /* how an arrow is read */
};
extern const struct link_layer LINK_LAYER[LINK_LAYERS];

struct map_link {
  int32_t layer, from, to;
  double amount; /* as in the table, seniorities added up */
  double weight; /* 0-1: share of the layer's largest, by which links are ranked and drawn */
};

struct link_set {
  struct map_link *link; /* heaviest first */
  int64_t count;
  int64_t layer_count[LINK_LAYERS];   /* links between entities */
  int64_t outside_count[LINK_LAYERS]; /* links with the rest of the world, which the map leaves out */
};

ls_status links_collect(const struct view *view, struct link_set *set);
void links_release(const struct view *view, struct link_set *set);

#endif
