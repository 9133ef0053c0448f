#!/usr/bin/python3
"""datasets/ai-loop: nothing known too early, every claim settled once, every press row there, every number of the loop
tables traced to deals and assumptions by the rules written a second time (ai_loop_rules.py), a plan that can be lived
and meets what was reported, and shocks that hurt whom they should. argv[1] is the program."""
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checks import PROGRAM, SOURCE, check, end, skip  # noqa: E402
import ai_loop_tables as page  # noqa: E402
from ai_loop_rules import LOOP_COLUMNS, Ledger, number, read  # noqa: E402

DATA = os.path.join(SOURCE, "datasets", "ai-loop")
SHARED = os.environ.get("LOOPSTRESS_SHARED", os.path.join(SOURCE, "..", "shared"))
VINTAGES = page.VINTAGES
VARIANTS = [os.path.join("variants", name) for name in page.VARIANTS]
FIRST = "2025-11"
LIMITS = {"revenue": 0.05, "cash_change": 0.10, "capex": 0.10, "value": 0.10}  # how near to what was reported
FACTS = ("market_value", "liquid_assets", "property_and_equipment", "debt")
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
        known = vintage != FIRST or sources - {"P3"}
        if not known:
            check(f"{vintage} does not know {row['id']} yet", row["id"] not in held)
            continue
        columns = [c for c in row if c != "source"]
        same = row["id"] in held and all(held[row["id"]][c] == row[c] for c in columns)
        check(f"press row {row['id']} stands in {vintage} as it is", same, held.get(row["id"]))
        if same:
            wanted = sources - {"P3"} if vintage == FIRST else sources
            check(f"source of {row['id']} in {vintage}", set(held[row["id"]]["source"].split(";")) == wanted)


def first_day(text):
    """The earliest day that a date of the collection can mean: 2025-09-22, 2026-05, 2023-09..2026-04-20, FY2025."""
    found = re.search(r"20\d\d(-\d\d(-\d\d)?)?", text)
    return (found.group(0) + "-01-01")[:10] if found else ""


def later_deals(vintage, day):
    path = os.path.join(SHARED, "facts", "ai_deals.json")
    if not os.path.exists(path):
        return skip(f"every deal stands in {vintage}", "the shared facts are not here")
    names = {"nvidia": "nvidia", "spacex/xai": "xai", "cloud providers": "neoclouds", "*": "compute-suppliers"}
    held = {(d["from"], d["to"]) for d in read(os.path.join(DATA, vintage, "deals.csv"))}
    with open(path, encoding="utf-8") as file:
        for edge in json.load(file)["edges"]:
            pair = tuple(names.get(edge[k].lower(), edge[k].lower()) for k in ("from", "to"))
            if first_day(edge["date"]) <= day and edge["kind"] != "gpu_purchase":
                check(f"deal {pair} of {edge['date']} stands in {vintage}", pair in held)
    return None


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
    if vintage == FIRST:
        check("2025-11 has no source P3", all("P3" not in d["source"] for d in deals))
        check("the letter of intent of 100 bn is alive in 2025-11", letter_of_intent(deals) == "conditional")
    else:
        check(f"the letter of intent of 100 bn has lapsed by {vintage}", letter_of_intent(deals) == "lapsed")
        check(f"P3 is known by {vintage}", any("P3" in d["source"] for d in deals))


def sourced(name):
    for row in read(os.path.join(DATA, name, "entities.csv")):
        for fact in FACTS:
            check(f"{name} {row['id']} {fact} has a source", bool(row[fact]) == bool(row[fact + "_source"]))
        reported = bool(row["quarter_revenue"] or row["quarter_capex"])
        check(f"{name} {row['id']}: what a quarter brought has its end and source",
              reported == bool(row["quarter_end"]) == bool(row["quarter_source"]))


