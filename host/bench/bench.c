/* bench.c - ls_bench: what was asked for, case by case, then the report. */
#include <string.h>

#include "bench/bench_export.h"
#include "bench/bench_report.h"
#include "core/arithmetic.h"
#include "io/buffer.h"
#include "io/file.h"
#include "io/number.h"

enum { ROUNDS = 5, CASES_MOST = 64 };

ls_bench_options ls_bench_options_default(void) { return (ls_bench_options){.rounds = ROUNDS}; }

/* ---- reading what was asked for --------------------------------------------------------------------------------------------- */

/* Texts that the wish points to. */
struct words {
  char *text;
  const char *setting[64];
};

/* Cuts "a,b" in place; false for an empty or one too many. */
static bool cut_list(char *text, const char *list[BENCH_NAMES_MOST], int *count) {
  for (char *at = text; at != NULL;) {
    char *comma = strchr(at, ',');
    if (comma != NULL) *comma = '\0';
    if (*at == '\0' || *count == BENCH_NAMES_MOST) return false;
    list[(*count)++] = at;
    at = comma != NULL ? comma + 1 : NULL;
  }
  return true;
}

static bool cuda_answers(void) {
  char reason[256];
  for (int k = 0; k < LS_BACKEND_TOTAL; k++)
    if (strcmp(LS_BACKENDS[k]->name, "cuda") == 0) return LS_BACKENDS[k]->available(reason, sizeof reason);
  return false;
}

static ls_status read_backends(ls_context *context, char *text, struct bench_wish *wish) {
  if (text == NULL) {
    wish->backend[wish->backend_count++] = "cpu";
    if (cuda_answers()) wish->backend[wish->backend_count++] = "cuda";
    return LS_STATUS_OK;
  }
  if (!cut_list(text, wish->backend, &wish->backend_count))
    return context_fail(context, LS_STATUS_USAGE,
                        "--backend is '%s', must be names with commas between, as in cpu,cuda",
                        wish->options->backends);
  const struct ls_backend *backend;
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < wish->backend_count && status == LS_STATUS_OK; k++)
    status = backend_choose(context, wish->backend[k], &backend);
  return status;
}

static ls_status read_engines(ls_context *context, char *text, struct bench_wish *wish) {
  static const char *const NAMES[] = {"auto", "push", "tile", "sweep"};
  if (text == NULL) {
    wish->engine[wish->engine_count++] = "auto";
    return LS_STATUS_OK;
  }
  bool fine = cut_list(text, wish->engine, &wish->engine_count);
  for (int k = 0; k < wish->engine_count && fine; k++) {
    bool known = false;
    for (int j = 0; j < 4; j++) known = known || strcmp(NAMES[j], wish->engine[k]) == 0;
    fine = known;
  }
  if (fine) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_USAGE,
                      "--engine is '%s', must be of auto, push, tile, sweep with commas between",
                      wish->options->engines);
}

/* A setting of the shocks; false where it is one of the model's. */
static ls_status read_shock_setting(ls_context *context, const char *text, const char *key, double most, double *value,
                                    bool *mine) {
  const size_t length = strlen(key);
  *mine = strncmp(text, key, length) == 0 && text[length] == '=';
  if (!*mine) return LS_STATUS_OK;
  if (number_parse(text + length + 1, value) == NUMBER_FINE && *value >= 0 && *value <= most) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_USAGE, "--set %s: must be a number from 0 to %g", text, most);
}

static ls_status read_settings(ls_context *context, struct words *words, struct bench_wish *wish) {
  const ls_bench_options *o = wish->options;
  const int most = (int)(sizeof words->setting / sizeof words->setting[0]);
  ls_status status = LS_STATUS_OK;
  wish->sigma = wish->correlation = -1;
  wish->setting = words->setting;
  for (int k = 0; k < o->setting_count && status == LS_STATUS_OK; k++) {
    bool sigma = false, correlation = false;
    status = read_shock_setting(context, o->settings[k], "shock_sigma", 2, &wish->sigma, &sigma);
    if (status == LS_STATUS_OK)
      status = read_shock_setting(context, o->settings[k], "shock_correlation", 1, &wish->correlation, &correlation);
    if (status != LS_STATUS_OK || sigma || correlation) continue;
    if (wish->setting_count == most) return context_fail(context, LS_STATUS_USAGE, "more than %d settings", most);
    words->setting[wish->setting_count++] = o->settings[k];
  }
  return status;
}

