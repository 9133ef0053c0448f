/* test_gpu_group.c - groups of threads that push (kernels/phases/push_group.h) against the CPU's engines: the same bits.
 *
 * Threads of this machine stand in for those of a GPU, with barriers in the place of its own; what one of them reads too early
 * differs sooner or later, and a tool that looks for races sees it at once.
 */
#define LS_ONE_LANE
#include "phases/push_group.h"
#include "phases/tile.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "greatest.h"
#include "kept_outputs.h"
#include "spec/spec_engine.h"
#include "support.h"

enum { SCENARIOS = 23, WIDTH_MOST = 4 };

/* ---- a group ------------------------------------------------------------------------------------------------------------- */

static pthread_barrier_t barrier; /* of the one group at work */

static void group_wait(const struct ls_group *group) {
  (void)group;
  pthread_barrier_wait(&barrier);
}

static int32_t group_place(const struct ls_group *group, bool set, int32_t *all) {
  int32_t place = 0;
  group->before[group->thread] = set;
  group_wait(group);
  *all = 0;
  for (int32_t k = 0; k < group->width; k++) {
    if (k == group->thread) place = *all;
    *all += group->before[k];
  }
  group_wait(group);
  return place;
}

static double group_largest(const struct ls_group *group, double number) {
  group->largest[group->thread] = number;
  group_wait(group);
  for (int32_t k = 0; k < group->width; k++) number = lane_max(number, group->largest[k]);
  group_wait(group);
  return number;
}

/* ---- a block --------------------------------------------------------------------------------------------------------- */

struct block {
  const struct ls_plan *plan;
  int64_t first;
  int32_t width, count;
  double *state, *output, *room, *arrays;
};

struct member {
  const struct block *block;
  int32_t thread;
};

