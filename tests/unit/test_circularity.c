/* test_circularity.c - circular flows: the published toy, cases worked by hand, and properties on random flows. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "greatest.h"

#include "analysis/circularity.h"
#include "spec/spec_case.h"

enum { MOST = 12 };

/* ---- a folder of flows and its report ---------------------------------------------------------------------------- */

struct folder {
  char path[64];
};

static struct folder folder_open(const char *flows, const char *investments) {
  struct folder folder = {"/tmp/loopstress_flows_XXXXXX"};
  const char *const file[2] = {"flows.csv", "investments.csv"}, *const text[2] = {flows, investments};
  char path[128];
  if (!mkdtemp(folder.path)) abort();
  for (int k = 0; k < 2; k++) {
    if (!text[k]) continue;
    snprintf(path, sizeof path, "%s/%s", folder.path, file[k]);
    FILE *out = fopen(path, "w");
    if (!out) abort();
    fputs(text[k], out);
    fclose(out);
  }
  return folder;
}

static void folder_close(struct folder *folder) {
  const char *const file[2] = {"flows.csv", "investments.csv"};
  char path[128];
  for (int k = 0; k < 2; k++) {
    snprintf(path, sizeof path, "%s/%s", folder->path, file[k]);
    unlink(path);
  }
  rmdir(folder->path);
}

/* The report as JSON; NULL (and *status) where there is none. `message` takes the first message. */
static json_t *measure(const char *flows, const char *investments, const char *basis, ls_status *status,
                       char *message) {
  struct folder folder = folder_open(flows, investments);
  ls_context *context = NULL;
  ls_text *report = NULL;
  json_t *root = NULL;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  *status = ls_circularity(context, folder.path, basis, LS_FORMAT_JSON, &report);
  if (*status == LS_STATUS_OK) root = json_loads(ls_text_data(report), 0, NULL);
  if (message) snprintf(message, 256, "%s", ls_context_message(context, 0));
  ls_text_destroy(&report);
  ls_context_destroy(&context);
  folder_close(&folder);
  return root;
}

static double number(const json_t *root, const char *key) { return json_number_value(json_object_get(root, key)); }

static double of_id(const json_t *root, const char *list, const char *id, const char *key) {
  const json_t *item;
  size_t k;
  json_array_foreach(json_object_get(root, list), k, item) {
    if (strcmp(json_string_value(json_object_get(item, "id")), id) == 0) return number(item, key);
  }
  return NAN;
}

/* ---- worked by hand ---------------------------------------------------------------------------------------------- */

/* a takes 10 from the world and 6 from b (16) and pays b 10; b takes 10 and pays a 6 and the world 4. So P_ab = 10/16,
 * P_ba = 6/10. A dollar at b is with a next in 6 of 10 cases: a's round trip. It invested 5 and b pays it 6: direct 1.
 * 5 * 0.6 = 3 of its 16 of revenue are its own. Coming back has probability 10/16 * 6/10 = 0.375 for both. Both links
 * can circulate 6. The eigenvalues of [[0, .625], [.6, 0]] are +-sqrt(.375). */
TEST two_firms_that_pay_each_other(void) {
  ls_status status;
  json_t *root = measure("payer,receiver,amount\na,b,10\nb,a,6\nworld,a,10\nb,world,4\n",
                         "investor,recipient,amount\na,b,5\n", NULL, &status, NULL);
  ASSERT_EQ(LS_STATUS_OK, status);
  ASSERT_STR_EQ("flows", json_string_value(json_object_get(root, "basis")));
  ASSERT_IN_RANGE(0.6, of_id(root, "investors", "a", "round_trip_ratio"), 1e-14);
  ASSERT_IN_RANGE(1.0, of_id(root, "investors", "a", "direct_round_trip"), 1e-14);
  ASSERT_IN_RANGE(3.0 / 16, of_id(root, "investors", "a", "self_funded_share"), 1e-14);
  ASSERT_IN_RANGE(16.0, of_id(root, "entities", "a", "throughflow"), 1e-14);
  ASSERT_IN_RANGE(10.0, of_id(root, "entities", "b", "throughflow"), 1e-14);
  ASSERT_IN_RANGE(0.375, number(root, "finn_cycling_index"), 1e-14);
  ASSERT_IN_RANGE(12.0, number(root, "max_circulation"), 1e-13);
  ASSERT_IN_RANGE(0.75, number(root, "max_circulation_share"), 1e-14);
  ASSERT_IN_RANGE(0.6123724356957945, number(root, "spectral_radius"), 1e-13);
  const json_t *cycles = json_object_get(root, "cycles");
  ASSERT_EQ(1, (int)json_array_size(cycles));
  ASSERT_IN_RANGE(6.0, number(json_array_get(cycles, 0), "amount"), 1e-14);
  ASSERT_STR_EQ("a", json_string_value(json_array_get(json_object_get(json_array_get(cycles, 0), "path"), 0)));
  json_decref(root);
  PASS();
}

