/* test_generate.c - random networks: balance sheets that balance, and the pattern of links that each kind promises. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "greatest.h"
#include "network/generate.h"
#include "network/network.h"
#include "support.h"

static const char *const KINDS[] = {"core-periphery", "erdos-renyi", "scale-free"};
enum { KINDS_COUNT = 3 };

static ls_generate_options options_of(const char *kind, int64_t entities, double degree) {
  ls_generate_options options = ls_generate_options_default();
  options.kind = kind, options.entities = entities, options.degree = degree, options.seed = 3;
  return options;
}

/* ---- balance sheets
 * --------------------------------------------------------------------------------------------------- */

static ls_status write_and_read(ls_context *context, const ls_generate_options *options, ls_network **network) {
  char folder[4096], path[4200];
  if (!support_make_folder(folder)) return LS_STATUS_IO;
  snprintf(path, sizeof path, "%s/net", folder);
  ls_status status = ls_generate(context, options, path, false, LS_FORMAT_TEXT, NULL);
  if (status == LS_STATUS_OK) status = ls_network_read(context, path, NULL, network);
  support_remove_folder(folder);
  return status;
}

/* 1e-12 of assets: a few roundings of numbers of their size, and of sums of some hundred links. */
static bool balances(const ls_network *network, const ls_generate_options *options) {
  const struct table *links = &network->table[TABLE_LIABILITIES];
  const double *amount = network_numbers(network, TABLE_LIABILITIES, "amount");
  double *claims = calloc((size_t)network->entity_count, sizeof *claims),
         *debts = calloc((size_t)network->entity_count, sizeof *debts);
  bool good = links->row_count > 0;
  for (int64_t k = 0; k < links->row_count; k++) claims[links->to[k]] += amount[k], debts[links->from[k]] += amount[k];
  for (int32_t i = 0; i < network->entity_count && good; i++) {
    const double outside = network_number(network, TABLE_ENTITIES, "external_assets", i, NAN);
    const double owed = network_number(network, TABLE_ENTITIES, "external_liabilities", i, NAN);
    const double equity = network_number(network, TABLE_ENTITIES, "equity", i, NAN), assets = outside + claims[i];
    good = equity > 0 && fabs(equity - (assets - debts[i] - owed)) < 1e-12 * assets &&
           fabs(equity / assets - options->capital_ratio) < 1e-12;
  }
  free(claims), free(debts);
  return good;
}

TEST every_balance_sheet_balances(void) {
  for (int k = 0; k < KINDS_COUNT; k++) {
    ls_context *context = NULL;
    ls_network *network = NULL;
    ls_generate_options options = options_of(KINDS[k], 2000, 8);
    options.interbank_share = 0.7, options.capital_ratio = 0.1; /* some owe more than their size bears */
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    ASSERT_EQ(LS_STATUS_OK, write_and_read(context, &options, &network));
    ASSERT_EQ(0, ls_context_warning_count(context));
    ASSERT_EQ(2000, network->entity_count);
    ASSERT(balances(network, &options));
    ls_network_destroy(&network);
    ls_context_destroy(&context);
  }
  PASS();
}

/* ---- links
 * ------------------------------------------------------------------------------------------------------------ */

struct degrees {
  int64_t links, inner, outer; /* inner: within the core; outer: within the periphery */
  double out_square, in_square, most_out;
};

static bool count_links(const ls_generate_options *options, struct degrees *degrees) {
  ls_context *context = NULL;
  struct random_network network = {0};
  *degrees = (struct degrees){0};
  if (ls_context_create(&context) != LS_STATUS_OK) return false;
  bool good = random_network_create(context, options, &network) == LS_STATUS_OK;
  int32_t *in = calloc((size_t)options->entities, sizeof *in), *last = calloc((size_t)options->entities, sizeof *last);
  for (int32_t i = 0; good && i < network.count; i++) {
    random_network_row(&network, i);
    degrees->links += network.borrower_count;
    degrees->out_square += (double)network.borrower_count * network.borrower_count;
    degrees->most_out = fmax(degrees->most_out, network.borrower_count);
    for (int32_t k = 0; k < network.borrower_count; k++) {
      const int32_t j = network.borrower[k];
      good = good && j >= 0 && j < network.count && j != i && last[j] != i + 1; /* nobody twice, nobody itself */
      last[j] = i + 1, in[j]++;
      degrees->inner += i < network.core_count && j < network.core_count;
      degrees->outer += i >= network.core_count && j >= network.core_count;
    }
  }
  for (int32_t i = 0; i < options->entities; i++) degrees->in_square += (double)in[i] * in[i];
  free(in), free(last);
  random_network_release(&network);
  ls_context_destroy(&context);
  return good;
}

/* Numbers of links: 5 standard errors of independent pairs. */
TEST mean_degrees_are_as_asked_for(void) {
  for (int k = 0; k < KINDS_COUNT; k++) {
    struct degrees found;
    const ls_generate_options options = options_of(KINDS[k], 5000, 7);
    ASSERT(count_links(&options, &found));
    ASSERT_IN_RANGE(5000 * 7.0, (double)found.links, 5 * sqrt(5000 * 7.0));
  }
  PASS();
}

/* Binomial degrees: the variance of N (N - 1) z / (N - 1) chances, whose own error over N entities is about sqrt(2 / N)
 * of it. */
TEST links_of_erdos_and_renyi_are_spread_evenly(void) {
  const double n = 20000, z = 6, error = 5 * sqrt(2 / n) * z + 0.05;
  const ls_generate_options options = options_of("erdos-renyi", (int64_t)n, z);
  struct degrees found;
  ASSERT(count_links(&options, &found));
  const double mean = (double)found.links / n;
  ASSERT_IN_RANGE(z, found.out_square / n - mean * mean, error);
  ASSERT_IN_RANGE(z, found.in_square / n - mean * mean, error);
  PASS();
}

