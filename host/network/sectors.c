/* sectors.c - see sectors.h. */
#include "network/sectors.h"

#include <stdlib.h>
#include <string.h>

struct named {
  const char *sector;
  int32_t entity;
};

static int compare_named(const void *a, const void *b) {
  const struct named *x = a, *y = b;
  const int order = strcmp(x->sector, y->sector);
  return order != 0 ? order : (x->entity > y->entity) - (x->entity < y->entity);
}

ls_status network_number_sectors(ls_context *context, const ls_network *network, bool blank_is_one, int32_t *sector,
                                 int32_t *count) {
  const size_t n = (size_t)network->entity_count;
  const bool named = network_column(network, TABLE_ENTITIES, "sector") != NULL;
  struct named *list = context_allocate(context, n, sizeof *list);
  if (list == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (size_t i = 0; i < n; i++)
    list[i] = (struct named){named ? network_text(network, TABLE_ENTITIES, "sector", (int64_t)i) : "", (int32_t)i};
  qsort(list, n, sizeof *list, compare_named);
  for (size_t k = 0, first = 0; k < n; k++) { /* each entity learns the first one of its sector */
    if (strcmp(list[k].sector, list[first].sector) != 0) first = k;
    sector[list[k].entity] = list[first].entity;
    if (list[k].sector[0] == '\0' && !blank_is_one) sector[list[k].entity] = -1;
  }
  *count = 0;
  for (int32_t i = 0; i < network->entity_count; i++)
    if (sector[i] >= 0) sector[i] = sector[i] == i ? (*count)++ : sector[sector[i]];
  context_release(context, list);
  return LS_STATUS_OK;
}
