/* bench_plain.c - see bench_plain.h. Order of scenarios, and so the last bits, are left to chance. */
#include "bench/bench_plain.h"

struct moments {
  double sum, squares, least, most, defaults;
};

struct bench_plain {
  struct ls_output_layout layout;
  int32_t entities;
  struct moments system, *entity; /* [N] */
  double *line;                   /* [line_count * N] */
};

ls_status bench_plain_create(ls_context *context, const struct ls_output_layout *layout, int32_t entities,
                             struct bench_plain **plain) {
  struct bench_plain *p = context_allocate(context, 1, sizeof *p);
  if (p == NULL) return LS_STATUS_OUT_OF_MEMORY;
  *p = (struct bench_plain){.layout = *layout, .entities = entities};
  p->entity = context_allocate(context, (size_t)entities, sizeof *p->entity);
  p->line = context_allocate(context, (size_t)entities * (size_t)layout->line_count, sizeof *p->line);
  const bool whole = p->entity != NULL && p->line != NULL;
  *plain = p;
  if (!whole) bench_plain_destroy(context, plain);
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

void bench_plain_destroy(ls_context *context, struct bench_plain **plain) {
  if (*plain == NULL) return;
  context_release(context, (*plain)->entity);
  context_release(context, (*plain)->line);
  context_release(context, *plain);
  *plain = NULL;
}

static void add_losses(struct moments *to, const double *loss, int32_t count) {
  double sum = 0, squares = 0, least = to->least, most = to->most;
  for (int32_t s = 0; s < count; s++) {
    sum += loss[s];
    squares += loss[s] * loss[s];
    least = loss[s] < least ? loss[s] : least;
    most = most < loss[s] ? loss[s] : most;
  }
  to->sum += sum;
  to->squares += squares;
  to->least = least;
  to->most = most;
}

static double count_from_zero(const double *quarter, int32_t count) {
  double found = 0;
  for (int32_t s = 0; s < count; s++) found += quarter[s] >= 0;
  return found;
}

void bench_plain_add(struct bench_plain *p, const struct chunk *chunk) {
  const struct ls_output_layout *at = &p->layout;
  for (int32_t i = 0; i < p->entities; i++) {
    add_losses(&p->entity[i], chunk->value + (at->loss + i) * chunk->stride, chunk->count);
    p->entity[i].defaults += count_from_zero(chunk->value + (at->default_quarter + i) * chunk->stride, chunk->count);
  }
  add_losses(&p->system, chunk->value + at->loss_gross * chunk->stride, chunk->count);
  for (int32_t k = 0; k < at->line_count * p->entities; k++) {
    double sum = 0;
    for (int32_t s = 0; s < chunk->count; s++) sum += chunk->value[(at->line + k) * chunk->stride + s];
    p->line[k] += sum;
  }
}
