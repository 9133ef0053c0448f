/* foresee.c - what a run will take, told before it starts: engine, threads, memory, and time by computing some of its scenarios. */
#include "core/clock.h"
#include "engine/engine.h"
#include "engine/plan.h"

/* Scenarios are computed until they have taken that long. */
#define SAMPLE_SECONDS 0.2

static const char *const ENGINE_NAMES[] = {
    [LS_ENGINE_AUTO] = "auto", [LS_ENGINE_PUSH] = "push", [LS_ENGINE_TILE] = "tile", [LS_ENGINE_SWEEP] = "sweep"};

/* Models that do not push go by tiles. */
static const char *engine_of(const struct job *job) {
  const bool tiles = job->plan->engine == LS_ENGINE_AUTO && job->plan->row_slots == 0;
  return ENGINE_NAMES[tiles ? LS_ENGINE_TILE : job->plan->engine];
}

static void tell_job(ls_context *context, const struct job *job, int64_t first, int64_t count) {
  const struct ls_plan *plan = job->plan;
  context_warn(
      context, NULL, 0,
      "plan: model %s, backend %s, engine %s, %lld scenarios from %lld, %d shock keys, %d state values a scenario",
      job->settings.info->name, job->backend->name, engine_of(job), (long long)count, (long long)first,
      plan->shock.key_count, plan->state_slots);
  if (job->scenarios->of_ensemble)
    context_warn(context, NULL, 0, "plan: %d members of the ensemble", job->draw_count);
  else if (job->draw_count > 0)
    context_warn(context, NULL, 0, "plan: %d draws of %d assumptions, %d sets of values refused and drawn again",
                 job->draw_count, job->record.row_count, job->record.redrawn);
}

static double mebibytes(int64_t bytes) { return (double)bytes / (1 << 20); }

static ls_status tell_memory(ls_context *context, const struct job *job, int64_t count,
                             const struct accumulator *accumulator) {
  struct plan_array array[PLAN_ARRAYS_MOST];
  struct cpu_forecast cpu = {0};
  int64_t network = 0;
  const int arrays = plan_arrays(job->plan, array);
  for (int k = 0; k < arrays; k++) network += (int64_t)array[k].bytes;
  const struct compute_request request = {
      .plan = job->plan, .count = count, .threads = job->threads, .chunk = job->chunk, .isa = job->isa};
  ls_status status = job->backend == &LS_CPU_BACKEND ? cpu_foresee(context, &request, &cpu) : LS_STATUS_OK;
  if (status != LS_STATUS_OK) return status;
  if (cpu.threads > 0)
    context_warn(context, NULL, 0, "plan: %d threads with %s, chunks of %lld scenarios", cpu.threads, cpu.isa,
                 (long long)cpu.chunk);
  context_warn(context, NULL, 0,
               "plan: memory %.1f MiB for the network as the kernels see it, %.1f for the threads, %.1f for sums and "
               "losses by scenario",
               mebibytes(network), mebibytes(cpu.bytes), mebibytes(job_sum_bytes(job, count, accumulator)));
  return LS_STATUS_OK;
}

static ls_status tell_time(ls_context *context, const struct job *job, int64_t first, int64_t count) {
  ls_status status = LS_STATUS_OK;
  double seconds = 0;
  int64_t sample = 0;
  for (int64_t wanted = 64; status == LS_STATUS_OK && sample < count && seconds < SAMPLE_SECONDS; wanted *= 4) {
    sample = wanted < count ? wanted : count;
    const double begun = clock_seconds();
    status = job_compute(context, job, false, job->scenarios->replay, first, sample, &RECEIVER_NOWHERE);
    seconds = clock_seconds() - begun;
  }
  if (status == LS_STATUS_OK && sample > 0)
    context_warn(context, NULL, 0, "plan: about %.3g s, by %lld scenarios that took %.3g s",
                 seconds * (double)count / (double)sample, (long long)sample, seconds);
  return status;
}

ls_status job_foresee(ls_context *context, const struct job *job, int64_t first, int64_t count,
                      const struct accumulator *accumulator) {
  tell_job(context, job, first, count);
  ls_status status = tell_memory(context, job, count, accumulator);
  return status == LS_STATUS_OK ? tell_time(context, job, first, count) : status;
}