def correlations(name):
    """Drawn assumptions that move together: known parameters, once each, and a matrix that can be drawn from."""
    parameters = {a["parameter"] for a in read(os.path.join(DATA, name, "assumptions.csv"))}
    rows = read(os.path.join(DATA, name, "assumption_correlations.csv"))
    value = {(r["parameter_a"], r["parameter_b"], r["scope"]): float(r["value"]) for r in rows}
    for a, b, scope in value:
        check(f"{name} correlation of {a} and {b} is of known parameters", {a, b} <= parameters)
        check(f"{name} correlation of {a} and {b} is one", -1 < value[a, b, scope] < 1 and scope in ("", "entity"))
    wide = {pair[:2]: v for pair, v in value.items() if not pair[2]}
    # Two pairs with one parameter in common: positive definite where the squares add to less than 1.
    check(f"{name} correlations of all rows are the prescribed ones", wide == {
        ("price_per_capacity", "market_value"): 0.5, ("take_or_pay_firm", "price_per_capacity"): -0.3}, wide)
    signs = {"capacity": -1, "power_cap": 1, "cost_per_capacity": 1, "opex": 1, "cogs_share": -1, "per_quarter": 1,
             "purchase_scale": 1, "purchase_scale_growth": 1, "demand_planned_growth": 1, "outside_equity": 1}
    follow = {pair[0]: v for pair, v in value.items() if pair[2]}
    check(f"{name}: what hangs together within an entity is drawn together",
          set(follow) == set(signs) and all(follow[p] * signs[p] > 0.4 for p in signs), follow)
    check(f"{name} correlations are those of 2026-08",
          rows == read(os.path.join(DATA, "2026-08", "assumption_correlations.csv")))


# Ranges that were set before anything was run: (parameter, central value), or the row (of a vintage).
PRESCRIBED = {("price_per_capacity", 2.5): (1.5, 3.375), ("take_or_pay_firm", 0.8): (0.5, 1),
              ("take_or_pay_cancelable", 0): (0, 0.1), ("termination_share", 0.25): (0.1, 1),
              ("recovery_assets", 0.3): (0.1, 0.5), ("price_per_gw", 23.35): (0.39 * 35, 0.7 * 60),
              "take_or_pay_assumed sector:accelerators": (0.2, 0.7), "depreciation *": (0.04, 0.083),
              ("2025-11", "cash anthropic"): (5, 15), ("2025-11", "cash openai"): (10, 40),
              ("2026-08", "cash anthropic"): (35, 85), ("2026-08", "cash openai"): (30, 90)}
COST_PER_GW = {"low": 35 / 46.7, "high": 60 / 46.7}  # of the central value
SIX_DIGITS = 1e-5  # of the central value: ranges are written with six


def reach(a):
    return max(a["high"] - a["value"], a["value"] - a["low"]) - SIX_DIGITS * a["value"]


def has_ends(a, ends):
    return all(abs(a[end] / a["value"] - ends[end]) < SIX_DIGITS for end in ("low", "high"))


def inverse_price(a):
    """90 % of the range of 1 / price, per 1 / its central value; the price is triangular."""
    low, mode, high = a["low"], a["value"], a["high"]
    p = 0.05
    check(f"the mode of {a['id']} is not in its tails", p < (mode - low) / (high - low) < 1 - p)
    least, most = low + (p * (high - low) * (mode - low)) ** 0.5, high - (p * (high - low) * (high - mode)) ** 0.5
    return {"low": mode / most, "high": mode / least}