TEST a_full_network_links_each_with_each(void) {
  const ls_generate_options all = options_of("erdos-renyi", 50, 49);
  struct degrees found;
  ASSERT(count_links(&all, &found));
  ASSERT_EQ(50 * 49, (int)found.links);
  ls_generate_options core = options_of("core-periphery", 100, (10 * 9 + 2 * 10 * 90) / 100.0);
  ASSERT(count_links(&core, &found));
  ASSERT_EQ(10 * 9 + 2 * 10 * 90, (int)found.links);
  PASS();
}

/* 100 of 1,000 are core; within it a pair is linked four times as often as at its edge, and the periphery has no link
 * of its own: 9,900 pairs within, a quarter of 180,000 at the edge. */
TEST a_core_is_dense_and_a_periphery_empty(void) {
  const ls_generate_options options = options_of("core-periphery", 1000, 5);
  const double inner = 5000 * 9900.0 / (9900 + 45000);
  struct degrees found;
  ASSERT(count_links(&options, &found));
  ASSERT_EQ(0, (int)found.outer);
  ASSERT_IN_RANGE(inner, (double)found.inner, 5 * sqrt(inner));
  PASS();
}

/* With the tail x^-1.5 the largest of 100,000 is some thousand times the smallest; of even links none has ten times the
 * mean. */
TEST links_of_a_scale_free_network_gather_at_hubs(void) {
  const ls_generate_options options = options_of("scale-free", 100000, 6), even = options_of("erdos-renyi", 100000, 6);
  struct degrees hubs, spread;
  ASSERT(count_links(&options, &hubs) && count_links(&even, &spread));
  ASSERT(hubs.most_out > 1000 && spread.most_out < 60);
  ASSERT(hubs.in_square > 20 * spread.in_square);
  PASS();
}

/* The maximum-likelihood (Hill) estimate of the tail over all sizes has the error tail / sqrt(N). */
TEST sizes_have_the_tail_that_is_promised(void) {
  enum { N = 20000 };
  ls_context *context = NULL;
  struct random_network network = {0};
  const ls_generate_options options = options_of("scale-free", N, 5);
  double sum = 0;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, random_network_create(context, &options, &network));
  for (int32_t i = 0; i < N; i++) {
    ASSERT(network.size[i] >= 100 * (1 - 1e-12));
    sum += log(network.size[i] / 100);
  }
  ASSERT_IN_RANGE(1.5, N / sum, 5 * 1.5 / sqrt(N));
  random_network_release(&network);
  ls_context_destroy(&context);
  PASS();
}

/* ---- the rest
 * --------------------------------------------------------------------------------------------------------- */

TEST options_out_of_range_are_refused_by_name(void) {
  const ls_generate_options fine = options_of("core-periphery", 100, 5);
  ls_generate_options wrong[9];
  const char *const word[9] = {"kind",        "--entities",      "--entities",        "--degree",
                               "--degree",    "--capital-ratio", "--interbank-share", "--core-share",
                               "--core-share"};
  for (int k = 0; k < 9; k++) wrong[k] = fine;
  wrong[0].kind = "small-world", wrong[1].entities = 2, wrong[2].entities = 10000001, wrong[3].degree = NAN;
  wrong[4].degree = 19, wrong[5].capital_ratio = 1, wrong[6].interbank_share = 0;
  wrong[7].core_share = 0.01, wrong[8].core_share = 1;
  for (int k = 0; k < 9; k++) {
    ls_context *context = NULL;
    struct random_network network = {0};
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    ASSERT_EQ(LS_STATUS_USAGE, random_network_create(context, &wrong[k], &network));
    ASSERT(strstr(ls_context_message(context, 0), word[k]) != NULL);
    ls_context_destroy(&context);
  }
  PASS();
}

TEST every_allocation_that_fails_leaves_nothing_behind(void) {
  char folder[4096], path[4200];
  ASSERT(support_make_folder(folder));
  snprintf(path, sizeof path, "%s/net", folder);
  ls_status status = LS_STATUS_OUT_OF_MEMORY;
  for (int64_t allowed = 0; status != LS_STATUS_OK; allowed++) {
    struct failing_allocator allocator;
    ls_context *context = NULL;
    ls_text *report = NULL;
    const ls_generate_options options = options_of("scale-free", 50, 5);
    ASSERT(allowed < 200);
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
    support_fail_after(context, &allocator, allowed);
    status = ls_generate(context, &options, path, false, LS_FORMAT_JSON, &report);
    ASSERT(status == LS_STATUS_OK || status == LS_STATUS_OUT_OF_MEMORY);
    ASSERT_EQ(status == LS_STATUS_OK, report != NULL);
    ls_text_destroy(&report);
    ls_context_destroy(&context);
    ASSERT_EQ(0, (int)allocator.held);
    if (status != LS_STATUS_OK) ASSERT(rmdir(folder) == 0 && support_make_folder(folder));
    snprintf(path, sizeof path, "%s/net", folder);
  }
  support_remove_folder(folder);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(every_balance_sheet_balances);
  RUN_TEST(mean_degrees_are_as_asked_for);
  RUN_TEST(links_of_erdos_and_renyi_are_spread_evenly);
  RUN_TEST(a_full_network_links_each_with_each);
  RUN_TEST(a_core_is_dense_and_a_periphery_empty);
  RUN_TEST(links_of_a_scale_free_network_gather_at_hubs);
  RUN_TEST(sizes_have_the_tail_that_is_promised);
  RUN_TEST(options_out_of_range_are_refused_by_name);
  RUN_TEST(every_allocation_that_fails_leaves_nothing_behind);
  GREATEST_MAIN_END();
}
