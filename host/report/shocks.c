/* shocks.c - see shocks.h. Scenario k has the same draws here as in the run: they are a function of the seed and of k. */
#include "report/shocks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/yaml.h"
#include "phases/draw.h"
#include "scenario/acting.h"
#include "scenario/latent.h"
#include "scenario/shock_keys.h"
#include "scenario/variables.h"

static const double SIZE_OF_ALL = 9; /* of a loss of everything: as a factor of 1/8000 */

static double size_of(int variable, double value) {
  const double left = variable_combine(variable) == LS_COMBINE_LOSS ? 1 - value : value;
  return left > 0 ? fmin(fabs(log(left)), SIZE_OF_ALL) : SIZE_OF_ALL;
}

static int compare_shocks(const void *a, const void *b) {
  const struct shock *x = a, *y = b;
  if (x->quarter != y->quarter) return x->quarter < y->quarter ? -1 : 1;
  if (x->size != y->size) return x->size > y->size ? -1 : 1;
  if (x->variable != y->variable) return x->variable < y->variable ? -1 : 1;
  return x->target < y->target ? -1 : x->target > y->target;
}

void shocks_of(const struct shock_set *set, int64_t scenario, struct shock *shock, int32_t *count) {
  const struct ls_shock_plan *plan = &set->scenarios->shock;
  *count = 0;
  latent_draw(plan, scenario, set->value, set->scratch);
  for (int32_t key = 0; key < plan->key_count; key++) {
    const int32_t column = plan->key_column[key];
    if (set->target[column] < 0) continue;
    const double value = set->value[key], size = size_of(set->variable[column], value);
    if (!(size > 0)) continue;
    shock[(*count)++] =
        (struct shock){set->variable[column], set->target[column], shock_keys_quarter(plan, key), value, size};
  }
  qsort(shock, (size_t)*count, sizeof *shock, compare_shocks);
}

/* ---- losses by the level of common factors --------------------------------------------------------------------------- */

/* Out of line: lanes need room on the stack that callers should not have. */
static __attribute__((noinline)) void draw_levels(const struct ls_shock_plan *shock, const int64_t *scenario,
                                                  double *factor) {
  draw_factors(shock, scenario, (ls_slots){factor, LS_LANES});
}

/* The bin of a standard normal level. */
static int bin_of(double level) {
  const int bin = (int)(FACTOR_BINS * 0.5 * erfc(-level / sqrt(2)));
  return bin < FACTOR_BINS ? bin : FACTOR_BINS - 1;
}

/* Sums in place of means until finish_bins. */
static void add_to_bins(const ls_results *results, struct shock_set *set, int64_t scenario, const double *factor,
                        int lane) {
  const int state = results_scenario_state(results, scenario);
  if (state != 1 && state != 2) return; /* not run, or not finite */
  const double loss = results_system_losses(results)[scenario];
  for (int32_t f = 0; f < set->curve_count; f++) {
    struct factor_bin *bin = &set->curve[f].bin[bin_of(factor[f * LS_LANES + lane])];
    const double delta = loss - bin->loss_mean;
    bin->count++;
    bin->loss_mean += delta / (double)bin->count;
    bin->loss_se += delta * (loss - bin->loss_mean);
    bin->any_default += results_default_counts(results)[scenario] > 0;
  }
  set->curve_scenarios++;
}

static void finish_bins(struct factor_bin *bin) {
  for (int b = 0; b < FACTOR_BINS; b++, bin++) {
    const double count = (double)bin->count;
    bin->any_default = count > 0 ? bin->any_default / count : NAN;
    bin->loss_se = count > 1 ? sqrt(bin->loss_se / (count - 1) / count) : NAN;
    if (bin->count == 0) bin->loss_mean = NAN;
  }
}

