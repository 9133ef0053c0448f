/* neva.h - network valuation: what claims on every entity are worth, by a valuation function of its equity.
 *
 * Source: Barucca, Bardoscia, Caccioli, D'Errico, Visentin, Caldarelli, Battiston (2020), Network valuation in
 * financial systems, Mathematical Finance 30(4):1181-1204. V_i what a claim on i is worth per unit, 0-1 (the functions:
 * neva_valuation.h); e_i external assets, cash and holdings after the shock; a_i = sum_j L_ji V_j what its claims are
 * worth; L_i all that it owes, outside creditors included.
 *   E_i = e_i + a_i - L_i,  V_i = V(E_i)         greatest (default) or least solution
 *   rogers-veraart: E_i = alpha e_i + beta a_i - L_i for who fails otherwise
 * Who has E <= 0 fails; a tie fails, up to LS_TIE_TOLERANCE of what it owes or is owed. So V does not jump where
 * rising equity has only just reached a threshold, and the iteration from 0 ends at the least solution without steps
 * over thresholds. Where the column `equity` is given, what it says beyond the rest of the balance sheet is added to E. */
#ifndef LS_MODEL_NEVA_H
#define LS_MODEL_NEVA_H

#include "model.h"
#include "models/neva_entity.h"

static const struct ls_model_info neva_info __attribute__((unused)) = {
    .name = "neva",
    .title = "network valuation, by a valuation function of choice",
    .source = "Barucca et al. (2020), Mathematical Finance 30(4)",
    .operator_kind = LS_OPERATOR_EXPOSURES,
    .variables = 1u << LS_VARIABLE_EXTERNAL_ASSETS_LOSS | 1u << LS_VARIABLE_DEFAULT,
    .has_least = 1,
    .from_bound = 1,
    .least_is_limit = 1,
    .tolerance = 1e-10,
    .setting = {NEVA_SETTINGS},
    .output = {"equity", "valuation", "default", 0},
    .output_flags = 1u << 2,
    .line = {"external assets", "claims on entities", "limited liability", 0},
};

#endif
LS_STATIC_MODEL(neva)
