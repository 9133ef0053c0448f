/* liquidity.h - who hoards cash because others hoard: lenders that run short call loans in, and their debtors run short.
 *
 * Source: Gai, Haldane, Kapadia (2011), Complexity, concentration and contagion, Journal of Monetary Economics 58(5):453-470, section
 * 2. x_i = 1 where i hoards, else 0; a_i = sum_j L_ij x_j what i has borrowed, unsecured, from those who do (mu_i times its
 * interbank debt); h, h_i the haircuts on all banks and on this one; all in money:
 *   cash AL_i, collateral AC_i, reverse repo AR_i, new funding LN_i, repo LR_i, first outflow e_i
 *   x_i = 1 where AL_i + (1 - h - h_i) AC_i + (1 - h - h_i) / (1 - h) AR_i + LN_i - LR_i - e_i - lambda a_i < 0, else 0
 * The least solution, from nobody hoarding. At 0 a bank does not hoard. Equity stays what it was: `loss` is cash drained. */
#ifndef LS_MODEL_LIQUIDITY_H
#define LS_MODEL_LIQUIDITY_H

#include "model.h"
#include "models/liquidity_entity.h"

static const struct ls_model_info liquidity_info __attribute__((unused)) = {
    .name = "liquidity",
    .title = "liquidity hoarding: lenders that run short withdraw loans",
    .source = "Gai, Haldane and Kapadia (2011), Journal of Monetary Economics 58(5), section 2",
    .operator_kind = LS_OPERATOR_FUNDING,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_FUNDING | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 0,
    .pushes = 1,
    .tolerance = 1e-10,
    .setting = {LIQUIDITY_SETTINGS},
    .column = {LIQUIDITY_COLUMNS, 0},
    .output = {"liquidity", "hoarding", "wave", 0},
    .output_flags = 1u << 1,
    .output_integers = 1u << 2,
    .line = {"outflow", "withdrawn", 0},
};

#endif
LS_STATIC_MODEL(liquidity)
