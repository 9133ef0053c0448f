/* spec_loop_parts.h - what the files of the textbook loop share: small words, and the steps of a quarter in their order. */
#ifndef LS_TESTS_SPEC_LOOP_PARTS_H
#define LS_TESTS_SPEC_LOOP_PARTS_H

#include <math.h>
#include <stdlib.h>

#include "spec/spec_loop.h"

static inline void *zeros(size_t count, size_t size) { return calloc(count ? count : 1, size); }
static inline double *numbers(size_t count) { return zeros(count, sizeof(double)); }

static inline void fill(double *target, size_t count, double value) {
  for (size_t k = 0; k < count; k++) target[k] = value;
}

static inline double smaller(double a, double b) { return a < b ? a : b; }
static inline double larger(double a, double b) { return a > b ? a : b; }
static inline double positive(double a) { return a > 0 ? a : 0; }
static inline double clip(double a) { return a < 0 ? 0 : a > 1 ? 1 : a; }
static inline double clip_between(double a, double low, double high) { return a < low ? low : a > high ? high : a; }

static inline double row_sum(int n, const double *matrix, int i) {
  double sum = 0;
  for (int j = 0; j < n; j++) sum += matrix[i * n + j];
  return sum;
}

static inline double column_sum(int n, const double *matrix, int j) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += matrix[i * n + j];
  return sum;
}

/* clip(V/Vref, 0, 1), 1 where there is no reference, hence for W. */
static inline double standing(const struct spec_state *state, int i) {
  return state->reference[i] == 0 ? 1 : clip(state->value[i] / state->reference[i]);
}

/* Notes how close a decision "a against b" was, relative to the larger of both and to `scale`. */
static inline void decide(struct spec_state *state, double a, double b, double scale) {
  double size = larger(larger(fabs(a), fabs(b)), fabs(scale));
  if (size > 0) state->margin = smaller(state->margin, fabs(a - b) / size);
}

static inline void note(struct spec_state *state, enum spec_event event, bool happened) {
  state->event[event] += happened;
}

/* Rates of the debtor i in quarter t, and delta. */
double spec_interest_rate(const struct spec_loop *model, const struct spec_state *state, int i);
double spec_principal_rate(const struct spec_loop *model, const struct spec_state *state, int t, int i);
double spec_wear_rate(const struct spec_loop *model, int t, int i);

/* Does `recipient` pass a test against `partner` (investor or issuer) in quarter t? */
bool spec_passes(const struct spec_loop *model, struct spec_state *state, int t, enum spec_test test, double level,
                 int recipient, int partner);

/* Cash of i that is earmarked, over all investors. */
double spec_earmarked_cash(const struct spec_loop *model, const struct spec_state *state, int i);

/* q(t) qs o by the schedule of a contract alone. */
double spec_scheduled(const struct spec_loop *model, const struct spec_contract *contract, int t);

struct spec_run *spec_run_create(const struct spec_loop *model);

/* Book figures before a quarter, against which the identities are measured. */
struct books {
  double *cash, *book_equity, *real_assets, total_cash;
};

/* trade */
void spec_step_0_sentiment(const struct spec_loop *model, struct spec_state *state);
void spec_step_0_price(const struct spec_loop *model, struct spec_state *state, int t);
void spec_step_1_orders(const struct spec_loop *model, struct spec_state *state, int t);
void spec_step_2_rationing(const struct spec_loop *model, struct spec_state *state, int t);
void spec_step_2_substitution(const struct spec_loop *model, struct spec_state *state);
void spec_step_3_sales(const struct spec_loop *model, struct spec_state *state, int t);
/* money */
void spec_step_4_obligations(const struct spec_loop *model, struct spec_state *state, int t);
void spec_step_4_draws(const struct spec_loop *model, struct spec_state *state, int t);
void spec_step_5_clearing(const struct spec_loop *model, struct spec_state *state);
void spec_step_6_equity(const struct spec_loop *model, struct spec_state *state, int t);
void spec_step_7_debt(const struct spec_loop *model, struct spec_state *state);
void spec_step_7_capacity(const struct spec_loop *model, struct spec_state *state, int t);
/* default */
void spec_step_8_default(const struct spec_loop *model, struct spec_state *state, int t);
/* value. The equity method acts before step 8, with the issuer still there; the rest of step 11 after step 10. */
void spec_smooth_sales(const struct spec_loop *model, struct spec_state *state);
double spec_sales_value(const struct spec_loop *model, const struct spec_state *state, int t, int i);
double spec_hardware_value(const struct spec_loop *model, const struct spec_state *state, int t, int i);
double spec_backlog_value(const struct spec_loop *model, const struct spec_row *row);
void spec_step_10_references(const struct spec_loop *model, struct spec_state *state);
void spec_step_10_lift_flags(const struct spec_loop *model, struct spec_state *state);
void spec_profits(const struct spec_loop *model, struct spec_state *state, const struct books *books, int t);
void spec_step_11_equity_method(const struct spec_loop *model, struct spec_state *state);
void spec_step_11_carrying_values(const struct spec_loop *model, struct spec_state *state);

/* identities */
struct books spec_books_take(const struct spec_loop *model, const struct spec_state *state);
void spec_books_free(struct books *books);
void spec_audit_flows(const struct spec_loop *model, const struct spec_state *state, const struct books *books,
                      double *audit);
void spec_audit_stocks(const struct spec_loop *model, struct spec_state *state, const struct books *books,
                       double *audit);
void spec_audit_survivors(const struct spec_loop *model, const struct spec_state *state, const struct books *books,
                          double *audit);

#endif
