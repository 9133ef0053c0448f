/* spec_clearing.c - Eisenberg-Noe (2001), Rogers-Veraart (2013) and Elsinger's (2009) layers, from the text. */
#include "spec/spec_clearing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double *numbers(size_t count) { return calloc(count ? count : 1, sizeof(double)); }

bool spec_solve(int n, double *matrix, double *right) {
  for (int k = 0; k < n; k++) {
    int best = k;
    for (int i = k + 1; i < n; i++)
      if (fabs(matrix[i * n + k]) > fabs(matrix[best * n + k])) best = i;
    if (fabs(matrix[best * n + k]) < 1e-14) return false;
    for (int j = 0; best != k && j < n; j++) {
      double held = matrix[k * n + j];
      matrix[k * n + j] = matrix[best * n + j], matrix[best * n + j] = held;
    }
    double held = right[k];
    right[k] = right[best], right[best] = held;
    for (int i = k + 1; i < n; i++) {
      double factor = matrix[i * n + k] / matrix[k * n + k];
      for (int j = k; j < n && factor != 0; j++) matrix[i * n + j] -= factor * matrix[k * n + j];
      right[i] -= factor * right[k];
    }
  }
  for (int i = n - 1; i >= 0; i--) {
    for (int j = i + 1; j < n; j++) right[i] -= matrix[i * n + j] * right[j];
    right[i] /= matrix[i * n + i];
  }
  return true;
}

/* ---- one class, with costs of default ---------------------------------------------------------------------------- */

static double owed_to_entities(const struct spec_clearing *problem, int i) {
  double sum = 0;
  for (int j = 0; j < problem->n; j++) sum += problem->liability[i * problem->n + j];
  return sum;
}

static double owed_in_all(const struct spec_clearing *problem, int i) {
  return owed_to_entities(problem, i) + problem->external_liabilities[i];
}

/* What reaches j of i's total payment. */
static double share_paid(const struct spec_clearing *problem, int i, int j, double payment) {
  double liability = problem->liability[i * problem->n + j];
  if (liability == 0) return 0;
  if (!problem->external_is_senior) return liability / owed_in_all(problem, i) * payment;
  double rest = payment - problem->external_liabilities[i];
  return rest > 0 ? liability / owed_to_entities(problem, i) * rest : 0;
}

static double received(const struct spec_clearing *problem, const double *payment, int i) {
  double sum = 0;
  for (int j = 0; j < problem->n; j++) sum += share_paid(problem, j, i, payment[j]);
  return sum;
}

/* Relative slack within which a bank counts as just solvent: rounding in a sum of n receipts. */
static bool is_solvent(double assets, double owed) { return assets >= owed * (1 - 1e-13); }

void spec_clearing_map(const struct spec_clearing *problem, const double *payment, double *image) {
  for (int i = 0; i < problem->n; i++) {
    double in = received(problem, payment, i), owed = owed_in_all(problem, i);
    if (is_solvent(problem->external_assets[i] + in, owed))
      image[i] = owed;
    else
      image[i] = problem->alpha * problem->external_assets[i] + problem->beta * in;
  }
}

/* Payments of the defaulted when the others pay in full: x_i = alpha e_i + beta (received), linear but for senior
 * external creditors, who may take all; `empty` marks banks that then pay entities nothing, found by Howard's policy
 * iteration, from below: with all empty nothing is circular, and a bank once found able to pay stays so. */
static bool solve_defaulted(const struct spec_clearing *problem, const bool *defaulted, double *payment) {
  int n = problem->n;
  bool solved = true, changed = true, *empty = calloc((size_t)n, sizeof *empty);
  double *matrix = numbers((size_t)n * (size_t)n), *right = numbers((size_t)n);
  for (int i = 0; i < n; i++) empty[i] = problem->external_is_senior && defaulted[i];
  for (int round = 0; changed && solved && round < 4 * n + 4; round++) {
    memset(matrix, 0, sizeof *matrix * (size_t)n * (size_t)n);
    for (int i = 0; i < n; i++) {
      matrix[i * n + i] = 1;
      right[i] = defaulted[i] ? problem->alpha * problem->external_assets[i] : owed_in_all(problem, i);
      for (int j = 0; defaulted[i] && j < n; j++) {
        double liability = problem->liability[j * n + i];
        double base = problem->external_is_senior ? owed_to_entities(problem, j) : owed_in_all(problem, j);
        if (liability == 0 || empty[j]) continue;
        matrix[i * n + j] -= problem->beta * liability / base;
        if (problem->external_is_senior)
          right[i] -= problem->beta * liability / base * problem->external_liabilities[j];
      }
    }
    solved = spec_solve(n, matrix, right);
    changed = false;
    for (int i = 0; solved && problem->external_is_senior && i < n; i++) {
      bool now = defaulted[i] && right[i] <= problem->external_liabilities[i];
      changed = changed || now != empty[i];
      empty[i] = now;
    }
  }
  if (solved) memcpy(payment, right, sizeof *payment * (size_t)n);
  free(empty), free(matrix), free(right);
  return solved;
}