static void fill_curves(const ls_results *results, struct shock_set *set, double *factor) {
  const int64_t total = results->identity.scenario_count, step = (total + FACTOR_SCENARIOS - 1) / FACTOR_SCENARIOS;
  for (int64_t first = 0; first < total; first += step * LS_LANES) {
    int64_t scenario[LS_LANES];
    for (int k = 0; k < LS_LANES; k++) scenario[k] = first + k * step;
    draw_levels(&set->scenarios->shock, scenario, factor);
    for (int k = 0; k < LS_LANES && scenario[k] < total; k++) add_to_bins(results, set, scenario[k], factor, k);
  }
  for (int32_t f = 0; f < set->curve_count; f++) finish_bins(set->curve[f].bin);
}

/* Names stand in the file alone. */
static ls_status name_curves(ls_context *context, const ls_results *results, struct shock_set *set) {
  struct yaml_node *root = NULL;
  ls_status status = yaml_read(context, results->identity.scenario_file, results->identity.scenario_text,
                               results->identity.scenario_text_length, &root);
  if (status != LS_STATUS_OK) return status;
  const struct yaml_node *list = yaml_find(root, "factors");
  for (int32_t f = 0; f < set->curve_count && status == LS_STATUS_OK; f++) {
    const struct yaml_node *name = list != NULL && f < list->count ? yaml_find(list->item[f], "name") : NULL;
    set->curve[f].name = context_copy_text(context, name != NULL ? name->text : "");
    if (set->curve[f].name == NULL) status = LS_STATUS_OUT_OF_MEMORY;
  }
  yaml_destroy(&root);
  return status;
}

static ls_status make_curves(ls_context *context, const ls_results *results, struct shock_set *set) {
  const int32_t factors = set->scenarios->shock.factor_count;
  if (results->explicit_scenarios || factors == 0 || results->identity.scenario_count < 2) return LS_STATUS_OK;
  double *factor = context_allocate(context, (size_t)factors * LS_LANES, sizeof *factor);
  set->curve_count = factors < FACTOR_CURVES ? factors : FACTOR_CURVES;
  set->curve = context_allocate(context, (size_t)set->curve_count, sizeof *set->curve);
  ls_status status = factor != NULL && set->curve != NULL ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = name_curves(context, results, set);
  if (status == LS_STATUS_OK) fill_curves(results, set, factor);
  context_release(context, factor);
  return status;
}

/* ---- one shock in several sizes -------------------------------------------------------------------------------------- */

static bool has_one_value(const struct shock *shock, int32_t count) {
  for (int32_t k = 1; k < count; k++)
    if (shock[k].value != shock[0].value || shock[k].variable != shock[0].variable) return false;
  return count > 0;
}

static bool hits_the_same(const struct shock *a, const struct shock *b, int32_t count) {
  for (int32_t k = 0; k < count; k++)
    if (a[k].variable != b[k].variable || a[k].target != b[k].target || a[k].quarter != b[k].quarter) return false;
  return true;
}

static ls_status find_sweeps(ls_context *context, const ls_results *results, struct shock_set *set) {
  const int32_t kept = results->kept_count < SWEEP_SCENARIOS ? results->kept_count : SWEEP_SCENARIOS;
  const int64_t keys = set->scenarios->shock.key_count;
  if (!results->explicit_scenarios || kept < SWEEP_LEAST) return LS_STATUS_OK;
  struct shock *shock = context_allocate(context, (size_t)(keys * kept), sizeof *shock);
  int32_t *count = context_allocate(context, (size_t)kept, sizeof *count);
  set->sweep = context_allocate(context, (size_t)kept, sizeof *set->sweep);
  set->sweep_value = context_allocate(context, (size_t)kept, sizeof *set->sweep_value);
  const bool whole = shock != NULL && count != NULL && set->sweep != NULL && set->sweep_value != NULL;
  for (int32_t k = 0; whole && k < kept; k++) {
    struct shock *own = shock + k * keys;
    shocks_of(set, results->kept[k].number, own, &count[k]);
    const bool one = has_one_value(own, count[k]);
    set->sweep[k] = one ? k : -1;
    set->sweep_value[k] = one ? own[0].value : NAN;
    for (int32_t other = 0; one && other < k && set->sweep[k] == k; other++)
      if (set->sweep[other] == other && count[other] == count[k] && hits_the_same(shock + other * keys, own, count[k]))
        set->sweep[k] = other;
  }
  context_release(context, shock);
  context_release(context, count);
  return whole ? LS_STATUS_OK : LS_STATUS_OUT_OF_MEMORY;
}