def ranges(name):
    """A range says what is not known: reported figures are known within their error, what follows from another as that."""
    folder, vintage = os.path.join(DATA, name), name if name in VINTAGES else "2026-08"
    rows = [{**a, **{k: float(a[k]) for k in ("value", "low", "high")}}
            for a in read(os.path.join(folder, "assumptions.csv"))]
    fact = {e["id"]: e for e in read(os.path.join(folder, "entities.csv"))}
    price = {a["target"]: inverse_price(a) for a in rows if a["parameter"] == "price_per_capacity"}
    seen = set()
    for a in rows:
        what, v, i = a["parameter"], a["value"], f"{name} {a['id']}"
        keys = [k for k in ((what, v), a["id"], (vintage, a["id"])) if k in PRESCRIBED]
        for k in keys:
            seen.add(k)
            check(f"{i} has the range set beforehand", (a["low"], a["high"]) == PRESCRIBED[k] or has_ends(
                a, {end: PRESCRIBED[k][n] / v for n, end in enumerate(("low", "high"))}))
        if what == "cost_per_capacity" and "(35-60)" in a["reason"]:
            check(f"{i} has the range set beforehand", has_ends(a, COST_PER_GW))
        reported = fact.get(a["target"], {}).get("quarter_revenue")
        if what == "demand_planned" and reported:
            most = LIMITS["revenue"] * (1 if page.recent(fact[a["target"]], VINTAGES[vintage]) else 2)
            check(f"{i}: a revenue that was reported is known", reach(a) <= most * float(reported), reach(a))
        if what == "per_quarter" and "of capital expenditure" in a["reason"]:
            check(f"{i}: so is a build-out", reach(a) <= 0.12 * v, reach(a))
        if what == "power_cap_growth":
            check(f"{i}: power does not shrink", a["low"] > 1 and reach(a) <= max((v - 1) / 4, 0.0025))
        if what == "gate":
            check(f"{i}: a shock is no assumption", a["distribution"] == "fixed")
        if what in ("capacity", "power_cap") and a["target"] in price:
            check(f"{i} is as wide as 1 / price", has_ends(a, price[a["target"]]) and a["distribution"] == "lognormal")
    lacks = {k for k in PRESCRIBED if k[0] not in VINTAGES or k[0] == vintage} - seen
    some_lack = {("take_or_pay_cancelable", 0), ("price_per_gw", 23.35)}
    check(f"{name} has the ranges set beforehand", lacks <= some_lack, lacks)


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
        # What is no input to a firm's sales must be none in every draw: a remainder of a percent would stop them with its seller.
        lease = a["parameter"] == "capex_share" and a["target"].endswith((">coreweave", ">nebius", ">neoclouds"))
        check(f"{name} assumption {a['id']} is drawn", not lease or a["distribution"] == "fixed")


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
    """The plan can be lived by everyone, and what was reported shortly before is what quarter 0 begins with: the
    verdict of `check`, and its figures by entity."""
    gate = page.baseline_gate(name)
    bad = [e["id"] for e in gate["entities"] if e["default_quarter"] >= 0 or e["distress_quarter"] >= 0]
    check(f"{name}: the plan can be lived by everyone", gate["passes"] and gate["converged"] and not bad, bad)
    for what, limit in LIMITS.items():
        off = {e["id"]: e[what]["deviation"] for e in gate["entities"] if e[what]["within"] is not None}
        check(f"{name}: {what} begins as reported", all(abs(d) <= limit for d in off.values()), off)


def anchors(name):
    """Firms are held to the facts and assumptions of the folder, and none lives by piling up cash."""
    facts = {e["id"]: e for e in read(os.path.join(DATA, name, "entities.csv"))}
    held, value = [], {}
    for e in page.baseline_gate(name)["entities"]:
        value[e["id"]] = e["value"]["reported"]
        fact = facts[e["id"]]
        held.append(page.recent(fact, VINTAGES[name]))
        for what, column in (("revenue", "quarter_revenue"), ("capex", "quarter_capex")):
            compared = held[-1] and fact[column] != ""
            check(f"{name}: {e['id']} {what} is held to what it reported", e[what]["reported"] == number(fact[column])
                  and (e[what]["within"] is not None) == compared, e[what])
    check(f"{name}: some firms are held to what they reported", sum(held) >= 5, held)
    ledger = Ledger(os.path.join(DATA, name))
    ids, path = page.trace(name)
    for row in ledger.entity:
        wanted = ledger.fact_or_assumption("market_value", row)
        got = value[row["id"]]
        check(f"{name}: {row['id']} is held to its market value", got == wanted, (got, wanted))
        if wanted is None:
            continue
        cash = ledger.columns()[row["id"]]["cash"]
        end = path["cash"][-1, ids.index(row["id"])]
        check(f"{name}: {row['id']} does not pile up cash", end <= max(6 * cash, 0.15 * wanted), (end, cash))


