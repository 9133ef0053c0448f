/* test_gpu_faults.c - the backend of the GPU over a stand-in for its shell, whose n-th call fails: a run ends with the status that says
 * so, keeps what was computed, and goes on on the CPU to the same bits. */
#if !defined(LS_WITH_CUDA)
#define LS_WITH_CUDA 1
#endif
/* The backend under test, over the functions below in place of the shell's. */
#define cuda_shell_available stand_in_available
#define cuda_shell_choose stand_in_choose
#define cuda_shell_describe stand_in_describe
#define cuda_shell_open stand_in_open
#define cuda_shell_close stand_in_close
#define cuda_shell_launch stand_in_launch
#define cuda_shell_wait stand_in_wait
#define LS_CUDA_BACKEND stand_in_backend

#include "../../host/engine/cuda_backend.c" /* the one file whose calls are to be replaced */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "greatest.h"
#include "support.h"

enum { CHUNK = 3000, COUNT = 20480 };

/* ---- the stand-in ------------------------------------------------------------------------------------------------------- */

struct cuda_shell {
  const struct ls_plan *plan;
  int64_t first[CUDA_BUFFERS];
  const int64_t *index[CUDA_BUFFERS];
  int32_t count[CUDA_BUFFERS];
  double *value;
};

static int calls, fails_at; /* 0: never */
static enum cuda_result fails_with;

static enum cuda_result next_call(char *message) {
  if (++calls != fails_at) return CUDA_RESULT_OK;
  snprintf(message, CUDA_MESSAGE_BYTES, "the call that was to fail");
  return fails_with;
}

int stand_in_available(char message[CUDA_MESSAGE_BYTES]) {
  snprintf(message, CUDA_MESSAGE_BYTES, "stand-in");
  return 1;
}

enum cuda_result stand_in_choose(int number, char message[CUDA_MESSAGE_BYTES]) {
  (void)number, (void)message;
  return CUDA_RESULT_OK;
}

int stand_in_describe(struct cuda_description *description) {
  memset(description, 0, sizeof *description);
  snprintf(description->name, sizeof description->name, "stand-in");
  return 1;
}

enum cuda_result stand_in_open(const struct ls_plan *plan, const struct cuda_array *array, int array_count,
                               int64_t chunk, int64_t scenarios, struct cuda_shell **shell, int64_t *granted,
                               char message[CUDA_MESSAGE_BYTES]) {
  (void)array, (void)array_count, (void)chunk;
  enum cuda_result result = next_call(message);
  if (result != CUDA_RESULT_OK) return result;
  *granted = scenarios < CHUNK ? scenarios : CHUNK;
  *shell = calloc(1, sizeof **shell);
  if (*shell == NULL) abort();
  (*shell)->plan = plan;
  (*shell)->value = malloc((size_t)plan->output.slot_count * CHUNK * sizeof(double));
  if ((*shell)->value == NULL) abort();
  return CUDA_RESULT_OK;
}

void stand_in_close(struct cuda_shell *shell) {
  free(shell->value);
  free(shell);
}

enum cuda_result stand_in_launch(struct cuda_shell *shell, int buffer, int64_t first, const int64_t *index,
                                 int32_t count, char message[CUDA_MESSAGE_BYTES]) {
  shell->first[buffer] = first;
  shell->index[buffer] = index;
  shell->count[buffer] = count;
  return next_call(message);
}

static ls_status copy_values(ls_context *context, void *user, const struct chunk *chunk) {
  const struct cuda_shell *shell = user;
  (void)context;
  for (int32_t slot = 0; slot < shell->plan->output.slot_count; slot++)
    memcpy(shell->value + (int64_t)slot * CHUNK, chunk->value + slot * chunk->stride,
           (size_t)chunk->count * sizeof(double));
  return LS_STATUS_OK;
}

enum cuda_result stand_in_wait(struct cuda_shell *shell, int buffer, double **value, int64_t *stride,
                               char message[CUDA_MESSAGE_BYTES]) {
  ls_context *context = NULL;
  const struct compute_request request = {.plan = shell->plan,
                                          .first = shell->first[buffer],
                                          .index = shell->index[buffer],
                                          .count = shell->count[buffer],
                                          .threads = 1,
                                          .chunk = CHUNK};
  enum cuda_result result = next_call(message);
  if (result != CUDA_RESULT_OK) return result;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  if (LS_CPU_BACKEND.compute(context, &request, copy_values, shell) != LS_STATUS_OK) abort();
  ls_context_destroy(&context);
  *value = shell->value;
  *stride = CHUNK;
  return CUDA_RESULT_OK;
}

/* ---- runs ------------------------------------------------------------------------------------------------------------------- */

