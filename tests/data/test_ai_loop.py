#!/usr/bin/python3
"""datasets/ai-loop: nothing known too early, every claim settled once, every press row there, every number of the loop
tables traced to deals and assumptions by the rules written a second time (ai_loop_rules.py), and a plan that can be
lived. argv[1] is the program."""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checks import PROGRAM, SOURCE, check, end, skip  # noqa: E402
from ai_loop_rules import LOOP_COLUMNS, Ledger, read  # noqa: E402

DATA = os.path.join(SOURCE, "datasets", "ai-loop")
SHARED = os.environ.get("LOOPSTRESS_SHARED", os.path.join(SOURCE, "..", "shared"))
VINTAGES = {"2025-11": "2025-11-30", "2026-08": "2026-08-31"}
VARIANT = os.path.join("variants", "without-november-deal")
NOVEMBER = {"nvda-anth", "msft-anth", "msft-nvda-anth", "anth-msft-azure", "msft-nvda-hardware", "anth-nvda-gw",
            "msft-anth-models"}


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True)


def close(a, b):
    if a != a or b != b:  # a blank is not a number
        return a != a and b != b
    return abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b))


# ---- facts ----------------------------------------------------------------------------------------------------------

def press_rows(vintage):
    path = os.path.join(SHARED, "facts", "press_deals.csv")
    if not os.path.exists(path):
        return skip(f"every press row stands in {vintage}", "the shared facts are not here")
    held = {d["id"]: d for d in read(os.path.join(DATA, vintage, "deals.csv"))}
    for row in read(path):
        sources = set(row["source"].split(";"))
        known = vintage != "2025-11" or sources - {"P3"}
        if not known:
            check(f"{vintage} does not know {row['id']} yet", row["id"] not in held)
            continue
        columns = [c for c in row if c != "source"]
        same = row["id"] in held and all(held[row["id"]][c] == row[c] for c in columns)
        check(f"press row {row['id']} stands in {vintage} as it is", same, held.get(row["id"]))
        if same:
            wanted = sources - {"P3"} if vintage == "2025-11" else sources
            check(f"source of {row['id']} in {vintage}", set(held[row["id"]]["source"].split(";")) == wanted)


def later_deals(vintage, day):
    path = os.path.join(SHARED, "facts", "ai_deals.json")
    if vintage != "2026-08" or not os.path.exists(path):
        return skip("every later deal stands", "the shared facts are not here") if vintage == "2026-08" else None
    names = {"nvidia": "nvidia", "spacex/xai": "xai", "cloud providers": "neoclouds", "*": "compute-suppliers"}
    held = {(d["from"], d["to"]) for d in read(os.path.join(DATA, vintage, "deals.csv"))}
    with open(path, encoding="utf-8") as file:
        for edge in json.load(file)["edges"]:
            pair = tuple(names.get(edge[k].lower(), edge[k].lower()) for k in ("from", "to"))
            check(f"deal {pair} of {edge['date']} stands in 2026-08", pair in held)


def letter_of_intent(deals):
    for d in deals:
        if (d["from"], d["to"], d["amount_high"]) == ("nvidia", "openai", "100"):
            return d["status"]
    return None


def no_look_ahead(vintage, day):
    folder = os.path.join(DATA, vintage)
    deals = read(os.path.join(folder, "deals.csv"))
    check(f"{vintage} deals begin by {day}", all(d["valid_from"] and d["valid_from"] <= day for d in deals))
    texts = deals + read(os.path.join(folder, "entities.csv")) + read(os.path.join(folder, "assumptions.csv"))
    for row in texts:
        for column, text in row.items():
            if column in ("valid_to", "start") or text is None:
                continue
            late = [d for d in re.findall(r"20\d\d-\d\d(?:-\d\d)?", text) if d > day]
            check(f"{vintage} {row.get('id')} {column} names nothing after {day}", not late, late)
    if vintage == "2025-11":
        check("2025-11 has no source P3", all("P3" not in d["source"] for d in deals))
        check("the letter of intent of 100 bn is alive in 2025-11", letter_of_intent(deals) == "conditional")
    else:
        check("the letter of intent of 100 bn has lapsed by 2026-08", letter_of_intent(deals) == "lapsed")


def claims(name):
    rows = {}
    for d in read(os.path.join(DATA, name, "deals.csv")):
        rows.setdefault(d["claim_id"], []).append(d)
        check(f"{name} {d['id']} has status, source and confidence",
              d["status"] and d["source"] and d["confidence"] in ("high", "medium", "low"))
    for claim, of in rows.items():
        groups = [d for d in of if "group:" in d["from"] + d["to"]]
        wanted = 0 if len(groups) == len(of) else 1
        check(f"{name} claim {claim} is settled once", sum(d["preferred"] == "1" for d in of) == wanted)
        check(f"{name} claim {claim} prefers no group", all(d["preferred"] == "0" for d in groups))


