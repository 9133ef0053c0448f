/* reconstruct.c - ls_reconstruct: from a file of sums to a network folder, by the method asked for. */
#include "network/reconstruct.h"

#include "core/arithmetic.h"
#include "io/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MEMBERS_MOST = 10000 }; /* as many as a run may have draws */

struct reconstruction {
  ls_context *context;
  const ls_reconstruct_options *options;
  const struct reconstruct_method *method;
  struct sums sums;
  struct folder_writer writer;
  int32_t member;           /* which one is being written, from 0 */
  double *lent, *borrowed;  /* [count] sums of member 0 as written */
  int64_t links, all_links; /* of member 0; of all */
  int32_t steps;            /* sweeps of ras, restarts of minimum-density */
  double z;
};

struct reconstruct_method {
  const char *name, *source;
  bool takes_links;  /* --links and --ensemble */
  const char *steps; /* what `steps` counts; NULL: nothing */
  ls_status (*make)(struct reconstruction *);
};

/* ---- links as rows ----------------------------------------------------------------------------------------------- */

static ls_status put_link(struct reconstruction *r, enum folder_file file, int32_t lender, int32_t borrower,
                          double amount) {
  struct buffer *out = &r->writer.file[file].buffer;
  if (file == FOLDER_ENSEMBLE) buffer_print(out, "%d,", (int)r->member + 1);
  buffer_cell(out, sums_id(&r->sums, borrower), false);
  buffer_text(out, ",");
  buffer_cell(out, sums_id(&r->sums, lender), false);
  buffer_text(out, ",");
  buffer_number(out, amount, "");
  buffer_text(out, "\n");
  return text_file_step(&r->writer.file[file]);
}

static ls_status take_link(void *user, int32_t lender, int32_t borrower, double amount) {
  struct reconstruction *r = user;
  ls_status status = LS_STATUS_OK;
  r->all_links++;
  if (r->member == 0) {
    r->links++;
    r->lent[lender] += amount, r->borrowed[borrower] += amount;
    status = put_link(r, FOLDER_LIABILITIES, lender, borrower, amount);
  }
  if (status == LS_STATUS_OK && r->options->ensemble > 0)
    status = put_link(r, FOLDER_ENSEMBLE, lender, borrower, amount);
  return status;
}

/* ---- methods ----------------------------------------------------------------------------------------------------- */

static ls_status make_ras(struct reconstruction *r) {
  return reconstruct_ras(&r->sums, &(struct link_sink){take_link, r}, &r->steps);
}

static ls_status make_minimum_density(struct reconstruction *r) {
  return reconstruct_minimum_density(&r->sums, r->options->seed, &(struct link_sink){take_link, r}, &r->steps);
}

static int32_t member_count(const struct reconstruction *r) {
  return r->options->ensemble > 1 ? (int32_t)r->options->ensemble : 1;
}

static ls_status make_gravity(struct reconstruction *r) {
  const struct link_sink sink = {take_link, r};
  ls_status status = gravity_calibrate(&r->sums, (double)r->options->links, &r->z);
  for (r->member = 0; r->member < member_count(r) && status == LS_STATUS_OK; r->member++)
    status = gravity_draw(&r->sums, r->z, r->options->seed, r->member, &sink);
  return status;
}

static ls_status make_gibbs(struct reconstruction *r) {
  const struct link_sink sink = {take_link, r};
  struct gibbs *gibbs = NULL;
  ls_status status = gibbs_begin(&r->sums, (double)r->options->links, r->options->seed, &gibbs);
  for (r->member = 0; r->member < member_count(r) && status == LS_STATUS_OK; r->member++)
    status = gibbs_draw(&r->sums, gibbs, &sink);
  gibbs_destroy(&gibbs);
  return status;
}

