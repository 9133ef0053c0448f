/* contagion_window_report.c - ls_window: the curve over mean degrees, for people and for programs. */
#include "analysis/contagion_window.h"

#include "aggregate/quantile.h"
#include "core/arithmetic.h"
#include "io/json.h"

#include <inttypes.h>
#include <math.h>

enum { DEGREES_MOST = 1000, ENTITIES_LEAST = 3, ENTITIES_MOST = 1000000, NETWORKS_MOST = 1000000 };

static const double DEGREES[] = {0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 7.5, 8, 9, 10};

ls_window_options ls_window_options_default(void) {
  return (ls_window_options){.degree = DEGREES,
                             .degree_count = sizeof DEGREES / sizeof DEGREES[0],
                             .entities = 1000,
                             .networks = 200,
                             .interbank_share = 0.2,
                             .capital_ratio = 0.04,
                             .threshold = 0.05};
}

static ls_status check_share(ls_context *context, const char *name, double value, double low_excluded) {
  if (value > low_excluded && value < 1) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_USAGE, "--%s is %.6g, must be %s 0 and below 1", name, value,
                      low_excluded < 0 ? "at least" : "above");
}

static ls_status check_options(ls_context *context, const ls_window_options *o) {
  if (o->entities < ENTITIES_LEAST || o->entities > ENTITIES_MOST)
    return context_fail(context, LS_STATUS_USAGE, "--entities is %" PRId64 ", must be within %d and %d", o->entities,
                        ENTITIES_LEAST, ENTITIES_MOST);
  if (o->networks < 1 || o->networks > NETWORKS_MOST)
    return context_fail(context, LS_STATUS_USAGE, "--networks is %" PRId64 ", must be within 1 and %d", o->networks,
                        NETWORKS_MOST);
  if (o->degree_count < 1 || o->degree_count > DEGREES_MOST)
    return context_fail(context, LS_STATUS_USAGE, "there are %d degrees, must be within 1 and %d", o->degree_count,
                        DEGREES_MOST);
  for (int k = 0; k < o->degree_count; k++)
    if (!(o->degree[k] > 0 && o->degree[k] <= (double)(o->entities - 1)))
      return context_fail(context, LS_STATUS_USAGE, "degree %.6g must be above 0 and at most %" PRId64, o->degree[k],
                          o->entities - 1);
  ls_status status = check_share(context, "interbank-share", o->interbank_share, 0);
  if (status == LS_STATUS_OK) status = check_share(context, "capital-ratio", o->capital_ratio, 0);
  if (status == LS_STATUS_OK) status = check_share(context, "threshold", o->threshold, -5e-324);
  return status;
}

struct curve {
  const ls_window_options *options;
  int32_t most_borrowers;
  int root_count;
  double root[2];
  struct window_point *point; /* [degree_count] */
};

static ls_status tell_json(ls_context *context, const struct curve *curve, ls_text **report) {
  const ls_window_options *o = curve->options;
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_whole(&json, "entities", o->entities);
  json_whole(&json, "networks", o->networks);
  json_seed(&json, "seed", o->seed);
  json_number(&json, "interbank_share", o->interbank_share);
  json_number(&json, "capital_ratio", o->capital_ratio);
  json_number(&json, "threshold", o->threshold);
  json_text(&json, "tie", o->tie_survives ? "survives" : "fails");
  json_whole(&json, "most_borrowers", curve->most_borrowers);
  if (curve->root_count == 2)
    json_interval(&json, "window", curve->root[0], curve->root[1]);
  else
    json_nothing(&json, "window");
  json_list_begin(&json, "points");
  for (int k = 0; k < o->degree_count; k++) {
    const struct window_point *point = &curve->point[k];
    double low, high;
    wilson_interval(point->contagions, point->runs, &low, &high);
    json_object_begin(&json, NULL);
    json_number(&json, "degree", point->degree);
    json_number(&json, "frequency", (double)point->contagions / (double)point->runs);
    json_interval(&json, "frequency_ci95", low, high);
    json_number(&json, "extent", point->extent);
    json_object_end(&json);
  }
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status tell_text(ls_context *context, const struct curve *curve, ls_text **report) {
  const ls_window_options *o = curve->options;
  struct buffer out = buffer_start(context);
  if (curve->root_count == 2)
    buffer_print(&out,
                 "Phase condition: contagion for mean degrees from %.4f to %.4f (at most %" PRId32
                 " borrowers make one failure fatal)\n",
                 curve->root[0], curve->root[1], curve->most_borrowers);
  else
    buffer_print(&out,
                 "Phase condition: no contagion at any mean degree (at most %" PRId32
                 " borrowers make one failure fatal)\n",
                 curve->most_borrowers);
  buffer_print(&out, "%" PRId64 " networks of %" PRId64 " entities for each degree, one first failure in each\n\n",
               o->networks, o->entities);
  buffer_print(&out, "  degree  more than %.3g %% fail   95 %% interval   share that then fails\n", 100 * o->threshold);
  for (int k = 0; k < o->degree_count; k++) {
    const struct window_point *point = &curve->point[k];
    double low, high;
    wilson_interval(point->contagions, point->runs, &low, &high);
    buffer_print(&out, "  %6.3g  %18.1f%%   ", point->degree, 100.0 * (double)point->contagions / (double)point->runs);
    if (point->runs > 1)
      buffer_print(&out, "%5.1f%% to %5.1f%%", 100 * low, 100 * high);
    else
      buffer_text(&out, "               -");
    if (point->contagions > 0)
      buffer_print(&out, "  %20.2f%%\n", 100 * point->extent);
    else
      buffer_text(&out, "                       -\n");
  }
  return buffer_finish(&out, report);
}

static ls_status make(ls_context *context, const ls_window_options *options, ls_format format, ls_text **report) {
  struct curve curve = {.options = options};
  ls_status status = check_options(context, options);
  if (status != LS_STATUS_OK) return status;
  curve.most_borrowers = window_most_borrowers(options->interbank_share, options->capital_ratio, options->tie_survives);
  curve.root_count = window_roots(curve.most_borrowers, curve.root);
  curve.point = context_allocate(context, (size_t)options->degree_count, sizeof *curve.point);
  if (curve.point == NULL) return LS_STATUS_OUT_OF_MEMORY;
  for (int k = 0; k < options->degree_count && status == LS_STATUS_OK; k++) {
    status = window_simulate(context, options, options->degree[k], &curve.point[k]);
    context_report_progress(context, (k + 1) * options->networks, options->degree_count * options->networks);
  }
  if (status == LS_STATUS_OK)
    status = format == LS_FORMAT_JSON ? tell_json(context, &curve, report) : tell_text(context, &curve, report);
  context_release(context, curve.point);
  return status;
}

ls_status ls_window(ls_context *context, const ls_window_options *options, ls_format format, ls_text **report) {
  fenv_t before;
  arithmetic_begin(&before);
  const ls_status status = make(context, options, format, report);
  arithmetic_restore(&before);
  return status;
}