def reasons(name):
    for a in read(os.path.join(DATA, name, "assumptions.csv")):
        within = float(a["low"]) <= float(a["value"]) <= float(a["high"])
        good = a["reason"] and a["unit"] and a["distribution"] and within
        check(f"{name} assumption {a['id']} has range, unit and reason", good)


# ---- the program against the rules ----------------------------------------------------------------------------------

def imports(name):
    report = run("check", os.path.join(DATA, name), "--strict", "--json")
    document = json.loads(report.stdout or "{}")
    check(f"{name} is read without a warning", report.returncode == 0 and document.get("warnings") == [], report.stderr)


def pairs_of(group, ids, columns):
    indptr, indices = group["indptr"][:], group["indices"][:]
    names = ids + ["world"]
    out = {}
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            out[names[i], names[indices[k]]] = {c: float(group[c][k]) for c in columns if c in group}
    return out


def contracts_of(group, ids):
    """id -> the row of purchases, buyer and seller among its columns."""
    indptr, names, out = group["indptr"][:], ids + ["world"], {}
    columns = [c for c in group if c not in ("indptr", "indices", "entity_ptr", "edge", "id")]
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            out[group["id"].asstr()[k]] = dict({c: float(group[c][k]) for c in columns}, buyer=names[i],
                                               seller=names[group["indices"][k]])
    return out


def same_rows(name, what, wanted, file):
    """Rows of a plain table, in order: one dictionary each."""
    check(f"{name} {what} stands where it has rows", bool(wanted) == (what in file))
    if what not in file:
        return
    for column in wanted[0]:
        texts = isinstance(wanted[0][column], str)
        got = list(file[what][column].asstr()[:] if texts else file[what][column][:])
        fine = got == [w[column] for w in wanted] if texts else all(map(close, got, [w[column] for w in wanted]))
        check(f"{name} {what} {column}", fine and len(got) == len(wanted), (got, wanted))


def same_pairs(name, what, wanted, got):
    check(f"{name} {what}: the same pairs", set(wanted) == set(got), set(wanted) ^ set(got))
    for pair in set(wanted) & set(got):
        for column, value in wanted[pair].items():
            have = got[pair][column]
            check(f"{name} {what} {pair} {column}", have == value if isinstance(value, str) else close(value, have),
                  (value, have))


def tables(name):
    try:
        import h5py
    except ImportError as error:
        return skip(f"{name}: loop tables against the rules", str(error))
    ledger = Ledger(os.path.join(DATA, name))
    wanted = ledger.tables()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "network.h5")
        check(f"{name} becomes a network file", run("import", os.path.join(DATA, name), "-o", path).returncode == 0)
        with h5py.File(path) as file:
            same_pairs(name, "purchases", wanted["purchases"], contracts_of(file["purchases"], ledger.ids))
            columns = "amount per_quarter start earmark test_level".split()
            pledges = {k: {c: v[c] for c in columns} for k, v in wanted["pledges"].items()}
            same_pairs(name, "pledges", pledges, pairs_of(file["pledges"], ledger.ids, columns))
            stakes = {k: dict(data=v["share"], cost=v["cost"], equity_method=v["equity_method"])
                      for k, v in wanted["stakes"].items()}
            same_pairs(name, "stakes", stakes,
                       pairs_of(file["shareholdings"], ledger.ids, ["data", "cost", "equity_method"]))
            for table in ("backstops", "warrants", "cross_defaults"):
                same_rows(name, table, wanted[table], file)
            same_pairs(name, "debts", {k: {"amount": v} for k, v in wanted["debts"].items()},
                       pairs_of(file["liabilities/0"], ledger.ids, ["amount"]))
            for column in LOOP_COLUMNS:
                got = file["entities"][column][:]
                check(f"{name} entities {column}",
                      all(close(wanted["columns"][e][column], got[i]) for i, e in enumerate(ledger.ids)))
            check_paths(name, wanted, file["paths"])
    return None


