/* loop_settings.h - the keys of loop.yaml, which --set takes too: one list that reading, writing and --set go by. */
#ifndef LS_HOST_NETWORK_LOOP_SETTINGS_H
#define LS_HOST_NETWORK_LOOP_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/* Reference for distress (step 10 of docs/models/loop-finance.md); numbers of the words of `distress_reference`. */
enum loop_reference { LOOP_REFERENCE_INITIAL, LOOP_REFERENCE_PEAK, LOOP_REFERENCE_LAST_ROUND };

/* Rates are per quarter. Whole numbers and the numbers of words are int32_t, everything else double. */
struct loop_settings {
  int32_t quarters, build_lag;
  double interest, amortisation, termination_share, recovery_assets, recovery_claims, recovery_stakes;
  int32_t claims_valuation; /* 0 book, 1 en */
  /* LOOP-2, off by default: docs/models/loop-finance.md */
  int32_t inputs;             /* 0 ordered, 1 planned */
  int32_t distress_reference; /* enum loop_reference */
  int32_t flag_exit;          /* quarters, 0: flags stay */
  double price_elasticity, price_low, price_high;
  double backlog_uncommitted, backlog_discount, breach_share, distress_spread, revenue_smoothing;
  double herding_multiple, herding_funding, herding_capex, herding_peers, impairment;
  uint32_t given; /* bit k: loop.yaml has key k of LOOP_KEYS */
};

struct loop_key {
  const char *name;
  enum { LOOP_KEY_REAL, LOOP_KEY_WHOLE, LOOP_KEY_WORD } kind;
  int32_t offset; /* in struct loop_settings */
  double low, high, initial;
  const char *const *word; /* NULL-ended; spellings of 0, 1, ... */
  const char *meaning;
};

enum { LOOP_KEY_COUNT = 25 };
extern const struct loop_key LOOP_KEYS[LOOP_KEY_COUNT];

struct loop_settings loop_settings_default(void);

/* The value of key k as a number, and its setting (rounded to whole where the key is). */
double loop_settings_get(const struct loop_settings *settings, int k);
void loop_settings_set(struct loop_settings *settings, int k, double value);

#endif
