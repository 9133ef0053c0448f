/* generate.c - ls_generate: balance sheets around the links of a random network, written lender by lender.
 *
 * A lender lends the interbank share of its assets, split by its borrowers' sizes. Its equity is the capital ratio of
 * its assets; outside creditors hold the rest. Who owes more to the others than that leaves has larger outside assets
 * instead, so that every equity is positive and every balance sheet balances.
 */
#include "network/generate.h"

#include "core/arithmetic.h"
#include "io/json.h"
#include "network/folder_writer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct generation {
  ls_context *context;
  const ls_generate_options *options;
  struct random_network network;
  struct folder_writer writer;
  double *claims, *debts; /* [count] sums of links */
  int64_t links;
  double assets, lent, equity; /* of all */
};

ls_generate_options ls_generate_options_default(void) {
  return (ls_generate_options){.degree = 5, .core_share = 0.1, .capital_ratio = 0.04, .interbank_share = 0.2};
}

/* "e1", "e2", ...: printf is too slow for millions. */
static void put_id(struct buffer *out, int32_t entity) {
  char text[16], *at = text + sizeof text;
  int32_t number = entity + 1, length = 1;
  for (; number > 0; number /= 10, length++) *--at = (char)('0' + number % 10);
  *--at = 'e';
  buffer_add(out, at, (size_t)length);
}

static ls_status write_row(struct generation *g, int32_t lender) {
  const struct random_network *network = &g->network;
  struct buffer *out = &g->writer.file[FOLDER_LIABILITIES].buffer;
  const double amount = g->options->interbank_share * network->size[lender];
  double sizes = 0;
  for (int32_t k = 0; k < network->borrower_count; k++) sizes += network->size[network->borrower[k]];
  for (int32_t k = 0; k < network->borrower_count; k++) {
    const int32_t borrower = network->borrower[k];
    const double part = amount * (network->size[borrower] / sizes);
    put_id(out, borrower);
    buffer_text(out, ",");
    put_id(out, lender);
    buffer_text(out, ",");
    buffer_number(out, part, "");
    buffer_text(out, "\n");
    g->claims[lender] += part, g->debts[borrower] += part;
  }
  g->links += network->borrower_count;
  return text_file_step(&g->writer.file[FOLDER_LIABILITIES]);
}

static ls_status write_links(struct generation *g) {
  ls_status status = folder_open(&g->writer, FOLDER_LIABILITIES);
  if (status == LS_STATUS_OK) buffer_text(&g->writer.file[FOLDER_LIABILITIES].buffer, FOLDER_LIABILITIES_HEADER);
  for (int32_t i = 0; i < g->network.count && status == LS_STATUS_OK; i++) {
    random_network_row(&g->network, i);
    status = write_row(g, i);
  }
  return status;
}

static ls_status write_entity(struct generation *g, int32_t i) {
  struct buffer *out = &g->writer.file[FOLDER_ENTITIES].buffer;
  const double ratio = g->options->capital_ratio, needed = g->debts[i] / (1 - ratio);
  const bool is_large = g->network.size[i] > needed;
  const double assets = is_large ? g->network.size[i] : needed;
  const double outside = is_large ? assets - ratio * assets - g->debts[i] : 0;
  put_id(out, i);
  if (g->network.core_count > 0) buffer_text(out, i < g->network.core_count ? ",core" : ",periphery");
  buffer_text(out, ",");
  buffer_number(out, fmax(assets - g->claims[i], 0), "");
  buffer_text(out, ",");
  buffer_number(out, fmax(outside, 0), "");
  buffer_text(out, ",");
  buffer_number(out, ratio * assets, "");
  buffer_text(out, "\n");
  g->assets += assets, g->lent += g->claims[i], g->equity += ratio * assets;
  return text_file_step(&g->writer.file[FOLDER_ENTITIES]);
}