static const struct reconstruct_method METHOD[] = {
    {"ras", "maximum entropy by iterative proportional fitting (Deming and Stephan 1940)", false, "sweeps", make_ras},
    {"minimum-density", "minimum density (Anand, Craig and von Peter 2015)", false, "restarts", make_minimum_density},
    {"gravity", "density-corrected gravity (Cimini, Squartini, Garlaschelli and Gabrielli 2015)", true, NULL,
     make_gravity},
    {"gibbs", "Gibbs sampler (Gandy and Veraart 2017)", true, NULL, make_gibbs},
};
enum { METHOD_COUNT = sizeof METHOD / sizeof METHOD[0] };

/* ---- options ----------------------------------------------------------------------------------------------------- */

ls_reconstruct_options ls_reconstruct_options_default(void) { return (ls_reconstruct_options){.method = NULL}; }

static const struct reconstruct_method *find_method(const char *name) {
  for (int k = 0; k < METHOD_COUNT && name != NULL; k++)
    if (strcmp(METHOD[k].name, name) == 0) return &METHOD[k];
  return NULL;
}

static ls_status check_options(ls_context *context, const ls_reconstruct_options *options,
                               const struct reconstruct_method *method) {
  if (method == NULL)
    return context_fail(context, LS_STATUS_USAGE, "method is '%s', must be ras, minimum-density, gravity or gibbs",
                        options->method != NULL ? options->method : "");
  if (options->links < 0 || options->ensemble < 0 || options->ensemble > MEMBERS_MOST)
    return context_fail(context, LS_STATUS_USAGE, "links must be >= 0, the ensemble within 0 and %d", MEMBERS_MOST);
  if (method->takes_links && options->links == 0)
    return context_fail(context, LS_STATUS_USAGE, "'%s' needs the number of links to expect (--links)", method->name);
  if (!method->takes_links && (options->links > 0 || options->ensemble > 0))
    return context_fail(context, LS_STATUS_USAGE, "'%s' makes one network: it takes no number of links and no ensemble",
                        method->name);
  return LS_STATUS_OK;
}

/* ---- the folder -------------------------------------------------------------------------------------------------- */

static ls_status write_metadata(struct reconstruction *r) {
  const ls_reconstruct_options *options = r->options;
  char count[64] = "";
  if (r->method->takes_links)
    snprintf(count, sizeof count, ", %" PRId64 " links expected, %d members", options->links, (int)member_count(r));
  char *description =
      context_print(r->context, "Reconstructed from the sums of %s by %s; method %s, seed %" PRIu64 "%s", r->sums.file,
                    r->method->source, r->method->name, options->seed, count);
  char *source = context_print(r->context, "%s: sums of claims and debts by entity", r->sums.file);
  ls_status status = description != NULL && source != NULL ? folder_write_metadata(&r->writer, description, source)
                                                           : LS_STATUS_OUT_OF_MEMORY;
  context_release(r->context, source);
  context_release(r->context, description);
  return status;
}