def check_paths(name, wanted, group):
    got = {}
    for target, variable, quarter, value in zip(group["target"].asstr()[:], group["variable"].asstr()[:],
                                                group["quarter"][:], group["value"][:]):
        got.setdefault((variable, target), {})[int(quarter)] = float(value)
    gates = {("gate", ">".join(pair)): rows for pair, rows in wanted["gates"].items()}
    keys = set(wanted["paths"]) | set(gates)
    check(f"{name} paths: the same", set(got) == keys, set(got) ^ keys)
    for key, path in wanted["paths"].items():
        value, fine = None, key in got
        for quarter, want in enumerate(path):
            value = got.get(key, {}).get(quarter, value)
            fine = fine and value is not None and close(want, value)
        check(f"{name} path {key}", fine)


# ---- runs -----------------------------------------------------------------------------------------------------------

def results(*words):
    done = run("run", *words, "--model", "loop", "--json", "--quiet", "--backend", "cpu")
    check("run " + " ".join(os.path.basename(w) for w in words), done.returncode == 0, done.stderr)
    return json.loads(done.stdout) if done.returncode == 0 else None


def baseline(name):
    got = results(os.path.join(DATA, name))
    for s in (got or {"scenarios": []})["scenarios"]:
        bad = [e["id"] for e in s["entities"] if e["default_quarter"] >= 0 or e["distress_quarter"] >= 0]
        check(f"{name}: the plan can be lived by everyone", s["converged"] and not bad, bad)


def scenarios(name):
    folder = os.path.join(DATA, "scenarios")
    files = sorted(f for f in os.listdir(folder) if f.endswith(".csv"))
    with open(os.path.join(folder, "all.csv"), encoding="utf-8") as file:
        listed = {r["scenario"] for r in csv.DictReader(line for line in file if not line.startswith("#"))}
    check("all.csv holds every scenario", listed == {f[:-4] for f in files} - {"all"}, listed)
    got = results(os.path.join(DATA, name), "--scenarios", os.path.join(folder, "all.csv"))
    if got:
        by = {s["id"]: s for s in got["scenarios"]}
        check(f"{name}: every scenario converges", all(s["converged"] for s in got["scenarios"]))
        check(f"{name}: the baseline loses nothing", by["baseline"]["system_loss"] == 0)
        check(f"{name}: shocks matter, and not all fail", all(s["default_count"] <= 9 for s in got["scenarios"]) and
              sum(s["system_loss"] > 0 for s in got["scenarios"]) >= 10)


def monte_carlo(name):
    folder = os.path.join(DATA, "scenarios")
    held = [f for f in os.listdir(folder) if f.endswith(".yaml")]
    check("there is exactly one monte-carlo.yaml", held == ["monte-carlo.yaml"])
    got = results(os.path.join(DATA, name), "--scenarios", os.path.join(folder, "monte-carlo.yaml"), "--count", "12288")
    if not got:
        return
    p = {e["id"]: e["default_probability"] for e in got["entities"]}
    check(f"{name}: all draws converge", got["converged"] == got["scenario_count"])
    for e in ("openai", "anthropic", "oracle", "coreweave", "neoclouds", "small-developers"):
        check(f"{name}: {e} fails sometimes and not always", 0 < p[e] < 0.5, p[e])
    weak = min(p[e] for e in ("openai", "coreweave", "neoclouds", "small-developers"))
    strong = max(p[e] for e in ("microsoft", "amazon", "google", "nvidia", "meta"))
    check(f"{name}: the order of fragility", weak > p["anthropic"] > p["oracle"] > strong and strong < 0.005, p)


def variant():
    with_deal, without = (Ledger(os.path.join(DATA, n)) for n in ("2026-08", VARIANT))
    gone = {d["id"] for d in with_deal.deal} - {d["id"] for d in without.deal}
    check("the variant lacks the rows of the November deal and no other",
          gone == {d["id"] for d in with_deal.deal if d["claim_id"] in NOVEMBER}, gone)
    kept = {d["id"]: d for d in without.deal}
    check("its other rows are the same", all(kept[d["id"]] == d for d in with_deal.deal if d["id"] in kept))
    changed = {k[:2] for k in without.assumption if without.assumption[k] != with_deal.assumption.get(k)}
    stated = {("anthropic>amazon", "per_quarter"), ("amazon>compute-suppliers", "per_quarter"), ("amazon", "capacity"),
              ("amazon", "power_cap")}
    check("its assumptions differ as its README says", changed == stated, changed ^ stated)


for v, last in VINTAGES.items():
    press_rows(v)
    later_deals(v, last)
    no_look_ahead(v, last)
for n in (*VINTAGES, VARIANT):
    claims(n)
    reasons(n)
    imports(n)
    tables(n)
    baseline(n)
for n in VINTAGES:
    scenarios(n)
    monte_carlo(n)
variant()
end()
