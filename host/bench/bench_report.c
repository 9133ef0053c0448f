/* bench_report.c - see bench_report.h. Rates are of the median; shares are of the ceilings measured in the same run. */
#include "bench/bench_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "engine/backend.h"
#include "io/json.h"

static double rate(double amount, double seconds) { return seconds > 0 ? amount / seconds : 0; }

static double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

/* ---- JSON -------------------------------------------------------------------------------------------------------------------- */

static void tell_spread(struct json *json, const char *key, const struct bench_spread *spread, int64_t count) {
  json_object_begin(json, key);
  json_whole(json, "scenarios", count);
  json_number(json, "seconds", spread->median);
  json_number(json, "seconds_least", spread->least);
  json_number(json, "seconds_most", spread->most);
  json_number(json, "scenarios_per_second", rate((double)count, spread->median));
}

static void tell_solving(struct json *json, const struct bench_findings *f, const struct bench_score *s) {
  if (!(s->solving.median > 0)) return;
  const double flops = rate(s->flops, s->solving.median), bytes = rate(s->bytes, s->solving.median);
  tell_spread(json, "solve", &s->solving, s->given_count);
  if (s->flops > 0) json_number(json, "flop_per_second", flops);
  if (s->bytes > 0) json_number(json, "bytes_per_second", bytes);
  if (f->ceilings.measured && s->flops > 0)
    json_number(json, "share_of_peak", share(flops, bench_ceilings_peak(&f->ceilings, f->options->isa)));
  if (f->ceilings.measured && s->bytes > 0) json_number(json, "share_of_bandwidth", share(bytes, f->ceilings.read));
  json_object_end(json);
}

static void tell_check(struct json *json, const struct bench_check *check) {
  if (check->scenarios == 0) return;
  json_object_begin(json, "check");
  json_whole(json, "scenarios", check->scenarios);
  json_whole(json, "default_flips", check->flips);
  json_number(json, "largest_difference", check->difference);
  json_number(json, "tolerance", BENCH_TOLERANCE);
  json_flag(json, "passed", check->passed);
  json_object_end(json);
}

/* What a draw is: a number for each key; of drawing alone the rate is that of `solve`, which is all there is. */
static void tell_score(struct json *json, const struct bench_findings *f, const struct bench_result *r,
                       const struct bench_score *s) {
  const bool draws = r->what->kind == BENCH_DRAWING;
  json_object_begin(json, NULL);
  json_text(json, "id", r->what->id);
  json_text(json, "title", r->what->title);
  json_text(json, "model", r->model);
  json_text(json, "backend", s->backend);
  json_text(json, "engine", draws ? "draw" : s->engine);
  json_whole(json, "entities", s->entities);
  json_whole(json, "links", s->links);
  json_whole(json, "scenarios", s->count);
  json_whole(json, "rounds", f->options->rounds);
  if (s->correlation > 0 || s->sigma > 0) {
    json_number(json, "shock_sigma", s->sigma);
    json_number(json, "shock_correlation", s->correlation);
  }
  if (draws) {
    json_number(json, "scenarios_per_second", rate((double)s->count, s->solving.median));
    tell_spread(json, "draw", &s->solving, s->count);
    json_number(json, "draws_per_second", rate((double)s->count * s->entities, s->solving.median));
    json_object_end(json);
    json_object_end(json);
    return;
  }
  json_number(json, "default_share", s->default_share);
  json_number(json, "mean_sweeps", s->mean_sweeps);
  json_number(json, "scenarios_per_second", rate((double)s->count, s->whole.median));
  tell_solving(json, f, s);
  tell_spread(json, "end_to_end", &s->whole, s->count);
  json_object_end(json);
  if (s->plain.median > 0) {
    tell_spread(json, "plain_sums", &s->plain, s->count);
    json_number(json, "cost_beyond_plain_sums", share(s->whole.median - s->plain.median, s->whole.median));
    json_object_end(json);
  }
  tell_check(json, &s->check);
  json_text(json, "digest", s->digest);
  json_object_end(json);
}

static void tell_ceilings(struct json *json, const struct bench_ceilings *c) {
  if (!c->measured) return;
  json_object_begin(json, "ceilings");
  json_object_begin(json, "flop_per_second");
  for (int k = 0; k < BENCH_ISA_TOTAL; k++)
    if (c->peak[k].isa != NULL) json_number(json, c->peak[k].isa, c->peak[k].multiply_adds);
  json_object_end(json);
  json_number(json, "read_bytes_per_second", c->read);
  json_number(json, "copy_bytes_per_second", c->copy);
  json_number(json, "normals_per_second", c->normals);
  json_object_end(json);
}

static void processor_name(char *name, size_t size) {
  (void)snprintf(name, size, "unknown");
  FILE *file = fopen("/proc/cpuinfo", "re");
  char line[256];
  while (file != NULL && fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL) {
      (void)snprintf(name, size, "%s", strchr(line, ':') + 2);
      name[strcspn(name, "\n")] = '\0';
      break;
    }
  if (file != NULL) (void)fclose(file);
}

static void tell_machine(struct json *json, const struct bench_findings *f) {
  char name[256];
  struct utsname system;
  processor_name(name, sizeof name);
  const struct bench_lanes *lanes = bench_lanes_choose(f->options->isa);
  json_object_begin(json, "machine");
  json_text(json, "processor", name);
  json_text(json, "system", uname(&system) == 0 ? system.release : "unknown");
  json_whole(json, "threads", cpu_thread_count(f->options->threads));
  json_text(json, "isa", lanes != NULL ? lanes->tile->isa : "none");
  json_text(json, "version", ls_version());
  json_object_end(json);
}