# ---- what must hold of a loop ---------------------------------------------------------------------------------------

def kept(name, rows):
    """Runs scenarios given as rows; (ids, scenario -> (name -> [quarter][entity]), scenario -> flag quarters)."""
    import h5py
    with tempfile.TemporaryDirectory() as place:
        path, out = os.path.join(place, "rows.csv"), os.path.join(place, "out.h5")
        with open(path, "w", encoding="utf-8") as file:
            file.write("# optional-targets\nscenario,target,variable,value,quarter\n")
            file.writelines(",".join(map(str, row)) + "\n" for row in rows)
        page.run(name, "--scenarios", path, "--set", "trace=1", "--keep", "worst:100", "-o", out)
        with h5py.File(out) as file:
            names = list(file["kept/id"].asstr()[:])
            traces = {s: {n: d[i] for n, d in file["kept/trace"].items()} for i, s in enumerate(names)}
            flags = {s: file["kept/detail/distress_quarter"][i] for i, s in enumerate(names)}
            return list(file["network/entities/id"].asstr()[:]), traces, flags


def a_failed_lab_is_felt(name):
    """Its clouds order less, so the chip vendor sells less and is worth less."""
    quarter = 4
    ids, traces, _ = kept(name, [("plan", "*", "multiple", 1, 0), ("fails", "openai", "default", 1, quarter)])
    vendor = ids.index("nvidia")
    for what in ("sales", "value"):
        before, after = traces["plan"][what][-1, vendor], traces["fails"][what][-1, vendor]
        check(f"{name}: without OpenAI NVIDIA's {what} are lower", after < before, (after, before))
    builders = ids.index("datacentre-builders")
    check(f"{name}: without OpenAI clouds build less",
          traces["fails"]["sales"][-1, builders] < traces["plan"]["sales"][-1, builders])
    check(f"{name}: until then all is as planned",
          all((traces["fails"][w][:quarter] == traces["plan"][w][:quarter]).all() for w in ("sales", "value", "cash")))


def no_supplier_is_lost_with_profit(name):
    """Each cloud of each lab fails, or delivers nothing, from quarter 4 on."""
    ledger = Ledger(os.path.join(DATA, name))
    clouds = {e["id"] for e in ledger.entity if e["input_type"]}
    pairs = {(c["buyer"], c["seller"]) for c in ledger.purchases().values()
             if ledger.sector[c["buyer"]] in ("labs", "developers") and c["seller"] in clouds and not c["capex_share"]}
    check(f"{name}: labs have clouds", len(pairs) >= 8, pairs)
    rows = [("plan", "*", "multiple", 1, 0)]
    for cloud in sorted({seller for _, seller in pairs}):
        rows += [("fails " + cloud, cloud, "default", 1, 4), ("silent " + cloud, cloud, "supply", 0, 4)]
    ids, traces, _ = kept(name, rows)
    for lab, cloud in sorted(pairs):
        i = ids.index(lab)
        plan = traces["plan"]["value"][4:, i]
        for how in ("fails ", "silent "):
            got = traces[how + cloud]["value"][4:, i]
            check(f"{name}: {lab} gains nothing when {cloud} {how.strip()}",
                  got[-1] < plan[-1] and got.mean() < plan.mean(), (got[-1], plan[-1]))