static ls_status check_numbers(ls_context *context, const ls_bench_options *o) {
  if (o->rounds < 1 || o->rounds > BENCH_ROUNDS_MOST)
    return context_fail(context, LS_STATUS_USAGE, "--rounds is %d, must be from 1 to %d", o->rounds, BENCH_ROUNDS_MOST);
  if (o->count < 0 || o->threads < 0 || o->chunk < 0)
    return context_fail(context, LS_STATUS_USAGE, "count, threads and chunk must be >= 0");
  if (o->isa != NULL && bench_lanes_choose(o->isa) == NULL)
    return context_fail(context, LS_STATUS_BACKEND_UNAVAILABLE, "instruction set '%s': this processor lacks it",
                        o->isa);
  if (o->network != NULL && o->case_count == 0 && o->model == NULL)
    return context_fail(context, LS_STATUS_USAGE, "a network of one's own needs --model");
  return o->output != NULL ? file_output_check(context, o->output, o->replace) : LS_STATUS_OK;
}

static ls_status read_wish(ls_context *context, const ls_bench_options *o, struct words *words,
                           struct bench_wish *wish) {
  const char *backends = o->backends != NULL ? o->backends : "", *engines = o->engines != NULL ? o->engines : "";
  wish->options = o;
  ls_status status = check_numbers(context, o);
  if (status != LS_STATUS_OK) return status;
  words->text = context_allocate(context, strlen(backends) + strlen(engines) + 2, 1);
  if (words->text == NULL) return LS_STATUS_OUT_OF_MEMORY;
  char *second = words->text + strlen(backends) + 1;
  memcpy(words->text, backends, strlen(backends));
  memcpy(second, engines, strlen(engines));
  status = read_backends(context, o->backends != NULL ? words->text : NULL, wish);
  if (status == LS_STATUS_OK) status = read_engines(context, o->engines != NULL ? second : NULL, wish);
  return status == LS_STATUS_OK ? read_settings(context, words, wish) : status;
}

/* ---- cases -------------------------------------------------------------------------------------------------------------------- */

static const struct bench_case OWN_NETWORK = {
    .id = "network", .kind = BENCH_NETWORK, .title = "a network of the caller's"};

static ls_status refuse_case(ls_context *context, const char *id) {
  const char *nearest = bench_case_nearest(id);
  return context_fail(context, LS_STATUS_USAGE, "there is no case '%s'%s%s%s (see: loopstress bench --list)", id,
                      nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                      nearest != NULL ? "'?" : "");
}

static ls_status choose_cases(ls_context *context, const ls_bench_options *o, const struct bench_case **list,
                              int *count) {
  for (int k = 0; k < o->case_count; k++) {
    const struct bench_case *what = bench_case_find(o->cases[k]);
    if (what == NULL) return refuse_case(context, o->cases[k]);
    if (*count == CASES_MOST) return context_fail(context, LS_STATUS_USAGE, "more than %d cases", CASES_MOST);
    list[(*count)++] = what;
  }
  if (*count > 0) return LS_STATUS_OK;
  if (o->network != NULL) {
    list[(*count)++] = &OWN_NETWORK;
    return LS_STATUS_OK;
  }
  for (int k = 0; bench_case_at(k) != NULL; k++)
    if (!bench_case_at(k)->is_large) list[(*count)++] = bench_case_at(k);
  return LS_STATUS_OK;
}

