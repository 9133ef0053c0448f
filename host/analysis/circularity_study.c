/* circularity_study.c - see circularity_study.h: chooses the bases and their flows, and measures. */
#include "analysis/circularity_study.h"

#include <math.h>
#include <string.h>

#include "aggregate/quantile.h"
#include "analysis/rewiring.h"
#include "core/arithmetic.h"

const char *const CIRCULARITY_BASIS[BASIS_KIND_COUNT] = {"headline", "firm", "funded", "purchases", "flows"};

/* ---- what to measure --------------------------------------------------------------------------------------------- */

ls_status flows_of_network(ls_context *context, const ls_network *network, enum circularity_basis_kind kind,
                           int32_t window, struct flows *flows) {
  if (kind == BASIS_PURCHASES) return flows_of_tables(context, network, window, flows);
  return flows_of_ledger(context, network, (enum ledger_basis)kind, flows);
}

/* Has the network that basis? One with neither deals nor purchases is asked for purchases, and says what it lacks. */
static bool has_basis(const ls_network *network, enum circularity_basis_kind kind) {
  const bool deals = network->table[TABLE_DEALS].present;
  if (kind == BASIS_PURCHASES) return network->table[TABLE_PURCHASES].present || !deals;
  return deals;
}

static ls_status gather_network(ls_context *context, const char *path, const ls_network *network,
                                struct circularity_study *study) {
  const char *wanted = study->options.basis;
  for (int kind = BASIS_HEADLINE; kind <= BASIS_PURCHASES; kind++) {
    if (wanted && strcmp(wanted, CIRCULARITY_BASIS[kind]) != 0) continue;
    if (!has_basis(network, (enum circularity_basis_kind)kind) && wanted)
      return context_fail(context, LS_STATUS_UNUSABLE, "%s: basis '%s' is not there, it needs %s", path, wanted,
                          kind == BASIS_PURCHASES ? "purchases.csv" : "deals.csv");
    if (!has_basis(network, (enum circularity_basis_kind)kind)) continue;
    struct circularity_basis *next = &study->basis[study->count++];
    next->kind = (enum circularity_basis_kind)kind;
    ls_status status = flows_of_network(context, network, next->kind, study->options.window, &next->flows);
    if (status != LS_STATUS_OK) return status;
  }
  return LS_STATUS_OK;
}

static ls_status gather_flows(ls_context *context, const char *path, struct circularity_study *study) {
  if (study->options.basis)
    return context_fail(context, LS_STATUS_UNUSABLE, "%s: basis '%s' is not there, it has the one basis 'flows'", path,
                        study->options.basis);
  if (study->options.draws > 0)
    return context_fail(context, LS_STATUS_UNUSABLE, "%s: flows.csv has no assumptions to draw, draws must be 0", path);
  study->basis[study->count++].kind = BASIS_FLOWS;
  return flows_read(context, path, &study->basis[0].flows);
}

static ls_status check_options(ls_context *context, const ls_circularity_options *options) {
  bool known = !options->basis;
  for (int k = 0; k <= BASIS_PURCHASES; k++) known = known || strcmp(options->basis, CIRCULARITY_BASIS[k]) == 0;
  if (!known)
    return context_fail(context, LS_STATUS_USAGE, "basis '%s' is unknown, must be headline, firm, funded or purchases",
                        options->basis);
  if (options->window != 4 && options->window != 20)
    return context_fail(context, LS_STATUS_USAGE, "window is %d quarters, must be 4 or 20", (int)options->window);
  if (options->rewirings < 0 || options->draws < 0 || options->draws > INT32_MAX)
    return context_fail(context, LS_STATUS_USAGE, "rewirings and draws are %lld and %lld, must be >= 0",
                        (long long)options->rewirings, (long long)options->draws);
  return LS_STATUS_OK;
}

/* ---- many networks ----------------------------------------------------------------------------------------------- */

ls_status index_spread_of(ls_context *context, double *value, int64_t count, double observed,
                          struct index_spread *spread) {
  const double rounding = 1e-9; /* indices are 0 to 1 and right to about 1e-12: what is nearer than this is the same */
  double sum = 0, rank = 0, *scratch = context_allocate(context, (size_t)count, sizeof *scratch);
  int64_t finite = 0;
  if (!scratch) return LS_STATUS_OUT_OF_MEMORY;
  *spread = (struct index_spread){NAN, NAN, NAN, NAN, NAN};
  for (int64_t k = 0; k < count; k++) {
    if (!isfinite(value[k])) continue;
    sum += value[k];
    rank += value[k] < observed - rounding ? 1 : value[k] <= observed + rounding ? 0.5 : 0;
    value[finite++] = value[k];
  }
  sort_numbers(value, scratch, finite);
  if (finite > 0)
    *spread = (struct index_spread){sum / (double)finite, value[quantile_rank(finite, 0.5) - 1],
                                    value[quantile_rank(finite, 0.05) - 1], value[quantile_rank(finite, 0.95) - 1],
                                    isfinite(observed) ? rank / (double)finite : NAN};
  context_release(context, scratch);
  return LS_STATUS_OK;
}