static ls_status write_network(struct reconstruction *r) {
  ls_status status = sums_write_entities(&r->sums, &r->writer);
  if (status == LS_STATUS_OK) status = folder_open(&r->writer, FOLDER_LIABILITIES);
  if (status == LS_STATUS_OK && r->options->ensemble > 0) status = folder_open(&r->writer, FOLDER_ENSEMBLE);
  if (status != LS_STATUS_OK) return status;
  buffer_text(&r->writer.file[FOLDER_LIABILITIES].buffer, FOLDER_LIABILITIES_HEADER);
  if (r->options->ensemble > 0) buffer_text(&r->writer.file[FOLDER_ENSEMBLE].buffer, FOLDER_ENSEMBLE_HEADER);
  /* With nothing owed there is nothing to spread. */
  if (r->sums.total > 0) status = r->method->make(r);
  return status == LS_STATUS_OK ? write_metadata(r) : status;
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

static double largest_error(const struct reconstruction *r) {
  double error = 0;
  for (int32_t i = 0; i < r->sums.count; i++) {
    const double given[2] = {r->sums.claims[i], r->sums.debts[i]}, made[2] = {r->lent[i], r->borrowed[i]};
    for (int k = 0; k < 2; k++)
      if (given[k] > 0) error = fmax(error, fabs(made[k] / given[k] - 1));
  }
  return error;
}

static ls_status tell_json(const struct reconstruction *r, ls_text **report) {
  struct json json = json_start(r->context);
  json_object_begin(&json, NULL);
  json_text(&json, "method", r->method->name);
  json_text(&json, "source", r->method->source);
  json_seed(&json, "seed", r->options->seed);
  json_whole(&json, "entities", r->sums.count);
  json_whole(&json, "lenders", r->sums.lender_count);
  json_whole(&json, "borrowers", r->sums.borrower_count);
  json_number(&json, "total", r->sums.total);
  json_whole(&json, "links", r->links);
  json_whole(&json, "possible_links", r->sums.pair_count);
  json_number(&json, "largest_relative_error", largest_error(r));
  if (r->method->steps != NULL) json_whole(&json, r->method->steps, r->steps);
  if (r->method->takes_links) json_whole(&json, "expected_links", r->options->links);
  if (r->method->make == make_gravity) json_number(&json, "z", r->z);
  json_whole(&json, "members", r->options->ensemble);
  if (r->options->ensemble > 0) json_whole(&json, "links_of_all_members", r->all_links);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status tell_text(const struct reconstruction *r, ls_text **report) {
  struct buffer out = buffer_start(r->context);
  buffer_print(&out, "%d entities, %d lenders, %d borrowers, total %.6g\n", r->sums.count, r->sums.lender_count,
               r->sums.borrower_count, r->sums.total);
  buffer_print(&out, "%" PRId64 " links of %" PRId64 " possible ones, by %s\n", r->links, r->sums.pair_count,
               r->method->source);
  if (r->method->steps != NULL) buffer_print(&out, "%d %s\n", r->steps, r->method->steps);
  if (r->method->make == make_gravity) buffer_print(&out, "z %.17g\n", r->z);
  if (r->options->ensemble > 0)
    buffer_print(&out, "%" PRId64 " members with %" PRId64 " links in all\n", r->options->ensemble, r->all_links);
  buffer_print(&out, "sums of claims and debts hold to %.2g of their size%s\n", largest_error(r),
               r->method->make == make_gravity
                   ? " (on average over members exactly, but for what would be lent to itself)"
                   : "");
  return buffer_finish(&out, report);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static ls_status make_sums(struct reconstruction *r) {
  r->lent = context_allocate(r->context, (size_t)r->sums.count, sizeof *r->lent);
  r->borrowed = context_allocate(r->context, (size_t)r->sums.count, sizeof *r->borrowed);
  return r->lent != NULL && r->borrowed != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static ls_status reconstruct(ls_context *context, const char *path, const ls_reconstruct_options *options,
                             const char *folder, bool replace, ls_format format, ls_text **report) {
  struct reconstruction r = {.context = context, .options = options, .method = find_method(options->method)};
  ls_text *told = NULL;
  ls_status status = check_options(context, options, r.method);
  if (status == LS_STATUS_OK) status = sums_read(context, path, &r.sums);
  if (status == LS_STATUS_OK) status = make_sums(&r);
  if (status == LS_STATUS_OK) status = folder_begin(context, folder, replace, &r.writer);
  if (status == LS_STATUS_OK) status = write_network(&r);
  if (status == LS_STATUS_OK && report != NULL)
    status = format == LS_FORMAT_JSON ? tell_json(&r, &told) : tell_text(&r, &told);
  if (status == LS_STATUS_OK) status = folder_finish(&r.writer);
  folder_abandon(&r.writer);
  context_release(context, r.borrowed);
  context_release(context, r.lent);
  sums_release(&r.sums);
  if (status == LS_STATUS_OK && report != NULL)
    *report = told;
  else
    ls_text_destroy(&told);
  return status;
}

ls_status ls_reconstruct(ls_context *context, const char *marginals, const ls_reconstruct_options *options,
                         const char *folder, bool replace, ls_format format, ls_text **report) {
  fenv_t before;
  arithmetic_begin(&before);
  const ls_status status = reconstruct(context, marginals, options, folder, replace, format, report);
  arithmetic_restore(&before);
  return status;
}
