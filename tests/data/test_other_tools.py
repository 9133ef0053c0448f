#!/usr/bin/python3
"""What other tools printed for the same networks, where their outputs are beside the project: systemicrisk, NetworkRiskMeasures and
neva on 50 banks, NetworkRiskMeasures on 125, a Julia program for ESRI on 13 firms.

Tolerances: each tool stops by a rule of its own, at 1e-10 or so of a balance sheet; 1e-6 of the largest number compared leaves room
for slow rates. argv[1] is the program."""
import csv
import json
import os
import subprocess
import tempfile

from checks import PROGRAM, SOURCE, check, end, skip

DATA = os.path.join(os.environ.get("LOOPSTRESS_SHARED", os.path.join(SOURCE, "..", "shared")), "data")
CLOSE = 1e-6

if not os.path.isdir(os.path.join(DATA, "banks50")):
    skip("outputs of other tools", f"not in {DATA}")
    end()


def rows_of(*path):
    with open(os.path.join(DATA, *path), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return [float(row[name]) for row in rows]


def write(folder, name, header, lines):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write("\n".join([header, *lines]) + "\n")


def scenarios_of(folder, model, *settings):
    words = [word for setting in settings for word in ("--set", setting)]
    done = subprocess.run([PROGRAM, "run", folder, "--model", model, *words, "--scenarios",
                           os.path.join(folder, "shocks.csv"), "--backend", "cpu", "--json", "--quiet"],
                          capture_output=True, text=True)
    check(f"{model} {' '.join(settings)} runs", done.returncode == 0, done.stderr)
    return json.loads(done.stdout)["scenarios"]


def outputs(folder, name, model, *settings):
    return [float(entity[name]) for entity in scenarios_of(folder, model, *settings)[0]["entities"]]


def agree(name, got, expected):
    scale = max(1, *map(abs, expected))
    worst = max(range(len(got)), key=lambda k: abs(got[k] - expected[k]))
    check(name, len(got) == len(expected) and abs(got[worst] - expected[worst]) <= CLOSE * scale,
          f"number {worst}: {got[worst]}, expected {expected[worst]}")


def write_links(folder, exposures):
    write(folder, "liabilities.csv", "debtor,creditor,amount",
          [f"{row['borrower']},{row['lender']},{row['amount']}" for row in exposures])


# ---- 50 banks, all shocked, most of them ruined ----------------------------------------------------------------------

def fifty_banks(folder):
    banks, shocks = rows_of("banks50", "n50_balance_sheets.csv"), rows_of("banks50", "n50_shock.csv")
    assets = {bank["bank_name"]: float(bank["external_asset"]) for bank in banks}
    write(folder, "entities.csv", "id,external_assets,external_liabilities,asset_volatility",
          [f"{bank['bank_name']},{bank['external_asset']},{bank['external_liabilities']},0.03" for bank in banks])
    write_links(folder, rows_of("banks50", "n50_exposures.csv"))
    share = [float(row["external_asset_loss"]) / assets[row["bank_name"]] for row in shocks]
    write(folder, "shocks.csv", "scenario,target,variable,value",
          [f"s,{row['bank_name']},external_assets_loss,{part!r}" for row, part in zip(shocks, share)])
    return [assets[row["bank_name"]] * (1 - part) for row, part in zip(shocks, share)]


def clearing_and_distress(folder):
    peer = rows_of("banks50", "n50_expected_R.csv")
    for name, model, settings, output, column_name in (
            ("payments", "eisenberg-noe", (), "payment", "p_EN"),
            ("defaults", "eisenberg-noe", (), "default", "def_EN"),
            ("payments", "rogers-veraart", ("alpha=0.8", "beta=0.6"), "payment", "p_RV_a0.8_b0.6"),
            ("defaults", "rogers-veraart", ("alpha=0.8", "beta=0.6"), "default", "def_RV"),
            ("cascade", "furfine", (), "default", "cascade_R0"),
            ("cascade", "furfine", ("lgd=0.6",), "default", "cascade_R0.4"),
            ("stress", "debtrank-linear", (), "distress", "st_debtrank"),
            ("stress", "debtrank", (), "distress", "st_debtrank_singlehit")):
        # NetworkRiskMeasures does not cap stress at 1
        agree(f"50 banks, {model} {' '.join(settings)}: {name}", outputs(folder, output, model, *settings),
              [min(1, value) if name == "stress" else value for value in column(peer, column_name)])


def valuations(folder, assets):
    peer = rows_of("banks50", "n50_expected_neva.csv")
    for valuation, name, settings in (("eisenberg-noe", "eisenberg_noe", ()),
                                      ("rogers-veraart", "rogers_veraart_a0.8_b0.6", ("alpha=0.8", "beta=0.6")),
                                      ("linear", "linear_debtrank", ()),
                                      ("furfine", "furfine_R0", ("recovery=0",)),
                                      ("furfine", "furfine_R0.4", ("recovery=0.4",)),
                                      ("black-cox", "exante_blackcox_rho0.6_sig0.03", ("recovery=0.6",)),
                                      ("merton", "exante_merton_rho0.6_sig0.03", ("recovery=0.6",))):
        got = outputs(folder, "valuation", "neva", f"valuation={valuation}", *settings)
        agree(f"50 banks, neva {name}: valuations", got, column(peer, f"V_{name}"))
        equity = outputs(folder, "equity", "neva", f"valuation={valuation}", *settings)
        if valuation == "rogers-veraart":  # neva tells equity before the costs of failing, we after them
            equity = before_costs(assets, got, equity, 0.8, 0.6)
        agree(f"50 banks, neva {name}: equities", equity, column(peer, f"E_{name}"))


def before_costs(assets, worth, equity, alpha, beta):
    """e + a - L from alpha e + beta a - L where claims on the bank are worth less than all, with a from the exposures."""
    ids = [row["bank_name"] for row in rows_of("banks50", "n50_balance_sheets.csv")]
    claims = dict.fromkeys(ids, 0.0)
    for row in rows_of("banks50", "n50_exposures.csv"):
        claims[row["lender"]] += float(row["amount"]) * worth[ids.index(row["borrower"])]
    return [e if v >= 1 else e + (1 - alpha) * asset + (1 - beta) * claims[i]
            for i, e, v, asset in zip(ids, equity, worth, assets)]


# ---- 125 banks, one default after the other ---------------------------------------------------------------------------

def hundred_banks(folder):
    banks = rows_of("banks125", "sim_data.csv")
    peer, cascade = rows_of("banks125", "expected_debtrank_all_tol1e-10.csv"), rows_of("banks125", "expected_threshold_all.csv")
    write(folder, "entities.csv", "id,equity", [f"{bank['bank']},{bank['buffer']}" for bank in banks])
    write_links(folder, rows_of("banks125", "sim_data_md_seed15_exposures.csv"))
    write(folder, "shocks.csv", "scenario,target,variable,value", [f"{row['scenario']},{row['scenario']},default,1" for row in peer])
    weight = {bank["bank"]: float(bank["weights"]) for bank in banks}
    whole = sum(weight.values())
    told = scenarios_of(folder, "debtrank-linear")
    agree("125 banks: losses of equity", [one["system_loss"] for one in told], column(peer, "capped_equity_losses"))
    agree("125 banks: stress by weight",
          [sum(weight[e["id"]] * e["distress"] for e in one["entities"]) / whole for one in told],
          [a + b for a, b in zip(column(peer, "original_stress"), column(peer, "additional_stress"))])
    agree("125 banks: further defaults", [one["default_count"] - 1 for one in told], column(peer, "additional_defaults"))
    told = scenarios_of(folder, "furfine")
    agree("125 banks: cascades", [one["default_count"] - 1 for one in told], column(cascade, "additional_defaults"))
    agree("125 banks: what cascades cost", [sum(e["credit_loss"] for e in one["entities"]) for one in told],
          column(cascade, "additional_losses"))


# ---- 13 firms, one failure after the other ------------------------------------------------------------------------------

def thirteen_firms(folder):
    links, peer = rows_of("production", "test_list.csv"), rows_of("production", "test_esri.csv")
    sector, kind = {}, {}
    for link in links:
        sector[link["supplier"]], sector[link["customer"]] = link["supplierNACE"], link["customerNACE"]
        kind[link["supplierNACE"], link["customerNACE"]] = link["type"]
    write(folder, "entities.csv", "id,sector", [f"{row['company']},n{sector[row['company']]}" for row in peer])
    write(folder, "trade.csv", "supplier,buyer,amount",
          [f"{link['supplier']},{link['customer']},{link['weight']}" for link in links])
    write(folder, "essentials.csv", "supplier_sector,buyer_sector,essentiality",
          [f"n{a},n{b},{value}" for (a, b), value in kind.items()])
    write(folder, "shocks.csv", "scenario,target,variable,value",
          [f"{row['company']},{row['company']},output_loss,1" for row in peer])
    told = scenarios_of(folder, "production", "replaceability=sector")
    agree("13 firms: ESRI", [one["system_loss"] for one in told], column(peer, "esri"))


with tempfile.TemporaryDirectory() as folder:
    left = fifty_banks(folder)
    clearing_and_distress(folder)
    valuations(folder, left)
with tempfile.TemporaryDirectory() as folder:
    hundred_banks(folder)
with tempfile.TemporaryDirectory() as folder:
    thirteen_firms(folder)
end()