static void *run_thread(void *user) {
  const struct member *member = user;
  const struct block *b = member->block;
  const struct ls_group group = group_of(member->thread, b->width, b->arrays);
  ls_slots state = {b->state + member->thread, b->width}, output = {b->output + member->thread, b->width};
  struct ls_view view = {b->plan, slots_from(state, b->plan->shock.key_count), 0, false};
  if (member->thread < b->count) {
    int64_t scenario[LS_LANES] = {b->first + member->thread};
    view = tile_begin(b->plan, scenario, state, output);
    columns_apply(&b->plan->shock, state, view.column, 0);
  }
  int32_t number = 0;
#define LS_STATIC_MODEL(name)                                                                   \
  if (b->plan->model == number++) {                                                             \
    const struct ls_static_model model = {name##_given, name##_piece, name##_result};           \
    push_group_tile(&group, &view, model, tile_own(b->plan, state), b->room, b->count, output); \
  }
#define LS_TIME_MODEL(name) number++;
#include "models.def"
#undef LS_STATIC_MODEL
#undef LS_TIME_MODEL
  return NULL;
}

/* Memory exactly as large as a GPU is asked for: a tool that looks for reads beyond it finds them. */
static bool run_block(struct block *block, double *value) {
  const size_t width = (size_t)block->width, slots = (size_t)block->plan->output.slot_count;
  pthread_t thread[WIDTH_MOST];
  struct member member[WIDTH_MOST];
  block->state = malloc((size_t)block->plan->state_slots * width * sizeof(double));
  block->output = malloc(slots * width * sizeof(double));
  block->room = malloc((size_t)push_group_room(block->plan->entity_count) * sizeof(double));
  block->arrays = malloc((size_t)group_room(block->width) * sizeof(double));
  memset(block->output, 0xff, slots * width * sizeof(double));
  bool started = true;
  for (int32_t k = 0; k < block->width; k++) {
    member[k] = (struct member){block, k};
    started = started && pthread_create(&thread[k], NULL, run_thread, &member[k]) == 0;
  }
  for (int32_t k = 0; k < block->width && started; k++) pthread_join(thread[k], NULL);
  for (size_t slot = 0; slot < slots; slot++)
    for (int64_t s = 0; s < block->count; s++)
      value[slot * SCENARIOS + (size_t)(block->first + s)] = block->output[slot * width + (size_t)s];
  free(block->arrays);
  free(block->room);
  free(block->output);
  free(block->state);
  return started;
}

/* ---- against the CPU -------------------------------------------------------------------------------------------------- */

/* All numbers of all scenarios, by groups of every width and by the CPU. */
static enum greatest_test_res same_bits(const struct ls_plan *plan, ls_context *context) {
  struct kept_outputs cpu = {NULL, plan->output.slot_count, SCENARIOS};
  const size_t values = (size_t)cpu.slots * SCENARIOS;
  cpu.value = calloc(values, sizeof(double));
  double *group = calloc(values, sizeof *group);
  struct compute_request request = {.plan = plan, .count = SCENARIOS};
  ASSERT_EQ(LS_STATUS_OK, LS_CPU_BACKEND.compute(context, &request, keep_outputs, &cpu));
  for (int32_t width = 1; width <= WIDTH_MOST; width++) {
    memset(group, 0xff, values * sizeof *group);
    pthread_barrier_init(&barrier, NULL, (unsigned)width);
    for (int64_t first = 0; first < SCENARIOS; first += width) {
      int32_t count = SCENARIOS - first < width ? (int32_t)(SCENARIOS - first) : width;
      struct block block = {.plan = plan, .first = first, .width = width, .count = count};
      ASSERT(run_block(&block, group));
    }
    pthread_barrier_destroy(&barrier);
    for (size_t k = 0; k < values; k++) ASSERT_EQm("a bit differs", 0, memcmp(&cpu.value[k], &group[k], sizeof *group));
  }
  free(group);
  free(cpu.value);
  PASS();
}

struct case_of {
  const char *folder, *draws;
};

static enum greatest_test_res model_with(const struct case_of *at, const char *model, const char *setting,
                                         const char *engine) {
  ls_context *context = NULL;
  ls_network *network = NULL;
  struct job job = {0};
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  ASSERT_EQ(LS_STATUS_OK, ls_network_read(context, at->folder, NULL, &network));
  ls_run_options options = ls_run_options_default();
  options.model = model;
  options.backend = "cpu";
  options.engine = engine;
  options.settings = &setting;
  options.setting_count = setting != NULL;
  struct scenario_options scenario = {.path = at->draws, .count = SCENARIOS, .keep_worst = -1};
  ASSERT_EQm(ls_context_message(context, 0), LS_STATUS_OK, job_prepare(context, network, &options, &scenario, &job));
  CHECK_CALL(same_bits(job.detail, context));
  job_release(context, &job);
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  PASS();
}

static const char *const DRAWS =
    "count: 23\nseed: 7\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.5}]\nmarginals:\n"
    "  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.25, sd: 0.2}\n"
    "  - {variable: default, target: b3, distribution: jump, probability: 0.2, size: 1}\n";

/* Banks that owe `degree` of those after them: with many there is a panel, with few there is none. */
static bool write_banks(const char *folder, int count, int degree) {
  char entities[8192], debts[65536];
  int at = snprintf(entities, sizeof entities, "id,external_assets,external_liabilities,cash\n");
  int to = snprintf(debts, sizeof debts, "debtor,creditor,amount\n");
  for (int i = 0; i < count; i++) {
    at += snprintf(entities + at, sizeof entities - (size_t)at, "b%d,%d,%d,2\n", i, 40 + i * 7 % 30, 30 + i * 5 % 12);
    for (int k = 1; k <= degree; k++)
      to += snprintf(debts + to, sizeof debts - (size_t)to, "b%d,b%d,%d.5\n", i, (i + k) % count, 1 + i * k % 5);
  }
  return support_write_file(folder, "entities.csv", entities) && support_write_file(folder, "liabilities.csv", debts);
}

static const char *const MODELS[] = {"eisenberg-noe",      "rogers-veraart", "debtrank",  "debtrank-linear",
                                     "debtrank-nonlinear", "furfine",        "threshold", "liquidity"};

static enum greatest_test_res banks(int count, int degree, const char *engine) {
  char folder[4096], draws[8192];
  ASSERT(support_make_folder(folder));
  ASSERT(write_banks(folder, count, degree));
  ASSERT(support_write_file(folder, "draws.yaml", DRAWS));
  snprintf(draws, sizeof draws, "%s/draws.yaml", folder);
  const struct case_of at = {folder, draws};
  for (size_t m = 0; m < sizeof MODELS / sizeof *MODELS; m++) CHECK_CALL(model_with(&at, MODELS[m], NULL, engine));
  CHECK_CALL(model_with(&at, "eisenberg-noe", "external=senior", engine));
  CHECK_CALL(model_with(&at, "eisenberg-noe", "max_iterations=1", engine));
  CHECK_CALL(model_with(&at, "eisenberg-noe", "max_iterations=3", engine));
  support_remove_folder(folder);
  PASS();
}

TEST a_group_pushes_along_links_with_the_bits_of_the_cpu(void) { return banks(29, 2, "push"); }
TEST a_group_pushes_by_a_panel_with_the_bits_of_the_cpu(void) { return banks(13, 9, "push"); }
TEST a_group_pushes_where_it_pays_with_the_bits_of_the_cpu(void) { return banks(13, 3, "auto"); }
TEST a_group_larger_than_the_network_does_no_harm(void) { return banks(4, 1, "push"); }

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(a_group_pushes_along_links_with_the_bits_of_the_cpu);
  RUN_TEST(a_group_pushes_by_a_panel_with_the_bits_of_the_cpu);
  RUN_TEST(a_group_pushes_where_it_pays_with_the_bits_of_the_cpu);
  RUN_TEST(a_group_larger_than_the_network_does_no_harm);
  GREATEST_MAIN_END();
}
