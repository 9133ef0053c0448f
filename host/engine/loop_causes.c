/* loop_causes.c - losses of the loop model by cause; see loop_causes.h. */
#include "engine/loop_causes.h"

#include "engine/loop_causes_tile.h"

enum { CHANNEL_SETS = 1 << LOOP_CHANNEL_COUNT };

/* The widest that this processor runs: the bits are the same in all. */
static const struct loop_causes_tile *best_tile(void) {
  if (cpu_runs(&CPU_TILE_AVX512)) return &LOOP_CAUSES_AVX512;
  return cpu_runs(&CPU_TILE_AVX2) ? &LOOP_CAUSES_AVX2 : &LOOP_CAUSES_BASELINE;
}

/* Working memory of one tile. */
struct tile_memory {
  const struct loop_causes_tile *tile;
  double *state, *output;
};

static ls_status take_memory(ls_context *context, const struct ls_plan *plan, struct tile_memory *memory) {
  size_t extra = (size_t)plan->loop.purchase.count * LOOP_CAUSES_SLOTS_PER_CONTRACT;
  memory->tile = best_tile();
  size_t lanes = (size_t)memory->tile->lanes;
  memory->state = context_allocate(context, ((size_t)plan->state_slots + extra) * lanes, sizeof(double));
  memory->output = context_allocate(context, (size_t)plan->output.slot_count * lanes, sizeof(double));
  return memory->state != NULL && memory->output != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

static void release_memory(ls_context *context, struct tile_memory *memory) {
  context_release(context, memory->output);
  context_release(context, memory->state);
}

/* Losses of all entities, and the system's gross loss behind them, of one lane. */
static void read_losses(const struct ls_plan *plan, const struct tile_memory *memory, int lane, double *loss) {
  int64_t lanes = memory->tile->lanes;
  for (int32_t i = 0; i < plan->entity_count; i++) loss[i] = memory->output[(plan->output.loss + i) * lanes + lane];
  loss[plan->entity_count] = memory->output[plan->output.loss_gross * lanes + lane];
}

/* loss[set * (N + 1) + i] for `count` sets from `first` on. */
static ls_status simulate_sets(ls_context *context, const struct ls_plan *plan, int64_t scenario, uint32_t first,
                               uint32_t count, double *loss) {
  struct tile_memory memory = {NULL, NULL, NULL};
  ls_status status = take_memory(context, plan, &memory);
  uint32_t beside = (uint32_t)memory.tile->lanes - 1; /* sets in a tile */
  for (uint32_t done = 0; done < count && status == LS_STATUS_OK; done += beside) {
    uint32_t set[CPU_LANES_MOST] = {CHANNEL_SETS - 1};
    for (uint32_t k = 0; k < beside; k++) set[k + 1] = first + (done + k < count ? done + k : done);
    memory.tile->run(plan, scenario, set, memory.state, memory.output);
    for (uint32_t k = 0; k < beside && done + k < count; k++)
      read_losses(plan, &memory, (int)k + 1, loss + (done + k) * ((size_t)plan->entity_count + 1));
  }
  release_memory(context, &memory);
  return status;
}

ls_status loop_loss_with_channels(ls_context *context, const struct ls_plan *plan, int64_t scenario, uint32_t open,
                                  double *loss) {
  return simulate_sets(context, plan, scenario, open, 1, loss);
}

static int count_bits(uint32_t set) {
  int bits = 0;
  for (; set != 0; set &= set - 1) bits++;
  return bits;
}

/* |X|! (C - 1 - |X|)! / C!: the share of the orders of opening all channels in which exactly X stand open before the next. */
static double weight_of(int size) {
  double weight = 1.0 / LOOP_CHANNEL_COUNT;
  for (int k = 1; k <= size; k++) weight = weight * k / (LOOP_CHANNEL_COUNT - k);
  return weight;
}

/* Shapley's value of the channels for one entity; loss[set * stride]. */
static void share_out(const double *loss, size_t stride, double *cause) {
  cause[0] = loss[0];
  for (int c = 0; c < LOOP_CHANNEL_COUNT; c++) {
    double sum = 0;
    for (uint32_t set = 0; set < CHANNEL_SETS; set++)
      if ((set >> c & 1u) == 0)
        sum += weight_of(count_bits(set)) * (loss[(set | 1u << c) * stride] - loss[set * stride]);
    cause[(size_t)(1 + c) * stride] = sum;
  }
}

ls_status loop_causes(ls_context *context, const struct ls_plan *plan, int64_t scenario, double *cause) {
  size_t width = (size_t)plan->entity_count + 1;
  double *loss = context_allocate(context, CHANNEL_SETS * width, sizeof *loss);
  if (loss == NULL) return LS_STATUS_OUT_OF_MEMORY;
  ls_status status = simulate_sets(context, plan, scenario, 0, CHANNEL_SETS, loss);
  for (size_t i = 0; i < width && status == LS_STATUS_OK; i++) share_out(loss + i, width, cause + i);
  context_release(context, loss);
  return status;
}
