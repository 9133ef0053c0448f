/* loop_settings.c - see loop_settings.h. */
#include "network/loop_settings.h"

#include <stddef.h>

static const char *const VALUATIONS[] = {"book", "en", NULL};
static const char *const INPUTS[] = {"ordered", "planned", NULL};
static const char *const REFERENCES[] = {"initial", "peak", "last_round", NULL};

enum { QUARTERS_MOST = 1000, INTEREST_MOST = 100, FACTOR_MOST = 1000 };

#define AT(member) (int32_t) offsetof(struct loop_settings, member)
#define REAL(member, low, high, initial, meaning) \
  { #member, LOOP_KEY_REAL, AT(member), low, high, initial, NULL, meaning }
#define WHOLE(member, low, initial, meaning) \
  { #member, LOOP_KEY_WHOLE, AT(member), low, QUARTERS_MOST, initial, NULL, meaning }
#define WORD(member, words, meaning) \
  { #member, LOOP_KEY_WORD, AT(member), 0, sizeof(words) / sizeof((words)[0]) - 2, 0, words, meaning }

const struct loop_key LOOP_KEYS[LOOP_KEY_COUNT] = {
    WHOLE(quarters, 1, 20, "length of the path"),
    REAL(interest, 0, INTEREST_MOST, 0, "on debt, per quarter"),
    REAL(amortisation, 0, 1, 0, "share of debt repaid per quarter"),
    REAL(termination_share, 0, 1, 0, "claim for a broken commitment, share of its take-or-pay"),
    REAL(recovery_assets, 0, 1, 1, "share of real assets' book value that an estate gets"),
    REAL(recovery_claims, 0, 1, 1, "share of claims on the living that an estate gets"),
    REAL(recovery_stakes, 0, 1, 1, "share of stakes' last value that an estate gets"),
    WHOLE(build_lag, 0, 1, "quarters from order to capacity"),
    WORD(claims_valuation, VALUATIONS, "claims at book, or en: at what the debtor's assets cover"),
    WORD(inputs, INPUTS, "output by inputs delivered against those ordered, or against plan"),
    REAL(price_elasticity, 0, FACTOR_MOST, 0, "response of the price of an input type to its scarcity"),
    REAL(price_low, 0, 1, 0.25, "least factor of scarcity on a price"),
    REAL(price_high, 1, FACTOR_MOST, 4, "largest factor of scarcity on a price"),
    REAL(backlog_uncommitted, 0, 1, 1, "what backlog beyond take-or-pay counts for in value"),
    REAL(backlog_discount, 0, 1, 0, "rate per quarter at which backlog is discounted"),
    REAL(breach_share, 0, 1, 0, "claim on a dead supplier, share of its customers' take-or-pay backlog"),
    REAL(distress_spread, 0, INTEREST_MOST, 0, "added interest in distress, per quarter"),
    REAL(revenue_smoothing, 0, 1, 1, "weight of the last quarter in the revenue that is valued; 1: that quarter alone"),
    WORD(distress_reference, REFERENCES, "value that distress is measured by: initial, peak or last_round"),
    WHOLE(flag_exit, 0, 0, "quarters above the threshold that end distress; 0: it stays"),
    REAL(herding_multiple, 0, FACTOR_MOST, 0, "response of multiples to the fall of all values from their peak"),
    REAL(herding_funding, 0, FACTOR_MOST, 0, "response of outside equity to the fall of a value from its peak"),
    REAL(herding_capex, 0, FACTOR_MOST, 0, "response of capital purchases to the buyer's own fall"),
    REAL(herding_peers, 0, FACTOR_MOST, 0, "response of capital purchases to the fall of the buyer's sector"),
    REAL(impairment, 0, 1, 0, "stakes are written down to this share of their value where that is lower; 0: never"),
};

void loop_settings_set(struct loop_settings *settings, int k, double value) {
  void *at = (char *)settings + LOOP_KEYS[k].offset;
  if (LOOP_KEYS[k].kind == LOOP_KEY_REAL)
    *(double *)at = value;
  else
    *(int32_t *)at = (int32_t)value;
}

double loop_settings_get(const struct loop_settings *settings, int k) {
  const void *at = (const char *)settings + LOOP_KEYS[k].offset;
  return LOOP_KEYS[k].kind == LOOP_KEY_REAL ? *(const double *)at : *(const int32_t *)at;
}

struct loop_settings loop_settings_default(void) {
  struct loop_settings settings = {0};
  for (int k = 0; k < LOOP_KEY_COUNT; k++) loop_settings_set(&settings, k, LOOP_KEYS[k].initial);
  return settings;
}
