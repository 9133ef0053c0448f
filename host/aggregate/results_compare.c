/* results_compare.c - ls_results_compare: two runs as a report for programs and for people. */
#include <math.h>
#include <string.h>

#include "aggregate/accumulator_fields.h"
#include "aggregate/compare.h"
#include "aggregate/quantile.h"
#include "aggregate/results_text.h"

enum { SHORTFALL_LEVEL = 1 }; /* of QUANTILE_LEVEL: 0.99 */

struct comparison {
  const ls_results *a, *b;
  bool equal, paired;
  struct difference largest;
  struct paired gross, net, defaults;
  int32_t draws; /* of the assumptions, the same in both; 0: none */
  struct band mean_by_draw, shortfall_by_draw, defaults_by_draw;
};

/* What differs from draw to draw between two runs over the same draws: what is uncertain in both is not in the difference. */
static ls_status compare_draws(ls_context *context, struct comparison *c) {
  const struct draw_system *a = c->a->statistics.draws.system, *b = c->b->statistics.draws.system;
  size_t count = (size_t)c->a->draws.count;
  if (count < 2 || c->b->draws.count != c->a->draws.count || a == NULL || b == NULL) return LS_STATUS_OK;
  double *value = context_allocate(context, 2 * count, sizeof *value);
  if (value == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct band *const band[] = {&c->mean_by_draw, &c->shortfall_by_draw, &c->defaults_by_draw};
  for (int k = 0; k < 3; k++) {
    int64_t found = 0;
    for (size_t d = 0; d < count; d++) {
      double of_a[] = {a[d].mean, a[d].shortfall[SHORTFALL_LEVEL], a[d].default_count_mean};
      double of_b[] = {b[d].mean, b[d].shortfall[SHORTFALL_LEVEL], b[d].default_count_mean};
      if (!isnan(of_b[k] - of_a[k])) value[found++] = of_b[k] - of_a[k];
    }
    sort_numbers(value, value + count, found);
    *band[k] = band_of_sorted(value, found, c->a->draws.count);
  }
  c->draws = c->a->draws.count;
  context_release(context, value);
  return LS_STATUS_OK;
}

static ls_status compare(ls_context *context, const ls_results *a, const ls_results *b, struct comparison *c) {
  *c = (struct comparison){
      .a = a, .b = b, .equal = strcmp(a->digest, b->digest) == 0, .paired = results_are_paired(a, b)};
  if (!c->equal) results_largest_difference(a, b, &c->largest);
  if (!c->paired) return LS_STATUS_OK;
  c->gross = paired_numbers(a, b, a->accumulator->loss_gross, b->accumulator->loss_gross);
  c->net = paired_numbers(a, b, a->accumulator->loss_net, b->accumulator->loss_net);
  c->defaults = paired_counts(a, b);
  return compare_draws(context, c);
}

/* Both runs' statistics of an entity, by id, since one network may have entities that the other lacks. */
static const struct entity_statistics *entity_of(const ls_results *results, const char *id) {
  int32_t i = network_find_entity(results->network, id);
  return i < 0 || results->statistics.entity == NULL ? NULL : &results->statistics.entity[i];
}

/* The default flags of single scenarios are not kept, so the error of a difference of probabilities is that of two
 * independent runs. With common draws the events move together and the true error is smaller. */
static double probability_error(const struct comparison *c, double p, double q) {
  double n = (double)accumulator_count(c->a->accumulator), m = (double)accumulator_count(c->b->accumulator);
  return n < 2 || m < 2 ? NAN : sqrt(p * (1 - p) / n + q * (1 - q) / m);
}

static double mean_error(double a, double b) { return sqrt(a * a + b * b); }

/* ---- for programs ------------------------------------------------------------------------------------------------------------------- */

static void put_paired(struct json *json, const char *key, struct paired difference) {
  json_object_begin(json, key);
  json_number(json, "difference", difference.mean);
  json_number(json, "se", difference.se);
  json_object_end(json);
}

static void put_band(struct json *json, const char *key, struct band band) {
  json_object_begin(json, key);
  json_number(json, "median", band.median);
  json_number(json, "low", band.low);
  json_number(json, "high", band.high);
  json_object_end(json);
}

static void put_draws(struct json *json, const struct comparison *c) {
  if (c->draws == 0) return;
  json_object_begin(json, "draws");
  json_whole(json, "count", c->draws);
  json_text(json, "band", c->draws < BAND_DRAWS ? "all" : "5-95 %");
  put_band(json, "loss_mean", c->mean_by_draw);
  put_band(json, "es_0.99", c->shortfall_by_draw);
  put_band(json, "default_count_mean", c->defaults_by_draw);
  json_object_end(json);
}

static void put_entities(struct json *json, const struct comparison *c) {
  json_list_begin(json, "entities");
  for (int32_t i = 0; i < c->a->accumulator->shape.entity_count; i++) {
    const char *id = ls_network_entity_id(c->a->network, i);
    const struct entity_statistics *a = entity_of(c->a, id), *b = entity_of(c->b, id);
    if (a == NULL || b == NULL) continue;
    json_object_begin(json, NULL);
    json_text(json, "id", id);
    json_object_begin(json, "default_probability");
    json_number(json, "difference", b->default_probability - a->default_probability);
    json_number(json, "se", probability_error(c, a->default_probability, b->default_probability));
    json_text(json, "se_kind", "upper bound: as of independent runs");
    json_object_end(json);
    json_object_begin(json, "loss_mean");
    json_number(json, "difference", b->loss_mean - a->loss_mean);
    json_number(json, "se", mean_error(a->loss_mean_se, b->loss_mean_se));
    json_text(json, "se_kind", "upper bound: as of independent runs");
    json_object_end(json);
    json_object_end(json);
  }
  json_list_end(json);
}

static void write_json(struct json *json, const struct comparison *c) {
  json_object_begin(json, NULL);
  json_flag(json, "equal", c->equal);
  json_text(json, "digest_a", c->a->digest);
  json_text(json, "digest_b", c->b->digest);
  if (c->largest.name[0] == '\0') {
    json_nothing(json, "max_difference");
  } else {
    json_object_begin(json, "max_difference");
    json_text(json, "name", c->largest.name);
    json_whole(json, "index", c->largest.index);
    json_number(json, "a", c->largest.a);
    json_number(json, "b", c->largest.b);
    json_object_end(json);
  }
  if (c->paired) {
    json_object_begin(json, "paired");
    json_whole(json, "scenario_count", c->a->identity.scenario_count);
    put_paired(json, "loss_gross", c->gross);
    put_paired(json, "loss_net", c->net);
    put_paired(json, "default_count", c->defaults);
    put_entities(json, c);
    put_draws(json, c);
    json_object_end(json);
  }
  json_object_end(json);
}

/* ---- for people ------------------------------------------------------------------------------------------------------------------------ */

static void say_paired(struct buffer *out, const char *what, struct paired difference) {
  buffer_print(out, "  %-28s %.6g +- %.2g\n", what, difference.mean, difference.se);
}

static void say_band(struct buffer *out, const char *what, struct band band) {
  buffer_print(out, "  %-28s %.6g [%.6g, %.6g]\n", what, band.median, band.low, band.high);
}

static void say_draws(struct buffer *out, const struct comparison *c) {
  if (c->draws == 0) return;
  buffer_print(out, "From draw to draw of the assumptions (%d, the same in both), b - a: median [%s]\n", (int)c->draws,
               c->draws < BAND_DRAWS ? "least, greatest" : "5 %, 95 %");
  say_band(out, "mean loss", c->mean_by_draw);
  say_band(out, "ES 0.99", c->shortfall_by_draw);
  say_band(out, "defaults in a scenario", c->defaults_by_draw);
}

static void say_entities(struct buffer *out, const struct comparison *c) {
  bool headed = false;
  for (int32_t i = 0; i < c->a->accumulator->shape.entity_count; i++) {
    const char *id = ls_network_entity_id(c->a->network, i);
    const struct entity_statistics *a = entity_of(c->a, id), *b = entity_of(c->b, id);
    if (a == NULL || b == NULL || a->default_probability == b->default_probability) continue;
    if (!headed)
      buffer_text(out, "Default probabilities that differ (errors as of independent runs, an upper bound)\n");
    headed = true;
    buffer_print(out, "  %-28.40s %.4f -> %.4f  (%+.4f +- %.2g)\n", id, a->default_probability, b->default_probability,
                 b->default_probability - a->default_probability,
                 probability_error(c, a->default_probability, b->default_probability));
  }
}

static void write_text(struct buffer *out, const struct comparison *c) {
  buffer_print(out, "%s\n  a %s\n  b %s\n", c->equal ? "Equal: the digests agree" : "Different: the digests differ",
               c->a->digest, c->b->digest);
  if (c->largest.name[0] != '\0') {
    buffer_print(out, "Largest difference: %s[%lld], %.17g in a, %.17g in b\n", c->largest.name,
                 (long long)c->largest.index, c->largest.a, c->largest.b);
  }
  if (!c->paired) return;
  buffer_text(out, "Over the same random scenarios, b - a with the standard error of the paired differences\n");
  say_paired(out, "system loss, gross", c->gross);
  say_paired(out, "system loss, net", c->net);
  say_paired(out, "defaults in a scenario", c->defaults);
  say_draws(out, c);
  say_entities(out, c);
}

ls_status ls_results_compare(ls_context *context, const ls_results *a, const ls_results *b, ls_format format,
                             ls_text **report) {
  struct comparison c;
  ls_status status = compare(context, a, b, &c);
  if (status != LS_STATUS_OK) return status;
  if (format == LS_FORMAT_JSON) {
    struct json json = json_start(context);
    write_json(&json, &c);
    status = json_finish(&json, report);
  } else {
    struct buffer buffer = buffer_start(context);
    write_text(&buffer, &c);
    status = buffer_finish(&buffer, report);
  }
  if (status != LS_STATUS_OK || c.equal) return status;
  return context_fail(context, LS_STATUS_CHECK_FAILED, "the results differ: %s and %s", a->digest, b->digest);
}