def a_bubble_that_grew_can_burst(name):
    """Prices of labs treble within two years, then fall to about half of what was planned: still above the threshold of
    where they began, and a flag all the same."""
    rows = [("boom", "sector:labs", "multiple", round(3 ** (q / 8), 4), q) for q in range(1, 9)]
    rows.append(("boom", "sector:labs", "multiple", 0.55, 9))
    ids, traces, flags = kept(name, rows)
    ledger = Ledger(os.path.join(DATA, name))
    flagged = []
    for lab in (e for e in ids if ledger.sector[e] == "labs"):
        i = ids.index(lab)
        value, quarter = traces["boom"]["value"][:, i], int(flags["boom"][i])
        threshold = ledger.columns()[lab]["distress_threshold"] * ledger.fact_or_assumption(
            "market_value", next(e for e in ledger.entity if e["id"] == lab))
        if quarter >= 9 and value[quarter] > threshold:
            flagged.append(lab)
    check(f"{name}: a bubble that first grew can still burst", bool(flagged), (flags["boom"], ids))


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
        check(f"{name}: shocks matter", sum(s["system_loss"] > 0 for s in got["scenarios"]) >= len(files) - 5)
        check(f"{name}: not all fail", all(s["default_count"] <= 12 for s in got["scenarios"]))
        order = [[f"labs-multiples-down-{x}" for x in (35, 50, 80)], ["multiples-down-35", "multiples-halved",
                 "multiples-down-80"], ["cloud-out-one-quarter", "loss-of-one-cloud", "cloud-out-for-good"],
                 ["power-two-years-late", "power-frozen"], ["money-stops-for-a-year", "money-stops"],
                 ["vendor-pledges-stop", "investors-stop"], ["amazon-milestone-missed", "anthropic-misses-its-revenue"]]
        for chain in order:
            losses = [by[s]["system_loss"] for s in chain]
            check(f"{name}: the harder the worse: {chain}", losses == sorted(losses), losses)


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
    middle = [p[e] for e in ("anthropic", "oracle")]
    strong = max(p[e] for e in ("microsoft", "amazon", "google", "nvidia", "meta"))
    check(f"{name}: the order of fragility", weak > max(middle) and min(middle) > 0 and max(middle) > strong, p)
    check(f"{name}: the strong hardly fail", strong < 0.005, p)
    shown = {row[0]: row[1 + list(VINTAGES).index(name)] for row in page_rows("### Default probabilities")}
    for e, q in p.items():
        told = float(shown[e].replace("<", ""))
        off = 5 * (max(told, q, 1e-4) / got["scenario_count"]) ** 0.5  # five standard errors
        check(f"{name}: the page tells the probability of {e}", abs(told - q) <= off, (told, q))


def over_assumptions(name):
    """What the page tells of 256 draws of the assumptions, with the first 32 of them."""
    count = 32
    told = page.over_assumptions(name, count)
    column = 1 + 2 * list(VINTAGES).index(name)
    rows = page_rows("### Over draws of the assumptions")[1:]
    shown = {row[0]: row[column].replace("–", "0").rstrip("%") for row in rows}
    for gate in told["baseline_gate"]:
        said, got = float(shown[gate["id"]]) / 100, gate["share"]
        off = 4 * (max(said, 1 / page.ASSUMPTION_DRAWS) / count) ** 0.5  # four standard errors
        check(f"{name}: the page tells how often {gate['id']} fails without shock", abs(said - got) <= off, (said, got))
        if gate["id"] in ("nvidia", "amd", "broadcom", "microsoft", "amazon", "google", "meta"):
            check(f"{name}: {gate['id']} lives without shock in every draw", got == 0, got)


def page_rows(title):
    """The table of the page under a heading that begins so."""
    with open(page.PAGE, encoding="utf-8") as file:
        part = file.read().split("\n" + title, 1)[1].split("\n#", 1)[0]
    return [[c.strip() for c in line.strip("|").split("|")] for line in part.splitlines()
            if line.startswith("| ")]