/* Beside the pair above c and d, with P_cd = 10/11 and P_dc = 1/10: a radius of sqrt(1/11), less than sqrt(.375). */
TEST the_strongest_group_gives_the_spectral_radius(void) {
  ls_status status;
  json_t *root = measure("payer,receiver,amount\na,b,10\nb,a,6\nworld,a,10\nb,world,4\n"
                         "c,d,10\nd,c,1\nworld,c,10\nd,world,9\n",
                         NULL, NULL, &status, NULL);
  ASSERT_EQ(LS_STATUS_OK, status);
  ASSERT_IN_RANGE(0.6123724356957945, number(root, "spectral_radius"), 1e-13);
  json_decref(root);
  PASS();
}

TEST money_that_only_passes_through_does_not_circulate(void) {
  ls_status status;
  json_t *root = measure("payer,receiver,amount\nworld,a,9\na,b,7\nb,c,5\nc,world,5\n",
                         "investor,recipient,amount\na,b,5\n", NULL, &status, NULL);
  ASSERT_EQ(LS_STATUS_OK, status);
  ASSERT_EQ(0.0, number(root, "finn_cycling_index"));
  ASSERT_EQ(0.0, number(root, "max_circulation"));
  ASSERT_EQ(0.0, number(root, "max_circulation_share"));
  ASSERT_EQ(0.0, number(root, "spectral_radius"));
  ASSERT_EQ(0.0, of_id(root, "investors", "a", "round_trip_ratio"));
  ASSERT_EQ(0, (int)json_array_size(json_object_get(root, "cycles")));
  json_decref(root);
  PASS();
}

/* Nothing leaves: (I - P) is singular, yet the probability of return is 1 and all can circulate. */
TEST a_closed_pair_circulates_all_of_its_money(void) {
  ls_status status;
  json_t *root = measure("payer,receiver,amount\na,b,10\nb,a,10\nworld,c,1\n", "investor,recipient,amount\na,b,1\n",
                         NULL, &status, NULL);
  ASSERT_EQ(LS_STATUS_OK, status);
  ASSERT_IN_RANGE(1.0, of_id(root, "investors", "a", "round_trip_ratio"), 1e-14);
  ASSERT_IN_RANGE(20.0 / 21, number(root, "finn_cycling_index"), 1e-14);
  ASSERT_IN_RANGE(1.0, number(root, "max_circulation_share"), 1e-14);
  ASSERT_IN_RANGE(1.0, number(root, "spectral_radius"), 1e-13);
  json_decref(root);
  PASS();
}

/* a > b > a for 3 and a > b > c > a for 2: shortest first. */
TEST cycles_come_shortest_first(void) {
  ls_status status;
  json_t *root = measure("payer,receiver,amount\nb,c,2\na,b,5\nb,a,3\nc,a,2\n", NULL, NULL, &status, NULL);
  ASSERT_EQ(LS_STATUS_OK, status);
  const json_t *cycles = json_object_get(root, "cycles");
  ASSERT_EQ(2, (int)json_array_size(cycles));
  ASSERT_EQ(2, (int)json_array_size(json_object_get(json_array_get(cycles, 0), "path")));
  ASSERT_IN_RANGE(3.0, number(json_array_get(cycles, 0), "amount"), 1e-14);
  ASSERT_EQ(3, (int)json_array_size(json_object_get(json_array_get(cycles, 1), "path")));
  ASSERT_IN_RANGE(2.0, number(json_array_get(cycles, 1), "amount"), 1e-14);
  ASSERT_IN_RANGE(12.0, number(root, "max_circulation"), 1e-14);
  json_decref(root);
  PASS();
}

TEST no_flows_at_all_measure_zero(void) {
  ls_status status;
  json_t *root = measure("payer,receiver,amount\n", NULL, NULL, &status, NULL);
  ASSERT_EQ(LS_STATUS_OK, status);
  ASSERT_EQ(0.0, number(root, "finn_cycling_index"));
  ASSERT_EQ(0.0, number(root, "max_circulation_share"));
  json_decref(root);
  PASS();
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

TEST faults_name_file_line_thing_value_and_rule(void) {
  ls_status status;
  char message[256];
  ASSERT_EQ(NULL, measure("payer,receiver,amount\na,b,1\nb,a,-2\n", NULL, NULL, &status, message));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, status);
  ASSERT_STR_EQ("flows.csv:3: amount from 'b' to 'a' is -2, must be >= 0", message);
  ASSERT_EQ(NULL, measure("payer,receiver,amount\na,b,1\nb,c,2\na,b,3\n", NULL, NULL, &status, message));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, status);
  ASSERT_STR_EQ("flows.csv:4: the pair 'a' to 'b' stands twice, must stand once", message);
  ASSERT_EQ(NULL, measure("payer,receiver,amount\na,a,1\n", NULL, NULL, &status, message));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, status);
  ASSERT_EQ(NULL, measure("payer,receiver,amount\na,b,x\n", NULL, NULL, &status, message));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, status);
  ASSERT_EQ(NULL, measure("payer,receiver\na,b\n", NULL, NULL, &status, message));
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, status);
  PASS();
}