static ls_status measure_all(ls_context *context, const struct bench_wish *wish, const struct bench_case *const *list,
                             struct bench_findings *f) {
  ls_status status = LS_STATUS_OK;
  if (!wish->options->times_only) status = bench_ceilings_measure(context, wish->options->threads, &f->ceilings);
  const int count = f->result_count;
  f->result_count = 0;
  for (int k = 0; k < count && status == LS_STATUS_OK; k++) {
    status = bench_measure(context, wish, list[k], &f->result[k]);
    f->result_count++;
    context_report_progress(context, k + 1, count);
  }
  return status;
}

static ls_status judge(ls_context *context, const struct bench_findings *f) {
  for (int k = 0; k < f->result_count; k++) {
    const struct bench_result *r = &f->result[k];
    for (int e = 0; e < r->score_count; e++)
      if (!r->score[e].check.passed)
        return context_fail(context, LS_STATUS_CHECK_FAILED, "%s on %s: wrong answers (%lld defaults, difference %.3g)",
                            r->what->id, r->score[e].backend, (long long)r->score[e].check.flips,
                            r->score[e].check.difference);
    if (!r->agrees) return context_fail(context, LS_STATUS_CHECK_FAILED, "%s: digests differ", r->what->id);
  }
  return LS_STATUS_OK;
}

static ls_status save(ls_context *context, const struct bench_findings *f) {
  ls_text *text = NULL;
  ls_status status = bench_report(context, f, LS_FORMAT_JSON, &text);
  if (status == LS_STATUS_OK)
    status = file_write(context, f->options->output, ls_text_data(text), ls_text_length(text), f->options->replace);
  ls_text_destroy(&text);
  return status;
}

static ls_status run_cases(ls_context *context, const struct bench_wish *wish, const struct bench_case *const *list,
                           int count, ls_format format, ls_text **report) {
  struct bench_findings f = {.options = wish->options, .result_count = count};
  f.result = context_allocate(context, (size_t)count, sizeof *f.result);
  ls_status status = f.result != NULL ? measure_all(context, wish, list, &f) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK && wish->options->output != NULL) status = save(context, &f);
  if (status == LS_STATUS_OK) status = bench_report(context, &f, format, report);
  if (status == LS_STATUS_OK) status = judge(context, &f);
  for (int k = 0; k < f.result_count && f.result != NULL; k++) context_release(context, f.result[k].skipped);
  context_release(context, f.result);
  return status;
}

static ls_status export_cases(ls_context *context, const struct bench_wish *wish, const struct bench_case *const *list,
                              int count, ls_text **report) {
  struct buffer out = buffer_start(context);
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < count && status == LS_STATUS_OK; k++) {
    bool written = false;
    status = bench_export(context, wish, list[k], &written);
    if (written)
      buffer_print(&out, "%s/%s.h5\n", wish->options->folder, list[k]->id);
    else
      buffer_print(&out, "%s: nothing to hand over\n", list[k]->id);
  }
  if (status == LS_STATUS_OK) return buffer_finish(&out, report);
  buffer_release(&out);
  return status;
}

static ls_status bench(ls_context *context, const ls_bench_options *options, ls_format format, ls_text **report) {
  const struct bench_case *list[CASES_MOST];
  struct bench_wish wish = {0};
  struct words words = {0};
  int count = 0;
  if (options->list) return bench_report_cases(context, format, report);
  ls_status status = read_wish(context, options, &words, &wish);
  if (status == LS_STATUS_OK) status = choose_cases(context, options, list, &count);
  if (status == LS_STATUS_OK)
    status = options->folder != NULL ? export_cases(context, &wish, list, count, report)
                                     : run_cases(context, &wish, list, count, format, report);
  context_release(context, words.text);
  return status;
}

ls_status ls_bench(ls_context *context, const ls_bench_options *options, ls_format format, ls_text **report) {
  fenv_t before;
  arithmetic_begin(&before);
  const ls_status status = bench(context, options, format, report);
  arithmetic_restore(&before);
  return status;
}