def the_page_is_true():
    for title, table in (("### The plan", page.plan_table), ("### Anchors", page.anchor_table),
                         ("### Scenarios", page.scenario_table)):
        wanted = [[c.strip() for c in row] for row in table()]
        shown = page_rows(title)
        wrong = [pair for pair in zip(shown, wanted) if pair[0] != pair[1]]
        check(f"the page's table {title} is what runs give (tests/data/ai_loop_tables.py --write)",
              len(shown) == len(wanted) and not wrong, wrong[:2])


def capacity_of(*clouds):
    """What follows from the plan by one rule: GW at the start, what a further one costs, and the power for them."""
    return {(c, p) for c in clouds for p in ("capacity", "cost_per_capacity", "power_cap", "power_cap_growth")}


COMPUTE_ELSEWHERE = {("anthropic>amazon", "per_quarter"), ("amazon>compute-suppliers", "per_quarter")}
DIFFERENCES = {
    "without-november-deal": (NOVEMBER, set(), COMPUTE_ELSEWHERE | capacity_of("amazon", "microsoft")),
    "november-deal-by-others": (
        NOVEMBER, set(), COMPUTE_ELSEWHERE | capacity_of("amazon", "microsoft") | {("anthropic", "outside_equity")}),
    "november-deal-with-openai": (
        NOVEMBER, {"nvda-openai-instead", "msft-openai-instead", "openai-msft-instead", "msft-nvda-hardware"},
        COMPUTE_ELSEWHERE | capacity_of("amazon") |
        {("openai-msft-instead", "term_years"), ("openai-msft-instead", "start")}),
    "without-amazon-openai": ({"openai-amzn-cloud"}, set(), capacity_of("amazon", "microsoft") | {
        ("openai>microsoft", "per_quarter"), ("microsoft>nvidia", "per_quarter"),
        ("microsoft>datacentre-builders", "per_quarter")})}


def variant(name):
    """What a variant leaves out, adds and changes is what its README says, and nothing else."""
    with_deal, without = (Ledger(os.path.join(DATA, n)) for n in ("2026-08", os.path.join("variants", name)))
    claims_gone, added, stated = DIFFERENCES[name]
    before, after = ({d["id"]: d for d in ledger.deal} for ledger in (with_deal, without))
    out = {i for i, d in before.items() if d["claim_id"] in claims_gone}
    lacks = set(before) - set(after)
    check(f"{name} lacks the rows of its claims and no other", lacks == out - added, lacks)
    check(f"{name} adds what it says", set(after) - set(before) | (added & out) == added, set(after) - set(before))
    check(f"{name}: its other rows are the same", all(after[i] == before[i] for i in set(after) & set(before) - added))
    with_range, mine = ({a["id"]: a for a in read(os.path.join(ledger.folder, "assumptions.csv"))}
                        for ledger in (with_deal, without))
    other = [i for i in set(mine) & set(with_range)
             if mine[i]["value"] == with_range[i]["value"] and mine[i] != with_range[i]]
    check(f"{name}: its ranges are those of 2026-08", not other, other)
    changed = {k[:2] for k in without.assumption if without.assumption[k] != with_deal.assumption.get(k)}
    check(f"{name}: its assumptions differ as its README says", changed == stated, changed ^ stated)


for v, last in VINTAGES.items():
    press_rows(v)
    later_deals(v, last)
    no_look_ahead(v, last)
for n in (*VINTAGES, *VARIANTS):
    claims(n)
    reasons(n)
    sourced(n)
    correlations(n)
    ranges(n)
    imports(n)
    tables(n)
    baseline(n)
try:
    import h5py  # noqa: F401
    for n in VINTAGES:
        anchors(n)
        a_failed_lab_is_felt(n)
        no_supplier_is_lost_with_profit(n)
        a_bubble_that_grew_can_burst(n)
    the_page_is_true()
except ImportError as error:
    skip("what must hold of a loop", str(error))
for n in VINTAGES:
    scenarios(n)
    monte_carlo(n)
    over_assumptions(n)
for n in page.VARIANTS:
    variant(n)
end()