static const char *const BANKS = "id,external_assets,external_liabilities\na,12,4\nb,9,3\nc,15,6\n";
static const char *const DEBTS = "debtor,creditor,amount\na,b,5\nb,c,6\nc,a,4\n";
static const char *const DRAWS =
    "count: 20480\nseed: 11\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.5}]\n"
    "marginals:\n  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.3, sd: 0.2}\nkeep: "
    "{worst: 2}\n";

struct setting_up {
  ls_context *context;
  ls_network *network;
  char folder[4096], scenarios[4200], checkpoint[4200];
};

static bool set_up(struct setting_up *s) {
  memset(s, 0, sizeof *s);
  if (!support_make_folder(s->folder)) return false;
  snprintf(s->scenarios, sizeof s->scenarios, "%s/draws.yaml", s->folder);
  snprintf(s->checkpoint, sizeof s->checkpoint, "%s/r.h5.partial", s->folder);
  return support_write_file(s->folder, "entities.csv", BANKS) &&
         support_write_file(s->folder, "liabilities.csv", DEBTS) &&
         support_write_file(s->folder, "draws.yaml", DRAWS) && ls_context_create(&s->context) == LS_STATUS_OK &&
         ls_network_read(s->context, s->folder, NULL, &s->network) == LS_STATUS_OK;
}

static void tear_down(struct setting_up *s) {
  ls_network_destroy(&s->network);
  ls_context_destroy(&s->context);
  support_remove_folder(s->folder);
}

/* A run on a backend; the digest where it ends well. */
static ls_status run_on(struct setting_up *s, const struct ls_backend *backend, char digest[33]) {
  ls_run_options options = ls_run_options_default();
  options.model = "eisenberg-noe";
  options.backend = "cpu";
  options.scenarios = s->scenarios;
  options.checkpoint = s->checkpoint;
  options.checkpoint_seconds = 1e-9;
  struct scenario_options scenario = scenario_options_of(&options);
  struct job job = {0};
  ls_results *results = NULL;
  ls_context_clear_messages(s->context);
  ls_status status = job_prepare(s->context, s->network, &options, &scenario, &job);
  if (status != LS_STATUS_OK) return status;
  job.backend = backend;
  results = results_create(s->context);
  status = results != NULL ? job_run(s->context, &job, &options, results) : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) snprintf(digest, 33, "%s", ls_results_digest(results));
  results_destroy(&results);
  job_release(s->context, &job);
  return status;
}

static ls_status status_for(enum cuda_result result) {
  return result == CUDA_RESULT_UNAVAILABLE ? LS_STATUS_BACKEND_UNAVAILABLE
         : result == CUDA_RESULT_NO_MEMORY ? LS_STATUS_OUT_OF_MEMORY
                                           : LS_STATUS_SYSTEM;
}

TEST failing_calls_are_told_and_the_cpu_goes_on(void) {
  static const enum cuda_result results[] = {CUDA_RESULT_FAULT, CUDA_RESULT_NO_MEMORY, CUDA_RESULT_UNAVAILABLE};
  struct setting_up s;
  char expected[33] = "", found[33] = "";
  ASSERT(set_up(&s));
  fails_at = 0;
  calls = 0;
  ASSERT_EQ(LS_STATUS_OK, run_on(&s, &stand_in_backend, expected));
  const int all = calls;
  ASSERT(all > 2 * COUNT / CHUNK);
  ASSERT_EQ(LS_STATUS_OK, ls_checkpoint_remove(s.context, s.checkpoint));
  ASSERT_EQ(LS_STATUS_OK, run_on(&s, &LS_CPU_BACKEND, found));
  ASSERT_STR_EQ(expected, found); /* the stand-in is a backend like any other */
  int kept = 0;
  for (size_t r = 0; r < sizeof results / sizeof results[0]; r++)
    for (fails_at = 1; fails_at <= all; fails_at++) {
      ASSERT_EQ(LS_STATUS_OK, ls_checkpoint_remove(s.context, s.checkpoint));
      calls = 0;
      fails_with = results[r];
      ASSERT_EQ(status_for(fails_with), run_on(&s, &stand_in_backend, found));
      ASSERT(strstr(ls_context_message(s.context, 0), "the call that was to fail") != NULL);
      kept += access(s.checkpoint, F_OK) == 0;
      ASSERT_EQ(LS_STATUS_OK, run_on(&s, &LS_CPU_BACKEND, found));
      ASSERT_STR_EQ(expected, found);
    }
  ASSERT(kept > all); /* most calls come after the first chunk, and what was computed until then is kept */
  tear_down(&s);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(failing_calls_are_told_and_the_cpu_goes_on);
  GREATEST_MAIN_END();
}
