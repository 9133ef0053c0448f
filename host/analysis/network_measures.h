/* network_measures.h - what the balance sheets alone say of contagion: the spectral radius of relative exposures,
 * and the bounds of Glasserman and Young (2015). The equations stand in docs/indices.md. */
#ifndef LS_HOST_ANALYSIS_NETWORK_MEASURES_H
#define LS_HOST_ANALYSIS_NETWORK_MEASURES_H

#include "analysis/exposures.h"
#include "io/json.h"

struct entity_bounds {
  double outside_assets, net_worth;
  double leverage;     /* outside assets per net worth; NaN where that is not above 0 */
  double connectivity; /* share of its liabilities that it owes within the network, 0-1 */
  double index;        /* contagion index: the net worth that its losses can use up in others */
  double weight;       /* in the bound of amplification: 1 + sum of weight times default probability; NaN: no bound */
  int32_t safe;        /* others with net worth that it cannot topple, each alone */
  int32_t largest_set; /* the most others with net worth that it can topple at once */
};

struct network_measures {
  ls_context *context;
  bool applies;               /* the network has liabilities */
  const char *missing;        /* why there is no spectral radius; NULL: there is one */
  const char *bounds_missing; /* why there are no bounds; NULL: there are */
  struct exposures exposures;
  struct spectral_radius radius;
  double connectivity_most;
  struct entity_bounds *entity; /* [n] */
};

ls_status network_measures_compute(ls_context *context, const ls_network *network, struct network_measures *measures);
void network_measures_release(struct network_measures *measures);

/* As the key "measures" of an object that is open, and for people; nothing where it does not apply. */
void network_measures_json(struct json *json, const ls_network *network, const struct network_measures *measures);
void network_measures_text(struct buffer *buffer, const ls_network *network, const struct network_measures *measures);

#endif