TEST a_basis_that_is_not_there_is_refused(void) {
  ls_status status;
  const char *flows = "payer,receiver,amount\na,b,1\n";
  ASSERT_EQ(NULL, measure(flows, NULL, "firm", &status, NULL));
  ASSERT_EQ(LS_STATUS_UNUSABLE, status);
  ASSERT_EQ(NULL, measure(flows, NULL, "gross", &status, NULL));
  ASSERT_EQ(LS_STATUS_USAGE, status);
  PASS();
}

SUITE(by_hand) {
  RUN_TEST(two_firms_that_pay_each_other);
  RUN_TEST(the_strongest_group_gives_the_spectral_radius);
  RUN_TEST(money_that_only_passes_through_does_not_circulate);
  RUN_TEST(a_closed_pair_circulates_all_of_its_money);
  RUN_TEST(cycles_come_shortest_first);
  RUN_TEST(no_flows_at_all_measure_zero);
  RUN_TEST(faults_name_file_line_thing_value_and_rule);
  RUN_TEST(a_basis_that_is_not_there_is_refused);
}

/* ---- the published toy ------------------------------------------------------------------------------------------- */

/* Writes a 5 * 5 matrix as rows of a table, node 0 being the world. */
static void write_pairs(char *text, const char *header, const json_t *root, const double *matrix) {
  text += sprintf(text, "%s\n", header);
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++) {
      const char *from = json_string_value(json_array_get(spec_case_at(root, "inputs/nodes"), (size_t)i));
      const char *to = json_string_value(json_array_get(spec_case_at(root, "inputs/nodes"), (size_t)j));
      if (matrix[i * 5 + j] > 0)
        text += sprintf(text, "%s,%s,%.17g\n", i ? from : "world", j ? to : "world", matrix[i * 5 + j]);
    }
}

TEST toy_measures_are_as_published(void) {
  json_t *root = spec_case_load("circularity_toy5");
  if (!root) SKIPm("cases of ../shared are not here");
  double payment[25], outlay[25] = {0}, throughflow[5];
  static const char *const NODE[5] = {"world", "chip", "cloud", "lab", "neo"};
  char flows[2048], investments[2048];
  ls_status status;
  spec_case_matrix(root, "inputs/payments_row_pays_col", payment);
  spec_case_vector(root, "inputs/investor_outlay", outlay + 5);
  spec_case_vector(root, "outputs/throughflow", throughflow);
  write_pairs(flows, "payer,receiver,amount", root, payment);
  write_pairs(investments, "investor,recipient,amount", root, outlay);
  json_t *report = measure(flows, investments, NULL, &status, NULL);
  ASSERT_EQ(LS_STATUS_OK, status);
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/round_trip_ratio"),
                  of_id(report, "investors", "chip", "round_trip_ratio"), 1e-9);
  ASSERT_IN_RANGE(2.0 / 12, of_id(report, "investors", "chip", "direct_round_trip"), 1e-9);
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/finn_cycling_index"), number(report, "finn_cycling_index"), 1e-9);
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/max_circulation"), number(report, "max_circulation"), 1e-9);
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/max_circulation_share"), number(report, "max_circulation_share"),
                  1e-9);
  ASSERT_IN_RANGE(spec_case_number(root, "outputs/spectral_radius"), number(report, "spectral_radius"), 1e-9);
  for (int i = 0; i < 5; i++) ASSERT_IN_RANGE(throughflow[i], of_id(report, "entities", NODE[i], "throughflow"), 1e-9);
  json_decref(report);
  json_decref(root);
  PASS();
}

/* ---- properties on random flows ---------------------------------------------------------------------------------- */

static uint64_t random_state;

static double uniform(void) {
  random_state ^= random_state << 13, random_state ^= random_state >> 7, random_state ^= random_state << 17;
  return (double)(random_state >> 11) / 9007199254740992.0;
}

/* No cycle of links that could take more (gain 1) or give back (loss 1) has a gain: then the sum is the largest.
 * Longest ways by Bellman and Ford: a gain after n rounds is a cycle. */
static bool is_largest(int n, const double *capacity, const double *flow) {
  double gain[MOST] = {0};
  for (int round = 0; round <= n; round++) {
    bool moved = false;
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        bool more = capacity[i * n + j] - flow[i * n + j] > 1e-9, back = flow[j * n + i] > 1e-9;
        double step = more ? 1 : back ? -1 : -1e9;
        if (step > -2 && gain[i] + step > gain[j] + 0.5) gain[j] = gain[i] + step, moved = true;
      }
    if (!moved) return true;
  }
  return false;
}