static ls_status write_entities(struct generation *g) {
  ls_status status = folder_open(&g->writer, FOLDER_ENTITIES);
  if (status == LS_STATUS_OK)
    buffer_print(&g->writer.file[FOLDER_ENTITIES].buffer, "id,%sexternal_assets,external_liabilities,equity\n",
                 g->network.core_count > 0 ? "sector," : "");
  for (int32_t i = 0; i < g->network.count && status == LS_STATUS_OK; i++) status = write_entity(g, i);
  return status;
}

static ls_status write_metadata(struct generation *g) {
  const ls_generate_options *o = g->options;
  char *description =
      context_print(g->context,
                    "Random network, kind %s, %d entities, seed %" PRIu64
                    ", degree %.6g, core share %.6g, capital ratio %.6g, interbank share %.6g",
                    o->kind, g->network.count, o->seed, o->degree, g->network.core_count > 0 ? o->core_share : 0,
                    o->capital_ratio, o->interbank_share);
  ls_status status = description != NULL ? folder_write_metadata(&g->writer, description,
                                                                 "drawn by loopstress generate; no bank is real")
                                         : LS_STATUS_OUT_OF_MEMORY;
  context_release(g->context, description);
  return status;
}

static ls_status write_network(struct generation *g) {
  g->claims = context_allocate(g->context, (size_t)g->network.count, sizeof *g->claims);
  g->debts = context_allocate(g->context, (size_t)g->network.count, sizeof *g->debts);
  ls_status status = g->claims != NULL && g->debts != NULL ? write_links(g) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = write_entities(g);
  return status == LS_STATUS_OK ? write_metadata(g) : status;
}

/* ---- the report -------------------------------------------------------------------------------------------------- */

static ls_status tell(const struct generation *g, ls_format format, ls_text **report) {
  const double degree = (double)g->links / g->network.count;
  if (format == LS_FORMAT_TEXT) {
    struct buffer out = buffer_start(g->context);
    buffer_print(&out, "%s: %d entities, %" PRId64 " links, %.3g each\n", g->options->kind, g->network.count, g->links,
                 degree);
    buffer_print(&out, "assets %.6g, lent to one another %.6g, equity %.6g\n", g->assets, g->lent, g->equity);
    return buffer_finish(&out, report);
  }
  struct json json = json_start(g->context);
  json_object_begin(&json, NULL);
  json_text(&json, "kind", g->options->kind);
  json_seed(&json, "seed", g->options->seed);
  json_whole(&json, "entities", g->network.count);
  json_whole(&json, "core", g->network.core_count);
  json_whole(&json, "links", g->links);
  json_number(&json, "mean_degree", degree);
  json_number(&json, "assets", g->assets);
  json_number(&json, "lent", g->lent);
  json_number(&json, "equity", g->equity);
  json_object_end(&json);
  return json_finish(&json, report);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static ls_status generate(ls_context *context, const ls_generate_options *options, const char *folder, bool replace,
                          ls_format format, ls_text **report) {
  struct generation g = {.context = context, .options = options};
  ls_text *told = NULL;
  ls_status status = random_network_create(context, options, &g.network);
  if (status == LS_STATUS_OK) status = folder_begin(context, folder, replace, &g.writer);
  if (status == LS_STATUS_OK) status = write_network(&g);
  if (status == LS_STATUS_OK && report != NULL) status = tell(&g, format, &told);
  if (status == LS_STATUS_OK) status = folder_finish(&g.writer);
  folder_abandon(&g.writer);
  context_release(context, g.debts);
  context_release(context, g.claims);
  random_network_release(&g.network);
  if (status == LS_STATUS_OK && report != NULL)
    *report = told;
  else
    ls_text_destroy(&told);
  return status;
}

ls_status ls_generate(ls_context *context, const ls_generate_options *options, const char *folder, bool replace,
                      ls_format format, ls_text **report) {
  fenv_t before;
  arithmetic_begin(&before);
  const ls_status status = generate(context, options, folder, replace, format, report);
  arithmetic_restore(&before);
  return status;
}