static ls_status tell_json(ls_context *context, const struct bench_findings *f, ls_text **report) {
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  tell_machine(&json, f);
  tell_ceilings(&json, &f->ceilings);
  json_list_begin(&json, "cases");
  for (int k = 0; k < f->result_count; k++)
    for (int e = 0; e < f->result[k].score_count; e++) tell_score(&json, f, &f->result[k], &f->result[k].score[e]);
  json_list_end(&json);
  json_list_begin(&json, "skipped");
  for (int k = 0; k < f->result_count; k++)
    if (f->result[k].skipped != NULL) {
      json_object_begin(&json, NULL);
      json_text(&json, "id", f->result[k].what->id);
      json_text(&json, "reason", f->result[k].skipped);
      json_object_end(&json);
    }
  json_list_end(&json);
  bool agrees = true;
  for (int k = 0; k < f->result_count; k++) agrees = agrees && f->result[k].agrees;
  json_flag(&json, "digests_agree", agrees);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- the table ----------------------------------------------------------------------------------------------------------------- */

static void print_rate(struct buffer *out, int64_t count, const struct bench_spread *spread) {
  if (!(spread->median > 0)) {
    buffer_print(out, " %34s", "-");
    return;
  }
  buffer_print(out, " %12.4g (%9.3g to %9.3g)", (double)count / spread->median, (double)count / spread->most,
               (double)count / spread->least);
}

static void print_score(struct buffer *out, const struct bench_findings *f, const struct bench_result *r,
                        const struct bench_score *s) {
  const bool draws = r->what->kind == BENCH_DRAWING;
  buffer_print(out, "%-8s %-5s %-5s %8.4f", r->what->id, s->backend, draws ? "draw" : s->engine, s->default_share);
  print_rate(out, draws ? s->count : s->given_count, &s->solving);
  print_rate(out, s->count, &s->whole);
  const double peak = bench_ceilings_peak(&f->ceilings, f->options->isa);
  if (s->flops > 0 && peak > 0)
    buffer_print(out, " %6.2f", rate(s->flops, s->solving.median) / peak);
  else
    buffer_print(out, " %6s", "-");
  buffer_print(out, " %s\n", s->check.scenarios == 0 ? "-" : s->check.passed ? "ok" : "WRONG");
  if (s->plain.median > 0)
    buffer_print(out, "%-8s all beyond plain sums takes %.1f%% of the whole\n", r->what->id,
                 100 * share(s->whole.median - s->plain.median, s->whole.median));
}

static ls_status tell_text(ls_context *context, const struct bench_findings *f, ls_text **report) {
  struct buffer out = buffer_start(context);
  const struct bench_ceilings *c = &f->ceilings;
  for (int k = 0; k < BENCH_ISA_TOTAL && c->measured; k++)
    if (c->peak[k].isa != NULL) buffer_print(&out, "%s: %.4g flop/s; ", c->peak[k].isa, c->peak[k].multiply_adds);
  if (c->measured)
    buffer_print(&out, "reading %.4g, copying %.4g bytes/s; %.4g normals/s; %d threads\n", c->read, c->copy, c->normals,
                 c->threads);
  buffer_print(&out, "%-8s %-5s %-5s %8s %35s %35s %6s %s\n", "case", "where", "how", "defaults",
               "solve alone, scenarios/s (range)", "end to end, scenarios/s (range)", "peak", "answers");
  for (int k = 0; k < f->result_count; k++) {
    const struct bench_result *r = &f->result[k];
    for (int e = 0; e < r->score_count; e++) print_score(&out, f, r, &r->score[e]);
    if (r->skipped != NULL) buffer_print(&out, "%-8s not run: %s\n", r->what->id, r->skipped);
    if (!r->agrees) buffer_print(&out, "%-8s the digests DIFFER\n", r->what->id);
  }
  return buffer_finish(&out, report);
}

ls_status bench_report(ls_context *context, const struct bench_findings *findings, ls_format format, ls_text **report) {
  return format == LS_FORMAT_JSON ? tell_json(context, findings, report) : tell_text(context, findings, report);
}

/* ---- the list of cases ------------------------------------------------------------------------------------------------------------ */

static ls_status list_json(ls_context *context, ls_text **report) {
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_list_begin(&json, "cases");
  for (int k = 0; bench_case_at(k) != NULL; k++) {
    const struct bench_case *what = bench_case_at(k);
    json_object_begin(&json, NULL);
    json_text(&json, "id", what->id);
    json_text(&json, "title", what->title);
    json_text(&json, "model", what->model);
    json_whole(&json, "entities", what->entities);
    json_whole(&json, "scenarios", what->count);
    json_flag(&json, "large", what->is_large);
    json_object_end(&json);
  }
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

ls_status bench_report_cases(ls_context *context, ls_format format, ls_text **report) {
  if (format == LS_FORMAT_JSON) return list_json(context, report);
  struct buffer out = buffer_start(context);
  for (int k = 0; bench_case_at(k) != NULL; k++) {
    const struct bench_case *what = bench_case_at(k);
    buffer_print(&out, "%-9s %-52s %10" PRId64 " scenarios%s\n", what->id, what->title, what->count,
                 what->is_large ? ", for a GPU" : "");
  }
  return buffer_finish(&out, report);
}