static bool is_circulation(int n, const double *capacity, const double *flow) {
  for (int i = 0; i < n; i++) {
    double in = 0, out = 0, most = 0;
    for (int j = 0; j < n; j++) {
      in += flow[j * n + i], out += flow[i * n + j], most += capacity[j * n + i] + capacity[i * n + j];
      if (flow[i * n + j] < 0 || flow[i * n + j] > capacity[i * n + j]) return false;
    }
    if (fabs(in - out) > 1e-13 * n * most) return false;
  }
  return true;
}

TEST circulation_is_balanced_and_the_largest_and_its_cycles_add_up(void) {
  ls_context *context = NULL;
  random_state = 20240517;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  for (int trial = 0; trial < 300; trial++) {
    int n = 2 + (int)(uniform() * (MOST - 2));
    double capacity[MOST * MOST] = {0}, flow[MOST * MOST], total = 0, in_cycles = 0, most = 0, density = uniform();
    struct flow_cycle *cycle = NULL;
    int32_t count = 0;
    for (int k = 0; k < n * n; k++)
      if (k % n != k / n && uniform() < density) capacity[k] = trial % 2 ? 1 + floor(5 * uniform()) : 100 * uniform();
    ASSERT_EQ(LS_STATUS_OK, circulation_largest(context, n, capacity, flow));
    ASSERT(is_circulation(n, capacity, flow));
    ASSERT(is_largest(n, capacity, flow));
    for (int k = 0; k < n * n; k++) total += flow[k], most += capacity[k];
    ASSERT_EQ(LS_STATUS_OK, circulation_cycles(context, n, flow, &cycle, &count));
    for (int32_t k = 0; k < count; k++) {
      ASSERT(cycle[k].amount > 0);
      ASSERT(k == 0 || cycle[k].length >= cycle[k - 1].length);
      in_cycles += cycle[k].amount * cycle[k].length;
      context_release(context, cycle[k].path);
    }
    context_release(context, cycle);
    ASSERT_IN_RANGE(total, in_cycles, 1e-12 * most);
  }
  ls_context_destroy(&context);
  PASS();
}

static void random_flows(struct flows *flows, int n, double *flow, double *investment, char **id) {
  double density = uniform();
  *flows = (struct flows){n, id, flow, investment, false};
  for (int i = 0; i <= n; i++)
    for (int j = 0; j <= n; j++) {
      flow[i * (n + 1) + j] = i != j && uniform() < density ? floor(100 * uniform()) : 0;
      investment[i * (n + 1) + j] = i != j && uniform() < 0.3 ? 10 * uniform() : 0;
    }
}

TEST indices_stay_within_their_bounds_and_ignore_the_unit(void) {
  ls_context *context = NULL;
  double flow[MOST * MOST], investment[MOST * MOST];
  char *id[MOST] = {0};
  random_state = 7;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  for (int trial = 0; trial < 200; trial++) {
    struct flows flows;
    struct circularity first, second;
    int n = 2 + (int)(uniform() * (MOST - 3));
    random_flows(&flows, n, flow, investment, id);
    ASSERT_EQ(LS_STATUS_OK, circularity_measure(context, &flows, &first));
    for (int k = 0; k < (n + 1) * (n + 1); k++) flow[k] *= 1e-6, investment[k] *= 1e-6;
    ASSERT_EQ(LS_STATUS_OK, circularity_measure(context, &flows, &second));
    ASSERT(first.finn >= 0 && first.finn <= 1 + 1e-12);
    ASSERT(first.circulation <= first.total * (1 + 1e-12) && first.circulation >= 0);
    ASSERT(first.spectral_radius >= 0 && first.spectral_radius <= 1 + 1e-12);
    ASSERT_IN_RANGE(first.finn, second.finn, 1e-9);
    ASSERT_IN_RANGE(first.circulation_share, second.circulation_share, 1e-9);
    for (int i = 0; i < n; i++)
      ASSERT(!(first.invested[i] > 0) || (first.round_trip[i] >= 0 && first.round_trip[i] <= 1 + 1e-12));
    circularity_release(context, &first);
    circularity_release(context, &second);
  }
  ls_context_destroy(&context);
  PASS();
}

SUITE(published_and_random) {
  RUN_TEST(toy_measures_are_as_published);
  RUN_TEST(circulation_is_balanced_and_the_largest_and_its_cycles_add_up);
  RUN_TEST(indices_stay_within_their_bounds_and_ignore_the_unit);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(by_hand);
  RUN_SUITE(published_and_random);
  GREATEST_MAIN_END();
}
