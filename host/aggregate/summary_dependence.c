/* summary_dependence.c - who falls with whom, and what the others lose meanwhile, in a few lines for people. */
#include <math.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/dependence.h"
#include "aggregate/results_dependence.h"

enum { NAMED = 3, LISTED = 10, NAME_WIDTH = 28 };

struct named_pair {
  int32_t i, j;
  double given;
};

/* For i, the entity that most often defaults with it; false where i defaults too seldom to tell, or alone. */
static bool closest(const ls_results *results, int32_t i, struct named_pair *found) {
  struct default_pair pair;
  *found = (struct named_pair){i, -1, 0};
  if (results_joint_defaults(results, i, i) < DEPENDENCE_EVENTS_TOLD) return false;
  for (int32_t j = 0; j < results->accumulator->shape.entity_count; j++) {
    if (j == i || !dependence_pair(results, i, j, &pair) || !(pair.given > found->given)) continue;
    found->given = pair.given;
    found->j = j;
  }
  return found->j >= 0;
}

/* The largest of these, each entity standing first once; returns how many. */
static int32_t name_pairs(const ls_results *results, struct named_pair *named) {
  struct named_pair pair;
  int32_t count = 0;
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) {
    if (!closest(results, i, &pair)) continue;
    int32_t at = count < NAMED ? count++ : NAMED;
    for (; at > 0 && pair.given > named[at - 1].given; at--)
      if (at < NAMED) named[at] = named[at - 1];
    if (at < NAMED) named[at] = pair;
  }
  return count;
}

static void write_interval(const struct summary *summary, double low, double high) {
  buffer_text(summary->out, " [");
  summary_percent(summary, low);
  buffer_text(summary->out, ", ");
  summary_percent(summary, high);
  buffer_text(summary->out, "]");
}

static void write_given(const struct summary *summary, const struct named_pair *named) {
  struct default_pair pair;
  (void)dependence_pair(summary->results, named->i, named->j, &pair);
  buffer_text(summary->out, "  if ");
  summary_padded(summary->out, ls_network_entity_id(summary->results->network, named->i), NAME_WIDTH - 3);
  buffer_text(summary->out, " ");
  summary_percent(summary, pair.given);
  write_interval(summary, pair.given_low, pair.given_high);
  buffer_print(summary->out, " %s\n", ls_network_entity_id(summary->results->network, named->j));
}

/* The two entities that default most often, the first of equals in file order. */
static bool likeliest_two(const ls_results *results, int32_t *first, int32_t *second) {
  const int64_t *count = results->accumulator->default_count;
  *first = *second = -1;
  for (int32_t i = 0; i < results->accumulator->shape.entity_count; i++) {
    if (*first < 0 || count[i] > count[*first]) {
      *second = *first;
      *first = i;
    } else if (*second < 0 || count[i] > count[*second]) {
      *second = i;
    }
  }
  return *second >= 0 && count[*second] > 0;
}

static void write_two(const struct summary *summary) {
  const ls_results *results = summary->results;
  struct default_pair pair;
  int32_t a, b;
  if (!likeliest_two(results, &a, &b) || !dependence_pair(results, a, b, &pair)) return;
  buffer_print(summary->out, "  %s and %s both default: ", ls_network_entity_id(results->network, a),
               ls_network_entity_id(results->network, b));
  summary_percent(summary, pair.joint);
  write_interval(summary, pair.joint_low, pair.joint_high);
  buffer_text(summary->out, "; were they independent, ");
  summary_percent(summary, results->statistics.entity[a].default_probability *
                               results->statistics.entity[b].default_probability);
  buffer_text(summary->out, "\n");
}

/* Entities with enough defaults, by what the others lose then; returns how many. */
static int32_t list_dependence(const ls_results *results, int32_t *list) {
  const double value = dependence_value(results);
  double share[LISTED];
  int32_t count = 0;
  for (int32_t k = 0; k < results->accumulator->shape.entity_count; k++) {
    const struct dependence on = dependence_on(results, value, k);
    if (on.default_count < DEPENDENCE_EVENTS_TOLD || isnan(on.others_share)) continue;
    int32_t at = count < LISTED ? count++ : LISTED;
    for (; at > 0 && on.others_share > share[at - 1]; at--)
      if (at < LISTED) list[at] = list[at - 1], share[at] = share[at - 1];
    if (at < LISTED) list[at] = k, share[at] = on.others_share;
  }
  return count;
}

static void write_dependence(const struct summary *summary, int32_t k) {
  const struct dependence on = dependence_on(summary->results, dependence_value(summary->results), k);
  buffer_text(summary->out, "  ");
  summary_padded(summary->out, ls_network_entity_id(summary->results->network, k), NAME_WIDTH);
  summary_padded_amount(summary, on.others_mean, 16);
  buffer_text(summary->out, " +- ");
  summary_amount(summary, on.others_se);
  buffer_text(summary->out, ", ");
  summary_percent(summary, on.others_share);
  buffer_text(summary->out, " of their value");
  if (!isnan(on.shortfall_share)) {
    buffer_text(summary->out, "; itself ");
    summary_percent(summary, on.shortfall_share);
    buffer_text(summary->out, " of ES 0.99");
  }
  buffer_text(summary->out, "\n");
}

void dependence_summary(const struct summary *summary) {
  struct named_pair named[NAMED];
  int32_t list[LISTED], count = name_pairs(summary->results, named);
  if (count > 0)
    buffer_print(summary->out, "\nMost often in default with it (of those that default in %d scenarios or more)\n",
                 (int)DEPENDENCE_EVENTS_TOLD);
  for (int32_t k = 0; k < count; k++) write_given(summary, &named[k]);
  if (count > 0) write_two(summary);
  count = list_dependence(summary->results, list);
  if (count > 0)
    buffer_text(summary->out, "\nExpected loss of the others in the scenarios in which it defaults (gains netted)\n");
  for (int32_t k = 0; k < count; k++) write_dependence(summary, list[k]);
}

void distress_summary(const struct summary *summary) {
  const double share = dependence_distress_share(summary->results);
  if (isnan(share)) return;
  const bool much = share > DISTRESS_SHARE_TOLD;
  buffer_text(summary->out, much ? "  over a quarter of ES 0.99 is the cost of distress, an assumption of the model: "
                                 : "  of ES 0.99 the cost of distress: ");
  summary_percent(summary, share);
  buffer_text(summary->out, "\n");
}