static void finish(const struct spec_clearing *problem, struct spec_clearing_result *result) {
  for (int i = 0; i < problem->n; i++) {
    double assets = problem->external_assets[i] + received(problem, result->payment, i), owed = owed_in_all(problem, i);
    result->defaulted[i] = !is_solvent(assets, owed);
    result->equity[i] = !result->defaulted[i] && assets > owed ? assets - owed : 0;
  }
}

void spec_clearing_greatest(const struct spec_clearing *problem, struct spec_clearing_result *result) {
  int n = problem->n;
  bool *fallen = calloc((size_t)n, sizeof *fallen);
  for (int i = 0; i < n; i++) result->payment[i] = owed_in_all(problem, i), result->wave[i] = -1;
  result->wave_count = 0;
  for (bool grew = true; grew;) {
    grew = false;
    bool *next = calloc((size_t)n, sizeof *next);
    for (int i = 0; i < n; i++) {
      double assets = problem->external_assets[i] + received(problem, result->payment, i);
      next[i] = fallen[i] || !is_solvent(assets, owed_in_all(problem, i));
      if (next[i] && !fallen[i]) grew = true, result->wave[i] = result->wave_count;
    }
    memcpy(fallen, next, sizeof *fallen * (size_t)n);
    free(next);
    if (grew) {
      result->wave_count++;
      if (!solve_defaulted(problem, fallen, result->payment))
        abort(); /* cannot be: see the theorem on regular systems */
    }
  }
  free(fallen);
  finish(problem, result);
}

static bool same_vector(int n, const double *a, const double *b, double relative) {
  for (int i = 0; i < n; i++)
    if (fabs(a[i] - b[i]) > relative * (fabs(a[i]) > fabs(b[i]) ? fabs(a[i]) : fabs(b[i]))) return false;
  return true;
}

void spec_clearing_least(const struct spec_clearing *problem, struct spec_clearing_result *result) {
  int n = problem->n;
  double *next = numbers((size_t)n), *payment = result->payment;
  bool *short_of = calloc((size_t)n, sizeof *short_of);
  memset(payment, 0, sizeof *payment * (size_t)n);
  for (int restart = 0; restart <= n; restart++) {
    for (int sweep = 0; sweep < 200000; sweep++) {
      spec_clearing_map(problem, payment, next);
      bool still = same_vector(n, payment, next, 4e-15);
      memcpy(payment, next, sizeof *payment * (size_t)n);
      if (still) break;
    }
    for (int i = 0; i < n; i++)
      short_of[i] = !is_solvent(problem->external_assets[i] + received(problem, payment, i), owed_in_all(problem, i));
    memcpy(next, payment, sizeof *next * (size_t)n);
    if (solve_defaulted(problem, short_of, next) && same_vector(n, payment, next, 1e-6))
      memcpy(payment, next, sizeof *payment * (size_t)n);
    spec_clearing_map(problem, payment, next);
    if (same_vector(n, payment, next, 1e-9)) break;
  }
  free(next), free(short_of);
  for (int i = 0; i < n; i++) result->wave[i] = -1;
  result->wave_count = 0;
  finish(problem, result);
}

void spec_clearing_result_create(int n, struct spec_clearing_result *result) {
  result->payment = numbers((size_t)n), result->equity = numbers((size_t)n);
  result->defaulted = calloc((size_t)n + 1, sizeof(bool)), result->wave = calloc((size_t)n + 1, sizeof(int));
  result->wave_count = 0;
}

void spec_clearing_result_free(struct spec_clearing_result *result) {
  free(result->payment), free(result->equity), free(result->defaulted), free(result->wave);
}