int32_t shocks_sweep_length(const struct shock_set *set, const ls_results *results, int32_t kept) {
  const int32_t count = results->kept_count < SWEEP_SCENARIOS ? results->kept_count : SWEEP_SCENARIOS;
  int32_t length = 0, different = 0;
  if (set->sweep == NULL || kept >= count || set->sweep[kept] != kept) return 0;
  for (int32_t k = kept; k < count; k++) {
    bool seen = false;
    if (set->sweep[k] != kept) continue;
    length++;
    for (int32_t other = kept; other < k; other++)
      seen = seen || (set->sweep[other] == kept && set->sweep_value[other] == set->sweep_value[k]);
    different += !seen;
  }
  return different >= SWEEP_LEAST ? length : 0;
}

/* ---- reading them again ------------------------------------------------------------------------------------------------ */

static int32_t quarters_of_run(const ls_results *results) {
  for (int32_t k = 0; k < results->identity.setting_count; k++)
    if (strcmp(results->identity.setting[k].key, "quarters") == 0)
      return (int32_t)strtol(results->identity.setting[k].value, NULL, 10);
  return 1;
}

/* The model took every variable of the file, and the counts fitted, when the run was made. */
static ls_status read_again(ls_context *context, const ls_results *results, struct scenario_set **scenarios) {
  const struct run_identity *identity = &results->identity;
  const struct scenario_options options = {.path = identity->scenario_file,
                                           .text = identity->scenario_text,
                                           .text_length = identity->scenario_text_length,
                                           .has_seed = true,
                                           .seed = identity->seed,
                                           .count = results->explicit_scenarios ? 0 : identity->scenario_count,
                                           .keep_worst = identity->keep_worst,
                                           .assumption_draws = 1,
                                           .allow_missing_targets = identity->allow_missing_targets,
                                           .variables = UINT32_MAX,
                                           .model = identity->model,
                                           .quarter_count = quarters_of_run(results)};
  return scenario_read(context, results->network, &options, scenarios);
}

static ls_status list_columns(ls_context *context, struct shock_set *set) {
  struct acting acting = {0};
  ls_status status = acting_create(context, set->scenarios, &acting);
  if (status == LS_STATUS_OK) acting_columns(&acting, set->variable, set->target);
  acting_release(context, &acting);
  return status;
}

ls_status shocks_open(ls_context *context, const ls_results *results, struct shock_set *set) {
  *set = (struct shock_set){0};
  if (results->identity.scenario_text_length == 0) return LS_STATUS_OK;
  ls_status status = read_again(context, results, &set->scenarios);
  if (status != LS_STATUS_OK) return status;
  const struct ls_shock_plan *shock = &set->scenarios->shock;
  const size_t columns = (size_t)shock->column_count, keys = (size_t)shock->key_count;
  set->variable = context_allocate(context, columns, sizeof *set->variable);
  set->target = context_allocate(context, columns, sizeof *set->target);
  set->value = context_allocate(context, keys, sizeof *set->value);
  set->scratch = context_allocate(context, (size_t)latent_room(shock), sizeof *set->scratch);
  if (set->variable == NULL || set->target == NULL || set->value == NULL || set->scratch == NULL)
    return LS_STATUS_OUT_OF_MEMORY;
  status = list_columns(context, set);
  if (status == LS_STATUS_OK) status = make_curves(context, results, set);
  if (status == LS_STATUS_OK) status = find_sweeps(context, results, set);
  return status;
}

void shocks_release(ls_context *context, struct shock_set *set) {
  for (int32_t f = 0; set->curve != NULL && f < set->curve_count; f++) context_release(context, set->curve[f].name);
  context_release(context, set->curve);
  context_release(context, set->variable);
  context_release(context, set->target);
  context_release(context, set->value);
  context_release(context, set->scratch);
  context_release(context, set->sweep);
  context_release(context, set->sweep_value);
  scenario_destroy(&set->scenarios);
  *set = (struct shock_set){0};
}