/* value[index * count + number] of the rewired networks of one basis. */
static ls_status rewire_all(ls_context *context, const struct circularity_study *study, struct rewiring *rewiring,
                            struct flows *drawn, double *value) {
  const int64_t count = study->options.rewirings;
  for (int64_t number = 0; number < count; number++) {
    double index[CIRCULARITY_INDEX_COUNT];
    if (context_stop_requested(context))
      return context_fail(context, LS_STATUS_INTERRUPTED, "interrupted while rewiring networks");
    rewiring_draw(rewiring, study->options.seed, number, drawn);
    ls_status status = circularity_measure_indices(context, drawn, index);
    if (status != LS_STATUS_OK) return status;
    for (int k = 0; k < CIRCULARITY_INDEX_COUNT; k++) value[k * count + number] = index[k];
  }
  return LS_STATUS_OK;
}

static ls_status rewire_basis(ls_context *context, const struct circularity_study *study,
                              struct circularity_basis *basis) {
  const size_t width = (size_t)basis->flows.entity_count + 1, count = (size_t)study->options.rewirings;
  struct rewiring rewiring;
  ls_status status = rewiring_create(context, &basis->flows, &rewiring);
  if (status != LS_STATUS_OK) return status;
  struct flows drawn = basis->flows;
  drawn.flow = context_allocate(context, width * width, sizeof *drawn.flow);
  drawn.investment = context_allocate(context, width * width, sizeof *drawn.investment);
  double *value = context_allocate(context, count * CIRCULARITY_INDEX_COUNT, sizeof *value);
  if (!drawn.flow || !drawn.investment || !value) status = LS_STATUS_OUT_OF_MEMORY;
  if (status == LS_STATUS_OK) status = rewire_all(context, study, &rewiring, &drawn, value);
  for (int k = 0; k < CIRCULARITY_INDEX_COUNT && status == LS_STATUS_OK; k++)
    status = index_spread_of(context, value + (size_t)k * count, (int64_t)count, basis->index[k], &basis->rewired[k]);
  context_release(context, value);
  context_release(context, drawn.investment);
  context_release(context, drawn.flow);
  rewiring_release(&rewiring);
  return status;
}

ls_status circularity_rewire(ls_context *context, struct circularity_study *study) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < study->count && study->options.rewirings > 0 && status == LS_STATUS_OK; k++)
    status = rewire_basis(context, study, &study->basis[k]);
  return status;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static ls_status measure(ls_context *context, struct circularity_study *study) {
  ls_status status = LS_STATUS_OK;
  for (int k = 0; k < study->count && status == LS_STATUS_OK; k++) {
    struct circularity_basis *basis = &study->basis[k];
    status = circularity_measure(context, &basis->flows, &basis->measures);
    if (status == LS_STATUS_OK) circularity_indices(&basis->measures, basis->index);
  }
  return status;
}

static ls_status study_path(ls_context *context, const char *path, struct circularity_study *study) {
  ls_network *network = NULL;
  bool of_flows = false;
  ls_status status = flows_folder(context, path, &of_flows);
  if (status == LS_STATUS_OK)
    status = of_flows ? gather_flows(context, path, study) : ls_network_read(context, path, NULL, &network);
  if (status == LS_STATUS_OK && !of_flows) status = gather_network(context, path, network, study);
  if (status == LS_STATUS_OK) status = measure(context, study);
  if (status == LS_STATUS_OK) status = circularity_rewire(context, study);
  if (status == LS_STATUS_OK && study->options.draws > 0) status = circularity_draw(context, network, study);
  ls_network_destroy(&network);
  return status;
}

ls_status circularity_study_make(ls_context *context, const char *path, const ls_circularity_options *options,
                                 struct circularity_study *study) {
  fenv_t before;
  *study = (struct circularity_study){.options = *options};
  ls_status status = check_options(context, options);
  if (status != LS_STATUS_OK) return status;
  arithmetic_begin(&before);
  status = study_path(context, path, study);
  arithmetic_restore(&before);
  return status;
}

void circularity_study_release(ls_context *context, struct circularity_study *study) {
  for (int k = 0; k < study->count; k++) {
    flows_release(context, &study->basis[k].flows);
    circularity_release(context, &study->basis[k].measures);
  }
  study->count = 0;
}