/* ---- several classes, without costs ------------------------------------------------------------------------------ */

/* A node's cash X goes to class 0 first, then 1, ...; `spent[k]` is what class k gets. */
static void split_by_class(int classes, double cash, const double *class_total, double *spent) {
  for (int k = 0; k < classes; k++) {
    spent[k] = cash < class_total[k] ? cash : class_total[k];
    cash -= spent[k];
  }
}

struct layers {
  int n, classes;
  const double *resources, *owed;
  const bool *pays_all;
  double *total; /* [n * classes] owed by i in class k */
  double *spent; /* [n * classes] */
};

static void spend(const struct layers *layers, const double *cash) {
  for (int i = 0; i < layers->n; i++)
    split_by_class(layers->classes, cash[i] > 0 ? cash[i] : 0, layers->total + i * layers->classes,
                   layers->spent + i * layers->classes);
}

static double layer_receipts(const struct layers *layers, int i) {
  int n = layers->n;
  double sum = 0;
  for (int j = 0; j < n; j++)
    for (int k = 0; k < layers->classes; k++) {
      double owed = layers->owed[(k * n + j) * n + i], total = layers->total[j * layers->classes + k];
      if (owed > 0) sum += owed * (layers->spent[j * layers->classes + k] / total);
    }
  return sum;
}

static double all_owed(const struct layers *layers, int i) {
  double sum = 0;
  for (int k = 0; k < layers->classes; k++) sum += layers->total[i * layers->classes + k];
  return sum;
}

/* Once Picard is close, each short node is within one class: the exact point solves a linear system. */
static void polish_layers(const struct layers *layers, double *cash) {
  int n = layers->n, classes = layers->classes;
  double *matrix = numbers((size_t)n * (size_t)n), *right = numbers((size_t)n);
  spend(layers, cash);
  for (int i = 0; i < n; i++) {
    matrix[i * n + i] = 1;
    right[i] = all_owed(layers, i);
    if (layers->pays_all[i] || cash[i] >= right[i]) continue;
    right[i] = layers->resources[i];
    for (int j = 0; j < n; j++) {
      double before = 0;
      for (int k = 0; k < classes; k++) {
        double owed = layers->owed[(k * n + j) * n + i], total = layers->total[j * classes + k];
        bool full = layers->spent[j * classes + k] >= total;
        bool cursor = !full && (k == 0 || layers->spent[j * classes + k - 1] >= layers->total[j * classes + k - 1]);
        if (owed > 0 && full) right[i] += owed;
        if (owed > 0 && cursor) matrix[i * n + j] -= owed / total, right[i] -= owed / total * before;
        before += total;
      }
    }
  }
  if (spec_solve(n, matrix, right) && same_vector(n, cash, right, 1e-7)) memcpy(cash, right, sizeof *cash * (size_t)n);
  free(matrix), free(right);
}

void spec_clearing_classes(int n, int classes, const double *resources, const bool *pays_all, const double *owed,
                           double *payment) {
  struct layers layers = {
      n, classes, resources, owed, pays_all, numbers((size_t)(n * classes)), numbers((size_t)(n * classes))};
  double *cash = numbers((size_t)n), *next = numbers((size_t)n);
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < classes; k++)
      for (int j = 0; j < n; j++) layers.total[i * classes + k] += owed[(k * n + i) * n + j];
    cash[i] = all_owed(&layers, i);
  }
  for (int sweep = 0; sweep < 300000; sweep++) {
    spend(&layers, cash);
    for (int i = 0; i < n; i++) {
      double available = resources[i] + layer_receipts(&layers, i), most = all_owed(&layers, i);
      next[i] = pays_all[i] || available > most ? most : available > 0 ? available : 0;
    }
    bool still = same_vector(n, cash, next, 4e-15);
    memcpy(cash, next, sizeof *cash * (size_t)n);
    if (still) break;
  }
  polish_layers(&layers, cash);
  spend(&layers, cash);
  for (int k = 0; k < classes; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) {
        double amount = owed[(k * n + i) * n + j];
        payment[(k * n + i) * n + j] =
            amount > 0 ? amount * (layers.spent[i * classes + k] / layers.total[i * classes + k]) : 0;
      }
  free(layers.total), free(layers.spent), free(cash), free(next);
}
